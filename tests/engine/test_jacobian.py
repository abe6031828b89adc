"""Jacobian, Hessian and forward mode: against sympy and central differences, pass by pass."""

import random
import sys

import pytest
import sympy

import engine
from engine import Value, hessian, jacobian, jvp

OUTPUTS = ("x*y + sin(z)", "tanh(x*z) / (2.0 + y**2)", "exp(y - x)*z", "sqrt(1.0 + x**2) - z*y*x")
NAMES = ("x", "y", "z")
SYMBOLS = sympy.symbols(NAMES)
FUNCTIONS = {name: getattr(engine, name) for name in engine.__all__}
POINTS = [[0.5, -1.5, 2.0], [0.0, 0.0, 0.0], [1.0, 0.0, -3.0]]


def four(*inputs: Value) -> list[Value]:
    """Return four numbers out of three."""
    return [eval(text, FUNCTIONS, dict(zip(NAMES, inputs, strict=True))) for text in OUTPUTS]


def exact(text: str, at: list[float], *by: sympy.Symbol) -> float:
    """Return a derivative of a formula as sympy finds it."""
    symbols = dict(zip(NAMES, SYMBOLS, strict=True))
    derivative = sympy.diff(sympy.sympify(text, locals=symbols), *by)
    return float(derivative.subs(dict(zip(SYMBOLS, at, strict=True))).evalf(30))


@pytest.mark.parametrize("mode", ["auto", "reverse", "forward"])
@pytest.mark.parametrize("at", POINTS)
def test_jacobian_is_that_of_sympy_in_both_modes(at: list[float], mode: str) -> None:
    found = jacobian(four, at, mode=mode)
    for text, row in zip(OUTPUTS, found, strict=True):
        expected = [exact(text, at, symbol) for symbol in SYMBOLS]
        assert row == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("text", OUTPUTS)
@pytest.mark.parametrize("at", POINTS)
def test_hessian_is_that_of_sympy(at: list[float], text: str) -> None:
    fn = lambda *xs: eval(text, FUNCTIONS, dict(zip(NAMES, xs, strict=True)))
    for s, row in zip(SYMBOLS, hessian(fn, at), strict=True):
        expected = [exact(text, at, s, t) for t in SYMBOLS]
        assert row == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("at", POINTS)
def test_jvp_is_the_slope_along_the_tangents(at: list[float]) -> None:
    tangents, h = [0.3, -1.2, 0.7], 1e-6
    outs, moving = jvp(four, at, tangents)
    moved = [
        [
            out.data
            for out in four(*(Value(x + side * t) for x, t in zip(at, tangents, strict=True)))
        ]
        for side in (h, -h)
    ]
    assert outs == [out.data for out in four(*map(Value, at))]
    expected = [(above - below) / (2 * h) for above, below in zip(*moved, strict=True)]
    assert moving == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_both_modes_agree_on_a_network() -> None:
    rng = random.Random(0)
    weights = [Value(rng.gauss(0, 1), f"w{i}") for i in range(12)]

    def layer(*w: Value) -> list[Value]:
        hidden = [
            engine.relu(w[3 * i] * 0.5 + w[3 * i + 1] * -2.0 + w[3 * i + 2]) for i in range(4)
        ]
        return [hidden[0] * hidden[1], hidden[2] / (1 + hidden[3] ** 2), hidden[0] + hidden[3]]

    reverse, forward = (jacobian(layer, weights, mode=mode) for mode in ("reverse", "forward"))
    for a, b in zip(reverse, forward, strict=True):
        assert a == pytest.approx(b, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(
    ("mode", "n_outputs", "direction", "passes"),
    [
        ("auto", 5, "forward", 2),
        ("auto", 2, "reverse", 2),
        ("auto", 1, "reverse", 1),
        ("reverse", 5, "reverse", 5),
        ("forward", 1, "forward", 2),
    ],
)
def test_passes_are_one_per_output_backward_and_one_per_input_forward(
    monkeypatch: pytest.MonkeyPatch, mode: str, n_outputs: int, direction: str, passes: int
) -> None:
    walked = []
    module = sys.modules["engine.jacobian"]  # the name in the package is the function
    for name in ("reverse_pass", "forward_pass"):
        walk = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *a, walk=walk, name=name: (walked.append(name), walk(*a))[1]
        )
    found = jacobian(lambda x, y: [x * y + i for i in range(n_outputs)], [2.0, 3.0], mode=mode)
    assert found == [[3.0, 2.0]] * n_outputs
    assert (found.mode, found.passes) == (direction, passes)
    assert walked == [f"{direction}_pass"] * passes


def test_hessian_takes_one_pass_for_the_gradient_and_one_per_input() -> None:
    found = hessian(lambda *xs: sum(x**3 for x in xs), [1.0, 2.0, 3.0, 4.0])
    assert found.passes == 5
    assert [found[i][i] for i in range(4)] == [6.0, 12.0, 18.0, 24.0]


def test_derivatives_leave_data_and_grad_alone() -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    (w * x).backward()
    before = (w.data, w.grad, x.data, x.grad)
    for mode in ("forward", "reverse"):
        jacobian(lambda w: [w * x, w**2], [w], mode=mode)
    hessian(lambda w: w**2 * x, [w])
    jvp(lambda w: w * x, [w], [1.0])
    assert (w.data, w.grad, x.data, x.grad) == before


def test_function_may_read_the_inputs_from_outside() -> None:
    w, b = Value(2.0), Value(1.0)
    assert jacobian(lambda *_: w * w + b, [w, b]) == [[4.0, 1.0]]


def test_output_that_is_an_input_or_depends_on_none_has_slopes_1_and_0() -> None:
    for mode in ("forward", "reverse"):
        assert jacobian(lambda x, y: [x, Value(7.0)], [1.0, 2.0], mode=mode) == [[1.0, 0.0], [0, 0]]


def test_input_in_the_middle_of_a_graph_counts_as_a_start() -> None:
    x = Value(2.0)
    middle = x * x
    for mode in ("forward", "reverse"):
        assert jacobian(lambda m: [m * 3, m * m], [middle], mode=mode) == [[3.0], [8.0]]
    assert jvp(lambda m: m * 3, [middle], [1.0]) == (12.0, 3.0)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_branch_not_taken_adds_nothing_where_its_slope_is_infinite(mode: str) -> None:
    fn = lambda x, y: [engine.where(0.0, engine.sqrt(x), y), engine.maximum(engine.sqrt(x), y)]
    assert jacobian(fn, [0.0, 2.0], mode=mode) == [[0.0, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_chain_of_100_000_operations_needs_no_recursion(mode: str) -> None:
    def chain(x: Value) -> Value:
        for _ in range(100_000):
            x = x * 1.0
        return x

    assert jacobian(chain, [3.0], mode=mode) == [[1.0]]


@pytest.mark.parametrize("caller", [jacobian, hessian, lambda fn, xs: jvp(fn, xs, [1.0])])
@pytest.mark.parametrize(
    ("fn", "inputs", "error", "wording"),
    [
        (lambda x: x.data, [1.0], TypeError, "needs fn to return a Value or a list of Values, got float; return the results"),
        (lambda x: [x, 2.0], [1.0], TypeError, "got a list with float; return the results themselves, not their .data"),
        (lambda x: None, [1.0], TypeError, "got NoneType"),
        (lambda x: [], [1.0], ValueError, "at least one Value, got an empty list"),
        (lambda x: x, 1.0, TypeError, r"needs a list of inputs, got 1.0; write a single one as \[x\]"),
        (lambda x: x, Value(1.0), TypeError, r"needs a list of inputs, got Value.*as \[x\]"),
        (lambda x: x, ["a"], TypeError, "one real number"),
    ],
)  # fmt: skip
def test_what_is_not_a_function_of_numbers_is_refused(caller, fn, inputs, error, wording) -> None:
    with pytest.raises(error, match=wording):
        caller(fn, inputs)


def test_same_value_as_two_inputs_is_refused() -> None:
    x = Value(1.0)
    with pytest.raises(ValueError, match="jacobian got the same Value as two inputs; make a Value"):
        jacobian(lambda a, b: a * b, [x, x])


def test_unknown_mode_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'auto', 'reverse', 'forward', got 'backwards'"):
        jacobian(lambda x: x, [1.0], mode="backwards")


def test_hessian_of_several_outputs_is_refused() -> None:
    with pytest.raises(TypeError, match="hessian needs fn to return one Value, got 2; add them up"):
        hessian(lambda x: [x, x * x], [1.0])


def test_jvp_needs_a_tangent_per_input() -> None:
    with pytest.raises(ValueError, match="one tangent per input, got 1 for 2"):
        jvp(lambda x, y: x * y, [1.0, 2.0], [1.0])


def test_inside_no_grad_is_refused_instead_of_giving_zeros() -> None:
    wording = r"differentiates what is recorded; call it outside no_grad\(\)"
    with engine.no_grad(), pytest.raises(ValueError, match=wording):
        jacobian(lambda x: x * x, [3.0])


def test_inside_a_compiled_function_is_refused() -> None:
    def loss(x: Value) -> Value:
        return x * jacobian(lambda a: a * a, [2.0])[0][0]

    with pytest.raises(engine.RecordingError, match=r"engine.jacobian\(\) inside a compiled"):
        engine.compile(loss)(1.0)
