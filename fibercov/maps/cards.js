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
    if (status && view.step === fc.data.now) {
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
    if (row.homes > 0) rows.push([fc.say("within"), fc.share(row.reached, row.homes)]);
    rows.push([fc.say("homes"), fc.count(row.homes)]);
    if (row.shortfall != null) rows.push([fc.say("shortfall"), fc.count(row.shortfall)]);
    if (row.verdict != null) rows.push([fc.say("verdict"), fc.say(`verdict_${row.verdict}`)]);
    return fc.card(row.name, rows);
  };

  fc.squareCard = ({ total, reached }) => {
    if (total <= 0)
      return fc.card(fc.say("square"), [
        [fc.say("within"), fc.say(total === 0 ? "no_count" : "masked")],
      ]);
    return fc.card(fc.say("square"), [
      [fc.say("within"), fc.share(reached, total)],
      [fc.say("homes"), fc.count(total)],
    ]);
  };
})(window.fibercov);
