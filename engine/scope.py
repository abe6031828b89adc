"""Says where Values are made, so that a picture can fold a neuron or a layer into one card."""

from __future__ import annotations

from engine import value
from engine.tag import OUTERMOST
from engine.value import hooks


class scope(hooks):  # noqa: N801  reads like a function
    """Tag every Value made inside the with-block with a scope, for folded pictures.

    Args:
        name: what the scope is called.
        note: what to say of it in a picture.

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
        super().__init__(scope=None)
        self.name = name
        self.note = note

    def __enter__(self) -> None:
        outer, tag = value._scope or OUTERMOST, self.scope
        # A layer enters its neurons' scopes once per sample: looked up once, then only compared.
        if tag is None or tag.parent is not outer:
            self.scope = outer.inner(self.name, self.note)
        super().__enter__()
