"""Pictures of a training run; each method returns a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.monitor.alarm import Alarm
from nn.monitor.look import Look
from nn.monitor.record import Record
from nn.monitor.statistic import NO_ACTIVATIONS
from nn.plots.style import (
    BLUE,
    COLOURS,
    FAINT,
    GREY,
    INK,
    ORANGE,
    legend_above,
    new_figure,
    plain,
    shades,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TARGET = 1e-3  # update over data: about what trains a network without destroying what it knows
BINS = 40
MOST_PATHS = 60  # lines per panel, so that each can still be followed
ALARM = "#c1272d"


class Plots:
    """The pictures of `monitor.plot`.

    Args:
        record: what the monitor has seen.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def all(self) -> dict[str, Figure]:
        """Return every picture for which there is data, by its title."""
        found = {}
        if self.record.curves.epochs:
            found["Learning curves"] = self.learning_curves()
        if not self.record.looks:
            return found
        found["Gradient flow"] = self.gradient_flow()
        found["Update ratio"] = self.update_ratios()
        if self._looks()[0].activations is not None:
            found["Activations of each neuron"] = self.activations()
        found["Weights"] = self.histograms("weights")
        found["Gradients"] = self.histograms("gradients")
        found["The path of each weight"] = self.weight_paths()
        return found

    def learning_curves(self) -> Figure:
        """Draw the loss by epoch, training and validation, and the gap between them.

        Raises:
            ValueError: no epoch has ended: fit was not used, and epoch() not called.
        """
        epochs = self.record.curves.epochs
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
                label="gap: memorised, not learned",
            )  # fmt: skip
        heights = [x for e in epochs for x in (e.loss, e.validation_loss) if x is not None]
        top = 1.2 * max(*heights, 1e-9)
        axes.set_ylim(min(0.0, *heights), top)  # room for alarms above
        baseline = self.record.curves.baseline
        if baseline is not None and baseline < top:
            axes.axhline(baseline, color=GREY, linewidth=1.5, linestyle=":")
            axes.text(
                1, baseline, "best constant prediction", color=GREY, fontsize=12,
                ha="right", va="bottom", transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        axes.set_ylabel("loss")
        self._finish(axes)
        return figure

    def gradient_flow(self) -> Figure:
        """Draw the size of the gradients of each layer's weights; close together is healthy."""
        figure, (axes,) = new_figure(8.5, 4.6)
        steps, sizes = self._by_layer(lambda look, indices: rms(look.grad[indices]))
        self._lines(axes, steps, sizes)
        axes.set_ylabel("gradient (root mean square)")
        self._finish(axes)
        return figure

    def update_ratios(self) -> Figure:
        """Draw how much each step changes a layer's weights, as a share of their size."""
        figure, (axes,) = new_figure(8.5, 4.6)

        def share(look: Look, indices: NDArray[np.intp]) -> float:
            before = look.before[indices]
            size = rms(before)
            return rms(look.data[indices] - before) / size if size else np.nan

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
        """Draw the mean activation of every neuron over the steps, one line per neuron.

        A line without colour is a neuron whose activation is 0; if it stays 0, the neuron is dead.

        Raises:
            ValueError: no activations were recorded.
        """
        looks = self._looks()
        if any(look.activations is None for look in looks):
            raise ValueError(NO_ACTIVATIONS)
        layers = self.record.parameters.neuron_layers
        count = sum(len(layer.neurons) for layer in layers)
        figure, (axes,) = new_figure(8.5, min(10.0, 2.0 + 0.17 * count))
        table = np.array([look.activations.activation.mean(axis=1) for look in looks]).T  # type: ignore[union-attr]
        # Each layer on its own scale: a linear output is larger than any tanh.
        ticks = []
        for layer in layers:
            part = table[layer.neurons]
            largest = float(np.nanmax(np.abs(np.where(np.isfinite(part), part, np.nan)), initial=0))
            table[layer.neurons] = part / (largest or 1.0)
            top = layer.neurons[0]
            label = f"{plain(layer.name)}\n{layer.activation}, ±{largest:.2g}"
            ticks.append((top + (len(layer.neurons) - 1) / 2, label))
            if top:
                axes.axhline(top - 0.5, color=INK, linewidth=1.5)
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
        """Draw how numbers are distributed in each layer over the steps: darker means more of them.

        Args:
            what: "weights", "biases", "gradients" or "activations".

        Raises:
            ValueError: `what` is unknown, or no activations were recorded.
        """
        names = self.record.layers
        parts = [(name, self._numbers(what, i)) for i, name in enumerate(names)]
        parts = [(name, by_look) for name, by_look in parts if len(by_look[0])]
        if not parts:
            raise ValueError(f"the model has no {what} to draw")
        looks = self._looks()
        edges = edges_of([look.step for look in looks])
        figure, all_axes = new_figure(8.5, 0.9 + 1.9 * len(parts), panels=len(parts))
        for axes, (name, by_look) in zip(all_axes, parts, strict=True):
            finite = np.concatenate([x[np.isfinite(x)] for x in by_look])
            low, high = np.quantile(finite, [0.005, 0.995]) if len(finite) else (0.0, 0.0)
            room = 0.05 * (high - low) or 1e-3
            bins = np.linspace(low - room, high + room, BINS + 1)
            shares = np.array([np.histogram(x, bins)[0] / max(len(x), 1) for x in by_look]).T
            axes.pcolormesh(
                edges, bins, np.sqrt(shares), cmap=shades("white", BLUE, "#0b2a4a"), vmin=0
            )
            axes.axhline(0, color=GREY, linewidth=0.8)
            axes.set_ylabel(plain(name))
            self._mark(axes, text=axes is all_axes[0])
        all_axes[0].set_title(f"{what} by layer", loc="left", fontsize=14, color=INK, pad=24)
        all_axes[-1].set_xlabel("step")
        return figure

    def weight_paths(self, layer: str | None = None) -> Figure:
        """Draw every weight of each layer over the steps.

        Args:
            layer: the name of one; all if None. Of a layer with many weights only some are drawn.

        Raises:
            ValueError: there is no such layer.
        """
        parts = [
            (name, indices) for name, indices in self._weights() if layer is None or name == layer
        ]
        if not parts:
            names = ", ".join(self.record.layers)
            raise ValueError(f"there is no layer {layer!r} with weights; there are {names}")
        looks = self._looks()
        steps = [look.step for look in looks]
        figure, all_axes = new_figure(8.5, 0.9 + 2.1 * len(parts), panels=len(parts))
        for axes, (name, indices) in zip(all_axes, parts, strict=True):
            n = min(len(indices), MOST_PATHS)
            some = indices[np.linspace(0, len(indices) - 1, n).astype(int)]
            table = np.array([look.data[some] for look in looks])
            for i, path in enumerate(table.T):
                axes.plot(steps, path, color=COLOURS[i % len(COLOURS)], linewidth=1.2, alpha=0.75)
            part = "" if n == len(indices) else f"\n({n} of {len(indices)})"
            axes.set_ylabel(f"{plain(name)}{part}")
            axes.grid(color=FAINT, linewidth=0.8)
            self._mark(axes, text=axes is all_axes[0])
        all_axes[-1].set_xlabel("step")
        return figure

    def alarms(self) -> Figure:
        """Draw when each alarm began, one line per alarm.

        Raises:
            ValueError: there are no alarms.
        """
        alarms = self.record.alarms
        if not alarms:
            raise ValueError("there is no alarm to draw")
        figure, (axes,) = new_figure(8.5, 1.4 + 0.5 * len(alarms))
        for i, alarm in enumerate(alarms):
            axes.plot(
                [alarm.step, self.record.steps or 1], [i, i], color=ALARM, linewidth=5, alpha=0.3
            )
            axes.scatter([alarm.step], [i], color=ALARM, s=90, zorder=3)
        axes.set_yticks(
            range(len(alarms)), [f"{a.name}\n{plain(a.location)}" for a in alarms], fontsize=12
        )
        axes.set_ylim(len(alarms) - 0.5, -0.5)
        axes.set_xlim(0, max(self.record.steps, 1) * 1.02)
        axes.set_xlabel("step")
        return figure

    # ---- inside ----

    def _looks(self) -> list[Look]:
        """Return the looks.

        Raises:
            ValueError: there are none.
        """
        self.record.look_at()
        return self.record.looks

    def _weights(self) -> list[tuple[str, NDArray[np.intp]]]:
        """Return the name of each layer with weights, and their indices."""
        groups = self.record.parameters.select(of_biases=False, by_layer=True)
        indices = np.split(groups.indices, groups.starts[1:])
        return [(self.record.layers[i], x) for i, x in zip(groups.owners, indices, strict=True)]

    def _by_layer(
        self, measure: Callable[[Look, NDArray[np.intp]], float]
    ) -> tuple[list[int], dict[str, list[float]]]:
        """Return the steps, and a number for the weights of each layer at every look."""
        looks = self._looks()
        found = {
            name: [measure(look, indices) for look in looks] for name, indices in self._weights()
        }
        return [look.step for look in looks], found

    def _numbers(self, what: str, layer: int) -> list[NDArray[Any]]:
        """Return the numbers of a layer at every look."""
        looks, parameters = self._looks(), self.record.parameters
        if what == "activations":
            if looks[0].activations is None:
                raise ValueError(NO_ACTIVATIONS)
            name = parameters.layers[layer]
            neurons = [i for part in parameters.neuron_layers if part.name == name
                       for i in part.neurons]  # fmt: skip
            return [look.activations.activation[neurons].ravel() for look in looks]  # type: ignore[union-attr]
        kinds = {"weights": False, "gradients": False, "biases": True}
        if what not in kinds:
            raise ValueError(
                f"histograms are of weights, biases, gradients or activations, got {what!r}"
            )
        inside = parameters.layer_of[parameters.owner_of] == layer
        indices = np.flatnonzero(inside & (parameters.biases == kinds[what]))
        return [(look.grad if what == "gradients" else look.data)[indices] for look in looks]

    def _lines(self, axes: Axes, steps: list[int], by_layer: dict[str, list[float]]) -> None:
        """Draw one line per layer, on a logarithmic scale."""
        many = len(by_layer) > 5
        marker = "o" if len(steps) <= 20 else ""
        for i, (name, numbers) in enumerate(by_layer.items()):
            # Many layers are distinguished by their order, from light to dark.
            colour: Any = shade(i, len(by_layer)) if many else COLOURS[i % len(COLOURS)]
            seen = [x if x > 0 else np.nan for x in numbers]  # a logarithmic scale has no 0
            axes.plot(steps, seen, color=colour, linewidth=2.3, marker=marker, label=plain(name))
        if any(x > 0 for numbers in by_layer.values() for x in numbers):
            axes.set_yscale("log")

    def _finish(self, axes: Axes, *, grid: bool = True, legend: bool = True) -> None:
        """Label the steps, mark the alarms, and add a legend."""
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
        for alarm in self.record.alarms:
            by_step.setdefault(alarm.step, []).append(alarm)
        for i, (step, alarms) in enumerate(sorted(by_step.items())):
            axes.axvline(step, color=ALARM, linewidth=1.8, linestyle=(0, (2, 1.5)), zorder=2)
            if text:
                names = ", ".join(dict.fromkeys(f"{a.name} ({plain(a.location)})" for a in alarms))
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
    """Return where the column of each look begins and ends: halfway to its neighbours."""
    x = np.array(steps, dtype=float)
    middles = (x[1:] + x[:-1]) / 2
    return np.array([x[0] - 0.5, *middles, x[-1] + 0.5])


def shade(i: int, n: int) -> tuple[float, float, float]:
    """Return the i-th of n blues, from light to dark."""
    t = i / max(n - 1, 1)
    light, dark = (0.55, 0.78, 0.95), (0.04, 0.16, 0.29)
    a, b, c = (x + t * (y - x) for x, y in zip(light, dark, strict=True))
    return a, b, c
