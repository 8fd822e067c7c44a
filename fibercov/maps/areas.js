/* The areas: their figures, and the table of them all, which is also a file. */
((fc) => {
  /* The figures of an area, or of a row for what lies in none; null where they are not shown. */
  fc.areaRow = (number, step) => {
    const { name, more, steps } = fc.data.areas;
    const row = { number, name: name[number] ?? more[number - name.length][fc.language] };
    for (const [key, of] of Object.entries(steps[step])) row[key] = of[number];
    row.share = row.total > 0 ? row.reached / row.total : null;
    return row;
  };

  fc.areaClass = (number, step) => {
    const { total, reached } = fc.areaRow(number, step);
    return fc.classOf(reached, total ?? -1);
  };

  fc.areaShare = (number, step) => {
    const { total, reached } = fc.areaRow(number, step);
    return total > 0 ? fc.share(reached, total) : null;
  };

  /* The whole at a date, as a row. */
  const whole = (step) => ({ name: fc.say("whole"), ...fc.data.steps[step] });

  const known = (value, text) => (value === null ? fc.say("masked") : text(value));

  /* The columns: a key, and the text of a cell. RULE: a row for what lies in no area has no target. */
  function columns() {
    const nothing = (row) => row.total === 0;
    const open = (row) => nothing(row) || (row.total !== null && (row.shortfall ?? null) === null);
    const share = (row) => fc.share(row.reached, row.total);
    const all = [
      { key: "name", word: "area", say: (row) => row.name },
      { key: "total", word: "homes", number: true, say: (row) => known(row.total, fc.count) },
      {
        key: "share",
        word: "within",
        number: true,
        say: (row) => (nothing(row) ? "\u2013" : known(row.total, () => share(row))),
      },
    ];
    if (!fc.data.target) return all;
    // RULE: where the rounding leaves open whether the target is met, no number is missing to it.
    const toGo = ({ shortfall, verdict }) =>
      shortfall && verdict !== "about" ? fc.count(shortfall) : fc.say(`verdict_${verdict}`);
    const say = (row) => (open(row) ? "\u2013" : known(row.total, () => toGo(row)));
    return [...all, { key: "shortfall", number: true, say }];
  }

  const state = { rising: false };

  function rows(step) {
    const { name, more } = fc.data.areas;
    const shown = [...name, ...more].flatMap((called, k) => (called === null ? [] : k));
    const value = (row) => row[state.key] ?? (state.key === "share" ? 2 : -1);
    const order = (a, b) =>
      state.key === "name" ? a.name.localeCompare(b.name, fc.language) : value(a) - value(b);
    // RULE: what lies in no area comes last; of equals, the one with the lower share first.
    const last = (row) => Number(row.number >= name.length);
    return shown
      .map((k) => fc.areaRow(k, step))
      .sort(
        (a, b) =>
          last(a) - last(b) ||
          (state.rising ? order(a, b) : order(b, a)) ||
          (a.share ?? 2) - (b.share ?? 2) ||
          a.number - b.number,
      );
  }

  /* A bar as long as the share, with the target. */
  function bar({ share, reached, total }) {
    const fill = fc.fillName(fc.classOf(reached, total));
    const done = fc.make("i", { style: `width: ${100 * share}%; background: var(--${fill})` });
    const hidden = { class: "fc-mini", "aria-hidden": "true" };
    return fc.make("span", hidden, done, fc.data.target && fc.tick());
  }

  function line(row) {
    const whole = row.number === undefined;
    const isArea = row.number < fc.data.areas.name.length;
    const cells = columns().map(({ key, say }) => {
      if (key !== "name") {
        const of = key === "share" && row.share !== null && (whole || isArea) ? bar(row) : null;
        return fc.make("td", { class: "fc-number" }, of, fc.make("span", {}, say(row)));
      }
      const choose = () => fc.choose({ area: row.number }, true);
      return fc.make(
        "th",
        { scope: "row" },
        isArea ? fc.button(say(row), choose, "fc-link") : say(row),
      );
    });
    const made = fc.make("tr", { class: whole ? "fc-all" : "" }, ...cells);
    if (isArea) {
      made.dataset.area = row.number;
      made.addEventListener("mouseenter", () => fc.hover(row.number));
      made.addEventListener("mouseleave", () => fc.hover(null));
    }
    return made;
  }

  /* A column's heading: a button that sorts by it, or turns the order. */
  function heading({ key, word, number }, place) {
    const here = key === state.key;
    const said = fc.say(word ?? key);
    const button = fc.button(said, () => {
      Object.assign(state, { key, rising: here ? !state.rising : !number });
      fc.fillTable();
      fc.byId("fc-heads").children[place].firstChild.focus();
      fc.announce(`${said}: ${fc.say(state.rising ? "sorted_up" : "sorted_down")}`);
    });
    const arrow = here ? (state.rising ? " \u2191" : " \u2193") : "";
    button.append(fc.make("span", { "aria-hidden": "true" }, arrow));
    const sorted = here ? (state.rising ? "ascending" : "descending") : undefined;
    const attributes = { scope: "col", class: number ? "fc-number" : "", "aria-sort": sorted };
    return fc.make("th", attributes, button);
  }

  fc.fillTable = () => {
    if (!fc.data.areas) return;
    if (!state.key)
      Object.assign(state, fc.data.target ? { key: "shortfall" } : { key: "share", rising: true });
    const { step } = fc.view;
    fc.byId("fc-heads").replaceChildren(...columns().map(heading));
    const all = { ...whole(step), share: fc.data.steps[step].reached / fc.data.steps[step].total };
    fc.byId("fc-rows").replaceChildren(line(all), ...rows(step).map(line));
  };

  /* Saves the table as the language's spreadsheets read it. */
  fc.saveTable = () => {
    const { decimal } = fc.data.languages[fc.language];
    const separator = decimal === "," ? ";" : ",";
    // RULE: a cell that a spreadsheet would take for a formula begins with an apostrophe.
    const quoted = (text) => `"${text.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`;
    const number = ({ key, say }, row) =>
      key === "share" ? say(row).replace(/[^\d.,]/g, "") : (row[key] ?? "");
    const [name, ...figures] = columns();
    const { step } = fc.view;
    const lines = [whole(step), ...rows(step)].map((row) => [
      quoted(name.say(row)),
      ...figures.map((column) => number(column, row)),
    ]);
    const heads = [name, ...figures].map(({ key, word }) => quoted(fc.say(word ?? key)));
    const text = [heads, ...lines].map((of) => `${of.join(separator)}\r\n`).join("");
    const href = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" }));
    const { date } = fc.data.steps[step];
    const download = `${fc.byId("fc-title").textContent} ${date}.csv`.trim();
    fc.make("a", { href, download }).click();
  };
})(window.fibercov);
