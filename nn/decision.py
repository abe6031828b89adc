"""Says how a network's raw outputs become a class: by one threshold, or by the largest output."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, isfinite, nan
from typing import Any

import engine
from engine import Value

Output = float | list[float]
Label = float | str
Span = tuple[float, float]
UNBOUNDED = (-inf, inf)
Chain = tuple[tuple[Any, tuple[float | None, ...]], ...]  # operations; None is what comes in


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
        if isinstance(threshold, (bool, str)) or not hasattr(threshold, "__float__"):
            raise TypeError(f"threshold must be a number, got {threshold!r}")
        if not isfinite(threshold):
            raise ValueError(f"threshold must be finite, got {threshold}")
        return replace(self, threshold=float(threshold))

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
    kinds = {x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x for x in targets}
    return next((pair for pair in ((-1, 1), (0, 1)) if kinds == set(pair)), None)


# ---- the output activation, as the graph of an output shows it ----


def output_span(output: Value) -> Span:
    """Return the numbers between which an output can be, whatever comes in.

    Read from the functions of one number at the end of its graph, such as sigmoid, or the four
    steps of 1 / (1 + exp(−z)), which are tried far below and far above 0.
    """
    chain: list[tuple[Any, tuple[float | None, ...]]] = []
    while output.op is not None and not is_recorded(output):
        inputs = output.inputs
        inner = [x for x in inputs if isinstance(x, Value)]
        if len(inner) != 1 or output.op.name == "where":
            break
        chain.append((output.op, tuple(None if isinstance(x, Value) else x for x in inputs)))
        output = inner[0]
    return span_of(tuple(chain))


def is_recorded(x: Value) -> bool:
    """Return whether a Value is being recorded, so that it cannot say what it was made from."""
    return type(x).__module__.startswith("engine.compile.record")


@lru_cache(maxsize=64)
def span_of(chain: Chain) -> Span:
    """Return what a chain of operations, the outermost first, can give."""
    if not chain:
        return UNBOUNDED
    found = {}
    for z in (-2e4, -1e4, -30.0, -3.0, -1.0, 0.0, 1.0, 3.0, 30.0, 1e4, 2e4):
        found[z] = value_at(z, chain)
        if found[z] != found[z]:
            return UNBOUNDED  # not defined everywhere, so that these numbers do not show its ends
    low, high = min(found.values()), max(found.values())
    for far, near in ((-2e4, -1e4), (2e4, 1e4)):
        if found[far] == inf or found[far] - found[near] > 0.5:
            high = inf
        elif found[far] == -inf or found[far] - found[near] < -0.5:
            low = -inf
    return low, high


def value_at(z: float, chain: Chain) -> float:
    """Return what a chain of operations gives for a number; nan where it is not defined."""
    for op, inputs in reversed(chain):
        try:
            z = float(function_of(op)(*(z if x is None else x for x in inputs)))
        except OverflowError:
            z = inf
        except (ArithmeticError, ValueError, TypeError):  # TypeError: a complex power
            return nan
    return z


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
