/* What the page does beyond folium's layers: marks that grow with the zoom, and areas that stay
   behind them when layers are switched off and on. */
function fibercovPage(map, areas, marks) {
  const resize = () => {
    // Seen from afar, small marks without an edge: else the last status drawn would hide the rest.
    const radius = Math.min(6, Math.max(1.6, 0.75 * map.getZoom() - 6.6));
    const style = { radius, stroke: radius >= 3 };
    marks.forEach((layer) => layer.setStyle(style));
  };
  map.on("zoomend", resize);
  map.whenReady(resize);
  if (areas) map.on("overlayadd", () => areas.bringToBack());
}
