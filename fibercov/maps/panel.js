/* Around the map: the banner, the legend with a scale, the dates, and what is drawn. */
((fc) => {
  const drawing = (width, viewBox, path) =>
    fc.make("svg", { width, height: 18, viewBox, "aria-hidden": "true" }, fc.make("path", path));
  fc.markOf = (status) =>
    drawing(18, "-1.6 -1.6 3.2 3.2", { d: fc.OUTLINES[status], fill: fc.colour(status) });
  const lineOf = ({ colour, dash }) => {
    const style = { stroke: colour, "stroke-width": 2, "stroke-dasharray": dash.join(" ") };
    return drawing(28, "0 0 28 18", { d: "M1 9H27", ...style });
  };

  const targetAt = () => `left: ${(100 * fc.data.target[0]) / fc.data.target[1]}%`;
  fc.tick = () => fc.make("i", { class: "fc-tick", style: targetAt() });

  fc.showBanner = () => {
    const step = fc.data.steps[fc.view.step];
    const said = step[fc.language];
    fc.write(fc.byId("fc-share"), said.share);
    fc.write(fc.byId("fc-verdict"), said.goal);
    fc.write(fc.byId("fc-headline"), said.headline);
    fc.byId("fc-verdict").dataset.verdict = step.verdict;
    const write = (tag, text) => fc.write(fc.make(tag), text);
    fc.byId("fc-method").replaceChildren(...said.notes.flatMap((text) => [write("p", text), " "]));
    fc.byId("fc-key").replaceChildren(
      ...said.key.map(([kind, label]) =>
        fc.make("span", {}, fc.make("i", { class: `fc-${kind}` }), write("span", label)),
      ),
    );
    const bar = fc.byId("fc-bar");
    const parts = [said.share, said.goal, ...said.key.map(([, text]) => text)];
    bar.setAttribute("aria-label", parts.join(" "));
    const [done, plan] = bar.querySelectorAll("i");
    done.style.width = plan.style.left = `${step.reached_percent}%`;
    plan.style.width = `${step.planned_percent}%`;
  };

  const byArea = () => Boolean(fc.data.areas) && (!fc.on.squares || fc.rest);

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
    if (byArea()) {
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
    const swatch = (kind, style = "") =>
      fc.make("i", { style: `background: var(--${fc.fillName(kind)});${style}` });
    const at = (k) => (k < breaks.length ? (100 * breaks[k][0]) / breaks[k][1] : 100);
    const parts = labels.map((_, k) => swatch(k, `left: ${at(k)}%; width: ${at(k + 1) - at(k)}%`));
    const label = { class: "fc-target", style: target && targetAt() };
    const goal = target ? [fc.tick(), fc.make("span", label, classes[fc.language].target)] : [];
    const first = fc.make("li", {}, fc.make("b", {}, fc.say("share")), fc.say("homes"));
    const beside = fc.other && counted(fc.other.step).count;
    const then = (k) => beside && fc.make("small", {}, fc.count(beside[k]));
    const items = labels.map((said, k) =>
      fc.make("li", {}, swatch(k), fc.make("b", {}, `${said}\u00a0%`), fc.count(count[k]), then(k)),
    );
    const dates = fc.other ? ` (${fc.short(step)}, ${fc.short(fc.other.step)})` : "";
    const key = [];
    const more = byArea()
      ? areas.more.flatMap((said, k) => (said ? areas.name.length + k : []))
      : [];
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
      key.push(fc.make("span", {}, swatch(kind), hidden, fc.say(word)));
    }
    for (const { name, total } of rest)
      key.push(fc.make("span", {}, `${fc.count(total)} ${name.replace(/^\(|\)$/g, "")}`));
    fc.byId("fc-legend").replaceChildren(
      fc.make(
        "h2",
        {},
        `${byArea() ? fc.say("areas") : classes[fc.language].squares}: ${title}${dates}`,
      ),
      fc.make("div", { class: "fc-scale", "aria-hidden": "true" }, ...parts, ...goal),
      fc.make("ol", { class: "fc-classes" }, first, ...items),
      fc.make("p", { class: "fc-key" }, ...key),
    );
  };

  function row(name, label, change, mark, count) {
    const box = change && fc.make("input", { type: "checkbox", id: `fc-${name}` });
    box?.addEventListener("change", () => change(box.checked));
    const said = fc.write(fc.make("span"), label);
    const number = count === undefined ? null : fc.make("span", { class: "fc-number" }, count);
    return fc.make(change ? "label" : "p", { class: "fc-row" }, box, mark, said, number);
  }

  const group = (title, rows) => fc.make("fieldset", {}, fc.make("legend", {}, title), ...rows);

  /* What is drawn, each with a box to switch it. */
  fc.showPanel = () => {
    const { areas, squares, premises, classes } = fc.data;
    const said = classes[fc.language];
    const layers = [];
    const add = (there, name, label, mark) => {
      if (!there) return;
      layers.push(row(name, label, (on) => fc.toggle(name, on), mark));
      layers.at(-1).firstChild.checked = fc.on[name];
    };
    add(areas, "areas", fc.say("areas"));
    add(squares, "squares", said.squares);
    for (const name of Object.keys(fc.unpacked.lines))
      add(true, name, fc.say(fc.lineStyle(name).word), lineOf(fc.lineStyle(name)));
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
    const there = (_, kind) => fc.unpacked.premises.status.some((of) => of.includes(kind));
    const rows = fc.data.statuses.filter(there).map((status) => {
      const count = counts ? fc.count(counts[status]) : undefined;
      const change = (on) => fc.toggleStatus(status, on);
      const made = row(`${status}-marks`, fc.say(status), change, fc.markOf(status), count);
      made.firstChild.checked = fc.shown[status];
      return made;
    });
    if (counts?.unplaced)
      rows.push(row("", fc.say("unplaced"), null, null, fc.count(counts.unplaced)));
    const note = fc.make("p", { class: "fc-note", id: "fc-zoom-in" }, fc.say("zoom_in"));
    note.hidden = Boolean(fc.view.near);
    return [note, ...rows];
  }

  /* The name of a date, in full; and in short, by its year if there is one date a year. */
  fc.dateName = (k) => {
    const step = fc.data.steps[k];
    return step.plan ? fc.say("plan") : step[fc.language].date;
  };
  fc.short = (k) => {
    const years = fc.data.steps.filter(({ plan }) => !plan).map(({ date }) => date.slice(0, 4));
    const yearly = new Set(years).size === years.length;
    const step = fc.data.steps[k];
    return step.plan ? fc.say("plan_short") : step.date.slice(0, yearly ? 4 : 7);
  };

  fc.showDates = () => {
    const { steps } = fc.data;
    if (steps.length < 2) return;
    fc.byId("fc-date").hidden = false;
    const { step } = fc.view;
    const range = fc.byId("fc-date-range");
    range.max = steps.length - 1;
    range.value = step;
    fc.byId("fc-date-shown").textContent = fc.dateName(step);
    range.setAttribute("aria-valuetext", fc.dateName(step));
    // The first and the last are always named, and of many dates no more than have room.
    const every = Math.ceil((steps.length - 1) / 6);
    const named = (k) => k % every === 0 || k === steps.length - 1;
    const year = (of, k) => [fc.make("b", {}, fc.short(k)), of[fc.language].share];
    const years = steps.map((of, k) => fc.make("li", {}, ...(named(k) ? year(of, k) : [])));
    fc.byId("fc-years").replaceChildren(...years);
    const compare = fc.byId("fc-compare");
    const chosen = fc.other ? String(fc.other.step) : "";
    const none = ["", fc.say(fc.other ? "one_date" : "compare")];
    const option = (_, k) => [String(k), fc.say("compare_with", { date: fc.dateName(k) })];
    const options = [none, ...steps.map(option)];
    compare.setAttribute("aria-label", fc.say("compare"));
    compare.replaceChildren(
      ...options.map(([value, text]) => new Option(text, value, false, value === chosen)),
    );
  };
})(window.fibercov);
