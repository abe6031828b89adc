"""What every kind of card has: a heading, entries, a size; a new kind derives from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from engine.draw.scene.cards.entry import Entry
from engine.draw.text import text_width

HEADER = 22.0  # the height of a header, px
MOST_WIDTH = 190.0
CARD_GAP = 16.0  # between cards of one column, px
NAME_SIZE, NUMBER_SIZE, CELL_SIZE, FOOTNOTE_SIZE = 12.0, 12.0, 10.5, 9.0  # fonts, px
CELL, LEAST_CELL, CELLS_WIDTH = 9.0, 2.4, 162.0  # a cell of colour, and a line of them, px
CELLS_GAP = 4.0  # between cells and the result, px


@dataclass(slots=True)
class Card(ABC):
    """A rectangle that shows one value or several.

    Attributes:
        title: printed bold: an op's symbol, a leaf's label, a group's name.
        label: printed in italics after the title.
        entries: the values; the last one is the result, whose grad the card is known for.
        tip: shown when the mouse rests on it.
        count: how many times it was computed; more than once is drawn as a stack.
        focus: it is what a frame is about, and gets a border that is easy to see.
        width: px.
        height: px.
    """

    carries_gradient: ClassVar[bool] = True
    next_to_its_use: ClassVar[bool] = False  # the layout puts it right next to the op that uses it
    digits: ClassVar[int] = 4  # significant digits of its numbers

    title: str
    label: str
    entries: list[Entry]
    tip: str = ""
    count: int = 1
    focus: bool = False
    width: float = field(init=False, default=0.0)
    height: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Measure the card."""
        self.measure()

    @abstractmethod
    def measure(self) -> None:
        """Set width and height; again if what is printed on the card has changed."""

    @property
    def heading(self) -> tuple[str, str]:
        """The title and the label as printed."""
        times = f" ×{self.count:,}" if self.count > 1 else ""
        return (self.title, self.label + times if self.label else times.strip())

    @property
    def name(self) -> str:
        """What a sentence about the card calls it."""
        return self.title

    @property
    def things(self) -> int:
        """How many things there are to read on it: itself, and each printed entry."""
        return 1 + len(self.entries)

    def grad_text(self, index: int, entry: Entry) -> str:
        """Return how `entry` prints its grad as the one at `index`; "" where it is colour only."""
        return entry.grad_text(self.digits)

    def entry_middle(self, index: int | None) -> float | None:
        """Return how far below its top arrows to an entry meet the card.

        None if arrows do not lead to entries, but fan out along the side.
        """
        return None

    def show_changes(self) -> None:
        """Print the change of data in place of grad; a card without captions stays as it is."""
        return

    def heading_width(self) -> float:
        """Return the width that the whole heading would need, px."""
        title, label = self.heading
        width = text_width(title, NAME_SIZE, bold=True) + 14
        return width + (text_width(label, NAME_SIZE) + 5 if label else 0)


@dataclass(slots=True)
class ColumnCard(Card):
    """A card whose entries are in three columns, aligned with those of the cards around it.

    Attributes:
        columns: the widths of names, data and grads, px.
    """

    columns: tuple[float, float, float] = field(init=False, default=(0.0, 0.0, 0.0))

    def widen(self, columns: tuple[float, float, float]) -> None:
        """Set the widths of the columns."""
        self.width = even(sum(columns))
        self.columns = (self.width - columns[1] - columns[2], columns[1], columns[2])


class HeatCard(Card):
    """A card whose gradients are coloured cells; it prints only that of its last result."""

    __slots__ = ()

    @property
    def things(self) -> int:
        """Cells of colour are read as one thing."""
        return 1

    def grad_text(self, index: int, entry: Entry) -> str:
        """Return the grad of the last result; the others are colours."""
        is_result = index == len(self.entries) - 1
        return entry.grad_text(self.digits).removeprefix("sum ") if is_result else ""


def even(width: float) -> float:
    """Return a width rounded up to whole pixels, an even number, to keep borders crisp."""
    return float(-(-width // 2) * 2)


def cell_width(n_cells: int) -> float:
    """Return the width of a cell in a line of `n_cells`, px."""
    return max(LEAST_CELL, min(CELL, CELLS_WIDTH / max(1, n_cells)))
