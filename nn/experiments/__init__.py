"""Experiments on a network: change a weight, draw the loss, grow it, train many."""
