"""Onward: a model as source of PyTorch, or as a file for ONNX.

These are the public functions. They import what they need when they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine import Value

if TYPE_CHECKING:
    from nn.module import Module

__all__ = ["onnx", "torch_source"]


def torch_source(model: Module | Value, *, sample: Sequence[float] | float | None = None) -> str:
    """Return PyTorch source that does the same, to read beside ours.

    A model becomes an `nn.Module` with an `nn.Linear` per layer, in 64 bits, and an instance of it,
    `model`, with the same weights to the last bit. It takes samples of any number, shape (…,
    n_inputs), and returns a number for each where ours returns one Value, else (…, n_outputs).
    What a class of your own computes outside its layers is written number by number. Outputs and
    gradients differ from ours by rounding: PyTorch adds weighted sums in another order.

    Of a Value, its graph is written node by node: each Value is a tensor of the same name, whose
    data and grad after the last line are those that `backward()` gives.

    Args:
        model: a model, or a Value, such as a loss.
        sample: what a model takes that does not say its `n_inputs`: a list of numbers, or a number.

    Raises:
        TypeError: it is neither.
        ValueError: an operation is one that PyTorch lacks or that was made by hand, a weight is inf
            or nan, or the graph is stale; the message names it.
        RecordingError: the model decides by a number in Python, draws random numbers, or does
            something else that is not an operation.

    Example:
        >>> import engine, nn
        >>> x = engine.Value(2.0, "x")
        >>> print(nn.export.torch_source(engine.tanh(x * 0.5)))
        # Written by glassgrad: a tensor for each Value, with the same name.
        import torch
        <BLANKLINE>
        x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        v2 = x * 0.5
        v3 = torch.tanh(v2)
        <BLANKLINE>
        for value in [v2, v3]:
            value.retain_grad()  # PyTorch keeps those of leaves only
        v3.backward()
    """
    if isinstance(model, Value):
        from nn.export.torch_graph import graph_source

        return graph_source(model)
    from nn.export.recorded import recorded
    from nn.export.torch_module import module_source

    return module_source(recorded(model, sample, dropout=True))


def onnx(
    model: Module,
    path: str | Path,
    *,
    sample: Sequence[float] | float | None = None,
    dtype: str = "float64",
    metadata: Mapping[str, object] | None = None,
) -> Path:
    """Write a model as an ONNX file, for onnxruntime and whatever else reads opset 13.

    Its input `x` has the shape (n_samples, n_inputs), for any number of samples; its output `y` is
    what `nn.predict` gives: (n_samples,) where the model returns one Value, else (n_samples,
    n_outputs). It evaluates: dropout is left out. In 64 bits onnxruntime agrees to about 1e-12;
    many other runtimes, of browsers, phones and GPUs, compute in 32 bits only, to about 1e-6 of the
    largest numbers in between.

    Args:
        model: a model.
        path: the file, which ends in .onnx; replaced only once the new one is complete.
        sample: what a model takes that does not say its `n_inputs`: a list of numbers, or a number.
        dtype: of its numbers: "float64" or "float32".
        metadata: what to keep in the file's metadata besides the names of columns and classes;
            texts as they are, anything else as JSON. If None, the model's own.

    Returns:
        The path.

    Raises:
        ImportError: onnx is not installed.
        TypeError: it is not a model.
        ValueError: an operation is one that ONNX lacks, a weight is inf or nan, or the path does
            not end in .onnx; the message names it.
        RecordingError: the model decides by a number in Python, draws random numbers, or does
            something else that is not an operation.
        OSError: the file cannot be written; an older one stays as it was.
    """
    from nn.export.onnx_file import DTYPES, INSTALL, onnx_model, own_metadata, write_onnx
    from nn.export.recorded import recorded

    path = Path(path)
    if path.suffix.lower() != ".onnx":
        raise ValueError(f"an ONNX file ends in .onnx, got {path.name!r}; change the suffix")
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    found = recorded(model, sample, dropout=False)
    try:
        written = onnx_model(found, dtype, own_metadata(model, metadata))
    except ModuleNotFoundError as error:
        if error.name not in ("onnx", "numpy"):
            raise
        raise ModuleNotFoundError(INSTALL, name=error.name) from None
    return write_onnx(path, written)
