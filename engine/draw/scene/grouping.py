"""Groups values that share a card in a folded picture, by the scopes they were made in."""

from __future__ import annotations

from engine.draw.scene.named_graph import NamedGraph
from engine.tag import Tag
from engine.value import Value

CROWD = 8  # labelled inputs of a single group, beyond which they are counted, not drawn


class Group:
    """Values that share a card.

    Attributes:
        title: what to call it.
        note: printed after its title.
        tag: the scope that its results were made in, or None.
        ops: its results of operations.
        leaves: the leaves drawn on its card.
        outputs: those of its results that others use, or that the picture is of.
        hidden: leaves of its own that are counted only.
        borrowed: parameters on other cards that it uses too.
    """

    __slots__ = ("borrowed", "hidden", "leaves", "note", "ops", "outputs", "tag", "title")

    def __init__(self, title: str, note: str = "", tag: Tag | None = None) -> None:
        self.title = title
        self.note = note
        self.tag = tag
        self.ops: list[Value] = []
        self.leaves: list[Value] = []
        self.outputs: list[Value] = []
        self.hidden: list[Value] = []
        self.borrowed: list[Value] = []

    @property
    def single(self) -> bool:
        """Whether it is one value only, drawn as a card of its own."""
        return self.tag is None and len(self.ops) + len(self.leaves) == 1


Homes = dict[int, Group]  # by id of the value


def grouped(graph: NamedGraph, *, fold_untagged: bool) -> tuple[list[Group], Homes]:
    """Return the groups of a graph, and the group of each of its values.

    Args:
        graph: what the picture is of.
        fold_untagged: let results made outside any scope share cards too, as far as they are
            connected.
    """
    order = graph.order
    homes: Homes = {}
    groups: list[Group] = []
    by_tag: dict[Tag, Group] = {}
    for node in order:
        if node.op is not None and is_named(node.scope):
            tag: Tag = node.scope  # type: ignore[assignment]
            if tag not in by_tag:
                by_tag[tag] = Group(graph.title(tag), graph.note(tag), tag)
                groups.append(by_tag[tag])
            by_tag[tag].ops.append(node)
            homes[id(node)] = by_tag[tag]
    untagged = [node for node in order if node.op is not None and id(node) not in homes]
    if fold_untagged:
        groups += connected_parts(graph, untagged, homes)
    else:
        for node in untagged:
            homes[id(node)] = Group(graph.label(node))
            homes[id(node)].ops.append(node)
            groups.append(homes[id(node)])
    groups += settled_leaves(graph, homes)
    for node in order:
        for x in node.inputs:
            if not isinstance(x, Value) or homes[id(x)] is homes[id(node)]:
                continue
            if x.op is not None:
                homes[id(x)].outputs.append(x)
            elif homes[id(x)].ops and not homes[id(node)].single:
                homes[id(node)].borrowed.append(x)
    for root in graph.roots:
        if root.op is not None:
            homes[id(root)].outputs.append(root)
    for group in groups:
        group.outputs = list({id(x): x for x in group.outputs}.values())
        group.borrowed = list({id(x): x for x in group.borrowed}.values())
    return groups, homes


def is_named(tag: Tag | None) -> bool:
    """Return whether a value was made inside a scope with a name."""
    return tag is not None and bool(tag.name)


def connected_parts(graph: NamedGraph, untagged: list[Value], homes: Homes) -> list[Group]:
    """Return a group for each connected part of `untagged`, and note it in `homes`.

    Results on both sides of a tagged group never share a card, or it would feed itself.
    """
    stage: dict[int, int] = {}
    for node in graph.order:
        stage[id(node)] = max(
            (
                stage[id(x)] + (id(x) in homes and id(node) not in homes)
                for x in node.inputs
                if isinstance(x, Value)
            ),
            default=0,
        )
    groups: list[Group] = []
    to_do = {id(node): node for node in untagged}
    neighbours: dict[int, list[Value]] = {}
    for node in untagged:
        for x in node.inputs:
            if isinstance(x, Value) and id(x) in to_do and stage[id(x)] == stage[id(node)]:
                neighbours.setdefault(id(node), []).append(x)
                neighbours.setdefault(id(x), []).append(node)
    for start in untagged:
        if id(start) in homes:
            continue
        group = Group("")
        homes[id(start)] = group
        stack = [start]
        while stack:
            node = stack.pop()
            group.ops.append(node)
            for other in neighbours.get(id(node), ()):
                if id(other) not in homes:
                    homes[id(other)] = group
                    stack.append(other)
        groups.append(group)
    index = {id(node): i for i, node in enumerate(graph.order)}
    for group in groups:
        group.ops.sort(key=lambda node: index[id(node)])
        label, count = graph.label(group.ops[-1]), f"{len(group.ops):,} ops"
        group.title, group.note = (label, count) if label else (count, "")
    return groups


def settled_leaves(graph: NamedGraph, homes: Homes) -> list[Group]:
    """Give each leaf a home: the card of what uses it, or one of its own, which is returned."""
    users: dict[int, dict[int, Group]] = {}  # groups by id, for each leaf
    partners: dict[int, set[tuple[int, int]]] = {}  # which group takes it, and times what
    for node in graph.order:
        group = homes.get(id(node))
        if group is None:
            continue
        for i, x in enumerate(node.inputs):
            if isinstance(x, Value) and x.op is None:
                users.setdefault(id(x), {})[id(group)] = group
                other = node.inputs[1 - i] if len(node.inputs) == 2 else None
                is_leaf = isinstance(other, Value) and other.op is None
                partners.setdefault(id(x), set()).add((id(group), id(other) if is_leaf else 0))
    leaves = [node for node in graph.order if node.op is None]
    load: dict[int, int] = {}
    for leaf in leaves:
        for group_id in users.get(id(leaf), ()):
            load[group_id] = load.get(group_id, 0) + 1
    own: dict[object, Group] = {}
    for leaf in leaves:
        label = graph.label(leaf)
        hosts = [g for g in users.get(id(leaf), {}).values() if not g.single]
        # A parameter lives where it is used most deeply: in its neuron, not in a penalty on all.
        host = min(hosts, key=lambda g: (-depth(g.tag), load[id(g)]), default=None)
        lone = len(users.get(id(leaf), ())) == 1
        if host is not None and (graph.is_parameter(leaf) or (lone and not label)):
            host.leaves.append(leaf)
            homes[id(leaf)] = host
        elif host is not None and lone and load[id(host)] > CROWD:
            host.hidden.append(leaf)
            homes[id(leaf)] = host
        else:
            # The same input of many samples has the same label and meets the same weights.
            key = (label, frozenset(partners.get(id(leaf), ())))
            if graph.is_parameter(leaf):
                key = (label, frozenset(((id(leaf), 0),)))
            home = own.setdefault(key, Group(label or "leaf"))
            home.leaves.append(leaf)
            homes[id(leaf)] = home
    return list(own.values())


def depth(tag: Tag | None) -> int:
    """Return how many scopes a tag is nested in, itself included."""
    found = 0
    while tag is not None:
        found += bool(tag.name)
        tag = tag.parent
    return found
