"""`draw_dot`: a graph as micrograd's notebook draws it."""

import engine
from tests.graphs import fan_out, with_gradients
from tests.layouts import needs_dot


def test_micrograds_drawing_shows_data_and_grad() -> None:
    assert "data -8.0000 | grad 1.0000" in engine.draw_dot(with_gradients(fan_out())).source


@needs_dot
def test_micrograds_drawing_is_a_digraph_that_dot_draws() -> None:
    assert engine.draw_dot(with_gradients(fan_out())).pipe(format="svg").startswith(b"<?xml")
