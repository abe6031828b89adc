"""Finds what a function takes from outside besides Values, which a recording would freeze.

Plain numbers and small arrays are looked at again at every call, and a change records anew; sources
of chance are held against what they were, since a draw cannot be replayed.
"""

from __future__ import annotations

import dis
import random
import sys
from collections.abc import Iterator
from functools import partial
from itertools import count
from operator import is_
from types import CellType, CodeType, FunctionType, MethodType, ModuleType

from engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NUMBERS = (bool, int, float)
OURS = ("engine", "nn")
NUMBER = count()  # of states of things, none of which is given twice
MOST_STATES = 64
MOST = 5000  # objects to look into; who keeps more around a function hands them in as arguments
MOST_IN_ARRAY = 10_000  # to compare more at every call would take longer than many a program


class Outside:
    """What some functions can reach: through closures, globals, their own objects, lists and dicts.

    Args:
        functions: where to begin.

    Attributes:
        cells: what closures hold.
        entries: lists and dicts, and where in them a number stands.
        arrays: NumPy's arrays of at most 10,000 numbers; who keeps more hands them in as arguments.
    """

    def __init__(self, *functions: object) -> None:
        self.cells: list[CellType] = []
        self.entries: list[tuple[Any, Any]] = []
        self.arrays: list[Any] = []
        self._held: list[bytes] = []  # what stood in the arrays at the last look
        self._seen: list[object] = []  # what stood there at the last look
        self._state = next(NUMBER)  # the number of that state of things
        # What stood there is held, so that no id is given to another object.
        self._states: dict[tuple[object, ...], tuple[int, list[object]]] = {}
        self._generators: list[object] = []
        self._written: set[str] = set()
        waiting: list[object] = list(functions)
        seen: dict[int, object] = {}  # held, so that no id is given to another object meanwhile
        while waiting and len(seen) < MOST:
            x = waiting.pop(0)
            if id(x) not in seen:
                seen[id(x)] = x
                waiting += self._explore(x)

    def same_places(self, other: Outside) -> bool:
        """Tell whether another exploration looks at the same places."""
        mine, its = (
            (
                [id(cell) for cell in outside.cells],
                [(id(x), key) for x, key in outside.entries],
                [id(array) for array in outside.arrays],
            )
            for outside in (self, other)
        )
        return mine == its

    def now(self) -> int:
        """Return a number that stands for what is at all places now: the same for the same."""
        try:
            found = [cell.cell_contents for cell in self.cells]
            found += [x[key] for x, key in self.entries]
        except (ValueError, LookupError):  # something has gone
            found = [contents(cell) for cell in self.cells]
            found += [entry(x, key) for x, key in self.entries]
        held = [array.tobytes() for array in self.arrays] if self.arrays else self._held
        same = len(found) == len(self._seen) and all(map(is_, found, self._seen))
        if not same or held != self._held:
            self._held = held
            state = (*map(named, found), *held)
            if state not in self._states:
                self._states[state] = (next(NUMBER), found)
                if len(self._states) > MOST_STATES:
                    del self._states[next(iter(self._states))]
            self._seen, self._state = found, self._states[state][0]
        return self._state

    def chance(self) -> list[object]:
        """Return the states of all sources of chance, Python's and NumPy's own included."""
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
        """Note what is plain in `x`, and yield what else to look into."""
        if isinstance(x, partial):
            yield from (x.func, *x.args, *x.keywords.values())
        elif isinstance(x, MethodType):
            yield from (x.__func__, x.__self__)
        elif isinstance(x, FunctionType):
            yield from self._of_function(x)
        elif isinstance(x, random.Random) or hasattr(x, "bit_generator"):
            self._generators.append(x)
        elif hasattr(x, "tobytes") and hasattr(x, "dtype"):
            if x.dtype.kind in "fiub" and 0 < x.size <= MOST_IN_ARRAY:  # type: ignore[attr-defined]
                self.arrays.append(x)
        elif isinstance(x, dict):
            yield from self._of_container(x, list(x)[:MOST])
        elif isinstance(x, (list, tuple)):
            if x and not isinstance(x[0], Value):
                yield from self._of_container(x, range(min(len(x), MOST)))
        elif not isinstance(x, (Value, ModuleType, type)) and root(type(x).__module__) != "engine":
            call = getattr(type(x), "__call__", None)  # noqa: B004  the function itself is wanted
            if isinstance(call, FunctionType):
                yield call
            own = getattr(x, "__dict__", None)
            if isinstance(own, dict):
                names = [name for name in own if name not in self._written]
                yield from self._of_container(own, names)

    def _of_container(self, x: object, keys: object) -> Iterator[object]:
        for key in keys:  # type: ignore[attr-defined]
            found = x[key]  # type: ignore[index]
            if isinstance(found, NUMBERS) or is_scalar(found):
                self.entries.append((x, key))
            else:
                yield found

    def _of_function(self, f: FunctionType) -> Iterator[object]:
        """Look at what a function's closure holds, and at the globals that its code reads."""
        for cell in f.__closure__ or ():
            self.cells.append(cell)
            yield contents(cell)
        yield from f.__defaults__ or ()
        yield from (f.__kwdefaults__ or {}).values()
        if root(f.__module__) in OURS:
            return
        for opname, name in instructions(f.__code__):
            if opname == "STORE_ATTR":
                self._written.add(name)
            elif opname in ("LOAD_GLOBAL", "LOAD_NAME") and name in f.__globals__:
                self.entries.append((f.__globals__, name))
                yield f.__globals__[name]


def named(x: object) -> object:
    """Return what tells whether something has changed: a number itself, of another thing its id."""
    if is_scalar(x):
        x = x.item()  # type: ignore[attr-defined]
    if isinstance(x, (*NUMBERS, str)):
        return (type(x), x)  # True == 1, yet they are not the same
    return id(x)


def entry(container: Any, key: Any) -> object:
    """Return what stands in a container, or None if it has gone."""
    try:
        return container[key]
    except LookupError:
        return None


def is_scalar(x: object) -> bool:
    """Tell whether `x` is one number of NumPy's."""
    return hasattr(x, "dtype") and getattr(x, "shape", None) == ()


def contents(cell: object) -> object:
    """Return what a closure holds, or None if it has not been set yet."""
    try:
        return cell.cell_contents  # type: ignore[attr-defined]
    except ValueError:
        return None


def instructions(code: CodeType) -> Iterator[tuple[str, str]]:
    """Yield the instructions that name something, in code and in the functions inside it."""
    for instruction in dis.get_instructions(code):
        if isinstance(instruction.argval, str):
            yield instruction.opname, instruction.argval
        elif isinstance(instruction.argval, CodeType):
            yield from instructions(instruction.argval)


def root(module: object) -> str:
    """Return the package of a module's name."""
    return str(module).split(".")[0]
