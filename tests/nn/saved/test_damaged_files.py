"""Models and checkpoints damaged in every place: a clear line or the right result, and nothing else."""

import copy
import json
import math
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import nn
from nn.commands.trained import Trained
from nn.data.dataset import Scaling

np = pytest.importorskip("numpy")

DAMAGE = [
    None, "x", -1, 0, 1e999, math.nan, [], {}, 2**53, True, "\ud800", [None], "a\x1d", 0.5, "é" * 20_000,
    10**400, [[]], {"a": 1},
]  # fmt: skip
X = [[0.5, -1.0], [2.0, 0.1], [-0.3, 0.7]]
Y = [0.0, 1.0, 1.0]
OPTIONS = {"activation": "tanh", "seed": 0}


def places(thing: object, way: tuple = ()) -> Iterator[tuple]:
    """Yield the way to every leaf and container below a JSON value; of a long list to its ends."""
    items = thing.items() if isinstance(thing, dict) else ()
    if isinstance(thing, list):
        items = [(i, x) for i, x in enumerate(thing) if i in (0, len(thing) - 1)]
    for key, x in items:
        yield (*way, key)
        yield from places(x, (*way, key))


def changed(content: dict, way: tuple, to: object) -> dict:
    """Return a copy in which one place holds something else."""
    content = copy.deepcopy(content)
    inner = content
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = to
    return content


def classifier(path: Path) -> None:
    model = nn.MLP(2, [2, 3], dropout=0.25, **OPTIONS)
    scaling = Scaling(np.array([0.1, 0.2]), np.array([1.0, 2.0]))
    Trained(model, ["a", "b"], "kind", ["u", "v", "w"], ["id"], scaling).save(path)


def regressor(path: Path) -> None:
    model = nn.MLP(2, [2, 1], **OPTIONS)
    model.layers[0] = nn.Layer(2, 2, activation="gelu", bias=False)
    model.layers[0].neurons[1] = nn.Neuron(2)
    model.layers[-1].neurons[0].weights[1] = model.layers[0].neurons[0].weights[0]
    model.layers.insert(1, nn.Dropout(0.5))
    target_scaling = Scaling(np.array(10.0), np.array(3.0))
    Trained(model, ["a", "b"], "price", target_scaling=target_scaling).save(path)


def predicted(path: Path) -> object:
    found = Trained.load(path).predictions(np.array(X))
    assert all(isinstance(x, str) or math.isfinite(x) for x in found)
    return found


class Pair(nn.Module):
    def __init__(self) -> None:
        self.inner = {"a": nn.Layer(2, 2), "b": [nn.Neuron(2, activation="gelu")]}
        self.again = self.inner["a"].neurons[0].weights[0]


def own_class(path: Path) -> None:
    Pair().save(path, metadata={"note": ["x"]})


def own_loaded(path: Path) -> object:
    model = Pair()
    model.load(path)
    return model.state_dict(), model.metadata


def checkpoint(path: Path) -> None:
    resumed(path, epochs=2)


def resumed(path: Path, epochs: int = 3) -> object:
    model = nn.MLP(2, [2, 1], dropout=0.25, **OPTIONS)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
    history = nn.fit(
        model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=epochs, batch_size=2,
        validation=([[a + 1.0, *rest] for a, *rest in X], Y), progress=False, compiled=False, checkpoint=path,
    )  # fmt: skip
    return history.loss, history.validation_loss, model.state_dict()


FILES = [
    (classifier, predicted),
    (regressor, predicted),
    (own_class, own_loaded),
    (checkpoint, resumed),
]
each_file = pytest.mark.parametrize(
    ("write", "read"), FILES, ids=["classes", "numbers", "own class", "checkpoint"]
)
Read = Callable[[Path], object]


def outcome(path: Path, data: bytes, read: Read) -> object:
    """Return what is read of a file, or None if it is refused as it must be."""
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a run that diverges, or of version 1
            return read(path)
    except (ValueError, OSError) as error:
        message = str(error)
    overflow = message.startswith("the output for sample")  # a large weight is no damage
    assert overflow or str(path) in message, message
    assert len(message.splitlines()) == 1, message
    assert len(message) < 900, message
    assert message.isprintable()
    return None


@pytest.fixture
def right(write: Callable[[Path], None], read: Read, tmp_path: Path) -> tuple[bytes, object]:
    """Return the bytes of a whole file, and what is read from it."""
    path = tmp_path / "whole.json"
    write(path)
    data = path.read_bytes()
    return data, read(path)


@each_file
def test_every_place_replaced_is_refused_or_right(write, read: Read, right, tmp_path: Path) -> None:
    data, expected = right
    content, path = json.loads(data), tmp_path / "file.json"
    refused = 0
    for way in places(content):
        for damage in DAMAGE:
            found = outcome(path, json.dumps(changed(content, way, damage)).encode(), read)
            assert found is None or found == expected, (way, damage)
            refused += found is None
    assert refused > 200


@each_file
def test_every_place_replaced_by_hand_is_refused_or_works(
    write, read: Read, right, tmp_path
) -> None:
    # The file says that it was edited, so the checksum guards nothing; what is read must be usable.
    content, path = json.loads(right[0]) | {"checksum": "edited by hand"}, tmp_path / "file.json"
    for way in places(content):
        for damage in DAMAGE[:12:2]:
            outcome(path, json.dumps(changed(content, way, damage)).encode(), read)


@pytest.mark.parametrize("write", [classifier, regressor])
def test_weights_that_overflow_give_no_answer(write, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    write(path)
    content = json.loads(path.read_text()) | {"checksum": "edited by hand"}
    for name in content["parameters"]:
        content["parameters"][name] = 1e308
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"the output for sample 0 is .*(inf|nan).* are too large"):
        Trained.load(path).predictions(np.array(X))


def test_scale_of_an_old_file_is_called_spread(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    classifier(path)
    expected = predicted(path)
    content = json.loads(path.read_text())
    content["metadata"]["scaling"]["spread"] = content["metadata"]["scaling"].pop("std")
    for name in ("checksum", "parts", "tied"):
        del content[name]
    path.write_text(json.dumps(content | {"version": 1}))
    with pytest.warns(UserWarning, match="is of version 1, which has no checksum"):
        assert predicted(path) == expected


@each_file
def test_every_place_removed_is_refused(write, read: Read, right, tmp_path: Path) -> None:
    content, path = json.loads(right[0]), tmp_path / "file.json"
    for way in places(content):
        if way != ("checksum",):
            damaged = changed(content, way, None)
            inner = damaged
            for step in way[:-1]:
                inner = inner[step]
            del inner[way[-1]]
            assert outcome(path, json.dumps(damaged).encode(), read) is None, way


@each_file
def test_file_cut_anywhere_is_refused(write, read: Read, right, tmp_path: Path) -> None:
    data, _ = right
    for part in range(40):
        assert outcome(tmp_path / "file.json", data[: len(data) * part // 40], read) is None


@each_file
def test_flipped_bit_is_refused_or_makes_no_difference(write, read: Read, right, tmp_path) -> None:
    data, expected = right
    for at in range(0, len(data), max(1, len(data) // 150)):
        for bit in (0, 1, 4):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            found = outcome(tmp_path / "file.json", bytes(flipped), read)
            assert found is None or found == expected, at


@each_file
def test_other_encodings_are_read_or_refused(write, read: Read, right, tmp_path: Path) -> None:
    data, expected = right
    text, path = data.decode(), tmp_path / "file.json"
    assert outcome(path, text.encode("utf-8-sig"), read) == expected
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert outcome(path, text.encode(encoding), read) is None


@each_file
def test_key_that_is_there_twice_is_refused(write, read: Read, right, tmp_path: Path) -> None:
    text, path = right[0].decode(), tmp_path / "file.json"
    for name in json.loads(text):
        twice = text.replace("{", f'{{"{name}": null, ', 1)
        assert outcome(path, twice.encode(), read) is None
