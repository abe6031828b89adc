"""Monitor: give it to fit, or call it once a step; ask it afterwards, or listen to its alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engine
from engine import Value
from nn.data.samples import Rows, checked
from nn.module import Module
from nn.monitor.alarm import Alarm

if TYPE_CHECKING:
    from nn.monitor.look import Look, Statistic
    from nn.monitor.pictures import Plots
    from nn.monitor.rules import Scene
    from nn.optim import Optimizer

AT_FIRST = 5  # steps that are all looked at, since a sick beginning shows at once
SOON, SOON_UNTIL = 25, 200  # then every 25th for a while, so that short runs have pictures too
AGAIN = 5  # steps until a suspicion is looked into
ROOM = 64_000_000  # bytes for what is kept
MOST, LEAST = 256, 32  # looks kept


class Monitor:
    """Watches a model learn: what its numbers are, and what is wrong with them.

    It looks at each of the first 5 steps, at every 25th up to the 200th, and from then on at every
    `every`-th, sooner where it suspects something. What it keeps is bounded, however long the
    run.

    Args:
        model: what to watch.
        X: samples to see the activations of, shape (n_samples, n_features); `fit` gives its own.
        every: how many steps from one look to the next, in the long run.

    Attributes:
        model: what is watched.
        steps: how many steps there have been.
        looks: what was measured: the first looks, and evenly spaced ones since.

    Raises:
        TypeError: the model is no Module.
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
        from nn.monitor.parameter_groups import Anatomy  # brings NumPy
        from nn.monitor.epochs import Curves
        from nn.monitor.alarm_log import Watch

        if every < 1:
            raise ValueError(f"every must be at least 1 step, got {every}")
        self._anatomy = Anatomy(model)
        self.model, self.every = model, every
        self.steps, self._next = 0, 1
        self.looks: list[Look] = []
        self._latest: Look | None = None
        self._scene: Scene | None = None
        self._watch, self._curves = Watch(), Curves()
        self._stride, self._n_looks = 1, 0
        self._probe: Any = None
        self._optimizer: Optimizer | None = None
        self._rates: tuple[float, float] | None = None
        self._trackers: list[Any] = []
        self._arrays = engine.live_arrays(self._anatomy.parameters)
        if X is not None:
            self._look_at(X)
        self._before = self._numbers()[0].copy()

    # ---- in training ----

    def begin(self, X: Rows, targets: Sequence[float], loss: object, optimizer: Optimizer) -> None:
        """Prepare for a run of `fit`.

        Args:
            X: the training samples.
            targets: theirs.
            loss: what is made small.
            optimizer: what moves the parameters.
        """
        from nn.monitor.epochs import guess_loss

        if self._probe is None:
            self._look_at(X)
        self._curves.guess = guess_loss(loss, targets)
        self._optimizer = optimizer
        self._before = self._numbers()[0].copy()

    def step(self, loss: Value | float, *, validation_loss: float | None = None) -> list[Alarm]:
        """Take note of a step; call it after `optimizer.step()`, before gradients are set to 0.

        Args:
            loss: of this step.
            validation_loss: of samples held back, where there is one to tell.

        Returns:
            The alarms that are new.

        Raises:
            ValueError: the model has changed in shape since the monitor was made.
        """
        self.steps += 1
        value = loss.data if isinstance(loss, Value) else loss
        if not isfinite(value):
            return self._non_finite(lambda: self._root_of(loss))
        self._watch.loss(value)
        new: list[Alarm] = []
        if self.steps >= self._next:
            new = self._look(value, loss)
            self._next = self._step_after()
        # What an update was can be told only with the numbers before it.
        elif self.steps + 1 == self._next:
            self._before = self._numbers()[0].copy()
        if validation_loss is not None:
            new += self.epoch(value, validation_loss)
        return new

    def epoch(self, loss: float, validation_loss: float | None = None) -> list[Alarm]:
        """Take note of the losses of an epoch, and return the alarms that are new."""
        from nn.monitor.epochs import Epoch

        seen = self._curves.add(Epoch(self.steps, loss, validation_loss))
        new = []
        for suspicion in seen:
            if any(alarm.kind == suspicion.kind for alarm in self.alarms):
                continue
            since, advice = self.steps, None
            if suspicion.kind == "overfitting" and self._curves.best is not None:
                if any(alarm.kind == "learning_rate_too_high" for alarm in self.alarms):
                    continue  # which makes any loss jump
                since = self._curves.best.step
            elif suspicion.kind == "underfitting":
                still = self._scene is not None and self._scene.hardly_moves
                if self.alarms or still:
                    continue  # whatever else is wrong is the cause, or it has not tried yet
                since = self._curves.recent_step
                suspicion = suspicion._replace(layer=self._anatomy.layers[0])
                if len(self._anatomy.layers) == 1:
                    advice = (
                        "add a hidden layer: without one the network can only draw a straight line"
                    )
            new.append(self._watch.raised(suspicion, since, advice))
        self._tell(new)
        return new

    def failed(self, compute: Callable[[], Value]) -> list[Alarm]:
        """Take note of a step that could not be taken because of inf or nan.

        Args:
            compute: computes the loss once more, recording it.

        Returns:
            The alarm that says where the first inf or nan came from.
        """
        self.steps += 1
        return self._non_finite(compute)

    def _non_finite(
        self,
        compute: Callable[[], Value],
        place: tuple[str | None, str | None] = (None, None),
    ) -> list[Alarm]:
        """Find out where inf or nan came from, and return the alarm.

        Args:
            compute: computes the loss once more, recording it.
            place: the layer and the neuron where it was noticed, should the origin have none.
        """
        from nn.monitor.origin import found_by

        if any(alarm.kind == "non_finite" for alarm in self.alarms):
            return []
        found = found_by(compute)
        if found.layer is None:
            found = found._replace(layer=place[0], neuron=place[1])
        alarm = self._watch.raised(found, self.steps)
        self._tell([alarm])
        return [alarm]

    # ---- what it has seen ----

    @property
    def alarms(self) -> list[Alarm]:
        """The alarms so far, in order."""
        return self._watch.alarms

    @property
    def layers(self) -> list[str]:
        """The names of the layers."""
        return self._anatomy.layers

    def statistics(
        self, what: str = "weights", *, by: str = "layer", step: int | None = None
    ) -> list[Statistic]:
        """Return mean, spread, histogram and so on at one look.

        Args:
            what: "weights", "biases", "gradients" or "activations".
            by: "layer", "neuron" or "parameter".
            step: of the look at or before that step; the latest if None.

        Raises:
            ValueError: there are no such statistics, or there has been no look yet.
        """
        from nn.monitor.look import statistics

        return statistics(self._anatomy, self._at(step), what, by)

    def over_time(
        self, what: str = "weights", statistic: str = "norm", *, by: str = "layer"
    ) -> tuple[list[int], dict[str, list[float]]]:
        """Return one statistic at all looks kept.

        Args:
            what: "weights", "biases", "gradients" or "activations".
            statistic: a field of the statistics, such as "mean" or "update_ratio".
            by: "layer", "neuron" or "parameter".

        Returns:
            The steps, and under each name its numbers.
        """
        from nn.monitor.look import statistics

        steps, found = [], dict[str, list[float]]()
        for look in self.looks:
            steps.append(look.step)
            for row in statistics(self._anatomy, look, what, by):
                name = row.parameter or (f"{row.layer}, {row.neuron}" if row.neuron else row.layer)
                found.setdefault(name, []).append(getattr(row, statistic))
        return steps, found

    @property
    def plot(self) -> Plots:
        """Pictures, such as `m.plot.gradient_flow()`."""
        from nn.monitor.pictures import Plots

        return Plots(self)

    def report(self, path: str | Path) -> Path:
        """Write everything as one web page that needs nothing else.

        Raises:
            OSError: it cannot be written.
            ValueError: there has been no look yet.
        """
        from nn.monitor.report import write

        return write(self, path)

    def log_to(self, tracker: str, target: str | Path | None = None, **settings: object) -> None:
        """Tell every look and alarm from now on to a tracker as well.

        Args:
            tracker: "tensorboard" (target: a folder), "wandb" (settings go to `wandb.init`, such as
                mode="offline"), "csv" or "jsonl" (target: a file).
            target: where to write.
            settings: for the tracker.

        Raises:
            ValueError: there is no such tracker, or no target for it.
            ModuleNotFoundError: it is not installed; the message names the extra.
            OSError: the target cannot be written to.
        """
        from nn.monitor.trackers import tracker_for

        self._trackers.append(tracker_for(tracker, target, settings, self._anatomy))

    def close(self) -> None:
        """Finish what the trackers write."""
        trackers, self._trackers = self._trackers, []
        for tracker in trackers:
            tracker.close()

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        alarms = ", ".join(f"{a.name} in {a.place}" for a in self.alarms) or "no alarm"
        return f"Monitor({self.model!r}: {self.steps} steps; {alarms})"

    # ---- inside ----

    def _look_at(self, X: Rows) -> None:
        """Choose the samples whose activations are recorded."""
        import numpy as np

        from nn.monitor.probe import Probe

        self._probe = Probe(self._anatomy, np.array(checked(X)))

    def _numbers(self) -> tuple[Any, Any]:
        """Return the parameters and their gradients as arrays: views, where programs keep them."""
        import numpy as np

        parameters = self._anatomy.parameters
        if self._arrays is None:
            self._arrays = engine.live_arrays(parameters)
        if self._arrays is not None:
            return self._arrays.data, self._arrays.grad
        numbers = np.array([(p.data, p.grad) for p in parameters])
        return numbers[:, 0], numbers[:, 1]

    def _look(self, loss: float, root: Value | float) -> list[Alarm]:
        """Measure, keep, and judge."""
        import numpy as np

        from nn.monitor.look import Look
        from nn.monitor.rules import Scene

        if self._anatomy.changed():
            now = len(self.model.parameters())
            raise ValueError(
                f"the model has changed while it was watched: it had "
                f"{len(self._anatomy.parameters)} parameters and has {now} now ({self.model!r}); "
                "make a new Monitor and a new optimizer for it"
            )
        data, grad = (array.copy() for array in self._numbers())
        bad = ~(np.isfinite(data) & np.isfinite(grad))
        if bad.any():
            owner = self._anatomy.owners[self._anatomy.owner_of[bad.argmax()]]
            return self._non_finite(lambda: self._root_of(root), (owner.layer, owner.neuron))
        answers = None if self._probe is None else self._probe.answers(data)
        look = Look(self.steps, loss, self._before, data, grad, answers)
        self._before = data  # right for the next step; kept anew where that is not looked at
        self._latest = kept = look.kept()
        self._keep(kept)
        rates = None
        if self._optimizer is not None:
            rate = self._optimizer.rate
            least, most = self._rates or (rate, rate)
            self._rates = min(least, rate), max(most, rate)
            rates = (self._rates[0], rate, self._rates[1])
        self._scene = Scene(self._anatomy, look, self._watch.losses, rates, self._scene)
        new = self._watch.judge(self._scene)
        for tracker in self._trackers:
            tracker.look(kept, rates[1] if rates else None)
        self._tell(new)
        return new

    def _step_after(self) -> int:
        """Return which step to look at next."""
        step = self.steps
        if step < AT_FIRST:
            return step + 1
        interval = min(SOON, self.every) if step < SOON_UNTIL else self.every
        regular = (step // interval + 1) * interval
        return min(regular, step + AGAIN) if self._watch.pending else regular

    def _keep(self, look: Look) -> None:
        """Keep a look; where there are too many, let every second one go."""
        if self._n_looks % self._stride == 0:
            self.looks.append(look)
        self._n_looks += 1
        if len(self.looks) > max(LEAST, min(MOST, ROOM // look.nbytes)):
            del self.looks[1::2]
            self._stride *= 2

    def _at(self, step: int | None) -> Look:
        """Return the look at or before a step."""
        if self._latest is None:
            raise ValueError(
                "the monitor has not seen a step yet; give it to fit(…, monitor=m), or call "
                "m.step(loss) after each step"
            )
        if step is None or step >= self._latest.step:
            return self._latest
        earlier = [look for look in self.looks if look.step <= step]
        return earlier[-1] if earlier else self.looks[0]

    def _tell(self, alarms: Sequence[Alarm]) -> None:
        """Tell alarms to the trackers."""
        for alarm in alarms:
            for tracker in self._trackers:
                tracker.alarm(alarm)

    @staticmethod
    def _root_of(loss: Value | float) -> Value:
        """Return the graph of a loss, or a leaf where only its number is known."""
        return loss if isinstance(loss, Value) else Value(loss)
