"""One web page that shows a training run and needs nothing else, not even a connection."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from nn.files import write_whole
from nn.monitor.look import Statistic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.monitor.monitor import Monitor

# What each picture shows, and how to read it.
CAPTIONS = {
    "Learning curves": "Both falling: it learns. Training falls and validation rises: it learns by "
    "heart. Both stay high: the network is too small, or the steps are.",
    "Gradient flow": "How large the gradients of each layer's weights are. Lines that stay "
    "together are healthy; layers far below the others hardly learn.",
    "Update ratio": "By how much each step moves the weights, as a share of their size. About "
    "0.001 is usual, more at the beginning; near 1 the steps tear the network apart.",
    "Activations of each neuron": "A row is a neuron, blue where it says plus on average, orange "
    "where minus. A row that stays white is a neuron that says nothing.",
    "Weights": "How the weights are spread, step by step; darker is more of them.",
    "Gradients": "The same of the gradients. A band that closes around 0 has little left to "
    "learn, or cannot.",
    "The path of each weight": "A line is a weight: it starts at random, and each step adjusts it.",
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


def write(monitor: Monitor, path: str | Path) -> Path:
    """Write the page.

    Raises:
        OSError: it cannot be written; the message says what to do.
    """
    content = page(monitor)
    try:
        return write_whole(path, content)
    except OSError as error:
        if error.errno is None or error.strerror is None:
            raise
        raise type(error)(
            error.errno,
            f"cannot write the report {Path(path).name}: {error.strerror}; choose another place, "
            "or make room",
        ) from None


def page(monitor: Monitor) -> str:
    """Return the page as HTML."""
    pictures = "\n".join(
        f'<h2>{escape(title)}</h2><p class="quiet">{escape(CAPTIONS[title])}</p>'
        f'<img alt="{escape(title)}" src="data:image/png;base64,{png(figure)}">'
        for title, figure in monitor.plot.all().items()
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(repr(monitor.model))}</title><style>{STYLE}</style></head><body>
<h1>{escape(repr(monitor.model))}</h1>
<p class="quiet">{len(monitor.model.parameters()):,} weights and biases, {monitor.steps:,} steps</p>
{alarms(monitor)}
{pictures}
<h2>The numbers at the last look</h2>
<p class="quiet">Update and gradient: as a share of the size of the weights or biases.</p>
{table(monitor)}
</body></html>
"""


def alarms(monitor: Monitor) -> str:
    """Return the alarms as HTML."""
    if not monitor.alarms:
        return '<p class="ok"><b>No alarm.</b> Nothing stood in the way of learning.</p>'
    return "\n".join(
        f'<div class="alarm"><b>{escape(alarm.name)}</b> in {escape(alarm.place)}, since step '
        f"{alarm.step}<span>{escape(alarm.evidence)}</span><span><b>Try:</b> "
        f"{escape(alarm.advice)}</span></div>"
        for alarm in monitor.alarms
    )


def table(monitor: Monitor) -> str:
    """Return the statistics of every layer as HTML."""
    rows = []
    for what in ("weights", "biases", "gradients", "activations"):
        if what == "activations" and monitor._at(None).answers is None:
            continue
        rows += [(what, row) for row in monitor.statistics(what)]
    names = ["mean", "spread", "min", "max", "norm", "zeros", "saturated", "update", "gradient"]
    head = "".join(f"<th>{name}</th>" for name in ["", *names])
    body = "".join(f"<tr><td>{row.layer}, {what}</td>{cells(row)}</tr>" for what, row in rows)
    return f'<div class="table"><table><tr>{head}</tr>{body}</table></div>'


def cells(row: Statistic) -> str:
    """Return the numbers of one row of the table."""
    numbers = [row.mean, row.spread, row.min, row.max, row.norm]
    texts = [f"{x:.3g}".replace("-", "−") for x in numbers]
    texts.append(f"{row.zeros:.0%}")
    texts.append("" if row.saturation is None else f"{row.saturation:.0%}")
    for share in (row.update_ratio, row.gradient_ratio):
        texts.append("" if share is None or share != share else f"{share:.1e}".replace("-", "−"))
    return "".join(f"<td>{text}</td>" for text in texts)


def png(figure: Figure) -> str:
    """Return a picture as text for a web page."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()
