"""Charts for print: progress, the share by reach, why the share changed, what a plan brings; a map; and a page.

They are drawn on matplotlib axes, with labels in place rather than in a legend. matplotlib is the
extra `plot` and is imported when the first chart is drawn.
"""

from fibercov.plots.change import plot_change
from fibercov.plots.curve import plot_curve
from fibercov.plots.map import plot_map
from fibercov.plots.plan import plot_plan
from fibercov.plots.progress import plot_progress
from fibercov.plots.report import plot_report

__all__ = [
    "plot_change",
    "plot_curve",
    "plot_map",
    "plot_plan",
    "plot_progress",
    "plot_report",
]
