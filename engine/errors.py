"""What can go wrong, by name; every message says what was required, what came and what to do."""


class DomainError(ValueError, ArithmeticError):
    """An operation was asked outside the numbers it is defined for, such as log(-1)."""


class NonFiniteError(ArithmeticError):
    """Inside `engine.strict()`, an operation gave inf or nan."""


class NonFiniteWarning(RuntimeWarning):
    """A gradient was asked of a number that is inf or nan, or through an infinite slope."""


class RecordingError(RuntimeError):
    """Code that `engine.compile` was given cannot be recorded once and replayed truly."""


class GradientMismatch(AssertionError):  # noqa: N818  says what was found
    """`check_gradients` found a gradient that central differences do not confirm."""
