"""The command line, as a user types it: what it writes, prints and refuses."""

import csv
import json
import re
import shutil
import subprocess
import sys
from random import Random

import pytest

import nn
from nn.__main__ import main
from nn.commands.outputs import report
from nn.data.samples import split
from tests.needs import needs


def test_training_writes_weights_history_and_pictures(tmp_path, capsys) -> None:
    out = tmp_path / "moons"
    assert main(["train", "moons", "--epochs", "2", "--hidden", "2", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {
        "boundary.png", "history.csv", "loss.png", "model.json", "network.png", "network.svg",
    }  # fmt: skip
    assert re.search(r"validation accuracy \d\.\d+ on 40 samples", capsys.readouterr().out)


@pytest.mark.usefixtures("unrendered")
def test_training_with_dropout_saves_the_rate(tmp_path) -> None:
    assert main(["train", "xor", "--epochs", "1", "--dropout", "0.25", "--out", str(tmp_path)]) == 0
    assert nn.load(tmp_path / "model.json").dropout.rate == 0.25


def test_monitored_training_writes_a_report_and_prints_the_alarms(tmp_path, capsys) -> None:
    small = ["--epochs", "4", "--hidden", "2", "--lr", "1e-7"]
    assert main(["train", "moons", *small, "--monitor", "--out", str(tmp_path)]) == 0
    assert "alarm: learning rate too low in layer" in capsys.readouterr().out
    assert "<img" in (tmp_path / "report.html").read_text()


def test_monitored_training_without_an_alarm_says_so(tmp_path, capsys) -> None:
    assert report(nn.Monitor(nn.MLP(2, [1]))) == {}
    assert capsys.readouterr().out.splitlines() == [
        "no alarm",
        "report.html not written: no step was taken",
    ]


def write_flowers(path) -> None:
    rows = [[f"{i / 7:.2f}", f"{(i % 5) / 3:.2f}", "rose" if i % 2 else "tulip"] for i in range(20)]
    path.write_text("\n".join(map(",".join, [["height", "width", "flower"], *rows])) + "\n")


def test_own_table_is_learned_and_predicted(flowers, capsys) -> None:
    assert main(["predict", "out/flowers/model.json", "flowers.csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 20
    assert {row["predicted flower"] for row in rows} <= {"rose", "tulip"}


@pytest.mark.usefixtures("unrendered")
@needs("sklearn")
def test_digits_are_learned_from_all_samples(tmp_path, capsys) -> None:
    options = ["--epochs", "1", "--hidden", "", "--out", str(tmp_path / "out")]
    assert main(["train", "digits", *options]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"training +accuracy \d\.\d+ on 1438 samples", printed)
    assert re.search(r"validation accuracy \d\.\d+ on 359 samples", printed)


def test_numeric_target_is_regression(tmp_path, capsys) -> None:
    table = tmp_path / "line.csv"
    table.write_text("x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(20)))
    assert main(["train", str(table), "--epochs", "2", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "predictions.png").exists()
    assert "validation R²" in capsys.readouterr().out


def test_formula_is_differentiated_and_drawn(tmp_path, capsys) -> None:
    picture = tmp_path / "neuron.svg"
    formula = "tanh(w1*x1 + w2*x2 + b)"
    numbers = ["x1=2", "x2=0", "w1=-3", "w2=1", "b=6.88"]
    assert main(["draw", formula, *numbers, "-o", str(picture)]) == 0
    assert picture.read_text().startswith("<svg")
    assert re.search(r"(?m)^x1 +leaf +2 +-1.50292$", capsys.readouterr().out)


def test_formula_may_begin_with_a_minus(capsys) -> None:
    assert main(["draw", "-x**2", "x=-1.5"]) == 0
    assert "-2.25" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        (["train", "sunspots"], "no data set named 'sunspots'; choose one of moons"),
        (["train", "missing.csv"], "missing.csv"),
        (["train", "--hidden", "a,b"], "--hidden needs sizes such as 16,16, got 'a,b'"),
        (["train", "--activation", "swoosh"], "activation must be one of"),
        (["draw", "tanh(x", "x=1"], "not a valid formula"),
        (["draw", "x*y", "x=1"], "no number for y; give y=NUMBER"),
        (["draw", "x", "x=1", "z=2"], "z not in the formula"),
        (["draw", "swoosh(x)", "x=1"], "unknown function swoosh"),
        (["draw", "log(x)", "x=-1"], "needs a > 0, got a = -1"),
        (["draw", "x.real", "x=1"], "a name has letters, digits and _ only"),
        (["draw", "__import__('os')", "x=1"], "unknown function __import__"),
        (["draw", "x*x", "x=1", "--fold", "heat"], "--fold is for a picture; add -o FILE.svg"),
        (["draw", "x^2", "x=1"], "powers are written **: x**2"),
        (
            ["draw", "x*x", "x=1", "-o", "x.bmp"],
            "-o needs a file ending in .svg, .png, .pdf, .tex or .dot",
        ),
        (["draw", "x", "x=red"], "x needs a number, got 'red'"),
        (["predict", "missing.json", "missing.csv"], "no such file: missing.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    arguments, wording, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert wording in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "wording"),
    [
        (["--l2", "-1"], "argument --l2: must be at least 0 and finite, got -1"),
        (["--l2", "nan"], "argument --l2: must be at least 0 and finite, got nan"),
        (["--lr", "0"], "argument --lr: must be above 0 and finite, got 0"),
        (["--lr", "inf"], "argument --lr: must be above 0 and finite, got inf"),
        (["--lr", "fast"], "argument --lr: must be a number, got 'fast'"),
        (["--epochs", "0"], "argument --epochs: must be at least 1, got 0"),
        (["--epochs", "1e3"], "argument --epochs: must be a whole number, got '1e3'"),
        (["--batch-size", "0"], "argument --batch-size: must be at least 1, got 0"),
        (["--patience", "0"], "argument --patience: must be at least 1, got 0"),
        (["--seed", "-1"], "argument --seed: must be at least 0, got -1"),
        (["--dropout", "1"], "argument --dropout: must be at least 0 and below 1, got 1"),
    ],
)
@pytest.mark.parametrize("command", ["train", "sweep"])
def test_impossible_setting_is_refused_in_one_line_before_any_work(
    command, options, wording, tmp_path, monkeypatch, capsys
) -> None:
    if command == "sweep" and options[0] in ("--patience", "--seed"):
        return  # which a sweep does not have
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main([command, *options])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said == f"glassgrad {command}: {wording}; see glassgrad {command} --help\n"
    assert list(tmp_path.iterdir()) == []


def test_network_of_a_billion_weights_is_refused_at_once(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--hidden", "1000000,1000000"]) == 2
    assert "makes 1,000,005,000,001 weights and biases" in capsys.readouterr().err


def test_large_number_is_a_seed(tmp_path) -> None:
    out = str(tmp_path / "out")
    assert main(["train", "xor", "--seed", str(2**40), "--epochs", "1", "--out", out]) == 0


def test_restored_epoch_is_said(tmp_path, capsys) -> None:
    options = ["--lr", "0.5", "--epochs", "12", "--out", str(tmp_path / "out")]
    assert main(["train", "moons", *options]) == 0
    said = capsys.readouterr().out
    history = (tmp_path / "out" / "history.csv").read_text().splitlines()
    losses = [float(row["validation_loss"]) for row in csv.DictReader(history)]
    best = losses.index(min(losses)) + 1
    assert best < 12, "this run should not be best at its end"
    assert f"the weights are those of epoch {best} of 12, whose validation loss was lowest" in said


def test_unwritable_folder_is_refused_before_training(tmp_path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert main(["train", "--out", str(tmp_path / "file" / "out")]) == 2
    assert "cannot write to" in capsys.readouterr().err


def test_module_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "nn", "draw", "x*x", "x=3"]
    assert "x × x" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


# ---- what goes wrong, as a user meets it ----


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    write_flowers(folder / "flowers.csv")
    options = ["--epochs", "1", "--hidden", "3", "--out", str(folder / "out" / "flowers")]
    assert main(["train", str(folder / "flowers.csv"), *options]) == 0
    return folder


@pytest.fixture
def flowers(trained_once, tmp_path, monkeypatch, capsys):
    """A folder to work in, with flowers.csv and a model trained on it."""
    shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return tmp_path


def refusal(arguments: list[str], capsys) -> str:
    """What is printed where a command refuses."""
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_without_a_command_help_is_shown(capsys) -> None:
    assert main([]) == 0
    assert "glassgrad train flowers.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "text"), [("--target", "kind"), ("--ignore", "x"), ("--task", "regression")]
)
def test_options_for_csv_are_refused_for_a_built_in_set(option, text, capsys) -> None:
    assert refusal(["train", "iris", option, text], capsys) == (
        f"glassgrad: {option} is for CSV files; the data set 'iris' already has a target\n"
    )


def test_network_picture_shows_the_gradients_of_one_sample_alone(flowers) -> None:
    svg = (flowers / "out" / "flowers" / "network.svg").read_text()
    assert "not the sum of the paths drawn" not in svg


def test_network_picture_is_not_stale_after_training(flowers) -> None:
    assert "stale" not in (flowers / "out" / "flowers" / "network.svg").read_text()


@pytest.mark.parametrize(
    ("table", "wording"),
    [
        ("height,width,kind\n1,2,a\n2,,b\n3,4,a\n4,3,b\n", "row 3, column 'width' is empty (missing in all: 'width' in 1 row); fill in"),
        ("height,width,kind\n1,2,a\n2,tall,b\n3,4,a\n4,5,b\n", "row 3, column 'width' needs a number, got 'tall'"),
        ("height,width,kind\n1,2,a\n2,3,a\n", "column 'kind' has only one class, 'a'"),
        ("x,kind\n1,a\n2,a\n3,b\n4,b\n", "bad has 4 samples; training needs at least 5"),
        ("", "bad.csv: is empty"),
    ],
)  # fmt: skip
def test_table_that_cannot_be_learned_is_refused(table, wording, flowers, capsys) -> None:
    (flowers / "bad.csv").write_text(table)
    assert wording in refusal(["train", "bad.csv"], capsys)


def test_target_that_is_not_a_column_is_refused_with_those_there_are(flowers, capsys) -> None:
    assert refusal(["train", "flowers.csv", "--target", "colour"], capsys) == (
        "glassgrad: flowers.csv: no column 'colour'; its columns are height, width, flower\n"
    )


MODEL = "out/flowers/model.json"


@pytest.mark.parametrize(
    ("table", "wording"),
    [
        ("height\n1\n", "lacks column 'width', which the model was trained on"),
        ("height,width,flower\n1,2,lily\n", "is 'lily', but the model knows only rose, tulip"),
        ("height,width\n1,\n", "row 2, column 'width' is empty"),
    ],
)
def test_table_that_does_not_fit_the_model_is_refused(table, wording, flowers, capsys) -> None:
    (flowers / "new.csv").write_text(table)
    assert wording in refusal(["predict", MODEL, "new.csv"], capsys)


def test_model_file_cut_short_is_refused(flowers, capsys) -> None:
    whole = (flowers / MODEL).read_text()
    (flowers / "cut.json").write_text(whole[: len(whole) // 2])
    wording = refusal(["predict", "cut.json", "flowers.csv"], capsys)
    assert "cut.json is not a whole glassgrad model file" in wording
    assert "save the model again, or train it again" in wording


def test_model_file_of_another_shape_is_refused(flowers, capsys) -> None:
    content = json.loads((flowers / MODEL).read_text())
    content["parameters"].popitem()
    content["checksum"] = "edited by hand"
    (flowers / "other.json").write_text(json.dumps(content))
    assert refusal(["predict", "other.json", "flowers.csv"], capsys).startswith(
        "glassgrad: other.json: config is of "
    )


def test_predictions_are_not_written_where_there_is_no_folder(flowers, capsys) -> None:
    assert refusal(["predict", MODEL, "flowers.csv", "-o", "gone/new.csv"], capsys) == (
        "glassgrad: cannot write new.csv: there is no folder 'gone'; make it first\n"
    )


def test_predictions_are_not_written_over_a_folder(flowers, capsys) -> None:
    assert refusal(["predict", MODEL, "flowers.csv", "-o", "out"], capsys) == (
        "glassgrad: cannot write out: Is a directory; choose another path\n"
    )


def test_picture_is_not_drawn_where_there_is_no_folder(capsys) -> None:
    assert "there is no folder 'gone'; make it first" in refusal(
        ["draw", "x*x", "x=1", "-o", "gone/p.svg"], capsys
    )


def test_full_disk_leaves_the_old_model_whole(flowers, capsys, monkeypatch) -> None:
    before = (flowers / MODEL).read_text()

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    arguments = ["train", "flowers.csv", "--epochs", "2", "--hidden", "3"]
    assert refusal(arguments, capsys).endswith(
        "glassgrad: cannot write out/flowers/model.json: No space left on device; "
        "free some space, or choose another folder\n"
    )
    assert (flowers / MODEL).read_text() == before
    assert not [path for path in (flowers / "out" / "flowers").iterdir() if path.name[0] == "."]


def test_a_name_alone_is_not_a_formula(capsys) -> None:
    assert refusal(["draw", "x", "x=1"], capsys) == (
        "glassgrad: 'x' is only a name, so there is nothing to differentiate; write an expression "
        "such as x*x\n"
    )


@pytest.mark.filterwarnings("default")
def test_overflow_is_warned_of_in_one_line(capsys) -> None:
    assert main(["draw", "exp(x)", "x=1000"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("glassgrad: warning: ")


def test_features_are_standardised_on_the_training_part_only(flowers) -> None:
    kept = json.loads((flowers / MODEL).read_text())["metadata"]["scaling"]["mean"]
    rows = list(csv.DictReader((flowers / "flowers.csv").read_text().splitlines()))
    everything = sum(float(row["height"]) for row in rows) / len(rows)
    trained_on, _ = split(20, 0.2, Random(0), [row["flower"] for row in rows])
    train = sum(float(rows[i]["height"]) for i in trained_on) / 16
    assert kept[0] == pytest.approx(train)
    assert kept[0] != pytest.approx(everything)


@pytest.mark.parametrize(
    ("damage", "wording"),
    [
        (lambda text: text.replace('"scaling": {', '"scaling": null, "old": {'), "does not fit its checksum"),
        (lambda text: text[:-30], "is not a whole glassgrad model file"),
        (lambda text: text.replace('"version": 2', '"version": NaN'), "is version nan"),
        (lambda text: text.replace('"parameters": {', '"parameters": {"x": 1e999,'), "parameters.x must"),
        (lambda text: text.encode("utf-16"), "it is not text in UTF-8"),
        (lambda text: "", "it is empty"),
    ],
)  # fmt: skip
def test_damaged_model_is_refused_in_one_line(damage, wording: str, flowers, capsys) -> None:
    whole = damage((flowers / MODEL).read_text())
    (flowers / "bad.json").write_bytes(whole if isinstance(whole, bytes) else whole.encode())
    message = refusal(["predict", "bad.json", "flowers.csv"], capsys)
    assert message.startswith("glassgrad: bad.json")
    assert wording in message


def test_folder_is_not_a_model(flowers, capsys) -> None:
    assert refusal(["predict", "out", "flowers.csv"], capsys) == (
        "glassgrad: out is a folder; name the glassgrad model file in it\n"
    )


# ---- tables as people have them ----


def write_cats(path, separator: str = ";") -> None:
    """A German table: text features, decimal commas, ids, a target of 0 and 1."""
    rows = [["id", "Fell", "Gewicht", "zahm"]]
    rows += [
        [str(i), ("rot", "grau")[i % 2], f"{3 + i % 7},{i % 10}", str(i % 2)] for i in range(40)
    ]
    path.write_text("\n".join(map(separator.join, rows)) + "\n", encoding="utf-16")


@pytest.fixture(scope="module")
def cats_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cats")
    write_cats(folder / "cats.TXT")
    options = ["--epochs", "20", "--hidden", "3", "--out", str(folder / "out")]
    assert main(["train", str(folder / "cats.TXT"), *options]) == 0
    return folder


@pytest.fixture
def cats(cats_once, tmp_path, monkeypatch, capsys):
    """A folder to work in, with cats.TXT and out/model.json trained on it."""
    shutil.copytree(cats_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return tmp_path


def predicted(text: str, capsys, *options: str) -> tuple[list[str], str]:
    """What is predicted for a table with these lines, and what is said."""
    with open("new.csv", "w") as file:
        file.write(text)
    assert main(["predict", "out/model.json", "new.csv", *options]) == 0
    printed = capsys.readouterr()
    return [row["predicted zahm"] for row in csv.DictReader(printed.out.splitlines())], printed.err


def test_prediction_takes_the_text_of_a_category(cats, capsys) -> None:
    assert predicted("Gewicht,Fell\n3.5,grau\n3.5,rot\n", capsys)[0] == ["1", "0"]


def test_prediction_refuses_a_category_that_it_has_not_seen(cats, capsys) -> None:
    (cats / "new.csv").write_text("Fell,Gewicht\nrot,3\nblau,4\n")
    assert refusal(["predict", "out/model.json", "new.csv"], capsys) == (
        "glassgrad: new.csv: row 3, column 'Fell' is 'blau', but the model knows only grau, rot; "
        "correct it, or train again with such rows\n"
    )


def test_prediction_reads_unclear_numbers_as_the_training_file_was_read(cats, capsys) -> None:
    assert "3,125 is read as 3.125" in predicted("Fell;Gewicht\nrot;3,125\n", capsys)[1]
    said = predicted("Fell;Gewicht\nrot;3,125\n", capsys, "--decimal", ".")[1]
    assert "3,125 is read as 3125" in said


def test_prediction_leaves_columns_of_no_use_and_says_so(cats, capsys) -> None:
    answers, said = predicted("Fell,Gewicht,id,Name\ngrau,3,7,Tom\n", capsys)
    assert answers == ["1"]
    assert said == "not used, since the model was trained without: column 'Name'\n"


def test_prediction_is_compared_where_the_target_is_filled_in(cats, capsys) -> None:
    answers, said = predicted("Fell,Gewicht,zahm\ngrau,3,1.0\nrot,4,\nrot,5,1\n", capsys)
    assert answers == ["1", "0", "0"]
    assert said == "1 of 2 right (50.0 %), in the rows that have zahm\n"


def test_prediction_for_a_folder_names_a_table_in_it(cats, capsys) -> None:
    (cats / "tables").mkdir()
    (cats / "tables" / "a.csv").write_text("")
    assert refusal(["predict", "out/model.json", "tables"], capsys) == (
        "glassgrad: tables is a folder; name a CSV file in it, such as tables/a.csv\n"
    )


@pytest.mark.usefixtures("unrendered")
def test_columns_to_ignore_may_have_spaces_and_commas(tmp_path, capsys) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"{i * i},{i % 3},{i % 4},{i % 5}\n" for i in range(20))
    path.write_text('a,b,"c, d",y\n' + rows)
    options = ["--epochs", "1", "--out", str(tmp_path / "out"), "--ignore", 'b , "c, d"']
    assert main(["train", str(path), *options]) == 0
    assert nn.load(tmp_path / "out" / "model.json").metadata["features"] == ["a"]


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("unit", ["1e200", "1e300"])
def test_huge_targets_are_learned(unit: str, tmp_path, capsys) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join(f"{i / 9},{i}{unit[1:]}\n" for i in range(60)))
    options = ["--epochs", "60", "--lr", "0.05", "--out", str(tmp_path / "out")]
    assert main(["train", str(path), *options]) == 0
    assert re.search(r"validation R² 0\.9", capsys.readouterr().out)
    assert main(["predict", str(tmp_path / "out" / "model.json"), str(path)]) == 0
    assert re.search(r"root mean squared error \d\.?\d*e\+\d+, in", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("train --learning-rate 0.1", "glassgrad train: there is no --learning-rate, it is called --lr;"),
        ("train --learning-rate=0.1", "there is no --learning-rate, it is called --lr;"),
        ("train -o x", "there is no -o, it is called --out;"),
        ("train --epoch 3", "there is no --epoch, it is called --epochs;"),
        ("predict m.json t.csv --output x", "glassgrad predict: there is no --output, it is called --out;"),
        ("train --gpu", "glassgrad train: there is no --gpu; see glassgrad train --help"),
        ("predict m.json t.csv u.csv", "glassgrad predict: there is no u.csv; see"),
    ],
)  # fmt: skip
def test_unknown_option_is_answered_with_ours(words: str, said: str, capsys) -> None:
    with pytest.raises(SystemExit):
        main(words.split())
    assert said in capsys.readouterr().err


def test_sizes_without_commas_are_answered_with_commas(capsys) -> None:
    assert main(["train", "--hidden", "8", "16"]) == 2
    assert "no data set named '16'" in (said := capsys.readouterr().err)
    assert said.endswith("sizes of layers have commas between them: 8,8\n")


@pytest.mark.parametrize(
    ("change", "wording"),
    [
        ({"categories": {"Fell": ["grau", "blau"]}}, "features must have 'Fell = blau', as metadata.categories say"),
        ({"categories": {"Fell": "grau"}}, "metadata.categories.Fell must be a list, got 'grau'"),
        ({"categories": None}, "metadata.categories must be an object, got null"),
        ({"decimal": ";"}, "metadata.decimal must be '.', ',' or null, got ';'"),
    ],
)  # fmt: skip
def test_damaged_categories_are_refused_in_one_line(change, wording: str, cats, capsys) -> None:
    content = json.loads((cats / "out" / "model.json").read_text())
    content["metadata"] |= change
    content["checksum"] = "edited by hand"
    (cats / "bad.json").write_text(json.dumps(content))
    message = refusal(["predict", "bad.json", "cats.TXT"], capsys)
    assert message.startswith("glassgrad: bad.json: ")
    assert wording in message
    assert len(message.splitlines()) == 1
