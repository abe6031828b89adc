"""Warnings of backward passes that repeat a mistake, and silence wherever a program is right."""

import warnings

import pytest

import engine
from engine import Value

TWICE, GROWS = "backward\\(\\) ran twice on", "the graph grows by"
NEW, SAME = "`p -= …` makes a new Value", "== asks whether two Values are the same Value"


# ---- one result twice ----


def test_second_pass_of_one_result_is_told_with_its_label() -> None:
    a = Value(3.0)
    loss = a * a + a
    loss.label = "loss"
    loss.backward()
    with pytest.warns(RuntimeWarning, match=f"{TWICE} 'loss', and every gradient is now doubled"):
        loss.backward()
    assert a.grad == 2 * 7.0


def test_second_pass_is_silent_once_gradients_were_set_to_zero() -> None:
    a = Value(3.0)
    loss = a * a
    for _ in range(3):
        loss.zero_grad()
        loss.backward()
    for _ in range(3):
        a.grad = 0.0
        loss.backward()
    assert a.grad == 6.0


def test_gradients_of_several_losses_add_up_in_silence() -> None:
    w = Value(0.5)
    shared = w * 2
    (shared * 3).backward()
    (shared * 3).backward()
    for x in (1.0, 2.0, 3.0):
        ((w * x - 1) ** 2).backward()
    shared.backward()  # has a gradient of its own from above, and was no root
    assert w.grad == pytest.approx(6 + 6 + 2 * sum(x * (0.5 * x - 1) for x in (1, 2, 3)) + 2)


def test_sum_that_was_part_of_a_root_may_be_a_root_later() -> None:
    a, b = Value(1.0), Value(2.0)
    part = a * b
    (part + a).backward()  # leaves a gradient of 1 in part
    part.backward()
    assert (a.grad, b.grad) == (5.0, 2.0)


def test_gradient_of_zero_twice_is_silent() -> None:
    a = Value(-1.0)
    out = a.relu() * 2
    out.backward()
    out.backward()
    assert a.grad == 0.0


# ---- a graph that grows ----


@pytest.mark.parametrize(
    "moved",
    [lambda w: w - 0.1 * w.grad, lambda w: w + -0.1 * w.grad],
    ids=["minus", "plus"],
)
def test_parameter_that_is_replaced_in_each_step_is_told(moved) -> None:
    def train() -> None:
        w = Value(1.0, "w")
        for _ in range(6):
            loss = (w * 2 - 3) ** 2
            loss.backward()
            w = moved(w)

    with pytest.warns(RuntimeWarning, match=f"{GROWS} 1 with each backward pass: 'w' is by now"):
        train()


def test_list_of_parameters_that_is_replaced_is_told() -> None:
    def train() -> None:
        weights = [Value(0.1 * i) for i in range(5)]
        for _ in range(6):
            loss = sum((w * i - 1) ** 2 for i, w in enumerate(weights, start=1))
            loss.backward()
            weights = [w - 0.01 * w.grad for w in weights]

    with pytest.warns(RuntimeWarning, match=f"{GROWS} 5 with each backward pass: a parameter is"):
        train()


def test_sequences_that_grow_are_silent() -> None:
    w = Value(0.9)
    for length in range(1, 12):  # a recurrence over one more number in each pass
        state = Value(0.0)
        for x in range(length):
            state = state * w + float(x)
        state.backward()  # gradients are gathered


@pytest.mark.parametrize("zero", [True, False])
def test_simulations_that_grow_are_silent_where_gradients_are_set_to_zero(zero) -> None:
    for length in range(1, 12):
        speed = Value(10.0)
        if zero:
            speed.grad = 0.0
        v = speed
        for _ in range(length):
            v = v - 9.81 * 0.1
        (v * v).backward()


def test_parameters_that_are_moved_by_data_are_silent() -> None:
    w = Value(1.0)
    for _ in range(20):
        loss = (w * 2 - 3) ** 2
        w.grad = 0.0
        loss.backward()
        w.data -= 0.1 * w.grad
    assert w.data == pytest.approx(1.5)


# ---- `p -= …` ----


def test_subtracting_in_place_from_a_parameter_with_a_gradient_is_told() -> None:
    p = Value(1.0)
    (p * 3).backward()
    first = p
    with pytest.warns(RuntimeWarning, match=NEW):
        p -= 0.1 * p.grad
    assert (first.data, p.data) == (1.0, 0.7)


def test_subtracting_in_place_is_silent_elsewhere() -> None:
    x = Value(5.0)
    x -= 1.0  # no gradient yet
    total = x * 2
    total.backward()
    total -= 3.0  # a result
    y = Value(2.0)
    (y * y).backward()
    y -= Value(1.0)  # a number that may have a gradient of its own
    assert (x.data, total.data, y.data) == (4.0, 5.0, 1.0)
    total.backward()
    assert x.inputs[0].grad == 2.0 + 2.0


def test_subtracting_in_place_keeps_a_class_of_the_users_own() -> None:
    class Mine(Value):
        pass

    a = Mine(3.0)
    a -= 1.0
    assert type(a) is Mine
    assert a.data == 2.0


# ---- `==` ----


@pytest.mark.parametrize(
    "compared",
    [lambda a, b: a == b, lambda a, b: (a != b) is False, lambda a, b: [a] == [b]],
    ids=["==", "!=", "lists"],
)
def test_comparing_two_values_of_one_number_is_told(compared) -> None:
    with pytest.warns(RuntimeWarning, match=SAME):
        assert compared(Value(1.0), Value(1.0)) is False


def test_comparing_is_silent_where_both_meanings_agree() -> None:
    a = Value(1.0)
    same = a
    assert a == same
    assert a != Value(2.0)
    assert a == 1.0


def test_containers_mean_the_value_and_are_silent() -> None:
    a, b = Value(0.0), Value(0.0)
    values = [a, b]
    assert b not in [a]
    assert values.index(b) == 1
    assert values.count(b) == 1
    values.remove(b)
    assert values[0] is a
    assert {a: 1}.get(b) is None
    assert len({a, b} | {a}) == 2
    assert b not in dict.fromkeys([a])


def test_no_warning_is_left_over_when_a_program_is_right() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        w, b = Value(0.5, "w"), Value(0.0, "b")
        for _ in range(30):  # several samples, gradients gathered, one step
            for p in (w, b):
                p.grad = 0.0
            for x, y in ((1.0, 2.0), (2.0, 3.0)):
                loss = (engine.tanh(w * x + b) - y) ** 2
                loss.backward()
            for p in (w, b):
                p.data -= 0.01 * p.grad
