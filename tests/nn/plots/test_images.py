"""Images and shaded tables: which colour each number gets, what is written, and what is refused."""

import re
from math import nan

import numpy as np
import pytest

import nn
from engine import Value
from nn import plots
from nn.plots.style import BLUE, INK, ORANGE


def colours(chart) -> list[str]:
    """Return the colours of all pixels, or cells, in order."""
    return re.findall(r'<rect [^>]*fill="(#\w+)"', chart.svg)


def texts(chart) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", chart.svg)


def width(chart) -> float:
    return float(re.search(r'<svg [^>]*width="(\d+)"', chart.svg)[1])


def test_pixels_from_0_up_go_from_white_to_ink() -> None:
    assert colours(plots.images([[[0, 8], [16, 0]]])) == ["#ffffff", "#8f9194", INK, "#ffffff"]


def test_numbers_of_both_signs_are_blue_and_orange() -> None:
    assert colours(plots.images([[[2, -2], [0, 1]]]))[:3] == [BLUE, ORANGE, "#ffffff"]


def test_all_images_share_one_scale() -> None:
    alone, beside = plots.images([[1.0]]), plots.images([[[1.0]], [[2.0]]])
    assert colours(alone)[0] == INK
    assert colours(beside)[0] != INK


def test_image_of_zeros_is_white() -> None:
    assert set(colours(plots.images([[0.0] * 4]))) == {"#ffffff"}


def test_flat_list_is_drawn_as_a_square_in_the_same_order() -> None:
    flat = plots.images([[0, 1, 2, 3]])
    assert flat.svg == plots.images([[[0, 1], [2, 3]]]).svg == plots.images(np.arange(4)[None]).svg


def test_weights_of_a_layer_are_images() -> None:
    layer = nn.MLP(9, [2], seed=0).layers[0]
    for neuron in layer.neurons:
        assert all(isinstance(weight, Value) for weight in neuron.weights)
    chart = plots.images([neuron.weights for neuron in layer.neurons], titles=range(2))
    assert len(colours(chart)) == 18
    assert texts(chart) == ["0", "1"]


def test_long_title_fits_into_the_picture() -> None:
    title = "blue: for 1, orange: for 8"
    chart = plots.images([[0.0]] * 5, titles=[title] * 5)
    assert width(chart) >= 2 * chart.text_width(title, 15, bold=True)
    starts = [float(x) for x in re.findall(r'<text x="([\d.]+)"', chart.svg)]
    half = chart.text_width(title, 15, bold=True) / 2
    assert min(starts) >= half
    assert max(starts) + half <= width(chart)


def test_images_never_run_wider_than_a_page() -> None:
    assert width(plots.images([[0.0] * 28**2] * 10, columns=10)) <= 760


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([], "got 0 shapes"),
        ([[0.0] * 4, [0.0] * 9], "got 2 shapes"),
        ([[[1.0, 2.0], [3.0]]], "images need one shape"),
        ([[0.0] * 5], "a flat image of 5 numbers is not a square"),
        ([0.0, 1.0], "got a list of numbers"),
        ([[nan]], "a colour needs a finite number, got nan"),
    ],
)
def test_what_is_no_image_is_refused(images, message) -> None:
    with pytest.raises(ValueError, match=message):
        plots.images(images)


def test_titles_must_be_as_many_as_images() -> None:
    with pytest.raises(ValueError, match="1 titles for 2 images; give one per image"):
        plots.images([[0.0], [1.0]], titles=["only"])


def test_table_prints_each_number_and_leaves_cells_of_shorter_rows_empty() -> None:
    chart = plots.shaded_table(
        [[1.0], [-0.25, Value(0.75)]], row_names="ab", column_names="xy", row_label="at"
    )
    assert [text for text in texts(chart) if "." in text] == ["1.00", "−0.25", "0.75"]
    assert set("abxy") | {"at"} <= set(texts(chart))
    assert colours(chart) == [BLUE, "#f6d7c0", "#5b94ca"]


def test_table_says_its_numbers_in_words() -> None:
    chart = plots.shaded_table([[1.0], [0.25, 0.75]], row_names="ab", column_names="xy")
    assert chart.description == "a: 1.00; b: 0.25, 0.75"


@pytest.mark.parametrize("names", [("a", "xy"), ("ab", "x"), ("", "")])
def test_table_needs_a_name_for_each_row_and_column(names) -> None:
    with pytest.raises(ValueError, match="give a name for each row and each column"):
        plots.shaded_table([[1.0], [0.25, 0.75]], row_names=names[0], column_names=names[1])


def test_table_without_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 rows of at most 0 numbers"):
        plots.shaded_table([], row_names=(), column_names=())


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_images_are_saved(tmp_path, suffix) -> None:
    path = tmp_path / f"digit.{suffix}"
    plots.images([[0.0, 1.0, 1.0, 0.0]]).savefig(path)
    assert path.stat().st_size > 100
