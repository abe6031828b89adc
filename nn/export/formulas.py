"""Translates the formulas of the table, which are text, into expressions of PyTorch."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from math import isnan

from nn.export.steps import Row

COMPARISONS = (">", ">=", "<", "<=")
# Where PyTorch has the whole operation; the rest is translated function by function.
TEMPLATES = {
    "sigmoid": "torch.sigmoid(a)",
    "softplus": "functional.softplus(a, threshold=40)",
    "relu": "torch.relu(a)",
    "leaky_relu": "functional.leaky_relu(a, 0.01)",
    "gelu": "functional.gelu(a)",
    "maximum": "torch.maximum(a, b)",
    "minimum": "torch.minimum(a, b)",
    "where": "torch.where(c != 0, a, b)",
    "remainder": "a - b * torch.round(a / b)",
    "detach": "a.detach()",
    "largest": "a.amax(dim=-1).detach()",
    "take": "b.gather(-1, a.long().unsqueeze(-1)).squeeze(-1)",
    **{sign: f"(a {sign} b).double()" for sign in COMPARISONS},
}
SAME_NAME = (
    "exp log sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc expm1 log1p "
    "log2 log10 atan2 hypot fmod copysign pow floor ceil trunc lgamma exp2 isfinite isinf isnan"
)
FUNCTIONS = {name: name for name in SAME_NAME.split()} | {
    "abs": "abs",
    "fabs": "abs",
    "degrees": "rad2deg",
    "radians": "deg2rad",
}


def has_class(op: Row) -> bool:
    """Return whether an operation is written as a class with its slopes, and not as an expression.

    Of a choice between two formulas PyTorch's own gradient is nan where the other one's slope is.
    """
    return op.defined or (" if " in op.forward and op.name not in TEMPLATES)


def translated(op: Row, inputs: Sequence[ast.expr], classes: Mapping[Row, str]) -> ast.expr:
    """Return an operation on these inputs.

    Args:
        op: a row of the table, or a kind of step of a tape.
        inputs: in the order a, b, c; a plain number is an `ast.Constant`.
        classes: what the class of each operation is called that has one.

    Raises:
        ValueError: PyTorch lacks a function that it is made of.
    """
    if has_class(op):
        apply = ast.Attribute(ast.Name(classes[op]), "apply")
        return ast.Call(apply, [tensor(x) for x in inputs], [])
    names = dict(zip("abc", inputs, strict=False))
    text = TEMPLATES.get(op.name)
    if op.name == "where":
        names["c"] = tensor(inputs[2])
        if (condition := comparison_in(inputs[2])) is not None:
            text, names["c"] = "torch.where(c, a, b)", condition
    if text is None:
        return formula(op, op.forward, names)
    found: ast.expr = Names(names).visit(ast.parse(text, mode="eval").body)
    return found


def comparison_in(x: ast.expr) -> ast.expr | None:
    """Return what is true or false in a comparison that has been made a number, or None."""
    if isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute):
        made_of: ast.expr = x.func.value
        return made_of if isinstance(made_of, ast.Compare) else None
    return None


def formula(op: Row, text: str, names: Mapping[str, ast.expr]) -> ast.expr:
    """Return a text of a row, with expressions in place of a, b, c and out.

    Raises:
        ValueError: PyTorch lacks a function that it is made of.
    """
    found: ast.expr = Translation(op, names).visit(ast.parse(text, mode="eval").body)
    return found


class Names(ast.NodeTransformer):
    """Puts expressions in place of names; a number is a tensor where a function needs one."""

    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return what a name stands for."""
        return self.names.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a call with tensors."""
        values = [(x, self.visit(x)) for x in node.args]
        inputs = [tensor(value) if isinstance(x, ast.Name) else value for x, value in values]
        return ast.Call(self.visit(node.func), inputs, node.keywords)


class Translation(Names):
    """Writes functions and conditions of Python as those of PyTorch."""

    def __init__(self, op: Row, names: Mapping[str, ast.expr]) -> None:
        super().__init__({"inf": torch_function("inf"), **names})
        self.op = op

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a call of a function that PyTorch has."""
        name = ast.unparse(node.func)
        if name not in FUNCTIONS:
            raise lacking("PyTorch", self.op, name)
        inputs = [tensor(self.visit(x)) for x in node.args]
        return ast.Call(torch_function(FUNCTIONS[name]), inputs, [])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Return a choice for each number."""
        parts = [self.visit(node.test), *(tensor(self.visit(x)) for x in (node.body, node.orelse))]
        return ast.Call(torch_function("where"), parts, [])

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Return conditions that must hold, both or one of them."""
        sign = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        whole: ast.expr = self.visit(node.values[0])
        for other in node.values[1:]:
            whole = ast.BinOp(whole, sign, self.visit(other))
        return whole

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Return a negation."""
        inner = self.visit(node.operand)
        return ast.UnaryOp(ast.Invert() if isinstance(node.op, ast.Not) else node.op, inner)


def lacking(target: str, op: Row, function: str) -> ValueError:
    """Return the error for an operation that a target cannot do."""
    remedy = (
        "write its formula with functions that both have"
        if op.defined
        else "compute it from operations that both have"
    )
    return ValueError(
        f"{op.name} cannot be exported: {target} lacks its {function}(); {remedy}, such as exp, "
        "log, tanh and sqrt"
    )


def torch_function(name: str) -> ast.expr:
    """Return the function or constant of torch."""
    return ast.Attribute(ast.Name("torch"), name)


def number(x: float) -> ast.expr:
    """Return a plain number, to the last bit."""
    if isnan(x):
        return torch_function("nan")
    if x in (float("inf"), -float("inf")):
        found = torch_function("inf")
        return found if x > 0 else ast.UnaryOp(ast.USub(), found)
    return ast.Constant(x)


def tensor(x: ast.expr) -> ast.expr:
    """Return a plain number as a tensor, and anything else as it is."""
    if not is_number(x):
        return x
    return ast.Call(
        torch_function("tensor"), [x], [ast.keyword("dtype", torch_function("float64"))]
    )


def is_number(x: ast.expr) -> bool:
    """Return whether an expression is a plain number."""
    text = ast.unparse(x).removeprefix("-")
    return text in ("torch.inf", "torch.nan") or isinstance(
        ast.parse(text, mode="eval").body, ast.Constant
    )


def definition(op: Row, name: str) -> str:
    """Return the class that does an operation, with the slopes of its row.

    Args:
        op: the operation.
        name: of the class.

    Raises:
        ValueError: PyTorch lacks a function that it is made of.
    """
    letters = "ab"[: len(op.slopes)]
    names = {letter: ast.Name(letter) for letter in (*letters, "out")}
    inputs = ", ".join(letters)
    returned = [
        f"(grad * ({ast.unparse(tensor(formula(op, slope, names)))})).sum_to_size({letter}.shape)"
        for letter, slope in zip(letters, op.slopes, strict=True)
    ]
    return "\n".join(
        [
            f"class {name}(torch.autograd.Function):",
            f'    """{op.name}({inputs}) = {op.forward}"""',
            "",
            "    @staticmethod",
            f"    def forward(context, {inputs}):",
            f"        out = {ast.unparse(formula(op, op.forward, names))}",
            f"        context.save_for_backward({inputs}, out)",
            "        return out",
            "",
            "    @staticmethod",
            "    def backward(context, grad):",
            f"        {inputs}, out = context.saved_tensors",
            *(f"        to_{x} = {text}" for x, text in zip(letters, returned, strict=True)),
            f"        return {', '.join(f'to_{x}' for x in letters)}",
        ]
    )
