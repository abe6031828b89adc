"""Finds what a frame calls, and with what, by walking over its bytecode."""

from __future__ import annotations

import sys
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dis import Instruction
    from types import CodeType, FrameType

Names = tuple[str, ...]  # a dotted name

# Values below the arguments on the stack, and values on top of them, by instruction. Python 3.11
# put a second value next to each callee, and 3.14 always has keywords for `f(*x)`.
BESIDE = 1 if sys.version_info < (3, 11) or sys.implementation.name != "cpython" else 2
FAR = 10_000  # a depth for code that only an exception leads to; differences are what matters


class Code:
    """The instructions of a code object, and how deep the stack is before each.

    Args:
        code: the code object.
    """

    def __init__(self, code: CodeType) -> None:
        from dis import get_instructions  # seldom needed, and slow to import

        self.code = code
        self.instructions = list(get_instructions(code))
        self.depths = depths(self.instructions)
        self._names: dict[int, Names] = {}
        self.offsets = [x.offset for x in self.instructions]

    def at(self, offset: int) -> int:
        """Return the index of the instruction that an offset, maybe in its cache, belongs to."""
        i = bisect_right(self.offsets, offset) - 1
        # Python 3.11 splits a call in two; once specialised, the first half does it all.
        return i + (self.instructions[i].opname == "PRECALL")

    def callee(self, i: int) -> int | None:
        """Return the index of the instruction that pushed the callee of call `i`, or None."""
        found = self.instructions[i]
        n, name = found.arg or 0, found.opname
        depth = self.depths[i - 1 if self.instructions[i - 1].opname == "PRECALL" else i]
        if name in ("CALL_FUNCTION", "CALL"):
            return self.pushed(depth - n - BESIDE, i)
        if name == "CALL_METHOD":
            return self.pushed(depth - n - 2, i)
        if name in ("CALL_FUNCTION_KW", "CALL_KW"):
            return self.pushed(depth - n - 1 - BESIDE, i)
        if name == "CALL_FUNCTION_EX":
            keywords = 1 if sys.version_info >= (3, 14) else n & 1
            return self.pushed(depth - 1 - BESIDE - keywords, i)
        return None

    def pushed(self, slot: int, before: int) -> int | None:
        """Return the index of the last instruction before one that pushed to a slot."""
        for i in range(before - 1, -1, -1):
            dips = self.instructions[i].opname == "STORE_FAST_LOAD_FAST"
            if self.depths[i] - dips <= slot:
                return i
        return None

    def iterable(self, i: int) -> int | None:
        """Return the index of the instruction where the expression begins that `i` consumes."""
        if self.instructions[i].opname == "FOR_ITER":
            made = [k for k in range(i) if self.instructions[k].opname == "GET_ITER"]
            i = made[-1] if made else i  # a generator is given its iterator
        return self.pushed(self.depths[i] - 1, i)

    def callee_names(self, i: int) -> Names:
        """Return the dotted name that call `i` calls, or () if another call returned it."""
        if i not in self._names:
            start = self.callee(i)
            returned = start is None or any(self.callee(k) == start for k in range(start, i))
            self._names[i] = () if returned else self.names(start)
        return self._names[i]

    def names(self, i: int | None) -> Names:
        """Return the dotted name that is pushed from instruction `i` on, or ()."""
        if i is None:
            return ()
        if self.instructions[i].opname == "PUSH_NULL":
            i += 1
        first = self.instructions[i]
        name = first.argval[-1] if isinstance(first.argval, tuple) else first.argval
        if first.opname == "LOAD_DEREF" and sys.implementation.name == "pypy":
            # PyPy's dis names it after the local variable of that number.
            name = (self.code.co_cellvars + self.code.co_freevars)[first.arg or 0]
        if "LOAD_" not in first.opname or first.opname == "LOAD_CONST" or not isinstance(name, str):
            return ()
        found = [name]
        for x in self.instructions[i + 1 :]:
            if x.opname not in ("LOAD_ATTR", "LOAD_METHOD", "LOOKUP_METHOD"):
                break
            found.append(x.argval)
        return tuple(found)

    def loads(self, i: int) -> list[Names]:
        """Return the dotted names that instruction `i` begins to push: two from Python 3.13 on."""
        first = self.instructions[i].argval
        pairs = [(name,) for name in first[:-1]] if isinstance(first, tuple) else []
        return [name for name in (*pairs, self.names(i)) if name]

    def around(self, i: int, start: int, end: int) -> list[int]:
        """Return the calls from `start` to `end` that `i` is in, as an argument or as the callee.

        The inner ones come first.
        """
        calls = []
        for k in range(i + 1, end + 1):
            callee = self.callee(k)
            if callee is not None and start <= callee <= i:
                calls.append(k)
        return calls


def depths(instructions: list[Instruction]) -> list[int]:
    """Return how deep the stack is before each instruction."""
    from dis import hasjabs, hasjrel, stack_effect

    known: dict[int, int] = {}  # by the offsets that jumps lead to
    found: list[int] = []
    depth, falls_through = 0, True
    for x in instructions:
        depth = known.get(x.offset, depth if falls_through else FAR)
        found.append(depth)
        if x.opcode in hasjrel or x.opcode in hasjabs:
            known.setdefault(x.argval, depth + stack_effect(x.opcode, x.arg, jump=True))
        depth += stack_effect(x.opcode, x.arg, jump=False)
        falls_through = not (
            x.opname.startswith(("RETURN_", "RAISE_", "RERAISE"))
            or (x.opname.startswith("JUMP_") and "_IF_" not in x.opname)
        )
    return found


def resolve(names: Names, frame: FrameType) -> object:
    """Return what a dotted name is in a frame, or None."""
    if not names:
        return None
    found: object = None
    for space in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if names[0] in space:
            found = space[names[0]]
            break
    for attribute in names[1:]:
        found = getattr(found, attribute, None)
    return found
