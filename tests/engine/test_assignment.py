"""What is assigned to `.data` or `.grad` is a float afterwards, or refused with the remedy."""

from decimal import Decimal
from fractions import Fraction

import pytest

from engine import Value

pytestmark = pytest.mark.core

NUMBERS: list[object] = [2, True, 2.0, Fraction(2), Decimal(2)]
ARRAYS: list[object] = []
try:
    import numpy as np
except ModuleNotFoundError:  # the engine works without it, in Pyodide for example
    pass
else:
    NUMBERS += [np.float32(2), np.float64(2), np.int64(2), np.array(2.0)]
    ARRAYS += [np.array([1.0, 2.0]), np.array([[1.0]])]


@pytest.mark.parametrize("attribute", ["data", "grad"])
@pytest.mark.parametrize("x", NUMBERS, ids=lambda x: type(x).__name__)
def test_number_of_any_kind_becomes_a_float(attribute: str, x: float) -> None:
    v = Value(1.0)
    setattr(v, attribute, x)
    assert type(getattr(v, attribute)) is float
    assert getattr(v, attribute) == float(x)


@pytest.mark.parametrize("attribute", ["data", "grad"])
@pytest.mark.parametrize("x", ["2", [2.0], 1j, *ARRAYS], ids=lambda x: type(x).__name__)
def test_anything_else_is_refused_and_changes_nothing(attribute: str, x: object) -> None:
    v = Value(1.0)
    with pytest.raises(TypeError, match=rf"^a Value's \.{attribute} takes one real number"):
        setattr(v, attribute, x)
    assert (v.data, v.grad) == (1.0, 0.0)


def test_value_assigned_as_data_is_refused_with_what_was_meant() -> None:
    w = Value(1.0, "w")
    with pytest.raises(
        TypeError, match=r"got a Value .*for example w\.data = w\.data - 0\.1 \* w\.grad"
    ):
        w.data = w - 0.1 * w.grad  # type: ignore[assignment]
    with pytest.raises(TypeError, match="got a Value"):
        w.grad = w * 0.0  # type: ignore[assignment]
    assert (w.data, w.grad) == (1.0, 0.0)


def test_none_assigned_as_grad_names_zero_grad() -> None:
    w = Value(1.0)
    with pytest.raises(TypeError, match=r"got None; assign 0\.0 or call zero_grad\(\)"):
        w.grad = None  # type: ignore[assignment]


def test_parameter_of_a_compiled_program_is_held_to_the_same() -> None:
    pytest.importorskip("numpy")
    import engine

    w = Value(2.0, "w")
    engine.compile(lambda x: w * x)(3.0)
    w.data = np.float32(0.5)  # type: ignore[assignment]
    assert type(w.data) is float
    with pytest.raises(TypeError, match="got a Value"):
        w.data = w * 2  # type: ignore[assignment]


# ---- as a condition, and compared ----


@pytest.mark.parametrize(
    "use",
    [bool, lambda v: not v, lambda v: any([v]), lambda v: v or 1.0, lambda v: v and 1.0],
)
def test_truth_of_a_value_is_refused(use) -> None:
    with pytest.raises(TypeError, match=r"write v\.data != 0 or v is not None"):
        use(Value(0.0))


@pytest.mark.parametrize("x", [0, 0.0, False, Fraction(0), *(n - n for n in NUMBERS[5:])])
def test_equal_to_a_number_if_its_data_is(x: float) -> None:
    v = Value(0.0)
    assert v == x
    assert x == v
    assert v != x + 1
    assert v in [x]


def test_values_are_equal_only_if_they_are_one() -> None:
    v, w = Value(1.0), Value(1.0)
    assert v == v
    with pytest.warns(RuntimeWarning, match="== asks whether two Values are the same Value"):
        assert v != w
    assert len({v, w, v}) == 2
    assert {v: 1}[v] == 1


@pytest.mark.parametrize("other", ["1.0", None, [1.0], 1j])
def test_not_equal_to_what_is_not_a_number(other: object) -> None:
    assert Value(1.0) != other
