"""Plots of data, of training and of what a network has learned; each is a matplotlib Figure."""

from nn.plots.experiments import (
    confusion_matrix,
    decision_boundary,
    growth,
    loss_curves,
    loss_surface,
    predictions,
    runs,
    sensitivity,
)

__all__ = [
    "confusion_matrix",
    "decision_boundary",
    "growth",
    "loss_curves",
    "loss_surface",
    "predictions",
    "runs",
    "sensitivity",
]
