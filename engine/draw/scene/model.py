"""What a picture shows: cards, arrows between them and boxes around them, not yet placed."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.draw.text import text_width
from engine.words.numbers import number_text

# The kinds of card. A parameter has a dark header, a constant only its number.
OP, PARAMETER, INPUT, CONSTANT, GROUP = "op", "parameter", "input", "constant", "group"
HEAT = "heat"  # a group whose gradients are coloured cells instead of numbers

WIDTH, HEIGHT, HEADER, ROW = 96.0, 62.0, 22.0, 20.0  # a card of one value, px
WIDEST = 190.0
NAME_SIZE, NUMBER_SIZE, CELL_SIZE, LABEL_SIZE = 12.0, 12.0, 10.5, 11.0
CELL_DIGITS = 3
TABLE_HEAD, TABLE_ROW = 15.0, 17.0  # a card of many values, px
LABEL_LINE = 13.0
CELL, NARROWEST_CELL, CELLS_WIDE = 9.0, 2.4, 162.0  # a cell of a heat strip, and a line of them, px
STRIP, STRIP_RESULT = 26.0, 50.0  # the height of a strip, and the width of its result, px
CELLS_GAP, SHEET_PAD = 4.0, 8.0  # between cells and result; around the cells of a sheet, px
STACK = 4.0  # how far the cards of a stack stand out behind each other, px
CARD_GAP = 16.0  # between cards of one column, px

MOST_BOLD_ARROWS = 150
WAITING, FORWARD, BACKWARD = "waiting", "forward", "backward"

Point = tuple[float, float]


@dataclass(slots=True)
class Row:
    """One value on a card.

    Attributes:
        name: what to call it, on a card of many values.
        data: its data, or None to hide it.
        grad: its grad, or None where there is none yet, or never will be.
        tip: what to say when the mouse rests on it.
        count: how many values stand behind it; then data is their mean and grad their sum.
        before: what data was before, in a picture that compares.
        merged: the rows it stands for, of which it shows the strongest gradient.
        cancelled: the mean size of the gradients behind a stack, if they add up to nothing.
        asked: it prints "?" for data that is not known yet.
    """

    name: str
    data: float | None
    grad: float | None
    tip: str = ""
    count: int = 1
    before: float | None = None
    merged: list[Row] | None = None
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


@dataclass(slots=True)
class Card:
    """One value, or a group of them folded into a table.

    Attributes:
        kind: OP, PARAMETER, INPUT, CONSTANT, GROUP or HEAT.
        title: printed bold: an op's symbol, a leaf's label, a group's name.
        label: printed in italics after the title.
        rows: the values; a GROUP has one for each parameter and then its result; a HEAT card that
            for each of its lines.
        tip: what to say when the mouse rests on it.
        count: how many times it was computed; more than once is drawn as a stack.
        footnote: a last line in small print, or "".
        lines: how many rows each line of a HEAT card has, its result included.
        sheet: a HEAT card has a header, and no numbers on its lines.
        results: whether the last row of each line is a result.
        focus: it is what a frame is about, and gets a border that shows.
        captions: what stands before its two numbers.
    """

    kind: str
    title: str
    label: str
    rows: list[Row]
    tip: str = ""
    count: int = 1
    footnote: str = ""
    lines: tuple[int, ...] = ()
    sheet: bool = False
    results: bool = True
    focus: bool = False
    captions: tuple[str, str] = ("data", "grad")
    width: float = 0.0
    height: float = 0.0
    columns: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Find out how large the card is."""
        self.measure()

    def measure(self) -> None:
        """Find out how large the card is, again if what stands on it has changed."""
        if self.kind == GROUP:
            self._measure_table()
            return
        if self.kind == HEAT:
            self._measure_cells()
            return
        if self.kind == CONSTANT:
            wide = max(26.0, text_width(" ".join(self.heading).strip(), NUMBER_SIZE) + 14)
            self.height = 24.0
        else:
            wide = max(WIDTH, min(WIDEST, self._heading_width()))
            for name, text in self.value_rows():
                wide = max(wide, text_width(name, 10) + text_width(text, NUMBER_SIZE) + 20)
            self.height = HEIGHT
        self.width = float(-(-wide // 2) * 2)

    def value_rows(self) -> list[tuple[str, str]]:
        """Return the two lines below the header of a card of one value: a name and a number."""
        row = self.rows[0]
        return list(zip(self.captions, (row.data_text(), row.grad_text()), strict=True))

    @property
    def heading(self) -> tuple[str, str]:
        """The title and the label as printed."""
        if self.kind == CONSTANT:
            text = self.title or self.rows[0].data_text()
            return (text, f"×{self.count:,}" if self.count > 1 else "")
        times = f" ×{self.count:,}" if self.count > 1 else ""
        return (self.title, self.label + times if self.label else times.strip())

    def _heading_width(self) -> float:
        title, label = self.heading
        width = text_width(title, NAME_SIZE, bold=True) + 14
        return width + (text_width(label, NAME_SIZE) + 5 if label else 0)

    def _measure_table(self) -> None:
        names = max(text_width(row.name, CELL_SIZE, bold=True) for row in self.rows)
        data = max(text_width(row.data_text(CELL_DIGITS), CELL_SIZE) for row in self.rows)
        grads = max(text_width(row.grad_text(CELL_DIGITS), CELL_SIZE) for row in self.rows)
        self.height = HEADER + TABLE_HEAD + TABLE_ROW * len(self.rows)
        self.height += TABLE_HEAD if self.footnote else 0
        names = max(min(90.0, names) + 14, self._heading_width() - data - grads - 26)
        self.widen((min(names, WIDEST), max(30.0, data) + 12, max(30.0, grads) + 14))

    @property
    def cell_width(self) -> float:
        """How wide a cell of a heat card is, px."""
        return max(NARROWEST_CELL, min(CELL, CELLS_WIDE / max(1, max(self.lines) - self.results)))

    @property
    def line_height(self) -> float:
        """How high a line of cells is, px."""
        return max(4.0, min(CELL, 240.0 / len(self.lines))) if self.sheet else STRIP

    def _measure_cells(self) -> None:
        cells = self.cell_width * (max(self.lines) - self.results)
        if not self.sheet:
            names = min(WIDEST, text_width(self.title, CELL_SIZE, bold=True) + 13)
            self.height = STRIP
            self.widen((names, cells + CELLS_GAP, STRIP_RESULT))
            return
        self.height = HEADER + SHEET_PAD * 2 + len(self.lines) * self.line_height
        self.height += TABLE_HEAD if self.footnote else 0
        cells += (CELLS_GAP + CELL if self.results else 0) + 2 * SHEET_PAD
        wide = max(cells, text_width(self.footnote, 9) + 12, min(WIDEST, self._heading_width()))
        self.width = float(-(-wide // 2) * 2)

    def widen(self, columns: tuple[float, float, float]) -> None:
        """Give a table columns of these widths: its names, data and grads."""
        self.columns = columns
        # Whole pixels keep borders crisp.
        self.width = float(-(-sum(columns) // 2) * 2)
        self.columns = (self.width - columns[1] - columns[2], columns[1], columns[2])

    def row_middle(self, row: int) -> float:
        """Return how far below the card's top the middle of a row lies."""
        return HEADER + TABLE_HEAD + TABLE_ROW * (row + 0.5)


@dataclass(slots=True)
class Arrow:
    """One use of a value: from its card to the card that it goes into.

    Attributes:
        tail: index of the card it leaves.
        head: index of the card it enters.
        tail_row: the row it leaves, or None.
        head_row: the row it enters, or None.
        operand: which input of the op it is, from 0.
        local: the local derivative, or None if it has none to show.
        gradient: local derivative × gradient of the result, or None if nothing flows back.
        shared: the value is used elsewhere too, so that its grad is a sum over paths.
        tip: what to say when the mouse rests on it.
        state: in a frame of a pass: WAITING (nothing has come along it yet), FORWARD or BACKWARD
            (what the frame is about); else "".
    """

    tail: int
    head: int
    tail_row: int | None = None
    head_row: int | None = None
    operand: int = 0
    local: float | None = None
    gradient: float | None = None
    shared: bool = False
    tip: str = ""
    state: str = ""

    @property
    def label(self) -> tuple[str, str]:
        """The local derivative and the contribution as printed beside the arrow, "" for none."""
        local = "" if self.local is None else "×" + number_text(self.local, digits=3)
        if not self.shared or self.gradient is None or self.local is None:
            return (local, "")
        return (local, number_text(self.gradient, signed=True, digits=3))

    @property
    def label_size(self) -> Point:
        """Width and height of the label, in px; (0, 0) for none."""
        local, contribution = self.label
        if not local:
            return (0.0, 0.0)
        wide = max(text_width(local, LABEL_SIZE), text_width(contribution, LABEL_SIZE, bold=True))
        return (wide, LABEL_LINE * (2 if contribution else 1))


@dataclass(slots=True)
class Box:
    """A frame with a title around some cards.

    Attributes:
        title: printed bold.
        note: printed after it.
        cards: indices of the cards inside.
        size: how large its gradients are, printed below the title; or "".
    """

    title: str
    note: str
    cards: list[int]
    size: str = ""


@dataclass(slots=True)
class Scene:
    """Everything that a picture shows.

    Attributes:
        title: what the picture is of.
        cards: each after the cards that it is made from, except where groups feed each other.
        arrows: by the card they enter and, there, in the order of the op's inputs.
        boxes: around cards.
        summary: what a folded picture shows, and how much it hides.
        notes: what else the picture must say in words.
        strongest: the largest finite gradient, which colours are measured against.
        known: whether backward() has run.
        places: for each value shown, by id, its card and row there; third, its number among those
            that a merged row stands for.
        homes: the card that each value belongs to, by id, whether it is shown there or not.
        uses: the arrow for each input of each op, by the op's id and the number of the input.
        compared: it shows how data changed in place of grad.
    """

    title: str
    cards: list[Card] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    summary: str = ""
    notes: list[str] = field(default_factory=list)
    strongest: float = 0.0
    known: bool = True
    places: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    homes: dict[int, int] = field(default_factory=dict)
    uses: dict[tuple[int, int], Arrow] = field(default_factory=dict)
    compared: bool = False

    @property
    def crowded(self) -> bool:
        """Whether so many arrows cross that they are drawn thin, and without heads."""
        return len(self.arrows) > MOST_BOLD_ARROWS


@dataclass(slots=True)
class Placement:
    """Where everything in a scene stands, in px from the top left.

    Attributes:
        corners: the top left corner of each card.
        paths: for each arrow the start of its line, then three points for each Bézier piece.
        tips: where each arrow's head points.
        labels: the middle of each arrow's label, or None.
        boxes: for each box x, y, width and height, or None where it would hold foreign cards.
        size: width and height of it all.
    """

    corners: list[Point]
    paths: list[list[Point]]
    tips: list[Point]
    labels: list[Point | None]
    boxes: list[tuple[float, float, float, float] | None]
    size: Point
