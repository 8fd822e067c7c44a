/* Around the map: the banner, the legend with a scale, the dates, and what is drawn. */
((fc) => {
  function drawing(width, box, attributes) {
    const svg = fc.draw("svg", { width, height: 18, viewBox: box, "aria-hidden": "true" });
    svg.append(fc.draw("path", attributes));
    return svg;
  }

  fc.markOf = (status) => {
    const colour = fc.colour(status);
    const ring = status === "passed";
    const style = ring ? { fill: "#fff", stroke: colour, "stroke-width": 0.6 } : { fill: colour };
    return drawing(18, "-1.6 -1.6 3.2 3.2", { d: fc.OUTLINES[status], ...style });
  };
  const lineOf = ({ colour, dash }) =>
    drawing(28, "0 0 28 18", {
      d: "M1 9H27",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dash.join(" "),
    });

  fc.tick = () => {
    const [num, den] = fc.data.target;
    const made = fc.element("i", undefined, "fc-tick");
    made.style.left = `${(100 * num) / den}%`;
    return made;
  };

  fc.showBanner = () => {
    const step = fc.data.steps[fc.view.step];
    const said = step[fc.language];
    for (const [id, text] of [
      ["share", said.share],
      ["verdict", said.goal],
      ["headline", said.headline],
    ])
      fc.write(fc.byId(`fc-${id}`), text);
    fc.byId("fc-verdict").dataset.verdict = step.verdict;
    fc.byId("fc-method").replaceChildren(
      ...said.notes.flatMap((text) => [fc.write(fc.element("p"), text), " "]),
    );
    fc.byId("fc-key").replaceChildren(
      ...said.key.map(([kind, label]) => {
        const made = fc.element("span");
        made.append(fc.element("i", undefined, `fc-${kind}`), fc.write(fc.element("span"), label));
        return made;
      }),
    );
    const bar = fc.byId("fc-bar");
    bar.setAttribute(
      "aria-label",
      [said.share, said.goal, ...said.key.map(([, text]) => text)].join(" "),
    );
    bar.querySelector(".fc-done").style.width = `${step.reached_percent}%`;
    const plan = bar.querySelector(".fc-plan");
    Object.assign(plan.style, {
      left: `${step.reached_percent}%`,
      width: `${step.planned_percent}%`,
    });
  };

  /* How many are in each class, by area or else by square; and what has nothing, or is not shown. */
  function counted(step) {
    const { areas, breaks } = fc.data;
    const { squares } = fc.unpacked;
    const count = Array(breaks.length + 2).fill(0);
    const members = count.slice();
    const add = (reached, total) => {
      const kind = fc.classOf(reached, total ?? -1);
      count[kind] += Math.max(0, total ?? 0); // -1 is not shown
      members[kind]++;
    };
    if (areas) {
      const { total, reached } = areas.steps[step];
      for (const k of areas.name.keys()) add(reached[k], total[k]);
    } else if (squares) {
      for (const k of squares.x.keys()) add(squares.reached[step][k], squares.total[step][k]);
    }
    return { count, members };
  }

  /* RULE: the classes are as wide on the scale as in shares, and each has its count below it. */
  fc.showLegend = () => {
    const { classes, breaks, target, areas, rounded } = fc.data;
    const { step } = fc.view;
    const { labels, title } = classes[fc.language];
    const { count, members } = counted(step);
    const scale = fc.element("div", undefined, "fc-scale");
    scale.setAttribute("aria-hidden", "true");
    const list = fc.element("ol", undefined, "fc-classes");
    const swatch = (kind) => {
      const made = fc.element("i");
      made.style.background = kind < breaks.length ? fc.classColour(kind) : fc.cssFill(kind);
      return made;
    };
    labels.forEach((label, k) => {
      const from = breaks[k][0] / breaks[k][1];
      const to = k + 1 < breaks.length ? breaks[k + 1][0] / breaks[k + 1][1] : 1;
      const part = swatch(k);
      Object.assign(part.style, { left: `${100 * from}%`, width: `${100 * (to - from)}%` });
      scale.append(part);
      const item = fc.element("li");
      item.append(swatch(k), fc.element("b", `${label}\u00a0%`), fc.count(count[k]));
      list.append(item);
    });
    if (target) {
      const label = fc.element("span", classes[fc.language].target, "fc-target");
      label.style.left = fc.tick().style.left;
      scale.append(fc.tick(), label);
    }
    const key = fc.element("p", undefined, "fc-key");
    const more = areas ? areas.more.flatMap((said, k) => (said ? areas.name.length + k : [])) : [];
    const rest = more.map((k) => fc.areaRow(k, step)).filter(({ total }) => total > 0);
    // RULE: what is counted nowhere else has no position, or is not shown: the counts sum to the total.
    const sum = [...count, ...rest.map(({ total }) => total)].reduce((a, b) => a + b);
    const left = fc.data.steps[step].total - sum;
    if (left > 0 && !rounded) rest.push({ total: left, name: fc.say("unplaced").toLowerCase() });
    for (const [kind, word] of [
      [breaks.length, "no_count"],
      [breaks.length + 1, "not_shown"],
    ]) {
      const hidden = rounded && kind > breaks.length && left > 0 ? `${fc.count(left)} ` : "";
      if (!members[kind] && !hidden) continue;
      const made = fc.element("span");
      made.append(swatch(kind), hidden, fc.say(word));
      key.append(made);
    }
    for (const { name, total } of rest)
      key.append(fc.element("span", `${fc.count(total)} ${name.replace(/^\(|\)$/g, "")}`));
    fc.byId("fc-legend").replaceChildren(fc.element("h2", title), scale, list, key);
  };

  function row(id, label, checked, change, mark, count) {
    const line = fc.element(change ? "label" : "p", undefined, "fc-row");
    if (change) {
      const box = fc.element("input");
      Object.assign(box, { type: "checkbox", id, checked });
      box.addEventListener("change", () => change(box.checked));
      line.append(box);
    }
    if (mark) line.append(mark);
    line.append(fc.write(fc.element("span"), label));
    if (count !== undefined) line.append(fc.element("span", count, "fc-number"));
    return line;
  }

  function group(title, parts) {
    const set = fc.element("fieldset");
    set.append(fc.element("legend", title), ...parts);
    return set;
  }

  /* What is drawn, each with a box to switch it. */
  fc.showPanel = () => {
    const { areas, squares, premises, classes } = fc.data;
    const said = classes[fc.language];
    const layers = [];
    const add = (there, name, label, mark) =>
      there &&
      layers.push(row(`fc-${name}`, label, fc.on[name], (on) => fc.toggle(name, on), mark));
    add(areas, "areas", fc.say("areas"));
    add(squares, "squares", said.squares);
    for (const name of Object.keys(fc.unpacked.lines))
      add(
        true,
        name,
        fc.say(name === "planned" ? "planned_network" : name),
        lineOf(fc.lineStyle(name)),
      );
    add(fc.unpacked.context, "context", fc.say("context"));
    for (const { id, name, background } of fc.own)
      add(true, id, background ? fc.say("background") : name);
    const groups = [group(fc.say("layers"), layers)];
    if (premises) groups.push(group(fc.say("statuses"), statusRows()));
    const focused = document.activeElement?.id;
    fc.byId("fc-panel").replaceChildren(...groups);
    if (focused) fc.byId(focused)?.focus();
  };

  function statusRows() {
    const { counts } = fc.data.steps[fc.view.step];
    const rows = fc.data.statuses.map((status) => {
      const change = (on) => fc.toggleStatus(status, on);
      const count = counts && fc.count(counts[status]);
      return row(
        `fc-${status}-marks`,
        fc.say(status),
        fc.shown[status],
        change,
        fc.markOf(status),
        count,
      );
    });
    if (counts?.unplaced)
      rows.push(row("", fc.say("unplaced"), 0, null, null, fc.count(counts.unplaced)));
    const note = fc.element("p", fc.say("zoom_in"), "fc-note");
    note.id = "fc-zoom-in";
    note.hidden = Boolean(fc.view.near);
    return [...rows, note];
  }

  fc.dated = (step) => fc.data.steps[step][fc.language].date;
  fc.short = (step) =>
    fc.data.steps[step].plan
      ? fc.say("plan_short")
      : fc.data.steps[step].date.slice(0, fc.yearly() ? 4 : 7);
  fc.yearly = () => {
    const years = fc.data.steps.filter(({ plan }) => !plan).map(({ date }) => date.slice(0, 4));
    return new Set(years).size === years.length;
  };
  const nameOf = (step) => (fc.data.steps[step].plan ? fc.say("plan") : fc.dated(step));

  fc.showDates = () => {
    const { steps } = fc.data;
    if (steps.length < 2) return;
    fc.byId("fc-date").hidden = false;
    const { step } = fc.view;
    const range = fc.byId("fc-date-range");
    range.max = steps.length - 1;
    range.value = step;
    fc.byId("fc-date-shown").textContent = nameOf(step);
    range.setAttribute("aria-valuetext", nameOf(step));
    // The first and the last are always named, and of many dates no more than have room.
    const every = Math.ceil((steps.length - 1) / 6);
    const years = steps.map((of, k) => {
      const made = fc.element("li");
      if (k % every === 0 || k === steps.length - 1)
        made.append(fc.element("b", fc.short(k)), of[fc.language].share);
      return made;
    });
    fc.byId("fc-years").replaceChildren(...years);
    const compare = fc.byId("fc-compare");
    const chosen = fc.other ? String(fc.other.step) : "";
    const options = [["", fc.say("compare")], ...steps.map((_, k) => [String(k), nameOf(k)])];
    compare.setAttribute("aria-label", fc.say("compare"));
    compare.replaceChildren(
      ...options.map(([value, text]) => new Option(text, value, false, value === chosen)),
    );
  };
})(window.fibercov);
