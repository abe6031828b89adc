"""Data sets by name, scaling, and what is read from a CSV file."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.data import NAMES, DataError, Scaling, load, read_csv
from nn.data.builtin import GENERATED, MEASURED
from nn.data.cells import shown

Write = Callable[..., Path]

PLANTS = "height,width,kind\n1.0,2.0,reed\n1.5,2.5,reed\n3.0,0.5,moss\n3.5,0.0,moss\n"
HOUSES = "area,rooms,price\n50,2,150000\n70,3,215000\n90,3,260500\n110,4,330000\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path: Path, **options: Any) -> str:
    """Return what the error says, without the folder that the file is in."""
    with pytest.raises(DataError) as caught:
        read_csv(path, **options)
    return str(caught.value).replace(str(path), path.name)


# ---- the built-in sets ----


@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_set_has_a_name_for_each_feature_and_class(name: str) -> None:
    if name in MEASURED:
        pytest.importorskip("sklearn", reason="no scikit-learn; pip install -e '.[datasets]'")
    dataset = load(name)
    assert dataset.X.shape == (len(dataset.y), len(dataset.feature_names))
    assert sorted(set(dataset.y.tolist())) == list(range(len(dataset.class_names)))


@pytest.mark.parametrize("name", list(GENERATED))
def test_the_same_seed_draws_the_same_points(name: str) -> None:
    assert (load(name, seed=3).X == load(name, seed=3).X).all()


@pytest.mark.parametrize("name", list(GENERATED))
def test_another_seed_draws_other_points(name: str) -> None:
    assert (load(name, seed=3).X != load(name, seed=4).X).any()


def test_xor_is_the_class_of_points_whose_signs_differ() -> None:
    dataset = load("xor")
    assert ((dataset.X[:, 0] * dataset.X[:, 1] < 0) == (dataset.y == 1)).all()


def test_pixels_of_digits_are_scaled_from_16_to_1() -> None:
    pytest.importorskip("sklearn", reason="no scikit-learn; pip install -e '.[datasets]'")
    assert load("digits").X.max() == 1.0


def test_an_unknown_set_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(DataError, match=r"no data set named 'monos'; there are moons, circles, "):
        load("monos")


def test_without_scikit_learn_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "glassgrad\[datasets\]"'):
        load("iris")


@pytest.mark.parametrize("name", list(GENERATED))
def test_generated_sets_need_no_scikit_learn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert len(load(name).y) == 200


def test_importing_the_module_does_not_import_scikit_learn() -> None:
    program = "import sys, nn.data; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


# ---- scaling ----


def test_scaled_features_have_mean_0_and_standard_deviation_1() -> None:
    X = np.array([[1.0, 100.0], [2.0, 300.0], [6.0, 200.0]])
    scaled = Scaling.of(X).apply(X)
    np.testing.assert_allclose(
        [scaled.mean(axis=0), scaled.std(axis=0)], [[0, 0], [1, 1]], atol=1e-15
    )


def test_scaling_is_undone_exactly_enough() -> None:
    y = np.array([150000.0, 215000.0, 260500.0])
    scaling = Scaling.of(y)
    np.testing.assert_allclose(scaling.undo(scaling.apply(y)), y, rtol=1e-15)


def test_a_feature_that_never_changes_becomes_0() -> None:
    X = np.full((3, 1), 0.1)
    np.testing.assert_allclose(Scaling.of(X).apply(X), 0.0, atol=1e-15)


def test_scaling_survives_a_model_file() -> None:
    scaling = Scaling.of(np.array([[0.1, 3.0], [0.7, -2.0]]))
    again = Scaling.from_lists(scaling.to_lists())
    assert (again.mean == scaling.mean).all()
    assert (again.std == scaling.std).all()


def test_scaling_of_an_older_model_file_is_read() -> None:
    scaling = Scaling.from_lists({"mean": [1.0], "spread": [2.0]})
    assert scaling.apply(np.array([[5.0]])).tolist() == [[2.0]]


def test_old_name_of_the_standard_deviation_warns_with_the_new_one() -> None:
    scaling = Scaling.of(np.array([[1.0], [3.0]]))
    with pytest.warns(DeprecationWarning, match=r"^Scaling\.spread is now called std"):
        assert scaling.spread.tolist() == [1.0]


# ---- what is read from a CSV file ----


def test_text_in_the_last_column_makes_classes_in_alphabetical_order(write: Write) -> None:
    dataset = read_csv(write(PLANTS))
    assert dataset.class_names == ["moss", "reed"]
    assert dataset.y.tolist() == [1, 1, 0, 0]


def test_numbers_in_the_last_column_make_a_regression(write: Write) -> None:
    dataset = read_csv(write(HOUSES))
    assert dataset.class_names is None
    assert dataset.y.tolist() == [150000.0, 215000.0, 260500.0, 330000.0]


def test_features_keep_their_names_and_units(write: Write) -> None:
    dataset = read_csv(write(HOUSES))
    assert dataset.feature_names == ["area", "rooms"]
    assert dataset.X[1].tolist() == [70.0, 3.0]


def test_a_target_in_another_column_leaves_the_rest_as_features(write: Write) -> None:
    dataset = read_csv(write(HOUSES), target="area")
    assert dataset.feature_names == ["rooms", "price"]


def test_numbers_can_be_classes_in_the_order_of_their_size(write: Write) -> None:
    path = write("x,stars\n1,10\n2,9\n3,10\n4,9\n")
    assert read_csv(path, task="classification").class_names == ["9", "10"]


def test_a_target_of_few_whole_numbers_is_noted(write: Write) -> None:
    dataset = read_csv(write("x,label\n1,0\n2,1\n3,1\n4,2\n7,2\n8,0\n"))
    assert dataset.notes == (
        "'label' holds 3 different whole numbers and is taken as a quantity (regression); "
        "if they are classes: --task classification",
    )


def test_a_target_of_many_values_is_not_noted(write: Write) -> None:
    assert read_csv(write(HOUSES)).notes == ()


def test_an_ignored_column_may_hold_anything(write: Write) -> None:
    path = write("name,x,kind\nann,1,a\n,2,b\nbob,3,a\ncat,4,b\n")
    assert read_csv(path, ignore=["name"]).feature_names == ["x"]


@pytest.mark.parametrize("separator", [",", ";", "\t", ", "])
def test_columns_may_be_separated_by(separator: str, write: Write) -> None:
    path = write(PLANTS.replace(",", separator))
    assert read_csv(path).feature_names == ["height", "width"]


def test_a_file_saved_by_excel_is_read(write: Write) -> None:
    path = write(b"\xef\xbb\xbf" + PLANTS.replace("\n", "\r\n").encode())
    assert read_csv(path).feature_names == ["height", "width"]


def test_years_may_name_columns(write: Write) -> None:
    path = write("2019,2020,country\n1,2,France\n3,4,Peru\n5,6,France\n7,8,Peru\n")
    assert read_csv(path).feature_names == ["2019", "2020"]


# ---- what is refused, and in which words ----


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert refusal(path) == "no such file: none.csv"


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is a folder; name a CSV file in it$"):
        read_csv(tmp_path)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", ",,\n"])
def test_an_empty_file(text: str | bytes, write: Write) -> None:
    assert refusal(write(text)) == (
        "table.csv: is empty; it needs a header row, then one sample per row"
    )


def test_a_file_that_is_not_utf_8(write: Write) -> None:
    assert refusal(write("größe,art\n\x81".encode("latin-1"))) == (
        "table.csv: needs UTF-8 text, got byte 0xf6 at position 2; save it as 'CSV UTF-8'"
    )


def test_a_file_that_is_not_csv(write: Write) -> None:
    message = refusal(write("x,y\n" + "1" * 200_000 + ",2\n"))
    assert message == "table.csv: line 2 is not CSV: field larger than field limit (131072)"


def test_a_header_with_nothing_below(write: Write) -> None:
    assert refusal(write("x,y\n")) == (
        "table.csv: has a header but no rows below it; it needs one sample per row"
    )


def test_numbers_where_the_header_should_be(write: Write) -> None:
    assert refusal(write("1,2\n3,4\n")) == (
        "table.csv: has no header: row 1 is data (1, 2); put a row of column names above it"
    )


def test_a_class_where_the_header_should_name_the_target(write: Write) -> None:
    assert refusal(write("5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.9,virginica\n")) == (
        "table.csv: has no header: row 1 is data (5.1, 3.5, setosa); "
        "put a row of column names above it"
    )


def test_a_column_without_a_name(write: Write) -> None:
    assert refusal(write("x,,y\n0,1,2\n1,2,3\n")) == (
        "table.csv: column 2 has no name in the header; name it, or remove the column"
    )


def test_two_columns_of_one_name(write: Write) -> None:
    assert refusal(write("x,y, x\n1,2,3\n")) == (
        "table.csv: two columns are named 'x'; rename one of them"
    )


def test_a_row_shorter_than_the_header(write: Write) -> None:
    assert (
        refusal(write("x,y\n1,2\n\n3\n"))
        == "table.csv: row 4 has 1 cell, the header has 2 columns; add what is missing, or remove the row"
    )


def test_a_missing_cell_is_named_as_a_spreadsheet_does(write: Write) -> None:
    assert refusal(write('note,x,y\n"two\nlines",1,2\nb,3,4\nc,,6\nd,,8\n'), ignore=["note"]) == (
        "table.csv: row 4, column 'x' is empty (missing in all: 'x' in 2 rows); fill in what is "
        "missing, or leave out such rows with --missing drop (2 of 4 are left), or the columns with "
        "--ignore x"
    )


def test_a_missing_target(write: Write) -> None:
    assert refusal(write("x,y\n1,a\n2,\n")) == (
        "table.csv: row 3, column 'y' is empty (missing in all: 'y' in 1 row); fill in what is "
        "missing, or leave out such rows with --missing drop (1 of 2 are left), or the columns with "
        "--ignore y"
    )


@pytest.mark.parametrize("text", ["oops", "1_000"])
def test_text_in_a_numeric_column(text: str | bytes, write: Write) -> None:
    assert refusal(write(f"x,y\n1,2\n{text},3\n")) == (
        f"table.csv: row 3, column 'x' needs a number, got '{text}'; "
        "correct it, or remove the row, or leave out the column with --ignore"
    )


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999", "9" * 400])
def test_a_number_that_is_not_finite(text: str | bytes, write: Write) -> None:
    assert refusal(write(f"x,y\n1,2\n{text},3\n")) == (
        f"table.csv: row 3, column 'x' needs a finite number, got '{shown(text)}'; "
        "correct it, or remove the row, or leave out the column with --ignore"
    )


def test_a_target_that_is_not_a_column(write: Write) -> None:
    assert refusal(write(HOUSES), target="prize") == (
        "table.csv: no column 'prize'; its columns are area, rooms, price"
    )


def test_ignoring_what_is_not_a_column(write: Write) -> None:
    assert refusal(write(HOUSES), ignore=["id"]) == (
        "table.csv: no column 'id'; its columns are area, rooms, price"
    )


def test_ignoring_the_target(write: Write) -> None:
    assert refusal(write(HOUSES), target="price", ignore=["price"]) == (
        "table.csv: the target 'price' cannot be ignored as well"
    )


def test_only_one_column(write: Write) -> None:
    assert refusal(write("x\n1\n2\n")) == (
        "table.csv: needs at least one feature and a target, got 1 column ('x')"
    )


def test_every_column_ignored(write: Write) -> None:
    assert refusal(write("x,y\n1,2\n"), ignore=["x", "y"]) == (
        "table.csv: needs at least one feature and a target, got 0 columns"
    )


def test_one_class_only(write: Write) -> None:
    assert refusal(write("x,y\n1,a\n2,a\n")) == (
        "table.csv: column 'y' has only one class, 'a'; classification needs at least two"
    )


def test_a_class_for_every_row(write: Write) -> None:
    assert refusal(write("x,y\n1,a\n2,b\n3,c\n")) == (
        "table.csv: column 'y' has 3 classes in 3 rows; "
        "it needs at least two rows per class (is it a name rather than a class?)"
    )


def test_a_quantity_that_never_changes(write: Write) -> None:
    assert refusal(write("x,y\n1,5\n2,5\n")) == (
        "table.csv: column 'y' is 5 in every row; there is nothing to learn"
    )


@pytest.mark.parametrize(
    ("cells", "slip", "others"),
    [(["a", "b", "7", "a"], "row 4, column 'y' is '7'", "text"),
     (["1", "2", "oops", "4"], "row 4, column 'y' is 'oops'", "numbers")],
)  # fmt: skip
def test_a_target_of_text_and_numbers(
    cells: list[str], slip: str, others: str, write: Write
) -> None:
    rows = "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    assert refusal(write("x,y\n" + rows)) == (
        f"table.csv: {slip}, but other rows hold {others}; "
        "correct it, or if both are classes: --task classification"
    )


def test_regression_on_text(write: Write) -> None:
    assert refusal(write(PLANTS), task="regression") == (
        "table.csv: row 2, column 'kind' needs a number, got 'reed'; "
        "correct it, or remove the row, or leave out the column with --ignore"
    )


def test_a_task_that_there_is_not(write: Write) -> None:
    assert refusal(write(PLANTS), task="ranking") == (
        "task needs to be classification or regression, got 'ranking'"
    )
