"""The rule for each blank, in the drill's own names, and what it gives with a student's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.table.evaluate import ieee_functions
from engine.teach.drills.blanks import Blank, data_blank, grad_blank, slope_blank
from engine.teach.drills.levels import DATA, LOCAL
from engine.value import Value
from engine.words.formula import formula

SLOPES = {
    "add": "a sum moves by as much as each of its operands",
    "sub": "a difference moves with its first operand, and against its second",
    "mul": "the slope of a product is the other operand",
    "pow": "the slope of x² is 2x",
    "neg": "a minus sign turns the slope round",
}


def rule(blank: Blank, order: Sequence[Value]) -> str:
    """Return how to find the answer to a blank.

    Args:
        blank: what is asked.
        order: the nodes of the drill.
    """
    if blank.kind == DATA:
        return f"{blank.text} = {made_from(blank.node)}"
    if blank.kind == LOCAL:
        return SLOPES[str(blank.node.op)]
    terms = [
        f"{slope_blank(out, k).text} × {out.label}.grad" for out, k in places(blank.node, order)
    ]
    return f"{blank.text} = {' + '.join(terms)}"


def made_from(node: Value) -> str:
    """Return how a result is computed, as on paper."""
    return formula(node).replace(" ** 2", "²")


def places(node: Value, order: Sequence[Value]) -> list[tuple[Value, int]]:
    """Return where a number is used: the results, and which of their inputs it is."""
    return [(out, k) for out in order for k, x in enumerate(out.inputs) if x is node]


class Student:
    """What a student knows: the numbers that are given, and the answers so far.

    Args:
        answers: by the names of the blanks.
        order: the nodes of the drill.

    Attributes:
        wrong: the blanks whose wrong answers were used.
    """

    def __init__(self, answers: Mapping[str, float], order: Sequence[Value]) -> None:
        self.answers = answers
        self.order = order
        self.wrong: list[Blank] = []

    def number(self, blank: Blank) -> float:
        """Return what the student has for a blank, or what is given."""
        number = self.answers.get(blank.name, blank.right)
        if number != blank.right:
            self.wrong.append(blank)
        return number

    def misled(self, blank: Blank) -> Blank | None:
        """Return a blank whose wrong answer misleads the right rule for another one, or None."""
        self.by_rule(blank)
        for cause in self.wrong:
            alone = Student({cause.name: self.answers[cause.name]}, self.order)
            if alone.by_rule(blank) != blank.right:
                return cause
        return None

    def by_rule(self, blank: Blank) -> float:
        """Return what the right rule for a blank gives with the student's numbers."""
        if blank.kind == DATA:
            return self.computed(blank.node, 0)
        if blank.kind == LOCAL:
            return self.computed(blank.node, 1 + blank.operand)
        return sum(
            self.slope(out, k) * self.number(grad_blank(out))
            for out, k in places(blank.node, self.order)
        )

    def slope(self, out: Value, operand: int) -> float:
        """Return the slope of an operation with respect to an input, as far as is known."""
        blank = slope_blank(out, operand)
        known = blank.name in self.answers
        return self.number(blank) if known else self.computed(out, 1 + operand)

    def computed(self, node: Value, part: int) -> float:
        """Return the result of an operation (part 0), or one of its slopes (from part 1)."""
        assert node.op is not None
        data = [self.number(data_blank(x)) if isinstance(x, Value) else x for x in node.inputs]
        a, b = (*data, 0.0)[:2]
        out = self.number(data_blank(node)) if part else 0.0
        return ieee_functions(node.op)[part](a, b, None, out)
