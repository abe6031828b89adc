"""The engines that test the checker are what they say: right ones right, and every mutant wrong."""

from dataclasses import replace

import pytest

from tests.engine.teach.engines import BASES, METHODS, base
from tests.engine.teach.mutants import Mutant, mutants
from tests.engine.teach.right import HALF, RIGHT
from tests.engine.teach.truth import class_in, difference

pytestmark = pytest.mark.core

MUTANTS = mutants()


@pytest.mark.parametrize("name", RIGHT)
def test_right_engine_agrees_with_ours_on_every_program(name: str) -> None:
    if "NumPy" in name:
        pytest.importorskip("numpy")
    meant = base()
    if "number on the left" in name:
        meant = replace(meant, built={})
    assert difference(class_in(RIGHT[name]), meant) is None


@pytest.mark.parametrize("name", HALF)
def test_half_finished_engine_can_be_run(name: str) -> None:
    assert isinstance(class_in(HALF[name]), type)


def test_there_are_three_hundred_mutants_in_every_style_and_no_two_alike() -> None:
    assert len(MUTANTS) >= 300
    assert len({str(mutant) for mutant in MUTANTS}) == len(MUTANTS)
    assert all(any(style.style in mutant.name for mutant in MUTANTS) for style in BASES)


@pytest.mark.parametrize("name", METHODS)
def test_each_row_of_the_table_has_mutants_of_its_result_and_of_its_slopes(name: str) -> None:
    changes = [m.name.split(": ")[1] for m in MUTANTS if m.name.startswith(f"{name}: ")]
    assert any(change.startswith("computes") for change in changes)
    assert any("slope" in change for change in changes)


def test_every_mutant_gets_a_number_wrong_that_ours_gets_right() -> None:
    pytest.importorskip("numpy")
    assert [m.name for m in MUTANTS if difference(class_in(str(m)), m.right) is None] == []


def test_an_engine_without_a_fault_is_no_mutant() -> None:
    right = base()
    assert difference(class_in(str(Mutant("unchanged", (), right, right))), right) is None
