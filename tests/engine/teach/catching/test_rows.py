"""Each bug can be caught with the number of operations its row says, and with no fewer."""

from itertools import pairwise

import pytest

from engine.teach.catching.expression import NUMBERS, read
from engine.teach.catching.program import OPERATIONS, program_of
from engine.teach.catching.right import Value
from engine.teach.catching.rows import BUGS, Bug
from engine.teach.catching.search import fewest

pytestmark = pytest.mark.core

EACH = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.number))


def test_there_are_twelve_bugs_and_each_is_another_engine() -> None:
    assert len({bug.engine for bug in BUGS}) == 12


@EACH
def test_shortest_expression_tells_the_engines_apart_with_the_operations_of_its_row(
    bug: Bug,
) -> None:
    program = program_of(read(bug.shortest))
    assert program.tells_apart(Value, bug.engine)
    assert len(program.steps) == bug.fewest <= 5


@EACH
def test_no_expression_of_all_operations_does_it_with_fewer(bug: Bug) -> None:
    most = min(bug.fewest, 2)  # three would be a million expressions
    found = fewest(Value, bug.engine, leaves=[*NUMBERS.values()], most=most)
    assert (found is None) == (bug.fewest > 2)
    assert found is None or len(found.steps) == bug.fewest


@pytest.mark.parametrize("bug", [b for b in BUGS if b.fewest > 2], ids=lambda b: str(b.number))
def test_no_graph_of_any_shape_does_it_with_fewer(bug: Bug) -> None:
    # These are wrong in the order of backward(), which depends on the shape of the graph alone.
    assert bug.method == "backward"
    shapes = {"binary": ["mul"], "unary": ["tanh"], "powers": [], "plain": []}
    found = fewest(Value, bug.engine, leaves=[2.0], most=bug.fewest, **shapes)
    assert found is not None
    assert len(found.steps) == bug.fewest
    two = fewest(Value, bug.engine, leaves=[2.0, -3.0], most=min(bug.fewest - 1, 3), **shapes)
    assert two is None


def test_a_shorter_expression_would_be_found() -> None:
    class AlsoWrongInProducts(BUGS[-1].engine):  # type: ignore[name-defined,misc]
        __mul__ = BUGS[0].engine.__mul__

    found = fewest(Value, AlsoWrongInProducts, leaves=[2.0, -3.0], most=5)
    assert found is not None
    assert len(found.steps) == 1


def test_bugs_grow_harder() -> None:
    assert all(easier.fewest <= harder.fewest for easier, harder in pairwise(BUGS))


@EACH
def test_a_wrong_engine_differs_from_the_right_one_in_one_method(bug: Bug) -> None:
    own = {name for name in vars(bug.engine) if callable(vars(bug.engine)[name])}
    assert own == {bug.method}
    right, wrong = bug.sources
    assert right != wrong
    assert right.startswith("def ")


@EACH
def test_hints_end_with_the_answer_and_do_not_begin_with_it(bug: Bug) -> None:
    *nudges, answer = bug.hints
    assert bug.shortest in answer
    assert not any(bug.shortest in hint for hint in nudges)


def test_printing_the_bugs_gives_no_fault_away() -> None:
    assert not any(bug.fault in repr(BUGS) or bug.shortest in repr(BUGS) for bug in BUGS)


def test_the_right_engine_agrees_with_ours_in_every_operation() -> None:
    texts = {
        "add": "a + b", "sub": "1 - a", "mul": "a * b", "div": "2 / b", "pow": "b ** 3",
        "neg": "-a", "relu": "relu(b) + relu(a)", "tanh": "c = tanh(a); c * c + c",
        "exp": "-exp(b)",
    }  # fmt: skip
    assert set(texts) == set(OPERATIONS)
    for text in texts.values():
        root = read(text)
        program = program_of(root)
        root.backward()
        leaves = [x for x in root.inputs if hasattr(x, "op") and x.op is None]
        found = [grad for _, grad in program.run(Value)]
        assert all(any(leaf.grad == pytest.approx(grad) for grad in found) for leaf in leaves)
        assert program.run(Value)[-1] == (pytest.approx(root.data), 1.0)
