"""The checker of neurons, networks, losses and optimisers: right ones pass, wrong ones are told by name."""

import random

import pytest

import engine
import nn
from engine import Value
from nn.teach import check

HEAD = "import math, random\nimport engine\nfrom engine import Value\n"
NEURON = """
class Neuron:
    def __init__(self, n_inputs):
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)]
        self.bias = Value(0.0)

    def __call__(self, inputs):
        return (sum(w * x for w, x in zip(self.weights, inputs)) + self.bias).tanh()

    def parameters(self):
        return [*self.weights, self.bias]
"""
LAYER = """
class Layer:
    def __init__(self, n_inputs, n_outputs):
        self.neurons = [Neuron(n_inputs) for _ in range(n_outputs)]

    def __call__(self, inputs):
        return [neuron(inputs) for neuron in self.neurons]

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]
"""
MLP = """
class MLP:
    def __init__(self, n_inputs, sizes):
        self.layers = [Layer(n, m) for n, m in zip([n_inputs, *sizes], sizes)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
"""
SGD = """
class SGD:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = parameters, learning_rate

    def step(self):
        for p in self.parameters:
            p.data -= self.learning_rate * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0.0
"""
LOSSES = {
    "mse": "def mse(p, t):\n    return sum((a - b) ** 2 for a, b in zip(p, t)) / len(p)\n",
    "hinge": "def hinge(p, t):\n    return sum((1 - b * a).relu() for a, b in zip(p, t)) / len(p)\n",
    "bce": "def bce(p, t):\n    return sum(engine.softplus(a) - b * a for a, b in zip(p, t)) / len(p)\n",
    "cross_entropy": (
        "def cross_entropy(p, t):\n"
        "    return sum(engine.log(sum(engine.exp(a) for a in r)) - r[k] for r, k in zip(p, t)) / len(p)\n"
    ),
}
SOURCES = {
    "Neuron": HEAD + NEURON,
    "Layer": HEAD + NEURON + LAYER,
    "MLP": HEAD + NEURON + LAYER + MLP,
    "SGD": HEAD + SGD,
    **{name: HEAD + text for name, text in LOSSES.items()},
}
SUM = "sum(w * x for w, x in zip(self.weights, inputs)) + self.bias"
# What to check, what to replace in it, with what, and the fault that must be found.
WRONG = [
    ("Neuron", f"({SUM}).tanh()", "(sum(w * x for w, x in zip(self.weights, inputs))).tanh()", "no bias"),
    ("Neuron", f"({SUM}).tanh()", "sum((w * x).tanh() for w, x in zip(self.weights, inputs)) + self.bias", "activation on each product"),
    ("Neuron", f"({SUM}).tanh()", "sum(w * x for w, x in zip(self.weights, inputs)).tanh() + self.bias", "bias after the activation"),
    ("Neuron", SUM, "sum(w * x + self.bias for w, x in zip(self.weights, inputs))", "bias once per input"),
    ("Neuron", SUM, "sum(w + x for w, x in zip(self.weights, inputs)) + self.bias", "added, not multiplied"),
    ("Neuron", SUM, "sum(w * x for w, x in zip(self.weights[:-1], inputs)) + self.bias", "input left out"),
    ("Neuron", SUM, "sum(self.weights[0] * x for x in inputs) + self.bias", "one weight for all inputs"),
    ("Neuron", SUM, "sum(inputs) + self.bias", "inputs not weighted"),
    ("Neuron", SUM, "sum(w * x * x for w, x in zip(self.weights, inputs)) + self.bias", "wrong output"),
    ("Neuron", f"({SUM}).tanh()", f"Value(math.tanh(({SUM}).data))", "gradient cut"),
    ("Neuron", f"({SUM}).tanh()", f"math.tanh(({SUM}).data)", "fails"),
    ("Neuron", "w * x for", "w.data * x for", "wrong gradient"),
    ("Neuron", "[*self.weights, self.bias]", "self.weights", "wrong number of parameters"),
    ("Neuron", "[*self.weights, self.bias]", "[Value(p.data) for p in [*self.weights, self.bias]]", "parameters made anew"),
    ("Neuron", "def parameters", "def weights_and_bias", "no parameters"),
    ("Neuron", "random.uniform(-1, 1)", "0.0", "not random"),
    ("Neuron", "random.uniform(-1, 1)", "random.Random(1).uniform(-1, 1)", "not random"),
    ("Neuron", "[Value(random.uniform(-1, 1)) for _ in range(n_inputs)]", "[Value(random.uniform(-1, 1))] * n_inputs", "shared parameters"),
    ("Neuron", "        return (sum", "        while True: pass\n        return (sum", "fails"),
    ("Neuron", "        return (sum", "        import os; os._exit(0)\n        return (sum", "fails"),
    ("Neuron", f"return ({SUM}).tanh()", "pass", "fails"),
    ("Layer", "[Neuron(n_inputs) for _ in range(n_outputs)]", "[Neuron(n_inputs)] * n_outputs", "shared parameters"),
    ("Layer", "[neuron(inputs) for neuron in self.neurons]", "sum(neuron(inputs) for neuron in self.neurons)", "wrong number of outputs"),
    ("Layer", "[neuron(inputs) for neuron in self.neurons]", "self.neurons[0](inputs)", "wrong number of outputs"),
    ("Layer", "for neuron in self.neurons for p", "for neuron in self.neurons[:1] for p", "wrong number of parameters"),
    ("MLP", "self.bias).tanh()", "self.bias)", "no activation between layers"),
    ("MLP", "for layer in self.layers:\n            x = layer(x)", "for layer in self.layers[:-1]:\n            x = layer(x)", "last layer left out"),
    ("MLP", "for layer in self.layers:\n            x = layer(x)\n        return x", "for layer in self.layers:\n            out = layer(x)\n        return out", "layers not chained"),
    ("MLP", "for layer in self.layers for p", "for layer in self.layers[1:] for p", "wrong number of parameters"),
    ("SGD", "-= self.learning_rate * p.grad", "+= self.learning_rate * p.grad", "uphill"),
    ("SGD", "-= self.learning_rate * p.grad", "-= p.grad", "learning rate ignored"),
    ("SGD", "-= self.learning_rate * p.grad", "= -self.learning_rate * p.grad", "data replaced"),
    ("SGD", "p.data -= self.learning_rate * p.grad", "p = p - self.learning_rate * p.grad", "nothing moves"),
    ("SGD", "* p.grad", "* math.copysign(1, p.grad) * (p.grad != 0)", "only the sign"),
    ("SGD", "* p.grad", "* p.grad ** 2", "wrong step"),
    ("SGD", "            p.data -= self", "            self.learning_rate *= 0.5\n            p.data -= self", "wrong step"),
    ("SGD", "p.grad = 0.0", "p.data = 0.0", "gradients not zeroed"),
    ("SGD", "p.grad = 0.0", "p.grad = p.data = 0.0", "zero_grad moves"),
    ("SGD", "for p in self.parameters:\n            p.grad", "for p in self.parameters[1:]:\n            p.grad", "gradients not zeroed"),
    ("SGD", "def zero_grad", "def reset", "no zero_grad"),
    ("mse", " / len(p)", "", "sum, not mean"),
    ("mse", "(a - b) ** 2", "(a - b)", "not squared"),
    ("mse", "(a - b) ** 2", "0.5 * (a - b) ** 2", "another factor"),
    ("mse", "(a - b) ** 2", "abs(a - b)", "wrong loss"),
    ("mse", "(a - b) ** 2", "Value((a - b).data ** 2)", "gradient cut"),
    ("hinge", "1 - b * a", "-b * a", "no margin"),
    ("hinge", "(1 - b * a).relu()", "(1 - b * a)", "not clipped"),
    ("hinge", " / len(p)", "", "sum, not mean"),
    ("hinge", "1 - b * a", "1 + b * a", "wrong loss"),
    ("bce", "engine.softplus(a) - b * a", "-(b * engine.log(a) + (1 - b) * engine.log(1 - a))", "takes probabilities"),
    ("bce", "engine.softplus(a) - b * a", "b * a - engine.softplus(a)", "wrong sign of the loss"),
    ("cross_entropy", "engine.log(sum(engine.exp(a) for a in r)) - r[k]", "-r[k]", "no softmax"),
    ("cross_entropy", "engine.log(sum(engine.exp(a) for a in r)) - r[k]", "r[k] - engine.log(sum(engine.exp(a) for a in r))", "wrong sign of the loss"),
    ("cross_entropy", "- r[k]", "- r[0]", "wrong loss"),
]  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_right_ones_get_all_points(name: str) -> None:
    report = check(SOURCES[name], name=name)
    assert report.passed, str(report)
    assert (report.points, report.total) == (10.0, 10.0)


MATRICES = """
class MLP:
    def __init__(self, *sizes):
        pairs = list(zip(sizes, sizes[1:]))
        self.weights = [[[Value(random.gauss(0, 1)) for _ in range(m)] for _ in range(n)] for n, m in pairs]
        self.biases = [[Value(0.0) for _ in range(m)] for _, m in pairs]

    def forward(self, x):
        for k, (rows, biases) in enumerate(zip(self.weights, self.biases)):
            x = tuple(sum((a * row[j] for a, row in zip(x, rows)), b) for j, b in enumerate(biases))
            x = x if k == len(self.weights) - 1 else [v.relu() for v in x]
        return x

    @property
    def parameters(self):
        named = [w for rows in self.weights for row in rows for w in row] + [b for bs in self.biases for b in bs]
        return dict(enumerate(named))
"""
# What to check, what to replace in it, with what: all of it is right.
RIGHT = [
    ("Neuron", "def __call__", "def forward"),
    ("Neuron", "[*self.weights, self.bias]", "{'bias': self.bias, **dict(enumerate(self.weights))}"),
    ("Neuron", "    def parameters", "    @property\n    def parameters"),
    ("Layer", "return [neuron(inputs) for neuron in self.neurons]", "return (neuron(inputs) for neuron in self.neurons)"),
    ("MLP", MLP, MATRICES),
    ("SGD", "parameters, learning_rate):", "parameters, *, learning_rate=0.01):"),
    ("SGD", "parameters, learning_rate):", "learning_rate, parameters):"),
    ("SGD", "(self, parameters, learning_rate):\n        self.parameters, self.learning_rate = parameters, learning_rate\n\n    def step(self):", "(self, parameters):\n        self.parameters = parameters\n\n    def step(self, lr):\n        self.learning_rate = lr"),
    ("SGD", "from engine import Value", "class Value:\n    backward = None\n    def __init__(self, data): self.data, self.grad = data, None\n"),
    ("hinge", "def hinge(p, t):", "class hinge:\n  def __call__(self, p, t):"),
    ("hinge", "def hinge(p, t):", "def hinge(y_true, y_pred):\n    p, t = y_pred, y_true"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "part", "instead"), RIGHT, ids=range(len(RIGHT)))
def test_other_ways_to_be_right_get_all_points(name, part, instead) -> None:
    assert part in SOURCES[name]
    report = check(SOURCES[name].replace(part, instead), name=name)
    assert report.passed, str(report)


def test_gradients_that_become_none_count_as_zeroed() -> None:
    own = "class Value:\n    backward = None\n    def __init__(self, data): self.data, self.grad = data, 0.0\n"
    report = check((HEAD + own + SGD).replace("p.grad = 0.0", "p.grad = None"), name="SGD")
    assert report.passed, str(report)


def test_parameters_that_are_no_values_are_told_as_missing() -> None:
    for instead in ("None", "[[*self.weights, self.bias]]", "[w.data for w in self.weights]"):
        report = check(
            SOURCES["Neuron"].replace("[*self.weights, self.bias]", instead), name="Neuron"
        )
        assert report.findings[0].fault == "no parameters", str(report)


@pytest.mark.parametrize(("name", "part", "instead", "fault"), WRONG, ids=range(len(WRONG)))
def test_wrong_ones_are_refused_by_the_name_of_their_fault(name, part, instead, fault) -> None:
    assert part in SOURCES[name]
    report = check(SOURCES[name].replace(part, instead), name=name)
    assert not report.passed
    assert report.points < 10.0
    assert fault in [finding.fault for finding in report.findings], str(report)


MICROGRADS = """
class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        return [self.b] + self.w


class MLP:
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [
            [Neuron(sz[i], nonlin=i != len(nouts) - 1) for _ in range(sz[i + 1])]
            for i in range(len(nouts))
        ]

    def __call__(self, x):
        for layer in self.layers:
            x = [n(x) for n in layer]
        return x

    def parameters(self):
        return [p for layer in self.layers for n in layer for p in n.parameters()]
"""


@pytest.mark.parametrize("name", ["Neuron", "MLP"])
def test_relu_a_linear_end_and_the_bias_first_are_right_too(name: str) -> None:
    assert check(HEAD + MICROGRADS, name=name).passed


def test_own_value_of_the_student_is_used() -> None:
    own = """
import random
class Value:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])
    __radd__ = __add__
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])
    def tanh(self):
        import math
        t = math.tanh(self.data)
        return Value(t, [(self, 1 - t * t)])
    def backward(self, grad=1.0):
        self.grad += grad
        for value, slope in self.edges:
            value.backward(slope * grad)
"""
    assert check(own + NEURON, name="Neuron").passed
    assert check(own.replace("1 - t * t", "1 - t") + NEURON, name="Neuron").findings[0].fault == (
        "wrong gradient"
    )


def test_class_made_in_a_cell_is_checked() -> None:
    names: dict[str, object] = {"Value": Value, "random": random}
    exec(NEURON, names)
    assert check(names["Neuron"]).passed


def test_our_own_neuron_and_losses_pass() -> None:
    for ours in (nn.hinge, nn.binary_cross_entropy, nn.mean_squared_error, nn.cross_entropy):
        assert check(ours).passed
    assert check(lambda n: nn.Neuron(n, activation="tanh"), kind="neuron").passed


def test_finding_says_what_came_what_is_right_and_hints() -> None:
    report = check(SOURCES["SGD"].replace("-=", "+="), name="SGD")
    (finding,) = report.findings[:1]
    assert finding.expected == "[0.95, −1.9, 3]"
    assert finding.got == "[1.05, −2.1, 3]"
    assert len(finding.hints) == 3
    assert "uphill" in report.to_json()
    assert "goes with the gradient" in report.to_html()


def test_kind_that_cannot_be_told_is_asked_for() -> None:
    with pytest.raises(ValueError, match=r"cannot tell what 'thing' is; say kind=, one of neuron"):
        check(engine.tanh, name="thing")
    with pytest.raises(ValueError, match="say which class or function of the file to check"):
        check(SOURCES["SGD"], kind="sgd")
