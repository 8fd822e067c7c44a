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

  /* A new canvas of some pixels a side, each of them `sharp` of its own. */
  const easel = (size, sharp) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size * sharp;
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    return pen;
  };
  const once = (make) => {
    const made = new Map();
    return (...key) => {
      if (!made.has(`${key}`)) made.set(`${key}`, make(...key));
      return made.get(`${key}`);
    };
  };

  /* A colour of the page's style, by the name of its custom property. */
  fc.colour = once((name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
  );

  /* What areas and squares are filled with, by class: colours, then a hatch where there is nothing to
     count, then a grey where it is not shown. */
  const HATCH = 8; // pixels from line to line
  fc.fills = once(() => {
    const pen = easel(HATCH, 4);
    pen.fillStyle = fc.colour("none-a");
    pen.fillRect(0, 0, HATCH, HATCH);
    pen.strokeStyle = fc.colour("none-b");
    pen.lineWidth = 1.6;
    for (const x of [-HATCH, 0, HATCH]) pen.stroke(new Path2D(`M${x - 2} ${HATCH + 2}l12-12`));
    const hatch = pen.createPattern(pen.canvas, "repeat");
    hatch.setTransform(new DOMMatrix().scale(1 / 4));
    return [...fc.data.breaks.map((_, k) => fc.classColour(k)), hatch, fc.colour("hidden")];
  });

  /* RULE: tiles are made for the map's own zoom, whole or not, so that no browser has to scale them: a
     pixel of theirs is a pixel of the screen, or a whole part of one. */
  fc.Tiles = L.GridLayer.extend({
    options: { keepBuffer: 1, updateWhenZooming: false },
    /* Takes the packed data, and what else this layer draws from. */
    initialize(data, of) {
      L.setOptions(this, {});
      Object.assign(this, { data, ...of });
    },
    _setView(middle, zoom, ...how) {
      this.zoom = zoom;
      L.GridLayer.prototype._setView.call(this, middle, zoom, ...how);
    },
    _clampZoom() {
      return this.zoom;
    },
    createTile(at) {
      const pen = easel(SIZE, Math.min(3, Math.ceil(devicePixelRatio)));
      const world = 2 ** at.z;
      // To the tile's pixels from the world: (x - west) * scale.
      const box = { zoom: at.z, west: at.x / world, north: at.y / world, scale: world * SIZE };
      const some = this.draw(pen, { ...box, span: 1 / world });
      if (some === false) pen.canvas.width = 0; // an empty canvas takes time, too
      return pen.canvas;
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
  /* A mark's edge or face, drawn once, to copy to a thousand places: much faster than as many paths. */
  const stamp = once((name, r, sharp, edge) => {
    const pen = easel(2 * Math.ceil(1.25 * r + 2), sharp);
    const half = pen.canvas.width / sharp / 2;
    const outline = new Path2D(fc.OUTLINES[name]);
    pen.translate(half, half);
    pen.scale(r, r);
    pen.strokeStyle = pen.fillStyle = "#fff";
    pen.lineWidth = 2.8 / r;
    if (edge) pen.stroke(outline);
    if (name === "passed") pen.fill(new Path2D(DISC)); // a ring is white inside
    pen.fillStyle = fc.colour(name);
    if (!edge) pen.fill(outline);
    return pen.canvas;
  });
  const RADIUS = { 11: 1.6, 12: 2, 13: 2.6, 14: 3.4, 15: 4.2 };
  const radius = (zoom) => (zoom < 11 ? 1.2 : (RADIUS[Math.floor(zoom)] ?? 5));

  /* Premises: a mark each, of a shape and colour for each status; the worst are drawn last. */
  fc.Marks = fc.Tiles.extend({
    options: { pane: "fc-marks" },
    draw(pen, { zoom, west, north, scale, span }) {
      const { x, y, status, buckets } = this.data;
      const kinds = status[this.step()];
      const names = fc.data.statuses;
      const sharp = pen.canvas.width / SIZE;
      const r = radius(zoom);
      const room = 2 * r + 2; // for marks that reach in from beside
      // RULE: of marks of a kind that would mostly lie on one another, one is drawn.
      const apart = Math.max(1 / sharp, r / 2);
      const across = Math.ceil((SIZE + 2 * room) / apart) + 1;
      const places = names.map(() => new Map());
      const [edge, far] = [room / scale, span + room / scale];
      buckets.each(west - edge, north - edge, west + far, north + far, (i) => {
        if (!this.shown[names[kinds[i]]]) return;
        const [column, row] = [(x[i] - west) * scale + room, (y[i] - north) * scale + room];
        const cell = Math.floor(row / apart) * across + Math.floor(column / apart);
        places[kinds[i]].set(cell, [column - room, row - room]);
      });
      names.forEach((name, kind) => {
        for (const side of r < 2 ? [false] : [true, false]) {
          const picture = stamp(name, r, sharp, side);
          const size = picture.width / sharp;
          for (const [left, top] of places[kind].values()) {
            const at = [left, top].map((to) => Math.round((to - size / 2) * sharp) / sharp);
            pen.drawImage(picture, ...at, size, size);
          }
        }
      });
      return places.some((of) => of.size);
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
     RULE: zoomed out, squares are merged into blocks of pixels, each filled by the class of what its squares
     count together: never by the class of some of them, so that as much of the map has a class's colour as
     of the blocks is of it. */
  const BLOCK = 4; // pixels
  const LEAST_SQUARE = 3.5; // pixels: less than a block, so that each block within has its square
  fc.Squares = fc.Tiles.extend({
    options: { pane: "fc-squares" },
    /* From a square's middle to that of its eastern side, in world units. */
    arm(i) {
      // Mercator stretches by 1 / cos(lat), which is cosh of the place's own northing.
      const half =
        ((this.data.side / 2) * Math.cosh((0.5 - this.data.y[i]) * 2 * Math.PI)) / EARTH_M;
      const angle = (this.data.turn[i] * Math.PI) / 18000;
      return [half * Math.cos(angle), half * Math.sin(angle)];
    },
    merges(zoom) {
      const [c, s] = this.arm(0);
      return 2 * Math.hypot(c, s) * SIZE * 2 ** zoom < LEAST_SQUARE;
    },
    draw(pen, box) {
      const paths = fc.fills().map(() => new Path2D());
      if (this.merges(box.zoom)) this.addBlocks(paths, box);
      else this.addSquares(paths, box);
      paths.forEach((path, kind) => {
        pen.fillStyle = fc.fills()[kind];
        pen.fill(path);
      });
    },
    addBlocks(paths, { west, north, scale, span }) {
      for (const [block, { reached, total }] of this.sums(west, north, span, scale / BLOCK)) {
        const [column, row] = [block % SIZE, Math.floor(block / SIZE)];
        paths[fc.classOf(reached, total)].rect(BLOCK * column, BLOCK * row, BLOCK, BLOCK);
      }
    },
    /* Sums what is counted in the blocks of a box, by row * SIZE + column; -1 where no square is shown. */
    sums(west, north, span, scale) {
      const { x, y, buckets } = this.data;
      const [of, all] = [this.data.reached[this.step()], this.data.total[this.step()]];
      const [left, top, across] = [west, north, span].map((length) => Math.round(length * scale));
      const blocks = new Map();
      buckets.each(west, north, west + span, north + span, (i) => {
        const [column, row] = [Math.floor(x[i] * scale) - left, Math.floor(y[i] * scale) - top];
        if (Math.min(column, row) < 0 || Math.max(column, row) >= across) return;
        const key = row * SIZE + column;
        const sum = blocks.get(key) ?? { reached: 0, total: -1 };
        if (all[i] >= 0) sum.total = Math.max(0, sum.total) + all[i];
        if (all[i] > 0) sum.reached += of[i];
        blocks.set(key, sum);
      });
      return blocks;
    },
    addSquares(paths, { west, north, scale, span }) {
      const { x, y, buckets } = this.data;
      const [reached, total] = [this.data.reached[this.step()], this.data.total[this.step()]];
      const room = 3 * this.arm(0)[0];
      buckets.each(west - room, north - room, west + span + room, north + span + room, (i) => {
        const [c, s] = this.arm(i).map((length) => length * scale);
        const [left, top] = [(x[i] - west) * scale, (y[i] - north) * scale];
        const path = paths[fc.classOf(reached[i], total[i])];
        path.moveTo(left - c - s, top + c - s);
        path.lineTo(left + c - s, top + c + s);
        path.lineTo(left + c + s, top - c + s);
        path.lineTo(left - c + s, top - c - s);
        path.closePath();
      });
    },
    /* What is counted in the square or the block at a place, or null. */
    at(place, zoom) {
      const [x, y] = [worldX(place.lng), worldY(place.lat)];
      if (this.merges(zoom)) {
        const scale = (SIZE * 2 ** zoom) / BLOCK;
        const corner = [x, y].map((at) => Math.floor(at * scale) / scale);
        const [sum] = this.sums(...corner, 1 / scale, scale).values();
        return sum ? { ...sum, merged: true } : null;
      }
      const room = 3 * this.arm(0)[0];
      let found = null;
      this.data.buckets.each(x - room, y - room, x + room, y + room, (i) => {
        const [c, s] = this.arm(i);
        const [east, south] = [x - this.data.x[i], y - this.data.y[i]];
        const far = Math.max(Math.abs(east * c + south * s), Math.abs(south * c - east * s));
        if (far > c * c + s * s) return;
        const [reached, total] = ["reached", "total"].map((of) => this.data[of][this.step()][i]);
        found = { reached, total, merged: false };
      });
      return found;
    },
  });

  /* Makes paths of the lines near a tile, of 200 each, as one of thousands takes twice the time. A line of
     a single vertex is a point. Those of less than `least` pixels are left off.
     RULE: the network never hides the answer. A piece whose middle lies in a block of pixels with ink
     enough is left off; nearer, where lines are apart, all are drawn. */
  const INKED = 16; // pixels a block
  const BESIDE = 2; // blocks around a tile that count, too, so that neighbours agree on what is left off
  fc.paths = (
    data,
    { west, north, scale, span },
    width,
    { enough, least = 0, most = 200 } = {},
  ) => {
    const { x, y, start, boxes } = data;
    const edge = (BESIDE * INKED) / scale;
    const across = SIZE / INKED + 2 * BESIDE;
    const ink = enough && new Float32Array(across * across);
    const takes = (left, top, amount) => {
      if (!ink) return true;
      const [column, row] = [left, top].map((at) => Math.floor(at / INKED) + BESIDE);
      if (Math.min(column, row) < 0 || Math.max(column, row) >= across) return true;
      ink[row * across + column] += amount;
      return ink[row * across + column] <= enough + amount;
    };
    const seen = (0.7 / scale) ** 2;
    const paths = [];
    let count = 0;
    for (let line = 0; line + 1 < start.length; line++) {
      const b = 4 * line; // west, north, east and south
      if (boxes[b] > west + span + edge || boxes[b + 1] > north + span + edge) continue;
      if (boxes[b + 2] < west - edge || boxes[b + 3] < north - edge) continue;
      if ((boxes[b + 2] - boxes[b] + boxes[b + 3] - boxes[b + 1]) * scale < least) continue;
      if (count++ % most === 0) paths.push(new Path2D());
      const path = paths.at(-1);
      const [from, last] = [start[line], start[line + 1] - 1];
      let [fromX, fromY] = [(x[from] - west) * scale, (y[from] - north) * scale];
      if (from === last && takes(fromX, fromY, width * width))
        path.rect(fromX - width / 2, fromY - width / 2, width, width);
      let [drawn, joined] = [from, false];
      for (let k = from + 1; k <= last; k++) {
        // A corner within a pixel of the last one would not show.
        if (k < last && (x[k] - x[drawn]) ** 2 + (y[k] - y[drawn]) ** 2 < seen) continue;
        const [toX, toY] = [(x[k] - west) * scale, (y[k] - north) * scale];
        const amount = width * Math.max(1, Math.hypot(toX - fromX, toY - fromY));
        const room = takes((fromX + toX) / 2, (fromY + toY) / 2, amount);
        if (room && !joined) path.moveTo(fromX, fromY);
        if (room) path.lineTo(toX, toY);
        [joined, fromX, fromY, drawn] = [room, toX, toY, k];
      }
    }
    return paths;
  };

  /* Lines of a network. */
  fc.Lines = fc.Tiles.extend({
    options: { pane: "fc-lines" },
    draw(pen, box) {
      const { colour, casing, dash } = this.style;
      const width = this.style.width(box.zoom);
      const enough = box.zoom < 14 ? 16 : box.zoom < 16 ? 48 : 160; // of the 256 pixels of a block
      const paths = fc.paths(this.data, box, width, { enough });
      const stroke = (wide, ink) => {
        pen.lineWidth = wide;
        pen.strokeStyle = ink;
        for (const path of paths) pen.stroke(path);
      };
      pen.lineJoin = "round";
      if (casing) stroke(casing, "rgb(255 255 255 / 60%)");
      pen.setLineDash(dash);
      stroke(width, colour);
      return paths.length > 0;
    },
  });
})(window.fibercov);
