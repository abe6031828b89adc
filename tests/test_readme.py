"""Every Python example of the README runs, and prints what the README says it prints."""

from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("example", list(find_examples(str(README))), ids=str)
def test_readme_example_prints_what_it_says(
    example: CodeExample, eval_example: EvalExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "test" in example.prefix_settings():
        pytest.importorskip(example.prefix_settings()["test"])
    monkeypatch.chdir(tmp_path)
    eval_example.set_config(line_length=200)
    eval_example.run_print_check(example)
