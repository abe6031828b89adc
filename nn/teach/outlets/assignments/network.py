"""The assignment "Build a network": a neuron, a layer, an MLP, a loss and SGD, on Values."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment

INTRO = """\
You build a neural network of Values, and what trains it: everything is a few lines, since a Value
finds its own gradient. `Value` is glassgrad's.

Fill in one part after the other, and check after each. A part that is right counts, even if a later
one is not finished."""

PARTS = (
    """\
## Part 1 · A neuron

`Neuron(3)` has three weights, drawn from −1 to 1, and a bias, which is 0. Called with a list of
numbers it returns tanh of the weighted sum plus the bias. `parameters()` is the list of its weights
and its bias.""",
    """\
## Part 2 · A layer

`Layer(3, 2)` has two neurons that take three numbers each. Called with a list it returns the list
of their outputs. `parameters()` are those of all its neurons.""",
    """\
## Part 3 · A network

`MLP(3, [4, 1])` takes three numbers, and has a layer of four neurons and one of one. Each layer
takes the outputs of the one before. Where the last layer has one neuron, the result is one Value,
not a list.""",
    """\
## Part 4 · A loss

`mean_squared_error(predictions, targets)` is the mean of (prediction − target)², as a Value.""",
    """\
## Part 5 · SGD

`SGD(parameters, learning_rate)` has two methods: `step()` moves each parameter against its
gradient, by the learning rate times the gradient, and `zero_grad()` sets all gradients to 0.""",
)

CODE = '''\
import random

from engine import Value

# Part 1: a neuron


class Neuron:
    """tanh of a weighted sum of inputs plus a bias."""

    def __init__(self, n_inputs):
        """Draw the weights from -1 to 1; the bias is 0."""
        ### BEGIN SOLUTION
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)]
        self.bias = Value(0.0)
        ### END SOLUTION

    def __call__(self, x):
        """Return the output for a list of numbers or Values."""
        ### BEGIN SOLUTION
        total = self.bias
        for w, x_i in zip(self.weights, x):
            total = total + w * x_i
        return total.tanh()
        ### END SOLUTION

    def parameters(self):
        """Return the list of all weights and the bias."""
        ### BEGIN SOLUTION
        return [*self.weights, self.bias]
        ### END SOLUTION


# Part 2: a layer


class Layer:
    """Neurons that take the same inputs."""

    def __init__(self, n_inputs, n_outputs):
        """Make the neurons."""
        ### BEGIN SOLUTION
        self.neurons = [Neuron(n_inputs) for _ in range(n_outputs)]
        ### END SOLUTION

    def __call__(self, x):
        """Return the list of the neurons' outputs."""
        ### BEGIN SOLUTION
        return [neuron(x) for neuron in self.neurons]
        ### END SOLUTION

    def parameters(self):
        """Return the list of all parameters."""
        ### BEGIN SOLUTION
        return [p for neuron in self.neurons for p in neuron.parameters()]
        ### END SOLUTION


# Part 3: a network


class MLP:
    """Layers, each of which takes the outputs of the one before."""

    def __init__(self, n_inputs, sizes):
        """Make the layers, of the sizes given."""
        ### BEGIN SOLUTION
        widths = [n_inputs, *sizes]
        self.layers = [Layer(a, b) for a, b in zip(widths, widths[1:])]
        ### END SOLUTION

    def __call__(self, x):
        """Return the outputs of the last layer: one Value if it has one neuron, else a list."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x
        ### END SOLUTION

    def parameters(self):
        """Return the list of all parameters."""
        ### BEGIN SOLUTION
        return [p for layer in self.layers for p in layer.parameters()]
        ### END SOLUTION


# Part 4: a loss


def mean_squared_error(predictions, targets):
    """Return the mean of (prediction - target) squared, as a Value."""
    ### BEGIN SOLUTION
    total = Value(0.0)
    for prediction, target in zip(predictions, targets):
        total = total + (prediction - target) ** 2
    return total / len(predictions)
    ### END SOLUTION


# Part 5: SGD


class SGD:
    """Moves parameters against their gradients."""

    def __init__(self, parameters, learning_rate):
        """Keep both."""
        ### BEGIN SOLUTION
        self.parameters = parameters
        self.learning_rate = learning_rate
        ### END SOLUTION

    def step(self):
        """Move each parameter by the learning rate times its gradient, downhill."""
        ### BEGIN SOLUTION
        for p in self.parameters:
            p.data -= self.learning_rate * p.grad
        ### END SOLUTION

    def zero_grad(self):
        """Set all gradients to 0."""
        ### BEGIN SOLUTION
        for p in self.parameters:
            p.grad = 0.0
        ### END SOLUTION
'''

NETWORK = Assignment(
    name="network",
    title="Build a network",
    intro=INTRO,
    parts=PARTS,
    code=CODE,
    names=("Neuron", "Layer", "MLP", "mean_squared_error", "SGD"),
    check="from nn.teach import check\n\ncheck(Neuron)  # then Layer, MLP, mean_squared_error, SGD",
    points=50.0,
)
