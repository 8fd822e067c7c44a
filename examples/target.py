"""Whether the target is met, how it came about, why the share changed, and what to report.

Follows the synthetic municipality over the years 2016-2020. Writes progress.png and change.png in
the folder that it is run in; needs the extra `plot`.
"""

from datetime import date

import matplotlib.pyplot as plt

import fibercov as fc

TARGET = 0.90

years = []
for year in range(2016, 2021):
    demo = fc.load_demo(as_of=date(year, 10, 1))
    coverage = fc.measure_coverage(
        demo.premises, demo.network, reach=50, planned=demo.planned, as_of=demo.as_of
    )
    print(coverage.as_of, fc.check_target(coverage, target=TARGET))
    years.append(coverage)

print("\nTwo years before, what could be expected:")
print(fc.track_progress(years[:3], target=TARGET, by="2020-10-01"))
print(fc.backtest(years, hidden=2).round(3).to_string(index=False))

change = fc.explain_change(years[-2], coverage, by=demo.areas)
print(f"\n{change}\n{change.table.query('points != 0').to_string(index=False)}")

check = fc.check_target(coverage, target=TARGET, by=demo.areas)
left = check.areas.query("verdict == 'not met'").sort_values("shortfall", ascending=False)
print("\nAreas that do not reach the target yet, by what is missing:")
print(left[["name", "total", "share", "shortfall"]].to_string(index=False))
print(f"\n{fc.minutes(coverage, check, language='sv')}\n")
print(fc.kolada_rows(coverage, kpi="U00001", municipality="9999"))
print(*fc.stratsys_rows(coverage, organisation="Fiberdalen", measure="Andel med fiber"))
fc.plot_progress(fc.track_progress(years, target=0.95, by="2022-10-01"))
plt.savefig("progress.png")
fc.plot_change(change)
plt.savefig("change.png")
print("\nOpen progress.png and change.png.")
