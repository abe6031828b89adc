"""An expression as a list of steps, which any engine of the game can run."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from engine.graph import nodes
from engine.teach.catching.right import Value as Engine
from engine.value import Value

# What the engines of the game know, by the names of our own table.
OPERATIONS: dict[str, Callable[..., Engine]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "relu": operator.methodcaller("relu"),
    "tanh": operator.methodcaller("tanh"),
    "exp": operator.methodcaller("exp"),
}
KNOWN = "+, -, *, /, ** with a number as exponent, relu, tanh and exp"
MOST_OPERATIONS = 12  # a wrong engine may walk down each of up to 2**12 paths
TOLERANCE = 1e-9  # relative; two engines may round differently

Numbers = tuple[float, float]  # data and grad


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: its name in the table, and its inputs: places (int) or numbers (float)."""

    operation: str
    inputs: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """What an expression computes, without its text.

    Attributes:
        leaves: the numbers that it begins with; they have the places 0, 1, ….
        steps: the operations, each after those that it needs; theirs are the places after that.
    """

    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, engine: type[Engine]) -> list[Numbers]:
        """Return data and grad of each place, as an engine computes them.

        Raises:
            ArithmeticError: there is no such number.
        """
        places = [engine(x) for x in self.leaves]
        for step in self.steps:
            inputs = (places[x] if isinstance(x, int) else x for x in step.inputs)
            places.append(OPERATIONS[step.operation](*inputs))
        places[-1].backward()
        return [(node.data, node.grad) for node in places]

    def tells_apart(self, right: type[Engine], wrong: type[Engine]) -> bool:
        """Return whether two engines give different numbers.

        Raises:
            ArithmeticError: there is no such number.
        """
        return any(map(differ, self.run(right), self.run(wrong)))


def differ(x: Numbers, y: Numbers) -> bool:
    """Return whether data or grad of two nodes differ."""
    return any(not same(p, q) for p, q in zip(x, y, strict=True))


def same(x: float, y: float) -> bool:
    """Return whether two numbers are equal, but for rounding."""
    return x == y or abs(x - y) <= TOLERANCE * max(1.0, abs(x))


def program_of(root: Value) -> Program:
    """Return the program that made a result.

    Raises:
        ValueError: it has an operation that the engines of the game do not know, or too many.
    """
    order = in_order(root)
    leaves = [node for node in order if node.op is None]
    made = order[len(leaves) :]
    if len(made) > MOST_OPERATIONS:
        raise ValueError(
            f"an expression may have at most {MOST_OPERATIONS} operations, this one has "
            f"{len(made):,}; a short one is enough for each bug"
        )
    place = {id(node): k for k, node in enumerate(order)}
    steps = []
    for node in made:
        name = str(node.op)
        plain_power = name != "pow" or not isinstance(node.inputs[1], Value)
        if name not in OPERATIONS or not plain_power:
            what = name if plain_power else "** with a Value as exponent"
            raise ValueError(f"the engines of this game know {KNOWN}; got {what}")
        inputs = [place[id(x)] if isinstance(x, Value) else float(x) for x in node.inputs]
        steps.append(Step(name, tuple(inputs)))
    return Program(tuple(leaf.data for leaf in leaves), tuple(steps))


def in_order(root: Value) -> list[Value]:
    """Return the nodes of an expression in the order of their places: the leaves first."""
    order = nodes(root)
    leaves = sorted((x for x in order if x.op is None), key=lambda leaf: str(leaf.label))
    return [*leaves, *(node for node in order if node.op is not None)]
