"""What is not a number, where an operation is not defined, and calls that would lose a gradient."""
