/* The ground below the figures, in greys: water, coasts, railways, roads, and the names of places. */
((fc) => {
  const STREETS_FROM = 14; // the zoom from which roads are drawn as streets
  const STREET = { 14: 3, 15: 4.4 }; // pixels; 6 closer
  const LEAST = { 1: 0, 2: 8, 3: 24, 4: 64 }; // a shorter road of this rank waits until the reader zooms in
  const PATH = 4; // the rank of paths
  const ROOM = 30_000; // square pixels of the map to a name
  const NAMES_TO = 16; // closer, the name of a town would read as that of a house
  fc.Context = fc.Tiles.extend({
    options: { pane: "fc-context" },
    draw(pen, tile) {
      const { layers } = this.data;
      const trace = (name, how) => (layers[name] ? fc.paths(layers[name], tile, 8, how) : []);
      const stroke = (paths, colour, width, { alpha = 1, dash = [] } = {}) => {
        pen.globalAlpha = alpha;
        pen.strokeStyle = fc.colour(colour);
        pen.lineWidth = width;
        pen.setLineDash(dash);
        for (const path of paths) pen.stroke(path);
      };
      pen.lineCap = "round";
      pen.fillStyle = fc.colour("water");
      // RULE: all rings are one path, or an island would be filled that has its lake in another.
      const water = trace("water1", { most: Number.POSITIVE_INFINITY });
      for (const path of water) pen.fill(path);
      stroke([...water, ...trace("coast1")], "shore", 1);
      const near = tile.zoom >= Math.max(STREETS_FROM, fc.marksFrom);
      const street = STREET[Math.floor(tile.zoom)] ?? 6;
      const roads = [4, 3, 2, 1].map((rank) => ({
        paths: trace(`roads${rank}`, { least: near ? 0 : LEAST[rank] }),
        width: rank === PATH ? street / 2.4 : street,
      }));
      if (near) {
        for (const { paths, width } of roads) stroke(paths, "street-edge", width + 1.6);
        for (const { paths, width } of roads) stroke(paths, "street", width);
      } else {
        for (const { paths } of roads) stroke(paths, "road", 1, { alpha: 0.24 });
      }
      stroke(trace("railways1"), "road", 1.2, { alpha: 0.5, dash: [6, 3] });
    },
  });

  /* Writes the names of places, the most important first, and of lakes that have room for theirs. */
  fc.writePlaces = ({ map }, write, widthOf) => {
    const there = Array.from(map.getPane("fc-labels").children, (label) => label.textContent);
    const named = fc.on.areas ? (fc.data.areas?.name ?? []) : [];
    const { x: width, y: height } = map.getSize();
    const perDegree = (256 * 2 ** map.getZoom()) / 360;
    let left = Math.ceil((width * height) / ROOM);
    for (const { text, latlng, degrees, className } of fc.unpacked.context.places) {
      if (!degrees && map.getZoom() > NAMES_TO) continue;
      const wide = widthOf(text) + 8;
      const { x, y } = map.latLngToContainerPoint(latlng);
      if (x < wide / 2 || x > width - wide / 2 || y < 10 || y > height - 10) continue;
      if (degrees && degrees * perDegree < wide) continue;
      // RULE: an area is mostly called as its place is, and then has its name already.
      if (named.includes(text) || there.some((label) => label.startsWith(text))) continue;
      const at = map.latLngToLayerPoint(latlng);
      if (write(text, at, wide + 8, 24, className) && --left === 0) return;
    }
  };
})(window.fibercov);
