from itertools import combinations

import pytest

from engine.teach.naming.hypotheses import combined, of_operation, of_pass
from engine.teach.naming.model import PUSH, REVERSED, TWICE, Model
from engine.teach.naming.recipes import BASIC, expanded
from engine.teach.trial import battery
from engine.teach.trial.graphs import Graph, graph

CORE = ("add", "mul")
GRAPHS = [*battery.small(CORE), *battery.passes(CORE)]


@pytest.mark.parametrize("made", GRAPHS, ids=str)
def test_model_without_faults_is_our_engine(made: Graph) -> None:
    n = len(made.leaves)
    assert Model().gradients(made)[:n] == pytest.approx(made.right.grads[:n])
    assert Model(order=PUSH).gradients(made)[:n] == pytest.approx(made.right.grads[:n])


def test_replaced_gradient_is_the_last_term() -> None:
    keys = frozenset({("add", 0), ("add", 1)})
    assert Model(overwrites=keys).gradients(graph("add a a", [3.0]))[0] == 1.0


def test_reversed_order_stops_after_one_operation() -> None:
    assert Model(order=REVERSED).gradients(graph("mul a b;add c a", [3.0, -5.0])) == [1, 0, 1, 1]


def test_node_visited_twice_passes_on_twice() -> None:
    square = graph("add a b;mul c a;add d c", [3.0, -5.0])
    found = {
        tuple(Model(order=TWICE).gradients(square, c)[:2])
        for c in Model(order=TWICE).choices(square)
    }
    assert square.right.grads[:2] not in found


@pytest.mark.parametrize("row", BASIC)
def test_operation_built_from_others_has_the_same_gradients(row: str) -> None:
    for made in battery.together(row, CORE):
        other = expanded(made, BASIC)
        assert row not in other.operations
        n = len(made.leaves)
        assert other.right.grads[:n] == pytest.approx(made.right.grads[:n])


def test_no_two_faults_together_leave_more_open_than_can_be_tried() -> None:
    made = [*GRAPHS, battery.line("add", 30)]
    candidates = [*of_pass(CORE, recursive=False), *of_operation("add"), *of_operation("mul")]
    for parts in combinations(candidates, 2):
        model = combined(Model(), parts)
        if model is not None:
            for g in made[-8:]:
                assert model.leaves_open(g) or sum(1 for _ in model.choices(g)) <= 120
