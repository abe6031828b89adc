"""A Tag names where a Value was made: a scope, which may be inside other scopes."""

from __future__ import annotations

JOINERS = "\u200c\u200d"  # which have no width, and make one emoji or one letter of several


def one_line(text: object) -> str:
    """Return a name as one printable line, whatever a program has put into it.

    Names get into generated code, pictures, web pages and messages. Line ends, control characters,
    lone surrogates and marks that turn the direction of writing become spaces.
    """
    text = str(text)
    if not text.isprintable():
        text = "".join(x if x.isprintable() or x in JOINERS else " " for x in text)
    return text.strip()


class Tag:
    """One scope of possibly nested ones; the same names always give the same Tag.

    Attributes:
        name: what the scope is called, such as "n3".
        note: what a picture says of it, such as "tanh".
        parent: the scope around it, or None.
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
        while tag is not None and tag is not OUTERMOST:
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


OUTERMOST = Tag("", "", None)


def find(*path: tuple[str, str]) -> Tag:
    """Return the tag at the end of a path of names and notes."""
    tag = OUTERMOST
    for name, note in path:
        tag = tag.inner(name, note)
    return tag
