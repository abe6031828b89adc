"""`glassgrad export`: what `train` wrote, for PyTorch and ONNX, with its scales."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

import nn
from nn.__main__ import main
from nn.commands.trained import Trained
from tests.needs import needs

TABLE = {
    "two classes": lambda a, b: "big" if a + b > 10 else "small",
    "three classes": lambda a, b: "xyz"[int(a + b > 6) + int(a + b > 12)],
    "a quantity": lambda a, b: 1000 + 30 * a - 7 * b,
}


@pytest.fixture(params=TABLE)
def trained(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch, capsys, unrendered: None
) -> Path:
    """Return the file of a network that was trained on a table whose features need scales."""
    rng, rows = Random(0), ["width,depth,found"]
    for _ in range(60):
        a, b = rng.uniform(0, 10), rng.uniform(0, 10)
        rows.append(f"{a},{b / 1000},{TABLE[request.param](a, b)}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("\n".join(rows))
    assert main(["train", "table.csv", "--epochs", "2", "--hidden", "4", "--target", "found"]) == 0
    capsys.readouterr()
    return tmp_path / "out" / "table" / "model.json"


SAMPLES = [[1.0, 0.002], [8.5, 0.009], [5.0, 0.0005]]


def wanted(path: Path) -> list[float]:
    """Return the outputs of what was trained, one after the other."""
    outputs = [Trained.load(path)(x) for x in SAMPLES]
    return [v.data for out in outputs for v in (out if isinstance(out, list) else [out])]


def test_source_takes_features_in_their_own_units(trained: Path, capsys) -> None:
    torch = pytest.importorskip("torch")
    assert main(["export", str(trained), "--to", "torch", "found.py"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["written to found.py", "takes width, depth"]
    source = Path("found.py").read_text(encoding="utf-8")
    assert source.splitlines()[:2] == [f"# {line}" for line in printed[1:3]]
    names: dict = {}
    exec(source, names)
    found = names["model"](torch.tensor(SAMPLES, dtype=torch.float64))
    assert found.flatten().tolist() == pytest.approx(wanted(trained), rel=1e-12)


@needs("onnx", "onnxruntime")
def test_onnx_file_takes_features_in_their_own_units(trained: Path, capsys) -> None:
    import numpy as np
    import onnxruntime

    assert main(["export", str(trained), "found.onnx"]) == 0
    session = onnxruntime.InferenceSession("found.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.array(SAMPLES)})
    assert found.ravel().tolist() == pytest.approx(wanted(trained), rel=1e-12)
    properties = session.get_modelmeta().custom_metadata_map
    assert json.loads(properties["features"]) == ["width", "depth"]
    assert properties["target"] == "found"
    assert ("classes" in properties) == (Trained.load(trained).class_names is not None)


@pytest.mark.usefixtures("unrendered")
def test_score_is_told_apart_as_predict_does(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "moons", "--epochs", "1"]) == 0
    assert main(["export", "out/moons/model.json", "m.py"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "gives class, a score: lower moon if above 0, else upper moon"
    )


def test_network_saved_by_hand_is_exported_as_it_is(tmp_path: Path, capsys) -> None:
    nn.MLP(2, [3, 1], seed=0).save(tmp_path / "m.json")
    assert main(["export", str(tmp_path / "m.json"), str(tmp_path / "m.py")]) == 0
    assert "class MLP(nn.Module)" in (tmp_path / "m.py").read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"written to {tmp_path / 'm.py'}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.json", "m.py"], "no such file: nope.json"),
        (["m.json", "m.txt"], "OUT needs a file ending in .py or .onnx, got 'm.txt'"),
        (["m.json", "--to", "onnx", "m.py"], "OUT needs a file ending in .onnx, got 'm.py'"),
        (["m.json", "--dtype", "float32", "m.py"], "--dtype is for ONNX; in PyTorch write"),
        (["table.csv", "m.py"], "table.csv is not a whole glassgrad model file"),
        (["m.json", "gone/m.py"], "there is no folder 'gone'"),
    ],
)
def test_bad_request_is_refused_in_one_line(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    nn.MLP(2, [3, 1], seed=0).save("m.json")
    Path("table.csv").write_text("a,b\n1,2\n")
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
