"""Programs written for micrograd and its lecture run with our imports in place of theirs."""

import random

import pytest

import engine
import nn
from engine import Value
from nn import MLP, Layer, Neuron

pytestmark = pytest.mark.core


def mixed(a, b):
    """Return a result of numbers or Values by every operator, with plain numbers on both sides."""
    total = a - b * 2
    total += 0.5 + total
    total *= b
    total -= positive_part(3 * b + a) / 4
    ratio = 7.0 / (1 + total**2)
    ratio += -a * ratio
    ratio /= b
    return 2 - ratio - 1 + b**-1


def positive_part(x):
    return x.relu() if isinstance(x, Value) else max(x, 0.0)


def test_every_operator_and_plus_equals_give_the_slopes_of_finite_differences() -> None:
    a, b = Value(-4.0), Value(2.0)
    out = mixed(a, b)
    assert out.data == pytest.approx(mixed(-4.0, 2.0), rel=1e-14)
    out.backward()
    h = 1e-6
    slope_a = (mixed(-4.0 + h, 2.0) - mixed(-4.0 - h, 2.0)) / (2 * h)
    slope_b = (mixed(-4.0, 2.0 + h) - mixed(-4.0, 2.0 - h)) / (2 * h)
    assert (a.grad, b.grad) == pytest.approx((slope_a, slope_b), rel=1e-6)
    assert f"{out.data:.4f} {a.grad:.4f}".count(".") == 2


def walked(root):
    """Collect nodes and edges as micrograd's notebook does, by recursion over `_prev`."""
    found, edges = set(), set()

    def visit(v):
        if v in found:
            return
        found.add(v)
        for child in v._prev:
            edges.add((child, v))
            visit(child)

    visit(root)
    return found, edges


def records(root):
    """Draw a graph with graphviz: a record for each node, and one more node for its `_op`."""
    graphviz = pytest.importorskip("graphviz")
    drawing = graphviz.Digraph()
    found, edges = walked(root)
    for v in found:
        drawing.node(str(id(v)), f"{{ {v.label} | data {v.data:.4f} | grad {v.grad:.4f} }}")
        if v._op:
            drawing.node(str(id(v)) + v._op, v._op)
            drawing.edge(str(id(v)) + v._op, str(id(v)))
    for tail, head in edges:
        drawing.edge(str(id(tail)), str(id(head)) + head._op)
    return drawing


def test_graph_can_be_walked_and_drawn_by_prev_op_and_label() -> None:
    x = Value(1.0, label="x")
    y = (x * 2 + 1).relu()
    y.label = "y"
    y.backward()
    found, edges = walked(y)
    # Plain numbers are Values of their own in micrograd: x, 2, its product, 1, the sum, y.
    assert (len(found), len(edges)) == (4, 3)
    assert {n._op for n in found} == {"", "*", "+", "ReLU"}
    source = records(y).source
    assert "{ y | data 3.0000 | grad 1.0000 }" in source
    assert "{ x | data 1.0000 | grad 2.0000 }" in source
    assert source.count("->") == 6


def test_a_neuron_of_a_seeded_network_can_be_traced() -> None:
    random.seed(1337)
    n = Neuron(2)
    y = n([Value(1.0), Value(-2.0)])
    y.backward()
    random.seed(1337)
    assert [p.data for p in Neuron(2).parameters()] == [p.data for p in n.parameters()]
    assert "ReLU" in records(y).source


def labelled_neuron() -> dict[str, Value]:
    """Return the numbers of a neuron of two inputs by label, as the lecture writes it."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1
    x1w1.label = "x1*w1"
    x2w2 = x2 * w2
    x2w2.label = "x2*w2"
    both = x1w1 + x2w2
    both.label = "x1*w1 + x2*w2"
    n = both + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return {v.label: v for v in (x1, x2, w1, w2, b, x1w1, x2w2, both, n, o)}


def test_backward_by_hand_in_the_order_of_a_walk_is_that_of_backward() -> None:
    v = labelled_neuron()
    topo, visited = [], set()

    def build(node):
        if node not in visited:
            visited.add(node)
            for child in node._prev:
                build(child)
            topo.append(node)

    build(v["o"])
    assert len(topo) == 10
    v["o"].grad = 1.0
    for node in reversed(topo):
        node._backward()
    by_hand = {label: node.grad for label, node in v.items()}
    assert by_hand["w1"] == pytest.approx(1.0)
    again = labelled_neuron()
    again["o"].backward()
    assert by_hand == {label: node.grad for label, node in again.items()}


def test_gradients_can_be_filled_in_by_hand() -> None:
    v = labelled_neuron()
    v["o"].grad = 1.0
    v["n"].grad = 1 - v["o"].data ** 2
    v["x1*w1"].grad = v["n"].grad
    v["x1"].grad = v["w1"].data * v["x1*w1"].grad
    v["w1"].grad = v["x1"].data * v["x1*w1"].grad
    assert (v["x1"].grad, v["w1"].grad) == pytest.approx((-1.5, 1.0))
    assert repr(v["w1"]).startswith("Value(data=-3.0")


def test_tanh_from_exp_gives_the_same_slopes() -> None:
    v = labelled_neuron()
    e = (2 * v["n"]).exp()
    o = (e - 1) / (e + 1)
    o.label = "o"
    o.backward()
    assert o.data == pytest.approx(v["o"].data)
    assert (v["x1"].grad, v["w1"].grad) == pytest.approx((-1.5, 1.0))
    assert "data 0.7071" in records(o).source


def test_small_step_along_the_gradient_and_the_forward_pass_again() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c, f = Value(10.0, label="c"), Value(-2.0, label="f")

    def forward():
        e = a * b
        e.label = "e"
        d = e + c
        d.label = "d"
        out = d * f
        out.label = "L"
        return out

    loss = forward()
    assert loss.data == -8.0
    loss.backward()
    for leaf in (a, b, c, f):
        leaf.data += 0.01 * leaf.grad
    assert forward().data == pytest.approx(-7.286496)
    h = 0.001
    b.data += h
    higher = forward().data
    b.data -= h
    assert (higher - forward().data) / h == pytest.approx(a.data * f.data)


def test_training_loop_of_the_lecture_lowers_the_loss() -> None:
    random.seed(1)
    n = MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(20):
        predictions = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, predictions, strict=True))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.01 * p.grad
        losses.append(loss.data)
    assert len(n.parameters()) == 41
    assert losses[-1] < 0.9 * losses[0]
    assert isinstance(predictions[0], Value)
    assert "stale" not in str(engine.tree(n(xs[0])))


def test_layers_hold_neurons_that_hold_w_and_b() -> None:
    layer = Layer(3, 2)
    assert [len(neuron.w) for neuron in layer.neurons] == [3, 3]
    assert layer.parameters() == [p for n in layer.neurons for p in [*n.w, n.b]]
    assert isinstance(Layer(3, 1)([1.0, 2.0, 3.0]), Value)
    assert len(layer([1.0, 2.0, 3.0])) == 2
    assert len(MLP(2, [3, 1]).layers) == 2


def test_demo_on_arrays_trains_by_hinge_loss_and_weight_penalty() -> None:
    np = pytest.importorskip("numpy")
    random.seed(1337)
    rng = np.random.default_rng(1337)
    X = rng.normal(size=(20, 2))
    y = (X[:, 0] > 0) * 2 - 1  # integers of NumPy, as scikit-learn's labels are
    model = MLP(2, [8, 1])

    def loss(batch_size=None):
        Xb, yb = X, y
        if batch_size is not None:
            some = rng.permutation(X.shape[0])[:batch_size]
            Xb, yb = X[some], y[some]
        scores = list(map(model, [list(map(Value, row)) for row in Xb]))
        losses = [(1 + -yi * score).relu() for yi, score in zip(yb, scores, strict=True)]
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        right = [(yi > 0) == (score.data > 0) for yi, score in zip(yb, scores, strict=True)]
        return sum(losses) * (1.0 / len(losses)) + penalty, sum(right) / len(right)

    first, _ = loss()
    for k in range(20):
        total, _ = loss(10 if k % 2 else None)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (0.5 - 0.4 * k / 20) * p.grad
    last, accuracy = loss()
    assert last.data < first.data
    assert accuracy > 0.8
    grid = np.c_[np.linspace(-1, 1, 5), np.zeros(5)]
    scores = list(map(model, [list(map(Value, row)) for row in grid]))
    assert np.array([s.data > 0 for s in scores]).shape == (5,)
    assert str(model).startswith("MLP")


def test_our_module_is_found_where_micrograds_is_imported_as_nn() -> None:
    assert issubclass(nn.Neuron, nn.Module)
