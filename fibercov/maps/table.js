/* The areas as a table, for readers and screen readers, and for print. */
((fc) => {
  const printed = () => (fc.data.builds ? 8 : 12);

  /* The columns: a key, whether it is a number, and the text of a cell. */
  function columns() {
    const known = (value, text) => (value === null ? fc.say("masked") : text(value));
    const all = [
      { key: "name", say: (row) => row.name },
      { key: "homes", number: true, say: (row) => known(row.homes, fc.count) },
      {
        key: "share",
        word: "within",
        number: true,
        say: (row) =>
          row.homes === 0 ? "\u2013" : known(row.share, () => fc.share(row.reached, row.total)),
      },
    ];
    if (fc.data.target_percent === null) return all;
    // RULE: a row for what lies in no area has no target.
    const none = (row) => row.homes === 0 || (row.share !== null && row.verdict === null);
    const figure = (row, text) => (none(row) ? "\u2013" : known(row.share, text));
    return [
      ...all,
      { key: "shortfall", number: true, say: (row) => figure(row, () => fc.count(row.shortfall)) },
      { key: "verdict", say: (row) => figure(row, () => fc.say(`verdict_${row.verdict}`)) },
    ];
  }

  const heading = (column) => fc.say(column.key === "name" ? "area" : (column.word ?? column.key));

  fc.areaRow = (number, step) => {
    const figures = fc.data.areas.steps[step];
    const { name, more } = fc.data.areas;
    const row = { number, name: name[number] ?? more[number - name.length][fc.language] };
    for (const key of ["total", "reached", "shortfall", "verdict"]) {
      row[key] = figures[key]?.[number] ?? null;
    }
    return { ...row, homes: row.total, share: row.total ? row.reached / row.total : null };
  };

  function rows(step) {
    const { name, more } = fc.data.areas;
    return [...name, ...more]
      .map((called, k) => called !== null && fc.areaRow(k, step))
      .filter(Boolean);
  }

  function sorted(list, column, rising) {
    const value = (row) => (column.number ? (row[column.key] ?? -1) : column.say(row));
    const order = (a, b) =>
      column.number
        ? Number(value(a)) - Number(value(b))
        : value(a).localeCompare(value(b), fc.language);
    return list.sort((a, b) => (rising ? order(a, b) : order(b, a)) || a.number - b.number);
  }

  function cells(row, shown, button) {
    const line = fc.element("tr");
    for (const column of shown) {
      const cell = fc.element(column.key === "name" ? "th" : "td");
      if (column.key === "name") cell.scope = "row";
      if (column.number) cell.className = "fc-number";
      if (button && column.key === "name") cell.append(button(row));
      else cell.textContent = column.say(row);
      line.append(cell);
    }
    return line;
  }

  function nameButton(row, go) {
    if (row.number >= fc.data.areas.name.length) return fc.element("span", row.name);
    return fc.button(row.name, () => go(row.number), "fc-link");
  }

  /* A column's heading: a button that sorts by it, or turns the order. */
  function headCell(column, state, sort) {
    const here = column.key === state.key;
    const head = fc.element("th", undefined, column.number ? "fc-number" : "");
    head.scope = "col";
    if (here) head.setAttribute("aria-sort", state.rising ? "ascending" : "descending");
    const button = fc.button(heading(column), () => {
      sort(column.key, here ? !state.rising : !column.number);
      fc.announce(`${heading(column)}: ${fc.say(state.rising ? "sorted_up" : "sorted_down")}`);
    });
    button.append(fc.element("span", here ? (state.rising ? " \u25b2" : " \u25bc") : ""));
    button.lastChild.setAttribute("aria-hidden", "true");
    head.append(button);
    return head;
  }

  fc.buildTable = (view) => {
    if (!fc.data.areas) return;
    const dialog = fc.byId("fc-dialog");
    const heads = fc.byId("fc-heads");
    const state = { key: fc.data.target_percent === null ? "share" : "shortfall", rising: false };
    const go = (number) => {
      dialog.close();
      view.goToArea(number);
    };

    function fill() {
      const shown = columns();
      const place = shown.findIndex(({ key }) => key === state.key);
      const sort = (key, rising) => {
        Object.assign(state, { key, rising });
        heads.children[fill()].firstChild.focus();
      };
      heads.replaceChildren(...shown.map((column) => headCell(column, state, sort)));
      const lines = sorted(rows(view.step), shown[place], state.rising);
      fc.byId("fc-rows").replaceChildren(
        ...lines.map((row) => cells(row, shown, (of) => nameButton(of, go))),
      );
      return place;
    }

    const open = fc.byId("fc-table-open");
    open.hidden = false;
    open.addEventListener("click", () => {
      fill();
      dialog.showModal();
    });
    fc.byId("fc-dialog-close").addEventListener("click", () => dialog.close());
  };

  /* On paper: the areas with the most to go, or the lowest share. */
  fc.fillPrinted = (view) => {
    if (!fc.data.areas) return;
    const shown = columns().filter(({ key }) => key !== "verdict"); // as wide as the page allows
    const toGo = shown.find(({ key }) => key === "shortfall");
    const all = sorted(rows(view.step), toGo ?? shown[2], !toGo);
    const table = fc.element("table");
    const head = fc.element("tr");
    head.append(
      ...shown.map((column) => fc.element("th", heading(column), column.number ? "fc-number" : "")),
    );
    table.append(head, ...all.slice(0, printed()).map((row) => cells(row, shown)));
    const parts = [fc.element("h2", fc.say("table_title")), table];
    if (all.length > printed()) {
      const more = fc.say("table_more", { count: fc.count(all.length - printed()) });
      parts.push(fc.element("p", more, "fc-note"));
    }
    fc.byId("fc-printed").replaceChildren(...parts);
  };
})(window.fibercov);
