"""Writes a model as source of PyTorch: a class, then its weights to the last bit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nn.export.formulas import COMPARISONS, definition, has_class, number, tensor, translated
from nn.export.recorded import Recorded
from nn.export.steps import (
    Apply,
    Drop,
    Element,
    Linear,
    Many,
    Number,
    One,
    Row,
    Scalar,
    Stack,
    Step,
    Steps,
    Vector,
    depends_on_sample,
    inputs_of,
    names_in,
)
from nn.export.torch_names import Names, layer_name, one_line
from nn.export.torch_text import (
    WIDEST,
    Numbers,
    along_last_axis,
    listed,
    own,
    runs_in,
    subscript,
    wrapped,
)
from nn.export.vectors import steps_of


def module_source(found: Recorded) -> str:
    """Return the source of a class that does what a model does, and of an instance of it.

    Args:
        found: what was recorded of the model.

    Raises:
        ValueError: it has an operation that PyTorch lacks; the message names it.
    """
    return Source(found).text()


class Source:
    """Writes one model."""

    def __init__(self, found: Recorded) -> None:
        self.found = found
        self.steps: Steps = steps_of(found)
        self.names = Names()
        self.layers: dict[str, tuple[str, Linear]] = {}  # by path, with the name of each
        self.weights: dict[str, str] = {}  # the name of each parameter outside layers, by path
        self.constants: dict[tuple[float, ...], str] = {}
        self.drops: dict[int, tuple[str, float]] = {}  # by the id of each `nn.Dropout`
        own_ops = [x.op for x in self.steps.steps if isinstance(x, Apply) and has_class(x.op)]
        self.classes: dict[Row, str] = {
            op: self.names(f"{op.name}_function") for op in dict.fromkeys(own_ops)
        }
        self.kind = self.names(type(found.model).__name__)
        self._users: dict[str, list[Step | None]] = {}  # None is the result
        for step in (*self.steps.steps, None):
            for x in (self.steps.result,) if step is None else inputs_of(step):
                for name in names_in(x):
                    self._users.setdefault(name, []).append(step)
        self._values: dict[str, ast.expr] = {"x": ast.Name("x")}  # how variables are written
        for step in self.steps.steps:
            if isinstance(step, Linear) and step.path not in self.layers:
                name = self.names(layer_name(step.path, type(found.model).__name__.lower()))
                self.layers[step.path] = name, step
        for path in self.steps.weights:
            self.weights[path] = self.names(path.replace(".", "_"))

    def text(self) -> str:
        """Return the whole source."""
        forward = list(self._forward())
        made = list(self._made())
        functional = ["from torch.nn import functional"] * any("functional." in x for x in forward)
        definitions = [f"\n\n{definition(op, name)}" for op, name in self.classes.items()]
        n = self.found.width
        takes = "(…)" if n == 0 else f"(…, {n})"
        gives = f"(…, {len(self.found.outputs)})" if self.found.is_list else "(…)"
        lines = [
            "# Written by glassgrad. Its weights and biases are copies, to the last bit.",
            "import torch",
            "from torch import nn",
            *functional,
            *definitions,
            "",
            "",
            f"class {self.kind}(nn.Module):",
            f'    """x has the shape {takes}, the result {gives}: numbers of 64 bits."""',
            "",
            "    def __init__(self):",
            "        super().__init__()",
            *made,
            "",
            "    def forward(self, x):",
            *forward,
            "",
            "",
            f"model = {self.kind}()",
            *self._state(),
        ]
        if not self.found.model.training:
            lines.append("model.eval()")
        return "\n".join(lines) + "\n"

    # ---- what the module has ----

    def _made(self) -> Iterator[str]:
        for path, (name, step) in self.layers.items():
            n_out, n_in = len(step.weights), len(step.weights[0])
            bias = "" if step.biases is not None else ", bias=False"
            yield (
                f"        self.{name} = nn.Linear({n_in}, {n_out}{bias}, dtype=torch.float64)"
                f"  # {one_line(path) or 'the model'}"
            )
        for name in self.weights.values():
            yield f"        self.{name} = nn.Parameter(torch.empty((), dtype=torch.float64))"
        for values, name in self.constants.items():
            yield (
                f'        self.register_buffer("{name}", '
                f"torch.empty({len(values)}, dtype=torch.float64))"
            )
        for name, rate in self.drops.values():
            yield f"        self.{name} = nn.Dropout({rate!r})"

    def _state(self) -> Iterator[str]:
        state: dict[str, Numbers] = {}
        for name, step in self.layers.values():
            state[f"{name}.weight"] = step.weights
            if step.biases is not None:
                state[f"{name}.bias"] = step.biases
        state |= {self.weights[path]: x for path, x in self.steps.weights.items()}
        state |= {name: values for values, name in self.constants.items()}
        if not state:
            return
        yield "model.load_state_dict(\n    {"
        for name, numbers in state.items():
            yield f'        "{name}": torch.tensor({listed(numbers, 12)}, dtype=torch.float64),'
        yield "    }\n)"

    # ---- what it does ----

    def _forward(self) -> Iterator[str]:
        n = 0
        for step in self.steps.steps:
            value = self._value(step)
            if not self._is_written_inside(step, value):
                name = self.names(step.label or f"h{(n := n + 1)}")
                yield wrapped(f"        {name} = {ast.unparse(value)}", 12)
                value = ast.Name(name)
            self._values[step.out.name] = value
        result = self.steps.result
        yield wrapped(f"        return {ast.unparse(self.all_samples(result))}", 12)

    def _is_written_inside(self, step: Step, value: ast.expr) -> bool:
        """Return whether a value has no variable: sums inside an activation, what is returned."""
        users = self._users[step.out.name]
        is_comparison = isinstance(step, Apply) and step.op.name in COMPARISONS
        if len(users) > 1 or isinstance(users[0], Linear) or step.label:
            return False
        if users[0] is not None and isinstance(step.out, Scalar) and not is_comparison:
            return False
        return len(ast.unparse(value)) < WIDEST // 2

    def _value(self, step: Step) -> ast.expr:
        if isinstance(step, Linear):
            return ast.Call(own(self.layers[step.path][0]), [self.many(step.inputs)], [])
        if isinstance(step, Drop):
            if step.module not in self.drops:
                self.drops[step.module] = self.names("dropout"), step.rate
            name, _ = self.drops[step.module]
            return ast.Call(own(name), [self._any(step.inputs)], [])
        is_choice = step.op.name in ("take", "largest")
        inputs = []
        for x in step.inputs:
            value = self._any(x)
            single = depends_on_sample(x) and not isinstance(x, (Vector, Stack))
            if single and isinstance(step.out, Vector):
                value = ast.Call(ast.Attribute(value, "unsqueeze"), [ast.Constant(-1)], [])
            elif is_choice and isinstance(x, (Vector, Stack)):
                value = self.all_samples(x)
            inputs.append(value)
        return translated(step.op, inputs, self.classes)

    def _any(self, x: One | Many) -> ast.expr:
        return self.many(x) if isinstance(x, (Vector, Stack)) else self.one(x)

    def one(self, x: One) -> ast.expr:
        """Return a single number, or one for each sample."""
        if isinstance(x, Element):
            return subscript(self.many(x.vector), ast.Constant(x.index))
        if isinstance(x, Number):
            return number(x.value)
        return self._values[x.name] if isinstance(x, Scalar) else own(self.weights[x.path])

    def many(self, x: Many) -> ast.expr:
        """Return several numbers for each sample, or constants for all of them."""
        if isinstance(x, Vector):
            return self._values[x.name]
        if all(isinstance(item, Number) for item in x.items):
            values = tuple(item.value for item in x.items if isinstance(item, Number))
            if values not in self.constants:
                self.constants[values] = self.names("constants")
            return own(self.constants[values])
        runs = list(runs_in(x))
        neighbours = len(runs) < len(x.items) or len(runs) == 1
        if not neighbours or any(not isinstance(first, Element) for first, _ in runs):
            return self._many(x)
        parts = [self._run(first, n) for first, n in runs if isinstance(first, Element)]
        return parts[0] if len(parts) == 1 else along_last_axis("cat", parts)

    def _run(self, first: Element, n: int) -> ast.expr:
        """Return n elements of a vector, one after the other."""
        vector = self.many(first.vector)
        if n == first.vector.width:
            return vector
        bounds = ast.Slice(ast.Constant(first.index), ast.Constant(first.index + n))
        return subscript(vector, bounds)

    def _many(self, x: Stack) -> ast.expr:
        """Return single numbers put next to each other."""
        per_sample = depends_on_sample(x)
        items = [
            self.all_samples(item) if per_sample else tensor(self.one(item)) for item in x.items
        ]
        return along_last_axis("stack", items)

    def all_samples(self, x: One | Many) -> ast.expr:
        """Return something with the axes of the samples, if it is the same for all of them too."""
        value = self._any(x)
        if depends_on_sample(x):
            return value
        shape: ast.expr = ast.Attribute(ast.Name("x"), "shape")
        if isinstance(self.steps.inputs, Vector):
            shape = ast.Subscript(shape, ast.Slice(None, ast.Constant(-1)))
        sizes = [shape]
        if isinstance(x, Stack):
            sizes = [ast.Starred(shape), ast.Constant(len(x.items))]
        return ast.Call(ast.Attribute(tensor(value), "expand"), sizes, [])
