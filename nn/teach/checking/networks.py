"""Checks a neuron, a layer or a network that a student has written, by its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import engine
from engine import Value, teach
from nn.teach.checking import probes
from nn.teach.checking.grade import Grade, close, written

RUBRIC = {"parameters": 2.0, "random start": 1.0, "outputs": 4.0, "gradients": 3.0}
MAKE: dict[str, list[Any]] = {"neuron": [3], "layer": [3, 2], "mlp": [3, [4, 4, 2]]}
N_CASES = 5
ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "tanh": engine.tanh, "relu": engine.relu, "sigmoid": engine.sigmoid, "none": lambda v: v,
}  # fmt: skip

Numbers = Sequence[float]
Activation = Callable[[Value], Value]
Formula = Callable[[list[Value], Value, list[Any], Activation], Value]


def total(terms: Any) -> Any:
    """Return a sum that keeps the order of a student's."""
    return sum(terms, start=Value(0.0))


# What a neuron could compute of its weights, its bias, its inputs and its activation.
NEURONS: dict[str, Formula] = {
    "right": lambda w, b, x, f: f(total(p * q for p, q in zip(w, x, strict=True)) + b),
    "no bias": lambda w, b, x, f: f(total(p * q for p, q in zip(w, x, strict=True))),
    "bias once per input": lambda w, b, x, f: f(
        total(p * q + b for p, q in zip(w, x, strict=True))
    ),
    "bias after the activation": lambda w, b, x, f: (
        f(total(p * q for p, q in zip(w, x, strict=True))) + b
    ),
    "activation on each product": lambda w, b, x, f: (
        total(f(p * q) for p, q in zip(w, x, strict=True)) + b
    ),
    "added, not multiplied": lambda w, b, x, f: f(
        total(p + q for p, q in zip(w, x, strict=True)) + b
    ),
    "input left out": lambda w, b, x, f: f(
        total(p * q for p, q in zip(w[:-1], x[:-1], strict=True)) + b
    ),
    "one weight for all inputs": lambda w, b, x, f: f(total(w[0] * q for q in x) + b),
    "inputs not weighted": lambda w, b, x, f: f(total(x) + b),
}


def sizes_of(make: list[Any]) -> list[int]:
    """Return the numbers of inputs and of neurons, layer by layer."""
    first, *rest = make
    return [first, *(rest[0] if rest and isinstance(rest[0], list) else rest or [1])]


def n_parameters(sizes: Sequence[int]) -> int:
    """Return how many weights and biases a network has."""
    return sum(m * (n + 1) for n, m in pairwise(sizes))


def outputs_if(
    name: str, sizes: Sequence[int], data: Numbers, x: Numbers, hidden: str, last: str, first: str
) -> tuple[list[Value], list[Value]]:
    """Return the outputs and the parameters of a network that computes what a name says.

    Args:
        name: a key of NEURONS, or a fault of the whole network.
        sizes: the numbers of inputs and of neurons, layer by layer.
        data: the parameters, neuron by neuron.
        x: the inputs.
        hidden: the activation of all layers but the last.
        last: the activation of the last layer.
        first: "weights" or "bias", whichever `parameters()` returns first.
    """
    parameters = [Value(d) for d in data[: n_parameters(sizes)]]
    left = iter(parameters)
    formula = NEURONS.get(name, NEURONS["right"])
    values: list[Any] = list(x)
    layers = list(pairwise(sizes))
    for k, (n, m) in enumerate(layers):
        if name == "last layer left out" and k == len(layers) - 1:
            break
        inputs = list(x) if name == "layers not chained" else values
        f = ACTIVATIONS[last if k == len(layers) - 1 else hidden]
        values = []
        for _ in range(m):
            own = [next(left) for _ in range(n + 1)]
            w, b = (own[:-1], own[-1]) if first == "weights" else (own[1:], own[0])
            if name == "layers not chained":
                w = w[: len(inputs)]
                inputs = inputs[: len(w)]
            values.append(formula(w, b, inputs, f))
    return values, parameters


def guesses(sizes: Sequence[int]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a network could compute: a name, two activations, and what comes first."""
    names = list(NEURONS)
    if len(sizes) > 2:
        names += ["last layer left out", "layers not chained"]
    for name in names:
        for first in ("weights", "bias"):
            for hidden in ACTIVATIONS if len(sizes) > 2 else ["none"]:
                for last in ACTIVATIONS:
                    yield name, hidden, last, first


def check_network(student: object, name: str, kind: str, seconds: float) -> teach.Report:
    """Check a neuron, a layer or a network.

    Args:
        student: the class, or a file or text that has it.
        name: what it is called.
        kind: "neuron", "layer" or "mlp".
        seconds: for all of it.
    """
    make, grade = MAKE[kind], Grade(name, RUBRIC)
    sizes = sizes_of(make)
    rng = Random(16)
    cases = [
        {
            "make": make,
            "data": [rng.uniform(-1.2, 1.2) for _ in range(200)],
            "x": [rng.uniform(-1.5, 1.5) for _ in range(sizes[0])],
        }
        for _ in range(N_CASES)
    ]
    begun = teach.observe(student, probes.start, [{"make": make}], name=name, seconds=seconds / 2)
    seen = teach.observe(student, probes.forward, cases, name=name, seconds=seconds / 2)
    made = f"{name}({', '.join(map(str, make))})"
    of_start(grade, begun[0], sizes, made)
    of_outputs(grade, seen, cases, sizes, made)
    return grade.report()


def of_start(grade: Grade, seen: teach.Observation, sizes: Sequence[int], made: str) -> None:
    """Judge how networks begin."""
    found: Any = seen.value
    if seen.error or not isinstance(found, dict):
        failure = seen.error or teach.Failure("garbled")
        if "parameters" in failure.message:
            grade.wrong("parameters", "no parameters", graph=made)
        else:
            grade.failed("parameters", failure, made)
        return
    count, expected = len(found["data"][0]), n_parameters(sizes)
    texts = {"got": count, "expected": expected}
    if found["shared"] or found["distinct"] < count:
        grade.wrong("parameters", "shared parameters", graph=made)
    elif count != expected:
        grade.wrong("parameters", "wrong number of parameters", graph=made, texts=texts)
    elif not found["same"]:
        grade.wrong("parameters", "parameters made anew", graph=made)
    else:
        grade.right("parameters")
    one, other = found["data"]
    if one == other or len(set(one)) < expected / 2:
        grade.wrong("random start", "not random", graph=made)
    else:
        grade.right("random start")


def of_outputs(
    grade: Grade,
    seen: list[teach.Observation],
    cases: list[dict[str, Any]],
    sizes: Sequence[int],
    made: str,
) -> None:
    """Judge outputs and gradients: by the first formula that gives all that came out."""
    failure = next((o.error for o in seen if o.error), None)
    found: list[Any] = [o.value for o in seen]
    if failure or not all(isinstance(f, dict) and "data" in f for f in found):
        grade.failed(
            "outputs", failure or teach.Failure("garbled"), f"{made} and {case_text(cases[0])}"
        )
        return
    expected = sizes[-1]
    for guess in guesses(sizes):
        if all(
            close(
                f["data"],
                [v.data for v in outputs_if(guess[0], sizes, c["data"], c["x"], *guess[1:])[0]],
            )
            for f, c in zip(found, cases, strict=True)
        ):
            break
    else:
        if len(found[0]["data"]) != expected:
            texts = {"got": len(found[0]["data"]), "expected": expected}
            grade.wrong("outputs", "wrong number of outputs", graph=made, texts=texts)
        else:
            grade.wrong(
                "outputs", "wrong output", graph=case_text(cases[0]), got=written(found[0]["data"])
            )
        return
    name, hidden, last, first = guess
    if name == "right" and len(sizes) > 2 and hidden == "none":
        name = "no activation between layers"
    if name == "right":
        grade.right("outputs")
        grade.extras.append(f"activation: {activations_text(hidden, last, sizes)}")
    else:
        right, _ = outputs_if("right", sizes, cases[0]["data"], cases[0]["x"], hidden, last, first)
        numbers = written([v.data for v in right]), written(found[0]["data"])
        same = numbers[0] == numbers[1]
        grade.wrong(
            "outputs", name, graph=f"{made} and {case_text(cases[0])}",
            expected="" if same else numbers[0], got="" if same else numbers[1],
        )  # fmt: skip
    of_gradients(grade, found, cases, sizes, (guess[0], hidden, last, first), made)


def of_gradients(
    grade: Grade,
    found: list[Any],
    cases: list[dict[str, Any]],
    sizes: Sequence[int],
    guess: tuple[str, str, str, str],
    made: str,
) -> None:
    """Judge gradients: they must be those of what the network computes."""
    for f, case in zip(found, cases, strict=True):
        outputs, parameters = outputs_if(guess[0], sizes, case["data"], case["x"], *guess[1:])
        root = outputs[0] * 1.0
        for k, output in enumerate(outputs[1:], start=2):
            root = root + output * float(k)
        root.backward()
        where = f"{made} and {case_text(case)}"
        if "grads" not in f:
            grade.wrong("gradients", "no backward", graph=where, texts={"error": f.get("error")})
            return
        right = [p.grad for p in parameters]
        if close(f["grads"], right):
            continue
        if any(right) and not any(f["grads"]):
            grade.wrong("gradients", "gradient cut", graph=where)
        else:
            grade.wrong("gradients", "wrong gradient", graph=where)
        return
    grade.right("gradients")


def case_text(case: dict[str, Any]) -> str:
    """Return the inputs of a case in words."""
    return f"inputs {written(case['x'])}"


def activations_text(hidden: str, last: str, sizes: Sequence[int]) -> str:
    """Return which activations a network has."""
    words = {"none": "no activation"}
    last = words.get(last, last)
    return f"{hidden}, then {last}" if len(sizes) > 2 else last
