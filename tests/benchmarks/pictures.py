"""Times pictures, frames and players, and measures their files.

    python -m tests.benchmarks.pictures

Prints median times in milliseconds, with each layout that is installed, and the sizes of players in
bytes: of a neuron, of 60 cards, of a folded network for one sample, and of the loss of 100 samples,
whose graph has some 65,000 nodes. Stops if that loss takes more than 3 s of CPU time to draw
with the built-in layout, or the GIF of a neuron more than 2 s.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from random import Random
from statistics import median

import engine
import nn
from engine import Value
from tests.graphs import neuron, sixty_nodes

ROUNDS = 5


def network(n_samples: int) -> Value:
    """Return the loss of MLP(2, [16, 16, 1]) on some samples."""
    rng = Random(0)
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    samples = [
        [Value(rng.uniform(-1, 1), "x1"), Value(rng.uniform(-1, 1), "x2")] for _ in range(n_samples)
    ]
    return nn.hinge([model(x) for x in samples], [rng.choice((-1, 1)) for _ in samples])


def timed(run: Callable[[], object]) -> float:
    """Return the median milliseconds of a few runs, after one warm-up run."""
    run()
    times = []
    for _ in range(ROUNDS):
        # Wall time, since dot runs in a process of its own.
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * median(times)


def check(what: str, run: Callable[[], object], most: float) -> None:
    """Stop if `run` takes more than `most` seconds of this process's CPU time."""
    start = time.process_time()
    run()
    if (seconds := time.process_time() - start) > most:
        raise SystemExit(f"{what} took {seconds:.1f} s, more than {most:g} s")


def main() -> None:
    """Measure everything once."""
    graphs = {
        "neuron": neuron(),
        "60 cards": sixty_nodes(),
        "MLP, 1 sample": network(1),
        "MLP, 100 samples": network(100),
    }
    layouts = ["builtin", *(["dot", "auto"] if shutil.which("dot") else [])]
    for name, root in graphs.items():
        root.backward()
        n = len(engine.nodes(root))
        for layout in layouts:
            picture = engine.draw(root, layout=layout)
            milliseconds = timed(lambda root=root, layout=layout: engine.draw(root, layout=layout))
            print(
                f"{name:17} {n:6,} nodes  draw({layout}) {milliseconds:7.1f} ms, "
                f"{len(picture._scene.cards)} cards, {len(picture.svg):,} bytes of SVG"
            )
        size = len(engine.play(root, layout="builtin").html.encode())
        milliseconds = timed(lambda root=root: engine.play(root, layout="builtin"))
        print(
            f"{name:17} {n:6,} nodes  play()        {milliseconds:7.1f} ms, {size:,} bytes of HTML"
        )
    largest = graphs["MLP, 100 samples"]
    check("its picture", lambda: engine.draw(largest, layout="builtin"), 3)
    frames = engine.frames(graphs["neuron"], layout="builtin")
    check("the GIF of a neuron", frames.gif, 2)
    print(
        f"{len(frames)} frames: GIF {timed(frames.gif):.0f} ms, {len(frames.gif()):,} bytes; "
        f"animated SVG {timed(lambda: frames.svg):.0f} ms, {len(frames.svg):,} bytes"
    )


if __name__ == "__main__":
    main()
