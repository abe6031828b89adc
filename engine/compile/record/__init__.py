"""Stage 1: run the function once and write down its operations."""
