"""nn.export.onnx: a file that onnxruntime runs to the same numbers."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import engine
import nn
from engine import Value
from engine.ops import OPS
from tests.needs import needs
from tests.nn.export.models import MODELS, REFUSED, TOKENS, WIDE, Gpt, Jumble, X

needs_onnx = needs("onnx", "onnxruntime")


def outputs_of(path: Path, X: list, dtype: str = "float64") -> list:
    """Return what onnxruntime computes with a file."""
    import numpy as np
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(["y"], {"x": np.array(X, dtype=dtype)})
    assert found.dtype == dtype
    return found.tolist()


def check(
    model: nn.Module,
    folder: Path,
    X: list = X,
    sample: object = None,
    dtype: str = "float64",
    **close: float,
) -> None:
    """Compare outputs with those of a file, for several numbers of samples."""
    path = nn.export.onnx(model, folder / "m.onnx", sample=sample, dtype=dtype)
    model.eval()
    wanted = [[v.data for v in out] if isinstance(out, list) else out.data for out in map(model, X)]
    for n in (1, len(X)):
        found = outputs_of(path, X[:n], dtype)
        assert len(found) == n
        for ours, theirs in zip(wanted, found, strict=False):
            assert theirs == pytest.approx(ours, **(close or {"rel": 1e-12, "abs": 1e-12}))


class Formula(nn.Module):
    """A function of numbers as a module."""

    def __init__(self, fn: Callable[..., Value], n: int) -> None:
        self.fn, self.n_inputs, self.zero = fn, n, Value(0.0)

    def __call__(self, x: list[Value]) -> Value:
        return self.fn(*x[: self.n_inputs]) + self.zero


OPERATORS = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "mod": lambda a, b: a % b, "neg": lambda a: -a,
    "where": lambda a, b: engine.where(a > b, a, b * 2),
}  # fmt: skip


@needs_onnx
@pytest.mark.parametrize("name", OPS)
def test_every_operation_of_the_table_agrees(name: str, tmp_path: Path) -> None:
    rng, row = Random(name), OPS[name]
    n = len(row.slopes)
    X = [[rng.uniform(-3, 3) for _ in range(n)] for _ in range(300)]
    X += [[math.copysign(10.0**k, -1) for _ in range(n)] for k in range(-9, 3)]
    X = [x for x in X if in_domain(name, *x)]
    assert len(X) > 50
    check(Formula(OPERATORS.get(name) or getattr(engine, name), n), tmp_path, X, sample=X[0])


def in_domain(name: str, *x: float) -> bool:
    try:
        return math.isfinite((OPERATORS.get(name) or getattr(engine, name))(*map(Value, x)).data)
    except engine.DomainError:
        return False


@needs_onnx
@pytest.mark.parametrize("name", engine.activations())
def test_activation_agrees_far_out(name: str, tmp_path: Path) -> None:
    far = [[x] for x in (0.0, -0.0, 1e-9, 20.5, -39.5, 41.0, 700.0, -700.0, 1e6, -1e6)]
    check(Formula(engine.activations()[name], 1), tmp_path, far, rel=1e-11, abs=1e-12)


@needs_onnx
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_model_of_any_make_agrees(make: Callable[[], nn.Module], tmp_path: Path) -> None:
    check(make(), tmp_path)


@needs_onnx
@pytest.mark.parametrize("seed", range(12))
def test_model_of_parts_put_together_at_random_agrees(seed: int, tmp_path: Path) -> None:
    model = Jumble(seed)
    file = nn.export.onnx(model, tmp_path / "m.onnx")
    found = [number for row in outputs_of(file, WIDE) for number in row]
    wanted = [v.data for x in WIDE for v in model([Value(number) for number in x])]
    assert found == pytest.approx(wanted, rel=1e-11, abs=1e-12)


@needs_onnx
def test_gpt_agrees(tmp_path: Path) -> None:
    check(Gpt(), tmp_path, TOKENS)


@needs_onnx
@pytest.mark.parametrize(
    "fn",
    [lambda a: engine.log(engine.softplus(a)), engine.expm1, engine.log1p],
    ids=["softplus", "expm1", "log1p"],
)
def test_small_results_are_as_exact_as_others(fn: Callable[[Value], Value], tmp_path: Path) -> None:
    X = [[-36.5]] * (fn is not engine.log1p) + [[-1e-9], [1e-12], [1e-17], [0.5], [3.0]]
    check(Formula(fn, 1), tmp_path, X, rel=1e-12, abs=0.0)


@needs_onnx
@pytest.mark.parametrize("activation", ["linear", *engine.activations()])
def test_network_in_32_bits_agrees_to_a_millionth(activation: str, tmp_path: Path) -> None:
    model = nn.MLP(2, [8, 8, 3], activation=activation, seed=0)
    check(model, tmp_path, dtype="float32", rel=1e-5, abs=1e-6)


@needs_onnx
def test_model_of_one_number_takes_a_number_per_sample(tmp_path: Path) -> None:
    check(line(), tmp_path, [0.5, -2.0, 3.0], sample=1.0)


def line() -> nn.Module:
    class Line(nn.Module):
        def __init__(self):
            self.weight, self.bias = Value(2.0), Value(1.0)

        def __call__(self, x):
            return self.weight * x + self.bias

    return Line()


@needs_onnx
def test_operation_of_your_own_is_written_as_its_formula(tmp_path: Path) -> None:
    engine.define("swish", "a / (1 + exp(-a))", "(1 + exp(-a) * (1 + a)) / (1 + exp(-a)) ** 2")
    bent = engine.define(
        "bent", "a * b if 0 < a and a < 9 and not b < 0 else a % 2 if abs(a) > 0 else inf if b > 5 else 0.0",
        "b if 0 < a and a < 9 and not b < 0 else 1.0", "a if 0 < a and a < 9 and not b < 0 else 0.0",
        smooth="0 < a and a < 9 and b > 0",
    )  # fmt: skip
    check(nn.MLP(2, [4, 1], activation="swish", seed=0), tmp_path)
    check(
        Formula(bent, 2), tmp_path, [[1.0, 2.0], [-1.5, 2.0], [1.0, -2.0], [0.0, 1.0], [9.5, 9.0]]
    )


@needs_onnx
def test_dropout_is_left_out(tmp_path: Path) -> None:
    model = nn.MLP(2, [8, 1], dropout=0.5, seed=0)
    assert model.training
    check(model.train(), tmp_path)


@needs_onnx
def test_file_says_what_it_takes_and_what_the_model_knows(tmp_path: Path) -> None:
    import onnx

    model = nn.MLP(2, [3, 2], activation="tanh", seed=0)
    X = [{"height": 1.0, "weight": 2.0}, {"height": 2.0, "weight": 0.5}] * 5
    optimizer = nn.Adam(model.parameters(), learning_rate=0.01)
    nn.fit(
        model,
        X,
        ["cat", "dog"] * 5,
        loss=nn.cross_entropy,
        optimizer=optimizer,
        epochs=1,
        progress=False,
    )
    model.metadata = {"author": "me", "grades": [1, 2]}
    file = onnx.load(nn.export.onnx(model, tmp_path / "m.onnx"))
    properties = {x.key: x.value for x in file.metadata_props}
    assert properties["author"] == "me"
    assert json.loads(properties["grades"]) == [1, 2]
    assert json.loads(properties["columns"]) == ["height", "weight"]
    assert json.loads(properties["decision"])["labels"] == ["cat", "dog"]
    assert (file.producer_name, file.opset_import[0].version) == ("glassgrad", 13)
    (x,), (y,) = file.graph.input, file.graph.output
    shapes = [[d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in (x, y)]
    assert shapes == [["n_samples", 2], ["n_samples", 2]]
    assert [node.op_type for node in file.graph.node] == ["Gemm", "Tanh", "Gemm", "Identity"]
    assert {t.name for t in file.graph.initializer} >= {"layer1.weight", "layer2.bias"}


@needs_onnx
def test_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [
        nn.export.onnx(nn.MLP(2, [3, 1], activation="gelu", seed=0), tmp_path / f"{i}.onnx")
        for i in range(2)
    ]
    assert files[0].read_bytes() == files[1].read_bytes()


@needs_onnx
@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_model_that_cannot_be_written_is_refused_in_words_and_leaves_no_file(
    make, error, message, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        nn.export.onnx(make(), tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


@needs_onnx
def test_function_that_onnx_lacks_is_named(tmp_path: Path) -> None:
    spiky = engine.define("spiky", "gamma(a) * 0 + a", "1.0", domain="a > 1 and a < 50")
    with pytest.raises(
        ValueError, match=r"spiky cannot be exported: ONNX lacks its gamma\(\); write"
    ):
        nn.export.onnx(Formula(spiky, 1), tmp_path / "m.onnx", sample=[2.0])


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("m.pt", {}, "an ONNX file ends in .onnx, got 'm.pt'; change the suffix"),
        ("m.onnx", {"dtype": "float16"}, "dtype must be one of float64, float32, got 'float16'"),
    ],
)
def test_bad_request_is_refused(name: str, options: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        nn.export.onnx(nn.MLP(2, [1]), tmp_path / name, **options)


def test_without_onnx_it_says_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'needs onnx; run: pip install "glassgrad\[export\]"'):
        nn.export.onnx(nn.MLP(2, [1]), tmp_path / "m.onnx")


@needs_onnx
def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        nn.export.onnx(nn.MLP(2, [1]), tmp_path / "gone" / "m.onnx")
