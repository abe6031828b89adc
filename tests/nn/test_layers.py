"""Neurons, layers and networks, and where their weights begin."""

import copy
import gc
import math
import pickle
import statistics
import tracemalloc
from random import Random

import numpy as np
import pytest

import engine
import nn
from engine import Value, nodes
from nn.init import is_rectifier
from nn.layers import activations


def test_neuron_computes_the_activation_of_its_weighted_inputs_plus_bias() -> None:
    neuron = nn.Neuron(2, activation="tanh")
    for p, data in zip(neuron.parameters(), (-3.0, 1.0, 6.88), strict=True):
        p.data = data
    assert neuron([2.0, 0.5]).data == math.tanh(6.88 - 3.0 * 2.0 + 1.0 * 0.5)


def test_gradient_of_a_weight_is_its_input_times_the_gradient_of_the_bias() -> None:
    neuron = nn.Neuron(2, activation="sigmoid", rng=Random(0))
    neuron([0.3, -1.2]).backward()
    assert neuron.weights[0].grad == pytest.approx(0.3 * neuron.bias.grad)
    assert neuron.weights[1].grad == pytest.approx(-1.2 * neuron.bias.grad)


def test_neuron_without_a_bias_has_none() -> None:
    neuron = nn.Neuron(3, bias=False, activation="linear")
    assert neuron.bias is None
    assert len(neuron.parameters()) == 3
    assert neuron([0.0, 0.0, 0.0]).data == 0.0


def test_parameters_are_labelled_as_textbooks_do() -> None:
    assert [p.label for p in nn.Neuron(3).parameters()] == ["w1", "w2", "w3", "b"]


def test_layer_returns_a_list_or_the_one_value_of_a_single_neuron() -> None:
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), Value)
    assert len(nn.Layer(2, 3)([1.0, 2.0])) == 3


def test_hidden_layer_of_one_neuron_works() -> None:
    model = nn.MLP(2, [1, 1], activation="tanh", seed=0)
    out = model([1.0, -1.0])
    out.backward()
    assert isinstance(out, Value)
    assert model.layers[0].neurons[0].weights[0].grad != 0


def test_values_of_a_forward_pass_are_tagged_with_layer_and_neuron() -> None:
    out = nn.MLP(2, [3, 1], activation="tanh", seed=0)([1.0, 2.0])
    places = {repr(node.scope) for node in nodes(out) if node.op is not None}
    assert places == {"layer 1/n1", "layer 1/n2", "layer 1/n3", "layer 2/n1"}
    assert out.scope.note == "linear"
    assert out.scope.parent.note == "1 × linear"


@pytest.mark.parametrize("row", [[0.5, 2.0], (0.5, 2.0), np.array([0.5, 2.0]), [Value(0.5), 2]])
def test_network_takes_lists_tuples_arrays_and_values(row) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    assert model(row).data == model([0.5, 2.0]).data


def test_activation_may_be_a_function_of_a_value() -> None:
    def square(x: Value) -> Value:
        return x * x

    model = nn.MLP(1, [1, 1], activation=square, init="uniform", seed=0)
    weight = model.layers[0].neurons[0].weights[0].data
    assert model.layers[0]([3.0]).data == (weight * 3.0) ** 2


def test_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    first, again, other = (nn.MLP(2, [4, 1], seed=s).state_dict() for s in (7, 7, 8))
    assert first == again
    assert first != other


def test_network_without_a_seed_is_new_each_time() -> None:
    assert nn.MLP(2, [4, 1]).state_dict() != nn.MLP(2, [4, 1]).state_dict()


def test_biases_begin_at_zero() -> None:
    assert nn.MLP(2, [4, 1], init="normal").layers[0].neurons[2].bias.data == 0.0


def weights(init: str, activation: str = "tanh") -> list[float]:
    layer = nn.Layer(50, 30, init=init, activation=activation, rng=Random(1))
    return [w.data for neuron in layer.neurons for w in neuron.weights]


@pytest.mark.parametrize(
    ("init", "activation", "std"),
    [
        ("zeros", "tanh", 0.0),
        ("uniform", "tanh", math.sqrt(1 / 3)),
        ("normal", "tanh", 1.0),
        ("xavier", "tanh", math.sqrt(2 / (50 + 30))),
        ("he", "tanh", math.sqrt(2 / 50)),
        ("auto", "tanh", math.sqrt(2 / (50 + 30))),
        ("auto", "relu", math.sqrt(2 / 50)),
    ],
)
def test_initialiser_gives_weights_of_its_standard_deviation(init, activation, std) -> None:
    found = weights(init, activation)
    assert statistics.pstdev(found) == pytest.approx(std, rel=0.05, abs=1e-12)
    assert statistics.fmean(found) == pytest.approx(0.0, abs=0.1 * std + 1e-12)


def test_xavier_stays_within_its_bound() -> None:
    assert max(map(abs, weights("glorot"))) <= math.sqrt(6 / 80)


def test_summary_counts_weights_biases_nodes_and_bytes() -> None:
    summary = nn.MLP(2, [16, 16, 1], seed=0).summary()
    assert summary.total["weights"] == 304
    assert summary.total["biases"] == 33
    assert summary.total["parameters"] == 337
    # a product and a sum for each weight, and an activation for each hidden neuron
    assert summary.total["nodes"] == 2 * 304 + 32
    assert 100 * 640 < summary.total["bytes"] < 200 * 640
    assert str(summary).splitlines()[1].split()[:5] == ["layer", "1", "2", "→", "16"]


def test_summary_of_a_single_neuron_or_layer_has_one_row() -> None:
    neuron, layer = nn.Neuron(3, bias=False).summary(), nn.Layer(3, 2).summary()
    assert neuron.rows[0][:7] == ("neuron", "3 → 1", "relu", 3, 0, 3, 3 + 2 + 1)
    assert layer.rows[0][:7] == ("layer 1", "3 → 2", "relu", 6, 2, 8, 2 * (3 + 3 + 1))


def test_summary_says_what_a_sample_costs_to_the_byte() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    rows = [[0.1 * i, 0.2 * i] for i in range(500)]
    model(rows[0])
    gc.collect()
    tracemalloc.start()
    try:
        roots = [model(row) for row in rows]
        for root in roots:
            root.backward()
        measured = tracemalloc.get_traced_memory()[0] / len(rows)
    finally:
        tracemalloc.stop()
    assert model.summary([0.3, 0.7]).total["bytes"] == pytest.approx(measured, rel=0.1)


def test_summary_of_your_own_module_takes_a_sample_and_counts_what_is_outside_scopes() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.MLP(1, [2, 1], seed=0)
            self.weight = Value(2.0)

        def __call__(self, x):
            return self.inner(x) + self.weight * x[0]

    class Shifted(nn.MLP):
        def __call__(self, x):
            return super().__call__(x) + 1

    summary = Residual().summary([0.5])
    assert summary.rows[0][:7] == ("Residual", "", "", 5, 3, 8, 2 * 3 + 4 + 2)
    assert [row[0] for row in Shifted(1, [2, 1]).summary().rows] == [
        "layer 1", "layer 2", "elsewhere"
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"Residual has no n_inputs; give summary\(\) a sample"):
        Residual().summary()


@pytest.mark.parametrize(
    ("build", "error", "wording"),
    [
        (lambda: nn.MLP(2, [0]), ValueError, r"layer_sizes\[0\] must be at least 1, got 0"),
        (lambda: nn.MLP(2, []), ValueError, r"MLP needs a list of layer sizes.*got \[\]"),
        (lambda: nn.MLP(2, 3), ValueError, "MLP needs a list of layer sizes"),
        (lambda: nn.MLP(-1, [2]), ValueError, "n_inputs must be at least 1, got -1"),
        (lambda: nn.MLP(2.5, [2]), TypeError, "n_inputs must be a whole number, got 2.5"),
        (lambda: nn.MLP(2, ["4"]), TypeError, r"layer_sizes\[0\] must be a whole number"),
        (lambda: nn.MLP(2, [2], activation="swoosh"), ValueError, "activation must be one of"),
        (lambda: nn.MLP(2, [2], output="swoosh"), ValueError, "activation must be one of"),
        (lambda: nn.MLP(2, [2], init="random"), ValueError, "init must be one of auto, zeros"),
        (
            lambda: nn.MLP(2, [4, 1])([1, 2, 3]),
            ValueError,
            r"Layer\(2 → 4, relu\) takes 2 inputs, got 3; give it one number per input",
        ),
        (lambda: nn.MLP(1, [2])(3.0), TypeError, r"takes a list of 1 input, got 3.0; .* as \[x\]"),
        (lambda: nn.Neuron(1)(None), TypeError, "takes a list of 1 input, got None"),
        (lambda: nn.Neuron(1)([]), ValueError, r"Neuron\(1 → 1, relu\) takes 1 input, got 0"),
        (lambda: nn.MLP(2, [1])(["a", 1]), TypeError, r"Value \* str: operands must be"),
    ],
)
def test_bad_networks_and_inputs_are_refused_in_words(build, error, wording) -> None:
    with pytest.raises(error, match=wording):
        build()


def test_numpy_sizes_are_sizes() -> None:
    assert nn.MLP(np.int64(2), [np.int64(3), 1]).sizes == [2, 3, 1]


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "gelu", "softplus"])
def test_rectifier_is_recognised_by_what_it_does(name: str) -> None:
    assert is_rectifier(activations()[name])


@pytest.mark.parametrize("name", ["linear", "tanh", "sigmoid", "sin"])
def test_other_activation_is_not_a_rectifier(name: str) -> None:
    assert not is_rectifier(activations()[name])


def test_every_activation_of_the_engine_is_one_by_name() -> None:
    for name in engine.activations():
        assert nn.Neuron(1, activation=name).activation == name


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copy_of_a_network_computes_the_same_with_parameters_of_its_own(copied) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    other = copied(model)
    assert other([0.5, -1.0]).data == model([0.5, -1.0]).data
    assert not {id(p) for p in other.parameters()} & {id(p) for p in model.parameters()}


def test_summary_says_when_no_seed_was_given() -> None:
    note = "no seed was given: each run begins with other weights; seed=0 keeps them the same"
    assert str(nn.MLP(2, [4, 1]).summary()).splitlines()[-1] == note
    assert "seed" not in str(nn.MLP(2, [4, 1], seed=0).summary())


def test_summary_of_a_loaded_network_says_nothing_of_seeds(tmp_path) -> None:
    nn.MLP(2, [4, 1]).save(tmp_path / "model.json")
    assert "seed" not in str(nn.load(tmp_path / "model.json").summary())
