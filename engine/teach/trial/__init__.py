"""What an engine is tried on, and what was seen."""
