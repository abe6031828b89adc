"""Pickling and deep-copying of whole graphs, of any depth, without recursion."""

from __future__ import annotations

from engine.graph import nodes
from engine.ops import Op
from engine.value import Choice, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.scope import Tag

# pickle asks each node how to take it apart, and follows the answer into its inputs: a chain of
# 100,000 nodes would recurse 100,000 times. So the node asked first answers with all nodes below
# it, oldest first, and marks them: when pickle then comes to one of those, its inputs have been
# pickled already, and it answers for itself alone. A mark is below 0, where backward() sees none.
_marks = 0


class End:
    """The last thing pickled of a graph: from here on a node stands for its whole graph again."""

    def __reduce__(self) -> tuple[object, ...]:
        global _marks
        _marks -= 1
        return (End, ())


Fields = tuple[float, float, str, "Op | None", "Value | None", float, "Value | None", float]


def fields(node: Value) -> Fields:
    """Return what a node holds, apart from its scope and a condition."""
    return (node.data, node.grad, node.label, node.op, node._a, node._da, node._b, node._db)


def rebuilt(kind: type[Value], held: Fields, scope: Tag | None, condition: object) -> Value:
    """Return a node that holds `held`, told nothing by the scopes and watchers of the moment."""
    node = kind.__new__(kind)
    node.data, node.grad, node.label, node.op, node._a, node._da, node._b, node._db = held
    node._mark = 0
    node.scope = scope
    if isinstance(node, Choice):
        node.condition = condition  # type: ignore[assignment]
    return node


def last_of(older: tuple[Value, ...], end: End, *parts: object) -> Value:
    """Rebuild the node that was pickled, after everything it was made from."""
    return rebuilt(*parts)  # type: ignore[arg-type]


def reduced(node: Value) -> tuple[object, ...]:
    """Return how to rebuild `node`, for pickle."""
    global _marks
    kind = Choice if isinstance(node, Choice) else Value
    parts = (kind, fields(node), node.scope, getattr(node, "condition", None))
    if node.op is None or node._mark == _marks - 1:
        return (rebuilt, parts)
    older = tuple(nodes(node)[:-1])
    for x in older:
        x._mark = _marks - 1
    return (last_of, (older, End(), *parts))


def deep_copy(node: Value, memo: dict[int, object]) -> Value:
    """Copy `node` and everything it was made from; what `memo` has already is shared."""

    def copied(x: Value | None) -> Value | None:
        return None if x is None else memo[id(x)]  # type: ignore[return-value]

    for old in nodes(node):
        if id(old) in memo:
            continue
        data, grad, label, op, a, da, b, db = fields(old)
        condition = getattr(old, "condition", None)
        if isinstance(condition, Value):
            condition = copied(condition)
        kind = Choice if isinstance(old, Choice) else Value
        held = (data, grad, label, op, copied(a), da, copied(b), db)
        memo[id(old)] = rebuilt(kind, held, old.scope, condition)
    return memo[id(node)]  # type: ignore[return-value]
