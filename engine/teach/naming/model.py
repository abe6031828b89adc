"""A tiny engine on floats into which faults can be switched: what would a wrong engine compute?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations, product

from engine.ops import OPS
from engine.table.evaluate import ieee_functions
from engine.teach.trial.graphs import ZERO, Graph

Slope = Callable[[float, float, float], float]  # of a, b and out
Key = tuple[str, int]  # an operation, and the number of an operand

TOPOLOGICAL, REVERSED, ANY_ORDER = "topological", "reversed", "any order"
TWICE, PATHS, QUEUE, PUSH, PUSH_SUM = "twice", "paths", "queue", "push", "push sum"
SUBSET, LAST, FIRST_INPUT = "subset", "last", "first input"
FLIPPED = (
    TWICE,
    PATHS,
    QUEUE,
    FIRST_INPUT,
)  # the order of a node's inputs matters; it may be a set's
MOST_FREE = 5  # operations in a graph of which all orders are tried


@dataclass(frozen=True)
class Model:
    """An engine with faults.

    Attributes:
        slopes: local derivatives that are not those of the table.
        forgets: operands that get the slope, not multiplied by the result's gradient.
        overwrites: operands whose gradient is replaced.
        once: operations which lose a term where both operands are the same node; the number is that
            of the operand which keeps its.
        order: in which order nodes pass their gradient on; ANY_ORDER and SUBSET fit any.
        doubled: a node that is both operands is two inputs, for a walk.
        seed: the gradient that the result begins with; None for its data.
        begins: the gradient that every node begins with, in a pass.
        zeroes: "all" or "leaves": what a pass sets to 0 at first.
        by_value: a node is skipped if one with the same data was visited: all, or results only.
        keeps: "order" or "visited": what a pass remembers of earlier ones.
        fresh: results begin anew in each pass; else, as in micrograd, their gradients add up.
    """

    slopes: Mapping[Key, Slope] = field(default_factory=dict)
    forgets: frozenset[Key] = frozenset()
    overwrites: frozenset[Key] = frozenset()
    once: Mapping[str, int] = field(default_factory=dict)
    order: str = TOPOLOGICAL
    doubled: bool = False
    seed: float | None = 1.0
    begins: float = 0.0
    zeroes: str = ""
    by_value: str = ""
    keeps: str = ""
    fresh: bool = False

    def choices(self, graph: Graph) -> Iterator[tuple[int, ...]]:
        """Yield what is left open: orders of nodes, subsets, or which input comes first."""
        nodes = graph.below(max(graph.passes))
        if self.order in (ANY_ORDER, SUBSET) and len(nodes) > MOST_FREE:
            return
        if self.order == ANY_ORDER:
            yield from permutations(nodes)
        elif self.order == SUBSET:
            yield from (
                tuple(n for n, kept in zip(nodes, mask, strict=True) if kept)
                for mask in product((False, True), repeat=len(nodes))
            )
        elif self.order in FLIPPED or self.by_value:
            open_nodes = [n for n in nodes if len(set(graph.operands(n))) > 1][:MOST_FREE]
            for mask in product((False, True), repeat=len(open_nodes)):
                yield tuple(n for n, flip in zip(open_nodes, mask, strict=True) if flip)
        else:
            yield ()

    def gradients(self, graph: Graph, choice: tuple[int, ...] = ()) -> list[float]:
        """Return the gradients of all nodes."""
        return Run(self, graph, choice).gradients()


class Run:
    """One run of a model over a graph."""

    def __init__(self, model: Model, graph: Graph, choice: tuple[int, ...]) -> None:
        self.model = model
        self.graph = graph
        self.choice = choice
        self.data: list[float] = [float(x) for x in graph.leaves]
        self.edges: dict[int, list[tuple[int, float, Key]]] = {}
        for row, operands in graph.steps:
            numbers = [self.data[x] if isinstance(x, int) else float(x[0]) for x in operands]
            a, b = numbers[0], numbers[-1]
            forward, *slopes = ieee_functions(OPS[row])
            out = forward(a, b, 0.0, 0.0)
            edges = []
            for k, (x, slope) in enumerate(zip(operands, slopes, strict=False)):
                if isinstance(x, int):
                    wrong = model.slopes.get((row, k))
                    value = wrong(a, b, out) if wrong else slope(a, b, 0.0, out)
                    edges.append((x, value, (row, k)))
            if row in model.once and len(edges) == 2 and edges[0][0] == edges[1][0]:
                edges = [edges[model.once[row]]]
            self.edges[len(self.data)] = edges
            self.data.append(out)
        self.grads = [0.0] * len(self.data)
        self.kept: list[int] = []
        self.seen: set[int] = set()

    def gradients(self) -> list[float]:
        """Run all actions, and return the gradients."""
        for action in self.graph.passes:
            if action == ZERO:
                self.grads = [0.0] * len(self.grads)
            else:
                self.run(action)
        return self.grads

    def run(self, root: int) -> None:
        """Run one backward pass."""
        model, order = self.model, self.model.order
        reached = {root} | {x for n in self.graph.below(root) for x, _, _ in self.edges[n]}
        for node in reached:
            is_leaf = node < len(self.graph.leaves)
            if (
                model.zeroes == "all"
                or (model.zeroes == "leaves" and is_leaf)
                or (model.fresh and not is_leaf)
            ):
                self.grads[node] = 0.0
            if model.begins:
                self.grads[node] = model.begins
        seed = self.data[root] if model.seed is None else model.seed
        if order in (PUSH, PUSH_SUM):
            return self.push(root, seed)
        if order == PATHS:
            self.grads[root] = seed
            return self.by_paths(root)
        nodes = self.ordered(root)
        if seed:  # where nothing is set, nothing is
            self.grads[root] = seed
        for node in nodes:
            self.pass_on(node)
        return None

    def ordered(self, root: int) -> list[int]:
        """Return the nodes in the order in which they pass on."""
        order = self.model.order
        if order == ANY_ORDER:
            return [n for n in self.choice if n in self.graph.below(root)]
        if order == SUBSET:
            return [n for n in reversed(self.graph.below(root)) if n in self.choice]
        if order == LAST:
            return [root]
        if order == FIRST_INPUT:
            nodes = [root]
            while inputs := self.inputs(nodes[-1]):
                nodes.append(inputs[0])
            return nodes
        if order == QUEUE:
            nodes = [root]
            for node in nodes:
                nodes.extend(self.inputs(node))
            return nodes
        topo = self.kept if self.model.keeps == "order" else []
        seen: set[object] = self.seen if self.model.keeps == "visited" else set()  # type: ignore[assignment]
        self.visit(root, topo, seen)
        return topo if order == REVERSED else topo[::-1]

    def visit(self, node: int, topo: list[int], seen: set[object]) -> None:
        """Append a node to the order, after its inputs."""
        mark: object = node
        if self.model.by_value == "all" or (self.model.by_value and self.edges.get(node)):
            mark = self.data[node]
        if self.model.order != TWICE:
            if mark in seen:
                return
            seen.add(mark)
        for x in self.inputs(node):
            self.visit(x, topo, seen)
        topo.append(node)

    def inputs(self, node: int) -> list[int]:
        """Return the inputs of a node, the second first where that is chosen."""
        inputs = [x for x, _, _ in self.edges.get(node, ())]
        if not self.model.doubled:
            inputs = list(dict.fromkeys(inputs))
        return inputs[::-1] if node in self.choice else inputs

    def pass_on(self, node: int) -> None:
        """Add to the gradients of a node's inputs."""
        for x, slope, key in self.edges.get(node, ()):
            self.add(x, slope if key in self.model.forgets else slope * self.grads[node], key)

    def add(self, node: int, term: float, key: Key) -> None:
        """Add a term to a gradient, or replace it."""
        self.grads[node] = term if key in self.model.overwrites else self.grads[node] + term

    def by_paths(self, node: int) -> None:
        """Pass on, then recurse, as often as there are paths."""
        self.pass_on(node)
        for x in self.inputs(node):
            self.by_paths(x)

    def push(self, root: int, seed: float) -> None:
        """Hand a gradient down every path; PUSH_SUM hands down all that has arrived so far."""
        waiting: list[tuple[int, float, Key]] = [(root, seed, ("", 0))]
        while waiting:
            node, grad, key = waiting.pop()
            self.add(node, grad, key)
            down = self.grads[node] if self.model.order == PUSH_SUM else grad
            for x, slope, edge in reversed(self.edges.get(node, [])):
                waiting.append((x, slope if edge in self.model.forgets else slope * down, edge))
