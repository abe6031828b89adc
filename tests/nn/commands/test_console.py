"""The command line on consoles that cannot print every letter."""

import os
import subprocess
import sys

import pytest

FORMULA = ["draw", "tanh(a*b) - σ0 + é", "a=1", "b=-2", "σ0=1", "é=2", "--explain", "a"]


def printed(encoding: str, *arguments: str) -> str:
    """Return what a command prints on a console of an encoding."""
    found = subprocess.run(
        [sys.executable, "-m", "nn", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=True,
    )
    assert found.stderr == b""
    return found.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "cp437", "ascii", "koi8-r"])
def test_command_prints_on_a_console_of_any_encoding(encoding) -> None:
    text = printed(encoding, *FORMULA)
    assert "tanh(-2) = -0.964" in text.translate({ord("−"): "-", ord("－"): "-"})
    assert "?" not in text


def test_letters_that_ascii_lacks_are_spelled() -> None:
    text = printed("ascii", *FORMULA)
    assert "sigma0" in text
    assert "a * b" in text
    assert "h <- g <- f <- e <- a" in text


def test_error_is_printed_on_a_console_without_its_letters() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "nn", "draw", "x²", "x=1"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert found.returncode == 2
    assert found.stderr.decode("ascii").startswith(
        "glassgrad: not a valid formula: write x**2 for x2"
    )
