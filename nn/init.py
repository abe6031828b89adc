"""Weight initialisation: random, of a size that neither shrinks nor swells what goes in."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Initialiser = Callable[[int, int, Random], float]


def zeros(n_inputs: int, n_outputs: int, rng: Random) -> float:
    """Return 0: all neurons of a layer then learn the same, which is why weights are random."""
    return 0.0


def uniform(n_inputs: int, n_outputs: int, rng: Random) -> float:
    """Return a number from −1 to 1, as micrograd does, whatever the size of the layer."""
    return rng.uniform(-1.0, 1.0)


def normal(n_inputs: int, n_outputs: int, rng: Random) -> float:
    """Return a normal number of mean 0 and standard deviation 1, whatever the size of the layer."""
    return rng.gauss(0.0, 1.0)


def xavier(n_inputs: int, n_outputs: int, rng: Random) -> float:
    """Return a number from −r to r with r = √(6 / (n_inputs + n_outputs)), for tanh and the like.

    References:
        Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural
        networks, equation 16.
    """
    r = (6.0 / (n_inputs + n_outputs)) ** 0.5
    return rng.uniform(-r, r)


def he(n_inputs: int, n_outputs: int, rng: Random) -> float:
    """Return a normal number of mean 0 and standard deviation √(2 / n_inputs), for rectifiers.

    References:
        He et al. (2015), Delving deep into rectifiers, equation 10.
    """
    return rng.gauss(0.0, (2.0 / n_inputs) ** 0.5)


INITIALISERS: dict[str, Initialiser] = {
    "zeros": zeros,
    "uniform": uniform,
    "normal": normal,
    "xavier": xavier,
    "glorot": xavier,
    "he": he,
}
HALF_SILENT = ("relu", "leaky_relu", "gelu", "softplus")  # half of what comes in hardly goes out


def initialiser(name: str, activation: object) -> Initialiser:
    """Return the initialiser of that name; "auto" is He for relu and its like, else Xavier.

    Raises:
        ValueError: there is none of that name.
    """
    if name == "auto":
        return he if activation in HALF_SILENT else xavier
    if name not in INITIALISERS:
        raise ValueError(f"init must be one of auto, {', '.join(INITIALISERS)}, got {name!r}")
    return INITIALISERS[name]
