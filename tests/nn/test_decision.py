"""By which rule outputs become classes: one, for every judge and every picture."""

import json
import math
import warnings
from random import Random

import numpy as np
import pytest

import engine
import nn
from engine import Value
from nn import plots
from nn.decision import Decision, output_span
from nn.losses import misfit

rng = Random(0)
X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(80)]
ABOVE = [a + b > 0.3 for a, b in X]
ZERO_ONE, SIGNS = [int(t) for t in ABOVE], [2 * t - 1 for t in ABOVE]
TEXTS = ["ham" if t else "eggs" for t in ABOVE]  # alphabetical order is not the order of y


class Own(nn.Module):
    """A model that ends in a function of your own."""

    def __init__(self, end) -> None:
        self.net, self.end = nn.MLP(2, [1], seed=0), end

    def __call__(self, x: list[float]) -> Value:
        return self.end(self.net(x))


class Softmax(nn.Module):
    def __init__(self) -> None:
        self.net = nn.MLP(2, [2], seed=0)

    def __call__(self, x: list[float]) -> list[Value]:
        powers = [engine.exp(z) for z in self.net(x)]
        total = sum(powers)
        return [p / total for p in powers]


def probabilities(predictions, targets) -> Value:
    """A cross-entropy of probabilities, as a user writes it."""
    terms = [
        -(t * engine.log(p) + (1 - t) * engine.log(1 - p))
        for p, t in zip(predictions, targets, strict=True)
    ]
    return sum(terms) / len(terms)


def squares(predictions, targets) -> Value:
    return sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True)) / len(targets)


def logistic(predictions, targets) -> Value:
    terms = [engine.softplus(p) - t * p for p, t in zip(predictions, targets, strict=True)]
    return sum(terms) / len(terms)


def weighted(predictions, targets) -> Value:
    """Cross-entropy in which an error of class 1 costs three times as much."""
    pairs = zip(predictions, targets, strict=True)
    return sum((1 + 2 * t) * engine.softplus((1 - 2 * t) * z) for z, t in pairs) / len(targets)


def hinge_of_bits(predictions, targets) -> Value:
    return nn.hinge(predictions, [2 * t - 1 for t in targets])


def clipped(predictions, targets) -> Value:
    ends = [engine.minimum(engine.maximum(p, 0.01), 0.99) for p in predictions]
    return probabilities(ends, targets) + 0.01 * squares(predictions, targets)


def halves(predictions, targets) -> Value:
    """A cross-entropy for outputs from −1 to 1."""
    return probabilities([(p + 1) / 2 for p in predictions], targets)


def mlp(output: str = "linear", n: int = 1) -> nn.MLP:
    return nn.MLP(2, [n], output=output, seed=0)


RULES = {
    "bce": (mlp, nn.binary_cross_entropy, ZERO_ONE, 0.0),
    "hinge": (mlp, nn.hinge, SIGNS, 0.0),
    "squares of 0 and 1": (mlp, nn.mean_squared_error, ZERO_ONE, 0.5),
    "squares of -1 and 1": (mlp, nn.mean_squared_error, SIGNS, 0.0),
    "sigmoid, squares": (lambda: mlp("sigmoid"), nn.mean_squared_error, ZERO_ONE, 0.5),
    "tanh, squares": (lambda: mlp("tanh"), nn.mean_squared_error, SIGNS, 0.0),
    "tanh, squares of 0 and 1": (lambda: mlp("tanh"), nn.mean_squared_error, ZERO_ONE, 0.5),
    "own sigmoid": (
        lambda: Own(lambda z: 1 / (1 + engine.exp(-z))), nn.mean_squared_error, ZERO_ONE, 0.5,
    ),
    "own loss on probabilities": (lambda: mlp("sigmoid"), probabilities, ZERO_ONE, 0.5),
    "own squares": (mlp, squares, ZERO_ONE, 0.5),
    "own loss on logits": (mlp, logistic, ZERO_ONE, 0.0),
    "own loss on logits, classes weighted": (mlp, weighted, ZERO_ONE, 0.0),
    "own hinge of 0 and 1": (mlp, hinge_of_bits, ZERO_ONE, 0.0),
    "own loss on clipped outputs": (mlp, clipped, ZERO_ONE, 0.5),
    "tanh, own loss on half of it": (lambda: mlp("tanh"), halves, ZERO_ONE, 0.0),
    "own squares of -1 and 1": (mlp, squares, SIGNS, 0.0),
    "column of labels": (mlp, nn.mean_squared_error, [[t] for t in ZERO_ONE], 0.5),
    "booleans": (mlp, nn.binary_cross_entropy, ABOVE, 0.0),
    "texts": (mlp, nn.binary_cross_entropy, TEXTS, 0.0),
    "texts, hinge": (mlp, nn.hinge, np.array(TEXTS), 0.0),
    "texts, squares": (mlp, nn.mean_squared_error, TEXTS, 0.5),
    "classes": (lambda: mlp(n=2), nn.cross_entropy, ZERO_ONE, None),
    "classes as texts": (lambda: mlp(n=2), nn.cross_entropy, TEXTS, None),
    "one-hot": (
        lambda: mlp(n=2), nn.mean_squared_error, [[1 - t, t] for t in ZERO_ONE], None,
    ),
    "softmax, one-hot": (Softmax, nn.mean_squared_error, [[1 - t, t] for t in ZERO_ONE], None),
}  # fmt: skip


def trained(model: nn.Module, loss, y, **settings) -> nn.History:
    optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
    return nn.fit(
        model, X, y, loss=loss, optimizer=optimizer, epochs=40, progress=False, **settings
    )


@pytest.mark.parametrize("name", RULES)
def test_what_a_network_has_learned_is_judged_right(name: str, tmp_path) -> None:
    make, loss, y, threshold = RULES[name]
    model = make()
    history = trained(model, loss, y, seed=1)
    assert model._decision.threshold == threshold
    score = nn.accuracy(model, X, y)
    assert score > 0.93
    assert history.metric_name == "accuracy"
    assert min(history.metric[-1], history.validation_metric[-1]) > 0.85
    title = plots.confusion_matrix(model, X, y).axes[0].get_title()
    assert title.startswith(f"{round(score * 80)} of 80 correct")
    legend = plots.decision_boundary(model, X, y).axes[0].get_legend_handles_labels()[1]
    wrong = round((1 - score) * 80)
    assert [t for t in legend if "misclassified" in t] == [f"misclassified ({wrong})"] * bool(wrong)
    found = nn.classify(model, X)
    targets = (
        [row.index(1) if len(row) > 1 else row[0] for row in y] if isinstance(y[0], list) else y
    )
    assert sum(a == b for a, b in zip(found, targets, strict=True)) == round(score * 80)


@pytest.mark.parametrize("name", ["sigmoid, squares", "texts", "classes as texts"])
def test_saved_model_decides_as_it_did(name: str, tmp_path) -> None:
    make, loss, y, _ = RULES[name]
    model = make()
    trained(model, loss, y)
    model.save(tmp_path / "model.json")
    again = nn.load(tmp_path / "model.json")
    assert nn.classify(again, X) == nn.classify(model, X)
    assert nn.accuracy(again, X, y) == nn.accuracy(model, X, y)


@pytest.mark.parametrize(
    "kept", [{}, {"labels": [0], "threshold": 0.0}, {"labels": [0, 1], "threshold": "x"},
             {"labels": [0, 1], "threshold": math.nan}, {"labels": [0, "a"], "threshold": 0.0},
             {"labels": [0, 1, 2], "threshold": 0.5}, {"labels": None, "threshold": None},
             {"labels": [0, 1], "threshold": None}, {"labels": ["a", "a"], "threshold": 0.0}],
)  # fmt: skip
def test_damaged_rule_in_a_file_is_refused(kept, tmp_path) -> None:
    model = mlp()
    model.save(tmp_path / "model.json")
    content = json.loads((tmp_path / "model.json").read_text())
    content |= {"decision": kept, "checksum": "edited by hand"}
    (tmp_path / "model.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"decision|NaN"):
        nn.load(tmp_path / "model.json")


def by_hand(model: nn.Module, loss, y) -> None:
    """Train in a loop of one's own, so that nothing is known of the loss."""
    optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
    program = engine.compile(
        lambda rows, targets: loss([model(x) for x in rows], targets), optimizer=optimizer
    )
    for _ in range(100):
        program.step(X, y)


@pytest.mark.parametrize(
    ("output", "loss", "y"),
    [
        ("sigmoid", nn.mean_squared_error, ZERO_ONE),
        ("sigmoid", probabilities, ZERO_ONE),
        ("tanh", nn.mean_squared_error, SIGNS),
        ("linear", nn.hinge, SIGNS),
        ("linear", nn.binary_cross_entropy, ZERO_ONE),
    ],
)
def test_model_trained_by_hand_is_judged_by_its_output_activation(output, loss, y) -> None:
    model = mlp(output)
    by_hand(model, loss, y)
    assert nn.accuracy(model, X, y) > 0.93


def test_squared_error_by_hand_is_warned_of_and_a_threshold_cures_it() -> None:
    model = mlp()
    by_hand(model, nn.mean_squared_error, ZERO_ONE)
    with pytest.warns(RuntimeWarning, match=r"above 0.5 the accuracy would be .*threshold=0.5"):
        wrong = nn.accuracy(model, X, ZERO_ONE)
    assert wrong < 0.85
    assert nn.accuracy(model, X, ZERO_ONE, threshold=0.5) > 0.93


def test_threshold_can_be_given_to_all_that_judges() -> None:
    model = mlp("sigmoid")
    trained(model, nn.mean_squared_error, ZERO_ONE, threshold=0.9)
    outputs = nn.predict(model, X)
    assert nn.classify(model, X) == [int(out > 0.9) for out in outputs]
    assert nn.classify(model, X, threshold=0.1) == [int(out > 0.1) for out in outputs]
    assert nn.accuracy(model, X, ZERO_ONE, threshold=2.0) == ZERO_ONE.count(0) / 80
    title = plots.confusion_matrix(model, X, ZERO_ONE, threshold=2.0).axes[0].get_title()
    assert title.startswith(f"{ZERO_ONE.count(0)} of 80 correct")
    plots.decision_boundary(model, X, ZERO_ONE, threshold=0.3)


def test_quantities_are_measured_by_r_squared() -> None:
    model = mlp()
    history = trained(model, nn.mean_squared_error, [a - b for a, b in X])
    assert history.metric_name == "R²"


@pytest.mark.parametrize(
    ("attempt", "error", "wording"),
    [
        (lambda: nn.accuracy(mlp(n=2), X, ZERO_ONE, threshold=0.5), ValueError, "model of one out"),
        (lambda: nn.accuracy(mlp(), X, ZERO_ONE, threshold="a"), TypeError, "must be a number"),
        (lambda: nn.accuracy(mlp(), X, SIGNS, threshold=math.nan), ValueError, "must be finite"),
        (lambda: nn.accuracy(mlp(), X, TEXTS), ValueError, "got '(ham|eggs)' for sample 0.* train"),
        (
            lambda: trained(mlp(), nn.mean_squared_error, [a for a, _ in X], threshold=0.5),
            ValueError,
            "threshold is for classes",
        ),
        (
            lambda: trained(mlp(), nn.hinge, ["a", "b", "c", "d"] * 20),
            ValueError,
            r"y has 4 classes \(a, b, c, d\); give the network an output for each",
        ),
        (lambda: trained(mlp(), nn.hinge, ["1.5", "2.5"] * 40), TypeError, "y must hold numbers"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_words(attempt, error, wording) -> None:
    with pytest.raises(error, match=wording):
        attempt()


def test_text_of_another_class_is_refused_by_name() -> None:
    model = mlp()
    trained(model, nn.hinge, TEXTS)
    with pytest.raises(ValueError, match=r"needs classes 'eggs', 'ham' .* got 'spam' for sample 0"):
        nn.accuracy(model, X[:1], ["spam"])


SQUASHED = {
    "sigmoid": (lambda: mlp("sigmoid"), nn.binary_cross_entropy, ZERO_ONE, "sigmoid.* 0 to 1"),
    "tanh": (lambda: mlp("tanh"), nn.binary_cross_entropy, ZERO_ONE, "tanh, which gives -1 to 1"),
    "relu": (lambda: mlp("relu"), nn.binary_cross_entropy, ZERO_ONE, "relu, which gives 0 to inf"),
    "own sigmoid": (
        lambda: Own(lambda z: 1 / (1 + engine.exp(-z))),
        nn.binary_cross_entropy, ZERO_ONE, "a function, which gives 0 to 1",
    ),
    "own tanh": (
        lambda: Own(lambda z: (engine.exp(2 * z) - 1) / (engine.exp(2 * z) + 1)),
        nn.binary_cross_entropy, ZERO_ONE, "a function, which gives -1 to 1",
    ),
    "softmax": (Softmax, nn.cross_entropy, ZERO_ONE, "softmax, which gives 0 to 1"),
    "sigmoids": (lambda: mlp("sigmoid", 2), nn.cross_entropy, ZERO_ONE, "sigmoid"),
    "hinge": (lambda: mlp("sigmoid"), nn.hinge, SIGNS, "hinge takes scores that go below −1"),
    "squares": (lambda: mlp("sigmoid"), nn.mean_squared_error, SIGNS, "targets from -1 to 1 here"),
}  # fmt: skip


@pytest.mark.parametrize("name", SQUASHED)
def test_function_that_the_loss_applies_itself_is_warned_of_and_judged_right(name: str) -> None:
    make, loss, y, wording = SQUASHED[name]
    model = make()
    with pytest.warns(RuntimeWarning, match=wording + r".*use output='linear'"):
        trained(model, loss, y)
    assert nn.accuracy(model, X, y) > (0.6 if name == "relu" else 0.9)


def test_loss_called_by_hand_warns_too() -> None:
    outputs = [mlp("sigmoid")(x) for x in X[:2]]
    with pytest.warns(RuntimeWarning, match="sigmoid"):
        nn.binary_cross_entropy(outputs, [0, 1])


@pytest.mark.parametrize(
    ("model", "loss", "y"),
    [
        (mlp("tanh"), nn.hinge, SIGNS),
        (mlp("relu", 2), nn.cross_entropy, ZERO_ONE),
        (mlp("sigmoid"), nn.mean_squared_error, ZERO_ONE),
        (mlp("leaky_relu"), nn.binary_cross_entropy, ZERO_ONE),
        (mlp(), nn.binary_cross_entropy, ZERO_ONE),
    ],
)
def test_output_that_goes_far_enough_is_not_warned_of(model, loss, y) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained(model, loss, y)


@pytest.mark.parametrize(
    ("function", "span"),
    [
        (engine.sigmoid, (0, 1)),
        (engine.tanh, (-1, 1)),
        (engine.relu, (0, math.inf)),
        (engine.softplus, (0, math.inf)),
        (lambda z: 5 * engine.tanh(z / 2) + 1, (-4, 6)),
        (lambda z: -engine.exp(z), (-math.inf, 0)),
        (lambda z: 2 * z + 1, (-math.inf, math.inf)),
        (lambda z: 1 / (1 + 2.718281828 ** (-z)), (0, 1)),
        (lambda z: engine.exp(z) / (1 + engine.exp(z)), (0, 1)),
        (lambda z: (engine.exp(2 * z) - 1) / (engine.exp(2 * z) + 1), (-1, 1)),
        (lambda z: (engine.tanh(z / 2) + 1) / 2, (0, 1)),
        (lambda z: z * engine.sigmoid(z), (-0.2689, math.inf)),
        (lambda z: z + Value(1.0), (-math.inf, math.inf)),
        (lambda z: z, (-math.inf, math.inf)),
        (lambda z: engine.log(z * z + 1), (0, math.inf)),
        (lambda z: engine.log(z), (-math.inf, math.inf)),
    ],
)
def test_span_of_an_output_is_read_from_the_end_of_its_graph(function, span) -> None:
    net_input = Value(0.3) * Value(0.5) + Value(0.1)
    assert output_span(function(net_input)) == pytest.approx(span, abs=1e-3)


def test_monitor_advises_to_leave_the_function_out() -> None:
    model = mlp("sigmoid")
    assert "output='linear'" in str(misfit(nn.binary_cross_entropy, [model(X[0])]))
    monitor = nn.Monitor(model)
    sgd = nn.SGD(model.parameters(), learning_rate=0.1)
    settings = {"loss": nn.binary_cross_entropy, "optimizer": sgd, "epochs": 3, "progress": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        nn.fit(model, X, ZERO_ONE, monitor=monitor, **settings)
    assert [(alarm.kind, alarm.advice) for alarm in monitor.alarms] == [
        ("wrong_output", "use output='linear'")
    ]


def test_decision_of_several_outputs_has_no_threshold() -> None:
    assert Decision(("a", "b"), None).number_of([0.1, 0.7]) == 1


class ListOfOne(nn.Module):
    def __init__(self) -> None:
        self.inner = mlp()

    def __call__(self, x):
        return [self.inner(x)]


@pytest.mark.parametrize("compiled", [True, False])
def test_a_list_of_one_output_is_judged_as_that_output(compiled: bool) -> None:
    def loss(predictions, targets) -> Value:
        return squares([only for (only,) in predictions], targets)

    listed, alone = ListOfOne(), mlp()
    first = trained(listed, loss, ZERO_ONE, compiled=compiled)
    second = trained(alone, squares, ZERO_ONE, compiled=compiled)
    assert first.metric == second.metric
    assert nn.classify(listed, X) == nn.classify(alone, X)
    assert nn.predict(listed, X[:3]) == nn.predict(alone, X[:3])


def test_loss_that_cannot_be_asked_about_one_sample_is_warned_of() -> None:
    def unbiased(predictions, targets) -> Value:
        return squares(predictions, targets) * (len(targets) / (len(targets) - 1))

    model = mlp()
    with pytest.warns(RuntimeWarning, match=r"ZeroDivisionError.*give threshold=0.5") as caught:
        trained(model, unbiased, ZERO_ONE, batch_size=20, validation=0)
    assert caught[0].filename == __file__
    assert model._decision == Decision((0, 1), 0.0)
    trained(model, squares, ZERO_ONE)
    assert model._decision == Decision((0, 1), 0.5)


def test_one_hot_targets_of_one_output_are_its_two_classes() -> None:
    model = mlp("sigmoid")
    trained(model, "mse", ZERO_ONE)
    hot = [[1 - k, k] for k in ZERO_ONE]
    assert nn.accuracy(model, X, hot) == nn.accuracy(model, X, ZERO_ONE)
    assert nn.accuracy(mlp("sigmoid"), X, hot) == nn.accuracy(mlp("sigmoid"), X, ZERO_ONE)


def test_model_that_is_trained_on_by_hand_is_warned_of() -> None:
    model = mlp()
    trained(model, "hinge", SIGNS)
    by_hand(model, nn.mean_squared_error, ZERO_ONE)
    with pytest.warns(RuntimeWarning, match=r"above 0\.5 the accuracy would be"):
        nn.accuracy(model, X, ZERO_ONE)


def test_classes_of_a_model_trained_by_hand_need_a_threshold() -> None:
    with pytest.warns(RuntimeWarning, match=r"fit has not trained this model; give threshold=0 "):
        guessed = nn.classify(mlp(), X)
    assert guessed == nn.classify(mlp(), X, threshold=0)


@pytest.mark.parametrize(
    ("n", "y", "error", "wording"),
    [
        (3, TEXTS, ValueError, r"y has 2 classes \(eggs, ham\), and the model 3 outputs"),
        (2, [*TEXTS[:-1], math.nan], TypeError, r"and nan for sample 79; .*leave out samples"),
        (2, [7, *TEXTS[1:]], TypeError, r"y has texts, such as 'eggs', and 7 for sample 0"),
    ],
)
def test_texts_that_do_not_fit_are_refused(n: int, y, error, wording: str) -> None:
    with pytest.raises(error, match=wording):
        trained(mlp(n=n), "cross_entropy", y)
