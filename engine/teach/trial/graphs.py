"""Small graphs to try an engine on: as plain data, as text, and with the right numbers of ours."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import permutations
from typing import Any

from engine.ops import OPS
from engine.value import Value

Number = int | float
Operand = int | tuple[Number]  # a node by its number, or a plain number in a tuple
Step = tuple[str, tuple[Operand, ...]]  # a row of the table, and its operands

ZERO = -1  # the action that sets every gradient to 0
NAMES = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Graph:
    """A graph, and what is done with it.

    Attributes:
        leaves: their numbers; the first nodes.
        steps: the operations; the nodes after them.
        actions: backward passes, by the node that each begins at, or ZERO.
    """

    leaves: tuple[Number, ...]
    steps: tuple[Step, ...]
    actions: tuple[int, ...] = ()

    @property
    def root(self) -> int:
        """The last node."""
        return len(self.leaves) + len(self.steps) - 1

    @property
    def passes(self) -> tuple[int, ...]:
        """The actions: one pass from the last node, unless others are given."""
        return self.actions or (self.root,)

    @property
    def plain(self) -> list[object]:
        """The graph as plain data."""
        return [list(self.leaves), [[name, list(x)] for name, x in self.steps], list(self.passes)]

    @property
    def operations(self) -> set[str]:
        """The rows that it uses."""
        return {name for name, _ in self.steps}

    def operands(self, node: int) -> tuple[Operand, ...]:
        """Return what a node was made from."""
        return self.steps[node - len(self.leaves)][1] if node >= len(self.leaves) else ()

    def below(self, root: int) -> list[int]:
        """Return the nodes of operations from which `root` was made, and itself; inputs first."""
        found, waiting = {root}, [root]
        while waiting:
            for x in self.operands(waiting.pop()):
                if isinstance(x, int) and x not in found:
                    found.add(x)
                    waiting.append(x)
        return sorted(node for node in found if node >= len(self.leaves))

    @cached_property
    def reached(self) -> list[int]:
        """The nodes of operations that some pass reaches, inputs first."""
        return sorted({n for root in self.passes if root != ZERO for n in self.below(root)})

    @cache  # noqa: B019  there are few graphs, and they live as long as the program
    def backward_orders(self, *, leaves: bool = False) -> list[tuple[int, ...]]:
        """Return the orders of all results, or all nodes, in which each is before its inputs."""
        nodes = [*range(len(self.leaves)), *self.reached] if leaves else self.reached
        return [
            order
            for order in permutations(nodes)
            if all(x not in order[:k] for k, n in enumerate(order) for x in self.operands(n))
        ]

    @cached_property
    def right(self) -> Numbers:
        """What our engine makes of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = built(self, Value)
            for action in self.passes:
                if action == ZERO:
                    for node in nodes:
                        node.grad = 0.0
                else:
                    nodes[action].backward()
        return Numbers(tuple(x.data for x in nodes), tuple(x.grad for x in nodes))

    def name(self, node: int) -> str:
        """Return the letter of a node that has one: a leaf, or a result that is used twice."""
        several = {*self.actions} if len(self.actions) > 1 else set()
        named = [
            n
            for n in range(self.root + 1)
            if n < len(self.leaves) or self.uses(n) > 1 or n in several
        ]
        return letter(named.index(node)) if node in named else ""

    def uses(self, node: int) -> int:
        """Return how many operands are that node."""
        return sum(x == node for _, operands in self.steps for x in operands if isinstance(x, int))

    def expression(self, node: int, *, inside: bool = False) -> str:
        """Return a node as Python writes it, with letters for what is used twice."""
        if (name := self.name(node)) and (inside or node < len(self.leaves)):
            return name
        row, operands = self.steps[node - len(self.leaves)]
        texts = [
            self.expression(x, inside=True) if isinstance(x, int) else f"{x[0]!r}" for x in operands
        ]
        text = written(row, texts)
        return f"({text})" if inside and OPS[row].infix else text

    def __str__(self) -> str:
        parts: list[str] = []
        made = len(self.leaves)
        for action in self.passes:
            for node in range(made, action + 1):
                name = self.name(node)
                if name or node == self.root:
                    parts.append((f"{name} = " if name else "") + self.expression(node))
            made = max(made, action + 1)
            if len(self.passes) > 1:
                parts.append(
                    "every grad = 0" if action == ZERO else f"{self.name(action)}.backward()"
                )
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of all nodes of a graph, leaves first; a gradient may be None."""

    data: tuple[float, ...]
    grads: tuple[float | None, ...]


def letter(k: int) -> str:
    """Return the k-th name: a to z, then a1 to z1."""
    return NAMES[k % len(NAMES)] + (str(k // len(NAMES)) if k >= len(NAMES) else "")


def written(row: str, texts: list[str]) -> str:
    """Return an operation as Python writes it."""
    sign = OPS[row].infix
    if len(texts) == 1 and (sign or row == "abs"):
        return f"-{texts[0]}" if sign else f"abs({texts[0]})"
    if sign:
        return f"{texts[0]} {sign} {texts[1]}"
    return f"{texts[0]}.{row}({', '.join(texts[1:])})"


def applied(row: str, operands: list[Any]) -> Any:
    """Return the result of an operation on Values of any engine."""
    if function := OPS[row].operator:
        return getattr(operator, function)(*operands)
    return getattr(operands[0], row)(*operands[1:])


def built(graph: Graph, value: Callable[[Number], Any]) -> list[Any]:
    """Return the nodes of a graph, made by an engine's class."""
    nodes = [value(x) for x in graph.leaves]
    for row, operands in graph.steps:
        nodes.append(applied(row, [nodes[x] if isinstance(x, int) else x[0] for x in operands]))
    return nodes


def graph(text: str, leaves: Iterable[Number], *actions: int) -> Graph:
    """Return the graph of steps such as "add a b; mul c 2.0"; results get the next letters."""
    numbers = tuple(leaves)
    steps = []
    for part in text.split(";"):
        row, *words = part.split()
        operands = tuple(
            NAMES.index(w) if w in NAMES else (int(w) if w.lstrip("-").isdigit() else float(w),)
            for w in words
        )
        steps.append((row, operands))
    return Graph(numbers, tuple(steps), actions)
