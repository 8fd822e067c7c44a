"""The share on a map: one HTML file that opens without a network.

Writes coverage.html in the folder that it is run in.
"""

from pathlib import Path

import fibercov as fc

DATA = Path(__file__).parents[1] / "data"

premises = fc.read_premises(DATA / "addresses.gpkg", households="hushall", connected="ansluten")
network = fc.read_network(DATA / "fiber.gpkg", layer="cables")
planned = fc.read_network(DATA / "fiber.gpkg", layer="planned")
areas = fc.read_areas(DATA / "areas.gpkg", name="omrade", code="kod")

coverage = fc.measure_coverage(premises, network, reach=50, planned=planned, as_of="2020-10-01")
page = fc.map_coverage(
    coverage,
    areas=areas,
    network=network,
    planned=planned,
    target=0.90,
    title="Fiber in Fiberdalen (synthetic)",
)
page.save("coverage.html")
print("Open coverage.html in a browser.")
