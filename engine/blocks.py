"""With-blocks: tag new Values, record nothing, let only finite numbers pass, note lines of code."""

from __future__ import annotations

import os
import sys
from math import isfinite

from engine.errors import NonFiniteError
from engine.guards.domain import made_from
from engine.origin import Block, Origin
from engine.tag import OUTERMOST, one_line
from engine.value import Choice, Opaque, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from engine.value import Here


class scope(Block):  # noqa: N801  reads like a function
    """Tag every Value made inside the with-block with a scope, for folded pictures.

    Args:
        name: what the scope is called, on one line.
        note: what a picture says about it.

    Example:
        >>> import engine
        >>> with engine.scope("hidden layer"):
        ...     with engine.scope("n1", note="tanh"):
        ...         out = engine.tanh(engine.Value(0.5))
        >>> out.scope
        hidden layer/n1
    """

    __slots__ = ("name", "note")

    def __init__(self, name: str, *, note: str = "") -> None:
        super().__init__()
        self.name = one_line(name)
        self.note = one_line(note)

    def __reduce__(self) -> tuple[object, ...]:
        return (_scope_of, (self.name, self.note))

    def enter(self, outer: Origin) -> Origin:
        """Return the Origin with the tag of this scope, inside that of the scope around it."""
        inner = outer.inside(self)
        inner.tag = (outer.tag or OUTERMOST).inner(self.name, self.note)
        return inner


def _scope_of(name: str, note: str) -> scope:
    """Return a scope, for pickle and copy."""
    return scope(name, note=note)


class _NewValueHook(Block):
    """A with-block in which `see` is called with every new Value, after the hook around it."""

    __slots__ = ()

    def enter(self, outer: Here) -> Origin:  # type: ignore[override]
        """Return the Origin with this hook."""
        inner = outer.inside(self)
        around, see = outer.on_new_value, self.see
        inner.on_new_value = see if around is None else lambda node: see(around(node))
        return inner

    @staticmethod
    def see(node: Value) -> Value:
        raise NotImplementedError


class no_grad(_NewValueHook):  # noqa: N801  reads like a function
    """Compute without recording: results are leaves, which saves memory and time.

    Example:
        >>> import engine
        >>> x = engine.Value(3.0)
        >>> with engine.no_grad():
        ...     y = x * x
        >>> y.data, y.inputs
        (9.0, ())
    """

    __slots__ = ()

    def enter(self, outer: Here) -> Origin:  # type: ignore[override]
        """Return the Origin with this hook."""
        if outer.recorder is not None:
            outer.recorder.refuse(
                "engine.no_grad() inside a compiled function", "use detach() instead"
            )
        return super().enter(outer)

    @staticmethod
    def see(node: Value) -> Value:
        """Make `node` a leaf."""
        computed = node.computed
        node.op = node._a = node._b = None
        node._da = float(computed)
        if isinstance(node, Choice):
            node.condition = 0.0
        elif isinstance(node, Opaque):
            node.__class__ = Value  # type: ignore[assignment]
            node._db = 0.0
        return node


class strict(_NewValueHook):  # noqa: N801  reads like a function
    """Raise NonFiniteError at the operation whose result or slope is inf or nan.

    A backward pass through a stale graph raises `StaleGraphError` there, instead of warning.

    Example:
        >>> import engine
        >>> with engine.strict():
        ...     engine.exp(engine.Value(1000.0))
        Traceback (most recent call last):
        ...
        engine.errors.NonFiniteError: exp gave inf from 1000; check its inputs, or scale them down
    """

    __slots__ = ()

    def enter(self, outer: Here) -> Origin:  # type: ignore[override]
        """Return the Origin with this hook."""
        if outer.recorder is not None:
            outer.recorder.refuse(
                "engine.strict() inside a compiled function",
                "leave it out: a program warns of inf and nan, and program.step raises",
            )
        inner = super().enter(outer)
        inner.strict = True
        return inner

    @staticmethod
    def see(node: Value) -> Value:
        """Raise if `node` or one of its slopes is not finite."""
        if node.op is None:
            if not isfinite(node.data):
                raise NonFiniteError(f"a new Value is {node.data}; give it a finite number")
            return node
        for what, x in (("", node.data), ("a slope of ", node._da), ("a slope of ", node._db)):
            if not isfinite(x):
                raise NonFiniteError(
                    f"{node.op} gave {what}{x} from {made_from(node)}; "
                    "check its inputs, or scale them down"
                )
        return node


class trace_lines(_NewValueHook):  # noqa: N801  reads like a function
    """Note with every new Value which line made it: its `made_at`, for pictures and messages.

    The line is the innermost one outside this library: of the code that wrote the operation, or
    called the layer or loss that did. Operations are a few times as slow while it is on.

    Example:
        >>> import engine
        >>> with engine.trace_lines():
        ...     y = engine.Value(3.0) * 2
        >>> y.made_at.endswith(":2")
        True
    """

    __slots__ = ()

    @staticmethod
    def see(node: Value) -> Value:
        """Note the line that made `node`."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and from_library(frame):
            frame = frame.f_back
        if frame is not None:
            node.made_at = file_and_line(frame.f_code.co_filename, frame.f_lineno)
        return node


def from_library(frame: FrameType) -> bool:
    """Return whether a frame is of a module of this library."""
    module = str(frame.f_globals.get("__name__")).split(".")[0]
    return module in ("engine", "nn") and not frame.f_code.co_filename.startswith("<doctest")


_lines: dict[tuple[str, int], str] = {}


def file_and_line(path: str, line: int) -> str:
    """Return a line as `file.py:12`, and one of a notebook as `Cell In[3]:12`; once for all."""
    if (path, line) not in _lines:
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        cell = getattr(getattr(shell, "compile", None), "format_code_name", lambda _: None)(path)
        _lines[path, line] = one_line(f"{' '.join(cell or ()) or os.path.basename(path)}:{line}")
    return _lines[path, line]
