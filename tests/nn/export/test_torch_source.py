"""nn.export.torch_source: PyTorch source that does the same, number by number."""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import inf, nan
from random import Random

import pytest

import engine
import nn
from engine import Value
from engine.ops import OPS, Op
from engine.table.define import Operation
from tests.graphs import fan_out, neuron, random_graph
from tests.nn.export.models import MODELS, REFUSED, TOKENS, WIDE, Gpt, Jumble, X, nested

CLOSE = {"rel": 1e-12, "abs": 1e-13}


def run(source: str) -> dict[str, object]:
    """Return the names of a source after it has run in PyTorch."""
    pytest.importorskip("torch")
    names: dict[str, object] = {}
    exec(compile(source, "exported", "exec"), names)
    return names


def assigned(source: str) -> list[str]:
    """Return the variables of straight-line source, in order."""
    tree = ast.parse(source)
    return [x.targets[0].id for x in tree.body if isinstance(x, ast.Assign)]


# ---- graphs ----


def check_node_by_node(root: Value) -> None:
    """Compare each tensor's number and gradient with those of the Value of its name."""
    for node in engine.nodes(root):
        node.grad = 0.0
    root.backward()
    source = nn.export.torch_source(root)
    made = run(source)
    order, names = engine.nodes(root), assigned(source)
    assert len(order) == len(names)
    for node, name in zip(order, names, strict=True):
        tensor = made[name]
        if node.label.isidentifier():
            assert name.startswith(node.label)
        assert tensor.item() == pytest.approx(node.data, nan_ok=True, **CLOSE), name
        grad = 0.0 if tensor.grad is None else tensor.grad.item()
        assert grad == pytest.approx(node.grad, nan_ok=True, **CLOSE), name


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("seed", range(3))
def test_every_operation_of_the_table_agrees_node_by_node(name: str, seed: int) -> None:
    rng = Random(f"{name} {seed}")
    n = len(OPS[name].slopes)
    low, high = {"acosh": (1.2, 3.0)}.get(name, (0.1, 0.9))
    numbers = [Value(rng.uniform(low, high), letter) for letter in "ab"[:n]]
    if seed and not OPS[name].domain:
        numbers = [Value(-4 * x.data, x.label) for x in numbers]
    apply = {
        "add": "__add__",
        "sub": "__sub__",
        "mul": "__mul__",
        "div": "__truediv__",
        "mod": "__mod__",
        "neg": "__neg__",
    }
    if name == "where":
        out = engine.where(Value(float(seed), "c"), *numbers)
    elif name in apply:
        out = getattr(numbers[0], apply[name])(*numbers[1:])
    else:
        out = getattr(engine, name)(*numbers)
    check_node_by_node(out * 1.5 + numbers[0])


def test_plain_numbers_among_the_inputs_agree() -> None:
    x = Value(0.7, "x")
    out = engine.maximum(x, 0.2) + engine.hypot(3.0, x) + engine.where(1.0, x, 2.0) - 2.0**x
    check_node_by_node(
        out + 3.0 ** -Value(2.0, "n") + engine.where(x, 0.25, 0.1) + x % 0.3 + 1e-300 / x
    )


@pytest.mark.parametrize("seed", range(10))
def test_random_graph_agrees_node_by_node(seed: int) -> None:
    check_node_by_node(random_graph(seed))


@pytest.mark.parametrize("make", [fan_out, neuron])
def test_graph_of_a_lesson_agrees_node_by_node(make: Callable[[], Value]) -> None:
    check_node_by_node(make())


def test_loss_of_a_network_agrees_node_by_node() -> None:
    model = nn.MLP(2, [4, 3, 1], activation="gelu", seed=0)
    X, y = [[0.5, -1.0], [1.5, 2.0]], [0, 1]
    check_node_by_node(nn.binary_cross_entropy([model(x) for x in X], y) + nn.l2(model, 0.01))


@pytest.mark.parametrize("x", [0.0, 800.0, -800.0])
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "relu", "leaky_relu", "tanh", "abs"])
def test_activation_agrees_far_out_and_at_0(name: str, x: float) -> None:
    check_node_by_node(getattr(Value(x, "x"), name)() if name != "abs" else abs(Value(x, "x")))


def test_ties_share_the_gradient_as_ours_do() -> None:
    check_node_by_node(engine.maximum(Value(2.0, "a"), Value(2.0, "b")))
    check_node_by_node(engine.minimum(Value(2.0, "a"), Value(2.0, "b")))


def test_operation_of_your_own_brings_its_slopes_along() -> None:
    swish = engine.define(
        "swish", "a / (1 + exp(-a))", "(1 + exp(-a) * (1 + a)) / (1 + exp(-a)) ** 2"
    )
    bent = engine.define(
        "bent",
        "a * b if a > 0 and not b < 0 else 0.0",
        "b if a > 0 and not b < 0 else 0.0",
        "a if a > 0 and not b < 0 else 0.0",
        smooth="a * b != 0",
    )
    a, b = Value(0.5, "a"), Value(-1.5, "b")
    check_node_by_node(swish(a) * bent(a, 2.0) + bent(b, a) + swish(b))


def test_label_does_not_hide_an_operation_of_your_own() -> None:
    cube = engine.define("cube", "a ** 3", "3 * a * a")
    x = Value(0.5, "cube")
    y = cube(x)
    y.label = "cube_function"
    check_node_by_node(cube(y) * x)

    class Cubes(nn.Module):
        n_inputs = 1

        def __init__(self):
            self.cube_function = Value(2.0)

        def __call__(self, x):
            y = cube(x[0] * self.cube_function)
            y.label = "cube_function"
            return engine.where(cube(y) > 0.1, cube(y) * y, inf)

    check_model(Cubes(), X=[[0.9], [1.5]])


def test_names_are_those_of_the_labels_or_like_them() -> None:
    labels = ["w", "w", "for", "torch", "2nd", "a b", "", "σ", "w₁", "😀"]
    root = sum((Value(float(i), label) for i, label in enumerate(labels)), Value(1.0, "start"))
    names = assigned(nn.export.torch_source(root))
    ast.parse(nn.export.torch_source(root))
    assert len(set(names)) == len(names)
    assert names[:2] == ["start", "w"]
    assert {"w_2", "for_", "torch_2", "_2nd", "a_b", "σ", "w1"} <= set(names)


def test_numbers_are_written_to_the_last_bit() -> None:
    x = Value(0.1 + 0.2, "x")
    assert "tensor(0.30000000000000004, dtype=torch.float64" in nn.export.torch_source(x * 1e-17)
    assert "x * 1e-17" in nn.export.torch_source(x * 1e-17)
    assert "torch.tensor(torch.nan, " in nn.export.torch_source(Value(nan, "x") * -inf)
    assert "x * -torch.inf" in nn.export.torch_source(Value(nan, "x") * -inf)


def stale() -> Value:
    w = Value(2.0, "w")
    out = w * 3.0
    out.label = "out"
    w.data = 1.0
    return out


def by_hand() -> Value:
    x = Value(2.0, "x")
    return Value(4.0, (x,), "square")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Value(2.0, "x"), ValueError, "needs a result of recorded operations, got a leaf"),
        (stale, ValueError, "this graph is stale: out was 6 .* now give 3; compute it again"),
        (by_hand, ValueError, r"v2 = square\(…\) was made by hand.*engine.define"),
        (lambda: 3.0, TypeError, "an export needs an nn.Module, such as an MLP, got float"),
        (lambda: nn.MLP, TypeError, "got type; make an instance of it first"),
        (lambda: [nn.MLP(2, [1])], TypeError, "got list"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(make, error, message) -> None:
    with pytest.raises(error, match=message):
        nn.export.torch_source(make())


def test_function_that_pytorch_lacks_is_named() -> None:
    row = engine.define("spiky", "gamma(a) * 0 + a", "1.0", domain="a > 1 and a < 50")
    with pytest.raises(
        ValueError, match=r"spiky cannot be exported: PyTorch lacks its gamma\(\); write"
    ):
        nn.export.torch_source(row(Value(2.0, "x")))


# ---- models ----

ACTIVATIONS = ["linear", *engine.activations()]


def check_model(model: nn.Module, *, X: list = X, sample: object = None) -> dict[str, object]:
    """Compare outputs, and the gradient of each parameter, with those of the module in PyTorch."""
    torch = pytest.importorskip("torch")
    source = nn.export.torch_source(model, sample=sample)
    made = run(source)
    module = made["model"]
    module.eval()
    model.eval()
    model.zero_grad()
    ours = [model(x) for x in X]
    flat = [v for out in ours for v in (out if isinstance(out, list) else [out])]
    theirs = module(torch.tensor(X, dtype=torch.float64))
    one = module(torch.tensor(X[0], dtype=torch.float64))
    assert theirs.shape[:1] == (len(X),)
    assert one.tolist() == pytest.approx(theirs[0].tolist(), **CLOSE)
    assert theirs.flatten().tolist() == pytest.approx([v.data for v in flat], **CLOSE)
    assert theirs.ndim == 2 if isinstance(ours[0], list) else theirs.ndim == 1
    weighted = sum(v * (0.5 + k) for k, v in enumerate(flat))
    weighted.backward()
    (theirs.flatten() * (0.5 + torch.arange(len(flat), dtype=torch.float64))).sum().backward()
    state = sorted(x for p in module.parameters() for x in p.flatten().tolist())
    assert state == sorted(p.data for p in model.parameters())  # to the last bit
    grads = [g for p in module.parameters() for g in p.grad.flatten().tolist()]
    assert sorted(grads) == pytest.approx(sorted(p.grad for p in model.parameters()), **CLOSE)
    return made


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_network_of_any_activation_agrees(activation: str) -> None:
    made = check_model(nn.MLP(2, [4, 3, 1], activation=activation, output=activation, seed=1))
    module = made["model"]
    assert [name for name, _ in module.named_children()] == ["layer1", "layer2", "layer3"]


def test_gradient_of_each_weight_has_the_same_place() -> None:
    torch = pytest.importorskip("torch")
    model = nn.MLP(2, [3, 2], activation="tanh", seed=0)
    module = run(nn.export.torch_source(model))["model"]
    sum(model([0.5, -1.0])).backward()
    module(torch.tensor([0.5, -1.0], dtype=torch.float64)).sum().backward()
    for layer, linear in zip(model.layers, (module.layer1, module.layer2), strict=True):
        for j, n in enumerate(layer.neurons):
            assert linear.bias.grad[j].item() == pytest.approx(n.bias.grad, **CLOSE)
            for i, weight in enumerate(n.weights):
                assert linear.weight[j, i].item() == weight.data
                assert linear.weight.grad[j, i].item() == pytest.approx(weight.grad, **CLOSE)


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_model_of_any_make_agrees(make: Callable[[], nn.Module]) -> None:
    check_model(make())


def test_model_of_one_number_agrees() -> None:
    class Line(nn.Module):
        def __init__(self):
            self.weight, self.bias = Value(2.0), Value(1.0)

        def __call__(self, x):
            return self.weight * x + self.bias

    check_model(Line(), X=[0.5, -2.0], sample=1.0)


@pytest.mark.parametrize("seed", range(12))
def test_model_of_parts_put_together_at_random_agrees(seed: int) -> None:
    torch = pytest.importorskip("torch")
    model = Jumble(seed)
    module = run(nn.export.torch_source(model))["model"]
    ours = [v for x in WIDE for v in model([Value(number) for number in x])]
    theirs = module(torch.tensor(WIDE, dtype=torch.float64)).flatten()
    assert theirs.tolist() == pytest.approx([v.data for v in ours], **CLOSE)
    if theirs.requires_grad:
        sum(ours).backward()
        theirs.sum().backward()
        grads = [g for p in module.parameters() for g in p.grad.flatten().tolist()]
        assert sum(map(abs, grads)) == pytest.approx(sum(abs(p.grad) for p in model.parameters()))


def test_model_without_parameters_is_exported_too() -> None:
    class Distance(nn.Module):
        n_inputs = 2

        def __call__(self, x):
            return engine.hypot(x[0] * 1.0, x[1])

    torch = pytest.importorskip("torch")
    module = run(nn.export.torch_source(Distance()))["model"]
    assert module(torch.tensor([3.0, 4.0], dtype=torch.float64)).item() == 5.0


def test_gpt_agrees() -> None:
    check_model(Gpt(), X=TOKENS)


def test_lines_are_broken_where_they_would_be_too_long() -> None:
    source = nn.export.torch_source(Gpt())
    assert max(len(line) for line in source.splitlines()) <= 130
    wide = sum((Value(1.0, f"x{i}") * 2.0 for i in range(100)), Value(0.0))
    assert max(map(len, nn.export.torch_source(wide).splitlines())) <= 96
    check_node_by_node(wide)


def test_layers_are_written_as_layers_and_in_one_line_each() -> None:
    source = nn.export.torch_source(nn.MLP(2, [16, 16, 1], activation="tanh", seed=0))
    forward = source.split("def forward(self, x):\n")[1].split("\n\n")[0]
    assert [line.strip() for line in forward.splitlines()] == [
        "h1 = torch.tanh(self.layer1(x))",
        "h2 = torch.tanh(self.layer2(h1))",
        "return self.layer3(h2)[..., 0]",
    ]


def test_single_input_of_a_layer_is_a_slice() -> None:
    forward = nn.export.torch_source(nested())
    assert "self.gate(x[..., 1:2])" in forward
    assert "self.parts_b_b(torch.cat([h2, h1], dim=-1))" in forward


def test_nothing_runs_that_is_in_a_name() -> None:
    class Named(nn.Module):
        n_inputs = 1

        def __init__(self):
            self.parts = {"a\nraise SystemExit\n": nn.Layer(1, 1), '"""': Value(1.0)}

        def __call__(self, x):
            return self.parts["a\nraise SystemExit\n"](x) * self.parts['"""']

    check_model(Named(), X=[[1.0], [2.0]])


def test_dropout_is_one_of_pytorch_and_off_where_ours_is() -> None:
    torch = pytest.importorskip("torch")
    model = nn.MLP(2, [64, 1], dropout=0.25, seed=0)
    states = model.dropout.rng.getstate()
    source = nn.export.torch_source(model)
    assert model.dropout.rng.getstate() == states
    assert "self.dropout(torch.relu(self.layer1(x)))" in source
    module = run(source)["model"]
    assert module.training
    assert module.dropout.p == 0.25
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert len({module(x).item() for _ in range(5)}) > 1
    source = nn.export.torch_source(model.eval())
    assert "nn.Dropout(0.25)" in source
    assert not model.dropout.training
    assert not run(source)["model"].training
    check_model(model)


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_model_that_cannot_be_written_is_refused_in_words(make, error, message) -> None:
    with pytest.raises(error, match=message):
        nn.export.torch_source(make())


def test_sample_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        nn.export.torch_source(nn.MLP(2, [1]), sample=[1.0, 2.0, 3.0])


def test_export_changes_nothing_of_the_model() -> None:
    model = nested()
    before = [(p.data, p.grad, type(p)) for p in model.parameters()]
    nn.export.torch_source(model)
    assert [(p.data, p.grad, type(p)) for p in model.parameters()] == before


def test_new_row_with_a_condition_brings_its_slopes_along(monkeypatch) -> None:
    row = Op("elu", "ELU", "a if a > 0 else expm1(a)", "1.0 if a > 0 else out + 1", activation=True)
    monkeypatch.setitem(OPS, "elu", row)
    elu = Operation(row)
    monkeypatch.setattr(engine, "elu", elu, raising=False)
    for number in (0.5, -0.5, 800.0):
        check_node_by_node(elu(Value(number, "x")) * 2.0)
