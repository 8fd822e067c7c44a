/* The text about a premises, an area or a square, for a tooltip or popup. */
((fc) => {
  fc.areaOf = (view, i) => {
    return view.area && view.area[i] >= 0 ? fc.data.areas.name[view.area[i]] : "";
  };

  fc.premisesCard = (view, i) => {
    const status = fc.data.statuses[view.status[view.step][i]];
    const said = status ? `${fc.say(status)} (${fc.say(`${status}_means`)})` : fc.say("absent");
    const rows = [[fc.say("status"), said]];
    // The drop is that of the map's own date; with the plan it would be another.
    if (status && view.drop && view.step === fc.data.now) {
      const metres = fc.metres(view.drop[i]);
      rows.push([fc.say("drop"), view.crosses?.[i] ? fc.say("crosses", { metres }) : metres]);
      const along = view.along?.[i];
      if (view.along)
        rows.push([fc.say("road_drop"), along < 0 ? fc.say("no_way") : fc.metres(along)]);
    }
    if (fc.areaOf(view, i)) rows.push([fc.say("area"), fc.areaOf(view, i)]);
    return fc.card(view.addresses?.[i] || fc.say("premises"), rows);
  };

  fc.areaCard = (view, number) => {
    const row = fc.areaRow(number, view.step);
    const rows = [];
    if (row.homes === null) return fc.card(row.name, [[fc.say("homes"), fc.say("masked")]]);
    if (row.homes > 0)
      rows.push([fc.say("within"), row.share === null ? fc.say("masked") : fc.percent(row.share)]);
    rows.push([fc.say("homes"), fc.count(row.homes)]);
    if (row.shortfall !== null) rows.push([fc.say("shortfall"), fc.count(row.shortfall)]);
    if (row.verdict !== null) rows.push([fc.say("verdict"), fc.say(`verdict_${row.verdict}`)]);
    return fc.card(row.name, rows);
  };

  fc.squareCard = (view, i) => {
    const { classes, squares } = fc.data;
    const shade = view.squareClass[view.step][i];
    const labels = classes[fc.language].labels;
    const share = labels[shade]
      ? `${labels[shade]}\u00a0%`
      : fc.say(shade === labels.length ? "no_count" : "masked");
    if (shade > labels.length) return fc.card(fc.say("square"), [[fc.say("within"), share]]);
    const exact = squares.shares[view.squareShare[view.step][i]];
    return fc.card(fc.say("square"), [
      [fc.say("within"), exact === null ? share : fc.percent(exact)],
      [fc.say("homes"), fc.count(view.squareHomes[view.step][i])],
    ]);
  };
})(window.fibercov);
