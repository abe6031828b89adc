"""Training loops as students write them, right ones and those with the commonest mistakes.

Each is run Value by Value, with a monitor called after each step; `LOOPS` says which alarm is due.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import nn
from tests.benchmarks.alarms import Raised, Watch
from tests.benchmarks.trainings import LOSSES, draw

STEPS = 30


class Loop:
    """What a loop works with: a small network, some samples, an optimiser, a monitor."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        case = draw(seed, hidden=[self.rng.choice([3, 5])] * self.rng.choice([1, 1, 2]))
        self.X, self.y = case.task.X[:12].tolist(), case.task.y[:12].tolist()
        self.loss_of = LOSSES[case.task.loss]
        self.model = nn.MLP(len(self.X[0]), case.sizes, activation=case.activation, seed=seed)
        self.rule = self.rng.choice([nn.SGD, nn.Adam])
        self.rate = {nn.SGD: 0.05, nn.Adam: 0.01}[self.rule]
        self.optimizer = self.rule(self.model.parameters(), learning_rate=self.rate)
        self.monitor = Watch(self.model, self.X if self.rng.random() < 0.5 else None)

    def loss(self) -> nn.losses.Value:
        """Return the loss of all samples, recorded."""
        return self.loss_of([self.model(x) for x in self.X], self.y)


def right(t: Loop) -> None:
    for _ in range(STEPS):
        loss = t.loss()
        t.optimizer.zero_grad()
        loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


def right_by_hand(t: Loop) -> None:
    for _ in range(STEPS):
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        for p in t.model.parameters():
            p.data -= 0.05 * p.grad
        t.monitor.step(loss.data)


def accumulated(t: Loop) -> None:
    """Gradients of two halves add up, as they should."""
    for _ in range(STEPS):
        t.optimizer.zero_grad()
        for half in (slice(0, 6), slice(6, 12)):
            loss = t.loss_of([t.model(x) for x in t.X[half]], t.y[half]) * 0.5
            loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


def frozen(t: Loop) -> None:
    """Only the last layer is trained, on purpose."""
    t.optimizer = t.rule(t.model.layers[-1].parameters(), learning_rate=t.rate)
    right(t)


def no_step(t: Loop) -> None:
    for _ in range(STEPS):
        t.optimizer.zero_grad()
        loss = t.loss()
        loss.backward()
        t.monitor.step(loss)


def no_backward(t: Loop) -> None:
    for _ in range(STEPS):
        t.optimizer.zero_grad()
        loss = t.loss()
        t.optimizer.step()
        t.monitor.step(loss)


def no_zero_grad(t: Loop) -> None:
    for _ in range(STEPS):
        loss = t.loss()
        loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


def other_optimizer(t: Loop) -> None:
    other = nn.MLP(len(t.X[0]), t.model.sizes[1:], seed=1)
    t.optimizer = t.rule(other.parameters(), learning_rate=t.rate)
    for _ in range(STEPS):
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


def rebound(t: Loop) -> None:
    """`p -= …` makes a new Value, which nothing keeps."""
    for _ in range(STEPS):
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        for p in t.model.parameters():
            p -= 0.05 * p.grad
        t.monitor.step(loss.data if t.rng.random() < 0.5 else loss)


def growing(t: Loop) -> None:
    """A weight that is the result of the step before."""
    neuron = t.model.layers[0].neurons[0]
    for _ in range(STEPS):
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        neuron.bias = neuron.bias - 0.05 * neuron.bias.grad
        t.optimizer.step()
        t.monitor.step(loss)


def biases_alone(t: Loop) -> None:
    biases = [p for name, p in t.model.named_parameters() if "bias" in name]
    t.optimizer = t.rule(biases, learning_rate=t.rate)
    for _ in range(STEPS):
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


def exchanged(t: Loop) -> None:
    """A layer is made anew after the optimiser was, which goes on moving the old one."""
    t.monitor = Watch(t.model, optimizer=t.optimizer)
    for i in range(STEPS):
        if i == 12:
            n_in, n_out = t.model.sizes[:2]
            new = nn.Layer(n_in, n_out, activation=t.model.layers[0].activation, rng=Random(1))
            t.model.layers[0].neurons = new.neurons
        t.model.zero_grad()
        loss = t.loss()
        loss.backward()
        t.optimizer.step()
        t.monitor.step(loss)


class Due(NamedTuple):
    """A loop, and the alarm that is due; None where there should be none."""

    run: Callable[[Loop], None]
    kind: str | None


LOOPS = [
    Due(right, None), Due(right_by_hand, None), Due(accumulated, None), Due(frozen, None),
    Due(no_step, "not_updated"), Due(no_backward, "no_gradient"),
    Due(no_zero_grad, "gradients_add_up"), Due(other_optimizer, "not_updated"),
    Due(rebound, "not_updated"), Due(growing, "graph_grows"), Due(biases_alone, "stuck_weights"),
    Due(exchanged, "replaced"),
]  # fmt: skip


def alarms_of(due: Due, seed: int) -> list[Raised]:
    """Run a loop, and return its alarms."""
    loop = Loop(seed)
    due.run(loop)
    return loop.monitor.raised
