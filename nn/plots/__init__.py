"""Plots of data, of training and of what a network has learned; each is a matplotlib Figure."""

from nn.plots.evaluation import confusion_matrix, decision_boundary, predictions
from nn.plots.experiments import growth, loss_surface, sensitivity
from nn.plots.training import loss_curves, runs

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
