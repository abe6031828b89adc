"""Tests of `engine.on_arrays`."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine import Value
from engine.ops import OPS
from engine.table.evaluate import in_domain


@pytest.mark.parametrize("name", [name for name, row in OPS.items() if len(row.slopes) == 1])
def test_an_operation_on_arrays_is_its_row_number_by_number(name: str) -> None:
    domain = OPS[name].domain
    numbers = [x for x in (-1.3, -0.5, 0.0, 0.1, 0.5, 1.7, 3.0) if in_domain(domain, x)]
    assert len(numbers) >= 2
    found = engine.on_arrays(name)(np.array([numbers, numbers]))
    apply = (lambda x: -x) if name == "neg" else getattr(engine, name)
    assert found.shape == (2, len(numbers))
    assert found[1].tolist() == pytest.approx([apply(Value(x)).data for x in numbers], rel=1e-12)


@pytest.mark.parametrize("name", ["add", "no such thing"])
def test_an_operation_on_arrays_has_one_input(name: str) -> None:
    with pytest.raises(ValueError, match=f"takes the name of one of .*tanh.*, got '{name}'"):
        engine.on_arrays(name)
