"""A forward and a backward pass, step by step: frames and the player."""
