/* Makes the map and connects its parts. createMap runs first, so that layers that the map's author
   added with folium find a map; start runs last, unpacks the data and draws the rest. */
((fc) => {
  const PANES = {
    "fc-areas": 350,
    "fc-squares": 360,
    "fc-lines": 370,
    "fc-marks": 420,
    "fc-labels": 430,
  };
  const LEAFLET = '<a href="https://leafletjs.com">Leaflet</a>';
  fc.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  fc.narrow = () => innerWidth < 760;
  fc.ran = new Set(); // the numbers of the author's scripts that ran to their end

  fc.createMap = (id) => {
    fc.data = JSON.parse(fc.byId("fc-data").textContent);
    fc.language = fc.data.language;
    const map = L.map(id, {
      zoomControl: false,
      zoomSnap: 0.25,
      maxZoom: 19,
      zoomAnimation: !fc.still,
      fadeAnimation: false, // tiles are there at once: fading them in takes twice the time,
      inertia: !fc.still,
      attributionControl: false,
    });
    L.control.attribution({ prefix: LEAFLET }).addTo(map);
    for (const [name, height] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = height;
      if (name !== "fc-areas") pane.style.pointerEvents = "none";
    }
    const bottom = fc.data.steps.length > 1 ? 110 : 40; // for the slider
    const room = fc.narrow()
      ? { paddingTopLeft: [12, 56], paddingBottomRight: [12, bottom + 20] }
      : { paddingTopLeft: [24, 60], paddingBottomRight: [320, bottom] };
    map.fitBounds(fc.data.box, { ...room, animate: false });
    fc.map = map;
    return map;
  };

  /* On paper the map keeps its size and is scaled as a picture: a new size would empty its canvases.
     The part that the panel covers is left out, as the panel is printed beside the map. Whatever folds
     is printed open. */
  function preparePrint() {
    const frame = document.querySelector(".fc-map");
    const panel = fc.byId("fc-panel");
    const folds = [...document.querySelectorAll("details")];
    let wereOpen = null;
    addEventListener("beforeprint", () => {
      const { x, y } = fc.map.getSize();
      const width = fc.narrow() ? x : x - panel.offsetWidth - 12;
      const { areas, builds } = fc.data;
      const zoom = Math.min((areas ? 640 : 780) / width, (areas && builds ? 370 : 580) / y);
      frame.style.cssText = `position:relative;width:${width}px;height:${y}px;zoom:${zoom}`;
      fc.map.getContainer().style.width = `${x}px`;
      wereOpen = folds.map((fold) => fold.open);
      for (const fold of folds) fold.open = true;
    });
    addEventListener("afterprint", () => {
      frame.style.cssText = "";
      fc.map.getContainer().style.width = "";
      folds.forEach((fold, k) => {
        fold.open = wereOpen[k];
      });
      wereOpen = null;
    });
    new ResizeObserver(() => {
      if (wereOpen === null) fc.map.invalidateSize({ pan: false });
    }).observe(frame);
  }

  /* Listens to the button for the other language, or to the list if there are more than two. */
  function listenForLanguage(view) {
    const control = fc.byId("fc-language");
    control.addEventListener(control.options ? "change" : "click", () => {
      fc.language = control.options ? control.value : control.lang;
      view.write();
      view.refresh();
    });
  }

  fc.start = async (layers, scripts) => {
    try {
      const failed = new Set(scripts.filter((_, number) => !fc.ran.has(number)));
      if (failed.size) fc.warn("own_failed", { layers: [...failed].join(", ") });
      const view = new fc.View(layers.filter(({ name }) => !failed.has(name)));
      view.watchBackground();
      if (typeof DecompressionStream === "undefined") throw new Error(fc.say("old_browser"));
      await view.unpack();
      fc.view = view;
      if (fc.narrow()) fc.byId("fc-panel").open = false;
      L.control.scale({ imperial: false, position: "bottomleft" }).addTo(fc.map);
      fc.buildDates(view);
      fc.buildTable(view);
      fc.buildSearch(view);
      view.write();
      view.refresh();
      view.listen();
      preparePrint();
      fc.byId("fc-print").addEventListener("click", () => print());
      listenForLanguage(view);
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          document.documentElement.dataset.ready = String(Math.round(performance.now()));
        }),
      );
    } catch (error) {
      fc.warn("failed", { reason: error.message });
      throw error;
    }
  };
})(window.fibercov);
