/* Makes the map and connects its parts. createMap runs first, so that layers that the map's author
   added with folium find a map; start runs last, unpacks the data and draws the rest. */
((fc) => {
  const LEAFLET = '<a href="https://leafletjs.com">Leaflet</a>';
  fc.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  fc.narrow = () => innerWidth < 1100;
  fc.ran = new Set(); // the numbers of the author's scripts that ran to their end

  // All that folium's popups need of jQuery: an element from markup, in which no script runs.
  window.$ ??= (markup) => {
    const made = document.createElement("template");
    made.innerHTML = markup;
    return [made.content.firstElementChild];
  };

  fc.createMap = (id) => {
    fc.data = JSON.parse(fc.byId("fc-data").textContent);
    fc.language = fc.data.language;
    fc.map = fc.makeMap(id);
    const credits = L.control.attribution({ prefix: LEAFLET }).addTo(fc.map);
    for (const credit of fc.data.context?.credits ?? [])
      credits.addAttribution(fc.make("span", {}, credit).innerHTML); // as text, not as markup
    fit();
    first = place();
    return fc.map;
  };

  /* Shows everything, as large as the window allows; below the search, where that is as wide as the map. */
  const fit = () => {
    const paddingTopLeft = [16, fc.map.getSize().x < 500 ? 64 : 16];
    fc.map.fitBounds(fc.data.box, { padding: [16, 16], paddingTopLeft, animate: false });
  };
  const place = () => `${fc.map.getCenter()} ${fc.map.getZoom()}`;
  let first = ""; // where the map was before the author's layers came

  /* What is drawn, and what the reader has chosen. */
  function begin(own) {
    const { areas, statuses, now } = fc.data;
    fc.rest = Boolean(areas?.rest);
    fc.on = {
      areas: true,
      squares: !areas || fc.rest,
      network: true,
      planned: true,
      context: true,
    };
    for (const { id } of own) fc.on[id] = fc.map.hasLayer(window[id]);
    fc.shown = Object.fromEntries(statuses.map((name) => [name, true]));
    Object.assign(fc, { own, chosen: {}, hot: null });
    fc.view = new fc.View(fc.map, now);
    fc.other = null;
    fc.marksFrom = Number.POSITIVE_INFINITY;
  }

  /* RULE: where areas show the whole, marks wait until the reader zooms in. */
  function waitForMarks() {
    const { areas, box, premises } = fc.data;
    const later = areas ? Math.floor(fc.map.getBoundsZoom(box)) + 1 : 0;
    fc.marksFrom = Math.max(premises?.from_zoom ?? 0, later);
  }

  const views = () => (fc.other ? [fc.view, fc.other] : [fc.view]);
  const refresh = () => {
    for (const view of views()) view.refresh();
  };
  fc.background = () => fc.own.some(({ id, background }) => background && fc.on[id]);

  fc.toggle = (name, on) => {
    fc.on[name] = on;
    fc.showLegend();
    if (fc.own.some(({ id }) => id === name))
      on ? window[name].addTo(fc.map) : window[name].remove();
    refresh();
  };

  fc.toggleStatus = (status, on) => {
    fc.shown[status] = on;
    for (const { layers } of views()) layers.marks.redraw();
  };

  /* Outlines an area on the map, and its row in the table. */
  fc.hover = (number) => {
    fc.hot = number;
    for (const view of views()) view.outlineAreas();
    for (const row of fc.byId("fc-rows").rows)
      row.classList.toggle("fc-hot", row.dataset.area === String(number));
  };

  /* Chooses an area or a build, or nothing; goes there, or back to the whole. */
  fc.choose = (chosen, go) => {
    const before = fc.chosen.area;
    fc.chosen = chosen;
    const { area } = chosen;
    if (area === undefined && before !== undefined) fc.map.closePopup();
    fc.fillArea();
    refresh();
    const rows = fc.byId("fc-build-rows")?.rows ?? [];
    for (const [k, row] of [...rows].entries())
      row.setAttribute("aria-current", k === chosen.build);
    fc.keepState(area !== undefined);
    if (area === undefined) {
      if (go) fit();
      const row = document.querySelector(`[data-area="${before}"]`);
      return row?.querySelector("button").focus({ preventScroll: true });
    }
    fc.byId("fc-area").querySelector("button").focus({ preventScroll: !go });
    if (go) fc.goTo(fc.view.polygons[area], 15);
    if (fc.narrow())
      fc.view.popUp(fc.data.areas.label[area], (view) => fc.areaTip(area, view.step));
    fc.announce(fc.byId("fc-area").querySelector(".fc-lead").textContent);
  };

  // RULE: the map jumps, as a card that opens while it moves would stop it on its way.
  fc.goTo = (shape, maxZoom) => {
    if (fc.narrow()) fc.byId("fc-main").scrollIntoView({ block: "nearest" });
    fc.map.fitBounds(shape.getBounds(), { animate: false, maxZoom, padding: [48, 48] });
  };

  fc.goToBuild = (k) => {
    fc.goTo(fc.view.builds[k], 17);
    const places = fc.view.builds[k].getLatLngs().flat();
    const top = places.reduce((a, b) => (b.lat > a.lat ? b : a));
    fc.view.popUp(top, () => fc.buildCard(k));
    fc.choose({ build: k });
  };

  fc.goToPremises = (i) => {
    const { lat, lon } = fc.unpacked.premises;
    const place = [lat[i] * fc.data.unit, lon[i] * fc.data.unit];
    fc.lookedUp = true; // before the map moves, which would tell where
    fc.map.setView(place, 17, { animate: false });
    fc.view.popUp(place, (view) => fc.premisesCard(i, view.step));
    fc.map.getContainer().focus({ preventScroll: true });
  };

  /* Goes to another date. */
  fc.show = (step) => {
    fc.view.show(step);
    tell();
    fc.keepState();
    fc.announce(
      `${fc.byId("fc-date-shown").textContent}: ${fc.data.steps[step][fc.language].share}`,
    );
  };

  /* Has one of two maps show what the other does. */
  let following = false;
  function follow(from, to) {
    if (!to || following) return;
    following = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    following = false;
  }

  /* Opens a second map with another date beside the first, or closes it if there is no date. */
  fc.compare = (step) => {
    const place = fc.byId("fc-beside");
    fc.view.open = null; // a choice stays
    fc.map.closePopup(); // in half the window there is no room for it
    fc.other?.map.remove();
    fc.other = null;
    place.hidden = step === null;
    const all = fc.map.getBounds().contains(fc.data.box);
    fc.map.invalidateSize();
    if (all) fit();
    if (step !== null) {
      const map = fc.makeMap(place.id);
      map.setView(fc.map.getCenter(), fc.map.getZoom());
      fc.other = new fc.View(map, step);
      fc.other.show(step);
      fc.other.listen();
      place.setAttribute("role", "region");
      place.setAttribute("aria-label", `${fc.say("map")}, ${fc.dateName(step)}`);
      fc.announce(fc.say("compare_with", { date: fc.dateName(step) }));
      map.on("move", () => follow(map, fc.map));
    }
    tell();
  };

  /* Writes all words in the reader's language. */
  function write() {
    document.documentElement.lang = fc.language;
    fc.byId("fc-title").textContent = document.title = fc.data.title ?? fc.say("title");
    for (const element of document.querySelectorAll("[data-word]"))
      element.textContent = fc.say(element.dataset.word, element.dataset);
    for (const label of document.querySelectorAll("[data-class-word]"))
      label.textContent = fc.data.classes[fc.language].target;
    for (const button of document.querySelectorAll(".fc-language"))
      button.hidden = button.lang === fc.language;
    fc.map.getContainer().setAttribute("role", "region");
    fc.map.getContainer().setAttribute("aria-label", fc.say("map"));
    fc.zoomControl?.remove();
    const titles = { zoomInTitle: fc.say("zoom_closer"), zoomOutTitle: fc.say("zoom_out") };
    fc.zoomControl = L.control.zoom({ ...titles, position: "bottomright" }).addTo(fc.map);
    fc.byId("fc-dock").setAttribute("aria-label", fc.say("legend"));
    fc.labelSearch();
    fc.listBuilds();
    tell();
  }

  /* Writes the figures of the date. */
  function tell() {
    fc.showBanner();
    fc.showLegend();
    fc.showPanel();
    fc.showDates();
    fc.fillTable();
    fc.fillArea();
    for (const view of views()) {
      view.open?.popup.setContent(view.open.card(view));
      const place = view.map.getContainer();
      const chip = place.querySelector(".fc-chip") ?? fc.make("p", { class: "fc-chip" });
      place.append(chip);
      chip.hidden = !fc.other;
      const here = fc.data.steps[view.step];
      chip.textContent = `${fc.short(view.step)}: ${here[fc.language].share}`;
      if (fc.other && view === fc.view)
        chip.textContent += ` (${fc.points(fc.data.steps[fc.other.step], here)})`;
    }
  }

  fc.speak = (language) => {
    fc.language = language;
    write();
    refresh();
    fc.keepState();
  };

  function listen() {
    fc.view.listen();
    fc.map.on("moveend", () => fc.keepState());
    fc.map.on("move", () => follow(fc.map, fc.other?.map));
    const on = (id, type, act) => fc.byId(id).addEventListener(type, act);
    on("fc-print", "click", () => print());
    on("fc-csv", "click", fc.saveTable);
    on("fc-date-range", "input", ({ target }) => fc.show(Number(target.value)));
    on("fc-compare", "change", ({ target: { value } }) =>
      fc.compare(value === "" ? null : Number(value)),
    );
    for (const button of document.querySelectorAll(".fc-language"))
      button.addEventListener("click", () => {
        fc.speak(button.lang);
        document.querySelector(".fc-language:not([hidden])").focus();
      });
    addEventListener("keydown", ({ key }) => key === "Escape" && fc.map.closePopup());
  }

  /* On paper the map keeps its size and is scaled as a picture: a new size would empty its canvases. */
  function preparePrint() {
    const frame = document.querySelector(".fc-map");
    const folds = [...document.querySelectorAll("details")];
    let were = null;
    addEventListener("beforeprint", () => {
      const { width: x, height: y } = frame.getBoundingClientRect();
      frame.style.cssText = `width:${x}px;height:${y}px;zoom:${Math.min(710 / x, 348 / y)}`;
      were = folds.map(({ open }) => open);
      for (const fold of folds) fold.open = true;
    });
    addEventListener("afterprint", () => {
      frame.style.cssText = "";
      folds.forEach((fold, k) => {
        fold.open = were[k];
      });
      were = null;
    });
    new ResizeObserver(() => {
      if (were === null) for (const { map } of views()) map.invalidateSize({ animate: false });
    }).observe(frame);
  }

  /* Removes a background map that does not load, and tells the reader. */
  function watchBackground() {
    for (const { id } of fc.own.filter(({ background }) => background)) {
      let [came, failed] = [0, 0];
      window[id].on("tileload", () => came++);
      window[id].on("tileerror", async () => {
        failed++;
        if (came > 0 || failed !== 4) return;
        await fc.unpacking;
        fc.toggle(id, false);
        fc.showPanel();
        fc.warn("no_background");
      });
    }
  }

  /* Holds back the page's load event, at which a browser without a window prints or takes its picture. */
  function hold() {
    const frame = fc.make("iframe", { hidden: "" });
    document.body.append(frame);
    frame.contentDocument.open();
    return () => {
      frame.contentDocument.close();
      frame.remove();
    };
  }

  fc.start = async (layers, scripts) => {
    const release = hold();
    try {
      const failed = new Set(scripts.filter((_, number) => !fc.ran.has(number)));
      if (failed.size) fc.warn("own_failed", { layers: [...failed].join(", ") });
      fc.own = layers.filter(({ name }) => !failed.has(name));
      if (typeof DecompressionStream === "undefined") throw new Error(fc.say("old_browser"));
      fc.unpacking = fc.unpack();
      watchBackground();
      fc.unpacked = await fc.unpacking;
      begin(fc.own);
      L.control.scale({ imperial: false, position: "bottomleft" }).addTo(fc.map);
      fc.buildSearch();
      fc.beGuest();
      fc.locate();
      // RULE: a layer of the author's may have moved the map, and a link may say where to look.
      const moved = place() !== first;
      fc.takeState();
      write(); // the banner's words make the map's height
      fc.map.invalidateSize({ pan: false });
      if (!moved) fit();
      waitForMarks();
      fc.lookAt();
      fc.view.show(fc.view.step);
      fc.keepState();
      listen();
      preparePrint();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          document.documentElement.dataset.ready = String(Math.round(performance.now()));
          release();
        }),
      );
    } catch (error) {
      release();
      fc.warn("failed", { reason: error.message });
      throw error;
    }
  };
})(window.fibercov);
