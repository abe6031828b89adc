"""The six levels: what the graphs of each look like, and what is asked about them."""

from __future__ import annotations

from dataclasses import dataclass

DATA, LOCAL, GRAD = "data", "local", "grad"  # the kinds of blank


@dataclass(frozen=True, slots=True)
class Level:
    """A level of difficulty.

    Attributes:
        title: what it practises.
        asks: what is asked, in one sentence.
        kinds: of its blanks, in the order in which they are filled in.
        shapes: its graphs: steps that define names, the last one the result, in which each "?" is
            to be replaced by an operator. Seeds take them in turn.
        ends: the leaf at which a single path ends; "" if the gradients of all paths are asked.
    """

    title: str
    asks: str
    kinds: tuple[str, ...]
    shapes: tuple[str, ...]
    ends: str = ""


LEVELS = (
    Level(
        "forward pass",
        "Compute the data of each result.",
        (DATA,),
        (
            "d = a ? b; e = d ? c",
            "d = b ? c; e = a ? d",
            "d = a ? b; e = d ? a",
            "d = a ? b; e = b ? d",
            "d = a ? a; e = d ? b",
            "d = a ? b; e = b ? c; f = d ? e",
        ),
    ),
    Level(
        "local derivatives",
        "Give the slope of each operation with respect to each of its inputs.",
        (LOCAL,),
        (
            "d = a ? b; e = d * c",
            "d = a * b; e = c ? d",
            "d = a * b; e = d ? a",
            "d = a ? b; e = b * d",
            "d = a ** 2; e = d ? b; f = e * b",
            "d = a * b; e = -d; f = e ? c",
        ),
    ),
    Level(
        "one path",
        "Go from the result back to a: multiply the slopes along the path.",
        (LOCAL, GRAD),
        (
            "e = a * b; f = e ? c; g = f * d",
            "e = a ? b; f = c * e; g = f * d",
            "e = b * a; f = c ? e; g = d * f",
            "e = a ** 2; f = e * b; g = f ? c",
            "e = a ? b; f = e ** 2; g = f * c",
            "e = b - a; f = e * c; g = f ? d",
            "e = -a; f = b * e; g = c * f",
        ),
        ends="a",
    ),
    Level(
        "several paths",
        "Give the gradient of each number: multiply along each path, and add up the paths.",
        (GRAD,),
        (
            "d = a * b; e = d ? a; f = e * c",
            "d = a ? b; e = a * c; f = d * e",
            "d = a * a; e = d ? b; f = e * c",
            "d = a * b; e = d ? c; f = d * e",
            "d = a ? b; e = d * c; f = d * b; g = e ? f",
            "d = a * b; e = a ? c; f = d * e; g = f ? a",
            "d = a ? b; e = d * d; f = e ? c; g = f * b",
        ),
    ),
    Level(
        "gates",
        "Compute the data of each result, then the gradient of each number.",
        (DATA, GRAD),
        (
            "d = a * b; e = relu(d); f = e ? c; g = f * a",
            "d = a ? b; e = maximum(d, c); f = e * a; g = f ** 2",
            "d = a ? b; e = d ** 2; f = e ? c; g = f * a",
            "d = a * b; e = d ? c; f = sigmoid(e); g = f * a",
            "d = a * b; e = d ? c; f = tanh(e); g = f ? a",
            "d = a ? b; e = relu(d); f = c * d; g = e ? f",
            "d = a * b; e = maximum(a, c); f = d ? e; g = relu(f)",
            "d = a * b; e = minimum(d, c); f = e ? b; g = f * f",
        ),
    ),
    Level(
        "a neuron with a loss",
        "Compute the data of each result, then the gradient of each result, weight and bias.",
        (DATA, GRAD),
        (
            "d = w1 * x1; e = w2 * x2; f = d + e; n = f + b; out = relu(n); r = out - y; "
            "loss = r ** 2",
            "d = w1 * x1; e = w2 * x2; f = d + e; out = f + b; r = out - y; loss = r ** 2",
            "d = w1 * x1; e = w2 * x2; f = d + e; n = f + b; m = t * n; h = 1 - m; loss = relu(h)",
            "d = w * x1; p = d + b; r = p - y1; e = w * x2; q = e + b; s = q - y2; "
            "u = r ** 2; v = s ** 2; loss = u + v",
            "d = w1 * x; n = d + b1; h = relu(n); e = w2 * h; out = e + b2; r = out - y; "
            "loss = r ** 2",
        ),
    ),
)
