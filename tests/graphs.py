"""Graphs that several tests and measurements look at."""

from random import Random

import engine
from engine import Value


def fan_out() -> Value:
    """Return L = (a b + a) a, in which a is used three times: a.grad is −6 + 2 − 4 = −8."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    e = a * b
    e.label = "e"
    f = e + a
    f.label = "f"
    out = f * a
    out.label = "L"
    return out


def with_gradients(root: Value) -> Value:
    """Return `root` after its backward pass."""
    root.backward()
    return root


def neuron() -> Value:
    """Return a neuron with two inputs: 10 nodes."""
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2, b = Value(-3.0, "w1"), Value(1.0, "w2"), Value(6.8813735870195432, "b")
    out = engine.tanh(x1 * w1 + x2 * w2 + b)
    out.label = "o"
    return out


def sixty_nodes() -> Value:
    """Return a result of 12 leaves and 48 operations."""
    rng = Random(0)
    values = [Value(rng.uniform(-1, 1), f"x{i}") for i in range(12)]
    for i in range(48):
        a, b = values[i] if i < 12 else rng.choice(values[-12:]), values[-1]
        values.append(a * b if i % 3 else a + b)
    return values[-1]


def random_graph(seed: int) -> Value:
    """Return a result of some 5 to 30 nodes, in which numbers are used several times."""
    rng = Random(seed)
    values = [Value(rng.uniform(-2, 2), f"x{i}") for i in range(3)]
    for _ in range(rng.randint(3, 20)):
        a, b = rng.choice(values[-6:]), rng.choice(values)
        kind = rng.randrange(4)
        values.append((a + b, a * b, engine.tanh(a) - b, engine.exp(a * 0.1))[kind])
    return values[-1]
