"""Neurons, layers and networks of explicit weight and bias Values, and what trains them."""
