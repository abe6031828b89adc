"""Mutants of the engine's moves: a piece of a right engine, replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from tests.engine.teach.engines import BASES, ORDERS, Engine
from tests.engine.teach.mutant import (
    BY_VALUE,
    CHAIN,
    CHANGES,
    EARLY,
    MISPLACED,
    MISSING,
    NAIVE,
    NO_ORDER,
    OVERWRITES,
    REMEMBERS,
    SAME_OPERAND,
    TWICE,
    TWO_OR_NAIVE,
    WRONG,
    ZEROES,
    Change,
    Into,
    Mutant,
    told,
)


def pieces(**changed: str) -> Into:
    """Return a change of pieces."""
    return lambda engine: engine.with_pieces(**changed)


def graph_only(change: Into) -> Into:
    """Return a change for engines that walk over the graph, which a tape does not."""
    return lambda engine: None if engine.order == "tape" else change(engine)


def recursion_only(change: Into) -> Into:
    """Return a change of how the order is found: one is enough of the orders it replaces."""
    return lambda engine: change(engine) if engine.order == "recursion" else None


def keeps(*names: str, change: Into) -> Into:
    """Return a change for engines that keep their local derivatives in one of these ways."""
    return lambda engine: change(engine) if engine.keep in names else None


def order(text: str) -> Into:
    """Return another way to find the order."""
    return recursion_only(lambda engine: replace(engine.with_pieces(order=text), order="recursion"))


def edited(*edits: tuple[str, str]) -> Into:
    """Return a change of the text in the end; None where the text is not there."""

    def change(engine: Engine) -> Engine | None:
        text = str(engine)
        if any(old not in text for old, _ in edits):
            return None
        return replace(engine, edits=(*engine.edits, *edits))

    return change


def built(**expressions: str) -> Into:
    """Return a change of methods that are built from others."""
    dunder = {f"__{name}__": text for name, text in expressions.items()}
    return lambda engine: (
        replace(engine, built={**engine.built, **dunder})
        if all(name in engine.built for name in dunder)
        else None
    )


def without(*names: str) -> Into:
    """Return a change that leaves methods out."""
    dunder = [f"__{name}__" for name in names]
    return lambda engine: (
        replace(engine, built={k: v for k, v in engine.built.items() if k not in dunder})
        if all(name in engine.built for name in dunder)
        else None
    )


def result(name: str, text: str) -> Into:
    """Return a change of what an operation's method does with its result."""
    return lambda engine: replace(engine, result={**engine.result, name: text})


def naive(text: str) -> Into:
    """Return another `backward`, of an engine whose nodes have a step of their own."""
    return recursion_only(keeps("closures", "classes", change=pieces(backward=text)))


def path_by_path(text: str) -> Into:
    """Return another `backward`, of an engine whose nodes have their slopes."""
    return recursion_only(keeps("tuples", change=pieces(backward=text)))


def step(name: str, text: str) -> Into:
    """Return a change of one operation's backward step."""
    return keeps(
        "closures",
        "classes",
        change=lambda engine: replace(engine, steps={**engine.steps, name: text}),
    )


def attach(name: str, text: str) -> Into:
    """Return a change of how a closure gets into its result."""
    return keeps(
        "closures", change=lambda engine: replace(engine, attach={**engine.attach, name: text})
    )


DATA = """\
@property
def grad(self):
    return self.data

@grad.setter
def grad(self, grad):
    self.data = grad"""
BY_DATA = """\
GRADS = {}

@property
def grad(self):
    return self.GRADS.get(self.data, 0.0)

@grad.setter
def grad(self, grad):
    self.GRADS[self.data] = grad"""
SHARED = """\
shared = [0.0]

@property
def grad(self):
    return self.shared[0]

@grad.setter
def grad(self, grad):
    self.shared[0] = grad"""
EQUAL = """\
def __eq__(self, other):
    return self.data == wrapped(other).data

def __hash__(self):
    return hash(self.data)"""
INTERNED = """\
made = {}

def __new__(cls, data, *rest):
    if data not in cls.made:
        cls.made[data] = super().__new__(cls)
    return cls.made[data]"""
BUILD = ORDERS["recursion"]


def in_place(operator: str) -> str:
    """Return an operator that changes the Value on its left."""
    return f"def __i{operator}__(self, other):\n    self.data {'+=' if operator == 'add' else '*='} wrapped(other).data\n    return self"


# fmt: off
MOVES = [
    # how a gradient is passed on
    Change("= for +=", OVERWRITES, pieces(accumulate="{x}.grad = {slope} * {out}.grad")),
    Change("= for += in add", OVERWRITES, step("add", "{x}.grad = {slope} * {out}.grad")),
    Change("= for += in mul", OVERWRITES, step("mul", "{x}.grad = {slope} * {out}.grad")),
    Change("= for += in tanh", OVERWRITES, step("tanh", "{x}.grad = {slope} * {out}.grad")),
    Change("= for += in pow", OVERWRITES, step("pow", "{x}.grad = {slope} * {out}.grad")),
    Change("= for += in relu", OVERWRITES, step("relu", "{x}.grad = {slope} * {out}.grad")),
    Change("= for += in mul, second operand only", OVERWRITES, edited(("other.grad += self.data *", "other.grad = self.data *"))),
    Change("only the first path counts", OVERWRITES | WRONG, pieces(accumulate="{x}.grad = {x}.grad or {slope} * {out}.grad")),
    Change("the largest path counts", OVERWRITES | WRONG, pieces(accumulate="{x}.grad = max({x}.grad, {slope} * {out}.grad, key=abs)")),
    Change("-= for +=", told("wrong sign"), pieces(accumulate="{x}.grad -= {slope} * {out}.grad")),
    Change("paths multiplied instead of added", WRONG | OVERWRITES, pieces(accumulate="{x}.grad = ({x}.grad or 1.0) * ({slope} * {out}.grad)")),
    Change("out.grad forgotten", CHAIN, pieces(accumulate="{x}.grad += {slope}")),
    Change("out.grad forgotten in mul", CHAIN, step("mul", "{x}.grad += {slope}")),
    Change("out.grad forgotten in tanh", CHAIN, step("tanh", "{x}.grad += {slope}")),
    Change("out.grad forgotten in add", CHAIN, step("add", "{x}.grad += {slope}")),
    Change("out.grad added", CHAIN | told("wrong slope"), pieces(accumulate="{x}.grad += {slope} + {out}.grad")),
    Change("out.grad added in mul", CHAIN | told("wrong slope"), step("mul", "{x}.grad += {slope} + {out}.grad")),
    Change("out.data for out.grad", CHAIN | told("wrong slope"), pieces(accumulate="{x}.grad += {slope} * {out}.data")),
    Change("out.data for out.grad in mul", CHAIN | told("wrong slope"), step("mul", "{x}.grad += {slope} * {out}.data")),
    Change("slope squared", told("wrong slope", "wrong sign"), pieces(accumulate="{x}.grad += {slope} * {slope} * {out}.grad")),
    Change("own gradient for that of the result", MISSING | CHAIN | WRONG, pieces(accumulate="{x}.grad += {slope} * {x}.grad")),
    Change("adds to the result", MISSING, pieces(accumulate="{out}.grad += {slope} * {out}.grad")),
    Change("adds to data", CHANGES, pieces(accumulate="{x}.data += {slope} * {out}.grad")),
    Change("moves data along the gradient", CHANGES, pieces(accumulate="{x}.grad += {slope} * {out}.grad\n{x}.data -= 0.01 * {x}.grad")),
    Change("gradients rounded", told("wrong slope", "wrong gradient"), pieces(accumulate="{x}.grad += round({slope} * {out}.grad, 2)")),
    Change("gradients are whole numbers", told("wrong slope", "wrong gradient"), pieces(accumulate="{x}.grad += int({slope} * {out}.grad)")),
    Change("gradients clipped", told("wrong slope", "wrong gradient") | CHAIN, pieces(accumulate="{x}.grad += max(-1.0, min(1.0, {slope} * {out}.grad))")),
    Change("halved on the way", told("wrong slope", "wrong gradient"), pieces(accumulate="{x}.grad += {slope} * {out}.grad / 2")),
    Change("gradient without its sign", CHAIN | WRONG | told("wrong slope", "wrong sign"), pieces(accumulate="{x}.grad += {slope} * abs({out}.grad)")),
    Change("gradient squared", CHAIN | WRONG | told("wrong slope"), pieces(accumulate="{x}.grad += {slope} * {out}.grad ** 2")),
    Change("both to the first operand", MISSING | told("wrong slope"), edited(("other.grad += self.data *", "self.grad += self.data *"))),
    Change("out added to instead of other", MISSING, edited(("other.grad += self.data *", "out.grad += self.data *"))),
    Change("adds to a copy", MISSING, edited(("other.grad += self.data *", "grad = other.grad\ngrad += self.data *".replace("\n", "\n" + " " * 12)))),
    Change("multiplied by other.grad", told("wrong slope", "missing gradient"), step("mul", "{x}.grad += {slope} * {x}.grad")),
    Change(
        "out.grad read too early", MISSING, edited(("        def _backward():\n            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad", "        grad = out.grad\n\n        def _backward():\n            self.grad += other.data * grad\n            other.grad += self.data * grad"))
    ),
    Change("closure of add never attached", MISSING, attach("add", "")),
    Change("closure of mul never attached", MISSING, attach("mul", "")),
    Change("closure of tanh never attached", MISSING, attach("tanh", "")),
    Change("closure attached to self", MISPLACED, attach("mul", "self._backward = _backward")),
    Change("closure of add attached to self", MISPLACED, attach("add", "self._backward = _backward")),
    Change("closure of tanh attached to self", MISPLACED, attach("tanh", "self._backward = _backward")),
    Change("closure called at once", told("raises"), attach("mul", "out._backward = _backward()")),
    Change("closure attached under another name", MISSING, attach("mul", "out.backward_ = _backward")),
    # the start
    Change("seed not set", told("seed not set"), pieces(seed="")),
    Change("seed is 0", told("seed not set"), pieces(seed="self.grad = 0.0")),
    Change("seed is the data", told("wrong seed"), pieces(seed="self.grad = self.data")),
    Change("seed is -1", told("wrong seed"), pieces(seed="self.grad = -1.0")),
    Change("seed is 2", told("wrong seed"), pieces(seed="self.grad = 2.0")),
    Change("seed is 0.1", told("wrong seed"), pieces(seed="self.grad = 0.1")),
    Change("seed in a variable", told("seed not set"), pieces(seed="grad = 1.0")),
    Change("all of backward inside build", told("seed not set"), naive("def backward(self):\n    order, visited = [], set()\n\n    def build(v):\n        if v not in visited:\n            visited.add(v)\n            for x in v._prev:\n                build(x)\n            order.append(v)\n        build(self)\n        self.grad = 1.0\n        for v in reversed(order):\n            v._backward()")),
    Change("seed set, then zeroed", told("seed not set", "zeroes leaves"), pieces(seed="self.grad = 1.0\nfor v in order:\n    v.grad = 0.0")),
    Change("seeded at the end", told("seed not set"), keeps("closures", "classes", change=lambda engine: edited(("            v._backward()\n", "            v._backward()\n        self.grad = 1.0\n"))(engine.with_pieces(seed="")))),
    Change("all seeded", told("wrong seed", "wrong gradient", "visits twice", "grad not zero at first", "zeroes leaves"), pieces(seed="for v in order:\n    v.grad = 1.0")),
    Change("gradients begin at 1", told("grad not zero at first"), pieces(initial="self.grad = 1.0")),
    Change("gradients begin at data", told("grad not zero at first"), pieces(initial="self.grad = data")),
    Change("gradients begin at None", told("no grad"), pieces(initial="self.grad = None")),
    # zeroing
    Change("zeroes all", ZEROES, pieces(zero="for v in order:\n    v.grad = 0.0")),
    Change("zeroes leaves only", ZEROES, pieces(zero="for v in order:\n    if not v._prev:\n        v.grad = 0.0")),
    Change("zeroes in the walk", ZEROES, graph_only(edited(("order.append(v)", "v.grad = 0.0; order.append(v)")))),
    # order
    Change("reversed forgotten", told("reversed order"), pieces(walk="for v in order:")),
    Change("sorted, not reversed", told("reversed order"), pieces(walk="for v in sorted(order, key=order.index):")),
    Change("skips the result", told("stops early", "missing gradient", "seed not set"), pieces(walk="for v in reversed(order[:-1]):")),
    Change("every other node", told("stops early", "no topological order", "wrong gradient", "missing gradient"), pieces(walk="for v in order[::-2]:")),
    Change("only the last operation", EARLY, pieces(walk="for v in [self]:")),
    Change("only the last two", EARLY, graph_only(pieces(walk="for v in order[:-3:-1]:"))),
    Change("order by data", NO_ORDER, pieces(walk="for v in sorted(order, key=lambda v: -v.data):")),
    Change("order by number of inputs", NO_ORDER | told("reversed order"), pieces(walk="for v in sorted(order, key=lambda v: len(v._prev)):")),
    Change("shuffled", NO_ORDER, pieces(walk="__import__('random').Random(1).shuffle(order)\nfor v in order:")),
    Change("in the order first seen", NO_ORDER, order(BUILD.replace("            build(x)\n        order.append(v)", "            build(x)").replace("        visited.add(v)\n", "        visited.add(v)\n        order.insert(0, v)\n"))),
    Change("breadth first", NO_ORDER, order("order = [self]\nfor v in order:\n    for x in v._prev:\n        if x not in order:\n            order.append(x)\norder.reverse()\n")),
    Change("breadth first, left to right", NO_ORDER, order("order, level = [], [self]\nwhile level:\n    order = level + order\n    level = [x for v in level for x in v._prev if x not in order]\n    level = list(dict.fromkeys(level))\n")),
    Change("by least depth", NO_ORDER, order("depth = {self: 0}\nwaiting = [self]\nfor v in waiting:\n    for x in v._prev:\n        if x not in depth:\n            depth[x] = depth[v] + 1\n            waiting.append(x)\norder = sorted(depth, key=lambda v: -depth[v])\n")),
    Change("a stack, marked when pushed", NO_ORDER, order("order, visited, stack = [], {self}, [self]\nwhile stack:\n    v = stack.pop()\n    order.insert(0, v)\n    for x in v._prev:\n        if x not in visited:\n            visited.add(x)\n            stack.append(x)\n")),
    Change("visited forgotten", TWICE, order("order = []\n\ndef build(v):\n    for x in v._prev:\n        build(x)\n    order.append(v)\n\nbuild(self)\n")),
    Change("visited never filled", TWICE, order(BUILD.replace("        visited.add(v)\n", ""))),
    Change("visited made anew", TWICE, order(BUILD.replace("visited = set()\n\n", "\n").replace("def build(v):\n", "def build(v):\n    visited = set()\n"))),
    Change("visited checked too late", TWICE, order("order = []\nvisited = set()\n\ndef build(v):\n    for x in v._prev:\n        if x not in visited:\n            build(x)\n    order.append(v)\n    if not v._prev:\n        visited.add(v)\n\nbuild(self)\n")),
    Change("naive recursion", TWO_OR_NAIVE, order("order = []\n\ndef down(v):\n    order.insert(0, v)\n    for x in v._prev:\n        down(x)\n\ndown(self)\n")),
    Change("naive recursion of steps", NAIVE, naive("def backward(self, first=True):\n    if first:\n        self.grad = 1.0\n    self._backward()\n    for x in self._prev:\n        x.backward(False)")),
    Change("naive recursion with a set in each call", NAIVE, naive("def backward(self, first=True):\n    visited = set()\n    if first:\n        self.grad = 1.0\n    self._backward()\n    for x in self._prev:\n        if x not in visited:\n            visited.add(x)\n            x.backward(False)")),
    Change("recursion that seeds everywhere", told("wrong seed", "naive recursion", "overwrites gradient", "zeroes leaves"), naive("def backward(self):\n    self.grad = 1.0\n    self._backward()\n    for x in self._prev:\n        x.backward()")),
    Change("recursion into the first input only", EARLY | MISSING | NAIVE, naive("def backward(self, first=True):\n    if first:\n        self.grad = 1.0\n    self._backward()\n    for x in self._prev:\n        return x.backward(False)")),
    Change("recursion that passes on the whole sum", NAIVE, path_by_path("def backward(self, grad=1.0):\n    self.grad += grad\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(slope * self.grad)")),
    Change("recursion path by path with =", OVERWRITES, path_by_path("def backward(self, grad=1.0):\n    self.grad = grad\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(slope * grad)")),
    Change("recursion path by path without slopes", told("wrong slope"), path_by_path("def backward(self, grad=1.0):\n    self.grad += grad\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(grad)")),
    Change("recursion path by path with slopes alone", CHAIN, path_by_path("def backward(self, grad=1.0):\n    self.grad += grad\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(slope)")),
    Change("recursion path by path from 0", told("seed not set"), path_by_path("def backward(self, grad=0.0):\n    self.grad += grad\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(slope * grad)")),
    Change(
        "recursion path by path, each node once",
        NO_ORDER | MISSING | OVERWRITES,
        path_by_path("def backward(self, grad=1.0, visited=None):\n    visited = set() if visited is None else visited\n    self.grad += grad\n    if self in visited:\n        return\n    visited.add(self)\n    for x, slope in zip(self._prev, self._slopes):\n        x.backward(slope * grad, visited)"),
    ),
    Change("breadth first without a set", TWO_OR_NAIVE, order("order = [self]\nfor v in order:\n    order.extend(v._prev)\norder.reverse()\n")),
    # what is visited
    Change("follows only the first input", EARLY | MISSING, order("order = []\nv = self\nwhile v is not None:\n    order.insert(0, v)\n    v = next(iter(v._prev), None)\n")),
    Change("stops at depth 2", EARLY, order(BUILD.replace("build(v)", "build(v, depth=0)").replace("build(x)", "build(x, depth + 1)").replace("if v not in visited:", "if v not in visited and depth < 2:").replace("build(self, depth=0)", "build(self)"))),
    Change("stops at depth 5", EARLY | WRONG, order(BUILD.replace("build(v)", "build(v, depth=0)").replace("build(x)", "build(x, depth + 1)").replace("if v not in visited:", "if v not in visited and depth < 5:").replace("build(self, depth=0)", "build(self)"))),
    Change("stops at 20 nodes", EARLY | WRONG, order(BUILD.replace("if v not in visited:", "if v not in visited and len(visited) < 20:"))),
    Change("stops where data is negative", told("missing gradient", "wrong gradient", "stops early", "wrong slope"), pieces(visit="if v.data < 0:\n    continue")),
    Change("visited by data", BY_VALUE, order(BUILD.replace("v not in visited", "v.data not in visited").replace("visited.add(v)", "visited.add(v.data)"))),
    Change("visited by text", BY_VALUE, order(BUILD.replace("v not in visited", "str(v) not in visited").replace("visited.add(v)", "visited.add(str(v))"))),
    Change("equal by data", BY_VALUE | told("raises"), lambda engine: engine.with_pieces(more=EQUAL) if engine.order in ("recursion", "stack", "uses") else None),
    Change("a list of visited data", BY_VALUE, order(BUILD.replace("visited = set()", "visited = []").replace("v not in visited", "all(v.data != u.data for u in visited)").replace("visited.add(v)", "visited.append(v)"))),
    Change("gradients by data", BY_VALUE | told("grad not zero at first", "wrong gradient"), pieces(initial="", more=BY_DATA)),
    Change("visited shared by all calls", REMEMBERS, recursion_only(lambda engine: engine.with_pieces(end="VISITED = set()", order=BUILD.replace("visited = set()\n", "").replace("visited", "VISITED")))),
    Change("visited a default argument", REMEMBERS, recursion_only(edited(("def backward(self):", "def backward(self, visited=set()):"), ("        visited = set()\n", "")))),
    Change("order a default argument", REMEMBERS, recursion_only(edited(("def backward(self):", "def backward(self, order=[]):"), ("        order = []\n", "")))),
    Change("visited an attribute of the class", REMEMBERS, recursion_only(edited(("class Value:\n", "class Value:\n    visited = set()\n\n"), ("        visited = set()\n", "        visited = Value.visited\n")))),
    Change("order an attribute of the class", REMEMBERS | TWICE, recursion_only(edited(("class Value:\n", "class Value:\n    order = []\n\n"), ("        order = []\n", "        order = Value.order\n")))),
    Change("marks nodes and keeps the marks", REMEMBERS, order(BUILD.replace("v not in visited", 'not hasattr(v, "seen")').replace("visited.add(v)", "v.seen = True"))),
    Change("tape keeps the gradients of earlier results", REMEMBERS | told("zeroes leaves", "wrong gradient"), lambda engine: engine.with_pieces(order="order = list(TAPE)") if engine.order == "tape" else None),
    Change("counter begins again after a pass", REMEMBERS | NO_ORDER | WRONG, lambda engine: engine.with_pieces(order=ORDERS["counter"] + "Value._count = 0\n") if engine.order == "counter" else None),
    Change("tape zeroes all", ZEROES, lambda engine: engine.with_pieces(order="order = list(TAPE)\nfor v in order:\n    v.grad = 0.0") if engine.order == "tape" else None),
    # inputs
    Change("inputs in a set", SAME_OPERAND | told("raises", "operands swapped", "wrong slope"), keeps("tuples", "classes", "lambdas", change=pieces(inputs="self._prev = set(inputs)"))),
    Change("inputs deduplicated", SAME_OPERAND | told("raises"), keeps("tuples", "classes", "lambdas", change=pieces(inputs="self._prev = tuple(dict.fromkeys(inputs))"))),
    Change("inputs by data", SAME_OPERAND | BY_VALUE | told("raises"), keeps("tuples", "lambdas", change=pieces(inputs="self._prev = tuple({x.data: x for x in inputs}.values())"))),
    Change("second operand skipped if it is the first", SAME_OPERAND, edited(("            other.grad += self.data * out.grad", "            if other is not self:\n                other.grad += self.data * out.grad"))),
    Change(
        "both read before written",
        SAME_OPERAND | OVERWRITES,
        edited(("            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad", "            first = self.grad + other.data * out.grad\n            second = other.grad + self.data * out.grad\n            self.grad, other.grad = first, second")),
    ),
    Change("second operand skipped in add", SAME_OPERAND, edited(("            other.grad += out.grad", "            if other is not self:\n                other.grad += out.grad"))),
    Change("inputs lost", EARLY | MISSING, graph_only(keeps("closures", "tuples", "lambdas", change=pieces(inputs="self._prev = ()")))),
    Change("relu without inputs", EARLY | MISSING, keeps("closures", "tuples", change=graph_only(result("relu", "out._prev = ()\nreturn out")))),
    Change("mul without inputs", EARLY | MISSING, keeps("closures", "tuples", change=graph_only(result("mul", "out._prev = ()\nreturn out")))),
    Change("inputs copied", EARLY | MISSING, graph_only(keeps("tuples", "lambdas", change=pieces(imports="import copy\nimport math", inputs="self._prev = tuple(map(copy.copy, inputs))")))),
    Change("one node per number", BY_VALUE | SAME_OPERAND, keeps("tuples", "closures", change=lambda engine: engine.with_pieces(more=INTERNED) if engine.order == "recursion" else None)),
    Change("second input lost", MISSING, graph_only(keeps("tuples", "lambdas", change=pieces(inputs="self._prev = tuple(inputs)[:1]")))),
    Change(
        "inputs a shared list",
        told("raises", "does not end", "wrong gradient", "visits twice", "remembers earlier passes", "missing gradient", "stops early"),
        recursion_only(keeps("closures", change=edited(("inputs=()", "inputs=[]"), ("self._prev = set(inputs)", "self._prev = inputs"), ("(self, other))\n", ")\n        out._prev += [self, other]\n")))),
    ),
    Change("gradient shared by all", told("wrong gradient", "grad not zero at first", "seed not set", "wrong seed", "wrong slope", "visits twice"), pieces(more=SHARED)),
    Change("gradient stored as data", CHANGES | told("no data", "grad not zero at first"), pieces(initial="", more=DATA)),
    # what a number is
    Change("data a whole number", told("wrong result", "no data"), pieces(data="self.data = int(data)")),
    Change("data rounded", told("wrong result", "no data"), pieces(data="self.data = round(data, 2)")),
    Change("data without sign", told("wrong result", "no data"), pieces(data="self.data = abs(data)")),
    Change("data shared by all", told("no data", "changes data", "wrong result"), pieces(data="Value.data = data")),
    Change("constants not wrapped", told("constant not wrapped"), pieces(wrapped="return x")),
    Change("only ints wrapped", told("constant not wrapped", "raises"), pieces(wrapped="return Value(x) if isinstance(x, int) else x")),
    Change("only floats wrapped", told("constant not wrapped", "raises"), pieces(wrapped="return Value(x) if isinstance(x, float) else x")),
    Change("constants are 0", told("wrong result"), pieces(wrapped="return x if isinstance(x, Value) else Value(0.0)")),
    Change("constants whole", told("wrong result"), pieces(wrapped="return x if isinstance(x, Value) else Value(int(x))")),
    Change("copies its operands", MISSING | EARLY, pieces(wrapped="return Value(getattr(x, 'data', x))")),
    # what a method returns
    Change("mul returns None", told("returns nothing"), result("mul", "")),
    Change("add returns None", told("returns nothing"), result("add", "return None")),
    Change("tanh returns None", told("returns nothing"), result("tanh", "self.out = out")),
    Change("mul returns a number", told("not a Value"), result("mul", "return out.data")),
    Change("relu returns a number", told("not a Value"), result("relu", "return max(0.0, self.data)")),
    Change("exp returns a Value without a past", MISSING, result("exp", "return Value(out.data)")),
    Change("mul returns a Value without a past", MISSING, result("mul", "return Value(out.data)")),
    Change("add returns a Value without a past", MISSING, result("add", "return Value(out.data)")),
    Change("add changes its first operand", CHANGES, result("add", "self.data = out.data\nreturn out")),
    Change("mul changes its second operand", CHANGES, result("mul", "other.data = out.data\nreturn out")),
    Change("tanh changes its operand", CHANGES, result("tanh", "self.data = out.data\nreturn out")),
    Change("relu changes its operand and returns it", CHANGES | told("missing gradient"), result("relu", "self.data = out.data\nreturn self")),
    Change("add returns its operand", told("wrong result"), result("add", "return self")),
    Change("+= changes the Value", CHANGES, pieces(more=in_place("add"))),
    Change("*= changes the Value", CHANGES, pieces(more=in_place("mul"))),
    # operators from others
    Change("no __radd__", told("missing reflected operator"), without("radd")),
    Change("no __rmul__", told("missing reflected operator"), without("rmul")),
    Change("no __rsub__", told("missing reflected operator"), without("rsub")),
    Change("no __rtruediv__", told("missing reflected operator"), without("rtruediv")),
    Change("no __rsub__ and no __rtruediv__", told("missing reflected operator"), without("rsub", "rtruediv")),
    Change("__rsub__ as __sub__", told("wrong reflected operator"), built(rsub="self - other")),
    Change("__rtruediv__ as __truediv__", told("wrong reflected operator"), built(rtruediv="self / other")),
    Change("__radd__ adds itself", told("wrong reflected operator"), built(radd="self + self")),
    Change("__rmul__ without a past", told("wrong reflected operator", "missing gradient"), built(rmul="Value(self.data * other)")),
    Change("__rmul__ returns self", told("wrong reflected operator"), built(rmul="self")),
    Change("__rsub__ the same as __sub__", told("wrong reflected operator"), built(rsub="self + (-other)")),
    Change("__radd__ calls itself", told("raises", "does not end", "wrong reflected operator", "missing reflected operator"), built(radd="other + self")),
    Change("__rsub__ with the wrong sign", told("wrong reflected operator"), built(rsub="other + self")),
    Change("__radd__ returns a number", told("wrong reflected operator", "not a Value"), built(radd="self.data + other")),
    Change("__rtruediv__ multiplies", told("wrong reflected operator"), built(rtruediv="other * self")),
    Change("__rpow__ as __pow__", told("wrong reflected operator"), built(rpow="self ** other")),
    Change("sub adds", told("wrong result"), built(sub="self + other")),
    Change("sub negates both", told("wrong result"), built(sub="-(self + other)")),
    Change("neg without a past", MISSING, built(neg="Value(-self.data)")),
    Change("sub without a past", MISSING, built(sub="Value(self.data - wrapped(other).data)")),
    Change("sub loses the second operand", MISSING, built(sub="self + (-wrapped(other).data)")),
    Change("truediv loses the second operand", MISSING, built(truediv="self * wrapped(other).data**-1")),
    Change("truediv multiplies", told("wrong result"), built(truediv="self * other")),
    Change("truediv with the wrong power", told("wrong result"), built(truediv="self * other**-2")),
    Change("truediv of a product", told("wrong result"), built(truediv="(self * other)**-1")),
    Change("truediv upside down", told("wrong result"), built(truediv="other * self**-1")),
    Change("truediv of whole numbers", told("wrong result"), built(truediv="self * Value(1 // wrapped(other).data)")),
    # late binding
    Change("methods made in a loop do what the last one does", told("wrong result"), pieces(end="for name, function in [('relu', Value.relu), ('tanh', Value.tanh), ('exp', Value.exp)]:\n    setattr(Value, name, lambda self: function(self))")),
    Change(
        "steps made in a loop go to the last input",
        MISSING | told("wrong slope", "operands swapped"),
        keeps(
            "tuples",
            change=edited(
                ("        self._slopes = slopes\n", "        self._slopes = slopes\n        self._steps = []\n        for x, slope in zip(inputs, slopes):\n            self._steps.append(lambda: x.add(slope * self.grad))\n"),
                ("            for x, slope in zip(v._prev, v._slopes):\n                x.grad += slope * v.grad\n", "            for step in v._steps:\n                step()\n"),
                ("    def __repr__(self):", "    def add(self, grad):\n        self.grad += grad\n\n    def __repr__(self):"),
            ),
        ),
    ),
]
# fmt: on


def move_mutants() -> Iterator[Mutant]:
    """Yield engines with one wrong move: two or three styles of each, by turns."""
    turn = count()
    for change in MOVES:
        made = 0
        for _ in BASES:
            engine = BASES[(next(turn) * 7) % len(BASES)]
            new = change.into(engine)
            if new is not None:
                yield Mutant(f"{change.name} ({engine.style})", (change.names,), new, engine)
                made += 1
            if made == 2:
                break
        if not made:
            raise ValueError(f"no style can have this fault: {change.name}")
