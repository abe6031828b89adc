"""Writes a scene with its placement as SVG that looks the same on every page, light or dark."""

from __future__ import annotations

from engine.draw.layout.layered_graph import BOX_TITLE_WIDE
from engine.draw.layout.placement import Placement
from engine.draw.scene.model import (
    BACKWARD,
    FORWARD,
    LABEL_LINE,
    LABEL_SIZE,
    WAITING,
    Arrow,
    Point,
    Scene,
)
from engine.draw.svg import colours
from engine.draw.svg.description import described_as, description
from engine.draw.svg.elements import px, text_element
from engine.draw.svg.faces import card_element
from engine.draw.svg.legend import legend
from engine.draw.text import escape_xml, fit_text, text_width

MARGIN = 10.0
LEAST_PICTURE_WIDTH = 300.0
FONTS = "Helvetica,Arial,Liberation Sans,sans-serif"


def svg_of(scene: Scene, placement: Placement, *, direction: str, described: bool = True) -> str:
    """Return the picture, with what it says as text for screen readers if it is to be `described`.

    It holds no style sheet, no id and no script: notebooks and code hosts drop or mix those up.
    The background is transparent, cards are opaque and text outside them is mid-tone.
    """
    sideways = direction == "LR"
    wide, high = placement.size
    below, extra, below_wide = legend(scene, max(wide, LEAST_PICTURE_WIDTH), high + 14)
    # A picture narrower than its legend is centred above it.
    shift = max(0.0, (below_wide - wide) // 2)
    below = [f'<g transform="translate({px(-shift)},0)">', *below, "</g>"] if shift else below
    wide = max(wide, below_wide) + 2 * MARGIN
    high += extra + 2 * MARGIN
    left, top = -MARGIN - shift, -MARGIN
    layers = painted(scene, placement, sideways=sideways)
    about = [described_as(description(scene))] if described else []
    parts = [*about, *map(layer, layers), layer(below)]
    return document(scene.heading, parts, left, top, wide, high)


def document(
    title: str, parts: list[str], left: float, top: float, wide: float, high: float
) -> str:
    """Return a whole SVG file."""
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'viewBox="{px(left)} {px(top)} {wide:.0f} {high:.0f}" width="{wide:.0f}" '
            f'height="{high:.0f}" font-family="{FONTS}">'
            f"<title>{escape_xml(title)}</title>",
            *parts,
            "</svg>\n",
        ]
    )


def layer(parts: list[str]) -> str:
    """Return the parts of a layer in one element, which the player finds by its position."""
    return "<g>\n" + "\n".join(part for part in parts if part) + "\n</g>"


def painted(scene: Scene, placement: Placement, *, sideways: bool) -> list[list[str]]:
    """Return the boxes, arrows, cards and labels as SVG; what a frame hides is an empty string."""
    return [
        _boxes(scene, placement, sideways=sideways),
        [arrow_of(scene, placement, i) for i in drawing_order(scene)],
        [
            card_element(card, x, y, scene.strongest)
            for card, (x, y) in zip(scene.cards, placement.corners, strict=True)
        ],
        [
            label_of(arrow, at)
            for arrow, at in zip(scene.arrows, placement.labels, strict=True)
            if at is not None
        ],
    ]


def drawing_order(scene: Scene) -> list[int]:
    """Return the arrows, the strongest last, so that they lie on top of the crowd."""
    return sorted(
        range(len(scene.arrows)),
        key=lambda i: colours.line_width(scene.arrows[i].gradient, scene.strongest),
    )


def _boxes(scene: Scene, placement: Placement, *, sideways: bool) -> list[str]:
    parts = []
    for box, frame in zip(scene.boxes, placement.boxes, strict=True):
        if frame is None:
            continue
        x, y, wide, high = frame
        parts.append(
            f'<rect x="{px(x)}" y="{px(y)}" width="{px(wide)}" height="{px(high)}" rx="12" '
            f'fill="none" stroke="#afb8c1" stroke-width="1.2"/>'
        )
        if sideways:
            room = wide - 16
            title = fit_text(box.title, room, 13, bold=True)
            note = fit_text(box.note, room - 8 - text_width(title, 13, bold=True), 11)
            extra = ""
            if note:
                extra = f'<tspan font-weight="400" font-size="11" dx="8">{escape_xml(note)}</tspan>'
            parts.append(
                text_element(
                    x + wide / 2,
                    y + 20,
                    title,
                    13,
                    colours.CAPTION,
                    "middle",
                    bold=True,
                    extra=extra,
                )
            )
            if box.size:
                size = fit_text(box.size, room, 10)
                parts.append(
                    text_element(x + wide / 2, y + 34, size, 10, colours.CAPTION, "middle")
                )
        else:
            room = BOX_TITLE_WIDE - 4
            y += 32 if high > 90 else 18  # a line of strips is low
            title = fit_text(box.title, room, 13, bold=True)
            parts.append(text_element(x + 12, y, title, 13, colours.CAPTION, bold=True))
            parts.append(
                text_element(x + 12, y + 13, fit_text(box.note, room, 11), 11, colours.CAPTION)
            )
            if box.size:
                size = fit_text(box.size.removeprefix("mean "), room, 10)
                parts.append(text_element(x + 12, y + 26, size, 10, colours.CAPTION))
    return parts


def arrow_of(scene: Scene, placement: Placement, i: int) -> str:
    """Return a line with a triangle at its end; in a crowd, a thin line without one."""
    arrow, path, tip = scene.arrows[i], placement.paths[i], placement.tips[i]
    waiting = arrow.state in (WAITING, FORWARD)
    gradient = None if waiting else arrow.gradient
    colour = (
        colours.FOCUS if arrow.state == FORWARD else colours.line_colour(gradient, scene.strongest)
    )
    wide = colours.line_width(gradient, scene.strongest)
    if arrow.state in (FORWARD, BACKWARD):
        wide = colours.BOLD
    elif scene.crowded:
        wide *= colours.THIN
    dash = ' stroke-dasharray="4 3"' if gradient == 0 else ""
    if scene.crowded and arrow.state not in (FORWARD, BACKWARD):
        dash += f' stroke-opacity="{colours.CROWDED}"'
    last = path[-1] if not scene.crowded else tip
    line = f"M{px(path[0][0])},{px(path[0][1])}"
    for k in range(1, len(path), 3):
        points = [*path[k : k + 2], last if k + 3 == len(path) else path[k + 2]]
        line += "C" + " ".join(f"{px(x)},{px(y)}" for x, y in points)
    about = f"<title>{escape_xml(arrow.tip)}</title>" if arrow.tip else ""
    return (
        f'<g>{about}<path d="{line}" fill="none" stroke="{colour}" '
        f'stroke-width="{px(wide)}"{dash}/>'
        + ("" if scene.crowded else _head(path[-1], tip, wide, colour))
        + "</g>"
    )


def _head(end: Point, tip: Point, wide: float, colour: str) -> str:
    x, y = end
    dx, dy = tip[0] - x, tip[1] - y
    long = (dx * dx + dy * dy) ** 0.5 or 1.0
    half = (2.6 + 0.6 * wide) / long
    return (
        f'<path d="M{px(tip[0])},{px(tip[1])}L{px(x - dy * half)},{px(y + dx * half)}'
        f'L{px(x + dy * half)},{px(y - dx * half)}z" fill="{colour}"/>'
    )


def label_of(arrow: Arrow, at: Point) -> str:
    """Return the local derivative next to an arrow, and what its path adds, if others do too."""
    if arrow.state in (WAITING, FORWARD):
        return ""
    local, contribution = arrow.label
    x, y = at[0], at[1] - arrow.label_size[1] / 2 + LABEL_LINE - 3
    text = text_element(x, y, local, LABEL_SIZE, colours.CAPTION, "middle")
    if contribution:
        # The full strength of the colour, since it is text.
        gradient = arrow.gradient or 0.0
        colour = colours.line_colour(gradient, abs(gradient))
        text += text_element(
            x, y + LABEL_LINE, contribution, LABEL_SIZE, colour, "middle", bold=True
        )
    return f"<g>{text}</g>"
