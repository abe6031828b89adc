"""Pictures of gradient graphs."""

from engine.draw.picture import Picture, draw, draw_dot

__all__ = ["Picture", "draw", "draw_dot"]
