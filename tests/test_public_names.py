"""What `engine` and `nn` show: public names, which stay what they are whatever is imported."""

import inspect
import subprocess
import sys
from types import ModuleType

import pytest

import engine
import nn

PACKAGES = [pytest.param(package, id=package.__name__) for package in (engine, nn)]


@pytest.mark.parametrize("package", PACKAGES)
def test_dir_shows_public_names_only(package: ModuleType) -> None:
    assert dir(package) == sorted(package.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_star_import_brings_public_names_only(package: ModuleType) -> None:
    names: dict[str, object] = {}
    exec(f"from {package.__name__} import *", names)
    assert set(names) - {"__builtins__"} == set(package.__all__)


EVERY_MODULE = """
import importlib, inspect, pkgutil, sys
package = importlib.import_module(sys.argv[1])
kinds = {name: inspect.ismodule(getattr(package, name)) for name in package.__all__}
for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(*(n for n, was in kinds.items() if inspect.ismodule(getattr(package, n)) != was))
"""


@pytest.mark.parametrize("package", ["engine", "nn"])
def test_no_import_puts_a_module_in_the_place_of_a_public_function(package: str) -> None:
    # Importing `nn.lab`, even inside a function, sets the attribute `lab` of `nn` to that module:
    # the second call of a function of that name would find the module.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EVERY_MODULE, package],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


CALLS = {
    "draw": "engine.draw(engine.Value(1.0) * 2.0)",
    "compile": "(lambda w: engine.compile(lambda: w * 2.0)())(engine.Value(1.0))",
    "explain": "engine.explain(engine.Value(1.0) * 2.0)",
    "frames": "engine.frames(engine.Value(1.0) * 2.0)",
    "play": "engine.play(engine.Value(1.0) * 2.0)",
    "parse": "engine.parse('x * 2', {'x': 1.0})",
    "formula": "engine.formula(engine.Value(1.0) * 2.0)",
    "snapshot": "engine.snapshot(engine.Value(1.0) * 2.0)",
}


@pytest.mark.parametrize("name", CALLS)
def test_public_function_is_still_one_after_the_first_call(name: str) -> None:
    for _ in range(2):
        eval(CALLS[name], {"engine": engine})
        assert inspect.isfunction(getattr(engine, name))
