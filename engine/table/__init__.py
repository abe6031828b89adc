"""Readers of the table of operations: as functions of floats, and as generated source."""
