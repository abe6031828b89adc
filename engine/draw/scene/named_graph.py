"""A graph as pictures name it: labels made printable once, and which leaves are parameters."""

from __future__ import annotations

from collections.abc import Collection

from engine.draw.scene.parameters import is_bias_label, parameters_by_label
from engine.graph import nodes
from engine.tag import one_line
from engine.value import Value
from engine.words.recording import Recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.tag import Tag


class NamedGraph:
    """A graph, and what to call the things in it.

    Args:
        roots: what the picture is of: one result, or several.
        parameters: exactly these leaves are shown as parameters; if None, their labels decide.

    Attributes:
        roots: the results.
        order: everything that they were made from, and themselves, in topological order.
        recording: the numbers that they were computed with.

    Raises:
        TypeError: one of `parameters` is not a Value.
        ValueError: one of `parameters` is the result of an operation.
    """

    def __init__(self, *roots: Value, parameters: Collection[Value] | None = None) -> None:
        self.roots = roots
        self.order = nodes(*roots)
        self.recording = Recording(self.order)
        # Thousands of nodes share a handful of labels.
        printable: dict[str, str] = {"": ""}
        self._labels: dict[int, str] = {}
        for node in self.order:
            label = str(node.label)
            if label not in printable:
                printable[label] = one_line(label)
            if printable[label]:
                self._labels[id(node)] = printable[label]
        self._titles: dict[Tag, str] = {}
        self._notes: dict[Tag, str] = {}
        if parameters is None:
            self._parameters = parameters_by_label(self.order, self._labels)
        else:
            self._parameters = {id(leaf) for leaf in checked_parameters(parameters)}

    def label(self, node: Value) -> str:
        """Return the label of a node as one printable line, or ""."""
        return self._labels.get(id(node), "")

    def name(self, node: Value) -> str:
        """Return the label of a node, or the symbol of its op, or ""."""
        return self.label(node) or ("" if node.op is None else node.op.symbol)

    def data(self, node: Value) -> float | None:
        """Return the number of a node as it was computed or used; None if it was forgotten."""
        return self.recording.number(node)

    def data_tip(self, node: Value) -> str:
        """Return the number of a node in full, and what it was changed to since."""
        number, changed = self.data(node), node in self.recording.changed
        was = "forgotten" if number is None else repr(number)
        return f"data {was}" + (f" (changed to {node.data!r} since)" if changed else "")

    def title(self, tag: Tag) -> str:
        """Return the name of a scope as one printable line."""
        if tag not in self._titles:
            self._titles[tag] = one_line(tag.name)
        return self._titles[tag]

    def note(self, tag: Tag) -> str:
        """Return the note of a scope as one printable line."""
        if tag not in self._notes:
            self._notes[tag] = one_line(tag.note)
        return self._notes[tag]

    def is_parameter(self, leaf: Value) -> bool:
        """Return whether a leaf is shown as a parameter."""
        return id(leaf) in self._parameters

    def is_bias(self, leaf: Value) -> bool:
        """Return whether a leaf is shown after the weights of its card."""
        return is_bias_label(self.label(leaf))

    def parameters_of(self, order: list[Value]) -> list[Value]:
        """Return the leaves of a copy of this graph that are parameters here.

        Args:
            order: the nodes of the copy, in topological order.
        """
        pairs = zip(self.order, order, strict=True)
        return [copied for node, copied in pairs if self.is_parameter(node)]


def checked_parameters(parameters: Collection[Value]) -> Collection[Value]:
    """Return `parameters` if they can be that."""
    for leaf in parameters:
        if not isinstance(leaf, Value):
            raise TypeError(
                f"parameters must be Values, got {type(leaf).__name__}; give the leaves "
                "themselves, as model.parameters() does"
            )
        if leaf.op is not None:
            name = f" {one_line(leaf.label)!r}" if leaf.label else ""
            raise ValueError(
                f"parameters must be leaves, got the result{name} of {leaf.op.name}; "
                "give the leaves that it was made from"
            )
    return parameters
