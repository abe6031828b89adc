"""Where and when a Value was made: which with-blocks were open, and how many numbers had changed.

Every Value points to an Origin. The open blocks (`scope`, `no_grad`, `strict`, the recorder of
`engine.compile`) form a chain that belongs to the current thread or asyncio task alone, since a
context variable holds its innermost link. So a block that is open in one thread does not affect
another, and of two overlapping blocks either may be closed first.

An Origin also notes the epoch: how many times numbers had been changed. A result that is older than
the last change of one of its inputs is stale (see engine/guards/stale.py).
"""

from __future__ import annotations

from contextvars import ContextVar
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from typing_extensions import Self

    from engine.ops import Op
    from engine.tag import Tag

    class Node(Protocol):
        """What modules that `engine.value` imports may use of a Value."""

        _data: float
        _grad: float
        _origin: Origin | Notes
        op: Op | None
        _a: Self | None
        _da: float
        _b: Self | None
        _db: float
        _has_two_inputs: bool

        @property
        def data(self) -> float:
            """Its number."""

        @property
        def grad(self) -> float:
            """Its gradient."""

        @property
        def label(self) -> str:
            """Its name, or ""."""

        @property
        def made_at(self) -> str:
            """The file and line that made it, or ""."""

        @property
        def inputs(self) -> tuple[Self | float, ...]:
            """What it was made from, in order."""

        def changed_at(self) -> int:
            """Return the epoch that began when its number was last changed, or 0."""

        def number_at(self, epoch: int) -> float | None:
            """Return what its number was in an epoch, or None if that has been forgotten."""


class Origin:
    """What is noted of all Values that are made inside the same blocks in the same epoch.

    Attributes:
        epoch: how many times numbers had been changed before.
        tag: the scope, or None.
        on_new_value: what is called with each new Value and returns it, or None.
        recorder: what records it, or None.
        strict: whether stale graphs are errors.
        block: the innermost open block; None outside all blocks.
        outer: the Origin around that block.
    """

    __slots__ = ("block", "epoch", "on_new_value", "outer", "recorder", "strict", "tag")

    def __init__(self, epoch: int, tag: Tag | None = None) -> None:
        self.epoch = epoch
        self.tag = tag
        # These take Values, which this module does not import: engine/value.py has their types.
        self.on_new_value: object = None
        self.recorder: object = None
        self.strict = False
        self.block: Block | None = None
        self.outer: Origin | None = None

    def inside(self, block: Block) -> Origin:
        """Return a copy of this Origin, inside one more block."""
        inner = Origin(self.epoch, self.tag)
        inner.on_new_value = self.on_new_value
        inner.recorder = self.recorder
        inner.strict = self.strict
        inner.block, inner.outer = block, self
        return inner

    def __reduce__(self) -> tuple[object, ...]:
        # Loaded Values are older than any change that is still to come; epochs of another process
        # mean nothing here.
        return (Origin, (0, self.tag))


class Notes:
    """What only a few Values need to remember; replaces their Origin, and points to it.

    Attributes:
        origin: where and when the Value was made.
        label: its name, or "".
        made_at: the file and line that made it, if `engine.trace_lines` was on, or "".
        changes: for each of the last changes of its number, newest first, the epoch that began
            with it and the number before.
        forgotten: the epoch of the newest change that is no longer among `changes`, or 0.
    """

    __slots__ = ("changes", "forgotten", "label", "made_at", "origin")

    def __init__(self, origin: Origin, label: str = "") -> None:
        self.origin = origin
        self.label = label
        self.made_at = ""
        self.changes: tuple[tuple[int, float], ...] = ()
        self.forgotten = 0

    def copy(self) -> Notes:
        """Return a copy for the copy of a Value."""
        notes = Notes(self.origin, self.label)
        notes.made_at, notes.changes, notes.forgotten = self.made_at, self.changes, self.forgotten
        return notes

    @property
    def changed_at(self) -> int:
        """The epoch that began when the number was last changed, or 0."""
        return self.changes[0][0] if self.changes else self.forgotten

    def note_change(self, before: float) -> None:
        """Remember that the number has just changed, and what it was before."""
        changes = self.changes
        if len(changes) == MOST_CHANGES:
            self.forgotten = changes[-1][0]
            changes = changes[:-1]
        self.changes = ((begin_epoch(), before), *changes)

    def __reduce__(self) -> tuple[object, ...]:
        # In another process a change is just later than all that was loaded with it.
        changes = tuple((1, before) for _, before in self.changes)
        return (restored, (self.origin, self.label, self.made_at, changes, min(self.forgotten, 1)))


MOST_CHANGES = 4  # an optimiser changes every parameter at every step; pictures want the last ones


def restored(
    origin: Origin,
    label: str,
    made_at: str,
    changes: tuple[tuple[int, float], ...],
    forgotten: int,
) -> Notes:
    """Return the Notes of a Value that was pickled."""
    notes = Notes(origin, label)
    notes.made_at, notes.changes, notes.forgotten = made_at, changes, forgotten
    return notes


def epoch_of(origin: Origin | Notes) -> int:
    """Return the epoch in which a Value of this origin was made."""
    return (origin.origin if isinstance(origin, Notes) else origin).epoch


# ---- the current Origin ----

_epochs = count(2)  # 0: loaded from a file; 1: made or changed before anything was changed here
_latest = 1
# The default is one for all threads: marked by `begin_epoch`, it is replaced in each of them.
_current: ContextVar[Origin] = ContextVar("origin", default=Origin(1))  # noqa: B039
current = _current.get


def begin_epoch() -> int:
    """Begin a new epoch, since a number is being changed; return it."""
    global _latest
    _latest = next(_epochs)
    # An optimiser changes many numbers in a row. So the Origins here are not replaced each time,
    # but marked, and the first Value that is made afterwards replaces them.
    origin: Origin | None = current()
    while origin is not None and origin.on_new_value is not renew_for:
        origin.on_new_value = renew_for
        origin = origin.outer
    return _latest


def renew_for(node: Node) -> object:
    """Give the first Value that is made in a new epoch, and those after it, an Origin of it."""
    renew()
    here = current()
    if isinstance(node._origin, Notes):
        node._origin.origin = here
    else:
        node._origin = here
    hook: Callable[[Node], object] | None = here.on_new_value  # type: ignore[assignment]
    return node if hook is None else hook(node)


def renew() -> None:
    """Replace the Origins of this thread or task by those of the latest epoch."""
    _current.set(chained(blocks_of(current())))


def blocks_of(origin: Origin) -> list[Block]:
    """Return the open blocks, innermost first."""
    blocks = []
    while origin.block is not None and origin.outer is not None:
        blocks.append(origin.block)
        origin = origin.outer
    return blocks


def chained(blocks: list[Block]) -> Origin:
    """Return the Origin inside `blocks`, innermost first, in the latest epoch."""
    origin = Origin(_latest)
    for block in reversed(blocks):
        origin = block.enter(origin)
    return origin


class Block:
    """A with-block that changes what is noted of the Values made in it. It may contain itself.

    It belongs to the thread or asyncio task that opened it. A generator that is suspended inside
    the block leaves it open for its caller, as `contextlib.contextmanager` needs.
    """

    __slots__ = ("_last",)
    _last: tuple[Origin, Origin] | None

    def __init__(self) -> None:
        self._last = None

    def __reduce__(self) -> tuple[object, ...]:
        # A copied network has blocks of its own, which have been entered nowhere yet.
        return (type(self), ())

    def enter(self, outer: Origin) -> Origin:
        """Return the Origin inside this block."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        outer = current()
        if outer.on_new_value is renew_for:
            renew()
            outer = current()
        last = self._last
        # A layer enters the scopes of its neurons once per sample: computed once, then compared.
        if last is None or last[0] is not outer:
            last = self._last = (outer, self.enter(outer))
        _current.set(last[1])
        return self

    def __exit__(self, *_: object) -> None:
        here = current()
        if here.block is self and here.outer is not None:
            _current.set(here.outer)
            return
        blocks = blocks_of(here)
        if self in blocks:  # else it was opened in another thread or task
            blocks.remove(self)
            _current.set(chained(blocks))


class unhooked(Block):  # noqa: N801  reads like a function
    """Make Values that no hook sees, in a scope of their own, whatever blocks are open."""

    __slots__ = ("tag",)

    def __init__(self, tag: Tag | None) -> None:
        super().__init__()
        self.tag = tag

    def enter(self, outer: Origin) -> Origin:
        """Return an Origin without hooks."""
        inner = Origin(outer.epoch, self.tag)
        inner.block, inner.outer = self, outer
        return inner
