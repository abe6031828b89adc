"""Says where Values are made, so that a picture can fold a neuron or a layer into one card."""

from __future__ import annotations

from engine import value


class Tag:
    """A place in the nest of scopes; the same names always give the same Tag.

    Attributes:
        name: what the place is called, such as "n3".
        note: what to say of it in a picture, such as "tanh".
        parent: the place around it, or None.
    """

    __slots__ = ("_inner", "name", "note", "parent")

    def __init__(self, name: str, note: str, parent: Tag | None) -> None:
        self.name = name
        self.note = note
        self.parent = parent
        self._inner: dict[tuple[str, str], Tag] = {}

    @property
    def path(self) -> tuple[Tag, ...]:
        """The tags from the outermost to this one."""
        tags: list[Tag] = []
        tag: Tag | None = self
        while tag is not None and tag is not _outermost:
            tags.append(tag)
            tag = tag.parent
        return tuple(reversed(tags))

    def inner(self, name: str, note: str) -> Tag:
        """Return the tag of that name inside this one."""
        tag = self._inner.get((name, note))
        if tag is None:
            tag = self._inner[name, note] = Tag(name, note, self)
        return tag

    def __repr__(self) -> str:
        return "/".join(tag.name for tag in self.path)

    def __reduce__(self) -> tuple[object, ...]:
        return (find, tuple((tag.name, tag.note) for tag in self.path))


_outermost = Tag("", "", None)


def find(*path: tuple[str, str]) -> Tag:
    """Return the tag at the end of a path of names and notes."""
    tag = _outermost
    for name, note in path:
        tag = tag.inner(name, note)
    return tag


class scope:  # noqa: N801  reads like a function
    """Tag every Value made inside the with-block with a place, for folded pictures.

    Args:
        name: what the place is called.
        note: what to say of it in a picture.

    Example:
        >>> import engine
        >>> with engine.scope("hidden layer"):
        ...     with engine.scope("n1", note="tanh"):
        ...         out = engine.tanh(engine.Value(0.5))
        >>> out.scope
        hidden layer/n1
    """

    __slots__ = ("_outer", "_tag", "name", "note")

    def __init__(self, name: str, *, note: str = "") -> None:
        self.name = name
        self.note = note
        self._outer: list[Tag | None] = []  # a stack, since a scope may be entered inside itself
        self._tag: Tag | None = None

    def __enter__(self) -> None:
        outer = value._scope
        self._outer.append(outer)
        # A layer enters its neurons' scopes once a sample: looked up once, then only compared.
        if self._tag is None or self._tag.parent is not (outer or _outermost):
            self._tag = (outer or _outermost).inner(self.name, self.note)
        value._scope = self._tag

    def __exit__(self, *_: object) -> None:
        value._scope = self._outer.pop()
