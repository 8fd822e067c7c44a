/* What is said of a premises, a square or an area: in a card, and beside the map. */
((fc) => {
  fc.areaOf = (i) => fc.data.areas?.name[fc.unpacked.premises.area?.[i]] ?? "";

  /* A title, what is said in a sentence, and rows of label and value: a tooltip, a card. */
  fc.card = (title, rows, ...says) =>
    fc.make(
      "div",
      { class: "fc-card" },
      fc.make("h2", {}, title),
      says.length ? fc.make("p", { class: "fc-says" }, ...says) : null,
      fc.make(
        "dl",
        {},
        ...rows.flatMap(([label, of]) => [fc.make("dt", {}, label), fc.make("dd", {}, of)]),
      ),
    );

  const isPlanned = (i) =>
    fc.data.statuses[fc.unpacked.premises.status[fc.data.now][i]] === "planned";

  /* A premises' verdict in a sentence, for the one who lives there. */
  function verdict(i, step, status) {
    const { drop, year, along, crosses } = fc.unpacked.premises;
    if (fc.data.steps[step].plan && isPlanned(i)) return verdict(i, fc.data.now, "planned");
    // The distance is that of the map's own date.
    const now = drop && step === fc.data.now;
    const metres = now ? fc.length((along ?? drop)[i]) : "";
    if (status === "passed")
      return fc.say(now && !crosses?.[i] ? "says_passed_at" : "says_passed", { metres });
    if (status === "planned" && year?.[i]) return fc.say("says_planned_in", { year: year[i] });
    return fc.say(`says_${status ?? "absent"}`);
  }

  fc.premisesCard = (i, step) => {
    const { status, drop, along, crosses, area, address } = fc.unpacked.premises;
    const name = fc.data.statuses[status[step][i]];
    const rows = [];
    if (drop && name && step === fc.data.now) {
      const metres = fc.length(drop[i]);
      const said = crosses?.[i] ? fc.say("crosses", { metres }) : metres;
      // RULE: a distance is not said twice, and not of a building that fiber ends in.
      if (along || crosses?.[i] || !["connected", "passed"].includes(name))
        rows.push([fc.say("drop"), said]);
      if (along)
        rows.push([fc.say("road_drop"), along[i] < 0 ? fc.say("no_way") : fc.length(along[i])]);
    }
    if (fc.areaOf(i)) rows.push([fc.areaOf(i), fc.areaShare(area[i], step) ?? fc.say("masked")]);
    if (fc.data.steps[step].date) rows.push([fc.say("date"), fc.dateName(step)]);
    const planned = fc.data.steps[step].plan && isPlanned(i);
    const mark = name ? [fc.markOf(planned ? "planned" : name), " "] : [];
    const card = fc.card(address?.[i] || fc.say("premises"), rows, ...mark, verdict(i, step, name));
    const href = fc.data.report_url?.replaceAll(
      "{address}",
      encodeURIComponent(address?.[i] ?? ""),
    );
    if (href)
      card.append(
        fc.make("a", { href, target: "_blank", rel: "noopener noreferrer" }, fc.say("report")),
      );
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
    return fc.card(row.name, [], areaSays(row, step));
  };

  function areaSays({ total, reached }, step) {
    const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;
    if (!total) return sentence(fc.say(total === 0 ? "no_count" : "not_shown"));
    const share = fc.share(reached, total);
    const key = fc.data.steps[step].plan ? "area_says_plan" : "area_says";
    const { within } = fc.data.classes[fc.language];
    return fc.say(key, { share, of: fc.amount(total), within });
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
      fc.button(`\u2039 ${fc.say("all_areas")}`, () => fc.choose({}, true), "fc-link"),
      fc.make("h2", {}, row.name),
      fc.make("p", { class: "fc-lead" }, areaSays(row, fc.view.step)),
    ];
    if (row.verdict) {
      const amount = row.shortfall && row.verdict !== "about" ? fc.amount(row.shortfall) : "";
      const said = [fc.say(`verdict_${row.verdict}`), amount && fc.say("missing", { amount })];
      parts.push(fc.make("p", {}, `${fc.say("verdict")}: ${said.filter(Boolean).join(", ")}`));
    }
    if (row.total > 0 && row.connected !== undefined) parts.push(...byStatus(row));
    if (fc.data.steps.length > 1) parts.push(...trend(area));
    if (row.planned > 0) {
      const share = fc.share(row.reached + row.planned, row.total);
      const said = fc.say("plan_says", { amount: fc.amount(row.planned), share });
      parts.push(fc.make("p", {}, said));
    }
    place.replaceChildren(...parts);
  };

  function byStatus(row) {
    const counts = { ...row, passed: row.reached - row.connected };
    const parts = fc.data.statuses.map((status) =>
      fc.make("i", { style: `flex: ${counts[status]}; background: ${fc.colour(status)}` }),
    );
    return [
      fc.make("h3", {}, fc.say("statuses")),
      fc.make("div", { class: "fc-stack", "aria-hidden": "true" }, ...parts),
      ...fc.data.statuses.map((status) =>
        fc.make(
          "p",
          { class: "fc-row" },
          fc.markOf(status),
          fc.say(status),
          fc.make("span", { class: "fc-number" }, fc.count(counts[status])),
        ),
      ),
    ];
  }

  /* The share of an area at each date, as a line with the target. */
  const WIDE = 372; // pixels
  function trend(area) {
    const { steps, target } = fc.data;
    const x = (k) => 40 + ((WIDE - 70) * k) / (steps.length - 1);
    const y = (share) => 120 - 100 * share;
    const rule = (share, dash) => {
      const style = { stroke: fc.colour("border"), "stroke-width": dash ? 1.5 : 0.5 };
      return fc.make("path", { d: `M34 ${y(share)}H${WIDE}`, "stroke-dasharray": dash, ...style });
    };
    const write = (left, top, text, anchor = "middle") =>
      fc.make("text", { x: left, y: top, "text-anchor": anchor, fill: "currentColor" }, text);
    const goal = target ? target[0] / target[1] : 2;
    const below = (share) => share > 0.85 || Math.abs(share - goal) < 0.12;
    const points = [...steps.keys()]
      .map((k) => ({ k, ...fc.areaRow(area, k) }))
      .filter(({ share }) => share !== null)
      .map((of) => ({ ...of, x: x(of.k), y: y(of.share), said: fc.share(of.reached, of.total) }));
    const d = `M${points.map((of) => `${of.x} ${of.y}`).join("L")}`;
    const label = points.map(({ k, said }) => `${fc.short(k)}: ${said}`).join(", ");
    const svg = fc.make(
      "svg",
      { viewBox: `0 0 ${WIDE} 150`, width: "100%", role: "img", "aria-label": label },
      ...[0, 0.5, 1].flatMap((of) => [rule(of), write(30, y(of) + 4, `${100 * of}`, "end")]),
      target && rule(goal, "4 3"),
      target && write(38, y(goal) + 14, fc.data.classes[fc.language].target, "start"),
      fc.make("path", { d, fill: "none", stroke: fc.colour("fiber"), "stroke-width": 2 }),
      ...points.flatMap((of, n) => [
        fc.make("circle", {
          cx: of.x,
          cy: of.y,
          r: 3.5,
          fill: fc.colour(steps[of.k].plan ? "plan" : "fiber"),
        }),
        write(of.x, 142, fc.short(of.k)),
        n === points.length - 1 && write(of.x, of.y + (below(of.share) ? 18 : -8), of.said),
        !n && points[1] && write(of.x + 6, of.y + (of.share > 0.2 ? 18 : -8), of.said, "start"),
      ]),
    );
    return [fc.make("h3", {}, fc.say("by_date")), svg];
  }
})(window.fibercov);
