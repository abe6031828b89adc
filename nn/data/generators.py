"""Draws small data sets to learn from: moons, circles, xor, spirals, blobs.

Names and parameters are scikit-learn's (`make_moons`, `make_circles`, `make_blobs`); the points are
not the same, since these come from Python's own `random.Random` and need nothing installed. Samples
are plain lists, shape (n_samples, 2), in random order; classes are ints from 0.

Example:
    >>> X, y = moons(100, noise=0.1, seed=0)
    >>> len(X), len(X[0]), sorted(set(y))
    (100, 2, [0, 1])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from random import Random

from nn.checks import not_negative, whole_number
from nn.init import random_source
from nn.other_names import says_how

Points = list[list[float]]
Labelled = tuple[Points, list[int]]


@says_how("nn.data.moons(100, seed=0)")
def moons(n_samples: int | Sequence[int] = 100, *, noise: float = 0.0, seed: int = 0) -> Labelled:
    """Draw two half circles of radius 1 that reach into each other.

    Args:
        n_samples: how many points in all, or one number per class.
        noise: standard deviation of what is added to each coordinate.
        seed: the same seed gives the same points, to the last bit.

    Returns:
        Points, shape (n_samples, 2), and classes, shape (n_samples,): 0 is the upper moon, 1 the
        lower.

    Raises:
        ValueError: there would be no points, or the noise is below 0.
    """
    upper, lower = per_class(n_samples, 2)
    above = [[cos(t), sin(t)] for t in evenly(upper, pi)]
    below = [[1 - cos(t), 0.5 - sin(t)] for t in evenly(lower, pi)]
    return shuffled([above, below], noise, random_source(seed))


@says_how("nn.data.circles(100, seed=0)")
def circles(
    n_samples: int | Sequence[int] = 100,
    *,
    noise: float = 0.0,
    factor: float = 0.8,
    seed: int = 0,
) -> Labelled:
    """Draw a circle of radius 1 around a smaller one.

    Args:
        n_samples: how many points in all, or one number per class.
        noise: standard deviation of what is added to each coordinate.
        factor: radius of the inner circle, from 0 to below 1.
        seed: the same seed gives the same points, to the last bit.

    Returns:
        Points, shape (n_samples, 2), and classes, shape (n_samples,): 0 is the outer circle, 1 the
        inner.

    Raises:
        ValueError: there would be no points, or the noise or the factor is out of its range.
    """
    if not 0 <= factor < 1:
        raise ValueError(f"factor must be from 0 to below 1, got {factor}")
    rings = [
        [[radius * cos(2 * pi * i / n), radius * sin(2 * pi * i / n)] for i in range(n)]
        for radius, n in zip((1.0, factor), per_class(n_samples, 2), strict=True)
    ]
    return shuffled(rings, noise, random_source(seed))


@says_how("nn.data.xor(100, seed=0)")
def xor(n_samples: int | Sequence[int] = 100, *, noise: float = 0.0, seed: int = 0) -> Labelled:
    """Draw points in the four quadrants; the class is whether the signs of x1 and x2 differ.

    Args:
        n_samples: how many points in all, or one number per class.
        noise: standard deviation of what is added to each coordinate; without it, both are from
            0.1 to 1 in size, so that the classes are 0.2 apart.
        seed: the same seed gives the same points, to the last bit.

    Returns:
        Points, shape (n_samples, 2), and classes, shape (n_samples,): 0 where the signs agree, 1
        where they differ.

    Raises:
        ValueError: there would be no points, or the noise is below 0.
    """
    rng = random_source(seed)
    quadrants = [[(1, 1), (-1, -1)], [(1, -1), (-1, 1)]]
    points = [
        [[sign * rng.uniform(0.1, 1.0) for sign in signs[i % 2]] for i in range(n)]
        for signs, n in zip(quadrants, per_class(n_samples, 2), strict=True)
    ]
    return shuffled(points, noise, rng)


@says_how("nn.data.spirals(100, seed=0)")
def spirals(
    n_samples: int | Sequence[int] = 100, *, noise: float = 0.0, turns: float = 1.0, seed: int = 0
) -> Labelled:
    """Draw two spirals that wind around each other, out to radius 1.

    Args:
        n_samples: how many points in all, or one number per class.
        noise: standard deviation of what is added to each coordinate.
        turns: how often each spiral goes round; the more, the harder to learn.
        seed: the same seed gives the same points, to the last bit.

    Returns:
        Points, shape (n_samples, 2), and classes, shape (n_samples,): 0 and 1.

    Raises:
        ValueError: there would be no points, or the noise is below 0.

    References:
        Lang & Witbrock (1988), Learning to tell two spirals apart.
    """
    arms = []
    for side, n in zip((1, -1), per_class(n_samples, 2), strict=True):
        # From a tenth of the radius on: in the centre, the two could not be distinguished.
        radii = [0.1 + 0.9 * t for t in evenly(n, 1.0)]
        arms.append(
            [
                [side * r * cos(2 * pi * turns * r), side * r * sin(2 * pi * turns * r)]
                for r in radii
            ]
        )
    return shuffled(arms, noise, random_source(seed))


@says_how("nn.data.blobs(100, seed=0)")
def blobs(
    n_samples: int | Sequence[int] = 100,
    *,
    centers: int | Sequence[Sequence[float]] = 3,
    cluster_std: float = 1.0,
    seed: int = 0,
) -> Labelled:
    """Draw round clouds of points.

    Args:
        n_samples: how many points in all, or one number per cloud.
        centers: how many clouds, with centres drawn between −10 and 10; or the centres themselves,
            shape (n_clouds, n_features).
        cluster_std: standard deviation of each coordinate within a cloud.
        seed: the same seed gives the same points, to the last bit.

    Returns:
        Points, shape (n_samples, n_features), and the number of the cloud of each, from 0, shape
        (n_samples,).

    Raises:
        ValueError: there would be no points or no clouds, or the standard deviation is below 0.
    """
    rng = random_source(seed)
    if isinstance(centers, Sequence) and not isinstance(centers, str):
        middles = [list(map(float, center)) for center in centers]
    else:
        n_centers = whole_number(centers, "centers")
        middles = [[rng.uniform(-10, 10), rng.uniform(-10, 10)] for _ in range(n_centers)]
    numbers = per_class(n_samples, len(middles))
    clouds = [[list(middle)] * n for middle, n in zip(middles, numbers, strict=True)]
    return shuffled(clouds, not_negative(cluster_std, "cluster_std"), rng)


# ---- what they share ----


def per_class(n_samples: int | Sequence[int], n_classes: int) -> list[int]:
    """Return how many samples each class gets; one number is divided as evenly as possible.

    Raises:
        ValueError: a class would have none, or there are not as many numbers as classes.
        TypeError: something is not a whole number.
    """
    if isinstance(n_samples, Sequence) and not isinstance(n_samples, str):
        if len(n_samples) != n_classes:
            raise ValueError(
                f"n_samples must be one number, or one per class: {n_classes}, got {n_samples!r}"
            )
        return [whole_number(n, f"n_samples[{i}]") for i, n in enumerate(n_samples)]
    n = whole_number(n_samples, "n_samples", least=n_classes)
    return [(k + 1) * n // n_classes - k * n // n_classes for k in range(n_classes)]


def evenly(n: int, end: float) -> list[float]:
    """Return `n` numbers from 0 to `end`, both included, at equal distances."""
    return [end * i / max(n - 1, 1) for i in range(n)]


def shuffled(classes: Sequence[Points], noise: float, rng: Random) -> Labelled:
    """Return the points of all classes with noise added, in random order, and the class of each."""
    not_negative(noise, "noise")
    samples = [
        ([x + rng.gauss(0.0, noise) for x in point] if noise else point, k)
        for k, points in enumerate(classes)
        for point in points
    ]
    rng.shuffle(samples)
    return [list(point) for point, _ in samples], [k for _, k in samples]


GENERATORS: dict[str, Callable[..., Labelled]] = {
    "moons": moons,
    "circles": circles,
    "blobs": blobs,
    "xor": xor,
    "spirals": spirals,
}
