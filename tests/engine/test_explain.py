"""Explanations: gates in words, paths with their products, sums that equal .grad."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.ops import OPS
from tests.graphs import fan_out

pytestmark = pytest.mark.core


def used_thrice() -> tuple[Value, Value]:
    out = fan_out()
    out.backward()
    return out, next(leaf for leaf in engine.leaves(out) if leaf.label == "a")


def test_each_path_has_its_product_and_their_sum_is_grad() -> None:
    out, a = used_thrice()
    explanation = engine.explain(out, a)
    assert [path.product for path in explanation.paths] == [-6.0, 2.0, -4.0]
    assert [path.slopes for path in explanation.paths] == [(2.0, 1.0, -3.0), (2.0, 1.0), (-4.0,)]
    assert explanation.total == a.grad == -8.0


def test_text_lists_gates_paths_and_sum() -> None:
    out, a = used_thrice()
    text = str(engine.explain(out, a))
    for line in (
        "  e = a × b = 2 × −3 = −6",
        "      × swaps: each input gets the gradient times the other input",
        "      ∂e/∂a = b = −3",
        "      + hands its gradient on, unchanged, to both inputs",
        "  L ← f ← e ← a   ×2 ×1 ×−3 = −6",
        "a acts along 3 paths, and reuse adds up:",
        "dL/da = −6 + 2 − 4 = −8",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (lambda x: x.tanh(), ["∂e/∂x = 1 − e² = 1 − 0.4621² = 0.7864"]),
        (lambda x: -x, ["− flips the sign of its gradient", "∂e/∂x = −1"]),
        (
            lambda x: x - 2.0,
            ["unchanged to the first input, with its sign flipped to the second", "∂e/∂x = 1"],
        ),
        (lambda x: x.relu(), ["ReLU is a switch", "∂e/∂x = 1, since x > 0"]),
        (lambda x: (-x).relu(), ["∂f/∂e = 0, since e ≤ 0"]),
        (lambda x: x.maximum(2.0), ["max routes", "∂e/∂x = 0, since x < 2"]),
        (lambda x: x / 4.0, ["÷ scales", "∂e/∂x = 1 / 4 = 0.25"]),
        (lambda x: x.sqrt(), ["∂e/∂x = 0.5 / e = 0.5 / 0.7071 = 0.7071"]),
        (lambda x: x**3, ["∂e/∂x = 3 × x ** (3 − 1) = 3 × 0.5 ** (3 − 1) = 0.75"]),
        (lambda x: x * x, ["∂e/∂x = x = 0.5 (first input)", "∂e/∂x = x = 0.5 (second input)"]),
        (
            lambda x: engine.where(x > 0, x, 1.0),
            ["where routes", "∂e/∂x = 1, since the condition is 1"],
        ),
    ],
)
def test_gate_is_put_into_words_with_the_numbers_in(made, lines) -> None:
    text = str(engine.explain(made(Value(0.5, "x"))))
    for line in lines:
        assert line in text


@pytest.mark.parametrize("name", OPS)
def test_every_row_of_the_table_can_be_explained(name) -> None:
    row = OPS[name]
    a, b = Value(1.6 if name == "acosh" else 0.6, "a"), Value(0.35, "b")
    out = {1: lambda: node_of(row, a), 2: lambda: node_of(row, a, b)}[len(row.slopes)]()
    out.backward()
    for leaf in engine.leaves(out):
        explanation = engine.explain(out, leaf)
        assert explanation.total == leaf.grad
        assert f"/∂{leaf.label} = " in str(explanation) or leaf.grad == 0


def node_of(row, a: Value, b: Value | None = None) -> Value:
    if row.name == "where":
        return engine.where(1.0, a, b)
    symbols = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "pow": "**"}
    if row.name in symbols:
        return eval(f"a {symbols[row.name]} b", {"a": a, "b": b})
    if row.name == "neg":
        return -a
    return getattr(engine, row.name)(*([a] if b is None else [a, b]))


graphs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 30)), max_size=14)


@given(graphs)
def test_sum_of_paths_equals_grad_on_random_graphs(picks) -> None:
    values = [Value(0.7, "x"), Value(-1.2, "y")]
    for op, i, j in picks:
        a, b = values[i % len(values)], values[j % len(values)]
        values.append([lambda: a + b, lambda: a * b, lambda: a - b, lambda: engine.tanh(a)][op]())
    root = values[-1] + values[0] * 2
    root.backward()
    for leaf in engine.leaves(root):
        explanation = engine.explain(root, leaf)
        size = 1 + max((abs(path.product) for path in explanation.paths), default=0)
        assert abs(explanation.total - leaf.grad) <= 1e-12 * size
        if explanation.n_paths == len(explanation.paths):
            products = sum(path.product for path in explanation.paths)
            assert abs(products - leaf.grad) <= 1e-12 * size * max(1, explanation.n_paths)


def test_many_paths_are_counted_and_the_strongest_listed() -> None:
    x = Value(1.0, "x")
    strong, weak = x * 3.0, x * 0.5
    out = strong + weak
    for _ in range(20):
        out = out + out
    out.backward()
    explanation = engine.explain(out, x)
    assert explanation.n_paths == 2 * 2**20
    assert {path.product for path in explanation.paths} == {3.0}
    assert explanation.total == x.grad == 3.5 * 2**20
    assert "the 12 strongest of 2,097,152 paths" in str(explanation)


def test_graph_deeper_than_the_recursion_limit_is_explained() -> None:
    x = Value(1.0, "x")
    out = x
    for _ in range(5000):
        out = out * 1.0001
    assert isclose(engine.explain(out, x).total, 1.0001**5000)


def test_explaining_touches_no_gradient() -> None:
    x = Value(3.0, "x")
    y = x * x
    engine.explain(y, x)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_number_in_between_can_be_asked_for() -> None:
    out, _ = used_thrice()
    d = out.inputs[0]
    assert engine.explain(out, d).total == d.grad == 2.0


def test_no_path_is_said_in_words_and_sums_to_zero() -> None:
    explanation = engine.explain(fan_out(), Value(1.0, "q"))
    assert explanation.total == 0
    assert "no path leads from L to q, so dL/dq = 0" in str(explanation)


def test_gradients_of_other_passes_are_pointed_out() -> None:
    out, a = used_thrice()
    with pytest.warns(RuntimeWarning, match="ran twice"):
        out.backward()
    assert "a.grad is −16: backward() ran from elsewhere too" in str(engine.explain(out, a))


def test_html_escapes_labels_and_shows_each_product() -> None:
    x = Value(2.0, "<script>alert(1)</script>")
    html = engine.explain(x * 3.0, x)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "+3</b>" in html


def test_numbers_that_are_not_finite_are_explained_too() -> None:
    x = Value(1000.0, "x")
    with pytest.warns(engine.NonFiniteWarning):
        (out := engine.exp(x) * x).backward()
    assert "e = exp(x) = exp(1000) = inf" in str(engine.explain(out, x))


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: engine.explain(2.0), TypeError, "explain needs Values, got float"),
        (lambda: engine.explain(fan_out(), "a"), TypeError, "explain needs Values, got str"),
        (lambda: engine.explain(Value(1.0, "p")), ValueError, "got the leaf 'p'"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


# ---- results made by hand, whose slopes are hidden in a function ----


def square(x: Value) -> Value:
    out = Value(x.data**2, (x,), "square", "h")

    def add_to_grad() -> None:
        x.grad += 2 * x.data * out.grad

    out._backward = add_to_grad
    return out


def with_a_square() -> tuple[Value, Value]:
    """Return L = 3 x² + 2 x at x = 5, with the square made by hand, and x."""
    x = Value(5.0, "x")
    out = square(x) * 3.0 + x * 2.0
    out.label = "L"
    return out, x


def test_path_through_a_hidden_slope_has_no_product_and_the_sum_is_not_known() -> None:
    explanation = engine.explain(*with_a_square())
    assert [path.slopes for path in explanation.paths] == [(1.0, 3.0, None), (1.0, 2.0)]
    assert [path.product for path in explanation.paths] == [None, 2.0]
    assert (explanation.n_paths, explanation.total) == (2, None)


def test_text_says_what_is_hidden_what_is_known_and_what_backward_found() -> None:
    out, x = with_a_square()
    out.backward()
    lines = str(engine.explain(out, x)).splitlines()
    assert "  h = square(x) = square(5) = 25" in lines
    assert "      square was made by hand: its slopes are hidden in a function" in lines
    assert "  L ← e ← h ← x   ×1 ×3 ×? = ?" in lines
    assert "  L ← f ← x       ×1 ×2    = +2" in lines
    assert lines[-3:] == [
        "dL/dx cannot be read off the graph: 1 path goes through h (square), made by hand, whose "
        "slopes are hidden in a function (engine.define makes an operation with slopes)",
        "the other path adds +2",
        "x.grad is +32: what backward() has found, which runs the function",
    ]
    assert "<td>×1 ×3 ×?</td>" in engine.explain(out, x)._repr_html_().replace(
        '<td style="text-align:left">', "<td>"
    )


def test_slope_towards_a_hidden_result_is_known() -> None:
    out, x = with_a_square()
    h = next(node for node in engine.nodes(out) if node.label == "h")
    assert engine.explain(out, h).total == 3.0
    assert engine.explain(h, x).total is None
    assert str(engine.explain(x * 2.0 + h.data, x)).endswith(" = +2")


def test_last_operation_made_by_hand_is_explained_without_slopes() -> None:
    _, x = with_a_square()
    assert str(engine.explain(square(x))).splitlines()[2:] == [
        "  h = square(x) = square(5) = 25",
        "      square was made by hand: its slopes are hidden in a function",
    ]


def test_long_path_with_a_hidden_slope_is_shortened() -> None:
    x = Value(0.5, "x")
    out = square(x)
    for _ in range(20):
        out = out + 1.0
    assert "×?" in str(engine.explain(out, x))


def test_hidden_path_is_listed_among_many() -> None:
    x = Value(1.0, "x")
    out = square(x)
    for i in range(40):
        out = out + x * float(i + 1)
    explanation = engine.explain(out, x)
    assert explanation.n_paths == 41
    assert None in [path.product for path in explanation.paths]
    assert "12 of 41 paths are listed" in str(explanation)


def test_operation_made_by_hand_of_many_inputs_fits_on_a_line() -> None:
    xs = [Value(float(i)) for i in range(500)]
    out = Value(1.0, tuple(xs), "sum")
    assert engine.formula(out) == "sum(0, 1, 2, 3, … 492 more …, 496, 497, 498, 499)"
    assert len(str(engine.tree(out, depth=0)).splitlines()[0]) < 200
