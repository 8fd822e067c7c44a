/* Unpacks the map's data: areas, squares, premises, lines, and the ground below them. */
((fc) => {
  const placed = ({ lat, lon, ...more }) => {
    const [x, y] = fc.project(lat, lon);
    return { lat, lon, x, y, buckets: new fc.Buckets(x, y), ...more };
  };
  const byStep = (packed, name, how) =>
    Promise.all(fc.data.steps.map((_, k) => how(packed[`${name}${k}`])));

  async function squares(packed) {
    const columns = placed(await fc.columns(packed, "lat", "lon", "turn"));
    const total = await byStep(packed, "total", fc.wholeNumbers);
    const reached = await byStep(packed, "reached", fc.wholeNumbers);
    return { ...columns, side: packed.side_m, total, reached };
  }

  async function premises(packed) {
    const names = ["lat", "lon", "drop", "area", "along", "crosses", "year"];
    const columns = placed(await fc.columns(packed, ...names));
    const kinds = fc.data.statuses.length + 1; // and one for premises that do not exist at a date
    const status = await byStep(packed, "status", fc.smallNumbers);
    for (let k = 1; k < status.length; k++)
      status[k] = status[k].map((by, i) => (status[k - 1][i] + by) % kinds);
    const address = packed.address && (await fc.addresses(packed.address));
    return { ...columns, status, address };
  }

  async function lines(packed) {
    const { sizes, lat, lon } = await fc.columns(packed, "sizes", "lat", "lon");
    const [x, y] = fc.project(lat, lon);
    const start = new Uint32Array(sizes.length + 1);
    const boxes = new Float64Array(4 * sizes.length);
    for (let line = 0; line < sizes.length; line++) {
      start[line + 1] = start[line] + sizes[line];
      boxes.set(fc.boxOf(x, y, start[line], start[line + 1]), 4 * line);
    }
    return { x, y, start, boxes };
  }

  /* Polygons, as Leaflet takes them. */
  async function shapes({ unit, ...packed }) {
    const { rings, sizes, lat, lon } = await fc.columns(packed, "rings", "sizes", "lat", "lon");
    let [ring, vertex] = [0, 0];
    const place = () => [lat[vertex] * unit, lon[vertex++] * unit];
    return Array.from(rings, (count) =>
      Array.from({ length: count }, () => Array.from({ length: sizes[ring++] }, place)),
    );
  }

  async function context({ layers, names }) {
    const { lat, lon, room } = await fc.columns(names, "lat", "lon", "room");
    const texts = await fc.lines(names.text);
    const { unit } = fc.data;
    const places = Array.from(lat, (north, k) => ({
      text: texts[k],
      latlng: [north * unit, lon[k] * unit],
      degrees: room[k] * unit, // the width of a lake
      className: room[k] ? "fc-water" : "fc-place",
    }));
    return { layers: await each(layers, lines), places };
  }

  const each = async (packed, how) => {
    const of = async ([name, one]) => [name, one && (await how(one, name))];
    return Object.fromEntries(await Promise.all(Object.entries(packed).map(of)));
  };

  const HOW = { areas: shapes, outline: shapes, squares, premises, context };
  fc.unpack = async () => {
    const { areas, outline, squares, premises, context } = fc.data;
    const packed = { areas: areas?.shapes, outline, squares, premises, context };
    const unpacked = await each(packed, (one, name) => HOW[name](one));
    return { ...unpacked, lines: await each(fc.data.lines, lines) };
  };
})(window.fibercov);
