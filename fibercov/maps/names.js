/* Writes names on the map where there is room: the numbers of builds, then areas, then places. */
((fc) => {
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const widthOf = (text) => {
    if (!widths.size) pen.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
    if (!widths.has(text)) widths.set(text, 1.05 * pen.measureText(text).width);
    return widths.get(text);
  };

  /* The widest stretch of a row of pixels that lies in a polygon. */
  function stretch(rings, y, left, right) {
    const at = [];
    for (const ring of rings) {
      for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
        const [a, b] = [ring[j], ring[k]];
        if (a.y > y !== b.y > y) at.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
      }
    }
    at.sort((a, b) => a - b);
    let best = [0, 0];
    for (let k = 0; k + 1 < at.length; k += 2) {
      const [from, to] = [Math.max(at[k], left), Math.min(at[k + 1], right)];
      if (to - from > best[1] - best[0]) best = [from, to];
    }
    return best;
  }

  /* Where a name of a size fits into a polygon, in the part that the window shows; null if nowhere. */
  function placeIn(rings, wide, tall, view, wish) {
    const ys = rings.flatMap((ring) => ring.map(({ y }) => y));
    const top = Math.max(Math.min(...ys), view.min.y) + tall / 2 + 2;
    const bottom = Math.min(Math.max(...ys), view.max.y) - tall / 2 - 2;
    const rows = [wish.y, ...[4, 3, 5, 2, 6, 1, 7].map((k) => top + ((bottom - top) * k) / 8)];
    for (const y of rows) {
      if (y < top || y > bottom) continue;
      const lines = [y - tall / 2, y, y + tall / 2].map((row) =>
        stretch(rings, row, view.min.x + 4, view.max.x - 4),
      );
      const from = Math.max(...lines.map(([left]) => left));
      const to = Math.min(...lines.map(([, right]) => right));
      if (to - from < wide + 8) continue;
      const half = wide / 2 + 4;
      return L.point(Math.min(Math.max(wish.x, from + half), to - half), y);
    }
    return null;
  }

  fc.placeNames = (view) => {
    const { map } = view;
    const pane = map.getPane("fc-labels");
    pane.replaceChildren();
    const window_ = L.bounds(
      map.containerPointToLayerPoint([0, 0]),
      map.containerPointToLayerPoint(map.getSize()),
    );
    const taken = [];
    const free = (at, wide, tall) =>
      !taken.some(
        ([x, y, w, h]) =>
          Math.abs(x - at.x) < (wide + w) / 2 && Math.abs(y - at.y) < (tall + h) / 2,
      );
    const write = (text, at, wide, tall, className) => {
      if (!free(at, wide, tall)) return null;
      taken.push([at.x, at.y, wide, tall]);
      const label = fc.make("span", { class: `fc-name ${className}` }, text);
      L.DomUtil.setPosition(label, at);
      pane.append(label);
      return label;
    };
    writeBuilds(view, window_, write);
    if (fc.on.areas)
      for (const number of bySize(view.step)) writeArea(view, number, window_, write);
    if (fc.on.context && fc.unpacked.context) fc.writePlaces(view, write, widthOf);
  };

  /* RULE: of numbers that would overlap, the chosen build's is written, else the lower. */
  function writeBuilds(view, window_, write) {
    view.numbered = [];
    if (!fc.data.builds || !fc.on.planned) return;
    const { number, label } = fc.data.builds;
    for (const k of [fc.chosen.build ?? 0, ...number.keys()]) {
      const at = view.map.latLngToLayerPoint(label[k]);
      const chosen = k === fc.chosen.build ? " fc-chosen" : "";
      const wide = Math.max(24, 8 * String(number[k]).length + 6);
      if (window_.contains(at) && write(number[k], at, wide, 24, `fc-build${chosen}`))
        view.numbered.push([at, k]);
    }
  }

  const bySize = (step) => {
    const { total } = fc.data.areas?.steps[step] ?? { total: [] };
    const names = fc.data.areas?.name ?? [];
    return [...names.keys()].sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0));
  };

  /* RULE: a name stays inside its area: with the share below it, else alone, else in two lines, else not. */
  function writeArea(view, number, window_, write) {
    const polygon = view.polygons[number];
    const bounds = view.map.latLngToLayerPoint.bind(view.map);
    const box = L.bounds(
      bounds(polygon.getBounds().getNorthWest()),
      bounds(polygon.getBounds().getSouthEast()),
    );
    const { name, label } = fc.data.areas;
    const size = box.getSize();
    if (!box.intersects(window_) || size.x < 24 || size.y < 18) return;
    const rings = fc.unpacked.areas[number].map((ring) => ring.map((place) => bounds(place)));
    const share = view.near ? null : fc.areaShare(number, view.step);
    const halves = name[number].replace(/ (?=\S*$)/, "\n");
    for (const [text, below] of [[name[number], share], [name[number]], [halves]]) {
      const lines = [...text.split("\n"), ...(below ? [below] : [])];
      const [wide, tall] = [Math.max(...lines.map(widthOf)), 15 * lines.length];
      const at = placeIn(rings, wide, tall, window_, bounds(label[number]));
      const made = at && write(text, at, wide, tall, "fc-area");
      if (!made) continue;
      if (below) made.append("\n", fc.make("span", {}, below));
      const fill =
        view.near || fc.on.squares || fc.chosen.area >= 0
          ? null
          : fc.classColour(fc.areaClass(number, view.step));
      if (!fill) return;
      made.style.setProperty("--halo", fill);
      made.style.setProperty("--named", fc.inkOn(fill));
      return;
    }
  }
})(window.fibercov);
