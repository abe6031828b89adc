"""With-blocks in which nothing is recorded, or nothing but finite numbers is let through."""

from __future__ import annotations

from math import isfinite

from engine import value
from engine.errors import NonFiniteError
from engine.guards.domain import made_from
from engine.value import Choice, Value, hooks


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
