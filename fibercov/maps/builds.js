/* The list of a plan's builds, in the panel, and the card of each. */
((fc) => {
  const labels = () => ["cost", "trench", "newly_reached", "share_after"].map((key) => fc.say(key));
  const figures = (k) => {
    const { cost, trench_m, reached, share } = fc.data.builds;
    return [fc.count(cost[k]), fc.length(trench_m[k]), fc.count(reached[k]), fc.percent(share[k])];
  };

  fc.buildCard = (k) => {
    const { number, currency } = fc.data.builds;
    const said = figures(k);
    said[0] = `${said[0]}\u00a0${currency}`.trim();
    const rows = labels().map((label, n) => [label, said[n]]);
    return fc.card(fc.say("build", { number: number[k] }), rows);
  };

  /* A row goes to its build wherever it is pressed; the button in it is for the keyboard. */
  fc.listBuilds = () => {
    if (!fc.data.builds) return;
    const { number, currency } = fc.data.builds;
    const heads = labels();
    if (currency) heads[0] += ` (${currency})`;
    const cell = (text) => fc.make("td", { class: "fc-number" }, text);
    const rows = number.map((name, k) => {
      const label = fc.say("build", { number: name });
      const button = fc.make("button", { class: "fc-build", "aria-label": label }, name);
      const row = fc.make("tr", {}, fc.make("td", {}, button), ...figures(k).map(cell));
      row.addEventListener("click", () => fc.goToBuild(k));
      return row;
    });
    fc.byId("fc-build-heads").replaceChildren(
      fc.make("th", {}, fc.say("build_number")),
      ...heads.map((head) => fc.make("th", { class: "fc-number" }, head)),
    );
    fc.byId("fc-build-rows").replaceChildren(...rows);
  };
})(window.fibercov);
