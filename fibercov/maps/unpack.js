/* Unpacks the columns that packing.py packed. Everything that the page defines is in window.fibercov. */
window.fibercov = {};
((fc) => {
  async function bytes(packed) {
    const text = atob(packed);
    const deflated = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) deflated[i] = text.charCodeAt(i);
    const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /* Whole numbers from 0 to 255. */
  fc.smallNumbers = bytes;

  /* Whole numbers: seven bits a byte, the lowest first; odd is negative; each is the step from the one before. */
  fc.wholeNumbers = async (packed) => {
    const groups = await bytes(packed);
    const numbers = new Int32Array(groups.length);
    let count = 0;
    let value = 0;
    for (let i = 0; i < groups.length; ) {
      let step = 0;
      let scale = 1;
      let group;
      do {
        group = groups[i++];
        step += (group & 127) * scale;
        scale *= 128;
      } while (group & 128);
      value += step % 2 ? -(step + 1) / 2 : step / 2;
      numbers[count++] = value;
    }
    return numbers.slice(0, count);
  };

  /* Texts, one a line. */
  fc.lines = async (packed) => new TextDecoder().decode(await bytes(packed)).split("\n");

  const all = (packed, unpack) => Promise.all(packed.map((each) => each && unpack(each)));
  const byStep = (packed, name) => fc.data.steps.map((_, k) => packed[`${name}${k}`]);
  const placed = (lat, lon) => {
    const [x, y] = fc.project(lat, lon);
    return { lat, lon, x, y, buckets: new fc.Buckets(x, y) };
  };

  /* Addresses: what stands before and after a number, both by their index, and the number as the step
     from the one before it in the same street. */
  fc.addresses = async ({ before, after, befores, afters, steps }) => {
    const [heads, tails] = await all([before, after], fc.lines);
    const [head, tail, sum] = await all([befores, afters, steps], fc.wholeNumbers);
    const street = heads.length < tails.length ? tail : head;
    const number = new Int32Array(Math.max(heads.length, tails.length));
    return Array.from(head, (_, i) => {
      number[street[i]] += sum[i] - (sum[i - 1] ?? 0);
      return heads[head[i]] + (number[street[i]] || "") + tails[tail[i]];
    });
  };

  fc.unpackSquares = async (packed) => {
    const [lat, lon, turn] = await all([packed.lat, packed.lon, packed.turn], fc.wholeNumbers);
    const total = await all(byStep(packed, "total"), fc.wholeNumbers);
    const reached = await all(byStep(packed, "reached"), fc.wholeNumbers);
    return { ...placed(lat, lon), turn, side: packed.side_m, total, reached };
  };

  fc.unpackPremises = async (packed) => {
    const { lat: north, lon: east, drop: far, area: areas } = packed;
    const columns = [north, east, far, areas, packed.along, packed.crosses, packed.year];
    const [lat, lon, drop, area, along, crosses, year] = await all(columns, fc.wholeNumbers);
    const kinds = fc.data.statuses.length + 1; // and one for premises that do not exist at a date
    const status = await all(byStep(packed, "status"), fc.smallNumbers);
    for (let k = 1; k < status.length; k++)
      status[k] = status[k].map((by, i) => (status[k - 1][i] + by) % kinds);
    const address = packed.address && (await fc.addresses(packed.address));
    return { ...placed(lat, lon), status, drop, area, along, crosses, year, address };
  };

  fc.unpackLines = async ({ sizes: packed, lat, lon }) => {
    const sizes = await fc.wholeNumbers(packed);
    const [x, y] = fc.project(...(await all([lat, lon], fc.wholeNumbers)));
    const start = new Uint32Array(sizes.length + 1);
    const boxes = new Float64Array(4 * sizes.length);
    for (let line = 0; line < sizes.length; line++) {
      start[line + 1] = start[line] + sizes[line];
      boxes.set(fc.boxOf(x, y, start[line], start[line + 1]), 4 * line);
    }
    return { x, y, start, boxes };
  };
})(window.fibercov);
