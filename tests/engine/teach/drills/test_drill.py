"""Drills in the notebook and in a terminal: answers as people write them, and their mistakes."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest

import engine
from engine import Value
from engine.teach.drills.levels import LEVELS
from engine.teach.drills.reading import number_of

pytestmark = pytest.mark.core

EACH = pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (3, 3.0), (-0.5, -0.5), ("3", 3.0), (" 3 ", 3.0), ("+3", 3.0), ("3.0", 3.0), ("−4", -4.0),
        ("–4", -4.0), ("— 4", -4.0), ("- 4", -4.0), ("1,5", 1.5), ("−1,5", -1.5), (".5", 0.5),
        ("3/2", 1.5), ("−3/2", -1.5), ("3 / 2", 1.5), ("3/−2", -1.5), ("1,5/2", 0.75),
        ("1e1", 10.0), ("3\n", 3.0), (Fraction(3, 2), 1.5), (Value(2.0), 2.0), ("３", 3.0),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_people_write_it(given: object, number: float) -> None:
    assert number_of(given, "a.grad") == number


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("", ValueError, r"the answer for a\.grad is empty; write a number such as 3, −4, 1\.5"),
        ("   ", ValueError, "is empty"),
        ("three", ValueError, r'a\.grad needs a number, got "three"; write a number such as'),
        ("x" * 200, ValueError, 'got "x{29}…"'),
        ("1 1/2", ValueError, "needs a number"),
        ("1.250,5", ValueError, "needs a number"),
        ("3//2", ValueError, "needs a number"),
        ("/2", ValueError, "needs a number"),
        ("3/", ValueError, "needs a number"),
        ("2*3", ValueError, "needs a number"),
        ("--4", ValueError, "needs a number"),
        ("3/0", ValueError, "nothing is over 0"),
        ("inf", ValueError, "needs a finite number"),
        ("nan", ValueError, "needs a finite number"),
        (float("nan"), ValueError, "needs a finite number"),
        (10**400, TypeError, "needs a number, got int"),
        (None, TypeError, "needs a number, got None"),
        (True, TypeError, "needs a number, got True"),
        ([3], TypeError, "needs a number, got list"),
        (1j, TypeError, "needs a number, got complex"),
        (b"3", TypeError, "needs a number, got b'3'"),
    ],
)
def test_what_is_not_a_number_is_refused(
    given: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        number_of(given, "a.grad")


@EACH
def test_the_key_solves_the_drill(level: int) -> None:
    one = engine.teach.drill(5, level)
    feedback = one.answer(one.key)
    assert feedback.right
    assert one.solved
    assert one.next is None
    assert one.score == 1.0
    assert "complete" in repr(feedback)
    assert one.hint() == "all blanks are right"


@EACH
def test_blanks_can_be_answered_one_after_another(level: int) -> None:
    one = engine.teach.drill(6, level)
    for blank in one.blanks:
        assert one.next is blank
        assert one.answer(blank.right).right
    assert one.solved


def test_a_wrong_answer_can_be_mended_but_the_first_one_counts() -> None:
    one = engine.teach.drill(1, 4)
    assert not one.answer(e_grad=1).right
    assert one.answer(e_grad=one.key["e_grad"]).right
    one.answer(one.key)
    assert one.solved
    assert one.score == 0.8


def test_an_answer_that_was_shown_does_not_count() -> None:
    one = engine.teach.drill(1, 1)
    assert one.show("d") == one.key["d"]
    one.answer(e=one.key["e"])
    assert one.solved
    assert one.score == 0.5


@pytest.mark.parametrize("name", ["a_grad", "a.grad", " a . grad ", "A"])
def test_names_may_be_written_as_the_picture_writes_them(name: str) -> None:
    one = engine.teach.drill(1, 4)
    if name == "A":
        with pytest.raises(ValueError, match="there is no blank A"):
            one.answer({name: 1})
    else:
        assert one.answer({name: one.key["a_grad"]}).right


@pytest.mark.parametrize("name", ["dd_da", "∂d/∂a", "dd/da", "∂d / ∂a"])
def test_slopes_may_be_written_as_fractions(name: str) -> None:
    one = engine.teach.drill(1, 2)
    assert one.answer({name: one.key["dd_da"]}).right


def test_data_may_be_called_by_its_whole_name() -> None:
    one = engine.teach.drill(1, 1)
    assert one.answer({"d.data": one.key["d"]}).right


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda one: one.answer(x=3), "there is no blank x: the blanks are e_grad, c_grad"),
        (lambda one: one.answer(agrad=3), "did you mean a_grad?"),
        (lambda one: one.answer(), "answer needs an answer, such as drill.answer"),
        (lambda one: one.answer({}), "answer needs an answer"),
        (lambda one: one.answer(1, 2, 3, 4, 5, 6), "6 answers came, but 5 blanks are open"),
        (lambda one: one.answer(""), "is empty"),
        (lambda one: one.answer({"": 3}), "there is no blank"),
        (lambda one: one.answer({3: 3}), "there is no blank 3"),
        (lambda one: one.show("q"), "there is no blank q"),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_counts(
    answer: Callable[[Any], object], message: str
) -> None:
    one = engine.teach.drill(1, 4)
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        answer(one)
    assert one.answers == {}


def test_of_several_answers_none_counts_if_one_cannot_be_read() -> None:
    one = engine.teach.drill(1, 4)
    with pytest.raises(ValueError, match="needs a number"):
        one.answer(e_grad=3, c_grad="abc")
    assert one.answers == {}


def test_answers_after_the_end_are_refused_without_a_name() -> None:
    one = engine.teach.drill(1, 1)
    one.answer(one.key)
    with pytest.raises(ValueError, match="1 answers came, but all is answered"):
        one.answer(3)
    assert not one.answer(d=99).right


@pytest.mark.parametrize(
    ("seed", "level", "error", "message"),
    [
        ("1", 1, TypeError, "seed must be a whole number, got '1'"),
        (1, "2", TypeError, "level must be a whole number, got '2'"),
        (1.5, 1, TypeError, "seed must be a whole number"),
        (None, 1, TypeError, "seed must be a whole number"),
        (True, 1, TypeError, "seed must be a whole number, got True"),
        (1, 0, ValueError, "there are levels 1 to 6, got 0"),
        (1, 7, ValueError, "there are levels 1 to 6, got 7"),
    ],
)
def test_a_drill_that_does_not_exist_is_refused(
    seed: Any, level: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        engine.teach.drill(seed, level)


@EACH
def test_no_picture_text_or_tip_gives_an_open_answer_away(level: int) -> None:
    for seed in range(8):
        one = engine.teach.drill(seed, level)
        root = ElementTree.fromstring(one.svg)
        texts = [x.text or "" for x in root.iter() if x.tag.endswith(("text", "tspan"))]
        tips = [x for x in root.iter() if x.tag.endswith("title")]
        assert sum("?" in text for text in texts) == len(one.blanks)
        assert all((x.text or "").startswith(("gradient graph", "the constant")) for x in tips)
        one.answer(one.key)
        assert "?" not in "".join(ElementTree.fromstring(one.svg).itertext())


def test_html_shows_the_state_and_escapes_it() -> None:
    one = engine.teach.drill(1, 4)
    feedback = one.answer(e_grad=-9)
    assert "e.grad = −9 ✓" in feedback._repr_html_()
    assert "<svg" in feedback._repr_html_()


# ---- in a terminal ----


def asked(lines: list[str], level: int = 1, seed: int = 1) -> tuple[bool, list[str], Any]:
    """Return whether the end was reached, what was written, and the drill."""
    waiting: Iterator[str] = iter(lines)
    written: list[str] = []

    def read(prompt: str) -> str:
        written.append(prompt)
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    one = engine.teach.drill(seed, level)
    return engine.teach.ask(one, read, written.append), written, one


def test_a_terminal_asks_for_one_blank_after_another() -> None:
    key = engine.teach.drill(1, 1).key
    done, written, one = asked([f"{x:g}" for x in key.values()])
    assert done
    assert written[-1] == "2 of 2 right at the first try"
    assert one.score == 1.0


def test_a_terminal_asks_again_and_shows_the_answer_at_last() -> None:
    key = engine.teach.drill(1, 1).key
    done, written, one = asked(["99", "98", "97", f"{key['e']:g}"])
    assert done
    assert sum(line.startswith("  ✗") for line in written) == 3
    assert f"  d = {key['d']:g}".replace("-", "−") in written
    assert written[-1] == "1 of 2 right at the first try"
    assert one.score == 0.5


def test_a_terminal_gives_hints_and_passes_over_what_it_cannot_read() -> None:
    _, written, one = asked(["?", "abc", "1/0"])
    assert any(line.startswith("  d: d = ") for line in written)
    assert any("needs a number" in line for line in written)
    assert one.answers == {}


def test_an_empty_line_shows_the_answer() -> None:
    done, written, one = asked(["", ""])
    assert done
    assert written[-1] == "0 of 2 right at the first try"
    assert one.score == 0.0


def test_a_terminal_says_where_it_ended() -> None:
    done, written, _ = asked([])
    assert not done
    assert written[-1] == "\nended at d: 0 of 2 right at the first try"
