"""The classes of errors; every message says what was required, what it got and what to do."""


class DomainError(ValueError, ArithmeticError):
    """An operation got an input outside its domain, such as log(-1)."""


class NonFiniteError(ArithmeticError):
    """Inside `engine.strict()`, an operation gave inf or nan."""


class NonFiniteWarning(RuntimeWarning):
    """backward() started at inf or nan, or met an infinite local derivative."""


class RecordingError(RuntimeError):
    """Code given to `engine.compile` cannot be recorded once and replayed faithfully."""


class StaleProgramError(RuntimeError):
    """A compiled function no longer does what was recorded of it."""


class GradientMismatch(AssertionError):  # noqa: N818  says what was found
    """`check_gradients` found a gradient that central differences do not confirm."""


class StaleGraphWarning(UserWarning):
    """A graph was used after numbers that it was computed from had been changed."""


class StaleGraphError(RuntimeError):
    """The same, inside `engine.strict()`."""
