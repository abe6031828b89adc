"""A picture of a graph, to look at, to save, and to put into a notebook."""

from __future__ import annotations

from engine.number import describe
from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Collection

    import graphviz

    from engine.draw.scene import Scene

CARDS, MOST = 60, 1_500  # drawn one card a value up to the first, refused beyond the second
DOT_CARDS = 250  # beyond that dot takes seconds
DIRECTIONS, LAYOUTS, FOLDS = ("LR", "TB"), ("auto", "dot", "builtin"), ("auto", "none", "neuron")


class Picture:
    """What `draw` returns: a picture of a graph as its numbers were when it was drawn.

    In a notebook it shows itself.

    Attributes:
        svg: the picture as SVG.
        layout: what ordered it, "dot" or "builtin".
    """

    __slots__ = ("_direction", "_scene", "layout", "svg")

    def __init__(self, scene: Scene, svg: str, direction: str, layout: str) -> None:
        self.svg = svg
        self.layout = layout
        self._scene = scene
        self._direction = direction

    @property
    def dot(self) -> graphviz.Digraph:
        """The same graph for Graphviz, to restyle it there."""
        from engine.draw.records import digraph_of

        return digraph_of(self._scene, self._direction)

    def png(self, scale: float = 2.0, *, background: str | None = None) -> bytes:
        """Return the picture as PNG.

        Args:
            scale: pixels for each px of the SVG.
            background: a CSS colour; None leaves the ground transparent.

        Raises:
            ImportError: resvg-py is not installed.
            ValueError: `scale` is not above 0, or `background` is no colour.
        """
        from engine.draw.saving import png_of

        return png_of(self.svg, scale, background)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, whole or not at all.

        Args:
            path: ends in .svg, .png or .dot.

        Raises:
            ValueError: the path ends in something else.
            OSError: the file cannot be written.
            ImportError: for .png, resvg-py is not installed.
        """
        from engine.draw.saving import save

        save(self, path)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
        from engine.draw.saving import mimebundle

        return mimebundle(self)

    def __repr__(self) -> str:
        from engine.draw.records import text_of

        return text_of(self._scene)


def draw(
    root: Value, *, direction: str = "LR", layout: str = "auto", fold: str = "auto"
) -> Picture:
    """Draw the graph that `root` was made from.

    Each value is a card with its data and grad. An arrow carries the local derivative, "×0.5"; a
    value that is used several times shows on each of its arrows what that path adds to its grad.
    Leaves labelled w…, b…, weight… or bias… (w, w1, b_2, weights.0) count as parameters, with a
    dark header; other leaves are inputs. Larger graphs fold: what was made in one `engine.scope`
    shares a card, a neuron's with a row for each of its parameters.

    Args:
        root: what to draw.
        direction: "LR" puts the result at the right, "TB" at the bottom.
        layout: who orders the cards: "dot" (Graphviz), "builtin", or "auto" for dot where it is.
        fold: "none" for a card a value, "neuron" for a card a scope, "auto" for whichever fits:
            one card a value up to 60 values.

    Returns:
        The picture.

    Raises:
        TypeError: `root` is not a Value.
        ValueError: an option is none of these, or the graph is too large to draw.
        RuntimeError: layout="dot", and dot is missing or fails.

    Example:
        >>> import engine
        >>> x = engine.Value(3.0, "x")
        >>> y = x * x
        >>> y.backward()
        >>> engine.draw(y)
        picture of ×: 2 cards
          x   data 3   grad +6   = +3 +3
          ×   data 9   grad +1
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"draw needs the Value to draw, got {describe(root)}; pass one Value, not its .data"
        )
    for name, choice, choices in (
        ("direction", direction, DIRECTIONS),
        ("layout", layout, LAYOUTS),
        ("fold", fold, FOLDS),
    ):
        if choice not in choices:
            listed = ", ".join(map(repr, choices[:-1])) + f" or {choices[-1]!r}"
            raise ValueError(f"{name} must be {listed}, got {choice!r}")
    # All that draws is imported here: `import engine` stays quick.
    from engine.draw.layered import placed
    from engine.draw.svg import svg_of

    scene = scene_of(root, fold)
    by_dot = layout == "dot" or (layout == "auto" and dot_helps(len(scene.cards)))
    try:
        placement = placed(scene, direction=direction, by_dot=by_dot)
    except RuntimeError:
        if layout == "dot":
            raise
        by_dot = False
        placement = placed(scene, direction=direction, by_dot=False)
    svg = svg_of(scene, placement, direction=direction)
    return Picture(scene, svg, direction, "dot" if by_dot else "builtin")


def dot_helps(n_cards: int) -> bool:
    """Tell whether Graphviz is there and quick enough for so many cards."""
    from shutil import which

    return n_cards <= DOT_CARDS and which("dot") is not None


def scene_of(root: Value, fold: str) -> Scene:
    """Return what to draw of a graph.

    Raises:
        ValueError: it cannot be drawn in so few cards that a picture helps.
    """
    from engine.draw.cards import scene_of_cards
    from engine.draw.fold import scene_of_groups
    from engine.draw.grouping import is_named
    from engine.graph import nodes

    order = nodes(root)
    scoped = any(node.op is not None and is_named(node.scope) for node in order)
    wrap = 'wrap parts of the computation in `with engine.scope("name"):`'
    if fold == "neuron" and not scoped:
        raise ValueError(
            f"fold='neuron' needs values made inside scopes, got {len(order):,} made outside any; "
            f"{wrap}, or pass fold='none'"
        )
    if fold == "auto" and len(order) > CARDS and not scoped:
        raise ValueError(
            f"this graph has {len(order):,} values, and no scopes to fold it by above {CARDS}; "
            f"{wrap}, draw a smaller part, or pass fold='none' for a card a value"
        )
    if fold == "none" or (fold == "auto" and len(order) <= CARDS):
        if len(order) <= MOST and len((scene := scene_of_cards(root)).cards) <= MOST:
            return scene
        raise ValueError(
            f"fold='none' draws at most {MOST:,} cards, and this graph has {len(order):,} values; "
            f"pass fold='auto', or draw a smaller part"
        )
    scene = scene_of_groups(root, fold_untagged=False)
    if len(scene.cards) > CARDS:
        scene = scene_of_groups(root, fold_untagged=True)
    if len(scene.cards) > MOST:
        raise ValueError(
            f"folded by scope this graph still has {len(scene.cards):,} cards, above {MOST:,}; "
            f"{wrap} that hold more, or draw a smaller part"
        )
    return scene
