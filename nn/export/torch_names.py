"""Names in Python for layers, parameters and numbers, whatever they are called here."""

from __future__ import annotations

import keyword
import re
import unicodedata

# What a module of PyTorch has already, or the source uses itself.
TAKEN = (
    "T add_module apply bfloat16 buffers call_super_init children compile cpu cuda device double "
    "dtype dump_patches eval extra_repr float forward functional get_buffer get_parameter "
    "get_submodule half ipu load_state_dict model modules mtia named_buffers named_children "
    "named_modules named_parameters nn parameters register_buffer register_module "
    "register_parameter requires_grad_ self set_submodule share_memory state_dict to to_empty "
    "torch train training type value x xpu zero_grad"
)


class Names:
    """Gives each thing a name of its own.

    Args:
        taken: names that nothing may have, with spaces between them.
    """

    def __init__(self, taken: str = TAKEN) -> None:
        self._taken = set(taken.split())

    def __call__(self, wanted: str) -> str:
        """Return a name like `wanted` that is not taken yet, and take it."""
        name = identifier(wanted)
        n = 2
        found = f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name
        while found in self._taken:
            found, n = f"{name}_{n}", n + 1
        self._taken.add(found)
        return found


def identifier(text: str) -> str:
    """Return a text as a name of Python: what may not be in one becomes an underscore."""
    plain = unicodedata.normalize("NFKC", text)
    letters = [x if f"a{x}".isidentifier() else "_" for x in plain]
    name = re.sub("__+", "_", "".join(letters)).rstrip("_")[:40]
    return name if name.isidentifier() else f"_{name}".rstrip("_") or "value"


def layer_name(path: str, alone: str) -> str:
    """Return what a layer is called: "layer1" is the first of a network's, as in pictures.

    Args:
        path: where it is in the model, such as "encoder.layers.0".
        alone: what it is called if it is the whole model.
    """
    name = re.sub(r"(?:^|(?<=\.))layers\.(\d+)", lambda m: f"layer{int(m[1]) + 1}", path)
    name = re.sub(r"(?:^|(?<=\.))neurons\.(\d+)", lambda m: f"neuron{int(m[1]) + 1}", name)
    return name.replace(".", "_") or alone


def one_line(text: str) -> str:
    """Return a text for a comment: what would end the line becomes a space."""
    return "".join(x if x.isprintable() else " " for x in text)
