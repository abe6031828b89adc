"""Frees graphs of any depth without recursion, where the stack is small: in WebAssembly.

Freeing a result frees its inputs, which frees theirs. CPython puts that off when its own stack runs
short, but the one that runs short here is the JavaScript engine's, which it cannot see.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.origin import Node

_to_free: list[object] = []
_freeing = False


def free_inputs(node: Node) -> None:
    """Take the inputs out of a result that is being freed, and free them one after the other.

    Each of them comes here in its turn, and only adds its own inputs to the list.
    """
    global _freeing
    try:
        x = node._a
        if x is not None and node.op is not None:
            _to_free.append(x)
            node._a = None
        x = node._b
        if x is not None:
            _to_free.append(x)
            node._b = None
        if not node._has_two_inputs:
            take_out_others(node)
    except AttributeError:  # an error in its making left it empty
        return
    del x  # else it would be freed after the loop
    if _to_free and not _freeing:
        _freeing = True
        try:
            while _to_free:
                _to_free.pop()
        finally:
            _freeing = False


def take_out_others(node: Node) -> None:
    """Take out the condition of `where`, or the inputs of what was made by hand."""
    if hasattr(node, "condition"):
        _to_free.append(node.condition)
        node.condition = 0.0
    inputs: object = node._da
    if isinstance(inputs, tuple):
        _to_free.extend(inputs)
        node._da = 0.0
