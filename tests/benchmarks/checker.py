"""Measures whether `engine.teach.check` can be fooled: wrong, right and hostile engines, and its verdicts.

    python -m tests.benchmarks.checker [--only mutants|right|hostile] [--every N] [--match TEXT] [--text]

The engines are those of `tests/engine/teach/`: mutants made from the rows of the table and from the moves of
a backward pass, right engines in many styles, half-finished ones, and classes that hang, end Python or lie.
Prints each verdict that is not as it should be, and then the rates. Wrong and right engines are given as
classes, as in a notebook, and hostile ones as text, since they must not run here; --text gives all as text.
With --every only each Nth is checked.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import median

from tests.engine.teach.hostile import HOSTILE, RUDE
from tests.engine.teach.judge import Verdict, is_refused, is_told, names_besides, verdict
from tests.engine.teach.mutants import mutants
from tests.engine.teach.right import HALF, RIGHT
from tests.engine.teach.truth import class_in

SLOWEST = 10.0  # seconds for a verdict


def times(verdicts: Sequence[Verdict]) -> str:
    """Return the seconds of verdicts: median and worst."""
    seconds = [said.seconds for said in verdicts]
    return f"seconds per verdict: median {median(seconds):.2f}, worst {max(seconds):.2f}"


def share(n: int, of: int) -> str:
    """Return a number of so many, in per cent."""
    return f"{n} of {of} ({n / of:.1%})"


def given(source: str, *, text: bool) -> object:
    """Return an engine as the checker is given it."""
    return source if text else class_in(source)


def measure_mutants(every: int, match: str, *, text: bool) -> None:
    """Print which wrong engines were refused, and which were told by their name."""
    chosen = [mutant for mutant in mutants() if match in mutant.name][::every]
    verdicts = []
    refused = told = besides = 0
    for mutant in chosen:
        said = verdict(given(str(mutant), text=text))
        verdicts.append(said)
        refused += is_refused(said)
        told += is_told(mutant, said)
        besides += bool(names_besides(mutant, said))
        if not is_refused(said):
            print(f"  NOT REFUSED {mutant.name}", flush=True)
        elif not is_told(mutant, said) or names_besides(mutant, said):
            wanted = "; ".join(" or ".join(sorted(names)) for names in mutant.faults)
            kind = "besides" if is_told(mutant, said) else "not told"
            print(f"  {kind}: {mutant.name}: {wanted}; told {', '.join(said.faults)}", flush=True)
    n = len(chosen)
    print(
        f"wrong engines: {n}; refused {share(refused, n)}; told by the right name {share(told, n)}"
    )
    print(f"  other names besides: {share(besides, n)}; {times(verdicts)}")


def measure_right(every: int, match: str, *, text: bool) -> None:
    """Print which right engines were refused."""
    verdicts = []
    alarms = 0
    chosen = [(name, source) for name, source in RIGHT.items() if match in name][::every]
    for name, source in chosen:
        said = verdict(given(source, text=text))
        verdicts.append(said)
        wrong = not said.passed or said.points < 1 or bool(said.faults)
        alarms += wrong
        if wrong:
            print(f"  FALSE ALARM {name}: {said.points:.0%}, {', '.join(said.faults)}", flush=True)
    for name, source in HALF.items():
        said = verdict(given(source, text=text))
        faults = [fault for fault in said.faults if not fault.startswith(("missing", "no "))]
        print(f"  half finished, {name}: {said.points:.0%} of the points, {', '.join(said.faults)}")
        if faults or said.passed:
            alarms += 1
            print(f"  FALSE ALARM {name}: {', '.join(faults)}", flush=True)
    print(f"right engines: {len(chosen)}, half-finished ones: {len(HALF)}; false alarms {alarms}")
    print(f"  {times(verdicts)}")


def measure_hostile(every: int, match: str, *, text: bool) -> None:
    """Print which hostile classes were accepted, and which took too long."""
    verdicts = []
    refused = 0
    chosen = [(name, source) for name, source in HOSTILE.items() if match in name][::every]
    for name, source in chosen:
        said = verdict(source)
        verdicts.append(said)
        refused += not said.passed
        print(f"  {name}: {said.seconds:.1f} s, {', '.join(said.faults)}", flush=True)
        if said.passed or said.seconds > SLOWEST:
            print(f"  FOOLED by {name}", flush=True)
    for name, source in list(RUDE.items())[::every]:
        said = verdict(source)
        verdicts.append(said)
        how = "passed" if said.passed else f"refused: {', '.join(said.faults)}"
        print(f"  {name}: {said.seconds:.1f} s, {how}", flush=True)
    print(
        f"hostile classes: {len(chosen)}; refused {share(refused, len(chosen))}; {times(verdicts)}"
    )


MEASURES = {"mutants": measure_mutants, "right": measure_right, "hostile": measure_hostile}


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASURES)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--match", default="")
    parser.add_argument("--text", action="store_true")
    options = parser.parse_args()
    for name, measure in MEASURES.items():
        if options.only in (None, name):
            measure(options.every, options.match, text=options.text)


if __name__ == "__main__":
    main()
