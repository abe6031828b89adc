"""Optimisers against their published formulas, worked by hand, and against torch where it is."""

import inspect
import math
import pickle
from random import Random

import numpy as np
import pytest

import engine
import nn
from engine import Value
from nn import schedules


def moved(make, grads: list[float], start: float = 1.0) -> list[float]:
    """Return the parameter after each of several steps with the given gradients."""
    p = Value(start)
    optimizer = make([p])
    path = []
    for grad in grads:
        p.grad = grad
        optimizer.step()
        path.append(p.data)
    return path


def test_sgd_moves_by_rate_times_gradient() -> None:
    assert moved(lambda p: nn.SGD(p, learning_rate=0.1), [2.0, -1.0]) == [0.8, 0.9]


def test_momentum_keeps_a_part_of_the_last_movement() -> None:
    path = moved(lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.5), [2.0, 0.0, 0.0])
    assert path == pytest.approx([0.8, 0.7, 0.65])


def test_nesterov_looks_ahead() -> None:
    make = lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.5, nesterov=True)
    assert moved(make, [2.0, 0.0]) == pytest.approx([0.7, 0.65])


def test_rmsprop_divides_by_the_running_size_of_the_gradient() -> None:
    path = moved(lambda p: nn.RMSProp(p, learning_rate=0.1, decay=0.75, epsilon=0.0), [2.0])
    assert path == pytest.approx([1 - 0.1 * 2 / math.sqrt(0.25 * 4)])


@pytest.mark.parametrize("grad", [1e-6, 3.0, -1e6])
def test_first_step_of_adam_is_the_learning_rate_whatever_the_gradient(grad) -> None:
    path = moved(lambda p: nn.Adam(p, learning_rate=0.01, epsilon=0.0), [grad])
    assert path == pytest.approx([1 - math.copysign(0.01, grad)])


def test_second_step_of_adam_is_as_worked_by_hand() -> None:
    mean = (0.9 * 0.1 * 2.0 + 0.1 * -1.0) / (1 - 0.9**2)
    square = (0.999 * 0.001 * 4.0 + 0.001 * 1.0) / (1 - 0.999**2)
    first, second = moved(lambda p: nn.Adam(p, learning_rate=0.1), [2.0, -1.0])
    assert second == pytest.approx(first - 0.1 * mean / (math.sqrt(square) + 1e-8), rel=1e-14)


def test_adamw_decays_apart_from_the_gradient() -> None:
    make = lambda p: nn.AdamW(p, learning_rate=0.1, weight_decay=0.5)
    assert moved(make, [0.0]) == [1.0 * (1 - 0.1 * 0.5)]


OURS_AND_TORCHS = [
    (lambda p: nn.SGD(p, learning_rate=0.1), "SGD", {"lr": 0.1}),
    (lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.9), "SGD", {"lr": 0.1, "momentum": 0.9}),
    (
        lambda p: nn.SGD(p, learning_rate=0.1, momentum=0.9, nesterov=True),
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    ),
    (lambda p: nn.RMSProp(p, learning_rate=0.1), "RMSprop", {"lr": 0.1}),
    (lambda p: nn.Adam(p, learning_rate=0.1), "Adam", {"lr": 0.1}),
    (lambda p: nn.AdamW(p, learning_rate=0.1), "AdamW", {"lr": 0.1}),
]


@pytest.mark.parametrize(("make", "name", "settings"), OURS_AND_TORCHS)
def test_optimiser_moves_as_torchs_does(make, name, settings) -> None:
    torch = pytest.importorskip("torch")
    rng = Random(0)
    grads = [rng.gauss(0, 1) for _ in range(20)]
    p = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([p], **settings)
    theirs = []
    for grad in grads:
        p.grad = torch.tensor(grad, dtype=torch.float64)
        optimizer.step()
        theirs.append(p.item())
    assert moved(make, grads) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("make", [row[0] for row in OURS_AND_TORCHS])
def test_rule_reads_the_same_for_arrays(make) -> None:
    optimizer = make([Value(1.0)])
    states = [(0.2, 0.3)[: optimizer.n_states], (0.4, 0.5)[: optimizer.n_states]]
    first = optimizer.update(1, 3, states[0], 0.1, 3)
    second = optimizer.update(2, 4, states[1], 0.1, 3)
    stacked = tuple(np.array(states).T)
    both, state = optimizer.update(np.array([1, 2]), np.array([3, 4]), stacked, 0.1, 3)
    assert both.tolist() == [first[0], second[0]]
    assert np.array(state).T.tolist() == [list(first[1]), list(second[1])]


def test_zero_grad_clears_the_gradients() -> None:
    p = Value(1.0)
    p.grad = 3.0
    nn.SGD([p], learning_rate=0.1).zero_grad()
    assert p.grad == 0.0


def test_state_goes_on_to_the_same_bits() -> None:
    whole = moved(lambda p: nn.Adam(p, learning_rate=0.1), [1.0, 2.0, 3.0])
    first = nn.Adam([half := Value(1.0)], learning_rate=0.1)
    half.grad = 1.0
    first.step()
    second = nn.Adam([half], learning_rate=0.1)
    second.load_state_dict(first.state_dict())
    for half.grad in (2.0, 3.0):
        second.step()
    assert half.data == whole[-1]


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.int64(1), np.array(0.5)])
def test_numpy_numbers_as_settings_leave_plain_floats(number) -> None:
    p = Value(1.0)
    p.grad = 1.0
    nn.AdamW([p], learning_rate=number, weight_decay=number, clip_norm=number).step()
    assert type(p.data) is float
    nn.SGD([p], learning_rate=lambda step: number).step()
    assert type(p.data) is float


def test_optimiser_clips_before_it_moves() -> None:
    assert moved(lambda p: nn.SGD(p, learning_rate=1.0, clip_value=0.5), [8.0]) == [0.5]
    assert moved(lambda p: nn.SGD(p, learning_rate=1.0, clip_norm=0.25), [8.0]) == [0.75]


def test_optimiser_follows_a_schedule() -> None:
    make = lambda p: nn.SGD(p, learning_rate=schedules.step_decay(1.0, every=1))
    assert moved(make, [1.0, 1.0, 1.0], start=0.0) == [-1.0, -1.5, -1.75]


ONE = Value(1)


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: nn.SGD([], learning_rate=1), ValueError, "SGD needs parameters to move, got none"),
        (lambda: nn.SGD([1.0], learning_rate=1), TypeError, "SGD moves leaves"),
        (lambda: nn.SGD(nn.Neuron(1), learning_rate=1), TypeError, "pass model.parameters"),
        (lambda: nn.SGD([ONE, ONE], learning_rate=1), ValueError, "a parameter twice per step"),
        (lambda: nn.SGD([Value(1)], learning_rate="a"), TypeError, "learning_rate must be a num"),
        (lambda: nn.Adam([Value(1)], epsilon=-1), ValueError, "epsilon must be 0 or more"),
        (lambda: nn.SGD([Value(1) * 2], learning_rate=1), TypeError, "pass model.parameters"),
        (lambda: nn.SGD([Value(1)], learning_rate=0), ValueError, "learning_rate must be above 0"),
        (
            lambda: nn.Adam([Value(1)], learning_rate=math.nan),
            ValueError,
            "must be above 0, got nan",
        ),
        (lambda: nn.SGD([Value(1)], learning_rate=1, momentum=1), ValueError, "from 0 to below 1"),
        (lambda: nn.SGD([Value(1)], learning_rate=1, nesterov=True), ValueError, "nesterov needs"),
        (lambda: nn.Adam([Value(1)], betas=(0.9, 1.5)), ValueError, r"betas\[1\] must be from 0"),
        (
            lambda: nn.AdamW([Value(1)], weight_decay=-1),
            ValueError,
            "weight_decay must be 0 or more",
        ),
        (lambda: nn.Adam([Value(1)], clip_norm=0), ValueError, "clip_norm must be above 0"),
        (
            lambda: nn.Adam([Value(1)]).load_state_dict(
                nn.SGD([Value(1)], learning_rate=1).state_dict()
            ),
            ValueError,
            "this is Adam, the state is of SGD",
        ),
        (
            lambda: nn.Adam([Value(1)]).load_state_dict(nn.Adam([Value(1), Value(2)]).state_dict()),
            ValueError,
            "Adam moves 1 parameters, the state is of 2",
        ),
    ],
)
def test_bad_settings_are_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


SETTINGS = {
    nn.SGD: {"momentum": 0.0, "nesterov": False},
    nn.RMSProp: {"learning_rate": 0.01, "decay": 0.99, "epsilon": 1e-8},
    nn.Adam: {"learning_rate": 0.001, "betas": (0.9, 0.999), "epsilon": 1e-8},
    nn.AdamW: {
        "learning_rate": 0.001,
        "betas": (0.9, 0.999),
        "epsilon": 1e-8,
        "weight_decay": 0.01,
    },
}
each_rule = pytest.mark.parametrize("rule", SETTINGS)


@each_rule
def test_defaults_are_the_published_ones(rule: type[nn.optim.Optimizer]) -> None:
    given = {"learning_rate": 0.1} if rule is nn.SGD else {}
    optimizer = rule([Value(1.0)], **given)
    for name, default in {"clip_norm": None, "clip_value": None, **SETTINGS[rule]}.items():
        assert getattr(optimizer, name) == default, name


@each_rule
def test_signature_shows_every_setting_with_its_default(rule: type[nn.optim.Optimizer]) -> None:
    shown = inspect.signature(rule).parameters
    assert {name: shown[name].default for name in SETTINGS[rule]} == SETTINGS[rule]
    assert {shown[name].kind for name in SETTINGS[rule]} == {inspect.Parameter.KEYWORD_ONLY}


def test_sgd_has_no_default_learning_rate() -> None:
    with pytest.raises(TypeError, match="learning_rate"):
        nn.SGD([Value(1.0)])  # type: ignore[call-arg]


# NumPy's text has a __float__, a list is not text: each part of the check is needed.
@pytest.mark.parametrize("rate", ["0.1", np.str_("0.1"), b"1", None, [0.1]])
def test_learning_rate_that_is_not_a_number_is_refused(rate: object) -> None:
    with pytest.raises(TypeError, match=r"learning_rate must be a number above 0, such as 0.01"):
        nn.SGD([Value(1.0)], learning_rate=rate)  # type: ignore[arg-type]


def test_rule_of_your_own_is_an_update() -> None:
    class SignDescent(nn.optim.Optimizer):
        def update(self, data, grad, state, rate, t):  # type: ignore[no-untyped-def]
            return data - rate * (1 if grad > 0 else -1), state

    assert moved(lambda p: SignDescent(p, learning_rate=0.5), [7.0, -0.1]) == [0.5, 1.0]


# ---- mistakes that the first steps of a loop show ----

NO_GRADIENT = "finds no gradient in any of its"
SUM = "have those of the step before in them"
NO_STEP = "zero_grad\\(\\) was called 20 times, with gradients there, and step\\(\\) never"
X, SIGNS = [[0.1, 0.9], [-0.4, 0.2], [0.7, -0.3]], [1, -1, 1]


def small() -> tuple[nn.MLP, nn.SGD]:
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    return model, nn.SGD(model.parameters(), learning_rate=0.1)


def loss_of(model: nn.MLP) -> Value:
    return nn.hinge([model(x) for x in X], SIGNS)


def test_forgotten_backward_is_told_at_the_first_step() -> None:
    _, optimizer = small()
    optimizer.zero_grad()
    with pytest.warns(RuntimeWarning, match=f"{NO_GRADIENT} 13 parameters"):
        optimizer.step()
    optimizer.step()  # told once


@pytest.mark.parametrize("zero", ["optimizer", "model", "by hand"])
def test_gradients_set_to_zero_before_the_step_are_told(zero) -> None:
    model, optimizer = small()
    loss_of(model).backward()
    if zero == "by hand":
        for p in model.parameters():
            p.grad = 0.0
    else:
        (optimizer if zero == "optimizer" else model).zero_grad()
    with pytest.warns(RuntimeWarning, match=NO_GRADIENT):
        optimizer.step()


def test_loss_of_data_and_another_models_optimiser_are_told() -> None:
    model, optimizer = small()
    nn.hinge([Value(model(x).data) for x in X], SIGNS).backward()
    with pytest.warns(RuntimeWarning, match="not from its .data"):
        optimizer.step()
    loss_of(model).backward()
    with pytest.warns(RuntimeWarning, match="from the parameters of this model"):
        small()[1].step()


def test_forgotten_zero_grad_is_told_at_the_second_step() -> None:
    model, optimizer = small()
    loss_of(model).backward()
    optimizer.step()
    loss_of(model).backward()
    with pytest.warns(RuntimeWarning, match=SUM):
        optimizer.step()
    loss_of(model).backward()
    optimizer.step()  # told once


def test_forgotten_step_is_told_after_twenty_rounds() -> None:
    model, optimizer = small()

    def train() -> None:
        for _ in range(40):
            optimizer.zero_grad()
            loss_of(model).backward()

    with pytest.warns(RuntimeWarning, match=NO_STEP) as told:
        train()
    assert len(told) == 1


@pytest.mark.parametrize("make", [row[0] for row in OURS_AND_TORCHS])
def test_right_loops_are_silent(make) -> None:
    model, _ = small()
    optimizer = make(model.parameters())
    for _ in range(4):
        optimizer.zero_grad()
        loss_of(model).backward()
        optimizer.step()
    for _ in range(4):
        loss_of(model).backward()
        optimizer.step()
        optimizer.zero_grad()


def test_gradients_gathered_over_several_passes_are_silent() -> None:
    model, optimizer = small()
    for _ in range(3):
        for x, sign in zip(X, SIGNS, strict=True):
            nn.hinge([model(x)], [sign]).backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("zero", ["model", "loss", "by hand"])
def test_gradients_set_to_zero_without_the_optimiser_are_silent(zero) -> None:
    model, optimizer = small()
    for _ in range(3):
        loss = loss_of(model)
        if zero == "model":
            model.zero_grad()
        elif zero == "loss":
            loss.zero_grad()
        else:
            for p in model.parameters():
                p.grad = 0
        loss.backward()
        optimizer.step()


def test_loss_that_nothing_can_lower_is_silent() -> None:
    model, optimizer = small()
    for _ in range(3):  # every margin is kept: each gradient is 0, and was computed
        optimizer.zero_grad()
        sum(engine.relu(model(x) - 1e6) for x in X).backward()
        assert not any(p.grad for p in model.parameters())
        optimizer.step()


def test_gradients_set_by_hand_are_silent_even_at_zero() -> None:
    p, q = Value(1.0), Value(2.0)
    optimizer = nn.SGD([p, q], learning_rate=0.1, momentum=0.9)
    for grads in ([0.5, 0.0], [0.0, 0.25], [0.0, 0.0]):
        p.grad, q.grad = grads
        optimizer.step()


def test_line_search_is_silent() -> None:
    model, optimizer = small()
    for _ in range(3):
        optimizer.zero_grad()
        loss = loss_of(model)
        loss.backward()
        start = model.state_dict()
        for rate in (1.0, 0.1, 0.01):  # one gradient, several steps
            model.load_state_dict(start)
            optimizer.learning_rate = rate
            optimizer.step()
            if loss_of(model).data < loss.data:
                break


def test_closure_that_is_called_several_times_per_step_is_silent() -> None:
    model, optimizer = small()

    def closure() -> float:
        optimizer.zero_grad()
        loss = loss_of(model)
        loss.backward()
        return loss.data

    for _ in range(3):
        closure()
        closure()
        optimizer.step()


def test_two_networks_that_play_against_each_other_are_silent() -> None:
    maker, judge = nn.MLP(1, [3, 2], seed=0), nn.MLP(2, [3, 1], activation="tanh", seed=1)
    makers = nn.Adam(maker.parameters(), learning_rate=0.01)
    judges = nn.Adam(judge.parameters(), learning_rate=0.01)
    for noise in (0.1, -0.4, 0.8):
        judges.zero_grad()
        made = [x.detach() for x in maker([noise])]
        nn.binary_cross_entropy([judge(made), judge(X[0])], [0, 1]).backward()
        judges.step()
        makers.zero_grad()
        nn.binary_cross_entropy([judge(maker([noise]))], [1]).backward()  # also adds to the judge
        makers.step()


def test_two_optimisers_of_the_same_parameters_are_silent() -> None:
    model, first = small()
    second = nn.Adam(model.parameters(), learning_rate=0.01)
    for _ in range(3):
        first.zero_grad()
        loss_of(model).backward()
        first.step()
        nn.l2(model).backward()  # on top, for the second
        second.step()


def test_gradients_that_are_looked_at_while_parameters_are_moved_by_hand_are_silent() -> None:
    model, optimizer = small()
    for _ in range(30):
        optimizer.zero_grad()
        loss_of(model).backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad


def test_gradient_that_a_step_has_used_is_copied_and_printed_as_a_plain_number() -> None:
    p = Value(1.0)
    (p * 3).backward()
    nn.SGD([p], learning_rate=0.1).step()
    assert repr(p.grad) == "3.0"
    assert type(pickle.loads(pickle.dumps(p.grad))) is float
    assert type(p.grad * 2) is float


def test_watching_ends_after_two_steps() -> None:
    model, optimizer = small()
    for _ in range(2):
        optimizer.zero_grad()
        loss_of(model).backward()
        optimizer.step()
    assert optimizer._watch is None
    assert {type(p.grad) for p in model.parameters()} == {float}
