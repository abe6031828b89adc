"""Tests of `program.source()`."""

from __future__ import annotations

import ast
import random
import re

import engine
import nn
from tests.moons import moons, moons_loss
from tests.small_gpt import flat, small_gpt


def test_source_is_python_with_a_line_for_every_instruction() -> None:
    model = nn.MLP(2, [4, 1], seed=0)
    program = engine.compile(moons_loss(model))
    program(*moons(10))
    text = program.source()
    compile(text, "<source>", "exec")
    assert "matmul(" in text
    assert "layer 1" in text
    assert text.count("\n") < 120


def test_source_says_what_every_name_in_it_is() -> None:
    loss, matrices = small_gpt(random.Random(0))
    program = engine.compile(loss)
    program([0, 1, 2, 3, 4])
    assert flat(matrices)
    text = program.source()
    said = set(re.findall(r"^(\w+) = (?:view|array|empty|zeros)\(", text, re.MULTILINE))
    used = {x.id for x in ast.walk(ast.parse(text)) if isinstance(x, ast.Name)}
    assert {name for name in used if re.fullmatch(r"[a-z]+\d+", name)} <= said
