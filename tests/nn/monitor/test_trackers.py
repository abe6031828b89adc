"""Trackers: what their own readers find in what the monitor has logged."""

import csv
import gc
import json
import os
import struct
import sys
import time

import pytest

import nn
from tests.needs import needs
from tests.networks import moons, train

NAME = "layer 1/weights/norm"


def logged(tmp_path, tracker: str, target, **settings) -> nn.Monitor:
    """Train a failing network that is logged, and return its monitor."""
    X, y = moons(0)
    model = nn.MLP(2, [4, 1], activation="tanh", init="zeros")
    with nn.Monitor(model) as monitor:
        monitor.log_to(tracker, target, **settings)
        nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.SGD(model.parameters(), learning_rate=0.1),
               epochs=2, batch_size=20, progress=False, monitor=monitor)  # fmt: skip
    assert [alarm.kind for alarm in monitor.alarms] == ["symmetric"]
    return monitor


def norms(monitor: nn.Monitor) -> tuple[list[int], list[float]]:
    steps, found = monitor.over_time("weights", "norm")
    return steps, found["layer 1"]


def test_csv_has_a_record_for_each_look(tmp_path) -> None:
    monitor = logged(tmp_path, "csv", tmp_path / "run.csv")
    rows = list(csv.DictReader((tmp_path / "run.csv").read_text().splitlines()))
    steps, expected = norms(monitor)
    assert [int(row["step"]) for row in rows] == steps
    assert [float(row[NAME]) for row in rows] == expected
    assert sum("symmetric in layer 1" in row["alarms"] for row in rows) == 1


def test_jsonl_has_looks_with_histograms_and_alarms(tmp_path) -> None:
    monitor = logged(tmp_path, "jsonl", tmp_path / "run.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    looks = [line for line in lines if "loss" in line]
    steps, expected = norms(monitor)
    assert [look["step"] for look in looks] == steps
    assert [look[NAME] for look in looks] == expected
    assert sum(looks[0]["histograms"]["layer 1/weights"]["counts"]) == 8
    (alarm,) = [line["alarm"] for line in lines if "alarm" in line]
    assert alarm.pop("confidence") == "sure"
    assert alarm == {name: x for name, x in vars(monitor.alarms[0]).items() if name != "shown"}


@needs("tensorboard")
def test_tensorboard_reads_scalars_histograms_and_alarms(tmp_path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monitor = logged(tmp_path, "tensorboard", tmp_path / "board")
    found = EventAccumulator(str(tmp_path / "board"))
    found.Reload()
    steps, expected = norms(monitor)
    assert [event.step for event in found.Scalars(NAME)] == steps
    assert [event.value for event in found.Scalars(NAME)] == pytest.approx(expected)
    histogram = found.Histograms("layer 1/weights/histogram")[0].histogram_value
    assert sum(histogram.bucket) == histogram.num == 8
    (text,) = found.Tensors("alarms/symmetric")
    assert text.step == 1
    assert text.tensor_proto.string_val[0].decode() == str(monitor.alarms[0])


def records_of(data: bytes) -> list[bytes]:
    """Return the records of a .wandb file: W&B's header, then the log format of LevelDB."""
    assert data[:4] == b":W&B"
    found, at, block = [], 7, 32768
    while at < len(data):
        left = block - at % block
        if left < 7:
            at += left
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        part = data[at + 7 : at + 7 + length]
        if kind in (1, 2):  # whole, or a first part
            found.append(part)
        else:
            found[-1] += part
        at += 7 + length
    return found


@needs("wandb")
def test_offline_run_of_wandb_holds_every_look(tmp_path, monkeypatch) -> None:
    import wandb
    from wandb.proto import wandb_internal_pb2

    monkeypatch.setenv("WANDB_SILENT", "true")
    settings = wandb.Settings(console="off", x_disable_stats=True)
    monitor = logged(
        tmp_path, "wandb", tmp_path, mode="offline", project="glass", settings=settings
    )
    (path,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
    deadline = time.monotonic() + 30
    # W&B's own process writes the last block, a moment after finish() has returned.
    while (data := path.read_bytes()) and not is_whole(data) and time.monotonic() < deadline:
        time.sleep(0.05)
    looks, summary, alerts = [], {}, []
    for part in records_of(data):
        record = wandb_internal_pb2.Record.FromString(part)
        if record.HasField("history"):
            looks.append({key_of(i): json.loads(i.value_json) for i in record.history.item})
        elif record.HasField("summary"):
            summary |= {key_of(i): json.loads(i.value_json) for i in record.summary.update}
        elif record.HasField("alert"):
            alerts.append(record.alert.text)
    steps, expected = norms(monitor)
    assert [look["_step"] for look in looks] == steps
    assert [look[NAME] for look in looks] == pytest.approx(expected)
    assert sum(looks[0]["layer 1/weights/histogram/values"]) == 8
    assert alerts == [str(monitor.alarms[0])]
    assert summary["alarms/symmetric"] == str(monitor.alarms[0])


def is_whole(data: bytes) -> bool:
    """Return whether a run's file has its last record, which says that the run has ended."""
    from wandb.proto import wandb_internal_pb2

    try:
        return any(
            wandb_internal_pb2.Record.FromString(x).HasField("exit") for x in records_of(data)
        )
    except Exception:  # cut in the middle of a record
        return False


def key_of(item) -> str:
    return "/".join(item.nested_key) or item.key


@pytest.mark.parametrize(
    ("tracker", "name"), [("tensorboard", "TensorBoard"), ("wandb", "Weights & Biases")]
)
def test_tracker_that_is_not_installed_names_the_extra(
    tracker, name, tmp_path, monkeypatch
) -> None:
    for module in [m for m in sys.modules if m.split(".")[0] == tracker]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, tracker, None)
    with pytest.raises(
        ModuleNotFoundError,
        match=rf'{name}, which is not installed; pip install "glassgrad\[trackers\]"',
    ):
        nn.Monitor(nn.MLP(2, [1])).log_to(tracker, tmp_path / "x")


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        (("paper",), "a tracker is tensorboard, wandb, csv or jsonl, got 'paper'"),
        (("csv",), "csv needs a file to write to"),
        (("tensorboard",), "tensorboard needs a folder to write to"),
    ],
)
def test_unknown_tracker_or_missing_target_is_refused(arguments, wording) -> None:
    with pytest.raises(ValueError, match=wording):
        nn.Monitor(nn.MLP(2, [1])).log_to(*arguments)


def test_settings_that_a_tracker_does_not_take_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="csv does not take settings, got mode"):
        nn.Monitor(nn.MLP(2, [1])).log_to("csv", tmp_path / "x.csv", mode="offline")


@pytest.mark.parametrize(
    "tracker",
    ["csv", "jsonl", *(pytest.param(name, marks=needs(name)) for name in ("tensorboard", "wandb"))],
)
def test_unwritable_path_is_refused_before_training(tracker, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        OSError, match=r"cannot log to .*: Not a directory; choose a folder that you can write to"
    ):
        nn.Monitor(nn.MLP(2, [1])).log_to(tracker, tmp_path / "file" / "run")


@pytest.mark.parametrize("tracker", ["csv", "jsonl"])
def test_full_disk_ends_the_logging_and_not_the_training(tracker) -> None:
    X, y = moons(0)
    model = nn.MLP(2, [4, 1], seed=0)
    monitor = nn.Monitor(model)
    monitor.log_to(tracker, "/dev/full")
    with pytest.warns(
        RuntimeWarning,
        match=f"logging to {tracker} at /dev/full has stopped: No space left .*; training continues; free some disk space",
    ) as seen:
        history = nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.Adam(model.parameters()), epochs=3,
                         progress=False, monitor=monitor)  # fmt: skip
    assert len(seen) == 1
    assert len(history) == 3


def test_unlogged_monitor_computes_nothing_for_trackers(monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("nn.monitor.statistic.group_statistics", fail)
    X, y = moons(0)
    assert train(nn.MLP(2, [4, 1], seed=0), X, y, epochs=1).steps == 8


@pytest.mark.parametrize("tracker", ["csv", "jsonl"])
def test_disk_that_fills_up_leaves_whole_records(tracker, tmp_path, monkeypatch) -> None:
    write, room = os.write, [15_000]

    def until_full(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        n = write(handle, data[: room[0]])
        room[0] -= n
        return n

    X, y = moons(0)
    model = nn.MLP(2, [4, 1], seed=0)
    monitor = nn.Monitor(model)
    path = tmp_path / "log"
    monitor.log_to(tracker, path)
    monkeypatch.setattr("nn.monitor.writers.os.write", until_full)
    with pytest.warns(RuntimeWarning, match="has stopped: No space left on device"):
        nn.fit(model, X, y, loss=nn.hinge, optimizer=nn.Adam(model.parameters()), epochs=99,
               progress=False, monitor=monitor)  # fmt: skip
    text = path.read_text()
    assert 0 < len(text) < 15_000
    if tracker == "csv":
        header, *rows = csv.reader(text.splitlines())
        assert rows
        assert {len(row) for row in rows} == {len(header)}
    assert text.endswith("\n")
    assert tracker == "csv" or all(json.loads(line)["step"] for line in text.splitlines())


@pytest.mark.parametrize("tracker", ["csv", "jsonl"])
def test_two_monitors_of_one_file_are_refused(tracker, tmp_path) -> None:
    path = tmp_path / "log"
    first, second = (nn.Monitor(nn.MLP(2, [1])) for _ in range(2))
    first.log_to(tracker, path)
    with pytest.raises(OSError, match=r"cannot log to .*log: another monitor logs to it; close"):
        second.log_to(tracker, path)
    first.close()
    second.log_to(tracker, path)


@pytest.mark.parametrize("tracker", ["csv", "jsonl"])
def test_monitor_that_is_dropped_leaves_no_file_open_and_no_alarm_unwritten(
    tracker, tmp_path
) -> None:
    path = tmp_path / "log"
    X, y = moons(0)
    for _ in range(2):  # the second would be refused if the first were still open
        model = nn.MLP(2, [4, 1], activation="tanh", init="zeros")
        monitor = nn.Monitor(model)
        monitor.log_to(tracker, path)
        nn.fit(model, X, y, loss=nn.hinge, optimizer="adam", epochs=1, progress=False,
               monitor=monitor)  # fmt: skip
        monitor._track([monitor.alarms[0]])  # after the last look
        del monitor
    gc.collect()
    assert path.read_text().count("start with random weights") == 2


def test_tracker_that_fails_ends_the_logging_and_not_the_training(tmp_path, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the service is down")

    monkeypatch.setattr("nn.monitor.writers.JsonlWriter.write", fail)
    X, y = moons(0)
    model = nn.MLP(2, [1], seed=0)
    with nn.Monitor(model) as monitor:
        monitor.log_to("jsonl", tmp_path / "log")
        with pytest.warns(RuntimeWarning, match="has stopped: RuntimeError: the service is down"):
            history = nn.fit(model, X, y, loss=nn.hinge, optimizer="adam", epochs=2,
                             progress=False, monitor=monitor)  # fmt: skip
    assert len(history) == 2
