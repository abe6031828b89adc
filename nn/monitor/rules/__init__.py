"""The rules that distinguish a failing network from a healthy one, causes before their symptoms.

A rule yields suspicions; `AlarmLog` turns one that persists for several looks into an alarm. Rules
compare: a layer with the others, a number with its own past, a loss with what the data allow. How
well they do on trainings that they were not made for is measured by
`python -m tests.benchmarks.alarms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nn.monitor.alarm import Suspicion
from nn.monitor.measurements import Measurements
from nn.monitor.rules.samples import (
    all_linear,
    class_never_predicted,
    constant_targets,
    unscaled,
    wrong_output,
)
from nn.monitor.rules.signal import dead, exploding, saturated, symmetric, vanishing
from nn.monitor.rules.steps import (
    learning_rate_too_high,
    learning_rate_too_low,
    penalty_too_strong,
)
from nn.monitor.rules.wiring import (
    gradients_add_up,
    graph_grows,
    no_gradient,
    not_updated,
    replaced,
    stuck_bias,
    stuck_weights,
)

Rule = Callable[[Measurements], Iterator[Suspicion]]
# Rules in order, since a rule reads what those before it suspect; with each, how many consecutive
# looks must agree.
RULES: tuple[tuple[Rule, int], ...] = (
    (graph_grows, 1),
    (replaced, 1),
    (no_gradient, 3),
    (not_updated, 3),
    (gradients_add_up, 2),
    (stuck_weights, 3),
    (stuck_bias, 3),
    (constant_targets, 1),
    (wrong_output, 1),
    (symmetric, 2),
    (unscaled, 2),
    (exploding, 2),
    (penalty_too_strong, 2),
    (learning_rate_too_high, 3),
    (all_linear, 2),
    (saturated, 3),
    (vanishing, 3),
    (dead, 3),
    (learning_rate_too_low, 2),
    (class_never_predicted, 4),
)
