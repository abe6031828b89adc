"""NumPy where it is installed, else the few functions of it that a monitor uses, in plain Python.

The modules of this folder import `np` and `NDArray` from here, so that a `Monitor` works in a
browser too, where no array library need be installed.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import engine
from engine import DomainError, Value

try:
    import numpy as np
    from numpy.typing import NDArray
except ModuleNotFoundError:
    from nn.monitor.arrays import plain as np  # type: ignore[no-redef]
    from nn.monitor.arrays.array import Array as NDArray  # type: ignore[assignment]

__all__ = ["NDArray", "np", "on_arrays"]


def on_arrays(activation: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return an activation as a function of an array, number by number."""
    if np.__name__ == "numpy":
        return engine.on_arrays(activation)
    return number_by_number(activation)


def number_by_number(activation: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return an activation as a function of an array without NumPy; nan where it is not defined."""
    from nn.monitor.arrays.array import each

    function = engine.activations()[activation]

    def number(x: float) -> float:
        try:
            return function(Value(x)).data
        except DomainError:
            return nan

    def of_array(z: NDArray[np.float64]) -> NDArray[np.float64]:
        with engine.no_grad():
            out: NDArray[np.float64] = each(number, z)
        return out

    return of_array
