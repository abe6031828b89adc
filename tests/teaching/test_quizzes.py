"""The teacher's texts: the path through the course, and keys whose numbers are right."""

import math
import re
from pathlib import Path

import pytest

import engine
import nn
from engine import Value
from tests.teaching.texts import FOLDER, LESSONS, TEACHING, head


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_path_through_the_course_says_what_the_lesson_says(path: Path) -> None:
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if f"({path.name})" in row]
    _, name, minutes, after, needs, _ = [cell.strip() for cell in row.split("|")]
    found = re.search(r"\[(.+)\]", name)[1], minutes, after, needs.strip("()")
    assert found == head(path)


def answers(title: str) -> dict[int, str]:
    """Return the answers of a key by number."""
    text = (TEACHING / "keys.md").read_text(encoding="utf-8").partition(f"## {title}\n")[2]
    found = re.findall(r"^(\d+)\. (.+)$", text.partition("\n## ")[0], re.MULTILINE)
    return {int(number): answer.replace("−", "-") for number, answer in found}


@pytest.mark.parametrize(("quiz", "title"), [("before", "Before"), ("after", "After")])
def test_every_question_has_an_answer(quiz: str, title: str) -> None:
    asked = re.findall(
        r"^(\d+)\. ", (TEACHING / f"quiz_{quiz}.md").read_text("utf-8"), re.MULTILINE
    )
    assert [int(number) for number in asked] == list(answers(f"{title} the course"))


def gradient(f, *at: float) -> list[float]:
    inputs = [Value(x) for x in at]
    f(*inputs).backward()
    return [x.grad for x in inputs]


def test_numbers_of_the_first_key_are_right() -> None:
    key = answers("Before the course")
    assert gradient(lambda w: (2 * w - 3) ** 2, 1.0) == [float(key[1].partition(":")[0])]
    assert float(key[2]) == -0.04 / 0.01
    assert gradient(lambda x: 3 * (2 * x), 1.0) == [float(key[3].partition(":")[0])]
    assert key[4].startswith("(c)")
    (slope,) = gradient(lambda x: engine.sin(x**2), 1.5)
    assert math.isclose(slope, math.cos(1.5**2) * 2 * 1.5)
    assert gradient(lambda a, b: a * b + a, 2.0, -3.0)[0] == float(key[5].partition(":")[0])


def test_numbers_of_the_second_key_are_right() -> None:
    key = answers("After the course")
    a, b = gradient(lambda a, b: a * b + a, 2.0, -3.0)
    assert f"gradient of a is {a:g} " in key[1]
    assert f"that of b is {b:g} " in key[1]
    z = Value(math.log(0.8 / 0.2))
    nn.binary_cross_entropy([z], [1]).backward()
    assert math.isclose(z.grad, float(key[5].partition(":")[0]))
    assert f"{(1 / 4) ** 6:.5f}" in key[9]
    assert f"between 0 and {2 / 8:g}" in key[10]
    layer = nn.Layer(64, 32)
    assert key[14].startswith(f"{len(layer.parameters()):,}: {64 * 32:,} weights and 32 biases")
