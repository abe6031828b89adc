"""A drill: a graph with blanks, and answers that are checked one after another."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from operator import index

from engine.graph import leaves, nodes
from engine.teach.drills.blanks import Blank, blanks_of, data_blank, named
from engine.teach.drills.feedback import RIGHT, WRONG, Feedback, Result
from engine.teach.drills.graphs import graph_of
from engine.teach.drills.levels import GRAD, LEVELS
from engine.teach.drills.mistakes import equal, mistake
from engine.teach.drills.reading import number_of
from engine.teach.drills.rules import Student, made_from, rule
from engine.words.numbers import number_text


def drill(seed: int = 0, level: int = 1) -> Drill:
    """Return a graph with nice numbers and blanks to fill in.

    Args:
        seed: any whole number; the same seed gives the same drill everywhere.
        level: 1 forward pass, 2 local derivatives, 3 one path, 4 several paths, 5 gates, 6 a neuron
            with a loss.

    Raises:
        TypeError: one of them is not a whole number.
        ValueError: there is no such level.

    Example:
        >>> import engine
        >>> drill = engine.teach.drill(seed=1, level=4)
        >>> drill
        drill 1, level 4: several paths
          a = −5   b = 4   c = 1.5
          d = a − b = −9
          e = a × c = −7.5
          f = d × e = 67.5
          f.grad = 1
        Give the gradient of each number: multiply along each path, and add up the paths.
          e.grad = ?
          c.grad = ?
          d.grad = ?
          b.grad = ?
          a.grad = ?
        next: drill.answer(e_grad=…), or drill.answer(…)
        >>> drill.answer(-9, a_grad="-7,5")
        e.grad = −9 ✓
        a.grad = −7.5 ✗ forgot to add up: a is used several times, and you took one path of two;
            missing: f → e → a
        next: drill.answer(c_grad=…), or drill.answer(…)
    """
    return Drill(whole(seed, "seed"), whole(level, "level"))


def whole(given: object, name: str) -> int:
    """Return a whole number as an int.

    Raises:
        TypeError: it is none.
    """
    try:
        number = index(given)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(given, bool):
        raise TypeError(f"{name} must be a whole number, got {given!r}; write drill({name}=1)")
    return number


class Drill:
    """A graph with blanks. A notebook shows it as a picture.

    Attributes:
        seed: what the graph was made from.
        level: from 1 to 6.
        title: what the level practises.
        asks: what is asked, in a sentence.
        blanks: what is asked, in the order in which it can be answered.
        answers: what has been answered so far, right or wrong, by the names of the blanks.
    """

    def __init__(self, seed: int, level: int) -> None:
        if not 1 <= level <= len(LEVELS):
            raise ValueError(f"there are levels 1 to {len(LEVELS)}, got {level}")
        self.seed, self.level = seed, level
        self.title, self.asks = LEVELS[level - 1].title, LEVELS[level - 1].asks
        self.root = graph_of(seed, level)
        self.order = nodes(self.root)
        self.blanks = blanks_of(self.order, LEVELS[level - 1])
        self.answers: dict[str, float] = {}
        self._first: dict[str, bool] = {}  # whether the first answer was right

    def answer(self, *values: object, **named_values: object) -> Feedback:
        """Check answers: `drill.answer(d=-6, a_grad="3/2")`; `drill.answer(-6)` is the next one.

        Args:
            values: numbers or texts for the next blanks, in their order; or one dictionary, in
                which the blanks may also be called "d", "∂d/∂a" and "a.grad".
            named_values: numbers or texts by the names of the blanks: d, dd_da, a_grad.

        Returns:
            What is right and, of what is wrong, why.

        Raises:
            TypeError: an answer is neither a number nor a text.
            ValueError: a blank does not exist, an answer is empty or not a number, or there is
                nothing to answer. Then none of the answers counts.
        """
        given: dict[str, object] = {}
        if len(values) == 1 and isinstance(values[0], Mapping):
            given = dict(values[0])
        else:
            open_blanks = [blank.name for blank in self.blanks if not self.is_right(blank)]
            if len(values) > len(open_blanks):
                left = f"{len(open_blanks)} blanks are open" if open_blanks else "all is answered"
                raise ValueError(
                    f"{len(values)} answers came, but {left}; name the blank to change"
                )
            given = dict(zip(open_blanks, values, strict=False))
        given |= named_values
        if not given:
            raise ValueError(f"answer needs an answer, such as drill.answer({self.example})")
        found = {}
        for name, value in given.items():
            blank = named(str(name), self.blanks)
            found[blank.name] = number_of(value, blank.text)
        self.answers |= found
        for name in found:
            self._first.setdefault(name, self.is_right(named(name, self.blanks)))
        results = [self.result(blank) for blank in self.blanks if blank.name in found]
        return Feedback(tuple(results), self.state, self._repr_html_)

    def result(self, blank: Blank) -> Result:
        """Return what to say about the answer to a blank."""
        answer = self.answers[blank.name]
        if self.is_right(blank):
            return Result(blank, answer, True, "")
        student = Student(self.answers, self.order)
        cause = student.misled(blank)
        if cause is not None and equal(student.by_rule(blank), answer):
            number = number_text(self.answers[cause.name])
            why = f"right rule: it follows from {cause.text} = {number}; mend that first"
        else:
            why = mistake(blank, answer, self.order) or f"look again: {rule(blank, self.order)}"
        return Result(blank, answer, False, why)

    def is_right(self, blank: Blank) -> bool:
        """Return whether the latest answer to a blank is right."""
        return blank.name in self.answers and equal(self.answers[blank.name], blank.right)

    @property
    def next(self) -> Blank | None:
        """The first blank that is not right yet; None if there is none."""
        return next((blank for blank in self.blanks if not self.is_right(blank)), None)

    @property
    def solved(self) -> bool:
        """Whether all blanks are right."""
        return self.next is None

    @property
    def score(self) -> float:
        """The share of the blanks whose first answer was right, from 0 to 1."""
        return sum(self._first.values()) / len(self.blanks)

    @property
    def key(self) -> dict[str, float]:
        """The right answers, by the names of the blanks."""
        return {blank.name: blank.right for blank in self.blanks}

    @property
    def example(self) -> str:
        """How to answer the next blank."""
        return f"{(self.next or self.blanks[0]).name}=3"

    def show(self, name: str) -> float:
        """Return the answer to a blank, which then counts as answered, but not as right.

        Raises:
            ValueError: there is no such blank.
        """
        blank = named(name, self.blanks)
        self._first.setdefault(blank.name, False)
        self.answers[blank.name] = blank.right
        return blank.right

    def hint(self) -> str:
        """Return the rule for the next blank."""
        blank = self.next
        return (
            "all blanks are right" if blank is None else f"{blank.text}: {rule(blank, self.order)}"
        )

    @property
    def lines(self) -> list[str]:
        """The graph as text: what is given, and what has been answered."""
        numbers = sorted((leaf.label, leaf.data) for leaf in leaves(self.root))
        given = [f"{name} = {number_text(x)}" for name, x in numbers]
        found = ["   ".join(given)]
        for node in self.order:
            if node.op is not None:
                data = self.shown(data_blank(node))
                found.append(f"{node.label} = {made_from(node)}" + (f" = {data}" if data else ""))
        if any(blank.kind == GRAD for blank in self.blanks):
            found.append(f"{self.root.label}.grad = 1")
        return found

    def shown(self, blank: Blank) -> str:
        """Return what a picture shows for a number: "" where it is asked and not found yet."""
        asked = any(blank.name == other.name for other in self.blanks)
        return "" if asked and not self.is_right(blank) else number_text(blank.right)

    def status(self, blank: Blank) -> str:
        """Return a blank with its answer so far."""
        if blank.name not in self.answers:
            return f"{blank.text} = ?"
        mark = RIGHT if self.is_right(blank) else WRONG
        return f"{blank.text} = {number_text(self.answers[blank.name])} {mark}"

    @property
    def state(self) -> str:
        """What comes next, in one line."""
        if self.next is not None:
            return f"next: drill.answer({self.next.name}=…), or drill.answer(…)"
        return f"complete: {self.tally}"

    @property
    def tally(self) -> str:
        """How many first answers were right, in words."""
        return f"{sum(self._first.values())} of {len(self.blanks)} right at the first try"

    @property
    def heading(self) -> str:
        """Which drill it is."""
        return f"drill {self.seed}, level {self.level}: {self.title}"

    @property
    def svg(self) -> str:
        """The graph as a picture, with what is asked as question marks."""
        from engine.teach.drills.picture import picture_of  # brings all of drawing

        return picture_of(self.order, self.blanks, self.is_right, "\n".join(self.lines))

    def __repr__(self) -> str:
        lines = [self.heading, *(f"  {line}" for line in self.lines)]
        lines += [self.asks, *(f"  {self.status(blank)}" for blank in self.blanks), self.state]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        blanks = "".join(f"<li>{escape(self.status(blank))}</li>" for blank in self.blanks)
        return (
            f"<div><p><b>{self.heading}</b><br>"
            f'{self.asks}</p><div style="overflow-x:auto">{self.svg}</div>'
            f'<ol style="columns:12em">{blanks}</ol><p>{escape(self.state)}</p></div>'
        )
