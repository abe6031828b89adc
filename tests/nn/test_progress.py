"""The progress of a run: a bar in a terminal, a line per tenth in a log, nothing on demand."""

import io
import sys
import warnings

import pytest

import nn
from nn.progress import Lines, progress_bar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def ran(total: int, *, postfix_every: int = 0, done: int = 0) -> list[str]:
    """Return the lines of a run that is written to a log."""
    log = io.StringIO()
    bar = Lines(total, done=done, unit="step", stream=log)
    for i in range(done, total):
        if postfix_every and i % postfix_every == 0:
            bar.set_description(f"epoch {i // postfix_every + 1}")
        bar.update()
        if postfix_every and (i + 1) % postfix_every == 0:
            bar.set_postfix_str(f"loss after {i + 1}")
    bar.close()
    return log.getvalue().splitlines()


@pytest.mark.parametrize(("total", "every"), [(240, 8), (10_000, 10), (100, 100), (7, 1), (3, 0)])
def test_log_gets_at_most_a_line_per_tenth(total, every) -> None:
    lines = ran(total, postfix_every=every)
    assert 1 <= len(lines) <= 10
    assert "\r" not in "".join(lines)


def test_line_at_the_end_of_an_epoch_has_its_loss() -> None:
    lines = ran(240, postfix_every=8)
    assert lines[0] == "epoch 3: loss after 24"
    assert lines[-1] == "epoch 30: loss after 240"


def test_line_within_an_epoch_has_no_loss_of_another() -> None:
    lines = ran(100, postfix_every=50)
    assert lines[0] == "epoch 1: 10 % of 100 steps"
    assert lines[4] == "epoch 1: loss after 50"


def test_resumed_run_counts_from_where_it_was() -> None:
    assert ran(100, postfix_every=10, done=90) == ["epoch 10: loss after 100"]


def test_terminal_gets_a_bar(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    bar = progress_bar(10, done=0, unit="step", shown=True)
    bar.update()
    bar.close()
    assert "1/10" in terminal.getvalue()


def notebook(monkeypatch) -> tuple[io.StringIO, io.StringIO]:
    """Return output and errors, from now on those of a notebook's cell."""

    class OutStream(io.StringIO):
        """As ipykernel's, whose module tells that this is a notebook."""

    OutStream.__module__ = "ipykernel.iostream"
    output, errors = OutStream(), OutStream()
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "stderr", errors)
    return output, errors


def test_notebook_gets_its_bar_as_ordinary_output(monkeypatch) -> None:
    output, errors = notebook(monkeypatch)
    bar = progress_bar(10, done=0, unit="step", shown=True)
    bar.update()
    bar.write("⚠ alarm")
    bar.close()
    assert "1/10" in output.getvalue()
    assert "⚠ alarm" in output.getvalue()
    assert errors.getvalue() == ""


def test_notebook_gets_warnings_of_fit_as_ordinary_output(monkeypatch) -> None:
    output, errors = notebook(monkeypatch)
    X, y = nn.data.moons(20, seed=0)
    model = nn.MLP(2, [1], seed=0)
    with warnings.catch_warnings():  # not those that pytest records
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        nn.fit(
            model, X, y, loss=nn.binary_cross_entropy, optimizer="adam", epochs=1, validation=(X, y)
        )
    assert "are among the training samples" in output.getvalue()
    assert errors.getvalue() == ""


def test_no_bar_is_silent(capsys) -> None:
    bar = progress_bar(10, done=0, unit="step", shown=False)
    bar.update()
    bar.close()
    assert capsys.readouterr() == ("", "")
