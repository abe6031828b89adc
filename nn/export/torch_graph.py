"""Writes the graph of a Value as straight-line source of PyTorch, a line per node."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from math import isnan

import engine
from engine import Value
from nn.export.formulas import definition, has_class, number, tensor, translated
from nn.export.steps import Row
from nn.export.torch_names import Names
from nn.export.torch_text import wrapped


def graph_source(root: Value) -> str:
    """Return source that computes a graph again, node by node, and its gradients.

    A tensor has the label of its Value as its name, and a number if it has none: v1, v2, …

    Args:
        root: the result.

    Raises:
        ValueError: it is a leaf; numbers have been changed since they were used; or an operation
            was made by hand, or PyTorch lacks it.
    """
    if root.op is None:
        raise ValueError(
            "torch_source needs a result of recorded operations, got a leaf; give it the loss, or "
            "a model"
        )
    order, names = engine.nodes(root), Names("torch functional value")
    own = dict.fromkeys(node.op for node in order if node.op is not None and has_class(node.op))
    classes: dict[Row, str] = {op: names(f"{op.name}_function") for op in own}
    called = {id(node): names(node.label or f"v{i}") for i, node in enumerate(order, 1)}
    lines = []
    for node in order:
        name = called[id(node)]
        if node.op is None:
            text = ast.unparse(tensor(number(node.data)))
            lines.append(f"{name} = {text[:-1]}, requires_grad=True)")
            continue
        if not node.op.slopes:
            raise ValueError(
                f"{name} = {node.op.symbol}(…) was made by hand, and its slopes are hidden in a "
                "function; define the operation with engine.define"
            )
        check_as_computed(node, name)
        inputs = [
            ast.Name(called[id(x)]) if isinstance(x, Value) else number(x) for x in node.inputs
        ]
        value = translated(node.op, in_order(node, inputs), classes)
        lines.append(f"{name} = {ast.unparse(value)}")
    results = [called[id(node)] for node in order if node.op is not None]
    functional = any("functional." in line for line in lines)
    return "\n".join(
        [
            "# Written by glassgrad: a tensor for each Value, with the same name.",
            "import torch",
            *["from torch.nn import functional"] * functional,
            *(f"\n\n{definition(op, name)}\n" for op, name in classes.items()),
            "",
            *lines,
            "",
            wrapped(f"for value in [{', '.join(results)}]:", 4),
            "    value.retain_grad()  # PyTorch keeps those of leaves only",
            f"{called[id(root)]}.backward()",
            "",
        ]
    )


def in_order(node: Value, inputs: Sequence[ast.expr]) -> Sequence[ast.expr]:
    """Return the inputs of a node as the table calls them: a, b and the condition last."""
    n = len(node.op.slopes) if node.op is not None else 0
    return [*inputs[-n:], *inputs[:-n]]


def check_as_computed(node: Value, name: str) -> None:
    """Check that the inputs of a node still give its number.

    Raises:
        ValueError: they do not.
    """
    op = node.op
    assert op is not None
    numbers = [Value(x.data) if isinstance(x, Value) else x for x in node.inputs]
    names = engine if not op.infix else operator
    own = engine.Operation.find(op.definition) if op.defined else None
    function: Callable[..., Value | float] = own or getattr(names, op.operator or op.name)
    with engine.no_grad():
        found = function(*numbers)
    again = found.data if isinstance(found, Value) else float(found)
    if again != node.data and not (isnan(again) and isnan(node.data)):
        raise ValueError(
            f"this graph is stale: {name} was {node.data:g} when it was computed, and its inputs "
            f"now give {again:g}; compute it again before you export it"
        )
