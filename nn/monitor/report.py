"""One self-contained web page about a training run, readable without a connection."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from nn.monitor.alarm import Alarm
from nn.monitor.pictures import Plots
from nn.monitor.record import Record
from nn.monitor.statistic import Statistic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What each picture shows, and how to read it.
CAPTIONS = {
    "Learning curves": "Both falling: it learns. Training falls and validation rises: it overfits. "
    "Both stay high: the network is too small, or the steps are.",
    "Gradient flow": "How large the gradients of each layer's weights are. Lines that stay "
    "together are healthy; layers far below the others hardly learn.",
    "Update ratio": "How much each step changes the weights, as a share of their size. About "
    "0.001 is usual, more at the start; near 1 each step replaces what was learned.",
    "Activations of each neuron": "One line per neuron, blue where its mean activation is "
    "positive, orange where negative. A line that stays white is a neuron that is never active.",
    "Weights": "How the weights are distributed, step by step; darker means more of them.",
    "Gradients": "The same for the gradients. A band that closes around 0 has little left to "
    "learn, or cannot learn.",
    "The path of each weight": "One line per weight: it starts at random; each step adjusts it.",
}
STYLE = """
body{font:17px/1.5 Helvetica,Arial,sans-serif;color:#1f2328;background:#fff;margin:0 auto;
padding:1.5em 1em 3em;max-width:60em}
h1{font-size:1.7em;margin:0}h2{font-size:1.25em;margin:1.8em 0 .2em}
p{margin:.3em 0 .8em;max-width:46em}.quiet{color:#57606a}
img{max-width:100%;height:auto}
.ok{border-left:6px solid #009e73;padding:.5em 1em;background:#f2faf7}
.alarm{border-left:6px solid #c1272d;padding:.5em 1em;margin:.8em 0;background:#fdf3f3}
.alarm b{font-size:1.1em}.alarm span{display:block}
.table{overflow-x:auto;font-size:15px}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25em .5em;border-bottom:1px solid #d0d7de;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{font-weight:600}
"""


def write(record: Record, path: str | Path) -> Path:
    """Write the page.

    Raises:
        OSError: it cannot be written; the message says what to do.
    """
    return engine.write_atomically(path, page(record))


def page(record: Record) -> str:
    """Return the page as HTML; before the first step there is none."""
    if not record.steps:
        record.look_at()  # raises, and says what to do
    pictures = "\n".join(
        f'<h2>{escape(title)}</h2><p class="quiet">{escape(CAPTIONS[title])}</p>'
        f'<img alt="{escape(title)}" src="data:image/png;base64,{png(figure)}">'
        for title, figure in Plots(record).all().items()
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(repr(record.model))}</title><style>{STYLE}</style></head><body>
<h1>{escape(repr(record.model))}</h1>
<p class="quiet">{len(record.model.parameters()):,} weights and biases, {record.steps:,} steps</p>
{alarms(record)}
{pictures}
{table(record) if record.looks else ""}
</body></html>
"""


def alarms(record: Record) -> str:
    """Return the alarms as HTML, each with the picture of its numbers."""
    if not record.alarms:
        return '<p class="ok"><b>No alarm.</b> Nothing prevented the network from learning.</p>'
    return "\n".join(map(one_alarm, record.alarms))


def one_alarm(alarm: Alarm) -> str:
    """Return an alarm as HTML."""
    perhaps = "perhaps " if alarm.otherwise else ""
    other = f"<span><b>Or:</b> {escape(alarm.otherwise)}</span>" if alarm.otherwise else ""
    picture = ""
    if alarm.shown is not None:
        data = png(alarm.show())
        picture = f'<img alt="the numbers that decided" src="data:image/png;base64,{data}">'
    return (
        f'<div class="alarm"><b>{perhaps}{escape(alarm.name)}</b> in {escape(alarm.location)}, '
        f"since step {alarm.step}<span>{escape(alarm.evidence)}</span>{other}"
        f"<span><b>Try:</b> {escape(alarm.advice)}</span>{picture}</div>"
    )


def table(record: Record) -> str:
    """Return the statistics of every layer as HTML."""
    found = []
    for what in ("weights", "biases", "gradients", "activations"):
        if what == "activations" and record.look_at().activations is None:
            continue
        found += [(what, statistic) for statistic in record.statistics(what)]
    names = ["mean", "std", "min", "max", "norm", "zeros", "saturated", "update", "gradient"]
    head = "".join(f"<th>{name}</th>" for name in ["", *names])
    body = "".join(f"<tr><td>{escape(s.layer)}, {what}</td>{cells(s)}</tr>" for what, s in found)
    return (
        "<h2>The numbers at the last look</h2>"
        '<p class="quiet">Update and gradient: relative to the norm of the weights or biases.</p>'
        f'<div class="table"><table><tr>{head}</tr>{body}</table></div>'
    )


def cells(statistic: Statistic) -> str:
    """Return the numbers of one line of the table."""
    numbers = (statistic.mean, statistic.std, statistic.min, statistic.max, statistic.norm)
    texts = [f"{x:.3g}" for x in numbers]
    texts.append(f"{statistic.zero_fraction:.0%}")
    texts.append("" if statistic.saturation is None else f"{statistic.saturation:.0%}")
    for ratio in (statistic.update_ratio, statistic.gradient_ratio):
        texts.append("" if ratio is None or ratio != ratio else f"{ratio:.1e}")
    return "".join(f"<td>{text.replace('-', '−')}</td>" for text in texts)


def png(figure: Figure) -> str:
    """Return a picture as text for a web page."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()
