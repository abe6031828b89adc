"""What two engines make of one expression, side by side: as text, as a table and as a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from math import isfinite

from engine.teach.catching.program import Numbers, in_order, program_of, same
from engine.teach.catching.right import Value as Engine
from engine.teach.catching.rows import Bug
from engine.value import Value
from engine.words.formula import formula
from engine.words.names import names_of
from engine.words.numbers import number_text

MARKED = ' style="background:#ffe8cc;color:#1f2328;font-weight:700"'
CELL = "text-align:right;padding:2px 10px"


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One number of an expression, in both engines.

    Attributes:
        name: what it is called.
        made: how it was made, such as "e = a × b".
        right: its data and its grad in the right engine.
        wrong: the same in the wrong one.
    """

    name: str
    made: str
    right: Numbers
    wrong: Numbers

    @property
    def equal(self) -> tuple[bool, bool]:
        """Whether the engines agree on data and on grad."""
        data, grad = map(same, self.right, self.wrong)
        return data, grad

    @property
    def texts(self) -> list[str]:
        """The four numbers as printed."""
        return [
            number_text(x, signed=signed)
            for numbers in (self.right, self.wrong)
            for x, signed in zip(numbers, (False, True), strict=True)
        ]

    @property
    def difference(self) -> str:
        """What differs, in words; "" if nothing does."""
        right, wrong = self.texts[:2], self.texts[2:]
        return " and ".join(
            f"the {what} of {self.name} is {wrong[k]} where {right[k]} is right"
            for k, what in enumerate(("data", "gradient"))
            if not self.equal[k]
        )


@dataclass(frozen=True, slots=True, repr=False)
class Trial:
    """An expression, run on both engines. A notebook shows it as a table and a picture.

    Attributes:
        bug: the wrong engine.
        text: the expression.
        operations: how many it has; a result that is used twice counts once.
        rows: its numbers, those it begins with first.
        scored: whether it counts.
    """

    bug: Bug
    text: str
    operations: int
    rows: tuple[Row, ...]
    scored: bool
    root: Value = field(repr=False)

    @property
    def caught(self) -> bool:
        """Whether the engines differ."""
        return any(self.differences)

    @property
    def differences(self) -> list[str]:
        """What differs, in words."""
        return [row.difference for row in self.rows if row.difference]

    @property
    def score(self) -> float:
        """The fewest operations that are enough, over those used; 0 if the engines agree."""
        return self.bug.fewest / self.operations if self.caught and self.scored else 0.0

    @property
    def verdict(self) -> list[str]:
        """The result in sentences."""
        best = counted(self.bug.fewest)
        if not self.caught:
            enough = "is" if self.bug.fewest == 1 else "are"
            return [f"not caught: both engines agree; {best} {enough} enough to tell them apart"]
        lines = [f"caught: {'; '.join(self.differences)}", self.bug.fault]
        if not self.scored:
            return [*lines, "no score, since the answer has been shown"]
        shortest = self.operations <= self.bug.fewest
        return [
            *lines,
            f"score {self.score:.0%}: "
            + ("no expression does it with fewer" if shortest else f"it can be done with {best}"),
        ]

    @property
    def svg(self) -> str:
        """The wrong graph beside the right one, with a thick border where they differ."""
        from engine.teach.side_by_side import side_by_side  # brings all of drawing

        nodes, got = in_order(self.root), {}
        for node, row in zip(nodes, self.rows, strict=True):
            node.grad, got[id(node)] = row.right[1], row.wrong
        return side_by_side([self.root], got, titles=("wrong engine", "right engine"))

    def __repr__(self) -> str:
        wide = max(len(row.made) for row in self.rows)
        lines = [
            f"{self.text}   ({counted(self.operations)})",
            f"  {'':{wide}}  {'right engine':>20}  {'wrong engine':>20}",
            f"  {'':{wide}}  " + "  ".join(f"{what:>9}" for what in ("data", "grad") * 2),
        ]
        for row in self.rows:
            mark = "  ≠" if row.difference else ""
            lines.append(f"  {row.made:{wide}}  " + "  ".join(f"{x:>9}" for x in row.texts) + mark)
        return "\n".join([*lines, *self.verdict])

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="{CELL}">{what}</th>' for what in ("data", "grad") * 2)
        body = ""
        for row in self.rows:
            marks = ["", "", *("" if equal else MARKED for equal in row.equal)]
            cells = "".join(
                f'<td style="{CELL}"><span{mark}>{text}</span></td>'
                for text, mark in zip(row.texts, marks, strict=True)
            )
            body += f'<tr><td style="text-align:left">{escape(row.made)}</td>{cells}</tr>'
        verdict = "<br>".join(map(escape, self.verdict))
        return (
            f"<div><p><code>{escape(self.text)}</code> ({counted(self.operations)})</p>"
            '<table><tr><th></th><th colspan="2">right engine</th>'
            f'<th colspan="2">wrong engine</th></tr><tr><th></th>{head}</tr>{body}</table>'
            f'<p>{verdict}</p><div style="overflow-x:auto">{self.svg}</div></div>'
        )


def counted(n: int) -> str:
    """Return "1 operation", "2 operations"."""
    return f"{n} operation{'' if n == 1 else 's'}"


def trial_of(root: Value, bug: Bug, text: str | None, *, scored: bool) -> Trial:
    """Return what both engines make of an expression.

    Args:
        root: the expression, recorded.
        bug: the wrong engine.
        text: the expression as it was written; None writes it from the graph.
        scored: whether it counts.

    Raises:
        ValueError: it has operations that the engines lack, or no finite number.
    """
    program = program_of(root)
    text = text or formula(root)
    try:
        right, wrong = program.run(Engine), program.run(bug.engine)
    except ArithmeticError as error:
        raise ValueError(f"{text} has no finite number: {error}") from None
    if not all(isfinite(x) for numbers in right for x in numbers):
        raise ValueError(f"{text} has no finite number; take smaller numbers")
    order = in_order(root)
    names = names_of(order)
    for node in order:
        node.label = names[id(node)]
    rows = []
    for node, expected, got in zip(order, right, wrong, strict=True):
        made = formula(node)
        made = made if node.op is None else f"{node.label} = {made}"
        rows.append(Row(str(node.label), made, expected, got))
    return Trial(bug, text, len(program.steps), tuple(rows), scored, root)
