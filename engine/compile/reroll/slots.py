"""The geometry of slots: which are in even steps, are distinct, or do not change along an axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compile.reroll.instructions import Slots


def even_steps(slots: Slots) -> tuple[int, ...] | None:
    """Return how many slots lie between neighbours along each axis, or None if they vary."""
    first = int(slots.flat[0])
    if slots.size <= 2:  # often, and sooner: any two are in even steps
        step = int(slots.flat[-1]) - first
        return tuple([step if n > 1 else 0 for n in slots.shape])
    steps = [
        int(slots[tuple(int(i == axis) for i in range(slots.ndim))]) - first if n > 1 else 0
        for axis, n in enumerate(slots.shape)
    ]
    even = first + sum(
        (np.arange(n) * step).reshape([-1 if i == axis else 1 for i in range(slots.ndim)])
        for axis, (n, step) in enumerate(zip(slots.shape, steps, strict=True))
    )
    return tuple(steps) if np.array_equal(even, slots) else None


def are_distinct(slots: Slots) -> bool:
    """Return whether no slot occurs twice."""
    if slots.size == 1:
        return True
    steps = even_steps(slots)
    if steps is not None:  # the quick way: each step goes beyond all slots that smaller ones reach
        reach = 1
        for step, n in sorted(zip(map(abs, steps), slots.shape, strict=True)):
            if n > 1 and step < reach:
                break
            reach += step * (n - 1)
        else:
            return True
    return np.unique(slots).size == slots.size


def strided_view(
    array: NDArray[np.float64], slots: Slots, steps: tuple[int, ...] | None = None
) -> NDArray[np.float64]:
    """Return a view of slots in even steps."""
    if slots.size == 0:
        return np.empty(slots.shape)
    if slots.size == 1:  # the same, sooner
        first = int(slots.flat[0])
        return array[first : first + 1].reshape(slots.shape)
    steps = steps or even_steps(slots)
    assert steps is not None, "slots of a view are in even steps"
    strides = [step * array.itemsize for step in steps]
    return np.lib.stride_tricks.as_strided(array[slots.flat[0] :], slots.shape, strides)


def drop_broadcast_axes(slots: Slots) -> tuple[Slots, tuple[int, ...]]:
    """Return slots with one entry along axes where they do not change, and those axes."""
    if slots.size == 1:
        return slots, ()
    same = tuple(
        axis
        for axis, n in enumerate(slots.shape)
        if n > 1 and np.array_equal(slots, np.broadcast_to(slots.take([0], axis), slots.shape))
    )
    for axis in same:
        slots = slots.take([0], axis)
    return slots, same
