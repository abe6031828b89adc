"""Checks a neuron, a layer or a network that a student has written, by its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import engine
from engine import Value, teach
from nn.teach.checking import probes
from nn.teach.checking.grade import Grade, close, written

RUBRIC = {"parameters": 2.0, "random start": 1.0, "outputs": 4.0, "gradients": 3.0}
MAKE: dict[str, list[Any]] = {"neuron": [3], "layer": [3, 2], "mlp": [3, [4, 4, 2]]}
N_CASES = 5
# Of floats or of Values.
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda v: engine.tanh(v) if isinstance(v, Value) else math.tanh(v),
    "relu": lambda v: engine.relu(v) if isinstance(v, Value) else max(v, 0.0),
    "sigmoid": lambda v: engine.sigmoid(v) if isinstance(v, Value) else 1 / (1 + math.exp(-v)),
    "none": lambda v: v,
}

Numbers = Sequence[float]
Formula = Callable[[list[Any], Any, list[Any], Callable[[Any], Any]], Any]

# What a neuron could compute of its weights, its bias, its inputs and its activation.
NEURONS: dict[str, Formula] = {
    "right": lambda w, b, x, f: f(sum(p * q for p, q in zip(w, x, strict=True)) + b),
    "no bias": lambda w, b, x, f: f(sum(p * q for p, q in zip(w, x, strict=True))),
    "bias once per input": lambda w, b, x, f: f(sum(p * q + b for p, q in zip(w, x, strict=True))),
    "bias after the activation": lambda w, b, x, f: (
        f(sum(p * q for p, q in zip(w, x, strict=True))) + b
    ),
    "activation on each product": lambda w, b, x, f: (
        sum(f(p * q) for p, q in zip(w, x, strict=True)) + b
    ),
    "added, not multiplied": lambda w, b, x, f: f(
        sum(p + q for p, q in zip(w, x, strict=True)) + b
    ),
    "input left out": lambda w, b, x, f: f(
        sum(p * q for p, q in zip(w[:-1], x[:-1], strict=True)) + b
    ),
    "one weight for all inputs": lambda w, b, x, f: f(sum(w[0] * q for q in x) + b),
    "inputs not weighted": lambda w, b, x, f: f(sum(x) + b),
}


def sizes_of(make: list[Any]) -> list[int]:
    """Return the numbers of inputs and of neurons, layer by layer."""
    first, *rest = make
    return [first, *(rest[0] if rest and isinstance(rest[0], list) else rest or [1])]


def n_parameters(sizes: Sequence[int]) -> int:
    """Return how many weights and biases a network has."""
    return sum(m * (n + 1) for n, m in pairwise(sizes))


class Guess(NamedTuple):
    """What a network could compute.

    Attributes:
        name: a key of NEURONS, or a fault of the whole network.
        hidden: the activation of all layers but the last.
        last: the activation of the last layer.
        layout: in which order `parameters()` returns them: a key of `layouts`.
    """

    name: str
    hidden: str
    last: str
    layout: str


@cache
def layouts(sizes: tuple[int, ...]) -> dict[str, list[list[list[int]]]]:
    """Return ways to order the parameters: the places of each neuron's weights and bias.

    Neuron by neuron, or the weights of a layer (as a matrix, or its transpose) and its biases, or
    those of all layers and then all biases; each with the biases last or first.
    """
    layers = list(pairwise(sizes))
    # The name of each parameter: layer, neuron, and input or -1 for the bias.
    weights, biases = [], []
    for k, (n, m) in enumerate(layers):
        weights.append([[(k, j, i) for i in range(n)] for j in range(m)])
        biases.append([(k, j, -1) for j in range(m)])
    turned = [[list(column) for column in zip(*rows, strict=True)] for rows in weights]
    neurons = [
        ([w], [b])
        for rows, bs in zip(weights, biases, strict=True)
        for w, b in zip(rows, bs, strict=True)
    ]
    groups = {"by neuron": neurons}
    for name, matrices in (("", weights), (", turned", turned)):
        groups[f"by layer{name}"] = list(zip(matrices, biases, strict=True))
        groups[f"by kind{name}"] = [
            ([row for rows in matrices for row in rows], [b for bs in biases for b in bs])
        ]
    found = {}
    for name, parts in groups.items():
        for last in (True, False):
            names: list[Any] = []
            for rows, bs in parts:
                flat = [w for row in rows for w in row]
                names += [*flat, *bs] if last else [*bs, *flat]
            place = {name: k for k, name in enumerate(names)}
            found[name if last else f"{name}, biases first"] = [
                [[*(place[k, j, i] for i in range(n)), place[k, j, -1]] for j in range(m)]
                for k, (n, m) in enumerate(layers)
            ]
    return found


def outputs_if(
    guess: Guess, sizes: Sequence[int], parameters: Sequence[Any], x: Numbers
) -> list[Any]:
    """Return the outputs of a network that computes what a guess says, of floats or of Values."""
    formula = NEURONS.get(guess.name, NEURONS["right"])
    values: list[Any] = list(x)
    places = layouts(tuple(sizes))[guess.layout]
    for k, layer in enumerate(places):
        if guess.name == "last layer left out" and k == len(places) - 1:
            break
        inputs = list(x) if guess.name == "layers not chained" else values
        f = ACTIVATIONS[guess.last if k == len(places) - 1 else guess.hidden]
        values = []
        for neuron in layer:
            *w, b = (parameters[place] for place in neuron)
            if guess.name == "layers not chained":
                w = w[: len(inputs)]
                inputs = inputs[: len(w)]
            values.append(formula(w, b, inputs, f))
    return values


def guesses(sizes: Sequence[int]) -> Iterator[Guess]:
    """Yield what a network could compute, what is right first."""
    names = list(NEURONS)
    if len(sizes) > 2:
        names += ["last layer left out", "layers not chained"]
    for name in names:
        for layout in layouts(tuple(sizes)):
            for hidden in ACTIVATIONS if len(sizes) > 2 else ["none"]:
                for last in ACTIVATIONS:
                    yield Guess(name, hidden, last, layout)


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
            close(f["data"], outputs_if(guess, sizes, c["data"], c["x"]))
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
    name, hidden, last, _ = guess
    if name == "right" and len(sizes) > 2 and hidden == "none":
        name = "no activation between layers"
    if name == "right":
        grade.right("outputs")
        grade.extras.append(f"activation: {activations_text(hidden, last, sizes)}")
    else:
        right = outputs_if(guess._replace(name="right"), sizes, cases[0]["data"], cases[0]["x"])
        numbers = written(right), written(found[0]["data"])
        same = numbers[0] == numbers[1]
        grade.wrong(
            "outputs", name, graph=f"{made} and {case_text(cases[0])}",
            expected="" if same else numbers[0], got="" if same else numbers[1],
        )  # fmt: skip
    of_gradients(grade, found, cases, sizes, guess, made)


def of_gradients(
    grade: Grade,
    found: list[Any],
    cases: list[dict[str, Any]],
    sizes: Sequence[int],
    guess: Guess,
    made: str,
) -> None:
    """Judge gradients: they must be those of what the network computes."""
    for f, case in zip(found, cases, strict=True):
        parameters = [Value(number) for number in case["data"][: n_parameters(sizes)]]
        outputs = outputs_if(guess, sizes, parameters, case["x"])
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
