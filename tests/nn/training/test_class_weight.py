"""Classes that weigh more than others in training."""

from random import Random

import pytest

import nn

rng = Random(0)
X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(200)]
RARE = [int(a + b > 2.2) for a, b in X]  # some 6 % of class 1, with noise
X = [[a + rng.gauss(0, 0.7), b + rng.gauss(0, 0.7)] for a, b in X]
LOSSES = {
    "binary_cross_entropy": ([0, 1], 1),
    "hinge": ([-1, 1], 1),
    "mean_squared_error": ([0, 1], 1),
    "cross_entropy": ([0, 1], 2),
}


def fitted(loss: str, *, labels=None, epochs: int = 3, **options):
    low_high, n_outputs = LOSSES[loss]
    y = [(labels or low_high)[k] for k in RARE]
    model = nn.MLP(2, [4, n_outputs], activation="tanh", seed=0)
    adam = nn.Adam(model.parameters(), learning_rate=0.02)
    history = nn.fit(
        model, X, y, loss=loss, optimizer=adam, epochs=epochs, progress=False, **options
    )
    return model, history


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("weight", ["balanced", "dictionary"])
def test_weights_give_the_same_path_compiled_or_eager(loss: str, weight: str) -> None:
    low, high = LOSSES[loss][0]
    class_weight = {low: 0.5, high: 7.0} if weight == "dictionary" else weight
    (one, _), (other, _) = (
        fitted(loss, class_weight=class_weight, compiled=compiled, audit="always")
        for compiled in (True, False)
    )
    assert one.state_dict() == pytest.approx(other.state_dict(), rel=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_is_the_average_of_weight_times_loss(loss: str) -> None:
    low, high = LOSSES[loss][0]
    y = [(low, high)[k] for k in RARE]
    _, history = fitted(
        loss, class_weight={low: 0.5, high: 7.0}, epochs=1, batch_size=200, validation=0
    )
    model = nn.MLP(2, [4, LOSSES[loss][1]], activation="tanh", seed=0)
    each = [
        getattr(nn, loss)([model(x)], [t]).data * (0.5 if t == low else 7)
        for x, t in zip(X, y, strict=True)
    ]
    assert history.loss[0] == pytest.approx(sum(each) / len(each))


@pytest.mark.parametrize("loss", LOSSES)
def test_weights_of_1_change_nothing(loss: str) -> None:
    low, high = LOSSES[loss][0]
    weighted, plain = fitted(loss, class_weight={low: 1, high: 1})[0], fitted(loss)[0]
    assert weighted.state_dict() == pytest.approx(plain.state_dict(), rel=1e-9)


def test_rare_class_is_found_with_balanced_weights() -> None:
    def share_found(**options) -> float:
        model, _ = fitted("binary_cross_entropy", epochs=40, **options)
        found = nn.classify(model, X)
        return sum(f == t == 1 for f, t in zip(found, RARE, strict=True)) / sum(RARE)

    assert share_found(class_weight="balanced") > share_found() + 0.2


def test_weights_may_be_given_by_the_texts_in_y() -> None:
    by_text, _ = fitted(
        "binary_cross_entropy", labels=["no", "yes"], class_weight={"no": 1, "yes": 9}
    )
    by_number, _ = fitted("binary_cross_entropy", class_weight={0: 1, 1: 9})
    assert by_text.state_dict() == by_number.state_dict()


def test_run_with_other_weights_does_not_resume(tmp_path) -> None:
    path = tmp_path / "run.json"
    fitted("hinge", checkpoint=path, class_weight={-1: 1, 1: 2})
    with pytest.raises(ValueError, match="loss"):
        fitted("hinge", checkpoint=path, class_weight={-1: 1, 1: 3})
    fitted("hinge", checkpoint=path, class_weight={-1: 1, 1: 2}, epochs=4)


@pytest.mark.parametrize(
    ("class_weight", "error", "wording"),
    [
        ("even", TypeError, r'must be "balanced", None, or a dictionary .* got \'even\''),
        ([1, 2], TypeError, r"a dictionary from class to weight"),
        ({0: 1}, ValueError, "needs a weight for each class in y, 0, 1, and has none for 1"),
        ({0: 1, 1: 2, 2: 3}, ValueError, "and has one for 2"),
        ({0: 1, 1: -2}, ValueError, r"class_weight\[1\] must be 0 or more, got -2"),
        ({0: 1, 1: "a"}, TypeError, r"class_weight\[1\] must be a number"),
        ({0: 0, 1: 0}, ValueError, "must be above 0 for at least one class"),
    ],
)  # fmt: skip
def test_weights_that_are_none_are_refused(class_weight, error, wording) -> None:
    with pytest.raises(error, match=wording):
        fitted("binary_cross_entropy", class_weight=class_weight)


def test_loss_of_your_own_weighs_its_samples_itself() -> None:
    model = nn.MLP(2, [1], seed=0)

    def own(predictions, targets):
        return nn.hinge(predictions, targets) * 2

    with pytest.raises(ValueError, match="a loss of your own can weigh its samples itself"):
        nn.fit(
            model, X, [2 * k - 1 for k in RARE], loss=own, optimizer="adam", epochs=1,
            class_weight="balanced", progress=False,
        )  # fmt: skip
