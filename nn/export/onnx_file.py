"""Writes a model as a file for ONNX: a node per layer and operation, for any number of samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import engine
from nn.export.onnx_nodes import Nodes
from nn.export.recorded import ONE_NUMBER, Recorded
from nn.export.steps import (
    Apply,
    Drop,
    Element,
    Linear,
    Many,
    Number,
    One,
    Scalar,
    Stack,
    Step,
    Vector,
    depends_on_sample,
)
from nn.export.torch_names import layer_name
from nn.export.vectors import steps_of
from nn.module import Module

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET, IR_VERSION = 13, 7  # of 2020: the oldest that has all that is used, so most runtimes read it
DTYPES = ("float64", "float32")
INPUT, OUTPUT = "x", "y"
INSTALL = 'an ONNX file needs onnx; run: pip install "glassgrad[export]"'


def onnx_model(found: Recorded, dtype: str, metadata: Mapping[str, object]) -> ModelProto:
    """Return what was recorded of a model as a model of ONNX, checked.

    Args:
        found: what was recorded.
        dtype: "float64" or "float32".
        metadata: what to keep in it; texts as they are, anything else as JSON.

    Raises:
        ValueError: it has an operation that ONNX lacks; the message names it.
    """
    import onnx
    from onnx import helper

    writer = Writer(found, dtype)
    writer.write()
    n = [] if found.width == ONE_NUMBER else [found.width]
    m = [len(found.outputs)] if found.is_list else []
    kind = writer.nodes.kind
    graph = helper.make_graph(
        writer.nodes.nodes,
        type(found.model).__name__,
        [helper.make_tensor_value_info(INPUT, kind, ["n_samples", *n])],
        [helper.make_tensor_value_info(OUTPUT, kind, ["n_samples", *m])],
        list(writer.nodes.constants.values()),
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="glassgrad",
        producer_version=own_version(),
        doc_string=str(found.model),
    )
    helper.set_model_props(
        model,
        {key: x if isinstance(x, str) else json.dumps(x) for key, x in metadata.items()},
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def write_onnx(path: str | Path, model: ModelProto) -> Path:
    """Write a file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    return engine.write_atomically(path, model.SerializeToString())


def own_metadata(model: Module, metadata: Mapping[str, object] | None) -> dict[str, object]:
    """Return what a file says of a model: its own metadata, or others, and names that it knows."""
    found = dict(model.metadata if metadata is None else metadata)
    if model._columns is not None:
        found.setdefault("columns", list(model._columns))
    if model._decision is not None:
        found.setdefault("decision", model._decision.to_dict())
    return found


def own_version() -> str:
    """Return the version that is installed, or "" where it runs from its source."""
    try:
        return version("glassgrad")
    except PackageNotFoundError:
        return ""


class Writer:
    """Writes one model: vectors have shape (n_samples, width), single numbers (n_samples, 1)."""

    def __init__(self, found: Recorded, dtype: str) -> None:
        self.found, self.steps, self.nodes = found, steps_of(found), Nodes(dtype)
        self._names = {self.steps.inputs.name: INPUT}
        self._weights: dict[str, str] = {}

    def write(self) -> None:
        """Write all nodes."""
        import numpy as np

        axis = self.nodes.constant([1], dtype=np.dtype("int64"))
        if isinstance(self.steps.inputs, Scalar):
            self._names[INPUT] = self.nodes.add("Unsqueeze", INPUT, axis)
        for step in self.steps.steps:
            self._names[step.out.name] = self._step(step)
        result = self._all_samples(self.steps.result)
        if self.found.is_list:
            self.nodes.add("Identity", result, name=OUTPUT)
        else:
            self.nodes.add("Squeeze", result, axis, name=OUTPUT)

    def _step(self, step: Step) -> str:
        if isinstance(step, Linear):
            return self._linear(step)
        if isinstance(step, Drop):  # it evaluates
            return self._any(step.inputs)
        return self._apply(step)

    def _linear(self, step: Linear) -> str:
        name = layer_name(step.path, type(self.found.model).__name__.lower())
        inputs = [self._any(step.inputs), self.nodes.constant(step.weights, f"{name}.weight")]
        if step.biases is not None:
            inputs.append(self.nodes.constant(step.biases, f"{name}.bias"))
        return self.nodes.add("Gemm", *inputs, transB=1)

    def _apply(self, step: Apply) -> str:
        if step.op.name == "largest":
            return self.nodes.add("ReduceMax", self._all_samples(step.inputs[0]), axes=[1])
        if step.op.name == "take":
            from onnx import TensorProto

            index, table = map(self._all_samples, step.inputs)
            whole = self.nodes.add("Cast", index, to=TensorProto.INT64)
            return self.nodes.add("GatherElements", table, whole, axis=1)
        return self.nodes.apply(step.op, tuple(map(self._any, step.inputs)))

    def _any(self, x: One | Many) -> str:
        """Return the name of what something is computed to."""
        import numpy as np

        if isinstance(x, (Vector, Scalar)):
            return self._names[x.name]
        if isinstance(x, Number):
            return self.nodes.constant([[x.value]])
        if isinstance(x, Element):
            index = self.nodes.constant([x.index], dtype=np.dtype("int64"))
            return self.nodes.add("Gather", self._names[x.vector.name], index, axis=1)
        if not isinstance(x, Stack):
            number = self.steps.weights[x.path]
            return self.nodes.constant([[number]], x.path)
        if all(isinstance(item, Number) for item in x.items):
            return self.nodes.constant([[i.value for i in x.items if isinstance(i, Number)]])
        vectors = {item.vector.name for item in x.items if isinstance(item, Element)}
        if len(vectors) == 1 and all(isinstance(item, Element) for item in x.items):
            wanted = [item.index for item in x.items if isinstance(item, Element)]
            index = self.nodes.constant(wanted, dtype=np.dtype("int64"))
            return self.nodes.add("Gather", self._names[vectors.pop()], index, axis=1)
        get = self._all_samples if depends_on_sample(x) else self._any
        return self.nodes.add("Concat", *map(get, x.items), axis=1)

    def _all_samples(self, x: One | Many) -> str:
        """Return the name of something with a line per sample, if it is the same for all too."""
        import numpy as np

        value = self._any(x)
        if depends_on_sample(x):
            return value
        shape = self.nodes.add("Shape", INPUT)
        first = self.nodes.constant([0], dtype=np.dtype("int64"))
        n_samples = self.nodes.add("Gather", shape, first)
        width = len(x.items) if isinstance(x, Stack) else 1
        widths = self.nodes.constant([width], dtype=np.dtype("int64"))
        return self.nodes.add("Expand", value, self.nodes.add("Concat", n_samples, widths, axis=0))
