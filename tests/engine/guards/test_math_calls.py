"""What would lose a gradient silently is refused in one wording; an explicit float() is not."""

import array
import functools
import itertools
import math
import re
import statistics
import struct
from collections.abc import Callable
from math import exp

import numpy as np
import pytest

import engine
from engine import Value

v, w = Value(0.5, "v"), Value(2.0, "w")
vs = [v, w]


class Holder:
    """Holds a function and a Value."""

    function = staticmethod(math.exp)
    to_float = float
    value = v


class Own(Value):
    """A Value of the user's with its own way to a float."""

    def __float__(self) -> float:
        return super().__float__()


def unpacked() -> float:
    a, _ = map(math.exp, vs)
    return a


def looped() -> list[float]:
    return [x for x in map(math.exp, vs)]  # noqa: C416


def named_iterator() -> list[float]:
    iterator = map(math.exp, vs)
    return list(iterator)


def stored() -> None:
    np.zeros(2)[0] = v


def chosen_function() -> float:
    return (math.exp if v.data > 0 else math.sin)(v)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "module": (lambda: math.exp(v), r"math\.exp\(Value\)"),
    "name": (lambda: exp(v), r"math\.exp\(Value\)"),
    "expression": (lambda: math.exp(v * 2 + 1), r"math\.exp\(Value\)"),
    "conditional": (lambda: math.exp(v if v.data > 0 else w), r"math\.exp\(Value\)"),
    "subscript": (lambda: math.exp(vs[0]), r"math\.exp\(Value\)"),
    "starred": (lambda: math.exp(*[v]), r"math\.exp\(Value\)"),
    "starred_two": (lambda: math.hypot(*vs), r"math\.hypot\(Value\)"),
    "keywords": (lambda: math.isclose(v, w, rel_tol=1e-3), r"math\.isclose\(Value\)"),
    "keywords_unpacked": (lambda: math.isclose(v, w, **{"rel_tol": 0.1}), r"math\.isclose\(Value\)"),
    "second": (lambda: math.pow(2, v), r"math\.pow\(Value\)"),
    "attribute": (lambda: Holder.function(Holder.value), r"math\.exp\(Value\)"),
    "comprehension": (lambda: [math.exp(x) for x in vs], r"math\.exp\(Value\)"),
    "generator": (lambda: sum(math.exp(x) for x in vs), r"math\.exp\(Value\)"),
    "nested": (lambda: math.exp(math.sin(v)), r"math\.sin\(Value\)"),
    "with_float": (lambda: math.isclose(v, float(w)), r"math\.isclose\(Value\)"),
    "with_map": (lambda: math.dist([v], list(map(float, [w]))), r"math\.dist\(Value\)"),
    "map": (lambda: list(map(math.exp, vs)), r"math\.exp\(Value\)"),
    "map_sum": (lambda: sum(map(math.exp, vs)), r"math\.exp\(Value\)"),
    "map_unpacked": (unpacked, "would lose the gradient"),
    "map_looped": (looped, "would lose the gradient"),
    "map_named": (named_iterator, "would lose the gradient"),
    "choice": (chosen_function, "would lose the gradient"),
    "subclass": (lambda: math.exp(Own(0.5)), r"math\.exp\(Value\)"),
    "partial": (lambda: functools.partial(math.exp)(v), "would lose the gradient"),
    "fsum": (lambda: math.fsum(vs), r"math\.fsum\(Value\).*; use sum\(values\), or value\.data"),
    "floor": (lambda: math.floor(v), r"math\.floor\(Value\).*; use value - value % 1"),
    "fmean": (lambda: statistics.fmean(vs), "would lose the gradient"),
    "isnan": (lambda: math.isnan(v), r"math\.isnan\(Value\).*; use value\.data if no"),
    "int": (lambda: int(v), r"int\(Value\) would lose the gradient"),
    "round": (lambda: round(v), r"round\(Value\) would lose the gradient"),
    "round_digits": (lambda: round(v, 2), r"round\(Value\) would lose the gradient"),
    "trunc": (lambda: math.trunc(v), r"trunc\(Value\) would lose the gradient"),
    "complex": (lambda: complex(v), r"complex\(Value\) would lose the gradient"),
    "np_array": (lambda: np.array([v], dtype=float), r"np\.array\(Value\)"),
    "np_fromiter": (lambda: np.fromiter(vs, dtype=float), r"np\.fromiter\(Value\)"),
    "np_astype": (lambda: np.array(vs).astype(float), "would lose the gradient"),
    "np_stored": (stored, "would lose the gradient"),
    "array": (lambda: array.array("d", vs), r"array\.array\(Value\)"),
    "np_exp": (lambda: np.exp(v), r"np\.exp\(Value\).*; use engine\.exp\(value\), or value\.data"),
    "np_arctan2": (lambda: np.arctan2(v, w), r"; use engine\.atan2\(value, value\), or value\.data"),
    "np_maximum": (lambda: np.maximum(v, 0.0), r"use engine\.maximum\(value, value\)"),
    "np_floor": (lambda: np.floor(v), r"np\.floor\(Value\) would lose the gradient; use value - val"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_call_that_loses_the_gradient_is_refused(what: str) -> None:
    call, wording = REFUSED[what]
    for _ in range(40):  # the place in the code gets known, and its instructions specialised
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        error: BaseException | None = caught.value
        while error is not None and not isinstance(error, TypeError):
            error = error.__cause__  # NumPy puts an error of its own around ours
        assert error is not None
        assert re.search(wording, str(error)), str(error)
        assert "would lose the gradient; use " in str(error)


@pytest.mark.parametrize(
    "name", ["exp", "pow", "tan", "hypot", "fmod", "erf", "log2", "degrees", "copysign"]
)
def test_function_that_engine_has_is_named(name: str) -> None:
    function = getattr(math, name)
    values = (v, w) if len(engine.ops.OPS[name].slopes) == 2 else (v,)
    with pytest.raises(TypeError, match=rf"^math\.{name}\(Value\) .*; use engine\.{name}\(value"):
        function(*values)


def for_loop() -> list[float]:
    found = []
    for x in map(float, vs):
        found.append(x)
    return found


def unpack() -> list[float]:
    a, b = map(float, vs)
    return [a, b]


def passed_on(iterator: object) -> list[float]:
    return list(iterator)  # type: ignore[call-overload]


def alias() -> list[float]:
    f = float
    return [f(x) for x in vs]


def multiplied() -> list[float]:
    return [*map(float, vs)]


def partial() -> list[float]:
    first, second = functools.partial(float), functools.partial(float, w)
    return [first(v), second()]


def in_order() -> list[float]:
    found = list(vs)
    found.sort(key=float)
    return [x.data for x in found]


ALLOWED: dict[str, Callable[[], object]] = {
    "float": lambda: [float(v), float(w)],
    "comprehension": lambda: [float(x) for x in vs],
    "conditional": lambda: [float(v if v.data > 0 else w), float(w)],
    "alias": alias,
    "attribute": lambda: [Holder.to_float(v), Holder.to_float(w)],
    "starred": lambda: [float(*[v]), float(*(w,))],
    "subclass": lambda: [float(Own(0.5)), float(Own(2.0))],
    "dunder": lambda: [v.__float__(), w.__float__()],
    "partial": partial,
    "map": lambda: list(map(float, vs)),
    "map_loop": for_loop,
    "map_comprehension": lambda: [x for x in map(float, vs)],  # noqa: C416
    "map_generator": lambda: list(x for x in map(float, vs)),  # noqa: C400
    "map_unpacked": unpack,
    "map_starred": multiplied,
    "map_passed_on": lambda: passed_on(map(float, vs)),
    "map_zipped": lambda: [x for x, _ in zip(map(float, vs), "ab", strict=True)],
    "map_chained": lambda: list(itertools.chain(map(float, vs))),
    "map_array": lambda: array.array("d", map(float, vs)).tolist(),
    "map_numpy": lambda: np.array(list(map(float, vs))).tolist(),
    "map_fromiter": lambda: np.fromiter(map(float, vs), dtype=float).tolist(),
    "max_of_floats": lambda: [min(float(v), float(w)), max(float(v), float(w))],
    "np_float64": lambda: [np.float64(v), np.float64(w)],
    "values_of_data": lambda: np.array([x.data for x in vs]).tolist(),
    "percent": lambda: [float("%.1f" % v), float("%.1f" % w)],  # noqa: UP031
    "format": lambda: [float(f"{v:.1f}"), float(f"{w:.1f}")],
    "sorted": lambda: [x.data for x in sorted(vs, key=float)],
    "sort": in_order,
}


@pytest.mark.parametrize("what", ALLOWED)
def test_explicit_float_and_text_are_allowed(what: str) -> None:
    for _ in range(40):
        assert ALLOWED[what]() == [0.5, 2.0]


def test_sums_of_explicit_floats_are_allowed() -> None:
    assert sum(map(float, vs)) == math.fsum(map(float, vs)) == 2.5
    assert max(map(float, vs)) == max(vs, key=float).data == 2.0
    assert math.hypot(*map(float, vs)) == math.hypot(0.5, 2.0)
    assert statistics.fmean(map(float, vs)) == 1.25


def test_parameter_of_a_program_is_refused_by_math_as_well() -> None:
    x = Value(0.5)
    engine.compile(lambda: x * x)()
    with pytest.raises(TypeError, match=r"math\.exp\(Value\)"):
        math.exp(x)
    assert float(x) == 0.5


def test_numpys_numbers_on_the_left_give_a_value() -> None:
    two = np.float64(2.0)
    results = [two + w, two - w, two * w, two / w, two**w, two % w, np.float32(2.0) * w]
    assert [x.data for x in results] == [4.0, 0.0, 4.0, 1.0, 4.0, 0.0, 4.0]
    assert all(type(x) is Value for x in results)
    assert (two > v, two >= v, two < v, two <= v) == (True, True, False, False)
    (np.float64(3.0) * w).backward()


def test_arrays_are_refused_on_either_side() -> None:
    for call in (lambda: np.ones(2) * v, lambda: v * np.ones(2), lambda: np.ones(2) + v):
        with pytest.raises(TypeError, match="operands must be Value, int or float, got an array"):
            call()
    numbers = np.ones(2)
    with pytest.raises(TypeError, match="would lose the gradient"):
        numbers *= v


def test_struct_puts_its_own_words_around_the_refusal() -> None:
    with pytest.raises(struct.error):
        struct.pack("d", v)


def test_sum_of_an_array_of_values_keeps_the_gradient() -> None:
    total = np.sum(np.array(vs)) + np.exp(np.array(vs))[0]
    assert total.data == pytest.approx(2.5 + math.exp(0.5))
