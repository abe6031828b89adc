"""Right engines in many styles: a checker must find nothing wrong with any of them.

Those of `engines.BASES` are right as well: four ways to keep local derivatives times five orders.
"""

from __future__ import annotations

from tests.engine.teach.engines import (
    BASES,
    LECTURE,
    METHODS,
    ORDERS,
    REFLECTED,
    ROWS,
    Engine,
    Row,
    base,
)

CLOSURES = base()
TUPLES = base("tuples", "stack")

# What is built from what the class has; several of the classes below end with it.
OPERATORS = """
    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * other ** -1

    def __rtruediv__(self, other):
        return self ** -1 * other
"""

RIGHT: dict[str, str] = {f"generated: {engine.style}": str(engine) for engine in BASES}

RIGHT["recursion path by path"] = (
    """
import math

class Value:
    def __init__(self, data, edges=()):
        self.data = data
        self.grad = 0.0
        self.edges = edges

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, k):
        return Value(self.data ** k, ((self, k * self.data ** (k - 1)),))

    def relu(self):
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, ((self, 1 - t * t),))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, ((self, e),))

    __radd__ = __add__
    __rmul__ = __mul__
"""
    + OPERATORS
    + """
    def backward(self, grad=1.0):
        self.grad += grad
        for x, slope in self.edges:
            x.backward(grad * slope)
"""
)

RIGHT["NumPy scalars inside"] = (
    """
import numpy as np

class Value:
    def __init__(self, data, parents=(), backward=None):
        self.data = np.float64(data)
        self.grad = np.float64(0)
        self._parents = parents
        self._backward = backward

    def _lift(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value._lift(other)
        return Value(np.add(self.data, other.data), (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = Value._lift(other)
        return Value(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, k):
        return Value(self.data ** k, (self,), lambda g: (g * k * self.data ** (k - 1),))

    def relu(self):
        return Value(np.maximum(self.data, 0), (self,), lambda g: (g * (self.data > 0),))

    def tanh(self):
        t = np.tanh(self.data)
        return Value(t, (self,), lambda g: (g * (1 - t ** 2),))

    def exp(self):
        e = np.exp(self.data)
        return Value(e, (self,), lambda g: (g * e,))

    __radd__, __rmul__ = __add__, __mul__
"""
    + OPERATORS
    + """
    def backward(self):
        topo, seen = [], set()
        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p in v._parents:
                    visit(p)
                topo.append(v)
        visit(self)
        self.grad = np.float64(1)
        for v in topo[::-1]:
            if v._backward is not None:
                for p, g in zip(v._parents, v._backward(v.grad)):
                    p.grad = p.grad + g
"""
)

RIGHT["slots"] = (
    """
from math import exp, tanh

class Value:
    __slots__ = ("_backward", "_prev", "data", "grad")

    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev, self._backward = data, 0, prev, None

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data + other.data, (self, other))
        def step():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = step
        return out

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data * other.data, (self, other))
        def step():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data
        out._backward = step
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float))
        out = Value(self.data ** n, (self,))
        def step():
            self.grad += out.grad * n * self.data ** (n - 1)
        out._backward = step
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0, (self,))
        def step():
            self.grad += (out.data > 0) * out.grad
        out._backward = step
        return out

    def tanh(self):
        out = Value(tanh(self.data), (self,))
        def step():
            self.grad += (1 - out.data ** 2) * out.grad
        out._backward = step
        return out

    def exp(self):
        out = Value(exp(self.data), (self,))
        def step():
            self.grad += out.data * out.grad
        out._backward = step
        return out

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
"""
    + OPERATORS
    + """
    def backward(self):
        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            if v._backward:
                v._backward()
"""
)

RIGHT["dataclass without equality"] = (
    """
import math
from dataclasses import dataclass, field

@dataclass(eq=False)
class Value:
    data: float
    grad: float = 0.0
    inputs: tuple = field(default=(), repr=False)
    slopes: tuple = field(default=(), repr=False)

    def __add__(self, other):
        other = lift(other)
        return Value(self.data + other.data, inputs=(self, other), slopes=(1, 1))

    def __mul__(self, other):
        other = lift(other)
        return Value(self.data * other.data, inputs=(self, other), slopes=(other.data, self.data))

    def __pow__(self, other):
        other = lift(other)
        out = self.data ** other.data
        log = math.log(self.data) if self.data > 0 else 0.0
        slopes = (other.data * self.data ** (other.data - 1), out * log)
        return Value(out, inputs=(self, other), slopes=slopes)

    def __rpow__(self, other):
        return lift(other) ** self

    def relu(self):
        return Value(max(0, self.data), inputs=(self,), slopes=(1 if self.data > 0 else 0,))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, inputs=(self,), slopes=(1 - t**2,))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, inputs=(self,), slopes=(e,))

    __radd__ = __add__
    __rmul__ = __mul__
"""
    + OPERATORS
    + """
    def backward(self):
        for v in self.nodes():
            if v.inputs:
                v.grad = 0.0
        self.grad = 1.0
        for v in reversed(self.nodes()):
            for x, slope in zip(v.inputs, v.slopes):
                x.grad += slope * v.grad

    def nodes(self):
        found, seen, stack = [], set(), [self]
        while stack:
            v = stack[-1]
            waiting = [x for x in v.inputs if id(x) not in seen]
            if id(v) in seen:
                stack.pop()
            elif waiting:
                stack.extend(waiting)
            else:
                seen.add(id(v))
                found.append(stack.pop())
        return found

def lift(x):
    return x if isinstance(x, Value) else Value(x)
"""
)

RIGHT["a graph of numbers apart, with ids"] = (
    """
import math

class Graph:
    def __init__(self):
        self.inputs = {}
        self.slopes = {}
        self.values = {}

    def add(self, value, inputs, slopes):
        value.id = len(self.values)
        self.values[value.id] = value
        self.inputs[value.id] = [x.id for x in inputs]
        self.slopes[value.id] = slopes

GRAPH = Graph()

class Value:
    def __init__(self, data, inputs=(), slopes=()):
        self.data = data
        self.grad = 0.0
        GRAPH.add(self, inputs, slopes)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [self, other], [1.0, 1.0])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __pow__(self, k):
        return Value(self.data ** k, [self], [k * self.data ** (k - 1)])

    def relu(self):
        return Value(self.data * (self.data > 0), [self], [1.0 * (self.data > 0)])

    def tanh(self):
        return Value(math.tanh(self.data), [self], [1 / math.cosh(self.data) ** 2])

    def exp(self):
        return Value(math.exp(self.data), [self], [math.exp(self.data)])

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
"""
    + OPERATORS
    + """
    def backward(self):
        grads = {self.id: 1.0}
        for i in range(self.id, -1, -1):
            if i in grads:
                for j, slope in zip(GRAPH.inputs[i], GRAPH.slopes[i]):
                    grads[j] = grads.get(j, 0.0) + slope * grads[i]
        for i, grad in grads.items():
            leaf = not GRAPH.inputs[i]
            GRAPH.values[i].grad = grad + (GRAPH.values[i].grad if leaf else 0.0)
"""
)

RIGHT["a heap of nodes by creation"] = (
    """
import heapq, itertools, math

class Value:
    ticket = itertools.count()

    def __init__(self, data, args=(), vjp=None):
        self.data, self.grad, self.args, self.vjp = data, 0.0, args, vjp
        self.born = next(Value.ticket)

    def __lt__(self, other):
        return self.born > other.born

    def __add__(self, o):
        o = as_value(o)
        return Value(self.data + o.data, (self, o), lambda g: (g, g))

    def __mul__(self, o):
        o = as_value(o)
        return Value(self.data * o.data, (self, o), lambda g: (g * o.data, g * self.data))

    def __pow__(self, k):
        return Value(self.data ** k, (self,), lambda g: (g * k * self.data ** (k - 1),))

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, (self,), lambda g: (g if self.data > 0 else 0.0,))

    def tanh(self):
        e = math.exp(2 * self.data)
        t = (e - 1) / (e + 1)
        return Value(t, (self,), lambda g: (g * (1 - t * t),))

    def exp(self):
        out = Value(math.exp(self.data), (self,), lambda g: (g * out.data,))
        return out

    __radd__ = __add__
    __rmul__ = __mul__
"""
    + OPERATORS
    + """
    def backward(self):
        self.grad = 1.0
        heap, queued = [self], {id(self)}
        while heap:
            v = heapq.heappop(heap)
            if v.vjp:
                for x, g in zip(v.args, v.vjp(v.grad)):
                    x.grad += g
                    if id(x) not in queued:
                        queued.add(id(x))
                        heapq.heappush(heap, x)

def as_value(x):
    return x if isinstance(x, Value) else Value(x)
"""
)

RIGHT["operators set by a loop"] = """
import math

class Value:
    def __init__(self, data, inputs=(), slopes=()):
        self.data = float(data)
        self.grad = 0.0
        self.inputs = inputs
        self.slopes = slopes

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node in seen:
                return
            seen.add(node)
            for x in node.inputs:
                visit(x)
            order.append(node)

        visit(self)
        self.grad = 1.0
        while order:
            node = order.pop()
            for i in range(len(node.inputs)):
                node.inputs[i].grad += node.slopes[i] * node.grad

def value(x):
    return x if isinstance(x, Value) else Value(x)

BINARY = {
    "add": (lambda a, b: a + b, lambda a, b: 1.0, lambda a, b: 1.0),
    "sub": (lambda a, b: a - b, lambda a, b: 1.0, lambda a, b: -1.0),
    "mul": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "truediv": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "pow": (
        lambda a, b: a**b,
        lambda a, b: b * a ** (b - 1),
        lambda a, b: a**b * math.log(a) if a > 0 else 0.0,
    ),
}
UNARY = {
    "relu": (lambda a: max(a, 0.0), lambda a: float(a > 0)),
    "tanh": (math.tanh, lambda a: 1 - math.tanh(a) ** 2),
    "exp": (math.exp, math.exp),
    "__neg__": (lambda a: -a, lambda a: -1.0),
}

def binary(f, da, db):
    def method(self, other):
        other = value(other)
        a, b = self.data, other.data
        return Value(f(a, b), (self, other), (da(a, b), db(a, b)))
    return method, lambda self, other: method(value(other), self)

def unary(f, da):
    return lambda self: Value(f(self.data), (self,), (da(self.data),))

for name, row in BINARY.items():
    forward, reflected = binary(*row)
    setattr(Value, f"__{name}__", forward)
    setattr(Value, f"__r{name}__", reflected)
for name, row in UNARY.items():
    setattr(Value, name, unary(*row))
"""

RIGHT["gradient a property of the class's own name"] = (
    """
import math

class Value:
    grad = 0.0  # each Value gets its own as soon as something is added

    def __init__(self, data, children=(), op=""):
        self.data = data
        self.children = children
        self.op = op

    def __add__(self, other):
        return Value(self.data + wrap(other).data, (self, wrap(other)), "+")

    def __mul__(self, other):
        other = wrap(other)
        return Value(self.data * other.data, (self, other), "*")

    def __pow__(self, power):
        return Value(self.data ** power, (self, power), "**")

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, (self,), "relu")

    def tanh(self):
        return Value(math.tanh(self.data), (self,), "tanh")

    def exp(self):
        return Value(math.exp(self.data), (self,), "exp")

    __radd__ = __add__
    __rmul__ = __mul__
"""
    + OPERATORS
    + """
    def backward(self):
        order = []
        def visit(v):
            if isinstance(v, Value) and not any(v is u for u in order):
                for child in v.children:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            match_step(v)

def match_step(v):
    if v.op == "+":
        a, b = v.children
        a.grad += v.grad
        b.grad += v.grad
    elif v.op == "*":
        a, b = v.children
        a.grad += v.grad * b.data
        b.grad += v.grad * a.data
    elif v.op == "**":
        a, k = v.children
        a.grad += v.grad * k * a.data ** (k - 1)
    elif v.op == "relu":
        v.children[0].grad += v.grad if v.data > 0 else 0.0
    elif v.op == "tanh":
        v.children[0].grad += v.grad * (1 - v.data ** 2)
    elif v.op == "exp":
        v.children[0].grad += v.grad * v.data

def wrap(x):
    return x if isinstance(x, Value) else Value(x)
"""
)

RIGHT["counts uses while it builds"] = (
    """
import math

class Value:
    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = 0.0
        self.parents = list(zip(parents, local))

    @staticmethod
    def of(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = self.of(other)
        return Value(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        other = self.of(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __pow__(self, k):
        return Value(self.data ** k, [self], [k * self.data ** (k - 1)])

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, [self], [1 if self.data > 0 else 0])

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, [self], [(1 - t) * (1 + t)])

    def exp(self):
        e = math.exp(self.data)
        return Value(e, [self], [e])

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
"""
    + OPERATORS
    + """
    def backward(self):
        uses = {}
        todo = [self]
        while todo:
            v = todo.pop()
            for x, _ in v.parents:
                if x not in uses:
                    uses[x] = 0
                    todo.append(x)
                uses[x] += 1
        self.grad = 1.0
        ready = [self]
        while ready:
            v = ready.pop()
            for x, slope in v.parents:
                x.grad += slope * v.grad
                uses[x] -= 1
                if not uses[x]:
                    ready.append(x)
"""
)

RIGHT["generators that wait for their gradient"] = (
    """
import math

class Value:
    def __init__(self, data, inputs=(), step=None):
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.step = step

    def _make(self, data, inputs, rule):
        def step():
            g = yield
            for x, d in zip(inputs, rule()):
                x.grad += d * g
        return Value(data, inputs, step)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._make(self.data + other.data, (self, other), lambda: (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._make(self.data * other.data, (self, other), lambda: (other.data, self.data))

    def __pow__(self, k):
        return self._make(self.data ** k, (self,), lambda: (k * self.data ** (k - 1),))

    def relu(self):
        return self._make(max(0.0, self.data), (self,), lambda: (float(self.data > 0),))

    def tanh(self):
        t = math.tanh(self.data)
        return self._make(t, (self,), lambda: (1 - t * t,))

    def exp(self):
        e = math.exp(self.data)
        return self._make(e, (self,), lambda: (e,))

    __radd__ = __add__
    __rmul__ = __mul__
"""
    + OPERATORS
    + """
    def _order(self, seen):
        if id(self) not in seen:
            seen.add(id(self))
            for x in self.inputs:
                yield from x._order(seen)
            yield self

    def backward(self):
        order = list(self._order(set()))
        self.grad = 1.0
        for v in reversed(order):
            if v.step:
                step = v.step()
                next(step)
                try:
                    step.send(v.grad)
                except StopIteration:
                    pass
"""
)

RIGHT["NumPy arrays of no dimension"] = (
    RIGHT["NumPy scalars inside"]
    .replace("np.float64(data)", "np.array(float(data))")
    .replace("np.float64(0)", "np.zeros(())")
)

RIGHT["methods inherited from two classes"] = """
import graphlib
import math

class Arithmetic:
    def __add__(self, other):
        other = self.lift(other)
        return self.result(self.data + other.data, {}, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.result(self.data * other.data, {}, (self, other.data), (other, self.data))

    def __pow__(self, k):
        return self.result(self.data ** k, {}, (self, k * self.data ** (k - 1)))

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
"""
RIGHT["methods inherited from two classes"] += (
    OPERATORS
    + """
class Functions:
    def relu(self):
        return self.result(self.data if self.data >= 0 else 0.0, {}, (self, 1.0 if self.data >= 0 else 0.0))

    def tanh(self):
        e = math.exp(2 * self.data)
        t = (e - 1) / (e + 1)
        return self.result(t, {}, (self, 1 - t ** 2))

    def exp(self):
        e = math.e ** self.data
        return self.result(e, {}, (self, e))

class Value(Arithmetic, Functions):
    def __init__(self, data, label="", *, requires_grad=True):
        self.data = data
        self.label = label
        self.grad = 0.0
        self.edges = []
        self.requires_grad = requires_grad

    @classmethod
    def lift(cls, x):
        return x if isinstance(x, cls) else cls(x, requires_grad=False)

    @classmethod
    def result(cls, data, options, *edges):
        out = cls(data, **options)
        out.edges.extend(edges)
        return out

    def backward(self):
        graph, waiting = {}, [self]
        while waiting:
            v = waiting.pop()
            if v not in graph:
                graph[v] = {x for x, _ in v.edges}
                waiting.extend(graph[v])
        self.grad = 1.0
        for v in reversed(list(graphlib.TopologicalSorter(graph).static_order())):
            for x, slope in v.edges:
                x.grad += slope * v.grad
"""
)

RIGHT["raises the recursion limit"] = "import sys\nsys.setrecursionlimit(100_000)\n" + str(CLOSURES)

RIGHT["every operation of the table"] = str(
    base("tuples", "stack", more=tuple(name for name in METHODS if name not in LECTURE))
)
RIGHT["every operation of the table, as classes"] = str(
    base("classes", more=tuple(name for name in METHODS if name not in LECTURE))
)
RIGHT["leaves add up, results begin anew"] = str(
    CLOSURES.with_pieces(zero="for v in order:\n    if v._prev:\n        v.grad = 0.0")
)
RIGHT["seeded before the order is found"] = str(
    TUPLES.with_pieces(seed="", order="self.grad = 1.0\n" + ORDERS["stack"])
)
RIGHT["whole numbers become floats"] = str(TUPLES.with_pieces(data="self.data = float(data)"))
RIGHT["same operator on both sides"] = str(CLOSURES).replace(
    "    def __radd__(self, other):\n        return self + other\n", "    __radd__ = __add__\n"
)

RIGHT["no operator with the number on the left"] = str(
    Engine(
        rows=CLOSURES.rows,
        built={k: v for k, v in CLOSURES.built.items() if k not in REFLECTED},
    )
)

HALF: dict[str, str] = {
    "only +": str(Engine(rows={"add": ROWS["add"]})),
    "only + and ×": str(Engine(rows={"add": ROWS["add"], "mul": ROWS["mul"]})),
    "+ and ×, reflected": str(
        Engine(
            "tuples",
            rows={"add": ROWS["add"], "mul": ROWS["mul"]},
            built={"__radd__": "self + other", "__rmul__": "self * other"},
        )
    ),
    "no activation": str(
        Engine(
            rows={
                "add": ROWS["add"],
                "mul": ROWS["mul"],
                "pow": Row(ROWS["pow"].forward, ROWS["pow"].slopes[:1]),
            },
            built=CLOSURES.built,
        )
    ),
    "no backward yet": str(CLOSURES).split("    def backward")[0]
    + "\n\ndef wrapped(x):\n    return x if isinstance(x, Value) else Value(x)\n",
    "only numbers": "class Value:\n    def __init__(self, data):\n        self.data = data\n        self.grad = 0.0\n",
}
