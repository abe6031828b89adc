"""Says whose file it is when a module of the user's own hides the engine that nn is built on."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def check_engine() -> None:
    """Raise if `import engine` finds a module of the user's own, such as micrograd's engine.py.

    Raises:
        ImportError: it does; the message names the file.
        SystemExit: the same at the command line, in one line.
    """
    found = find_spec("engine")
    if found is None or (found.submodule_search_locations and find_spec("engine.ops")):
        return
    message = (
        f"{found.origin} has the name of glassgrad's package engine, and Python finds it first; "
        "rename it, for example to my_engine, or run from another folder"
    )
    if Path(sys.argv[0]).stem in ("-m", "glassgrad"):
        raise SystemExit(f"glassgrad: {message}")
    raise ImportError(message, name="engine", path=found.origin)


check_engine()
