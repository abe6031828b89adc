"""Checks what `engine.define` is given: name, formulas, and slopes by finite differences."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from keyword import iskeyword
from math import isfinite, log
from unicodedata import normalize

from engine.check import STEP, central_difference, step_sizes
from engine.errors import GradientMismatch
from engine.guards.number import as_float
from engine.ops import OPS, Op
from engine.table.check_row import check_row, parsed
from engine.table.evaluate import ieee_functions, in_domain
from engine.tag import one_line

# What these names mean in formulas, and "linear" in nn.
RESERVED = ("a", "b", "c", "out", "inf", "pi", "e", "linear")
# Sizes of the inputs at which slopes are checked; none is where a formula is likely to have a kink.
SIZES = (3.7e-4, 0.0137, 0.123, 0.37, 0.71, 1.27, 2.3, 3.9, 7.7, 31.4, 131.0, 1030.0)
FAR = 100.0
TOLERANCE = 1e-5  # relative to the slope


def checked_row(name: str, forward: str, slopes: Sequence[str], options: Mapping[str, str]) -> Op:
    """Return the row that `engine.define` is to make.

    Raises:
        TypeError: something is not a text, or there are no slopes.
        ValueError: the name cannot be used, or a text is not the formula that it should be.
    """
    for what, text in {"name": name, "forward": forward, **options}.items():
        check_text(text, what)
    name = normalize("NFKC", name)  # as Python reads the names in a program
    who = f'engine.define("{name}", …)'
    check_name(name, who)
    for i, text in enumerate(slopes):
        check_text(text, f"slope {i + 1}")
    n_inputs = 1 + any(node.id == "b" for node in names(forward, f"{who}: forward"))
    if len(slopes) != n_inputs:
        inputs, wanted = (("a", "∂out/∂a"), ("a and b", "∂out/∂a and ∂out/∂b"))[n_inputs - 1]
        error = TypeError if not slopes else ValueError
        raise error(
            f"{who}: {forward} has the input{'s' if n_inputs > 1 else ''} {inputs}, so it needs "
            f"{n_inputs} slope{'s' if n_inputs > 1 else ''}, {wanted}, got {len(slopes)}; second "
            "derivatives follow by themselves"
        )
    texts = [
        as_result(text, f"{who}: {what}")
        for what, text in zip(("forward", "∂out/∂a", "∂out/∂b"), (forward, *slopes), strict=False)
    ]
    row = Op(
        name,
        one_line(options["symbol"]) or name,
        *texts,
        **checked_options(options, who),
        activation=n_inputs == 1,
        method=False,
        defined=True,
    )
    check_row(row, who)
    if not any(node.id == "a" for node in names(forward, who)):
        raise ValueError(f"{who}: {forward} does not have the input a")
    return row


def check_text(text: object, what: str) -> None:
    """Refuse what is not a text.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(text, str):
        raise TypeError(
            'engine.define needs texts, such as engine.define("cube", "a ** 3", "3 * a * a"), got '
            f"{text!r} as its {what}"
        )


def check_name(name: str, who: str) -> None:
    """Refuse a name that cannot be used.

    Raises:
        ValueError: it cannot.
    """
    if not name.isidentifier() or iskeyword(name):
        raise ValueError(
            f"{who}: the name must be one that a Python function can have, such as cube, got "
            f"{name!r}"
        )
    if name in RESERVED or (name in OPS and not OPS[name].defined):
        what = "has a meaning of its own in formulas and nn" if name in RESERVED else "is built in"
        raise ValueError(f"{who}: {name} {what}; choose another name")


def checked_options(options: Mapping[str, str], who: str) -> dict[str, str]:
    """Return domain, smooth and remedy in one form whatever their spaces.

    Raises:
        ValueError: a condition is not an expression, or the remedy has other names in braces.
    """
    options = {name: " ".join(text.split()) for name, text in options.items() if name != "symbol"}
    for condition in ("domain", "smooth"):
        if options[condition]:
            options[condition] = ast.unparse(parsed(options[condition], f"{who}: {condition}"))
    if options["domain"] and not options["remedy"]:
        options["remedy"] = "keep the inputs inside that domain"
    try:
        options["remedy"].format(a="a", b="b")
    except (LookupError, ValueError, AttributeError):
        raise ValueError(
            f"{who}: remedy may have {{a}} and {{b}} in braces, got {options['remedy']!r}"
        ) from None
    return options


def names(text: str, what: str) -> Iterator[ast.Name]:
    """Yield the names in a text."""
    return (node for node in ast.walk(parsed(text.strip(), what)) if isinstance(node, ast.Name))


def as_result(text: str, what: str) -> str:
    """Return a formula in one form whatever its spaces, with floats as its results.

    As in `1 if a > 0 else 0`, whose results would be whole numbers.
    """
    tree = parsed(text.strip(), what)
    whole = ast.Expression(tree)
    holders: list[tuple[ast.AST, str]] = [(whole, "body")]
    while holders:
        holder, field = holders.pop()
        part = getattr(holder, field)
        if isinstance(part, ast.Constant) and type(part.value) is int:
            setattr(holder, field, ast.Constant(as_float(part.value)))
        elif isinstance(part, ast.UnaryOp):
            holders.append((part, "operand"))
        elif isinstance(part, ast.IfExp):
            holders += [(part, "body"), (part, "orelse")]
    return ast.unparse(whole)


# ---- slopes ----


def check_slopes(row: Op) -> None:
    """Compare the slopes of a row with central differences, at inputs of many sizes.

    Raises:
        GradientMismatch: they differ.
        ValueError: the formula gives nan or no float somewhere in its domain, or none of the inputs
            tried is in it.
    """
    who = f'engine.define("{row.name}", …)'
    confirmed = 0
    for at in points(row):
        given = computed(row, at, who)
        if not isfinite(given[0]) or not in_domain(row.smooth, *at):
            continue
        for i, slope in enumerate(given[1:]):
            if not isfinite(slope) and max(map(abs, at)) > FAR:
                continue  # exp overflows there in many a formula, and backward() warns of it
            measured = reliable_differences(row, at, i, slope, given[0])
            allowed = [TOLERANCE * max(abs(slope), abs(x)) + error for error, x in measured]
            if any(abs(slope - x) <= e for (_, x), e in zip(measured, allowed, strict=True)):
                confirmed += 1
            elif measured:
                raise GradientMismatch(
                    f"{who}: the slope ∂out/∂{'ab'[i]} = {row.slopes[i]} is wrong at "
                    f"{written(row, at)}: out is {given[0]:.6g}, the slope given {slope:.6g}, the "
                    f"slope measured {min(measured)[1]:.6g}; correct it, or if it is meant for "
                    "some inputs only, name those in smooth"
                )
    for at in zeros(row):
        computed(row, at, who)
    if not confirmed:
        limits = f" where {row.domain}" if row.domain else ""
        raise ValueError(
            f"{who}: the slopes could not be checked at any of the inputs tried, of sizes from "
            f"{SIZES[0]:g} to {SIZES[-1]:g}{limits}; is the domain that small?"
        )


def points(row: Op) -> Iterator[tuple[float, float]]:
    """Yield inputs in the domain of a row; the second is 0 if it has one."""
    two = len(row.slopes) == 2
    inputs = [sign * size for size in (SIZES[1::2] if two else SIZES) for sign in (1, -1)]
    inputs.sort(key=lambda x: abs(log(abs(x))))  # first those of about 1, which a reader checks
    # The second is never as large as the first, where a maximum has a kink.
    for a, b in product(inputs, [0.83 * x for x in inputs] if two else (0.0,)):
        if in_domain(row.domain, a, b):
            yield a, b


def zeros(row: Op) -> Iterator[tuple[float, float]]:
    """Yield inputs of 0 in the domain of a row, where many a formula has a hole or a kink."""
    ones = (1.0, -1.0, 0.0) if len(row.slopes) == 2 else (0.0,)
    for x in ones:
        for at in ((0.0, x), (x, 0.0)):
            if in_domain(row.domain, *at):
                yield at


def computed(row: Op, at: tuple[float, float], who: str) -> list[float]:
    """Return the result and the slopes of a row.

    Raises:
        ValueError: one of them is not a float, or the result is nan.
    """
    found: list[float] = []
    for text, function in zip(row.texts, ieee_functions(row), strict=True):
        try:
            x = function(*at, None, found[0] if found else None)
        except TypeError as error:  # from a function for whole numbers, or for lists
            raise ValueError(
                f"{who}: {text} has no result at {written(row, at)}: {error}"
            ) from None
        if not isinstance(x, float):
            raise ValueError(
                f"{who}: {text} gives {x!r} at {written(row, at)}, which is not a float; multiply "
                "by 1.0"
            )
        found.append(x)
    if found[0] != found[0]:
        inputs = zip("ab"[: len(row.slopes)], at, strict=False)
        zero = [name for name, x in inputs if x == 0]  # the last is the divisor, as a rule
        example = f"{zero[-1]} != 0" if zero else "a > 0"
        raise ValueError(
            f"{who}: {row.forward} is nan at {written(row, at)}; say where it is defined, such as "
            f'domain="{example}"'
        )
    return found


def reliable_differences(
    row: Op, at: tuple[float, float], i: int, slope: float, out: float
) -> list[tuple[float, float]]:
    """Return how wrong it may be, and the slope of a row along its input `i`, by several steps.

    Leaves out what could not distinguish a slope from one that is wrong by 0.1 %. None may be
    left, where the row is not defined on both sides, is strongly curved, or loses its digits.
    """
    found = []
    for h in step_sizes(at[i], STEP):
        wide, narrow = (central_difference(row, at, i, step) for step in (h, h / 2))
        # Truncation makes them differ by three times what it adds to the narrow one.
        error = 4 * abs(wide - narrow) + 4e-15 * abs(out) / h
        if error <= 2e-4 * max(abs(narrow), min(abs(slope), 1e300), 1e-3):
            found.append((error, narrow))
    return found


def written(row: Op, at: Sequence[float]) -> str:
    """Return inputs as text."""
    return ", ".join(
        f"{x} = {number:g}" for x, number in zip("ab"[: len(row.slopes)], at, strict=False)
    )
