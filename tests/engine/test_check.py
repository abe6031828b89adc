"""The gradient checker: it confirms right gradients, and names wrong ones."""

import pytest

import engine
from engine import Value

pytestmark = pytest.mark.core


def test_checker_confirms_right_gradients() -> None:
    assert engine.check_gradients(lambda a, b: engine.tanh(a * b) / b, [0.5, -2.0]) < 1e-8


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_checker_takes_a_step_of_the_inputs_size(size) -> None:
    assert engine.check_gradients(engine.log, [size]) < 1e-5


def test_checker_names_the_input_and_the_wrong_slope(monkeypatch) -> None:
    right = Value.tanh

    def wrong(self: Value) -> Value:
        out = right(self)
        out._da *= 1.001  # a slope off by 0.1 %
        return out

    monkeypatch.setattr(Value, "tanh", wrong)
    a, b = Value(0.3, "a"), Value(0.7, "b")
    with pytest.raises(engine.GradientMismatch, match=r"input 0 \('a'\): backward .*slope: tanh"):
        engine.check_gradients(lambda a, b: (a * b).tanh() * 3, [a, b])
    assert (a.data, b.data) == (0.3, 0.7)


@pytest.mark.parametrize(
    ("fn", "inputs", "wording"),
    [
        (
            lambda x: x.data,
            [1.0],
            "needs fn to return a Value, got float; return the result itself",
        ),
        (lambda x: x * x, 1.0, r"needs a list of inputs, got 1.0; write a single one as \[x\]"),
        (lambda x: x * x, ["a"], "Value needs one real number"),
    ],
)
def test_checker_refuses_what_it_cannot_check(fn, inputs, wording) -> None:
    with pytest.raises(TypeError, match=wording):
        engine.check_gradients(fn, inputs)


def test_checker_leaves_gradients_and_data_as_they_were() -> None:
    x = Value(2.0)
    x.grad = 7.0
    engine.check_gradients(lambda x: x * x, [x])
    assert (x.data, x.grad) == (2.0, 7.0)


def test_checker_says_where_there_is_a_corner() -> None:
    with pytest.raises(engine.GradientMismatch, match=r"relu has no single slope at 0.*a != 0"):
        engine.check_gradients(engine.relu, [0.0])


def test_checker_says_when_no_slope_is_wrong() -> None:
    with pytest.raises(engine.GradientMismatch, match="every recorded slope is right"):
        engine.check_gradients(lambda a: a * a.detach(), [2.0])
