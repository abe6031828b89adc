"""A glass-box scalar autograd engine: every number can be seen, named, drawn, explained and checked."""

from engine.check import check_gradients
from engine.errors import DomainError, GradientMismatch, NonFiniteError, NonFiniteWarning
from engine.gradient import grad
from engine.modes import no_grad, strict
from engine.scope import scope
from engine.value import Value

# isort: off
# [written from the table]
from engine.functions import (
    abs, cos, erfc, exp, gelu, leaky_relu, log, maximum, minimum, relu, sigmoid, sin,
    softplus, sqrt, tanh, where,
)
# [end of what is written]
# isort: on
