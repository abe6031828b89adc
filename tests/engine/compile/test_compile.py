"""engine.compile against the eager engine, which is the oracle."""

from __future__ import annotations

import ast
import gc
import math
import random
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
import nn
from engine import Value
from engine.ops import OPS
from tests.random_programs import apply, assert_same, eager, random_program, replayed, soup
from tests.small_gpt import flat, small_gpt

BACKENDS = ["numpy", "python"]


@pytest.mark.parametrize("backend", BACKENDS)
@given(seed=st.integers(0, 10**9))
@settings(max_examples=500, deadline=None)
def test_random_programs_give_what_the_eager_engine_gives(backend, seed):
    fn, parameters, args = random_program(seed)
    wanted = eager(fn, parameters, *args)
    program = engine.compile(fn, backend=backend)
    assert_same(replayed(program, parameters, *args), wanted)
    # And again with other numbers, which must go through the same instructions.
    other = [[-0.7 * x + 0.1 for x in row] for row in args[0]]
    for p in parameters:
        p.data = 0.8 * p.data + 0.05
    wanted = eager(fn, parameters, other)
    assert_same(replayed(program, parameters, other), wanted)
    assert program.stats.recordings == 1


@pytest.mark.parametrize("backend", BACKENDS)
@given(seed=st.integers(0, 10**9), with_penalty=st.booleans())
@settings(max_examples=60, deadline=None)
def test_batched_programs_give_the_mean_over_samples_and_the_penalty(backend, seed, with_penalty):
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1)) for _ in range(rng.randint(1, 6))]
    inner, width = rng.randrange(10**9), rng.randint(1, 3)

    def one(x, t):
        values = soup(random.Random(inner), parameters, [*x, t], 12)
        return (values[-1] - t) ** 2 + 0.1 * parameters[0], [values[-2]]

    def penalty():
        return 0.01 * sum(p * p for p in parameters)

    def whole(X, y):
        loss = sum(one(x, t)[0] for x, t in zip(X, y, strict=True)) / len(X)
        return loss + penalty() if with_penalty else loss

    program = engine.compile(
        one, batched=True, penalty=penalty if with_penalty else None, backend=backend
    )
    for n in (5, 1, 3):  # the last, shorter batch too
        X = [[rng.uniform(-1, 1) for _ in range(width)] for _ in range(n)]
        y = [rng.uniform(-1, 1) for _ in range(n)]
        wanted = eager(whole, parameters, X, y)
        assert_same(replayed(program, parameters, X, y), wanted)
        outputs = [one(x, t)[1][0].data for x, t in zip(X, y, strict=True)]
        assert_same(list(program.outputs[0]), outputs)
    assert program.stats.recordings == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", list(OPS))
def test_every_row_of_the_table_compiles_by_its_text_alone(name, backend):
    w = [Value(0.7, "w1"), Value(-1.3, "w2"), Value(2.1, "w3")]

    def fn(X):
        return sum(apply(name, [w[0] * x, w[1] + y, w[2] * y]) for x, y in X)

    X = [[0.3, -0.4], [1.2, 0.8], [-0.9, 0.5]]
    program = engine.compile(fn, backend=backend)
    assert_same(replayed(program, w, X), eager(fn, w, X))


@pytest.mark.parametrize("constant", [0.0, -1.0, 1.0, 2.0, 3.0, 0.5])
@pytest.mark.parametrize("backend", BACKENDS)
def test_constants_of_every_kind_are_replayed(constant, backend):
    w = [Value(0.7), Value(1.3)]

    def fn(x):
        a = w[0] + x
        terms = [
            a * constant,
            constant - a,
            a**constant,
            engine.maximum(a, constant),
            a * a + constant,
        ]
        return sum(terms) * w[1]

    program = engine.compile(fn, backend=backend)
    assert_same(replayed(program, w, 0.4), eager(fn, w, 0.4))


def moons_loss(model):
    """Return micrograd's loss of a model: max-margin, and L2 of all parameters."""

    def loss(X, y):
        scores = [model(x) for x in X]
        margins = [(1 - t * s).relu() for t, s in zip(y, scores, strict=True)]
        return sum(margins) / len(margins) + 1e-4 * sum(p * p for p in model.parameters())

    return loss


def moons(n):
    rng = np.random.default_rng(0)
    angle, y = np.pi * rng.random(n), np.where(np.arange(n) % 2, 1.0, -1.0)
    X = np.c_[np.cos(angle), np.sin(angle)] * -y[:, None] + (y[:, None] > 0) * [1.0, 0.5]
    return X + rng.normal(0, 0.1, X.shape), y


def test_the_batch_axis_is_discovered_and_its_loop_becomes_a_dozen_instructions():
    model = nn.MLP(2, [16, 16, 1], seed=0)
    program = engine.compile(moons_loss(model))
    program(*moons(100))
    assert program.stats.nodes > 60_000
    assert program.stats.instructions <= 16
    assert program.stats.lanes == 100


def test_a_hundred_steps_of_micrograds_demonstration_agree_with_the_eager_engine_in_every_weight():
    X, y = moons(100)
    models = [nn.MLP(2, [16, 16, 1], seed=1) for _ in range(2)]
    optimizers = [nn.SGD(m.parameters(), learning_rate=0.05) for m in models]
    program = engine.compile(moons_loss(models[0]), optimizer=optimizers[0])
    loss = moons_loss(models[1])
    for _ in range(100):
        optimizers[1].zero_grad()
        value = loss(X.tolist(), y.tolist())
        value.backward()
        optimizers[1].step()
        assert program.step(X, y) == pytest.approx(value.data, rel=1e-9)
    for p, q in zip(*(m.parameters() for m in models), strict=True):
        assert p.data == pytest.approx(q.data, rel=1e-9)


@pytest.mark.parametrize("order", ["shuffled", "reversed", "tree"])
def test_how_the_code_adds_up_does_not_matter(order):
    rng = random.Random(3)
    X, y = moons(20)
    W = [[Value(rng.uniform(-1, 1)) for _ in range(3)] for _ in range(8)]
    v = [Value(rng.uniform(-1, 1)) for _ in range(8)]
    orders = [rng.sample(range(3), 3) for _ in range(8)]

    def added(terms):
        if order == "tree" and len(terms) > 1:
            half = len(terms) // 2
            return added(terms[:half]) + added(terms[half:])
        return sum(terms)

    def loss(X, y):
        total = 0.0
        for x, t in zip(X, y, strict=True):
            hidden = []
            for k, row in enumerate(W):
                terms = [row[0] * x[0], x[1] * row[1], row[2]]
                if order == "shuffled":
                    terms = [terms[i] for i in orders[k]]
                hidden.append(added(terms[::-1] if order == "reversed" else terms).tanh())
            total = total + (added([a * b for a, b in zip(v, hidden, strict=True)]) - t) ** 2
        return total

    parameters = [*v, *(w for row in W for w in row)]
    program = engine.compile(loss)
    found = replayed(program, parameters, X, y)
    assert_same(found, eager(loss, parameters, X.tolist(), y.tolist()))
    assert program.stats.instructions <= 8  # of 1,434 nodes


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_small_gpt_compiles_once_and_agrees_on_every_sequence(backend):
    loss, matrices = small_gpt(random.Random(0))
    parameters = flat(matrices)
    program = engine.compile(loss, backend=backend)
    for seed in range(5):
        rng = random.Random(seed)
        sequence = [rng.randrange(5) for _ in range(5)]
        assert_same(replayed(program, parameters, sequence), eager(loss, parameters, sequence))
    assert program.stats.recordings == 1
    assert backend == "python" or program.stats.instructions < 60


def test_an_index_out_of_range_is_refused_at_any_replay():
    table = [Value(1.0), Value(2.0)]
    program = engine.compile(lambda i: engine.take(table, i) * 3.0)
    assert program(1) == 6.0
    for index in (2, -1, 0.5):
        with pytest.raises(
            IndexError, match=f"whole numbers from 0 to 1 as its index, got {index}"
        ):
            program(index)
    assert program(0) == 3.0


# ---- live both ways ----


def test_weights_and_gradients_are_live_both_ways():
    w, b = Value(2.0, "w"), Value(1.0, "b")
    program = engine.compile(lambda x: w * x + b)
    assert program(3.0) == 7.0
    assert (w.grad, b.grad) == (3.0, 1.0)
    w.data = 0.5
    assert program(3.0) == 2.5
    assert (w.grad, b.grad) == (6.0, 2.0)  # added up, as backward() does
    w.grad = 0.0
    program(4.0)
    assert w.grad == 4.0
    assert (w + b).data == 1.5  # and it goes on as any Value
    assert "Value(data=0.5" in repr(w)


def test_two_programs_share_their_parameters():
    w, b, c = Value(2.0), Value(1.0), Value(-1.0)
    first, second = engine.compile(lambda x: w * x + b), engine.compile(lambda x: w * x * c)
    assert (first(1.0), second(1.0)) == (3.0, -2.0)
    w.data = 5.0
    assert (first(1.0), second(1.0), first(2.0)) == (6.0, -5.0, 11.0)
    assert w.grad == 1 - 1 + 1 - 1 + 2


def test_a_compiled_parameter_copies_and_pickles_as_a_plain_value():
    import copy
    import pickle

    w = Value(2.0, "w")
    engine.compile(lambda x: w * x)(3.0)
    for same in (copy.deepcopy(w), pickle.loads(pickle.dumps(w)), copy.copy(w)):
        assert type(same) is Value
        assert (same.data, same.grad, same.label) == (2.0, 3.0, "w")


def test_optimizer_steps_on_compiled_parameters_are_those_on_plain_ones():
    for make in (
        lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.9, nesterov=True),
        lambda p: nn.RMSProp(p, clip_norm=0.5),
        lambda p: nn.AdamW(p, clip_value=0.3),
    ):
        plain, compiled = ([Value(0.3 * i - 0.5) for i in range(4)] for _ in range(2))
        a, b = make(plain), make(compiled)
        program = engine.compile(
            lambda x, ps=compiled: sum((p * x - 1) ** 2 for p in ps), optimizer=b
        )
        for x in (1.0, -2.0, 0.5):
            a.zero_grad()
            sum((p * x - 1) ** 2 for p in plain).backward()
            a.step()
            program.step(x)
        assert_same([p.data for p in compiled], [p.data for p in plain])
        assert a.state_dict()["steps"] == b.state_dict()["steps"]


def test_a_program_and_its_parameters_go_when_nothing_holds_them():
    import weakref

    w = Value(2.0)
    program = engine.compile(lambda x: w * x)
    program(1.0)
    gone = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert gone() is None
    finally:
        gc.enable()


# ---- looking inside ----


def test_the_graph_of_the_last_call_can_be_drawn_and_its_gradients_are_right():
    w, b = Value(-0.5, "w"), Value(0.6, "b")

    def fn(x):
        z = w * x + b
        z.label = "z"
        return z.tanh() ** 2

    program = engine.compile(fn)
    program(2.0)
    program(1.0)
    root = program.graph
    named = {node.label: node for node in engine.nodes(root) if node.label}
    assert named["w"] is w
    assert named["z"].data == pytest.approx(0.1)
    assert named["x"].data == 1.0
    wanted = Value(0.1)
    (wanted.tanh() ** 2).backward()
    assert named["z"].grad == pytest.approx(wanted.grad)
    kept = w.grad
    assert "z" in engine.draw(root).svg
    assert program.graph is not root
    assert w.grad == kept


def test_the_graph_of_the_last_call_shows_the_gradients_of_inputs():
    w = Value(-0.5, "w")
    program = engine.compile(lambda x: w * x)
    program(2.0)
    root = program.graph
    inputs = [leaf for leaf in engine.leaves(root) if leaf.label == "x"]
    assert [x.grad for x in inputs] == [-0.5]
    assert "not the sum of the paths drawn" not in engine.draw(root).svg


def test_source_is_python_with_a_line_for_every_instruction():
    model = nn.MLP(2, [4, 1], seed=0)
    program = engine.compile(moons_loss(model))
    program(*moons(10))
    text = program.source()
    compile(text, "<source>", "exec")
    assert "matmul(" in text
    assert "layer 1" in text
    assert text.count("\n") < 120


def test_source_says_what_every_name_in_it_is():
    loss, matrices = small_gpt(random.Random(0))
    program = engine.compile(loss)
    program([0, 1, 2, 3, 4])
    assert flat(matrices)
    text = program.source()
    said = set(re.findall(r"^(\w+) = (?:view|array|empty|zeros)\(", text, re.MULTILINE))
    used = {x.id for x in ast.walk(ast.parse(text)) if isinstance(x, ast.Name)}
    assert {name for name in used if re.fullmatch(r"[a-z]+\d+", name)} <= said


def test_lines_of_python_name_the_parameters_and_inputs():
    w, b = Value(0.5, "weight"), Value(0.1, "a bias\nof two lines")
    program = engine.compile(lambda X: w * X[0] + b * X[1], backend="python")
    program([1.0, 2.0])
    lines = program.source().splitlines()
    named = [line.split("  # ")[1] for line in lines if "  # " in line]
    assert named == ["X[0]", "X[1]", "weight", "a bias of two lines"]


def chain(X):
    """Return a loss in which everything waits for what was before, so that there are no rows."""
    a, b = chain.parameters
    h, total = Value(0.0), 0.0
    for x in X:
        h = engine.tanh(a * h + b * x)
        total = total + (h - x) ** 2
    return total / len(X)


def test_a_long_chain_of_single_operations_is_replayed_as_lines_of_python():
    chain.parameters = parameters = [Value(0.9, "a"), Value(-0.4, "b")]
    X = [random.Random(0).uniform(-1, 1) for _ in range(60)]
    wanted = eager(chain, parameters, X)
    programs = {backend: engine.compile(chain, backend=backend) for backend in ("auto", "numpy")}
    for program in programs.values():
        assert_same(replayed(program, parameters, X), wanted)
    assert programs["auto"].source().startswith("def program")
    assert (programs["auto"].stats.instructions, programs["auto"].stats.bytes) == (0, 0)
    assert "lines of Python" in str(programs["auto"].stats)
    assert programs["numpy"].stats.instructions > 100


def test_lines_of_python_chosen_by_the_program_are_live_both_ways_and_take_steps():
    X = [random.Random(1).uniform(-1, 1) for _ in range(60)]
    paths = []
    for compiled in (True, False):
        chain.parameters = parameters = [Value(0.9), Value(-0.4)]
        optimizer = nn.Adam(parameters, learning_rate=0.01)
        program = engine.compile(chain, optimizer=optimizer)
        for i in range(20):
            if i == 10:
                parameters[0].data = 0.5
            if compiled:
                program.step(X)
            else:
                optimizer.zero_grad()
                chain(X).backward()
                optimizer.step()
        paths.append([x for p in parameters for x in (p.data, p.grad)])
    assert_same(*paths, tolerance=1e-9)


def test_the_python_backend_works_where_there_is_no_numpy():
    code = """
import sys
sys.modules["numpy"] = None
import engine
w = engine.Value(0.5)
program = engine.compile(lambda X, y: sum((w * x - t) ** 2 for x, t in zip(X, y)), backend="python")
print(program([1.0, 2.0], [2.0, 4.0]), w.grad)
batched = engine.compile(lambda x, t: (w * x - t) ** 2, batched=True, backend="python")
print(batched([1.0, 2.0], [2.0, 4.0]), batched.source().count("def "))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["11.25", "-15.0", "5.625", "1"]


# ---- what is recorded anew ----


def test_a_new_shape_is_recorded_anew_and_says_so():
    w = Value(2.0)
    program = engine.compile(lambda X: sum(w * x for x in X))
    assert program([1.0, 2.0]) == 6.0
    assert program([1.0, 2.0, 3.0]) == 12.0
    assert program(np.array([1.0, 2.0])) == 6.0
    assert program([5.0, 6.0]) == 22.0
    assert (program.stats.recordings, program.stats.replays) == (3, 4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_time_of_compiling_is_all_that_the_first_call_takes(backend):
    model = nn.MLP(2, [8, 8, 1], seed=0)
    program = engine.compile(moons_loss(model), backend=backend)
    X, y = moons(30)
    start = time.perf_counter()
    program(X, y)
    took = 1e3 * (time.perf_counter() - start)
    assert program.stats.record_ms + program.stats.compile_ms == pytest.approx(took, rel=0.5)


def test_loading_numpy_is_no_part_of_the_time_of_recording():
    code = """
import sys, engine
w = engine.Value(0.5)
program = engine.compile(lambda x: w * x)
assert "engine.compile.replay.arrays" in sys.modules
assert program(2.0) == 1.0
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_number_closed_over_that_changes_is_recorded_anew():
    w, rate = Value(2.0), 0.5
    program = engine.compile(lambda x: w * x * rate)
    assert program(1.0) == 1.0
    rate = 3.0
    assert program(1.0) == 6.0
    assert program.stats.recordings == 2


def test_a_number_in_an_array_around_the_function_that_changes_is_recorded_anew():
    w, mask = Value(2.0), np.array([1.0, 0.0])
    program = engine.compile(lambda X: sum(m * w * x for m, x in zip(mask, X, strict=True)))
    assert program([1.0, 10.0]) == 2.0
    mask[:] = [0.0, 1.0]  # another dropout
    assert program([1.0, 10.0]) == 20.0
    mask = np.array([1.0, 1.0])
    assert program([1.0, 10.0]) == 22.0
    mask[0] = 3.0
    assert program([1.0, 10.0]) == 26.0
    assert program.stats.recordings == 4


class Switches:
    """What a user's own objects and classes may hold."""

    kind = 1.0

    def __init__(self):
        self.mask = np.array([1.0, 0.0])
        self.name = "plain"
        self.last = 0.0

    def __call__(self, X):
        out = sum(m * w * x for m, x in zip(self.mask, X, strict=True)) * self.kind
        return out * 2.0 if self.name == "double" else out


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda s: setattr(s, "mask", np.array([0.0, 1.0])), 3.0),
        (lambda s: setattr(s, "mask", [1.0, 1.0]), 4.0),
        (lambda s: s.mask.fill(2.0), 8.0),
        (lambda s: setattr(s, "name", "double"), 2.0),
        (lambda s: setattr(s, "kind", 5.0), 5.0),
    ],
)
def test_what_the_code_reads_of_an_object_is_watched(change, wanted, monkeypatch):
    monkeypatch.setitem(globals(), "w", Value(1.0))
    switches = Switches()
    program = engine.compile(lambda X: switches(X))
    assert program([1.0, 3.0]) == 1.0
    switches.last = 7.0  # which no code reads that is recorded
    assert program([1.0, 3.0]) == 1.0
    assert program.stats.recordings == 1
    change(switches)
    assert program([1.0, 3.0]) == wanted


def test_what_stands_in_dicts_lists_and_defaults_is_watched():
    w, config, factors = Value(1.0), {"mask": [1.0, 0.0], "scale": None}, [2.0]

    def fn(X, *, extra=1.0):
        out = sum(m * w * x for m, x in zip(config["mask"], X, strict=True))
        return out * (config["scale"] or 1.0) * len(factors) * extra

    program = engine.compile(fn)
    found = [program([1.0, 3.0])]
    config["mask"] = [0.0, 1.0]
    found.append(program([1.0, 3.0]))
    config["scale"] = 2.0
    found.append(program([1.0, 3.0]))
    factors.append(9.0)
    found.append(program([1.0, 3.0]))
    fn.__kwdefaults__["extra"] = 0.5
    found.append(program([1.0, 3.0]))
    assert found == [1.0, 3.0, 6.0, 12.0, 6.0]
    extras = []
    program = engine.compile(lambda x: w * x + sum(extras))
    assert program(2.0) == 2.0
    extras.append(5.0)  # to a list that had nothing in it
    assert program(2.0) == 7.0


def test_two_arrays_in_turn_are_recorded_once_each():
    w, masks = Value(1.0), (np.array([1.0]), np.array([2.0]))
    mask = masks[0]
    program = engine.compile(lambda x: mask[0] * w * x)
    for i in range(10):
        mask = masks[i % 2]
        assert program(1.0) == mask[0]
    assert program.stats.recordings <= 3


READ_ONLY = Value(3.0, "s")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "fn",
    [
        lambda x: w * x * READ_ONLY.data,
        lambda x: w * x if READ_ONLY > 0 else -w * x,
        lambda x: w * x * float(READ_ONLY),
        lambda x: w * x * Value(READ_ONLY.data),
    ],
)
def test_a_value_that_is_only_read_is_refused_as_well(fn, backend):
    with pytest.raises(engine.RecordingError, match=r"test_compile\.py:\d+ \("):
        engine.compile(fn, backend=backend)(1.0)
    assert type(READ_ONLY) is Value


def test_a_parameter_changed_inside_is_as_it_was_before():
    w = Value(2.0, "w")

    def there_and_back(x):
        w.data = 9.0
        out = w * x
        w.data = 2.0
        return out

    with pytest.raises(engine.RecordingError, match=r"test_compile\.py:\d+ \(w.data = 9.0\)"):
        engine.compile(there_and_back)(1.0)
    assert w.data == 2.0


def test_a_program_can_be_told_to_forget_what_it_has_recorded():
    w, many = Value(2.0), np.ones(20_000)
    program = engine.compile(lambda x: many[7] * w * x)
    assert program(1.0) == 2.0
    many[7] = 3.0
    assert program(1.0) == 2.0  # too many to watch
    program.forget()
    assert program(1.0) == 6.0


def test_numbers_inside_other_objects_that_change_are_recorded_anew():
    class Settings:
        rate = 1.0

        def __init__(self):
            self.scale, self.mask = 2.0, [1.0, 0.0]

    w, chosen, table = Value(2.0), Settings(), {"shift": 0.5}

    def helper(v):
        return v * chosen.mask[0] + table["shift"]

    program = engine.compile(lambda x: helper(w * x) * chosen.scale)
    assert program(1.0) == (2.0 + 0.5) * 2.0
    chosen.scale = np.float32(3.0)
    assert program(1.0) == (2.0 + 0.5) * 3.0
    chosen.mask[0] = 0.0
    assert program(1.0) == 0.5 * 3.0
    table["shift"] = 1.0
    assert program(1.0) == 3.0
    w = Value(7.0)  # another weight under the same name, as when a cell of a notebook is run again
    chosen.mask[0] = 1.0
    assert program(1.0) == (7.0 + 1.0) * 3.0


def test_the_number_in_a_penalty_is_watched_too():
    w, strength = Value(2.0), 0.1
    program = engine.compile(lambda x: w * x, batched=True, penalty=lambda: strength * w * w)
    assert program([1.0]) == pytest.approx(2.4)
    strength = 10.0
    assert program([1.0]) == pytest.approx(42.0)


def test_comparisons_with_parameters_are_replayed():
    w = Value(2.0)
    for backend in BACKENDS:
        w.data = 2.0
        program = engine.compile(
            lambda x: engine.where(w > 0, w, -w) * x + engine.where(w > x, w, 0.0), backend=backend
        )
        assert program(1.0) == 4.0
        w.data = -3.0
        assert program(1.0) == 3.0


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_step_moves_no_parameter_that_its_shape_does_not_use(backend):
    places = [Value(0.1 * i) for i in range(3)]
    w = Value(0.5)

    def loss(X):
        return sum((w * x + place) ** 2 for x, place in zip(X, places, strict=False))

    optimizer = nn.SGD([w, *places], learning_rate=0.1)
    program = engine.compile(loss, optimizer=optimizer, backend=backend)
    for X in ([1.0, 2.0], [1.0, 2.0, 3.0]):
        program.step(X)
    kept = places[2].data
    program.step([1.0, 2.0])
    assert (places[2].data, places[2].grad) == (kept, 0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_are_those_of_the_last_call_after_an_overflow(backend):
    w = Value(1.0)

    def fn(x):
        return engine.where(x < 100.0, engine.exp(w * x), w * x), [w * x]

    program = engine.compile(fn, backend=backend, batched=True)
    program.evaluate([1.0, 2.0])
    assert program.evaluate([1.0, 1000.0]) == pytest.approx((math.e + 1000.0) / 2)
    assert [list(x) for x in program.outputs] == [[1.0, 1000.0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinite_constants_are_replayed(backend):
    w, b, c = Value(2.0), Value(3.0), Value(0.5)
    fn = engine.compile(lambda x: engine.where(x > 0, w * b, c * math.inf), backend=backend)
    assert fn.evaluate(2.0) == 6.0


def test_leaves_named_inside_keep_their_names_in_the_graph():
    w = Value(2.0, "w")
    program = engine.compile(lambda x: w * Value(x, "feature") * Value(3.0, "three"))
    program(1.0)
    assert [leaf.label for leaf in engine.leaves(program.graph)] == ["w", "feature", "three"]


def test_a_step_moves_no_parameter_by_the_gradients_of_another_program():
    def both(ps):
        return [lambda x: ps[0] * x * ps[0], lambda x: ps[1] * x * ps[1]]

    plain, compiled = ([Value(2.0), Value(1.0)] for _ in range(2))
    a, b = (nn.SGD(ps, learning_rate=0.1) for ps in (plain, compiled))
    programs = [engine.compile(fn, optimizer=b) for fn in both(compiled)]
    for _ in range(3):
        for fn, program in zip(both(plain), programs, strict=True):
            a.zero_grad()
            fn(1.0).backward()
            a.step()
            program.step(1.0)
    assert_same([p.data for p in compiled], [p.data for p in plain])


def test_many_recordings_are_said_once():
    w, rate = Value(2.0), 0.0
    program = engine.compile(lambda x: w * x * rate)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for i in range(40):
            rate = float(i)
            assert program(1.0) == 2.0 * i
    assert ["has been recorded 20 times" in str(c.message) for c in caught] == [True]


def test_an_optimizer_copies_after_its_parameters_have_been_compiled():
    import copy
    import pickle

    p = Value(2.0)
    optimizer = nn.Adam([p])
    program = engine.compile(lambda x: p * x, optimizer=optimizer)
    program.step(1.0)
    for again in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert again.state_dict() == optimizer.state_dict()
        again.step()
    with pytest.raises(TypeError, match="a program cannot be copied"):
        copy.deepcopy(program)


def test_a_program_records_inside_no_grad_and_strict():
    w = Value(2.0)
    program = engine.compile(lambda x: w * x)
    with engine.no_grad(), engine.strict():
        assert program.evaluate(3.0) == 6.0
        assert program.graph.inputs
    assert program(3.0) == 6.0


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
def test_a_long_chain_compiles_in_a_time_that_grows_with_its_length(backend):
    w = Value(0.5)

    def chain(x):
        out = w * x
        for _ in range(1000):
            out = engine.tanh(out) + w
        return out

    program = engine.compile(chain, backend=backend)
    assert_same(replayed(program, [w], 0.3), eager(chain, [w], 0.3))
    assert program.stats.compile_ms < 10_000


def test_tuples_and_lists_of_tuples_are_arguments():
    w = Value(2.0)

    def fn(pairs, scale):
        return sum(w * x[0] * x[1] - y for x, y in pairs) * scale

    program = engine.compile(fn)
    assert program([([1.0, 2.0], 3), ([2, 5], 6.0)], np.float64(0.5)) == 0.5 * (4 - 3 + 20 - 6)


# ---- what cannot be recorded ----

w = Value(2.0, "w")
log = []


def random_draw(x):
    return w * x * random.random()


def counts(x):
    log.append(1)
    return w * x * len(log)


def changes_w(x):
    w.data += 1.0
    return w * x


def changes_gradient(x):
    out = w * x
    w.grad = 0.0
    return out


KEPT = []


def keeps_a_value(x):
    KEPT.append(w * x)
    return KEPT[0] * x


def global_draw(x):
    return w * x * (random.random() < 0.5)


own_random = random.Random(0)


def own_draw(x):
    return w * x * (own_random.random() < 0.999)


def takes_a_step(x):
    nn.SGD([w], learning_rate=0.1).step()
    return w * x


OUTSIDE = w * 2.0
inner = engine.compile(lambda x: w * x)
UNRECORDABLE = {
    "deciding by a recorded Value": lambda x: w * x if w * x > 0 else -w,
    "deciding by an input": lambda x: w * x if x else -w,
    "comparing an input with ==": lambda x: w * x if x == 1 else -w,
    "max of": lambda x: max(w * x, w + x),
    "float()": lambda x: w * float(w * x),
    "int()": lambda x: w * int(w * x),
    "as an index": lambda x: w * [1.0, 2.0][x],
    "reading .data": lambda x: w * (w * x).data,
    "setting .data": lambda x: setattr(w * x, "data", 3.0),
    "float() of a recorded": lambda x: w * math.exp(w * x),
    "no_grad": lambda x: no_grad_inside(x),
    "made by mul outside": lambda x: OUTSIDE * x,
    "an earlier recording left behind": keeps_a_value,
    "backward() inside": lambda x: (w * x).backward(),
    "draws random numbers": random_draw,
    "(draws|draws random) numbers": global_draw,
    "draws random numbers while": own_draw,
    "changing parameters": takes_a_step,
    "reading .data of a parameter": lambda x: w * x * w.data,
    "reading .grad of a parameter": lambda x: w * x * w.grad,
    r"reading float\(\) of a parameter": lambda x: w * x * float(w),
    "writing the number of a recorded": lambda x: w * x * float(f"{w * x:.3f}"),
    "reading the text of a parameter": lambda x: w * x * float(f"{w:.3f}"),
    "recorded Value as an index or a count": lambda x: w * sum(1 for _ in range(x)),
    "deciding by a recorded Value .if": lambda x: (w if w > 0 else -w) * x,
    "deciding by a recorded": lambda x: max(w, w * w) * x,
    "comparing an input with": lambda x: w if x == x * 1.0 else -w,
    "an input as a key": lambda x: w * {1.0: 10.0}.get(x, -1.0),
    "calling a program inside": lambda x: w * x * inner(1.0),
    r"engine.grad\(\) inside": lambda x: engine.grad(w * w * x, w),
    "recorded a second time": counts,
    "(chang(ed|ing a)|of a) parameter": changes_w,
    "changing a parameter's gradient": changes_gradient,
    "depends on no parameter": lambda x: x * 2.0,
    "on no parameter": lambda x: (w * x).detach() * x,
}


def no_grad_inside(x):
    with engine.no_grad():
        return w * x


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("what", UNRECORDABLE)
def test_what_cannot_be_replayed_is_refused_with_its_line(what, backend):
    fn = UNRECORDABLE[what]
    program = engine.compile(fn, backend=backend)
    pattern = {"max of": "deciding by a recorded Value"}.get(what, what.replace("()", r"\(\)"))
    w.data = 2.0
    with pytest.raises(engine.RecordingError, match=pattern) as caught:
        program(1.0)
    if "parameter" not in what and "random" not in what and "draws" not in what:
        assert "test_compile.py:" in str(caught.value)
    w.data = 2.0
    # Nothing is left behind: the next program records as ever.
    assert engine.compile(lambda x: w * x)(3.0) == 6.0


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda x: 3.0, "must return one Value, the loss; .* returned float 3.0"),
        (lambda x: [w * x], "returned list .*: add up the losses of several"),
        (lambda x: None, "returned NoneType: is a return missing?"),
    ],
)
def test_a_function_that_returns_no_loss_is_refused(result, message):
    with pytest.raises(TypeError, match=message):
        engine.compile(result)(1.0)


def test_a_refusal_that_the_function_catches_is_raised_all_the_same():
    def stubborn(x):
        try:
            return w * x if w * x > 0 else -w * x
        except Exception:
            return w

    with pytest.raises(engine.RecordingError, match="deciding by a recorded Value"):
        engine.compile(stubborn)(1.0)


def test_a_recorded_value_prints_without_the_number_that_replays_do_not_share(capsys):
    def shown(x):
        z = w * x
        print(z, f"{x}", w)
        return -z if "-" in str(z) else z

    program = engine.compile(shown)
    assert [program(-1.0), program(1.0)] == [-w.data, w.data]
    assert "Value(recorded mul) Value(recorded leaf, label='x')" in capsys.readouterr().out


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        (
            [[1.0, 2.0], [3.0]],
            ValueError,
            r"rows of X must be alike: X\[0\] has 2 entries, X\[1\] has 1",
        ),
        ([[1.0, "a"]], TypeError, r"X\[0\]\[1\] must be one, got str 'a'"),
        ([[1.0, None]], TypeError, r"X\[0\]\[1\] must be one, got None"),
        ([[1.0, w]], TypeError, r"takes numbers, got a Value in X\[0\]\[1\]"),
        (np.array([["a"]]), TypeError, "arrays of real numbers, got X of <U1"),
        ([[1.0, math.nan]], ValueError, r"X\[0\]\[1\] is nan; fill in or leave out"),
        (np.array([[math.inf, 1.0]]), ValueError, r"X\[0\]\[0\] is inf"),
        ({"a": 1}, TypeError, "X must be one, got dict"),
    ],
)
def test_arguments_that_are_no_numbers_are_named_and_the_program_goes_on(
    argument, error, message, backend
):
    program = engine.compile(lambda X: sum(w * x for row in X for x in row), backend=backend)
    assert program([[1.0, 2.0]]) == 6.0
    kept = w.grad
    with pytest.raises(error, match=message):
        program(argument)
    assert w.grad == kept
    assert program([[2.0, 2.0]]) == 8.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_nan_in_an_input_is_named_even_where_the_result_hides_it(backend):
    w = Value(2.0)
    program = engine.compile(
        lambda X: sum(engine.where(x > 0, w * x, 0.0) for x in X), backend=backend
    )
    with pytest.raises(ValueError, match=r"X\[1\] is nan; fill in or leave out missing numbers"):
        program([1.0, math.nan])
    assert program([1.0, -3.0]) == 2.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_infinity_in_an_input_is_let_through_where_the_result_is_finite(backend):
    w = Value(2.0)  # as in a mask of an attention, which is 0 or −inf
    program = engine.compile(lambda mask: engine.exp(w + mask), backend=backend)
    assert replayed(program, [w], -math.inf) == [0.0, 0.0]


def test_arguments_may_be_given_by_name():
    w = Value(2.0)

    def loss(x, y=1.0):
        return w * x - y

    program = engine.compile(loss)
    assert [program(3.0, y=4.0), program(y=4.0, x=3.0), program(x=3.0)] == [2.0, 2.0, 5.0]
    with pytest.raises(
        TypeError, match="loss cannot be called so: it has no argument 'z'; it takes x, y"
    ):
        program(1.0, z=2.0)

    def only(x, *, y):
        return w * x - y

    with pytest.raises(TypeError, match="only takes y by name only; take away the"):
        engine.compile(only)(1.0, y=2.0)


def test_batched_arguments_must_agree_on_the_samples():
    program = engine.compile(lambda x, t: (w * x[0] - t) ** 2, batched=True)
    for args, message in [
        (([[1.0], [2.0]], [1.0]), "X has 2, t has 1|x has 2, t has 1"),
        ((3.0, [1.0]), "leading axis of samples, got x = one number"),
        (([], []), "at least one sample, got none in x"),
        ((), "needs an argument with samples, got none"),
    ]:
        with pytest.raises(ValueError, match=message):
            program(*args)


@pytest.mark.parametrize("backend", BACKENDS)
def test_leaving_a_domain_raises_as_the_eager_engine_does(backend):
    p = Value(2.0, "p")

    def fn(x):
        out = p * x
        out.label = "out"
        return engine.where(x > 0, engine.log(out), p)

    program = engine.compile(fn, backend=backend)
    assert program(1.0) == pytest.approx(math.log(2))
    kept = p.grad
    with pytest.raises(engine.DomainError, match=r"log\(a\) needs a > 0, got a = -4"):
        program(-2.0)
    assert p.grad == kept
    assert program(1.0) == pytest.approx(math.log(2))


def test_a_step_that_would_make_parameters_nan_is_not_taken():
    p = Value(2.0, "p")
    optimizer = nn.SGD([p], learning_rate=0.1)
    program = engine.compile(lambda x: engine.exp(p * x), optimizer=optimizer)
    with pytest.raises(engine.NonFiniteError, match=r"no step was taken: .* from inf"):
        program.step(1000.0)
    assert p.data == 2.0
    assert optimizer.steps == 0
    with pytest.warns(engine.NonFiniteWarning, match="from inf"):
        assert program(1000.0) == math.inf


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: engine.compile(3), TypeError, "compile needs a function"),
        (
            lambda: engine.compile(abs, backend="c"),
            ValueError,
            'backend must be "auto", "numpy" or "python"',
        ),
        (lambda: engine.compile(w * w), TypeError, "leave out the brackets"),
        (lambda: engine.compile(abs, optimizer=nn.SGD), TypeError, r"step\(\), as nn.SGD\(param"),
        (
            lambda: engine.compile(abs, batched=True, penalty=w),
            TypeError,
            "penalty must be a function .* put lambda: before it",
        ),
        (
            lambda: engine.compile(lambda X: sum(w * x for x in X), batched=True)([1.0]),
            TypeError,
            "takes a number for a list .* it is called with one sample",
        ),
        (lambda: engine.compile(abs).outputs, ValueError, "call the program first"),
        (lambda: engine.compile(abs, penalty=abs), ValueError, "penalty goes with batched=True"),
        (lambda: engine.compile(abs).step(1.0), ValueError, "needs an optimizer"),
        (lambda: engine.compile(abs).graph, ValueError, "call the program first"),
        (lambda: engine.compile(abs).source(), ValueError, "call the program first"),
        (lambda: engine.take([], 0), IndexError, "at least one value"),
        (lambda: engine.take([w], 1), IndexError, "from 0 to 0, got 1"),
        (lambda: engine.take([w], 0.5), TypeError, "whole number"),
        (lambda: engine.take([[w], [w, w]], 0), ValueError, "rows of one length"),
        (lambda: engine.detached_maximum([]), ValueError, "at least one value"),
    ],
)
def test_calls_that_cannot_work_say_so(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---- fit ----


@pytest.mark.parametrize("loss", ["hinge", "binary_cross_entropy", "mean_squared_error", "own"])
def test_fit_follows_the_same_path_compiled_or_eager(loss):
    X, y = moons(40)
    y = (y > 0).astype(float) if loss == "binary_cross_entropy" else y

    def own(predictions, targets):  # which is no mean over samples
        return sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True))

    runs = []
    for compiled in (True, False):
        model = nn.MLP(2, [6, 1], seed=0)
        history = nn.fit(
            model,
            X,
            y,
            loss=own if loss == "own" else getattr(nn, loss),
            optimizer=nn.Adam(model.parameters(), learning_rate=0.02),
            epochs=25,
            batch_size=9,
            penalty=nn.l2,
            progress=False,
            compiled=compiled,
        )
        weights = [p.data for p in model.parameters()]
        runs.append([*history.loss, *history.metric, *history.validation_loss, *weights])
    assert_same(*runs, tolerance=1e-9)


def test_fit_trains_several_classes_compiled():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) + np.repeat([[0, 3], [3, 0], [-3, -3]], 20, axis=0)
    y = np.repeat([0, 1, 2], 20)
    model = nn.MLP(2, [8, 3], seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    history = nn.fit(
        model, X, y, loss=nn.cross_entropy, optimizer=optimizer, epochs=15, progress=False,
        compiled=True,
    )  # fmt: skip
    assert history.metric[-1] > 0.9


def test_fit_falls_back_to_the_eager_engine_with_one_line():
    class Deciding(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x[0] if x[0] > 0 else self.w * 2.0

    model = Deciding()
    settings = {
        "loss": nn.mean_squared_error,
        "optimizer": nn.SGD(model.parameters(), learning_rate=0.1),
        "epochs": 2,
        "progress": False,
    }
    X, y = [[1.0], [-1.0], [0.5], [2.0], [0.1]], [1.0, 2.0, 0.5, 2.0, 0.1]
    with pytest.warns(RuntimeWarning, match="training eagerly.*deciding by a recorded Value"):
        history = nn.fit(model, X, y, **settings)
    assert len(history) == 2
    with pytest.raises(engine.RecordingError):
        nn.fit(model, X, y, **settings, compiled=True)
    with pytest.raises(ValueError, match='compiled must be True, False or "auto"'):
        nn.fit(model, X, y, **settings, compiled="yes")


@pytest.mark.parametrize("sizes", [[4, 1], [4, 3]])
def test_many_predictions_of_a_compiled_model_are_those_of_the_model(sizes):
    model = nn.MLP(2, sizes, seed=0)
    X, _ = moons(100)
    nn.predict(model, X)
    assert type(model.parameters()[0]) is Value  # a model trained by hand is left as it is
    engine.compile(lambda x: sum(nn.metrics.outputs_of(model(x))))([0.1, 0.2])
    found = nn.predict(model, X)
    for row, output in zip(X, found, strict=True):
        answer = nn.metrics.plain(model(row))
        assert output == pytest.approx(answer, rel=1e-12)
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        nn.predict(model, [[1.0, 2.0, 3.0]] * 100)
