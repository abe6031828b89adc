"""The scene: what a picture shows, not yet laid out. All later stages read it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.draw.scene.cards.card import Card
from engine.draw.text import text_width
from engine.words.numbers import number_text

LABEL_SIZE, LABEL_LINE = 11.0, 13.0  # the font of a label, and the height of a line of it, px
MOST_BOLD_ARROWS = 150
WAITING, FORWARD, BACKWARD = "waiting", "forward", "backward"

Point = tuple[float, float]


@dataclass(slots=True)
class Arrow:
    """One use of a value: from its card to the card that it goes into.

    Attributes:
        tail: index of the card it leaves.
        head: index of the card it enters.
        tail_entry: the entry it leaves, or None.
        head_entry: the entry it enters, or None.
        operand: which input of the op it is, from 0.
        local: the local derivative, or None if it has none to show.
        gradient: local derivative × gradient of the result, or None if nothing flows back.
        hidden: its local derivative is hidden in a function: the result was made by hand.
        shared: the value is used elsewhere too, so that its grad is a sum over paths.
        tip: shown when the mouse rests on it.
        state: in a frame of a pass: WAITING (nothing has come along it yet), FORWARD or BACKWARD
            (what the frame is about); else "".
    """

    tail: int
    head: int
    tail_entry: int | None = None
    head_entry: int | None = None
    operand: int = 0
    local: float | None = None
    gradient: float | None = None
    hidden: bool = False
    shared: bool = False
    tip: str = ""
    state: str = ""

    @property
    def label(self) -> tuple[str, str]:
        """The local derivative and the contribution as printed next to the arrow, "" for none."""
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
        cards: each after the cards that it is made from, unless groups feed each other.
        arrows: by the card they enter and, there, in the order of the op's inputs.
        boxes: around cards.
        summary: what a folded picture shows, and how much it hides.
        notes: what is printed below the picture.
        strongest: the largest finite gradient, which colours are measured against.
        known: whether backward() has run.
        shown_at: by the id of each value shown, its card and its entry there; third, its number in
            a merged entry.
        card_of: the card that each value belongs to, by id, whether it is shown there or not.
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
    shown_at: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    card_of: dict[int, int] = field(default_factory=dict)
    uses: dict[tuple[int, int], Arrow] = field(default_factory=dict)
    compared: bool = False

    @property
    def heading(self) -> str:
        """What the picture is, for a screen reader."""
        return f"gradient graph of {self.title}"

    @property
    def crowded(self) -> bool:
        """Whether so many arrows cross that they are drawn thin, and without heads."""
        return len(self.arrows) > MOST_BOLD_ARROWS
