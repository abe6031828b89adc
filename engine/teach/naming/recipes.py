"""Operations that students build from others, as in a − b = a + b × (−1)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.teach.trial.graphs import Graph, Operand, Step

X, Y = "x", "y"
Part = str | int | tuple[float]  # x, y, an earlier step by its number, or a plain number
Recipe = tuple[tuple[str, tuple[Part, ...]], ...]

NEG: Recipe = (("mul", (X, (-1,))),)
SUB: Recipe = (("mul", (Y, (-1,))), ("add", (X, 0)))
DIV: Recipe = (("pow", (Y, (-1,))), ("mul", (X, 0)))
BASIC = {"neg": NEG, "sub": SUB, "div": DIV}
SUB_NEG: Recipe = (("neg", (Y,)), ("add", (X, 0)))
# With a plain number on the left, Python asks the operand on the right.
TURNED: dict[str, Recipe] = {
    "sub": (("mul", (Y, (-1,))), ("add", (0, X))),
    "div": (("pow", (Y, (-1,))), ("mul", (0, X))),
}
SUB_NEG_TURNED: Recipe = (("neg", (Y,)), ("add", (0, X)))
OTHERS: dict[str, Recipe] = {
    "tanh": (
        ("mul", (X, (2,))),
        ("exp", (0,)),
        ("sub", (1, (1,))),
        ("add", (1, (1,))),
        ("div", (2, 3)),
    ),
    "sigmoid": (("mul", (X, (-1,))), ("exp", (0,)), ("add", (1, (1,))), ("pow", (2, (-1,)))),
    "sqrt": (("pow", (X, (0.5,))),),
}


def variants(graph: Graph) -> Iterator[Graph]:
    """Yield a graph as it is, and as an engine may build it from other operations."""
    yield graph
    used = graph.operations
    if not used & {*BASIC, *OTHERS}:
        return
    yield expanded(graph, BASIC)
    if "sub" in used:
        yield expanded(graph, {"sub": SUB_NEG})
        yield expanded(graph, {"sub": SUB_NEG_TURNED})
    yield expanded(graph, BASIC | TURNED)
    if used & {*OTHERS}:
        yield expanded(expanded(graph, OTHERS), BASIC)


def expanded(graph: Graph, recipes: dict[str, Recipe]) -> Graph:
    """Return a graph with the steps of recipes in the place of operations."""
    place: dict[int, int] = {k: k for k in range(len(graph.leaves))}
    steps: list[Step] = []
    for k, (row, operands) in enumerate(graph.steps):
        given = [place[x] if isinstance(x, int) else x for x in operands]
        first = len(graph.leaves) + len(steps)
        for name, parts in recipes.get(row, ((row, (X, Y)[: len(given)]),)):
            made: list[Operand] = []
            for part in parts:
                if isinstance(part, str):
                    made.append(given[part == Y])
                else:
                    made.append(part if isinstance(part, tuple) else first + part)
            steps.append((name, tuple(made)))
        place[len(graph.leaves) + k] = len(graph.leaves) + len(steps) - 1
    actions = tuple(place.get(n, n) for n in graph.actions)
    return Graph(graph.leaves, tuple(steps), actions)
