"""What `fit` is given: its settings, checked, and a model whose parameters stay the same ones."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import Value, leaves
from nn.checks import number, whole_number
from nn.data.samples import Samples
from nn.layers import Neuron
from nn.metrics import outputs_of
from nn.module import Module, check_callable, some
from nn.optim import Optimizer
from nn.parameters import kept_results, modules_in


def check_model(model: object, X: object) -> None:
    """Check that a model is a module, and comes first.

    Raises:
        TypeError: it is not, or does not, or cannot be called.
    """
    if isinstance(model, Module):
        check_callable(model)
        return
    if isinstance(X, Module):
        raise TypeError("the model comes first: nn.fit(model, X, y, …)")
    if isinstance(model, type):
        raise TypeError(
            f"fit needs a model, got the class {model.__name__}; make one first, such as "
            "nn.MLP(2, [16, 1])"
        )
    raise TypeError(
        f"fit needs a model that is an nn.Module, such as nn.MLP(2, [16, 1]), got a "
        f"{type(model).__name__}; a model of your own derives from it: class Net(nn.Module)"
    )


def validation_of(validation: object) -> float | tuple[Any, Any]:
    """Return a share of the samples, or the pair of others.

    Raises:
        TypeError: it is neither.
        ValueError: it is not two things.
    """
    wanted = "a share from 0 to below 1, or a pair (X, y)"
    if validation is None:
        return 0.0
    if isinstance(validation, (list, tuple)):
        if len(validation) != 2 or not all(hasattr(part, "__len__") for part in validation):
            raise ValueError(f"validation must be {wanted}, got {len(validation)} things")
        return validation[0], validation[1]
    return number(validation, "validation", wanted)


def numbers_of(y: Sequence[Any], numbers: Mapping[str, int]) -> list[int]:
    """Return the classes of samples held back as the numbers that those of y became.

    Raises:
        ValueError: one of them is not in y.
    """
    for i, target in enumerate(y):
        if target not in numbers:
            raise ValueError(
                f"validation has the class {target!r} for sample {i}, and y only "
                f"{', '.join(numbers)}"
            )
    return [numbers[target] for target in y]


def warn_of_shared(train: Samples, held_back: Samples, *, stacklevel: int) -> None:
    """Warn if a tenth of the samples to judge by, or more, are among those to train on.

    Where no column tells the samples apart, as in a truth table, nothing is said: samples are alike
    there without being the same.

    Args:
        train: to train on.
        held_back: to judge by.
        stacklevel: how many calls up the line of the user's code is.

    Warns:
        RuntimeWarning: they are.
    """
    different = max(len(set(column)) for column in zip(*train[0], strict=True))
    if different < 0.9 * len(train[0]):
        return
    known = {(tuple(x), str(y)) for x, y in zip(*train, strict=True)}
    shared = sum((tuple(x), str(y)) in known for x, y in zip(*held_back, strict=True))
    if shared >= max(2, 0.1 * len(held_back[0])):
        warnings.warn(
            f"{shared} of {len(held_back[0])} validation samples are among the training samples, "
            "so that they cannot show overfitting; keep them out of X and y, or let "
            "validation=0.2 hold some back",
            RuntimeWarning,
            stacklevel=stacklevel + 1,
        )


def patience_of(patience: object) -> int | None:
    """Return a number of epochs, or None.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is below 1.
    """
    if patience is None:
        return None
    epochs = whole_number(patience, "patience", least=-(10**9))
    if epochs < 1:
        raise ValueError(f"patience must be at least 1 epoch, or None, got {epochs}")
    return epochs


def callable_or_none(x: Any, name: str, what: str) -> Any:
    """Return a function, or None.

    Raises:
        TypeError: it is neither.
    """
    if x is not None and not callable(x):
        raise TypeError(f"{name} must be a function {what}, got {x!r}")
    return x


def path_or_none(checkpoint: Any) -> Path | None:
    """Return the path of a checkpoint, or None.

    Raises:
        TypeError: it is not a path.
        ValueError: it is empty.
    """
    if checkpoint is None:
        return None
    if not isinstance(checkpoint, (str, os.PathLike)):
        raise TypeError(f"checkpoint must be the path of a file, got {checkpoint!r}")
    if not os.fspath(checkpoint):
        raise ValueError("checkpoint must be the path of a file, got ''")
    return Path(checkpoint)


def monitor_of(monitor: Any, model: Module) -> Any:
    """Return a monitor of this model, or None.

    Raises:
        TypeError: it is not a monitor.
        ValueError: it watches another model.
    """
    if monitor is None:
        return None
    if isinstance(monitor, type) or not hasattr(monitor, "begin"):
        raise TypeError(f"monitor must be made for this model, nn.Monitor(model), got {monitor!r}")
    if monitor.model is not model:
        raise ValueError(
            f"the monitor watches another model, {monitor.model!r}; make one of this model: "
            "nn.Monitor(model)"
        )
    return monitor


# ---- the model and its parameters ----


def check_moved(parameters: Mapping[str, Value], optimizer: Optimizer) -> None:
    """Check that an optimizer moves the parameters of a model.

    Raises:
        ValueError: it moves none of them.

    Warns:
        RuntimeWarning: it moves Values that are no longer in the model, instead of those that are.
    """
    moved = {id(p) for p in optimizer.parameters}
    left = [name for name, p in parameters.items() if id(p) not in moved]
    if len(left) == len(parameters):
        raise ValueError(
            "the optimizer moves no parameter of this model; make it with model.parameters()"
        )
    own = {id(p) for p in parameters.values()}
    if left and not moved <= own:
        warnings.warn(
            f"the optimizer does not move {some(left)} of this model, but Values that are not in "
            "it; where parameters were exchanged, make a new optimizer with model.parameters()",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )


def check_weights(model: Module) -> None:
    """Check that the weights of neurons are Values.

    Warns:
        RuntimeWarning: one is a plain number.
    """
    for module in modules_in(model):
        for i, weight in enumerate(module.weights if isinstance(module, Neuron) else ()):
            if not isinstance(weight, Value):
                warnings.warn(
                    f"weights[{i}] of a {module!r} is a plain number, {weight!r}, and will not be "
                    f"trained; to set the number of a weight, write weights[{i}].data = {weight!r}",
                    RuntimeWarning,
                    stacklevel=6,  # the caller of fit
                )
                return


def call_once(model: Module, sample: Sequence[float], parameters: Mapping[str, Value]) -> Any:
    """Return a model's answer, once it is clear that calling it leaves its parameters alone.

    Raises:
        ValueError: a call adds, exchanges or removes a parameter.

    Warns:
        RuntimeWarning: what looks like a parameter is the result of an operation.
    """
    before = kept_results(model)
    check_weights(model)
    answer = model(sample)  # type: ignore[operator]
    check_unchanged(model, parameters, "when the model was called")
    # An activation that is kept is another one after each call; this is a weight made too cleverly.
    now = kept_results(model)
    fixed = [name for name, value in before.items() if now.get(name) is value]
    if fixed:
        warnings.warn(
            f"{some(fixed)} of {model!r} will not be trained, since an operation made it; make a "
            "leaf of it: Value(number)",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )
    elif hidden := hidden_leaves(model, sample, answer, parameters):
        warnings.warn(
            f"{model!r} computes with {some(hidden)} that it does not have as parameters, and that "
            "will not be trained; set each as an attribute of a Module, or in a list of one, "
            "without a _ in front; or use a plain number",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )
    return answer


def hidden_leaves(
    model: Module, sample: Sequence[float], answer: Any, parameters: Mapping[str, Value]
) -> list[str]:
    """Return the labels of leaves that a model computes with in each call but does not have.

    Such as those of a layer in a closure; a leaf that is another one in each call is a constant.
    """
    own = {id(p) for p in parameters.values()}

    def others(answer: Any) -> dict[int, Value]:
        return {id(x): x for x in leaves(*outputs_of(answer)) if id(x) not in own}

    first = others(answer)
    second = others(model(sample)) if first else {}  # type: ignore[operator]
    return [x.label or repr(x) for i, x in first.items() if second.get(i) is x]


def check_unchanged(model: Module, before: Mapping[str, Value], when: str) -> None:
    """Check that a model has the parameters that it had, whatever their numbers.

    Raises:
        ValueError: one was added, exchanged or removed.
    """
    now = dict(model.named_parameters())
    changed = [name for name in {**before, **now} if before.get(name) is not now.get(name)]
    if changed:
        raise ValueError(
            f"{some(changed)} of {model!r} was added, exchanged or removed {when}, so that the "
            "optimizer does not move it; make parameters in __init__ and set their .data, and give "
            "what is not a parameter a name that begins with _"
        )
