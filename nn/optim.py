"""Optimisers move parameters against their gradients, each by a rule of a few lines.

A rule is one elementwise formula, in `update`: it reads the same for the floats of one parameter
and for NumPy arrays of many, so that those a compiled program keeps in arrays move in one go.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import engine
from engine import Value
from nn.checks import not_negative, positive
from nn.schedules import Schedule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine import LiveArrays

State = tuple[float, ...]


class Optimizer:
    """Base of the optimisers: holds parameters, their state, and the step count.

    Args:
        parameters: what to move.
        learning_rate: how far; a number, or a schedule from the step to a number.
        clip_norm: if given, gradients are scaled down together to at most this length.
        clip_value: if given, each gradient is cut to at most this size.

    Attributes:
        parameters: what it moves.
        steps: how many steps it has taken.
        state: what it remembers: `n_states` columns of one number for each parameter.
    """

    n_states: ClassVar[int] = 0

    def __init__(
        self,
        parameters: Iterable[Value],
        *,
        learning_rate: float | Schedule,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        rule = type(self).__name__
        if not isinstance(parameters, Iterable):
            raise TypeError(
                f"{rule} moves a list of leaves (weights and biases), got {parameters!r}; pass "
                "model.parameters()"
            )
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError(f"{rule} needs parameters to move, got none")
        for p in self.parameters:
            if not isinstance(p, Value) or p.op is not None:
                raise TypeError(
                    f"{rule} moves leaves (weights and biases), got {p!r}; pass model.parameters()"
                )
        if len({id(p) for p in self.parameters}) < len(self.parameters):
            raise ValueError(
                f"{rule} would move a parameter twice a step; give each one once, as "
                "model.parameters() does"
            )
        self.learning_rate = learning_rate if callable(learning_rate) else positive(learning_rate)
        self.clip_norm = clip_norm if clip_norm is None else positive(clip_norm, "clip_norm")
        self.clip_value = clip_value if clip_value is None else positive(clip_value, "clip_value")
        self.steps = 0
        # Lists, or arrays once a program keeps the parameters in arrays.
        self.state: list[Any] = [[0.0] * len(self.parameters) for _ in range(self.n_states)]
        self._live: LiveArrays | None = None

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        if callable(self.learning_rate):
            return float(self.learning_rate(self.steps))
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
        """Move every parameter once."""
        live = self._arrays()
        if live is None:
            self._step_one_by_one()
        else:
            grad = live.grad
            if self.clip_norm is not None or self.clip_value is not None:
                grad = live.grad = self._clipped(grad)
            state: tuple[Any, ...] = tuple(self.state)
            live.data, state = self.update(live.data, grad, state, self.rate, self.steps + 1)  # type: ignore[assignment, arg-type]
            self.state[:] = state
        self.steps += 1

    def _clipped(self, grad: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return gradients after clipping, shape (n_parameters,)."""
        if self.clip_norm is not None:
            largest = float(abs(grad).max()) or 1.0  # taken off first, so no square overflows
            norm = largest * float(((grad / largest) @ (grad / largest)) ** 0.5)
            grad = grad * (self.clip_norm / norm) if norm > self.clip_norm else grad
        if self.clip_value is not None:
            grad = grad.clip(-self.clip_value, self.clip_value)
        return grad

    def _arrays(self) -> LiveArrays | None:
        """Return the parameters as arrays, once a compiled program keeps them so."""
        if self._live is None:
            self._live = engine.live_arrays(self.parameters)
            if self._live is not None:
                self.state = [self._live.array(column) for column in self.state]
        return self._live

    def _step_one_by_one(self) -> None:
        if self.clip_norm is not None:
            clip_gradients_by_norm(self.parameters, self.clip_norm)
        if self.clip_value is not None:
            clip_gradients_by_value(self.parameters, self.clip_value)
        rate, t = self.rate, self.steps + 1
        for i, p in enumerate(self.parameters):
            state = tuple([column[i] for column in self.state])
            p.data, state = self.update(p.data, p.grad, state, rate, t)
            for column, x in zip(self.state, state, strict=True):
                column[i] = x

    def zero_grad(self) -> None:
        """Set every gradient to 0."""
        live = self._arrays()
        if live is not None:
            live.grad = 0.0  # type: ignore[assignment]  # every one of them
            return
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
        """Go on from a step count and state.

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


class SGD(Optimizer):
    """Stochastic gradient descent, plain or with momentum.

    Args:
        parameters: what to move.
        learning_rate: how far.
        momentum: how much of the last movement is kept, 0 to below 1.
        nesterov: look ahead along the momentum.
        clip_norm: if given, gradients are scaled down together to at most this length.
        clip_value: if given, each gradient is cut to at most this size.

    References:
        Sutskever et al. (2013), On the importance of initialization and momentum, equations 1 to 4,
        with the learning rate outside the velocity, as PyTorch has it.
    """

    n_states = 1

    def __init__(
        self,
        parameters: Iterable[Value],
        *,
        learning_rate: float | Schedule,
        momentum: float = 0.0,
        nesterov: bool = False,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(
            parameters, learning_rate=learning_rate, clip_norm=clip_norm, clip_value=clip_value
        )
        self.momentum = fraction(momentum, "momentum")
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0, such as 0.9")
        self.nesterov = nesterov

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return data − rate · velocity, the velocity being momentum · velocity + grad."""
        velocity = self.momentum * state[0] + grad if self.momentum else grad
        ahead = grad + self.momentum * velocity if self.nesterov else velocity
        return data - rate * ahead, (velocity,)


class RMSProp(Optimizer):
    """Divide each gradient by its usual size, a running root mean square.

    Args:
        parameters: what to move.
        learning_rate: how far.
        decay: how much of the running mean square is kept.
        epsilon: added below the fraction, against division by 0.
        clip_norm: if given, gradients are scaled down together to at most this length.
        clip_value: if given, each gradient is cut to at most this size.

    References:
        Hinton (2012), Neural networks for machine learning, lecture 6e.
    """

    n_states = 1

    def __init__(
        self,
        parameters: Iterable[Value],
        *,
        learning_rate: float | Schedule = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(
            parameters, learning_rate=learning_rate, clip_norm=clip_norm, clip_value=clip_value
        )
        self.decay = fraction(decay, "decay")
        self.epsilon = not_negative(epsilon, "epsilon")

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return data − rate · grad / √(running mean of grad²)."""
        square = self.decay * state[0] + (1 - self.decay) * grad * grad
        return data - rate * grad / (square**0.5 + self.epsilon), (square,)


class Adam(Optimizer):
    """Momentum, divided by the gradient's usual size, both corrected for having begun at 0.

    Args:
        parameters: what to move.
        learning_rate: how far.
        betas: how much of the running mean, and of the running mean square, is kept.
        epsilon: added below the fraction, against division by 0.
        clip_norm: if given, gradients are scaled down together to at most this length.
        clip_value: if given, each gradient is cut to at most this size.

    References:
        Kingma & Ba (2015), Adam, algorithm 1.
    """

    n_states = 2

    def __init__(
        self,
        parameters: Iterable[Value],
        *,
        learning_rate: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(
            parameters, learning_rate=learning_rate, clip_norm=clip_norm, clip_value=clip_value
        )
        self.betas = (fraction(betas[0], "betas[0]"), fraction(betas[1], "betas[1]"))
        self.epsilon = not_negative(epsilon, "epsilon")

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


class AdamW(Adam):
    """Adam, with a decay that draws every parameter towards 0 apart from its gradient.

    Args:
        parameters: what to move.
        learning_rate: how far.
        betas: how much of the running mean, and of the running mean square, is kept.
        epsilon: added below the fraction, against division by 0.
        weight_decay: how strongly parameters are drawn to 0, as a multiple of the learning rate.
        clip_norm: if given, gradients are scaled down together to at most this length.
        clip_value: if given, each gradient is cut to at most this size.

    References:
        Loshchilov & Hutter (2019), Decoupled weight decay regularization, algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        *,
        learning_rate: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(
            parameters,
            learning_rate=learning_rate,
            betas=betas,
            epsilon=epsilon,
            clip_norm=clip_norm,
            clip_value=clip_value,
        )
        self.weight_decay = not_negative(weight_decay, "weight_decay")

    def update(
        self, data: float, grad: float, state: State, rate: float, t: int
    ) -> tuple[float, State]:
        """Return Adam's update of the parameter after it has decayed."""
        return super().update(data * (1 - rate * self.weight_decay), grad, state, rate, t)


def clip_gradients_by_norm(parameters: Sequence[Value], max_norm: float) -> float:
    """Scale all gradients by one factor so that their length is at most `max_norm`.

    Returns:
        The length they had: the square root of the sum of their squares.

    Raises:
        ValueError: `max_norm` is not above 0.
    """
    positive(max_norm, "max_norm")
    norm = math.hypot(*(p.grad for p in parameters))  # which no square overflows
    if norm > max_norm:
        for p in parameters:
            p.grad *= max_norm / norm
    return norm


def clip_gradients_by_value(parameters: Sequence[Value], limit: float) -> None:
    """Cut each gradient to the range from −limit to limit; nan stays nan.

    Raises:
        ValueError: `limit` is not above 0.
    """
    positive(limit, "limit")
    for p in parameters:
        p.grad = min(max(p.grad, -limit), limit)  # the other way round, nan would become limit


def fraction(x: float, name: str) -> float:
    """Return `x` if it is from 0 to below 1.

    Raises:
        ValueError: it is not.
    """
    if not 0 <= x < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {x}")
    return float(x)
