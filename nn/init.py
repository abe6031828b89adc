"""Weight initialisation: random, of a size at which signals neither shrink nor grow."""

from __future__ import annotations

import random
from collections.abc import Callable
from random import Random

from engine import DomainError, Value, no_grad
from nn.checks import seed_or_none

Initialiser = Callable[[int, int, Random], float]
FAR = 10.0  # from 0, where softplus and gelu are as straight as relu


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


def initialiser(name: str, activation: Callable[[Value], Value] | None) -> Initialiser:
    """Return the initialiser of that name; "auto" is He for rectifiers, else Xavier.

    Args:
        name: one of `INITIALISERS`, or "auto".
        activation: of the neurons, or None if it is not known.

    Raises:
        ValueError: there is none of that name.
    """
    if name == "auto":
        return he if activation is not None and is_rectifier(activation) else xavier
    if not isinstance(name, str) or name not in INITIALISERS:
        raise ValueError(f"init must be one of auto, {', '.join(INITIALISERS)}, got {name!r}")
    return INITIALISERS[name]


def is_rectifier(activation: Callable[[Value], Value]) -> bool:
    """Return whether a function passes on what is far above 0, and next to nothing far below it.

    Half of the mean square of its input is then lost, which He's initialisation compensates for.
    """
    with no_grad():
        try:
            below, above = activation(Value(-FAR)).data, activation(Value(FAR)).data
        except DomainError:
            return False
    return abs(below) < 0.1 * FAR and abs(above - FAR) < 0.1 * FAR


def random_source(seed: int | None) -> Random:
    """Return a source of random numbers of its own.

    Args:
        seed: the same seed gives the same numbers; with None the seed is drawn from Python's
            `random`, so that `random.seed(1337)` makes a program reproducible, as in micrograd.

    Raises:
        TypeError: the seed is not a whole number.
        ValueError: it is negative.
    """
    seed = seed_or_none(seed)
    return Random(random.getrandbits(64) if seed is None else seed)
