"""A glass-box scalar autograd engine: every number can be seen, named, drawn and checked."""

from engine.check import check_gradients
from engine.compile import compile, live_arrays
from engine.draw import Picture, draw, draw_dot
from engine.errors import (
    DomainError,
    GradientMismatch,
    NonFiniteError,
    NonFiniteWarning,
    RecordingError,
)
from engine.expression import parse
from engine.gradient import grad
from engine.graph import leaves, nodes
from engine.modes import no_grad, strict
from engine.scope import scope
from engine.select import detached_maximum, take
from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:  # these bring NumPy
    from engine.compile.live import LiveArrays as LiveArrays
    from engine.compile.program import Program as Program

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
    "DomainError", "GradientMismatch", "NonFiniteError", "NonFiniteWarning", "Picture",
    "RecordingError", "Value", "abs", "check_gradients", "compile", "cos",
    "detached_maximum", "draw", "draw_dot", "erfc", "exp", "gelu", "grad", "leaky_relu",
    "leaves", "live_arrays", "log", "maximum", "minimum", "no_grad", "nodes", "parse",
    "relu", "scope", "sigmoid", "sin", "softplus", "sqrt", "strict", "take", "tanh",
    "where",
]
# [end of what is written]
# fmt: on
