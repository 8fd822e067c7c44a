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
    const rows = number.map((name, k) => {
      const button = fc.element("button", name, "fc-build");
      button.setAttribute("aria-label", fc.say("build", { number: name }));
      const first = fc.element("td");
      first.append(button);
      const row = fc.element("tr");
      row.append(first, ...figures(k).map((text) => fc.element("td", text, "fc-number")));
      row.addEventListener("click", () => fc.goToBuild(k));
      return row;
    });
    fc.byId("fc-build-heads").replaceChildren(
      ...[fc.say("build_number"), ...heads].map((head, n) =>
        fc.element("th", head, n && "fc-number"),
      ),
    );
    fc.byId("fc-build-rows").replaceChildren(...rows);
  };
})(window.fibercov);
