"""Arguments by the names that other libraries have for them: micrograd's work, others are named."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

NAMES = {"nin": "n_inputs", "nout": "n_outputs", "nouts": "layer_sizes", "nonlin": "activation"}
NONLIN = {True: "relu", False: "linear"}

# What scikit-learn, Keras and PyTorch call it, by our name.
ELSEWHERE = {
    "learning_rate": "lr eta step_size learning_rate_init rate",
    "epochs": "n_epochs num_epochs nb_epoch epoch max_iter n_iter iterations steps n_steps",
    "batch_size": "batch minibatch minibatch_size bs batchsize",
    "loss": "criterion loss_fn loss_function objective",
    "optimizer": "optim opt optimiser solver",
    "validation": "validation_split validation_data validation_fraction val valid test_size",
    "on_step": "callback callbacks",
    "patience": "early_stopping n_iter_no_change",
    "progress": "verbose",
    "penalty": "regularizer kernel_regularizer regularization l2 weight_decay",
    "seed": "random_state rng generator",
    "rng": "seed random_state generator",
    "activation": "activation_fn nonlinearity act",
    "output": "output_activation out_activation final_activation",
    "layer_sizes": "hidden_layer_sizes hidden hidden_sizes units layers sizes",
    "n_inputs": "in_features input_dim input_size input_shape n_in n_features",
    "n_outputs": "out_features output_dim output_size units n_out",
    "bias": "use_bias fit_intercept b",
    "init": "kernel_initializer initializer weight_init",
    "epsilon": "eps",
    "dropout": "dropout_rate p",
    "betas": "beta beta1 beta2 beta_1 beta_2",
    "decay": "alpha rho",
    "clip_norm": "clipnorm max_grad_norm grad_clip",
    "clip_value": "clipvalue",
    "max_norm": "clip_norm norm",
    "limit": "clip_value max_value",
    "strength": "lambda_ lam alpha weight c",
    "every": "step_size period",
    "factor": "gamma decay",
    "steps": "T_max total_steps total_iters warmup_steps n_steps",
    "end": "eta_min end_factor min_lr",
    "rate": "lr learning_rate initial_learning_rate p dropout_rate",
    "n_samples": "n size samples",
    "noise": "std sigma",
    "y": "targets labels target Y",
    "X": "x data inputs samples",
    "compiled": "compile jit",
    "checkpoint": "checkpoint_path",
}

# What PyTorch, Keras and scikit-learn have a class for, and what it is here.
CLASSES_ELSEWHERE = {
    "Linear Dense Perceptron": "nn.Layer(2, 3, activation='linear')",
    "Sequential MLPClassifier MLPRegressor": "nn.MLP(2, [16, 1]), or a Module that calls layers",
    "Parameter Variable": "an engine.Value among the attributes of a Module",
    "ReLU LeakyReLU GELU Tanh Sigmoid Softplus functional": (
        "an activation by name, nn.Layer(2, 3, activation='tanh'), or a function, engine.tanh"
    ),
    "Softmax LogSoftmax CrossEntropyLoss NLLLoss": "nn.cross_entropy, which applies softmax itself",
    "ModuleList ModuleDict ParameterList ParameterDict": "a list or a dictionary",
    "MSELoss": "nn.mean_squared_error",
    "BCELoss BCEWithLogitsLoss": "nn.binary_cross_entropy, which applies sigmoid itself",
    "HingeEmbeddingLoss MultiMarginLoss": "nn.hinge",
    "RMSprop": "nn.RMSProp",
}


def class_elsewhere(name: str) -> str | None:
    """Return what a class of another library is here, or None."""
    return next((ours for names, ours in CLASSES_ELSEWHERE.items() if name in names.split()), None)


def with_micrograd_names(init: Callable[P, None]) -> Callable[P, None]:
    """Return an `__init__` that also takes `nin`, `nout`, `nouts` and `nonlin`.

    Example:
        >>> from nn import Neuron
        >>> Neuron(nin=2, nonlin=False)
        Neuron(2 → 1, linear)
    """

    @wraps(init)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        for old, new in NAMES.items():
            if old in kwargs:
                if new in kwargs:
                    raise TypeError(f"{old} is micrograd's name of {new}; give one of the two")
                given = kwargs.pop(old)
                kwargs[new] = NONLIN[bool(given)] if old == "nonlin" else given
        init(*args, **kwargs)

    return wrapper


def says_how(example: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator after which a call with wrong arguments is answered with a right one.

    Args:
        example: a right call.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                found = wrong_argument(signature, list(kwargs)) or str(error)
                name = function.__qualname__.removesuffix(".__init__")
                raise TypeError(f"{name}: {found}; write {example}") from None
            return function(*args, **kwargs)

        return wrapper

    return decorate


def made_as(example: str) -> Callable[[type[T]], type[T]]:
    """Return the decorator of a class that `says_how` is of a function."""

    def decorate(kind: type[T]) -> type[T]:
        setattr(kind, "__init__", says_how(example)(kind.__init__))  # noqa: B010
        return kind

    return decorate


def wrong_argument(signature: inspect.Signature, given: list[str]) -> str | None:
    """Return which of the named arguments a function does not have, and what it has instead."""
    known = [name for name in signature.parameters if name != "self"]
    for name in given:
        if name not in known:
            instead = our_name(name, known)
            return f"there is no {name}, it is called {instead}" if instead else (
                f"there is no {name}, only {', '.join(known)}"
            )  # fmt: skip
    return None


def our_name(name: str, known: list[str]) -> str | None:
    """Return which of the known names someone means by another, or None."""
    for ours in known:
        if name in ELSEWHERE.get(ours, "").split():
            return ours
    return next(iter(get_close_matches(name, known, n=1)), None)


class KnownAttributes:
    """Base of what takes no attribute that it has not had from the start.

    So a misspelt setting is an error, and not a number that nothing reads. A class of your own
    may add attributes; it cannot give one the name that another library has for ours.
    """

    _made = False

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        is_new = name not in vars(self) and not hasattr(kind, name) and name[0] != "_"
        if self._made and is_new:
            known = [*filter(lambda known: known[0] != "_", vars(self)), *settable(kind)]
            instead = our_name(name, known)
            elsewhere = ELSEWHERE.get(instead or "", "").split()
            # One more parameter or module is found, and trained.
            is_part = hasattr(value, "backward") or hasattr(value, "parameters")
            is_ours = kind.__module__.partition(".")[0] == "nn"
            if (is_ours and (instead or not is_part)) or (name in elsewhere and not is_part):
                what = f"it is called {instead}" if instead else f"only {', '.join(known)}"
                raise AttributeError(f"{kind.__name__} has no {name} to set; {what}")
        super().__setattr__(name, value)


def settable(kind: type) -> list[str]:
    """Return the properties of a class and its bases that can be set."""
    found = {name: x for base in kind.__mro__ for name, x in vars(base).items()}
    return [name for name, x in found.items() if isinstance(x, property) and x.fset]
