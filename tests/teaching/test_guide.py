"""The teacher's guide: minutes that add up, lessons in an order that works, commands that run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import engine
from engine.teach.drills.levels import LEVELS
from engine.teach.grading.rubric import ALL
from nn.__main__ import main
from tests.needs import needs
from tests.teaching.texts import (
    FOLDER,
    GUIDE,
    LESSONS,
    TEACHING,
    head,
    headings,
    n_questions,
    plan_of,
    rows,
    sections,
)

ROOT = FOLDER.parent
TEXTS = sorted(TEACHING.glob("*.md"))
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def number(path: Path) -> int:
    return int(path.name[:2])


def test_guide_has_a_section_for_each_lesson_in_order() -> None:
    assert list(sections()) == [number(path) for path in LESSONS]


@each_lesson
def test_section_bears_the_title_of_its_lesson(path) -> None:
    assert f"{number(path)} · {sections()[number(path)].partition(chr(10))[0]}" == head(path)[0]


@each_lesson
def test_minutes_of_the_sections_add_up_to_those_of_the_lesson(path) -> None:
    section = sections()[number(path)]
    total = sum(minutes for _, minutes in plan_of(section))
    assert f"**Minutes ({total}).**" in section
    assert str(total) == head(path)[1]


@each_lesson
def test_plan_names_each_part_of_the_lesson_in_its_order(path) -> None:
    planned = [name for name, _ in plan_of(sections()[number(path)])]
    there = [part for part in headings(path) if not part.startswith("Build on")]
    assert [p for p, t in zip(planned, there, strict=True) if not t.startswith(p)] == []


@each_lesson
def test_section_is_short_and_has_all_its_parts(path) -> None:
    section = sections()[number(path)]
    assert len([line for line in section.splitlines() if line.strip()]) <= 35
    for part in ("**Goal.**", "**Board.**", "**Stumbling blocks.**"):
        assert section.count(part) == 1
    assert section.count("```") == 2
    said = section.partition("**Say.** ")[2].partition("\n\n")[0]
    assert re.findall(r"\*(Before|At the end|At) ?", said) == ["Before", "At", "At the end"]


@each_lesson
def test_section_has_at_least_four_misconceptions(path) -> None:
    found = rows(sections()[number(path)])
    assert len(found) >= 4
    assert {len(row) for row in found} == {4}


def plans() -> dict[str, list[list[str]]]:
    """Return the sessions of each plan."""
    text = GUIDE.partition("\n## Plans\n")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return {name: rows(part) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


SESSIONS = [(name, row) for name, sessions in plans().items() for row in sessions]
each_session = pytest.mark.parametrize(
    ("plan", "session"), SESSIONS, ids=[f"{name}, {row[0]}" for name, row in SESSIONS]
)


def lessons_of(session: list[str]) -> dict[int, int]:
    """Return the lessons of a session and their minutes."""
    found = re.findall(r"lesson (\d+) \((\d+)\)", session[1])
    return {int(lesson): int(minutes) for lesson, minutes in found}


def test_there_are_plans_of_1_5_12_and_3_more_sessions() -> None:
    assert [len(sessions) for sessions in plans().values()] == [1, 5, 12, 3]


@each_session
def test_session_has_90_minutes(plan: str, session: list[str]) -> None:
    assert sum(map(int, re.findall(r"\((\d+)\)", session[1]))) == 90


@each_session
def test_lesson_in_a_session_has_its_minutes_without_what_is_skipped(
    plan: str, session: list[str]
) -> None:
    skipped = re.findall(r"(?:(\d+): )?\*([^*]+)\*", session[2])
    of = None
    minutes = {n: dict(plan_of(sections()[n])) for n in lessons_of(session)}
    for lesson, part in skipped:
        of = int(lesson) if lesson else of
        del minutes[of][part]
    assert lessons_of(session) == {n: sum(parts.values()) for n, parts in minutes.items()}


@pytest.mark.parametrize("plan", plans())
def test_each_lesson_comes_after_the_one_that_it_needs(plan: str) -> None:
    week = [n for row in plans()["One week"] for n in lessons_of(row)]
    taught = week if "two sessions" in plan else []
    for session in plans()[plan]:
        for lesson in lessons_of(session):
            before = head(LESSONS[lesson - 1])[2]
            assert not before or int(before) in taught
            taught.append(lesson)
    assert len(taught) == len(set(taught))


def test_twelve_sessions_hold_all_lessons() -> None:
    (long,) = [sessions for sessions in plans().values() if len(sessions) == 12]
    assert [n for row in long for n in lessons_of(row)] == [number(path) for path in LESSONS]


@each_session
def test_questions_given_as_homework_exist(plan: str, session: list[str]) -> None:
    for asked, lesson in re.findall(r"questions? ([\d and]+?) of lesson (\d+)", session[3]):
        there = n_questions(LESSONS[int(lesson) - 1])
        assert all(1 <= int(k) <= there for k in asked.split(" and "))


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_each_link_leads_to_a_file(text: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text.read_text(encoding="utf-8"))
    assert [link for link in links if not (TEACHING / link).exists()] == []


COMMANDS = [
    line.partition(" #")[0].strip()
    for block in re.findall(r"^```bash\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith("glassgrad ")
]


@pytest.fixture
def course(tmp_path: Path, monkeypatch) -> Path:
    """Go to a folder with a solution, two submissions and a lesson."""
    monkeypatch.chdir(tmp_path)
    assert main(["teach", "export", "--to", "pytest", "made"]) == 0
    solution = Path("made/solution/value.py").read_text(encoding="utf-8")
    lesson = LESSONS[0].read_text(encoding="utf-8")
    for name, text in {
        "value.py": solution,
        "submitted/ann/value.py": solution,
        "submitted/bob/value.py": solution,
        f"notebooks/{LESSONS[0].name}": lesson,
    }.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def test_guide_has_commands() -> None:
    assert {shlex.split(command)[2] for command in COMMANDS} == {
        "check",
        "drill",
        "export",
        "pages",
        "slides",
    }


@needs("nbconvert", "latex2mathml", "sphinx_revealjs")
@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_guide_runs(command: str, course: Path, monkeypatch, capsys) -> None:
    answers = iter(["?", *[""] * 20])
    monkeypatch.setattr("builtins.input", lambda *_: next(answers))
    words = [
        found
        for word in shlex.split(command)[1:]
        for found in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    assert main(words) == 0
    assert capsys.readouterr().err == ""


def test_extras_that_the_guide_installs_exist() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (extras,) = re.findall(r'install -e "\.\[(.+?)\]"', GUIDE)
    assert [name for name in extras.split(",") if f"\n{name} = [" not in project] == []


def test_numbers_on_marking_are_right() -> None:
    assert (
        f"{sum(points for _, points in ALL):g} points for a class `Value`, in {len(ALL)} parts"
        in GUIDE
    )
    fewest = [bug.fewest for bug in engine.teach.bugs]
    assert fewest == [1] * 5 + [2] * 4 + [3, 4, 5]
    assert "Engines 1 to 5 need one operation, 6 to 9 two, then 3, 4 and 5." in GUIDE


def test_levels_of_drills_are_named_as_the_command_names_them() -> None:
    named = [f"{k} {level.title}" for k, level in enumerate(LEVELS, start=1)]
    assert f"Levels: {', '.join(named)}." in " ".join(GUIDE.split())


def test_points_of_the_quizzes_are_right() -> None:
    asked = [
        len(re.findall(r"^\d+\. ", (TEACHING / name).read_text("utf-8"), re.MULTILINE))
        for name in ("quiz_before.md", "quiz_after.md")
    ]
    assert f"{asked[0]} and {asked[1] + 1} points" in GUIDE
