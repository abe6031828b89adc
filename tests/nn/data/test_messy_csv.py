"""Files as people have them: what is read, what is left out, and what is asked."""

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from nn.data import DataError, Dataset, read_csv
from nn.data.cells import is_date, parse


def read(folder: Path, content: str | bytes, name: str = "table.csv", **options: Any) -> Dataset:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path, **options)


def column(*cells: str, separator: str = ",") -> str:
    """Return a file with these cells in the feature x, quoted, and a target."""
    rows = [f'"{cell}"{separator}{i * i + 5}\n' for i, cell in enumerate(cells)]
    return f"x{separator}y\n" + "".join(rows)


# ---- numbers as people write them ----


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,250", "950", "12,000"], [1250, 950, 12000]),
        (["1,250,000", "0", "3.5"], [1250000, 0, 3.5]),
        (["$1,250.50", "$3", "-$4"], [1250.5, 3, -4]),
        (["1.250,50 €", "3,5 €", "12 €"], [1250.5, 3.5, 12]),
        (["USD 5", "7 USD", "USD 1,000"], [5, 7, 1000]),
        (["5%", "12.5 %", "0%"], [5, 12.5, 0]),
        (["3,5", "0,25", "2"], [3.5, 0.25, 2]),
        (["1'250", "1 250", "1\u202f250.5"], [1250, 1250, 1250.5]),
        (["(1,250)", "3", "(0.5)"], [-1250, 3, -0.5]),
        (["−3", "+4", "1e3"], [-3, 4, 1000]),
        (["0.250", "1.250", "3.125"], [0.25, 1.25, 3.125]),
    ],
)  # fmt: skip
def test_number_is_read_as_it_is_meant(
    cells: list[str], numbers: list[float], tmp_path: Path
) -> None:
    assert read(tmp_path, column(*cells)).X[:, 0].tolist() == numbers


def test_what_is_read_otherwise_than_python_reads_it_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, column("$1,250", "$3", "$7"))
    assert found.notes == ("'x': $1,250 is read as 1250",)


def test_point_is_between_thousands_in_a_file_of_decimal_commas(tmp_path: Path) -> None:
    found = read(tmp_path, "x;z;y\n1.250;3,5;1\n2.000;0,5;2\n1.100;7,25;3\n")
    assert found.X.tolist() == [[1250, 3.5], [2000, 0.5], [1100, 7.25]]
    assert "'x': 1.250 is read as 1250" in found.notes


def test_comma_that_may_be_either_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is 1,250 1250 or 1.25\? choose the decimal mark, --dec"):
        read(tmp_path, column("1,250", "3,125", separator=";"))


@pytest.mark.parametrize(("decimal", "number"), [(".", 1250), (",", 1.25)])
def test_decimal_mark_can_be_chosen(decimal: str, number: float, tmp_path: Path) -> None:
    content = column("1,250", "3,125", separator=";")
    assert read(tmp_path, content, decimal=decimal).X[0, 0] == number


def test_thousands_with_one_slip_are_asked_for_and_not_all_divided(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is 1,250 1250 or 1\.25\?"):
        read(tmp_path, column("1,250", "3,125", "9,000", "12,50"))


def test_point_that_may_be_between_thousands_is_said(tmp_path: Path) -> None:
    notes = read(tmp_path, column("1.250", "3.125", separator=";")).notes
    assert notes == (
        "'x': 1.250 is read with a decimal point; if the point is between thousands, add "
        "--decimal ,",
    )


@pytest.mark.parametrize(
    ("cells", "wording"),
    [
        (["$5", "€6", "$7"], r"column 'x' mixes units, such as '\$5' and '€6'"),
        (["5%", "6", "7%"], r"mixes units, such as '5%' and '6'"),
        (["3.5", "2.5", "4,5"], r"row 4, column 'x' needs a number, got '4,5'; it is read with a "
                                r"decimal point, as most of the column; write all numbers alike"),
        (["1", "2", "12 km"], r"row 4, column 'x' needs a number, got '12 km'"),
        (["1", "2", "2024-05-01"], r"got '2024-05-01'; a date is not a number"),
        (["1", "2", "9" * 400], r"needs a finite number, got '9+… \(400 characters\)'"),
        (["1", "2", "1" + ",000" * 100], r"needs a number, got '1,000.*… \(401 characters\)'"),
    ],
)  # fmt: skip
def test_number_that_cannot_be_read_is_named(
    cells: list[str], wording: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=wording):
        read(tmp_path, column(*cells))


@pytest.mark.parametrize(
    "cell", ["", "1.2.3", "1,25,000", "$", "$5€", "1_000", "x", "--5", "1,2345,"]
)
@pytest.mark.parametrize("mark", [".", ","])
def test_what_is_no_number_by_any_mark_is_none(cell: str, mark: str) -> None:
    assert parse(cell, mark) is None


@pytest.mark.parametrize("cell", ["1" + " " * 100_000 + "x", "," * 100_000, "(" * 100_000])
def test_long_cell_is_read_at_once(cell: str) -> None:
    assert parse(cell, ".") is None
    assert not is_date(cell)


def test_huge_numbers_have_a_finite_scale(tmp_path: Path) -> None:
    from nn.data import Scaling

    y = read(tmp_path, "x,y\n1,1e200\n2,-1e300\n3,1e300\n4,5e299\n").y
    scaled = Scaling.of(y).apply(y)
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-12)


def test_zeros_in_front_are_lost_with_a_word(tmp_path: Path) -> None:
    found = read(tmp_path, column("00501", "10001", "02134"))
    assert found.notes == (
        "'x': 00501 is read as 501; if these are codes, leave them out with --ignore",
    )


# ---- the file ----

ROWS = [
    ["height", "width", "kind"],
    ["1,5", "2", "a"],
    ["3,5", "4", "b"],
    ["7,5", "4", "a"],
    ["9,5", "1", "b"],
]


def file_of(separator: str, end: str = "\n") -> str:
    cell = (lambda text: text.replace(",", ".")) if separator == "," else str
    return end.join(separator.join(map(cell, row)) for row in ROWS) + end


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " | ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_file_is_read_whatever_program_wrote_it(
    separator: str, end: str, encoding: str, tmp_path: Path
) -> None:
    found = read(tmp_path, file_of(separator, end).encode(encoding))
    assert found.X.tolist() == [[1.5, 2], [3.5, 4], [7.5, 4], [9.5, 1]]


@pytest.mark.parametrize("name", ["table.CSV", "table.tsv", "table.txt", "a b ü.csv"])
def test_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, file_of("\t"), name).feature_names == ["height", "width"]


def test_first_line_of_excel_says_the_separator(tmp_path: Path) -> None:
    found = read(tmp_path, "sep=;\r\n" + file_of(";", "\r\n"))
    assert found.feature_names == ["height", "width"]


def test_separator_in_quoted_names_is_none(tmp_path: Path) -> None:
    found = read(tmp_path, '"size, in cm";"weight, in kg";y\n1,5;2,5;1\n2,5;3,5;5\n')
    assert found.feature_names == ["size, in cm", "weight, in kg"]


def test_western_european_file_is_read_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, "größe,art\n1,süß\n2,salz\n3,süß\n4,salz\n".encode("cp1252"))
    assert found.class_names == ["salz", "süß"]
    assert "the file is not UTF-8 and is read as Western European" in found.notes[0]


@pytest.mark.parametrize(
    ("content", "wording"),
    [
        (b"PK\x03\x04rest", "is an Excel workbook or a ZIP archive; export it as 'CSV UTF-8'"),
        (b"\x1f\x8brest", "is compressed with gzip"),
        (b"x,y\n1,\0\xff2\n", "needs UTF-8 text|is not text: it has zero bytes"),
        (b'x,y\n1,"2\n3,4\n', "line 3 is not CSV: a quotation mark is opened and never closed"),
        (b'x,y\n"a"b,2\n', "a quotation mark inside a quoted cell is written twice"),
        (b"x,y\n1,2\n1,2,3\n", "row 3 has 3 cells, the header has 2 columns; put a cell with a comma"),
        (b"x," + b"n" * 201 + b"\n1,2\n", "the name of column 2 has 201 characters; it needs 200"),
        (b"x,x\n1,2\n", "two columns are named 'x'"),
        (b"x,y,kind\n1,2,a\n1,2,b\n1,2,a\n1,2,b\n", "no feature is left: 'x' is 1 in every row"),
    ],
)  # fmt: skip
def test_file_that_is_not_a_table_is_refused(content: bytes, wording: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=wording):
        read(tmp_path, content)


def test_folder_is_refused_with_a_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text("x,y\n")
    with pytest.raises(DataError, match=r"is a folder; name a CSV file in it, such as .*houses\.c"):
        read_csv(tmp_path)


def test_header_is_in_one_line_without_what_cannot_be_seen(tmp_path: Path) -> None:
    found = read(tmp_path, '"price\n(EUR)",\u200bsize\u200b,y\n1,2,3\n4,5,6\n')
    assert found.feature_names == ["price (EUR)", "size"]


def test_separator_at_the_end_of_each_row_is_no_column(tmp_path: Path) -> None:
    assert read(tmp_path, "x,y,\n1,2,\n3,4,\n").target_name == "y"


# ---- columns ----


def test_column_of_text_becomes_a_feature_for_each_category(tmp_path: Path) -> None:
    found = read(tmp_path, "colour,size,y\nred,1,5\nblue,3,6\nred,2,9\n")
    assert found.feature_names == ["colour = blue", "colour = red", "size"]
    assert found.X.tolist() == [[0, 1, 1], [1, 0, 3], [0, 1, 2]]
    assert found.categories == {"colour": ["blue", "red"]}
    assert found.notes == ("'colour' is text, and becomes 2 features: blue, red",)


def noise(n: int = 60) -> list[list[str]]:
    rng = Random(4)
    return [[f"{rng.random():.3f}", "ab"[i >= n // 2]] for i in range(n)]


@pytest.mark.parametrize("name", ["n", "id", "patient", "row number"])
@pytest.mark.parametrize("first", [0, 1, 1001])
def test_shuffled_row_numbers_are_left_out_and_said(name: str, first: int, tmp_path: Path) -> None:
    rows = [[str(i + first), *cells] for i, cells in enumerate(noise())]
    Random(1).shuffle(rows)
    text = "\n".join(map(",".join, [[name, "x", "y"], *rows]))
    found = read(tmp_path, text)
    assert found.feature_names == ["x"]
    assert found.ignored == (name,)
    assert f"'{name}' numbers the rows, and is left out; to keep it: --keep " in found.notes[0]
    assert read(tmp_path, text, keep=[name]).feature_names == [name, "x"]


@pytest.mark.parametrize(
    "name", ["customer_id", "PassengerId", "userid", "uid", "ID", "Nr", "zip code"]
)
def test_ids_with_holes_are_left_out(name: str, tmp_path: Path) -> None:
    rows = [f"{100 + i * i},{i % 7},{i % 3}\n" for i in range(30)]
    assert read(tmp_path, f"{name},x,y\n" + "".join(rows)).feature_names == ["x"]


@pytest.mark.parametrize("name", ["idle", "north", "numerator", "width", "humid", "notes"])
def test_names_that_only_begin_or_end_like_an_id_are_kept(name: str, tmp_path: Path) -> None:
    rows = [f"{100 + i * i},{i % 7},{i % 3}\n" for i in range(30)]
    assert read(tmp_path, f"{name},x,y\n" + "".join(rows)).feature_names == [name, "x"]


@pytest.mark.parametrize(("name", "first"), [("x", 1), ("year", 1990)])
def test_numbers_that_count_up_are_kept_where_they_are_what_is_learned(
    name: str, first: int, tmp_path: Path
) -> None:
    rows = [f"{first + i},{i * i}\n" for i in range(20)]
    assert read(tmp_path, f"{name},y\n" + "".join(rows)).feature_names == [name]


def test_index_that_pandas_writes_is_left_out(tmp_path: Path) -> None:
    rows = [f"{i},{i % 7},{i % 3}\n" for i in range(30)]
    found = read(tmp_path, ",x,y\n" + "".join(rows))
    assert found.feature_names == ["x"]
    assert "column 1 has no name, and is called 'row number'" in found.notes


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["5"] * 30, "is 5 in every row"),
        ([""] * 30, "is empty in every row"),
        ([f"2024-05-{i + 1:02d}" for i in range(30)], "holds dates or times; put what counts, such as the year"),
        ([f"{i + 1}.5.2024 12:30" for i in range(30)], "holds dates or times"),
        ([f"Ann {i}" for i in range(30)], "is text with 30 different values, such as Ann 0"),
    ],
)  # fmt: skip
def test_column_without_anything_to_learn_is_left_out_and_said(
    cells: list[str], why: str, tmp_path: Path
) -> None:
    rows = [f"{cell},{i % 7},{i % 3}\n" for i, cell in enumerate(cells)]
    found = read(tmp_path, "c,x,y\n" + "".join(rows))
    assert found.feature_names == ["x"]
    assert f"'c' {why}" in found.notes[0]


def test_dates_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"column 'd' holds dates or times, such as 2024-05-01"):
        read(tmp_path, "d,x,y\n2024-05-01,1,2\n2024-05-02,3,4\n", keep=["d"])


def test_feature_that_would_have_the_name_of_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"two features would be called 'c = a'"):
        read(tmp_path, "c,c = a,y\na,1,2\nb,3,4\na,5,6\nb,7,8\n")


# ---- gaps ----

GAPS = "age,port,y\n1,a,5\n?,a,6\n3,b,7\n4,NA,8\n5,b,\n6,a,9\n7,b,1\n"


def test_gaps_are_refused_with_what_dropping_would_leave(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, GAPS)
    assert str(caught.value).replace(str(tmp_path), "") == (
        "/table.csv: row 3, column 'age' is missing ('?') (missing in all: 'age' in 1 row, 'port' "
        "in 1 row, 'y' in 1 row); fill in what is missing, or leave out such rows with "
        "--missing drop (4 of 7 are left), or the columns with --ignore age,port,y"
    )


def test_gaps_can_be_dropped(tmp_path: Path) -> None:
    found = read(tmp_path, GAPS, missing="drop")
    assert found.X.tolist() == [[1, 1, 0], [3, 0, 1], [6, 1, 0], [7, 0, 1]]
    assert found.notes[0] == "3 rows of 7 left out: age, port, y missing"


def test_gap_in_every_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"every row has a gap \(a, b\), so --missing drop leaves"):
        read(tmp_path, "a,b,y\n1,,1\n,2,2\n2,,3\n,3,4\n", missing="drop")


# ---- the target ----


@pytest.mark.parametrize(
    ("labels", "names"), [(["0", "1"], ["0", "1"]), (["1.0", "0"], ["0", "1"]), (["-1", "1"], ["-1", "1"])]
)  # fmt: skip
def test_target_of_0_and_1_is_two_classes_and_said(
    labels: list[str], names: list[str], tmp_path: Path
) -> None:
    text = "x,y\n" + "".join(f"{i * i},{labels[i % 2]}\n" for i in range(10))
    found = read(tmp_path, text)
    assert found.class_names == names
    assert found.notes == (
        f"'y' is {names[0]} or {names[1]} and is taken as two classes; if it is a quantity: "
        "--task regression",
    )
    assert read(tmp_path, text, task="regression").class_names is None


def test_target_may_be_in_dollars(tmp_path: Path) -> None:
    found = read(tmp_path, 'x,price\n1,"$1,250,000"\n4,"$950,000"\n')
    assert found.y.tolist() == [1250000, 950000]


def test_keeping_and_ignoring_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"column 'x' is to be kept and ignored; choose one"):
        read(tmp_path, "x,y\n1,2\n", keep=["x"], ignore=["x"])
