"""The functions of the table, such as exp(a), on Values and on plain numbers alike."""

from __future__ import annotations

from engine.guards.domain import domain_error
from engine.guards.number import number
from engine.ops import Op
from engine.table.evaluate import holds, over_floats
from engine.typed import overload
from engine.value import Choice, Value

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


def on_floats(row: Op, *inputs: object) -> float:
    """Apply a row to plain numbers, with the domain and the infinities that Values have.

    Raises:
        TypeError: an input is not one real number.
        DomainError: an input is outside the domain of `row`.
    """
    a, b = (*(number(x, f"{row.name} needs a Value, int or float") for x in inputs), 0.0)[:2]
    if not holds(row.domain, a, b):
        raise domain_error(row, *(a, b)[: len(inputs)])
    return over_floats(row)[0](a, b, None, None)


def choose(row: Op, condition: object, *inputs: object) -> Value | float:
    """Apply a row with a condition, which is kept in the node but gets no gradient.

    Raises:
        TypeError: the condition or an input is neither a Value nor one real number.
    """
    needs = f"{row.name} needs a Value, int or float"
    test, a, b = (x if isinstance(x, Value) else number(x, needs) for x in (condition, *inputs))
    c, x, y = (v.data if isinstance(v, Value) else v for v in (test, a, b))
    forward, *slopes = over_floats(row)
    out = forward(x, y, c, None)
    if not (isinstance(a, Value) or isinstance(b, Value)):
        return out
    return Choice(row, test, a, b, out, *(slope(x, y, c, out) for slope in slopes))


# ---- written from the rows of engine/ops.py by `python -m engine.ops` ----
# [written from the table]
@overload
def exp(a: Value) -> Value: ...
@overload
def exp(a: float) -> float: ...
def exp(a: Value | float) -> Value | float:
    """Apply exp.

    out = exp(a)
    ∂out/∂a = out
    """
    if isinstance(a, Value):
        return a.exp()
    return on_floats(EXP, a)


@overload
def log(a: Value) -> Value: ...
@overload
def log(a: float) -> float: ...
def log(a: Value | float) -> Value | float:
    """Apply log.

    out = log(a)
    ∂out/∂a = 1 / a
    where a > 0
    """
    if isinstance(a, Value):
        return a.log()
    return on_floats(LOG, a)


@overload
def sqrt(a: Value) -> Value: ...
@overload
def sqrt(a: float) -> float: ...
def sqrt(a: Value | float) -> Value | float:
    """Apply sqrt.

    out = sqrt(a)
    ∂out/∂a = 0.5 / out
    where a >= 0
    """
    if isinstance(a, Value):
        return a.sqrt()
    return on_floats(SQRT, a)


@overload
def sin(a: Value) -> Value: ...
@overload
def sin(a: float) -> float: ...
def sin(a: Value | float) -> Value | float:
    """Apply sin.

    out = sin(a)
    ∂out/∂a = cos(a)
    """
    if isinstance(a, Value):
        return a.sin()
    return on_floats(SIN, a)


@overload
def cos(a: Value) -> Value: ...
@overload
def cos(a: float) -> float: ...
def cos(a: Value | float) -> Value | float:
    """Apply cos.

    out = cos(a)
    ∂out/∂a = -sin(a)
    """
    if isinstance(a, Value):
        return a.cos()
    return on_floats(COS, a)


@overload
def erfc(a: Value) -> Value: ...
@overload
def erfc(a: float) -> float: ...
def erfc(a: Value | float) -> Value | float:
    """Apply erfc.

    out = erfc(a)
    ∂out/∂a = -1.1283791670955126 * exp(-a * a)
    """
    if isinstance(a, Value):
        return a.erfc()
    return on_floats(ERFC, a)


@overload
def tanh(a: Value) -> Value: ...
@overload
def tanh(a: float) -> float: ...
def tanh(a: Value | float) -> Value | float:
    """Apply tanh.

    out = tanh(a)
    ∂out/∂a = 1 - out * out
    """
    if isinstance(a, Value):
        return a.tanh()
    return on_floats(TANH, a)


@overload
def sigmoid(a: Value) -> Value: ...
@overload
def sigmoid(a: float) -> float: ...
def sigmoid(a: Value | float) -> Value | float:
    """Apply sigmoid.

    out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
    ∂out/∂a = out * (1 - out)
    """
    if isinstance(a, Value):
        return a.sigmoid()
    return on_floats(SIGMOID, a)


@overload
def softplus(a: Value) -> Value: ...
@overload
def softplus(a: float) -> float: ...
def softplus(a: Value | float) -> Value | float:
    """Apply softplus.

    out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a))
    ∂out/∂a = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
    """
    if isinstance(a, Value):
        return a.softplus()
    return on_floats(SOFTPLUS, a)


@overload
def relu(a: Value) -> Value: ...
@overload
def relu(a: float) -> float: ...
def relu(a: Value | float) -> Value | float:
    """Apply relu.

    out = 0.0 if a <= 0 else a
    ∂out/∂a = 1.0 if a > 0 else 0.0
    """
    if isinstance(a, Value):
        return a.relu()
    return on_floats(RELU, a)


@overload
def leaky_relu(a: Value) -> Value: ...
@overload
def leaky_relu(a: float) -> float: ...
def leaky_relu(a: Value | float) -> Value | float:
    """Apply leaky_relu.

    out = a if a > 0 else 0.01 * a
    ∂out/∂a = 1.0 if a > 0 else 0.01
    """
    if isinstance(a, Value):
        return a.leaky_relu()
    return on_floats(LEAKY_RELU, a)


@overload
def gelu(a: Value) -> Value: ...
@overload
def gelu(a: float) -> float: ...
def gelu(a: Value | float) -> Value | float:
    """Apply gelu.

    out = 0.5 * a * erfc(-0.7071067811865476 * a)
    ∂out/∂a = 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)
    """
    if isinstance(a, Value):
        return a.gelu()
    return on_floats(GELU, a)


@overload
def abs(a: Value) -> Value: ...
@overload
def abs(a: float) -> float: ...
def abs(a: Value | float) -> Value | float:
    """Apply abs.

    out = abs(a)
    ∂out/∂a = 1.0 if a > 0 else -1.0 if a < 0 else 0.0
    """
    if isinstance(a, Value):
        return a.__abs__()
    return on_floats(ABS, a)


@overload
def maximum(a: Value, b: float) -> Value: ...
@overload
def maximum(a: float, b: Value) -> Value: ...
@overload
def maximum(a: Value, b: Value) -> Value: ...
@overload
def maximum(a: float, b: float) -> float: ...
def maximum(a: Value | float, b: Value | float) -> Value | float:
    """Apply maximum.

    out = a if a > b else b if b >= a else a + b
    ∂out/∂a = 1.0 if a > b else 0.0 if a < b else 0.5
    ∂out/∂b = 0.0 if a > b else 1.0 if a < b else 0.5
    """
    if isinstance(a, Value):
        return a.maximum(b)
    if isinstance(b, Value):
        return b._maximum_from(a)
    return on_floats(MAXIMUM, a, b)


@overload
def minimum(a: Value, b: float) -> Value: ...
@overload
def minimum(a: float, b: Value) -> Value: ...
@overload
def minimum(a: Value, b: Value) -> Value: ...
@overload
def minimum(a: float, b: float) -> float: ...
def minimum(a: Value | float, b: Value | float) -> Value | float:
    """Apply minimum.

    out = a if a < b else b if b <= a else a + b
    ∂out/∂a = 1.0 if a < b else 0.0 if a > b else 0.5
    ∂out/∂b = 0.0 if a < b else 1.0 if a > b else 0.5
    """
    if isinstance(a, Value):
        return a.minimum(b)
    if isinstance(b, Value):
        return b._minimum_from(a)
    return on_floats(MINIMUM, a, b)


@overload
def where(condition: Value | float, a: Value, b: float) -> Value: ...
@overload
def where(condition: Value | float, a: float, b: Value) -> Value: ...
@overload
def where(condition: Value | float, a: Value, b: Value) -> Value: ...
@overload
def where(condition: Value | float, a: float, b: float) -> float: ...
def where(condition: Value | float, a: Value | float, b: Value | float) -> Value | float:
    """Apply where.

    out = a if c else b
    ∂out/∂a = 1.0 if c else 0.0
    ∂out/∂b = 0.0 if c else 1.0
    """
    return choose(WHERE, condition, a, b)


# [end of what is written]
