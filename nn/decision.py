"""Says how a network's raw outputs become a class: by one threshold, or by the largest output."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, nan
from typing import Any

import engine
from engine import Value
from nn.checks import finite, number

Output = float | list[float]
Label = float | str
Span = tuple[float, float]
UNBOUNDED = (-inf, inf)
Steps = tuple[tuple[Any, tuple[float | int, ...]], ...]  # operations, and the inputs of each
MOST_STEPS, MOST_WAITING = 12, 3  # of the end of a graph, to look for a function of one number in


@dataclass(frozen=True)
class Decision:
    """The one rule that turns outputs into classes; all that judges or shows classes asks it.

    Attributes:
        labels: of the classes, in the order of their numbers, as y has them.
        threshold: an output above it means the second of two classes; None where there is one
            output per class, of which the largest decides.
    """

    labels: tuple[Label, ...]
    threshold: float | None

    def number_of(self, output: Output) -> int:
        """Return the number of the class that an output means, from 0."""
        if isinstance(output, list):
            return max(range(len(output)), key=output.__getitem__)
        assert self.threshold is not None
        return int(output > self.threshold)

    def target_number(self, target: Any, i: int = 0) -> int:
        """Return the number of a target's class: its label, ±1, a number from 0, or one-hot.

        Args:
            target: from y.
            i: of which sample, for the message.

        Raises:
            ValueError: there is no such class.
        """
        if isinstance(target, (list, tuple)):
            hot = one_hot(target)
            target = target[0] if len(target) == 1 else target if hot is None else hot
        n = len(self.labels)
        if target in self.labels:
            return self.labels.index(target)
        if n == 2 and self.threshold is not None and target in (-1, 0, 1):
            return int(target > 0)
        if not isinstance(target, (list, tuple)) and target in range(n):
            return int(target)
        known = "from 0"
        if any(isinstance(label, str) for label in self.labels):
            known = ", ".join(map(repr, self.labels))
        elif self.threshold is not None:
            known = "-1 and 1, or 0 and 1"
        outputs = 1 if self.threshold is not None else n
        raise ValueError(
            f"accuracy needs classes {known} for a model of {outputs} output"
            f"{'s' if outputs != 1 else ''}, got {target!r} for sample {i}; correct it, or train "
            "with the labels that y has"
        )

    def share_right(self, outputs: Sequence[Output], targets: Sequence[Any]) -> float:
        """Return the share of outputs that mean their target's class, from 0 to 1."""
        wanted = (self.target_number(target, i) for i, target in enumerate(targets))
        pairs = zip(outputs, wanted, strict=True)
        return sum(self.number_of(output) == number for output, number in pairs) / len(outputs)

    def with_threshold(self, threshold: float | None) -> Decision:
        """Return this rule with another threshold, or as it is for None.

        Raises:
            ValueError: it is not finite, or the largest of several outputs decides.
            TypeError: it is not a number.
        """
        if threshold is None:
            return self
        if self.threshold is None:
            raise ValueError(
                f"threshold={threshold} is for a model of one output; of {len(self.labels)} the "
                "largest decides"
            )
        return replace(
            self, threshold=finite(number(threshold, "threshold", "a number"), "threshold")
        )

    def to_dict(self) -> dict[str, object]:
        """Return what a model file keeps."""
        return {"labels": list(self.labels), "threshold": self.threshold}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> Decision | None:
        """Return the rule that `to_dict` returned, or None for None.

        Raises:
            ValueError: there are not as many labels as classes.
        """
        if kept is None:
            return None
        labels, threshold = kept["labels"], kept["threshold"]
        most = len(labels) if threshold is None else 2
        if not 2 <= len(set(labels)) == len(labels) <= most:
            raise ValueError(
                f"decision.labels must be 2, or one for each output, and differ, got {len(labels)}"
            )
        return cls(tuple(labels), threshold)


def one_hot(row: Sequence[float]) -> int | None:
    """Return which entry of a row is 1, if all others are 0 or all others are −1."""
    rest = sorted(row)[:-1]
    if len(row) < 2 or max(row) != 1 or not (set(rest) == {0} or set(rest) == {-1}):
        return None
    return list(row).index(1)


def two_labels(targets: Iterable[Any]) -> tuple[int, int] | None:
    """Return (−1, 1) or (0, 1) if these are all the targets there are, both of them."""
    single = [x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x for x in targets]
    if any(isinstance(x, (list, tuple)) for x in single):
        return None
    return next((pair for pair in ((-1, 1), (0, 1)) if set(single) == set(pair)), None)


# ---- the output activation, as the graph of an output shows it ----


def output_span(output: Value) -> Span:
    """Return the numbers between which an output can be, whatever comes in.

    Read from the end of its graph, as far as that is a function of one number: sigmoid, or the
    steps of 1 / (1 + exp(−z)). It is tried far below and far above 0.
    """
    steps: list[Value] = []  # the outermost first
    waiting, base, n = [output], output, 0
    while len(steps) < MOST_STEPS and len(waiting) <= MOST_WAITING:
        if len(waiting) == 1:
            base, n = waiting[0], len(steps)
        # One that no other is made from: the others may still need its number.
        last = next(
            (x for x in waiting if not any(needs(y, x) for y in waiting if y is not x)), None
        )
        # While a function is recorded, a node cannot say what it was made from.
        if last is None or last.op is None or last.op.name == "where" or is_recorded(last):
            break
        waiting.remove(last)
        steps.append(last)
        inputs = (x for x in last.inputs if isinstance(x, Value))
        waiting += [x for x in dict.fromkeys(inputs) if not any(x is y for y in waiting)]
        if len(waiting) > 1 and any(x.op is None for x in waiting):
            break  # a weight: from here on it is a function of several numbers
    index = {id(x): i for i, x in enumerate([base, *reversed(steps[:n])])}
    return span_of(
        tuple(
            (step.op, tuple(index[id(x)] if isinstance(x, Value) else x for x in step.inputs))
            for step in reversed(steps[:n])
        )
    )


def needs(y: Value, x: Value) -> bool:
    """Return whether `y` is made from another Value `x`, in a few steps."""
    near, found = [y], 0
    while near and found < MOST_STEPS:
        node = near.pop(0)
        found += 1
        if node.op is not None and not is_recorded(node):
            inner = [z for z in node.inputs if isinstance(z, Value)]
            if any(z is x for z in inner):
                return True
            near += inner
    return False


def is_recorded(x: Value) -> bool:
    """Return whether a Value is being recorded, so that it cannot say what it was made from."""
    return type(x).__module__.startswith("engine.compile.record")


@lru_cache(maxsize=64)
def span_of(steps: Steps) -> Span:
    """Return what a function of one number can give.

    Args:
        steps: its operations, the innermost first; of each input a float, or the number of the step
            before it, from 1; 0 is what comes in.
    """
    if not steps:
        return UNBOUNDED
    # Far out exp(z) / (1 + exp(z)) is inf / inf.
    for far in (1e4, 100.0):
        points = (-2 * far, -far, -30.0, -3.0, -1.0, 0.0, 1.0, 3.0, 30.0, far, 2 * far)
        found = [value_at(z, steps) for z in points]
        if all(x == x for x in found):
            break
    else:
        return UNBOUNDED  # not defined everywhere, so that these numbers do not show its ends
    low, high = round(min(found), 9), round(max(found), 9)
    for end, near in ((found[0], found[1]), (found[-1], found[-2])):
        if end == inf or end - near > 0.5:
            high = inf
        elif end == -inf or end - near < -0.5:
            low = -inf
    return low, high


def value_at(z: float, steps: Steps) -> float:
    """Return what a function of one number gives; nan where it is not defined."""
    found = [z]
    for op, inputs in steps:
        numbers = [found[x] if isinstance(x, int) else x for x in inputs]
        try:
            found.append(float(function_of(op)(*numbers)))
        except OverflowError:
            found.append(inf)
        except (ArithmeticError, ValueError, TypeError):  # TypeError: a complex power
            return nan
    return found[-1]


def function_of(op: Any) -> Callable[..., float]:
    """Return an operation as a function of plain numbers."""
    if op.operator:
        return getattr(operator, op.operator)  # type: ignore[no-any-return]
    return engine.activations().get(op.name) or getattr(engine, op.name)  # type: ignore[return-value]


def squashed(outputs: Sequence[Value], least: Span, takes: str) -> str | None:
    """Return what is wrong with outputs that cannot go as far as a loss needs them to, or None.

    Args:
        outputs: of one sample, with their graph.
        least: between which numbers the loss needs them to go.
        takes: the loss, and what it takes, in words.
    """
    low, high = (0.0, 1.0) if is_softmax(outputs) else output_span(outputs[0])
    if low <= least[0] and high >= least[1]:
        return None
    op = outputs[0].op
    name = "softmax" if is_softmax(outputs) else op.name if op and op.activation else "a function"
    return (
        f"the model's output goes through {name}, which gives {low:.3g} to {high:.3g}, but {takes}"
        "; use output='linear' (the default), or leave that function out at the end of your model"
    )


def is_softmax(outputs: Sequence[Value]) -> bool:
    """Return whether outputs are powers of e divided by one common sum."""
    if len(outputs) < 2 or any(map(is_recorded, outputs)):
        return False
    made = [output.inputs for output in outputs]
    return all(
        len(inputs) == 2
        and inputs[1] is made[0][1]
        and isinstance(inputs[0], Value)
        and inputs[0].op is not None
        and inputs[0].op.name == "exp"
        for inputs in made
    )
