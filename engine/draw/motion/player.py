"""Plays a backward pass in a notebook or a web page: one piece of HTML that needs nothing else."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from engine.draw.files import in_base64, png_bundle, save_by_suffix
from engine.draw.motion.passes import BACKWARD_STEP, FORWARD_STEP, SEED, START, Passes, PassStep
from engine.draw.motion.stage import Stage
from engine.draw.scene.cards.entry import Entry
from engine.draw.scene.cards.sheet_card import SheetCard
from engine.draw.svg import colours
from engine.draw.svg.document import drawing_order, svg_of
from engine.draw.text import escape_xml
from engine.value import Value
from engine.words.numbers import number_text

WEB = Path(__file__).parent / "web"  # the program and the style sheet of the player
PHASES = {START: 0, FORWARD_STEP: 1, SEED: 2, BACKWARD_STEP: 3}
MOST_CHAIN_LINES = 14  # of the chain rule for one card
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<body data-player style="margin:20px">
{player}
</body>
</html>
"""


class Player:
    """A backward pass to step through. A notebook displays it.

    Attributes:
        html: the player, for a page of your own; it makes no request.
    """

    def __init__(self, stage: Stage) -> None:
        # Too slow to import on every `import engine`.
        import json
        from hashlib import sha1

        self._stage = stage
        # The page changes numbers, so that a description of those at the start would be wrong.
        self.svg = svg_of(stage.bare(), stage.placement, direction=stage.direction, described=False)
        data = json.dumps(payload(stage), ensure_ascii=False, separators=(",", ":"))
        # In a script these would end it, or begin a comment.
        data = (
            data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        )
        image = in_base64(self.svg.encode())
        # The same graph gives the same bytes, so no random id: the script mounts each copy once.
        name = sha1((data + image).encode(), usedforsecurity=False).hexdigest()[:12]
        alt = escape_xml(stage.description)
        self.html = (
            f'<div data-glassgrad="{name}" style="max-width:100%">'
            f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{image}">'
            f"</div>\n<script>(()=>{{{script()}\nconst D={data};\n"
            f"document.querySelectorAll('[data-glassgrad=\"{name}\"]:not([data-live])')"
            ".forEach(host=>mount(host,D));})()</script>"
        )

    def save(self, path: str | Path) -> Path:
        """Write the player as a page of its own, a .html file.

        Returns:
            The path.

        Raises:
            ValueError: another suffix.
            OSError: the file cannot be written; an older one stays as it was.
        """
        return save_by_suffix(path, {".html": self.page.encode}, "a player is")

    @property
    def page(self) -> str:
        """The player as a page of its own, as `save` writes it."""
        title = escape_xml(f"{self._stage.scene.title}: backpropagation, step by step")
        return PAGE.format(title=title, player=self.html)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        bundle: dict[str, object] = {"text/html": self.html, "text/plain": repr(self)}
        return bundle | png_bundle(self.svg)

    def __repr__(self) -> str:
        steps = self._stage.passes.steps
        lines = [f"Player of {self._stage.scene.title}: {len(steps)} steps"]
        lines += filter(None, [self._stage.graph.recording.note])
        return "\n".join([*lines, *(f"  {step.text}" for step in steps)])


def script() -> str:
    """Return the player's program, without comments and indents."""
    lines = (WEB / "player.js").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if not line.strip().startswith("//"))


def style() -> str:
    """Return the player's style sheet."""
    return (WEB / "player.css").read_text(encoding="utf-8")


def payload(stage: Stage) -> dict[str, object]:
    """Return the data of the player's program."""
    scene, passes = stage.scene, stage.passes
    seed = next(k for k, step in enumerate(passes.steps) if step.phase == SEED)
    return {
        "title": scene.heading,
        "css": style(),
        "steps": [step_data(stage, step) for step in passes.steps],
        "seed": seed,
        "cards": cards_data(stage),
        "order": drawing_order(scene),
        "labels": [i for i, at in enumerate(stage.placement.labels) if at is not None],
        "tails": [arrow.tail for arrow in scene.arrows],
        "results": sorted({card for card, _ in passes.results}),
        "still": [i for i, card in enumerate(scene.cards) if not card.carries_gradient],
        "empty": colours.EMPTY,
        "none": colours.NOTHING,
    }


def step_data(stage: Stage, step: PassStep) -> dict[str, object]:
    """Return a step: phase, card, arrows, caption (every other part bold), grads, completed."""
    caption = [""]
    for text, bold in step.caption:
        if (len(caption) % 2 == 0) != bold:
            caption.append("")
        caption[-1] += text
    return {
        "p": PHASES[step.phase],
        "c": step.card,
        "a": step.arrows,
        "t": caption,
        "g": [
            [card, entry, *cell_data(stage, card, entry, grad)]
            for (card, entry), grad in step.grads.items()
        ],
        "q": [card for card in step.completed if step.phase == BACKWARD_STEP],
    }


def cell_data(stage: Stage, card: int, entry: int, grad: float) -> list[str]:
    """Return a gradient as its entry prints it, and the colour behind it."""
    shown = stage.scene.cards[card]
    now = Entry("", None, grad, count=shown.entries[entry].count)
    text = shown.grad_text(entry, now)
    is_blank = grad == 0 and not text
    return [text, colours.NOTHING if is_blank else colours.fill(grad, stage.scene.strongest)]


def cards_data(stage: Stage) -> list[dict[str, object] | None]:
    """Return the explanation of each card's gradient."""
    passes = stage.passes
    uses = uses_of(passes)
    seeded = stage.scene.card_of[id(stage.graph.roots[0])]
    found: list[dict[str, object] | None] = []
    for c, card in enumerate(stage.scene.cards):
        grad = card.entries[-1].grad
        if grad is None or isinstance(card, SheetCard):
            found.append(plain_data(passes, c) if card.carries_gradient else None)
            continue
        terms = uses.get(c, [])
        name = passes.card_name(c)
        text = number_text(grad, signed=True)
        info: dict[str, object] = {"name": name, "text": text, "lines": [], "paths": []}
        if name.endswith("…"):
            info["whole"] = card.name
        if c == seeded:
            info["lines"] = [f"{name} is the result: its grad is the seed, 1"]
            info["s"] = 1
        else:
            info["lines"] = chain_lines(name, terms, text)
        if isfinite(grad):
            info["v"] = short(grad)
            info["paths"] = [[short(term), short(local), head] for head, local, _, term in terms]
        found.append(info)
    return found


def plain_data(passes: Passes, card: int) -> dict[str, object]:
    """Return the explanation of a card that does not have a single gradient."""
    shown = passes.scene.cards[card]
    footnote = shown.footnote if isinstance(shown, SheetCard) else ""
    return {"name": passes.card_name(card), "lines": [shown.tip, footnote], "text": ""}


# A use: the name of what was made, the local derivative, the gradient that arrives, the product.
Use = tuple[str, float, float, float]


def uses_of(passes: Passes) -> dict[int, list[Use]]:
    """Return for each card the uses of the value it is known for, by other cards."""
    scene = passes.scene
    uses: dict[int, list[Use]] = {}
    for card, ops in passes.ops.items():
        together: dict[int, float] = {}
        for node in ops:
            for x, local in zip(node.inputs, node.local_derivatives, strict=True):
                if not isinstance(x, Value) or local is None or id(x) not in scene.shown_at:
                    continue
                tail = scene.shown_at[id(x)][0]
                if tail == card or not passes.asks(scene.shown_at[id(x)][:2]):
                    continue
                if len(ops) == 1:
                    name = passes.names[id(node)]
                    uses.setdefault(tail, []).append((name, local, node.grad, local * node.grad))
                else:
                    together[tail] = together.get(tail, 0.0) + local * node.grad
        for tail, term in together.items():
            uses.setdefault(tail, []).append((passes.card_name(card), float("nan"), 0.0, term))
    return uses


def chain_lines(name: str, terms: list[Use], total: str) -> list[str]:
    """Return the chain rule for one value: a line per use, and their sum."""
    if not terms:
        return [f"nothing that is shown uses {name}"]
    head = f"{name}.grad comes along one path:"
    if len(terms) > 1:
        head = f"{name}.grad is the sum over the {len(terms)} places {name} is used:"
    lines = [head]
    for out, local, grad, term in terms[:MOST_CHAIN_LINES]:
        if local != local and grad == 0:
            lines.append(f"  through {out}: {number_text(term, signed=True)}")
            continue
        lines.append(
            f"  ∂{out}/∂{name} × {out}.grad = {number_text(local, digits=3)} × "
            f"{number_text(grad, digits=3)} = {number_text(term, signed=True, digits=3)}"
        )
    if len(terms) > MOST_CHAIN_LINES:
        rest = sum(term for *_, term in terms[MOST_CHAIN_LINES:])
        more = len(terms) - MOST_CHAIN_LINES
        lines.append(f"  and {more} more: {number_text(rest, signed=True)}")
    return [*lines, f"  total {total}"] if len(terms) > 1 else lines


def short(x: float) -> float | None:
    """Return a number to 9 digits, for JSON, which knows neither nan nor inf."""
    return float(f"{x:.9g}") if isfinite(x) else None
