/* A view: the layers of one date on a Leaflet map. Two dates side by side are two views. What the reader
   has chosen, and what is drawn, is the same in both. */
((fc) => {
  const PANES = {
    squares: 350,
    areas: 355,
    context: 362,
    borders: 364,
    lines: 370,
    marks: 420,
    labels: 430,
  };
  // A layer that the map's author added has its own tooltips.
  const ours = ({ originalEvent: { target } }) =>
    !target.closest?.("svg, .leaflet-marker-icon, .leaflet-popup, .leaflet-control");

  const thin = (zoom) => (zoom < 12 ? 1 : zoom < 14 ? 1.2 : zoom < 16 ? 1.4 : 1.6);
  /* The lines' styles; the legend has the same. */
  const STYLES = {
    network: { word: "network", width: thin, dash: [], alpha: 0.85 },
    planned: { word: "planned_network", width: () => 1.5, dash: [4, 3], alpha: 0.9, casing: 3.2 },
  };
  fc.lineStyle = (name) => ({
    ...STYLES[name],
    colour: fc.colour(name === "planned" ? "plan" : name),
  });

  fc.makeMap = (id) => {
    const map = L.map(id, {
      zoomControl: false,
      trackResize: false, // the page does, from when it is whole
      zoomSnap: 0.25,
      maxZoom: 19,
      zoomAnimation: !fc.still,
      fadeAnimation: false, // which takes half of the time
      inertia: !fc.still,
      attributionControl: false,
    });
    for (const [name, height] of Object.entries(PANES)) {
      const pane = map.createPane(`fc-${name}`);
      pane.style.zIndex = height;
      if (name !== "areas") pane.style.pointerEvents = "none";
      pane.setAttribute("aria-hidden", "true"); // the table says what a reader needs
    }
    return map;
  };

  fc.View = class {
    constructor(map, step) {
      Object.assign(this, { map, step, numbered: [] });
      const { areas, outline, squares, premises, lines, context } = fc.unpacked;
      const at = () => this.step;
      const renderer = L.canvas({ pane: "fc-areas", padding: 0.3 });
      const style = { renderer, pane: "fc-areas", smoothFactor: 0.5 };
      this.polygons = (areas ?? []).map((shape, number) =>
        L.polygon(shape, style)
          .on("mouseover", () => fc.hover(number))
          .on("mouseout", () => fc.hover(null)),
      );
      this.layers = {
        squares: squares && new fc.Squares(squares, { step: at }),
        areas: areas && L.layerGroup(this.polygons),
        context: context && new fc.Context(context),
        ...Object.fromEntries(
          Object.entries(lines).map(([name, data]) => [
            name,
            new fc.Lines(data, { style: fc.lineStyle(name) }),
          ]),
        ),
        marks: premises && new fc.Marks(premises, { step: at, shown: fc.shown }),
      };
      const under = { pane: "fc-borders", interactive: false, fill: false };
      const border = { ...under, color: fc.colour("outline") };
      for (const shape of outline ?? []) {
        L.polygon(shape, { ...border, weight: 9, opacity: 0.12 }).addTo(map);
        L.polygon(shape, { ...border, weight: 1.6 }).addTo(map);
      }
      this.ring = L.polygon([], { ...under, color: fc.colour("accent"), weight: 3 }).addTo(map);
      const build = { ...under, pane: "fc-lines", color: fc.colour("plan") };
      this.builds = (fc.data.builds?.lines ?? []).map((line) =>
        L.polyline(line, { ...build, weight: 14, opacity: 0.4 }),
      );
    }

    /* Shows the layers that are switched on and fit the zoom, and hides the rest. */
    refresh() {
      this.zoom = this.map.getZoom();
      const put = (layer, on) => {
        if (layer && on !== this.map.hasLayer(layer)) on ? layer.addTo(this.map) : layer.remove();
      };
      this.near = Boolean(this.layers.marks) && this.zoom >= fc.marksFrom;
      const note = fc.byId("fc-zoom-in");
      if (note && this === fc.view) note.hidden = this.near;
      for (const [name, layer] of Object.entries(this.layers))
        put(layer, name === "marks" ? this.near : fc.on[name]);
      this.builds.forEach((line, k) => {
        put(line, k === fc.chosen.build);
      });
      this.layers.squares?.setOpacity(this.near ? 0.3 : fc.background() ? 0.7 : 1);
      this.styleAreas();
      fc.placeNames(this);
    }

    styleAreas() {
      const fills = fc.fills();
      const { squares } = fc.on;
      // RULE: squares that are there for what lies outside the areas lie below them.
      const covered = squares && !fc.rest ? 0 : 1;
      const full = covered * (this.near ? 0.15 : fc.background() ? 0.6 : 1);
      const { area } = fc.chosen;
      this.polygons.forEach((polygon, number) => {
        const others = area !== undefined && number !== area;
        polygon.setStyle({
          fillColor: fills[fc.areaClass(number, this.step)],
          fillOpacity: others ? 0.38 * full : full,
          color: fc.colour("border"),
          weight: this.map.getZoom() < 8 ? 0.4 : 0.9,
        });
      });
      this.outlineAreas();
    }

    /* Outlines the chosen area, and the one under the pointer. */
    outlineAreas() {
      const numbers = [fc.chosen.area, fc.hot].filter(Number.isInteger);
      this.ring.setLatLngs(numbers.map((number) => fc.unpacked.areas[number]));
    }

    show(step) {
      this.step = step;
      for (const name of ["squares", "marks"]) {
        const layer = this.layers[name];
        if (layer && this.map.hasLayer(layer)) layer.redraw();
      }
      // RULE: the lines are those of the map's own date: at another they are faded.
      for (const name of Object.keys(fc.unpacked.lines))
        this.layers[name].setOpacity(step < fc.data.now ? 0.35 : STYLES[name].alpha);
      this.refresh();
      this.open?.popup.setContent(this.open.card(this));
    }

    /* Finds what is under the pointer, on the topmost layer: what to call it, and its card. */
    under(place, wide) {
      const at = this.map.latLngToLayerPoint(place);
      const zoom = this.map.getZoom();
      const on = (name) => this.layers[name] && this.map.hasLayer(this.layers[name]);
      const build = this.numbered.find(([spot]) => spot.distanceTo(at) < 12)?.[1];
      if (build !== undefined) return { build, card: () => fc.buildCard(build) };
      const i = on("marks") ? this.layers.marks.at(place, zoom, wide) : -1;
      if (i >= 0) return { premises: i, card: () => fc.premisesCard(i, this.step) };
      const area = fc.on.areas ? (fc.hot ?? undefined) : undefined;
      const square =
        on("squares") && !(fc.rest && area >= 0) && this.layers.squares.at(place, zoom);
      if (square) return { square, card: () => fc.squareCard(square) };
      return area === undefined ? null : { area, card: () => fc.areaTip(area, this.step) };
    }

    popUp(place, card) {
      this.open = null; // so that the end of the last card is none of a choice
      const content = card(this);
      const popup = L.popup({ maxWidth: 300, minWidth: 180, autoPanPaddingTopLeft: [8, 64] })
        .setLatLng(place)
        .setContent(content);
      popup.openOn(this.map);
      this.open = { popup, card };
      popup.getElement().querySelector("a").setAttribute("aria-label", fc.say("close"));
      fc.announce(
        Array.from(content.querySelectorAll("h2, p, dt, dd"), (e) => e.textContent).join(", "),
      );
    }

    /* Has one tooltip follow the pointer, and opens a card at a click or a tap. */
    listen() {
      const hide = this.followPointer();
      this.map.on("moveend", () =>
        this.zoom === this.map.getZoom() ? fc.placeNames(this) : this.refresh(),
      );
      this.map.on("click", (event) => {
        const wide = matchMedia("(pointer: coarse)").matches;
        const hit = ours(event) ? this.under(event.latlng, wide) : null;
        if (!hit) return;
        hide();
        if (hit.area !== undefined) return fc.choose({ area: hit.area });
        this.popUp(event.latlng, hit.card);
        if (hit.build !== undefined) fc.choose({ build: hit.build });
      });
      this.map.on("popupclose", ({ popup }) => {
        if (this.open?.popup !== popup) return;
        this.open = null;
        const { area, build } = fc.chosen;
        if (build !== undefined || (fc.narrow() && area !== undefined)) fc.choose({});
      });
    }

    /* Shows what is under the pointer, at most once a frame; returns a function that hides it. */
    followPointer() {
      const tip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 1 });
      let [waiting, last] = [matchMedia("(hover: none)").matches, null];
      const hide = () => void this.map.closeTooltip(tip);
      this.map.on("mousemove", (event) => {
        last = event;
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          const hit = ours(last) ? this.under(last.latlng, false) : null;
          if (!hit) return hide();
          tip.setContent(hit.card()).setLatLng(last.latlng);
          if (!this.map.hasLayer(tip)) this.map.openTooltip(tip);
        });
      });
      this.map.on("mouseout zoomstart movestart", hide);
      return hide;
    }
  };
})(window.fibercov);
