"""Pictures of gradient graphs, at rest and in motion."""

from engine.draw.frames import Frames, frames
from engine.draw.picture import Picture, draw, draw_dot

__all__ = ["Frames", "Picture", "draw", "draw_dot", "frames"]
