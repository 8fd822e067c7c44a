/* The state in the page's address, so that a reload, the way back and a mailed link keep it; and how the
   page behaves in another's frame. */
((fc) => {
  const framed = window.self !== window.top;
  let seen = ""; // the last view that may be told: never that of a looked-up address
  let asked = ""; // the view in the address

  /* Writes the area, the date, the language and the view into the address; never a looked-up address. */
  fc.keepState = (isPlace) => {
    const { lat, lng } = fc.map.getCenter();
    if (fc.map.getZoom() < 16) fc.lookedUp = false;
    if (!fc.lookedUp) seen = [fc.map.getZoom(), lat.toFixed(4), lng.toFixed(4)].join("/");
    const parts = new URLSearchParams();
    const { area } = fc.chosen;
    if (area !== undefined) parts.set("area", fc.data.areas.name[area]);
    if (fc.view.step !== fc.data.now) parts.set("date", dateOf(fc.view.step));
    if (fc.language !== fc.data.language) parts.set("lang", fc.language);
    parts.set("view", seen);
    try {
      history[isPlace ? "pushState" : "replaceState"](null, "", `#${parts}`);
    } catch {
      // A notebook's frame has no address of its own.
    }
  };
  const dateOf = (step) => (fc.data.steps[step].plan ? "plan" : fc.data.steps[step].date);

  /* Takes the state from the address, all but the view. */
  fc.takeState = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    const language = parts.get("lang");
    if (Object.keys(fc.data.languages).includes(language)) fc.language = language;
    const step = fc.data.steps.findIndex((_, k) => dateOf(k) === parts.get("date"));
    fc.view.step = step < 0 ? fc.data.now : step;
    const area = fc.data.areas?.name.indexOf(parts.get("area")) ?? -1;
    fc.chosen = area < 0 ? {} : { area };
    asked = parts.get("view") ?? "";
  };
  fc.lookAt = () => {
    const [zoom, lat, lng] = asked.split("/").map(Number);
    if (zoom > 0 && Math.abs(lat) < 85 && Math.abs(lng) < 180)
      fc.map.setView([lat, lng], zoom, { animate: false });
  };
  addEventListener("popstate", () => {
    // A link to a part of the page is no state.
    if (fc.byId(location.hash.slice(1))) return fc.keepState();
    fc.takeState();
    fc.view.open = null; // a choice stays
    fc.map.closePopup();
    fc.lookAt();
    fc.view.show(fc.view.step);
    fc.speak(fc.language);
  });

  /* In another page's frame that page scrolls, until the reader holds Ctrl or uses two fingers. */
  fc.beGuest = () => {
    if (!framed) return;
    const wheel = (event) => event.ctrlKey || event.stopPropagation();
    fc.byId("fc-main").addEventListener("wheel", wheel, true);
    if (matchMedia("(pointer: coarse)").matches) fc.map.dragging.disable();
  };

  /* A button that shows where the reader is, where the browser allows it. */
  fc.locate = () => {
    if (!navigator.geolocation || !isSecureContext) return;
    fc.map.on("locationfound", ({ latlng, accuracy }) => {
      fc.here?.remove();
      const style = { radius: Math.max(accuracy, 5), pane: "fc-borders", interactive: false };
      fc.here = L.circle(latlng, { ...style, color: fc.colour("accent") }).addTo(fc.map);
    });
    fc.map.on("locationerror", () => fc.warn("no_position_here"));
    const button = fc.byId("fc-locate");
    button.hidden = false;
    button.addEventListener("click", () => fc.map.locate({ setView: true, maxZoom: 17 }));
  };
})(window.fibercov);
