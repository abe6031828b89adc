"""Where NumPy is not installed, a monitor raises the alarms and logs the numbers that it does with it."""

import csv
import json
from pathlib import Path

import pytest

from tests.networks import SICK, healthy, sick
from tests.test_without_numpy import run_without_numpy

ROOT = Path(__file__).parents[3]
FIELDS = ("kind", "layer", "neuron", "step", "advice")


def without_numpy(code: str) -> None:
    run_without_numpy(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}")


@pytest.fixture(scope="module")
def alarms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list]:
    """Alarms of networks trained without NumPy, by name of the network."""
    out = tmp_path_factory.mktemp("without") / "alarms.json"
    without_numpy(f"""
import json
from pathlib import Path
from tests.networks import SICK, healthy, sick
monitors = {{name: sick(name) for name in SICK}} | {{"healthy": healthy(0, epochs=10)}}
found = {{name: [[getattr(a, field) for field in {FIELDS}] for a in monitor.alarms]
         for name, monitor in monitors.items()}}
Path({str(out)!r}).write_text(json.dumps(found))
""")
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", [*SICK, "healthy"])
def test_same_alarms_as_with_numpy(name: str, alarms: dict[str, list]) -> None:
    monitor = healthy(0, epochs=10) if name == "healthy" else sick(name)
    assert alarms[name] == [[getattr(a, field) for field in FIELDS] for a in monitor.alarms]


# A plain MLP is computed from its weights, any other module is called sample by sample.
OWN_MODULE = """
import random
import nn
from tests.networks import moons
class Residual(nn.Module):
    def __init__(self):
        self.first = nn.Layer(2, 2, activation="tanh", rng=random.Random(0))
        self.last = nn.Layer(2, 1, activation="linear", rng=random.Random(1), name="layer 2")
    def __call__(self, x):
        return self.last([a + b for a, b in zip(self.first(x), x)])
"""


def log(model: str, path: Path) -> str:
    """Return code that logs a training."""
    return f"""
monitor = nn.Monitor(model := {model}, every=5)
monitor.log_to({path.suffix[1:]!r}, {str(path)!r})
adam = nn.Adam(model.parameters(), learning_rate=0.02)
nn.fit(model, *moons(0, 40), loss=nn.mean_squared_error, optimizer=adam, epochs=3, batch_size=20,
       progress=False, monitor=monitor)
monitor.close()
"""


@pytest.mark.parametrize("model", ["nn.MLP(2, [3, 1], activation='tanh', seed=0)", "Residual()"])
def test_csv_has_the_same_numbers_as_with_numpy(model: str, tmp_path: Path) -> None:
    paths = [tmp_path / "with.csv", tmp_path / "without.csv"]
    exec(OWN_MODULE + log(model, paths[0]), {})
    without_numpy(OWN_MODULE + log(model, paths[1]))
    expected, found = (list(csv.DictReader(path.read_text().splitlines())) for path in paths)
    assert len(found) == len(expected) > 3
    for one, other in zip(found, expected, strict=True):
        assert list(one) == list(other)
        for name in one.keys() - {"alarms"}:
            assert float(one[name]) == pytest.approx(
                float(other[name]), rel=1e-4, abs=1e-6, nan_ok=True
            ), name


def test_jsonl_has_the_same_histograms_as_with_numpy(tmp_path: Path) -> None:
    paths = [tmp_path / "with.jsonl", tmp_path / "without.jsonl"]
    model = "nn.MLP(2, [3, 1], activation='tanh', seed=0)"
    exec(OWN_MODULE + log(model, paths[0]), {})
    without_numpy(OWN_MODULE + log(model, paths[1]))
    expected, found = (
        [json.loads(line)["histograms"] for line in path.read_text().splitlines()] for path in paths
    )
    weights = "layer 1/weights"
    assert [h[weights]["counts"] for h in found] == [h[weights]["counts"] for h in expected]
