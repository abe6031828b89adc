"""Which scopes are drawn as boxes around cards: the layers of a network."""

from __future__ import annotations

from engine.draw.scene.grouping import Group
from engine.tag import Tag


def box_of(group: Group) -> Tag | None:
    """Return the scope around a group's own, or None."""
    parent = group.tag.parent if group.tag is not None else None
    return parent if parent is not None and parent.name else None


def layers_of(groups: list[Group]) -> list[tuple[Tag, list[Group]]]:
    """Return the innermost scopes that hold groups, with those groups."""
    tags = [group.tag for group in groups if group.tag is not None]
    around = {outer: None for group in groups if (outer := box_of(group))}
    # A scope that holds another box would overlap it.
    for outer in list(around):
        if outer.parent is not None:
            around.pop(outer.parent, None)
    inside: dict[Tag, list[Group]] = {tag: [] for tag in around}
    for group in groups if tags else ():
        for tag in (group.tag, box_of(group)):
            if tag in inside:
                inside[tag].append(group)
    return list(inside.items())
