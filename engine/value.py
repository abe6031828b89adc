"""A Value is one number that remembers how it was made, so that it can be differentiated."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from math import isfinite

from engine.errors import DomainError, NonFiniteWarning
from engine.number import describe, number
from engine.ops import Op
from engine.reading import holds, over_floats

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

    # Three of these carry two meanings, which keeps an operation at 112 bytes: where an input is a
    # plain number, _a (or _b) is None and _da (or _db) is that number, for it needs no derivative.
    __slots__ = ("_a", "_b", "_da", "_db", "_mark", "data", "grad", "label", "op", "scope")

    # With this NumPy leaves `array_scalar * value` to __rmul__ instead of making an object array.
    __array_ufunc__ = None

    def __init__(
        self,
        data: float,
        label: str = "",
        _op: Op | None = None,
        _a: Value | None = None,
        _da: float = 0.0,
        _b: Value | None = None,
        _db: float = 0.0,
    ) -> None:
        if type(data) is not float:
            data = number(data)
        self.data = data
        self.grad = 0.0
        self.label = label
        self.op = _op
        self._a = _a
        self._da = _da
        self._b = _b
        self._db = _db
        self._mark = 0
        self.scope: Tag | None = _scope
        if _watchers:
            told(self)

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
            NonFiniteWarning: this number, or a slope on the way, is inf or nan.
        """
        if self.op is None:
            name = f"{self.label!r}" if self.label else "this Value"
            raise ValueError(
                f"backward() needs a result of recorded operations, got a leaf ({name}, data = "
                f"{self.data}); compute something from Values first, outside engine.no_grad()"
            )
        order = oldest_first(self)
        if _slopes_to_check or not isfinite(self.data):
            warn_of_non_finite(self, order)
        self.grad = 1.0
        for node in reversed(order):
            grad = node.grad
            a = node._a
            if a is not None:
                a.grad += node._da * grad
            b = node._b
            if b is not None:
                b.grad += node._db * grad

    def zero_grad(self) -> None:
        """Set `.grad` to 0 here and in everything this was made from."""
        from engine.graph import nodes

        for node in nodes(self):
            node.grad = 0.0

    def detach(self) -> Value:
        """Return a new leaf with the same number and label, through which no gradient flows."""
        return Value(self.data, self.label)

    # ---- as a number: by data, but == and hash by identity, so that a Value can be a key ----

    def __float__(self) -> float:
        from engine.misuse import refuse_math_functions

        refuse_math_functions(sys._getframe(1))
        return float(self.data)

    def __lt__(self, other: Value | float) -> bool:
        return self.data < (other.data if isinstance(other, Value) else operand(self, "<", other))

    def __le__(self, other: Value | float) -> bool:
        return self.data <= (other.data if isinstance(other, Value) else operand(self, "<=", other))

    def __gt__(self, other: Value | float) -> bool:
        return self.data > (other.data if isinstance(other, Value) else operand(self, ">", other))

    def __ge__(self, other: Value | float) -> bool:
        return self.data >= (other.data if isinstance(other, Value) else operand(self, ">=", other))

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    # ---- whole graphs through pickle and copy, without recursion ----

    def __reduce__(self) -> tuple[object, ...]:
        from engine.copying import reduced

        return reduced(self)

    def __deepcopy__(self, memo: dict[int, object]) -> Value:
        from engine.copying import deep_copy

        return deep_copy(self, memo)

    # ---- operators: written from the rows of engine/ops.py by `python -m engine.ops` ----
    # [written from the table]
    def __add__(self, other: Value | float) -> Value:
        """out = a + b; ∂out/∂a = 1.0; ∂out/∂b = 1.0."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            out = a + b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = ADD, self, 1.0
            node._b, node._db = other, 1.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        b = other if type(other) is float else operand(self, "+", other)
        out = a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = ADD, self, 1.0
        node._b, node._db = None, b
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __radd__(self, other: float) -> Value:
        """out = a + b; ∂out/∂a = 1.0; ∂out/∂b = 1.0."""
        b = self.data
        a = other if type(other) is float else operand(self, "+", other, reflected=True)
        out = a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = ADD, None, a
        node._b, node._db = self, 1.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __sub__(self, other: Value | float) -> Value:
        """out = a - b; ∂out/∂a = 1.0; ∂out/∂b = -1.0."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            out = a - b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = SUB, self, 1.0
            node._b, node._db = other, -1.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        b = other if type(other) is float else operand(self, "-", other)
        out = a - b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = SUB, self, 1.0
        node._b, node._db = None, b
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __rsub__(self, other: float) -> Value:
        """out = a - b; ∂out/∂a = 1.0; ∂out/∂b = -1.0."""
        b = self.data
        a = other if type(other) is float else operand(self, "-", other, reflected=True)
        out = a - b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = SUB, None, a
        node._b, node._db = self, -1.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __mul__(self, other: Value | float) -> Value:
        """out = a * b; ∂out/∂a = b; ∂out/∂b = a."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            out = a * b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = MUL, self, b
            node._b, node._db = other, a
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        b = other if type(other) is float else operand(self, "*", other)
        out = a * b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MUL, self, b
        node._b, node._db = None, b
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __rmul__(self, other: float) -> Value:
        """out = a * b; ∂out/∂a = b; ∂out/∂b = a."""
        b = self.data
        a = other if type(other) is float else operand(self, "*", other, reflected=True)
        out = a * b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MUL, None, a
        node._b, node._db = self, a
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __truediv__(self, other: Value | float) -> Value:
        """out = a / b; ∂out/∂a = 1 / b; ∂out/∂b = -out / b; needs b != 0."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            try:
                out = a / b
                node = new(Value)
                node.data, node.grad, node.label = out, 0.0, ""
                node.op, node._a, node._da = DIV, self, 1 / b
                node._b, node._db = other, -out / b
                node._mark, node.scope = 0, _scope
                return told(node) if _watchers else node
            except (ArithmeticError, ValueError):
                return outside(DIV, self, other)
        b = other if type(other) is float else operand(self, "/", other)
        try:
            out = a / b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = DIV, self, 1 / b
            node._b, node._db = None, b
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(DIV, self, b)

    def __rtruediv__(self, other: float) -> Value:
        """out = a / b; ∂out/∂a = 1 / b; ∂out/∂b = -out / b; needs b != 0."""
        b = self.data
        a = other if type(other) is float else operand(self, "/", other, reflected=True)
        try:
            out = a / b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = DIV, None, a
            node._b, node._db = self, -out / b
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(DIV, a, self)

    def __neg__(self) -> Value:
        """out = -a; ∂out/∂a = -1.0."""
        a = self.data
        out = -a
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = NEG, self, -1.0
        node._b, node._db = None, 0.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def __pow__(self, other: Value | float) -> Value:
        """out = a ** b; ∂out/∂a = 0.0 if abs(a) + abs(b) <= 0 else b * a ** (b - 1); ∂out/∂b = 0.0 if abs(out) <= 0 else out * log(a); needs a > 0 or (b % 1 == 0 if a < 0 else b >= 0)."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            try:
                out = pow(a, b)
                node = new(Value)
                node.data, node.grad, node.label = out, 0.0, ""
                node.op, node._a, node._da = POW, self, 0.0 if abs(a) + abs(b) <= 0 else b * pow(a, b - 1)
                node._b, node._db = other, 0.0 if abs(out) <= 0 else out * log(a)
                node._mark, node.scope = 0, _scope
                return told(node) if _watchers else node
            except (ArithmeticError, ValueError):
                return outside(POW, self, other)
        b = other if type(other) is float else operand(self, "**", other)
        try:
            out = pow(a, b)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = POW, self, 0.0 if abs(a) + abs(b) <= 0 else b * pow(a, b - 1)
            node._b, node._db = None, b
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(POW, self, b)

    def __rpow__(self, other: float) -> Value:
        """out = a ** b; ∂out/∂a = 0.0 if abs(a) + abs(b) <= 0 else b * a ** (b - 1); ∂out/∂b = 0.0 if abs(out) <= 0 else out * log(a); needs a > 0 or (b % 1 == 0 if a < 0 else b >= 0)."""
        b = self.data
        a = other if type(other) is float else operand(self, "**", other, reflected=True)
        try:
            out = pow(a, b)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = POW, None, a
            node._b, node._db = self, 0.0 if abs(out) <= 0 else out * log(a)
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(POW, a, self)

    def exp(self) -> Value:
        """out = exp(a); ∂out/∂a = out."""
        a = self.data
        try:
            out = exp(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = EXP, self, out
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(EXP, self)

    def log(self) -> Value:
        """out = log(a); ∂out/∂a = 1 / a; needs a > 0."""
        a = self.data
        try:
            out = log(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = LOG, self, 1 / a
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(LOG, self)

    def sqrt(self) -> Value:
        """out = sqrt(a); ∂out/∂a = 0.5 / out; needs a >= 0."""
        a = self.data
        try:
            out = sqrt(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = SQRT, self, 0.5 / out
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(SQRT, self)

    def sin(self) -> Value:
        """out = sin(a); ∂out/∂a = cos(a)."""
        a = self.data
        try:
            out = sin(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = SIN, self, cos(a)
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(SIN, self)

    def cos(self) -> Value:
        """out = cos(a); ∂out/∂a = -sin(a)."""
        a = self.data
        try:
            out = cos(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = COS, self, -sin(a)
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(COS, self)

    def erfc(self) -> Value:
        """out = erfc(a); ∂out/∂a = -1.1283791670955126 * exp(-a * a)."""
        a = self.data
        try:
            out = erfc(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = ERFC, self, -1.1283791670955126 * exp(-a * a)
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(ERFC, self)

    def tanh(self) -> Value:
        """out = tanh(a); ∂out/∂a = 1 - out * out."""
        a = self.data
        try:
            out = tanh(a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = TANH, self, 1 - out * out
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(TANH, self)

    def sigmoid(self) -> Value:
        """out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a)); ∂out/∂a = out * (1 - out)."""
        a = self.data
        try:
            out = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = SIGMOID, self, out * (1 - out)
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(SIGMOID, self)

    def softplus(self) -> Value:
        """out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a)); ∂out/∂a = 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))."""
        a = self.data
        try:
            out = a + log1p(exp(-a)) if a > 0 else log1p(exp(a))
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = SOFTPLUS, self, 1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(SOFTPLUS, self)

    def relu(self) -> Value:
        """out = 0.0 if a <= 0 else a; ∂out/∂a = 1.0 if a > 0 else 0.0."""
        a = self.data
        out = 0.0 if a <= 0 else a
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = RELU, self, 1.0 if a > 0 else 0.0
        node._b, node._db = None, 0.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def leaky_relu(self) -> Value:
        """out = a if a > 0 else 0.01 * a; ∂out/∂a = 1.0 if a > 0 else 0.01."""
        a = self.data
        out = a if a > 0 else 0.01 * a
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = LEAKY_RELU, self, 1.0 if a > 0 else 0.01
        node._b, node._db = None, 0.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def gelu(self) -> Value:
        """out = 0.5 * a * erfc(-0.7071067811865476 * a); ∂out/∂a = 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)."""
        a = self.data
        try:
            out = 0.5 * a * erfc(-0.7071067811865476 * a)
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = GELU, self, 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-0.5 * a * a)
            node._b, node._db = None, 0.0
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        except (ArithmeticError, ValueError):
            return outside(GELU, self)

    def __abs__(self) -> Value:
        """out = abs(a); ∂out/∂a = 1.0 if a > 0 else -1.0 if a < 0 else 0.0."""
        a = self.data
        out = abs(a)
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = ABS, self, 1.0 if a > 0 else -1.0 if a < 0 else 0.0
        node._b, node._db = None, 0.0
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def maximum(self, other: Value | float) -> Value:
        """out = a if a > b else b if b >= a else a + b; ∂out/∂a = 1.0 if a > b else 0.0 if a < b else 0.5; ∂out/∂b = 0.0 if a > b else 1.0 if a < b else 0.5."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            out = a if a > b else b if b >= a else a + b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = MAXIMUM, self, 1.0 if a > b else 0.0 if a < b else 0.5
            node._b, node._db = other, 0.0 if a > b else 1.0 if a < b else 0.5
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        b = other if type(other) is float else operand(self, "max", other)
        out = a if a > b else b if b >= a else a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MAXIMUM, self, 1.0 if a > b else 0.0 if a < b else 0.5
        node._b, node._db = None, b
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def _maximum_from(self, other: float) -> Value:
        """out = a if a > b else b if b >= a else a + b; ∂out/∂a = 1.0 if a > b else 0.0 if a < b else 0.5; ∂out/∂b = 0.0 if a > b else 1.0 if a < b else 0.5."""
        b = self.data
        a = other if type(other) is float else operand(self, "max", other, reflected=True)
        out = a if a > b else b if b >= a else a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MAXIMUM, None, a
        node._b, node._db = self, 0.0 if a > b else 1.0 if a < b else 0.5
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def minimum(self, other: Value | float) -> Value:
        """out = a if a < b else b if b <= a else a + b; ∂out/∂a = 1.0 if a < b else 0.0 if a > b else 0.5; ∂out/∂b = 0.0 if a < b else 1.0 if a > b else 0.5."""
        a = self.data
        if isinstance(other, Value):
            b = other.data
            out = a if a < b else b if b <= a else a + b
            node = new(Value)
            node.data, node.grad, node.label = out, 0.0, ""
            node.op, node._a, node._da = MINIMUM, self, 1.0 if a < b else 0.0 if a > b else 0.5
            node._b, node._db = other, 0.0 if a < b else 1.0 if a > b else 0.5
            node._mark, node.scope = 0, _scope
            return told(node) if _watchers else node
        b = other if type(other) is float else operand(self, "min", other)
        out = a if a < b else b if b <= a else a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MINIMUM, self, 1.0 if a < b else 0.0 if a > b else 0.5
        node._b, node._db = None, b
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node

    def _minimum_from(self, other: float) -> Value:
        """out = a if a < b else b if b <= a else a + b; ∂out/∂a = 1.0 if a < b else 0.0 if a > b else 0.5; ∂out/∂b = 0.0 if a < b else 1.0 if a > b else 0.5."""
        b = self.data
        a = other if type(other) is float else operand(self, "min", other, reflected=True)
        out = a if a < b else b if b <= a else a + b
        node = new(Value)
        node.data, node.grad, node.label = out, 0.0, ""
        node.op, node._a, node._da = MINIMUM, None, a
        node._b, node._db = self, 0.0 if a < b else 1.0 if a > b else 0.5
        node._mark, node.scope = 0, _scope
        return told(node) if _watchers else node
    # [end of what is written]


class Choice(Value):
    """The result of `where`: besides its two inputs it keeps the condition, which has no slope."""

    __slots__ = ("condition",)

    def __init__(
        self,
        data: float,
        op: Op,
        condition: Value | float,
        a: Value | None,
        da: float,
        b: Value | None,
        db: float,
    ) -> None:
        self.condition = condition  # before the watchers look at the inputs
        super().__init__(data, "", op, a, da, b, db)

    @property
    def inputs(self) -> tuple[Value | float, ...]:
        """The condition, what is chosen where it holds, and what where it does not."""
        return (self.condition, *super().inputs) if self.op is not None else ()

    @property
    def local_derivatives(self) -> tuple[float | None, ...]:
        """None for the condition: its slope is zero wherever it has one."""
        return (None, *super().local_derivatives) if self.op is not None else ()


# ---- what new Values are told (engine.scope, engine.no_grad and engine.strict set these) ----

_scope: Tag | None = None
_watchers: tuple[Callable[[Value], None], ...] = ()

new = object.__new__


def told(node: Value) -> Value:
    """Show a new Value to the watchers, and return it."""
    for watch in _watchers:
        watch(node)
    return node


# ---- the walk behind backward(): marks in the nodes, faster than a set of those seen ----

_visits = 0


def oldest_first(root: Value) -> list[Value]:
    """Return the results of operations that `root` depends on, each after its inputs.

    Sets their gradients to 0 on the way, which saves the backward pass a walk.
    """
    global _visits
    _visits += 2
    opened, closed = _visits, _visits + 1
    order: list[Value] = []
    stack = [root]
    push, pop, place = stack.append, stack.pop, order.append
    while stack:
        node = stack[-1]
        if node._mark < opened:  # first time here: its inputs go first
            node._mark = opened
            node.grad = 0.0
            ready = True
            x = node._a
            if x is not None and x._mark < opened and x.op is not None:
                push(x)
                ready = False
            x = node._b
            if x is not None and x._mark < opened and x.op is not None:
                push(x)
                ready = False
            if not ready:
                continue
        pop()
        if node._mark == opened:
            node._mark = closed
            place(node)
    return order


# ---- the edges: what is not a number, and where the numbers end ----

_slopes_to_check = False  # becomes True with the first infinite slope, and backward() looks then


def operand(value: Value, symbol: str, other: object, *, reflected: bool = False) -> float:
    """Return `other` as a float, or say which two things an operator does not take.

    Raises:
        TypeError: `other` is not one real number.
    """
    try:
        return number(other)
    except TypeError:
        kind = type(other).__name__
        sides = f"{kind} {symbol} Value" if reflected else f"Value {symbol} {kind}"
        message = f"{sides}: operands must be Value, int or float, got {describe(other)}"
    raise TypeError(message)


def outside(row: Op, a: Value | float, b: Value | float | None = None) -> Value:
    """Apply `row` where the functions of math raise: by IEEE 754, or say what the domain is.

    Raises:
        DomainError: an input is outside the domain of `row`.
    """
    global _slopes_to_check
    x, y = (0.0 if v is None else v.data if isinstance(v, Value) else v for v in (a, b))
    if not holds(row.domain, x, y):
        raise domain_error(row, a, b) from None
    forward, *slopes = over_floats(row)
    out = forward(x, y, None, None)
    kept: list[Value | float | None] = []
    for number_or_node, slope in zip((a, b), slopes):  # noqa: B905  one slope, or two
        if isinstance(number_or_node, Value):
            kept += [number_or_node, slope(x, y, None, out)]
            if not isfinite(kept[-1]):  # type: ignore[arg-type]
                _slopes_to_check = True
        else:
            kept += [None, number_or_node]
    return Value(out, "", row, *kept)  # type: ignore[arg-type]


def domain_error(row: Op, a: Value | float, b: Value | float | None) -> DomainError:
    """Return the error for inputs outside the domain of `row`, in the names of the nodes."""
    names, came, nodes = {}, [], []
    for letter, x in (("a", a), ("b", b)):
        names[letter] = letter
        if x is None or (letter not in row.domain):
            continue
        came.append(f"{letter} = {x.data if isinstance(x, Value) else x:g}")
        if isinstance(x, Value):
            names[letter] = x.label or letter
            nodes.append(f"node {x.label!r}" if x.label else f"an unnamed {x.op or 'leaf'} node")
    where = f" at {' and '.join(nodes)}" if nodes else ""
    asked = row.forward if b is not None else f"{row.name}(a)"
    needs = "a positive base, or a whole exponent (and none below 0 for a = 0)"
    return DomainError(
        f"{asked} needs {needs if row is POW else row.domain}, got {', '.join(came)}{where}; "
        f"{row.remedy.format(**names)}"
    )


def warn_of_non_finite(root: Value, order: list[Value]) -> None:
    """Name the first non-finite number that `root` was made from, or the first infinite slope."""
    from engine.graph import nodes

    where, remedy = "", "engine.strict() raises at the operation itself"
    if not isfinite(root.data):
        first = next(node for node in nodes(root) if not isfinite(node.data))
        made = "a leaf" if first.op is None else f"made by {first.op} from {made_from(first)}"
        name = f"'{first.label}'" if first.label else "an unnamed node"
        where = (
            f"backward() from {root.data}: every gradient may be inf or nan; "
            f"the first non-finite node is {name} = {first.data}, {made}"
        )
    for node in order if not where else ():
        for x, slope in zip(node.inputs, node.local_derivatives, strict=True):
            if slope is not None and not isfinite(slope) and isinstance(x, Value) and node.op:
                name = f"'{x.label}'" if x.label else "an unnamed node"
                where = where or (
                    f"backward() through {node.op}: its slope is {slope} at {name} = {x.data:g}; "
                    f"it needs {node.op.smooth or node.op.domain or 'finite numbers'}"
                )
                remedy = node.op.remedy.format(a=x.label or "a", b="the exponent") or remedy
    if where:
        # Level 3: the line that called backward().
        warnings.warn(f"{where}; {remedy}", NonFiniteWarning, stacklevel=3)


def made_from(node: Value) -> str:
    """Return the numbers that `node` was made from, as text."""
    return ", ".join(f"{x.data if isinstance(x, Value) else x:g}" for x in node.inputs)
