"""Functions are known by what they do: by their code, their defaults and what they take from around."""

import functools
import operator
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import FunctionType

import pytest

import engine
import nn
from engine import Value
from nn.saved.fingerprint import fingerprint, name_of

STRENGTH = 0.1
np = pytest.importorskip("numpy")


def halves(strength: float) -> Callable[[nn.Module], Value]:
    return lambda model: nn.l2(model, strength)


def with_global(name: str, value: object) -> FunctionType:
    """Return a function that reads a global."""
    space = {name: value}
    exec(f"def f(x):\n    return x * {name}", space)
    return space["f"]  # type: ignore[return-value]


class Scaled:
    def __init__(self, by: float) -> None:
        self.by = by

    def __call__(self, x: float) -> float:
        return x * self.by


class Slotted:
    __slots__ = ("by",)

    def __init__(self, by: float) -> None:
        self.by = by


def with_class(**attributes: object) -> object:
    """Return an object of a class with these attributes of the class."""
    return type("Own", (), {"__module__": "__main__", **attributes})()


def cached(by: float) -> Callable[[int], float]:
    return functools.cache(lambda step: step * by)


def looped(n: int) -> Callable[[], object]:
    def inner() -> object:
        return inner if n else None

    return inner


SAME = [
    (lambda: lambda x: x + 1, "the same lambda"),
    (lambda: halves(0.1), "the same closure"),
    (lambda: functools.partial(nn.l2, strength=0.1), "the same partial"),
    (lambda: nn.schedules.cosine(0.1, steps=9), "the same schedule"),
    (lambda: Scaled(2.0), "the same object"),
    (lambda: Scaled(2.0).__call__, "the same method"),
    (lambda: with_global("a", [1, {"b": {2}}]), "the same global"),
    (lambda: np.arange(3.0), "the same array"),
    (lambda: np.array([1, "a", None], dtype=object), "the same array of objects"),
    (lambda: [0.1, 0.2].__getitem__, "the same method of a list"),
    (lambda: cached(2.0), "the same function with a cache"),
    (lambda: with_class(f=staticmethod(abs), g=property(len)), "the same class"),
    (lambda: threading.Lock(), "a lock, which no copy has"),
    (lambda: nn.MLP(2, [3, 1], dropout=0.5, seed=1), "the same dropout"),
    (lambda: looped(1), "a function that refers to itself"),
    (lambda: nn.MLP(2, [3, 1], seed=1), "the same network"),
]


@pytest.mark.parametrize("make", [make for make, _ in SAME], ids=[name for _, name in SAME])
def test_what_is_made_twice_has_one_fingerprint(make: Callable[[], object]) -> None:
    assert fingerprint(make()) == fingerprint(make())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x + 1, lambda x: x + 2),
        (lambda x: x + 1, lambda x: x - 1),
        (lambda x, k=1: x + k, lambda x, k=2: x + k),
        (lambda x, *, k=1: x + k, lambda x, *, k=2: x + k),
        (halves(0.1), halves(0.2)),
        (with_global("a", 1), with_global("a", 2)),
        (with_global("a", 1), with_global("b", 1)),
        (with_global("a", lambda x: x), with_global("a", lambda x: -x)),
        (functools.partial(nn.l2, strength=0.1), functools.partial(nn.l2, strength=0.2)),
        (functools.partial(nn.l2, strength=0.1), functools.partial(nn.l1, strength=0.1)),
        (nn.schedules.cosine(0.1, steps=9), nn.schedules.cosine(0.1, steps=8)),
        (nn.schedules.cosine(0.1, steps=9), nn.schedules.linear(0.1, steps=9)),
        (Scaled(2.0), Scaled(3.0)),
        (Scaled(2.0).__call__, Scaled(3.0).__call__),
        (nn.l1, nn.l2),
        ([0.1, 0.2].__getitem__, [0.1, 0.3].__getitem__),
        ({0: 0.1}.get, {0: 0.2}.get),
        (cached(2.0), cached(3.0)),
        (Slotted(2.0), Slotted(3.0)),
        (Decimal("0.1"), Decimal("0.2")),
        (operator.itemgetter(1), operator.itemgetter(2)),
        (np.vectorize(halves(0.1)), np.vectorize(halves(0.2))),
        (with_class(power=1), with_class(power=2)),
        (with_class(f=staticmethod(abs)), with_class(f=staticmethod(len))),
        (with_class(f=property(halves(1))), with_class(f=property(halves(2)))),
        (with_class(f=classmethod(halves(1))), with_class(f=classmethod(halves(2)))),
        (nn.MLP(2, [3, 1], dropout=0.5, seed=1), nn.MLP(2, [3, 1], dropout=0.4, seed=1)),
        (engine.tanh, engine.relu),
        (np.arange(3.0), np.arange(3)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        ([1, [2, 3]], [1, 2, 3]),
        ([1, [2], 3], [1, [2, 3]]),
        (1, 1.0),
        (1, True),
        ("1", 1),
        (0.0, -0.0),
        ({"a": 1}, {"a": 2}),
        (Value(1.0), Value(2.0)),
        (lambda: lambda x: x + 1, lambda: lambda x: x + 2),
        (nn.MLP(2, [3, 1], activation="tanh", seed=1), nn.MLP(2, [3, 1], seed=1)),
    ],
)
def test_what_does_something_else_has_another_fingerprint(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_numbers_of_parameters_do_not_count() -> None:
    one, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=1)
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one, parameters=one.parameters()) == fingerprint(
        other, parameters=other.parameters()
    )


def test_constants_may_be_shared_or_not() -> None:
    parts = ["a", (1, "b")]
    one, other = tuple(parts), tuple(parts)
    assert one is not other
    assert fingerprint([one, one]) == fingerprint([one, other])


def test_mode_and_random_numbers_do_not_count() -> None:
    model = nn.MLP(2, [3, 1], dropout=0.5, seed=1)
    before = fingerprint(model)
    model([1.0, 2.0])
    assert fingerprint(model.eval()) == before


def test_classes_of_the_same_name_with_other_code_differ() -> None:
    def make(sign: int) -> object:
        if sign > 0:

            class Own(nn.Module):
                def __call__(self, x: float) -> float:
                    return x
        else:

            class Own(nn.Module):  # type: ignore[no-redef]
                def __call__(self, x: float) -> float:
                    return -x

        return Own()

    assert fingerprint(make(1)) == fingerprint(make(1))
    assert fingerprint(make(1)) != fingerprint(make(-1))


def test_module_of_ones_own_is_read_where_a_function_reads_it(tmp_path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for strength in (1, 1, 2):
        (tmp_path / "my_settings.py").write_text(f"L2 = {strength}\nOTHER = {len(found)}\n")
        sys.modules.pop("my_settings", None)
        import importlib

        importlib.invalidate_caches()
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        import my_settings  # type: ignore[import-not-found]

        sys.dont_write_bytecode = before
        space = {"my_settings": my_settings}
        exec("f = lambda model: my_settings.L2", space)
        found.append(fingerprint(space["f"]))
    sys.modules.pop("my_settings", None)
    assert found[0] == found[1] != found[2]


def test_two_processes_agree(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import nn\n"
        "from nn.saved.fingerprint import fingerprint\n"
        "K = {'a', 'b', 'c'}\n"
        "class Own(nn.Module):\n"
        "    def __init__(self): self.f = lambda x: x in {'p', 'q', 'r'} or K\n"
        "print(fingerprint(Own(), lambda m: nn.l2(m, 0.1), nn.MLP(1, [1], seed=0)))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, str(program)], capture_output=True, text=True, check=True,
            env={**__import__("os").environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(found) == 1


@pytest.mark.parametrize(
    ("thing", "name"),
    [(0.02, "0.02"), (None, "None"), (nn.l2, "l2"), (halves(1), "<lambda>"), (nn.Adam, "Adam")],
)
def test_name_is_what_a_message_can_say(thing: object, name: str) -> None:
    assert name_of(thing) == name
