"""Charts for print: progress, the share by reach, why the share changed, and what a plan brings.

They are drawn on matplotlib axes, with labels in place rather than in a legend. matplotlib is the
extra `plot` and is imported when the first chart is drawn.
"""

from fibercov.plots.change import plot_change
from fibercov.plots.curve import plot_curve
from fibercov.plots.plan import plot_plan
from fibercov.plots.progress import plot_progress

__all__ = ["plot_change", "plot_curve", "plot_plan", "plot_progress"]
