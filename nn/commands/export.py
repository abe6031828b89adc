"""`glassgrad export`: a trained network as source of PyTorch, or as a file for ONNX."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import engine
import nn
from nn.commands import CommandError, path_type, unwritable
from nn.commands.trained import Trained
from nn.data.cells import listed
from nn.export.torch_names import one_line

if TYPE_CHECKING:
    from engine import Value
    from nn.commands import Commands

SUFFIXES = {"torch": ".py", "onnx": ".onnx"}
DTYPES = ("float64", "float32")
EPILOG = """\
What `glassgrad train` wrote keeps its scales: the export takes features in their own units, in the
order of the file, and gives a quantity in its unit, or a score per class.

examples:
  glassgrad train flowers.csv
  glassgrad export out/flowers/model.json --to torch flowers.py
  glassgrad export out/flowers/model.json --to onnx flowers.onnx
"""


class Scaled(nn.Module):
    """A trained network with its scales."""

    def __init__(self, trained: Trained) -> None:
        self.network = trained.model
        self.n_inputs = len(trained.feature_names)
        self._trained = trained

    def __call__(self, x: Sequence[float]) -> Value | list[Value]:
        """Return the network's outputs for a sample in its own units."""
        return self._trained(x)


def add_to(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "export",
        help="write a trained model for PyTorch or ONNX",
        description="Write a trained model as PyTorch source, or as an ONNX file.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("model", type=path_type, help="the model.json that `glassgrad train` or model.save() wrote")
    add("out", type=path_type, metavar="OUT", help="the file to write: .py or .onnx")
    add("--to", choices=tuple(SUFFIXES), help="for what (default: told by OUT)")
    add("--dtype", choices=DTYPES, help="of the numbers in an ONNX file (float64)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, and print what it takes and gives."""
    path, out = arguments.model, arguments.out
    target = target_of(arguments)
    model, notes, metadata = read(path)
    try:
        if target == "torch":
            source = nn.export.torch_source(model)
            engine.write_atomically(out, "".join(f"# {line}\n" for line in notes) + source)
        else:
            dtype = arguments.dtype or "float64"
            nn.export.onnx(model, out, dtype=dtype, metadata=metadata)
    except OSError as error:
        raise unwritable(out, error) from None
    except (ValueError, engine.RecordingError) as error:
        raise CommandError(f"{path}: {error}") from None
    print("\n".join([f"written to {out}", *notes]))
    return 0


def read(path: Path) -> tuple[nn.Module, list[str], dict[str, object] | None]:
    """Return the model in a file, what it takes and gives in words, and its metadata.

    Raises:
        CommandError: there is no such file, or it is not one of a model.
    """
    try:
        model = nn.load(path)
        if "features" not in model.metadata:  # saved by hand: the network alone
            return model, [], None
        trained = Trained.load(path)
    except FileNotFoundError:
        raise CommandError(f"no such file: {path}") from None
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from None
    names = [one_line(name) for name in trained.feature_names]
    target, classes = one_line(trained.target_name), trained.class_names
    gives = target if classes is None else f"{target}, a score per class: {listed(classes)}"
    if classes is not None and len(classes) == 2:
        gives = f"{target}, a score: {classes[1]} if above 0, else {classes[0]}"
    metadata = {"features": names, "target": target, "classes": classes}
    notes = [f"takes {', '.join(names)}", f"gives {one_line(gives)}"]
    return Scaled(trained), notes, {key: x for key, x in metadata.items() if x is not None}


def target_of(arguments: argparse.Namespace) -> str:
    """Return what is written, "torch" or "onnx".

    Raises:
        CommandError: the suffix of the file says otherwise, or nothing.
    """
    suffix = arguments.out.suffix.lower()
    told = [target for target, known in SUFFIXES.items() if known == suffix]
    target: str = arguments.to or next(iter(told), "")
    if not told or told != [target]:
        wanted = SUFFIXES.get(target, " or ".join(SUFFIXES.values()))
        raise CommandError(f"OUT needs a file ending in {wanted}, got '{arguments.out}'")
    if arguments.dtype and target == "torch":
        raise CommandError("--dtype is for ONNX; in PyTorch write model.float() for 32 bits")
    return target
