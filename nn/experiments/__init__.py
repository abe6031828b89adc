"""What a person can try on a network: move a weight, draw the loss, grow it, train many."""
