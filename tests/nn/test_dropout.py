"""Dropout: what it does in training, that it is off elsewhere, and that programs draw its masks."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
import warnings
from collections.abc import Callable
from random import Random
from statistics import fmean, median

import pytest

import engine
import nn
from engine import Value
from tests.random_programs import assert_same, eager, replayed

X, y = nn.data.moons(60, noise=0.2, seed=0)
y = [2 * k - 1 for k in y]


class TwoDropouts(nn.Module):
    """A network with two modules of dropout, one of which is used twice."""

    def __init__(self) -> None:
        rng = Random(0)
        self.first, self.second = nn.Layer(2, 8, rng=rng), nn.Layer(8, 6, rng=rng)
        self.last = nn.Layer(6, 1, activation="linear", rng=rng)
        self.half, self.fifth = nn.Dropout(0.5, seed=1), nn.Dropout(0.2, seed=2)

    def __call__(self, x):
        hidden = self.fifth(self.second(self.half(self.first(x))))
        return self.last(self.half(hidden))


def inserted() -> nn.MLP:
    model = nn.MLP(2, [8, 8, 1], seed=0)
    model.layers.insert(1, nn.Dropout(0.5, seed=3))
    return model


MODELS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: nn.MLP(2, [8, 8, 1], dropout=0.3, seed=0),
    "two": TwoDropouts,
    "inserted": inserted,
}


def own_loss(predictions: list, targets: list) -> Value:  # not a mean over samples
    return sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True))


def trained(model: nn.Module, *, loss=nn.hinge, **settings) -> list[float]:
    """Train, and return the loss of each step, those of validation, and the weights."""
    losses: list[float] = []
    history = nn.fit(
        model,
        X,
        y,
        loss=loss,
        optimizer=nn.SGD(model.parameters(), learning_rate=0.01),
        **{"epochs": 4, "batch_size": 16, "progress": False} | settings,
        on_step=lambda step: losses.append(step.loss),
    )
    return [*losses, *history.validation_loss, *model.state_dict().values()]


# ---- what it does ----


def test_each_input_is_dropped_or_divided_by_what_is_kept() -> None:
    dropout = nn.Dropout(0.2, seed=0)
    assert set(dropout([1.0] * 1000)) == {0.0, 1.25}


def test_rate_is_the_share_that_is_dropped() -> None:
    dropped = fmean(x == 0 for x in nn.Dropout(0.3, seed=0)([1.0] * 20_000))
    assert dropped == pytest.approx(0.3, abs=0.01)


def test_mean_stays_what_it_is() -> None:
    assert fmean(nn.Dropout(0.4, seed=0)([1.0] * 20_000)) == pytest.approx(1.0, abs=0.02)


def test_each_pass_has_its_own_mask_and_the_same_seed_gives_the_same_masks() -> None:
    masks = [[d([1.0] * 20) for _ in range(3)] for d in (nn.Dropout(0.5, 7), nn.Dropout(0.5, 7))]
    assert masks[0] == masks[1]
    assert masks[0][0] != masks[0][1] != masks[0][2]


def test_one_large_draw_is_two_small_ones() -> None:
    whole, parts = nn.Dropout(0.5, seed=1), nn.Dropout(0.5, seed=1)
    assert list(whole.draw(30)) == [*parts.draw(11), *parts.draw(19)]


def test_masks_are_the_same_without_numpy(monkeypatch) -> None:
    pytest.importorskip("numpy")
    with_numpy = list(nn.Dropout(0.5, seed=1).draw(50))
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    found = nn.Dropout(0.5, seed=1).draw(50)
    assert isinstance(found, list)
    assert found == with_numpy


@pytest.mark.parametrize("mode", ["rate 0", "eval"])
def test_without_dropping_the_inputs_are_returned_as_they_are(mode: str) -> None:
    dropout = nn.Dropout(0.0) if mode == "rate 0" else nn.Dropout(0.9).eval()
    inputs = [Value(1.0), Value(-2.0)]
    assert all(a is b for a, b in zip(dropout(inputs), inputs, strict=True))


def test_one_value_comes_back_as_one_value() -> None:
    assert nn.Dropout(0.5, seed=0)(Value(3.0)).data in (0.0, 6.0)


@pytest.mark.parametrize("rate", [1.0, -0.1, 1.5, float("nan")])
def test_rate_must_be_a_share_below_1(rate: float) -> None:
    with pytest.raises(ValueError, match="must be from 0 to below 1"):
        nn.Dropout(rate)
    with pytest.raises(ValueError, match="dropout must be from 0 to below 1"):
        nn.MLP(2, [4, 1], dropout=rate)


def test_rate_must_be_a_number() -> None:
    with pytest.raises(TypeError, match="rate must be a number from 0 to below 1"):
        nn.Dropout("0.5")  # type: ignore[arg-type]


def test_weights_do_not_depend_on_dropout() -> None:
    with_it, without = (nn.MLP(2, [8, 1], dropout=rate, seed=3) for rate in (0.5, 0.0))
    assert with_it.state_dict() == without.state_dict()


def test_output_of_an_mlp_is_not_dropped() -> None:
    model = nn.MLP(1, [1], dropout=0.9, seed=0)
    assert model([1.0]).data == model([1.0]).data != 0.0


def test_gradients_agree_with_finite_differences_under_one_mask() -> None:
    model = nn.MLP(2, [6, 6, 1], activation="tanh", dropout=0.5, seed=1)
    assert model.dropout is not None

    def fn(a: Value, b: Value) -> Value:
        model.dropout.rng.seed(5)
        return model([a, b])

    engine.check_gradients(fn, [0.3, -0.8])


# ---- in programs ----


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("loss", [nn.hinge, own_loss])
def test_fit_gives_the_same_numbers_compiled_and_eager(name: str, loss: Callable) -> None:
    runs = [trained(MODELS[name](), loss=loss, compiled=c) for c in (True, False)]
    assert_same(*runs, tolerance=1e-11)


@pytest.mark.parametrize("backend", ["auto", "numpy", "python"])
@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_program_of_a_model_draws_its_masks_at_each_call(
    name: str, backend: str, batched: bool
) -> None:
    compiled, model = MODELS[name](), MODELS[name]()

    def one(x: list) -> Value:
        return compiled(x) ** 2

    program = engine.compile(
        one if batched else lambda X: sum(one(x) for x in X) * 0.2, batched=batched, backend=backend
    )
    for i in range(6):
        for m in (compiled, model):
            m.train(i != 3)  # in one call evaluated, then trained again

        def mean(X: list) -> Value:
            return sum(model(x) ** 2 for x in X) * 0.2

        found = replayed(program, compiled.parameters(), X[:5])
        assert_same(found, eager(mean, model.parameters(), X[:5]), tolerance=1e-11)


def test_rate_that_changes_between_calls_is_that_of_the_call() -> None:
    model = nn.MLP(2, [8, 1], dropout=0.5, seed=0)
    same = copy.deepcopy(model)
    program = engine.compile(lambda x: model(x))
    for rate in (0.5, 0.1, 0.0, 0.9, 0.5):
        model.dropout.rate = same.dropout.rate = rate
        assert program(X[0]) == pytest.approx(same(X[0]).data, rel=1e-12)


def test_model_that_asks_whether_it_is_trained_follows_the_same_path_compiled_or_eager() -> None:
    class Doubling(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.MLP(2, [6, 1], seed=0)

        def __call__(self, x):
            return self.inner(x) * 2 if self.training else self.inner(x)

    assert_same(*(trained(Doubling(), compiled=c) for c in (True, False)), tolerance=1e-11)


def test_penalty_that_calls_a_model_with_dropout_is_trained_eagerly_and_right() -> None:
    def penalty(model: nn.Module) -> Value:
        return 0.1 * model([0.0, 0.0]) ** 2

    with pytest.warns(RuntimeWarning, match="training eagerly"):
        found = trained(MODELS["mlp"](), penalty=penalty)
    assert found == trained(MODELS["mlp"](), penalty=penalty, compiled=False)


def test_two_threads_train_as_each_does_alone() -> None:
    found: dict[int, list[float]] = {}

    def run(i: int) -> None:
        found[i] = trained(MODELS["mlp"]())

    threads = [threading.Thread(target=run, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1] == trained(MODELS["mlp"]())


# ---- where it is off ----


@pytest.mark.parametrize("n", [5, 60])  # called one by one, replayed
@pytest.mark.parametrize("name", MODELS)
def test_predict_drops_nothing_and_draws_nothing(name: str, n: int) -> None:
    model = MODELS[name]()
    trained(model)
    model.train()
    state = [rng.getstate() for rng in generators(model)]
    found = nn.predict(lambda x: model(x), X[:n])  # what hides in a function is found as well
    assert found == pytest.approx(nn.predict(model, X[:n]))
    assert model.training
    assert state == [rng.getstate() for rng in generators(model)]
    model.eval()
    assert found == pytest.approx([model(x).data for x in X[:n]])


def generators(model: nn.Module) -> list[Random]:
    return [m.rng for m in nn.parameters.modules_in(model) if isinstance(m, nn.Dropout)]


def test_fit_leaves_a_model_that_predicts() -> None:
    model = nn.MLP(2, [8, 1], dropout=0.5, seed=0)
    trained(model)
    assert not model.training
    assert model(X[0]).data == pytest.approx(nn.predict(model, X)[0])


def test_validation_loss_is_that_of_the_whole_network() -> None:
    model = nn.MLP(2, [8, 1], dropout=0.5, seed=0)
    held_back = X[:9], y[:9]
    history = nn.fit(
        model,
        X[9:],
        y[9:],
        loss=nn.hinge,
        optimizer=nn.SGD(model.parameters(), learning_rate=0.05),
        epochs=1,
        validation=held_back,
        progress=False,
    )
    assert history.validation_loss[0] == pytest.approx(
        nn.hinge([model(x) for x in held_back[0]], held_back[1]).data
    )


def test_summary_counts_no_parameters_for_dropout_and_draws_nothing() -> None:
    with_it, without = (nn.MLP(2, [8, 1], dropout=rate, seed=0) for rate in (0.5, 0.0))
    before = with_it.dropout.rng.getstate()
    assert str(with_it.summary()) == str(without.summary())
    assert with_it.dropout.rng.getstate() == before


@pytest.mark.parametrize("name", MODELS)
def test_monitor_calls_no_dropped_neuron_dead_and_does_not_disturb_training(name: str) -> None:
    model, alone = MODELS[name](), MODELS[name]()
    monitor = nn.Monitor(model, every=1)
    watched = trained(model, monitor=monitor, epochs=20)
    assert {alarm.kind for alarm in monitor.alarms} <= {"underfitting"}  # it learns slowly
    assert watched == trained(alone, epochs=20)


def test_sensitivity_and_the_loss_surface_are_those_of_the_whole_network() -> None:
    with_it, without = (nn.MLP(2, [4, 1], dropout=rate, seed=0) for rate in (0.5, 0.0))
    tables = [nn.sensitivity(m, X[:4]).by_gradient.tolist() for m in (with_it, without)]
    assert tables[0] == tables[1]
    names = [name for name, _ in without.named_parameters()][:2]
    surfaces = [nn.loss_surface(m, X, y, *names, n=3).loss.tolist() for m in (with_it, without)]
    assert surfaces[0] == surfaces[1]


# ---- saved and resumed ----


def test_saved_model_keeps_its_rate_and_evaluates(tmp_path) -> None:
    model = nn.MLP(2, [8, 1], dropout=0.25, seed=0)
    model.save(tmp_path / "model.json")
    loaded = nn.load(tmp_path / "model.json")
    assert (loaded.dropout.rate, loaded.training) == (0.25, False)
    assert loaded(X[0]).data == model.eval()(X[0]).data


@pytest.mark.parametrize("name", MODELS)
def test_saved_numbers_are_loaded_into_a_model_that_drops_as_well(tmp_path, name: str) -> None:
    model, again = MODELS[name](), MODELS[name]()
    trained(model)
    model.save(tmp_path / "model.json")
    again.load(tmp_path / "model.json")
    assert again.state_dict() == model.state_dict()


def test_saved_model_keeps_dropout_put_in_by_hand(tmp_path) -> None:
    inserted().save(tmp_path / "model.json")
    loaded = nn.load(tmp_path / "model.json")
    assert repr(loaded.layers[1]) == "Dropout(0.5)"
    assert loaded(X[0]).data == inserted().eval()(X[0]).data


def test_model_with_a_dropout_of_your_own_is_not_saved(tmp_path) -> None:
    class Own(nn.Dropout):
        pass

    with pytest.raises(ValueError, match="Own, which nn"):
        nn.MLP(2, [4, 1], dropout=Own(0.5)).save(tmp_path / "model.json")


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_checkpoint_resumes_the_stream_of_masks(tmp_path, name: str, compiled: bool) -> None:
    path = tmp_path / "run.json"
    whole = trained(MODELS[name](), epochs=6, compiled=compiled)
    trained(MODELS[name](), epochs=3, compiled=compiled, checkpoint=path)
    model = MODELS[name]()
    resumed = trained(model, epochs=6, compiled=compiled, checkpoint=path)
    assert resumed[-len(model.parameters()) :] == whole[-len(model.parameters()) :]


def test_checkpoint_of_a_model_without_dropout_is_refused(tmp_path) -> None:
    trained(nn.MLP(2, [8, 8, 1], seed=0), checkpoint=tmp_path / "run.json")
    with pytest.raises(ValueError, match=r"another run|generators"):
        trained(MODELS["mlp"](), checkpoint=tmp_path / "run.json")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copy_draws_the_same_masks_without_disturbing_the_original(copied: Callable) -> None:
    model = nn.MLP(2, [8, 1], dropout=0.5, seed=0)
    model(X[0])
    again = copied(model)
    assert [again(x).data for x in X[:9]] == [model(x).data for x in X[:9]]


@pytest.mark.parametrize("compiled", [True, False])
def test_loss_that_is_not_finite_is_explained_with_the_masks_of_its_step(compiled: bool) -> None:
    class Overflowing(nn.Module):
        def __init__(self) -> None:
            self.w, self.dropout = Value(800.0), nn.Dropout(0.5, seed=2)

        def __call__(self, x):
            return engine.exp(self.dropout([self.w * x[0]])[0])  # inf unless it is dropped

    model = Overflowing()
    monitor = nn.Monitor(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        trained(model, loss=nn.mean_squared_error, monitor=monitor, compiled=compiled, batch_size=1)
    assert monitor.alarms[-1].kind == "non_finite"
    assert "exp" in monitor.alarms[-1].evidence


# ---- what it is good for ----


def test_dropout_lessens_overfitting() -> None:
    few, sides = nn.data.moons(40, noise=0.35, seed=5)
    new, new_sides = nn.data.moons(400, noise=0.35, seed=100)
    last: dict[float, list[float]] = {0.0: [], 0.3: []}
    for rate, losses in last.items():
        for seed in range(3):
            model = nn.MLP(2, [16, 16, 1], activation="tanh", dropout=rate, seed=seed)
            history = nn.fit(
                model,
                few,
                [2 * k - 1 for k in sides],
                loss=nn.hinge,
                optimizer=nn.Adam(model.parameters(), learning_rate=0.02),
                epochs=300,
                batch_size=20,
                validation=(new, [2 * k - 1 for k in new_sides]),
                progress=False,
            )
            losses.append(history.validation_loss[-1])
    assert median(last[0.3]) < 0.8 * median(last[0.0])


def test_picture_has_one_card_of_dropout_after_each_layer() -> None:
    model = nn.MLP(2, [4, 3, 1], dropout=0.5, seed=0)
    out = model([0.5, -1.0])
    out.backward()
    assert {
        n.scope.path[0].name for n in engine.nodes(out) if n.op and "dropout" in str(n.scope)
    } == {
        "dropout after layer 1",
        "dropout after layer 2",
    }
