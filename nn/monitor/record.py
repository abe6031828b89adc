"""What a monitor has seen: looks, losses of epochs and alarms, in bounded memory."""

from __future__ import annotations

from nn.module import Module
from nn.monitor.alarm import Alarm
from nn.monitor.curves import Curves
from nn.monitor.look import Look
from nn.monitor.parameter_groups import ParameterGroups
from nn.monitor.statistic import Statistic, statistics

MEMORY = 64_000_000  # bytes for the looks
MOST, LEAST = 256, 32  # looks kept


class Record:
    """Everything that pictures, reports and queries are made from.

    Args:
        parameters: of the model.

    Attributes:
        parameters: of the model.
        steps: how many steps there have been.
        looks: the first look, and evenly spaced ones since.
        curves: the losses of epochs.
        alarms: in order.
    """

    def __init__(self, parameters: ParameterGroups) -> None:
        self.parameters = parameters
        self.steps = 0
        self.looks: list[Look] = []
        self.curves = Curves()
        self.alarms: list[Alarm] = []
        self._latest: Look | None = None
        self._stride, self._count = 1, 0

    @property
    def model(self) -> Module:
        """The model."""
        return self.parameters.model

    @property
    def layers(self) -> list[str]:
        """The names of the layers."""
        return self.parameters.layers

    def add(self, look: Look) -> None:
        """Keep a look; if there are too many, drop every second one."""
        self._latest = look
        if self._count % self._stride == 0:
            self.looks.append(look)
        self._count += 1
        if len(self.looks) > max(LEAST, min(MOST, MEMORY // look.nbytes)):
            del self.looks[1::2]
            self._stride *= 2

    def look_at(self, step: int | None = None) -> Look:
        """Return the look at or before a step; the latest if None.

        Raises:
            ValueError: there has been no look yet.
        """
        if self._latest is None:
            raise ValueError(
                "the monitor has not seen a step yet; give it to fit(…, monitor=m), or call "
                "m.step(loss) after each step"
            )
        if step is None or step >= self._latest.step:
            return self._latest
        earlier = [look for look in self.looks if look.step <= step]
        return earlier[-1] if earlier else self.looks[0]

    def statistics(
        self, what: str = "weights", *, by: str = "layer", step: int | None = None
    ) -> list[Statistic]:
        """Return the statistics at one look; see `Monitor.statistics`."""
        return statistics(self.parameters, self.look_at(step), what, by)

    def over_time(
        self, what: str = "weights", statistic: str = "norm", *, by: str = "layer"
    ) -> tuple[list[int], dict[str, list[float]]]:
        """Return one statistic at all looks kept; see `Monitor.over_time`."""
        steps, found = [], dict[str, list[float]]()
        for look in self.looks:
            steps.append(look.step)
            for s in statistics(self.parameters, look, what, by):
                name = s.parameter or (f"{s.layer}, {s.neuron}" if s.neuron else s.layer)
                found.setdefault(name, []).append(getattr(s, statistic))
        return steps, found
