"""Tries all short programs, to prove how few operations tell two engines apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from engine.teach.catching.program import Program, Step
from engine.teach.catching.right import Value as Engine

BINARY, UNARY = ("add", "sub", "mul", "div"), ("neg", "relu", "tanh", "exp")
POWERS = (-1.0, 2.0, 3.0)  # exponents
PLAIN = (2.0, -1.0)  # the plain numbers that operands may be


def fewest(
    right: type[Engine],
    wrong: type[Engine],
    *,
    leaves: Sequence[float],
    most: int,
    binary: Sequence[str] = BINARY,
    unary: Sequence[str] = UNARY,
    powers: Sequence[float] = POWERS,
    plain: Sequence[float] = PLAIN,
) -> Program | None:
    """Return a shortest program that tells two engines apart, or None.

    Every program of up to `most` operations is run that has no needless one, of these kinds:

    Args:
        right: the right engine.
        wrong: the wrong one.
        leaves: the numbers that a program begins with.
        most: operations.
        binary: operations with two inputs.
        unary: operations with one input.
        powers: the exponents.
        plain: the plain numbers that one input of a binary operation may be.
    """
    for length in range(1, most + 1):
        for steps in programs(len(leaves), length, binary, unary, powers, plain):
            program = Program(tuple(leaves), steps)
            try:
                if program.tells_apart(right, wrong):
                    return program
            except (ArithmeticError, TypeError):
                continue  # outside the domain: the right engine has no number, or a complex one
    return None


def programs(
    n_leaves: int,
    length: int,
    binary: Sequence[str],
    unary: Sequence[str],
    powers: Sequence[float],
    plain: Sequence[float],
) -> Iterator[tuple[Step, ...]]:
    """Yield every program of that many steps, each of which the result needs."""
    choices = []
    for n in range(n_leaves, n_leaves + length):
        operands: list[int | float] = [*range(n), *plain]
        steps = [Step(name, (x,)) for name in unary for x in range(n)]
        steps += [Step("pow", (x, power)) for x in range(n) for power in powers]
        steps += [
            Step(name, (x, y))
            for name in binary
            for x, y in product(operands, repeat=2)
            if isinstance(x, int) or isinstance(y, int)
        ]
        choices.append(steps)
    for chosen in product(*choices):
        used = {x for step in chosen for x in step.inputs if isinstance(x, int)}
        if used >= set(range(n_leaves, n_leaves + length - 1)):
            yield chosen
