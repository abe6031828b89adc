"""The game: expressions as text and as functions, the score, and what students do by mistake."""

import sys
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

import engine
from engine import Value
from engine.teach.catching.expression import read
from engine.teach.catching.rows import BUGS

pytestmark = pytest.mark.core


def test_a_text_and_a_function_are_the_same_trial() -> None:
    game = engine.teach.catch(4)
    text, function = game.try_("a * b + a"), game.guess(lambda a, b: a * b + a)
    assert text.rows == function.rows
    assert text.operations == function.operations == 2


def test_a_trial_shows_data_and_gradients_of_both_engines() -> None:
    trial = engine.teach.catch(1).try_("a * b")
    assert [(row.name, row.right, row.wrong) for row in trial.rows] == [
        ("a", (2.0, -3.0), (2.0, 2.0)),
        ("b", (-3.0, 2.0), (-3.0, -3.0)),
        ("e", (-6.0, 1.0), (-6.0, 1.0)),
    ]
    assert trial.caught
    assert trial.differences[0] == "the gradient of a is +2 where −3 is right"


def test_a_difference_in_data_is_named() -> None:
    trial = engine.teach.catch(5).try_("3 - a")
    assert "the data of e is −1 where 1 is right" in trial.differences


def test_the_score_is_the_fewest_operations_over_those_used() -> None:
    game = engine.teach.catch(4)
    assert game.score == 0.0
    assert game.try_("a * b").score == 0.0
    assert game.try_("(a + a) * b + b").score == pytest.approx(1 / 3)
    assert game.try_("a + a").score == 1.0
    assert game.try_("a + a + a").score == 0.5
    assert game.score == 1.0


def test_a_result_that_is_used_twice_counts_once() -> None:
    assert engine.teach.catch(9).try_("c = -a; c + c").operations == 2
    assert engine.teach.catch(9).try_("-a + -a").operations == 3


def test_operations_that_the_result_does_not_need_are_not_counted() -> None:
    assert engine.teach.catch(1).try_("c = a * b; a + a").operations == 1
    assert engine.teach.catch(1).try_("2 * 3 * a").operations == 1


def test_methods_may_be_written_as_in_micrograd() -> None:
    trials = [engine.teach.catch(7).try_(text) for text in ("-relu(a * b)", "-(a * b).relu()")]
    assert trials[0].rows == trials[1].rows


def test_definitions_may_be_on_lines_of_their_own() -> None:
    assert engine.teach.catch(9).try_("c = -a\n\nd = c + c\nd").caught


def test_source_is_shown_once_the_bug_is_caught() -> None:
    game = engine.teach.catch(4)
    with pytest.raises(ValueError, match=r"catch the bug first, or call give_up\(\)"):
        _ = game.source
    game.try_("a + a")
    assert "self.grad = out.grad" in repr(game.source)
    assert "self.grad += out.grad" in game.source._repr_html_()


def test_giving_up_shows_the_source_and_ends_the_scoring() -> None:
    game = engine.teach.catch(4)
    assert game.give_up().fault == BUGS[3].fault
    trial = game.try_("a + a")
    assert trial.caught
    assert (trial.score, game.score) == (0.0, 0.0)
    assert "no score" in repr(trial)


def test_giving_up_afterwards_keeps_the_score() -> None:
    game = engine.teach.catch(4)
    game.try_("a + a")
    game.give_up()
    assert game.score == 1.0


def test_the_third_hint_is_the_answer_and_ends_the_scoring() -> None:
    game = engine.teach.catch(2)
    hints = [game.hint(), game.hint()]
    assert not game.given_up
    hints += [game.hint(), game.hint()]
    assert game.given_up
    assert hints == [*BUGS[1].hints, BUGS[1].hints[2]]


def test_the_text_of_a_game_says_what_can_be_done_and_how_far_it_is() -> None:
    game = engine.teach.catch(6)
    assert "a = 2 and b = −3" in repr(game)
    assert "game.try_(" in repr(game)
    game.try_("tanh(a)")
    assert "1 tried, not caught yet, score 0%" in repr(game)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.number))
def test_picture_is_valid_and_marks_only_what_differs(bug: Any) -> None:
    trial = engine.teach.catch(bug.number).try_(bug.shortest)
    ElementTree.fromstring(trial.svg)
    assert trial.svg.count("#8250df") == sum(bool(row.difference) for row in trial.rows)
    same = engine.teach.catch(12).try_("a * b")
    assert "#8250df" not in same.svg


def test_html_escapes_what_the_student_wrote() -> None:
    def named(a: Value) -> Value:
        a.label = "<b>"
        return -a

    html = engine.teach.catch(1).try_(named)._repr_html_()
    assert "<b>" not in html.replace("<br>", "")


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        (0, ValueError, "there are bugs 1 to 12, got 0"),
        (13, ValueError, "got 13"),
        (-1, ValueError, "got -1"),
        ("3", TypeError, "the number of a bug, 1 to 12, got str"),
        (True, TypeError, "got True"),
        (1.5, TypeError, "got float"),
        (None, TypeError, "got NoneType"),
    ],
)
def test_a_bug_that_does_not_exist_is_refused(
    number: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        engine.teach.catch(number)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the formula is empty"),
        ("   ;  \n ", "the formula is empty"),
        ("hello world", "not a valid formula"),
        ("a +", "not a valid formula"),
        ("a b", r"a product needs its sign: write a\*b"),
        ("a ^ b", "powers are written"),
        ("a × b", r"write \* for ×"),
        ("x + a", "unknown name x; the game's numbers are a = 2 and b = −3"),
        ("tanh", "tanh is a function"),
        ("frob(a)", "unknown function frob"),
        ("sigmoid(a)", "the engines of this game know .*; got sigmoid"),
        ("a ** b", "got .* with a Value as exponent"),
        ("2 ** a", "got .* with a Value as exponent"),
        ("a > b", "computes, and does not compare"),
        ("where(a > b, a, b)", "does not compare"),
        ("a", "must compute something .* it is only a name"),
        ("3 + 4", "it is only a float"),
        ("c = a * b", "the last part must be the expression"),
        ("a + b; a * b", "those before it define names"),
        ("a = 3; a + a", "a has a meaning already"),
        ("exp = a; exp + a", "exp has a meaning already"),
        ("a / 0", "0"),
        ("a ** 0.5 + b ** 0.5", "needs"),
        ("exp(1000 * a)", "no finite number"),
        ("a * 1e308 * 10", "no finite number"),
        ("(" * 300 + "a" + ")" * 300, "nests too deeply"),
        ("-" * 300 + "a", "nests too deeply|too long"),
        ("+".join("a" * 40), "at most 12 operations, this one has 39"),
        ("a + " * 600 + "a", "at most 1000 letters"),
        ("__import__('os').system('true')", "unknown function system"),
        ("a.data", "not a valid formula"),
        ("[a, b]", "may contain"),
        ("a, b", "not a valid formula"),
        ("9" * 400, "too large|only a float"),
        ("2 ** 9 ** 9 ** 9 * a", "no number|finite|large"),
    ],
)
def test_a_text_that_is_not_an_expression_of_the_game_is_refused(text: str, message: str) -> None:
    game = engine.teach.catch(1)
    with pytest.raises(ValueError, match=message):
        game.try_(text)
    assert game.trials == []


def returns_nothing(a: Value) -> None:
    a + a


def raises(a: Value) -> Value:
    raise RuntimeError("oh")


def leaves_python(a: Value) -> Value:
    sys.exit(3)


def loops(a: Value) -> Value:
    while True:
        pass


def loops_and_catches(a: Value) -> Value:
    while True:
        try:
            a = a * 1.0
        except Exception:
            continue


def recurses(a: Value) -> Value:
    return recurses(a + a)


def changes_data(a: Value) -> Value:
    a.data = 7.0
    return a + a


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (returns_nothing, "it is only a NoneType"),
        (raises, "the function raised RuntimeError: oh"),
        (leaves_python, "the function raised SystemExit: 3"),
        (loops, "has run 100,000 lines without an end"),
        (loops_and_catches, "has run 100,000 lines without an end"),
        (recurses, "RecursionError|100,000 lines"),
        (changes_data, "it has changed a number's data"),
        (lambda: 3, "must take one or two Values, a and b; it takes 0"),
        (lambda a, b, c: a + b + c, "it takes 3"),
        (lambda *numbers: numbers[0], "it takes 0"),
        (lambda a: a, "it is only a name"),
        (lambda a: a.data * 2, "it is only a float"),
        (lambda a, b: [a + b], "it is only a list"),
        (lambda a, b: Value(a.data) + Value(b.data) if a > b else a, "uses neither a nor b"),
        (lambda a: engine.sin(a), "got sin"),
        (lambda a: a / 0, "0"),
        (lambda a: sum(a for _ in range(50)), "at most 12 operations, this one has 50"),
        (max, "must take one or two Values"),
    ],
)
def test_a_function_that_is_not_an_expression_of_the_game_is_refused(
    function: Callable[..., Any], message: str
) -> None:
    before = sys.gettrace()
    with pytest.raises(ValueError, match=message):
        engine.teach.catch(1).try_(function)
    assert sys.gettrace() is before


@pytest.mark.parametrize("given", [None, 3, 2.5, ["a + a"], Value(1.0), b"a + a"])
def test_what_is_neither_text_nor_function_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"an expression is a text, .* or a function"):
        engine.teach.catch(1).try_(given)


def test_a_function_may_use_methods_functions_loops_and_numbers() -> None:
    def several(x: Value, y: Value) -> Value:
        total = sum([x, y])
        for _ in range(2):
            total = total * 0.5
        return engine.tanh(total).relu() + Value(3.0) - y.exp()

    trial = engine.teach.catch(10).try_(several)
    assert trial.operations == 9  # sum() begins with 0 + x
    assert not trial.caught


def test_trials_leave_nothing_behind_in_each_other() -> None:
    game = engine.teach.catch(4)
    first = repr(game.try_("a + a"))
    game.try_(lambda a, b: a * b)
    assert repr(game.try_("a + a")) == first
    assert read("a + a") is not read("a + a")
