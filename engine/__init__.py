"""A glass-box scalar autograd engine: every number can be seen, named, drawn and checked."""

from engine.check import check_gradients
from engine.draw import Frames, Picture, Player, draw, draw_dot, frames, play, snapshot
from engine.errors import DomainError, GradientMismatch, NonFiniteError, NonFiniteWarning
from engine.explain import Explanation, explain
from engine.expression import parse
from engine.gradient import grad
from engine.graph import leaves, nodes
from engine.modes import no_grad, strict
from engine.scope import scope
from engine.value import Value

# fmt: off
# isort: off
# [written from the table]
from engine.functions import (
    abs, cos, erfc, exp, gelu, leaky_relu, log, maximum, minimum, relu, sigmoid, sin,
    softplus, sqrt, tanh, where,
)
# [end of what is written]
# isort: on

# [written from the table]
__all__ = [
    "DomainError", "Explanation", "Frames", "GradientMismatch", "NonFiniteError",
    "NonFiniteWarning", "Picture", "Player", "Value", "abs", "check_gradients", "cos",
    "draw", "draw_dot", "erfc", "exp", "explain", "frames", "gelu", "grad", "leaky_relu",
    "leaves", "log", "maximum", "minimum", "no_grad", "nodes", "parse", "play", "relu",
    "scope", "sigmoid", "sin", "snapshot", "softplus", "sqrt", "strict", "tanh", "where",
]
# [end of what is written]
# fmt: on
