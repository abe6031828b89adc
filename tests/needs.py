"""Marks for tests that need more than the `test` extra: skipped without it, except where CI is set."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import threading
from importlib.util import find_spec

import pytest

CHROMIUM = "chromium-browser" if shutil.which("chromium-browser") else "chromium"


def needs(*modules: str, program: str | None = None) -> pytest.MarkDecorator:
    """Return a mark that skips a test where a module or a program is missing.

    Where the environment variable CI is set nothing is skipped, so that a missing package is an
    error there and not a gap that nobody notices.

    Args:
        modules: the names under which they are imported.
        program: a program on PATH, such as "dot".
    """
    missing = [name for name in modules if find_spec(name) is None]
    if program is not None and shutil.which(program) is None:
        missing.append(program)
    reason = f"needs {', '.join(missing)}; pip install -e '.[test-all]'"
    return pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=reason)


def threads_start() -> bool:
    """Return whether a thread can be started, as it cannot in WebAssembly."""
    try:
        threading.Thread(target=int).start()
    except RuntimeError:
        return False
    return True


def tasks_run() -> bool:
    """Return whether Python can wait for tasks: in WebAssembly only some JavaScript engines do."""
    task = asyncio.sleep(0)
    try:
        asyncio.run(task)
    except RuntimeError:
        return False
    finally:
        task.close()
    return True


def has_latex() -> bool:
    """Return whether pdflatex is installed, with TikZ and the class standalone."""
    if shutil.which("kpsewhich") is None or shutil.which("pdflatex") is None:
        return False
    found = ["kpsewhich", "tikz.sty", "standalone.cls"]
    return subprocess.run(found, capture_output=True, check=False).returncode == 0


needs_threads = pytest.mark.skipif(not threads_start(), reason="no thread can be started here")
needs_tasks = pytest.mark.skipif(not tasks_run(), reason="asyncio cannot wait here")
# Skipped where CI is set, too: 316 MB, which `.ci/nightly latex` installs.
needs_latex = pytest.mark.skipif(not has_latex(), reason="needs pdflatex, TikZ and standalone")
