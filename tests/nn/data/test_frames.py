"""Tables of other libraries, dictionaries and records: taken by name, or refused with the cell."""

import sys
from typing import Any

import numpy as np
import pytest

import nn
from nn.data.samples import checked, targets_of

ROWS = [[1.0, 2.0], [3.0, 4.0]]
NAMED = {"a": [1, 3], "b": [2, 4]}


def pandas(columns: dict) -> Any:
    return pytest.importorskip("pandas").DataFrame(columns)


def polars(columns: dict) -> Any:
    return pytest.importorskip("polars").DataFrame(columns)


def lazy(columns: dict) -> Any:
    pytest.importorskip("narwhals", reason="a lazy frame needs it")
    return polars(columns).lazy()


def pyarrow(columns: dict) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


def records(columns: dict) -> Any:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def structured(columns: dict) -> Any:
    array = np.zeros(len(next(iter(columns.values()))), dtype=[(name, object) for name in columns])
    for name, cells in columns.items():
        array[name] = cells
    return array


FRAMES = [pandas, polars, lazy, pyarrow, records, structured, dict]
frames = pytest.mark.parametrize("frame", FRAMES)


@pytest.fixture(params=["with narwhals", "without narwhals"])
def narwhals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without narwhals":
        monkeypatch.setitem(sys.modules, "narwhals", None)
        monkeypatch.setitem(sys.modules, "narwhals.stable.v1", None)
    else:
        pytest.importorskip("narwhals")


@frames
def test_table_with_names_is_read_row_by_row(frame, narwhals, request) -> None:
    if frame is lazy and "without" in request.node.name:
        pytest.skip("a lazy frame needs narwhals")
    assert checked(frame(NAMED)) == ROWS


@frames
def test_columns_are_found_by_name_in_any_order(frame) -> None:
    assert checked(frame({"b": [2, 4], "c": [9, 9], "a": [1, 3]}), ["a", "b"]) == ROWS


@frames
def test_column_that_the_model_was_trained_on_must_be_there(frame) -> None:
    with pytest.raises(ValueError, match=r"X lacks column 'z', which the model was trained on; it"):
        checked(frame(NAMED), ["a", "z"])


def sparse(rows: list) -> Any:
    return pytest.importorskip("scipy.sparse").csr_matrix(rows)


def torch(rows: list) -> Any:
    return pytest.importorskip("torch").tensor(rows, requires_grad=True)


OTHERS = [np.array, sparse, torch, tuple, iter, lambda rows: (row for row in rows),
          lambda rows: zip(*zip(*rows, strict=True), strict=True), lambda rows: map(np.array, rows)]  # fmt: skip


@pytest.mark.parametrize("make", OTHERS)
def test_table_without_names_is_read_row_by_row(make) -> None:
    assert checked(make(ROWS)) == ROWS


MISSING = [None, float("nan")]


@frames
@pytest.mark.parametrize("gap", MISSING)
def test_gap_is_refused_with_its_column_and_sample(frame, gap) -> None:
    with pytest.raises(ValueError, match=r"column 'b' of X, sample 1, is missing \((None|nan)\)"):
        checked(frame({"a": [1.0, 2.0], "b": [1.0, gap]}))


def test_gap_of_pandas_own_is_refused() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"column 'a' of X, sample 1, is missing \(<NA>\)"):
        checked(pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}))


@frames
def test_text_is_refused_with_its_column_and_what_to_do(frame) -> None:
    with pytest.raises(TypeError, match=r"column 'b' of X, sample 0, must be a number, got 'red'.*"
                                        r"get_dummies in pandas, to_dummies in polars"):  # fmt: skip
        checked(frame({"a": [1, 2], "b": ["red", "blue"]}))


@frames
def test_date_is_refused_with_its_column(frame) -> None:
    from datetime import datetime

    dates = [datetime(2024, 5, 1), datetime(2024, 5, 2)]
    with pytest.raises(TypeError, match=r"column 'd' of X, sample 0, must be a number, got .*2024.*"
                                        r"take a number from it, such as the year"):  # fmt: skip
        checked(frame({"a": [1, 2], "d": dates}))


@frames
def test_infinity_is_refused_with_its_column(frame) -> None:
    with pytest.raises(ValueError, match=r"column 'a' of X, sample 1, is inf"):
        checked(frame({"a": [1.0, float("inf")]}))


@frames
def test_true_and_false_are_1_and_0(frame) -> None:
    assert checked(frame({"a": [True, False]})) == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("X", "error", "wording"),
    [
        ([{"a": 1}, {"b": 2}], ValueError, "same keys: sample 0 has 'a', sample 1 has 'b'"),
        ([{"a": 1}, [2]], ValueError, r"sample 1 has \[2\]"),
        ({"a": 1, "b": 2}, TypeError, r"X is one record, with 1 for 'a'; put it in a list: \[X\]"),
        ({"a": [1, 2], "b": [1]}, ValueError, "equally long: 'a' has 2 numbers, 'b' has 1"),
        ({1.0, 2.0}, TypeError, "X is a set, which has no order; use a list"),
        ("text", TypeError, "X must be a list or an array, got 'text'"),
        ([1, 2], ValueError, r"single feature write \[\[x\] for x in X\], for a single sample \[X\]"),
        (np.array([1, 2]), ValueError, r"for a single sample \[X\]"),
        (5, TypeError, "X must be a list or an array, got 5"),
        (["ab", "cd"], ValueError, "X must be a table"),
    ],
)  # fmt: skip
def test_what_is_not_a_table_is_refused_with_what_to_write(X, error, wording) -> None:
    with pytest.raises(error, match=wording):
        nn.predict(nn.MLP(2, [1]), X)


def test_frame_with_a_name_twice_is_refused() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="two columns of X are named 'a'; rename one of them"):
        checked(pd.DataFrame(ROWS, columns=["a", "a"]))


# ---- targets ----

TARGETS = [
    lambda y: pytest.importorskip("pandas").Series(y),
    lambda y: pytest.importorskip("pandas").DataFrame({"y": y}),
    lambda y: pytest.importorskip("polars").Series(y),
    lambda y: pytest.importorskip("polars").DataFrame({"y": y}),
    lambda y: pytest.importorskip("pyarrow").chunked_array([y]),
    lambda y: pytest.importorskip("torch").tensor(y),
    lambda y: np.array(y).reshape(-1, 1),
    lambda y: [[t] for t in y],
    iter,
]


@pytest.mark.parametrize("make", TARGETS)
def test_targets_may_be_in_a_column_of_any_kind(make) -> None:
    assert targets_of(make([0, 1, 1])) == [0, 1, 1]


# ---- a model keeps the names ----


def training(columns: dict, y: Any, **options: Any) -> nn.MLP:
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    adam = nn.Adam(model.parameters(), learning_rate=0.05)
    nn.fit(model, columns, y, loss=nn.hinge, optimizer=adam, epochs=3, progress=False, **options)
    return model


def moons() -> tuple[dict, list[int]]:
    X, y = nn.data.moons(40, noise=0.1, seed=0)
    return {"a": [x[0] for x in X], "b": [x[1] for x in X]}, [2 * k - 1 for k in y]


@frames
def test_training_on_a_frame_is_training_on_its_rows(frame) -> None:
    columns, y = moons()
    by_name = training(frame(columns), y)
    assert by_name.state_dict() == training(checked(columns), y).state_dict()  # type: ignore[arg-type]


@frames
def test_trained_model_finds_columns_by_name(frame, tmp_path) -> None:
    columns, y = moons()
    model = training(frame(columns), y)
    turned = frame({"y": y, "b": columns["b"], "a": columns["a"]})
    assert nn.predict(model, turned) == nn.predict(model, checked(columns))  # type: ignore[arg-type]
    assert nn.accuracy(model, turned, y) == nn.accuracy(model, columns, y)  # type: ignore[arg-type]
    model.save(tmp_path / "model.json")
    assert nn.predict(nn.load(tmp_path / "model.json"), turned) == nn.predict(model, turned)


def test_validation_samples_are_found_by_name() -> None:
    columns, y = moons()
    moved = [x + 0.01 for x in columns["a"]]
    right, turned = {"a": moved, "b": columns["b"]}, {"b": columns["b"], "a": moved}
    one, other = (training(columns, y, validation=(X, y)) for X in (right, turned))
    assert one.state_dict() == other.state_dict()


def test_model_trained_further_on_lists_takes_columns_in_their_order() -> None:
    columns, y = moons()
    model = training(columns, y)
    adam = nn.Adam(model.parameters(), learning_rate=0.05)
    nn.fit(model, checked(columns), y, loss=nn.hinge, optimizer=adam, epochs=1, progress=False)  # type: ignore[arg-type]
    turned = {"b": columns["b"], "a": columns["a"]}
    assert nn.predict(model, turned) == nn.predict(model, checked(turned))  # type: ignore[arg-type]


def test_generators_are_gone_through_once() -> None:
    X, y = nn.data.moons(40, noise=0.1, seed=0)
    model = training((row for row in X), (2 * k - 1 for k in y))  # type: ignore[arg-type]
    assert nn.accuracy(model, iter(X), iter(y)) > 0.5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "X", [ROWS, np.array(ROWS), pandas(NAMED), polars(NAMED), [ROWS[0]] * 5, np.zeros((5, 2)),
          [np.array(row) for row in ROWS]]
)  # fmt: skip
def test_model_called_with_a_whole_table_says_how(X) -> None:
    with pytest.raises(
        TypeError, match=r"takes one sample, got a table; .*nn\.predict\(model, X\)"
    ):
        nn.MLP(2, [3, 1])(X)


@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.hinge, nn.binary_cross_entropy])
def test_one_hot_targets_are_refused_with_what_to_write(loss) -> None:
    model = nn.MLP(2, [3 if loss is nn.cross_entropy else 1], seed=0)
    hot = [[0, 1, 0], [1, 0, 0]] * 10
    with pytest.raises(ValueError, match=r"got \[0, 1, 0\] for sample 0.*row\.index\(1\) for row"):
        nn.fit(model, ROWS * 10, hot, loss=loss, optimizer="adam", epochs=1, progress=False)  # type: ignore[arg-type]
