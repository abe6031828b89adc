"""Watches weights, biases, gradients and activations in training, and says what is wrong."""

from nn.monitor.alarm import KINDS, Alarm
from nn.monitor.monitor import Monitor

__all__ = ["KINDS", "Alarm", "Monitor"]
