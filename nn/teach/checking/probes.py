"""What runs beside a student's code, in a process of its own: it uses what the student wrote.

Each probe returns plain numbers; what they should be is not known here.
"""

from __future__ import annotations

from typing import Any

import engine


def start(student: Any, argument: Any) -> object:
    """Return how two networks that were made alike begin."""
    models = [student(*argument["make"]) for _ in range(2)]
    parameters = [list(model.parameters()) for model in models]
    again = list(models[0].parameters())
    return {
        "data": [[float(p.data) for p in each] for each in parameters],
        "same": len(again) == len(parameters[0])
        and all(p is q for p, q in zip(again, parameters[0], strict=True)),
        "distinct": len({id(p) for p in parameters[0]}),
        "shared": bool({id(p) for p in parameters[0]} & {id(p) for p in parameters[1]}),
    }


def forward(student: Any, argument: Any) -> object:
    """Return the outputs and gradients of a network with given parameters and inputs."""
    model = student(*argument["make"])
    parameters = list(model.parameters())
    for p, number in zip(parameters, argument["data"], strict=False):
        p.data, p.grad = number, 0.0
    out = model(list(argument["x"]))
    many = isinstance(out, (list, tuple))
    outputs = list(out) if many else [out]
    answer: dict[str, Any] = {"data": [float(o.data) for o in outputs], "many": many}
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
    found = student(values, list(argument["targets"]))
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
    chosen = student(parameters, argument["rate"])
    answer: dict[str, Any] = {"steps": []}
    for grads in argument["grads"]:
        for p, grad in zip(parameters, grads, strict=True):
            p.grad = grad
        chosen.step()
        answer["steps"].append([float(p.data) for p in parameters])
    answer["kept"] = [float(p.grad) for p in parameters]
    if hasattr(chosen, "zero_grad"):
        chosen.zero_grad()
        answer["zeroed"] = [float(p.grad) for p in parameters]
        answer["after"] = [float(p.data) for p in parameters]
    return answer


def value_class(student: Any) -> Any:
    """Return the Value that a student's code uses: its own, or ours."""
    names = getattr(getattr(student, "step", student), "__globals__", {})
    own = names.get("Value")
    return own if isinstance(own, type) and hasattr(own, "backward") else engine.Value
