"""The chain rule in words and numbers: each gate, each path, and the sum over the paths."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from engine.graph import nodes
from engine.guards.domain import where_made
from engine.paths import Path, count_paths, steps, strongest_paths, through
from engine.value import Value
from engine.words.gates import gate_in_words, made_of, slopes_in_words
from engine.words.names import names_of, own_names
from engine.words.numbers import number_text
from engine.words.recording import Recording

MOST_PATHS = 12  # to list; there may be millions
MOST_STOPS = 9  # names on one line
MOST_GATES = 12
MOST_TERMS = 3  # names in a sentence


class Explanation:
    """Why a gradient is what it is. A notebook displays it; `print` prints it.

    Attributes:
        value: the result that moves.
        wrt: the number that moves it, or None where only the last operation is explained.
        paths: the ways from `value` back to `wrt`; the strongest, if there are many. Without `wrt`,
            one step to each input.
        n_paths: how many paths there are in all.
        total: d(value)/d(wrt), the sum over all paths, also over those not listed; None without
            `wrt`, and where a path goes through a result made by hand, whose slopes are hidden in a
            function.
        names: what the text calls each node, by id.
        note: that numbers have been changed since they were used, if so: then those of the
            recording are shown.
    """

    def __init__(
        self,
        value: Value,
        wrt: Value | None,
        paths: Sequence[Path],
        n_paths: int,
        total: float | None,
        names: dict[int, str],
    ) -> None:
        self.value = value
        self.wrt = wrt
        self.paths = tuple(paths)
        self.n_paths = n_paths
        self.total = total
        self.names = names
        self._recording = Recording(nodes(value))
        self.note = self._recording.note
        self._own = own_names([value, *(node for path in paths for node in path.nodes)])

    @property
    def gates(self) -> list[Value]:
        """The operations on the listed paths, `value` first."""
        found: dict[int, Value] = {}
        for path in self.paths:
            found.update((id(node), node) for node in path.nodes[:-1])
        if self.value.op is not None:
            found.setdefault(id(self.value), self.value)
        position = {id(node): i for i, node in enumerate(nodes(self.value))}
        return sorted(found.values(), key=lambda node: -position[id(node)])

    @property
    def heading(self) -> str:
        """What is explained, in one line."""
        name = self.names[id(self.value)]
        if self.wrt is None:
            return f"How {name} was made, and how it moves with each of its inputs"
        return f"How {name} moves with {self.names[id(self.wrt)]}"

    def gate_lines(self) -> list[tuple[str, str, list[str]]]:
        """Return for each gate what it computed, its rule in words, and its local derivatives."""
        gates = self.gates
        lines = [
            (
                made_of(node, self.names, self._recording) + where_made(node),
                gate_in_words(node),
                slopes_in_words(node, self.names, self._recording),
            )
            for node in gates[:MOST_GATES]
        ]
        if len(gates) > MOST_GATES:
            lines.append((f"… and {len(gates) - MOST_GATES:,} more operations", "", []))
        return lines

    def path_lines(self) -> list[tuple[str, str, str]]:
        """Return for each path its stops, its local derivatives, and their product."""
        lines = []
        for path in self.paths:
            nodes_shown, slopes = (path.nodes, path.slopes)
            if len(path.nodes) > MOST_STOPS:
                nodes_shown, slopes = self.landmarks(path)
            stops = shortened([self.names[id(node)] for node in nodes_shown])
            factors = shortened([f"×{known_or_hidden(x, digits=3)}" for x in slopes], joint=" ")
            lines.append((stops, factors or "×1", known_or_hidden(path.product, signed=True)))
        return lines

    def landmarks(self, path: Path) -> tuple[tuple[Value, ...], tuple[float | None, ...]]:
        """Return the stops of a long path that have names of their own, and the slopes between."""
        last = len(path.slopes)
        kept = [i for i, x in enumerate(path.nodes) if i in (0, last) or id(x) in self._own]
        whole: float | None = 1.0
        slopes = [
            reduce(through, path.slopes[i:j], whole) for i, j in zip(kept, kept[1:], strict=False)
        ]
        return tuple(path.nodes[i] for i in kept), tuple(slopes)

    def verdict(self) -> list[str]:
        """Return the sum over the paths, and how it compares with `.grad`."""
        if self.wrt is None:
            return []
        value, wrt = self.names[id(self.value)], self.names[id(self.wrt)]
        if self.total is None:
            return self.verdict_on_hidden(f"d{value}/d{wrt}")
        total = number_text(self.total, signed=True)
        if self.n_paths == 0:
            return [f"no path leads from {value} to {wrt}, so d{value}/d{wrt} = 0"]
        lines = []
        if self.n_paths > len(self.paths):
            lines.append(
                f"the {len(self.paths)} strongest of {self.n_paths:,} paths; the rest add "
                f"{number_text(self.total - sum(self.known_products), signed=True)}"
            )
        if 1 < self.n_paths == len(self.known_products) <= MOST_STOPS:
            first, *rest = self.known_products
            terms = number_text(first) + "".join(
                f" {'−' if x < 0 else '+'} {number_text(abs(x))}" for x in rest
            )
            lines.append(f"{wrt} acts along {self.n_paths} paths, and reuse adds up:")
            lines.append(f"d{value}/d{wrt} = {terms} = {total}")
        else:
            lines.append(f"d{value}/d{wrt} = {total}")
        if self.wrt.grad != 0 and abs(self.wrt.grad - self.total) > 1e-9 * abs(self.total):
            lines.append(
                f"{wrt}.grad is {number_text(self.wrt.grad, signed=True)}: backward() ran from "
                "elsewhere too, or several times"
            )
        return lines

    @property
    def known_products(self) -> list[float]:
        """The products of the listed paths whose slopes are all known."""
        return [path.product for path in self.paths if path.product is not None]

    def verdict_on_hidden(self, slope: str) -> list[str]:
        """Return what is known of a slope where paths go through results made by hand."""
        hidden = {
            self.names[id(node)]: node.op
            for path in self.paths
            for node, x in zip(path.nodes, path.slopes, strict=False)
            if x is None
        }
        n_hidden, known = len(self.paths) - len(self.known_products), self.known_products
        through = ", ".join(f"{name} ({op})" for name, op in list(hidden.items())[:MOST_TERMS])
        through += f" and {len(hidden) - MOST_TERMS} more" if len(hidden) > MOST_TERMS else ""
        paths = "1 path goes" if n_hidden == 1 else f"{n_hidden} paths go"
        lines = [
            f"{slope} cannot be read off the graph: {paths} through {through}, made by hand, whose "
            "slopes are hidden in a function (engine.define makes an operation with slopes)"
        ]
        if self.n_paths > len(self.paths):
            lines.append(f"{len(self.paths)} of {self.n_paths:,} paths are listed")
        elif known:
            others = "the other path adds" if len(known) == 1 else "the other paths add up to"
            lines.append(f"{others} {number_text(sum(known), signed=True)}")
        if self.wrt is not None and self.wrt.grad != 0:
            grad = number_text(self.wrt.grad, signed=True)
            lines.append(
                f"{self.names[id(self.wrt)]}.grad is {grad}: what backward() has found, which runs "
                "the function"
            )
        return lines

    def __str__(self) -> str:
        lines = [*([self.note] if self.note else []), self.heading, ""]
        for made, rule, slopes in self.gate_lines():
            lines += [f"  {made}", *(f"      {text}" for text in (rule, *slopes) if text)]
        table = self.path_lines()
        if self.wrt is not None and table:
            lines += ["", "paths, from the result back"]
            widths = [max(len(row[k]) for row in table) for k in range(3)]
            lines += [
                f"  {stops.ljust(widths[0])}   {factors.ljust(widths[1])} = {product}"
                for stops, factors, product in table
            ]
        return "\n".join([*lines, *([""] if self.verdict() else []), *self.verdict()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        gates = "".join(
            f"<li><b>{escape(made)}</b><br>{escape(rule)}"
            + "".join(f"<br><code>{escape(slope)}</code>" for slope in slopes)
            + "</li>"
            for made, rule, slopes in self.gate_lines()
        )
        rows = ""
        for path, (stops, factors, product) in zip(self.paths, self.path_lines(), strict=True):
            sign = path.product or 0.0
            ink = "#2f7dc4" if sign > 0 else "#d95f02" if sign < 0 else "inherit"
            rows += (
                f'<tr><td style="text-align:left">{escape(stops)}</td>'
                f'<td style="text-align:left">{escape(factors)}</td>'
                f'<td><b style="color:{ink}">{escape(product)}</b></td></tr>'
            )
        table = (
            f"<table><tr><th>path</th><th>local derivatives</th><th>product</th></tr>{rows}</table>"
        )
        verdict = "<br>".join(map(escape, self.verdict()))
        return (
            "<div>"
            + (f"<p>{escape(self.note)}</p>" if self.note else "")
            + f"<p><b>{escape(self.heading)}</b></p><ul>{gates}</ul>"
            + (table if rows and self.wrt is not None else "")
            + (f"<p>{verdict}</p>" if verdict else "")
            + "</div>"
        )


def explain(value: Value, wrt: Value | None = None) -> Explanation:
    """Explain how fast `value` moves with `wrt`: gate by gate, path by path, and in sum.

    Needs no backward() to have run: everything follows from the local derivatives.

    Args:
        value: a result.
        wrt: a number that it was made from, a leaf or one in between; None explains the last
            operation alone.

    Raises:
        TypeError: one of them is not a Value.
        ValueError: without `wrt`, `value` is a leaf, so there is no operation to explain.

    Example:
        >>> import engine
        >>> a, b = engine.Value(2.0, "a"), engine.Value(-3.0, "b")
        >>> out = a * b + a
        >>> engine.explain(out, a).total
        -2.0
        >>> [path.product for path in engine.explain(out, a).paths]
        [-3.0, 1.0]
    """
    for given in (value,) if wrt is None else (value, wrt):
        if not isinstance(given, Value):
            raise TypeError(
                f"explain needs Values, got {type(given).__name__}; give the result and the number "
                "themselves, not their .data or label"
            )
    order = nodes(value) if wrt is None else nodes(value, wrt)
    names = names_of(order)
    if wrt is not None:
        order = nodes(value)
        return Explanation(
            value,
            wrt,
            strongest_paths(order, wrt, most=MOST_PATHS),
            count_paths(order, wrt),
            slope_of(order, wrt),
            names,
        )
    if value.op is None:
        raise ValueError(
            f"explain(value) needs a result of an operation, got the leaf {names[id(value)]!r}; "
            "pass what was computed from it, and the leaf as wrt"
        )
    last = [Path((value, x), (slope,), slope) for x, slope in steps(value)]
    return Explanation(value, None, last, len(last), None, names)


def slope_of(order: Sequence[Value], wrt: Value) -> float | None:
    """Return d(last of `order`)/d(wrt), as backward() finds it but without touching any `.grad`.

    None if a path leads through a result made by hand.
    """
    found: dict[int, float | None] = {id(order[-1]): 1.0}
    for node in reversed(order):
        grad = found.get(id(node), 0.0)
        if node is wrt or grad == 0:
            continue
        for x, slope in steps(node):
            term, before = through(slope, grad), found.get(id(x), 0.0)
            found[id(x)] = None if term is None or before is None else before + term
    return found.get(id(wrt), 0.0)


def known_or_hidden(x: float | None, *, signed: bool = False, digits: int = 4) -> str:
    """Return a number as text, or "?" if it is hidden in a function."""
    return "?" if x is None else number_text(x, signed=signed, digits=digits)


def shortened(words: Sequence[str], *, joint: str = " ← ") -> str:
    """Join words with `joint`; of many, those in the middle are only counted."""
    if len(words) > MOST_STOPS:
        half = MOST_STOPS // 2
        words = [*words[:half], f"… {len(words) - 2 * half:,} more …", *words[-half:]]
    return joint.join(words)
