"""The twelve bugs, from the easiest to the hardest: what each is called, and three hints."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import dedent

from engine.teach.catching import wrong
from engine.teach.catching.right import Value as Engine


@dataclass(frozen=True, slots=True)
class Bug:
    """A wrong engine.

    Attributes:
        number: from 1, the easiest.
        engine: the class.
        shortest: an expression that tells it from the right one, with the fewest operations.
        fewest: their number; `tests/engine/teach/catching/test_rows.py` proves it.
        hints: a nudge, a pointer, the answer.
    """

    number: int
    engine: type[Engine]
    shortest: str
    fewest: int
    hints: tuple[str, str, str]

    @property
    def fault(self) -> str:
        """What is wrong, in one sentence."""
        return str(self.engine.__doc__)

    @property
    def method(self) -> str:
        """The name of the method that is wrong."""
        return next(name for name, x in vars(self.engine).items() if inspect.isfunction(x))

    @property
    def sources(self) -> tuple[str, str]:
        """The text of that method, in the right engine and in this one."""
        right, wrong = (getattr(engine, self.method) for engine in (Engine, self.engine))
        return dedent(inspect.getsource(right)), dedent(inspect.getsource(wrong))

    def __repr__(self) -> str:
        plural = "" if self.fewest == 1 else "s"
        return f"bug {self.number}: can be caught with {self.fewest} operation{plural}"


class Bugs(tuple[Bug, ...]):
    """All bugs; printing them gives none away."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self), "game = engine.teach.catch(1) begins"])


def numbered(rows: Iterable[tuple[type[Engine], str, int, str, str]]) -> Bugs:
    """Return rows as bugs, with their numbers and a third hint, the answer."""
    return Bugs(
        Bug(number, engine, shortest, fewest, (nudge, pointer, f'Try "{shortest}".'))
        for number, (engine, shortest, fewest, nudge, pointer) in enumerate(rows, start=1)
    )


BUGS = numbered(
    [
        (
            wrong.Wrong1,
            "a * b",
            1,
            "Try the operations one by one.",
            "It is a product. Which of the two numbers is the slope for a?",
        ),
        (
            wrong.Wrong2,
            "-a",
            1,
            "Try the operations one by one, also those with a single input.",
            "Some operations make a number fall when their input rises.",
        ),
        (
            wrong.Wrong3,
            "a ** 2",
            1,
            "Try the operations one by one.",
            "It is a power. What is the slope of a ** 3?",
        ),
        (
            wrong.Wrong4,
            "a + a",
            1,
            "Each operation is right as long as its operands are two different numbers.",
            "What should happen to a gradient if a number is used twice?",
        ),
        (
            wrong.Wrong5,
            "1 - a",
            1,
            "No operation between a and b is wrong. What else may an operand be?",
            "Put a plain number in front.",
        ),
        (
            wrong.Wrong6,
            "-tanh(a)",
            2,
            "Each operation is right as the last one. What if another comes after it?",
            "It is tanh. The gradient that arrives at it must not be 1.",
        ),
        (
            wrong.Wrong7,
            "-relu(a)",
            2,
            "Each operation is right as the last one. Which gradients can arrive at it?",
            "It is relu. Let a negative gradient arrive at it.",
        ),
        (
            wrong.Wrong8,
            "relu(a + a)",
            2,
            "The operations are right; the walk through the graph is not.",
            "Let two nodes of one graph have the same number.",
        ),
        (
            wrong.Wrong9,
            "c = -a; c + c",
            2,
            "The operations are right; the walk through the graph is not.",
            'Use a result twice, not a leaf: "c = …; …" gives a result a name.',
        ),
        (
            wrong.Wrong10,
            "c = -a; c + -c",
            3,
            "A node may pass its gradient on before all of that has arrived.",
            "Use a result twice: once directly, and once through another operation.",
        ),
        (
            wrong.Wrong11,
            "c = -a; -c + c * c",
            4,
            "A node waits until all that use it are done. How does it count them?",
            "Use a result in two places, and in one of them as both operands.",
        ),
        (
            wrong.Wrong12,
            "c = -a; d = -c; d + -(-d)",
            5,
            "Nodes pass on level by level. What is the level of a node that two paths reach?",
            "Reach a node by one path and by another that is two operations longer, and let it be "
            "made from another result.",
        ),
    ]
)
