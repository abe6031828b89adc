"""A thousand drills of each level check themselves: nice, right, different, and ever harder."""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import exp, tanh

import pytest

import engine
from engine.graph import nodes
from engine.paths import count_paths
from engine.teach.drills.blanks import Blank, uses_of
from engine.teach.drills.drill import Drill
from engine.teach.drills.levels import GRAD, LEVELS
from engine.teach.drills.mistakes import MOST_PATHS

pytestmark = pytest.mark.core

N = 1000
EACH = pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))
STEP = 1e-4
PRINTS = (
    "a565e4ef0918",
    "ab4d5b9d2af2",
    "894db5b20dca",
    "564b80d4671c",
    "bc03664886bd",
    "c8fa6b2881ce",
)
FUNCTIONS = {
    "relu": lambda x: max(0.0, x), "max": max, "min": min, "tanh": tanh,
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
}  # fmt: skip


@cache
def drills(level: int) -> list[Drill]:
    return [engine.teach.drill(seed, level) for seed in range(N)]


def as_python(text: str) -> str:
    """Return a formula of a drill as Python."""
    for ours, theirs in (("×", "*"), ("−", "-"), ("²", "**2"), ("ReLU", "relu"), ("σ", "sigmoid")):
        text = text.replace(ours, theirs)
    return text


@cache
def program_of(one: Drill) -> tuple[dict[str, float], list[tuple[str, Callable[..., float]]]]:
    """Return what a drill says on its lines: the numbers it begins with, and its steps."""
    first, *rest = one.lines
    given = {}
    for part in re.split(r"   +", first):
        name, number = part.split(" = ")
        given[name] = float(as_python(number))
    steps = []
    for line in rest:
        name, formula, *_ = line.split(" = ")
        if not name.endswith(".grad"):
            steps.append((name, compiled(as_python(formula))))
    return given, steps


@cache
def compiled(formula: str) -> Callable[[dict[str, float]], float]:
    code = compile(formula, "<drill>", "eval")
    return lambda numbers: eval(code, FUNCTIONS, numbers)


def run(one: Drill, nudged: str = "", by: float = 0.0) -> dict[str, float]:
    """Return all numbers of a drill, with one of them nudged after it was computed."""
    given, steps = program_of(one)
    numbers = {name: x + by * (name == nudged) for name, x in given.items()}
    for name, formula in steps:
        numbers[name] = formula(numbers) + by * (name == nudged)
    return numbers


def slope(one: Drill, result: str, name: str) -> float:
    """Return how fast a number of a drill moves with another one, by central difference."""
    more, less = run(one, name, STEP), run(one, name, -STEP)
    return (more[result] - less[result]) / (2 * STEP)


def local_slope(one: Drill, blank: Blank) -> float:
    """Return the slope of one step of a drill, by central difference."""
    result, name = blank.node.label, blank.node.inputs[blank.operand].label  # type: ignore[union-attr]
    numbers, formula = run(one), dict(program_of(one)[1])[result]
    more, less = (formula({**numbers, name: numbers[name] + h}) for h in (STEP, -STEP))
    return (more - less) / (2 * STEP)


@EACH
def test_answers_follow_from_what_is_shown_and_from_nothing_else(level: int) -> None:
    for one in drills(level):
        numbers, result = run(one), one.root.label
        for blank in one.blanks:
            if blank.kind == "data":
                expected = numbers[blank.node.label]
            elif blank.kind == "local":
                expected = local_slope(one, blank)
            else:
                expected = slope(one, result, blank.node.label)
            assert blank.right == pytest.approx(expected, abs=1e-5), (one.seed, blank.name)


@EACH
def test_answers_are_the_numbers_of_the_engine(level: int) -> None:
    for one in drills(level):
        for node in nodes(one.root):
            node.grad = 0.0
        one.root.backward()
        for blank in one.blanks:
            ours = blank.node.data if blank.kind == "data" else blank.node.grad
            if blank.kind == "local":
                ours = blank.node.local_derivatives[blank.operand]
            assert blank.right == ours
            assert one.key[blank.name] == ours


@EACH
def test_numbers_are_nice(level: int) -> None:
    for one in drills(level):
        shown = [node.data for node in one.order] + [blank.right for blank in one.blanks]
        assert all(abs(x) <= 100 and (100 * x).is_integer() for x in shown), one.seed


@EACH
def test_no_gate_is_at_its_kink(level: int) -> None:
    for one in drills(level):
        for node in one.order:
            data = [x.data if isinstance(x, engine.Value) else x for x in node.inputs]
            assert str(node.op) != "relu" or data[0] != 0
            assert str(node.op) not in ("maximum", "minimum") or data[0] != data[1]


@EACH
def test_blanks_have_names_of_their_own(level: int) -> None:
    for one in drills(level):
        names = [blank.name for blank in one.blanks]
        assert len(set(names)) == len(names) >= 2
        assert all(name.isidentifier() for name in names)


@EACH
def test_no_two_drills_in_a_row_are_equal_and_few_are_at_all(level: int) -> None:
    texts = [repr(one).partition("\n")[2] for one in drills(level)]
    assert all(one != other for one, other in pairwise(texts))
    assert len(set(texts)) > 0.85 * N
    below = [engine.teach.drill(seed, level) for seed in range(-20, 1)]
    assert all(one.lines != other.lines for one, other in pairwise(below))


def work(one: Drill) -> int:
    """Return how many numbers must be found, multiplied and added."""
    return sum(
        2 * len(uses_of(blank.node, one.order)) - 1 if blank.kind == GRAD else 1
        for blank in one.blanks
    )


def test_levels_grow_harder() -> None:
    mean = [sum(map(work, drills(level))) / N for level in range(1, len(LEVELS) + 1)]
    assert all(1.1 * easier < harder for easier, harder in pairwise(mean)), mean


def test_level_3_has_one_path_and_level_4_several() -> None:
    for one in drills(3):
        assert all(count_paths(one.order, blank.node) == 1 for blank in one.blanks[3:])
    for one in drills(4):
        n = [count_paths(one.order, blank.node) for blank in one.blanks]
        assert 2 <= max(n) <= MOST_PATHS


def test_every_gate_occurs_open_and_closed() -> None:
    slopes: dict[str, set[float]] = {}
    for one in [*drills(5), *drills(6)]:
        for node in one.order:
            found = [x for x in node.local_derivatives if x is not None]
            slopes.setdefault(str(node.op), set()).update(found)
    assert slopes["relu"] == slopes["maximum"] == slopes["minimum"] == {0.0, 1.0}
    assert slopes["sigmoid"] == {0.25}
    assert slopes["tanh"] == {1.0}


@EACH
def test_same_seed_gives_the_same_drill_on_every_platform(level: int) -> None:
    text = "".join(repr(engine.teach.drill(seed, level)) for seed in (-3, *range(40), 10**20))
    assert sha256(text.encode()).hexdigest()[:12] == PRINTS[level - 1]
