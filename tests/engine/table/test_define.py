"""An operation of your own: everything that a row of the table gives, and what is refused."""

import copy
import inspect
import math
import pickle
from collections.abc import Callable

import pytest

import engine
from engine import GradientMismatch, Operation, Value
from engine.guards.math_calls import lost_by
from engine.ops import OPS, Op
from engine.table.check_definition import check_slopes
from engine.table.check_row import check_row

pytestmark = pytest.mark.core

CUBE = ("cube", "a ** 3", "3 * a * a")
AREA = ("area", "a * b", "b", "a")


@pytest.fixture
def cube() -> Operation:
    return engine.define(*CUBE)


@pytest.fixture
def area() -> Operation:
    return engine.define(*AREA)


# ---- what it can do ----


def test_works_on_values_and_on_plain_numbers(cube: Operation) -> None:
    x = Value(2.0)
    y = cube(x)
    y.backward()
    assert (y.data, x.grad, y.inputs, cube(2.0), cube(2)) == (8.0, 12.0, (x,), 8.0, 8.0)


@pytest.mark.parametrize("given", [(2.0, Value(3.0)), (Value(2.0), 3), (Value(2.0), Value(3.0))])
def test_two_inputs_may_be_values_or_numbers(
    area: Operation, given: tuple[Value | float, ...]
) -> None:
    out = area(*given)
    out.backward()
    grads = [x.grad for x in given if isinstance(x, Value)]
    expected = [g for x, g in zip(given, (3.0, 2.0), strict=True) if isinstance(x, Value)]
    assert (out.data, grads, area(2.0, 3.0)) == (6.0, expected, 6.0)


def test_has_higher_derivatives(cube: Operation) -> None:
    x = Value(2.0)
    first = engine.grad(cube(x), x)
    second = engine.grad(first, x)
    assert (first.data, second.data, engine.grad(second, x).data) == (12.0, 12.0, 6.0)
    assert engine.check_gradients(cube, [0.7]) < 1e-8
    assert engine.hessian(lambda x: cube(x), [2.0])[0][0] == 12.0
    assert engine.jvp(lambda x: cube(x), [2.0], [1.0]) == (8.0, 12.0)


def test_is_drawn_explained_and_written(cube: Operation, area: Operation) -> None:
    x = Value(2.0, "x")
    out = area(cube(x), x)
    out.backward()
    assert engine.formula(out) == "area(cube(x), x)"
    assert "cube(x) = cube(2) = 8" in engine.tree(out)
    assert "/∂x = 3 × x × x = 3 × 2 × 2 = 12" in str(engine.explain(out, x))
    assert engine.explain(out, x).total == x.grad == 32.0
    assert ">cube</text>" in engine.draw(out, layout="builtin").svg


def test_symbol_is_what_pictures_print() -> None:
    square = engine.define("square", "a * a", "2 * a", symbol="sq")
    out = square(Value(3.0, "x"))
    assert engine.formula(out) == "sq(x)"
    assert ">sq</text>" in engine.draw(out, layout="builtin").svg


def test_can_be_parsed(cube: Operation, area: Operation) -> None:
    out = engine.parse("area(cube(x), 2) * x", {"x": 3.0})
    assert out.data == 162.0


def test_multiplication_stays_multiplication_beside_one_of_the_same_formula(
    area: Operation,
) -> None:
    out = engine.parse("x * y", {"x": 2.0, "y": 3.0})
    assert (str(out.op), engine.formula(out), engine.formula(area(*out.inputs))) == (
        "mul",
        "x × y",
        "area(x, y)",
    )


@pytest.mark.parametrize("backend", ["auto", "numpy", "python"])
def test_can_be_compiled(backend: str, cube: Operation, area: Operation) -> None:
    pytest.importorskip("numpy")
    w = Value(0.5)

    def loss(X: list[float]) -> Value:
        return sum(area(cube(w * x), w) for x in X)

    program = engine.compile(loss, backend=backend)
    found = program([1.0, 2.0, -3.0]), w.grad
    w.grad = 0.0
    out = loss([1.0, 2.0, -3.0])
    out.backward()
    assert found == pytest.approx((out.data, w.grad), rel=1e-14)


@pytest.mark.parametrize(
    "definition",
    [
        ("step", "1 if a > 0 else 0", "0"),
        ("leaky", "0.01 * a if a <= 0 else a", "0.01 if a <= 0 else 1"),
        ("clipped", "a if not a > 2 and a > -2 or a > 50 else 0", "1 if not a > 2 and a > -2 or a > 50 else 0"),
        ("whole", "1.0 * floor(a) + ceil(a / 2) - abs(trunc(a))", "0"),
        ("odd", "a % 3 + (-a) ** 2 / 3", "1 + 2 * a / 3"),
        ("swish", "a / (1 + exp(-a))", "(1 + exp(-a) + a * exp(-a)) / (1 + exp(-a)) ** 2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backend", ["numpy", "python"])
def test_conditions_and_functions_are_compiled_as_they_are_computed(
    definition: tuple[str, ...], backend: str
) -> None:
    pytest.importorskip("numpy")
    operation = engine.define(*definition)
    w = Value(1.0)
    program = engine.compile(lambda x: operation(w * x), backend=backend)
    for x in (-3.7, -1.2, 0.4, 1.9, 60.3):
        w.grad = 0.0
        found = program(x), w.grad
        w.grad = 0.0
        out = operation(w * x)
        out.backward()
        assert found == pytest.approx((out.data, w.grad), rel=1e-14)
        assert type(out.data) is float
        assert type(operation(x)) is float
    array = engine.on_arrays(definition[0])([0.4, 1.9])
    assert array.tolist() == pytest.approx([operation(0.4), operation(1.9)], rel=1e-14)
    assert array.dtype == float


def test_one_input_makes_it_an_activation(cube: Operation, area: Operation) -> None:
    assert engine.activations()["cube"] is cube
    assert "area" not in engine.activations()


def test_is_a_function_with_a_name_a_signature_and_a_docstring(
    cube: Operation, area: Operation
) -> None:
    assert (cube.__name__, cube.__qualname__) == ("cube", "cube")
    assert cube.__doc__ == "Apply cube.\n\nout = a ** 3\n∂out/∂a = 3 * a * a"
    assert [*inspect.signature(area).parameters] == ["a", "b"]
    assert repr(area) == "<operation area(a, b) = a * b>"
    with pytest.raises(TypeError, match=r"cube\(\) takes 1 positional argument but 2 were given"):
        cube(1.0, 2.0)


def test_results_are_of_the_users_class(cube: Operation, area: Operation) -> None:
    class Mine(Value):
        pass

    assert type(cube(Mine(2.0))) is type(area(2.0, Mine(1.0))) is Mine


def test_with_blocks_see_it(cube: Operation) -> None:
    with engine.no_grad():
        assert cube(Value(2.0)).op is None
    with engine.trace_lines():
        assert cube(Value(2.0)).made_at.startswith("test_define.py:")
    with engine.strict(), pytest.raises(engine.NonFiniteError, match="cube gave inf from 1e"):
        cube(Value(1e200))


def test_outside_its_domain_it_raises_with_the_remedy() -> None:
    half = engine.define(
        "half_log", "log(a) / 2", "0.5 / a", domain="a > 0", remedy="keep {a} positive"
    )
    with pytest.raises(
        engine.DomainError, match=r"half_log\(a\) needs a > 0, got a = -1 .*; keep w positive"
    ):
        half(Value(-1.0, "w"))
    with pytest.raises(engine.DomainError, match="half_log"):
        half(-1.0)


@pytest.mark.parametrize("backend", [None, "numpy", "python"])
def test_domain_may_be_smaller_than_where_python_raises(backend: str | None) -> None:
    inner = engine.define("inner", "a * a", "2 * a", domain="a > -2 and a ** 3 < 8")
    both = engine.define("both", "a * b", "b", "a", domain="a > b")
    w = Value(1.0)
    if backend is None:
        one, two = (lambda x: inner(w * x)), (lambda x: both(w, w * x))
    else:
        pytest.importorskip("numpy")
        one, two = (
            engine.compile(fn, backend=backend)
            for fn in (lambda x: inner(w * x), lambda x: both(w, w * x))
        )
    for x in (-1.0, 0.5):
        one(x), two(x)
    for x in (-2.0, 2.0, 3.0):
        with pytest.raises(engine.DomainError, match=r"inner\(a\) needs a > -2 and a \*\* 3 < 8"):
            one(x)
    with pytest.raises(engine.DomainError, match=r"a \* b needs a > b, got a = 1, b = 1"):
        two(1.0)
    assert math.isnan(inner(Value(math.nan)).data)
    assert math.isnan(inner(math.nan))


def test_function_of_math_without_a_row_may_be_defined_and_is_then_advised() -> None:
    next_one = engine.define("cbrt", "copysign(abs(a) ** (1 / 3), a)", "abs(out) / abs(a) / 3")
    assert next_one(Value(-8.0)).data == pytest.approx(-2.0)
    with pytest.raises(TypeError, match="use your own cbrt"):
        raise lost_by("cbrt")


# ---- defining again ----


def test_same_definition_again_changes_nothing(
    cube: Operation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engine.define("cube", "a**3", " 3*a*a") is cube
    assert capsys.readouterr().out == ""


def test_another_definition_replaces_it_with_a_notice(
    cube: Operation, capsys: pytest.CaptureFixture[str]
) -> None:
    x = Value(2.0, "x")
    out = cube(x)
    later = engine.define("cube", "a * a", "2 * a", symbol="□")
    assert capsys.readouterr().out == (
        'cube is redefined; graphs made before keep engine.define("cube", "a ** 3", "3 * a * a")\n'
    )
    assert (cube(2.0), later(2.0), engine.parse("cube(x)", {"x": 2.0}).data) == (8.0, 4.0, 4.0)
    assert engine.formula(out * later(x)) == "cube(x) × □(x)"


@pytest.mark.filterwarnings("ignore::engine.NonFiniteWarning")
def test_program_cuts_the_slope_of_the_operation_that_made_it() -> None:
    pytest.importorskip("numpy")
    options = {"domain": "a >= 0", "smooth": "a > 0"}
    root = engine.define("root", "sqrt(a)", "0.5 / out", **options)
    other = engine.define("root", "2 * sqrt(a)", "1 / sqrt(a)", **options)
    for backend in ("numpy", "python"):
        w, v = Value(4.0), Value(0.0)
        program = engine.compile(
            lambda w=w, v=v: root(w) + other(w) + (root(v) + other(v)) * 0.0, backend=backend
        )
        assert (program(), w.grad, v.grad) == (6.0, 0.75, 0.0)


def test_generated_code_is_of_built_in_rows_alone(cube: Operation) -> None:
    generate = pytest.importorskip("engine.table.generate")
    assert not any("cube" in text.lower() for text in generate.written().values())


def test_graph_made_before_keeps_its_operation(cube: Operation) -> None:
    pytest.importorskip("numpy")
    x = Value(2.0, "x")
    out = cube(x)
    later = engine.define("cube", "a * a", "2 * a")
    assert engine.grad(later(x), x).data == 4.0  # what is cached for one is not used for the other
    assert engine.grad(engine.grad(out, x), x).data == 12.0
    assert engine.grad(engine.grad(later(x), x), x).data == 2.0
    assert "3 × x × x" in str(engine.explain(out))
    assert copy.deepcopy(out).op is out.op
    assert engine.check_gradients(cube, [1.5]) < 1e-8
    for backend in ("numpy", "python"):
        w = Value(2.0)
        program = engine.compile(lambda w=w: cube(w) + later(w), backend=backend)
        assert (program(), w.grad) == (12.0, 16.0)
        assert program.graph.data == 12.0


def test_program_is_recorded_again_with_the_new_definition() -> None:
    pytest.importorskip("numpy")
    w = Value(2.0)
    space = {"cube": engine.define(*CUBE), "w": w}
    program = engine.compile(eval("lambda: cube(w)", space))
    assert program() == 8.0
    space["cube"] = engine.define("cube", "a * a", "2 * a")
    assert program() == 4.0


def test_wrong_new_definition_leaves_the_former_one(cube: Operation) -> None:
    with pytest.raises(GradientMismatch):
        engine.define("cube", "a * a", "3 * a")
    assert engine.activations()["cube"] is cube


# ---- what is refused ----


def test_wrong_slope_is_refused_with_the_input_where_it_differs() -> None:
    wording = (
        r'engine\.define\("cube", …\): the slope ∂out/∂a = 2 \* a \* a is wrong at a = 1\.27: out '
        r"is 2\.04838, the slope given 3\.2258, the slope measured 4\.8387; correct it"
    )
    with pytest.raises(GradientMismatch, match=wording):
        engine.define("cube", "a ** 3", "2 * a * a")
    with pytest.raises(GradientMismatch, match=r"∂out/∂b = b is wrong at a = 1\.27, b = "):
        engine.define("area", "a * b", "b", "b")
    assert "cube" not in OPS


def rows() -> list[Op]:
    return [row for name, row in OPS.items() if name != "where"]


@pytest.mark.parametrize("row", rows(), ids=str)
def test_slopes_of_every_built_in_row_are_confirmed(row: Op) -> None:
    check_slopes(row)
    check_row(row, "row")


@pytest.mark.parametrize("row", rows(), ids=str)
def test_slope_that_is_wrong_by_a_thousandth_is_found(row: Op) -> None:
    for i, slope in enumerate(row.slopes):
        if slope == "0.0":
            continue
        slopes = [*row.slopes[:i], f"1.001 * ({slope})", *row.slopes[i + 1 :]]
        wrong = Op("wrong", "", row.forward, *slopes, domain=row.domain, smooth=row.smooth)
        with pytest.raises(GradientMismatch, match=f"∂out/∂{'ab'[i]}"):
            check_slopes(wrong)


REFUSED: dict[str, tuple[tuple[object, ...], str]] = {
    "built_in": (("tanh", "a", "1"), r'define\("tanh", …\): tanh is built in; choose another'),
    "operator": (("add", "a", "1"), "add is built in"),
    "of_formulas": (("pi", "a", "1"), "pi has a meaning of its own"),
    "no_identifier": (("my op", "a", "1"), "must be one that a Python function can have.*'my op'"),
    "keyword": (("if", "a", "1"), "must be one that a Python function can have"),
    "no_text": (("f", math.exp, "1"), r"needs texts, such as .* as its forward"),
    "no_slope": (("f", "a ** 3"), "it needs 1 slope, ∂out/∂a, got 0"),
    "second_derivative": (("f", "a ** 3", "3 * a * a", "6 * a"), "second derivatives follow by"),
    "one_slope_of_two": (("f", "a * b", "b"), "needs 2 slopes, ∂out/∂a and ∂out/∂b, got 1"),
    "no_formula": (("f", "a **", "1"), r"forward is not a valid Python expression: a \*\*"),
    "null_byte": (("f", "a\0", "1"), "forward is not a valid Python expression"),
    "too_deep": (("f", "-" * 300 + "a", "1"), "forward nests too deeply"),
    "unknown_name": (("f", "a * k", "k"), "may use a, inf, abs and the functions of math, got k"),
    "row": (("f", "a * sigmoid(a)", "1"), r"got sigmoid in .*; write sigmoid\(a\) as 1 / "),
    "out_of_itself": (("f", "out * a", "1"), "got out in out"),
    "condition_of_where": (("f", "a if c else 0", "1"), "got c in"),
    "no_input": (("f", "2.0", "0"), "does not have the input a"),
    "no_row": (("f", "sin(a)", "gamma(a)"), "∂out/∂a uses gamma, which has no row of its own"),
    "attribute": (("f", "a.real", "1"), "but not a.real"),
    "call_of_lambda": (("f", "(lambda: a)()", "1"), "but not"),
    "builtin": (("f", "__import__('os')", "1"), "got __import__ in"),
    "no_call": (("f", "sin * a", "1"), "but not sin"),
    "too_many_inputs": (("f", "log(a, 2)", "1"), r"log takes 1 input, got 2 in log\(a, 2\)"),
    "condition": (("f", "a > 0", "0"), "needs a number where it has the condition a > 0"),
    "chain": (("f", "a if 0 < a < 1 else 0", "1"), "write 0 < a and a < 1, not 0 < a < 1"),
    "equality": (("f", "a if a == 0 else 0", "1"), r"write abs\(a\) <= 0, not a == 0"),
    "whole_number": (("f", "floor(a)", "0"), r"floor\(a\) gives 1 at a = 1\.27.*multiply by 1\.0"),
    "of_whole_numbers": (("f", "isqrt(a)", "1"), r"isqrt\(a\) has no result at a = 1\.27"),
    "hole": (("f", "sin(a) / a", "(cos(a) - out) / a"), 'is nan at a = 0; .*domain="a != 0"'),
    "hole_of_two": (("f", "a % b * 1", "1", "(out - a) / b"), 'b = 0; .*such as domain="b != 0"'),
    "no_domain": (("f", "log(a)", "1 / a"), r'nan at a = -1\.27; .*such as domain="a > 0"'),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    arguments, wording = REFUSED[what]
    before = dict(OPS)
    with pytest.raises((TypeError, ValueError), match=wording):
        engine.define(*arguments)  # type: ignore[arg-type]
    assert before == OPS


@pytest.mark.parametrize(
    ("option", "text", "wording"),
    [
        ("domain", "a >", "domain is not a valid Python expression"),
        ("domain", "a", "domain needs a condition, such as a > 0, got a"),
        ("domain", "a > 1e9", "could not be checked at any of the inputs tried"),
        ("smooth", "x != 0", "smooth may use a, inf, abs and the functions of math, got x"),
        ("remedy", "keep {x} positive", "remedy may have {a} and {b} in braces"),
        ("symbol", 3, "as its symbol"),
    ],
)
def test_option_is_refused(option: str, text: str, wording: str) -> None:
    with pytest.raises((TypeError, ValueError), match=wording):
        engine.define("f", "a", "1", **{option: text})


# ---- pickles ----


@pytest.mark.parametrize("pickled", [lambda y: y, lambda y: y.op, lambda y: engine.activations()])
def test_copies_and_pickles_have_the_same_row(
    cube: Operation, pickled: Callable[[Value], object]
) -> None:
    thing = pickled(cube(Value(2.0)))
    for again in (copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
        if isinstance(again, dict):
            assert again["cube"] is cube
        else:
            assert getattr(again, "op", again) is cube.op


def test_pickle_of_another_definition_is_refused(cube: Operation) -> None:
    y = cube(Value(2.0))
    kept = pickle.dumps(y)
    engine.define("cube", "a * a", "2 * a")
    wording = r'cube is .* a \* a, here; run this first: engine\.define\("cube", "a \*\* 3", "3 \* '
    for load in (lambda: pickle.loads(kept), lambda: pickle.loads(pickle.dumps(cube))):
        with pytest.raises(ValueError, match=wording):
            load()
    assert copy.deepcopy(cube) is cube
