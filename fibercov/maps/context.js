/* The ground below the figures, in greys: water, coasts, railways, roads, and the names of places. */
((fc) => {
  const STREETS_FROM = 14; // the zoom from which roads are drawn as streets
  const STREET = { 14: 3, 15: 4.4 }; // pixels; 6 closer
  const LEAST = { 1: 0, 2: 8, 3: 24, 4: 64 }; // a shorter road of this rank waits until the reader zooms in
  const PATHS = "roads4";
  const ROOM = 30_000; // square pixels of the map to a name
  const NAMES_TO = 16; // closer, the name of a town would read as that of a house
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  };

  const Ground = fc.Tiles.extend({
    initialize(view, layers) {
      L.setOptions(this, { pane: "fc-context" });
      Object.assign(this, { view, layers });
    },
    draw(pen, tile) {
      const colour = colours();
      const line = (name, stroke, width, { alpha = 1, dash = [], least = 0 } = {}) => {
        pen.globalAlpha = alpha;
        pen.strokeStyle = colour(stroke);
        pen.lineWidth = width;
        pen.setLineDash(dash);
        this.layers[name]?.trace(pen, tile, width, () => pen.stroke(), { least });
      };
      pen.lineCap = "round";
      pen.fillStyle = colour("water");
      // RULE: all rings are one path, or an island would be filled that has its lake in another.
      this.layers.water1?.trace(pen, tile, 1, () => pen.fill(), { most: Infinity });
      line("water1", "shore", 1);
      line("coast1", "shore", 1);
      const ranks = [4, 3, 2, 1]; // the most important on top
      if (tile.zoom >= Math.max(STREETS_FROM, this.view.marksFrom ?? Infinity)) {
        const width = STREET[tile.zoom] ?? 6;
        const wide = (name) => (name === PATHS ? width / 2.4 : width);
        const names = ranks.map((rank) => `roads${rank}`);
        for (const name of names) line(name, "street-edge", wide(name) + 1.6);
        for (const name of names) line(name, "street", wide(name));
      } else {
        for (const rank of ranks)
          line(`roads${rank}`, "road", 1, { alpha: 0.24, least: LEAST[rank] });
      }
      line("railways1", "road", 1.2, { alpha: 0.5, dash: [6, 3] });
    },
  });

  fc.unpackContext = async (view) => {
    const { context, unit } = fc.data;
    if (!context) return;
    const numbers = (packed, names) =>
      Promise.all(names.map((name) => fc.wholeNumbers(packed[name])));
    const layers = {};
    for (const [name, packed] of Object.entries(context.layers)) {
      const [sizes, lat, lon] = await numbers(packed, ["sizes", "lat", "lon"]);
      layers[name] = new fc.Lines(...fc.project(lat, lon), sizes);
    }
    const [lat, lon, room] = await numbers(context.names, ["lat", "lon", "room"]);
    const texts = await fc.lines(context.names.text);
    view.places = Array.from(lat, (north, k) => ({
      text: texts[k],
      latlng: [north * unit, lon[k] * unit],
      degrees: room[k] * unit, // the width of a lake
      className: `fc-label ${room[k] ? "fc-water" : "fc-place"}`,
    }));
    view.context = new Ground(view, layers);
  };

  /* Writes the names of places, the most important first, and of lakes that have room for theirs. */
  fc.placeNames = (view, write) => {
    if (!view.context || !view.on.context) return;
    const there = Array.from(fc.map.getPane("fc-labels").children, (label) => label.textContent);
    const { x: width, y: height } = fc.map.getSize();
    const perDegree = (256 * 2 ** fc.map.getZoom()) / 360;
    let left = Math.ceil((width * height) / ROOM);
    for (const { text, latlng, degrees, className } of view.places) {
      if (!degrees && fc.map.getZoom() > NAMES_TO) continue;
      const half = 3.2 * text.length + 4;
      const { x, y } = fc.map.latLngToContainerPoint(latlng);
      if (x < half || x > width - half || y < 10 || y > height - 10) continue;
      if (degrees && degrees * perDegree < 2 * half) continue;
      // RULE: an area is mostly called as its place is, and then has its name already.
      if (there.some((label) => label.startsWith(text))) continue;
      const at = fc.map.latLngToLayerPoint(latlng);
      if (write(text, at, half + 8, 28, className) && --left === 0) return;
    }
  };
})(window.fibercov);
