/* The view: which date and which layers the reader sees, and how that changes. */
((fc) => {
  const LINES = {
    roads: { width: () => 0.6, alpha: () => 0.6, dash: [] },
    network: {
      width: (zoom) => (zoom < 12 ? 1 : zoom < 14 ? 1.2 : zoom < 16 ? 1.4 : 1.6),
      alpha: (zoom) => (zoom < 12 ? 0.75 : zoom < 14 ? 0.8 : 0.9),
      dash: [],
    },
    planned: { width: () => 1.5, alpha: () => 1, dash: [4, 3], casing: 3.2 },
  };
  // A layer that the map's author added has its own tooltips.
  const ours = (event) =>
    !event.originalEvent.target.closest?.("svg, .leaflet-marker-icon, .leaflet-popup");

  fc.View = class {
    constructor(own) {
      const { data } = fc;
      this.step = data.now;
      this.own = own;
      this.on = {
        areas: true,
        squares: !data.areas,
        roads: true,
        network: true,
        planned: true,
      };
      for (const { id } of own) this.on[id] = fc.map.hasLayer(window[id]);
      this.shown = Object.fromEntries(data.statuses.map((name) => [name, true]));
      this.background = own.some(({ id, background }) => background && this.on[id]);
      this.lines = {};
      const style = { color: data.colours.lines.planned, weight: 14, opacity: 0.4 };
      const under = { renderer: L.svg({ pane: "fc-lines" }), interactive: false };
      this.builds = (data.builds?.lines ?? []).map((at) => L.polyline(at, { ...style, ...under }));
      this.firstZoom = fc.map.getZoom();
    }

    async unpack() {
      await Promise.all([
        this.unpackAreas(),
        this.unpackSquares(),
        this.unpackPremises(),
        this.unpackLines(),
      ]);
    }

    async unpackAreas() {
      const { areas } = fc.data;
      if (!areas) return;
      const { unit } = areas.shapes;
      const names = ["rings", "sizes", "lat", "lon"];
      const [rings, sizes, lat, lon] = await Promise.all(
        names.map((name) => fc.wholeNumbers(areas.shapes[name])),
      );
      const renderer = L.canvas({ pane: "fc-areas", padding: 0.3 });
      let [ring, vertex] = [0, 0];
      this.polygons = Array.from(rings, (count, number) => {
        const shape = [];
        for (let k = 0; k < count; k++, ring++) {
          const line = [];
          for (let n = 0; n < sizes[ring]; n++, vertex++)
            line.push([lat[vertex] * unit, lon[vertex] * unit]);
          shape.push(line);
        }
        const polygon = L.polygon(shape, { renderer, pane: "fc-areas", smoothFactor: 0.5 });
        polygon.on("mouseover", () => {
          this.over = number;
        });
        polygon.on("mouseout", () => {
          if (this.over === number) this.over = undefined;
        });
        return polygon;
      });
      this.hasEmpty = areas.steps.some(({ total }) =>
        total.slice(0, areas.name.length).includes(0),
      );
      this.areaLayer = L.layerGroup(this.polygons);
    }

    async unpackSquares() {
      if (!fc.data.squares) return;
      this.squares = new fc.Squares(await fc.unpackSquares(fc.data.squares), () => this.step);
    }

    async unpackPremises() {
      const { premises } = fc.data;
      if (!premises) return;
      const data = await fc.unpackPremises(premises);
      Object.assign(this, data, { addresses: data.address });
      this.marks = new fc.Marks(data, () => this.step, this.shown);
      // RULE: where areas show the whole, marks wait until the reader zooms in.
      const later = fc.data.areas ? Math.floor(this.firstZoom) + 1 : 0;
      this.marksFrom = Math.max(premises.from_zoom, later);
    }

    async unpackLines() {
      for (const [name, packed] of Object.entries(fc.data.lines)) {
        const style = { ...LINES[name], colour: fc.data.colours.lines[name] };
        this.lines[name] = new fc.Lines(await fc.unpackLines(packed), style);
      }
    }

    /* Shows the layers that are switched on and fit the zoom, and hides the rest. */
    refresh() {
      const zoom = fc.map.getZoom();
      const put = (layer, on) => {
        if (layer && on !== fc.map.hasLayer(layer)) on ? layer.addTo(fc.map) : layer.remove();
      };
      const { squares } = this.on;
      const marks = zoom >= this.marksFrom;
      put(this.areaLayer, this.on.areas);
      put(this.squares, squares);
      for (const [name, lines] of Object.entries(this.lines)) put(lines, this.on[name]);
      put(this.marks, marks);
      const under = marks && Boolean(this.marks);
      const opacity = under ? 0.3 : this.background ? 0.7 : 1; // so that marks stand out
      this.squares?.setOpacity(opacity);
      this.styleAreas(squares || under);
      // The legend has the colours as they are drawn.
      const shown = squares ? opacity : this.background ? 0.6 : 1;
      fc.byId("fc-panel-body").style.setProperty("--shown", shown);
      this.hint("fc-zoom-out", !(this.on.areas && under && !squares));
      this.hint("fc-zoom-in", marks);
      this.builds.forEach((line, k) => {
        put(line, k === this.chosen?.build);
        fc.byId("fc-build-rows").rows[k]?.setAttribute("aria-current", k === this.chosen?.build);
      });
      this.placeLabels();
    }

    hint(id, hidden) {
      const note = fc.byId(id);
      if (note) note.hidden = hidden;
    }

    styleAreas(covered) {
      if (!this.polygons) return;
      const { colours, areas } = fc.data;
      const figures = areas.steps[this.step];
      const full = this.background ? 0.6 : 1;
      this.polygons.forEach((polygon, number) => {
        const shade = fc.classOf(figures.reached[number] ?? 0, figures.total[number] ?? -1);
        const masked = shade > fc.data.breaks.length;
        polygon.setStyle({
          fillColor: fc.fills()[shade],
          fillOpacity: covered ? 0 : full,
          color: colours.edge,
          weight: number === this.chosen?.area ? 4 : 1,
          dashArray: masked ? "2 4" : null,
        });
      });
    }

    /* Writes the numbers of builds, and the names of areas, where there is room. */
    placeLabels() {
      const pane = fc.map.getPane("fc-labels");
      pane.replaceChildren();
      const view = fc.map.getBounds();
      const taken = [];
      const write = (text, at, half, tall, className) => {
        const clash = taken.some(
          ([x, y, other, high]) =>
            Math.abs(x - at.x) < half + other && Math.abs(y - at.y) < (tall + high) / 2,
        );
        if (clash) return false;
        taken.push([at.x, at.y, half, tall]);
        const label = fc.element("span", text, className);
        L.DomUtil.setPosition(label, at);
        pane.append(label);
        return true;
      };
      this.placeNumbers(view, write);
      if (!this.polygons || !this.on.areas) return;
      // RULE: a number moves the name below or above itself.
      const aside = taken.length ? [0, 21, -21] : [0];
      const { name, label, steps } = fc.data.areas;
      const homes = steps[this.step].total;
      const order = name.map((_, k) => k).sort((a, b) => (homes[b] ?? 0) - (homes[a] ?? 0));
      for (const number of order) {
        if (taken.length >= 80) break;
        if (!view.contains(label[number])) continue;
        const at = fc.map.latLngToLayerPoint(label[number]);
        const bounds = this.polygons[number].getBounds();
        const room =
          fc.map.latLngToLayerPoint(bounds.getSouthEast()).x -
          fc.map.latLngToLayerPoint(bounds.getNorthWest()).x;
        const half = 3.6 * name[number].length + 4;
        if (room < 1.6 * half || name[number].length > 40) continue;
        aside.some((y) => write(name[number], at.add([0, y]), half, 18, "fc-label"));
      }
    }

    /* RULE: of numbers that would overlap, the chosen build's is written, else the lower. */
    placeNumbers(view, write) {
      this.numbered = [];
      if (!this.builds.length || !this.on.planned) return;
      const { number, label } = fc.data.builds;
      for (const k of [this.chosen?.build ?? 0, ...number.keys()]) {
        if (!view.contains(label[k])) continue;
        const at = fc.map.latLngToLayerPoint(label[k]);
        const half = Math.max(11, 4 * String(number[k]).length + 3);
        const chosen = k === this.chosen?.build ? " fc-chosen" : "";
        if (write(number[k], at, half, 22, `fc-label fc-build${chosen}`))
          this.numbered.push([at, k]);
      }
    }

    toggle(name, on) {
      this.on[name] = on;
      if (this.own.some(({ id }) => id === name)) {
        on ? window[name].addTo(fc.map) : window[name].remove();
      }
      this.background = this.own.some(({ id, background }) => background && this.on[id]);
      this.refresh();
    }

    toggleStatus(status, on) {
      this.shown[status] = on;
      if (fc.map.hasLayer(this.marks)) this.marks.redraw();
    }

    /* Goes to another date. */
    show(step) {
      this.step = step;
      this.tell();
      for (const layer of [this.marks, this.squares]) {
        if (layer && fc.map.hasLayer(layer)) layer.redraw();
      }
      this.refresh();
      const said = fc.data.steps[step][fc.language];
      fc.announce(`${fc.byId("fc-date-shown").textContent}: ${said.share}`);
    }

    /* Writes all words in the reader's language. */
    write() {
      document.documentElement.lang = fc.language;
      fc.byId("fc-title").textContent = document.title = fc.data.title ?? fc.say("title");
      for (const element of document.querySelectorAll("[data-word]")) {
        element.textContent = fc.say(element.dataset.word, element.dataset);
      }
      const control = fc.byId("fc-language");
      if (control.options) control.setAttribute("aria-label", fc.say("language"));
      else {
        const { languages } = fc.data;
        control.lang = Object.keys(languages).find((code) => code !== fc.language);
        control.textContent = languages[control.lang].name;
      }
      fc.map.getContainer().setAttribute("role", "region");
      fc.map.getContainer().setAttribute("aria-label", fc.say("map"));
      this.zoomControl?.remove();
      const titles = { zoomInTitle: fc.say("zoom_closer"), zoomOutTitle: fc.say("zoom_out") };
      this.zoomControl = L.control.zoom(titles).addTo(fc.map);
      fc.labelSearch(this);
      fc.listBuilds(this);
      this.tell();
    }

    /* Writes the figures of the date. */
    tell() {
      this.popup?.remove();
      fc.showBanner(this);
      fc.buildPanel(this);
      fc.showDate(this);
      fc.fillPrinted(this);
    }

    /* Finds what is under the pointer, on the topmost layer. */
    under(place, wide) {
      const at = fc.map.latLngToLayerPoint(place);
      const build = this.numbered.find(([spot]) => spot.distanceTo(at) < 12)?.[1];
      if (build !== undefined) return { key: `b${build}`, card: () => fc.buildCard(build), build };
      if (this.marks && fc.map.hasLayer(this.marks)) {
        const i = this.marks.at(place, fc.map.getZoom(), wide);
        if (i >= 0) return { key: `p${i}`, card: () => fc.premisesCard(this, i) };
      }
      if (this.squares && fc.map.hasLayer(this.squares)) {
        const sums = this.squares.at(place, fc.map.getZoom());
        if (sums) return { key: JSON.stringify(sums), card: () => fc.squareCard(sums) };
      }
      const number = this.on.areas ? this.over : undefined;
      return number === undefined
        ? null
        : { key: `a${number}`, card: () => fc.areaCard(this, number) };
    }

    popUp(place, card) {
      this.popup = L.popup({ maxWidth: 300, minWidth: 160 }).setLatLng(place).setContent(card);
      this.popup.openOn(fc.map);
      fc.announce(Array.from(card.querySelectorAll("h2, dt, dd"), (e) => e.textContent).join(", "));
    }

    goToArea(number) {
      const room = { maxZoom: 15, padding: [60, 60] };
      const card = fc.areaCard(this, number);
      this.goTo(this.polygons[number], room, fc.data.areas.label[number], card, { area: number });
      fc.map.getContainer().focus();
    }

    goToBuild(k) {
      // There must be room for the card, above the build, and for the panel.
      const beside = fc.narrow() ? 60 : 416;
      const room = { maxZoom: 17, paddingTopLeft: [60, 180], paddingBottomRight: [beside, 60] };
      const top = this.builds[k]
        .getLatLngs()
        .flat()
        .reduce((a, b) => (b.lat > a.lat ? b : a));
      this.goTo(this.builds[k], room, top, fc.buildCard(k), { build: k });
      if (fc.narrow()) fc.map.getContainer().focus();
    }

    goTo(shape, room, place, card, chosen) {
      if (fc.narrow()) fc.byId("fc-panel").open = false;
      fc.map.fitBounds(shape.getBounds(), { animate: !fc.still, ...room });
      this.popUp(place, card);
      this.choose(chosen);
    }

    choose(chosen) {
      this.chosen = chosen;
      this.refresh();
    }

    goToPremises(i) {
      if (fc.narrow()) fc.byId("fc-panel").open = false;
      const place = [this.lat[i] * fc.data.unit, this.lon[i] * fc.data.unit];
      fc.map.setView(place, 17, { animate: !fc.still });
      this.popUp(place, fc.premisesCard(this, i));
      fc.map.getContainer().focus();
    }

    /* Has one tooltip follow the pointer, and opens a popup at a click or a tap. */
    listen() {
      const hideTip = this.followPointer();
      fc.map.on("click", (event) => {
        const wide = matchMedia("(pointer: coarse)").matches;
        const hit = ours(event) ? this.under(event.latlng, wide) : null;
        if (!hit) return;
        hideTip();
        this.popUp(event.latlng, hit.card());
        if (hit.build !== undefined) this.choose({ build: hit.build });
      });
      fc.map.on("popupopen", ({ popup }) => {
        popup
          .getElement()
          .querySelector(".leaflet-popup-close-button")
          ?.setAttribute("aria-label", fc.say("close"));
      });
      fc.map.on("popupclose", () => {
        if (this.chosen) this.choose(null);
      });
      fc.map.on("zoomend", () => this.refresh());
      fc.map.on("moveend", () => this.placeLabels());
    }

    /* Shows what is under the pointer, at most once a frame; returns a function that hides it. */
    followPointer() {
      const tip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 1 });
      let [shown, waiting, last] = ["", false, null];
      const hide = () => {
        shown = "";
        fc.map.closeTooltip(tip);
      };
      fc.map.on("mousemove", (event) => {
        last = event;
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          const hit = ours(last) ? this.under(last.latlng, false) : null;
          if (!hit) return hide();
          if (hit.key !== shown) tip.setContent(hit.card());
          shown = hit.key;
          tip.setLatLng(last.latlng);
          if (!fc.map.hasLayer(tip)) fc.map.openTooltip(tip);
        });
      });
      fc.map.on("mouseout zoomstart movestart", hide);
      return hide;
    }

    /* Removes a background map that does not load, and tells the reader. */
    watchBackground() {
      for (const { id, background } of this.own) {
        if (!background) continue;
        let [came, failed] = [0, 0];
        window[id].on("tileload", () => {
          came++;
        });
        window[id].on("tileerror", () => {
          failed++;
          if (came > 0 || failed !== 4) return;
          this.toggle(id, false);
          fc.buildPanel(this);
          fc.warn("no_background");
        });
      }
    }
  };
})(window.fibercov);
