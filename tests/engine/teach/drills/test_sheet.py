"""Drills on paper: a page and its key, which differ in the answers alone."""

import re
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.teach.drills.levels import LEVELS
from engine.words.numbers import number_text

pytestmark = pytest.mark.core

EACH = pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))


def test_a_sheet_is_saved_as_a_page_and_so_is_its_key(tmp_path: Path) -> None:
    sheet = engine.teach.drill_sheet(range(1, 5), level=2)
    page = sheet.save(tmp_path / "sheet.html").read_text(encoding="utf-8")
    key = sheet.key.save(tmp_path / "key.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count("<section") == key.count("<section") == 4
    assert "Name" in page
    assert "Key to drills" in key


@EACH
def test_a_sheet_has_a_line_for_each_blank_and_the_key_its_answer(level: int) -> None:
    sheet = engine.teach.drill_sheet([1, 2], level)
    blanks = [blank for one in sheet.drills for blank in one.blanks]
    assert sheet.page.count("<li>") == sheet.page.count("<i></i></li>") == len(blanks)
    lines = re.findall(r"<li>(.*?)</li>", sheet.key.page)
    assert lines == [f"{blank.text} = <b>{number_text(blank.right)}</b>" for blank in blanks]


@EACH
def test_a_sheet_asks_even_what_has_been_answered(level: int) -> None:
    sheet = engine.teach.drill_sheet([3], level)
    page = sheet.page
    sheet.drills[0].answer(sheet.drills[0].key)
    assert re.sub("<desc>.*?</desc>", "", sheet.page, flags=re.DOTALL) == re.sub(
        "<desc>.*?</desc>", "", page, flags=re.DOTALL
    )


def test_paper_is_a4_or_letter() -> None:
    assert "size: A4" in engine.teach.drill_sheet([1]).page
    assert "size: letter" in engine.teach.drill_sheet([1], paper="Letter").page


def test_a_page_loads_nothing_from_elsewhere() -> None:
    page = engine.teach.drill_sheet([1], 6).page
    assert not re.search(r"(src|href)=|url\(|@import|<script", page)


def test_style_applies_to_the_sheet_alone_so_that_a_notebook_keeps_its_own() -> None:
    html = engine.teach.drill_sheet([1])._repr_html_()
    style = html.split("<style>")[1].split("</style>")[0]
    rules = [line for line in style.splitlines() if line]
    assert rules
    assert all(line.startswith(".glassgrad-sheet") for line in rules)


@pytest.mark.parametrize(
    ("seeds", "options", "error", "message"),
    [
        ([], {}, ValueError, "a sheet needs at least one seed"),
        ("123", {}, TypeError, "seeds must be whole numbers, such as range"),
        (None, {}, TypeError, "seeds must be whole numbers"),
        (["1"], {}, TypeError, "seed must be a whole number, got '1'"),
        ([1], {"level": 9}, ValueError, "there are levels 1 to 6, got 9"),
        ([1], {"paper": "A5"}, ValueError, "paper must be A4 or letter, got 'A5'"),
        ([1], {"paper": None}, ValueError, "paper must be A4 or letter, got None"),
    ],
)
def test_a_sheet_that_cannot_be_made_is_refused(
    seeds: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        engine.teach.drill_sheet(seeds, **options)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a sheet is saved as \.html, got 'sheet\.pdf'"):
        engine.teach.drill_sheet(1).save(tmp_path / "sheet.pdf")
