/* What is said of a premises, a square or an area: in a card, and beside the map. */
((fc) => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDE = 372; // pixels of the chart

  fc.addressOf = (i) => fc.unpacked.premises.address?.[i] || fc.say("premises");
  fc.areaOf = (i) => fc.data.areas?.name[fc.unpacked.premises.area?.[i]] ?? "";

  /* A premises' verdict in a sentence, for the one who lives there. */
  function verdict(i, step, status) {
    const { drop, year, along, crosses } = fc.unpacked.premises;
    // The distance is that of the map's own date.
    const now = drop && step === fc.data.now;
    const metres = now ? fc.metres((along ?? drop)[i]) : "";
    if (status === "passed")
      return fc.say(now && !crosses?.[i] ? "says_passed_at" : "says_passed", { metres });
    if (status === "planned" && year?.[i]) return fc.say("says_planned_in", { year: year[i] });
    return fc.say(`says_${status ?? "absent"}`);
  }

  fc.premisesCard = (i, step) => {
    const { status, drop, along, crosses } = fc.unpacked.premises;
    const name = fc.data.statuses[status[step][i]];
    const rows = [];
    if (drop && name && step === fc.data.now) {
      const metres = fc.metres(drop[i]);
      rows.push([fc.say("drop"), crosses?.[i] ? fc.say("crosses", { metres }) : metres]);
      if (along)
        rows.push([fc.say("road_drop"), along[i] < 0 ? fc.say("no_way") : fc.metres(along[i])]);
    }
    const number = fc.unpacked.premises.area?.[i];
    if (fc.areaOf(i)) rows.push([fc.areaOf(i), fc.areaShare(number, step) ?? fc.say("masked")]);
    if (fc.data.steps[step].date) rows.push([fc.say("date"), fc.dated(step)]);
    const card = fc.card(fc.addressOf(i), rows, verdict(i, step, name));
    if (name) card.querySelector(".fc-says").prepend(fc.markOf(name), " ");
    if (fc.data.report_url) {
      const link = fc.element("a", fc.say("report"));
      const address = encodeURIComponent(fc.unpacked.premises.address?.[i] ?? "");
      link.href = fc.data.report_url.replaceAll("{address}", address);
      Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
      card.append(link);
    }
    return card;
  };

  fc.squareCard = ({ total, reached, merged }) => {
    const share =
      total > 0 ? fc.share(reached, total) : fc.say(total === 0 ? "no_count" : "masked");
    const rows = [[fc.say("within"), share]];
    if (total > 0) rows.push([fc.say("homes"), fc.count(total)]);
    return fc.card(fc.say(merged ? "squares_merged" : "square"), rows);
  };

  fc.areaTip = (number, step) => {
    const row = fc.areaRow(number, step);
    return fc.card(row.name, [], areaSays(row));
  };

  function areaSays({ total, reached }) {
    if (total === null) return fc.say("not_shown");
    if (total === 0) return fc.say("no_count");
    const share = fc.share(reached, total);
    return fc.say("area_says", { share, of: fc.amount(total), within: fc.within() });
  }

  /* Beside the map: a chosen area, with its counts by status, its share over the dates, and the plan's part. */
  fc.fillArea = () => {
    const place = fc.byId("fc-area");
    const { area } = fc.chosen;
    place.hidden = area === undefined;
    fc.byId("fc-table").hidden = !fc.data.areas || !place.hidden;
    if (place.hidden) return place.replaceChildren();
    const row = fc.areaRow(area, fc.view.step);
    const parts = [
      fc.button(`\u2039 ${fc.say("all_areas")}`, () => fc.choose({}), "fc-link"),
      fc.element("h2", row.name),
      fc.element("p", areaSays(row), "fc-lead"),
    ];
    if (row.verdict) {
      const verdict = fc.say(`verdict_${row.verdict}`);
      const left = row.shortfall
        ? `, ${fc.say("missing", { amount: fc.amount(row.shortfall) })}`
        : "";
      parts.push(fc.element("p", `${fc.say("verdict")}: ${verdict}${left}`));
    }
    if (row.total > 0 && row.connected !== undefined) parts.push(...byStatus(row));
    if (fc.data.steps.length > 1) parts.push(...trend(area));
    if (row.planned > 0) {
      const share = fc.share(row.reached + row.planned, row.total);
      parts.push(fc.element("p", fc.say("plan_says", { amount: fc.amount(row.planned), share })));
    }
    place.replaceChildren(...parts);
  };

  function byStatus(row) {
    const counts = { ...row, passed: row.reached - row.connected };
    const stack = fc.element("div", undefined, "fc-stack");
    stack.setAttribute("aria-hidden", "true");
    const rows = fc.data.statuses.map((status) => {
      const part = fc.element("i");
      Object.assign(part.style, { flex: counts[status], background: fc.colour(status) });
      stack.append(part);
      const line = fc.element("p", undefined, "fc-row");
      line.append(
        fc.markOf(status),
        fc.say(status),
        fc.element("span", fc.count(counts[status]), "fc-number"),
      );
      return line;
    });
    return [fc.element("h3", fc.say("statuses")), stack, ...rows];
  }

  const draw = (tag, attributes, text) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  };
  fc.draw = draw;

  /* The share of an area at each date, as a line with the target. */
  function trend(area) {
    const { steps, target } = fc.data;
    const svg = draw("svg", { viewBox: `0 0 ${WIDE} 150`, width: "100%", role: "img" });
    const x = (k) => 40 + ((WIDE - 70) * k) / (steps.length - 1);
    const y = (share) => 120 - 100 * share;
    const rule = (share, dash) => {
      const style = { stroke: fc.colour("border"), "stroke-width": dash ? 1.5 : 0.5 };
      svg.append(
        draw("path", { d: `M34 ${y(share)}H${WIDE}`, "stroke-dasharray": dash, ...style }),
      );
    };
    const write = (at, text, anchor) =>
      svg.append(
        draw("text", { ...at, "text-anchor": anchor, "font-size": 12, fill: "currentColor" }, text),
      );
    for (const share of [0, 0.5, 1]) {
      rule(share, "");
      write({ x: 30, y: y(share) + 4 }, `${100 * share}`, "end");
    }
    if (target) rule(target[0] / target[1], "4 3");
    const points = steps
      .map((_, k) => ({ k, ...fc.areaRow(area, k) }))
      .filter(({ share }) => share !== null);
    const line = points.map(({ k, share }) => `${x(k)} ${y(share)}`).join("L");
    svg.append(
      draw("path", { d: `M${line}`, fill: "none", stroke: fc.colour("fiber"), "stroke-width": 2 }),
    );
    points.forEach(({ k, share, reached, total }, n) => {
      const fill = fc.colour(steps[k].plan ? "plan" : "fiber");
      svg.append(draw("circle", { cx: x(k), cy: y(share), r: 3.5, fill }));
      write({ x: x(k), y: 142 }, fc.short(k), "middle");
      const up = share > 0.85 ? 18 : -8;
      if (n === 0 || n === points.length - 1)
        write({ x: x(k), y: y(share) + up }, fc.share(reached, total), "middle");
    });
    svg.setAttribute(
      "aria-label",
      points.map((p) => `${fc.short(p.k)}: ${fc.share(p.reached, p.total)}`).join(", "),
    );
    return [fc.element("h3", fc.say("by_date")), svg];
  }
})(window.fibercov);
