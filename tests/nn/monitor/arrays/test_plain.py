"""The functions that replace NumPy's where it is not installed give what NumPy's give."""

import inspect
import math
import random

import numpy as np
import pytest

from engine import activations
from nn.monitor.arrays import number_by_number, on_arrays, plain
from nn.monitor.arrays.array import Array

V = "np.array(v)"
M = "np.array(m)"
# Expressions of np, vectors v and w, a table m, integers i, truth values t, where groups begin s.
EXPRESSIONS = [
    # elementwise, with numbers and columns repeated
    f"{V} + np.array(w)", f"1.5 + {V}", f"{V} - np.array(w)", f"{V} * 2.0", f"-2.0 * {V}",
    f"{V} / np.array(w)", f"{V} / 0.0", f"{V} ** 2", f"abs({V})", f"{M} + {M}[:, 1:2]",
    f"{M} - 0.5", f"{M} ** 2", f"{V} == np.array(w)", f"{V} != np.array(w)", f"{V} < np.array(w)",
    f"{V} <= 0", f"{V} > np.array(w)", f"{M} > 0", f"{M} < 0", "~np.array(t)",
    f"np.array(t) & ({V} > 0)", f"np.array(t) | ({V} > 0)", "np.array(i) == 1",
    f"({M} < 0) | ({M} > 1)", f"np.sqrt(abs({V}))", "np.sqrt(2.0)", "np.sin(np.arange(5) + 0.5)",
    f"np.isfinite({V})", "np.isfinite(1.0)", f"np.clip({V}, -1, 1)", f"np.clip({M}, -1, 1)",
    f"np.where({V} > 0, {V}, 0.0)", f"np.where(np.array(t), {V}, np.array(w))",
    f"np.maximum({V}, np.array(w))", f"np.minimum({V}, 0.5)",
    # parts
    f"{V}[1]", f"{V}[1:3]", f"{V}[::2]", f"{V}[np.array(i)]", f"{V}[i]", f"{V}[np.array(t)]",
    f"{M}[1]", f"{M}[1:3]", f"{M}[i]", f"{M}[np.array(i)]", f"{M}[:, 1]", f"{M}[:, :2]",
    f"len({V})", f"{V}.shape", f"{M}.shape", f"[*{V}]", f"{M}.T", f"{V}[:6].reshape(2, 3)",
    f"{M}.ravel()", f"{M}.copy()", f"{V}.copy()", f"{M}.tolist()",
    # reductions
    f"{V}.sum()", f"{M}.sum()", "np.array(t).sum()", f"{V}.mean()", f"{M}.mean()",
    "np.array(t).mean()", f"np.mean({M})", f"{V}.std()", f"{M}.std(axis=1)", f"{V}.max()",
    f"{M}.max(axis=1)", f"{V}.min()", "np.array(t).all()", f"({M} < 1).all(axis=1)",
    "np.array(t).any()", f"{V}.argmax()", "np.argmax(v)", "np.argmin(v)", "np.array(t).argmax()",
    f"{M} @ {M}.T", f"np.add.reduceat({V}, s)", f"np.maximum.reduceat({V}, s)",
    f"np.minimum.reduceat({V}, np.array(s))",
    # the rest
    "np.array([v, w])", "np.asarray(m, dtype=float)", "np.zeros(3)", "np.zeros(1, dtype=np.intp)",
    "np.ones(3, bool)", "np.arange(4)", "np.linspace(0, 9, 4)", "np.linspace(0, 6, 1)",
    "np.linspace(0, 63, 7).astype(int)", "np.array(t).astype(float)", "np.diff(v)",
    "np.diff([*np.array(s), 8])", "np.flatnonzero(np.array(t))", f"np.concatenate([{V}, {V}])",
    f"np.concatenate([{M}, {M}])", f"np.split({V}, np.array(s)[1:])", "np.repeat(np.array(w), n)",
    f"np.sort({V})", "np.argsort(np.array(i), kind='stable')",
    f"np.lexsort(({V}, np.array(i8)))", "np.unique(np.array(i), return_index=True)",
    "np.bincount(np.array(i8), np.array(t), minlength=5)", "np.histogram(np.array(finite), bins=5)",
    "np.histogram(np.array([]), bins=3)", "np.histogram(np.array([2.0, 2.0]), bins=4)",
    "np.array(finite).tobytes()", "np.nan",
]  # fmt: skip
INNER = ("reduce", "errstate")  # not compared: called by the others; without a result
SPECIAL = (math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0)


def inputs(seed: int, *, special: bool) -> dict[str, list]:
    """Return random inputs, some of them equal; if special, with inf and nan among them."""
    draw = random.Random(seed)
    some = lambda n: [round(draw.gauss(0, 1), 1) for _ in range(n)]
    v, w, m = some(8), some(8), [some(3) for _ in range(5)]
    finite = list(v)
    if special:
        v[draw.randrange(8)], w[draw.randrange(8)] = draw.choice(SPECIAL), draw.choice(SPECIAL)
        m[draw.randrange(5)][draw.randrange(3)] = draw.choice(SPECIAL)
    return {
        "v": v, "w": w, "m": m, "finite": finite, "s": [0, 2, 5],
        "i": [draw.randrange(5) for _ in range(6)], "i8": [draw.randrange(3) for _ in range(8)],
        "n": [draw.randrange(3) for _ in range(8)], "t": [draw.random() < 0.6 for _ in range(8)],
    }  # fmt: skip


def plainly(x: object) -> object:
    """Return arrays, in tuples and lists too, as lists."""
    if isinstance(x, (tuple, list)):
        return [plainly(part) for part in x]
    return x.tolist() if hasattr(x, "tolist") else x


def same(x: object, y: object) -> bool:
    if isinstance(x, list):
        return isinstance(y, list) and len(x) == len(y) and all(map(same, x, y))
    if isinstance(x, (bytes, bool)) or isinstance(y, bool):
        return type(x) is type(y) and x == y
    return x == pytest.approx(y, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_gives_what_numpy_gives(expression: str, special: bool) -> None:
    for seed in range(20):
        names = inputs(seed, special=special)
        with np.errstate(all="ignore"):
            expected = plainly(eval(expression, {"np": np, **names}))
        with plain.errstate(all="ignore"):
            found = plainly(eval(expression, {"np": plain, **names}))
        assert same(found, expected), (names, found, expected)


def test_every_function_and_method_is_compared_with_that_of_numpy() -> None:
    text = " ".join(EXPRESSIONS)
    functions = [n for n, f in inspect.getmembers(plain, inspect.isfunction) if hasattr(np, n)]
    methods = [n for n, _ in inspect.getmembers(Array, inspect.isfunction) if n[0] != "_"]
    assert len(functions) > 20
    missing = [n for n in functions if f"np.{n}(" not in text and n not in INNER]
    missing += [
        n for n in methods if f").{n}(" not in text and f"].{n}(" not in text and n not in INNER
    ]
    assert missing == []


def test_arrays_of_different_dimensions_are_not_combined() -> None:
    with pytest.raises(AssertionError, match="cannot combine shapes"):
        plain.array([[1.0, 2.0], [3.0, 4.0]]) + plain.array([1.0, 2.0])


@pytest.mark.parametrize("activation", activations())
def test_activation_number_by_number_is_that_of_arrays(activation: str) -> None:
    table = [[-1e150, -1000.0, -1.0, 0.0], [1e-3, 1.0, 1000.0, 1e150]]
    with np.errstate(all="ignore"):
        expected = on_arrays(activation)(np.array(table)).tolist()
    assert same(number_by_number(activation)(plain.array(table)).tolist(), expected)
