"""Random scalar programs for the tests of engine.compile, and how they are compared."""

from __future__ import annotations

import random
from collections.abc import Callable

import engine
from engine import Value
from engine.ops import OPS

# What keeps an operation inside its domain and its numbers moderate, whatever comes in.
SAFE: dict[str, Callable[..., tuple]] = {
    "div": lambda a, b: (a, b * b + 0.5),
    "pow": lambda a, b: (engine.sigmoid(a) + 0.5, engine.tanh(b)),
    "exp": lambda a: (engine.tanh(a),),
    "log": lambda a: (a * a + 0.1,),
    "sqrt": lambda a: (a * a + 0.1,),
    "mod": lambda a, b: (a, b * b + 0.5),
    "fmod": lambda a, b: (a, b * b + 0.5),
    "remainder": lambda a, b: (a, b * b + 0.5),
    "log2": lambda a: (a * a + 0.1,),
    "log10": lambda a: (a * a + 0.1,),
    "log1p": lambda a: (a * a,),
    "asin": lambda a: (0.9 * engine.tanh(a),),
    "acos": lambda a: (0.9 * engine.tanh(a),),
    "atanh": lambda a: (0.9 * engine.tanh(a),),
    "acosh": lambda a: (a * a + 1.1,),
    "tan": lambda a: (engine.tanh(a),),
    "sinh": lambda a: (engine.tanh(a),),
    "cosh": lambda a: (engine.tanh(a),),
    "expm1": lambda a: (engine.tanh(a),),
}
OPERATORS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
    "neg": lambda a: -a,
}
BACKENDS = ["numpy", "python"]
CONSTANTS = (0.0, -1.0, 1.0, 2.0, 0.5, -0.3)


def eager(fn: Callable[..., Value], parameters: list[Value], *args: object) -> list[float]:
    """Return the loss and the gradients of the parameters by the eager engine."""
    for p in parameters:
        p.grad = 0.0
    loss = fn(*args)
    loss.backward()
    return [loss.data, *(p.grad for p in parameters)]


def replayed(program: engine.Program, parameters: list[Value], *args: object) -> list[float]:
    """Return the loss and the gradients of the parameters by a program."""
    for p in parameters:
        p.grad = 0.0
    return [program(*args), *(p.grad for p in parameters)]


def assert_same(found: list, wanted: list, tolerance: float = 1e-12) -> None:
    """Compare numbers, each relative to the expected one.

    One below 1 % of the largest is compared relative to that 1 %: it may be a sum of terms that cancel,
    and another order of adding them is another rounding.
    """
    least = 0.01 * max(abs(x) for x in wanted)
    for a, b in zip(found, wanted, strict=True):
        assert abs(a - b) <= tolerance * max(abs(b), least)


def compare_several_runs(
    programs: list[engine.Program], fn: Callable[..., Value], parameters: list[Value], args: tuple
) -> None:
    """Compare several runs with the eager engine, on parameters that move in between."""
    for _ in range(3):  # one run must not affect the next
        wanted = eager(fn, parameters, *args)
        for program in programs:
            assert_same(replayed(program, parameters, *args), wanted)
        for p in parameters:
            p.data = 0.8 * p.data + 0.05


def apply(name: str, x: list) -> object:
    """Apply a row of the table to Values or numbers, inside its domain."""
    row = OPS[name]
    inputs = x[: len(row.slopes)]
    inputs = list(SAFE[name](*inputs)) if name in SAFE else inputs
    if name in OPERATORS:
        return OPERATORS[name](*inputs)
    if "c" in row.forward.replace("abs(", "").split():  # chosen by a condition
        return getattr(engine, name)(x[-1] > 0.1, *inputs)
    return getattr(engine, name)(*inputs)


def soup(rng: random.Random, parameters: list, numbers: list, n: int) -> list:
    """Return values made from parameters and numbers by n random operations of every kind."""
    # Which of them are Values must not be asked: when recorded, the numbers are Values too.
    values, others = list(parameters), [*numbers, *CONSTANTS]
    for _ in range(n):
        name = rng.choice(list(OPS))
        x = [rng.choice(values) if rng.random() < 0.7 else rng.choice(others) for _ in range(3)]
        x[rng.randrange(len(OPS[name].slopes))] = rng.choice(values)
        out = apply(name, x)
        # Products of products grow without bound, so an operation that limits them follows.
        values.append(engine.tanh(out) if rng.random() < 0.5 else 0.3 * out)
    return values


def random_program(seed: int) -> tuple[Callable[..., Value], list[Value], tuple]:
    """Return a function, its parameters and arguments for it.

    The function is a soup, a soup per sample with coupling between the samples, or a small network
    with parameters in shuffled order, written neuron by neuron.
    """
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1), f"p{i}") for i in range(rng.randint(1, 8))]
    n_samples, n_features = rng.choice([1, 1, 2, 3, 5]), rng.randint(1, 3)
    X = [[rng.uniform(-1, 1) for _ in range(n_features)] for _ in range(n_samples)]
    kind, inner = rng.choice(["soup", "samples", "network"]), rng.randrange(10**9)
    width = rng.randint(1, 4)
    if kind == "network":
        parameters += [Value(rng.uniform(-1, 1)) for _ in range(width * (n_features + 2))]
        rng.shuffle(parameters)

    def one(x: list, chooser: random.Random) -> object:
        if kind == "network":
            weights = iter(parameters)
            hidden = []
            for _ in range(width):
                terms = [next(weights) * v for v in x] + [next(weights)]
                chooser.shuffle(terms)
                hidden.append(
                    apply(chooser.choice(["tanh", "relu", "sigmoid", "gelu"]), [sum(terms)])
                )
            return sum(next(weights) * h for h in hidden)
        return soup(chooser, parameters, x, 9)[-1]

    def fn(X: list) -> Value:
        if kind == "soup":
            flat = [x for row in X for x in row]
            return soup(random.Random(inner), parameters, flat, 25)[-1] + parameters[0]
        # The same operations for every sample, though a network's sums come in any order.
        outs = [one(row, random.Random(inner)) for row in X]
        coupled = [a * b for a, b in zip(outs, outs[1:], strict=False)]
        total = sum(outs) * (1.0 / len(outs)) + 0.1 * sum(coupled)
        return total + 1e-3 * sum(p * p for p in parameters)

    return fn, parameters, (X,)


def random_linear(seed: int) -> tuple[Callable[..., Value], list[Value], tuple]:
    """Return sums over ranges of parameters, some of which have gradients that never change."""
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1), f"p{i}") for i in range(rng.randint(2, 9))]
    n = len(parameters)
    kinds: dict[str, Callable[[Value, object], object]] = {
        "plain": lambda p, x: p,
        "shifted": lambda p, x: 0.3 * (0.5 - p),
        "square": lambda p, x: p * p,
        "tanh": lambda p, x: engine.tanh(p),
        "times": lambda p, x: p * x,
    }
    parts = []
    for _ in range(rng.randint(2, 6)):
        first = rng.randrange(n)
        some = range(first, rng.randint(first + 1, n), rng.choice([1, 1, 1, 2]))
        parts.append((kinds[rng.choice(list(kinds))], some, rng.choice([1.0, 0.1, -0.5])))

    def fn(X: list) -> Value:
        total = 0.0 * parameters[0]
        for kind, some, factor in parts:
            total = total + factor * sum(kind(parameters[i], X[i]) for i in some)
        return total

    return fn, parameters, ([rng.uniform(-1, 1) for _ in range(n)],)


def random_attention(seed: int) -> tuple[Callable[..., Value], list[Value], tuple]:
    """Return an attention of some heads under some mask, its parameters and arguments for it."""
    rng = random.Random(seed)
    n, n_features = rng.randint(2, 6), rng.randint(1, 3)
    sizes = [rng.randint(1, 5)] * rng.randint(1, 3)
    if rng.random() < 0.3:  # heads of different sizes
        sizes = [rng.randint(1, 3) for _ in sizes]
    heads = [range(sum(sizes[:h]), sum(sizes[: h + 1])) for h in range(len(sizes))]
    seen = rng.choice(
        [lambda i, j: j <= i, lambda i, j: True, lambda i, j: abs(i - j) < 2, lambda i, j: i == j]
    )
    turned, softmax, one_value = (rng.random() < 0.5 for _ in range(3))
    queries, keys, values = (
        [[Value(rng.gauss(0, 0.5)) for _ in range(n_features)] for _ in range(sum(sizes))]
        for _ in range(3)
    )

    def linear(matrix: list[list[Value]], x: list) -> list[Value]:
        return [sum(w * v for w, v in zip(row, x, strict=True)) for row in matrix]

    def head(part: range, q: list, k: list[list], v: list[list]) -> list[Value]:
        pairs = [[(a[d], q[d]) if turned else (q[d], a[d]) for d in part] for a in k]
        shares = [sum(a * b for a, b in pair) - 0.1 for pair in pairs]
        if softmax:
            powers = [engine.exp(s) for s in shares]
            total = sum(powers)
            shares = [p / total for p in powers]
        return [
            sum(s * x[0 if one_value else d] for s, x in zip(shares, v, strict=True)) for d in part
        ]

    def fn(X: list) -> Value:
        q, k, v = ([linear(m, x) for x in X] for m in (queries, keys, values))
        total = 0.0
        for i in range(n):
            at = [j for j in range(n) if seen(i, j)]
            for part in heads:
                found = head(part, q[i], [k[j] for j in at], [v[j] for j in at])
                total = total + sum((d + 1) * engine.tanh(x) for d, x in enumerate(found))
        return total

    parameters = [w for m in (queries, keys, values) for row in m for w in row]
    return fn, parameters, ([[rng.uniform(-1, 1) for _ in range(n_features)] for _ in range(n)],)


# Operations at the edge of their domain, each with a slope that is inf or nan there.
EDGES: list[Callable[[object], object]] = [
    lambda u: engine.sqrt(u * u),
    lambda u: (u * u) ** 0.5,
    lambda u: engine.sqrt(u * u + u * u) * 2.0,
    lambda u: engine.asin(1.0 - u * u),
    lambda u: engine.acosh(1.0 + u * u),
    lambda u: engine.atan2(u, 2 * u),
    lambda u: engine.log(u * u + 1e-310),
    lambda u: 1e-310 / (u * u + 1e-310),
]


def random_edges(seed: int) -> tuple[Callable[..., Value], list[Value], tuple]:
    """Return a function of one sample with edges in branches that are mostly not taken.

    Its parameters, and samples for it, some of which are at the edge.
    """
    rng = random.Random(seed)
    parameters = [Value(rng.choice([0.0, 0.5, -1.0]), f"p{i}") for i in range(rng.randint(2, 4))]
    guards: list[Callable[[object, object, Value], object]] = [
        lambda risky, x, p: engine.where(x > 0.1, risky * p, p * p),
        lambda risky, x, p: engine.where(x > 0.1, p, 0.5 * risky),
        lambda risky, x, p: engine.maximum(0.01 * risky, 0.3) * p,
        lambda risky, x, p: 0.0 * risky + p,
        lambda risky, x, p: engine.relu(-1.0 - engine.tanh(risky) ** 2) + p * x,
    ]
    if rng.random() < 0.1:
        guards.append(lambda risky, x, p: risky)
    parts = [
        (rng.choice(guards), rng.choice(EDGES), rng.choice(parameters), rng.choice(parameters))
        for _ in range(rng.randint(1, 4))
    ]

    def fn(x: list) -> Value:
        return sum(
            guard(edge(p * x[0] + 0.0 * x[1]), x[1], q) for guard, edge, p, q in parts
        ) + sum(p * p * x[0] for p in parameters)

    samples = [[rng.choice([0.0, 1.0, -0.7]), rng.choice([0.0, 1.0])] for _ in range(4)]
    return fn, parameters, (samples,)


# ---- programs whose every rounding shows ----

# Numbers that tie, or do not by one bit, and numbers that swallow others.
TIES = (0.1, 0.2, 0.3, 0.6, -0.3, -0.1, 0.7, 3.0, 1.0, -1.0, 0.0)
SWALLOWING = (*TIES, 1e17, -1e17, 1e16, -1e16, 2.0**53, 1.5)


def kahan(x: list) -> object:
    """Return a sum with its rounding error carried along."""
    total, error = 0.0, 0.0
    for number in x:
        y = number - error
        t = total + y
        error, total = (t - total) - y, t
    return total


def two_sum(x: list) -> object:
    """Return the rounding error of a sum of two numbers (Knuth), and so on along a list."""
    total, errors = x[0], 0.0
    for b in x[1:]:
        s = total + b
        part = s - total
        errors = errors + ((total - (s - part)) + (b - part))
        total = s
    return total + errors


def tree(x: list) -> object:
    """Return a pairwise sum."""
    return x[0] if len(x) == 1 else tree(x[: len(x) // 2]) + tree(x[len(x) // 2 :])


def horner(x: list) -> object:
    """Return a polynomial in the first number."""
    out = x[0]
    for number in x[1:]:
        out = out * x[0] + number
    return out


def alternating(x: list) -> object:
    """Return x₀ − x₁ + x₂ − …"""
    total = x[0]
    for i, number in enumerate(x[1:]):
        total = total + number if i % 2 else total - number
    return total


def variance(x: list) -> object:
    """Return the mean square of the distances to the mean."""
    mean = sum(x) / len(x)
    return sum((number - mean) * (number - mean) for number in x) / len(x)


ADDED: dict[str, Callable[[list], object]] = {
    "sum": sum,
    "kahan": kahan,
    "two_sum": two_sum,
    "tree": tree,
    "alternating": alternating,
    "from the right": lambda x: x[0] + (x[1] - (x[-1] + x[0])),
    "minus": lambda x: -x[0] - x[1] + sum(x) - (-x[-1]),
    "with constants": lambda x: 0.1 + x[0] + 0.2 - x[1] - 0.3 + 1e16 - 1e16,
    "repeated": lambda x: x[0] + x[0] + x[0] - x[1] - x[1],
    "halves": lambda x: sum(x[::2]) - sum(x[1::2]),
    "largest": lambda x: engine.maximum(x[0] + x[1], x[1] + x[-1]),
    "kinks": lambda x: sum(engine.relu(a + b - 0.3) for a, b in zip(x, x[1:], strict=False)),
    "distance": lambda x: abs(x[0] + x[1] - x[-1]),
    "from the largest": lambda x: x[0] - engine.detached_maximum([*x, sum(x)]),
    "chosen": lambda x: engine.where(x[0] + x[1] > x[-1], x[0] - x[-1], x[1] + 1.0),
    "quotients": lambda x: x[0] / 3.0 / 7.0 - x[1] / (abs(x[-1]) + 3.0),
}
MULTIPLIED: dict[str, Callable[[list], object]] = {
    "horner": horner,
    "variance": variance,
    "products": lambda x: x[0] * x[1] * x[-1] - x[0] * (x[1] * x[-1]),
    "dot product": lambda x: sum(a * b for a, b in zip(x, reversed(x), strict=True)),
    "less products": lambda x: x[0] - x[1] * x[0] - 0.1 * x[-1] - x[0] * x[0] + x[1],
    "neuron": lambda x: sum((a * b for a, b in zip(x[1:], x, strict=False)), x[-1]),
    "neuron, its bias last": lambda x: (
        sum(0.3 * a * b for a, b in zip(x, x[1:], strict=False)) + x[0]
    ),
}


def random_sums(
    seed: int, numbers: tuple[float, ...], n_samples: int
) -> tuple[Callable[..., Value], list[Value], tuple]:
    """Return a function of a list of samples in which each rounding shows in the result.

    It has no operation that NumPy rounds differently, and no product that serves many sums. Its
    parameters, and samples for it.
    """
    rng = random.Random(seed)
    parameters = [Value(rng.choice(numbers), f"p{i}") for i in range(rng.randint(1, 4))]
    patterns = [*ADDED.values(), *(MULTIPLIED.values() if n_samples <= 3 else [])]
    chosen = [rng.choice(patterns) for _ in range(rng.randint(1, 6))]
    sizes = [rng.choice([2, 3, 3, 4, 5, 9, 12]) for _ in chosen]
    inner, bounded = rng.randrange(10**9), rng.random() < 0.5

    def one(x: list) -> Value:
        picks = random.Random(inner)
        values = [*x, *parameters]
        for pattern, size in zip(chosen, sizes, strict=True):
            out = pattern([picks.choice(values) for _ in range(size)])
            bounds = bounded or pattern in MULTIPLIED.values()
            values.append(engine.maximum(engine.minimum(out, 1e18), -1e18) if bounds else out)
        return values[-1] + parameters[0]

    def fn(X: list) -> Value:
        outs = [one(x) for x in X]
        return sum(outs) + engine.relu(outs[0] - outs[-1])

    samples = [[rng.choice(numbers) for _ in range(3)] for _ in range(n_samples)]
    return fn, parameters, (samples,)


def random_choices(seed: int) -> tuple[str, list[Value], list[list[float]]]:
    """Return a function of three numbers, as text, that chooses by conditions again and again.

    Its parameters w and b, and samples for it, with ties and zeros.
    """
    rng = random.Random(seed)

    def condition(depth: int) -> str:
        if depth <= 0 or rng.random() < 0.6:
            return f"({number(depth)} {rng.choice(['<', '>', '<=', '>='])} {number(depth)})"
        other = condition(depth - 1) if rng.random() < 0.8 else rng.choice(["True", "False"])
        return f"({condition(depth - 1)} {rng.choice('&|^')} {other})"

    def number(depth: int) -> str:
        if depth <= 0:
            return rng.choice(["w", "b", "x[0]", "x[1]", "x[2]", "0.0", "1.0", "-1.0", "0.5"])
        a, b, c = number(depth - 1), number(depth - 1), condition(depth - 1)
        forms = [f"where({c}, {a}, {b})"] * 3 + [
            f"where({a}, {b}, 1.0)",
            f"({c} * {a})",
            f"take([{a}, {b}], {c})",
            f"maximum({a}, {b})",
            f"detached_maximum([{a}, {b}])",
            f"tanh({a})",
            f"sum(where({c}, v, {a}) * {b} for v in x)",
            f"({a} {rng.choice('+-*')} {b})",
        ]
        return rng.choice(forms)

    text = f"w * x[0] + b + w * {number(3)}"
    samples = [[rng.choice([0.0, 1.0, -1.0, rng.gauss(0, 1)]) for _ in range(3)] for _ in range(5)]
    return text, [Value(0.5, "w"), Value(-0.3, "b")], samples
