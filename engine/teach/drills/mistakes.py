"""Recognises by its number what went wrong: each misconception has a result of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import prod

from engine.paths import Path, strongest_paths
from engine.teach.drills.blanks import Blank, uses_of
from engine.teach.drills.levels import DATA, LOCAL
from engine.teach.drills.rules import SLOPES
from engine.value import Value

Wrong = tuple[float, str]  # what a misconception results in, and what to say about it

MOST_PATHS = 6  # 64 ways to leave some out
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
ADDED = "addition for multiplication: along a path slopes are multiplied"
FUNCTIONS = ("pow", "relu", "sigmoid", "tanh")  # of one number
OPERATIONS = {"add": "sum", "sub": "difference", "mul": "product"}


def equal(x: float, y: float) -> bool:
    """Return whether two answers are the same number."""
    return abs(x - y) <= 1e-6


def mistake(blank: Blank, answer: float, order: Sequence[Value]) -> str:
    """Return what gives this wrong answer, in a sentence; "" if no known mistake does.

    Args:
        blank: what was asked.
        answer: what came.
        order: the nodes of the drill in topological order, after `backward()`.
    """
    wrong = {DATA: wrong_data, LOCAL: wrong_slopes}.get(blank.kind, wrong_gradients)
    for number, sentence in wrong(blank, order):
        if equal(number, answer) and not equal(number, blank.right):
            return sentence
    return ""


def wrong_data(blank: Blank, order: Sequence[Value]) -> Iterator[Wrong]:
    """Yield wrong results of an operation."""
    node, op = blank.node, str(blank.node.op)
    x, y = [number(p) for p in (*node.inputs, 0.0)][:2]
    symbol = "" if node.op is None else node.op.symbol
    if op == "sub":
        yield y - x, "order: the operands are the other way round"
    if op in OPERATIONS:
        for other, result in (("add", x + y), ("sub", x - y), ("mul", x * y)):
            if other != op:
                yield (
                    result,
                    f"operation: the gate is {symbol}, and this is the {OPERATIONS[other]}",
                )
    if op == "pow":
        yield 2 * x, "square: this is twice the number; a square is the number times itself"
    if op == "relu":
        yield x, "gate: ReLU turns what is negative into 0"
        yield 0.0, "gate: ReLU leaves what is positive as it is"
    if op in ("maximum", "minimum"):
        taken = "larger" if op == "maximum" else "smaller"
        yield x + y - blank.right, f"gate: {symbol} takes the {taken} of the two"
    if op == "sigmoid":
        yield 0.0, "gate: σ(0) = 1 / (1 + 1)"
    yield -blank.right, "sign: the size is right, the sign is not"


def wrong_slopes(blank: Blank, order: Sequence[Value]) -> Iterator[Wrong]:
    """Yield wrong slopes of an operation with respect to one of its inputs."""
    node, op = blank.node, str(blank.node.op)
    x = number(node.inputs[blank.operand])
    if op == "mul":
        yield x, "slope of the other operand: that of a product is the number it is multiplied by"
    if op == "pow":
        yield 2.0, "square: the slope of x² is 2x; here the x is missing"
        yield x, "square: the slope of x² is 2x; here the 2 is missing"
    if op in ("add", "sub"):
        rule = "in a sum or difference each operand counts once, whatever the numbers are"
        for operand in map(number, node.inputs):
            yield operand, f"slope of a product: {rule}"
    yield node.data, f"data: this is {node.label} itself; asked is how fast it moves"
    yield -blank.right, f"sign: {SLOPES.get(op, 'the size is right, the sign is not')}"
    yield blank.right * node.grad, "chain rule too early: asked is the slope of this gate alone"
    yield 0.0, f"slope 0 would mean that {node.label} does not move at all"


def wrong_gradients(blank: Blank, order: Sequence[Value]) -> Iterator[Wrong]:
    """Yield wrong gradients of a number."""
    node, name = blank.node, blank.node.label
    uses = uses_of(node, order)
    yield from wrong_sums(blank, order)
    slopes, grads = [slope for _, slope in uses], [out.grad for out, _ in uses]
    data = [out.data for out, _ in uses]
    users = " and ".join(dict.fromkeys(out.label for out, _ in uses))
    yield sum(slopes), f"chain rule forgotten: multiply each slope by the gradient of {users}"
    for out, slope in uses:
        if slope == 0:
            yield out.grad, f"gate closed: {out.label} does not move with {name}: nothing passes"
    yield sum(grads), f"slope forgotten: this is the gradient of {users}, passed on unchanged"
    yield (
        sum(
            node.data * out.grad if str(out.op) == "mul" else slope * out.grad
            for out, slope in uses
        ),
        f"slope of the other operand: at a × it is what {name} is multiplied by",
    )
    yield (
        sum(map(prod, zip(slopes, data, strict=True))),
        f"composition taken for multiplication: multiply the slope by the gradient of {users}, "
        "not by its data",
    )
    for out, slope in uses:
        if str(out.op) in FUNCTIONS:
            yield (
                out.grad * (slope * node.data + out.data),
                f"composition taken for multiplication: {out.label} is a function of {name}, and "
                "not multiplied by it; each gate on the path is one factor",
            )
        if str(out.op) == "pow":
            yield blank.right / 2, f"square: the slope of {out.label} is 2 × {name}"
    yield -blank.right, "sign: the size is right, the sign is not; look for a minus on the way"
    yield (
        sum(
            abs(slope) * out.grad if str(out.op) in ("sub", "neg") else slope * out.grad
            for out, slope in uses
        ),
        "sign: a minus turns the gradient round",
    )
    yield sum(slopes) + sum(grads), ADDED
    yield from wrong_products(blank, order)
    yield (
        node.data,
        f"data: this is {name} itself; asked is how fast {order[-1].label} moves with it",
    )


def wrong_sums(blank: Blank, order: Sequence[Value]) -> Iterator[Wrong]:
    """Yield what comes of leaving out paths, or of putting them together wrongly."""
    paths = strongest_paths(order, blank.node, most=MOST_PATHS)
    shares = [path.product or 0.0 for path in paths]
    for n in range(1, len(paths)):
        for taken in combinations(range(len(paths)), n):
            yield sum(shares[k] for k in taken), missing(blank, paths, taken)
    if len(paths) > 1:
        yield prod(shares), "multiplication for addition: the shares of the paths are added up"
        for k in range(len(paths)):
            yield (
                sum(shares) - 2 * shares[k],
                f"subtraction for addition: the share along {stops(paths[k])} is added too",
            )


def wrong_products(blank: Blank, order: Sequence[Value]) -> Iterator[Wrong]:
    """Yield what comes of adding slopes along a single path, or of leaving one out."""
    path, *others = strongest_paths(order, blank.node, most=2)
    if others:
        return
    slopes = [slope or 0.0 for slope in path.slopes]
    yield sum(slopes), ADDED
    for k, (out, x) in enumerate(pairwise(path.nodes)):
        left = prod(slopes[:k] + slopes[k + 1 :])
        yield left, f"one slope is missing on the path {stops(path)}: ∂{out.label}/∂{x.label}"


def missing(blank: Blank, paths: Sequence[Path], taken: Sequence[int]) -> str:
    """Return what to say where some paths were left out."""
    left = [path for k, path in enumerate(paths) if k not in taken]
    users = {id(paths[k].nodes[-2]) for k in taken}
    plural = "" if len(taken) == 1 else "s"
    what = f"you took {NUMBERS[len(taken)]} path{plural} of {NUMBERS[len(paths)]}"
    if not users & {id(path.nodes[-2]) for path in left}:
        what = f"forgot to add up: {blank.node.label} is used several times, and {what}"
    return f"{what}; missing: {' and '.join(map(stops, left))}"


def stops(path: Path) -> str:
    """Return a path as a reader writes it, the result first."""
    return " → ".join(node.label for node in path.nodes)


def number(x: Value | float) -> float:
    """Return the data of an input, which may be a plain number."""
    return x.data if isinstance(x, Value) else x
