"""The graphs that an engine is tried on, smallest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import inf
from random import Random

from engine.ops import OPS
from engine.teach.trial.graphs import ZERO, Graph, Number, Step, graph

LEAVES = (3.0, -5.0)
OTHERS = (-1.5, 0.75)

# Where a function of one number is tried; elsewhere at 0.5 and −0.75.
POINTS: dict[str, tuple[float, float]] = {"log": (0.5, 2.5), "sqrt": (0.25, 2.25)}
# Operations that a student's class is asked for, and those that it may have.
BINARY = ("add", "mul", "sub", "div")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "exp", "softplus", "gelu", "leaky_relu", "sin")
# Of these everybody has another formula, which is right too.
LOOSE = ("gelu", "leaky_relu")
ALL = tuple(row.name for row in OPS.values() if row.method and row.name != "where")
EXPONENTS = (3, 2.0, -1)


SECOND = graph("mul a b;add c a", LEAVES, 3, 3)  # two passes from the same result

# A node that passes on 0 times an infinite slope leaves nan; one that passes nothing on, nothing.
INFINITE = tuple(
    graph(text, (2.0, inf, 3.0))
    for text in ("mul a b;add d c", "mul a b;add c d", "mul a b;add d c;add c e", "mul a b;add d d")
)


def method(row: str) -> str:
    """Return the method that Python calls for an operation."""
    return f"__{OPS[row].operator}__" if OPS[row].operator else row


def reflected(row: str) -> str:
    """Return the method for a plain number on the left."""
    return f"__r{OPS[row].operator}__"


def alone(row: str) -> list[Graph]:
    """Return the graphs of one operation on Values, all of them different."""
    if row == "pow":
        return [graph(f"pow a {k}", [x]) for k in EXPONENTS for x in (2.0, 0.75)]
    if len(OPS[row].slopes) == 1:
        return [graph(f"{row} a", [x]) for x in POINTS.get(row, (0.5, -0.75))]
    points: list[tuple[Number, Number]] = [LEAVES, OTHERS, (4.0, 3.0)]
    if row == "div":
        points.append((3, 2))  # whole numbers
    if row == "mod":
        points = [(5.5, 2.0), (7.25, 3.0)]
    return [graph(f"{row} a b", point) for point in points]


def again(row: str) -> Graph:
    """Return a graph of one operation, with two passes."""
    last = len(alone(row)[0].leaves)
    return Graph(alone(row)[0].leaves, alone(row)[0].steps, (last, last))


def of_values(row: str) -> list[Graph]:
    """Return graphs that need not work, but must not be wrong: a power of two Values."""
    return [graph("pow a b", x) for x in ((2.0, 3.0), (0.75, 1.5))] if row == "pow" else []


def constants(row: str) -> list[Graph]:
    """Return graphs of a Value and a plain number, which is on the right."""
    if len(OPS[row].slopes) == 1 or not OPS[row].infix or row == "pow":
        return []
    return [graph(f"{row} a {k}", [x]) for k, x in ((2, 5.0), (2.5, -5.0))]


def reflections(row: str) -> list[Graph]:
    """Return graphs with the plain number on the left."""
    if len(OPS[row].slopes) == 1 or not OPS[row].infix:
        return []
    return [graph(f"{row} {k} a", [x]) for k, x in ((2, 5.0), (2.5, 1.5))]


def together(row: str, core: tuple[str, ...]) -> list[Graph]:
    """Return graphs in which an operation that is right alone can be wrong."""
    first, last = core[0], core[-1]
    x, y = alone(row)[0].leaves[0], LEAVES[1]
    if row == "pow":
        uses = ["pow a 3;{q} c b", "pow a 3;{p} c a", "pow a 3;{p} a c", "pow a 2;pow c 2"]
    elif len(OPS[row].slopes) == 1:
        uses = ["{row} a;{q} c b", "{row} a;{p} c a", "{row} a;{p} a c"]
        uses += ["{q} a b;{row} c;{p} d c", "{q} a b;{row} c;{p} d a"]
        y = 1.5
    else:
        x, y = alone(row)[0].leaves
        uses = [
            "{row} a b;{q} c b",
            "{row} a a",
            "{row} a b;{p} c a",
            "{row} a b;{p} c b",
            "{row} a b;{p} a c",
            "{row} a b;{p} b c",
            "{q} a b;{row} c a",
        ]
    graphs = [graph(text.format(row=row, p=first, q=last), (x, y)) for text in uses]
    if len(OPS[row].slopes) == 1:  # a gradient of either sign arrives
        graphs.append(graph(f"{row} a;{last} c b", (x, -y)))
    return graphs


def small(core: tuple[str, ...]) -> Iterator[Graph]:
    """Yield every graph of up to two operations on two leaves, and typical larger ones."""
    for p in core:
        yield graph(f"{p} a b", LEAVES)
        yield graph(f"{p} a a", LEAVES[:1])
    for p, q in product(core, repeat=2):
        for pair in ("c a", "a c", "c b", "b c", "c c"):
            yield graph(f"{p} a b;{q} {pair}", LEAVES)
        for pair in ("b a", "a b", "b b"):
            yield graph(f"{p} a a;{q} {pair}", LEAVES[:1])
    for p, q, r in product(core, repeat=3):
        for text in ("{q} c b;{r} d c", "{q} c a;{r} c d", "{q} c c;{r} d d", "{q} a c;{r} d b"):
            yield graph(f"{p} a b;" + text.format(q=q, r=r), LEAVES)
        # two results with equal numbers
        yield graph(f"{p} a b;{p} c d;{q} e f;{r} g a", (1.0, 6.0, 2.0, 3.0)[:4])
        yield graph(f"{p} a b;{q} a b;{r} c d;{p} e a", (2.0, 2.0))
    first, last = core[0], core[-1]
    sums = (1.0, 4.0, 2.0, 3.0)
    yield graph(f"{first} a b;{first} c d;{last} e f", sums)
    yield graph(f"{first} a b;{first} c d;{last} e f;{last} g e", sums)
    for text in (
        "{p} a b;{q} c b;{p} c d;{q} e d",
        "{p} a b;{q} c a;{q} c b;{p} d e;{q} f d",
        "{q} a b;{p} c c;{q} d d;{p} e c",
        "{q} a b;{p} c a;{p} d b;{q} e a;{p} f c",
        # one node uses another as both of its operands, while a third waits
        "{q} a b;{p} c a;{q} c c;{p} d e",
        "{q} a b;{p} c a;{q} c c;{p} e d",
        # a short path, and one that is longer by two, to a node with another result behind it
        "{q} a b;{q} c b;{p} d a;{p} e b;{q} d f",
        "{q} a b;{q} c b;{p} d a;{p} e b;{q} f d",
    ):
        yield graph(text.format(p=first, q=last), (1.5, -0.5))


def passes(core: tuple[str, ...]) -> list[Graph]:
    """Return graphs with two backward passes: of two results, and of one after zeroing."""
    first, last = core[0], core[-1]
    return [
        graph(f"{last} a b;{first} a b", LEAVES, 2, 3),
        graph(f"{last} a a;{last} a a;{first} c a", LEAVES[:1], 1, 3),
        graph(f"{last} a b;{first} c a", LEAVES, 3, ZERO, 3),
        graph(f"{last} a b;{first} c a;{last} c b", LEAVES, 3, ZERO, 4),
    ]


def chain(row: str, n: int) -> Graph:
    """Return a chain of an operation, in which the first leaf is far from the result."""
    steps = [(row, (0 if k == 0 else k + 1, 1)) for k in range(n)]
    return Graph((0.5, 1.0), tuple(steps))


def line(row: str, n: int) -> Graph:
    """Return a chain of an operation, each time with another leaf."""
    steps: list[Step] = [(row, (0 if k == 0 else n + k, k + 1)) for k in range(n)]
    return Graph(tuple(1.0 + k / 8 for k in range(n + 1)), tuple(steps))


def ladder(row: str, n: int) -> Graph:
    """Return a graph in which the number of paths doubles n times."""
    steps: list[Step] = []
    last = 0
    for _ in range(n):
        here = 2 + len(steps)
        steps += [(row, (last, 1)), (row, (last, here))]
        last = here + 1
    return Graph((0.5, 0.25), tuple(steps))


def surprises(core: tuple[str, ...], rng: Random, n: int = 6) -> Iterator[Graph]:
    """Yield random graphs of random numbers, which nobody can know in advance."""
    for _ in range(n):
        leaves = tuple(round(rng.uniform(-2, 2), 3) for _ in range(3))
        steps = []
        for k in range(rng.randint(4, 8)):
            newest = 2 + k
            operands = (rng.randint(max(0, newest - 2), newest), rng.randint(0, newest))
            steps.append((rng.choice(core), operands if rng.random() < 0.5 else operands[::-1]))
        yield Graph(leaves, tuple(steps))
