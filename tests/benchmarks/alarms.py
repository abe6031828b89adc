"""Counts how many failing networks the monitor recognises, and how many false alarms it raises.

    python -m tests.benchmarks.alarms [--part tuned|new] [--healthy N] [--each N] [--advice]

Draws trainings from `trainings.py` and `illnesses.py`, confirms each by numbers that no rule reads, and
trains those confirmed with a monitor. Trainings with an even seed are those that the rules were tuned on,
those with an odd seed were only measured. Prints for both parts: false alarms in healthy trainings, and
for each illness how many were told right (kind, layer, and in time: at most 25 steps after it began in
the first 200 steps, 60 later), how many as something else, and what the advice does. Then the 15 failing
and 200 healthy networks of `tests/networks.py`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any, NamedTuple

import nn
from tests.benchmarks.advice import helped
from tests.benchmarks.illnesses import FACTS, confirmed
from tests.benchmarks.illnesses import SICK as ILLNESSES
from tests.benchmarks.trainings import (
    Numbers,
    Training,
    draw,
    is_healthy,
    measured,
    numbers,
    run,
)
from tests.networks import SICK, healthy, sick

SEEDS, HEALTHY_RUNS = 3, 200
FIRST_SICK = 100_000  # seeds
SLOW = (
    "learning_rate_too_low",
    "underfitting",
    "overfitting",
    "class_never_predicted",
    "all_linear",
)


class Raised(NamedTuple):
    """An alarm, and the step at which it was raised."""

    alarm: nn.Alarm
    at: int


class Watch(nn.Monitor):
    """A monitor that notes when alarms are raised."""

    def __init__(self, model: nn.MLP, *args: Any, **settings: Any) -> None:
        super().__init__(model, *args, **settings)
        self.raised: list[Raised] = []

    def _noted(self, alarms: list[nn.Alarm]) -> list[nn.Alarm]:
        self.raised += [Raised(alarm, self.steps) for alarm in alarms]
        return alarms

    def step(self, *args: Any, **settings: Any) -> list[nn.Alarm]:
        """Note the alarms of a step."""
        return self._noted(super().step(*args, **settings))

    def epoch(self, *args: Any) -> list[nn.Alarm]:
        """Note the alarms of an epoch."""
        return self._noted(super().epoch(*args))

    def failed(self, *args: Any) -> list[nn.Alarm]:
        """Note the alarms of a step that failed."""
        return self._noted(super().failed(*args))


def alarms_of(case: Training) -> list[Raised]:
    """Train with a monitor, and return its alarms."""
    watch, _ = run(case, Watch)
    return watch.raised


class Verdict(NamedTuple):
    """How a sick training was judged: right, late, layer, wrong or silent; its delay; its kinds."""

    verdict: str
    delay: int | None
    told: tuple[str, ...]


def judge(case: Training, raised: list[Raised]) -> Verdict:
    """Compare the alarms of a sick training with what is wrong with it."""
    told = tuple(f"{r.alarm.kind} in {r.alarm.layer} @{r.alarm.step}/{r.at}" for r in raised)
    kind = [r for r in raised if r.alarm.kind == case.illness]
    if not kind:
        return Verdict("wrong" if raised else "silent", None, told)
    there = [r for r in kind if not case.layers or r.alarm.layer in case.layers]
    if not there:
        return Verdict("layer", None, told)
    after = [r for r in there if r.at >= case.onset and r.alarm.step >= case.onset - 10]
    if not after:
        return Verdict("early", None, told)
    limit = 25 if case.onset < 200 else 60
    delay = min(max(r.at, r.alarm.step) - case.onset for r in after)
    in_time = delay <= limit or case.illness in SLOW
    return Verdict("right" if in_time else "late", delay, told)


def healthy_trainings(part: int, n: int) -> Iterator[tuple[int, list[Raised]]]:
    """Yield the seeds and alarms of n confirmed healthy trainings."""
    seed = part
    while n:
        case = draw(seed)
        found, watch = measured(case, Watch)
        if is_healthy(case, found):
            n -= 1
            yield seed, watch.raised
        seed += 2


def sick_trainings(
    name: str, part: int, n: int
) -> Iterator[tuple[Training, Training, Numbers, list[Raised]]]:
    """Yield up to n confirmed sick trainings, each healthy and sick, what happened, its alarms.

    At most three times as many are drawn.
    """
    for i in range(3 * n):
        well, ill = ILLNESSES[name](FIRST_SICK + 2 * i + part)
        found, watch = measured(ill, Watch)
        if name in FACTS or confirmed(name, well, ill, numbers(well), found):
            n -= 1
            yield well, ill, found, watch.raised
        if not n:
            return


def print_part(part: int, n_healthy: int, n_each: int, *, advice: bool) -> None:
    """Print the table of one part."""
    title = ("the part that rules were tuned on", "the part only measured on")[part]
    print(f"{title}: seeds {'even' if part == 0 else 'odd'}")
    false = 0
    for seed, raised in healthy_trainings(part, n_healthy):
        false += bool(raised)
        for alarm, at in raised:
            print(f"  healthy {seed}, raised at {at}: {alarm}")
    print(f"  false alarms in {false} of {n_healthy} healthy trainings ({false / n_healthy:.1%})")
    totals: Counter[str] = Counter()
    tried: Counter[bool | None] = Counter()
    for name in ILLNESSES:
        verdicts = []
        for _, ill, found, raised in sick_trainings(name, part, n_each):
            verdicts.append(judge(ill, raised))
            if advice and verdicts[-1].verdict == "right":
                tried[helped(ill, found)] += 1
        print_line(name, verdicts)
        totals.update(v.verdict for v in verdicts)
    n = max(totals.total(), 1)
    text = ", ".join(f"{k} {v} ({v / n:.1%})" for k, v in totals.most_common())
    print(f"  all {n} sick trainings: {text}")
    if n_tried := tried[True] + tried[False]:
        share = tried[True] / n_tried
        print(f"  what alarms advise helped in {tried[True]} of {n_tried} ({share:.0%})")


def print_line(name: str, verdicts: list[Verdict]) -> None:
    """Print how the trainings with one illness were judged."""
    counts = Counter(v.verdict for v in verdicts)
    delays = [v.delay for v in verdicts if v.delay is not None]
    line = ", ".join(f"{k} {v}" for k, v in counts.most_common())
    late = f"; median delay {median(delays):.0f} steps" if delays else ""
    print(f"  {name:22} {len(verdicts):3}: {line}{late}", flush=True)


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("tuned", "new"))
    parser.add_argument("--healthy", type=int, default=320)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--advice", action="store_true")
    options = parser.parse_args()
    for part, name in enumerate(("tuned", "new")):
        if options.part in (None, name):
            print_part(part, options.healthy, options.each, advice=options.advice)
    print_recipes()


def print_recipes() -> None:
    """Print how the networks of `tests/networks.py` are judged."""
    right = 0
    for name, (kind, layer) in SICK.items():
        for seed in range(SEEDS):
            alarms = sick(name, seed=seed).alarms
            found = any(a.kind == kind and layer in (None, a.layer) for a in alarms)
            right += found
            if not found:
                print(f"missed: {name}, seed {seed}: {kind} in {layer}; got {alarms}")
    print(f"{right} of {SEEDS * len(SICK)} failing networks recognised by kind and layer")
    wolf = 0
    for seed in range(HEALTHY_RUNS):
        alarms = healthy(seed).alarms
        wolf += bool(alarms)
        for alarm in alarms:
            print(f"healthy, seed {seed}: {alarm}")
    print(f"alarms in {wolf} of {HEALTHY_RUNS} healthy networks")


if __name__ == "__main__":
    main()
