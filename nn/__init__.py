"""Neurons, layers and networks of explicit weight and bias Values, and what trains them."""

import nn.training.interruption as _ctrl_c  # noqa: F401  before what takes time

# isort: split
from typing import NoReturn

import nn.hidden as _first  # noqa: F401  before anything is imported from engine
from nn import data, export, schedules
from nn.clipping import clip_gradients_by_norm, clip_gradients_by_value
from nn.dropout import Dropout
from nn.experiments.growth import Cost, growth
from nn.experiments.loss_surface import Surface, loss_surface
from nn.experiments.sensitivity import Sensitivity, sensitivity
from nn.history import History
from nn.layers import MLP, Layer, Neuron
from nn.losses import binary_cross_entropy, cross_entropy, hinge, l1, l2, mean_squared_error
from nn.metrics import accuracy, classify, predict
from nn.module import Module
from nn.monitor import Alarm, Monitor
from nn.optim import SGD, Adam, AdamW, RMSProp
from nn.other_names import class_elsewhere
from nn.saved.loading import load
from nn.training.fit import Step, fit

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Alarm",
    "Cost",
    "Dropout",
    "History",
    "Layer",
    "Module",
    "Monitor",
    "Neuron",
    "RMSProp",
    "Sensitivity",
    "Step",
    "Surface",
    "accuracy",
    "binary_cross_entropy",
    "classify",
    "clip_gradients_by_norm",
    "clip_gradients_by_value",
    "cross_entropy",
    "data",
    "export",
    "fit",
    "growth",
    "hinge",
    "l1",
    "l2",
    "load",
    "loss_surface",
    "mean_squared_error",
    "predict",
    "schedules",
    "sensitivity",
]


def __getattr__(name: str) -> NoReturn:
    """Refuse a name that there is not, saying what a class of another library is here."""
    instead = class_elsewhere(name)
    what = f"; write {instead}" if instead else ""
    raise AttributeError(f"module 'nn' has no attribute {name!r}{what}", name=name)


def __dir__() -> list[str]:
    """Return the public names, without the modules that they come from."""
    return sorted(__all__)
