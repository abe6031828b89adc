"""A GPT of one layer in scalar code: rows of a table picked by data, causal attention, softmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import engine
from engine import Value


def small_gpt(
    rng: Random, *, n_vocabulary: int = 5, n_dims: int = 4, n_heads: int = 2, length: int = 4
) -> tuple[Callable[[Sequence[float]], Value], dict[str, list[list[Value]]]]:
    """Return a loss over `length` + 1 tokens, and its parameters as matrices by name."""

    def matrix(n, m):
        return [[Value(rng.gauss(0, 0.3)) for _ in range(m)] for _ in range(n)]

    tokens, places = matrix(n_vocabulary, n_dims), matrix(length, n_dims)
    q, k, v, o = (matrix(n_dims, n_dims) for _ in range(4))
    up, down = matrix(4 * n_dims, n_dims), matrix(n_dims, 4 * n_dims)
    head = matrix(n_vocabulary, n_dims)
    names = ("tokens", "places", "q", "k", "v", "o", "up", "down", "head")
    parameters = dict(zip(names, (tokens, places, q, k, v, o, up, down, head), strict=True))

    def linear(m, x):
        return [sum(a * b for a, b in zip(row, x, strict=True)) for row in m]

    def softmax(logits):
        largest = engine.detached_maximum(logits)
        powers = [engine.exp(x - largest) for x in logits]
        total = sum(powers)
        return [x / total for x in powers]

    def normed(x):
        scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
        return [v * scale for v in x]

    def loss(sequence):
        keys, values, losses = [], [], []
        size = n_dims // n_heads
        for t in range(length):
            x = [a + b for a, b in zip(engine.take(tokens, sequence[t]), places[t], strict=True)]
            normal = normed(x)
            query = linear(q, normal)
            keys.append(linear(k, normal))
            values.append(linear(v, normal))
            heads = []
            for h in range(n_heads):
                part = slice(h * size, (h + 1) * size)
                scores = [
                    sum(a * b for a, b in zip(query[part], key[part], strict=True)) * size**-0.5
                    for key in keys
                ]
                shares = softmax(scores)
                heads += [
                    sum(share * value[j] for share, value in zip(shares, values, strict=True))
                    for j in range(h * size, (h + 1) * size)
                ]
            x = [a + b for a, b in zip(x, linear(o, heads), strict=True)]
            hidden = [v.relu() for v in linear(up, normed(x))]
            x = [a + b for a, b in zip(x, linear(down, hidden), strict=True)]
            right = engine.take(softmax(linear(head, x)), sequence[t + 1])
            losses.append(-engine.log(right))
        return sum(losses) / len(losses)

    return loss, parameters


def flat(parameters: dict[str, list[list[Value]]]) -> list[Value]:
    """Return the parameters of all matrices in one list."""
    return [p for matrix in parameters.values() for row in matrix for p in row]
