"""Numbers, names and operations in words, for pictures, explanations and messages."""
