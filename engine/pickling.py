"""Pickling and deep-copying of whole graphs, of any depth, without recursion.

Knows nodes only by their slots, so that `Value` can call it.
"""

from __future__ import annotations

from engine.graph import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    from typing_extensions import Self

    from engine.graph import Node
    from engine.tag import Tag

    class Copied(Node, Protocol):
        """What copying knows of a Value."""

        _label_scope: Tag | tuple[str, Tag | None] | None

        @property
        def copied_as(self) -> type[Self]:
            """The class of a copy."""

    N = TypeVar("N", bound=Copied)

SLOTS = ("data", "grad", "op", "_a", "_da", "_b", "_db", "_label_scope")

# pickle asks each node how to rebuild it, and follows the answer into its inputs: a chain of
# 100,000 nodes would recurse 100,000 times. So the node that is asked first answers with all nodes
# below it, in topological order, and notes their ids here. When pickle then asks one of these, its
# inputs have been pickled already, and it answers for itself alone. What is left over from a
# pickling that failed does no harm: a node that is not pending answers with all below it again.
_pending_ids: list[int] = []  # ids of results, the next one last; a leaf answers for itself anyway


def state_of(node: Copied) -> tuple[object, ...]:
    """Return what a node holds; the result of `where` has a condition too."""
    if node.op is None:  # what else a leaf keeps is where a compiled program finds its numbers
        return (node.data, node.grad, None, None, 0.0, None, 0.0, node._label_scope)
    names = (*SLOTS, "condition") if hasattr(node, "condition") else SLOTS
    return tuple(getattr(node, name) for name in names)


def rebuild(kind: type[N], *fields: object) -> N:
    """Return a node that holds `fields`; the hooks of the moment do not see it."""
    node = kind.__new__(kind)
    for name, field in zip((*SLOTS, "condition"), fields, strict=False):
        setattr(node, name, field)
    return node


def rebuild_root(older: tuple[N, ...], kind: type[N], *fields: object) -> N:
    """Rebuild the node that was pickled, after everything it was made from."""
    return rebuild(kind, *fields)


def reduce_graph(node: Copied) -> tuple[object, ...]:
    """Return how to rebuild `node`, for pickle."""
    parts = (node.copied_as, *state_of(node))
    if node.op is None or is_pending(node):
        return (rebuild, parts)
    older = tuple(nodes(node)[:-1])
    _pending_ids[:] = [id(x) for x in reversed(older) if x.op is not None]
    return (rebuild_root, (older, *parts))


def is_pending(node: Copied) -> bool:
    """Return whether pickle was to ask this node, and drop it and those before it from the list."""
    while _pending_ids:
        if _pending_ids.pop() == id(node):
            return True
    return False


def deep_copy(node: N, memo: dict[int, object]) -> N:
    """Copy `node` and everything it was made from; what `memo` has already is shared."""
    for old in nodes(node):
        if id(old) not in memo:
            copied = (memo.get(id(x), x) for x in state_of(old))
            memo[id(old)] = rebuild(old.copied_as, *copied)
    return memo[id(node)]  # type: ignore[return-value]
