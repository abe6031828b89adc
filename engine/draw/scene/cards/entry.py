"""An entry: one value on a card, with its data and its grad, as printed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.words.numbers import number_text


@dataclass(slots=True)
class Entry:
    """One value on a card: a line of a table, a cell of a strip or of a sheet.

    Attributes:
        name: its name on a card of several values.
        data: its data, or None to hide it.
        grad: its grad, or None where there is none yet, or never will be.
        tip: shown when the mouse rests on it.
        count: how many values it shows; then data is their mean and grad their sum.
        before: what data was before, in a picture that compares.
        merged: the entries it replaces, of which it shows the strongest gradient.
        cancelled: the mean size of the gradients behind a stack, if they add up to nothing.
        asked: it prints "?" for data that is not known yet.
    """

    name: str
    data: float | None
    grad: float | None
    tip: str = ""
    count: int = 1
    before: float | None = None
    merged: list[Entry] | None = None
    asked: bool = False
    cancelled: float = 0.0

    def data_text(self, digits: int = 4) -> str:
        """Return the data as printed."""
        if self.asked and self.data is None:
            return "?"
        text = number_text(self.data, digits=digits)
        if self.before is not None and self.before != self.data:
            text = f"{number_text(self.before, digits=digits)} → {text}"
        return f"mean {text}" if self.count > 1 and self.data is not None else text

    def grad_text(self, digits: int = 4) -> str:
        """Return the grad as printed."""
        if self.cancelled and self.grad == 0:
            return f"±{number_text(self.cancelled, digits=digits)}"
        text = number_text(self.grad, signed=True, digits=digits)
        is_sum = self.count > 1 and self.grad is not None and self.before is None
        return f"sum {text}" if is_sum else text
