/* Layers that draw from typed arrays on tiles of canvas: a Leaflet object for each of a hundred thousand
   premises would take seconds and hundreds of megabytes. */
((fc) => {
  const EARTH_M = 40075016.7;
  const SIZE = 256;

  /* Web Mercator, with 0 to 1 across the world. */
  const worldX = (lon) => (lon + 180) / 360;
  const worldY = (lat) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  };

  const project = (packed, of) => {
    const placed = new Float64Array(packed.length);
    for (let i = 0; i < packed.length; i++) placed[i] = of(packed[i] * fc.data.unit);
    return placed;
  };
  fc.project = (lat, lon) => [project(lon, worldX), project(lat, worldY)];

  /* West, north, east and south of some of the places. */
  fc.boxOf = (x, y, from, to) => {
    let [west, north, east, south] = [1, 1, 0, 0];
    for (let i = from; i < to; i++) {
      if (x[i] < west) west = x[i];
      if (x[i] > east) east = x[i];
      if (y[i] < north) north = y[i];
      if (y[i] > south) south = y[i];
    }
    return [west, north, east, south];
  };

  /* Finds points in a box: they are sorted into the cells of a grid over them all. */
  fc.Buckets = class {
    constructor(x, y) {
      const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(x.length / 4))));
      const [west, north, east, south] = fc.boxOf(x, y, 0, x.length);
      Object.assign(this, { x, y, side, west, north });
      this.perX = (side / Math.max(east - west, 1e-12)) * (1 - 1e-9);
      this.perY = (side / Math.max(south - north, 1e-12)) * (1 - 1e-9);
      const cell = (i) => this.row(y[i]) * side + this.column(x[i]);
      this.start = new Uint32Array(side * side + 1);
      for (let i = 0; i < x.length; i++) this.start[cell(i) + 1]++;
      for (let k = 0; k < side * side; k++) this.start[k + 1] += this.start[k];
      const next = this.start.slice();
      this.order = new Uint32Array(x.length);
      for (let i = 0; i < x.length; i++) this.order[next[cell(i)]++] = i;
    }
    clamp(cell) {
      return Math.max(0, Math.min(this.side - 1, Math.floor(cell)));
    }
    column(x) {
      return this.clamp((x - this.west) * this.perX);
    }
    row(y) {
      return this.clamp((y - this.north) * this.perY);
    }
    each(west, north, east, south, visit) {
      const { x, y, side, start, order } = this;
      const [first, last] = [this.column(west), this.column(east)];
      for (let row = this.row(north); row <= this.row(south); row++) {
        for (let k = start[row * side + first]; k < start[row * side + last + 1]; k++) {
          const i = order[k];
          if (x[i] >= west && x[i] <= east && y[i] >= north && y[i] <= south) visit(i);
        }
      }
    }
  };

  /* A canvas of some pixels a side; `sharp` of its own go on each. */
  const widen = (canvas, size, sharp) => {
    canvas.width = canvas.height = size * sharp;
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    return pen;
  };
  const easel = (size, sharp) => widen(document.createElement("canvas"), size, sharp);
  const pixelsOf = (pen, size) => new Uint32Array(pen.getImageData(0, 0, size, size).data.buffer);
  const once = (make) => {
    const made = new Map();
    return (...key) => {
      if (!made.has(`${key}`)) made.set(`${key}`, make(...key));
      return made.get(`${key}`);
    };
  };

  /* A colour of the page's style, by the name of its custom property. */
  fc.colour = once((name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
  );

  /* What areas and squares are filled with, by class: colours, then a hatch where there is nothing to
     count, then a grey where it is not shown. */
  const HATCH = 8; // pixels from line to line, which a tile holds a whole number of times
  fc.fills = once(() => {
    const pen = easel(HATCH, 4);
    pen.fillStyle = fc.colour("--none-a") || "#e4e8ec";
    pen.fillRect(0, 0, HATCH, HATCH);
    pen.strokeStyle = fc.colour("--none-b") || "#9aa5b0";
    pen.lineWidth = 1.6;
    for (const x of [-HATCH, 0, HATCH]) pen.stroke(new Path2D(`M${x - 2} ${HATCH + 2}l12-12`));
    const hatch = pen.createPattern(pen.canvas, "repeat");
    hatch.setTransform(new DOMMatrix().scale(1 / 4));
    const { areas, masked } = fc.data.colours;
    const classes = fc.data.breaks.map((_, k) => fc.colour(`--c${k + 1}`) || areas[k]);
    return [...classes, hatch, fc.colour("--masked") || masked];
  });
  /* The pixels of a fill, as far as they repeat. */
  const swatch = once((kind, sharp) => {
    const pen = easel(HATCH, sharp);
    pen.fillStyle = fc.fills()[kind];
    pen.fillRect(0, 0, HATCH, HATCH);
    return pixelsOf(pen, HATCH * sharp);
  });

  /* RULE: tiles are made for the map's own zoom, whole or not, so that no browser has to scale them: a
     pixel of theirs is a pixel of the screen, or a whole part of one. `fc.sharpness` asks for more. */
  fc.Tiles = L.GridLayer.extend({
    options: { keepBuffer: 1, updateWhenZooming: false },
    _setView(middle, zoom, ...how) {
      this.zoom = zoom;
      L.GridLayer.prototype._setView.call(this, middle, zoom, ...how);
    },
    _clampZoom() {
      return this.zoom;
    },
    createTile(at) {
      const sharp = fc.sharpness ?? Math.min(3, Math.ceil(devicePixelRatio));
      const [size, world] = [SIZE * sharp, 2 ** at.z];
      // To the tile's pixels from the world: (x - west) * scale.
      const [west, north, scale] = [at.x / world, at.y / world, world * size];
      const tile = document.createElement("canvas");
      tile.width = tile.height = 0; // until there is something on it: empty ones take time, too
      const box = { zoom: at.z, west, north, scale, span: 1 / world, size, sharp };
      this.draw(box, () => widen(tile, SIZE, sharp));
      return tile;
    },
  });
  /* Tiles whose pixels are set one by one, which is faster than a canvas's own way for many small shapes. */
  const Pixels = fc.Tiles.extend({
    initialize(data, step, shown) {
      L.setOptions(this, { pane: this.options.pane });
      Object.assign(this, { data, step, shown });
    },
    draw(box, open) {
      const room = this.options.room * box.sharp;
      const wide = box.size + 2 * room;
      const pixels = new Uint32Array(wide * wide);
      if (!this.paint(pixels, box, room, wide)) return;
      const picture = new ImageData(new Uint8ClampedArray(pixels.buffer), wide);
      open().putImageData(picture, -room, -room);
    },
    /* Visits what lies in a tile and somewhat beyond. */
    each({ west, north, span }, room, visit) {
      const [east, south] = [west + span + room, north + span + room];
      this.data.buckets.each(west - room, north - room, east, south, visit);
    },
  });

  /* The outline of each status's mark, of radius 1, as a path. The legend has the same. */
  const DISC = "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0z";
  fc.OUTLINES = {
    connected: DISC,
    passed: `${DISC}M.45 0A.45 .45 0 1 0-.45 0A.45 .45 0 1 0 .45 0z`,
    planned: "M0-1.2L1.1.85H-1.1z",
    unserved: "M0-1.25L1.25 0L0 1.25L-1.25 0z",
  };
  /* A mark's edge or its face, drawn once: the pixels that it sets, as steps from its middle in a picture
     so wide; solid ones, and with their colours those that let something through. */
  const stamp = once((name, r, sharp, wide, edge) => {
    const half = Math.ceil(1.25 * r + 2);
    const pen = easel(2 * half, sharp);
    const outline = new Path2D(fc.OUTLINES[name]);
    pen.translate(half, half);
    pen.scale(r, r);
    pen.fillStyle = pen.strokeStyle = "#fff";
    pen.lineWidth = 2.8 / r;
    if (edge) pen.stroke(outline);
    if (name === "passed") pen.fill(new Path2D(DISC));
    pen.fillStyle = fc.colour(`--${name}`) || fc.data.colours.status[name];
    pen.fill(outline);
    const made = { solid: [], soft: [] };
    pixelsOf(pen, 2 * half * sharp).forEach((colour, k) => {
      const [across, down] = [k % (2 * half * sharp), Math.floor(k / (2 * half * sharp))];
      const step = (down - half * sharp) * wide + across - half * sharp;
      const opacity = colour >>> 24;
      // RULE: an edge is as white as it can be without a soft rim, which would take most of the time.
      if (opacity > (edge ? 127 : 254)) made.solid.push(step, edge ? -1 : colour);
      else if (opacity && !edge) made.soft.push(step, colour);
    });
    return [new Int32Array(made.solid), new Int32Array(made.soft)];
  });
  /* Lays a colour with some opacity on another. */
  const over = (top, under) => {
    const [one, two] = [top >>> 24, under >>> 24];
    if (one === 255 || two === 0) return top;
    const left = (two * (255 - one)) / 255;
    let mixed = (one + left) << 24;
    for (let shift = 0; shift < 24; shift += 8) {
      const sum = ((top >>> shift) & 255) * one + ((under >>> shift) & 255) * left;
      mixed |= (sum / (one + left)) << shift;
    }
    return mixed;
  };
  /* Copies a stamp to a place. */
  const lay = (pixels, [solid, soft], place) => {
    for (let k = 0; k < solid.length; k += 2) pixels[place + solid[k]] = solid[k + 1];
    for (let k = 0; k < soft.length; k += 2)
      pixels[place + soft[k]] = over(soft[k + 1], pixels[place + soft[k]]);
  };
  const RADIUS = { 11: 1.6, 12: 2, 13: 2.6, 14: 3.4, 15: 4.2 };
  const radius = (zoom) => (zoom < 11 ? 1.2 : (RADIUS[Math.floor(zoom)] ?? 5));

  /* Premises: a mark each, of a shape and colour for each status; the worst are drawn last. */
  fc.Marks = Pixels.extend({
    options: { pane: "fc-marks", room: 20 }, // for marks that reach in from beside
    paint(pixels, box, room, wide) {
      const { west, north, scale, sharp } = box;
      const { x, y, status } = this.data;
      const kinds = status[this.step()];
      const names = fc.data.statuses;
      const r = radius(box.zoom);
      // RULE: of marks of a kind that would lie on one another, one is drawn.
      const apart = 2 ** Math.max(0, Math.floor(Math.log2((r * sharp) / 2)));
      const across = wide / apart;
      const taken = new Uint8Array(across * across);
      const places = names.map(() => []);
      this.each(box, ((1.25 * r + 2) * sharp) / scale, (i) => {
        const kind = kinds[i];
        if (!this.shown[names[kind]]) return;
        const column = Math.round((x[i] - west) * scale) + room;
        const row = Math.round((y[i] - north) * scale) + room;
        const cell = across * Math.floor(row / apart) + Math.floor(column / apart);
        if (taken[cell] & (1 << kind)) return;
        taken[cell] |= 1 << kind;
        places[kind].push(row * wide + column);
      });
      names.forEach((name, kind) => {
        for (const edge of r < 2 ? [false] : [true, false]) {
          const made = stamp(name, r, sharp, wide, edge);
          for (const place of places[kind]) lay(pixels, made, place);
        }
      });
      return places.some((of) => of.length);
    },
    /* The premises at a place, within a finger's breadth if `wide`, or -1. */
    at(place, zoom, wide) {
      const [x, y] = [worldX(place.lng), worldY(place.lat)];
      const reach = (radius(zoom) + (wide ? 12 : 4)) / (SIZE * 2 ** zoom);
      const status = this.data.status[this.step()];
      let [found, nearest] = [-1, reach * reach];
      this.data.buckets.each(x - reach, y - reach, x + reach, y + reach, (i) => {
        const far = (this.data.x[i] - x) ** 2 + (this.data.y[i] - y) ** 2;
        if (far <= nearest && this.shown[fc.data.statuses[status[i]]]) [found, nearest] = [i, far];
      });
      return found;
    },
  });

  /* Squares of a grid that is turned a little from north, each filled by its class.
     RULE: each pixel has the colour of the square that it lies in. Zoomed out, squares are merged into
     blocks of pixels, each filled by the class of what its squares count together: never by the class of
     some of them, so that as much of the map has a class's colour as of the blocks is of it. */
  const BLOCK = 4; // pixels
  const LEAST_SQUARE = 3.5; // pixels: less than a block, so that each block within has its square
  fc.Squares = Pixels.extend({
    options: { pane: "fc-squares", room: 0 },
    /* Half the side of a square, in world units. */
    half(y) {
      // Mercator stretches by 1 / cos(lat), which is cosh of the place's own northing.
      return ((this.data.side / 2) * Math.cosh((0.5 - y) * 2 * Math.PI)) / EARTH_M;
    },
    /* From a square's middle to that of its eastern side, in world units. */
    arm(i) {
      const half = this.half(this.data.y[i]);
      const angle = (this.data.turn[i] * Math.PI) / 18000;
      return [half * Math.cos(angle), half * Math.sin(angle)];
    },
    counts() {
      return [this.data.reached[this.step()], this.data.total[this.step()]];
    },
    merges(zoom) {
      return 2 * this.half(this.data.buckets.north) * SIZE * 2 ** zoom < LEAST_SQUARE;
    },
    paint(pixels, box) {
      const { size, sharp } = box;
      let some = false;
      const fill = (reached, total, row, from, to) => {
        const colours = swatch(fc.classOf(reached, total), sharp);
        const wide = HATCH * sharp;
        for (let column = Math.max(0, from); column < Math.min(size, to); column++) {
          pixels[row * size + column] = colours[(row % wide) * wide + (column % wide)];
          some = true;
        }
      };
      if (this.merges(box.zoom)) this.fillBlocks(fill, box);
      else this.fillSquares(fill, box);
      return some;
    },
    fillBlocks(fill, { west, north, scale, span, sharp }) {
      const size = BLOCK * sharp;
      const { reached, total, across } = this.sums(west, north, span, scale / size);
      total.forEach((of, k) => {
        if (of < -1) return;
        const [top, left] = [size * Math.floor(k / across), size * (k % across)];
        for (let row = top; row < top + size; row++) fill(reached[k], of, row, left, left + size);
      });
    },
    /* Sums what is counted, by block: -2 where there is no square, -1 where none is shown. */
    sums(west, north, span, scale) {
      const { x, y, buckets } = this.data;
      const [of, all] = this.counts();
      const [left, top, across] = [west, north, span].map((length) => Math.round(length * scale));
      const [reached, total] = [new Float64Array(across ** 2), new Float64Array(across ** 2)];
      total.fill(-2);
      buckets.each(west, north, west + span, north + span, (i) => {
        const [column, row] = [Math.floor(x[i] * scale) - left, Math.floor(y[i] * scale) - top];
        if (Math.min(column, row) < 0 || Math.max(column, row) >= across) return;
        const k = row * across + column;
        total[k] = all[i] < 0 ? Math.max(-1, total[k]) : Math.max(0, total[k]) + all[i];
        if (all[i] > 0) reached[k] += of[i];
      });
      return { reached, total, across };
    },
    fillSquares(fill, box) {
      const { x, y, buckets } = this.data;
      const [reached, total] = this.counts();
      this.each(box, 1.5 * this.half(buckets.north), (i) => {
        const [c, s] = this.arm(i).map((length) => length * box.scale);
        const [square, turned] = [c * c + s * s, s || 1e-9];
        // Of a pixel's middle, as a square's side may go through the pixel.
        const [left, top] = [x[i] - box.west, y[i] - box.north].map((at) => at * box.scale - 0.5);
        const last = Math.min(box.size, top + c + Math.abs(s));
        for (let row = Math.max(0, Math.ceil(top - c - Math.abs(s))); row < last; row++) {
          // What lies between both pairs of sides.
          const down = row - top;
          const ends = [(down * c - square) / turned, (down * c + square) / turned];
          const from = Math.max((-square - down * s) / c, Math.min(...ends));
          const to = Math.min((square - down * s) / c, Math.max(...ends));
          fill(reached[i], total[i], row, Math.ceil(left + from), Math.ceil(left + to));
        }
      });
    },
    /* What is counted in the square or the block at a place, or null. */
    at(place, zoom) {
      const [x, y] = [worldX(place.lng), worldY(place.lat)];
      if (this.merges(zoom)) {
        const scale = (SIZE * 2 ** zoom) / BLOCK;
        const corner = [x, y].map((at) => Math.floor(at * scale) / scale);
        const { reached, total } = this.sums(...corner, 1 / scale, scale);
        return total[0] < -1 ? null : { reached: reached[0], total: total[0], merged: true };
      }
      let found = null;
      this.each({ west: x, north: y, span: 0 }, 2 * this.half(y), (i) => {
        const [c, s] = this.arm(i);
        const [east, south] = [x - this.data.x[i], y - this.data.y[i]];
        const far = Math.max(Math.abs(east * c + south * s), Math.abs(south * c - east * s));
        if (far <= c * c + s * s) found = i;
      });
      if (found === null) return null;
      const [reached, total] = this.counts().map((of) => of[found]);
      return { reached, total, merged: false };
    },
  });

  /* Lines of a network; one of a single vertex is a point.
     RULE: the network never hides the answer. What would run through blocks of pixels that mostly have ink
     enough is left off; nearer, where lines are apart, all are drawn. */
  const INKED = 8; // pixels a block
  const BESIDE = 4; // blocks around a tile that count, too, so that neighbours agree on what is left off
  fc.Lines = fc.Tiles.extend({
    options: { pane: "fc-lines" },
    initialize(data, style) {
      L.setOptions(this, { pane: this.options.pane });
      Object.assign(this, { data, style });
    },
    _setView(middle, zoom, ...how) {
      fc.Tiles.prototype._setView.call(this, middle, zoom, ...how);
      this.setOpacity(this.style.alpha(zoom)); // of them all, so that crossings are no darker
    },
    draw(box, open) {
      const { colour, casing, dash } = this.style;
      const width = this.style.width(box.zoom);
      const runs = this.runs(box, width);
      if (!runs.length) return;
      const pen = open();
      const stroke = (wide, colour) => {
        pen.lineWidth = wide;
        pen.strokeStyle = colour;
        for (const run of runs) pen.stroke(run);
      };
      if (casing) {
        stroke(casing, "#fff");
        pen.globalCompositeOperation = "destination-in";
        pen.fillStyle = "rgb(0 0 0 / 80%)";
        pen.fillRect(0, 0, SIZE, SIZE);
        pen.globalCompositeOperation = "source-over";
      }
      pen.setLineDash(dash ?? []);
      stroke(width, colour);
    },
    /* Makes paths of what is to be drawn: of 200 lines each, as one of thousands takes twice the time. */
    runs({ west, north, span, ...box }, width) {
      const { x, y, start, boxes } = this.data;
      const scale = box.scale / box.sharp;
      const edge = (BESIDE * INKED) / scale;
      const across = SIZE / INKED + 2 * BESIDE;
      const ink = new Float32Array(across * across);
      const enough = box.zoom < 14 ? 6 : box.zoom < 16 ? 12 : 40; // of the 64 pixels of a block
      const runs = [];
      let count = 0;
      const path = () => {
        if (count++ % 200 === 0) runs.push(new Path2D());
        return runs.at(-1);
      };
      /* Inks the blocks along a line if there is room in half of them or more; tells whether there is. */
      const takes = (left, top, wide, tall, amount) => {
        const steps = Math.ceil(Math.hypot(wide, tall) / INKED) || 1;
        const blocks = [];
        let room = 0;
        for (let n = 0.5; n < steps; n++) {
          const column = Math.floor((left + (n / steps) * wide) / INKED) + BESIDE;
          const row = Math.floor((top + (n / steps) * tall) / INKED) + BESIDE;
          if ((column | row) < 0 || column >= across || row >= across) continue;
          const block = row * across + column;
          blocks.push(block);
          if (ink[block] < enough) room++;
        }
        if (2 * room < blocks.length || !room) return false;
        for (const block of blocks) ink[block] += amount / steps;
        return true;
      };
      const dot = 1.5 * width;
      const least = (0.7 / scale) ** 2;
      for (let line = 0; line + 1 < start.length; line++) {
        const b = 4 * line;
        if (boxes[b] > west + span + edge || boxes[b + 1] > north + span + edge) continue;
        if (boxes[b + 2] < west - edge || boxes[b + 3] < north - edge) continue;
        const [from, last] = [start[line], start[line + 1] - 1];
        let [left, top] = [(x[from] - west) * scale, (y[from] - north) * scale];
        if (from === last && takes(left, top, 0, 0, 4 * dot * dot))
          path().rect(left - dot / 2, top - dot / 2, dot, dot);
        let drawn = from;
        let joined = false;
        for (let k = from + 1; k <= last; k++) {
          // A corner within a pixel of the last one would not show.
          if (k < last && (x[k] - x[drawn]) ** 2 + (y[k] - y[drawn]) ** 2 < least) continue;
          const [right, bottom] = [(x[k] - west) * scale, (y[k] - north) * scale];
          const far = Math.max(1, Math.hypot(right - left, bottom - top));
          const room = takes(left, top, right - left, bottom - top, far * width);
          if (room && !joined) path().moveTo(left, top);
          if (room) runs.at(-1).lineTo(right, bottom);
          joined = room;
          [left, top] = [right, bottom];
          drawn = k;
        }
      }
      return runs;
    },
  });
})(window.fibercov);
