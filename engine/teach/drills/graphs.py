"""Makes the graph of a drill: from a seed, the same one everywhere, with numbers that are nice."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from engine.functions import FUNCTIONS
from engine.graph import leaves, nodes
from engine.parse import DEEPEST, computed, tree_of
from engine.teach.drills.levels import LEVELS
from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

OPERATORS = ("*", "+", "-")
NUMBERS = (-5, -4, -3, -2.5, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5)
SMALL = (-3, -2, -1, -0.5, 0.5, 1, 2, 3)  # of a neuron with a loss, which is squared
CLASSES = (-1, 1)  # of a hinge loss
LARGEST = 100.0


def graph_of(seed: int, level: int) -> Value:
    """Return the result of a drill's graph, its nodes labelled, after `backward()`.

    Args:
        seed: any whole number. Neighbouring seeds take different shapes, so that no two drills in a
            row are equal.
        level: from 1.
    """
    shapes = LEVELS[level - 1].shapes
    shape = shapes[seed % len(shapes)]
    # Random takes the absolute value of its seed. Of its methods only random() is promised to give
    # the same numbers in every version of Python.
    draw = Random((2 * abs(seed) + (seed < 0)) * len(LEVELS) + level - 1).random
    while not is_nice(out := recorded(shape, draw, small=level == len(LEVELS)), level):
        continue
    return out


def recorded(shape: str, draw: Callable[[], float], *, small: bool) -> Value:
    """Return the result of a shape, with operators and numbers drawn for it."""
    text = re.sub(r"\?", lambda _: chosen(OPERATORS, draw), shape)
    made: dict[str, Value] = {}
    out = Value(0.0)
    for step in text.split("; "):
        name, formula = step.split(" = ")
        for leaf in re.findall(r"[a-z]\w*", formula):
            if leaf not in made and leaf not in FUNCTIONS:
                choices = CLASSES if leaf == "t" else SMALL if small else NUMBERS
                made[leaf] = Value(chosen(choices, draw), leaf)
        result = computed(tree_of(formula), made, DEEPEST)
        assert isinstance(result, Value)
        out = made[name] = result
        out.label = name
    out.backward()
    return out


def chosen(choices: Sequence[T], draw: Callable[[], float]) -> T:
    """Return one of several."""
    return choices[int(draw() * len(choices))]


def is_nice(out: Value, level: int) -> bool:
    """Return whether a graph can be worked by hand, and no wrong rule gives right answers.

    Args:
        out: its result, after `backward()`.
        level: from 1.
    """
    order = nodes(out)
    made = [node for node in order if node.op is not None]
    slopes = [x for node in made for x in node.local_derivatives if x is not None]
    numbers = [*(node.data for node in order), *(node.grad for node in order), *slopes]
    if not all(map(is_short, numbers)) or not all(map(is_clear, made)):
        return False
    if level >= 5:
        different = {leaf.data for leaf in leaves(out)}
        enough = out.data != 0 and sum(node.grad == 0 for node in order) <= len(order) / 3
    else:
        different = {abs(leaf.data) for leaf in leaves(out)}
        ends = [node for node in order if node.label == LEVELS[level - 1].ends]
        enough = all(numbers) and all(abs(node.grad) != 1 for node in ends)
    return enough and len(different) == len(leaves(out))


def is_short(x: float) -> bool:
    """Return whether a number has at most two decimals, and is not too large."""
    return abs(x) <= LARGEST and (x * 100).is_integer()


def is_clear(node: Value) -> bool:
    """Return whether an operation is not at a kink, and does not hide which operand is which."""
    data = [x.data if isinstance(x, Value) else x for x in node.inputs]
    if len(data) == 1:
        return str(node.op) != "relu" or data[0] != 0
    twice = node.inputs[0] is node.inputs[1]
    return (
        twice or str(node.op) not in ("mul", "maximum", "minimum") or abs(data[0]) != abs(data[1])
    )
