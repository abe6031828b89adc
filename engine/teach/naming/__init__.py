"""Which fault explains what was seen."""
