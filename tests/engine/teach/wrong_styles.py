"""Mutants in other styles: right engines of `right.py`, with a text replaced."""

from __future__ import annotations

from collections.abc import Iterator

from tests.engine.teach.engines import base
from tests.engine.teach.mutant import (
    BY_VALUE,
    CHAIN,
    EARLY,
    MISPLACED,
    MISSING,
    NAIVE,
    NO_ORDER,
    OVERWRITES,
    TWICE,
    WRONG,
    ZEROES,
    Mutant,
    Names,
    told,
)
from tests.engine.teach.right import RIGHT

# fmt: off
# The name of the right engine, what was done, names, old text, new text.
REPLACED: list[tuple[str, str, Names, str, str]] = [
    ("recursion path by path", "= for +=", OVERWRITES, "self.grad += grad", "self.grad = grad"),
    ("recursion path by path", "slopes forgotten", told("wrong slope"), "x.backward(grad * slope)", "x.backward(grad)"),
    ("recursion path by path", "slope alone", CHAIN, "x.backward(grad * slope)", "x.backward(slope)"),
    ("recursion path by path", "seed 0", told("seed not set"), "grad=1.0", "grad=0.0"),
    ("recursion path by path", "goes on with the sum", NAIVE, "x.backward(grad * slope)", "x.backward(self.grad * slope)"),
    ("recursion path by path", "first edge only", MISSING | EARLY, "in self.edges:", "in self.edges[:1]:"),
    ("recursion path by path", "tanh", told("wrong slope"), "1 - t * t", "1 - t"),
    ("a heap of nodes by creation", "oldest first", NO_ORDER, "self.born > other.born", "self.born < other.born"),
    ("a heap of nodes by creation", "queued twice", TWICE, "queued.add(id(x))", "pass"),
    ("a heap of nodes by creation", "= for +=", OVERWRITES, "x.grad += g", "x.grad = g"),
    ("a heap of nodes by creation", "pow", told("wrong slope"), "g * k * self.data ** (k - 1)", "g * k * self.data ** k"),
    ("counts uses while it builds", "does not wait", NO_ORDER | TWICE, "if not uses[x]:", "if True:"),
    ("counts uses while it builds", "leaves begin anew", ZEROES, "uses[x] = 0", "uses[x] = 0; x.grad = 0.0"),
    ("a graph of numbers apart, with ids", "from the first node on", told("reversed order"), "range(self.id, -1, -1)", "range(self.id + 1)"),
    ("a graph of numbers apart, with ids", "= for +=", OVERWRITES, "grads.get(j, 0.0) + slope", "slope"),
    ("a graph of numbers apart, with ids", "leaves begin anew", ZEROES, " + (GRAPH.values[i].grad if leaf else 0.0)", ""),
    ("a graph of numbers apart, with ids", "seed 0", told("seed not set"), "{self.id: 1.0}", "{self.id: 0.0}"),
    ("generators that wait for their gradient", "slope alone", CHAIN, "x.grad += d * g", "x.grad += d"),
    ("generators that wait for their gradient", "nothing sent", told("wrong slope", "missing gradient", "chain rule forgotten", "seed not set", "wrong seed"), "step.send(v.grad)", "step.send(0.0)"),
    ("NumPy scalars inside", "= for +=", OVERWRITES, "p.grad = p.grad + g", "p.grad = g"),
    ("NumPy scalars inside", "order forwards", told("reversed order"), "topo[::-1]", "topo"),
    ("NumPy scalars inside", "mul", told("operands swapped"), "(g * other.data, g * self.data)", "(g * self.data, g * other.data)"),
    ("NumPy scalars inside", "one array for all", OVERWRITES | WRONG | TWICE | told("wrong slope", "zeroes leaves"), "np.float64(0)", "ZERO"),
    ("operators set by a loop", "each does what the last does", told("wrong result"), "    return lambda self: Value(f(self.data), (self,), (da(self.data),))", "    global last\n    last = f, da\n    return lambda self: Value(last[0](self.data), (self,), (last[1](self.data),))"),
    ("operators set by a loop", "reflected the wrong way", told("wrong reflected operator"), "method(value(other), self)", "method(self, other)"),
    ("operators set by a loop", "order forwards", told("reversed order"), "order.pop()", "order.pop(0)"),
    ("operators set by a loop", "one slope too few", MISSING, "range(len(node.inputs))", "range(len(node.inputs))[:1]"),
    ("gradient a property of the class's own name", "× spelt otherwise", MISSING, 'v.op == "*"', 'v.op == "x"'),
    ("gradient a property of the class's own name", "= for +=", OVERWRITES, ".grad += v.grad", ".grad = v.grad"),
    ("gradient a property of the class's own name", "relu for all", told("wrong slope"), "v.grad if v.data > 0 else 0.0", "v.grad if v.data >= 0 else 0.0"),
    ("slots", "step of mul given to self", MISPLACED, "        out._backward = step\n        return out\n\n    def __pow__", "        self._backward = step\n        return out\n\n    def __pow__"),
    ("slots", "tanh of the slope", told("wrong slope", "input and output mixed up"), "1 - out.data ** 2", "1 - self.data ** 2"),
    ("dataclass without equality", "inputs of all begin shared", told("wrong slope"), "slopes=(1, 1)", "slopes=(1, 2)"),
    ("dataclass without equality", "found by value", BY_VALUE, "id(v) in seen", "v.data in seen"),
]
# fmt: on


def replaced_mutants() -> Iterator[Mutant]:
    """Yield right engines of other styles with a text replaced."""
    for name, label, names, old, new in REPLACED:
        source = RIGHT[name]
        if old not in source:
            raise ValueError(f"{name} has no text {old!r}")
        source = source.replace(old, new)
        if "ZERO" in new:
            source = source.replace("class Value", "ZERO = np.array(0.0)\n\nclass Value").replace(
                "p.grad = p.grad + g", "p.grad += g"
            )
        if "v.data in seen" in new:
            source = source.replace("id(x) not in seen", "x.data not in seen").replace(
                "seen.add(id(v))", "seen.add(v.data)"
            )
        yield Mutant(f"{label} ({name})", (names,), source, base())
