"""Lines: what is drawn of each series, by matplotlib, and what is refused."""

from math import inf, nan

import pytest
from matplotlib.colors import to_hex

from engine import Value
from nn import plots
from nn.plots.series import MOST


def drawn(figure) -> dict[str, list[list[float]]]:
    """Return the points of each line by its label."""
    return {line.get_label(): line.get_xydata().tolist() for line in figure.axes[0].lines}


def test_series_without_x_begins_at_0() -> None:
    assert drawn(plots.lines({"loss": [3.0, 2.0]})) == {"loss": [[0, 3], [1, 2]]}


@pytest.mark.parametrize("own", [([1, 2], [3, 4]), [(1, 3), (2, 4)]])
def test_series_may_have_its_own_x(own) -> None:
    found = drawn(plots.lines({"curve": [0.0, 1.0, 2.0], "steps": own}, x=[5, 6, 7]))
    assert found == {"curve": [[5, 0], [6, 1], [7, 2]], "steps": [[1, 3], [2, 4]]}


def test_values_are_drawn_as_their_data() -> None:
    assert drawn(plots.lines({"loss": [Value(3.0), Value(2.0)]})) == {"loss": [[0, 3], [1, 2]]}


def test_number_that_is_not_finite_is_a_gap_and_said() -> None:
    figure = plots.lines({"loss": [1.0, nan, 2.0, inf]})
    assert figure.axes[0].lines[0].get_label() == "loss (2 of 4 not finite)"


def test_lines_differ_without_colour_and_in_colour() -> None:
    lines = plots.lines({str(k): [k, k] for k in range(MOST)}).axes[0].lines
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == MOST
    assert len({to_hex(line.get_color()) for line in lines}) == MOST


def test_markers_are_on_the_series_that_are_named() -> None:
    lines = plots.lines({"a": [1, 2], "b": [2, 1]}, markers=("b",)).axes[0].lines
    assert [line.get_marker() for line in lines] == ["", "s"]
    lines = plots.lines({"a": [1, 2], "b": [2, 1]}, markers=True).axes[0].lines
    assert [line.get_marker() for line in lines] == ["o", "s"]


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_axes_are_logarithmic_where_log_names_them(log: str) -> None:
    axes = plots.lines({"a": [1.0, 10.0]}, x=[1, 2], log=log).axes[0]
    assert (axes.get_xscale() == "log", axes.get_yscale() == "log") == ("x" in log, "y" in log)


REFUSED = {
    "lines([1.0, 2.0])": r'lines needs a dictionary, such as \{"loss": losses\}, got list',
    "lines({})": "lines draws 1 to 6 series, which can be told apart, got 0",
    "lines({str(k): [1.0] for k in range(7)})": "lines draws 1 to 6 series.*got 7; choose some",
    "lines({'a': []})": "series 'a' is empty",
    "lines({'a': [1.0, 2.0]}, x=[1])": "series 'a' has 2 numbers and its x has 1; give one x",
    "lines({'a': ([1], [1, 2])})": "series 'a' has 2 numbers and its x has 1",
    "lines({'a': [1.0, 'b']})": r"'a'\[1\] must be a number, got 'b'",
    "lines({'a': 'text'})": "series 'a' must be numbers, such as a list, got 'text'",
    "lines({'a': 3.0})": "series 'a' must be numbers, such as a list, got 3.0",
    "lines({'a': [1.0]}, x=3)": "series 'a, x' must be numbers, such as a list, got 3",
    "lines({'a': [None]})": r"'a'\[0\] must be a number, got None",
    "lines({'a': [[1.0], [2.0]]})": r"'a'\[0\] must be a number, got \[1.0\]",
    "lines({'a': [1.0, 0.0]}, log='y')": "above 0 only; y of series 'a' is 0 at index 1",
    "lines({'a': [1.0, 2.0]}, log='x')": "above 0 only; x of series 'a' is 0 at index 0",
    "lines({'a': [1.0]}, log='z')": "log must be",
    "lines({'a': [1.0]}, markers='b')": "markers names 'b', which is not a series; there are 'a'",
    "lines({'a': [nan, inf]})": "nothing to draw: no number of any series is finite",
    "lines({'a': [1.0]}, x=[nan])": "x of series 'a' is nan at index 0",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(call: str) -> None:
    with pytest.raises((TypeError, ValueError), match=REFUSED[call]):
        eval(f"plots.{call}", {"plots": plots, "nan": nan, "inf": inf})


def test_steps_are_numbered_without_halves() -> None:
    figure = plots.lines({"loss": [3.0, 2.0, 1.0]})
    figure.canvas.draw()
    shown = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert {"0", "1", "2"} <= set(shown)
    assert not [text for text in shown if "." in text]
