import pytest

from engine.teach.trial import battery
from engine.teach.trial.graphs import ZERO, Graph, graph


def test_gradients_are_those_of_our_engine() -> None:
    product = graph("mul a b;add c a", [3.0, -5.0])
    assert product.right.data == (3.0, -5.0, -15.0, -12.0)
    assert product.right.grads == (-4.0, 3.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (graph("mul a b;add c a", [3.0, -5.0]), "(a * b) + a"),
        (graph("add a b;mul c c", [3.0, -5.0]), "c = a + b; c * c"),
        (graph("tanh a", [0.5]), "a.tanh()"),
        (graph("sub 2 a;neg b", [0.5]), "-(2 - a)"),
        (
            graph("mul a b;add a b", [1.0, 2.0], 2, 3),
            "c = a * b; c.backward(); d = a + b; d.backward()",
        ),
        (
            graph("mul a b", [1.0, 2.0], 2, ZERO, 2),
            "c = a * b; c.backward(); every grad = 0; c.backward()",
        ),
    ],
)
def test_graph_is_written_as_code(made: Graph, text: str) -> None:
    assert str(made) == text


def test_backward_orders_are_those_in_which_each_node_comes_before_its_inputs() -> None:
    diamond = graph("mul a b;add c a;mul c b;add d e", [1.0, 2.0])
    assert diamond.backward_orders() == [(5, 3, 4, 2), (5, 4, 3, 2)]


def test_two_losses_add_up_in_the_leaves() -> None:
    assert graph("mul a b;add a b", [3.0, -5.0], 2, 3).right.grads[:2] == (-4.0, 4.0)


def test_every_graph_of_the_battery_is_finite() -> None:
    core = ("add", "mul")
    graphs = [*battery.small(core), *battery.passes(core), battery.line("add", 20)]
    for row in battery.ALL:
        graphs += battery.alone(row) + battery.constants(row) + battery.together(row, core)
    for made in graphs:
        assert all(abs(x) < 1e9 for x in [*made.right.data, *made.right.grads]), str(made)


def test_ladder_doubles_its_paths_at_each_rung() -> None:
    assert battery.ladder("add", 10).right.grads[0] == 2.0**10
