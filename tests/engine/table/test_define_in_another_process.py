"""Where a graph is loaded, the operation that made it must be defined first."""

import pickle
import subprocess
import sys
from pathlib import Path

import engine
from engine import Value

LOAD = """
import pickle, sys, engine
data = open("graph.pickle", "rb").read()
try:
    pickle.loads(data)
except ValueError as error:
    print(error)
    exec(str(error).split("run this first: ")[1])
    print(engine.formula(pickle.loads(data)))
"""


def test_pickle_names_the_line_to_run_first(tmp_path: Path) -> None:
    tame = engine.define("tame", "log(a)", "1 / a", domain="a > 0", remedy='keep "{a}" positive')
    (tmp_path / "graph.pickle").write_bytes(pickle.dumps(tame(Value(2.0, "x"))))
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(engine.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        'tame is not defined here; run this first: engine.define("tame", "log(a)", "1 / a", '
        'domain="a > 0", remedy=\'keep "{a}" positive\')',
        "tame(x)",
    ]
