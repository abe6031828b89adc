"""The forward and the backward pass as a sequence of pictures: a GIF, an animated SVG, a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.draw.files import in_base64, png_bundle, save_by_suffix
from engine.draw.motion.passes import Caption
from engine.draw.motion.stage import Stage
from engine.draw.picture import Picture
from engine.draw.raster import png_of
from engine.draw.svg import colours
from engine.draw.svg.description import described_as
from engine.draw.svg.document import MARGIN, document, layer, painted
from engine.draw.svg.elements import px, text_element
from engine.draw.svg.legend import LEGEND_LINE, NOTE, wrapped
from engine.draw.text import escape_xml, fit_text, text_width

SECONDS, LAST_SECONDS = 1.4, 3.5  # that a frame stays
CAPTION_SIZE, CAPTION_LINE, LEAST_FRAME_WIDTH = 14.0, 20.0, 460.0  # px
MOST_CAPTION_LINES = 2
GIF_COLOURS, GIF_SCALE = 64, 1.25


class Frames:
    """A forward and backward pass, frame by frame. A notebook displays it.

    Attributes:
        captions: the caption of each frame.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.captions = [step.text for step in stage.passes.steps]

    def __len__(self) -> int:
        return len(self.captions)

    def __getitem__(self, k: int) -> Picture:
        """Return one frame as a picture; -1 is the last."""
        if not -len(self) <= k < len(self):
            raise IndexError(f"there are {len(self)} frames, got {k}")
        k %= len(self)
        return self._picture(self._page(self._parts(k, colours.CAPTION), self.captions[k]))

    def __iter__(self) -> Iterator[Picture]:
        return (self[k] for k in range(len(self)))

    def save(self, path: str | Path) -> Path:
        """Write the frames, by the suffix of `path`: .gif, or .svg that moves inside an <img>.

        Returns:
            The path.

        Raises:
            ValueError: another suffix.
            ImportError: a GIF without Pillow or resvg-py.
            OSError: the file cannot be written; an older one stays as it was.
        """
        return save_by_suffix(path, {".gif": self.gif, ".svg": self.svg.encode}, "frames are")

    def sheet(self, *, columns: int = 2, steps: Sequence[int] | None = None) -> Picture:
        """Return one picture with several frames, line by line.

        Args:
            columns: how many are side by side on each line.
            steps: which frames; all of them if None.

        Raises:
            ValueError: less than one column, or no frame.
            IndexError: a frame does not exist.
        """
        chosen = range(len(self)) if steps is None else steps
        if columns < 1 or not chosen:
            raise ValueError(
                f"a sheet needs at least one column and one frame, got {columns} and {len(chosen)}"
            )
        wide, high = self._size
        parts = [""]
        for i, k in enumerate(chosen):
            if not -len(self) <= k < len(self):
                raise IndexError(f"there are {len(self)} frames, got {k}")
            x, y = i % columns * wide, i // columns * high
            frame = "".join(self._parts(k % len(self), colours.CAPTION))
            parts.append(f'<g transform="translate({px(x)},{px(y)})">{frame}</g>')
        parts[0] = described_as("; ".join(self.captions[k] for k in chosen))
        size = (min(columns, len(chosen)) * wide, -(-len(chosen) // columns) * high)
        return self._picture(document(self._stage.scene.heading, parts, *self._corner, *size))

    @property
    def svg(self) -> str:
        """One SVG that plays all frames, over and over; without animation it shows the last."""
        frames = [self._parts(k, colours.CAPTION) for k in range(len(self))]
        parts = [animated(variants) for variants in zip(*frames, strict=True)]
        return self._page(parts, self._stage.description)

    def gif(self) -> bytes:
        """Return the frames as an animated GIF.

        Raises:
            ImportError: Pillow or resvg-py is not installed; the message names the extra.
        """
        try:
            from PIL import Image
        except ImportError:
            raise ImportError(
                'a GIF needs Pillow; run: pip install "glassgrad[images]", or save as .svg'
            ) from None
        from io import BytesIO

        images = []
        for k in range(len(self)):
            page = self._page(self._parts(k, colours.TEXT), self.captions[k])
            with Image.open(BytesIO(png_of(page, scale=GIF_SCALE, background="white"))) as image:
                images.append(image.convert("RGB").quantize(GIF_COLOURS, Image.Quantize.FASTOCTREE))
        first, *rest = images
        out = BytesIO()
        times = [round(1000 * SECONDS)] * (len(self) - 1) + [round(1000 * LAST_SECONDS)]
        first.save(out, format="GIF", save_all=True, append_images=rest, duration=times, loop=0)
        return out.getvalue()

    def _parts(self, k: int, colour: str) -> list[str]:
        """Return a frame as pieces of SVG, as many as in every other frame."""
        stage = self._stage
        layers = painted(stage.at(k), stage.placement, sideways=stage.direction == "LR")
        caption = captioned(
            stage.passes.steps[k].caption, self._size[0] - 2 * MARGIN, stage.placement.size, colour
        )
        return [*(part for parts in layers for part in parts), caption, self._note(colour)]

    def _note(self, colour: str) -> str:
        """Return the note that the graph is stale as SVG, below the captions of all frames."""
        wide, high = self._stage.placement.size
        high += MOST_CAPTION_LINES * CAPTION_LINE + 4
        lines = [
            text_element(
                wide / 2, high + (i + 1) * LEGEND_LINE, line, NOTE, colour, "middle", bold=True
            )
            for i, line in enumerate(self._note_lines)
        ]
        return f"<g>{''.join(lines)}</g>" if lines else ""

    @property
    def _note_lines(self) -> list[str]:
        note = self._stage.graph.recording.note
        room = max(self._stage.placement.size[0], LEAST_FRAME_WIDTH)
        return wrapped(note, room, NOTE) if note else []

    @property
    def _size(self) -> tuple[float, float]:
        wide, high = self._stage.placement.size
        high += 2 * MARGIN + MOST_CAPTION_LINES * CAPTION_LINE + 4
        high += LEGEND_LINE * len(self._note_lines)
        # Even numbers, so that the frames of a sheet begin at whole pixels.
        wide = max(wide, LEAST_FRAME_WIDTH) + 2 * MARGIN
        return (float(-(-wide // 2) * 2), float(-(-high // 2) * 2))

    @property
    def _corner(self) -> tuple[float, float]:
        return (-(self._size[0] - self._stage.placement.size[0]) / 2, -MARGIN)

    def _page(self, parts: Sequence[str], description: str) -> str:
        body = [described_as(description), layer(list(parts))]
        return document(self._stage.scene.heading, body, *self._corner, *self._size)

    def _picture(self, svg: str) -> Picture:
        return Picture(self._stage.graph, self._stage.scene, svg, self._stage.direction)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        coded = in_base64(self.svg.encode())
        alt = escape_xml(self._stage.description)
        bundle: dict[str, object] = {
            "text/html": f'<img alt="{alt}" src="data:image/svg+xml;base64,{coded}">',
            "text/plain": repr(self),
        }
        return bundle | png_bundle(self.sheet().svg)

    def __repr__(self) -> str:
        lines = [f"{len(self)} frames of {self._stage.scene.title}"]
        lines += filter(None, [self._stage.graph.recording.note])
        return "\n".join([*lines, *(f"  {caption}" for caption in self.captions)])


def captioned(caption: Caption, room: float, size: tuple[float, float], colour: str) -> str:
    """Return a caption as SVG, centred below a picture, in as many lines as it may take.

    Args:
        caption: the words.
        room: how wide a line may be, px.
        size: of what is above, px.
        colour: of the text.
    """
    parts = []
    for i, line in enumerate(caption_lines(caption, room)):
        extra = "".join(
            f'<tspan font-weight="{700 if bold else 400}">{escape_xml(text)}</tspan>'
            for text, bold in line
        )
        y = size[1] + 24 + i * CAPTION_LINE
        parts.append(text_element(size[0] / 2, y, "", CAPTION_SIZE, colour, "middle", extra=extra))
    return "<g>" + "".join(parts) + "</g>"


def caption_lines(caption: Caption, room: float) -> list[Caption]:
    """Return a caption in lines, broken between its terms; what does not fit ends in "…"."""
    lines: list[Caption] = [[]]
    used = 0.0
    for term in terms_of(caption):
        wide = sum(text_width(text, CAPTION_SIZE, bold=bold) for text, bold in term)
        if lines[-1] and used + wide > room:
            if len(lines) == MOST_CAPTION_LINES:
                lines[-1].append((" …", False))
                return lines
            lines.append([])
            used = 0.0
        lines[-1] += term
        used += wide
    for line in lines:
        left = room
        for i, (text, bold) in enumerate(line):
            line[i] = (fit_text(text, max(20.0, left), CAPTION_SIZE, bold=bold), bold)
            left -= text_width(text, CAPTION_SIZE, bold=bold)
    return lines


def terms_of(caption: Caption) -> list[Caption]:
    """Return a caption cut before each term: what begins with three spaces."""
    terms: list[Caption] = []
    for text, bold in caption:
        if not terms or text.startswith("   "):
            terms.append([])
        # SVG merges consecutive spaces, but not this kind.
        terms[-1].append((text.replace("   ", "\u2003"), bold))
    return terms


def animated(variants: Sequence[str]) -> str:
    """Return a piece that looks different in some frames, as SVG that switches between them.

    Args:
        variants: how it looks in each frame; "" where it is hidden.
    """
    if len(set(variants)) == 1:
        return variants[0]
    n = len(variants)
    whole = SECONDS * (n - 1) + LAST_SECONDS
    parts = []
    for look in dict.fromkeys(variants):
        if not look:
            continue
        shown = [variant == look for variant in variants]
        changes = [k for k in range(n) if k == 0 or shown[k] != shown[k - 1]]
        values = ";".join("inline" if shown[k] else "none" for k in changes)
        times = ";".join(f"{k * SECONDS / whole:.4g}" for k in changes)
        hidden = "" if shown[-1] else ' display="none"'
        parts.append(
            f'<g{hidden}><animate attributeName="display" values="{values}" keyTimes="{times}" '
            f'dur="{whole:.4g}s" calcMode="discrete" repeatCount="indefinite"/>{look}</g>'
        )
    return "".join(parts)
