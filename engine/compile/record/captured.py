"""Captured state: what a function takes from outside besides Values, and a recording freezes.

Plain numbers and small arrays are compared at every call, and a change records again. The states of
random number generators are compared around a recording, since a draw cannot be replayed.
"""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import count
from operator import is_
from types import (
    CellType,
    FunctionType,
    MethodType,
    ModuleType,
)

from engine.compile.record.objects import (
    PLAIN_NUMBERS,
    AttributesOf,
    contents,
    entry,
    file_of,
    identity,
    is_scalar,
    is_users,
    named_instructions,
    root,
)
from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OWN_PACKAGES = ("engine", "nn")
_next_version = count()  # version numbers, each of which is used once
MAX_VERSIONS = 64
MAX_OBJECTS = 5000  # objects to look into; larger data should be arguments of the function
MAX_FORMER_ARRAYS = 8  # arrays that were there before, some of which may come back
MAX_ARRAY_SIZE = 10_000  # comparing more at every call would take longer than many programs run


class CapturedState:
    """What functions can reach through closures, globals, their own objects, lists and dicts.

    Of the user's own objects and modules, only attributes that reachable code reads by name are
    watched; those that no code reads may change.

    Args:
        functions: where to begin.

    Attributes:
        cells: what closures hold.
        lists: lists, all of whose entries may be replaced.
        entries: other lists, dicts and the like, and a key of what in them may be replaced.
        sized: lists and dicts of such entries, which may grow.
        arrays: NumPy arrays of at most 10,000 numbers; larger ones should be arguments.
        leaves: plain Values that no operation has made.
    """

    def __init__(self, *functions: object) -> None:
        self.cells: list[CellType] = []
        self.lists: list[Any] = []
        self.entries: list[tuple[Any, Any]] = []
        self.sized: list[Any] = []
        self.arrays: list[Any] = []
        self.leaves: list[Value] = []
        self._last_arrays: list[bytes] = []  # what was in the arrays at the last look
        self._last_found: list[object] = []  # what was elsewhere at the last look
        self._version = next(_next_version)  # the number of that state
        # What was there is kept alive, so that no other object gets one of the ids.
        self._versions: dict[tuple[object, ...], tuple[int, list[object]]] = {}
        self._generators: list[object] = []
        self._names_read: set[str] = set()  # names of attributes, and texts that may name one
        self._names_written: set[str] = set()
        self._namespaces: dict[int, Any] = {}  # where attributes of the user's own objects are
        self._noted: set[tuple[int, str]] = set()
        seen: dict[int, object] = {}  # kept alive, so that no other object gets one of the ids
        waiting = deque(functions)
        while waiting and len(seen) < MAX_OBJECTS:
            x = waiting.popleft()
            if id(x) not in seen:
                seen[id(x)] = x
                waiting += self._explore(x)
            if not waiting:  # what has been found last may read attributes of what was found before
                waiting += self._newly_read()

    def watches_same(self, other: CapturedState) -> bool:
        """Return whether another exploration watches the same locations."""
        mine, its = (
            (
                [id(cell) for cell in outside.cells],
                [id(x) for x in outside.lists],
                [(id(x), key) for x, key in outside.entries],
                [id(x) for x in outside.sized],
                {id(array) for array in outside.arrays},
            )
            for outside in (self, other)
        )
        return mine == its

    def keep_arrays_of(self, other: CapturedState) -> None:
        """Keep watching arrays of an earlier exploration, between which a name may switch."""
        known = {id(array) for array in self.arrays}
        self.arrays += [array for array in other.arrays if id(array) not in known][
            :MAX_FORMER_ARRAYS
        ]

    def version(self) -> int:
        """Return a version number: equal if and only if everything watched is unchanged."""
        try:
            found = [cell.cell_contents for cell in self.cells]
            found += [x[key] for x, key in self.entries]
        except (ValueError, LookupError):  # something has gone
            found = [contents(cell) for cell in self.cells]
            found += [entry(x, key) for x, key in self.entries]
        for x in self.lists:
            found += x
        found += map(len, self.sized)
        held = [array.tobytes() for array in self.arrays] if self.arrays else self._last_arrays
        same = len(found) == len(self._last_found) and all(map(is_, found, self._last_found))
        if not same or held != self._last_arrays:
            self._last_arrays = held
            state = (*map(identity, found), *held)
            if state not in self._versions:
                self._versions[state] = (next(_next_version), found)
                if len(self._versions) > MAX_VERSIONS:
                    del self._versions[next(iter(self._versions))]
            self._last_found, self._version = found, self._versions[state][0]
        return self._version

    def rng_states(self) -> list[object]:
        """Return the states of all random number generators, including Python's and NumPy's own."""
        states: list[object] = [random.getstate()]
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            _, key, *others = numpy.random.get_state()
            states += [key.tobytes(), *others]
        for x in self._generators:
            state = x.getstate() if isinstance(x, random.Random) else x.bit_generator.state  # type: ignore[attr-defined]
            states.append(repr(state))
        return states

    def _explore(self, x: object) -> Iterator[object]:
        """Note what is plain data in `x`, and yield what else to look into."""
        if isinstance(x, Value):
            if type(x) is Value and x.op is None:
                self.leaves.append(x)
        elif isinstance(x, partial):
            yield from (x.func, *x.args, *x.keywords.values())
        elif isinstance(x, MethodType):
            yield from (x.__func__, x.__self__)
        elif isinstance(x, FunctionType):
            yield from self._explore_function(x)
        elif isinstance(x, (property, classmethod, staticmethod)):
            yield x.fget if isinstance(x, property) else x.__func__
        elif isinstance(x, random.Random) or hasattr(x, "bit_generator"):
            if not isinstance(x, random.SystemRandom):  # which has no state
                self._generators.append(x)
        elif hasattr(x, "tobytes") and hasattr(x, "dtype"):
            if x.dtype.kind in "fiub" and 0 < x.size <= MAX_ARRAY_SIZE:  # type: ignore[attr-defined]
                self.arrays.append(x)
        elif isinstance(x, dict):
            self.sized.append(x)
            for key in list(x)[:MAX_OBJECTS]:
                self.entries.append((x, key))
                yield x[key]
        elif isinstance(x, (list, tuple)):
            yield from self._explore_list(x)
        elif isinstance(x, ModuleType):
            if is_users(x.__name__, getattr(x, "__file__", None)):
                self._namespaces[id(x)] = vars(x)
        elif isinstance(x, type):
            for kind in self._users_classes(x):
                yield vars(kind).get("__init__")
        elif root(type(x).__module__) != "engine":
            yield from self._explore_object(x)

    def _explore_list(self, x: list[object] | tuple[object, ...]) -> Iterator[object]:
        """Look at what a list holds; which Values and lists they are is not watched."""
        watched = []
        for i, found in enumerate(x):
            if isinstance(found, Value):
                if type(found) is Value and found.op is None:
                    self.leaves.append(found)
                continue
            if i == MAX_OBJECTS:
                break
            if not isinstance(found, (list, tuple)):
                watched.append(i)
            if not isinstance(found, PLAIN_NUMBERS):
                yield found
        if isinstance(x, tuple) or (x and not watched):  # whose entries stay, or are Values
            return
        self.sized.append(x)
        if len(watched) == len(x):
            self.lists.append(x)
        else:
            self.entries += [(x, i) for i in watched]

    def _explore_object(self, x: object) -> Iterator[object]:
        """Look at the attributes of an object, and at how it is called."""
        call = getattr(type(x), "__call__", None)  # noqa: B004  the function itself is wanted
        if isinstance(call, FunctionType):
            yield call
        if self._users_classes(type(x)):
            self._namespaces[id(x)] = AttributesOf(x)
        own = getattr(x, "__dict__", None)
        if isinstance(own, dict) and id(x) not in self._namespaces:
            for name, found in own.items():
                if isinstance(found, PLAIN_NUMBERS) or is_scalar(found):
                    self.entries.append((own, name))
                else:
                    yield found

    def _users_classes(self, kind: type) -> list[type]:
        """Note which of a class and those it is derived from are the user's, and return these."""
        found = [k for k in kind.__mro__ if is_users(k.__module__, file_of(k.__module__))]
        self._namespaces.update((id(k), vars(k)) for k in found)
        return found

    def _newly_read(self) -> Iterator[object]:
        """Look at the attributes of the user's own objects that recently found code reads."""
        for owner, space in list(self._namespaces.items()):
            for name in space.keys() & (self._names_read - self._names_written):
                if (owner, name) not in self._noted:
                    self._noted.add((owner, name))
                    self.entries.append((space, name))
                    yield space[name]

    def _explore_function(self, f: FunctionType) -> Iterator[object]:
        """Look at what a function's closure holds, and at the globals that its code reads."""
        for cell in f.__closure__ or ():
            self.cells.append(cell)
            yield contents(cell)
        yield from f.__defaults__ or ()
        if f.__kwdefaults__:
            yield f.__kwdefaults__
        if root(f.__module__) in OWN_PACKAGES:
            return
        for opname, name in named_instructions(f.__code__):
            if opname == "STORE_ATTR":
                self._names_written.add(name)
            elif opname in ("LOAD_GLOBAL", "LOAD_NAME") and name in f.__globals__:
                self.entries.append((f.__globals__, name))
                yield f.__globals__[name]
            elif opname in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_CONST"):
                self._names_read.add(name)
