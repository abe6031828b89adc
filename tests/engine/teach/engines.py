"""Writes engines as a student would: the rows of the table in one of several styles, as text.

An engine is made of pieces of text, so that a test can change one piece and have a wrong engine. How
an operation keeps its local derivatives (`KEEPS`) and how the backward pass finds its order (`ORDERS`)
are independent of each other: each pair of them is a style.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from textwrap import indent

from engine.ops import OPS

Slopes = tuple["str | None", ...]


@dataclass(frozen=True)
class Row:
    """What a student knows of an operation: its result and its slopes, in `a`, `b` and `out`."""

    forward: str
    slopes: Slopes


@dataclass(frozen=True)
class Engine:
    """What an engine is made of.

    Attributes:
        keep: how an operation keeps its local derivatives, one of `KEEPS`.
        order: how `backward()` finds its order, one of `ORDERS`.
        rows: the operations that it computes itself, by their name in the table.
        built: the methods that are built from other operations, as an expression.
        pieces: the other lines, by name; see `PIECES`.
        steps: lines of one operation's backward step that differ from the piece "accumulate".
        result: what one operation's method does with its result, `out`.
        attach: how one operation's closure gets into its result.
        edits: texts that are replaced in the end.
    """

    keep: str = "closures"
    order: str = "recursion"
    rows: Mapping[str, Row] = field(default_factory=dict)
    built: Mapping[str, str] = field(default_factory=dict)
    pieces: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    result: Mapping[str, str] = field(default_factory=dict)
    attach: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def style(self) -> str:
        """Its style in words."""
        return f"{self.keep}, {self.order}"

    def with_pieces(self, **pieces: str) -> Engine:
        """Return this engine with other pieces."""
        return replace(self, pieces={**self.pieces, **pieces})

    def with_row(self, name: str, row: Row) -> Engine:
        """Return this engine with another row, which its method computes itself."""
        built = {k: v for k, v in self.built.items() if k != METHODS[name]}
        return replace(self, rows={**self.rows, name: row}, built=built)

    def __str__(self) -> str:
        return text_of(self)


# The method of each row of the table that is one; that of `where` is none.
METHODS = {
    row.name: f"__{row.operator}__" if row.operator else row.name
    for row in OPS.values()
    if row.method and row.name != "where" and not row.defined
}

# Of a power students write the plain slopes, with whole or positive bases in mind.
STUDENTS = {
    "pow": Row("a ** b", ("b * a ** (b - 1)", "out * log(a) if a > 0 else 0.0")),
}

ROWS = {name: STUDENTS.get(name) or Row(OPS[name].forward, OPS[name].slopes) for name in METHODS}

# What micrograd computes itself, what it builds from that, and what its lecture adds.
OWN = ("add", "mul", "pow", "relu")
LECTURE = (*OWN, "tanh", "exp")
BUILT = {
    "__neg__": "self * -1",
    "__radd__": "self + other",
    "__sub__": "self + (-other)",
    "__rsub__": "other + (-self)",
    "__rmul__": "self * other",
    "__truediv__": "self * other**-1",
    "__rtruediv__": "other * self**-1",
}
REFLECTED = {
    "__radd__": "self + other",
    "__rsub__": "wrapped(other) - self",
    "__rmul__": "self * other",
    "__rtruediv__": "wrapped(other) / self",
}

PIECES = {
    "imports": "import math",
    "initial": "self.grad = 0.0",
    "data": "self.data = data",
    "inputs": "self._prev = set(inputs)",  # tuple(inputs) where the order matters
    "more": "",  # more lines of the class
    "end": "",  # lines after it
    "wrapped": "return x if isinstance(x, Value) else Value(x)",
    "accumulate": "{x}.grad += {slope} * {out}.grad",
    "zero": "",
    "seed": "self.grad = 1.0",
    "walk": "for v in reversed(order):",
    "visit": "",  # lines before the step of a node
}

KEEPS = ("closures", "tuples", "classes", "lambdas")

ORDERS = {
    "recursion": """\
order = []
visited = set()

def build(v):
    if v not in visited:
        visited.add(v)
        for x in v._prev:
            build(x)
        order.append(v)

build(self)
""",
    "stack": """\
order = []
visited = set()
stack = [(self, False)]
while stack:
    v, done = stack.pop()
    if done:
        order.append(v)
    elif v not in visited:
        visited.add(v)
        stack.append((v, True))
        stack.extend((x, False) for x in v._prev)
""",
    "counter": """\
order = []
visited = {id(self)}
waiting = [self]
while waiting:
    v = waiting.pop()
    order.append(v)
    for x in v._prev:
        if id(x) not in visited:
            visited.add(id(x))
            waiting.append(x)
order.sort(key=lambda v: v._number)
""",
    "uses": """\
uses = {self: 0}
waiting = [self]
while waiting:
    v = waiting.pop()
    for x in v._prev:
        if x not in uses:
            uses[x] = 0
            waiting.append(x)
        uses[x] += 1
order = []
ready = [self]
while ready:
    v = ready.pop()
    order.append(v)
    for x in v._prev:
        uses[x] -= 1
        if uses[x] == 0:
            ready.append(x)
order.reverse()
""",
    "tape": """\
order = list(TAPE)
for v in order:
    if v._prev:
        v.grad = 0.0
""",
}


def written(text: str, **names: str) -> str:
    """Return a formula of the table with other names for a, b and out, and `math.` where needed."""
    text = re.sub(r"\b[a-z]\w*(?=\()|\binf\b", lambda m: in_math(m[0]), text)
    return re.sub(r"\b(a|b|out)\b", lambda m: names[m[0]], text)


def in_math(name: str) -> str:
    """Return the name with `math.` before it, if it is one of its."""
    return f"math.{name}" if hasattr(math, name) else name


def product(slope: str, template: str, **names: str) -> str:
    """Return a line that adds to a gradient; a slope of 1 is left out, as students do."""
    if slope == "1.0":
        template = template.replace("{slope} * ", "").replace(" * {slope}", "")
    if not re.fullmatch(r"[\w.]+|\(.*\)|math\.\w+\([\w.]*\)", slope):
        slope = f"({slope})"
    return template.format(slope=slope, **names)


def text_of(engine: Engine) -> str:
    """Return the text of an engine."""
    pieces = {**PIECES, **engine.pieces}
    if engine.keep != "closures" and "inputs" not in engine.pieces:
        pieces["inputs"] = "self._prev = tuple(inputs)"
    head = [pieces["imports"]]
    if engine.order == "tape":
        head.append("TAPE = []")
    if engine.keep == "lambdas":
        head.append(tables(engine))
    init = [
        pieces["data"],
        pieces["initial"],
        pieces["inputs"],
        *{
            "closures": ["self._backward = lambda: None"],
            "tuples": ["self._slopes = slopes"],
            "classes": [],
            "lambdas": ["self._op = op"],
        }[engine.keep],
    ]
    if engine.order == "counter":
        init += ["Value._count += 1", "self._number = Value._count"]
    if engine.order == "tape":
        init.append("TAPE.append(self)")
    extra = {"closures": "", "classes": "", "tuples": ", slopes=()", "lambdas": ", op=None"}
    body = ["_count = 0"] if engine.order == "counter" else []
    body.append(method(f"__init__(self, data, inputs=(){extra[engine.keep]})", "\n".join(init)))
    if engine.keep == "classes":
        body.append(method("_backward(self)", "pass"))
    for name, row in engine.rows.items():
        body.append(method_of(engine, name, row, pieces))
    for name, expression in engine.built.items():
        arguments = "self" if name == "__neg__" else "self, other"
        body.append(method(f"{name}({arguments})", f"return {expression}"))
    body.append(pieces.get("backward") or method("backward(self)", backward(engine, pieces)))
    body.append(method("__repr__(self)", 'return f"Value(data={self.data}, grad={self.grad})"'))
    if pieces["more"]:
        body.append(pieces["more"])
    tail = [method("wrapped(x)", pieces["wrapped"])]
    if engine.keep == "classes":
        tail += [class_of(engine, name, row, pieces) for name, row in engine.rows.items()]
    if pieces["end"]:
        tail.append(pieces["end"])
    text = "class Value:\n" + indent("\n\n".join(body), "    ")
    text = "\n\n\n".join([*head, text, *tail]) + "\n"
    text = re.sub(r"(?<=:\n)\n+(?= )", "", text)
    for old, new in engine.edits:
        if old not in text:
            raise ValueError(f"an engine of style {engine.style} has no text {old!r}")
        text = text.replace(old, new)
    return text


def method(head: str, body: str) -> str:
    """Return a function."""
    return f"def {head}:\n" + indent(body.strip("\n"), "    ")


def is_constant_power(engine: Engine, name: str) -> bool:
    """Return whether the exponent is a plain number, as in micrograd."""
    return name == "pow" and len(engine.rows["pow"].slopes) == 1


def names_of(engine: Engine, name: str) -> list[str]:
    """Return what an operation's inputs are called that are Values."""
    two = len(OPS[name].slopes) > 1 and not is_constant_power(engine, name)
    return ["self", "other"][: 1 + two]


def method_of(engine: Engine, name: str, row: Row, pieces: Mapping[str, str]) -> str:
    """Return the method of an operation."""
    inputs = names_of(engine, name)
    constant = is_constant_power(engine, name)
    binary = len(inputs) > 1 or constant
    head = f"{METHODS[name]}(self{', other' if binary else ''})"
    lines = "other = wrapped(other)\n" if len(inputs) > 1 else ""
    names = {
        "a": "self.data",
        "b": "other" if constant else "other.data",
        "out": "out.data",
    }
    forward = written(row.forward, **names)
    called = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
    if engine.keep == "closures":
        lines += f"out = Value({forward}, {called})\n\n"
        step = steps(engine, name, row, pieces, inputs, "out", names) or "pass"
        attach = engine.attach.get(name, "out._backward = _backward")
        lines += method("_backward()", step) + f"\n\n{attach}\n"
    elif engine.keep == "tuples":
        slopes = [written(s or "0.0", **{**names, "out": "out"}) for s in row.slopes]
        if any("out" in re.findall(r"\w+", s or "") for s in row.slopes):
            lines += f"out = {forward}\n"
            forward = "out"
        kept = f"({', '.join(slopes)}{',' if len(slopes) == 1 else ''})"
        lines += f"out = Value({forward}, {called}, {kept})\n"
    elif engine.keep == "classes":
        arguments = ", ".join(inputs) + (", other" if constant else "")
        lines += f"out = {class_name(name)}({arguments})\n"
    else:
        data = ", ".join(f"{x}.data" for x in inputs)
        lines += f'out = Value(FORWARD["{name}"]({data}), {called}, "{name}")\n'
    return method(head, lines + engine.result.get(name, "return out"))


def steps(
    engine: Engine,
    name: str,
    row: Row,
    pieces: Mapping[str, str],
    inputs: list[str],
    out: str,
    names: Mapping[str, str],
) -> str:
    """Return the lines of an operation's backward step."""
    template = engine.steps.get(name, pieces["accumulate"])
    return "\n".join(
        product(written(slope, **names), template, x=x, out=out)
        for x, slope in zip(inputs, row.slopes, strict=True)
        if slope is not None
    )


def class_name(name: str) -> str:
    """Return the name of an operation's class."""
    return "".join(part.capitalize() for part in name.split("_"))


def class_of(engine: Engine, name: str, row: Row, pieces: Mapping[str, str]) -> str:
    """Return the class of an operation."""
    inputs = ["x", "y"][: len(names_of(engine, name))]
    constant = is_constant_power(engine, name)
    names = {"a": "x.data", "b": "y.data", "out": "self.data"}
    arguments = ", ".join(inputs) + (", k" if constant else "")
    called = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
    forward = written(row.forward, **{**names, "b": "k"} if constant else names)
    init = f"super().__init__({forward}, {called})" + ("\nself.k = k" if constant else "")
    unpack = f"{', '.join(inputs)}{',' if len(inputs) == 1 else ''} = self._prev"
    at_step = {**names, "b": "self.k"} if constant else names
    step = steps(engine, name, row, pieces, inputs, "self", at_step)
    body = [
        method(f"__init__(self, {arguments})", init),
        method("_backward(self)", f"{unpack}\n{step}"),
    ]
    return f"class {class_name(name)}(Value):\n" + indent("\n\n".join(body), "    ")


def tables(engine: Engine) -> str:
    """Return the two dictionaries of functions, forward and slopes."""
    names = {"a": "a", "b": "b", "out": "out"}
    forward, slopes = "", ""
    for name, row in engine.rows.items():
        arguments = ", ".join(["a", "b"][: len(names_of(engine, name))])
        forward += f'    "{name}": lambda {arguments}: {written(row.forward, **names)},\n'
        each = ", ".join(
            f"lambda {arguments}, out: {written(s or '0.0', **names)}" for s in row.slopes
        )
        slopes += f'    "{name}": ({each}{"," if len(row.slopes) == 1 else ""}),\n'
    return f"FORWARD = {{\n{forward}}}\n\nSLOPES = {{\n{slopes}}}"


def backward(engine: Engine, pieces: Mapping[str, str]) -> str:
    """Return the body of `backward`."""
    step = {
        "closures": "v._backward()",
        "classes": "v._backward()",
        "tuples": "for x, slope in zip(v._prev, v._slopes):\n    "
        + product("slope", pieces["accumulate"], x="x", out="v"),
        "lambdas": "if v._op:\n    data = [x.data for x in v._prev]\n"
        "    for x, f in zip(v._prev, SLOPES[v._op]):\n        "
        + product("f(*data, v.data)", pieces["accumulate"], x="x", out="v"),
    }[engine.keep]
    walk = pieces["walk"] + "\n" + indent(pieces["visit"] + "\n" + step, "    ")
    order = pieces.get("order", ORDERS[engine.order])
    return "\n".join(filter(None, [order, pieces["zero"], pieces["seed"], walk]))


def base(keep: str = "closures", order: str = "recursion", *, more: tuple[str, ...] = ()) -> Engine:
    """Return a right engine in one style: micrograd's operations, the lecture's, and `more`."""
    rows = {name: ROWS[name] for name in (*LECTURE, *more)}
    if keep in ("closures", "tuples"):
        rows["pow"] = Row(rows["pow"].forward, rows["pow"].slopes[:1])
        built = {k: v for k, v in BUILT.items() if k not in [METHODS[name] for name in more]}
        return Engine(keep, order, rows, built)
    rows |= {name: ROWS[name] for name in ("sub", "div", "neg")}
    return Engine(keep, order, rows, REFLECTED | {"__rpow__": "wrapped(other) ** self"})


BASES = [base(keep, order) for keep in KEEPS for order in ORDERS]
