"""Who may import whom: a room imports only from the floors below it, by the imports in its text."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parent.parent

# Lowest first. A room is a module, or a folder with all that is in it.
FLOORS = [
    [
        "engine.errors",
        "engine.ops",
        "engine.graph",
        "engine.number",
        "engine.typed",
        "engine.digits",
        "engine.naming",
    ],
    ["engine.reading", "engine.misuse", "engine.copying"],
    ["engine.edges", "engine.writer"],
    ["engine.value"],
    ["engine.functions", "engine.modes", "engine.scope", "engine.select"],
    ["engine.gradient", "engine.expression", "engine.gates", "engine.paths"],
    ["engine.check", "engine.explain", "engine.draw", "engine.compile"],
    ["engine"],
    ["nn.files", "nn.settings", "nn.table", "nn.dataset", "nn.init", "nn.samples", "nn.summary"],
    ["nn.module", "nn.history", "nn.csv_data", "nn.plot_style", "nn.schedules"],
    ["nn.losses", "nn.optim", "nn.data"],
    ["nn.layers", "nn.metrics", "nn.checkpoint"],
    ["nn.steps", "nn.answers", "nn.monitor", "nn.costs", "nn.sweep"],
    ["nn.train", "nn.influence", "nn.surface"],
    ["nn.plots", "nn.trained"],
    ["nn"],
    ["nn.commands"],
    ["nn.__main__"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    name_of(path): path.read_text(encoding="utf-8")
    for package in ("engine", "nn")
    for path in sorted((ROOT / package).rglob("*.py"))
}


def statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield everything in a module but what only type checkers or `python -m` read."""
    for node in body:
        guard = ast.unparse(node.test) if isinstance(node, ast.If) else ""
        if "TYPE_CHECKING" in guard or "__main__" in guard:
            yield from statements(node.orelse)
        else:
            yield from ast.walk(node)


def imports(source: str, modules: set[str]) -> set[str]:
    """Return which of `modules` a text imports; `from package import module` is of the module."""
    found = set()
    for node in statements(ast.parse(source).body):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules else str(node.module))
    return found & modules


def room_of(module: str) -> str:
    """Return the room that a module is in: its own name, or the folder's."""
    while module not in FLOOR and "." in module:
        module = module.rpartition(".")[0]
    return module


def too_high(module: str, source: str, modules: set[str]) -> list[str]:
    """Return what a module imports from its own floor or above, its own room left out."""
    room = room_of(module)
    others = {other: room_of(other) for other in imports(source, modules)}
    return [m for m, other in others.items() if other != room and FLOOR[other] >= FLOOR[room]]


@pytest.mark.parametrize("module", SOURCES)
def test_every_module_has_a_floor(module: str) -> None:
    # The package alone is no room for a module in it: "engine" stands for engine/__init__.py.
    assert module in FLOOR or room_of(module) not in ("engine", "nn")


@pytest.mark.parametrize("module", SOURCES)
def test_module_imports_only_from_floors_below(module: str) -> None:
    assert too_high(module, SOURCES[module], set(SOURCES)) == []


def test_no_two_modules_import_each_other_not_even_in_a_folder() -> None:
    graph = {module: imports(source, set(SOURCES)) for module, source in SOURCES.items()}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert set(order) == set(SOURCES)


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("engine.ops", "from engine.value import Value", ["engine.value"]),
        ("engine.check", "def f():\n    from engine.draw.svg import svg_of", ["engine.draw.svg"]),
        ("engine.graph", "from engine import value", ["engine.value"]),
        ("engine.value", "import nn", ["nn"]),
        ("engine.draw.svg", "from engine.draw.scene import Scene", []),
        ("engine.ops", "if TYPE_CHECKING:\n    from engine.value import Value", []),
        ("nn.layers", "import engine", []),
    ],
)
def test_import_from_above_would_be_found(module: str, source: str, found: list[str]) -> None:
    assert too_high(module, source, set(SOURCES)) == found


def hidden_names(source: str) -> list[str]:
    """Return what a text takes from `engine` that is not among its public names."""
    found = []
    for node in statements(ast.parse(source).body):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "engine":
            inside = node.module != "engine"
            found += [a.name for a in node.names if inside or a.name not in engine.__all__]
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.startswith("engine.")]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "engine":
            found += [node.attr] * (node.attr not in engine.__all__)
    return found


@pytest.mark.parametrize("module", [name for name in SOURCES if name.startswith("nn")])
def test_nn_takes_only_public_names_from_engine(module: str) -> None:
    assert hidden_names(SOURCES[module]) == []


@pytest.mark.parametrize(
    "source", ["from engine.value import Value", "import engine.value", "import engine\nengine.ops"]
)
def test_hidden_name_would_be_found(source: str) -> None:
    assert len(hidden_names(source)) == 1


@pytest.mark.parametrize(
    ("package", "unwanted"),
    [
        ("engine", ["nn", "numpy", "graphviz", "tqdm", "typing", "resvg_py"]),
        ("nn", ["numpy", "graphviz", "tqdm", "matplotlib", "sklearn"]),
    ],
)
def test_import_brings_in_nothing_heavy(package: str, unwanted: list[str]) -> None:
    program = f"import sys, {package}; print(*sorted(set({unwanted}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
