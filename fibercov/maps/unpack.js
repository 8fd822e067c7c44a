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
  fc.unpackSquares = async (squares) => {
    const [lat, lon, turn] = await Promise.all(
      [squares.lat, squares.lon, squares.turn].map(fc.wholeNumbers),
    );
    const all = (name) =>
      Promise.all(fc.data.steps.map((_, k) => fc.wholeNumbers(squares[`${name}${k}`])));
    const [total, reached] = await Promise.all([all("total"), all("reached")]);
    const [x, y] = fc.project(lat, lon);
    return { x, y, turn, side: squares.side_m, total, reached };
  };
  fc.unpackPremises = async (premises) => {
    const numbers = [premises.lat, premises.lon, premises.drop, premises.area, premises.along];
    const [lat, lon, drop, area, along] = await Promise.all(
      numbers.map((p) => p && fc.wholeNumbers(p)),
    );
    const changes = await Promise.all(
      fc.data.steps.map((_, k) => fc.smallNumbers(premises[`status${k}`])),
    );
    const kinds = fc.data.statuses.length + 1;
    const status = [];
    for (const change of changes) {
      const before = status.at(-1);
      status.push(before ? change.map((by, i) => (before[i] + by) % kinds) : change);
    }
    const address = premises.address && (await fc.lines(premises.address));
    const crosses = premises.crosses && (await fc.wholeNumbers(premises.crosses));
    const year = premises.year && (await fc.wholeNumbers(premises.year));
    const [x, y] = fc.project(lat, lon);
    return { x, y, lat, lon, drop, area, along, status, address, crosses, year };
  };
  fc.unpackLines = async (packed) => {
    const [sizes, lat, lon] = await Promise.all(
      [packed.sizes, packed.lat, packed.lon].map(fc.wholeNumbers),
    );
    const [x, y] = fc.project(lat, lon);
    const start = new Uint32Array(sizes.length + 1);
    const boxes = new Float64Array(4 * sizes.length);
    for (let line = 0; line < sizes.length; line++) {
      start[line + 1] = start[line] + sizes[line];
      boxes.set(fc.boxOf(x, y, start[line], start[line + 1]), 4 * line);
    }
    return { x, y, start, boxes };
  };
})(window.fibercov);
