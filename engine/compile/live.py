"""Keeps parameters in arrays, while each stays a Value whose `.data` and `.grad` are live.

A parameter of a compiled program is a `Live` Value: it knows its block and its index there, and
reads and writes that entry. So programs and optimisers work on whole arrays, nothing is copied back
number by number, and `w.data = 0.5` is seen by the next replay.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from engine.compile.record.parameters import Watched
from engine.compile.record.refusal import refusal
from engine.origin import begin_epoch
from engine.value import Value, current


class ParameterBlock:
    """Numbers and gradients of many parameters, one after the other.

    Attributes:
        data: shape (n_parameters,).
        grad: shape (n_parameters,).
        users: what holds lists of parameters that must stay together in one block.
        moved: whether parameters have gone from here into another block.
        changed_at: the epoch that began when all numbers were last changed in one go, or 0.
    """

    def __init__(self, parameters: Sequence[Value]) -> None:
        self.data = np.array([p.data for p in parameters], dtype=float)
        self.grad = np.array([p.grad for p in parameters], dtype=float)
        # A memoryview gives plain floats, and faster than an array does.
        self.data_view = self.data.data.cast("B").cast("d")
        self.grad_view = self.grad.data.cast("B").cast("d")
        self.users: WeakSet[LiveArrays] = WeakSet()
        self.moved = False
        self.changed_at = 0
        for i, p in enumerate(parameters):
            p.__class__ = Live
            assert isinstance(p, Live)
            p.block, p.index = self, i


class Live(Watched):
    """A leaf whose number and gradient are kept in a block.

    Attributes:
        block: the block (in the slot _da, which a leaf does not need).
        index: of its number and gradient in the block (the slot _db).
    """

    if TYPE_CHECKING:  # for a type checker they are slots
        __slots__ = ("block", "index")
        block: ParameterBlock
        index: int
    else:  # at run time other names, of other types, for slots that Value has
        __slots__ = ()
        block, index = vars(Value)["_da"], vars(Value)["_db"]

    @property
    def _data(self) -> float:
        """The number."""
        return self.block.data_view[self.index]

    @_data.setter
    def _data(self, x: float) -> None:
        self.block.data_view[self.index] = x

    @property
    def _grad(self) -> float:
        """The gradient."""
        return self.block.grad_view[self.index]

    @_grad.setter
    def _grad(self, x: float) -> None:
        self.block.grad_view[self.index] = x

    def changed_at(self) -> int:
        """Return the epoch that began when its number was last changed, alone or with its block."""
        return max(super().changed_at(), self.block.changed_at)

    def number_at(self, epoch: int) -> float | None:
        """Return what its number was in an epoch, or None if that has been forgotten."""
        return None if self.block.changed_at > epoch else super().number_at(epoch)


class LiveArrays:
    """Numbers and gradients of parameters as arrays, read and written in one go.

    Keeps the parameters together in one block, and finds them again when they have moved.

    Attributes:
        parameters: the Values.
        block: where they are.
        indices: of each in the block: a slice where they are consecutive, else an array.
    """

    def __init__(self, parameters: Iterable[Value]) -> None:
        self.parameters = list(parameters)
        blocks = parameter_blocks(self.parameters)
        if len(blocks) != 1 or set(map(type, self.parameters)) != {Live}:
            self._gather(blocks)
        self._find()

    def _gather(self, blocks: Iterable[ParameterBlock]) -> None:
        """Move these parameters, and all that must stay with them, into a block of their own."""
        users = {user for block in blocks for user in block.users}
        # The longest lists first, so that they are consecutive.
        lists = sorted([self.parameters, *(u.parameters for u in users)], key=len, reverse=True)
        block = ParameterBlock(list(dict.fromkeys(p for parameters in lists for p in parameters)))
        block.users.update(users)
        for old in blocks:
            old.moved = True

    def _find(self) -> None:
        """Look up where the parameters are."""
        self.block = next(iter(parameter_blocks(self.parameters)))
        indices: list[int] = list(map(attrgetter("index"), self.parameters))
        first, n = indices[0], len(indices)
        self.indices: slice | NDArray[np.intp] = (
            slice(first, first + n)
            if indices == list(range(first, first + n))
            else np.array(indices, dtype=np.intp)
        )
        self.block.users.add(self)

    def __getattr__(self, name: str) -> object:
        """Return an attribute by its name before 0.2, with a warning that names the new one."""
        new = {"now": "current_block", "places": "indices"}.get(name)
        if new is None:
            raise AttributeError(f"LiveArrays has no attribute {name!r}")
        warnings.warn(f"LiveArrays.{name} is now {new}", DeprecationWarning, stacklevel=2)
        return getattr(self, new)

    def current_block(self) -> ParameterBlock:
        """Return the block, after another user may have moved it."""
        if self.block.moved:
            self._find()
        return self.block

    def array(self, numbers: Sequence[float]) -> NDArray[np.float64]:
        """Return one number for each parameter as an array, for state that goes with them."""
        return np.array(numbers, dtype=float)

    @property
    def data(self) -> NDArray[np.float64]:
        """The numbers: a view if they are consecutive, else a copy."""
        return self.current_block().data[self.indices]

    @data.setter
    def data(self, numbers: NDArray[np.float64]) -> None:
        if current().recorder is not None:
            raise refusal("changing parameters", "take the optimizer's step outside")
        block = self.current_block()
        block.data[self.indices] = numbers
        block.changed_at = begin_epoch()

    @property
    def grad(self) -> NDArray[np.float64]:
        """The gradients: a view if they are consecutive, else a copy."""
        return self.current_block().grad[self.indices]

    @grad.setter
    def grad(self, numbers: NDArray[np.float64]) -> None:
        if current().recorder is not None:
            raise refusal("changing gradients", "call zero_grad() outside")
        self.current_block().grad[self.indices] = numbers


class LiveLists:
    """The same as plain floats, for programs in lines of Python."""

    def __init__(self, parameters: Sequence[Value]) -> None:
        self.parameters = list(parameters)
        self._arrays = LiveArrays(parameters)

    @property
    def data(self) -> list[float]:
        """The numbers."""
        numbers: list[float] = self._arrays.data.tolist()
        return numbers

    @property
    def grad(self) -> list[float]:
        """The gradients."""
        numbers: list[float] = self._arrays.grad.tolist()
        return numbers

    @grad.setter
    def grad(self, numbers: Sequence[float]) -> None:
        self._arrays.grad = np.array(numbers)


def parameter_blocks(parameters: Sequence[Value]) -> set[ParameterBlock]:
    """Return the blocks in which parameters are."""
    return {p.block for p in parameters if isinstance(p, Live)}
