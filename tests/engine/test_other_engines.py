"""Programs written for micrograd and for microgpt's Value run after changing the import.

The programs here are our own, in the style of those two: the operators, methods and attributes
that they use, with numbers computed without this engine.
"""

import math
import random

import numpy as np
import pytest

import engine
from engine import Value, draw_dot
from nn import MLP, Layer, Neuron

# ---- micrograd ----


def every_operator(a, b, relu):
    """Return a result in the style of micrograd's example: each operator, numbers on both sides."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def one_input(x, relu):
    """Return a result of one input, through two ReLUs, one of which is off."""
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def test_micrograds_example_gives_its_numbers() -> None:
    a, b = Value(-4.0), Value(2.0)
    g = every_operator(a, b, Value.relu)
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_program_of_one_input_gives_its_numbers() -> None:
    x = Value(-4.0)
    y = one_input(x, Value.relu)
    y.backward()
    # z = 3x + 2 = −10, q = zx = 40, h = z² = 100; y = 3x³ + 14x² + 14x + 4, y′ = 9x² + 28x + 14
    assert (y.data, x.grad) == (-20.0, 46.0)


@pytest.mark.parametrize(
    ("program", "inputs"), [(one_input, [-4.0]), (one_input, [3.0]), (every_operator, [-4.0, 2.0])]
)
def test_program_agrees_with_torch(program, inputs) -> None:
    torch = pytest.importorskip("torch")
    ours = [Value(x) for x in inputs]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    out, expected = program(*ours, Value.relu), program(*theirs, torch.relu)
    out.backward()
    expected.backward()
    assert out.data == pytest.approx(expected.item(), rel=1e-14)
    assert [x.grad for x in ours] == pytest.approx([t.grad.item() for t in theirs], rel=1e-14)


def test_micrograds_demonstration_learns_the_moons() -> None:
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, math.pi, 40)
    sides = np.where(np.arange(40) % 2, 1, -1)
    X = np.stack([np.cos(angles), np.sin(angles)], axis=1) * -sides[:, None]
    X += np.where(sides[:, None] > 0, [1.0, 0.5], [0.0, 0.0])
    model = MLP(2, [16, 16, 1], seed=0)
    assert len(model.parameters()) == 337

    def loss():
        inputs = [list(map(Value, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -side * score).relu() for side, score in zip(sides, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        right = [(side > 0) == (score.data > 0) for side, score in zip(sides, scores, strict=True)]
        return data_loss + reg_loss, sum(right) / len(right)

    first, _ = loss()
    for k in range(25):
        total, accuracy = loss()
        model.zero_grad()
        total.backward()
        learning_rate = 1.0 - 0.9 * k / 25
        for p in model.parameters():
            p.data -= learning_rate * p.grad
    assert total.data < 0.35 * first.data
    assert accuracy >= 0.9


# micrograd's demonstration from its README on, word for word but for the imports, the moons that
# scikit-learn makes, and the number of steps.
DEMONSTRATION = """
import random
import numpy as np
from engine import Value
from nn import Neuron, Layer, MLP

np.random.seed(1337)
random.seed(1337)

from nn.data import moons
X, y = map(np.array, moons(n_samples=30, noise=0.1, seed=0))
y = y*2 - 1 # make y be -1 or 1

model = MLP(2, [16, 16, 1]) # 2-layer neural network
print(model)
print("number of parameters", len(model.parameters()))

def loss(batch_size=None):
    if batch_size is None:
        Xb, yb = X, y
    else:
        ri = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[ri], y[ri]
    inputs = [list(map(Value, xrow)) for xrow in Xb]
    scores = list(map(model, inputs))
    losses = [(1 + -yi*scorei).relu() for yi, scorei in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum((p*p for p in model.parameters()))
    total_loss = data_loss + reg_loss
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
    return total_loss, sum(accuracy) / len(accuracy)

total_loss, acc = loss()
print(total_loss, acc)

for k in range(STEPS):
    total_loss, acc = loss(20)
    model.zero_grad()
    total_loss.backward()
    learning_rate = 1.0 - 0.9*k/100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 1 == 0:
        print(f"step {k} loss {total_loss.data}, accuracy {acc*100}%")

h = 0.9
x_min, x_max = X[:, 0].min() - 1, X[:, 0].max() + 1
y_min, y_max = X[:, 1].min() - 1, X[:, 1].max() + 1
xx, yy = np.meshgrid(np.arange(x_min, x_max, h), np.arange(y_min, y_max, h))
Xmesh = np.c_[xx.ravel(), yy.ravel()]
inputs = [list(map(Value, xrow)) for xrow in Xmesh]
scores = list(map(model, inputs))
Z = np.array([s.data > 0 for s in scores])
Z = Z.reshape(xx.shape)
"""


def test_micrograds_demonstration_runs_unchanged_and_is_reproducible(capsys) -> None:
    ran = {}
    exec(DEMONSTRATION.replace("STEPS", "25"), ran)
    printed = capsys.readouterr().out
    exec(DEMONSTRATION.replace("STEPS", "2"), {})
    assert printed.startswith(capsys.readouterr().out)
    assert "number of parameters 337\n" in printed
    assert ran["acc"] >= 0.8
    assert ran["total_loss"].data < 0.5
    assert 0 < ran["Z"].mean() < 1


def test_lecture_on_micrograd_trains_its_network_with_a_plus_sign_and_prints_a_weight() -> None:
    random.seed(1337)
    n = MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(20):
        ypred = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred, strict=True))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.02 * p.grad
        losses.append(loss.data)
    neuron = n.layers[0].neurons[0]
    assert neuron.w[0] is n.parameters()[0]
    assert neuron.w[0].grad != 0.0
    assert neuron.b in n.layers[0].parameters()
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(
    ("build", "same"),
    [
        (lambda: Neuron(nin=3), "Neuron(3 → 1, relu)"),
        (lambda: Neuron(3, nonlin=True), "Neuron(3 → 1, relu)"),
        (lambda: Neuron(nin=3, nonlin=False), "Neuron(3 → 1, linear)"),
        (lambda: Layer(nin=3, nout=2, nonlin=False), "Layer(3 → 2, linear)"),
        (lambda: Layer(3, 2, nonlin=True), "Layer(3 → 2, relu)"),
        (lambda: MLP(nin=3, nouts=[4, 1]), "MLP(3 → 4 → 1)"),
    ],
)
def test_constructors_take_micrograds_names(build, same: str) -> None:
    assert repr(build()) == same


def test_an_argument_under_both_of_its_names_is_refused() -> None:
    with pytest.raises(TypeError, match="nonlin is micrograd's name of activation; give one"):
        Neuron(3, activation="tanh", nonlin=True)


def test_printed_network_says_sizes_activations_and_numbers_of_parameters() -> None:
    assert str(MLP(2, [16, 1], activation="tanh", seed=0)).splitlines() == [
        "MLP(2 → 16 → 1), 65 parameters",
        "  layer 1: 2 → 16, tanh, 48 parameters",
        "  layer 2: 16 → 1, linear, 17 parameters",
    ]
    assert str(Layer(1, 2, bias=False)) == "Layer(1 → 2, relu), 2 parameters"
    assert str(Neuron(1, bias=False)) == "Neuron(1 → 1, relu), 1 parameter"


@pytest.mark.parametrize("build", [lambda: MLP(2, [4, 1]), lambda: Layer(2, 3), lambda: Neuron(5)])
def test_seed_of_pythons_random_makes_what_has_no_seed_reproducible(build) -> None:
    random.seed(1337)
    first = build().state_dict()
    other = build().state_dict()
    random.seed(1337)
    assert build().state_dict() == first != other


def test_network_with_a_seed_leaves_pythons_random_alone() -> None:
    random.seed(1)
    before = random.getstate()
    MLP(2, [4, 1], seed=0)
    assert random.getstate() == before


def test_micrograds_drawing_has_a_card_for_each_value_and_a_node_for_each_operation() -> None:
    n = Neuron(2, rng=random.Random(2))
    x = [Value(1.0), Value(-2.0)]
    y = n(x)
    y.backward()
    assert y.data > 0
    dot = draw_dot(y)
    assert type(dot).__module__ == "graphviz.graphs"
    source = dot.source
    assert source.count("shape=record") == len(engine.nodes(y)) == 10
    assert f"{{ w1 | data {n.weights[0].data:.4f} | grad {n.weights[0].grad:.4f} }}" in source
    assert "label=ReLU" in source
    assert source.count("->") == 5 + 4 * 2 + 1  # into each value its operation, and its inputs
    assert "rankdir=TB" in draw_dot(y, format="png", rankdir="TB").source


# ---- microgpt: scalars all the way, a transformer block among them ----


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def softmax(logits):
    most = max(value.data for value in logits)
    powers = [(value - most).exp() for value in logits]
    total = sum(powers)
    return [power / total for power in powers]


def rms_normalised(x):
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def small_transformer(value, rng: random.Random):
    """Return the parameters, by name, and the loss of a text of numbers, at one head of attention."""
    size, letters, places = 4, 3, 6
    matrix = lambda n, m: [[value(rng.gauss(0, 0.3)) for _ in range(m)] for _ in range(n)]
    state = {
        "wte": matrix(letters, size), "wpe": matrix(places, size), "wq": matrix(size, size),
        "wk": matrix(size, size), "wv": matrix(size, size), "wo": matrix(size, size),
        "fc1": matrix(8, size), "fc2": matrix(size, 8), "head": matrix(letters, size),
    }  # fmt: skip

    def loss(text: list[int]):
        keys, values, losses = [], [], []
        for place, (letter, target) in enumerate(zip(text, text[1:], strict=False)):
            x = [t + p for t, p in zip(state["wte"][letter], state["wpe"][place], strict=True)]
            normal = rms_normalised(x)
            q = linear(normal, state["wq"])
            keys.append(linear(normal, state["wk"]))
            values.append(linear(normal, state["wv"]))
            scores = [sum(a * b for a, b in zip(q, k, strict=True)) / size**0.5 for k in keys]
            weights = softmax(scores)
            heads = [
                sum(w * v[j] for w, v in zip(weights, values, strict=True)) for j in range(size)
            ]
            x = [a + b for a, b in zip(x, linear(heads, state["wo"]), strict=True)]
            hidden = [h.relu() for h in linear(rms_normalised(x), state["fc1"])]
            x = [a + b for a, b in zip(x, linear(hidden, state["fc2"]), strict=True)]
            probability = softmax(linear(x, state["head"]))[target]
            losses.append(-probability.log())
        return (1 / len(losses)) * sum(losses)

    return [p for rows in state.values() for row in rows for p in row], loss


def test_microgpts_way_of_training_learns_a_text() -> None:
    parameters, loss = small_transformer(Value, random.Random(42))
    mean, square = [0.0] * len(parameters), [0.0] * len(parameters)
    text = [0, 1, 2, 0, 1, 2]
    first = loss(text).data
    for step in range(60):
        total = loss(text)
        total.backward()
        for i, p in enumerate(parameters):
            mean[i] = 0.85 * mean[i] + 0.15 * p.grad
            square[i] = 0.99 * square[i] + 0.01 * p.grad**2
            corrected = mean[i] / (1 - 0.85 ** (step + 1))
            size = square[i] / (1 - 0.99 ** (step + 1))
            p.data -= 0.02 * corrected / (size**0.5 + 1e-8)
            p.grad = 0
    assert first == pytest.approx(math.log(3), abs=0.3)
    assert total.data < 0.05


def test_gradients_of_the_transformer_are_confirmed_by_differences() -> None:
    parameters, loss = small_transformer(Value, random.Random(42))
    chosen = parameters[::17]
    assert engine.check_gradients(lambda *_: loss([0, 1, 2, 0]), chosen) < 1e-6


def test_gradients_of_the_transformer_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch")
    parameters, loss = small_transformer(Value, random.Random(42))
    loss([0, 1, 2, 0]).backward()
    tensor = lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)
    tensors, torch_loss = small_transformer(tensor, random.Random(42))
    torch_loss([0, 1, 2, 0]).backward()
    # a letter or a position that does not occur in the text has no gradient there
    expected = [0.0 if t.grad is None else t.grad.item() for t in tensors]
    assert [p.grad for p in parameters] == pytest.approx(expected, rel=1e-9, abs=1e-12)
