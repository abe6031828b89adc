"""A glass-box scalar autograd engine: every number can be seen, named, drawn and checked."""

from engine.check import check_gradients
from engine.compile import compile, live_arrays, on_arrays
from engine.draw import draw, draw_dot, frames, play, snapshot
from engine.errors import (
    DomainError,
    GradientMismatch,
    NonFiniteError,
    NonFiniteWarning,
    RecordingError,
)
from engine.explain import Explanation, explain
from engine.gradient import grad
from engine.graph import leaves, nodes
from engine.jacobian import hessian, jacobian, jvp
from engine.modes import no_grad, strict
from engine.parse import parse
from engine.scope import scope
from engine.select import detached_maximum, take
from engine.typed import TYPE_CHECKING
from engine.value import Value

if TYPE_CHECKING:
    from engine.compile.live import LiveArrays
    from engine.compile.program import Program
    from engine.draw.motion.frames import Frames
    from engine.draw.motion.player import Player
    from engine.draw.picture import Picture

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
    "DomainError", "Explanation", "Frames", "GradientMismatch", "LiveArrays",
    "NonFiniteError", "NonFiniteWarning", "Picture", "Player", "Program",
    "RecordingError", "Value", "abs", "check_gradients", "compile", "cos",
    "detached_maximum", "draw", "draw_dot", "erfc", "exp", "explain", "frames", "gelu",
    "grad", "hessian", "jacobian", "jvp", "leaky_relu", "leaves", "live_arrays", "log",
    "maximum", "minimum", "no_grad", "nodes", "on_arrays", "parse", "play", "relu",
    "scope", "sigmoid", "sin", "snapshot", "softplus", "sqrt", "strict", "take", "tanh",
    "where",
]
# [end of what is written]
# fmt: on


# What takes long to import, since it brings NumPy or all of drawing.
_LATE = {
    "Frames": "engine.draw.motion.frames",
    "LiveArrays": "engine.compile.live",
    "Picture": "engine.draw.picture",
    "Player": "engine.draw.motion.player",
    "Program": "engine.compile.program",
}


def __getattr__(name: str) -> object:
    """Import what takes long when it is first asked for."""
    if name not in _LATE:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)
