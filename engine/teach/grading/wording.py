"""Puts a fault into sentences: what was expected, what came, in which line, and three hints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from engine.ops import OPS
from engine.teach import faults
from engine.teach.faults import FAULTS
from engine.teach.finding import Finding
from engine.teach.grading.pictures import picture_of
from engine.teach.isolate.observation import Failure
from engine.teach.naming.diagnosis import Named, symbol
from engine.teach.trial import battery
from engine.teach.trial.evidence import Evidence
from engine.teach.trial.graphs import Graph, Numbers, letter
from engine.words.numbers import number_text

Lines = dict[str, dict[str, list[list[Any]]]]  # by method, and by what they do
SEED = re.compile(r"\.grad = 1(\.0*)?$")
IN_THE_PASS = (
    faults.SEED_NOT_SET,
    faults.WRONG_SEED,
    faults.STOPS_EARLY,
    faults.NO_ORDER,
    faults.REVERSED_ORDER,
    faults.NAIVE_RECURSION,
    faults.VISITS_TWICE,
    faults.VISITED_BY_VALUE,
    faults.REMEMBERS_PASSES,
    faults.ZEROES_LEAVES,
)


BRANCHES = 4  # lines that assign to gradients
NOT_OF_GRADIENTS = (faults.WRONG_RESULT, faults.CHANGES_DATA)


@dataclass(frozen=True, slots=True)
class Context:
    """What findings are worded with.

    Attributes:
        evidence: what was seen.
        lines: where the student's methods are.
    """

    evidence: Evidence
    lines: Lines


def finding_of(named: Named, context: Context) -> Finding:
    """Return the finding of a fault that numbers show."""
    graph = named.graph
    seen = seen_numbers(graph, context.evidence) if graph else None
    expected, got = difference(graph, context.evidence) if graph else ("", "")
    where = method_of(named, context.lines)
    texts = terms(named.row, named.operand, graph, where)
    sentence = FAULTS[named.fault].meaning.format(**texts)
    message = upper(sentence)
    if graph:
        message += (
            f" In {shown(graph)}{numbers(graph)}, {got} comes out, where {expected} is right."
        )
    return Finding(
        named.fault,
        message,
        symbol(named.row) if named.row else None,
        str(graph) if graph else "",
        expected,
        got,
        line_of(named, where, context.lines),
        picture_of(graph, seen) if graph and seen else "",
        tuple(upper(hint.format(**texts)) for hint in FAULTS[named.fault].hints),
    )


def failure_of(
    fault: str, row: str, graph: Graph | None, failure: Failure | None, *, problem: str = "",
    method: str = "", text: str = "",
) -> Finding:  # fmt: skip
    """Return the finding of what did not get as far as a number."""
    error = str(failure) if failure and (failure.error or failure.message) else problem
    where = method or (battery.method(row) if row else "")
    texts = terms(row, None, graph, where) | {"error": error}
    shown_graph = text or (shown(graph) if graph else "")
    texts["graph"] = shown_graph or "the class"
    message = upper(FAULTS[fault].meaning.format(**texts))
    if error:
        message += f" {upper(error.rstrip('.: '))}."
    return Finding(
        fault,
        message,
        symbol(row) if row else None,
        shown_graph,
        "",
        error,
        failure.line if failure else None,
        "",
        tuple(upper(hint.format(**texts)) for hint in FAULTS[fault].hints),
    )


def terms(row: str, operand: int | None, graph: Graph | None, where: str) -> dict[str, str]:
    """Return what the texts of a fault are filled with."""
    slopes = OPS[row].slopes if row else ()
    which = (
        ("the first operand", "the second operand")[operand or 0]
        if len(slopes) > 1
        else "its operand"
    )
    return {
        "op": symbol(row) if row else "each operation",
        "method": "backward()" if where == "backward" else where or "the methods",
        "operand": which if row else "its operands",
        "forward": OPS[row].forward if row else "",
        "slope": slopes[operand or 0] if slopes else "the local derivative",
        "graph": shown(graph) if graph else "the graph",
        "error": "",
    }


def method_of(named: Named, lines: Lines) -> str:
    """Return the method that a fault is in.

    Where backward() has a branch for each operation, gradients are wrong there.
    """
    if named.fault in IN_THE_PASS or (named.fault == faults.WRONG_GRADIENT and not named.row):
        return "backward"
    if not named.row:
        return ""
    if named.fault in (faults.MISSING_REFLECTED, faults.WRONG_REFLECTED):
        return battery.reflected(named.row)
    method = battery.method(named.row)
    branches = method in lines and not lines[method]["+="] and not lines[method]["="]
    if branches and named.fault not in NOT_OF_GRADIENTS and "backward" in lines:
        found = lines["backward"]
        return "backward" if len(found["+="]) + len(found["="]) >= BRANCHES else method
    return method


def line_of(named: Named, method: str, lines: Lines) -> tuple[int, str] | None:
    """Return the student's line that a fault is in, as far as it can be known."""
    found = lines.get(method)
    if not method and named.fault == faults.OVERWRITES:
        # Of the pass as a whole: the first method that assigns with =.
        candidates = [
            line
            for m in lines
            if m != "__init__"
            for line in lines[m]["="]
            if not SEED.search(line[1])
            and not (m == "backward" and line[1].startswith("self.grad = "))
        ]
        return (candidates[0][0], candidates[0][1]) if candidates else None
    if not found:
        return None
    own = sorted([*found["="], *found["+="]])
    chosen = found["def"][0]
    if named.fault == faults.CHANGES_DATA and found["data"]:
        chosen = found["data"][0]
    elif method != "backward" and own and named.fault not in NOT_OF_GRADIENTS:
        if named.fault == faults.OVERWRITES and found["="]:
            own = found["="]
        k = named.operand or 0
        if len(own) > k:
            chosen = own[k]
    elif (
        method == "backward"
        and named.fault in (faults.SEED_NOT_SET, faults.WRONG_SEED)
        and found["="]
    ):
        chosen = found["="][0]
    return (chosen[0], chosen[1])


def difference(graph: Graph, evidence: Evidence) -> tuple[str, str]:
    """Return the first number that is wrong: what is right, and what came."""
    value, right = evidence.value(graph), graph.right
    if not value:
        return "", ""
    if not evidence.data_right(graph):
        for k, number in enumerate(right.data):
            if not evidence.close(value["data"][k], number):
                return both(graph, k, "data", number, value["data"][k])
    if changed := evidence.changed(graph):
        k = changed[0]
        return both(graph, k, "data", right.data[k], value["after"][k])
    for k, (got, wanted) in enumerate(zip(value["grads"], right.grads, strict=True)):
        if not evidence.close(got, wanted) and (k < len(graph.leaves) or got):
            return both(graph, k, "grad", wanted, got)
    return "", ""


def both(
    graph: Graph, node: int, what: str, right: float | None, got: float | None
) -> tuple[str, str]:
    """Return the right number of a node and another, with as many digits as tell them apart."""
    texts = told(graph, node, what, right), told(graph, node, what, got)
    if texts[0] == texts[1]:
        texts = told(graph, node, what, right, 13), told(graph, node, what, got, 13)
    return texts


def told(graph: Graph, node: int, what: str, number: float | None, digits: int = 6) -> str:
    """Return a number of a node as an equation."""
    name = graph.name(node) or (
        "the result's" if node == graph.root else f"({graph.expression(node)})"
    )
    dot = " " if name.endswith("'s") else "."
    return f"{name}{dot}{what} = {'None' if number is None else number_text(number, digits=digits)}"


def seen_numbers(graph: Graph, evidence: Evidence) -> Numbers | None:
    """Return the student's numbers of a graph; None if a node has none."""
    value = evidence.value(graph)
    if not value or None in value["after"]:
        return None
    return Numbers(tuple(value["after"]), tuple(value["grads"]))


def numbers(graph: Graph) -> str:
    """Return the numbers of the leaves, such as " with a = 3 and b = −5"."""
    parts = [f"{letter(k)} = {number_text(float(x))}" for k, x in enumerate(graph.leaves)]
    return f" with {listed(tuple(parts))}"


def shown(graph: Graph) -> str:
    """Return a graph as code."""
    return f"`{graph}`"


def listed(words: tuple[str, ...]) -> str:
    """Return words with commas and an "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def upper(text: str) -> str:
    """Return a sentence with a capital at its beginning, unless that is code."""
    is_code = text.partition(" ")[0] in OPS or re.match(r"\w*[^\w\s]\S*|\w+\(", text)
    return text if is_code else text[:1].upper() + text[1:]
