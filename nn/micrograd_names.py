"""Lets constructors take their arguments by the names that micrograd has for them too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")

NAMES = {"nin": "n_inputs", "nout": "n_outputs", "nouts": "layer_sizes", "nonlin": "activation"}
NONLIN = {True: "relu", False: "linear"}


def with_micrograd_names(init: Callable[P, None]) -> Callable[P, None]:
    """Return an `__init__` that also takes `nin`, `nout`, `nouts` and `nonlin`.

    Example:
        >>> from nn import Neuron
        >>> Neuron(nin=2, nonlin=False)
        Neuron(2 → 1, linear)
    """

    @wraps(init)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        for old, new in NAMES.items():
            if old in kwargs:
                if new in kwargs:
                    raise TypeError(f"{old} is micrograd's name of {new}; give one of the two")
                given = kwargs.pop(old)
                kwargs[new] = NONLIN[bool(given)] if old == "nonlin" else given
        init(*args, **kwargs)

    return wrapper
