"""Pickling and deep-copying of whole graphs, of any depth, without recursion.

Knows nodes only by what they hold, so that it stands below `Value`, which asks it.
"""

from __future__ import annotations

from engine.graph import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.value import Value

HELD = ("data", "grad", "op", "_a", "_da", "_b", "_db", "_place")

# pickle asks each node how to take it apart, and follows the answer into its inputs: a chain of
# 100,000 nodes would recurse 100,000 times. So the node asked first answers with all nodes below
# it, oldest first, which are noted here. When pickle then asks one of these, its inputs have been
# pickled already, and it answers for itself alone. What is left over from a pickling that failed
# does no harm: once it has been passed, its nodes answer with all below them again.
_due: list[int] = []  # ids of results, the next one last; a leaf answers for itself anyway


def held(node: Value) -> tuple[object, ...]:
    """Return what a node holds; the result of `where` has a condition too."""
    if node.op is None:  # what else a leaf keeps is where a compiled program finds its numbers
        return (node.data, node.grad, None, None, 0.0, None, 0.0, node._place)
    names = (*HELD, "condition") if hasattr(node, "condition") else HELD
    return tuple(getattr(node, name) for name in names)


def rebuilt(kind: type[Value], *fields: object) -> Value:
    """Return a node that holds `fields`, told nothing by the scopes and watchers of the moment."""
    node = kind.__new__(kind)
    for name, field in zip((*HELD, "condition"), fields, strict=False):
        setattr(node, name, field)
    return node


def last_of(older: tuple[Value, ...], kind: type[Value], *fields: object) -> Value:
    """Rebuild the node that was pickled, after everything it was made from."""
    return rebuilt(kind, *fields)


def reduced(node: Value) -> tuple[object, ...]:
    """Return how to rebuild `node`, for pickle."""
    parts = (node.copied_as, *held(node))
    if node.op is None or is_due(node):
        return (rebuilt, parts)
    older = tuple(nodes(node)[:-1])
    _due[:] = [id(x) for x in reversed(older) if x.op is not None]
    return (last_of, (older, *parts))


def is_due(node: Value) -> bool:
    """Tell whether pickle was to ask this node, and pass it with those before it."""
    while _due:
        if _due.pop() == id(node):
            return True
    return False


def deep_copy(node: Value, memo: dict[int, object]) -> Value:
    """Copy `node` and everything it was made from; what `memo` has already is shared."""
    for old in nodes(node):
        if id(old) not in memo:
            copied = (memo.get(id(x), x) for x in held(old))
            memo[id(old)] = rebuilt(old.copied_as, *copied)
    return memo[id(node)]  # type: ignore[return-value]
