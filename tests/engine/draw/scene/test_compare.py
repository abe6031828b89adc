"""Before and after in one picture: what changed, and which two graphs can be compared."""

import pickle

import pytest

import engine
import nn
from engine import Value


def loss_of(w: Value, x: float = 2.0) -> Value:
    out = (w * Value(x, "x") - 1) ** 2
    out.label = "loss"
    out.backward()
    return out


def one_step() -> tuple[Value, Value]:
    """Return a snapshot from before a step of gradient descent, and the loss after it."""
    w = Value(1.0, "w")
    before = engine.snapshot(loss_of(w))
    w.data -= 0.1 * w.grad
    return before, loss_of(w)


def test_each_number_is_shown_before_and_after_with_its_change() -> None:
    before, after = one_step()
    svg = engine.draw(after, compare=before).svg
    for text in ("1 → 0.6", "−0.4", "1 → 0.04", "−0.96", "loss: 1 before, 0.04 after"):
        assert text in svg
    assert ">grad</text>" not in svg


def test_number_that_did_not_change_is_printed_once() -> None:
    before, after = one_step()
    assert ">2</text>" in engine.draw(after, compare=before).svg
    assert "2 → 2" not in engine.draw(after, compare=before).svg


def test_snapshot_keeps_what_an_optimiser_moves() -> None:
    w = Value(1.0, "w")
    before = engine.snapshot(loss_of(w))
    w.data, w.grad = 5.0, 0.0
    kept = next(leaf for leaf in engine.leaves(before) if leaf.label == "w")
    assert (kept.data, kept.grad) == (1.0, 4.0)


def test_saved_snapshot_can_be_compared_with() -> None:
    before, after = one_step()
    again = pickle.loads(pickle.dumps(before))
    assert engine.draw(after, compare=again).svg == engine.draw(after, compare=before).svg


def test_picture_of_no_change_says_so() -> None:
    loss = loss_of(Value(1.0, "w"))
    assert "loss: 1 before, 1 after: no change" in engine.draw(loss, compare=loss).svg


@pytest.mark.parametrize("fold", ["auto", "neuron", "heat", "layer"])
def test_network_shows_what_a_step_of_the_optimiser_changed(fold) -> None:
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=0)
    samples, targets = [[0.5, 0.2], [-0.3, 0.4], [0.1, 0.9]], [1, -1, 1]
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)

    def loss() -> Value:
        out = nn.hinge([model(row) for row in samples], targets)
        out.label = "loss"
        out.backward()
        return out

    before = engine.snapshot(loss())
    optimizer.step()
    optimizer.zero_grad()
    picture = engine.draw(loss(), compare=before, fold=fold)
    old = next(leaf for leaf in engine.leaves(before) if leaf.label == "w1")
    rows = [row for card in picture._scene.cards for row in card.entries if row.name == "w1"]
    row = next(row for row in rows if row.before == old.data)
    assert row.grad == pytest.approx(-0.1 * old.grad, rel=1e-9)
    assert "3 layers · 33 neurons" in picture.svg
    assert "change &gt; 0" in picture.svg


def test_nan_after_a_step_is_pointed_out() -> None:
    w = Value(1.0, "w")
    before = engine.snapshot(loss_of(w))
    w.data = float("nan")
    with pytest.warns(engine.NonFiniteWarning):
        after = loss_of(w)
    svg = engine.draw(after, compare=before).svg
    assert "1 → nan" in svg
    assert "first non-finite number: w = nan" in svg


def other_shape() -> Value:
    return loss_of(Value(1.0, "w")) + 1.0


def other_op() -> Value:
    w = Value(1.0, "w")
    return (w * Value(2.0, "x") + 1) ** 2


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (
            lambda: engine.draw(other_op(), compare=3.0),
            TypeError,
            "compare needs a Value, got float",
        ),
        (lambda: engine.snapshot(3.0), TypeError, "snapshot needs a Value, got float"),
        (
            lambda: engine.draw(loss_of(Value(1.0, "w")), compare=other_shape()),
            ValueError,
            "made in the same way, got 5 nodes and 6; compare the same loss of the same samples",
        ),
        (
            lambda: engine.draw(loss_of(Value(1.0, "w")), compare=other_op()),
            ValueError,
            r"where one has sub \(−\), the other has add \(\+\)",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()
