/* The search for an area or an address by words of its name: a combobox with a list of matches. */
((fc) => {
  const LEAST = 2; // letters to look for
  const MOST = 8;

  /* Words in lower case without accents, so that a search for "oster" finds it with dots, too. */
  const fold = (text) => {
    const bare = text
      .toLowerCase()
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "");
    return ` ${bare.replace(/[^\p{L}\p{N}]+/gu, " ")}`;
  };
  const wordsOf = (text) => fold(text).match(/\p{N}+\p{L}*|\p{L}+/gu) ?? [];

  /* RULE: every word is somewhere in the name, in any order; a number is at the beginning of a word. */
  const fits = (folded, words) =>
    words.every((word) => folded.includes(/^\p{N}/u.test(word) ? ` ${word}` : word));

  let [field, list, note] = []; // elements
  let [names, addresses, found, chosen] = [[], [], [], -1];
  let folded = null; // the names and addresses, made when the page is idle
  const prepare = () => {
    folded ??= [names.map(fold), addresses.map(fold)];
  };

  /* Finds the areas and addresses with some words, the best first, equal ones once. */
  function find(words) {
    prepare();
    const hits = [...names.keys()].filter((k) => fits(folded[0][k], words));
    const first = new Map();
    folded[1].forEach((name, i) => {
      if (fits(name, words) && !first.has(addresses[i])) first.set(addresses[i], i);
    });
    // RULE: names that begin with the first word come first; then by name, 2 before 10.
    const later = (i) => Number(!folded[1][i].startsWith(` ${words[0]}`));
    const { compare } = new Intl.Collator(fc.language, { numeric: true });
    const order = (a, b) => later(a) - later(b) || compare(addresses[a], addresses[b]);
    const premises = [...first.values()].sort(order).map((i) => ({ premises: i }));
    return [...hits.map((area) => ({ area })), ...premises];
  }

  function look() {
    const words = wordsOf(field.value);
    const asked = words.join("").length >= LEAST;
    const hits = asked ? find(words) : [];
    draw(hits.slice(0, MOST), -1);
    note.hidden = !asked;
    const some = { shown: fc.count(found.length), count: fc.count(hits.length) };
    note.textContent = fc.say(hits.length ? "hits" : "no_hits", some);
    if (asked) fc.announce(note.textContent);
  }

  function close() {
    draw([], -1);
    note.hidden = true;
  }

  function draw(hits, choice) {
    [found, chosen] = [hits, choice];
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    list.replaceChildren(...found.map(option));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `fc-found-${chosen}`);
  }

  function option({ area, premises }, n) {
    const [text, where] =
      premises === undefined
        ? [names[area], fc.say("area")]
        : [addresses[premises], fc.areaOf(premises)];
    const attributes = { id: `fc-found-${n}`, role: "option", "aria-selected": n === chosen };
    const made = fc.make("li", attributes, text, " ", fc.make("small", {}, where));
    // The field keeps the focus; and not before the click, which would fall on the map below.
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", () => go(n));
    return made;
  }

  function go(n) {
    const { area, premises } = found[n];
    close();
    if (premises === undefined) fc.choose({ area }, true);
    else fc.goToPremises(premises);
  }

  function press(event) {
    const { length } = found;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    if (!length || !(step || event.key === "Enter")) return;
    event.preventDefault(); // or the button that gets the focus by Enter would be pressed, too
    if (step) draw(found, ((chosen < 0 && step < 0 ? length : chosen) + step + length) % length);
    else go(Math.max(0, chosen));
  }

  fc.buildSearch = () => {
    [field, list, note] = ["fc-query", "fc-found", "fc-none"].map(fc.byId);
    names = fc.data.areas?.name ?? [];
    addresses = fc.unpacked.premises?.address ?? [];
    if (names.length === 0 && addresses.length === 0) return;
    field.hidden = false;
    for (const type of ["input", "focus"]) field.addEventListener(type, look);
    field.addEventListener("blur", close);
    field.addEventListener("keydown", press);
    addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(prepare));
  };

  fc.labelSearch = () => {
    const both = names.length && addresses.length;
    const said = fc.say(both ? "search" : addresses.length ? "search_addresses" : "search_areas");
    field.placeholder = said;
    for (const element of [field, list]) element.setAttribute("aria-label", said);
  };
})(window.fibercov);
