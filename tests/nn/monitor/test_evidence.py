"""The picture of an alarm shows the numbers that decided."""

import pytest

import nn
from tests.networks import sick


@pytest.mark.parametrize(
    ("name", "x_label", "lines"),
    [
        ("deep sigmoid", "layer", ["what arrives at the output"]),
        ("one relu with a bias of -10", "sample, in order",
         ["pre-activation of layer 1, n3", "0"]),
        ("learning rate 1e-5", "length of the step, as a multiple of the one taken",
         ["loss after it", "loss before it"]),
        ("tiny data, huge net", "step", ["training loss", "validation loss"]),
    ],
)  # fmt: skip
def test_picture_has_the_lines_that_decided(name: str, x_label: str, lines: list[str]) -> None:
    (axes,) = sick(name).alarms[0].show().axes
    assert axes.get_xlabel() == x_label
    assert [text.get_text() for text in axes.get_legend().get_texts()] == lines


def test_alarm_of_a_fact_says_that_there_is_nothing_to_draw() -> None:
    alarm = sick("zeros").alarms[0]
    with pytest.raises(
        ValueError, match=r"symmetric is a fact, with nothing to draw; read .*8 neu"
    ):
        alarm.show()


def test_report_shows_the_evidence_of_an_alarm(tmp_path) -> None:
    text = sick("deep sigmoid").report(tmp_path / "run.html").read_text()
    assert text.count('alt="the numbers that decided"') == 1


def test_alarm_with_another_reading_says_perhaps() -> None:
    alarm = nn.Alarm("dead", "layer 1", None, 7, "0 for all", "a", otherwise="it sleeps")
    assert alarm.confidence == "perhaps"
    assert str(alarm) == ("perhaps dead in layer 1 since step 7: 0 for all (or: it sleeps); try: a")
    assert nn.Alarm("dead", "layer 1", None, 7, "0 for all", "a").confidence == "sure"
