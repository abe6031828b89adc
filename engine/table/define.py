"""Defines an operation of your own for this process: a row of the table, checked and compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine import functions
from engine.functions import FUNCTIONS, OPERATIONS
from engine.ops import OPS, Definition, Op, defining, find_defined
from engine.typed import overload
from engine.value import Value

TYPE_CHECKING = False


def define(
    name: str,
    forward: str,
    *slopes: str,
    symbol: str = "",
    domain: str = "",
    smooth: str = "",
    remedy: str = "",
) -> Operation:
    """Define an operation, and return it as a function of Values and plain numbers.

    It is a row of the table like the built-in ones: it can be drawn, explained, differentiated
    again and compiled, used by name in `parse` and `on_arrays`, and, if it has one input, as an
    activation by name in `nn`. The slopes are compared with central differences at many inputs.

    The same definition again changes nothing. Another one under the same name takes its place, and
    prints that it does; Values that the former one made keep it. What is pickled or saved has the
    definition in it, but only as a text to compare: before loading, call `define` with it.

    Args:
        name: what it is called; not the name of a built-in operation.
        forward: the result as a formula of the inputs a and, if there are two, b: numbers, inf,
            + - * / % **, the functions of Python's `math`, and `x if condition else y`.
        slopes: the local derivatives ∂out/∂a and, for two inputs, ∂out/∂b, as formulas that may
            use the result, `out`, too.
        symbol: what pictures print; the name if empty.
        domain: where the formula is defined, as a condition such as "a > 0"; elsewhere the
            operation raises a DomainError.
        smooth: where the slopes are true two-sided derivatives, such as "a != 0", if not all over
            the domain.
        remedy: what the DomainError advises; "{a}" and "{b}" become the names of the inputs.

    Raises:
        TypeError: a formula is not a text, or there are no slopes.
        ValueError: the name is taken or not a name; or a text is not a formula, uses a name that
            means nothing here, or a slope uses a function of math that has no row in the table.
        GradientMismatch: a slope is not what central differences give.

    Example:
        >>> import engine
        >>> cube = engine.define("cube", "a ** 3", "3 * a * a")
        >>> x = engine.Value(2.0, "x")
        >>> y = cube(x)
        >>> y.backward()
        >>> y.data, x.grad, cube(2.0), engine.formula(y)
        (8.0, 12.0, 8.0, 'cube(x)')
        >>> engine.define("cube", "a ** 3", "2 * a * a")
        Traceback (most recent call last):
        ...
        engine.errors.GradientMismatch: engine.define("cube", …): the slope ∂out/∂a = 2 * a * a is
        wrong at a = 1.27: out is 2.04838, the slope given 3.2258, the slope measured 4.8387;
        correct it, or if it is meant for some inputs only, name those in smooth
    """
    # Not needed to import the engine, and slow to import.
    from engine.table.check_definition import check_slopes, checked_row

    row = checked_row(
        name,
        forward,
        slopes,
        {"symbol": symbol, "domain": domain, "smooth": smooth, "remedy": remedy},
    )
    name = row.name
    former = OPS.get(name)
    if former is not None and former.definition == row.definition:
        return Operation.find(row.definition)
    check_slopes(row)
    if former is not None:
        print(f"{name} is redefined; graphs made before keep {defining(former.definition)}")
    operation = Operation(row)
    OPS[name] = row
    FUNCTIONS[name] = OPERATIONS[row] = operation
    return operation


class Operation(partial):  # type: ignore[type-arg]  # of all objects in C, the fastest to call
    """An operation that `engine.define` has made: a function of Values and plain numbers.

    Attributes:
        op: its row.
    """

    op: Op
    __name__: str
    __qualname__: str

    def __new__(cls, row: Op) -> Operation:
        """Return the function of a row."""
        from engine.table.generate import description

        operation = super().__new__(cls, compiled(row))
        operation.op = row
        operation.__name__ = operation.__qualname__ = row.name
        operation.__doc__ = description(row)
        return operation

    if TYPE_CHECKING:

        @overload
        def __call__(self, a: Value, b: Value | float = ...) -> Value: ...
        @overload
        def __call__(self, a: float, b: Value) -> Value: ...
        @overload
        def __call__(self, a: float, b: float = ...) -> float: ...
        def __call__(self, a: Value | float, b: Value | float = 0.0) -> Value | float:
            """Apply it."""

    @property
    def definition(self) -> Definition:
        """The arguments of the call of `engine.define` that made it, as texts."""
        return self.op.definition

    @staticmethod
    def find(definition: Definition) -> Operation:
        """Return the operation that was defined with just these arguments, in this process.

        They may come from a file: they are compared, never evaluated.

        Raises:
            ValueError: there is none; the message has the line that defines it.
        """
        return OPERATIONS[find_defined(definition)]  # type: ignore[return-value]

    def __repr__(self) -> str:
        inputs = ", ".join("ab"[: len(self.op.slopes)])
        return f"<operation {self.op.name}({inputs}) = {self.op.forward}>"

    def __reduce__(self) -> tuple[object, ...]:
        return (Operation.find, (self.definition,))

    def __deepcopy__(self, memo: dict[int, object]) -> Operation:
        return self  # also where another of its name has been defined since

    def __copy__(self) -> Operation:
        return self


def compiled(row: Op) -> Callable[..., Value | float]:
    """Return the function of a row, compiled from the source that built-in rows have too."""
    from engine.table.generate import indented, recorded_in_function

    inputs = ", ".join("ab"[: len(row.slopes)])
    source = f"def operation({inputs}):\n{indented(recorded_in_function(row))}"
    space = {**vars(functions), row.name.upper(): row, "__name__": __name__}
    exec(compile(source, f"<engine.define {row}>", "exec"), space)
    function: Callable[..., Value | float] = space["operation"]
    function.__name__ = function.__qualname__ = row.name
    return function
