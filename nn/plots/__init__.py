"""Plots of data, of training and of what a network has learned.

Each returns a matplotlib Figure. `points`, `lines`, `decision_boundary`, `decision_boundaries` and
`loss_curves` need neither matplotlib nor NumPy: without, they return an SVG of our own, which
`images` and `shaded_table` always do.
"""

from nn.plots.boundary import decision_boundaries, decision_boundary
from nn.plots.evaluation import confusion_matrix, predictions
from nn.plots.experiments import growth, loss_surface, sensitivity
from nn.plots.images import images, shaded_table
from nn.plots.plane import points
from nn.plots.series import lines
from nn.plots.training import loss_curves, runs

__all__ = [
    "confusion_matrix",
    "decision_boundaries",
    "decision_boundary",
    "growth",
    "images",
    "lines",
    "loss_curves",
    "loss_surface",
    "points",
    "predictions",
    "runs",
    "sensitivity",
    "shaded_table",
]
