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
from tests.benchmarks.illnesses import SICK as ILLNESSES
from tests.benchmarks.illnesses import confirmed
from tests.benchmarks.trainings import Training, draw, is_healthy, numbers, run
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


def healthy_seeds(part: int, n: int) -> Iterator[int]:
    """Yield the seeds of n confirmed healthy trainings."""
    seed = part
    while n:
        case = draw(seed)
        if is_healthy(case, numbers(case)):
            n -= 1
            yield seed
        seed += 2


def sick_seeds(name: str, part: int, n: int) -> Iterator[int]:
    """Yield the seeds of up to n confirmed sick trainings; at most three times as many are drawn."""
    for i in range(3 * n):
        seed = FIRST_SICK + 2 * i + part
        well, ill = ILLNESSES[name](seed)
        if confirmed(name, well, ill, numbers(well), numbers(ill)):
            n -= 1
            yield seed
        if not n:
            return


def print_part(part: int, n_healthy: int, n_each: int) -> None:
    """Print the table of one part."""
    title = ("the part that rules were tuned on", "the part only measured on")[part]
    print(f"{title}: seeds {'even' if part == 0 else 'odd'}")
    false = 0
    for seed in healthy_seeds(part, n_healthy):
        raised = alarms_of(draw(seed))
        false += bool(raised)
        for alarm, at in raised:
            print(f"  healthy {seed}, raised at {at}: {alarm}")
    print(f"  false alarms in {false} of {n_healthy} healthy trainings ({false / n_healthy:.1%})")
    totals: Counter[str] = Counter()
    for name in ILLNESSES:
        verdicts = [
            judge(ill := ILLNESSES[name](seed)[1], alarms_of(ill))
            for seed in sick_seeds(name, part, n_each)
        ]
        print_line(name, verdicts)
        totals.update(v.verdict for v in verdicts)
    n = max(totals.total(), 1)
    text = ", ".join(f"{k} {v} ({v / n:.1%})" for k, v in totals.most_common())
    print(f"  all {n} sick trainings: {text}")


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
    options = parser.parse_args()
    for part, name in enumerate(("tuned", "new")):
        if options.part in (None, name):
            print_part(part, options.healthy, options.each)
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
