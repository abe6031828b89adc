"""Pictures of gradient graphs, at rest and in motion.

These are the public functions. They import what they need when they are called, so that
`import engine` stays fast.
"""

from __future__ import annotations

from copy import deepcopy

from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import graphviz

    from engine.draw.motion.frames import Frames
    from engine.draw.motion.player import Player
    from engine.draw.picture import Picture


def draw(
    root: Value | Sequence[Value],
    *,
    direction: str = "LR",
    layout: str = "auto",
    fold: str = "auto",
    compare: Value | Sequence[Value] | None = None,
    parameters: Collection[Value] | None = None,
) -> Picture:
    """Return a picture of everything that a result was made from, with data and gradients.

    Where numbers have been changed since they were used, the picture shows those that were used,
    and says so.

    A parameter gets a dark header: a leaf labelled as weights and biases are (w, w1, weight, bias,
    …), and one labelled b next to a weight or inside a scope; or exactly those in `parameters`.

    Args:
        root: the result to draw, or a list of several.
        direction: "LR" for results at the right, "TB" for results at the bottom.
        layout: "dot" asks Graphviz for the order of the cards, "builtin" does without, and "auto"
            asks where lines would cross and dot is installed.
        fold: "none" draws one card per value; "neuron" folds each scope (a neuron, a loss) into one
            card with a line per weight; "heat" makes each a strip of coloured cells, "layer" each
            layer a sheet of them; "auto" takes the first of these that is legible: one card per
            value up to 60 values, up to 150 where no scope groups them.
        compare: the same graph at another time, such as a `snapshot` from before an optimiser's
            step: the picture shows each number before and after, and the change in place of grad.
        parameters: the leaves to show as parameters, such as `model.parameters()`; if None, labels
            decide.

    Raises:
        TypeError: a result or one of `parameters` is not a Value.
        ValueError: no result, an unknown choice, no dot for layout="dot", a graph too large to
            draw, one to compare with that was not made in the same way, or a parameter that is not
            a leaf.
    """
    from engine.draw.picture import picture_of

    return picture_of(
        root,
        direction=direction,
        layout=layout,
        fold=fold,
        compare=compare,
        parameters=parameters,
    )


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:  # noqa: A002  micrograd's name for it
    """Return the graph as micrograd's notebook draws it: a record per value, a node for its op.

    Args:
        root: what to draw.
        format: of a rendered file, such as "svg" or "png".
        rankdir: "LR" or "TB".

    Raises:
        ValueError: an unknown direction.
    """
    from engine.draw.micrograd_style import records_of

    return records_of(root, format, rankdir)


def frames(
    root: Value,
    *,
    direction: str = "LR",
    layout: str = "auto",
    fold: str = "auto",
    parameters: Collection[Value] | None = None,
) -> Frames:
    """Return the forward and the backward pass of `root` as a sequence of pictures.

    The graph is laid out once, so that nothing jumps. The pass begins with every grad at 0: it does
    not read any `.grad`, nor change any.

    Args:
        root: the result of the pass.
        direction: "LR" for results at the right, "TB" for results at the bottom.
        layout: as for `draw`.
        fold: as for `draw`; in a folded graph each card is a step.
        parameters: as for `draw`.

    Raises:
        TypeError: `root` or one of `parameters` is not a Value.
        ValueError: an unknown choice, a leaf, a graph with too many cards to follow, a result that
            was made by hand, or a parameter that is not a leaf.

    Example:
        >>> import engine
        >>> x = engine.Value(3.0, "x")
        >>> for caption in engine.frames(x * x).captions:
        ...     print(caption)
        start   leaves have data, every grad is 0
        forward   e = x × x = 3 × 3 = 9
        backward   seed: e.grad = 1
        backward   x.grad += 3 × 1 = +3   x.grad += 3 × 1 = +3
    """
    from engine.draw.motion.frames import Frames
    from engine.draw.motion.stage import staged

    return Frames(
        staged("frames", root, direction=direction, layout=layout, fold=fold, parameters=parameters)
    )


def play(
    root: Value,
    *,
    direction: str = "LR",
    layout: str = "auto",
    fold: str = "auto",
    parameters: Collection[Value] | None = None,
) -> Player:
    """Return a player that steps through the forward and the backward pass of `root`.

    In it: step, play, speed, a slider; arrow keys, Home, End and the space bar; hover or Tab to a
    card for the terms of its gradient; "predict" asks for each gradient before it shows it. The
    pass begins with every grad at 0: it does not read any `.grad`, nor change any.

    Args:
        root: the result of the pass.
        direction: "LR" for results at the right, "TB" for results at the bottom.
        layout: as for `draw`.
        fold: as for `draw`; in a folded graph each card is a step.
        parameters: as for `draw`.

    Raises:
        TypeError: `root` or one of `parameters` is not a Value.
        ValueError: an unknown choice, a leaf, a graph with too many cards to follow, a result that
            was made by hand, or a parameter that is not a leaf.
    """
    from engine.draw.motion.player import Player
    from engine.draw.motion.stage import staged

    return Player(
        staged("play", root, direction=direction, layout=layout, fold=fold, parameters=parameters)
    )


def snapshot(root: Value) -> Value:
    """Return a copy of the whole graph as it is now, for `draw(later, compare=snapshot)`.

    Numbers, gradients and labels are kept, whatever an optimiser does to the original. Like any
    Value it can be pickled, to be compared in another session.

    Args:
        root: the result of the graph.

    Raises:
        TypeError: `root` is not a Value.

    Example:
        >>> import engine
        >>> w = engine.Value(2.0, "w")
        >>> before = engine.snapshot(w * 3)
        >>> w.data = 1.5
        >>> before.data
        6.0
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"snapshot needs a Value, got {type(root).__name__}; give the result itself, not its "
            ".data"
        )
    return deepcopy(root)
