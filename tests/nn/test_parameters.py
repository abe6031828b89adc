"""What of a module's attributes is a parameter, what it is called, and what is refused."""

import weakref
from collections import OrderedDict, UserList, deque
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pytest

import engine
import nn
from engine import Value
from nn.parameters import owned_parameters


class Net(nn.Module):
    """A weight, a bias, and whatever else a test sets."""

    def __init__(self, **attributes: object) -> None:
        self.w, self.b = Value(0.5, "w"), Value(0.0, "b")
        for name, thing in attributes.items():
            setattr(self, name, thing)

    def __call__(self, x: list[float]) -> Value:
        self.hidden = engine.tanh(self.w * x[0])
        self.all = [x, self.hidden, {"first": self.hidden.detach()}]
        return self.hidden + self.b


def names(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_parameters()]


@dataclass
class Pair:
    first: Value = field(default_factory=lambda: Value(1.0))
    second: list[Value] = field(default_factory=lambda: [Value(2.0)])


@dataclass(slots=True)
class Slotted:
    left: Value
    right: Value


def four() -> list[Value]:
    return [Value(float(i)) for i in range(4)]


CONTAINERS = {
    "list": (lambda: [four()], ["t.0.0", "t.0.1", "t.0.2", "t.0.3"]),
    "tuple": (lambda: tuple(four()), ["t.0", "t.1", "t.2", "t.3"]),
    "deque": (lambda: deque(four()), ["t.0", "t.1", "t.2", "t.3"]),
    "UserList": (lambda: UserList(four()), ["t.0", "t.1", "t.2", "t.3"]),
    "array": (lambda: np.array(four()).reshape(2, 2), ["t.0.0", "t.0.1", "t.1.0", "t.1.1"]),
    "array of one": (lambda: np.array(Value(1.0)), ["t.0"]),
    "dict": (lambda: {"p": Value(1.0), 3: Value(2.0)}, ["t.p", "t.3"]),
    "ordered": (lambda: OrderedDict(z=Value(1.0), a=Value(2.0)), ["t.z", "t.a"]),
    "read only": (lambda: MappingProxyType({"p": Value(1.0)}), ["t.p"]),
    "values": (lambda: {"p": Value(1.0)}.values(), ["t.0"]),
    "nested": (
        lambda: {"p": [np.array(four()[:2]), deque([Net()])]},
        ["t.p.0.0", "t.p.0.1", "t.p.1.0.w", "t.p.1.0.b"],
    ),
    "dataclass": (Pair, ["t.first", "t.second.0"]),
    "slots": (lambda: Slotted(Value(1.0), Value(2.0)), ["t.left", "t.right"]),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_parameters_in_a_container_are_named_by_their_place(kind: str) -> None:
    make, expected = CONTAINERS[kind]
    model = Net(t=make())
    assert names(model) == ["w", "b", *expected]
    assert names(model) == names(model)


@pytest.mark.parametrize(
    "thing",
    [
        np.zeros(3),
        {1.0, 2.0},
        "text",
        range(10**9),
        nn.Adam([Value(1.0)]),
        nn.History("accuracy"),
        lambda x: x,
        np,
        Value,
        iter([1]),
    ],
)
def test_what_holds_no_parameters_is_left_alone(thing: object) -> None:
    assert names(Net(t=thing)) == ["w", "b"]


class Plain:
    def __init__(self) -> None:
        self.weights = [Value(1.0)]


class Shared(nn.Module):
    w = Value(1.0)


@pytest.mark.parametrize(
    ("module", "error", "wording"),
    [
        (Net(t={Value(1.0)}), TypeError, "Net.t is a set, which has no order .* use a list"),
        (Net(t=[frozenset([Value(1.0)])]), TypeError, "Net.t.0 is a frozenset"),
        (Net(t=Plain()), TypeError, r"Net.t is a Plain .*\(weights.0\).* class Plain\(nn.Module\)"),
        (Shared(), TypeError, "Shared.w belongs to the class.*set it in __init__: self.w = …"),
        (Net(t={1: Value(1.0), "1": Value(1.0)}), ValueError, "two parameters .* called 't.1'"),
    ],
)
def test_parameters_that_cannot_be_named_are_refused(module, error, wording) -> None:
    with pytest.raises(error, match=wording):
        module.parameters()


def test_link_to_a_parent_ends_and_adds_nothing() -> None:
    child, model = Net(), Net()
    child.parent, child.up, child.proxy = model, model, weakref.proxy(model)
    model.child = child
    assert names(model) == ["w", "b", "child.w", "child.b"]


def test_link_called_parent_is_not_a_part() -> None:
    assert names(Net(parent=Net())) == ["w", "b"]


def test_container_that_holds_itself_ends() -> None:
    loop: list[object] = [Value(1.0)]
    loop.append(loop)
    assert names(Net(t=loop)) == ["w", "b", "t.0"]


def test_chain_of_many_modules_is_walked_without_recursion() -> None:
    model = head = Net()
    for _ in range(2_000):
        head.next = Net()
        head = head.next
    assert len(model.parameters()) == 2 * 2_001


def test_tied_weights_count_once() -> None:
    shared = Net()
    model = Net(again=shared, t=[shared, shared.w])
    assert names(model) == ["w", "b", "again.w", "again.b"]
    assert nn.l2(model, 1.0).data == 2 * 0.5**2


class Hidden(nn.Module):
    __slots__ = ("in_slot",)

    def __init__(self) -> None:
        self.in_slot = Value(3.0)
        self._weight, self._my_bias, self.__b = Value(1.0), Value(2.0), Value(4.0)
        self._private = Value(5.0)

    weight = property(lambda self: self._weight)
    my_bias = property(lambda self: self._my_bias)
    b = property(lambda self: self.__b)
    n_parameters = property(lambda self: len(self.parameters()))


def test_what_a_property_shows_is_found_by_its_public_name() -> None:
    found = {p.path: p.is_bias for p in owned_parameters(Hidden())}
    assert found == {"in_slot": False, "weight": False, "my_bias": False, "b": True}
    assert Hidden().n_parameters == 4


def test_activation_that_is_kept_is_no_parameter() -> None:
    model = Net()
    for _ in range(2):
        model([1.0])
        assert names(model) == ["w", "b"]
    assert nn.l2(model, 1.0).data == 0.25
    with engine.no_grad():
        model([1.0])
    assert names(model) == ["w", "b"]


X, y = [[i / 10] for i in range(20)], [i / 20 for i in range(20)]


def fitted(model: nn.Module, **settings):
    settings.setdefault("optimizer", nn.Adam(model.parameters(), learning_rate=0.1))
    return nn.fit(model, X, y, loss=nn.mean_squared_error, epochs=3, progress=False, **settings)


@pytest.mark.parametrize("compiled", [True, False])
def test_model_that_keeps_activations_is_trained_like_one_that_does_not(compiled: bool) -> None:
    class Lean(Net):
        def __call__(self, x: list[float]) -> Value:
            return engine.tanh(self.w * x[0]) + self.b

    keeping, lean = Net(), Lean()
    settings = {"compiled": compiled, "penalty": nn.l2}
    history = fitted(keeping, **settings, monitor=nn.Monitor(keeping))
    assert history.loss == fitted(lean, **settings).loss
    assert keeping.state_dict() == lean.state_dict()
    nn.predict(keeping, X)
    assert names(keeping) == ["w", "b"]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("new", [None, Value(0.0)])
def test_bias_exchanged_in_mid_run_is_refused_by_name(new: Value | None, compiled: bool) -> None:
    model = nn.MLP(1, [3, 1], seed=0)

    def exchange(step: nn.Step) -> None:
        model.layers[0].neurons[1].bias = new

    wording = r"layers.0.neurons.1.bias\) .* exchanged or removed in epoch 1"
    with pytest.raises(ValueError, match=wording):
        fitted(model, on_step=exchange, compiled=compiled)


def test_parameter_exchanged_after_the_optimizer_was_made_is_warned_of() -> None:
    model = nn.MLP(1, [3, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.01)
    model.layers[1].neurons[0].bias = Value(0.0)
    with pytest.warns(RuntimeWarning, match=r"not move 1 \(layers.1.neurons.0.bias\) .* exchanged"):
        fitted(model, optimizer=optimizer)


def test_frozen_layer_and_bias_of_none_are_fine() -> None:
    model = nn.MLP(1, [3, 1], seed=0)
    model.layers[0].neurons[0].bias = None
    fitted(model, optimizer=nn.SGD(model.layers[1].parameters(), learning_rate=0.01))


def test_monitor_notices_an_exchanged_bias() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    monitor = nn.Monitor(model)
    model.layers[0].neurons[0].bias = Value(0.0)
    monitor.step(1.0)
    assert [(alarm.kind, alarm.layer, alarm.neuron) for alarm in monitor.alarms] == [
        ("replaced", "layer 1", "n1")
    ]


def test_monitor_notices_a_bias_that_is_gone() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    monitor = nn.Monitor(model)
    model.layers[0].neurons[0].bias = None
    with pytest.raises(ValueError, match="the model has changed since the monitor was made"):
        monitor.step(1.0)


def test_weight_made_by_an_operation_is_warned_of() -> None:
    with pytest.warns(RuntimeWarning, match=r"1 \(scale\) .* will not be trained.*Value\(number\)"):
        fitted(Net(scale=Value(2.0) * 0.1))


def test_parameter_made_during_a_call_is_refused() -> None:
    class Lazy(Net):
        def __call__(self, x: list[float]) -> Value:
            self.late = Value(1.0)
            return self.w * x[0]

    with pytest.raises(ValueError, match=r"1 \(late\) .* when the model was called.* in __init__"):
        fitted(Lazy())


class PlainNeuron:
    def __init__(self) -> None:
        self.w, self.b = [Value(1.0)], Value(0.0)

    def __call__(self, x: list[float]) -> Value:
        return self.w[0] * x[0] + self.b


class PlainNet:
    def __init__(self) -> None:
        self.layers = {"first": [PlainNeuron()]}

    def __call__(self, x: list[float]) -> Value:
        return self.layers["first"][0](x)


def test_parameters_deep_in_objects_that_are_no_modules_are_refused() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            self.net, self.scale = PlainNet(), Value(1.0)

    with pytest.raises(
        TypeError, match=r"Scaled.net is a PlainNet .*\(layers.first.0.w.0\).* class PlainNet\(nn"
    ):
        Scaled().parameters()


def test_an_object_may_link_to_parameters_that_a_module_has() -> None:
    class Helper:
        def __init__(self, of: object) -> None:
            self.of = of

    class Helped(nn.Module):
        def __init__(self) -> None:
            weights = [Value(1.0)]
            self.first, self.model, self.weights = Helper(weights), Helper(self), weights

    assert names(Helped()) == ["weights.0"]


def test_layers_in_a_list_of_the_class_are_refused() -> None:
    class Net2(nn.Module):
        layers = (nn.Layer(1, 1),)

    with pytest.raises(TypeError, match=r"Net2.layers belongs to the class"):
        Net2().parameters()


XS, YS = [[0.1 * i] for i in range(8)], [0.2 * i for i in range(8)]


def trained_once(model: nn.Module) -> nn.History:
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    settings = {"validation": 0, "progress": False, "epochs": 1}
    return nn.fit(model, XS, YS, loss="mse", optimizer=optimizer, **settings)  # type: ignore[arg-type]


class InClosure(nn.Module):
    def __init__(self) -> None:
        layer = nn.Layer(1, 1, activation="linear")
        self.apply, self.bias = lambda x: layer(x), Value(0.0)

    def __call__(self, x: list[float]) -> Value:
        return self.apply(x) + self.bias


class Underscored(InClosure):
    def __init__(self) -> None:
        self._layers, self.bias = [nn.Layer(1, 1, activation="linear")], Value(0.0)

    def __call__(self, x: list[float]) -> Value:
        return self._layers[0](x) + self.bias


@pytest.mark.parametrize("kind", [InClosure, Underscored])
def test_fit_warns_of_weights_that_it_does_not_train(kind: type[nn.Module]) -> None:
    with pytest.warns(RuntimeWarning, match=r"computes with 2 \(.*\) that it does not have"):
        trained_once(kind())


def test_fit_is_silent_about_constants_that_a_model_makes_in_each_call() -> None:
    class Constant(nn.Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: list[float]) -> Value:
            return self.w * Value(x[0]) + Value(2.0)

    assert len(trained_once(Constant())) == 1


def test_fit_warns_of_a_weight_that_was_set_to_a_plain_number() -> None:
    model = nn.MLP(1, [1], seed=0)
    model.layers[0].neurons[0].weights[0] = 0.5  # type: ignore[call-overload]
    with pytest.warns(RuntimeWarning, match=r"write weights\[0\].data = 0.5"):
        trained_once(model)


def test_a_module_that_cannot_be_called_is_answered_with_how_to_write_it() -> None:
    class Torch(nn.Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def forward(self, x: list[float]) -> Value:
            return self.w * x[0]

    with pytest.raises(TypeError, match=r"def __call__\(self, x\), which PyTorch calls forward"):
        trained_once(Torch())
    with pytest.raises(TypeError, match=r"def __call__\(self, x\), which PyTorch calls forward"):
        nn.predict(Torch(), XS)  # type: ignore[arg-type]
