"""The faults of a backward pass as models, and the fewest of them that explain what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from engine.ops import OPS
from engine.teach import faults
from engine.teach.naming.model import (
    ANY_ORDER,
    FIRST_INPUT,
    LAST,
    PUSH,
    PUSH_ONCE,
    PUSH_SUM,
    QUEUE,
    SUBSET,
    TWICE,
    Model,
)
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph

GENERAL = 3


@dataclass(frozen=True)
class Hypothesis:
    """A fault, and how an engine with it differs from a right one.

    Attributes:
        fault: its name; "" for another way to be right.
        operation: the row that it is in, or "" for the whole pass.
        changes: the fields of a Model that differ.
    """

    fault: str
    operation: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


def of_pass(rows: Iterable[str], *, recursive: bool) -> list[Hypothesis]:
    """Return the faults of the whole pass, the likelier first; the last GENERAL ones fit much.

    Args:
        rows: the operations there are.
        recursive: backward() calls backward(); a walk that lists nodes twice has the same numbers.
    """
    rows = list(rows)
    twice = faults.NAIVE_RECURSION if recursive else faults.VISITS_TWICE
    keys = frozenset((row, k) for row in rows for k in range(len(OPS[row].slopes)))
    once = [{row: kept for row in rows if len(OPS[row].slopes) == 2} for kept in (0, 1)]
    found = [
        Hypothesis(faults.OVERWRITES, changes={"overwrites": keys}),
        Hypothesis(faults.CHAIN_RULE_FORGOTTEN, changes={"forgets": keys}),
        Hypothesis(faults.STOPS_EARLY, changes={"order": LAST}),
        *(Hypothesis(faults.SAME_OPERAND_TWICE, changes={"once": which}) for which in once),
        Hypothesis(faults.ZEROES_LEAVES, changes={"zeroes": "all"}),
        Hypothesis(faults.ZEROES_LEAVES, changes={"zeroes": "leaves"}),
        Hypothesis(faults.REMEMBERS_PASSES, changes={"keeps": "order"}),
        Hypothesis(faults.REMEMBERS_PASSES, changes={"keeps": "visited"}),
        Hypothesis(faults.REMEMBERS_PASSES, changes={"keeps": "tape"}),
        Hypothesis(faults.REMEMBERS_PASSES, changes={"apart": True, "keeps": "terms"}),
        Hypothesis(faults.VISITED_BY_VALUE, changes={"by_value": "all"}),
        Hypothesis(faults.VISITED_BY_VALUE, changes={"by_value": "results"}),
        Hypothesis(faults.VISITED_BY_VALUE, changes={"by_value": "one"}),
        Hypothesis("", changes={"order": PUSH}),
    ]
    for fault, order in (
        (twice, TWICE),
        (faults.NAIVE_RECURSION, QUEUE),
        (faults.NAIVE_RECURSION, PUSH_SUM),
    ):
        for doubled in (False, True):
            found.append(Hypothesis(fault, changes={"order": order, "doubled": doubled}))
    restarted = {"order": TWICE, "doubled": True, "restarts": True}
    found.append(Hypothesis(twice, changes=restarted))
    found.append(Hypothesis(faults.OVERWRITES, changes={"apart": True, "overwrites": keys}))
    found += [
        Hypothesis(twice, changes={"apart": True, "order": order}) for order in (TWICE, QUEUE)
    ]
    found.append(Hypothesis(faults.NO_ORDER, changes={"order": PUSH_ONCE}))
    found.append(Hypothesis(faults.STOPS_EARLY, changes={"order": FIRST_INPUT}))
    found += [Hypothesis(faults.STOPS_EARLY, changes={"depth": n}) for n in range(2, 7)]
    found.append(Hypothesis(faults.STOPS_EARLY, changes={"nodes": 2}))
    found.append(Hypothesis(faults.NO_ORDER, changes={"apart": True, "order": ANY_ORDER}))
    found.append(Hypothesis(faults.NO_ORDER, changes={"order": ANY_ORDER}))
    found.append(Hypothesis(faults.STOPS_EARLY, changes={"order": SUBSET}))
    return found


def of_operation(row: str) -> Iterator[Hypothesis]:
    """Yield the faults of one operation that show only together with others."""
    operands = range(len(OPS[row].slopes))
    both = frozenset((row, k) for k in operands)
    for keys in dict.fromkeys([both, *(frozenset([(row, k)]) for k in operands)]):
        yield Hypothesis(faults.OVERWRITES, row, {"overwrites": keys})
        yield Hypothesis(faults.CHAIN_RULE_FORGOTTEN, row, {"forgets": keys})
    for keys in dict.fromkeys([both, *(frozenset([(row, k)]) for k in operands)]):
        yield Hypothesis(faults.MISSING_GRADIENT, row, {"unlinked": keys})
    yield Hypothesis(faults.STEP_MISPLACED, row, {"misplaced": frozenset([row])})
    if len(operands) == 2:
        for kept in operands:
            yield Hypothesis(faults.SAME_OPERAND_TWICE, row, {"once": {row: kept}})


def spared(model: Model, row: str) -> Model:
    """Return a model in which an operation is right, whatever is wrong with the others."""
    return replace(
        model,
        slopes={key: slope for key, slope in model.slopes.items() if key[0] != row},
        once={name: kept for name, kept in model.once.items() if name != row},
        overwrites=frozenset(key for key in model.overwrites if key[0] != row),
        forgets=frozenset(key for key in model.forgets if key[0] != row),
    )


def combined(model: Model, parts: Iterable[Hypothesis]) -> Model | None:
    """Return a model with several faults, or None if they exclude each other."""
    changes: dict[str, Any] = {}
    for part in parts:
        for name, value in part.changes.items():
            if name in changes and not isinstance(value, (frozenset, dict)):
                return None
            before = changes.get(name, getattr(model, name))
            changes[name] = before | value if isinstance(value, (frozenset, dict)) else value
    return replace(model, **changes)


def fits(model: Model, graph: Graph, evidence: Evidence, seen: Graph | None = None) -> bool:
    """Return whether a model gives the gradients that were seen.

    Args:
        model: the model.
        graph: what it computes.
        evidence: what was seen.
        seen: the graph that was seen, if that is another, built from other operations.
    """
    got = evidence.leaves(seen or graph)
    n = len(graph.leaves)
    if model.leaves_open(graph):
        return True
    return any(
        evidence.all_close(got, model.gradients(graph, choice)[:n])
        for choice in model.choices(graph)
    )


def explanation(
    graphs: list[Graph],
    evidence: Evidence,
    model: Model,
    candidates: list[Hypothesis],
    most: int = 2,
    late: Callable[[], bool] = lambda: False,
) -> tuple[Hypothesis, ...] | None:
    """Return the fewest faults that explain all graphs; None if no few do, or time is up."""
    # The graphs that a right engine would not have come first: most candidates fail there.
    order = sorted(graphs, key=lambda g: (evidence.grads_right(g), len(g.steps)))
    wrong = [g for g in order if not evidence.grads_right(g)]
    for n in range(most + 1):
        for parts in combinations(candidates, n):
            if n and late():
                return None
            changed = combined(model, parts)
            if changed is None or (wrong and all(map(changed.leaves_open, wrong))):
                continue  # it would explain nothing
            if all(fits(changed, g, evidence) for g in order):
                return parts
    return None
