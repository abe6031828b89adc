"""The layouts that pictures are tested with, and which of them this machine has."""

import shutil

import pytest

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's dot on PATH")
LAYOUTS = ["builtin", pytest.param("dot", marks=needs_dot)]
