"""The face of the card of one value: a header, and data and grad below it."""

from __future__ import annotations

from math import isfinite

from engine.draw.scene.cards.card import HEADER, NUMBER_SIZE
from engine.draw.scene.cards.value_card import INPUT, OP, PARAMETER, VALUE_LINE, ValueCard
from engine.draw.svg import colours
from engine.draw.svg.elements import DARK, RADIUS, background, border, header, px, text_element

HEADERS = {  # background and text
    OP: ("#eaeef2", colours.TEXT),
    PARAMETER: DARK,
    INPUT: (colours.PAPER, colours.TEXT),
}
SMALL_SIZE = 10.0  # px


def value_face(card: ValueCard, strongest: float) -> list[str]:
    """Return the inside of the card of one value."""
    entry = card.entries[0]
    back, ink = HEADERS[card.role]
    if card.role == INPUT and card.title == "leaf":
        ink = colours.MUTED
    wide, high, r = card.width, card.height, RADIUS
    middle = HEADER + VALUE_LINE
    (data, data_text), (grad, grad_text) = card.printed_lines()
    parts = [background(card), *header(card, back, ink), "<g>"]
    if entry.data is not None and not isfinite(entry.data):
        parts.append(
            f'<path d="M0,{px(HEADER)}H{px(wide)}V{px(middle)}H0z" fill="{colours.ALARM}"/>'
        )
    colour = colours.fill(entry.grad, strongest)
    if colour != colours.PAPER:
        parts.append(
            f'<path d="M0,{px(middle)}H{px(wide)}V{px(high - r)}A{r},{r} 0 0 1 {px(wide - r)},'
            f'{px(high)}H{r}A{r},{r} 0 0 1 0,{px(high - r)}z" fill="{colour}"/>'
        )
    grad_ink = colours.MUTED if entry.grad is None else colours.TEXT
    parts += [
        text_element(6, HEADER + 14, data, SMALL_SIZE, colours.MUTED),
        text_element(wide - 6, HEADER + 14.5, data_text, NUMBER_SIZE, colours.TEXT, "end"),
        text_element(6, middle + 14, grad, SMALL_SIZE, grad_ink),
        text_element(wide - 6, middle + 14.5, grad_text, NUMBER_SIZE, grad_ink, "end"),
        "</g>",
        border(card),
    ]
    return parts
