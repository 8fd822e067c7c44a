"""A chart of a plan: the share that its builds bring, against what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercov import checks, texts
from fibercov.plan.builds import Plan
from fibercov.plots.axes import (
    BLUE,
    GREY,
    PLAN,
    Line,
    axes,
    number_axis,
    part_of,
    pixels,
    place_label,
    share_of,
    write_around,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PALE = "#e3dcee"


def plot_plan(plan: Plan, *, ax: Axes | None = None, language: str = "en") -> Axes:
    """Draw the share against the cost, build by build, and what no plan can cost less than.

    Each step is a build, with its number as on the map if there is room. The band reaches from the builds
    to the least that any plan to the same share can cost: `Plan.curve`.

    Parameters
    ----------
    plan
        What `plan_builds` gives.
    ax, language
        The axes to draw on, else new ones of 6.4 by 4 inches; `"en"` or `"sv"`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; their `figure` can be shown or saved.

    Raises
    ------
    ArgumentError
        If an argument is something else, or the plan has no builds.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo(as_of="2018-10-01")
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> plan = fc.plan_builds(coverage, demo.network, routes=demo.roads, target=0.75, cost_per_m=250)
    >>> "of trench" in fc.plot_plan(plan).get_title(loc="left")
    True
    """
    checks.made_by(plan, Plan, "plan", "plan_builds")
    if plan.builds.empty:
        raise checks.refusal("plan", "must have builds", plan)
    ax, builds = axes(ax, language), plan.builds
    cost = np.r_[0.0, builds["cost_after"]]
    share = 100 * np.r_[plan.reached_before / plan.coverage.total, builds["share_after"]]
    curve = plan.curve()
    curve = curve[curve["share"] <= share[-1] / 100 + 1e-12]
    # RULE: between two shares of the curve, the bound is that of the lower one.
    height = np.unique(np.r_[share, 100 * curve["share"]])
    bound = curve["cost_lower_bound"].to_numpy()[
        np.searchsorted(100 * curve["share"], height + 1e-9, side="right") - 1
    ]
    spent = cost[np.minimum(np.searchsorted(share, height - 1e-9), len(cost) - 1)]
    ax.fill_betweenx(
        height, np.minimum(bound, spent), spent, step="pre", color=_PALE, linewidth=0, zorder=1
    )
    ax.step(cost, share, where="post", color=PLAN, linewidth=1.8, zorder=4)
    ax.plot(0, share[0], "o", color=BLUE, clip_on=False, zorder=5)
    lines: list[Line] = [(np.repeat(cost, 2)[1:], np.repeat(share, 2)[:-1])]
    ax.set_xlim(0, 1.04 * cost[-1])
    pad = 0.08 * float(np.ptp(share))
    ax.set_ylim(max(0.0, share[0] - pad), min(100.0, share[-1] + 1.5 * pad))
    if plan.exact_target is not None:
        goal = 100 * float(plan.exact_target)
        ax.axhline(goal, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        lines.append((np.array([0.0, cost[-1]]), np.array([goal, goal])))
    number_axis(ax.yaxis, language, " %")
    _costs_below(ax, plan.currency, language)
    said = plan.words(language)
    note = [said["gap"], *(texts.say(key, language) for key in ("plot_band", "builds_mean"))]
    write_around(ax, said["title"], share_of(plan.coverage.unit, language), " ".join(note))
    taken: list[Any] = []
    places = pixels(ax, lines)
    if plan.exact_target is not None:
        target = texts.target_percent(plan.exact_target, language)
        place_label(
            ax,
            texts.say("plot_target", language, target=target),
            [((0.0, goal), 4, 3, "left", "bottom"), ((0.0, goal), 4, -3, "left", "top")],
            places,
            taken,
            GREY,
        )
    for k in np.argsort(-builds["newly_reached"].to_numpy(), kind="stable"):
        at = (cost[k + 1], (share[k] + share[k + 1]) / 2)
        spots = [(at, 4, 0, "left", "center"), (at, -4, 0, "right", "center")]
        place_label(ax, str(builds["build"].iloc[k]), spots, places, taken, PLAN, optional=True)
    return ax


def _costs_below(ax: Axes, currency: str, language: str) -> None:
    """Write ticks as costs, the unit beside the last one."""
    locator = part_of("ticker").MaxNLocator(6, steps=[1, 2, 2.5, 5, 10])
    ticks = [at for at in locator.tick_values(0, ax.get_xlim()[1]) if at <= ax.get_xlim()[1]]
    million = ticks[-1] >= 1e6
    said = [texts.number(f"{at / 1e6:,g}" if million else f"{at:,.0f}", language) for at in ticks]
    if million:
        said[-1] = texts.say("millions", language, number=said[-1])
    ax.set_xticks(ticks, [*said[:-1], f"{said[-1]} {currency}".rstrip()])
