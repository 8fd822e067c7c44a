"""The tables that the command line prints."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from rich.table import Table
from rich.text import Text

import fibercov as fc
from fibercov import texts
from fibercov.cli import console

_MOST_BUILDS = 40
_CRS_OPTIONS = {"premises_crs": "--crs", "network_crs": "--network-crs", "areas_crs": "--areas-crs"}


def statuses(coverage: fc.CoverageTotals, language: str) -> Table:
    """Make the table of counts by status, without statuses that the data cannot give."""
    table = console.table("statuses", coverage.unit, language)
    for status, number in coverage.counts.items():
        share = texts.percent(Fraction(int(number), coverage.total), None, language)
        unknown = {"connected": not coverage.connected_given, "planned": not coverage.plan_counts}
        if not unknown.get(str(status)):
            name = texts.status(str(status), language)
            table.add_row(Text(name), texts.count(int(number), language), share)
    return table


def areas(check: fc.TargetCheck, language: str) -> Table:
    """Make the table of areas that have premises, compared with the target."""
    table = console.table("areas", check.unit, language)
    repeated = check.areas["name"].duplicated(keep=False)
    for area, twice in zip(check.areas.to_dict("records"), repeated, strict=True):
        if area["premises"]:
            code = f" ({area['code']})" if twice else ""
            homes, shortfall, verdict = (area[c] for c in ("total", "shortfall", "verdict"))
            share = Fraction(int(area["reached"]), homes or 1)
            table.add_row(
                Text(texts.area(str(area["name"]), language) + code),
                texts.count(homes, language),
                texts.percent(share, check.exact_target, language) if homes else texts.NONE,
                texts.NONE if pd.isna(shortfall) else texts.count(int(shortfall), language),
                texts.verdict_word(verdict, language) if verdict else texts.NONE,
            )
    return table


def problems(found: pd.DataFrame, unit: str, language: str) -> Table:
    """Make the table of what is odd about the data, and what it does to the share."""
    table = console.table("problems", unit, language)
    for row in found.to_dict("records"):
        crs, option = str(row["crs"]), _CRS_OPTIONS.get(row["problem"])
        if option and crs.startswith("EPSG:"):
            crs = f"{option} {crs} --override-crs"
        table.add_row(
            Text(texts.problem(str(row["problem"]), unit, language, crs)),
            texts.count(int(row["rows"]), language),
            texts.count(int(row["total"]), language),
            texts.points(float(row["points"]), language),
        )
    return table


def builds(plan: fc.Plan, language: str) -> Table:
    """Make the table of the first builds of a plan, and how many more there are."""
    table = console.table("builds", plan.coverage.unit, language)
    for row in plan.builds.head(_MOST_BUILDS).to_dict("records"):
        share = Fraction(int(row["reached_after"]), plan.coverage.total)
        table.add_row(
            str(row["build"]),
            texts.money(row["cost"], plan.currency, language),
            f"{texts.count(round(row['trench_m']), language)} m",
            texts.count(int(row["newly_reached"]), language),
            texts.percent(share, plan.exact_target, language),
        )
    more = len(plan.builds) - _MOST_BUILDS
    if more > 0:
        table.caption = texts.say("and_more", language, count=texts.count(more, language))
    return table
