"""The functions of the table on Values and plain numbers alike: exp(x), maximum(x, y), where(c, x, y)."""

from __future__ import annotations

from engine.number import number
from engine.ops import Op
from engine.reading import holds, over_floats
from engine.value import Choice, Value, domain_error

# fmt: off
# isort: off
# [written from the table]
from engine.ops import (
    ABS, COS, ERFC, EXP, GELU, LEAKY_RELU, LOG, MAXIMUM, MINIMUM, RELU, SIGMOID, SIN,
    SOFTPLUS, SQRT, TANH, WHERE,
)
# [end of what is written]
# isort: on
# fmt: on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import overload
else:

    def overload(function):
        """Stand in for typing.overload, whose import takes longer than the whole engine."""
        return function


def on_floats(row: Op, x: object, y: object = None) -> float:
    """Apply a row to plain numbers, with the domain and the infinities that Values have.

    Raises:
        TypeError: an input is not one real number.
        DomainError: an input is outside the domain of `row`.
    """
    a = number(x, row.name)
    b = number(y, row.name) if y is not None else 0.0
    if not holds(row.domain, a, b):
        raise domain_error(row, a, None if y is None else b)
    return over_floats(row)[0](a, b, None, None)


# ---- written from the rows of engine/ops.py by `python -m engine.ops` ----
# [written from the table]
@overload
def exp(x: Value) -> Value: ...
@overload
def exp(x: float) -> float: ...
def exp(x: Value | float) -> Value | float:
    """out = exp(a); ∂out/∂a = out."""
    if isinstance(x, Value):
        return x.exp()
    return on_floats(EXP, x)


@overload
def log(x: Value) -> Value: ...
@overload
def log(x: float) -> float: ...
def log(x: Value | float) -> Value | float:
    """out = log(a); ∂out/∂a = 1 / a; needs a > 0."""
    if isinstance(x, Value):
        return x.log()
    return on_floats(LOG, x)


@overload
def sqrt(x: Value) -> Value: ...
@overload
def sqrt(x: float) -> float: ...
def sqrt(x: Value | float) -> Value | float:
    """out = sqrt(a); ∂out/∂a = 0.5 / out; needs a >= 0."""
    if isinstance(x, Value):
        return x.sqrt()
    return on_floats(SQRT, x)


@overload
def sin(x: Value) -> Value: ...
@overload
def sin(x: float) -> float: ...
def sin(x: Value | float) -> Value | float:
    """out = sin(a); ∂out/∂a = cos(a)."""
    if isinstance(x, Value):
        return x.sin()
    return on_floats(SIN, x)


@overload
def cos(x: Value) -> Value: ...
@overload
def cos(x: float) -> float: ...
def cos(x: Value | float) -> Value | float:
    """out = cos(a); ∂out/∂a = -sin(a)."""
    if isinstance(x, Value):
        return x.cos()
    return on_floats(COS, x)


@overload
def erfc(x: Value) -> Value: ...
@overload
def erfc(x: float) -> float: ...
def erfc(x: Value | float) -> Value | float:
    """out = erfc(a); ∂out/∂a = -1.1283791670955126 * exp(-a * a)."""
    if isinstance(x, Value):
        return x.erfc()
    return on_floats(ERFC, x)


@overload
def tanh(x: Value) -> Value: ...
@overload
def tanh(x: float) -> float: ...
def tanh(x: Value | float) -> Value | float:
    """out = tanh(a); ∂out/∂a = 1 - out * out."""
    if isinstance(x, Value):
        return x.tanh()
    return on_floats(TANH, x)


@overload
def sigmoid(x: Value) -> Value: ...
@overload
def sigmoid(x: float) -> float: ...
def sigmoid(x: Value | float) -> Value | float:
    """out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a)); ∂out/∂a = out * (1 - out)."""
    if isinstance(x, Value):
        return x.sigmoid()
    return on_floats(SIGMOID, x)


@overload
def softplus(x: Value) -> Value: ...
@overload
def softplus(x: float) -> float: ...
def softplus(x: Value | float) -> Value | float:
    """out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a)); ∂out/∂a = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))."""
    if isinstance(x, Value):
        return x.softplus()
    return on_floats(SOFTPLUS, x)


@overload
def relu(x: Value) -> Value: ...
@overload
def relu(x: float) -> float: ...
def relu(x: Value | float) -> Value | float:
    """out = 0.0 if a <= 0 else a; ∂out/∂a = 1.0 if a > 0 else 0.0."""
    if isinstance(x, Value):
        return x.relu()
    return on_floats(RELU, x)


@overload
def leaky_relu(x: Value) -> Value: ...
@overload
def leaky_relu(x: float) -> float: ...
def leaky_relu(x: Value | float) -> Value | float:
    """out = a if a > 0 else 0.01 * a; ∂out/∂a = 1.0 if a > 0 else 0.01."""
    if isinstance(x, Value):
        return x.leaky_relu()
    return on_floats(LEAKY_RELU, x)


@overload
def gelu(x: Value) -> Value: ...
@overload
def gelu(x: float) -> float: ...
def gelu(x: Value | float) -> Value | float:
    """out = 0.5 * a * erfc(-0.7071067811865476 * a); ∂out/∂a = 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)."""
    if isinstance(x, Value):
        return x.gelu()
    return on_floats(GELU, x)


@overload
def abs(x: Value) -> Value: ...
@overload
def abs(x: float) -> float: ...
def abs(x: Value | float) -> Value | float:
    """out = abs(a); ∂out/∂a = 1.0 if a > 0 else -1.0 if a < 0 else 0.0."""
    if isinstance(x, Value):
        return x.__abs__()
    return on_floats(ABS, x)


@overload
def maximum(x: Value, y: float) -> Value: ...
@overload
def maximum(x: float, y: Value) -> Value: ...
@overload
def maximum(x: Value, y: Value) -> Value: ...
@overload
def maximum(x: float, y: float) -> float: ...
def maximum(x: Value | float, y: Value | float) -> Value | float:
    """out = a if a > b else b if b >= a else a + b; ∂out/∂a = 1.0 if a > b else 0.0 if a < b else 0.5; ∂out/∂b = 0.0 if a > b else 1.0 if a < b else 0.5."""
    if isinstance(x, Value):
        return x.maximum(y)
    if isinstance(y, Value):
        return y._maximum_from(x)
    return on_floats(MAXIMUM, x, y)


@overload
def minimum(x: Value, y: float) -> Value: ...
@overload
def minimum(x: float, y: Value) -> Value: ...
@overload
def minimum(x: Value, y: Value) -> Value: ...
@overload
def minimum(x: float, y: float) -> float: ...
def minimum(x: Value | float, y: Value | float) -> Value | float:
    """out = a if a < b else b if b <= a else a + b; ∂out/∂a = 1.0 if a < b else 0.0 if a > b else 0.5; ∂out/∂b = 0.0 if a < b else 1.0 if a > b else 0.5."""
    if isinstance(x, Value):
        return x.minimum(y)
    if isinstance(y, Value):
        return y._minimum_from(x)
    return on_floats(MINIMUM, x, y)


@overload
def where(condition: Value | float, x: Value, y: float) -> Value: ...
@overload
def where(condition: Value | float, x: float, y: Value) -> Value: ...
@overload
def where(condition: Value | float, x: Value, y: Value) -> Value: ...
@overload
def where(condition: Value | float, x: float, y: float) -> float: ...
def where(condition: Value | float, x: Value | float, y: Value | float) -> Value | float:
    """out = a if c else b; ∂out/∂a = 1.0 if c else 0.0; ∂out/∂b = 0.0 if c else 1.0."""
    a = x.data if isinstance(x, Value) else number(x)
    b = y.data if isinstance(y, Value) else number(y)
    test = condition if isinstance(condition, Value) else number(condition)
    c = test.data if isinstance(test, Value) else test
    out = a if c else b
    if not (isinstance(x, Value) or isinstance(y, Value)):
        return out
    return Choice(out, WHERE, test, x if isinstance(x, Value) else None, (1.0 if c else 0.0) if isinstance(x, Value) else a, y if isinstance(y, Value) else None, (0.0 if c else 1.0) if isinstance(y, Value) else b)
# [end of what is written]
