"""Checks an optimiser like SGD that a student has written, by where it moves parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import teach
from nn.teach.checking import probes
from nn.teach.checking.grade import Grade, close, written

RUBRIC = {"step": 5.0, "a second step": 2.0, "zero_grad": 3.0}
CASE: dict[str, Any] = {
    "data": [1.0, -2.0, 3.0],
    "rate": 0.1,
    "grads": [[0.5, -1.0, 0.0], [2.0, 0.25, -1.5]],
}
# Where a step could move a parameter with data p and gradient g, at a learning rate of r.
STEPS: dict[str, Callable[[float, float, float], float]] = {
    "right": lambda p, g, r: p - r * g,
    "nothing moves": lambda p, g, r: p,
    "uphill": lambda p, g, r: p + r * g,
    "learning rate ignored": lambda p, g, r: p - g,
    "only the sign": lambda p, g, r: p - r * ((g > 0) - (g < 0)),
    "data replaced": lambda p, g, r: -r * g,
    "wrong step": lambda p, g, r: p - r,
}


def check_optimiser(student: object, name: str, seconds: float) -> teach.Report:
    """Check an optimiser.

    Args:
        student: a class, made with a list of parameters and a learning rate; or a file or text.
        name: what it is called.
        seconds: for all of it.
    """
    grade = Grade(name, RUBRIC)
    (seen,) = teach.observe(student, probes.optimiser, [CASE], name=name, seconds=seconds)
    found: Any = seen.value
    data, (first, second), rate = CASE["data"], CASE["grads"], CASE["rate"]
    where = f"parameters {written(data)}, gradients {written(first)} and a learning rate of {rate}"
    if seen.error or not isinstance(found, dict):
        grade.failed("step", seen.error or teach.Failure("garbled"), where)
        return grade.report()
    moved = found["steps"][0]
    right = moves(STEPS["right"], data, first)
    fault = next(
        (n for n, step in STEPS.items() if close(moved, moves(step, data, first))), "wrong step"
    )
    if fault == "right":
        grade.right("step")
        if close(found["steps"][1], moves(STEPS["right"], moved, second)):
            grade.right("a second step")
        else:
            expected = written(moves(STEPS["right"], moved, second))
            grade.wrong(
                "a second step", "wrong step", expected=expected, got=written(found["steps"][1])
            )
    else:
        grade.wrong("step", fault, graph=where, expected=written(right), got=written(moved))
    of_zero_grad(grade, found)
    return grade.report()


def moves(step: Callable[[float, float, float], float], data: Any, grads: Any) -> list[float]:
    """Return where a step moves parameters."""
    return [step(p, g, CASE["rate"]) for p, g in zip(data, grads, strict=True)]


def of_zero_grad(grade: Grade, found: dict[str, Any]) -> None:
    """Judge what zero_grad does."""
    if "zeroed" not in found:
        grade.wrong("zero_grad", "no zero_grad")
    elif any(found["zeroed"]):
        grade.wrong(
            "zero_grad", "gradients not zeroed", expected="[0, 0, 0]", got=written(found["zeroed"])
        )
    elif found["after"] != found["steps"][-1]:
        grade.wrong("zero_grad", "zero_grad moves")
    else:
        grade.right("zero_grad")
