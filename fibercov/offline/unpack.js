/* Unpacks what packing.py packed. Everything that the page defines is in window.fibercov. */
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

  /* Columns of whole numbers, by name; one that is not there stays so. */
  fc.columns = async (packed, ...names) => {
    const some = names.filter((name) => packed[name]);
    const columns = await Promise.all(some.map((name) => fc.wholeNumbers(packed[name])));
    return Object.fromEntries(some.map((name, k) => [name, columns[k]]));
  };

  /* Addresses: what stands before and after a number, both by their index, and the number as the step
     from the one before it in the same street. */
  fc.addresses = async (packed) => {
    const [heads, tails] = await Promise.all([packed.before, packed.after].map(fc.lines));
    const { befores, afters, steps } = await fc.columns(packed, "befores", "afters", "steps");
    const street = heads.length < tails.length ? afters : befores;
    const number = new Int32Array(Math.max(heads.length, tails.length));
    return Array.from(befores, (before, i) => {
      number[street[i]] += steps[i] - (steps[i - 1] ?? 0);
      return heads[before] + (number[street[i]] || "") + tails[afters[i]];
    });
  };
})(window.fibercov);
