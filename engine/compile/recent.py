"""Remembers what was used last: at most so many things, which take at most so much room."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class Recent(dict[Key, Thing]):
    """A dictionary that forgets what was used longest ago, but never the last thing added.

    Args:
        most: how many things to keep.
        room: how large they may be together, in any unit.
    """

    def __init__(self, most: int, room: int) -> None:
        super().__init__()
        self._most, self._room = most, room
        self._sizes: dict[Key, int] = {}

    def add(self, key: Key, thing: Thing, size: int) -> None:
        """Remember a thing of a size, and forget others if there are too many."""
        self[key], self._sizes[key] = thing, size
        while len(self) > 1 and (len(self) > self._most or sum(self._sizes.values()) > self._room):
            oldest = next(iter(self))
            del self[oldest], self._sizes[oldest]

    def use(self, key: Key) -> None:
        """Note that a thing is used now."""
        self[key] = self.pop(key)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._sizes.clear()
