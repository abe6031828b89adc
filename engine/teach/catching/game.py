"""The game: a wrong engine, the expressions a student tries on it, and the score."""

from __future__ import annotations

from collections.abc import Callable
from operator import index

from engine.teach.catching.expression import THE_NUMBERS, read
from engine.teach.catching.program import KNOWN
from engine.teach.catching.rows import BUGS, Bug
from engine.teach.catching.source import Source
from engine.teach.catching.trial import Trial, trial_of
from engine.value import Value


def catch(number: int = 1) -> Game:
    """Return a game: an engine with one fault, to be caught by a short expression.

    Args:
        number: of the bug, from 1, the easiest, to 12.

    Raises:
        TypeError: `number` is not a whole number.
        ValueError: there is no bug of that number.

    Example:
        >>> import engine
        >>> game = engine.teach.catch(4)
        >>> game.try_("a + b").caught
        False
        >>> game.try_("a + a")
        a + a   (1 operation)
                        right engine          wrong engine
                          data       grad       data       grad
          a                  2         +2          2         +1  ≠
          e = a + a          4         +1          4         +1
        caught: the gradient of a is +1 where +2 is right
        Replaces a gradient by what comes from a sum, where it should add to it.
        score 100%: no expression does it with fewer
    """
    if isinstance(number, bool):
        raise TypeError(f"catch needs the number of a bug, 1 to {len(BUGS)}, got {number}")
    try:
        number = index(number)
    except TypeError:
        raise TypeError(
            f"catch needs the number of a bug, 1 to {len(BUGS)}, got {type(number).__name__}"
        ) from None
    if not 1 <= number <= len(BUGS):
        raise ValueError(f"there are bugs 1 to {len(BUGS)}, got {number}")
    return Game(BUGS[number - 1])


class Game:
    """One wrong engine to catch. A notebook shows how far the game is.

    Attributes:
        bug: the wrong engine.
        trials: what has been tried.
        given_up: whether the answer was asked for; after that there is no score.
    """

    def __init__(self, bug: Bug) -> None:
        self.bug = bug
        self.trials: list[Trial] = []
        self.given_up = False
        self._hints = 0

    def try_(self, expression: str | Callable[..., Value]) -> Trial:
        """Run an expression on the wrong engine and on the right one.

        Args:
            expression: a text, such as "a + a", in which "c = a * b; c + c" names a result that is
                used twice; or a function of one or two Values, such as `lambda a, b: a * b + a`.

        Returns:
            The numbers of both engines, what differs, and the score: the fewest operations that
            are enough, over the operations used.

        Raises:
            TypeError: the expression is neither a text nor a function.
            ValueError: it cannot be read, does not run, or has operations that the engines lack.
        """
        root = read(expression)
        text = " ".join(expression.split()) if isinstance(expression, str) else None
        trial = trial_of(root, self.bug, text, scored=not self.given_up)
        self.trials.append(trial)
        return trial

    guess = try_

    @property
    def caught(self) -> bool:
        """Whether one of the expressions told the engines apart."""
        return any(trial.caught for trial in self.trials)

    @property
    def score(self) -> float:
        """The best score so far, from 0 to 1."""
        return max((trial.score for trial in self.trials), default=0.0)

    def hint(self) -> str:
        """Return the next of three hints; the last one is the answer."""
        self._hints = min(self._hints + 1, len(self.bug.hints))
        self.given_up |= self._hints == len(self.bug.hints) and not self.caught
        return self.bug.hints[self._hints - 1]

    def give_up(self) -> Source:
        """Return the fault, and end the scoring."""
        self.given_up |= not self.caught
        return self.source

    @property
    def source(self) -> Source:
        """The wrong method beside the right one.

        Raises:
            ValueError: the bug has not been caught yet.
        """
        if not (self.caught or self.given_up):
            raise ValueError("catch the bug first, or call give_up() to see the source")
        return Source(self.bug)

    def __repr__(self) -> str:
        lines = [
            f"{self.bug}, with {THE_NUMBERS}",
            f"the engines know {KNOWN}",
            'game.try_("a * b + a") or game.try_(lambda a, b: a * b + a) runs both engines',
            "game.hint() gives a hint; game.give_up() shows the fault",
        ]
        if self.trials:
            done = "caught" if self.caught else "given up" if self.given_up else "not caught yet"
            lines.append(f"{len(self.trials)} tried, {done}, score {self.score:.0%}")
        return "\n".join(lines)
