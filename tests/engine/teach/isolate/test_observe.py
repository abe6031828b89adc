import sys
import time

import pytest

from engine.teach import observe
from engine.teach.isolate import launch
from engine.teach.isolate.limits import StepLimit, limited_steps
from engine.teach.isolate.observation import (
    DIED,
    GARBLED,
    HANGS,
    NOT_LOADED,
    NOT_PLAIN,
    RAISED,
)
from tests.engine.teach.isolate.probes import Student, call, deed

WAYS = [pytest.param(True, id="forked"), pytest.param(False, id="spawned")]


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    if request.param and sys.platform != "linux":
        pytest.skip("a fork is not safe here")
    if not request.param:
        pytest.importorskip("cloudpickle")
    monkeypatch.setattr(launch, "FORK_IS_SAFE", request.param)


@pytest.mark.usefixtures("way")
def test_values_come_back_in_the_order_of_the_arguments() -> None:
    seen = observe(Student, deed, ["right", "raises", "right"])
    assert [o.value for o in seen] == [1.5, None, 1.5]
    assert seen[1].error is not None
    assert (seen[1].error.kind, seen[1].error.error) == (RAISED, "ValueError")
    assert seen[1].error.line is not None
    assert "no such luck" in seen[1].error.line[1]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("what", "kind"),
    [("loops", HANGS), ("ends", DIED), ("returns_an_object", NOT_PLAIN)],
)
def test_what_fails_costs_only_its_own_probe(what: str, kind: str) -> None:
    before, failed, after = observe(Student, deed, ["right", what, "right"], seconds=6.0)
    assert before.value == after.value == 1.5
    assert failed.error is not None
    assert failed.error.kind == kind


@pytest.mark.parametrize("what", ["allocates", "asks", "closes", "exits", "forks", "recurses"])
def test_next_probe_is_right_whatever_the_last_one_did(what: str) -> None:
    failed, after = observe(Student, deed, [what, "right"], seconds=6.0)
    assert failed.error is not None
    assert after.value == 1.5


def test_answer_that_is_no_answer_is_told() -> None:
    replaced, after = observe(Student, deed, ["replaces", "right"])
    assert replaced.error is not None
    assert replaced.error.kind == GARBLED
    assert after.value == 1.5  # in a new process


@pytest.mark.parametrize(
    ("what", "value"),
    [("prints", 2.5), ("lies", 4.5), ("writes_on_stderr", 5.5)],
)
def test_output_changes_no_answer(what: str, value: float, capfd) -> None:
    seen = observe(Student, deed, [what, "right"])
    assert [o.value for o in seen] == [value, 1.5]
    assert capfd.readouterr() == ("", "")


def test_everything_hanging_ends_in_time() -> None:
    start = time.monotonic()
    seen = observe(Student, deed, ["loops"] * 30, seconds=2.0)
    assert time.monotonic() - start < 4.0
    assert all(o.error is not None for o in seen)


@pytest.mark.usefixtures("way")
def test_text_is_run_and_its_lines_are_known() -> None:
    text = "class Value:\n    def __init__(self, x):\n        raise KeyError(x)\n"
    (seen,) = observe(text, call, [1.0])
    assert seen.error is not None
    assert seen.error.line == (3, "raise KeyError(x)")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("no such file.py", "does not exist"),
        ("class Other:\n    pass\n", "needs a definition of Value; it has Other"),
        ("class Value\n    pass\n", "expected ':'"),
        ("\n\n", "is empty"),
        ("import nowhere_to_be_found\n", "nowhere_to_be_found"),
    ],
)
def test_what_cannot_be_loaded_says_why(given: str, message: str) -> None:
    (seen,) = observe(given, call, [1.0])
    assert seen.error is not None
    assert seen.error.kind == NOT_LOADED
    assert message in str(seen.error)


def test_file_imports_what_is_next_to_it(tmp_path) -> None:
    (tmp_path / "helper_of_mine.py").write_text("factor = 3\n", encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(
        "from helper_of_mine import factor\n\ndef Value(x):\n    return factor * x\n",
        encoding="utf-8",
    )
    (seen,) = observe(path, call, [2.0])
    assert seen.value == 6.0


def test_probe_that_no_interpreter_can_import_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(launch, "FORK_IS_SAFE", False)
    with pytest.raises(ValueError, match="top of a module"):
        observe("class Value:\n    pass\n", lambda student, x: x, [1.0])


def test_object_of_no_module_needs_cloudpickle(monkeypatch) -> None:
    monkeypatch.setattr(launch, "FORK_IS_SAFE", False)
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    names: dict[str, object] = {"__name__": "__main__"}
    exec("class Value:\n    pass\n", names)
    with pytest.raises(ImportError, match=r"glassgrad\[teach\]"):
        observe(names["Value"], call, [1.0])


def test_step_limit_ends_a_loop_and_drops_output(capfd) -> None:
    def forever() -> None:
        with limited_steps(10_000, 5.0):
            while True:
                print("round and round")

    with pytest.raises(StepLimit):
        forever()
    assert capfd.readouterr() == ("", "")


def test_without_processes_steps_are_limited_per_probe(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    before, failed, after = observe(Student, deed, ["right", "loops", "right"])
    assert before.value == after.value == 1.5
    assert failed.error is not None
    assert failed.error.kind == HANGS
