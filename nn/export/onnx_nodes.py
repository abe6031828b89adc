"""Writes nodes of ONNX, and the functions of the table with what runtimes compute in 64 bits.

onnxruntime has Exp, Log, Sqrt, Sin and Tanh for doubles, but neither Erf nor Softplus nor the other
functions of angles, and Cos only lately: those are composed of what it has.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from math import log, pi
from typing import TYPE_CHECKING, Any

from nn.export.formulas import lacking
from nn.export.steps import Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike
    from onnx import NodeProto, TensorProto

# The one node that does it.
NODES = {
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "tanh": "Tanh",
    "abs": "Abs", "fabs": "Abs", "floor": "Floor", "ceil": "Ceil", "pow": "Pow",
}  # fmt: skip
# The same for whole rows of the table, whose formulas say it with conditions.
ROWS = {
    "relu": "Relu",
    "maximum": "Max",
    "minimum": "Min",
    "detach": "Identity",
}
# Composed of these, and of the functions of `Nodes` that begin with "_".
FORMULAS = {
    "cos": f"sin(a + {pi / 2})",
    # Not the node Sigmoid: of x · sigmoid(x), onnxruntime up to 1.23 makes a node for 32 bits only.
    "sigmoid": "1 / (1 + exp(-a))",
    "tan": "sin(a) / cos(a)",
    "sinh": "(exp(a) - exp(-a)) / 2",
    "cosh": "(exp(a) + exp(-a)) / 2",
    "asinh": "log(a + sqrt(a * a + 1)) if a > 0 else -log(sqrt(a * a + 1) - a)",
    "acosh": "log(a + sqrt(a - 1) * sqrt(a + 1))",
    "atanh": "log((1 + a) / (1 - a)) / 2",
    "asin": "2 * atan(a / (1 + sqrt((1 - a) * (1 + a))))",
    "acos": f"{pi / 2} - asin(a)",
    # Both near 0 as exact as elsewhere: Higham (2002), Accuracy and stability, section 1.14.1.
    "expm1": "a if exp(a) == 1 else exp(a) - 1 if exp(a) - 1 <= -1 or a > 1 else "
    "(exp(a) - 1) * a / log(exp(a))",
    "log1p": "a if 1 + a == 1 else log(1 + a) * a / (1 + a - 1)",
    "log2": f"log(a) / {log(2)}",
    "log10": f"log(a) / {log(10)}",
    "exp2": f"exp({log(2)} * a)",
    "erf": "1 - erfc(a)",
    "atan2": f"2 * atan(a / (hypot(a, b) + b)) if b > 0 else {pi} if b < 0 and a == 0 else "
    "0.0 if a == 0 else 2 * atan((hypot(a, b) - b) / a)",
    "remainder": "a - b * _round(a / b)",
    "copysign": "abs(a) if b >= 0 else -abs(a)",
    "trunc": "floor(a) if a > 0 else ceil(a)",
    "degrees": f"{180 / pi} * a",
    "radians": f"{pi / 180} * a",
    "where": "b if c == 0 else a",
    **{sign: f"_number(a {sign} b)" for sign in (">", ">=", "<", "<=")},
}
SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow",
    ast.Gt: "Greater", ast.GtE: "GreaterOrEqual", ast.Lt: "Less", ast.LtE: "LessOrEqual",
    ast.Eq: "Equal", ast.USub: "Neg", ast.Not: "Not", ast.And: "And", ast.Or: "Or",
}  # fmt: skip
# Of log(erfc(z) exp(z²) / t) in t = 2 / (2 + z), for z ≥ 0: Press et al. (2007), Numerical Recipes,
# third edition, section 6.2.2.
CHEBYSHEV = (
    -1.3026537197817094, 6.4196979235649026e-1, 1.9476473204185836e-2, -9.561514786808631e-3,
    -9.46595344482036e-4, 3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5,
    -1.624290004647e-6, 1.303655835580e-6, 1.5626441722e-8, -8.5238095915e-8, 6.529054439e-9,
    5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12, -6.886027e-12,
    8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16,
    -2.8e-17,
)  # fmt: skip


class Nodes:
    """Collects the nodes of a graph.

    Args:
        dtype: of its numbers: "float64" or "float32".

    Attributes:
        nodes: in order.
        constants: the numbers in it.
        kind: ONNX's number for the dtype.
    """

    def __init__(self, dtype: str) -> None:
        import numpy as np
        from onnx import helper

        self.dtype = np.dtype(dtype)
        self.kind = helper.np_dtype_to_tensor_dtype(self.dtype)
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}
        self._n = 0

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        from onnx import helper

        if not name:
            self._n += 1
            name = f"{kind}_{self._n}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, numbers: ArrayLike, name: str = "", dtype: np.dtype | None = None) -> str:
        """Return the name of constant numbers; equal ones without a name of their own share one."""
        import numpy as np
        from onnx import numpy_helper

        array = np.asarray(numbers, dtype=self.dtype if dtype is None else dtype)
        name = name or f"constant {array.dtype} {array.shape} {array.tolist()}"
        if name not in self.constants:
            short = name if len(name) < 40 else f"constant_{len(self.constants)}"
            self.constants[name] = numpy_helper.from_array(array, short)
        return self.constants[name].name

    def apply(self, op: Row, inputs: tuple[str, ...]) -> str:
        """Add an operation of the table; return the name of its output.

        Raises:
            ValueError: it is made of a function that ONNX lacks.
        """
        if op.name in ROWS and not op.defined:
            return self.add(ROWS[op.name], *inputs)
        text = op.forward if op.defined else FORMULAS.get(op.name, op.forward)
        return self.formula(op, text, dict(zip("abc", inputs, strict=False)))

    def formula(self, op: Row, text: str, names: Mapping[str, str]) -> str:
        """Add a formula of `a`, `b` and `c`; return the name of its output."""
        return self._expression(op, ast.parse(text, mode="eval").body, names)

    def _expression(self, op: Row, tree: ast.expr, names: Mapping[str, str]) -> str:
        def inner(part: ast.expr) -> str:
            return self._expression(op, part, names)

        if isinstance(tree, ast.Name):
            return names[tree.id] if tree.id in names else self.constant(float(tree.id))
        if isinstance(tree, ast.Constant):
            return self.constant(float(tree.value))  # type: ignore[arg-type]
        if isinstance(tree, ast.UnaryOp):
            return self.add(SIGNS[type(tree.op)], inner(tree.operand))
        if isinstance(tree, ast.BinOp):
            left, right = inner(tree.left), inner(tree.right)
            if isinstance(tree.op, ast.Mod):
                return self._modulo(op, left, right)
            return self.add(SIGNS[type(tree.op)], left, right)
        if isinstance(tree, ast.IfExp):
            return self.add("Where", inner(tree.test), inner(tree.body), inner(tree.orelse))
        if isinstance(tree, ast.BoolOp):
            whole = inner(tree.values[0])
            for part in tree.values[1:]:
                whole = self.add(SIGNS[type(tree.op)], whole, inner(part))
            return whole
        if isinstance(tree, ast.Compare):
            return self.add(SIGNS[type(tree.ops[0])], inner(tree.left), inner(tree.comparators[0]))
        assert isinstance(tree, ast.Call)
        return self._call(op, ast.unparse(tree.func), [inner(x) for x in tree.args])

    def _call(self, op: Row, name: str, inputs: list[str]) -> str:
        if name in NODES:
            return self.add(NODES[name], *inputs)
        if name in FORMULAS:
            return self.formula(op, FORMULAS[name], dict(zip("abc", inputs, strict=False)))
        if name == "_round":
            return self.add("Round", *inputs)
        if name == "_number":
            return self.add("Cast", *inputs, to=self.kind)
        if name == "fmod":
            return self.add("Mod", *inputs, fmod=1)
        composed: dict[str, Callable[..., str]] = {
            "erfc": self._erfc,
            "atan": self._atan,
            "hypot": self._hypot,
        }
        if name not in composed:
            raise lacking("ONNX", op, name)
        return composed[name](op, *inputs)

    def _modulo(self, op: Row, a: str, b: str) -> str:
        """Python's modulo, which has the sign of b."""
        names = {"a": self.add("Mod", a, b, fmod=1), "b": b}
        return self.formula(op, "a + b if a * b < 0 else a", names)

    def _hypot(self, op: Row, a: str, b: str) -> str:
        """Not the root of a² + b², which overflows at 1e155."""
        size = self.add("Max", self.add("Abs", a), self.add("Abs", b))
        scale = self.formula(op, "1.0 if a == 0 else a", {"a": size})
        scaled = {"a": self.add("Div", a, scale), "b": self.add("Div", b, scale)}
        return self.add("Mul", scale, self.formula(op, "sqrt(a * a + b * b)", scaled))

    def _atan(self, op: Row, a: str) -> str:
        """The angle in 32 bits, and one step of Newton's method in 64."""
        from onnx import TensorProto

        rough = self.add("Atan", self.add("Cast", a, to=TensorProto.FLOAT))
        y = self.add("Cast", rough, to=self.kind)
        names = {"a": a, "b": y}
        return self.formula(op, "b + (a * cos(b) - sin(b)) / (cos(b) + a * sin(b))", names)

    def _erfc(self, op: Row, a: str) -> str:
        """The Chebyshev series, summed by Clenshaw's recurrence."""
        z = self.add("Abs", a)
        t = self.formula(op, "2 / (2 + a)", {"a": z})
        twice = self.formula(op, "4 * a - 2", {"a": t})
        d, before = self.constant(0.0), self.constant(0.0)
        for coefficient in reversed(CHEBYSHEV[1:]):
            names = {"a": twice, "b": d, "c": before}
            d, before = self.formula(op, f"a * b - c + {coefficient!r}", names), d
        inside = {"a": twice, "b": d, "c": before}
        series = self.formula(op, f"0.5 * ({CHEBYSHEV[0]!r} + a * b) - c", inside)
        tail = self.formula(op, "a * exp(c - b * b)", {"a": t, "b": z, "c": series})
        return self.formula(op, "b if a >= 0 else 2 - b", {"a": a, "b": tail})
