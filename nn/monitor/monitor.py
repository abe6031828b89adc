"""Monitor: pass it to fit, or call it after each step; query it afterwards, or heed its alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from engine import Value
from nn.checks import require_numpy
from nn.data.samples import Rows, checked
from nn.losses import misfit
from nn.metrics import outputs_of
from nn.module import Module, evaluating
from nn.monitor.alarm import Alarm
from nn.monitor.schedule import LookSchedule
from nn.other_names import KnownAttributes, made_as

if TYPE_CHECKING:
    from nn.monitor.look import Look
    from nn.monitor.measurements import LearningRates, Measurements
    from nn.monitor.pictures import Plots
    from nn.monitor.probe import Probe
    from nn.monitor.statistic import Statistic
    from nn.monitor.trackers import Tracker
    from nn.optim import Optimizer


@made_as("nn.Monitor(model)")
class Monitor(KnownAttributes):
    """Watches a model learn: what its numbers are, and what is wrong with them.

    It looks at each of the first 5 steps, at every 25th up to the 200th, and from then on at every
    `every`-th; sooner if it suspects something. What it keeps is bounded, however long the run.

    Args:
        model: what to watch.
        X: samples to compute activations for, shape (n_samples, n_features); `fit` gives its own.
        every: how many steps from one look to the next, in the long run.

    Attributes:
        model: what is watched.
        schedule: which steps are looked at.
        record: what has been seen.

    Raises:
        TypeError: the model is not a Module.
        ValueError: it has no parameters, or `every` is below 1.

    Example:
        >>> import nn
        >>> model = nn.MLP(2, [4, 4, 1], init="zeros")
        >>> m = nn.Monitor(model)
        >>> X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [1, 1, -1]
        >>> sgd = nn.SGD(model.parameters(), learning_rate=0.1)
        >>> history = nn.fit(model, X, y, loss=nn.hinge, optimizer=sgd, epochs=4, validation=0,
        ...                  progress=False, monitor=m)
        >>> print(m.alarms[0].kind, "in", m.alarms[0].layer)
        symmetric in layer 1
    """

    def __init__(self, model: Module, X: Rows | None = None, *, every: int = 100) -> None:
        from nn.monitor.alarm_log import AlarmLog
        from nn.monitor.parameter_groups import ParameterGroups
        from nn.monitor.record import Record

        self.model = model
        self.schedule = LookSchedule(every=every)
        self._parameters = ParameterGroups(model)
        self.record = Record(self._parameters)
        self._log = AlarmLog(self.record.alarms)
        self._next = 1
        self._measured: Measurements | None = None
        self._probe: Probe | None = None
        self._optimizer: Optimizer | None = None
        self._rates: LearningRates | None = None
        self._trackers: list[Tracker] = []
        if X is not None:
            self._set_samples(X)
        self._before = self._parameters.values()[0].copy()
        self._made = True

    # ---- during training ----

    def begin(self, X: Rows, targets: Sequence[float], loss: object, optimizer: Optimizer) -> None:
        """Prepare for a run of `fit`.

        Args:
            X: the training samples.
            targets: their targets.
            loss: what is minimised.
            optimizer: what updates the parameters.
        """
        from nn.monitor.epochs import baseline_loss

        if self._probe is None:
            self._set_samples(X)
        self.record.curves.baseline = baseline_loss(loss, targets)
        with evaluating():
            answer = outputs_of(self.model(checked(X[:1])[0]))  # type: ignore[operator]
        self.record.curves.misfit = misfit(loss, answer, targets)
        self._optimizer = optimizer
        self._before = self._parameters.values()[0].copy()

    def step(self, loss: Value | float, *, validation_loss: float | None = None) -> list[Alarm]:
        """Record a step; call this after `optimizer.step()`, before gradients are set to 0.

        Args:
            loss: of this step.
            validation_loss: of samples held back, if it has been computed.

        Returns:
            The alarms that are new.

        Raises:
            ValueError: the model has changed in shape since the monitor was made.
        """
        record = self.record
        record.steps += 1
        value = loss.data if isinstance(loss, Value) else loss
        if not isfinite(value):
            return self._non_finite(lambda: root_of(loss))
        self._log.add_loss(value)
        new: list[Alarm] = []
        if record.steps >= self._next:
            new = self._look(value, loss)
            self._next = self.schedule.next_after(record.steps, pending=self._log.pending)
        # An update can only be computed from the numbers before it.
        elif record.steps + 1 == self._next:
            self._before = self._parameters.values()[0].copy()
        if validation_loss is not None:
            new += self.epoch(value, validation_loss)
        return new

    def epoch(self, loss: float, validation_loss: float | None = None) -> list[Alarm]:
        """Record the losses of an epoch, and return the alarms that are new."""
        from nn.monitor.epochs import Epoch, finding

        curves = self.record.curves
        curves.add(Epoch(self.steps, loss, validation_loss))
        moves = self._measured is None or not self._measured.hardly_moves
        found = finding(curves, raised=self._log.kinds, layers=self.layers, moves=moves)
        if found is None:
            return []
        return self._track([self._log.raise_alarm(*found)])

    def failed(self, compute: Callable[[], Value]) -> list[Alarm]:
        """Record a step that could not be taken because of inf or nan.

        Args:
            compute: computes the loss once more, recording it.

        Returns:
            The alarm that says where the first inf or nan came from.
        """
        self.record.steps += 1
        return self._non_finite(compute)

    # ---- what it has seen ----

    @property
    def steps(self) -> int:
        """How many steps there have been."""
        return self.record.steps

    @property
    def every(self) -> int:
        """How many steps from one look to the next, in the long run."""
        return self.schedule.every

    @property
    def alarms(self) -> list[Alarm]:
        """The alarms so far, in order."""
        return self.record.alarms

    @property
    def looks(self) -> list[Look]:
        """What was measured: the first look, and evenly spaced ones since."""
        return self.record.looks

    @property
    def layers(self) -> list[str]:
        """The names of the layers."""
        return self.record.layers

    def statistics(
        self, what: str = "weights", *, by: str = "layer", step: int | None = None
    ) -> list[Statistic]:
        """Return mean, standard deviation, histogram and so on at one look.

        Args:
            what: "weights", "biases", "gradients" or "activations".
            by: "layer", "neuron" or "parameter".
            step: use the look at or before that step; the latest if None.

        Raises:
            ValueError: there are no such statistics, or there has been no look yet.
        """
        return self.record.statistics(what, by=by, step=step)

    def over_time(
        self, what: str = "weights", statistic: str = "norm", *, by: str = "layer"
    ) -> tuple[list[int], dict[str, list[float]]]:
        """Return one statistic at all looks kept.

        Args:
            what: "weights", "biases", "gradients" or "activations".
            statistic: a field of the statistics, such as "mean" or "update_ratio".
            by: "layer", "neuron" or "parameter".

        Returns:
            The steps, and for each name its numbers.
        """
        return self.record.over_time(what, statistic, by=by)

    @property
    def plot(self) -> Plots:
        """Pictures, such as `m.plot.gradient_flow()`.

        Raises:
            ModuleNotFoundError: NumPy is not installed.
        """
        require_numpy("Monitor.plot")
        from nn.monitor.pictures import Plots

        return Plots(self.record)

    def report(self, path: str | Path) -> Path:
        """Write everything as one self-contained web page.

        Raises:
            ModuleNotFoundError: NumPy is not installed.
            OSError: it cannot be written.
            ValueError: there has been no look yet.
        """
        require_numpy("Monitor.report")
        from nn.monitor.report import write

        return write(self.record, path)

    def log_to(self, tracker: str, target: str | Path | None = None, **settings: object) -> None:
        """Log every look and alarm from now on to a tracker as well.

        Args:
            tracker: "tensorboard" (target: a folder), "wandb" (settings go to `wandb.init`, such as
                mode="offline"), "csv" or "jsonl" (target: a file).
            target: where to write.
            settings: for the tracker.

        Raises:
            ValueError: there is no such tracker, or it needs a target.
            ModuleNotFoundError: it is not installed; the message names the extra.
            OSError: the target cannot be written to.
        """
        from nn.monitor.trackers import tracker_for

        self._trackers.append(tracker_for(tracker, target, settings, self._parameters))

    def close(self) -> None:
        """Close the trackers."""
        trackers, self._trackers = self._trackers, []
        for tracker in trackers:
            tracker.close()

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        alarms = ", ".join(f"{a.name} in {a.location}" for a in self.alarms) or "no alarm"
        return f"Monitor({self.model!r}: {self.steps} steps; {alarms})"

    # ---- inside ----

    def _set_samples(self, X: Rows) -> None:
        """Choose the samples whose activations are recorded."""
        from nn.monitor.arrays import np
        from nn.monitor.probe import Probe

        self._probe = Probe(self._parameters, np.array(checked(X)))

    def _look(self, loss: float, root: Value | float) -> list[Alarm]:
        """Look, keep the look, and apply the rules."""
        from nn.monitor.arrays import np
        from nn.monitor.look import Look
        from nn.monitor.measurements import Measurements

        parameters = self._parameters
        if parameters.changed():
            raise ValueError(
                f"the model has changed since the monitor was made: it had "
                f"{len(parameters.parameters)} parameters and now has "
                f"{len(self.model.parameters())} ({self.model!r}); make a new Monitor and a new "
                "optimizer for it"
            )
        data, grad = (array.copy() for array in parameters.values())
        bad = ~(np.isfinite(data) & np.isfinite(grad))
        if bad.any():
            owner = parameters.owners[parameters.owner_of[bad.argmax()]]
            return self._non_finite(lambda: root_of(root), owner.layer, owner.neuron)
        activations = None if self._probe is None else self._probe.activations(data)
        look = Look(self.steps, loss, self._before, data, grad, activations)
        self._before = data  # right for the next step; copied again if that is not looked at
        kept = look.compact()
        self.record.add(kept)
        rates = self._rates_now()
        self._measured = Measurements(parameters, look, self._log.losses, rates, self._measured)
        new = self._log.evaluate(self._measured)
        for tracker in self._trackers:
            tracker.look(kept, rates.current if rates else None)
        return self._track(new)

    def _rates_now(self) -> LearningRates | None:
        """Return the learning rates so far; None if the optimizer is not known."""
        from nn.monitor.measurements import LearningRates

        if self._optimizer is not None:
            rate = self._optimizer.rate
            lowest, _, highest = self._rates or (rate, rate, rate)
            self._rates = LearningRates(min(lowest, rate), rate, max(highest, rate))
        return self._rates

    def _non_finite(
        self, compute: Callable[[], Value], layer: str | None = None, neuron: str | None = None
    ) -> list[Alarm]:
        """Find where inf or nan came from, and return the alarm.

        Args:
            compute: computes the loss once more, recording it.
            layer: where it was noticed, in case the origin has no layer.
            neuron: the same.
        """
        from nn.monitor.origin import find_origin

        if "non_finite" in self._log.kinds:
            return []
        found = find_origin(compute)
        if found.layer is None:
            found = found._replace(layer=layer, neuron=neuron)
        return self._track([self._log.raise_alarm(found, self.steps)])

    def _track(self, alarms: list[Alarm]) -> list[Alarm]:
        """Send alarms to the trackers, and return them."""
        for alarm in alarms:
            for tracker in self._trackers:
                tracker.alarm(alarm)
        return alarms


def root_of(loss: Value | float) -> Value:
    """Return the graph of a loss, or a leaf if only its number is known."""
    return loss if isinstance(loss, Value) else Value(loss)
