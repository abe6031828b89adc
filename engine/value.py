"""A Value is one number that remembers how it was made, so that it can be differentiated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import isfinite

from engine.graph import nodes
from engine.guards.domain import at_the_edge, operand, warn_of_non_finite
from engine.guards.math_calls import refuse_math_functions
from engine.guards.number import number
from engine.ops import Op
from engine.pickling import deep_copy, reduced

# fmt: off
# isort: off
# [written from the table]
from math import (
    cos, erfc, exp, log, log1p, pow, sin, sqrt, tanh,
)
from engine.ops import (
    ABS, ADD, COS, DIV, ERFC, EXP, GELU, LEAKY_RELU, LOG, MAXIMUM, MINIMUM, MUL, NEG, POW,
    RELU, SIGMOID, SIN, SOFTPLUS, SQRT, SUB, TANH,
)
# [end of what is written]
# isort: on
# fmt: on

TYPE_CHECKING = False  # typing takes longer to import than the whole engine
if TYPE_CHECKING:
    from engine.compile.record.recorder import Recorder
    from engine.scope import Tag


class Value:
    """One number in a computation graph.

    Args:
        data: the number.
        label: a name for pictures and messages.

    Attributes:
        data: the number; an optimiser may change a leaf's.
        grad: what `backward()` found: d(root)/d(this); leaves add up over several calls.
        label: its name, or "".
        op: the row of the table that made it, or None for a leaf.
        inputs: what it was made from, in order; a plain number stays a float.
        local_derivatives: how fast it moves with each of them, None for a plain number.
        scope: where it was made (see `engine.scope`), or None.

    Raises:
        TypeError: `data` is not one real number.
    """

    # Eight slots make 96 bytes; a ninth would make 112, since Python hands out memory in sixteens.
    # So some carry two meanings. Where an input is a plain number, _a (or _b) is None and _da (or
    # _db) is that number, for it needs no derivative. _place is the scope, or (label, scope), for
    # few Values have a label.
    __slots__ = ("_a", "_b", "_da", "_db", "_place", "data", "grad", "op")
    if TYPE_CHECKING:
        _data: float

    # With this NumPy leaves `array_scalar * value` to __rmul__ instead of making an object array.
    __array_ufunc__ = None

    def __init__(self, data: float, label: str = "") -> None:
        self.data = data if type(data) is float else number(data)
        self.grad = 0.0
        self._place: Tag | tuple[str, Tag | None] | None = (label, _scope) if label else _scope
        self.op: Op | None = None
        self._a: Value | None = None
        self._da = 0.0
        self._b: Value | None = None
        self._db = 0.0
        if _watcher is not None:
            _watcher(self)

    @property
    def label(self) -> str:
        """Its name, or ""."""
        return self._place[0] if isinstance(self._place, tuple) else ""

    @label.setter
    def label(self, label: str) -> None:
        self._place = (label, self.scope) if label else self.scope

    @property
    def scope(self) -> Tag | None:
        """Where it was made, or None."""
        return self._place[1] if isinstance(self._place, tuple) else self._place

    @scope.setter
    def scope(self, scope: Tag | None) -> None:
        self._place = (self.label, scope) if self.label else scope

    @property
    def inputs(self) -> tuple[Value | float, ...]:
        """What this was made from, in order: Values, and plain numbers as floats."""
        if self.op is None:
            return ()
        a = self._da if self._a is None else self._a
        if len(self.op.slopes) == 1:
            return (a,)
        return (a, self._db if self._b is None else self._b)

    @property
    def local_derivatives(self) -> tuple[float | None, ...]:
        """How fast this moves with each of `inputs`; None for a plain number."""
        if self.op is None:
            return ()
        da = None if self._a is None else self._da
        if len(self.op.slopes) == 1:
            return (da,)
        return (da, None if self._b is None else self._db)

    # ---- the backward pass ----

    def backward(self) -> None:
        """Find the gradient of this number with respect to every number it was made from.

        Sets `.grad` of everything between afresh and adds to `.grad` of the leaves, so that the
        gradients of several backward passes add up in the leaves until `zero_grad()`.

        Raises:
            ValueError: nothing was recorded, since this is a leaf.

        Warns:
            NonFiniteWarning: this number, or a gradient that arrives at a leaf, is inf or nan.
        """
        if self.op is None:
            name = f"{self.label!r}" if self.label else "this Value"
            raise ValueError(
                f"backward() needs a result of recorded operations, got a leaf ({name}, data = "
                f"{self.data}); compute something from Values first, outside engine.no_grad()"
            )
        order, leaves = oldest_first(self)
        self.grad = 1.0
        for node in reversed(order):
            grad = node.grad
            a = node._a
            if a is not None:
                a.grad += node._da * grad
            b = node._b
            if b is not None:
                b.grad += node._db * grad
        # inf and nan never turn finite again on the way down, so it is enough to look at the ends.
        if not (isfinite(self.data) and all(isfinite(leaf.grad) for leaf in leaves)):
            warn_of_non_finite(self, order, leaves)

    def zero_grad(self) -> None:
        """Set `.grad` to 0 here and in everything this was made from."""
        for node in nodes(self):
            node.grad = 0.0

    def detach(self) -> Value:
        """Return a new leaf with the same number and label, through which no gradient flows."""
        if _recorder is not None:
            return _recorder.detached(self)
        return Value(self.data, self.label)

    # ---- as a number: by data, but == and hash by identity, so that a Value can be a key ----

    def __float__(self) -> float:
        refuse_math_functions(sys._getframe(1))
        return float(self.data)

    def __lt__(self, other: Value | float) -> bool:
        return self.data < (other.data if isinstance(other, Value) else operand("<", other))

    def __le__(self, other: Value | float) -> bool:
        return self.data <= (other.data if isinstance(other, Value) else operand("<=", other))

    def __gt__(self, other: Value | float) -> bool:
        return self.data > (other.data if isinstance(other, Value) else operand(">", other))

    def __ge__(self, other: Value | float) -> bool:
        return self.data >= (other.data if isinstance(other, Value) else operand(">=", other))

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    # ---- whole graphs through pickle and copy, without recursion ----

    @property
    def copied_as(self) -> type[Value]:
        """The class of a copy."""
        return type(self)

    def __reduce__(self) -> tuple[object, ...]:
        return reduced(self)

    def __deepcopy__(self, memo: dict[int, object]) -> Value:
        return deep_copy(self, memo)

    # ---- operators: written from the rows of engine/ops.py by `python -m engine.ops` ----
    # [written from the table]
    def __add__(self, other: Value | float) -> Value:
        """Apply add.

        out = a + b
        ∂out/∂a = 1.0
        ∂out/∂b = 1.0
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            out = a + b
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = ADD, self, 1.0
            node._b, node._db = other, 1.0
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("+", other)
        out = a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = ADD, self, 1.0
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def __radd__(self, other: float) -> Value:
        """Apply add with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("+", other, reflected=True)
        out = a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = ADD, None, a
        node._b, node._db = self, 1.0
        return node if _watcher is None else _watcher(node)

    def __sub__(self, other: Value | float) -> Value:
        """Apply sub.

        out = a - b
        ∂out/∂a = 1.0
        ∂out/∂b = -1.0
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            out = a - b
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = SUB, self, 1.0
            node._b, node._db = other, -1.0
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("-", other)
        out = a - b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SUB, self, 1.0
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def __rsub__(self, other: float) -> Value:
        """Apply sub with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("-", other, reflected=True)
        out = a - b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SUB, None, a
        node._b, node._db = self, -1.0
        return node if _watcher is None else _watcher(node)

    def __mul__(self, other: Value | float) -> Value:
        """Apply mul.

        out = a * b
        ∂out/∂a = b
        ∂out/∂b = a
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            out = a * b
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = MUL, self, b
            node._b, node._db = other, a
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("*", other)
        out = a * b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MUL, self, b
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def __rmul__(self, other: float) -> Value:
        """Apply mul with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("*", other, reflected=True)
        out = a * b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MUL, None, a
        node._b, node._db = self, a
        return node if _watcher is None else _watcher(node)

    def __truediv__(self, other: Value | float) -> Value:
        """Apply div.

        out = a / b
        ∂out/∂a = 1 / b
        ∂out/∂b = -out / b
        where b != 0
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            try:
                out = a / b
                da = 1 / b
                db = -out / b
            except (ArithmeticError, ValueError):
                out, da, db = at_the_edge(DIV, self, other)
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = DIV, self, da
            node._b, node._db = other, db
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("/", other)
        try:
            out = a / b
            da = 1 / b
        except (ArithmeticError, ValueError):
            out, da, _ = at_the_edge(DIV, self, b)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = DIV, self, da
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def __rtruediv__(self, other: float) -> Value:
        """Apply div with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("/", other, reflected=True)
        try:
            out = a / b
            db = -out / b
        except (ArithmeticError, ValueError):
            out, _, db = at_the_edge(DIV, a, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = DIV, None, a
        node._b, node._db = self, db
        return node if _watcher is None else _watcher(node)

    def __neg__(self) -> Value:
        """Apply neg.

        out = -a
        ∂out/∂a = -1.0
        """
        a = self._data
        out = -a
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = NEG, self, -1.0
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def __pow__(self, other: Value | float) -> Value:
        """Apply pow.

        out = a ** b
        ∂out/∂a = 0.0 if abs(a) + abs(b) <= 0 else b * a ** (b - 1)
        ∂out/∂b = 0.0 if abs(out) <= 0 else out * log(a)
        where a > 0 or (b % 1 == 0 if a < 0 else b >= 0)
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            try:
                out = pow(a, b)
                da = 0.0 if abs(a) + abs(b) <= 0 else b * pow(a, b - 1)
                db = 0.0 if abs(out) <= 0 else out * log(a)
            except (ArithmeticError, ValueError):
                out, da, db = at_the_edge(POW, self, other)
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = POW, self, da
            node._b, node._db = other, db
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("**", other)
        try:
            out = pow(a, b)
            da = 0.0 if abs(a) + abs(b) <= 0 else b * pow(a, b - 1)
        except (ArithmeticError, ValueError):
            out, da, _ = at_the_edge(POW, self, b)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = POW, self, da
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def __rpow__(self, other: float) -> Value:
        """Apply pow with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("**", other, reflected=True)
        try:
            out = pow(a, b)
            db = 0.0 if abs(out) <= 0 else out * log(a)
        except (ArithmeticError, ValueError):
            out, _, db = at_the_edge(POW, a, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = POW, None, a
        node._b, node._db = self, db
        return node if _watcher is None else _watcher(node)

    def exp(self) -> Value:
        """Apply exp.

        out = exp(a)
        ∂out/∂a = out
        """
        a = self._data
        try:
            out = exp(a)
            da = out
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(EXP, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = EXP, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def log(self) -> Value:
        """Apply log.

        out = log(a)
        ∂out/∂a = 1 / a
        where a > 0
        """
        a = self._data
        try:
            out = log(a)
            da = 1 / a
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(LOG, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = LOG, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def sqrt(self) -> Value:
        """Apply sqrt.

        out = sqrt(a)
        ∂out/∂a = 0.5 / out
        where a >= 0
        """
        a = self._data
        try:
            out = sqrt(a)
            da = 0.5 / out
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(SQRT, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SQRT, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def sin(self) -> Value:
        """Apply sin.

        out = sin(a)
        ∂out/∂a = cos(a)
        """
        a = self._data
        try:
            out = sin(a)
            da = cos(a)
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(SIN, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SIN, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def cos(self) -> Value:
        """Apply cos.

        out = cos(a)
        ∂out/∂a = -sin(a)
        """
        a = self._data
        try:
            out = cos(a)
            da = -sin(a)
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(COS, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = COS, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def erfc(self) -> Value:
        """Apply erfc.

        out = erfc(a)
        ∂out/∂a = -1.1283791670955126 * exp(-a * a)
        """
        a = self._data
        try:
            out = erfc(a)
            da = -1.1283791670955126 * exp(-a * a)
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(ERFC, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = ERFC, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def tanh(self) -> Value:
        """Apply tanh.

        out = tanh(a)
        ∂out/∂a = 1 - out * out
        """
        a = self._data
        try:
            out = tanh(a)
            da = 1 - out * out
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(TANH, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = TANH, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def sigmoid(self) -> Value:
        """Apply sigmoid.

        out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
        ∂out/∂a = out * (1 - out)
        """
        a = self._data
        try:
            out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
            da = out * (1 - out)
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(SIGMOID, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SIGMOID, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def softplus(self) -> Value:
        """Apply softplus.

        out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a))
        ∂out/∂a = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
        """
        a = self._data
        try:
            out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a))
            da = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(SOFTPLUS, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = SOFTPLUS, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def relu(self) -> Value:
        """Apply relu.

        out = 0.0 if a <= 0 else a
        ∂out/∂a = 1.0 if a > 0 else 0.0
        """
        a = self._data
        out = 0.0 if a <= 0 else a
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = RELU, self, 1.0 if a > 0 else 0.0
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def leaky_relu(self) -> Value:
        """Apply leaky_relu.

        out = a if a > 0 else 0.01 * a
        ∂out/∂a = 1.0 if a > 0 else 0.01
        """
        a = self._data
        out = a if a > 0 else 0.01 * a
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = LEAKY_RELU, self, 1.0 if a > 0 else 0.01
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def gelu(self) -> Value:
        """Apply gelu.

        out = 0.5 * a * erfc(-0.7071067811865476 * a)
        ∂out/∂a = 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)
        """
        a = self._data
        try:
            out = 0.5 * a * erfc(-0.7071067811865476 * a)
            da = 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)
        except (ArithmeticError, ValueError):
            out, da = at_the_edge(GELU, self)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = GELU, self, da
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def __abs__(self) -> Value:
        """Apply abs.

        out = abs(a)
        ∂out/∂a = 1.0 if a > 0 else -1.0 if a < 0 else 0.0
        """
        a = self._data
        out = abs(a)
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = ABS, self, 1.0 if a > 0 else -1.0 if a < 0 else 0.0
        node._b, node._db = None, 0.0
        return node if _watcher is None else _watcher(node)

    def maximum(self, other: Value | float) -> Value:
        """Apply maximum.

        out = a if a > b else b if b >= a else a + b
        ∂out/∂a = 1.0 if a > b else 0.0 if a < b else 0.5
        ∂out/∂b = 0.0 if a > b else 1.0 if a < b else 0.5
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            out = a if a > b else b if b >= a else a + b
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = MAXIMUM, self, 1.0 if a > b else 0.0 if a < b else 0.5
            node._b, node._db = other, 0.0 if a > b else 1.0 if a < b else 0.5
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("max", other)
        out = a if a > b else b if b >= a else a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MAXIMUM, self, 1.0 if a > b else 0.0 if a < b else 0.5
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def _maximum_from(self, other: float) -> Value:
        """Apply maximum with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("max", other, reflected=True)
        out = a if a > b else b if b >= a else a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MAXIMUM, None, a
        node._b, node._db = self, 0.0 if a > b else 1.0 if a < b else 0.5
        return node if _watcher is None else _watcher(node)

    def minimum(self, other: Value | float) -> Value:
        """Apply minimum.

        out = a if a < b else b if b <= a else a + b
        ∂out/∂a = 1.0 if a < b else 0.0 if a > b else 0.5
        ∂out/∂b = 0.0 if a < b else 1.0 if a > b else 0.5
        """
        a = self._data
        if isinstance(other, Value):
            b = other._data
            out = a if a < b else b if b <= a else a + b
            node = new(Value)
            node.data, node.grad, node._place = out, 0.0, _scope
            node.op, node._a, node._da = MINIMUM, self, 1.0 if a < b else 0.0 if a > b else 0.5
            node._b, node._db = other, 0.0 if a < b else 1.0 if a > b else 0.5
            return node if _watcher is None else _watcher(node)
        b = other if type(other) is float else operand("min", other)
        out = a if a < b else b if b <= a else a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MINIMUM, self, 1.0 if a < b else 0.0 if a > b else 0.5
        node._b, node._db = None, b
        return node if _watcher is None else _watcher(node)

    def _minimum_from(self, other: float) -> Value:
        """Apply minimum with a plain number on the left."""
        b = self._data
        a = other if type(other) is float else operand("min", other, reflected=True)
        out = a if a < b else b if b <= a else a + b
        node = new(Value)
        node.data, node.grad, node._place = out, 0.0, _scope
        node.op, node._a, node._da = MINIMUM, None, a
        node._b, node._db = self, 0.0 if a < b else 1.0 if a > b else 0.5
        return node if _watcher is None else _watcher(node)

    # [end of what is written]


# The same slot by another name, which the operators read: while compile records a function, .data
# refuses whoever reads it, since a replay would know nothing of what was done with the number.
Value._data = vars(Value)["data"]


class Choice(Value):
    """The result of `where`: besides its two inputs it keeps the condition, which has no slope."""

    __slots__ = ("condition",)

    def __init__(
        self,
        row: Op,
        condition: Value | float,
        a: Value | float,
        b: Value | float,
        out: float,
        da: float,
        db: float,
    ) -> None:
        self.data, self.grad, self._place = out, 0.0, _scope
        self.op = row
        self._a, self._da = (a, da) if isinstance(a, Value) else (None, a)
        self._b, self._db = (b, db) if isinstance(b, Value) else (None, b)
        self.condition = condition
        if _watcher is not None:
            _watcher(self)

    @property
    def inputs(self) -> tuple[Value | float, ...]:
        """The condition, what is chosen where it holds, and what where it does not."""
        return (self.condition, *super().inputs) if self.op is not None else ()

    @property
    def local_derivatives(self) -> tuple[float | None, ...]:
        """None for the condition: its slope is zero wherever it has one."""
        return (None, *super().local_derivatives) if self.op is not None else ()


# ---- who is shown every new Value, and where they are made: set by no_grad, strict, compile, scope

_scope: Tag | None = None
_watcher: Callable[[Value], Value] | None = None  # returns it
_recorder: Recorder | None = None  # what engine.compile records into, while it does

new = object.__new__


# ---- the walk behind backward(): marks in the nodes, faster than a set of those seen ----


def oldest_first(root: Value) -> tuple[list[Value], dict[Value, None]]:
    """Return the results of operations that `root` depends on, each after its inputs; the leaves.

    Sets the gradients of results to 0 on the way, which saves the backward pass a walk.
    """
    # The gradient of a result means nothing until it is found anew, so it serves as the mark: one
    # of two zeros of this walk's own, told from all other zeros by `is`.
    waiting, placed = float("0"), float("0")
    order: list[Value] = []
    leaves: dict[Value, None] = {}  # a set that keeps the order
    stack: list[Value] = []  # nodes that wait for their inputs, and inputs that wait for a visit
    push, pop, place = stack.append, stack.pop, order.append
    node = root
    while True:
        mark = node.grad
        if mark is not placed:
            if mark is not waiting:  # first time here: its inputs go first
                a, b = node._a, node._b
                if a is not None:
                    if a.op is None:
                        leaves[a] = None
                        a = None
                    elif a.grad is placed:
                        a = None
                if b is not None:
                    if b.op is None:
                        leaves[b] = None
                    elif b.grad is not placed:
                        node.grad = waiting
                        push(node)
                        if a is not None:
                            push(a)
                        node = b
                        continue
                if a is not None:
                    node.grad = waiting
                    push(node)
                    node = a
                    continue
            node.grad = placed
            place(node)
        if not stack:
            return order, leaves
        node = pop()
