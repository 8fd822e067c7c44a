"""Pictures for print: progress to the target, share by reach, and why the share changed.

They are drawn on matplotlib axes, with words at the things themselves rather than in a legend.
matplotlib is the extra `plot`, and is imported when the first picture is drawn.
"""

from fibercov.plots.change import plot_change
from fibercov.plots.curve import plot_curve
from fibercov.plots.progress import plot_progress

__all__ = ["plot_change", "plot_curve", "plot_progress"]
