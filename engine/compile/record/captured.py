"""Captured state: what a function takes from outside, and whether that is still as it was.

What is quick to compare is compared before every call, and a change records again at once:
closures, globals, attributes, lists, dicts, sets and small arrays. The rest is for the audit.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from operator import is_
from types import (
    BuiltinMethodType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

from engine.compile.record.objects import (
    attributes,
    contents,
    is_atom,
    is_users,
    names_read,
    root,
    same,
    users_classes,
)
from engine.compile.record.random_states import is_generator
from engine.value import Value

CONTAINERS = (list, dict, set, deque)
# What holds functions and objects, and where.
WRAPPERS = (
    *(partial, property, classmethod, staticmethod),
    *(MethodType, BuiltinMethodType, MethodWrapperType),
)
WRAPPED = ("func", "args", "keywords", "__func__", "__self__", "fget")
MAX_OBJECTS = 5000  # objects to look into; larger data should be arguments of the function
MAX_ENTRIES = 10_000  # comparing more at every call would take longer than many programs run
MAX_NEAR = 16  # lists of Values, and objects of libraries
_next_version = count()  # version numbers, each of which is used once


class CapturedState:
    """What functions can reach through closures, globals, their own objects, lists and dicts.

    Of the user's own objects and modules, only attributes that reachable code reads by name are
    watched; those that no code reads may change. Of lists that hold nothing but Values, and of
    objects of libraries (a network has thousands of both) the nearest are watched.

    Args:
        functions: where to begin.

    Attributes:
        version: a number of its own.
        leaves: plain Values that no operation has made.
        generators: of random numbers.
        changes_itself: whether what is watched changed while the function ran, in such a way that
            every call has to run it.
    """

    def __init__(self, *functions: object) -> None:
        self.version = next(_next_version)
        self.leaves: list[Value] = []
        self.generators: list[Any] = []
        self.changes_itself = False
        self._places: list[tuple[Callable[[Any], object], Any]] = []
        self._containers: list[Any] = []
        self._arrays: list[Any] = []
        self._near = 0
        self._reads: Counter[str] = Counter()  # names of attributes, and texts that may name one
        self._spaces: list[tuple[Mapping[str, object], Callable[[str], object]]] = []
        self._noted: set[tuple[int, str]] = set()
        seen: dict[int, object] = {}  # kept alive, so that no other object gets one of the ids
        waiting = deque(functions)
        while waiting and len(seen) < MAX_OBJECTS:
            x = waiting.popleft()
            if id(x) not in seen:
                seen[id(x)] = x
                with suppress(Exception):  # an object may refuse to be looked at
                    waiting += self._explore(x)
            if not waiting:  # what has been found last may read attributes of what was found before
                waiting += self._newly_read()
        self.keep()

    # ---- comparing ----

    def keep(self) -> None:
        """Keep what is there now, to compare with."""
        self._found = self._read()
        self._kept = [copied(x) for x in self._containers]
        self._bytes = [x.tobytes() for x in self._arrays]

    def is_unchanged(self) -> bool:
        """Return whether everything watched is as it was kept."""
        if self.changes_itself:
            return False
        found = self._read()
        if not all(map(is_, found, self._found)):
            if not all(map(same, found, self._found)):
                return False
            self._found = found
        try:
            # Lists and dicts compare their entries by identity first.
            equal = self._containers == self._kept
        except Exception:  # an array in the place of another, or a user's own __eq__
            return False
        return equal and (not self._arrays or [x.tobytes() for x in self._arrays] == self._bytes)

    def settle(self) -> None:
        """Take over what the function has changed itself while it ran.

        It may log what it does. But where it goes by a counter, or uses up a list, a replay would
        leave out what it does, so every call has to run it.
        """
        found, kept = self._found, self._kept
        self.keep()
        self.changes_itself |= any(
            is_atom(new) and not same(new, old) for new, old in zip(self._found, found, strict=True)
        ) or any(len(new) < len(old) for new, old in zip(self._kept, kept, strict=True))

    def _read(self) -> list[object]:
        return [get(key) for get, key in self._places]

    # ---- exploring ----

    def _explore(self, x: object) -> Iterator[object]:
        """Note what is to be watched in `x`, and yield what else to look into."""
        if isinstance(x, Value):
            self._leaf(x)
        elif isinstance(x, FunctionType):
            yield from self._explore_function(x)
        elif isinstance(x, WRAPPERS):
            yield from (getattr(x, part, None) for part in WRAPPED)
        elif is_generator(x):
            self.generators.append(x)
        elif hasattr(type(x), "tobytes") and hasattr(type(x), "dtype"):
            if 0 < x.size <= MAX_ENTRIES:  # type: ignore[attr-defined]
                self._arrays.append(x)
                if x.dtype.hasobject:  # type: ignore[attr-defined]
                    yield x.ravel().tolist()  # type: ignore[attr-defined]
        elif isinstance(x, (*CONTAINERS, tuple, frozenset)):
            yield from self._explore_container(x)
        elif isinstance(x, ModuleType):
            if is_users(x.__name__, vars(x).get("__file__")):
                self._spaces.append((vars(x), vars(x).get))
        elif isinstance(x, type):
            for kind in self._note_classes(x):
                yield vars(kind).get("__init__")
        elif hasattr(type(x), "__next__") and not hasattr(type(x), "write"):
            self.changes_itself = True  # an iterator, which runs on with every use
        elif root(type(x).__module__) != "engine":
            yield from self._explore_object(x)

    def _leaf(self, x: Value) -> None:
        if type(x) is Value and x.op is None:
            self.leaves.append(x)

    def _explore_container(self, x: Any) -> Iterator[object]:
        """Look at what a list, a dict or a set holds."""
        objects = []
        only_values = bool(x)
        for entry in dict.values(x) if isinstance(x, dict) else x:
            if issubclass(type(entry), Value):
                self._leaf(entry)
            else:
                only_values = False
                if not is_atom(entry):
                    objects.append(entry)
        if isinstance(x, CONTAINERS) and len(x) <= MAX_ENTRIES:
            self._near += only_values
            if not only_values or self._near <= MAX_NEAR:
                self._containers.append(x)
        yield from objects[:MAX_OBJECTS]

    def _explore_object(self, x: object) -> Iterator[object]:
        """Look at the attributes of an object, and at what its class makes of it."""
        own = attributes(x)
        classes = self._note_classes(type(x))
        for kind in classes:
            for name, found in vars(kind).items():
                if isinstance(found, MemberDescriptorType):
                    self._spaces.append(({name: None}, lambda name: getattr(x, name, None)))
                elif name.startswith("__") and isinstance(found, FunctionType):
                    yield found  # which no code calls by name
        if classes:
            if own is not None:
                self._spaces.append((own, own.get))
                self._places.append((dict.__len__, own))  # another may hide one of the class
        elif own is not None:
            self._near += 1
            if self._near <= MAX_NEAR:
                self._containers.append(own)
            yield from own.values()

    def _note_classes(self, kind: type) -> list[type]:
        """Note which of a class and those it is derived from are the user's, and return these."""
        found = users_classes(kind)
        self._spaces += [(vars(k), vars(k).get) for k in found]
        return found

    def _newly_read(self) -> Iterator[object]:
        """Look at the attributes of the user's own objects that recently found code reads."""
        names = {name for name, n in self._reads.items() if n > 0}
        for i, (space, get) in enumerate(self._spaces):
            for name in space.keys() & names:
                if (i, name) not in self._noted:
                    self._noted.add((i, name))
                    self._places.append((get, name))
                    yield get(name)

    def _explore_function(self, f: FunctionType) -> Iterator[object]:
        """Look at what a function's closure holds, and at the globals that its code reads."""
        yield from f.__defaults__ or ()
        if f.__kwdefaults__:
            yield f.__kwdefaults__
        cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
        yield from map(contents, cells.values())
        if root(f.__module__) in ("engine", "nn"):
            self._places += [(contents, cell) for cell in cells.values()]
            return
        self._spaces.append((vars(f), vars(f).get))
        for (kind, name), n in names_read(f.__code__).items():
            if kind == "attribute":
                self._reads[name] += n
            elif n > 0 and kind == "global":
                if (id(f.__globals__), name) not in self._noted:
                    self._noted.add((id(f.__globals__), name))
                    self._places.append((f.__globals__.get, name))
                yield f.__globals__.get(name)
            elif n > 0 and name in cells:
                self._places.append((contents, cells[name]))


def copied(x: Any) -> Any:
    """Return a copy of a container, whatever a class of the user's makes of copying."""
    return next(kind for kind in CONTAINERS if isinstance(x, kind)).copy(x)
