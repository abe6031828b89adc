"""With-blocks in which nothing is recorded, or nothing but finite numbers is let through."""

from __future__ import annotations

import os
import sys
from math import isfinite

from engine import value
from engine.errors import NonFiniteError
from engine.guards.domain import made_from
from engine.value import Choice, Value, hooks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


class _NewValueHook(hooks):
    """A with-block in which `see` is called with every new Value, after the hook around it."""

    __slots__ = ()

    def __enter__(self) -> None:
        outer, see = value._on_new_value, self.see
        self.on_new_value = see if outer is None else lambda node: see(outer(node))
        super().__enter__()

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

    def __enter__(self) -> None:
        if value._recorder is not None:
            value._recorder.refuse(
                "engine.no_grad() inside a compiled function", "use detach() instead"
            )
        super().__enter__()

    @staticmethod
    def see(node: Value) -> Value:
        """Make `node` a leaf."""
        node.op = node._a = node._b = None
        if isinstance(node, Choice):
            node.condition = 0.0
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
        _lines[path, line] = f"{' '.join(cell or ()) or os.path.basename(path)}:{line}"
    return _lines[path, line]


class strict(_NewValueHook):  # noqa: N801  reads like a function
    """Raise NonFiniteError at the very operation whose result or slope is inf or nan.

    Example:
        >>> import engine
        >>> with engine.strict():
        ...     engine.exp(engine.Value(1000.0))
        Traceback (most recent call last):
        ...
        engine.errors.NonFiniteError: exp gave inf from 1000; look at what came in, or scale it down
    """

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
                    "look at what came in, or scale it down"
                )
        return node
