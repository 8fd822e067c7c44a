/* Layers that draw from typed arrays on tiles of canvas: a Leaflet object for each of a hundred thousand
   premises would take seconds and hundreds of megabytes. */
((fc) => {
  const EARTH_M = 40075016.7;
  const SHARPNESS = 2; // pixels of the canvas to one of the page, so that half zooms look sharp
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
  class Buckets {
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
  }

  fc.Tiles = L.GridLayer.extend({
    options: { keepBuffer: 1, updateWhenZooming: false },
    createTile(at) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = SIZE * SHARPNESS;
      const pen = tile.getContext("2d");
      pen.scale(SHARPNESS, SHARPNESS);
      // To the tile's pixels from the world: (x - west) * scale.
      const world = 2 ** at.z;
      this.draw(pen, { zoom: at.z, west: at.x / world, north: at.y / world, scale: world * SIZE });
      return tile;
    },
  });

  /* The outline of each status's mark, of radius 1, as a path. The legend has the same. */
  fc.OUTLINES = {
    connected: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0z",
    passed: "M-.88-.88H.88V.88H-.88z",
    planned: "M0-1.2L1.1.85H-1.1z",
    unserved: "M0-1.25L1.25 0L0 1.25L-1.25 0z",
  };
  /* Draws a mark's edge or face once, to copy to a thousand places: much faster than a path of a thousand
     marks. */
  const stamp = (name, r, edge) => {
    const picture = document.createElement("canvas");
    const half = Math.ceil(1.25 * r + 2) * SHARPNESS;
    picture.width = picture.height = 2 * half;
    const pen = picture.getContext("2d");
    const outline = new Path2D(fc.OUTLINES[name]);
    pen.setTransform(r * SHARPNESS, 0, 0, r * SHARPNESS, half, half);
    pen.fillStyle = fc.colour(name);
    pen.strokeStyle = "#fff";
    pen.lineWidth = Math.min(1.5 / r, 0.5);
    if (edge) pen.stroke(outline);
    else pen.fill(outline);
    return picture;
  };
  const RADIUS = { 11: 1.6, 12: 2, 13: 2.6, 14: 3.4, 15: 4.4, 16: 5.6 };
  const radius = (zoom) => (zoom < 11 ? 1.2 : (RADIUS[Math.floor(zoom)] ?? 7));

  /* A number for a pixel of a tile, or just beside it. */
  const [ROW, MARGIN] = [1024, 64];
  const spotOf = (x, y) => (Math.round(y) + MARGIN) * ROW + Math.round(x) + MARGIN;

  /* Premises: a mark each, of a shape and colour for each status; the worst are drawn last. */
  fc.Marks = fc.Tiles.extend({
    initialize({ x, y, status }, step, shown) {
      L.setOptions(this, { pane: "fc-marks" });
      this.buckets = new Buckets(x, y);
      Object.assign(this, { x, y, status: () => status[step()], shown, names: fc.data.statuses });
    },
    draw(pen, { zoom, west, north, scale }) {
      const r = radius(zoom);
      const [side, room] = [SIZE / scale, (2 * r) / scale];
      const sharp = scale * SHARPNESS;
      const spots = this.names.map(() => new Set()); // two marks at one pixel look like one
      const status = this.status();
      this.buckets.each(west - room, north - room, west + side + room, north + side + room, (i) => {
        const kind = status[i];
        if (!this.shown[this.names[kind]]) return;
        spots[kind].add(spotOf((this.x[i] - west) * sharp, (this.y[i] - north) * sharp));
      });
      pen.resetTransform();
      this.names.forEach((name, kind) => {
        for (const edge of r < 2 ? [false] : [true, false]) {
          const picture = stamp(name, r, edge);
          const aside = MARGIN + picture.width / 2;
          for (const spot of spots[kind]) {
            pen.drawImage(picture, (spot % ROW) - aside, Math.floor(spot / ROW) - aside);
          }
        }
      });
    },
    /* The premises at a place, within a finger's breadth if `wide`, or -1. */
    at(place, zoom, wide) {
      const [x, y] = [worldX(place.lng), worldY(place.lat)];
      const reach = (radius(zoom) + (wide ? 12 : 4)) / (SIZE * 2 ** zoom);
      const status = this.status();
      let [found, nearest] = [-1, reach * reach];
      this.buckets.each(x - reach, y - reach, x + reach, y + reach, (i) => {
        const far = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
        if (far <= nearest && this.shown[this.names[status[i]]]) [found, nearest] = [i, far];
      });
      return found;
    },
  });

  /* Squares of a grid that is turned a little from north, each filled by its class. Zoomed out, where a
     single one would not show, each has a larger one of its colour below it. */
  const LEAST_SQUARE = 3; // pixels
  fc.Squares = fc.Tiles.extend({
    initialize(data, step) {
      const { x, y, turn, side, total, reached } = data;
      const kind = (i) => fc.classOf(reached[step()][i], total[step()][i]);
      const fills = fc.fills();
      const edge = "rgb(60 72 86 / 55%)";
      Object.assign(this, { step, total, reached });
      L.setOptions(this, { pane: "fc-squares" });
      this.buckets = new Buckets(x, y);
      Object.assign(this, { x, y, turn, side, kind, fills, edge });
    },
    /* Half the side of a square, in world units. */
    half(y) {
      // Mercator stretches by 1 / cos(lat), which is cosh of the place's own northing.
      return ((this.side / 2) * Math.cosh((0.5 - y) * 2 * Math.PI)) / EARTH_M;
    },
    corners(i) {
      const half = this.half(this.y[i]);
      const angle = (this.turn[i] * Math.PI) / 18000;
      return [half * Math.cos(angle), half * Math.sin(angle)];
    },
    draw(pen, { zoom, west, north, scale }) {
      const side = SIZE / scale;
      const length = 2 * this.half(north) * scale;
      const small = zoom < 11; // so small that the turn of the grid does not show
      const room = 3 * Math.max(this.half(north), LEAST_SQUARE / scale);
      const members = this.fills.map(() => new Map()); // of small squares, one for a pixel
      this.buckets.each(west - room, north - room, west + side + room, north + side + room, (i) => {
        const [x, y] = [(this.x[i] - west) * scale, (this.y[i] - north) * scale];
        members[this.kind(i)].set(small ? spotOf(x, y) : -i, [i, x, y]);
      });
      if (small) this.drawSmall(pen, members, length);
      else this.drawLarge(pen, members, scale);
    },
    drawSmall(pen, members, length) {
      const fill = (size, colour) => {
        members.forEach((of, kind) => {
          pen.fillStyle = colour ?? this.fills[kind];
          for (const [, x, y] of of.values()) pen.fillRect(x - size / 2, y - size / 2, size, size);
        });
      };
      const seen = Math.max(length, LEAST_SQUARE);
      fill(seen + 1.6, this.edge); // its outer part stays: an edge around squares that touch
      fill(seen);
      fill(length);
    },
    drawLarge(pen, members, scale) {
      members.forEach((of, kind) => {
        pen.beginPath();
        for (const [i, x, y] of of.values()) {
          const [c, s] = this.corners(i).map((length) => length * scale);
          pen.moveTo(x - c - s, y + c - s);
          pen.lineTo(x + c - s, y + c + s);
          pen.lineTo(x + c + s, y - c + s);
          pen.lineTo(x - c + s, y - c - s);
          pen.closePath();
        }
        pen.fillStyle = this.fills[kind];
        pen.fill();
        pen.lineWidth = 0.8;
        pen.strokeStyle = this.edge;
        pen.stroke();
      });
    },
    /* The square at a place, or -1. */
    at(place) {
      const [x, y] = [worldX(place.lng), worldY(place.lat)];
      const room = 2 * this.half(y);
      let found = -1;
      this.buckets.each(x - room, y - room, x + room, y + room, (i) => {
        const [c, s] = this.corners(i);
        const half = this.half(this.y[i]);
        const [east, south] = [x - this.x[i], y - this.y[i]];
        const along = Math.abs((east * c + south * s) / half);
        const across = Math.abs((south * c - east * s) / half);
        if (along <= half && across <= half) found = i;
      });
      return found < 0
        ? null
        : { total: this.total[this.step()][found], reached: this.reached[this.step()][found] };
    },
  });

  /* Lines of a network; one of a single vertex is a point. */
  fc.Lines = fc.Tiles.extend({
    initialize(data, style) {
      L.setOptions(this, { pane: "fc-lines" });
      Object.assign(this, { data, style });
    },
    draw(pen, tile) {
      const { style } = this;
      const width = style.width(tile.zoom);
      pen.lineWidth = width;
      pen.strokeStyle = style.colour;
      pen.setLineDash(style.dash);
      fc.trace(pen, this.data, tile, width, () => pen.stroke());
    },
  });

  /* Traces the lines near a tile, without those of less than `seen` pixels; `paint` paints each path. */
  fc.trace = (
    pen,
    data,
    { west, north, scale },
    width,
    paint,
    { least: seen = 0, most = 200 } = {},
  ) => {
    const { x, y, start, boxes } = data;
    const [side, edge] = [SIZE / scale, (2 * width) / scale];
    const least = (0.7 / scale) ** 2;
    pen.lineJoin = "round";
    pen.beginPath();
    let lines = 0;
    for (let line = 0; line + 1 < start.length; line++) {
      const b = 4 * line;
      if (boxes[b] > west + side + edge || boxes[b + 1] > north + side + edge) continue;
      if (boxes[b + 2] < west - edge || boxes[b + 3] < north - edge) continue;
      if ((boxes[b + 2] - boxes[b] + boxes[b + 3] - boxes[b + 1]) * scale < seen) continue;
      // A path of thousands of lines takes twice the time of many of 200.
      if (++lines % most === 0) {
        paint();
        pen.beginPath();
      }
      const [from, last] = [start[line], start[line + 1] - 1];
      const [left, top] = [(x[from] - west) * scale, (y[from] - north) * scale];
      if (from === last) {
        pen.rect(left - width / 2, top - width / 2, width, width);
        continue;
      }
      let drawn = from;
      pen.moveTo(left, top);
      for (let k = from + 1; k <= last; k++) {
        // A corner within a pixel of the last one would not show.
        if (k < last && (x[k] - x[drawn]) ** 2 + (y[k] - y[drawn]) ** 2 < least) continue;
        pen.lineTo((x[k] - west) * scale, (y[k] - north) * scale);
        drawn = k;
      }
    }
    paint();
  };
  const colours = new Map();
  fc.colour = (name) => {
    if (!colours.has(name))
      colours.set(
        name,
        getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
      );
    return colours.get(name);
  };
  fc.fills = () => [...fc.data.breaks.map((_, k) => fc.colour(`c${k + 1}`)), "#e4e8ec", "#c3cad2"];
})(window.fibercov);
