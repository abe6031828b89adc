"""Pictures of what a Monitor has seen; each method returns a matplotlib Figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.monitor.alarm import Alarm
from nn.monitor.look import Look
from nn.plots.style import (
    BLUE,
    COLOURS,
    FAINT,
    GREY,
    INK,
    ORANGE,
    legend_above,
    new_figure,
    shades,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nn.monitor.monitor import Monitor

TARGET = 1e-3  # update over data: about what moves a network along without tearing it
BINS = 40
MOST_PATHS = 60  # lines a panel in which one can still be followed
ALARM = "#c1272d"


class Plots:
    """What `monitor.plot` is.

    Args:
        monitor: what has watched.
    """

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor

    def all(self) -> dict[str, Figure]:
        """Return every picture there is something to draw for, by its title."""
        found = {}
        if self.monitor._curves.epochs:
            found["Learning curves"] = self.learning_curves()
        found["Gradient flow"] = self.gradient_flow()
        found["Update ratio"] = self.update_ratios()
        if self._looks()[0].answers is not None:
            found["Activations of each neuron"] = self.activations()
        found["Weights"] = self.histograms("weights")
        found["Gradients"] = self.histograms("gradients")
        found["The path of each weight"] = self.weight_paths()
        return found

    def learning_curves(self) -> Figure:
        """Draw the loss by epoch, training and validation, and the gap between them.

        Raises:
            ValueError: no epoch is known: fit was not used, and epoch() not called.
        """
        epochs = self.monitor._curves.epochs
        if not epochs:
            raise ValueError(
                "no epoch has ended yet; give the monitor to fit, or call m.epoch(loss, "
                "validation_loss) yourself"
            )
        figure, (axes,) = new_figure(8.5, 4.6)
        steps = [e.step for e in epochs]
        training = [e.loss for e in epochs]
        axes.plot(steps, training, color=BLUE, linewidth=2.5, label="training")
        validated = [
            (e.step, e.loss, e.validation_loss) for e in epochs if e.validation_loss is not None
        ]
        if validated:
            x, low, high = map(np.array, zip(*validated, strict=True))
            axes.plot(
                x, high, color=ORANGE, linewidth=2.5, linestyle=(0, (5, 1.5)), label="validation"
            )
            axes.fill_between(
                x, low, high, where=high > low, color=ORANGE, alpha=0.15, linewidth=0,
                label="gap: more than that is learnt by heart",
            )  # fmt: skip
        heights = [x for e in epochs for x in (e.loss, e.validation_loss) if x is not None]
        top = 1.2 * max(*heights, 1e-9)
        axes.set_ylim(min(0.0, *heights), top)  # room for alarms above
        guess = self.monitor._curves.guess
        if guess is not None and guess < top:
            axes.axhline(guess, color=GREY, linewidth=1.5, linestyle=":")
            axes.text(
                1, guess, "best constant answer", color=GREY, fontsize=12,
                ha="right", va="bottom", transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        axes.set_ylabel("loss")
        self._finish(axes)
        return figure

    def gradient_flow(self) -> Figure:
        """Draw the size of the gradients of each layer's weights: together is healthy."""
        figure, (axes,) = new_figure(8.5, 4.6)
        steps, sizes = self._by_layer(lambda look, places: rms(look.grad[places]))
        self._lines(axes, steps, sizes)
        axes.set_ylabel("gradient (root mean square)")
        self._finish(axes)
        return figure

    def update_ratios(self) -> Figure:
        """Draw by how much each step moves a layer's weights, as a share of their size."""
        figure, (axes,) = new_figure(8.5, 4.6)

        def share(look: Look, places: NDArray[np.intp]) -> float:
            size = rms(look.before[places])
            return rms(look.data[places] - look.before[places]) / size if size else np.nan

        steps, ratios = self._by_layer(share)
        self._lines(axes, steps, ratios)
        axes.axhline(TARGET, color=INK, linewidth=1.8, linestyle="--", zorder=1)
        axes.text(
            1, TARGET, "target 0.001", color=INK, fontsize=13, ha="right", va="bottom",
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        axes.set_ylabel("update ÷ weight")
        self._finish(axes)
        return figure

    def activations(self) -> Figure:
        """Draw the mean activation of every neuron, a row each, over the steps.

        A row without colour is a neuron that says 0: dead, if it stays so.

        Raises:
            ValueError: no activations were recorded.
        """
        looks = self._looks()
        if any(look.answers is None for look in looks):
            raise ValueError(
                "no activations were recorded: a Monitor used by hand needs samples to look at, "
                "nn.Monitor(model, X)"
            )
        layers = self.monitor._anatomy.neuron_layers
        count = sum(len(rows) for _, rows, _, _ in layers)
        figure, (axes,) = new_figure(8.5, min(10.0, 2.0 + 0.17 * count))
        table = np.array([look.answers.activations.mean(axis=1) for look in looks]).T  # type: ignore[union-attr]
        # Each layer on its own scale: a linear output is larger than any tanh.
        ticks = []
        for layer, rows, _, activation in layers:
            part = table[rows]
            largest = float(np.nanmax(np.abs(np.where(np.isfinite(part), part, np.nan)), initial=0))
            table[rows] = part / (largest or 1.0)
            ticks.append((rows[0] + (len(rows) - 1) / 2, f"{layer}\n{activation}, ±{largest:.2g}"))
            if rows[0]:
                axes.axhline(rows[0] - 0.5, color=INK, linewidth=1.5)
        edges = edges_of([look.step for look in looks])
        mesh = axes.pcolormesh(
            edges,
            np.arange(count + 1) - 0.5,
            table,
            cmap=shades(ORANGE, "white", BLUE),
            vmin=-1,
            vmax=1,
        )
        axes.set_yticks(*zip(*ticks, strict=True), fontsize=12)
        axes.set_ylim(count - 0.5, -0.5)
        bar = figure.colorbar(mesh, ax=axes, ticks=[-1, 0, 1], pad=0.02)
        bar.ax.set_yticklabels(["−", "0", "+"], fontsize=14)
        bar.set_label("mean activation", fontsize=13, color=INK)
        self._finish(axes, grid=False, legend=False)
        return figure

    def histograms(self, what: str = "weights") -> Figure:
        """Draw how numbers are spread in each layer, over the steps: darker is more of them.

        Args:
            what: "weights", "biases", "gradients" or "activations".

        Raises:
            ValueError: there is no such thing, or no activations were recorded.
        """
        names = self.monitor.layers
        parts = [(name, self._numbers(what, i)) for i, name in enumerate(names)]
        parts = [(name, rows) for name, rows in parts if len(rows[0])]
        if not parts:
            raise ValueError(f"the model has no {what} to draw")
        looks = self._looks()
        edges = edges_of([look.step for look in looks])
        figure, all_axes = new_figure(8.5, 0.9 + 1.9 * len(parts), panels=len(parts))
        for axes, (name, rows) in zip(all_axes, parts, strict=True):
            finite = np.concatenate([row[np.isfinite(row)] for row in rows])
            low, high = np.quantile(finite, [0.005, 0.995]) if len(finite) else (0.0, 0.0)
            room = 0.05 * (high - low) or 1e-3
            bins = np.linspace(low - room, high + room, BINS + 1)
            shares = np.array([np.histogram(row, bins)[0] / max(len(row), 1) for row in rows]).T
            axes.pcolormesh(
                edges, bins, np.sqrt(shares), cmap=shades("white", BLUE, "#0b2a4a"), vmin=0
            )
            axes.axhline(0, color=GREY, linewidth=0.8)
            axes.set_ylabel(name)
            self._mark(axes, text=axes is all_axes[0])
        all_axes[0].set_title(f"{what}, layer by layer", loc="left", fontsize=14, color=INK, pad=24)
        all_axes[-1].set_xlabel("step")
        return figure

    def weight_paths(self, layer: str | None = None) -> Figure:
        """Draw every weight of each layer over the steps.

        Args:
            layer: the name of one; all if None. Of a layer with many weights, some are drawn.

        Raises:
            ValueError: there is no such layer.
        """
        groups = self.monitor._anatomy.groups(of_biases=False, by_layer=True)
        parts = [
            (self.monitor.layers[owner], places)
            for owner, places in zip(
                groups.owners, np.split(groups.places, groups.starts[1:]), strict=True
            )
            if layer in (None, self.monitor.layers[owner])
        ]
        if not parts:
            names = ", ".join(self.monitor.layers)
            raise ValueError(f"there is no layer {layer!r} with weights; there are {names}")
        looks = self._looks()
        steps = [look.step for look in looks]
        figure, all_axes = new_figure(8.5, 0.9 + 2.1 * len(parts), panels=len(parts))
        for axes, (name, places) in zip(all_axes, parts, strict=True):
            some = places[np.linspace(0, len(places) - 1, min(len(places), MOST_PATHS)).astype(int)]
            table = np.array([look.data[some] for look in looks])
            for i, path in enumerate(table.T):
                axes.plot(steps, path, color=COLOURS[i % len(COLOURS)], linewidth=1.2, alpha=0.75)
            part = "" if len(some) == len(places) else f"\n({len(some)} of {len(places)})"
            axes.set_ylabel(f"{name}{part}")
            axes.grid(color=FAINT, linewidth=0.8)
            self._mark(axes, text=axes is all_axes[0])
        all_axes[-1].set_xlabel("step")
        return figure

    def alarms(self) -> Figure:
        """Draw when each alarm began, a row each.

        Raises:
            ValueError: there is none.
        """
        alarms = self.monitor.alarms
        if not alarms:
            raise ValueError("there is no alarm to draw")
        figure, (axes,) = new_figure(8.5, 1.4 + 0.5 * len(alarms))
        for i, alarm in enumerate(alarms):
            axes.plot(
                [alarm.step, self.monitor.steps or 1], [i, i], color=ALARM, linewidth=5, alpha=0.3
            )
            axes.scatter([alarm.step], [i], color=ALARM, s=90, zorder=3)
        axes.set_yticks(range(len(alarms)), [f"{a.name}\n{a.place}" for a in alarms], fontsize=12)
        axes.set_ylim(len(alarms) - 0.5, -0.5)
        axes.set_xlim(0, max(self.monitor.steps, 1) * 1.02)
        axes.set_xlabel("step")
        return figure

    # ---- inside ----

    def _looks(self) -> list[Look]:
        """Return the looks.

        Raises:
            ValueError: there are none.
        """
        self.monitor._at(None)
        return self.monitor.looks

    def _by_layer(self, measure: Any) -> tuple[list[int], dict[str, list[float]]]:
        """Return a number for the weights of each layer at every look."""
        groups = self.monitor._anatomy.groups(of_biases=False, by_layer=True)
        looks = self._looks()
        found = {
            self.monitor.layers[owner]: [measure(look, places) for look in looks]
            for owner, places in zip(
                groups.owners, np.split(groups.places, groups.starts[1:]), strict=True
            )
        }
        return [look.step for look in looks], found

    def _numbers(self, what: str, layer: int) -> list[NDArray[Any]]:
        """Return the numbers of a layer at every look."""
        looks, anatomy = self._looks(), self.monitor._anatomy
        if what == "activations":
            if looks[0].answers is None:
                raise ValueError("no activations were recorded; use nn.Monitor(model, X)")
            rows = [r for name, r, _, _ in anatomy.neuron_layers if name == anatomy.layers[layer]]
            return [
                look.answers.activations[rows[0]].ravel() if rows else np.empty(0)  # type: ignore[union-attr]
                for look in looks
            ]
        kinds = {"weights": False, "gradients": False, "biases": True}
        if what not in kinds:
            raise ValueError(
                f"histograms are of weights, biases, gradients or activations, got {what!r}"
            )
        of_layer = anatomy.layer_of[anatomy.owner_of] == layer
        places = np.flatnonzero(of_layer & (anatomy.biases == kinds[what]))
        return [(look.grad if what == "gradients" else look.data)[places] for look in looks]

    def _lines(self, axes: Axes, steps: list[int], by_layer: dict[str, list[float]]) -> None:
        """Draw a line for each layer, on a scale of powers of ten."""
        many = len(by_layer) > 5
        marker = "o" if len(steps) <= 20 else ""
        for i, (name, numbers) in enumerate(by_layer.items()):
            # So many layers are told apart by their order: from light to dark.
            colour: Any = shade(i, len(by_layer)) if many else COLOURS[i % len(COLOURS)]
            seen = [x if x > 0 else np.nan for x in numbers]  # 0 has no place on this scale
            axes.plot(steps, seen, color=colour, linewidth=2.3, marker=marker, label=name)
        if any(x > 0 for numbers in by_layer.values() for x in numbers):
            axes.set_yscale("log")

    def _finish(self, axes: Axes, *, grid: bool = True, legend: bool = True) -> None:
        """Label the steps, mark the alarms, and put a legend."""
        axes.set_xlabel("step")
        if grid:
            axes.grid(color=FAINT, linewidth=0.8)
            axes.set_axisbelow(True)
        if legend:
            legend_above(axes)
        self._mark(axes, text=True)

    def _mark(self, axes: Axes, *, text: bool) -> None:
        """Count steps in whole numbers, and mark where alarms began."""
        axes.locator_params(axis="x", integer=True)
        by_step: dict[int, list[Alarm]] = {}
        for alarm in self.monitor.alarms:
            by_step.setdefault(alarm.step, []).append(alarm)
        for i, (step, alarms) in enumerate(sorted(by_step.items())):
            axes.axvline(step, color=ALARM, linewidth=1.8, linestyle=(0, (2, 1.5)), zorder=2)
            if text:
                names = ", ".join(dict.fromkeys(f"{a.name} ({a.place})" for a in alarms))
                axes.text(
                    step, 0.97 - 0.11 * (i % 4), f" ▲ {names}", color=ALARM, fontsize=12,
                    va="top", ha="left", transform=axes.get_xaxis_transform(), clip_on=False,
                    bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
                )  # fmt: skip


def rms(numbers: NDArray[Any]) -> float:
    """Return the root mean square."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(numbers, dtype=float))))


def edges_of(steps: list[int]) -> NDArray[np.float64]:
    """Return where a column for each look begins and ends: halfway to its neighbours."""
    x = np.array(steps, dtype=float)
    middles = (x[1:] + x[:-1]) / 2
    return np.array([x[0] - 0.5, *middles, x[-1] + 0.5])


def shade(i: int, n: int) -> tuple[float, float, float]:
    """Return the i-th of n blues, from light to dark."""
    t = i / max(n - 1, 1)
    light, dark = (0.55, 0.78, 0.95), (0.04, 0.16, 0.29)
    a, b, c = (x + t * (y - x) for x, y in zip(light, dark, strict=True))
    return a, b, c
