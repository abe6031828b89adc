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
TWICE, QUEUE, PUSH, PUSH_SUM, PUSH_ONCE = "twice", "queue", "push", "push sum", "push once"
SUBSET, LAST, FIRST_INPUT = "subset", "last", "first input"
FLIPPED = (
    TWICE,
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
        misplaced: operations whose step is kept by their first operand, in place of its own.
        unlinked: operands that their results do not know, so that a walk does not get there.
        order: in which order nodes pass their gradient on; ANY_ORDER and SUBSET fit any.
        doubled: a node that is both operands is two inputs, for a walk.
        seed: the gradient that the result begins with; None for its data.
        begins: the gradient that every node begins with, in a pass.
        zeroes: "all" or "leaves": what a pass sets to 0 at first.
        by_value: nodes with the same data are taken for one: "all" or "results" in the walk, or
            "one" if they are one, with one gradient.
        keeps: what a pass remembers of earlier ones: "order", "visited", a "tape" of all nodes, or
            "terms", the gradients that it keeps apart.
        apart: a pass keeps its gradients apart, and adds each when it comes to the node.
        restarts: a node with a gradient of 0 begins with 1, as if it were the result.
        depth: how far from the result the walk goes; 0 for all the way.
        nodes: how many nodes pass on, the result first; 0 for all.
    """

    slopes: Mapping[Key, Slope] = field(default_factory=dict)
    forgets: frozenset[Key] = frozenset()
    overwrites: frozenset[Key] = frozenset()
    once: Mapping[str, int] = field(default_factory=dict)
    misplaced: frozenset[str] = frozenset()
    unlinked: frozenset[Key] = frozenset()
    order: str = TOPOLOGICAL
    doubled: bool = False
    seed: float | None = 1.0
    begins: float = 0.0
    zeroes: str = ""
    by_value: str = ""
    keeps: str = ""
    depth: int = 0
    nodes: int = 0
    apart: bool = False
    restarts: bool = False

    def choices(self, graph: Graph) -> Iterator[tuple[int, ...]]:
        """Yield what is left open: orders of nodes, subsets, or which input comes first."""
        nodes = graph.reached
        if self.leaves_open(graph):
            return
        if self.order == ANY_ORDER:
            leaves = range(len(graph.leaves)) if self.apart else ()
            yield from permutations([*leaves, *nodes])
        elif self.keeps_last:
            # Which term is the last one, that is kept, depends on which topological order it is.
            yield from graph.backward_orders()
        elif self.misplaced:
            yield from graph.backward_orders(leaves=True)
        elif self.apart:
            yield ()
        elif self.order == SUBSET:
            yield from (
                tuple(n for n, kept in zip(nodes, mask, strict=True) if kept)
                for mask in product((False, True), repeat=len(nodes))
            )
        elif self.order in FLIPPED or self.by_value or self.depth or self.nodes or self.unlinked:
            open_nodes = self.open_nodes(graph)
            for mask in product((False, True), repeat=len(open_nodes)):
                yield tuple(n for n, flip in zip(open_nodes, mask, strict=True) if flip)
        else:
            yield ()

    def leaves_open(self, graph: Graph) -> bool:
        """Return whether a graph allows too many orders to try, so that it says nothing."""
        large = len(graph.steps) > MOST_FREE
        if self.order in (ANY_ORDER, SUBSET):
            all_nodes = self.apart and len(graph.leaves) + len(graph.steps) > MOST_FREE
            return large or all_nodes or len(graph.passes) > 1
        if self.keeps_last:
            return large
        if self.misplaced:
            return len(graph.leaves) + len(graph.steps) > MOST_FREE
        if self.apart:
            return False
        if self.order in FLIPPED or self.by_value or self.depth or self.nodes or self.unlinked:
            return len(self.open_nodes(graph)) > MOST_FREE
        return False

    @property
    def keeps_last(self) -> bool:
        """Whether the order among nodes that do not depend on each other decides what is kept."""
        other_walk = (
            self.by_value
            or self.depth
            or self.nodes
            or self.keeps
            or self.misplaced
            or self.unlinked
        )
        return bool(self.overwrites) and self.order == TOPOLOGICAL and not other_walk

    def open_nodes(self, graph: Graph) -> list[int]:
        """Return the nodes of which it matters which input comes first: both lead further."""
        all_matter = self.by_value or self.nodes or self.order == FIRST_INPUT
        least = 0 if all_matter else len(graph.leaves)
        return [
            n
            for n in graph.reached
            if len({x for x in graph.operands(n) if isinstance(x, int) and x >= least}) > 1
        ]

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
                    x = self.same(x)
                    wrong = model.slopes.get((row, k))
                    value = wrong(a, b, out) if wrong else slope(a, b, 0.0, out)
                    edges.append((x, value, (row, k)))
            if row in model.once and len(edges) == 2 and edges[0][0] == edges[1][0]:
                edges = [edges[model.once[row]]]
            self.edges[len(self.data)] = edges
            self.data.append(out)
        self.edges = {k: edges for k, edges in self.edges.items() if self.same(k) == k}
        self.steps: dict[int, tuple[int, list[tuple[int, float, Key]]]] = {}
        self.made = len(graph.leaves)
        self.grads = [0.0] * len(self.data)
        self.kept: list[int] = []
        self.terms: dict[int, float] = {}
        self.seen: set[int] = set()

    def gradients(self) -> list[float]:
        """Run all actions, and return the gradients."""
        for action in self.graph.passes:
            if action == ZERO:
                self.grads = [0.0] * len(self.grads)
            else:
                self.run(self.same(action))
        return [self.grads[self.same(k)] for k in range(len(self.grads))]

    def same(self, node: int) -> int:
        """Return the node that a node is taken for: the first with its number, or itself."""
        return self.data.index(self.data[node]) if self.model.by_value == "one" else node

    def run(self, root: int) -> None:
        """Run one backward pass."""
        model, order = self.model, self.model.order
        reached = {root} | {x for n in self.graph.below(root) for x, _, _ in self.edges.get(n, ())}
        for node in reached:
            is_leaf = node < len(self.graph.leaves)
            if model.zeroes == "all" or (model.zeroes == "leaves" and is_leaf):
                self.grads[node] = 0.0
            if model.begins:
                self.grads[node] = model.begins
        self.make(root)
        seed = self.data[root] if model.seed is None else model.seed
        if model.apart:
            return self.run_apart(root, seed)
        if order in (PUSH, PUSH_SUM, PUSH_ONCE):
            return self.push(root, seed)
        nodes = self.ordered(root)
        if seed:  # where nothing is set, nothing is
            self.grads[root] = seed
        for node in nodes:
            self.pass_on(node)
        return None

    def make(self, root: int) -> None:
        """Note the steps of the nodes up to `root`, each with the node whose gradient it takes."""
        for n in range(self.made, root + 1):
            row, operands = self.graph.steps[n - len(self.graph.leaves)]
            first = operands[0]
            owner = first if row in self.model.misplaced and isinstance(first, int) else n
            if n in self.edges:
                self.steps[owner] = (n, self.edges[n])
        self.made = max(self.made, root + 1)

    def ordered(self, root: int) -> list[int]:
        """Return the nodes in the order in which they pass on."""
        order = self.model.order
        whole = order == TOPOLOGICAL and not self.model.by_value
        if self.model.misplaced and whole:
            below = {x for n in self.graph.below(root) for x, _, _ in self.edges[n]} | {root}
            return [n for n in self.choice if n in below]
        if order == ANY_ORDER or (self.model.keeps_last and self.choice):
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
        if self.model.keeps == "tape":
            return [n for n in range(root, -1, -1) if n in self.edges]
        topo = self.kept if self.model.keeps == "order" else []
        seen: set[object] = self.seen if self.model.keeps == "visited" else set()  # type: ignore[assignment]
        self.visit(root, topo, seen, 0)
        return topo if order == REVERSED else topo[::-1][: self.model.nodes or None]

    def visit(self, node: int, topo: list[int], seen: set[object], depth: int) -> None:
        """Append a node to the order, after its inputs."""
        mark: object = node
        if self.model.by_value == "all" or (
            self.model.by_value == "results" and self.edges.get(node)
        ):
            mark = self.data[node]
        if self.model.depth and depth >= self.model.depth:
            return
        if self.model.order != TWICE or self.model.apart:
            if mark in seen:
                return
            seen.add(mark)
        for x in self.inputs(node):
            self.visit(x, topo, seen, depth + 1)
        topo.append(node)

    def inputs(self, node: int) -> list[int]:
        """Return the inputs of a node, the second first where that is chosen."""
        inputs = [x for x, _, key in self.edges.get(node, ()) if key not in self.model.unlinked]
        if not self.model.doubled:
            inputs = list(dict.fromkeys(inputs))
        return inputs[::-1] if node in self.choice else inputs

    def pass_on(self, node: int) -> None:
        """Add to the gradients of a node's inputs."""
        if self.model.restarts and not self.grads[node]:
            self.grads[node] = 1.0
        source, edges = self.steps.get(node, (node, []))
        for x, slope, key in edges:
            self.add(x, slope if key in self.model.forgets else slope * self.grads[source], key)

    def add(self, node: int, term: float, key: Key) -> None:
        """Add a term to a gradient, or replace it."""
        self.grads[node] = term if key in self.model.overwrites else self.grads[node] + term

    def run_apart(self, root: int, seed: float) -> None:
        """Run a pass that keeps its gradients apart, and adds each when it comes to the node."""
        order = self.model.order
        if self.model.keeps != "terms":
            self.terms = {}
        self.terms[root] = seed
        nodes = [root]
        if order != QUEUE:
            nodes = [n for n in self.ordered(root) if n in self.edges] or nodes
            nodes += [n for n in range(len(self.graph.leaves)) if n not in nodes]
        if order == ANY_ORDER:
            nodes = list(self.choice)
        times = {root: 1}
        for node in nodes:
            for _ in range(times.get(node, 0) if order == TWICE else 1):
                grad = self.terms.get(node, 0.0)
                self.grads[node] += grad
                for x, slope, key in self.edges.get(node, []):
                    before = 0.0 if key in self.model.overwrites else self.terms.get(x, 0.0)
                    self.terms[x] = before + slope * grad
                    times[x] = times.get(x, 0) + 1
                    if order == QUEUE:
                        nodes.append(x)

    def push(self, root: int, seed: float) -> None:
        """Hand a gradient down every path.

        PUSH_SUM hands down all that has arrived so far, PUSH_ONCE only what arrives first.
        """
        begun = set()
        waiting: list[tuple[int, float, Key]] = [(root, seed, ("", 0))]
        while waiting:
            node, grad, key = waiting.pop()
            self.add(node, grad, key)
            if self.model.order == PUSH_ONCE and node in begun:
                continue
            begun.add(node)
            down = self.grads[node] if self.model.order == PUSH_SUM else grad
            for x, slope, edge in reversed(self.edges.get(node, [])):
                waiting.append((x, slope if edge in self.model.forgets else slope * down, edge))
