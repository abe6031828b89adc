"""Tests that Python reads no number of a recording: each of its ways is refused, none answers."""

from __future__ import annotations

import bisect
import copy
import functools
import heapq
import io
import itertools
import logging
import math
import operator
import pdb
import pickle
import statistics
import sys
import traceback
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

import engine
import nn
from engine import Value
from tests.refused import refusal_of

w, b = Value(0.5, "w"), Value(-0.3, "b")


def matched(x):
    match x[0]:
        case 0.5:
            return 2.0
        case _:
            return 3.0


# Each gives a number by reading one of this recording; `x` is a list of three inputs.
READS: dict[str, Callable[[list], object]] = {
    "==": lambda x: 5.0 if x[0] * 1 == 0.5 else 1.0,
    "== of itself": lambda x: 5.0 if x[0] == x[0] else 1.0,
    "!= of itself, a test for nan": lambda x: 5.0 if x[0] != x[0] else 1.0,
    "== of comparisons": lambda x: 5.0 if (x[0] > 0) == (x[1] > 0) else 1.0,
    "!= of comparisons": lambda x: 5.0 if (x[0] > 0) != (x[1] > 0) else 1.0,
    "== with a count": lambda x: sum(k == t - 1 for k, t in enumerate(x)),
    "== from NumPy": lambda x: 5.0 if np.float64(0.5) == x[0] else 1.0,
    "== of lists": lambda x: 5.0 if x == [0.5, 1.0, 2.0] else 1.0,
    "== of tuples": lambda x: 5.0 if (x[0], 1) == (0.5, 1) else 1.0,
    "operator.eq": lambda x: 5.0 if operator.eq(x[1], 0.0) else 1.0,
    "in": lambda x: 5.0 if x[0] in (0.5, 1) else 1.0,
    "index": lambda x: x.index(2.0),
    "count": lambda x: x.count(2.0),
    "remove": lambda x: x[:].remove(2.0),
    "match": matched,
    "or": lambda x: (x[1] - 1) or 5.0,
    "not": lambda x: 5.0 if not (x[0] - 0.5) else 1.0,
    "not of a comparison": lambda x: not (x[0] > 0),
    "and": lambda x: x[0] > 0 and x[1] > 0,
    "a chain of comparisons": lambda x: 0 < x[0] < 1,
    "bool()": lambda x: bool(x[0]),
    "operator.truth": lambda x: operator.truth(x[1]),
    "any": lambda x: any(v > 1 for v in x),
    "all": lambda x: all(x),
    "filter": lambda x: len(list(filter(None, x))),
    "takewhile": lambda x: len(list(itertools.takewhile(lambda v: v < 1, x))),
    "groupby": lambda x: sum(1 for _ in itertools.groupby(x)),
    "a comprehension with if": lambda x: len([v for v in x if v > 0]),
    "set": lambda x: len({v * 1 for v in x}),
    "set of comparisons": lambda x: len({v > 0 for v in x}),
    "set of results": lambda x: len({(v > 0) * 1 for v in x}),
    "dict": lambda x: len(dict.fromkeys(x, 1)),
    "Counter": lambda x: len(Counter(x)),
    "look-up": lambda x: {0.5: 2.0}.get(x[0] * 1, 1.0),
    "lru_cache": lambda x: functools.lru_cache(lambda v: v * 2)(x[0] * 1),
    "f-string": lambda x: 5.0 if "-" in f"{x[0]}" else 1.0,
    "f-string with digits": lambda x: 5.0 if "-" in f"{x[0]:.2f}" else 1.0,
    "f-string of a list": lambda x: 5.0 if "-" in f"{x}" else 1.0,
    "str": lambda x: {"0.5": 3.0}.get(str(x[0]), 1.0),
    "repr": lambda x: 5.0 if "-" in repr(x[0] * 1) else 1.0,
    "%s": lambda x: 5.0 if "-" in "%s" % x[0] else 1.0,  # noqa: UP031
    "%.2f": lambda x: 5.0 if "-" in "%.2f" % x[0] else 1.0,  # noqa: UP031
    "format": lambda x: 5.0 if "-" in "{}".format(x[0]) else 1.0,  # noqa: UP032
    "traceback": lambda x: "".join(traceback.format_exception(ValueError(x[0]))) and 1.0,
    "log": lambda x: logging.LogRecord("", 0, "", 0, "%s", (x[0],), None).getMessage() and 1.0,
    "text of a comparison": lambda x: 5.0 if "1" in str(x[0] > 0) else 1.0,
    "print": lambda x: print(x[0]) or 1.0,
    "float": lambda x: float(x[0]),
    "float of a comparison": lambda x: float(x[0] > 0),
    "complex": lambda x: complex(x[0]).real,
    "int": lambda x: int(x[0]),
    "round": lambda x: round(x[0]),
    "round to digits": lambda x: round(x[0] * 1, 1),
    "floor": lambda x: math.floor(x[0]),
    "ceil": lambda x: math.ceil(x[0]),
    "trunc": lambda x: math.trunc(x[0]),
    "//": lambda x: x[0] // 1,
    "// from the right": lambda x: 1 // x[2],
    "divmod": lambda x: divmod(x[0], 1)[0],
    "divmod from the right": lambda x: divmod(1, x[2])[0],
    "&": lambda x: x[2] & 1,
    "<<": lambda x: 3 << x[2],
    "~": lambda x: ~(x[0] > 0),
    "& with a number": lambda x: (x[0] > 0) & 3,
    "isclose": lambda x: math.isclose(x[0], 0.5),
    "isnan": lambda x: math.isnan(x[0]),
    "is_integer": lambda x: x[0].is_integer(),
    "is_integer if it has one": lambda x: getattr(x[0], "is_integer", lambda: True)(),
    "as_integer_ratio": lambda x: x[0].as_integer_ratio()[0],
    "real": lambda x: (x[0] * 1).real,
    "bit_length": lambda x: x[2].bit_length(),
    "min": min,
    "max": max,
    "sorted": lambda x: sorted(x)[0],
    "sorted tuples": lambda x: sorted((v, k) for k, v in enumerate(x))[0][1],
    "mean": statistics.mean,
    "median": statistics.median,
    "bisect": lambda x: bisect.bisect([0.0, 1.0], x[0]),
    "nlargest": lambda x: heapq.nlargest(1, x)[0],
    "range": lambda x: sum(range(x[2])),
    "list index": lambda x: [1.0, 2.0, 3.0][x[2]],
    "copy": lambda x: copy.copy(x[0]),
    "deepcopy": lambda x: copy.deepcopy(x)[0],
    "pickle": lambda x: pickle.dumps(x[0]) and 1.0,
    "np.unique": lambda x: np.unique(np.array(x, dtype=object)).size,
    "np.sort": lambda x: np.sort(np.array(x, dtype=object))[0],
    "np.argmax": lambda x: np.argmax(np.array(x, dtype=object)),
    "np.sign": lambda x: np.sign(np.array(x, dtype=object))[0],
    "np.where": lambda x: np.where(np.array(x, dtype=object) > 0, 1.0, 2.0)[0],
    "np.any": lambda x: np.any(np.array([x[0] > 0, x[1] > 0])),
    "text of a Value": lambda x: 5.0 if "-" in str(w * x[2]) else 1.0,
    "text of a parameter": lambda x: 5.0 if "0.5" in f"{w}" else 1.0,
    "repr of parameters": lambda x: 5.0 if "0.5" in repr([w, b]) else 1.0,
    "parameter == number": lambda x: 5.0 if w == 0.5 else 1.0,
    "parameter != number": lambda x: 5.0 if w != 0.5 else 1.0,
    "parameter == input": lambda x: 5.0 if w == x[0] else 1.0,
    "parameter in numbers": lambda x: 5.0 if w in (0.5, 1.0) else 1.0,
    "NumPy's number == parameter": lambda x: 5.0 if np.float64(0.5) == w else 1.0,
    "parameter or": lambda x: 5.0 if w > 0 or x[0] else 1.0,
    "copy of a parameter": lambda x: copy.deepcopy(w).data,
    "named leaf": lambda x: 5.0 if Value(x[0], "feature") == 0.5 else 1.0,
}


@pytest.mark.parametrize("batched", [False, True], ids=["plain", "batched"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_number_that_python_would_read_is_refused(
    read: Callable[[list], object], batched: bool
) -> None:
    x = [0.5, 1.0, 2.0]
    said = refusal_of(lambda x: w * x[2] * read(x), [x] if batched else x, batched=batched)
    assert "cannot be replayed with other numbers; " in said


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_refusal_that_is_caught_is_raised_all_the_same(read: Callable[[list], object]) -> None:
    def stubborn(x):
        try:
            factor = read(x)
        except Exception:
            factor = 7.0
        return w * x[2] * factor

    assert "cannot be replayed" in refusal_of(stubborn, [0.5, 1.0, 2.0])


PARAMETER_READS = [name for name in READS if "parameter" in name and name != "parameter == input"]


@pytest.mark.parametrize("name", PARAMETER_READS)
def test_a_penalty_reads_no_parameter(name: str) -> None:
    penalty = lambda: w * READS[name]([1.0])
    said = refusal_of(lambda x: w * x, [1.0], batched=True, penalty=penalty)
    assert "cannot be replayed" in said


@pytest.mark.parametrize("name", ["==", "or", "set", "str", "round", "//", "max", "print"])
def test_fit_refuses_what_compile_refuses(name: str) -> None:
    class Reading(nn.Module):
        def __init__(self) -> None:
            self.w = Value(0.5)

        def __call__(self, x: list) -> Value:
            return self.w * READS[name](x) + self.w * x[2]

    model = Reading()
    with pytest.raises(engine.RecordingError, match="cannot be replayed"):
        nn.fit(
            model,
            [[0.5, 1.0, 2.0], [-0.5, 0.0, 2.0]],
            [1.0, 2.0],
            loss=nn.mean_squared_error,
            optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
            epochs=1,
            validation=0,
            compiled=True,
            progress=False,
        )


def test_names_and_identity_of_parameters_are_no_numbers() -> None:
    def fn(x):
        names = {w: 2.0, b: 3.0}
        same = 1.0 if w == w and w != b and w in [b, w] and w != None else 9.0  # noqa: E711
        return w * x * names[w] * same * len(f"{w.label}{b.label}")

    assert engine.compile(fn)(1.0) == 0.5 * 2.0 * 2


def test_a_debugger_shows_a_recorded_value_without_its_number() -> None:
    said, tracer = io.StringIO(), sys.gettrace()

    def fn(x):
        pdb.Pdb(stdin=io.StringIO("p x\nc\n"), stdout=said, nosigint=True, readrc=False).set_trace()
        return w * x

    try:
        assert engine.compile(fn)(3.0) == 1.5
    finally:
        sys.settrace(tracer)
    assert "(Pdb) Value(recorded leaf, label='x')" in said.getvalue()


def test_a_recorded_value_has_a_text_again_once_it_is_recorded() -> None:
    kept = []
    engine.compile(lambda x: kept.append(w * x) or kept[-1])(3.0)
    assert repr(kept[0]) == "Value(recorded mul)"


def test_pythons_own_messages_name_what_the_user_knows() -> None:
    with pytest.raises(TypeError, match="'recorded input' object is not subscriptable"):
        engine.compile(lambda x: w * x[0])(1.0)
    with pytest.raises(TypeError, match="'Value' object is not callable"):
        engine.compile(lambda x: (w * x)(1.0))(1.0)
    with pytest.raises(AttributeError, match="'comparison' object has no attribute 'shape'"):
        engine.compile(lambda x: (w * x > 0).shape)(1.0)


def test_our_own_errors_still_name_a_recorded_value() -> None:
    with pytest.raises(TypeError, match=r"Value \+ str"):
        engine.compile(lambda x: w * x + "one")(1.0)
    with pytest.raises(TypeError, match=r"the loss; .* returned list"):
        engine.compile(lambda x: [w * x, x])(1.0)
