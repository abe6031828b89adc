"""What runs beside a student's code, in a process of its own: it uses what the student wrote.

Each probe returns plain numbers; what they should be is not known here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

import engine

RATE = re.compile("lr|learning_?rate|rate|step_?size|alpha|eta")
TARGETS = re.compile("true|target|label|^t$|^ts$")
PREDICTIONS = re.compile("pred|score|logit|out|hat|^p$|^ps$")


def start(student: Any, argument: Any) -> object:
    """Return how two networks that were made alike begin."""
    models = [made(student, argument["make"]) for _ in range(2)]
    parameters = [parameters_of(model) for model in models]
    again = parameters_of(models[0])
    return {
        "data": [[float(p.data) for p in each] for each in parameters],
        "same": len(again) == len(parameters[0])
        and all(p is q for p, q in zip(again, parameters[0], strict=True)),
        "distinct": len({id(p) for p in parameters[0]}),
        "shared": bool({id(p) for p in parameters[0]} & {id(p) for p in parameters[1]}),
    }


def forward(student: Any, argument: Any) -> object:
    """Return the outputs and gradients of a network with given parameters and inputs."""
    model = made(student, argument["make"])
    parameters = parameters_of(model)
    for p, number in zip(parameters, argument["data"], strict=False):
        p.data, p.grad = number, 0.0
    out = called(model)(list(argument["x"]))
    outputs = [out] if hasattr(out, "data") or not isinstance(out, Iterable) else list(out)
    answer: dict[str, Any] = {"data": [float(o.data) for o in outputs]}
    try:
        root = outputs[0] * 1.0
        for k, output in enumerate(outputs[1:], start=2):
            root = root + output * float(k)
        root.backward()
        answer["grads"] = [float(p.grad) for p in parameters]
    except Exception as error:  # the outputs count for themselves
        answer["error"] = f"{type(error).__name__}: {error}"[:300]
    return answer


def loss(student: Any, argument: Any) -> object:
    """Return a loss and the gradients of the predictions."""
    kind = value_class(student)
    rows = argument["predictions"]
    values = [[kind(x) for x in row] if isinstance(row, list) else kind(row) for row in rows]
    leaves = [v for row in values for v in (row if isinstance(row, list) else [row])]
    function = called(student() if isinstance(student, type) else student)
    given = [values, list(argument["targets"])]
    first, second = [*names_of(function), "", ""][:2]
    if TARGETS.search(first.lower()) and PREDICTIONS.search(second.lower()):
        given.reverse()
    found = function(*given)
    answer: dict[str, Any] = {"data": float(getattr(found, "data", found))}
    try:
        found.backward()
        answer["grads"] = [float(leaf.grad) for leaf in leaves]
    except Exception as error:
        answer["error"] = f"{type(error).__name__}: {error}"[:300]
    return answer


def optimiser(student: Any, argument: Any) -> object:
    """Return what two steps and `zero_grad` of an optimiser make of parameters."""
    kind = value_class(student)
    parameters = [kind(x) for x in argument["data"]]
    chosen, rate = optimiser_of(student, parameters, argument["rate"])
    answer: dict[str, Any] = {"steps": []}
    for grads in argument["grads"]:
        for p, grad in zip(parameters, grads, strict=True):
            p.grad = grad
        chosen.step(**rate)
        answer["steps"].append([float(p.data) for p in parameters])
    if hasattr(chosen, "zero_grad"):
        chosen.zero_grad()
        answer["zeroed"] = [float(p.grad or 0.0) for p in parameters]  # None is as good as 0
        answer["after"] = [float(p.data) for p in parameters]
    return answer


def made(student: Any, make: list[Any]) -> Any:
    """Return a network; all sizes may be asked for as one list, or one by one."""
    ways = [make]
    if isinstance(make[-1], list):
        sizes = [make[0], *make[-1]]
        ways += [sizes, [sizes]]
    errors = []
    for way in ways:
        try:
            return student(*way)
        except TypeError as error:
            errors.append(error)
    raise errors[0]


def parameters_of(model: Any) -> list[Any]:
    """Return the parameters of a network: of a method or an attribute, in a list or by name."""
    found = model.parameters() if callable(model.parameters) else model.parameters
    found = found.values() if isinstance(found, dict) else found
    parameters = list(found) if isinstance(found, Iterable) else [found]
    wrong = next((p for p in parameters if not hasattr(p, "data")), None)
    if wrong is not None or found is None:
        raise TypeError(f"parameters() gives {type(wrong).__name__} where it should give a Value")
    return parameters


def called(thing: Any) -> Any:
    """Return what is called: the thing, or its `forward`."""
    return thing if callable(thing) else thing.forward


def optimiser_of(student: Any, parameters: list[Any], rate: float) -> tuple[Any, dict[str, float]]:
    """Return an optimiser, and what its `step` is called with.

    The learning rate is the second argument, or the one that is called so, wherever it is.
    """
    named = next((name for name in names_of(student) if RATE.fullmatch(name)), None)
    if named:
        others = [name for name in names_of(student) if name != named]
        return student(**{named: rate, others[0]: parameters} if others else {named: rate}), {}
    later = next(
        (name for name in names_of(getattr(student, "step", None)) if RATE.fullmatch(name)), None
    )
    if later:
        return student(parameters), {later: rate}
    return student(parameters, rate), {}


def names_of(function: Any) -> list[str]:
    """Return the names of a function's arguments, without `self` and those like *args."""
    try:
        arguments = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [a.name for a in arguments if a.kind in (a.POSITIONAL_OR_KEYWORD, a.KEYWORD_ONLY)]


def value_class(student: Any) -> Any:
    """Return the Value that a student's code uses: its own, or ours."""
    method = next((getattr(student, m) for m in ("step", "__call__", "forward")
                   if isinstance(student, type) and hasattr(student, m)), student)  # fmt: skip
    names = getattr(method, "__globals__", {})
    own = names.get("Value")
    return own if isinstance(own, type) and hasattr(own, "backward") else engine.Value
