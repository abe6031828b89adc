"""Pictures of gradient graphs, at rest and in motion."""

from engine.draw.compare import snapshot
from engine.draw.frames import Frames, frames
from engine.draw.picture import Picture, draw, draw_dot
from engine.draw.player import Player, play

__all__ = ["Frames", "Picture", "Player", "draw", "draw_dot", "frames", "play", "snapshot"]
