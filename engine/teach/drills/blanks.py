"""The blanks of a drill: what is asked, under which name, and what is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from engine.teach.drills.levels import DATA, GRAD, LOCAL, Level
from engine.value import Value


@dataclass(frozen=True, slots=True)
class Blank:
    """One number to fill in.

    Attributes:
        kind: DATA, LOCAL or GRAD.
        name: what `drill.answer` calls it: "d", "dd_da" or "d_grad".
        text: what a reader calls it: "d", "∂d/∂a" or "d.grad".
        right: the answer.
        node: what it belongs to; for a slope, the result of the operation.
        operand: for a slope, which input of the operation.
    """

    kind: str
    name: str
    text: str
    right: float
    node: Value
    operand: int = 0


def blanks_of(order: Sequence[Value], level: Level) -> tuple[Blank, ...]:
    """Return the blanks of a graph, in the order in which they can be filled in.

    Args:
        order: its nodes in topological order, after `backward()`.
        level: which says what is asked.
    """
    found: list[Blank] = []
    path = path_to(level.ends, order)
    for kind in level.kinds:
        if kind == DATA:
            found += [data_blank(node) for node in order if node.op is not None]
        elif kind == LOCAL:
            found += [
                slope_blank(node, k)
                for node in (reversed(path) if path else order)
                for k, x in enumerate(node.inputs)
                if isinstance(x, Value) and (not path or x in path)
            ]
        else:
            asked = path or [node for node in order if is_asked(node)]
            found += [grad_blank(node) for node in reversed(asked) if node is not order[-1]]
    return tuple(found)


def path_to(name: str, order: Iterable[Value]) -> list[Value]:
    """Return the nodes that a leaf goes into, itself first; none without a name."""
    path: list[Value] = []
    for node in order:
        if node.label == name or any(x in path for x in node.inputs if isinstance(x, Value)):
            path.append(node)
    return path


def is_asked(node: Value) -> bool:
    """Return whether a gradient is asked; those of a neuron's inputs and targets are not."""
    return node.op is not None or node.label[0] not in "xyt"


def data_blank(node: Value) -> Blank:
    """Return the blank for the data of a node."""
    return Blank(DATA, node.label, node.label, node.data, node)


def grad_blank(node: Value) -> Blank:
    """Return the blank for the gradient of a node."""
    return Blank(GRAD, f"{node.label}_grad", f"{node.label}.grad", node.grad, node)


def slope_blank(node: Value, operand: int) -> Blank:
    """Return the blank for the slope of an operation with respect to one of its inputs."""
    x, slope = node.inputs[operand], node.local_derivatives[operand]
    assert isinstance(x, Value)
    assert slope is not None
    out, name = node.label, x.label
    return Blank(LOCAL, f"d{out}_d{name}", f"∂{out}/∂{name}", slope, node, operand)


def uses_of(node: Value, order: Iterable[Value]) -> list[tuple[Value, float]]:
    """Return the results that a node goes into, and the slope of each with respect to it."""
    return [
        (out, slope)
        for out in order
        for x, slope in zip(out.inputs, out.local_derivatives, strict=True)
        if x is node and slope is not None
    ]


def named(name: str, blanks: Sequence[Blank]) -> Blank:
    """Return the blank of that name, as `drill.answer` or as a reader writes it.

    Raises:
        ValueError: there is none.
    """
    plain = "".join(name.split()).replace("∂", "d").replace("/", "_").replace(".", "_")
    names = {blank.name: blank for blank in blanks}
    plain = plain.removesuffix("_data") if plain not in names else plain
    if plain in names:
        return names[plain]
    close = get_close_matches(plain, names, n=1, cutoff=0.6)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise ValueError(f"there is no blank {name}: the blanks are {', '.join(names)}{meant}")
