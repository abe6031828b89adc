"""Tests that what cannot be replayed is refused, with the line that does it."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import engine
import nn
from engine import Value
from tests.random_programs import BACKENDS

w = Value(2.0, "w")


def random_draw(x):
    return w * x * random.random()


def changes_w(x):
    w.data += 1.0
    return w * x


def changes_gradient(x):
    out = w * x
    w.grad = 0.0
    return out


def global_draw(x):
    return w * x * (random.random() < 0.5)


own_random = random.Random(0)


def own_draw(x):
    return w * x * (own_random.random() < 0.999)


def takes_a_step(x):
    nn.SGD([w], learning_rate=0.1).step()
    return w * x


OUTSIDE = w * 2.0


inner = engine.compile(lambda x: w * x)


def no_grad_inside(x):
    with engine.no_grad():
        return w * x


@dataclass
class Case:
    """What cannot be recorded.

    Attributes:
        name: of the test.
        fn: the function to compile.
        message: a pattern of the error's message.
        shows_line: whether the message gives the line of this file that does it.
    """

    name: str
    fn: Callable[..., object]
    message: str
    shows_line: bool = True


UNRECORDABLE = [
    Case("if", lambda x: w * x if w * x > 0 else -w, "deciding by a comparison"),
    Case("if on a Value", lambda x: w * x if w * x else -w, "deciding by a recorded Value"),
    Case("if on a parameter", lambda x: (w if w > 0 else -w) * x, "deciding by a comparison"),
    Case("if on an input", lambda x: w * x if x else -w, "deciding by input 'x'"),
    Case("max", lambda x: max(w * x, w + x), "deciding by a comparison"),
    Case("max of a parameter", lambda x: max(w, w * w) * x, "deciding by a comparison"),
    Case("input == number", lambda x: w * x if x == 1 else -w, "== of input 'x'"),
    Case("input == Value", lambda x: w if x == x * 1.0 else -w, "== of input 'x'"),
    Case("dict key", lambda x: w * {1.0: 10.0}.get(x, -1.0), "input 'x' as a key"),
    Case("float()", lambda x: w * float(w * x), r"float\(\) of a recorded Value"),
    Case("math.exp", lambda x: w * math.exp(w * x), r"float\(\) of a recorded Value"),
    Case("int()", lambda x: w * int(w * x), r"int\(\) of a recorded Value"),
    Case("index", lambda x: w * [1.0, 2.0][x], "input 'x' as an index or a count"),
    Case("range()", lambda x: w * sum(1 for _ in range(x)), "input 'x' as an index or a count"),
    Case("text", lambda x: w * x * float(f"{w * x:.3f}"), "the text of a recorded Value"),
    Case("reading .data", lambda x: w * (w * x).data, "reading .data of a recorded Value"),
    Case("setting .data", lambda x: setattr(w * x, "data", 3.0), "setting .data of a recorded"),
    Case("no_grad", lambda x: no_grad_inside(x), "no_grad"),
    Case("Value made outside", lambda x: OUTSIDE * x, "made by mul outside"),
    Case("backward()", lambda x: (w * x).backward(), r"backward\(\) inside"),
    Case("engine.grad()", lambda x: engine.grad(w * w * x, w), r"engine.grad\(\) inside"),
    Case("program", lambda x: w * x * inner(1.0), "calling a program inside"),
    Case("random factor", random_draw, "draws random numbers", shows_line=False),
    Case("random choice", global_draw, "draws random numbers", shows_line=False),
    Case("generator", own_draw, "draws random numbers while", shows_line=False),
    Case("optimizer step", takes_a_step, "changing parameters|.data of a parameter"),
    Case("parameter's .data", lambda x: w * x * w.data, "reading .data of a parameter"),
    Case("parameter's .grad", lambda x: w * x * w.grad, "reading .grad of a parameter"),
    Case("float() of parameter", lambda x: w * x * float(w), r"float\(\) of a parameter 'w'"),
    Case("parameter's text", lambda x: w * x * float(f"{w:.3f}"), "the text of a parameter"),
    Case("w.data += 1", changes_w, "(changing a|of a) parameter"),
    Case("w.grad = 0", changes_gradient, "changing a parameter's gradient"),
    Case("no parameter", lambda x: x * 2.0, "depends on no parameter", shows_line=False),
    Case("detached", lambda x: (w * x).detach() * x, "depends on no parameter", shows_line=False),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", UNRECORDABLE, ids=lambda case: case.name)
def test_what_cannot_be_replayed_is_refused_with_its_line(case: Case, backend: str) -> None:
    program = engine.compile(case.fn, backend=backend)
    w.data = 2.0
    with pytest.raises(engine.RecordingError) as caught:
        program(1.0)
    line, _, said = str(caught.value).rpartition("): ")  # the line has the pattern in it too
    assert re.search(case.message, said)
    assert not case.shows_line or "test_refusals.py:" in line
    w.data = 2.0
    # Nothing is left behind: the next program records as ever.
    assert engine.compile(lambda x: w * x)(3.0) == 6.0


READ_ONLY = Value(3.0, "s")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "fn",
    [
        lambda x: w * x * READ_ONLY.data,
        lambda x: w * x if READ_ONLY > 0 else -w * x,
        lambda x: w * x * float(READ_ONLY),
        lambda x: w * x * Value(READ_ONLY.data),
    ],
)
def test_a_value_that_is_only_read_is_refused_as_well(
    fn: Callable[..., Value], backend: str
) -> None:
    with pytest.raises(engine.RecordingError, match=r"test_refusals\.py:\d+ \("):
        engine.compile(fn, backend=backend)(1.0)
    assert type(READ_ONLY) is Value


def test_a_parameter_changed_inside_is_as_it_was_before() -> None:
    w = Value(2.0, "w")

    def there_and_back(x):
        w.data = 9.0
        out = w * x
        w.data = 2.0
        return out

    with pytest.raises(engine.RecordingError, match=r"test_refusals\.py:\d+ \(w.data = 9.0\)"):
        engine.compile(there_and_back)(1.0)
    assert w.data == 2.0


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda x: 3.0, "must return one Value, the loss; .* returned float 3.0"),
        (lambda x: [w * x], "returned list .*: add up the losses of several"),
        (lambda x: None, "returned NoneType: is a return missing?"),
    ],
)
def test_a_function_that_returns_no_loss_is_refused(
    result: Callable[..., object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        engine.compile(result)(1.0)


def test_a_refusal_that_the_function_catches_is_raised_all_the_same() -> None:
    def stubborn(x):
        try:
            return w * x if w * x > 0 else -w * x
        except Exception:
            return w

    with pytest.raises(engine.RecordingError, match="deciding by a comparison"):
        engine.compile(stubborn)(1.0)
