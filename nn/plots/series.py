"""A plot of numbers: one line per series, on plain or logarithmic axes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from nn.checks import number
from nn.data.frames import plain_list
from nn.plots.axis import Axis
from nn.plots.figure import shown
from nn.plots.panel import Dots, Line, Panel, curve
from nn.plots.style import COLOURS, LONG, MARKERS, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.plots.chart import Chart

WIDTH, HEIGHT = 680, 380  # px
# Told apart without colour too; in widths of the line.
DASHES = ((), (5, 1.5), (1.2, 1.2), (5, 1.5, 1.2, 1.5), (9, 2), (2.5, 1))
MOST = len(DASHES)


def lines(
    series: Mapping[str, Any],
    *,
    x: Sequence[float] | None = None,
    x_label: str = "",
    y_label: str = "",
    title: str = "",
    log: str = "",
    markers: bool | str | Collection[str] = False,
) -> Figure | Chart:
    """Draw series of numbers as lines, each with its colour, its dashes and its name.

    Args:
        series: by name, up to 6: numbers, one for each of `x`; or with its own x a pair (xs, ys),
            or a list of tuples (x, y). Values will do. At nan and inf a line is interrupted, and
            its name says how many there are.
        x: numbers, for the series that do not have their own; by default 0, 1, 2 …
        x_label: of the axis across.
        y_label: of the axis up.
        title: above the plot.
        log: "x", "y" or "xy": which axes are logarithmic.
        markers: True to mark each point, or the names of the series whose points are marked.

    Returns:
        A matplotlib Figure, or where matplotlib is not installed a chart of our own. A notebook
        shows either, and `.savefig(path)` writes it.

    Raises:
        ValueError: no series, or too many; one that is empty or not as long as its x; a number that
            is not above 0 on a logarithmic axis; an unknown choice.
        TypeError: what is given is not numbers by name.
    """
    if not isinstance(series, Mapping):
        raise TypeError(
            'lines needs a dictionary, such as {"loss": losses}, got '
            f"{type(series).__name__}; give each series a name"
        )
    if not 1 <= len(series) <= MOST:
        raise ValueError(
            f"lines draws 1 to {MOST} series, which can be told apart, got {len(series)}; choose "
            "some of them, or draw several plots"
        )
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f'log must be "", "x", "y" or "xy", got {log!r}')
    marked = marked_names(markers, series)
    drawn: list[Line | Dots] = []
    for k, (name, given) in enumerate(series.items()):
        xs, ys = coordinates(name, given, x)
        for axis, numbers in (("x", xs), ("y", ys)):
            if axis in log:
                check_positive(name, axis, numbers)
        style = ((), MARKERS[k]) if name in marked else (DASHES[k], "")
        drawn += curve(xs, ys, short(name, LONG), COLOURS[k], *style)
    if not any(isfinite(b) for line in drawn for b in line.ys):
        raise ValueError("there is nothing to draw: no number of any series is finite")
    counts = "x" not in log and all(a.is_integer() for line in drawn for a in line.xs)
    across = Axis(short(x_label, LONG), "x" in log, whole=counts)  # no epoch 2.5
    up = Axis(short(y_label, LONG), "y" in log)
    return shown([Panel(drawn, across, up, short(title, LONG))], WIDTH, HEIGHT)


def marked_names(
    markers: bool | str | Collection[str], series: Mapping[str, Any]
) -> Collection[str]:
    """Return the names of the series whose points are marked.

    Raises:
        ValueError: there is no such series.
    """
    if isinstance(markers, bool):
        return set(series) if markers else set()
    names = {markers} if isinstance(markers, str) else set(markers)
    unknown = names - set(series)
    if unknown:
        raise ValueError(
            f"markers names {', '.join(sorted(map(repr, unknown)))}, which is not a series; there "
            f"are {', '.join(map(repr, series))}"
        )
    return names


def coordinates(name: str, given: Any, x: Any) -> tuple[list[float], list[float]]:
    """Return the numbers of a series across and up.

    Raises:
        ValueError: it is empty, or not as long as its x; or there is nan or inf in that.
        TypeError: something is not a number.
    """
    if isinstance(given, tuple) and len(given) == 2 and all(map(is_several, given)):
        x, given = given
    elif isinstance(given, list) and given and all(isinstance(pair, tuple) for pair in given):
        x, given = zip(*given, strict=True)
    ys = numbers_of(name, given)
    if not ys:
        raise ValueError(f"series {name!r} is empty; give at least one number")
    xs = [float(i) for i in range(len(ys))] if x is None else numbers_of(f"{name}, x", x)
    if len(xs) != len(ys):
        raise ValueError(
            f"series {name!r} has {len(ys)} numbers and its x has {len(xs)}; give one x per "
            "number, or the pair (xs, ys)"
        )
    missing = next((i for i, a in enumerate(xs) if not isfinite(a)), None)
    if missing is not None:
        raise ValueError(f"x of series {name!r} is {xs[missing]} at index {missing}; leave it out")
    return xs, ys


def is_several(x: Any) -> bool:
    """Return whether `x` is several numbers, and not one."""
    return not isinstance(x, str) and (hasattr(x, "__len__") or hasattr(x, "__iter__"))


def numbers_of(name: str, given: Any) -> list[float]:
    """Return numbers, Values or an array of them as floats."""
    if not is_several(given):
        raise TypeError(f"series {name!r} must be numbers, such as a list, got {given!r}")
    found = plain_list(given, name)
    return [number(x, f"{name!r}[{i}]", "a number") for i, x in enumerate(found)]


def check_positive(name: str, axis: str, numbers: Sequence[float]) -> None:
    """Check that a logarithmic axis can show numbers.

    Raises:
        ValueError: one is 0 or below.
    """
    i = next((i for i, x in enumerate(numbers) if x <= 0), None)
    if i is not None:
        raise ValueError(
            f"a logarithmic axis shows numbers above 0 only; {axis} of series {name!r} is "
            f"{numbers[i]:g} at index {i}; leave {axis!r} out of log, or make it a gap, math.nan"
        )
