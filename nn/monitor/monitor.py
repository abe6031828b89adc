"""Monitor: pass it to fit, or call it after each step; query it afterwards, or heed its alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from engine import Value
from nn.checks import require_numpy
from nn.data.samples import Rows, checked
from nn.losses import misfit
from nn.metrics import outputs_of
from nn.module import Module, evaluating
from nn.monitor.alarm import Alarm
from nn.monitor.schedule import LookSchedule
from nn.other_names import KnownAttributes, made_as
from nn.parameters import kept_results

if TYPE_CHECKING:
    from nn.monitor.alarm import Suspicion
    from nn.monitor.look import Look
    from nn.monitor.measurements import AtFirst, Measurements, Past
    from nn.monitor.pictures import Plots
    from nn.monitor.statistic import Statistic
    from nn.monitor.trackers import Tracker
    from nn.optim import Optimizer


GLANCE = 10  # steps from one glance at the parameters to the next
GLANCES, SUDDEN = 8, 5.0  # how many are compared; how much farther than in any of them
SOON = 6  # looks that come soon after a sudden change
GRAPHS = 5  # losses whose graphs are counted


@made_as("nn.Monitor(model)")
class Monitor(KnownAttributes):
    """Watches a model learn: what its numbers are, and what is wrong with them.

    It looks at each of the first 5 steps, at every 25th up to the 200th, and from then on at every
    `every`-th; sooner if it suspects something. What it keeps is bounded, however long the run.

    Args:
        model: what to watch.
        X: samples to compute activations for, shape (n_samples, n_features); `fit` gives its own.
        y: their targets, with which the monitor sees what each step does to the loss; `fit` gives
            them too.
        loss: what is minimised, such as `nn.hinge`; the same.
        optimizer: what moves the parameters; the same.
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

    def __init__(
        self,
        model: Module,
        X: Rows | None = None,
        y: Sequence[float] | None = None,
        *,
        loss: object = None,
        optimizer: Optimizer | None = None,
        every: int = 100,
    ) -> None:
        from nn.monitor.alarm_log import AlarmLog
        from nn.monitor.measurements import Known
        from nn.monitor.parameter_groups import ParameterGroups
        from nn.monitor.record import Record

        self.model = model
        self.schedule = LookSchedule(every=every)
        self._parameters = ParameterGroups(model)
        self.record = Record(self._parameters)
        self._log = AlarmLog(self.record.alarms)
        self._next = 1
        self._measured: Measurements | None = None
        self._known = Known(optimizer=optimizer, loss=loss)
        self._past: list[Past] = []
        self._graph_sizes: list[int] = []
        self._at_first: AtFirst | None = None
        self._trackers: list[Tracker] = []
        if X is not None:
            self._set_samples(X, y)
        self._before = self._parameters.values()[0].copy()
        self._well = 0  # the latest step at which nothing seemed to change
        self._alert = 0  # how many of the next looks come soon
        self._glanced = self._before
        self._moves: list[float] = []
        self._made = True

    # ---- during training ----

    def begin(
        self,
        X: Rows,
        targets: Sequence[float],
        loss: object,
        optimizer: Optimizer,
        *,
        penalised: bool = False,
    ) -> None:
        """Prepare for a run of `fit`.

        Args:
            X: the training samples.
            targets: their targets.
            loss: what is minimised.
            optimizer: what updates the parameters.
            penalised: whether a penalty is added to the loss.
        """
        with evaluating():
            answer = outputs_of(self.model(checked(X[:1])[0]))  # type: ignore[operator]
        decay = getattr(optimizer, "weight_decay", 0.0)
        self._known = self._known._replace(
            loss=loss,
            optimizer=optimizer,
            penalised=penalised or decay > 0.05,
            misfit=misfit(loss, answer, targets),
        )
        self._set_samples(X, targets)
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
        jumped = self._log.add_loss(value)
        new: list[Alarm] = []
        if record.steps >= self._next:
            new = self._look(value, loss)
            pending = self._log.pending or self._alert > 0
            self._next = self.schedule.next_after(record.steps, pending=pending)
        elif jumped or (record.steps % GLANCE == 0 and self._moved_suddenly()):
            self._next, self._alert = record.steps + 1, SOON
        # An update can only be computed from the numbers before it.
        if record.steps + 1 == self._next:
            self._before = self._parameters.values()[0].copy()
        if validation_loss is not None:
            new += self.epoch(value, validation_loss)
        return new

    def epoch(self, loss: float, validation_loss: float | None = None) -> list[Alarm]:
        """Record the losses of an epoch, and return the alarms that are new."""
        from nn.monitor.curves import Epoch
        from nn.monitor.rules.capacity import overfitting, underfitting

        curves = self.record.curves
        curves.add(Epoch(self.steps, loss, validation_loss))
        new: list[Alarm] = []
        told = self._log.raised
        # A learning rate that is too high makes any loss jump.
        if not {"overfitting", "learning_rate_too_high"} & set(told):
            for suspicion in overfitting(curves):
                new += self._log.tell(suspicion, curves.best.step if curves.best else self.steps)
        if self._measured is not None and "underfitting" not in told:
            for suspicion in underfitting(curves, self._measured):
                new += self._log.tell(suspicion, 1)
        return self._track(new)

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

    def _set_samples(self, X: Rows, y: Sequence[float] | None) -> None:
        """Choose samples to judge by; the first that are given are those shown."""
        from nn.monitor.arrays import np
        from nn.monitor.losses import baseline_loss
        from nn.monitor.probe import Probe

        y = None if y is None else list(y)
        probe = Probe(self._parameters, np.array(checked(X)), y)
        self._known = self._known._replace(probe=self._known.probe or probe)
        if y is not None and probe.targets is not None:
            self._known = self._known._replace(trained=probe, targets=y)
            # Each loss is compared with the constant that is best for the same samples.
            baseline = baseline_loss(self._known.loss, probe.targets)
            self._known = self._known._replace(baseline=baseline)
            self.record.curves.baseline = baseline_loss(self._known.loss, y)

    def _moved_suddenly(self) -> bool:
        """Glance at the parameters, and return whether one has moved as never before."""
        data = self._parameters.values()[0]
        moved = float(abs(data - self._glanced).max())
        usual = max(self._moves, default=0.0)
        self._glanced = data.copy()
        if self._moves and not moved <= SUDDEN * usual:
            self._moves = []
            return True
        self._moves = [*self._moves, moved][-GLANCES:]
        if not self._log.pending:
            self._well = self.steps
        return self.steps % (2 * GLANCE) == 0 and self._parameters.changed()

    def _look(self, loss: float, root: Value | float) -> list[Alarm]:
        """Look, keep the look, and apply the rules."""
        from nn.monitor.arrays import np
        from nn.monitor.look import Look
        from nn.monitor.measurements import MOST_PAST, Measurements

        exchanged = self._exchanged()
        parameters = self._parameters
        data, grad = (array.copy() for array in parameters.values())
        bad = ~(np.isfinite(data) & np.isfinite(grad))
        if bad.any():
            owner = parameters.owners[parameters.owner_of[bad.argmax()]]
            return self._non_finite(lambda: root_of(root), owner.layer, owner.neuron)
        probe = self._known.probe
        activations = None if probe is None else probe.activations(data)
        look = Look(self.steps, loss, self._before, data, grad, activations)
        previous = self._measured
        kept = look.compact()
        self.record.add(kept)
        losses = self._log.losses
        measured = Measurements(parameters, look, losses, self._known, self._past, root)
        if self._at_first is None:
            self._at_first = measured.before_the_step()
        measured.sudden = self._alert > 0
        measured.at_first = self._at_first
        measured.exchanged, measured.well = exchanged, self._well
        if previous is not None and previous.step == self.steps - 1:
            measured.previous_gradient = previous.look.grad
        if isinstance(root, Value) and root.op is not None and len(self._graph_sizes) < GRAPHS:
            self._graph_sizes.append(len(engine.nodes(root)))
        measured.graph_sizes = self._graph_sizes
        self._measured = measured
        since = 1 + max(self._well, self._past[-1].step) if self._past else 1
        new = self._log.evaluate(measured, since)
        if not self._log.pending:
            self._well = self.steps
        self._alert = max(0, self._alert - 1)
        self._past = [*self._past[:1], *self._past[1:][-MOST_PAST:], measured.remembered()]
        measured.root = 0.0  # a graph takes much memory
        for tracker in self._trackers:
            tracker.look(kept, measured.rate)
        return self._track(new)

    def _exchanged(self) -> Suspicion | None:
        """Notice what of the model is not what it was, and watch what it is now.

        Raises:
            ValueError: it has another shape.
        """
        from nn.monitor.alarm import Suspicion
        from nn.monitor.parameter_groups import ParameterGroups

        old = self._parameters
        if not old.changed():
            return None
        results = kept_results(self.model)
        for path, (_, owner) in zip(old.names, old.with_owners(), strict=True):
            if path in results:
                text = (
                    f"{path} is the result of {results[path].op}, so that the graph of each step "
                    "holds all earlier ones"
                )
                return Suspicion("graph_grows", owner.layer, owner.neuron, text)
        new = ParameterGroups(self.model)
        if [o[:2] for o in new.owners] != [o[:2] for o in old.owners] or new.names != old.names:
            raise ValueError(
                f"the model has changed since the monitor was made: it had "
                f"{len(old.parameters)} parameters and now has {len(new.parameters)} "
                f"({self.model!r}); make a new Monitor and a new optimizer for it"
            )
        self._parameters = self.record.parameters = new
        for probe in (self._known.probe, self._known.trained):
            if probe is not None:
                probe.parameters = new
        for (value, owner), before in zip(new.with_owners(), old.parameters, strict=True):
            if value is not before:
                text = "a parameter is not the Value that it was, and no optimizer moves it"
                return Suspicion("replaced", owner.layer, owner.neuron, text)
        for one, other in zip(new.neuron_layers, old.neuron_layers, strict=True):
            if one.activation != other.activation:
                text = f"its activation is {one.activation} now, and was {other.activation}"
                return Suspicion("replaced", one.name, None, text)
        return None

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

        if "non_finite" in self._log.raised:
            return []
        found = find_origin(compute, self._parameters)
        if found.layer is None:
            found = found._replace(layer=layer, neuron=neuron)
        # What was suspected before is the cause, and nothing more will be seen of it.
        return self._track([*self._log.hasten(), *self._log.tell(found, self.steps)])

    def _track(self, alarms: list[Alarm]) -> list[Alarm]:
        """Send alarms to the trackers, and return them."""
        for alarm in alarms:
            for tracker in self._trackers:
                tracker.alarm(alarm)
        return alarms


def root_of(loss: Value | float) -> Value:
    """Return the graph of a loss, or a leaf if only its number is known."""
    return loss if isinstance(loss, Value) else Value(loss)
