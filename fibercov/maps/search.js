/* The search for an area or an address by part of its name: a combobox with a list of matches. */
((fc) => {
  const LEAST = 2; // letters to look for
  const MOST = 8;
  const ENOUGH = 2000; // matches to choose the best from

  /* Makes a function that finds the areas and addresses with some words, the best first. */
  function finder(names, addresses) {
    const foldedNames = names.map(fc.fold);
    let foldedAddresses = null; // made when first needed
    return (text) => {
      const wanted = fc.fold(text.trim());
      if (wanted.length < LEAST) return [];
      const hits = [];
      foldedNames.forEach((name, number) => {
        if (hits.length < MOST / 2 && name.includes(wanted)) hits.push({ area: number });
      });
      foldedAddresses ??= addresses.map(fc.fold);
      const fitting = [];
      for (let i = 0; i < foldedAddresses.length && fitting.length < ENOUGH; i++) {
        if (foldedAddresses[i].includes(wanted)) fitting.push(i);
      }
      // RULE: names that begin with the words come first; then by name, 2 before 10.
      const later = (i) => (foldedAddresses[i].startsWith(wanted) ? 0 : 1);
      const { compare } = new Intl.Collator(fc.language, { numeric: true });
      fitting.sort((a, b) => later(a) - later(b) || compare(addresses[a], addresses[b]));
      return [...hits, ...fitting.map((i) => ({ premises: i }))].slice(0, MOST);
    };
  }

  class Search {
    constructor(view, names, addresses) {
      this.field = fc.byId("fc-query");
      this.list = fc.byId("fc-found");
      this.none = fc.byId("fc-none");
      Object.assign(this, { view, names, addresses, found: [], chosen: -1 });
      const find = finder(names, addresses);
      this.field.addEventListener("input", () => this.show(find(this.field.value)));
      this.field.addEventListener("blur", () => this.show([]));
      this.field.addEventListener("keydown", (event) => this.press(event));
    }

    show(hits) {
      [this.found, this.chosen] = [hits, -1];
      this.draw();
      const asked =
        this.field.value.trim().length >= LEAST && document.activeElement === this.field;
      this.none.hidden = !asked || hits.length > 0;
      if (!asked) return;
      const said = fc.say("hits", { count: fc.count(hits.length) });
      fc.announce(hits.length ? said : this.none.textContent);
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
      const option = fc.element("li", isArea ? this.names[hit.area] : this.addresses[hit.premises]);
      option.id = `fc-found-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(n === this.chosen));
      const where = isArea ? fc.say("area") : fc.areaOf(this.view, hit.premises);
      if (where) option.append(" ", fc.element("small", where));
      // The field keeps the focus; and not before the click, which would fall on the map below.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => this.go(n));
      return option;
    }

    go(n) {
      const hit = this.found[n];
      this.show([]);
      if (hit.area === undefined) this.view.goToPremises(hit.premises);
      else this.view.goToArea(hit.area);
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
        this.go(Math.max(0, this.chosen));
      } else if (event.key === "Escape") {
        this.show([]);
      }
    }
  }

  fc.buildSearch = (view) => {
    const names = fc.data.areas?.name ?? [];
    const addresses = view.addresses ?? [];
    if (names.length === 0 && addresses.length === 0) return;
    new Search(view, names, addresses);
    fc.byId("fc-search").hidden = false;
  };

  fc.labelSearch = (view) => {
    const both = fc.data.areas && view.addresses;
    const key = both ? "search" : view.addresses ? "search_addresses" : "search_areas";
    const field = fc.byId("fc-query");
    field.placeholder = fc.say(key);
    field.setAttribute("aria-label", fc.say(key));
    fc.byId("fc-found").setAttribute("aria-label", fc.say(key));
  };
})(window.fibercov);
