"""Pictures of gradient graphs: `draw`, and `draw_dot` as micrograd has it."""

from engine.draw.picture import Picture, draw
from engine.draw.records import draw_dot

__all__ = ["Picture", "draw", "draw_dot"]
