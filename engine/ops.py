"""The one table: what every operation computes and how fast its result moves with each input.

A row is text in `a` and `b` (the inputs), `c` (a condition, which no gradient enters), `out` (the
result), `inf` and the functions of `math`. Everything else in the project reads these rows: the
operators of `Value` and the functions of `engine` are generated from them by

    python -m engine

and gradients of gradients, pictures, explanations, checks and tests read the same text.

To add an operation, add its row and run that command; or, for one notebook or script alone, call
`engine.define`.
"""

from __future__ import annotations

from functools import partial


class Op:
    """One row of the table.

    Attributes:
        name: its name in `OPS`, and of its method and function.
        symbol: what pictures and explanations print.
        forward: the result, as text.
        slopes: the local derivatives ∂out/∂a and ∂out/∂b, as text.
        domain: where `forward` is defined, as a condition; empty if everywhere.
        smooth: where the slopes are true two-sided derivatives; empty if all over the domain.
        remedy: what to do outside the domain; `{a}` and `{b}` stand for the inputs' names.
        activation: whether neurons may use it by name.
        method: whether Values have it as a method or an operator; else only `engine` has it.
        defined: whether `engine.define` made it, so that only this process has it.
    """

    __slots__ = (
        "activation",
        "defined",
        "domain",
        "forward",
        "method",
        "name",
        "remedy",
        "slopes",
        "smooth",
        "symbol",
    )

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: str,
        *slopes: str,
        domain: str = "",
        smooth: str = "",
        remedy: str = "",
        activation: bool = False,
        method: bool = True,
        defined: bool = False,
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.forward = forward
        self.slopes = slopes
        self.domain = domain
        self.smooth = smooth
        self.remedy = remedy
        self.activation = activation
        self.method = method
        self.defined = defined

    @property
    def texts(self) -> tuple[str, ...]:
        """The forward text and the slopes after it."""
        return (self.forward, *self.slopes)

    @property
    def operator(self) -> str:
        """The name of what Python's `operator` module has for it, such as "truediv", or ""."""
        return "" if self.defined else PYTHON_OPERATORS.get(self.forward, "")

    @property
    def infix(self) -> str:
        """The sign that Python writes between its inputs, such as "/"; "" for a function."""
        return self.forward.strip("ab ") if self.operator not in ("", "abs") else ""

    @property
    def definition(self) -> Definition:
        """The arguments of `engine.define` that make such a row."""
        definition: Definition = {
            "name": self.name,
            "forward": self.forward,
            "slopes": list(self.slopes),
        }
        options = {
            "symbol": "" if self.symbol == self.name else self.symbol,
            "domain": self.domain,
            "smooth": self.smooth,
            "remedy": self.remedy,
        }
        return definition | {name: text for name, text in options.items() if text}

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[object, ...]:
        # A copied or unpickled node must refer to the row of the table, not to a copy of it.
        if self.defined:
            return (find_defined, (self.definition,))
        return (find, (self.name,))

    def __deepcopy__(self, memo: dict[int, object]) -> Op:
        return self  # also where another of its name has been defined since


OPS: dict[str, Op] = {}
Definition = dict[str, "str | list[str]"]

# The forward texts that Python has an operator for.
PYTHON_OPERATORS = {
    "a + b": "add",
    "a - b": "sub",
    "a * b": "mul",
    "a / b": "truediv",
    "a % b": "mod",
    "a ** b": "pow",
    "-a": "neg",
    "abs(a)": "abs",
}


def op(
    name: str,
    symbol: str,
    forward: str,
    *slopes: str,
    domain: str = "",
    smooth: str = "",
    remedy: str = "",
    activation: bool = False,
    method: bool = True,
) -> Op:
    """Add a row to the table."""
    row = Op(
        name,
        symbol,
        forward,
        *slopes,
        domain=domain,
        smooth=smooth,
        remedy=remedy,
        activation=activation,
        method=method,
    )
    OPS[name] = row
    return row


# A row that is a function of `engine` and not a method of Value, which stays small.
function = partial(op, method=False)


def find(name: str) -> Op:
    """Return the built-in row called `name`.

    Raises:
        ValueError: there is none.
    """
    if name not in OPS or OPS[name].defined:
        raise ValueError(f"{name} is not in the table of operations, engine/ops.py; add its row")
    return OPS[name]


def find_defined(definition: Definition) -> Op:
    """Return the row that `engine.define` made with just these arguments.

    They come from a file, and are compared, never evaluated.

    Raises:
        ValueError: there is no such row; the message has the call that defines it.
    """
    if not (
        isinstance(definition, dict)
        and {"name", "forward"} <= set(definition)
        and isinstance(definition.get("slopes"), list)
    ):
        raise ValueError(f"not the definition of an operation: {definition!r}")
    name = str(definition["name"])
    row = OPS.get(name)
    if row is not None and row.definition == definition:
        return row
    found = "is not defined" if row is None else f"is another operation, {row.forward},"
    raise ValueError(f"{name} {found} here; run this first: {defining(definition)}")


def defining(definition: Definition) -> str:
    """Return the call of `engine.define` with these arguments, as a line to copy."""
    # Key by key: the user who copies the line may have got the file from somebody else.
    options = [
        f"{option}={quoted(definition[option])}"
        for option in ("symbol", "domain", "smooth", "remedy")
        if option in definition
    ]
    texts = [definition["name"], definition["forward"], *definition["slopes"]]
    return f"engine.define({', '.join([*map(quoted, texts), *options])})"


def quoted(text: object) -> str:
    """Return a text in quotes, as Python reads it."""
    shown = str(text)
    plain = shown.isprintable() and '"' not in shown and "\\" not in shown
    return f'"{shown}"' if plain else repr(shown)


# fmt: off
#            name          symbol     forward                         ∂out/∂a               ∂out/∂b
ADD     = op("add",        "+",       "a + b",                        "1.0",                "1.0")
SUB     = op("sub",        "−",       "a - b",                        "1.0",                "-1.0")
MUL     = op("mul",        "×",       "a * b",                        "b",                  "a")
DIV     = op("div",        "÷",       "a / b",                        "1 / b",              "-out / b",
             domain="b != 0", remedy="keep {b} away from zero, for example by adding a small positive number")
NEG     = op("neg",        "−",       "-a",                           "-1.0")
POW     = op("pow",        "**",      "a ** b",
             # 0.0 is the limit where b * a ** (b - 1) is 0 * inf; and nan ** 0 is 1, whatever the base.
             "0.0 if abs(b) <= 0 and not abs(a) > 1e-307 else 0.0 if abs(b) >= inf and abs(out) <= 0 else b * a ** (b - 1)",
             "0.0 if abs(out) <= 0 and a >= 0 else out * log(a)",
             domain="a > 0 or (b % 1 == 0 if a < 0 else b >= 0)", smooth="a > 0",
             remedy="keep {a} positive, or use a whole exponent (not a negative one if {a} can be zero)")
EXP     = op("exp",        "exp",     "exp(a)",                       "out")
LOG     = op("log",        "log",     "log(a)",                       "1 / a",
             domain="a > 0", remedy="keep {a} positive, for example with sigmoid or by adding a small positive number")
SQRT    = op("sqrt",       "√",       "sqrt(a)",                      "0.5 / out",
             domain="a >= 0", smooth="a > 0", remedy="keep {a} positive, for example by adding a small positive number")
SIN     = op("sin",        "sin",     "sin(a)",                       "cos(a)", activation=True)
COS     = op("cos",        "cos",     "cos(a)",                       "-sin(a)")
ERFC    = op("erfc",       "erfc",    "erfc(a)",                      "-1.1283791670955126 * exp(-a * a)")  # 2/√π
TANH    = op("tanh",       "tanh",    "tanh(a)",                      "1 - out * out", activation=True)
SIGMOID = op("sigmoid",    "σ",       "1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))", "out * (1 - out)", activation=True)
SOFTPLUS = op("softplus",  "softplus", "a + log1p(exp(-a)) if a > 0 else log1p(exp(a))",
             "1 / (1 + exp(-a)) if a >= 0 else exp(a) / (1 + exp(a))", activation=True)
RELU    = op("relu",       "ReLU",    "0.0 if a <= 0 else a",         "1.0 if a > 0 else 0.0",   smooth="a != 0", activation=True)
LEAKY_RELU = op("leaky_relu", "leaky ReLU", "a if a > 0 else 0.01 * a", "1.0 if a > 0 else 0.01", smooth="a != 0", activation=True)
GELU    = op("gelu",       "GELU",    "0.0 if a < -40 else 0.5 * a * erfc(-0.7071067811865476 * a)",  # a Φ(a); 1/√2 and 1/√(2π)
             "0.0 if a < -40 else 1.0 if a > 40 else 0.5 * erfc(-0.7071067811865476 * a) + 0.3989422804014327 * a * exp(-a * a / 2)", activation=True)
ABS     = op("abs",        "abs",     "abs(a)",                       "1.0 if a > 0 else -1.0 if a < 0 else 0.0", smooth="a != 0")
# At a tie each input gets half, as central differences do; nan in either input comes out as nan.
MAXIMUM = op("maximum",    "max",     "a if a > b else b if b >= a else a + b",
             "1.0 if a > b else 0.0 if a < b else 0.5", "0.0 if a > b else 1.0 if a < b else 0.5", smooth="a != b")
MINIMUM = op("minimum",    "min",     "a if a < b else b if b <= a else a + b",
             "1.0 if a < b else 0.0 if a > b else 0.5", "0.0 if a < b else 1.0 if a > b else 0.5", smooth="a != b")
WHERE   = op("where",      "where",   "a if c else b",                "1.0 if c else 0.0",  "0.0 if c else 1.0")
MOD     = op("mod",        "%",       "a % b",                        "1.0",                "1.0 if abs(out) >= inf else (out - a) / b",
             domain="b != 0", smooth="a % b != 0", remedy="keep {b} away from zero, for example by adding a small positive number")

# The rest of `math`.
TAN     = function("tan",   "tan",    "tan(a)",                       "1 + out * out")
ASIN    = function("asin",  "asin",   "asin(a)",                      "1 / sqrt((1 - a) * (1 + a))",
                   domain="abs(a) <= 1", smooth="abs(a) < 1", remedy="keep {a} between -1 and 1, for example with tanh")
ACOS    = function("acos",  "acos",   "acos(a)",                      "-1 / sqrt((1 - a) * (1 + a))",
                   domain="abs(a) <= 1", smooth="abs(a) < 1", remedy="keep {a} between -1 and 1, for example with tanh")
ATAN    = function("atan",  "atan",   "atan(a)",                      "1 / (1 + a * a)")
SINH    = function("sinh",  "sinh",   "sinh(a)",                      "cosh(a)")
COSH    = function("cosh",  "cosh",   "cosh(a)",                      "sinh(a)")
ASINH   = function("asinh", "asinh",  "asinh(a)",                     "1 / hypot(1, a)")
ACOSH   = function("acosh", "acosh",  "acosh(a)",                     "1 / (sqrt(a - 1) * sqrt(a + 1))",
                   domain="a >= 1", smooth="a > 1", remedy="keep {a} above 1, for example with 1 + softplus")
ATANH   = function("atanh", "atanh",  "atanh(a)",                     "1 / ((1 - a) * (1 + a))",
                   domain="abs(a) < 1", remedy="keep {a} between -1 and 1, for example with tanh")
EXPM1   = function("expm1", "expm1",  "expm1(a)",                     "exp(a)")
LOG1P   = function("log1p", "log1p",  "log1p(a)",                     "1 / (1 + a)",
                   domain="a > -1", remedy="keep {a} above -1, for example with softplus")
LOG2    = function("log2",  "log2",   "log2(a)",                      "1.4426950408889634 / a",  # 1/ln 2
                   domain="a > 0", remedy="keep {a} positive, for example with sigmoid or by adding a small positive number")
LOG10   = function("log10", "log10",  "log10(a)",                     "0.4342944819032518 / a",  # 1/ln 10
                   domain="a > 0", remedy="keep {a} positive, for example with sigmoid or by adding a small positive number")
ERF     = function("erf",   "erf",    "erf(a)",                       "1.1283791670955126 * exp(-a * a)")  # 2/√π
# hypot rather than a * a + b * b, which overflows at 1e155 and underflows at 1e-163.
ATAN2   = function("atan2", "atan2",  "atan2(a, b)",                  "0.0 if hypot(a, b) >= inf else b / hypot(a, b) / hypot(a, b)",
                   "0.0 if hypot(a, b) >= inf else -a / hypot(a, b) / hypot(a, b)", smooth="a != 0 or b > 0")
HYPOT   = function("hypot", "hypot",  "hypot(a, b)",                  "0.0 if out <= 0 else sin(atan2(a, abs(b))) if out >= inf else a / out",
                   "0.0 if out <= 0 else sin(atan2(b, abs(a))) if out >= inf else b / out", smooth="a != 0 or b != 0")
# out - a is a multiple of b, so the quotient is the whole number that a / b was rounded to.
FMOD    = function("fmod",  "fmod",   "fmod(a, b)",                   "1.0",                "(out - a) / b",
                   domain="b != 0", smooth="a % b != 0", remedy="keep {b} away from zero, for example by adding a small positive number")
REMAINDER = function("remainder", "remainder", "remainder(a, b)",     "1.0",                "(out - a) / b",
                   domain="b != 0", smooth="a / b % 1 != 0.5", remedy="keep {b} away from zero, for example by adding a small positive number")
COPYSIGN = function("copysign", "copysign", "copysign(a, b)",         "0.0 if abs(a) <= 0 else copysign(1.0, a) * copysign(1.0, b)", "0.0",
                   smooth="a != 0 and b != 0")
FABS    = function("fabs",  "abs",    "fabs(a)",                      "1.0 if a > 0 else -1.0 if a < 0 else 0.0", smooth="a != 0")
DEGREES = function("degrees", "degrees", "degrees(a)",                "57.29577951308232")  # 180/π
RADIANS = function("radians", "radians", "radians(a)",                "0.017453292519943295")  # π/180
# fmt: on


if __name__ == "__main__":  # the command's name before 0.2; to be removed in the release after it
    import runpy
    import sys

    print("`python -m engine.ops` is deprecated; use `python -m engine`", file=sys.stderr)
    runpy.run_module("engine", run_name="__main__", alter_sys=True)
