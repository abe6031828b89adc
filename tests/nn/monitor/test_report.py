"""The monitor's report: one web page, complete or not written."""

import re

import pytest

import nn
from tests.networks import moons, train, watched


def test_report_is_one_page_that_asks_for_nothing_else(tmp_path) -> None:
    X, y = moons(0)
    monitor = train(nn.MLP(2, [4, 1], init="zeros"), X, y, epochs=2)
    text = monitor.report(tmp_path / "run.html").read_text()
    assert text.count("<img") == 7
    assert set(re.findall(r'(?:src|href)="([^"]{5})', text)) == {"data:"}
    assert "<script" not in text
    assert "start with random weights" in text
    assert "layer 1, activations" in text


@pytest.mark.usefixtures("unrendered")
def test_report_in_a_folder_that_is_not_there_says_so(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*make it first"):
        watched().report(tmp_path / "nowhere" / "run.html")


@pytest.mark.usefixtures("unrendered")
def test_report_on_a_full_disk_says_so_and_keeps_the_old_one(tmp_path, monkeypatch) -> None:
    path = tmp_path / "run.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.files.os.fsync", full)
    with pytest.raises(
        OSError,
        match=r"cannot write .*run\.html: No space left .*; free some space, or choose another folder",
    ):
        watched().report(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.html"]


def test_network_that_is_nan_in_its_first_step_gets_its_report(tmp_path) -> None:
    X, y = moons(0)
    model = nn.MLP(2, [2, 1], seed=0)
    model.layers[0].neurons[0].weights[0].data = float("nan")
    monitor = nn.Monitor(model)
    with pytest.warns(RuntimeWarning, match="training stopped: loss is nan in epoch 1"):
        nn.fit(model, X, y, loss="hinge", optimizer="adam", epochs=1, compiled=False,
               monitor=monitor, progress=False)  # fmt: skip
    page = monitor.report(tmp_path / "run.html").read_text(encoding="utf-8")
    assert "<b>non finite</b> in " in page
    assert "<img" not in page


def test_report_without_a_step_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="the monitor has not seen a step yet"):
        nn.Monitor(nn.MLP(2, [1])).report(tmp_path / "run.html")
