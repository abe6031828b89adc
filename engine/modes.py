"""With-blocks that change how operations behave: nothing recorded, or nothing non-finite allowed."""

from __future__ import annotations

from math import isfinite

from engine import value
from engine.errors import NonFiniteError
from engine.value import Value, made_from


class _Watching:
    """A with-block in which a function is shown every new Value."""

    def __enter__(self) -> None:
        value._watchers = (*value._watchers, self.watch)

    def __exit__(self, *_: object) -> None:
        value._watchers = value._watchers[:-1]

    @staticmethod
    def watch(node: Value) -> None:
        raise NotImplementedError


class no_grad(_Watching):
    """Compute without recording: results are leaves, which saves memory where no gradient is needed.

    Example:
        >>> import engine
        >>> x = engine.Value(3.0)
        >>> with engine.no_grad():
        ...     y = x * x
        >>> y.data, y.inputs
        (9.0, ())
    """

    @staticmethod
    def watch(node: Value) -> None:
        """Make `node` a leaf."""
        node.op = node._a = node._b = None


class strict(_Watching):
    """Raise NonFiniteError at the very operation whose result is inf or nan.

    Example:
        >>> import engine
        >>> with engine.strict():
        ...     engine.exp(engine.Value(1000.0))
        Traceback (most recent call last):
        ...
        engine.errors.NonFiniteError: exp gave inf from 1000; look at what came in, or scale it down
    """

    @staticmethod
    def watch(node: Value) -> None:
        """Raise if `node` is not finite."""
        if not isfinite(node.data):
            if node.op is None:
                made, advice = "a new Value is", "give it a finite number"
            else:
                made, advice = f"{node.op} gave", "look at what came in, or scale it down"
            from_what = f" from {made_from(node)}" if node.op is not None else ""
            raise NonFiniteError(f"{made} {node.data}{from_what}; {advice}")
