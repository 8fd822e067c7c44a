/* The panel, which is legend and layer control in one, and the slider of dates. */
((fc) => {
  const SVG = "http://www.w3.org/2000/svg";

  function drawing(width, box, attributes) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", width);
    svg.setAttribute("height", 18);
    svg.setAttribute("viewBox", box);
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
    svg.append(path);
    return svg;
  }

  const markOf = (status) =>
    drawing(18, "-1.5 -1.5 3 3", { d: fc.OUTLINES[status], fill: fc.data.colours.status[status] });
  const lineOf = ({ colour, dash }) =>
    drawing(24, "0 0 24 18", {
      d: "M1 9H23",
      stroke: colour,
      "stroke-width": 3,
      "stroke-dasharray": dash.join(" "),
    });

  function row(id, label, checked, change, { mark, count, means } = {}) {
    const line = fc.element("label", undefined, "fc-row");
    const box = fc.element("input");
    box.type = "checkbox";
    box.id = id;
    box.checked = checked;
    box.addEventListener("change", () => change(box.checked));
    line.append(box);
    if (mark) line.append(mark);
    const said = fc.element("span");
    fc.write(said, label);
    if (means) said.append(fc.element("small", means));
    line.append(said);
    if (count !== undefined) line.append(fc.element("span", count, "fc-count"));
    return line;
  }

  function group(title, parts) {
    const set = fc.element("fieldset");
    set.append(fc.element("legend", title), ...parts);
    return set;
  }

  function swatches(rows, className) {
    const list = fc.element("ul", undefined, className);
    for (const [colour, label] of rows) {
      const item = fc.element("li");
      const swatch = fc.element("i");
      swatch.style.setProperty("--colour", colour);
      item.append(swatch, fc.element("span", label));
      list.append(item);
    }
    return list;
  }

  function classRows(view) {
    const { colours, classes, areas, rounded } = fc.data;
    const shares = classes[fc.language].labels.map((label, k) => [colours.areas[k], label]);
    const rest = [];
    if (areas && view.hasEmpty) rest.push([colours.empty, fc.say("no_count")]);
    if (rounded) rest.push([colours.masked, fc.say("not_shown")]);
    return [swatches(shares, "fc-classes fc-shares"), swatches(rest, "fc-classes")];
  }

  const note = (text, id) => {
    const made = fc.element("p", undefined, "fc-note");
    fc.write(made, text);
    if (id) made.id = id;
    return made;
  };

  fc.buildPanel = (view) => {
    const { areas, squares, premises, classes, steps } = fc.data;
    const body = fc.byId("fc-panel-body");
    const layers = [];
    const toggled = (name) => (on) => view.toggle(name, on);
    if (areas) {
      layers.push(row("fc-areas", fc.say("areas"), view.on.areas, toggled("areas")));
    }
    if (squares) {
      layers.push(
        row("fc-squares", classes[fc.language].squares, view.on.squares, toggled("squares")),
      );
    }
    const named = { roads: "roads", network: "network", planned: "planned_network" };
    for (const [name, key] of Object.entries(named)) {
      if (!view.lines[name]) continue;
      const known = fc.say(key);
      // The lines are those of the map's own date, whichever date is shown.
      const label =
        steps.length > 1 && name !== "roads" ? `${known} (${steps[fc.data.now].date})` : known;
      const mark = lineOf(view.lines[name].style);
      layers.push(row(`fc-${name}`, label, view.on[name], toggled(name), { mark }));
    }
    const groups = [group(fc.say("layers"), layers)];
    const own = view.own.map(({ id, name, background }) => {
      const label = background ? fc.say("background") : name;
      return row(`fc-own-${id}`, label, view.on[id], toggled(id));
    });
    if (own.length) groups.push(group(fc.say("own_layers"), own));
    const ramp = classRows(view);
    if (areas) ramp.push(note(fc.say("zoom_out_areas"), "fc-zoom-out"));
    groups.push(group(classes[fc.language].title, ramp));
    if (premises) groups.push(group(fc.say("statuses"), statusRows(view)));
    const focused = document.activeElement?.id;
    body.replaceChildren(...groups);
    if (focused && body.querySelector(`#${CSS.escape(focused)}`)) fc.byId(focused).focus();
  };

  function statusRows(view) {
    const counts = fc.data.premises.counts[view.step];
    const rows = fc.data.statuses
      .filter((status) => fc.data.premises.counts.some((at) => at[status] !== 0))
      .map((status) =>
        row(
          `fc-${status}-marks`,
          fc.say(status),
          view.shown[status],
          (on) => view.toggleStatus(status, on),
          {
            mark: markOf(status),
            count: counts[status] === null ? undefined : fc.count(counts[status]),
            means: fc.say(`${status}_means`),
          },
        ),
      );
    return [...rows, note(fc.say("zoom_in"), "fc-zoom-in")];
  }

  const nameOf = (step) => (step.plan ? fc.say("plan") : step.date);

  fc.buildDates = (view) => {
    const { steps } = fc.data;
    if (steps.length < 2) return;
    const range = fc.byId("fc-date-range");
    range.max = steps.length - 1;
    range.value = view.step;
    fc.byId("fc-date").hidden = false;
    range.addEventListener("input", () => view.show(Number(range.value)));
  };

  fc.showDate = (view) => {
    const name = nameOf(fc.data.steps[view.step]);
    fc.byId("fc-date-shown").textContent = name;
    fc.byId("fc-date-range").setAttribute("aria-valuetext", name);
  };

  fc.showBanner = (view) => {
    const step = fc.data.steps[view.step];
    const said = step[fc.language];
    fc.write(fc.byId("fc-headline"), said.headline);
    fc.write(fc.byId("fc-share"), said.share);
    fc.write(fc.byId("fc-verdict"), said.goal);
    fc.byId("fc-notes").replaceChildren(...said.notes.flatMap((text) => [note(text), " "]));
    fc.byId("fc-method").replaceChildren(...said.method.flatMap((text) => [note(text), " "]));
    const bar = fc.byId("fc-bar");
    if (!bar) return;
    const withPlan = step.planned_percent ? said.notes[0] : "";
    bar.setAttribute("aria-label", `${said.share} ${said.goal} ${withPlan}`.trim());
    const { target } = fc.data.classes[fc.language];
    if (target) fc.byId("fc-key-target").textContent = target;
    bar.querySelector(".fc-bar-passed").style.width = `${step.passed_percent}%`;
    const plan = bar.querySelector(".fc-bar-plan");
    plan.style.left = `${step.passed_percent}%`;
    plan.style.width = `${step.planned_percent}%`;
  };
})(window.fibercov);
