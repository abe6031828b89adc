"""A report as students read it."""

import pytest

import engine

OVERWRITES = """
class Value:
    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.grad, self.inputs, self.slopes = data, 0.0, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def backward(self):
        self.grad = 1.0
        for x, slope in zip(self.inputs, self.slopes):
            x.grad = slope * self.grad
"""

TIMES = """
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))
"""


@pytest.fixture(scope="module")
def wrong() -> engine.teach.Report:
    return engine.teach.check(OVERWRITES)


def test_text_fits_eighty_columns_and_cuts_no_code(wrong) -> None:
    lines = str(wrong).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("`a + a`" in line for line in lines)
    assert any("a ** 3" in line for line in lines)


def test_text_says_what_is_right_wrong_and_missing(wrong) -> None:
    begins = [line[:13].strip() for line in str(wrong).splitlines()[1:]]
    assert [word for word in begins if word.endswith(":")] == ["right:", "wrong:", "missing:"]


def test_line_is_the_one_that_overwrites_not_the_one_that_begins_the_pass(wrong) -> None:
    assert wrong.findings[0].line == (13, "x.grad = slope * self.grad")
    assert "line 13: x.grad = slope * self.grad" in str(wrong)


def test_html_shows_the_wrong_graph_beside_the_right_one(wrong) -> None:
    html = wrong.to_html()
    assert html.count("<svg") >= 2
    assert ">yours<" in html
    assert ">right<" in html
    assert "<code>a + a</code>" in html


def test_html_folds_three_hints(wrong) -> None:
    html = wrong.to_html()
    names = ("A nudge", "A pointer", "The answer")
    assert [f"<details><summary>{name}</summary>" in html for name in names] == [True] * 3


def test_html_escapes_what_a_student_wrote() -> None:
    source = OVERWRITES.replace("slope * self.grad", "slope * self.grad * (1 <2)")
    assert "(1 &lt;2)</code>" in engine.teach.check(source).to_html()


def test_sentence_that_begins_with_code_keeps_its_letters() -> None:
    with_times = OVERWRITES.replace("x.grad = ", "x.grad += ").replace(
        "    def backward", f"{TIMES}\n    def backward"
    )
    first, *others = engine.teach.check(with_times).findings
    assert first.message.startswith("backward() ")
    assert others == []
