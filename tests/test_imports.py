"""Who may import whom: the order of the README's map, read from it, by the imports in each text."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parent.parent

PACKAGES = ("engine", "nn")


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def places_of(readme: str) -> list[str]:
    """Return the modules and folders that the README's map names, in its order, by dotted name.

    Within a line a name continues the path of the first: `engine/draw/text.py`, `scene/`.
    """
    table = readme.split("## Map\n")[1].split("\n## ")[0]
    places = []
    for line in table.splitlines():
        folder = ""
        for path in re.findall(r"`([\w/.]+)`", line.split("|")[1]) if line.startswith("|") else []:
            if path.startswith(tuple(f"{package}/" for package in PACKAGES)):
                folder = path.rstrip("/").rpartition("/")[0]
            elif not folder:
                continue  # notebooks, tests
            whole = path if path.startswith(f"{folder}/") else f"{folder}/{path}"
            places.append(name_of(ROOT / whole))
    return places


MAP = places_of((ROOT / "README.md").read_text(encoding="utf-8"))
# A package's own file re-exports what is in it, so it may import all of that.
PLACE = {place: number for number, place in enumerate(MAP)}


SOURCES = {
    name_of(path): path.read_text(encoding="utf-8")
    for package in ("engine", "nn")
    for path in sorted((ROOT / package).rglob("*.py"))
}


def statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield everything in a module, what only type checkers read included, but not `__main__`."""
    for node in body:
        guard = ast.unparse(node.test) if isinstance(node, ast.If) else ""
        if "__main__" in guard:
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


def place_of(module: str) -> float:
    """Return where the map names a module or its folder; a package comes after all that is in it."""
    if module in PLACE:
        return PLACE[module]
    inside = [number for place, number in PLACE.items() if place.startswith(f"{module}.")]
    if inside:
        return max(inside) + 0.5
    return place_of(module.rpartition(".")[0])


def from_above(module: str, source: str, modules: set[str]) -> list[str]:
    """Return what a module imports from above it on the map; its own folder is left out."""
    here = place_of(module)
    return sorted(m for m in imports(source, modules) if m != module and place_of(m) > here)


def test_map_names_every_module_or_its_folder() -> None:
    named = set(MAP)
    for module in SOURCES:
        parents = [module.rsplit(".", n)[0] for n in range(module.count("."))]
        package = any(place.startswith(f"{module}.") for place in named)
        assert package or named & {module, *parents}, f"README's map does not name {module}"


def test_map_names_only_what_exists() -> None:
    assert [p for p in MAP if p not in SOURCES] == []


def test_no_folder_has_more_than_20_modules() -> None:
    for folder in {(ROOT / name.replace(".", "/")).parent for name in SOURCES}:
        assert len(list(folder.glob("*.py"))) <= 20, folder.name


@pytest.mark.parametrize("module", SOURCES)
def test_module_imports_only_from_modules_above_it_in_the_map(module: str) -> None:
    assert from_above(module, SOURCES[module], set(SOURCES)) == []


def test_no_two_modules_import_each_other_not_even_in_a_folder() -> None:
    graph = {module: imports(source, set(SOURCES)) for module, source in SOURCES.items()}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert set(order) == set(SOURCES)


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("engine.ops", "from engine.value import Value", ["engine.value"]),
        (
            "engine.check",
            "def f():\n    from engine.draw.svg.document import svg_of",
            ["engine.draw.svg.document"],
        ),
        ("engine.graph", "from engine import value", ["engine.value"]),
        ("engine.value", "import nn", ["nn"]),
        ("engine.draw.svg.document", "from engine.draw.scene.model import Scene", []),
        (
            "engine.ops",
            "if TYPE_CHECKING:\n    from engine.value import Value",
            ["engine.value"],
        ),
        ("engine.ops", 'if __name__ == "__main__":\n    from engine.value import Value', []),
        ("nn.layers", "import engine", []),
    ],
)
def test_import_from_above_would_be_found(module: str, source: str, found: list[str]) -> None:
    assert from_above(module, source, set(SOURCES)) == found


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
