"""Stage 1: decide what is drawn: cards, edges, and what folds into one card."""
