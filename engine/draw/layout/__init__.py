"""Stage 2: give every card a position and every edge a route."""
