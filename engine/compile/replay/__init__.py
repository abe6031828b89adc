"""Stage 3: write the instructions as NumPy source or plain Python, and run them."""
