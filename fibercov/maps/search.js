/* The search for an area or an address by words of its name: a combobox with a list of matches. */
((fc) => {
  const LEAST = 2; // letters to look for
  const MOST = 8;

  const fold = (text) => ` ${fc.fold(text).replace(/[^\p{L}\p{N}]+/gu, " ")}`;
  const wordsOf = (text) => fold(text).match(/\p{N}+\p{L}*|\p{L}+/gu) ?? [];

  /* RULE: every word is somewhere in the name, in any order; a number is at the beginning of a word. */
  const fits = (folded, words) =>
    words.every((word) => folded.includes(/^\p{N}/u.test(word) ? ` ${word}` : word));

  let folded = null; // the names and addresses, made when the page is idle
  const prepare = (names, addresses) => {
    folded ??= [names.map(fold), addresses.map(fold)];
  };

  /* Finds the areas and addresses with some words, the best first, equal ones once. */
  function find(names, addresses, text) {
    const words = wordsOf(text);
    if (words.join("").length < LEAST) return [];
    prepare(names, addresses);
    const hits = [...names.keys()].filter((k) => fits(folded[0][k], words));
    const found = new Map();
    folded[1].forEach((name, i) => {
      if (fits(name, words) && !found.has(addresses[i])) found.set(addresses[i], i);
    });
    // RULE: names that begin with the first word come first; then by name, 2 before 10.
    const later = (i) => Number(!folded[1][i].startsWith(` ${words[0]}`));
    const { compare } = new Intl.Collator(fc.language, { numeric: true });
    const order = (a, b) => later(a) - later(b) || compare(addresses[a], addresses[b]);
    const premises = [...found.values()].sort(order).map((i) => ({ premises: i }));
    return [...hits.map((area) => ({ area })), ...premises];
  }

  class Search {
    constructor(names, addresses) {
      this.field = fc.byId("fc-query");
      this.list = fc.byId("fc-found");
      this.note = fc.byId("fc-none");
      Object.assign(this, { names, addresses, found: [], chosen: -1 });
      const look = () => this.show(find(names, addresses, this.field.value));
      this.field.addEventListener("input", look);
      this.field.addEventListener("focus", look);
      this.field.addEventListener("blur", () => this.show([]));
      this.field.addEventListener("keydown", (event) => this.press(event));
      (window.requestIdleCallback ?? setTimeout)(() => prepare(names, addresses));
    }

    show(hits) {
      [this.found, this.chosen] = [hits.slice(0, MOST), -1];
      this.draw();
      const asked = wordsOf(this.field.value).join("").length >= LEAST;
      this.note.hidden = !asked || document.activeElement !== this.field;
      const some = { shown: fc.count(this.found.length), count: fc.count(hits.length) };
      this.note.textContent = hits.length ? fc.say("hits", some) : fc.say("no_hits");
      if (!this.note.hidden) fc.announce(this.note.textContent);
    }

    draw() {
      this.list.hidden = this.found.length === 0;
      this.field.setAttribute("aria-expanded", String(this.found.length > 0));
      this.list.replaceChildren(...this.found.map((hit, n) => this.option(hit, n)));
      if (this.chosen < 0) this.field.removeAttribute("aria-activedescendant");
      else this.field.setAttribute("aria-activedescendant", `fc-found-${this.chosen}`);
    }

    option(hit, n) {
      const isArea = hit.area !== undefined;
      const where = isArea ? fc.say("area") : fc.areaOf(hit.premises);
      const option = fc.make(
        "li",
        { id: `fc-found-${n}`, role: "option", "aria-selected": n === this.chosen },
        isArea ? this.names[hit.area] : this.addresses[hit.premises],
        " ",
        fc.make("small", {}, where),
      );
      // The field keeps the focus; and not before the click, which would fall on the map below.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => this.go(n));
      return option;
    }

    go(n) {
      const hit = this.found[n];
      this.show([]);
      this.note.hidden = true;
      if (hit.area === undefined) fc.goToPremises(hit.premises);
      else fc.choose({ area: hit.area }, true);
    }

    press(event) {
      const { length } = this.found;
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.chosen =
          this.chosen < 0 && step < 0 ? length - 1 : (this.chosen + step + length) % length;
        this.draw();
        event.preventDefault();
      } else if (event.key === "Enter" && length) {
        event.preventDefault(); // or the button that gets the focus would be pressed, too
        this.go(Math.max(0, this.chosen));
      } else if (event.key === "Escape") {
        this.show([]);
        this.note.hidden = true;
      }
    }
  }

  fc.buildSearch = () => {
    const names = fc.data.areas?.name ?? [];
    const addresses = fc.unpacked.premises?.address ?? [];
    if (names.length === 0 && addresses.length === 0) return;
    new Search(names, addresses);
    fc.byId("fc-query").hidden = false;
  };

  fc.labelSearch = () => {
    const addresses = fc.unpacked.premises?.address;
    const both = fc.data.areas && addresses;
    const said = fc.say(both ? "search" : addresses ? "search_addresses" : "search_areas");
    fc.byId("fc-query").placeholder = said;
    for (const id of ["fc-query", "fc-found"]) fc.byId(id).setAttribute("aria-label", said);
  };
})(window.fibercov);
