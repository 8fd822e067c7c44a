/* Finds an area or an address by what its name holds: a combobox with a list of what was found. */
((fc) => {
  const MOST = 8;
  const ENOUGH = 2000; // found, to choose the best from

  fc.buildSearch = (view) => {
    const names = fc.data.areas?.name ?? [];
    const { addresses } = view;
    if (names.length === 0 && !addresses) return;
    const field = fc.byId("fc-query");
    const list = fc.byId("fc-found");
    const none = fc.byId("fc-none");
    const foldedNames = names.map(fc.fold);
    let foldedAddresses = null; // made when it is first needed
    let found = [];
    let chosen = -1;

    function find(text) {
      const wanted = fc.fold(text.trim());
      if (wanted.length < 2) return [];
      const hits = [];
      foldedNames.forEach((name, number) => {
        if (hits.length < MOST / 2 && name.includes(wanted)) hits.push({ area: number });
      });
      foldedAddresses ??= (addresses ?? []).map(fc.fold);
      const fitting = [];
      for (let i = 0; i < foldedAddresses.length && fitting.length < ENOUGH; i++) {
        if (foldedAddresses[i].includes(wanted)) fitting.push(i);
      }
      // What begins with the words comes first, then by name, 2 before 10.
      const later = (i) => (foldedAddresses[i].startsWith(wanted) ? 0 : 1);
      const { compare } = new Intl.Collator(fc.language, { numeric: true });
      fitting.sort((a, b) => later(a) - later(b) || compare(addresses[a], addresses[b]));
      return [...hits, ...fitting.map((i) => ({ premises: i }))].slice(0, MOST);
    }

    function show(hits) {
      [found, chosen] = [hits, -1];
      draw();
      const asked = field.value.trim().length >= 2 && document.activeElement === field;
      none.hidden = !asked || hits.length > 0;
      if (asked) {
        fc.announce(
          hits.length ? fc.say("hits", { count: fc.count(hits.length) }) : none.textContent,
        );
      }
    }

    function draw() {
      list.hidden = found.length === 0;
      field.setAttribute("aria-expanded", String(found.length > 0));
      const options = found.map((hit, n) => {
        const option = fc.element(
          "li",
          hit.area === undefined ? addresses[hit.premises] : names[hit.area],
        );
        option.id = `fc-found-${n}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(n === chosen));
        const where = hit.area === undefined ? fc.areaOf(view, hit.premises) : fc.say("area");
        if (where) option.append(" ", fc.element("small", where));
        // The field keeps the focus; and not before the click, which would fall on the map below.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => go(n));
        return option;
      });
      list.replaceChildren(...options);
      if (chosen < 0) field.removeAttribute("aria-activedescendant");
      else field.setAttribute("aria-activedescendant", `fc-found-${chosen}`);
    }

    function go(n) {
      const hit = found[n];
      show([]);
      if (hit.area === undefined) view.goToPremises(hit.premises);
      else view.goToArea(hit.area);
    }

    field.addEventListener("input", () => show(find(field.value)));
    field.addEventListener("blur", () => show([]));
    field.addEventListener("keydown", (event) => {
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        chosen =
          chosen < 0 && step < 0 ? found.length - 1 : (chosen + step + found.length) % found.length;
        draw();
        event.preventDefault();
      } else if (event.key === "Enter" && found.length) {
        go(Math.max(0, chosen));
      } else if (event.key === "Escape") {
        show([]);
      }
    });
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
