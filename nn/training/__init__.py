"""Training: one step, whole epochs, history and checkpoints."""
