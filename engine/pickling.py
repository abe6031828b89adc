"""Pickling and deep-copying of whole graphs, of any depth, without recursion.

Knows nodes only by their slots, so that `Value` can call it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from operator import attrgetter

from engine.graph import nodes
from engine.origin import Notes, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    from typing_extensions import Self

    from engine.ops import Op
    from engine.origin import Node

    class Copied(Node, Protocol):
        """What copying uses of a Value."""

        @property
        def copied_as(self) -> type[Self]:
            """The class of a copy."""

    N = TypeVar("N", bound=Copied)

SLOTS = ("_data", "_grad", "op", "_a", "_da", "_b", "_db", "_origin")
read_slots = attrgetter(*SLOTS)
read_choice = attrgetter(*SLOTS, "condition")

# pickle asks each node how to rebuild it, and follows the answer into its inputs: a chain of
# 100,000 nodes would recurse 100,000 times. So the node that is asked first answers with all nodes
# below it, in topological order, and notes their ids here. When pickle then asks one of these, its
# inputs have been pickled already, and it answers for itself alone. What is left over from a
# pickling that failed does no harm: a node that is not pending answers with all below it again.
_pending_ids: list[int] = []  # ids of results, the next one last; a leaf answers for itself anyway


def state_of(node: Copied) -> tuple[object, ...]:
    """Return what a node holds in its slots; the result of `where` has a condition too."""
    if node.op is None:  # what else a leaf keeps is where a compiled program finds its numbers
        return (node.data, node.grad, None, None, 0.0, None, 0.0, origin_for_copy(node))
    if not node.op.slopes:  # made by hand: its function belongs to the original
        return (node.data, node.grad, node.op, None, node.inputs, None, None, node._origin)
    state: tuple[object, ...] = (read_choice if hasattr(node, "condition") else read_slots)(node)
    return state


def origin_for_copy(leaf: Copied) -> Origin | Notes:
    """Return the origin of a leaf, which notes changes that a compiled program has made too."""
    origin, changed_at = leaf._origin, leaf.changed_at()
    if changed_at > (origin.changed_at if isinstance(origin, Notes) else 0):
        origin = origin.copy() if isinstance(origin, Notes) else Notes(origin)
        origin.changes, origin.forgotten = (), changed_at
    return origin


def attributes_of(node: Copied) -> tuple[dict[str, object] | None, dict[str, object]] | None:
    """Return what a user-defined class adds, in `__dict__` and in its own slots."""
    kind = node.copied_as
    if kind.__module__ == "engine.value":
        return None
    slots: set[str] = set()
    for base in kind.__mro__:
        if base.__module__ not in ("engine.value", "builtins"):
            own = vars(base).get("__slots__", ())
            slots |= {own} if isinstance(own, str) else set(own)
    return (
        getattr(node, "__dict__", None),
        {name: getattr(node, name) for name in slots if hasattr(node, name)},
    )


def rebuild(
    kind: type[N],
    data: float,
    grad: float,
    op: Op | None,
    a: N | None,
    da: float,
    b: N | None,
    db: float,
    origin: Origin | Notes,
    *condition: object,
) -> N:
    """Return a node that holds all this; no hook sees it."""
    node = kind.__new__(kind)
    node._data, node._grad, node.op, node._origin = data, grad, op, origin
    node._a, node._da, node._b, node._db = a, da, b, db
    for x in condition:  # of the result of `where`
        setattr(node, "condition", x)  # noqa: B010  not every node has one
    return node


def rebuild_root(older: tuple[N, ...], kind: type[N], *state: object) -> N:
    """Rebuild the node that was pickled, after everything it was made from."""
    return rebuild(kind, *state)  # type: ignore[arg-type]


def reduce_graph(node: Copied) -> tuple[object, ...]:
    """Return how to rebuild `node`, for pickle.

    Raises:
        TypeError: an operation of the graph was made by hand.
    """
    state = (node.copied_as, *state_of(node))
    # pickle itself restores what comes third: the attributes of a user-defined class.
    attributes = attributes_of(node)
    third = () if attributes is None else (attributes,)
    if _pending_ids and _pending_ids[-1] == id(node):  # as a rule
        _pending_ids.pop()
        return (rebuild, state, *third)
    if node.op is None or is_pending(node):
        return (rebuild, state, *third)
    *older, _ = order = nodes(node)
    for x in order:
        if x.op is not None and not x.op.slopes:
            raise TypeError(
                f"{x.op} was made by hand from a function, which cannot be pickled; define the "
                "operation with engine.define"
            )
    _pending_ids[:] = [id(x) for x in reversed(older) if x.op is not None]
    return (rebuild_root, (tuple(older), *state), *third)


def is_pending(node: Copied) -> bool:
    """Return whether this node is pending; remove it, and those before it, from the list."""
    while _pending_ids:
        if _pending_ids.pop() == id(node):
            return True
    return False


def deep_copy(node: N, memo: dict[int, object]) -> N:
    """Copy `node` and everything it was made from; what `memo` has already is shared."""
    plain = type(node).__mro__[-2]  # Value itself
    new = object.__new__
    # What memo has for the id of a node is its copy.
    copy_of: Callable[[int, N | None], N | None] = memo.get  # type: ignore[assignment]
    for old in nodes(node):
        if id(old) in memo:
            continue
        if type(old) is plain:  # most nodes: slot by slot, 3 times as fast
            memo[id(old)] = copy = new(type(old))
            origin = old._origin
            copy._data, copy._grad, copy.op, copy._origin = (
                old._data,
                old._grad,
                old.op,
                origin.copy() if isinstance(origin, Notes) else origin,
            )
            a, b = old._a, old._b
            copy._a = None if a is None else copy_of(id(a), a)
            copy._b = None if b is None else copy_of(id(b), b)
            copy._da, copy._db = old._da, old._db
        else:
            state = (
                tuple(memo.get(id(y), y) for y in x)  # the inputs of what was made by hand
                if isinstance(x, tuple)
                else x.copy()
                if isinstance(x, Notes)
                else memo.get(id(x), x)
                for x in state_of(old)
            )
            memo[id(old)] = copy = rebuild(old.copied_as, *state)  # type: ignore[arg-type]
            for attributes in deepcopy(attributes_of(old), memo) or ():
                for name, x in (attributes or {}).items():
                    setattr(copy, name, x)
    return memo[id(node)]  # type: ignore[return-value]
