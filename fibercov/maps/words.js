/* The page's words and numbers, in the reader's language, and the elements that hold them. Values
   become text nodes only: nothing from the data is ever read as markup. */
((fc) => {
  const NO_BREAK = "\u00a0";

  const language = () => fc.data.languages[fc.language];

  fc.say = (key, values = {}) => {
    return language().words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };

  /* A number of what is counted. */
  fc.amount = (number) => fc.say(number === 1 ? "one" : "other", { count: fc.count(number) });

  const formats = {};
  fc.count = (number) => {
    formats[fc.language] ??= new Intl.NumberFormat(language().locale);
    return formats[fc.language].format(number);
  };

  /* Digits from Python, with the language's decimal sign. */
  fc.digits = (text) => text.replace(".", language().decimal);

  fc.percent = (digits) => `${fc.digits(digits)}${NO_BREAK}%`;

  /* A share in percent, with the decimals that Python's texts.percent gives: one, or as many as keep
     what misses the target, is not all or is not none from being read as if. */
  fc.share = (reached, total) => {
    const [part, of, num, den] = [reached, total, ...(fc.data.target ?? [1, 1])].map(BigInt);
    for (let decimals = 1; ; decimals++) {
      const all = 100n * 10n ** BigInt(decimals);
      const read = (2n * part * all + of) / (2n * of); // half up
      const same = read * den >= all * num === part * den >= of * num;
      const ends = (read === 0n) === (part === 0n) && (read === all) === (part === of);
      if (decimals < 11 && !(same && ends)) continue;
      const text = String(read).padStart(decimals + 1, "0");
      return fc.percent(`${text.slice(0, -decimals)}.${text.slice(-decimals)}`);
    }
  };

  /* How many points a share rose, with its sign. */
  fc.points = (from, to) => {
    const part = ({ reached, total }) => [BigInt(reached), BigInt(total)];
    const [[a, b], [c, d]] = [part(from), part(to)];
    const [rise, of] = [1000n * (c * b - a * d), b * d];
    const tenths = Number((2n * (rise < 0n ? -rise : rise) + of) / (2n * of)); // half up
    const points = fc.digits((tenths / 10).toFixed(1));
    return fc.say("points_more", { points: `${rise < 0n ? "\u2212" : "+"}${points}` });
  };

  /* The class of a share; one more if there is nothing to count, and two if it is not shown. */
  fc.classOf = (reached, total) => {
    const { breaks } = fc.data;
    if (!(total > 0)) return breaks.length + (total === 0 ? 0 : 1);
    let found = breaks.length - 1;
    while (reached * breaks[found][1] < total * breaks[found][0]) found--;
    return found;
  };

  /* The name of a class's fill in the page's style; and its colour, if it is one. */
  fc.fillName = (kind) => [...fc.data.breaks.map((_, k) => `c${k + 1}`), "none", "hidden"][kind];
  fc.classColour = (kind) => (kind < fc.data.breaks.length ? fc.colour(fc.fillName(kind)) : null);

  /* The ink that is read best on a colour. */
  fc.inkOn = (colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const light = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b) > 0.19 ? "#0f1923" : "#fff";
  };

  fc.length = (metres) => {
    if (metres < 1000) return `${metres}${NO_BREAK}m`;
    return `${fc.digits((metres / 1000).toFixed(1))}${NO_BREAK}km`;
  };

  fc.byId = (id) => document.getElementById(id);

  /* Writes a text in which no line breaks inside a date, or between a number and its unit. */
  fc.write = (element, text) => {
    element.textContent = text
      .replace(/ (?=(?:%|k?m)(?!\p{L}))/gu, NO_BREAK)
      .replace(/(\d) (\p{L}+) (?=\d{4})/gu, `$1${NO_BREAK}$2${NO_BREAK}`);
    return element;
  };

  /* Makes an element with attributes, and with elements and texts in it; null is left out. */
  const DRAWN = ["svg", "path", "circle", "text"];
  fc.make = (tag, attributes, ...children) => {
    const made = DRAWN.includes(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {}))
      if (value !== undefined) made.setAttribute(name, value);
    made.append(...children.filter((child) => (child ?? false) !== false));
    return made;
  };

  fc.button = (text, press, className = "") => {
    const made = fc.make("button", { type: "button", class: className }, text);
    made.addEventListener("click", press);
    return made;
  };

  /* Announces a text to screen readers. */
  fc.announce = (text) => {
    fc.byId("fc-live").textContent = text;
  };

  /* Shows what went wrong in a message that stays until the reader closes it. */
  fc.warn = (word, values = {}) => {
    const text = fc.make("span", {}, fc.say(word, values));
    Object.assign(text.dataset, { word, ...values });
    const close = fc.button(fc.say("close"), () => message.remove());
    close.dataset.word = "close";
    const message = fc.make("p", { class: "fc-message" }, text, " ", close);
    fc.byId("fc-messages").append(message);
  };
})(window.fibercov);
