"""Every Python example of the README runs, and prints exactly what the README says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

README = Path(__file__).parent.parent / "README.md"


def printed_according_to(source: str) -> str:
    """Return what an example says that it prints, in order.

    A line of it begins with `#>`, and a text of several lines is a string that begins and ends on
    lines of its own.
    """
    said = re.compile(r'^ *#>(?: ([^\n]*))?$|^"""\n(.*?\n)"""$', re.MULTILINE | re.DOTALL)
    return "".join(text or f"{line}\n" for line, text in said.findall(source))


def check_example(
    example: CodeExample, eval_example: EvalExample, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run an example, and compare all that it prints, wherever that is done, with what it says.

    The print check of pytest-examples does not: it drops what a library prints, the second round of
    a loop with two prints, and a line that nothing printed.
    """
    capsys.readouterr()
    eval_example.run(example)
    printed = capsys.readouterr()
    assert printed.out == printed_according_to(example.source)
    assert printed.err == ""


@pytest.mark.parametrize("example", list(find_examples(str(README))), ids=str)
def test_readme_example_prints_what_it_says(
    example: CodeExample,
    eval_example: EvalExample,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "test" in example.prefix_settings():
        pytest.importorskip(example.prefix_settings()["test"])
    monkeypatch.chdir(tmp_path)
    check_example(example, eval_example, capsys)


LOOP = """
for kind in {kinds}:
    print(kind)
    #> vanishing
    print("try:", kind)
    #> try: vanishing
"""
LIBRARY = """
import sys
print(1)
#> 1
{line}
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (LOOP.format(kinds=["vanishing"]), LOOP.format(kinds=["vanishing", "vanishing"])),
        (LOOP.format(kinds=["vanishing"]), LOOP.format(kinds=[])),
        (LOOP.format(kinds=["vanishing"]), LOOP.format(kinds=["dead"])),
        (LIBRARY.format(line=""), LIBRARY.format(line="import this")),
        (LIBRARY.format(line=""), LIBRARY.format(line="sys.stdout.write('2')")),
        (LIBRARY.format(line=""), LIBRARY.format(line="sys.stderr.write('2')")),
        (LIBRARY.format(line=""), LIBRARY.format(line="print()")),
        ("print('a')\n#> a\n", "print('a')\n"),
        ('print("a")\nprint("b\\nc")\n#> a\n"""\nb\nc\n"""\n', 'print("b\\nc")\n"""\nb\n"""\n'),
        ("print('a  b')\n#> a  b\n", "print('a  b')\n#> a b\n"),
        ("x = 1\n", "x = 1\n#> 1\n"),
    ],
    ids=["second round", "missing", "other", "library", "out", "error", "empty line", "extra", "text",
         "blanks", "nothing printed"],
)  # fmt: skip
def test_check_of_examples_fails_on_extra_missing_and_other_output(
    right: str, wrong: str, eval_example: EvalExample, capsys: pytest.CaptureFixture[str]
) -> None:
    check_example(CodeExample.create(right), eval_example, capsys)
    with pytest.raises(AssertionError):
        check_example(CodeExample.create(wrong), eval_example, capsys)


READMES = [
    path
    for pattern in ("*.md", ".github/*.md", "engine/**/*.md", "nn/**/*.md", "tests/*.md")
    for path in sorted(README.parent.glob(pattern))
]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_readme_names_only_files_that_exist(readme: Path) -> None:
    named = re.findall(r"`([\w/]+\.py)`", readme.read_text(encoding="utf-8"))
    here = readme.parent
    missing = [x for x in named if not any(here.rglob(x)) and not (README.parent / x).exists()]
    assert missing == []
