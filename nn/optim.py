"""Optimisers move parameters against their gradients, each by a rule of a few lines.

A rule is one elementwise formula, in `update`: it reads the same for the floats of one parameter
and for NumPy arrays of many, so that those a compiled program keeps in arrays move in one go.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import engine
from engine import Value
from nn.checks import flag, fraction, fractions, not_negative, positive
from nn.clipping import clip_gradients, clipped
from nn.other_names import KnownAttributes, made_as
from nn.schedules import SCHEDULES, Schedule

if TYPE_CHECKING:
    from engine import LiveArrays

State = tuple[float, ...]
IDLE = 20  # calls of zero_grad before the first step that show that there is none


class Used(float):
    """A gradient that a step has used; what a backward pass adds to it is `AddedUp`."""

    def __add__(self, other: float) -> AddedUp:
        return AddedUp(float(self) + other)

    def __reduce__(self) -> tuple[object, ...]:
        return (float, (float(self),))


class AddedUp(Used):
    """The sum of a gradient that a step has used and of what came later."""


class Watch:
    """Notices in the first steps of a loop that backward(), step() or zero_grad() was forgotten.

    It costs later steps nothing. What it takes for a proof holds in no loop that is right: that
    gradients are all 0 proves nothing, that they are all the same object does.
    """

    def __init__(self) -> None:
        self.idle = 0
        self.data: list[float] = []

    def before_zero_grad(self, parameters: Sequence[Value]) -> None:
        """Notice that gradients are computed and set to 0, and nothing moves."""
        if not any(p.grad for p in parameters):
            return
        data = [p.data for p in parameters]
        self.idle = self.idle + 1 if data == self.data else 1
        self.data = data
        if self.idle == IDLE:
            warn(
                f"zero_grad() was called {IDLE} times, with gradients there, and step() never, so "
                "that no parameter moved; call optimizer.step() after loss.backward()"
            )

    def before_step(self, parameters: Sequence[Value], steps: int) -> None:
        """Notice that there is no gradient, or that it has that of the step before in it."""
        grads = [p.grad for p in parameters]
        if steps == 0 and untouched(grads):
            warn(
                f"optimizer.step() finds no gradient in any of its {len(grads)} parameters; call "
                "loss.backward() before it and zero_grad() before that, compute the loss from "
                "what the model returned, not from its .data, and make the optimizer from the "
                "parameters of this model"
            )
        if steps == 1 and any(type(grad) is AddedUp for grad in grads):
            warn(
                "the gradients of this step have those of the step before in them; call "
                "optimizer.zero_grad() before each loss.backward()"
            )

    def after_step(self, parameters: Sequence[Value], steps: int) -> Watch | None:
        """Mark the gradients that the first step has used; return None once all has been seen."""
        if steps > 0:
            return None
        for p in parameters:
            p._grad = Used(p.grad)  # .grad would make a plain float of it
        return self


def untouched(grads: Sequence[float]) -> bool:
    """Return whether no backward pass has reached any parameter since its gradient was set to 0.

    A backward pass leaves a number of its own in each, also where it adds 0. Only CPython tells
    equal numbers apart.
    """
    first = grads[0] if len(grads) > 1 else Value(0.0).grad
    same = all(grad is first for grad in grads)
    return same and first == 0.0 and sys.implementation.name == "cpython"


def warn(text: str) -> None:
    """Warn the caller of a method of an optimiser."""
    warnings.warn(text, RuntimeWarning, stacklevel=4)


def setting(default: Any, check: Callable[[Any, str], Any]) -> Any:
    """Return a keyword argument of an optimiser: its default, and the check that it must pass."""
    return field(default=default, metadata={"check": check})


@dataclass(eq=False, repr=False)
class Optimizer(KnownAttributes):
    """Base of the optimisers: holds parameters, their state, and the step count.

    Args:
        parameters: what to move.
        learning_rate: step size; a number, or a schedule (step → number).
        clip_norm: if given, all gradients are scaled by one factor so that their norm is at most
            this.
        clip_value: if given, each gradient is cut to at most this size.

    Attributes:
        parameters: what it moves, a list.
        steps: how many steps it has taken.
        state: what it remembers: `n_states` columns of one number per parameter.
    """

    parameters: Sequence[Value]
    _: KW_ONLY
    learning_rate: float | Schedule
    clip_norm: float | None = None
    clip_value: float | None = None

    n_states: ClassVar[int] = 0

    def __post_init__(self) -> None:
        self.steps = 0
        # Lists, or arrays once a program keeps the parameters in arrays.
        self.state: list[Any] = [[0.0] * len(self.parameters) for _ in range(self.n_states)]
        self._live: LiveArrays | None = None
        self._watch: Watch | None = Watch()
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a setting, at first or later, if it is what it must be."""
        if name == "parameters":
            if self._made:
                raise AttributeError(
                    f"{type(self).__name__} keeps the parameters that it was made with; make a new "
                    "one for others"
                )
            value = leaves_to_move(value, type(self).__name__)
        elif name == "learning_rate":
            value = number_or_schedule(value)
        elif name in ("clip_norm", "clip_value"):
            value = None if value is None else positive(value, name)
        elif name in self.__dataclass_fields__:
            check = self.__dataclass_fields__[name].metadata.get("check")
            value = value if check is None else check(value, name)
        super().__setattr__(name, value)

    @property
    def rate(self) -> float:
        """The learning rate of the next step.

        Raises:
            TypeError: a schedule does not give a number.
            ValueError: it gives one that is negative, inf or nan.
        """
        if callable(self.learning_rate):
            return not_negative(self.learning_rate(self.steps), f"learning_rate({self.steps})")
        return self.learning_rate

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return the new data and the new state.

        Args:
            data: the parameter, a float or an array of many.
            grad: its gradient, of the same shape.
            state: what was remembered, `n_states` of the same shape.
            rate: the learning rate.
            t: the number of the step, from 1.
        """
        raise NotImplementedError

    def step(self) -> None:
        """Move every parameter once.

        Warns:
            RuntimeWarning: at the first two steps, that no backward pass has reached a parameter,
                or that gradients were not set to 0 in between.
        """
        live = self._arrays()
        if live is None:
            watch = self._watch
            if watch is not None:
                watch.before_step(self.parameters, self.steps)
            self._step_one_by_one()
            if watch is not None:
                self._watch = watch.after_step(self.parameters, self.steps)
        else:
            grad = live.grad
            if self.clip_norm is not None or self.clip_value is not None:
                grad = live.grad = clipped(grad, self.clip_norm, self.clip_value)
            state: tuple[Any, ...] = tuple(self.state)
            live.data, state = self.update(live.data, grad, state, self.rate, self.steps + 1)  # type: ignore[assignment, arg-type]
            self.state[:] = state
        vars(self)["steps"] += 1  # without the checks of __setattr__

    def _arrays(self) -> LiveArrays | None:
        """Return the parameters as arrays, once a compiled program keeps them so."""
        if self._live is None:
            self._live = engine.live_arrays(self.parameters)
            if self._live is not None:
                self.state = [self._live.array(column) for column in self.state]
        return self._live

    def _step_one_by_one(self) -> None:
        clip_gradients(self.parameters, self.clip_norm, self.clip_value)
        rate, t = self.rate, self.steps + 1
        for i, p in enumerate(self.parameters):
            state = tuple([column[i] for column in self.state])
            p.data, state = self.update(p.data, p.grad, state, rate, t)
            for column, x in zip(self.state, state, strict=True):
                column[i] = x

    def zero_grad(self) -> None:
        """Set every gradient to 0.

        Warns:
            RuntimeWarning: it was called many times, and `step` never.
        """
        live = self._arrays()
        if live is not None:
            live.grad = 0.0  # type: ignore[assignment]  # every one of them
            return
        if self._watch is not None and not self.steps:
            self._watch.before_zero_grad(self.parameters)
        for p in self.parameters:
            p.grad = 0.0

    def __getstate__(self) -> dict[str, object]:
        # A copy has parameters of its own, which no program keeps in arrays.
        columns = [[float(x) for x in column] for column in self.state]
        return {**vars(self), "state": columns, "_live": None}

    def state_dict(self) -> dict[str, object]:
        """Return the step count and the state, for a checkpoint."""
        return {
            "rule": type(self).__name__,
            "steps": self.steps,
            "state": [[float(x) for x in column] for column in self.state],
        }

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Resume from a step count and state.

        Raises:
            ValueError: they are another optimiser's, or of another number of parameters.
        """
        columns = state.get("state")
        if state.get("rule") != type(self).__name__ or not isinstance(columns, list):
            raise ValueError(
                f"this is {type(self).__name__}, the state is of {state.get('rule')}; go on with "
                "the optimiser it was saved from"
            )
        for column in columns:
            if len(column) != len(self.parameters):
                raise ValueError(
                    f"{type(self).__name__} moves {len(self.parameters)} parameters, the state is "
                    f"of {len(column)}; build the model with the sizes it was saved with"
                )
        self.steps = int(str(state["steps"]))
        self.state = [[float(x) for x in column] for column in columns]
        self._live = None  # the next step makes arrays of them where it uses arrays


@made_as("nn.SGD(model.parameters(), learning_rate=0.1)")
@dataclass(eq=False, repr=False)
class SGD(Optimizer):
    """Stochastic gradient descent, plain or with momentum.

    Args:
        parameters: what to move.
        learning_rate: step size; a number, or a schedule (step → number).
        momentum: how much of the last movement is kept, 0 to below 1.
        nesterov: look ahead along the momentum.
        clip_norm, clip_value: as of every optimiser, see `Optimizer`.

    References:
        Sutskever et al. (2013), On the importance of initialization and momentum, equations 1 to 4,
        with the learning rate outside the velocity, as PyTorch has it.
    """

    _: KW_ONLY
    momentum: float = setting(0.0, fraction)
    nesterov: bool = setting(False, flag)

    n_states = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0, such as 0.9")

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return data − rate · velocity, the velocity being momentum · velocity + grad."""
        velocity = self.momentum * state[0] + grad if self.momentum else grad
        ahead = grad + self.momentum * velocity if self.nesterov else velocity
        return data - rate * ahead, (velocity,)


@made_as("nn.RMSProp(model.parameters(), learning_rate=0.01)")
@dataclass(eq=False, repr=False)
class RMSProp(Optimizer):
    """Divide each gradient by its usual size, a running root mean square.

    Args:
        parameters: what to move.
        learning_rate: step size; a number, or a schedule (step → number).
        decay: how much of the running mean square is kept, 0 to below 1.
        epsilon: added to the denominator, against division by 0.
        clip_norm, clip_value: as of every optimiser, see `Optimizer`.

    References:
        Hinton (2012), Neural networks for machine learning, lecture 6e.
    """

    _: KW_ONLY
    learning_rate: float | Schedule = 0.01
    decay: float = setting(0.99, fraction)
    epsilon: float = setting(1e-8, not_negative)

    n_states = 1

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return data − rate · grad / √(running mean of grad²)."""
        square = self.decay * state[0] + (1 - self.decay) * grad * grad
        return data - rate * grad / (square**0.5 + self.epsilon), (square,)


@made_as("nn.Adam(model.parameters(), learning_rate=0.001)")
@dataclass(eq=False, repr=False)
class Adam(Optimizer):
    """Momentum, divided by the gradient's usual size, both corrected for starting at 0.

    Args:
        parameters: what to move.
        learning_rate: step size; a number, or a schedule (step → number).
        betas: how much of the running mean, and of the running mean square, is kept; each from 0 to
            below 1.
        epsilon: added to the denominator, against division by 0.
        clip_norm, clip_value: as of every optimiser, see `Optimizer`.

    References:
        Kingma & Ba (2015), Adam, algorithm 1.
    """

    _: KW_ONLY
    learning_rate: float | Schedule = 0.001
    betas: tuple[float, float] = setting((0.9, 0.999), fractions)
    epsilon: float = setting(1e-8, not_negative)

    n_states = 2

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return data − rate · mean / √(mean square), with both means corrected for step t."""
        beta1, beta2 = self.betas
        mean = beta1 * state[0] + (1 - beta1) * grad
        square = beta2 * state[1] + (1 - beta2) * grad * grad
        # Correcting rate and epsilon, two numbers, corrects both means of every parameter: as the
        # paper says at the end of section 2, the same movement for less work.
        size_correction = (1 - beta2**t) ** 0.5
        rate = rate * size_correction / (1 - beta1**t)
        return data - rate * mean / (square**0.5 + self.epsilon * size_correction), (mean, square)


@made_as("nn.AdamW(model.parameters(), learning_rate=0.001)")
@dataclass(eq=False, repr=False)
class AdamW(Adam):
    """Adam with decoupled weight decay, which pulls every parameter towards 0 by itself.

    Args:
        parameters: what to move.
        learning_rate, betas, epsilon: as of `Adam`.
        weight_decay: how strongly parameters are pulled to 0, as a multiple of the learning rate.
        clip_norm, clip_value: as of every optimiser, see `Optimizer`.

    References:
        Loshchilov & Hutter (2019), Decoupled weight decay regularization, algorithm 2.
    """

    _: KW_ONLY
    weight_decay: float = setting(0.01, not_negative)

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return Adam's update of the parameter after it has decayed."""
        return super().update(data * (1 - rate * self.weight_decay), grad, state, rate, t)


# By the name that `fit` and the command line take.
OPTIMIZERS = {"sgd": SGD, "rmsprop": RMSProp, "adam": Adam, "adamw": AdamW}


def optimizer_for(optimizer: Any, parameters: Sequence[Value]) -> Optimizer:
    """Return an optimizer; a class, its name or a function of parameters makes one.

    Raises:
        TypeError: it is none of these.
        ValueError: there is none of that name.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    example = "nn.Adam(model.parameters(), learning_rate=0.01)"
    if isinstance(optimizer, str):
        name = optimizer.lower()
        if name not in OPTIMIZERS:
            raise ValueError(
                f"optimizer must be one of {', '.join(OPTIMIZERS)}, or made as {example}, got "
                f"{optimizer!r}"
            )
        optimizer = OPTIMIZERS[name]
    if optimizer is SGD:
        raise TypeError(
            "SGD has no learning rate of its own; give "
            "optimizer=nn.SGD(model.parameters(), learning_rate=0.1)"
        )
    made = optimizer(parameters) if callable(optimizer) else None
    if not isinstance(made, Optimizer):
        raise TypeError(
            f"optimizer must be made as {example}, or be what makes one of a list of parameters, "
            f"got {optimizer!r}"
        )
    return made


def number_or_schedule(rate: Any) -> float | Schedule:
    """Return a learning rate as a plain float, or a schedule as it is.

    Raises:
        TypeError: it is neither, or what makes a schedule.
        ValueError: it is not above 0, or not finite.
    """
    for maker, example in SCHEDULES.items():
        if rate is maker:
            raise TypeError(
                "learning_rate must be a number or a schedule, got what makes one; call it, as in "
                f"schedules.{example}"
            )
    return rate if callable(rate) else positive(rate)


def leaves_to_move(parameters: Iterable[Value], rule: str) -> list[Value]:
    """Return parameters as a list, if an optimiser can move them.

    Raises:
        TypeError: they are not leaves.
        ValueError: there are none, or one is there twice.
    """
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"{rule} moves a list of leaves (weights and biases), got {parameters!r}; pass "
            "model.parameters()"
        )
    found = list(parameters)
    if not found:
        raise ValueError(
            f"{rule} needs parameters to move, got none; make each weight and bias a Value, and an "
            "attribute of a Module, without a _ in front"
        )
    for p in found:
        if not isinstance(p, Value) or p.op is not None:
            raise TypeError(
                f"{rule} moves leaves (weights and biases), got {p!r}; pass model.parameters()"
            )
    if len({id(p) for p in found}) < len(found):
        raise ValueError(
            f"{rule} would move a parameter twice per step; give each one once, as "
            "model.parameters() does"
        )
    return found
