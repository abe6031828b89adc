"""Rules about the steps: too long, too short, or pulled to 0 by a penalty."""

from __future__ import annotations

from collections.abc import Iterator

from nn.monitor.alarm import Suspicion
from nn.monitor.evidence import Shown
from nn.monitor.measurements import Measurements

FAR = 0.5  # share of its weights that a step moves a layer
REPLACED = 2.0  # the same: nothing is left of what they were
LONG = 0.1  # the same, where the loss rises
RAISED = 3.0  # times the learning rate of the look before
NOT_BETTER = 0.15  # share of the loss learned
EARLY = 20  # steps
TO_ZERO = 0.8  # cosine
ENOUGH_STEPS = 10
SHORT = 1e-3  # share of its weights that a step moves a layer
LONGER = (100.0, 1e3, 1e4, 1e5)  # times the step
LITTLE = 50.0  # times what the step achieved


def learning_rate_too_high(m: Measurements) -> Iterator[Suspicion]:
    """Steps so long that they raise the loss they were to lower, or replace what was learned."""
    causes = {"symmetric", "unscaled", "penalty_too_strong"}
    if m.suspected & causes or (m.exploded_at_first and m.step <= EARLY):
        return
    moved = max(m.movements)
    worst = m.movements.index(moved)
    recent = [past for past in m.past[-4:] if past.step > m.step - 60]
    farthest = max(moved, *(max(past.movements) for past in m.past), 0.0)
    replaced = farthest > REPLACED
    if m.at_first.vanished or m.at_first.flattened:
        return
    rises = m.rises + sum(past.rises for past in recent)
    far = moved > FAR or any(max(past.movements) > FAR for past in recent)
    better = m.loss < 0.85 * m.start if m.step <= EARLY and not replaced else m.learned > NOT_BETTER
    text = f"a step moves its weights by {moved:.2g} of their size (0.001 is usual)"
    found = True
    if not better and (far or replaced or (rises >= 2 and moved > LONG)):
        text += f", the longest so far by {farthest:.2g}" if farthest > moved else ""
        text += f", and the loss went from {m.start:.3g} to {m.loss:.3g}"
    elif rises >= 3 and moved > LONG:
        text += f", and {rises} of the last {len(recent) + 1} steps looked at raised the loss"
    elif m.worse_than_before() and moved > LONG:
        text += f", and the loss rose from {m.best_past:.3g} to {m.loss:.3g}"
    else:
        found = False
    raised = m.rate_raised()
    if raised and m.worse_than_before():
        found = True
        text = f"the learning rate rose from {raised:.3g} to {m.rate:.3g}; {text}"
    if found:
        yield Suspicion(
            "learning_rate_too_high",
            m.layers[worst],
            None,
            text,
            otherwise="" if m.known.loss or replaced else "minibatches differ as much as that",
            ready=replaced or m.step >= ENOUGH_STEPS,  # first steps may overshoot and do no harm
            shown=m.loss_along_step(),
        )


def learning_rate_too_low(m: Measurements) -> Iterator[Suspicion]:
    """Steps in the right direction, but far too short to get anywhere."""
    harmless = {"dead", "stuck_bias", "class_never_predicted"}
    if m.suspected - harmless or m.step < EARLY or m.learned > 0.3:
        return
    if m.rate is not None and any(past.rate != m.rate for past in m.past):
        return  # a schedule warms up or cools down on purpose
    moved = max(m.movements)
    # On a plateau gradients are small; here they are as large as at first.
    if not 0 < moved < SHORT or sum(m.gradients) < 0.3 * sum(m.past[0].gradients):
        return
    evidence = f"a step moves weights by at most {moved:.1e} of their size (0.001 is usual)"
    if m.loss_before is None or m.loss_after is None:
        lost = m.losses.recent > 0.8 * m.losses.first
        if moved < 3e-5 and lost:
            yield Suspicion("learning_rate_too_low", m.layers[0], None, evidence)
        return
    if moved < 1e-5:  # a thousand steps would not move them by 1 %
        yield Suspicion(
            "learning_rate_too_low",
            m.layers[0],
            None,
            f"{evidence}, while gradients are as large as at first",
            shown=m.loss_along_step(LONGER[-1]),
        )
        return
    fell = m.loss_before - m.loss_after
    for factor in LONGER:
        longer = m.along_step(factor)
        if longer is not None and longer < m.loss_before - max(0.02 * m.scale, LITTLE * fell):
            yield Suspicion(
                "learning_rate_too_low",
                m.layers[0],
                None,
                f"{evidence} and lowers the loss of {m.loss_before:.3g} by {fell:.1e}; a step "
                f"{factor:.0f} times as long would lower it by {m.loss_before - longer:.2g}",
                shown=m.loss_along_step(LONGER[-1]),
            )
            return


def penalty_too_strong(m: Measurements) -> Iterator[Suspicion]:
    """A penalty that pulls all weights to 0 leaves nothing for the samples to say."""
    if m.suspected & {"symmetric", "unscaled"} or not m.past or m.known.penalised is False:
        return
    shares = m.cosines_to_zero
    improving = m.improving and m.learned > 0.05
    if min(shares) < TO_ZERO or m.learned > 0.35 or improving or m.step < ENOUGH_STEPS:
        return
    first = m.past[0].sizes
    if sum(m.sizes) > 0.9 * sum(first):
        return
    yield Suspicion(
        "penalty_too_strong",
        None,
        None,
        f"every layer's weights are pulled straight to 0 (cosine {min(shares):.2f} or more), and "
        f"their size went from {sum(first):.3g} to {sum(m.sizes):.3g}",
        shown=Shown(
            "step",
            (*(past.step for past in m.past), m.step),
            {"size of all weights": (*(sum(past.sizes) for past in m.past), sum(m.sizes))},
        ),
    )
