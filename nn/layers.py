"""Neurons, layers of neurons, and networks of layers, written weight by weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import mul
from pathlib import Path
from random import Random
from types import NoneType
from typing import Any

import engine
from engine import Value
from nn.checks import flag, fraction, whole_number
from nn.data.frames import is_named
from nn.data.samples import width_of
from nn.dropout import Dropout
from nn.init import initialiser, random_source
from nn.module import Module
from nn.other_names import KnownAttributes, says_how, with_micrograd_names
from nn.saved.fingerprint import fingerprint
from nn.saved.network import OWN, layers_of, obstacles
from nn.summary import Part

Activation = Callable[[Value], Value]


def linear(x: Value) -> Value:
    """Return x itself: the identity."""
    return x


def activations() -> dict[str, Activation]:
    """Return what a neuron may use by name: the identity, and what the engine says is one."""
    return {"linear": linear, **engine.activations()}


def activation_named(activation: str | Activation) -> tuple[str, Activation]:
    """Return the name of an activation, and what it does.

    Raises:
        ValueError: there is none of that name.
        TypeError: a function does not take a Value, or does not return one.
    """
    known = activations()
    if callable(activation):
        if not isinstance(activation, engine.Operation) and activation not in known.values():
            check_function(activation)
        return getattr(activation, "__name__", "custom"), activation
    if not isinstance(activation, str) or activation not in known:
        hint = "; softmax is none of them: nn.cross_entropy applies it itself"
        raise ValueError(
            f"activation must be one of {', '.join(known)}, or a function of a Value, "
            f"got {activation!r}{hint if activation == 'softmax' else ''}"
        )
    return activation, known[activation]


def check_function(activation: Activation) -> None:
    """Check that an activation of one's own makes a Value of a Value, by calling it once.

    Raises:
        TypeError: it does not.
    """
    wanted = "activation must be a function of a Value that returns one, such as engine.tanh"
    try:
        found = None if isinstance(activation, type) else activation(Value(0.5))
    except (TypeError, AttributeError, engine.RecordingError) as error:
        raise TypeError(f"{wanted}; {activation!r} raised: {error}") from None
    except (ValueError, ArithmeticError):
        return  # it may be defined elsewhere
    if not isinstance(found, Value):
        raise TypeError(f"{wanted}; of Value(0.5), {activation!r} made {found!r}, no Value")


def rng_or_new(rng: object) -> Random:
    """Return a source of random numbers, one of its own for None.

    Raises:
        TypeError: it is something else, such as a seed.
    """
    if rng is not None and not isinstance(rng, Random):
        raise TypeError(f"rng must be a random.Random, such as random.Random(0), got {rng!r}")
    return random_source(None) if rng is None else rng


class Neuron(KnownAttributes, Module):
    """activation(w1·x1 + w2·x2 + … + b).

    Args:
        n_inputs: how many inputs it takes.
        activation: a name, or a function of a Value.
        bias: whether it has one; it starts at 0.
        init: how weights are initialised; "auto" picks by the activation.
        rng: where random weights come from; if None, seeded from Python's `random`.
        n_outputs: how many neurons share its inputs (the size of its layer).
        name: what pictures call it.

    Attributes:
        weights: its weights, one for each input.
        bias: its bias, or None.
    """

    @with_micrograd_names
    @says_how("nn.Neuron(2, activation='tanh')")
    def __init__(
        self,
        n_inputs: int,
        *,
        activation: str | Activation = "relu",
        bias: bool = True,
        init: str = "auto",
        rng: Random | None = None,
        n_outputs: int = 1,
        name: str = "n1",
    ) -> None:
        n_inputs = whole_number(n_inputs, "n_inputs")
        rng = rng_or_new(rng)
        self._activation, self._activate = activation_named(activation)
        # A user's own function may do anything, and is not called to find out.
        is_operation = isinstance(activation, (str, engine.Operation))
        begin = initialiser(init, self._activate if is_operation else None)
        self.weights = [
            Value(begin(n_inputs, n_outputs, rng), f"w{i}") for i in range(1, n_inputs + 1)
        ]
        has_bias = bias is not None and flag(bias, "bias")
        self.bias = Value(0.0, "b") if has_bias else None
        self._scope = engine.scope(name, note=self.activation)
        self._made = True

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute that neurons have.

        Raises:
            AttributeError: they have none of that name.
            TypeError: it is a bias that is a plain number.
        """
        if name == "bias" and not isinstance(value, (Value, NoneType)):
            raise TypeError(
                f"bias must be a Value or None, got {value!r}; to change its number, write "
                f"neuron.bias.data = {value!r}"
            )
        super().__setattr__(name, value)

    @property
    def activation(self) -> str:
        """The name of its activation; set it to another name, or a function of a Value."""
        return self._activation

    @activation.setter
    def activation(self, activation: str | Activation) -> None:
        self._activation, self._activate = activation_named(activation)
        self._scope = engine.scope(self._scope.name, note=self._activation)

    @property
    def activate(self) -> Activation:
        """What its activation does; a module has parameters of its own."""
        return self._activate

    def __call__(self, x: Sequence[Value | float]) -> Value:
        """Return the neuron's output.

        Args:
            x: the inputs, shape (n_inputs,).

        Raises:
            ValueError: there are more or fewer inputs than weights.
        """
        if width(x) != len(self.weights):
            raise wrong_width(self, len(self.weights), x)
        with self._scope:
            products = map(mul, self.weights, x)
            start = next(products) if self.bias is None else self.bias
            return self._activate(sum(products, start))

    @property
    def w(self) -> list[Value]:
        """The weights, by micrograd's name."""
        return self.weights

    @property
    def b(self) -> Value | None:
        """The bias, by micrograd's name."""
        return self.bias

    @property
    def n_inputs(self) -> int:
        """How many inputs the neuron takes."""
        return len(self.weights)

    def config(self) -> dict[str, object]:
        """Return the arguments that build such a neuron."""
        return {
            "n_inputs": self.n_inputs,
            "activation": activation_in_words(self.activation, self._activate),
            "bias": self.bias is not None,
            **own_class(self, Neuron),
        }

    def _parts(self) -> list[Part]:
        return [self._part("neuron", f"{self.n_inputs} → 1", self.activation)]

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)} → 1, {self.activation})"


class Layer(KnownAttributes, Module):
    """Neurons that take the same inputs.

    Args:
        n_inputs: how many inputs each neuron takes.
        n_outputs: how many neurons there are.
        activation: a name, or a function of a Value.
        bias: whether the neurons have one.
        init: how weights are initialised; "auto" picks by the activation.
        rng: where random weights come from; if None, seeded from Python's `random`.
        name: what pictures call it.
    """

    @with_micrograd_names
    @says_how("nn.Layer(2, 3, activation='tanh')")
    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        activation: str | Activation = "relu",
        bias: bool = True,
        init: str = "auto",
        rng: Random | None = None,
        name: str = "layer 1",
    ) -> None:
        n_inputs = whole_number(n_inputs, "n_inputs")
        n_outputs = whole_number(n_outputs, "n_outputs")
        rng = rng_or_new(rng)
        self.neurons = [
            Neuron(
                n_inputs,
                activation=activation,
                bias=bias,
                init=init,
                rng=rng,
                n_outputs=n_outputs,
                name=f"n{i}",
            )
            for i in range(1, n_outputs + 1)
        ]
        self._scope = engine.scope(name, note=f"{n_outputs} × {self.activation}")
        self._made = True

    @property
    def name(self) -> str:
        """What pictures call it."""
        return self._scope.name

    @name.setter
    def name(self, name: str) -> None:
        self._scope = engine.scope(name, note=self._scope.note)

    @property
    def activation(self) -> str:
        """The name of its neurons' activation; set it to another, or a function of a Value."""
        return self.neurons[0].activation

    @activation.setter
    def activation(self, activation: str | Activation) -> None:
        for neuron in self.neurons:
            neuron.activation = activation
        self._scope = engine.scope(self.name, note=f"{len(self.neurons)} × {self.activation}")

    @property
    def n_inputs(self) -> int:
        """How many inputs the layer takes."""
        return self.neurons[0].n_inputs

    def outputs(self, x: Sequence[Value | float]) -> list[Value]:
        """Return the output of each neuron, a list even for a single one.

        Raises:
            ValueError: the number of inputs is not the layer's.
        """
        if width(x) != self.n_inputs:
            raise wrong_width(self, self.n_inputs, x)
        with self._scope:
            return [neuron(x) for neuron in self.neurons]

    def __call__(self, x: Sequence[Value | float]) -> Value | list[Value]:
        """Return the outputs of the neurons: a list, or one Value from a single neuron."""
        out = self.outputs(x)
        return out[0] if len(out) == 1 else out

    def config(self) -> dict[str, object]:
        """Return the arguments that build such a layer, and its "neurons" if they differ."""
        first, *others = neurons = [neuron.config() for neuron in self.neurons]
        found = {**first, "n_outputs": len(neurons), "name": self.name}
        if "class" in first or any(neuron != first for neuron in others):
            found["neurons"] = neurons
        found.pop("class", None)
        return {**found, **own_class(self, Layer)}

    def _parts(self) -> list[Part]:
        return [self._part(self.name, f"{self.n_inputs} → {len(self.neurons)}", self.activation)]

    def __repr__(self) -> str:
        return f"Layer({self.n_inputs} → {len(self.neurons)}, {self.activation})"


class MLP(KnownAttributes, Module):
    """A multi-layer perceptron: layers one after the other.

    Args:
        n_inputs: how many inputs it takes.
        layer_sizes: how many neurons each layer has; the last is the output.
        activation: of the hidden layers.
        output: activation of the last layer.
        bias: whether the neurons have one.
        dropout: after each hidden layer: a rate from 0 to below 1, or an `nn.Dropout`.
        init: how weights are initialised: auto, zeros, uniform, xavier, he, normal.
        seed: the same seed gives the same weights, and the same masks of dropout, to the last bit;
            None draws one from `random`.

    Attributes:
        layers: its layers; an `nn.Dropout` may be put between them.
        dropout: the `nn.Dropout` after each hidden layer, or None.

    Example:
        >>> model = MLP(2, [16, 16, 1], seed=0)
        >>> len(model.parameters())
        337
        >>> isinstance(model([0.5, -1.0]), Value)
        True
    """

    @with_micrograd_names
    @says_how("nn.MLP(2, [16, 16, 1], activation='tanh')")
    def __init__(
        self,
        n_inputs: int,
        layer_sizes: Sequence[int],
        *,
        activation: str | Activation = "relu",
        output: str | Activation = "linear",
        bias: bool = True,
        dropout: float | Dropout = 0.0,
        init: str = "auto",
        seed: int | None = None,
    ) -> None:
        n_inputs = whole_number(n_inputs, "n_inputs")
        if hasattr(layer_sizes, "tolist") or isinstance(layer_sizes, range):
            layer_sizes = list(layer_sizes)
        if not isinstance(layer_sizes, (list, tuple)) or not layer_sizes:
            raise ValueError(
                "MLP needs a list of layer sizes, the last one the number of outputs, such as "
                f"[16, 16, 1]; got {layer_sizes!r}"
            )
        sizes = [whole_number(n, f"layer_sizes[{i}]") for i, n in enumerate(layer_sizes)]
        activation_named(activation)  # even where there is no hidden layer to use it
        rng = random_source(seed)
        self.layers = [
            Layer(
                n,
                m,
                activation=output if i == len(sizes) else activation,
                bias=bias,
                init=init,
                rng=rng,
                name=f"layer {i}",
            )
            for i, (n, m) in enumerate(zip([n_inputs, *sizes], sizes, strict=False), start=1)
        ]
        self.dropout: Dropout | None = None
        if isinstance(dropout, Dropout):
            self.dropout = dropout
        elif fraction(dropout, "dropout"):
            self.dropout = Dropout(dropout, seed=rng.getrandbits(64))
        self._init = init
        self._without_seed = seed is None
        self._made = True

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute that networks have.

        Raises:
            AttributeError: they have none of that name.
            TypeError: it is a dropout that is a plain number.
        """
        if name == "dropout" and not isinstance(value, (Dropout, NoneType)):
            raise TypeError(f"dropout must be an nn.Dropout or None, got {value!r}")
        super().__setattr__(name, value)

    def __call__(self, x: Sequence[Value | float]) -> Value | list[Value]:
        """Return the network's output: one Value for one output, else a list of them.

        Args:
            x: the inputs, numbers or Values, shape (n_inputs,).

        Raises:
            ValueError: the number of inputs is not the network's.
            TypeError: it is a whole table.
        """
        # A NumPy sample is converted to plain floats once, not in every neuron.
        values: Sequence[Value | float] = x.tolist() if hasattr(x, "tolist") else x
        try:
            for layer in self.layers:
                values = layer.outputs(values)
                if self.dropout is not None and layer is not self.layers[-1]:
                    values = self.dropout.outputs(values)
        except (TypeError, ValueError):
            if not is_table(x):
                raise
            raise TypeError(
                f"{self!r} takes one sample, got a table; for the numbers of all samples write "
                "nn.predict(model, X), and for Values [model(row) for row in rows]"
            ) from None
        return values[0] if len(values) == 1 else list(values)  # type: ignore[return-value, arg-type]

    @property
    def n_inputs(self) -> int:
        """How many inputs the network takes."""
        return self.sizes[0]

    @property
    def sizes(self) -> list[int]:
        """How many inputs, and how many neurons in each layer."""
        layers = self._layers_of_neurons
        return [layers[0].n_inputs, *(len(layer.neurons) for layer in layers)]

    @property
    def _layers_of_neurons(self) -> list[Layer]:
        return [layer for layer in self.layers if not isinstance(layer, Dropout)]

    def config(self) -> dict[str, object]:
        """Return the arguments that build such a network, and its "layers" if they differ."""
        layers = [layer.config() for layer in self._layers_of_neurons]
        found: dict[str, object] = {
            "n_inputs": self.sizes[0],
            "layer_sizes": self.sizes[1:],
            "activation": layers[0]["activation"] if len(layers) > 1 else "relu",
            "output": layers[-1]["activation"],
            "bias": layers[0]["bias"],
            "init": self._init,
        }
        if layers != layers_of(found):
            found["layers"] = layers
        if self.dropout is not None:
            found["dropout"] = self.dropout.rate
            found |= own_class(self.dropout, Dropout)
        everything: Sequence[Module] = self.layers
        inserted = {i: part for i, part in enumerate(everything) if isinstance(part, Dropout)}
        if inserted:
            found["inserted"] = [{"at": i, "rate": part.rate} for i, part in inserted.items()]
        for part in inserted.values():
            found |= own_class(part, Dropout)
        return {**found, **own_class(self, MLP)}

    def _occurrences(self) -> Iterator[tuple[str, Value]]:
        # By number, since a layer may be there twice.
        for i, layer in enumerate(self.layers):
            for j, neuron in enumerate(getattr(layer, "neurons", ())):  # dropout has none
                named = {f"weights.{k}": weight for k, weight in enumerate(neuron.weights)}
                for name, value in (*named.items(), ("bias", neuron.bias)):
                    if isinstance(value, Value) and not value.computed:
                        yield f"layers.{i}.neurons.{j}.{name}", value

    def save(self, path: str | Path, *, metadata: Mapping[str, object] | None = None) -> None:
        """Write the network into a file from which `nn.load` builds the same one, to the last bit.

        Args:
            path: the file; replaced only once the new one is complete.
            metadata: anything JSON can hold, to be found in `.metadata` after `nn.load(path)`.

        Raises:
            OSError: the file cannot be written.
            TypeError: JSON cannot hold the metadata.
            ValueError: a weight is inf or nan; or something in the network is your own code, which
                a file cannot hold.
        """
        if type(self) is MLP:
            paths = dict(self._occurrences())
            others = [name for name, _ in self.named_parameters() if name not in paths]
            for why in obstacles(self.config(), len(paths), others):
                raise ValueError(f"{path} not written: {why}")
        super().save(path, metadata=metadata)

    def _parts(self) -> list[Part]:
        return [part for layer in self.layers for part in layer._parts()]

    def __repr__(self) -> str:
        dropout = "" if self.dropout is None else f", dropout {self.dropout.rate:g}"
        return f"MLP({' → '.join(map(str, self.sizes))}{dropout})"


def is_table(x: Any) -> bool:
    """Return whether there are several samples in `x` instead of one."""
    return is_named(x) or (hasattr(x, "__len__") and width_of(next(iter(x), None)) > 0)


def width(x: object) -> int | None:
    """Return the number of inputs, or None for what is not a sequence, such as a single number."""
    return len(x) if hasattr(x, "__len__") else None


def wrong_width(taker: Module, wanted: int, x: object) -> Exception:
    """Return the error for inputs that a neuron or layer does not take."""
    came = width(x)
    if came is None:
        return TypeError(
            f"{taker!r} takes a list of {wanted} input{'s' if wanted != 1 else ''}, got {x!r}; "
            "write a single input as [x]"
        )
    return ValueError(
        f"{taker!r} takes {wanted} input{'s' if wanted != 1 else ''}, got {came}; give it one "
        "number per input, and check the size of the layer before it"
    )


def own_class(module: Module, ours: type[Module]) -> dict[str, str]:
    """Return the name of a module's class, unless it is exactly one of ours."""
    shadowed = [name for name in vars(module) if callable(getattr(ours, name, None))]
    if type(module) is ours and not shadowed:
        return {}
    return {"class": " with its own ".join([type(module).__qualname__, *shadowed])}


def activation_in_words(name: str, activation: Activation) -> str:
    """Return a name that `activation_named` takes; or for your own function, one that it refuses.

    What `engine.define` has made has its definition in the file too.
    """
    known = activations().get(name)
    if isinstance(activation, engine.Operation) or activation in (known, getattr(Value, name, 0)):
        return name
    return f"{OWN}{name} {fingerprint(activation)}"
