"""Faults of engines that are written in other ways than micrograd are told by their names."""

import pytest

import engine

# Edges with slopes; each pass keeps its gradients in a dictionary (Kahn's algorithm).
EDGES = """
from collections import deque
from math import exp, tanh

class Value:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, list(edges)

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, [(self, 1.0), (o, 1.0)])

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data * o.data, [(self, o.data), (o, self.data)])

    def __sub__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data - o.data, [(self, 1.0), (o, -1.0)])

    def __truediv__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data / o.data, [(self, 1 / o.data), (o, -self.data / o.data ** 2)])

    def __pow__(self, k):
        return Value(self.data ** k, [(self, k * self.data ** (k - 1))])

    def __neg__(self):
        return Value(-self.data, [(self, -1.0)])

    def tanh(self):
        return Value(tanh(self.data), [(self, 1 - tanh(self.data) ** 2)])

    def backward(self):
        waiting, found = {}, [self]
        for n in found:
            for x, _ in n.edges:
                waiting[x] = waiting.get(x, 0) + 1
                if waiting[x] == 1:
                    found.append(x)
        grads, ready = {self: 1.0}, deque([self])
        while ready:
            n = ready.popleft()
            n.grad += grads[n]
            for x, slope in n.edges:
                grads[x] = grads.get(x, 0.0) + slope * grads[n]
                waiting[x] -= 1
                if waiting[x] == 0:
                    ready.append(x)
"""
# micrograd's way, with a recursive pass.
CLOSURES = """
from math import tanh

class Value:
    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs, self.step = data, 0.0, inputs, lambda: None

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        out = Value(self.data + o.data, (self, o))
        def step():
            self.grad += out.grad
            o.grad += out.grad
        out.step = step
        return out

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        out = Value(self.data * o.data, (self, o))
        def step():
            self.grad += o.data * out.grad
            o.grad += self.data * out.grad
        out.step = step
        return out

    def __pow__(self, k):
        out = Value(self.data ** k, (self,))
        def step():
            self.grad += k * self.data ** (k - 1) * out.grad
        out.step = step
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, o):
        return self + -o

    def __truediv__(self, o):
        return self * o ** -1

    def relu(self):
        out = Value(max(0.0, self.data), (self,))
        def step():
            self.grad += (self.data > 0) * out.grad
        out.step = step
        return out

    def tanh(self):
        out = Value(tanh(self.data), (self,))
        def step():
            self.grad += (1 - out.data ** 2) * out.grad
        out.step = step
        return out

    def backward(self):
        order, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for x in v.inputs:
                    visit(x)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.step()
"""
PASS = CLOSURES[CLOSURES.index("        order, seen") :]
NAIVE = """        if self.grad == 0.0:
            self.grad = 1.0
        self.step()
        for x in self.inputs:
            x.backward()
"""
ADD = "            self.grad += out.grad\n            o.grad += out.grad\n"
MUL = "            self.grad += o.data * out.grad\n            o.grad += self.data * out.grad\n"
# The style; what to replace in it, with what; all faults with their operations.
WRONG = [
    (EDGES, "grads.get(x, 0.0) + slope", "slope", [("overwrites gradient", None)]),
    (EDGES, "if waiting[x] == 0:", "if True:", [("visits twice", None)]),
    (EDGES, "popleft()\n", "pop()\n", []),
    (EDGES, "list(edges)", "list(dict(edges).items())", [("same operand twice", None)]),
    (EDGES, "grads, ready = {self: 1.0}", "grads[self], ready = 1.0", [("remembers earlier passes", None)]),
    (EDGES, "n.grad += grads[n]", "n.grad = grads[n]", [("zeroes leaves", None)]),
    (CLOSURES, PASS, NAIVE, [("naive recursion", None)]),
    (CLOSURES, "o.data, (self, o))\n        def step():\n            self.grad += o.data", "o.data, (o,))\n        def step():\n            self.grad += o.data", [("missing gradient", "*")]),
    (CLOSURES, "k * self.data ** (k - 1) * out.grad", "k * self.data ** (k - 1)", [("chain rule forgotten", "**")]),
    (CLOSURES, "(self.data > 0) * out.grad", "(self.data > 0) * max(0.0, out.grad)", [("wrong slope", "relu")]),
    (CLOSURES, "o = o if isinstance(o, Value) else Value(o)\n        out = Value(self.data *", "assert isinstance(o, Value)\n        out = Value(self.data *", [("constant not wrapped", "*")]),
]  # fmt: skip


def found(text: str) -> list[tuple[str, str | None]]:
    """Return the faults that are told of an engine."""
    return [(f.fault, f.operation) for f in engine.teach.check(text).findings]


@pytest.mark.parametrize(("style", "part", "instead", "faults"), WRONG, ids=range(len(WRONG)))
def test_one_fault_is_told_by_its_name_and_no_other(style, part, instead, faults) -> None:
    assert style.count(part) == 1
    text = style.replace(part, instead)
    if "grads[self]" in instead:
        text = text.replace("class Value", "grads = {}\n\nclass Value")
    assert found(text) == faults


def test_where_only_some_operations_overwrite_the_others_are_not_blamed() -> None:
    text = CLOSURES.replace(ADD, ADD.replace("+=", "=")).replace(MUL, MUL.replace("+=", "="))
    assert found(text) == [("overwrites gradient", None)]


def test_an_operation_that_is_built_from_a_wrong_one_is_not_blamed() -> None:
    text = CLOSURES.replace(MUL, MUL.replace("out.grad", "min(1.0, out.grad)"))
    blamed = {operation for _, operation in found(text)}
    assert not blamed & {"-", "/", "tanh"}


def test_slope_of_an_exponent_is_told_as_such() -> None:
    power = CLOSURES[CLOSURES.index("    def __pow__") : CLOSURES.index("    def __neg__")]
    text = CLOSURES.replace(
        power,
        """    def __pow__(self, k):
        k = k if isinstance(k, Value) else Value(k)
        out = Value(self.data ** k.data, (self, k))
        def step():
            self.grad += k.data * self.data ** (k.data - 1) * out.grad
            k.grad -= (log(self.data) if self.data > 0 else 0.0) * out.data * out.grad
        out.step = step
        return out

""",
    ).replace("import tanh", "import log, tanh")
    assert found(text) == [("wrong sign", "**")]
