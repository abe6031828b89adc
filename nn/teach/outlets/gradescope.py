"""An assignment for Gradescope: the zip of an autograder that needs no network."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment
from nn.teach.outlets.wheel import Wheel, zipped

SETUP = """\
#!/usr/bin/env bash
# Runs once, when Gradescope builds the image; glassgrad is in this zip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v python3 >/dev/null || apt-get install -y python3
rm -rf ../glassgrad
python3 -m zipfile -e glassgrad-*.whl ../glassgrad
if [ "$PWD" = /autograder/source ]; then
    # What students wrote runs as this user, who can write nowhere that counts.
    id student >/dev/null 2>&1 || useradd --system --no-create-home student
    chmod o= .
fi
"""

RUN = '''\
#!/usr/bin/env python3
"""Scores one submission: submission/ → results/results.json. The working folder is /autograder."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

NAME = {name!r}
NAMES = {names!r}
STUDENT = {{"user": "student", "group": "student", "extra_groups": []}}


def submitted(folder):
    """Return the submission, or None and what to say instead."""
    found = [p for p in sorted(folder.rglob("*")) if p.suffix in (".py", ".ipynb") and p.is_file()]
    named = [p for p in found if p.stem == NAME]
    if len(named or found) == 1:
        return (named or found)[0], ""
    names = ", ".join(p.name for p in found) or "no such file"
    return None, f"Submit one file, {{NAME}}.py or {{NAME}}.ipynb; there is {{names}}."


def as_student(command):
    """Return whether a command can be run as the user that setup.sh has made."""
    try:
        return subprocess.run(command, capture_output=True, **STUDENT).returncode == 0
    except (OSError, LookupError) as error:
        print(f"the check runs as the same user as this script: {{error}}")
        return False


def checked(path):
    """Return the report on a submission, made by another user where there is one."""
    command = [sys.executable, "-m", "nn", "teach", "check", "--json", "--names", NAMES, str(path)]
    options = {{"env": os.environ | {{"PYTHONPATH": str(Path("glassgrad").resolve())}}}}
    if as_student([sys.executable, "-c", ""]):
        options |= STUDENT
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if not done.stdout:
        return {{"points": 0.0, "rubric": [], "text": done.stderr}}
    return json.loads(done.stdout)


def results(report, seconds):
    """Return what Gradescope reads."""
    return {{
        "score": report["points"],
        "execution_time": round(seconds),
        "output": report["text"],
        "output_format": "text",
        "tests": [
            {{
                "name": item["name"],
                "score": item["points"],
                "max_score": item["total"],
                "status": "passed" if item["points"] == item["total"] else "failed",
            }}
            for item in report["rubric"]
        ],
    }}


start = time.monotonic()
Path("results").mkdir(exist_ok=True)
os.chmod("results", 0o700)
path, problem = submitted(Path("submission"))
report = checked(path.resolve()) if path else {{"points": 0.0, "rubric": [], "text": problem}}
text = json.dumps(results(report, time.monotonic() - start), indent=1)
Path("results/results.json").write_text(text, encoding="utf-8")
print(report["text"])
'''

README = """\
# {title}, for Gradescope

| | |
|---|---|
| `assignment.md`, `{name}.py` | for the students: what to do, and where to fill it in |
| `autograder.zip` | for Gradescope |
| `solution.py` | for you |

Make a *Programming Assignment* of {points:g} points, upload `autograder.zip` under *Configure
Autograder* (the base image Ubuntu 22.04 or later), and try `solution.py` with *Test Autograder*.
Students submit `{name}.py`, or a notebook `{name}.ipynb` whose cells hold the same.

## How it is scored

`run_autograder` runs `glassgrad teach check` on the file, in a process of its own, as a user
`student` that cannot write to the results; a file may loop, crash or print. Each line of the rubric
is a test with its points. Gradescope gives each submission a new container, and glassgrad comes
inside the zip, so the autograder needs no network.

To try it on a machine of your own:

```bash
python3 -m zipfile -e autograder.zip try/source && bash try/source/setup.sh
mkdir try/submission && cp solution.py try/submission
cd try && python3 source/run_autograder   # writes results/results.json
```

## What it cannot prevent

A student's process runs beside the check, as the same user, and might disturb it by force. What it
cannot do is write results itself, or change the check by redefining `engine.teach.check`.

{install}"""


def files(assignment: Assignment, wheel: Wheel) -> dict[str, str | bytes]:
    """Return the files of an assignment for Gradescope, by path."""
    programs = {
        "setup.sh": SETUP,
        "run_autograder": RUN.format(name=assignment.name, names=",".join(assignment.names)),
    }
    packed = {name: text.encode() for name, text in programs.items()}
    return {
        "assignment.md": assignment.instructions,
        f"{assignment.name}.py": assignment.template,
        "solution.py": assignment.solution,
        "autograder.zip": zipped(packed | {wheel.name: wheel.content}, programs=tuple(programs)),
        "README.md": assignment.explained(README, wheel),
        wheel.name: wheel.content,
    }
