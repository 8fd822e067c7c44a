"""Whether the target is met, where it is not, and how it came about.

Follows the synthetic municipality over the years 2016-2020.
"""

from datetime import date

import fibercov as fc

TARGET = 0.90

for year in range(2016, 2021):
    demo = fc.load_demo(as_of=date(year, 10, 1))
    coverage = fc.measure_coverage(
        demo.premises, demo.network, reach=50, planned=demo.planned, as_of=demo.as_of
    )
    print(coverage.as_of, fc.check_target(coverage, target=TARGET))

check = fc.check_target(coverage, target=TARGET, by=demo.areas)
left = check.areas.query("verdict == 'not met'").sort_values("shortfall", ascending=False)
print("\nAreas that do not reach the target yet, by households to go:")
print(left[["name", "households", "share", "shortfall"]].to_string(index=False))
