"""The sweep: every run once, saved as soon as it has finished, on cores and on a cluster."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nn.__main__ import main
from nn.experiments.cluster import ClusterError, connected
from nn.experiments.sweep import Runs, grid_of, run_all
from nn.training.fit import Run
from tests.needs import needs

pytestmark = needs("joblib")
SMALL = ["sweep", "moons", "--hidden", "3", "4,4", "--lr", "0.05", "--seeds", "2", "--epochs", "2"]


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def square(settings) -> dict:
    return {"answer": settings["x"] ** 2, "process": os.getpid()}


def fails_at_2(settings) -> dict:
    if settings["x"] == 2:
        raise ValueError("two is too many")
    return square(settings)


def dies_once(settings) -> dict:
    """Kill the worker, the first time."""
    mark = Path(settings["mark"])
    if settings["x"] == 1 and not mark.exists():
        mark.write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return square(settings)


def dies_always(settings) -> dict:
    if settings["x"] == 1:
        deadline = time.monotonic() + 60
        while (
            len(list(Path(settings["folder"]).glob("*.json"))) < 3 and time.monotonic() < deadline
        ):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    return square(settings)


def answers(found: dict) -> dict:
    return {i: result["answer"] for i, result in found.items() if isinstance(result, dict)}


def test_every_run_is_made_once_in_other_processes(tmp_path) -> None:
    found = run_all(square, grid_of(x=range(5)), Runs(tmp_path), n_jobs=2, progress=False)
    assert answers(found) == {0: 0, 1: 1, 2: 4, 3: 9, 4: 16}
    assert os.getpid() not in {result["process"] for result in found.values()}
    assert len(list(tmp_path.glob("*.json"))) == 5


def test_finished_runs_are_not_made_again(tmp_path) -> None:
    grid = grid_of(x=range(4))
    first = run_all(square, grid[:2], Runs(tmp_path), n_jobs=2, progress=False)
    both = run_all(square, grid, Runs(tmp_path), n_jobs=2, progress=False)
    assert {i: both[i] for i in first} == first
    assert len(both) == 4


def test_runs_of_other_data_do_not_count(tmp_path) -> None:
    Runs(tmp_path, "these").save({"x": 1}, {"answer": 1})
    assert Runs(tmp_path, "these").finished({"x": 1}) == {"answer": 1}
    assert Runs(tmp_path, "those").finished({"x": 1}) is None


def test_damaged_file_does_not_count(tmp_path) -> None:
    runs = Runs(tmp_path)
    runs.save({"x": 1}, {"answer": 1})
    path = runs.path({"x": 1})
    whole = path.read_text()
    path.write_text(whole[:40])
    assert runs.finished({"x": 1}) is None
    path.write_text(whole.replace('"answer": 1', '"answer": 3'))
    assert runs.finished({"x": 1}) is None


def test_run_that_fails_says_why_and_stops_no_other(tmp_path) -> None:
    found = run_all(fails_at_2, grid_of(x=range(4)), Runs(tmp_path), n_jobs=2, progress=False)
    assert found[2] == "ValueError: two is too many"
    assert answers(found) == {0: 0, 1: 1, 3: 9}
    assert len(list(tmp_path.glob("*.json"))) == 3  # it is tried again next time


def test_worker_that_dies_loses_nothing(tmp_path) -> None:
    grid = grid_of(x=range(6), mark=[str(tmp_path / "mark")])
    found = run_all(dies_once, grid, Runs(tmp_path / "runs"), n_jobs=2, progress=False)
    assert answers(found) == {i: i * i for i in range(6)}


def test_run_that_kills_its_worker_each_time_is_given_up(tmp_path) -> None:
    grid = grid_of(x=range(4), folder=[str(tmp_path)])
    found = run_all(dies_always, grid, Runs(tmp_path), n_jobs=2, progress=False)
    assert found[1] == "its worker died 2 times"
    assert answers(found) == {0: 0, 2: 4, 3: 9}


# Dask's own warnings are none of our business.
ignored = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def on_dask(test):
    """Mark a test that needs Dask."""
    return needs("distributed")(ignored(test))


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as local:
        yield local.scheduler_address


@on_dask
def test_cluster_gives_the_same_results(cluster, tmp_path) -> None:
    found = run_all(fails_at_2, grid_of(x=range(4)), Runs(tmp_path), dask=cluster, progress=False)
    assert answers(found) == {0: 0, 1: 1, 3: 9}
    assert found[2] == "ValueError: two is too many"


@on_dask
def test_command_runs_on_a_cluster(cluster, tmp_path, capsys) -> None:
    small = ["sweep", "moons", "--hidden", "2", "3", "--seeds", "1", "--epochs", "1"]
    for where, more in (("cores", ["--jobs", "1"]), ("cluster", ["--dask", cluster])):
        assert main([*small, "--out", str(tmp_path / where), *more]) == 0
    tables = [rows_of(tmp_path / where / "table.csv") for where in ("cores", "cluster")]
    for rows in tables:
        for row in rows:
            del row["seconds"]
    assert tables[0] == tables[1]


@on_dask
@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "nonsense", "http://127.0.0.1:80", ""]
)
def test_cluster_that_cannot_be_reached_is_one_line(address, tmp_path) -> None:
    program = "import nn.experiments.cluster as s, nn.__main__ as m; s.TIMEOUT = 0.2; m.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *SMALL, "--dask", address, "--out", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    assert f"no Dask scheduler responds at '{address}' within 0.2 seconds" in line
    assert "start one with `dask scheduler`" in line


@pytest.fixture
def scheduler():
    """A scheduler without workers: its process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
         "--port", "0", "--no-dashboard"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in process.stderr:
        if found := re.search(r"Scheduler at: +(tcp://\S+)", line):
            yield process, found[1]
            break
    process.kill()
    process.stderr.close()
    process.wait()


@on_dask
def test_cluster_without_workers_says_so_and_is_given_up(
    scheduler, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr("nn.experiments.cluster.BETWEEN", 0.1)
    monkeypatch.setattr("nn.experiments.cluster.WORKERLESS", 0.3)
    _, address = scheduler
    with pytest.raises(ClusterError, match=r"has had no workers for 0\.3 seconds; start one with"):
        run_all(square, grid_of(x=[1]), Runs(tmp_path), dask=address, progress=False)
    assert f"waiting: the Dask scheduler at {address} has no workers" in capsys.readouterr().err


@on_dask
def test_scheduler_that_ends_is_said_to_have_ended(scheduler, tmp_path, monkeypatch) -> None:
    process, address = scheduler
    monkeypatch.setattr("builtins.print", lambda *_, **__: process.kill())  # while it waits
    with pytest.raises(ClusterError, match=r"the Dask scheduler at .* has ended, or cannot be"):
        run_all(square, grid_of(x=[1]), Runs(tmp_path), dask=address, progress=False)


@on_dask
@pytest.mark.speed
def test_cluster_that_does_not_respond_is_an_error_within_seconds() -> None:
    start = time.perf_counter()
    with pytest.raises(ClusterError):
        connected("tcp://127.0.0.1:9")
    assert time.perf_counter() - start < 15


def test_command_writes_a_table_and_a_plot_of_the_seeds(tmp_path, capsys) -> None:
    assert main([*SMALL, "--jobs", "1", "--out", str(tmp_path)]) == 0
    rows = rows_of(tmp_path / "table.csv")
    assert [(row["hidden"], row["seed"]) for row in rows] == [
        ("3", "0"),
        ("3", "1"),
        ("4,4", "0"),
        ("4,4", "1"),
    ]
    assert all(0 <= float(row["validation"]) <= 1 for row in rows)
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    shown = capsys.readouterr()
    assert "hidden 4,4" in shown.out
    assert "4 of 4 runs" in shown.err  # one bar for all
    assert "epoch" not in shown.err


@pytest.mark.usefixtures("unrendered")
def test_command_says_what_one_run_alone_says(tmp_path) -> None:
    settings = ["--hidden", "4", "--lr", "0.05", "--epochs", "2"]
    main(
        ["sweep", "moons", *settings, "--seeds", "2", "--jobs", "1", "--out", str(tmp_path / "all")]
    )
    main(["train", "moons", *settings, "--seed", "1", "--out", str(tmp_path / "one")])
    run = rows_of(tmp_path / "all" / "table.csv")[-1]
    best = rows_of(tmp_path / "one" / "history.csv")[int(run["best_epoch"]) - 1]
    assert float(run["validation"]) == pytest.approx(float(best["validation_metric"]))


@pytest.mark.parametrize(
    ("kill", "how", "code"),
    [
        (os.killpg, signal.SIGINT, 130),  # as the terminal does
        (os.kill, signal.SIGTERM, 143),
        (os.kill, signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_stopped_sweep_leaves_no_worker_and_goes_on_from_what_has_finished(
    kill, how, code, tmp_path
) -> None:
    command = [sys.executable, "-m", "nn", "sweep", "moons", "--hidden", "3", "--seeds", "4",
               "--epochs", "60", "--jobs", "2", "--out", str(tmp_path / "out")]  # fmt: skip
    runs = tmp_path / "out" / "runs"
    with (tmp_path / "errors").open("w") as errors:
        sweep = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE,
                                 stderr=errors, text=True)  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(runs.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    kill(sweep.pid, how)
    out, _ = sweep.communicate(timeout=60)  # until no worker has its end of the pipe either
    assert sweep.returncode == code
    kept = {path.name: path.read_text() for path in runs.glob("*.json")}
    assert kept
    assert all(json.loads(text)["result"]["stopped"] == "epochs" for text in kept.values())
    assert not re.search("Traceback|Warning", (tmp_path / "errors").read_text())
    if how == signal.SIGINT:
        assert f"stopped by Ctrl-C; {len(kept)} of 4 runs have been saved" in out
    assert main([*command[3:], "--jobs", "1"]) == 0
    done = {path.name: path.read_text() for path in runs.glob("*.json")}
    assert len(done) == 4
    assert {name: done[name] for name in kept} == kept  # not made again


def test_run_that_ctrl_c_has_ended_is_no_result(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(Run, "judge", lambda run: signal.raise_signal(signal.SIGINT))
    assert main([*SMALL, "--jobs", "1", "--out", str(tmp_path)]) == 130
    assert "0 of 4 runs have been saved" in capsys.readouterr().out
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        (["sweep", "sunspots"], "no data set named 'sunspots'"),
        (["sweep", "--jobs", "0"], "--jobs must be 1 or more, or -1 for one per core; got 0"),
        (["sweep", "--hidden", "a"], "--hidden needs sizes such as 16,16, got 'a'"),
        (["sweep", "--out", "file/out"], "cannot write to file/out"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_words(
    arguments, wording, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert main(arguments) == 2
    assert wording in capsys.readouterr().err


def test_setting_that_no_run_can_use_is_reported_for_each(tmp_path, capsys) -> None:
    arguments = [
        "sweep",
        "--activation",
        "swoosh",
        "--hidden",
        "3",
        "--seeds",
        "1",
        "--epochs",
        "1",
    ]
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    assert "activation must be one of linear, " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "more"), [("joblib", []), ("distributed", ["--dask", "tcp://127.0.0.1:9"])]
)
def test_missing_package_names_the_extra(module, more, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert main([*SMALL, "--out", str(tmp_path), *more]) == 2
    assert (
        f'a sweep needs {module}, which is not installed; pip install "glassgrad[sweep]"'
        in capsys.readouterr().err
    )
