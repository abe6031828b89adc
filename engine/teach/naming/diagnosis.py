"""Names what is wrong, from numbers alone: first each operation, then what they do together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isnan

from engine.ops import OPS
from engine.teach import faults
from engine.teach.naming.hypotheses import (
    GENERAL,
    Hypothesis,
    combined,
    explanation,
    fits,
    of_operation,
    of_pass,
    spared,
)
from engine.teach.naming.model import ANY_ORDER, LAST, REVERSED, SUBSET, Model, Slope
from engine.teach.naming.recipes import variants
from engine.teach.naming.slopes import wrong_slopes
from engine.teach.trial import battery
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph

BUILT_FROM = {"neg": ("mul",), "sub": ("add", "mul", "neg"), "div": ("mul", "pow")}
LOOSE = 3e-3  # for operations of which there are several formulas


@dataclass(frozen=True, slots=True)
class Named:
    """A fault by name, where it is, and the smallest graph that shows it.

    Attributes:
        fault: its name.
        row: the operation that it is in, or "".
        graph: the graph, or None.
        operand: the number of the operand, or None.
    """

    fault: str
    row: str = ""
    graph: Graph | None = None
    operand: int | None = None


class Diagnosis:
    """What is known of a student's engine so far.

    Attributes:
        evidence: what was seen.
        rows: the operations that ran and whose results are right.
        named: the faults, in the order in which they were found.
        model: an engine with the faults that are known.
        core: the operations that the backward pass is tried with.
    """

    def __init__(
        self, evidence: Evidence, rows: list[str], late: Callable[[], bool], *, recursive: bool
    ) -> None:
        self.evidence = evidence
        self.rows = rows
        self.named: list[Named] = []
        self.model = Model()
        self.core: tuple[str, ...] = ()
        self._late = late
        self._recursive = recursive  # backward() calls backward()
        self._slopes: dict[str, list[Named]] = {}  # those of operations alone
        self._unknown: set[str] = set()  # operations whose slopes the numbers do not show
        self._explained = True
        self._begins = 0.0  # the gradient with which all nodes seem to begin

    # ---- each operation alone ----

    def of_single_operations(self) -> None:
        """Find the seed, and the slopes of each operation alone."""
        if not self._find_start():
            return
        for row in self.rows:
            self._find_slopes(row)
        if self._begins:  # then slopes seem wrong; the pass will tell
            self._unknown.clear()
        else:
            self._tell_what_all_have()
        usable = [row for row in battery.BINARY if row in self.rows and row not in self._unknown]
        both = usable[:2] == ["add", "mul"]
        self.core = ("add", "mul") if both else tuple(usable[:1])
        if not self.core:
            self.named += [found for group in self._slopes.values() for found in group]
            self._explained = False

    def _tell_what_all_have(self) -> None:
        """Name a fault once that all operations have: it is in the pass, not in each of them."""
        named = [found for group in self._slopes.values() for found in group]
        alike = len({found.fault for found in named}) == 1
        if alike and len(self._slopes) == len(self.rows) > 2:
            self.named.append(replace(named[0], row="", operand=None))
            self._slopes = {}

    def _alone(self, row: str) -> list[Graph]:
        return [g for g in battery.alone(row) if self.evidence.ran(g)]

    def _find_start(self) -> bool:
        """Find with which gradient a pass begins; return whether anything arrives at all."""
        graphs = [g for row in self.rows for g in self._alone(row)[:3]]
        roots = [self.evidence.value(g)["grads"][-1] for g in graphs]
        leaves = [self.evidence.leaves(g) for g in graphs]
        if not graphs or all(self.evidence.grads_right(g) for g in graphs):
            return bool(graphs)
        if all(not grad for grads in leaves for grad in grads):
            # Where a second pass brings something, the first has set the gradient at its end.
            late = any(
                self.evidence.leaves(battery.again(row))[:1] not in ([], [0.0]) for row in self.rows
            )
            nothing = late or all(not root for root in roots)
            fault = faults.SEED_NOT_SET if nothing else faults.MISSING_GRADIENT
            self.named.append(Named(fault, graph=graphs[0]))
            self._explained = False
            return False
        twice = [self.evidence.leaves(battery.again(row)) for row in self.rows]
        if all(grad == 1.0 for grads in leaves + twice for grad in grads):
            # Each node begins with 1, as if it were the result.
            wrong = next(g for g in graphs if not self.evidence.grads_right(g))
            self.named.append(Named(faults.WRONG_SEED, graph=wrong))
            self._explained = False
            return False
        if any(root is None for root in roots):
            return True
        first = next(g for g in graphs if not self.evidence.grads_right(g))
        if all(grad == 1.0 for grads in leaves for grad in grads) and all(
            self.evidence.leaves(battery.again(row))[:1] in ([], [1.0]) for row in self.rows
        ):
            self.named.append(Named(faults.WRONG_SEED, graph=first))  # everywhere, at each visit
            self._explained = False
            return False
        same = len({*roots}) == 1 and roots[0] not in (0.0, 1.0)
        seeds: list[float | None] = [roots[0]] if same else []
        if all(
            self.evidence.close(r, g.right.data[-1]) for r, g in zip(roots, graphs, strict=True)
        ):
            seeds.append(None)
        for seed in seeds:
            model = replace(self.model, seed=seed)
            if self._mostly_fits(model, graphs):
                self.model = model
                self.named.append(Named(faults.WRONG_SEED, graph=first))
                return True
        offset = (leaves[0][0] or 0.0) - (graphs[0].right.grads[0] or 0.0)
        if offset and self._mostly_fits(Model(begins=offset), graphs):
            self._begins = offset
        return True

    def _mostly_fits(self, model: Model, graphs: list[Graph]) -> bool:
        """Return whether a model explains most graphs: one operation may be wrong besides."""
        return sum(fits(model, g, self.evidence) for g in graphs) > len(graphs) / 2

    def _find_slopes(self, row: str) -> None:
        """Note the wrong slopes of one operation."""
        graphs = self._alone(row)
        if not graphs or (row == "leaky_relu" and self._leaks_as_it_should(graphs)):
            return
        loose = looseness(self.evidence, row)
        wrong = wrong_slopes(self.evidence, row, graphs, self.model.seed, loose)
        exponents = [g for g in battery.of_values(row) if self.evidence.ran(g)]
        if exponents and all(self.evidence.data_right(g) for g in exponents):
            both = wrong_slopes(self.evidence, row, exponents, self.model.seed)
            wrong |= {key: found for key, found in both.items() if key not in wrong}
            graphs = graphs + exponents
        slopes: dict[tuple[str, int], Slope] = {}
        for (_, operand), (name, slope) in wrong.items():
            graph = next(
                g
                for g in graphs
                if operand < len(g.leaves)
                and not self.evidence.close(
                    self.evidence.leaves(g)[operand], g.right.grads[operand], loose
                )
            )
            self._slopes.setdefault(row, []).append(Named(name, row, graph, operand))
            if slope is None:
                self._unknown.add(row)
            else:
                slopes[row, operand] = slope
        self.model = replace(self.model, slopes={**self.model.slopes, **slopes})

    def _leaks_as_it_should(self, graphs: list[Graph]) -> bool:
        """Return whether a leaky ReLU with a factor of its own has that as its slope."""
        ratios = [self.evidence.value(g)["data"][-1] / g.leaves[0] for g in graphs]
        return self.model.seed == 1.0 and all(
            self.evidence.close(self.evidence.leaves(g)[0], ratio)
            for g, ratio in zip(graphs, ratios, strict=True)
        )

    # ---- operations together ----

    def of_the_pass(self, graphs: list[Graph]) -> None:
        """Find what is wrong with the backward pass, from graphs of the core."""
        seen = [g for g in graphs if self.evidence.ran(g)]
        if self._begins:
            everywhere = Model(begins=self._begins)
            if all(fits(everywhere, g, self.evidence) for g in seen):
                self.named.append(Named(faults.WRONG_SEED, graph=seen[0]))
                self._slopes, self.model = {}, everywhere
                return
            self._tell_what_all_have()
        for row in self.core:
            self.named += self._slopes.pop(row, [])
        candidates = of_pass(self.rows, recursive=self._recursive)
        for row in self.core:
            candidates[-GENERAL:-GENERAL] = of_operation(row)
        found = explanation(seen, self.evidence, self.model, candidates, late=self._late)
        if found is None:
            wrong = [g for g in seen if not self.evidence.grads_right(g)]
            if wrong and not self.named:
                self.named.append(Named(faults.WRONG_GRADIENT, graph=wrong[0]))
            self._explained = False
            return
        found = tuple(self._told_apart(part, seen) for part in found)
        for part in found:
            if part.fault:
                self.named.append(self._shown(part, seen))
        self.model = combined(self.model, found) or self.model

    def _told_apart(self, part: Hypothesis, graphs: list[Graph]) -> Hypothesis:
        """Return one of two faults whose numbers are the same, but for an infinite slope.

        A node that passes on before anything has arrived passes on 0 × inf, which is nan.
        """
        tried = [self.evidence.leaves(g)[0] for g in battery.INFINITE if self.evidence.ran(g)]
        early = any(x is not None and isnan(x) for x in tried)
        order = part.changes.get("order")
        if order == LAST and early:
            return Hypothesis(faults.REVERSED_ORDER, changes={"order": REVERSED})
        if order == ANY_ORDER and tried and not early:
            model = combined(self.model, [replace(part, changes={"order": SUBSET})])
            if model and all(fits(model, g, self.evidence) for g in graphs):
                return Hypothesis(faults.STOPS_EARLY, changes={"order": SUBSET})
        return part

    def _shown(self, part: Hypothesis, graphs: list[Graph]) -> Named:
        """Return a fault with the smallest graph that shows it."""
        alone = combined(self.model, [part])
        keys = [
            key
            for name in ("overwrites", "forgets", "unlinked")
            for key in part.changes.get(name, ())
        ]
        operand = keys[0][1] if len(keys) == 1 else None
        for graph in sorted(graphs, key=lambda g: (len(g.passes), len(g.steps), len(g.leaves))):
            if (
                alone
                and not self.evidence.grads_right(graph)
                and not fits(self.model, graph, self.evidence)
            ):
                if part.operation and part.operation not in graph.operations:
                    continue
                if any(
                    not self.evidence.all_close(
                        alone.gradients(graph, choice)[: len(graph.leaves)],
                        self.model.gradients(graph)[: len(graph.leaves)],
                    )
                    for choice in alone.choices(graph)
                ):
                    return Named(part.fault, part.operation, graph, operand)
        wrong = [g for g in graphs if not self.evidence.grads_right(g)]
        return Named(part.fault, part.operation, wrong[0] if wrong else None, operand)

    def of_other_operations(self, together: Callable[[str], list[Graph]]) -> None:
        """Find what is wrong with the operations outside the core, alone and together."""
        last = [row for row in ("sub", "div") if row in self.rows]  # they may be built from others
        for row in [*(row for row in self.rows if row not in last), *last]:
            if row in self.core or self._unknown & {*BUILT_FROM.get(row, ())}:
                continue
            if not self._explained and {*BUILT_FROM.get(row, ())} & {n.row for n in self.named}:
                continue  # it may be built from what is wrong
            alone = self._alone(row)
            right = spared(self.model, row)
            shown = alone + [named.graph for named in self._slopes.get(row, []) if named.graph]
            if row in self._slopes and self._explained and self._all_fit(right, shown):
                self._slopes.pop(row)  # it is the pass that makes it seem wrong
                self.model = right
            if row in self._slopes and not self._built_from_others(alone, row):
                self.named += self._slopes[row]
                continue
            if row in self._unknown or not self._explained:
                continue
            graphs = [g for g in together(row) if self.evidence.ran(g)]
            if self._built_from_others(graphs):
                continue
            if self._all_fit(right, graphs):
                self.model = right
                continue
            causes = list(of_operation(row))
            found = explanation(graphs, self.evidence, self.model, causes, 1, self._late)
            found = found or explanation(graphs, self.evidence, right, causes, 1, self._late)
            if found:
                told = {named.fault for named in self.named if not named.row}
                self.named += [
                    self._shown(part, graphs) for part in found if part.fault not in told
                ]
                self.model = combined(right, found) or self.model
            else:
                wrong = [g for g in graphs if not self.evidence.grads_right(g)]
                # The pass is known: with one operand it is the slope that depends on something.
                one = len(OPS[row].slopes) == 1
                fault = faults.WRONG_SLOPE if one else faults.WRONG_GRADIENT
                if wrong:
                    self.named.append(Named(fault, row, wrong[0]))

    def _all_fit(self, model: Model, graphs: list[Graph]) -> bool:
        """Return whether a model explains graphs."""
        return all(fits(model, g, self.evidence) for g in graphs)

    def _built_from_others(self, graphs: list[Graph], without: str = "") -> bool:
        """Return whether what is known explains some graphs; not of one operation itself."""
        if not self._explained:
            return False
        return all(
            any(
                fits(self.model, variant, self.evidence, g)
                for variant in variants(g)
                if without not in variant.operations
                and (variant is g or not self.model.leaves_open(variant))
            )
            for g in graphs
        )

    def explains(self, graph: Graph) -> bool:
        """Return whether the gradients of a graph are right, or wrong for a known reason."""
        used = graph.operations | {
            base for row in graph.operations for base in BUILT_FROM.get(row, ())
        }
        if not self._explained or used & self._unknown:
            return True  # it may be
        return self.evidence.grads_right(graph) or self._built_from_others([graph])


def looseness(evidence: Evidence, row: str) -> float:
    """Return how far off an operation may be: more where its formula is another usual one."""
    graphs = [g for g in battery.alone(row) if evidence.ran(g)] if row in battery.LOOSE else []
    return 0.0 if all(evidence.data_right(g) for g in graphs) else LOOSE


def symbol(row: str) -> str:
    """Return an operation as students write it: its sign or its name."""
    return OPS[row].infix or row
