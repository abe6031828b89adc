"""Tests that attention becomes matrix products under any mask."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from tests.random_programs import BACKENDS, compare_several_runs, random_attention
from tests.small_gpt import flat, small_gpt


@given(seed=st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_attention_under_any_mask_gives_what_the_eager_engine_gives(seed: int) -> None:
    fn, parameters, args = random_attention(seed)
    programs = [engine.compile(fn, backend=backend) for backend in BACKENDS]
    compare_several_runs(programs, fn, parameters, args)


def test_attention_becomes_products_of_matrices() -> None:
    loss, matrices = small_gpt(random.Random(0), length=8)
    program = engine.compile(loss, optimizer=nn.SGD(flat(matrices), learning_rate=0.1))
    program([0, 1, 2, 3, 4, 3, 2, 1, 0])
    source = program.source()
    # All pairs of two heads and eight positions: queries · keys, and shares · values.
    assert re.search(r"matmul\(x\d+, x\d+, out=t\d+\)\nt\d+\.take", source)
    assert re.search(r"z\d+\.ravel\(\)\[i\d+\] = v\d+\nmatmul\(x\d+, z\d+, out=v\d+\)", source)
    assert source.count(" = zeros((2, 8, 8))") == 2
