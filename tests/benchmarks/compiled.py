"""Times training steps of compiled scalar code, compared with PyTorch, JAX and uncompiled engines.

    python -m tests.benchmarks.compiled [T1 T2 …]

Needs torch (the `reference` extra); JAX takes part if it is installed. All contestants run in this
process, on one thread, in turns of equal length. Prints medians over the rounds, and how many times
faster the compiled program is than its best competitor. Uncompiled engines take turns with ours in
rounds of their own. torch runs eagerly, with fused optimisers, and, where it works, with
torch.compile.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

import engine
import nn
from tests.benchmarks.training_step import Network, moons
from tests.small_gpt import flat, small_gpt

torch.set_num_threads(1)
Step = Callable[[], object]
ROUNDS, TURN = 31, 0.05  # turns per contestant, and how long each is, in seconds
WARM_UP = 16  # steps, of which some are audits; the next audit is at step 64
RECORDINGS = 9


def rounds(contestants: dict[str, Step]) -> dict[str, float]:
    """Return the median seconds of a step of each, in turns of equal length.

    A turn is long enough that what a contestant finds in the caches is its own.
    """
    times: dict[str, list[float]] = {name: [] for name in contestants}
    gc.collect()
    gc.disable()  # otherwise the closures' garbage would be charged to the next contestant
    steps = {}
    for name, step in contestants.items():
        for _ in range(WARM_UP):
            step()
        start = time.perf_counter()
        step()
        steps[name] = max(1, round(TURN / (time.perf_counter() - start)))
    for _ in range(ROUNDS):
        for name, step in contestants.items():
            start = time.perf_counter()
            for _ in range(steps[name]):
                step()
            times[name].append((time.perf_counter() - start) / steps[name])
            gc.collect()
    gc.enable()
    return {name: median(found) for name, found in times.items()}


def torch_mlp(sizes: list[int], model: nn.MLP | None = None) -> torch.nn.Sequential:
    """Return a network of torch in double precision, with the weights of one of ours if given."""
    layers: list[torch.nn.Module] = []
    for i, (n, m) in enumerate(zip(sizes, sizes[1:], strict=False)):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
        if model is not None:
            with torch.no_grad():
                neurons = model.layers[i].neurons
                layers[-2].weight.copy_(
                    torch.tensor([[w.data for w in k.weights] for k in neurons])
                )
                layers[-2].bias.copy_(torch.tensor([k.bias.data for k in neurons]))
    return torch.nn.Sequential(*layers[:-1]).double()


def torch_steps(
    make: Callable[[], tuple[Callable[[], torch.Tensor], list[torch.Tensor]]],
    optimizer: Callable[..., torch.optim.Optimizer],
) -> dict[str, Step]:
    """Return torch's steps: eager, with a fused optimiser, and compiled."""
    found: dict[str, Step] = {}
    for name in ("torch", "torch fused", "torch.compile"):
        loss, parameters = make()
        moves = optimizer(parameters, fused=name != "torch")
        if name == "torch.compile":
            loss = torch.compile(loss)

        def step(loss=loss, moves=moves) -> None:
            moves.zero_grad()
            loss().backward()
            moves.step()

        try:
            for _ in range(5):
                step()
            found[name] = step
        except Exception as error:  # torch.compile needs a C++ compiler, for one
            print(f"  {name} left out: {type(error).__name__}")
    return found


def jax_step(loss: Callable, parameters: object, adam: bool, *data: object) -> dict:
    """Return JAX's step, compiled in one piece with its update."""
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    numpy = jax.numpy
    tree = jax.tree_util.tree_map

    @jax.jit
    def step(p, m, v, t, *data):
        g = jax.grad(loss)(p, *data)
        if not adam:
            return tree(lambda p, g: p - 0.05 * g, p, g), m, v, t
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        t = t + 1
        moved = tree(
            lambda p, m, v: p - 1e-3 * (m / (1 - 0.9**t)) / (numpy.sqrt(v / (1 - 0.999**t)) + 1e-8),
            p,
            m,
            v,
        )
        return moved, m, v, t

    p = tree(lambda x: numpy.asarray(x.detach().numpy()), parameters)
    state = [p, tree(numpy.zeros_like, p), tree(numpy.zeros_like, p), 0.0]
    arrays = [numpy.asarray(x) for x in data]

    def once() -> None:
        state[:] = step(*state, *arrays)
        jax.block_until_ready(state[0])

    once()
    return {"JAX jit": once}


def jax_mlp(layers, X):
    """Return the scores of a network given as pairs of weights and biases."""
    import jax

    for weights, bias in layers[:-1]:
        X = jax.nn.relu(X @ weights.T + bias)
    return X @ layers[-1][0].T + layers[-1][1]


def layers_of(model: torch.nn.Sequential) -> list:
    """Return the weights and biases of a network of torch."""
    return [(k.weight, k.bias) for k in model if isinstance(k, torch.nn.Linear)]


# ---- the work ----


def t1() -> tuple[engine.Program, dict]:
    """The step of micrograd's demonstration: 100 moons, max-margin and L2, SGD."""
    points, sides = moons(100, random.Random(0))
    X, y = np.array(points), np.array(sides, dtype=float)
    model = nn.MLP(2, [16, 16, 1], seed=1)
    parameters = model.parameters()

    def loss(X, y):
        scores = [model(x) for x in X]
        margins = [(1 - t * s).relu() for t, s in zip(y, scores, strict=True)]
        return sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in parameters)

    optimizer = nn.SGD(parameters, learning_rate=0.05)
    program = engine.compile(loss, optimizer=optimizer)
    A, b = torch.tensor(X), torch.tensor(y)[:, None]

    def make():
        net = torch_mlp([2, 16, 16, 1], model)
        ps = list(net.parameters())
        return (
            lambda: torch.relu(1 - b * net(A)).mean() + 1e-4 * sum((p * p).sum() for p in ps)
        ), ps

    def jax_loss(layers, X, y):
        import jax

        margin = jax.nn.relu(1 - y * jax_mlp(layers, X)).mean()
        return margin + 1e-4 * sum((p * p).sum() for pair in layers for p in pair)

    from tests.benchmarks.closures import Value as Closure

    network = Network(Closure, [2, 16, 16, 1], random.Random(1))
    closures = network.parameters()

    def slow() -> None:
        scores = [network([Closure(v) for v in x]) for x in points]
        margins = [(1 + -t * s).relu() for t, s in zip(sides, scores, strict=True)]
        total = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in closures)
        for p in closures:
            p.grad = 0.0
        total.backward()
        for p in closures:
            p.data -= 0.05 * p.grad

    net = torch_mlp([2, 16, 16, 1], model)
    return program, {
        "ours": lambda: program.step(X, y),
        **torch_steps(make, lambda ps, fused: torch.optim.SGD(ps, lr=0.05, fused=fused)),
        **jax_step(jax_loss, layers_of(net), False, A, b),
        "closures": slow,
    }


def minibatches(sizes, X, y, loss, torch_loss, adam, batch=64):
    """Return a batched program of a network on the first minibatch, and its competitors."""
    model = nn.MLP(sizes[0], sizes[1:], seed=1)
    make_optimizer = nn.Adam if adam else nn.SGD
    optimizer = make_optimizer(model.parameters(), learning_rate=1e-3)
    program = engine.compile(lambda x, t: loss([model(x)], [t]), optimizer=optimizer, batched=True)
    A, b = torch.tensor(X[:batch]), torch.tensor(y[:batch])

    def make():
        net = torch_mlp(sizes, model)
        return (lambda: torch_loss(net(A), b)), list(net.parameters())

    def jax_loss(layers, X, y):
        import jax

        scores = jax_mlp(layers, X)
        if scores.shape[1] == 1:
            return jax.nn.relu(1 - y[:, None] * scores).mean()
        return -jax.nn.log_softmax(scores)[jax.numpy.arange(len(y)), y].mean()

    rule = torch.optim.Adam if adam else torch.optim.SGD
    net = torch_mlp(sizes, model)
    return program, {
        "ours": lambda: program.step(X[:batch], y[:batch]),
        **torch_steps(make, lambda ps, fused: rule(ps, lr=1e-3, fused=fused)),
        **jax_step(jax_loss, layers_of(net), adam, A, b),
    }


def t2() -> tuple[engine.Program, dict]:
    """MLP(2, [64, 64, 1]), a minibatch of 100 of 1,000 moons, Adam."""
    points, sides = moons(1000, random.Random(0))
    X, y = np.array(points), np.array(sides, dtype=float)
    return minibatches(
        [2, 64, 64, 1],
        X,
        y,
        nn.hinge,
        lambda s, t: torch.relu(1 - t[:, None] * s).mean(),
        True,
        100,
    )


def t3() -> tuple[engine.Program, dict]:
    """Digits, 64-32-10, softmax, minibatches of 64, Adam; an epoch is 29 such steps."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return minibatches(
        [64, 32, 10], X / 16, y, nn.cross_entropy, torch.nn.functional.cross_entropy, True
    )


def t4() -> tuple[engine.Program, dict]:
    """A GPT with one layer: 16 dimensions, 4 heads, 16 positions, 27 characters; Adam."""
    settings = {"n_vocabulary": 27, "n_dims": 16, "n_heads": 4, "length": 16}
    loss, matrices = small_gpt(random.Random(0), **settings)
    optimizer = nn.Adam(flat(matrices), learning_rate=1e-3)
    program = engine.compile(loss, optimizer=optimizer)
    rng = random.Random(1)
    sequence = [rng.randrange(27) for _ in range(17)]
    given = np.array(sequence, dtype=float)
    tokens = torch.tensor(sequence)
    mask = torch.triu(torch.full((16, 16), -torch.inf, dtype=torch.float64), diagonal=1)

    def gpt(p, tokens, softmax, relu, log, stack):
        x = p["tokens"][tokens[:-1]] + p["places"]

        def normed(x):
            return x * ((x * x).mean(1, keepdims=True) + 1e-5) ** -0.5

        n = normed(x)
        q, k, v = (stack((n @ p[name].T).reshape(16, 4, 4)) for name in "qkv")
        shares = softmax(q @ stack_transposed(k) * 0.5 + mask_of(q))
        heads = stack(shares @ v).reshape(16, 16)
        x = x + heads @ p["o"].T
        x = x + relu(normed(x) @ p["up"].T) @ p["down"].T
        return -log(softmax(x @ p["head"].T)[range_of(x), tokens[1:]]).mean()

    def stack_transposed(k):
        return k.swapaxes(1, 2)

    def mask_of(q):
        return mask if isinstance(q, torch.Tensor) else mask.numpy()

    def range_of(x):
        return torch.arange(16) if isinstance(x, torch.Tensor) else np.arange(16)

    def make():
        p = {
            name: torch.tensor(
                [[v.data for v in row] for row in m], requires_grad=True, dtype=torch.float64
            )
            for name, m in matrices.items()
        }

        def loss():
            return gpt(
                p, tokens, lambda x: torch.softmax(x, -1), torch.relu, torch.log,
                lambda x: x.swapaxes(0, 1),
            )  # fmt: skip

        return loss, list(p.values())

    def jax_loss(p, tokens):
        import jax

        return gpt(
            p, tokens, lambda x: jax.nn.softmax(x, -1), jax.nn.relu, jax.numpy.log,
            lambda x: x.swapaxes(0, 1),
        )  # fmt: skip

    eager_loss, eager_matrices = small_gpt(random.Random(0), **settings)
    parameters = flat(eager_matrices)
    moves = nn.Adam(parameters, learning_rate=1e-3)

    def slow() -> None:
        moves.zero_grad()
        eager_loss(sequence).backward()
        moves.step()

    p = {name: torch.tensor([[v.data for v in row] for row in m]) for name, m in matrices.items()}
    p = {name: x.double() for name, x in p.items()}
    return program, {
        "ours": lambda: program.step(given),
        **torch_steps(make, lambda ps, fused: torch.optim.Adam(ps, lr=1e-3, fused=fused)),
        **jax_step(jax_loss, p, True, tokens),
        "eager": slow,
    }


def t5() -> tuple[engine.Program, dict]:
    """784-128-128-10, a minibatch of 64 made-up samples, SGD: a size that suits tensors."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(64, 784)), rng.integers(0, 10, 64)
    return minibatches(
        [784, 128, 128, 10], X, y, nn.cross_entropy, torch.nn.functional.cross_entropy, False
    )


def recorded(program: engine.Program, step: Step) -> float:
    """Record and compile again several times, print what is made, and return the milliseconds.

    These times have no competitor to compare with, so the minimum is printed as well: other work
    on the machine can only add to it.
    """
    times, first_calls = [], []
    for _ in range(RECORDINGS):
        program.forget()
        gc.collect()
        start = time.perf_counter()
        step()
        first_calls.append(1e3 * (time.perf_counter() - start))
        times.append((program.stats.record_ms, program.stats.compile_ms))
    stats, sums = program.stats, [record + compile for record, compile in times]
    took = median(sums)
    record_ms, compile_ms = map(median, zip(*times, strict=True))
    print(
        f"  {stats.nodes:,} nodes → {stats.instructions} instructions, {stats.bytes:,} bytes; "
        f"recorded in {record_ms:.0f} ms, compiled in {compile_ms:.0f} ms "
        f"({1e3 * took / stats.nodes:.1f} µs per node, at best {1e3 * min(sums) / stats.nodes:.1f}); "
        f"that is {took / median(first_calls):.0%} of the first call"
    )
    return took


def listed(times: dict[str, float]) -> None:
    """Print seconds per step of each, and how they compare with ours of the same rounds."""
    for contestant, seconds in times.items():
        print(
            f"  {contestant:>14}  {seconds * 1e6:12,.1f} µs  {seconds / times['ours']:9.2f} × ours"
        )


SLOW = ("closures", "eager")
WORK = {"T1": t1, "T2": t2, "T3": t3, "T4": t4, "T5": t5}


def main() -> None:
    """Run the work that was named, or all of it, and print a table of each."""
    warnings.filterwarnings("ignore")  # those of torch about itself
    for name in sys.argv[1:] or WORK:
        print(f"{name}: {WORK[name].__doc__}")
        program, contestants = WORK[name]()
        took = recorded(program, contestants["ours"])
        # Engines that make a million objects per step take turns with ours alone: what they leave
        # behind in memory would slow the next contestant.
        slow = {other: contestants.pop(other) for other in SLOW if other in contestants}
        times = rounds(contestants)
        listed(times)
        ours = times["ours"]
        if slow:
            listed(rounds({"ours": contestants["ours"], **slow}))
        rivals = [t for other, t in times.items() if other.startswith("torch")]
        gain = min(rivals) - ours
        even = f"{1e-3 * took / gain:,.0f} steps" if gain > 0 else "never"
        print(f"  best torch {min(rivals) / ours:.2f} × ours; breaks even after {even}\n")


ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "TORCHINDUCTOR_COMPILE_THREADS": "1",  # otherwise its workers start during the first rounds
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:  # libraries read how many threads they may use when they are loaded
        command = [sys.executable, "-m", "tests.benchmarks.compiled", *sys.argv[1:]]
        subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=True)
