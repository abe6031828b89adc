"""Measurements of speed and memory, run by hand: ratios depend on the machine, so no test times anything."""
