"""The checker's verdicts of a sample of wrong, right and hostile engines.

All of them, with the rates, are measured by `python -m tests.benchmarks.checker`.
"""

import subprocess
import sys
from functools import cache

import pytest

from engine.teach.faults import FAULTS
from tests.engine.teach.hostile import HOSTILE, RUDE
from tests.engine.teach.judge import Verdict, is_refused, is_told, verdict
from tests.engine.teach.mutant import Mutant
from tests.engine.teach.mutants import mutants
from tests.engine.teach.right import HALF, RIGHT
from tests.engine.teach.truth import class_in

MUTANTS = mutants()


def sample() -> list[Mutant]:
    """Return every twentieth mutant, and one for each name by which a mutant may be told."""
    found = {str(mutant): mutant for mutant in MUTANTS[::20]}
    names = {names for mutant in found.values() for names in mutant.faults}
    for mutant in MUTANTS:
        if not names >= {*mutant.faults}:
            found[str(mutant)] = mutant
            names |= {*mutant.faults}
    return list(found.values())


SAMPLE = {mutant.name: mutant for mutant in sample()}


@cache
def verdict_of(name: str) -> Verdict:
    """Return the verdict of a mutant of the sample, given as a class."""
    return verdict(class_in(str(SAMPLE[name])))


def test_every_name_that_a_mutant_may_be_told_by_is_in_the_list_of_faults() -> None:
    names = {name for mutant in MUTANTS for names in mutant.faults for name in names}
    assert names <= set(FAULTS)


@pytest.mark.parametrize("name", SAMPLE)
def test_wrong_engine_is_refused(name: str) -> None:
    assert is_refused(verdict_of(name))


def test_nineteen_of_twenty_wrong_engines_are_told_by_their_names() -> None:
    untold = [name for name, mutant in SAMPLE.items() if not is_told(mutant, verdict_of(name))]
    assert len(untold) <= len(SAMPLE) / 20, untold


@pytest.mark.parametrize("name", RIGHT)
def test_right_engine_passes_with_all_points(name: str) -> None:
    if "NumPy" in name:
        pytest.importorskip("numpy")
    said = verdict(class_in(RIGHT[name]))
    assert (said.passed, said.points, said.faults) == (True, 1.0, ())


@pytest.mark.parametrize("name", HALF)
def test_half_finished_engine_is_told_only_what_is_missing(name: str) -> None:
    said = verdict(class_in(HALF[name]))
    assert not said.passed
    assert all(fault.startswith(("missing", "no ")) for fault in said.faults), said.faults


HARMFUL = [
    "an endless loop that catches all in __mul__",
    "os._exit in backward",
    "an endless recursion in __init__",
    "wrong, and abs says 0",
    "wrong, and our engine is as wrong as its own",
    "wrong, and every module of the checker is emptied",
    "wrong, and forges the answers",
    "wrong, and forges the answers when it is asked",
    "ends the process that checks",
    "delegates by __import__",
    "delegates to our text",
    "delegates to the engine of the game",
    "wrong, and answers by the checker's model",
    "every attribute answers",
]
MEDDLING = ("writes files", "removes", "starts", "closes stdout", "changes", "handles", "warns")

PARENT = """
import os, random, signal, sys, threading, warnings
from tests.engine.teach.hostile import HOSTILE, RUDE
import engine
from engine.teach import check

def state():
    import builtins, json, math
    return (
        os.getcwd(), dict(os.environ), random.getstate(), sys.getrecursionlimit(), sys.gettrace(),
        [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)], sorted(os.listdir(".")),
        sys.path[:], sys.stdout, sys.stderr, threading.active_count(), warnings.filters[:],
        builtins.abs, builtins.print, json.dumps, math.isclose, engine.Value.__mul__,
    )

check("class Value:\\n    pass")
before = state()
print([bool(check(HOSTILE[name], seconds=4).passed) for name in %r])
for name in %r:
    check(RUDE[name], seconds=4)
after = state()
print([i for i, (x, y) in enumerate(zip(before, after)) if x != y])
"""


def test_process_that_checks_hostile_classes_is_as_it_was_before(tmp_path) -> None:
    script = PARENT % (HARMFUL, [name for name in RUDE if name.startswith(MEDDLING)])
    (tmp_path / "teachers.txt").write_text("x", encoding="utf-8")
    path = [*sys.path]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{script}"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=200,
    )
    assert run.stderr == ""
    assert run.stdout.splitlines() == [str([False] * len(HARMFUL)), "[]"]


@pytest.mark.parametrize(
    "name",
    [
        "os._exit in __mul__",
        "a class that loops when asked",
        "a class whose text loops",
        "answers everything",
        "delegates",
        "its class is ours",
    ],
)
def test_hostile_class_made_in_a_cell_is_refused(name: str) -> None:
    assert not verdict(class_in(HOSTILE[name])).passed


def test_verdict_of_an_endless_loop_comes_within_ten_seconds() -> None:
    said = verdict(class_in(HOSTILE["an endless loop that catches all in backward"]))
    assert said.faults == ("does not end",)
    assert said.seconds < 10
