"""From two files to the share of households within reach of fiber.

Reads the synthetic municipality's files in data/, as a municipality would read its own. Writes
curve.png in the folder that it is run in; needs the extra `plot`.
"""

from pathlib import Path

import matplotlib.pyplot as plt

import fibercov as fc

DATA = Path(__file__).parents[1] / "data"

premises = fc.read_premises(
    DATA / "addresses.gpkg", households="hushall", connected="ansluten", id="adress_id"
)
network = fc.read_network(DATA / "fiber.gpkg", layer="cables")
planned = fc.read_network(DATA / "fiber.gpkg", layer="planned")

coverage = fc.measure_coverage(premises, network, reach=50, planned=planned, as_of="2020-10-01")
print(coverage)
print(coverage.table.to_string(float_format="{:.1%}".format), end="\n\n")

# Another definition needs no measuring: the drops are there.
print(coverage.at(fc.Reach(20, name="the rule of another country")))
print(
    fc.coverage_curve(coverage, reaches_m=[20, 50, 100, 200, 500]).map("{:.1%}".format).to_string()
)

# The share under every reach at once, with the official definitions on it.
fc.plot_curve(coverage)
plt.savefig("curve.png")
print("\nOpen curve.png.")
