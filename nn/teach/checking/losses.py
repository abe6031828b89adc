"""Checks a loss that a student has written, by its numbers and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import engine
import nn.losses
from engine import Value, teach
from nn.teach.checking import probes
from nn.teach.checking.grade import Grade, close, written

RUBRIC = {"value": 5.0, "gradients": 5.0}
N_SAMPLES = 4
# What the name of a loss contains, the loss, and its formula.
KINDS = {
    "hinge": (("hinge", "margin"), "mean of max(0, 1 − y · score), y is −1 or 1"),
    "binary_cross_entropy": (
        ("binary", "bce", "logistic"),
        "mean of log(1 + exp(score)) − y · score, y is 0 or 1",
    ),
    "cross_entropy": (
        ("cross", "nll", "softmax"),
        "mean of log(Σ exp(scores)) − scores[y], y is the number of a class",
    ),
    "mean_squared_error": (("mse", "square", "mean"), "mean of (prediction − target)²"),
}

Loss = Callable[[list[Any], list[Any]], Value]


def likelihood(p: Value, t: float) -> Value:
    """Return the loss of a probability."""
    return -(t * engine.log(p) + (1 - t) * engine.log(1 - p))


# What else a loss could be.
OTHERS: dict[str, dict[str, Callable[[Any, Any], Value]]] = {
    "mean_squared_error": {"not squared": lambda p, t: p - t},
    "hinge": {
        "no margin": lambda p, t: engine.relu(-t * p),
        "not clipped": lambda p, t: 1 - t * p,
    },
    "binary_cross_entropy": {"takes probabilities": likelihood},
    "cross_entropy": {"no softmax": lambda row, t: -row[t]},
}


def kind_of(name: str) -> str | None:
    """Return the loss that a name means."""
    words = name.lower()
    return next(
        (kind for kind, (parts, _) in KINDS.items() if any(p in words for p in parts)), None
    )


def total_of(of_one: Callable[[Any, Any], Value], *, divided: bool) -> Loss:
    """Return the sum or the mean of what a function makes of each prediction and target."""

    def loss(predictions: list[Any], targets: list[Any]) -> Value:
        terms = [of_one(p, t) for p, t in zip(predictions, targets, strict=True)]
        return sum(terms, start=Value(0.0)) * (1 / len(terms) if divided else 1.0)

    return loss


def losses_like(kind: str) -> Iterator[tuple[str, Loss]]:
    """Yield the right loss, and wrong ones by the names of their faults."""
    right: Loss = getattr(nn.losses, kind)
    yield "right", right
    yield "sum, not mean", lambda p, t: right(p, t) * len(p)
    for name, of_one in OTHERS[kind].items():
        yield name, total_of(of_one, divided=True)
        yield name, total_of(of_one, divided=False)
    yield "wrong sign of the loss", lambda p, t: -right(p, t)
    yield "another factor", lambda p, t: right(p, t) * 0.5
    yield "another factor", lambda p, t: right(p, t) * 2.0
    yield "another factor", lambda p, t: right(p, t) * (len(p) * 0.5)


def cases_of(kind: str) -> list[dict[str, Any]]:
    """Return predictions and targets to try; the last predictions can be probabilities."""
    rng = Random(17)
    cases = []
    for low, high in ((-4.0, 4.0), (-2.0, 2.0), (0.05, 0.95)):
        rows: Any = [rng.uniform(low, high) for _ in range(N_SAMPLES)]
        targets: Any = [rng.uniform(-2, 2) for _ in range(N_SAMPLES)]
        if kind == "hinge":
            targets = [1, -1, -1, 1]
            rows[0], rows[1] = 2.0, 0.5  # beyond the margin, where it costs nothing; and wrong
        elif kind == "binary_cross_entropy":
            targets = [1, 0, 0, 1]
        elif kind == "cross_entropy":
            rows = [[rng.uniform(low, high) for _ in range(3)] for _ in range(N_SAMPLES)]
            targets = [2, 0, 1, 2]
        cases.append({"predictions": rows, "targets": targets})
    return cases


def right_for(loss: Loss, case: dict[str, Any]) -> tuple[float, list[float]]:
    """Return a loss and its gradients."""
    rows = [
        [Value(x) for x in row] if isinstance(row, list) else Value(row)
        for row in case["predictions"]
    ]
    try:
        found = loss(rows, case["targets"])
    except engine.DomainError:  # a logit is no probability
        return math.nan, []
    found.backward()
    return found.data, [v.grad for r in rows for v in (r if isinstance(r, list) else [r])]


def check_loss(student: object, name: str, kind: str, seconds: float) -> teach.Report:
    """Check a loss.

    Args:
        student: a function of predictions and targets, or a file or text that has it.
        name: what it is called.
        kind: a key of KINDS.
        seconds: for all of it.
    """
    grade, cases = Grade(name, RUBRIC), cases_of(kind)
    seen = teach.observe(student, probes.loss, cases, name=name, seconds=seconds)
    found: list[Any] = [o.value for o in seen]
    where = (
        f"predictions {written(cases[0]['predictions'])} and targets {written(cases[0]['targets'])}"
    )
    texts = {"formula": KINDS[kind][1]}
    usable = [isinstance(f, dict) and "data" in f for f in found]
    fault = next(
        (n for n, loss in losses_like(kind) if agrees(loss, found, usable, cases, n)), None
    )
    if not usable[0] and fault is None:
        grade.failed("value", seen[0].error or teach.Failure("garbled"), where)
        return grade.report()
    right, _ = right_for(getattr(nn.losses, kind), cases[0])
    if fault == "right":
        grade.right("value")
    elif fault == "takes probabilities":
        grade.wrong("value", fault, graph=where, texts=texts)
    else:
        got = written(found[0]["data"])
        grade.wrong(
            "value",
            fault or "wrong loss",
            graph=where,
            expected=written(right),
            got=got,
            texts=texts,
        )
    of_gradients(grade, kind, fault, found, cases, where)
    return grade.report()


def agrees(
    loss: Loss, found: list[Any], usable: list[bool], cases: list[dict[str, Any]], name: str
) -> bool:
    """Return whether a loss gives all that a student's gave."""
    chosen = [k for k in range(len(cases)) if name != "takes probabilities" or k == 2]
    return all(
        usable[k] and close([found[k]["data"]], [right_for(loss, cases[k])[0]]) for k in chosen
    )


def of_gradients(
    grade: Grade,
    kind: str,
    fault: str | None,
    found: list[Any],
    cases: list[dict[str, Any]],
    where: str,
) -> None:
    """Judge gradients: they must be those of the loss that it is."""
    if fault is None:
        return
    matches = [
        loss for name, loss in losses_like(kind)
        if name == fault and close([found[2]["data"]], [right_for(loss, cases[2])[0]])
    ]  # fmt: skip
    k = 2 if fault == "takes probabilities" else 0
    if "grads" not in found[k]:
        grade.wrong("gradients", "no backward", graph=where, texts={"error": found[k].get("error")})
    elif any(close(found[k]["grads"], right_for(loss, cases[k])[1]) for loss in matches):
        grade.right("gradients")
    elif not any(found[k]["grads"]):
        grade.wrong("gradients", "gradient cut", graph=where)
    else:
        grade.wrong("gradients", "wrong gradient", graph=where)
