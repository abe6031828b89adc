"""What a JSON file must hold, and the one place that a message names."""

import pytest

from nn.saved.schema import COUNT, FINITE, FLAG, NOT_NAN, TEXT, faults, whole

LAYER = {"n_outputs": COUNT, "bias": FLAG, "note?": TEXT}
NETWORK = {
    "layers": [LAYER],
    "weights": {...: [FINITE]},
    "best": (COUNT, None),
    "seed": whole(0, 9),
}
GOOD = {
    "layers": [{"n_outputs": 2, "bias": True}],
    "weights": {"w 1": [0, -1.5]},
    "best": None,
    "seed": 9,
}


def test_what_fits_has_no_faults() -> None:
    assert list(faults(GOOD, NETWORK)) == []
    noted = GOOD | {"layers": [{"n_outputs": 2, "bias": True, "note": "α"}], "best": 3}
    assert list(faults(noted, NETWORK)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"weights": {"w 1": [0, None]}}, "weights['w 1'][1] must be a finite number, got null"),
        (
            {"weights": {"w 1": [float("nan")]}},
            "weights['w 1'][0] must be a finite number, got nan",
        ),
        ({"weights": {"w": [float("inf")]}}, "weights.w[0] must be a finite number, got inf"),
        ({"weights": {"w": [True]}}, "weights.w[0] must be a finite number, got true"),
        (
            {"weights": {"w": [10**400]}},
            "weights.w[0] must be a finite number, got a whole number of 1329 bits",
        ),
        ({"weights": {"w": {}}}, "weights.w must be a list, got {}"),
        ({"weights": []}, "weights must be an object, got []"),
        ({"layers": "x"}, "layers must be a list, got 'x'"),
        ({"layers": [[]]}, "layers[0] must be an object, got []"),
        ({"layers": [{"bias": True}]}, "layers[0].n_outputs is missing"),
        (
            {"layers": [{"n_outputs": -1, "bias": True}]},
            "layers[0].n_outputs must be a whole number from 1, got -1",
        ),
        (
            {"layers": [{"n_outputs": 1.0, "bias": True}]},
            "layers[0].n_outputs must be a whole number from 1, got 1.0",
        ),
        (
            {"layers": [{"n_outputs": 1, "bias": 1}]},
            "layers[0].bias must be true or false, got 1",
        ),
        ({"layers": [{"n_outputs": 1, "bias": True, "x": 1}]}, "layers[0].x must not be there"),
        ({"best": "x"}, "best must be a whole number from 1 or null, got 'x'"),
        ({"seed": 10}, "seed must be a whole number, 0 to 9, got 10"),
        (
            {"layers": "x" * 99},
            f"layers must be a list, got '{'x' * 29} … (101 characters)",
        ),
    ],
)
def test_fault_names_the_place_what_was_needed_and_what_came(change: dict, fault: str) -> None:
    assert list(faults(GOOD | change, NETWORK)) == [fault]


def test_name_in_a_place_is_short_and_on_one_line() -> None:
    assert list(faults({"a\x1c\nb": 1}, {})) == ["['a\\x1c\\nb'] must not be there"]
    assert len(next(faults({"x" * 9_000: 1}, {}))) < 150
    path = "encoder.layers.12.neurons.100.weights.100"
    assert next(faults({path: None}, {...: FINITE})).startswith(f"['{path}'] must be a finite")


def test_choice_of_an_object_names_the_place_inside_it() -> None:
    schema = {"scaling": ({"mean": [FINITE]}, None)}
    assert list(faults({"scaling": {"mean": ["x"]}}, schema)) == [
        "scaling.mean[0] must be a finite number, got 'x'"
    ]


@pytest.mark.parametrize("text", ["x" * 10_001, "\ud800", None, 3])
def test_text_is_one_that_a_message_can_print(text: object) -> None:
    assert not TEXT.fits(text)


def test_infinity_is_a_number_but_not_a_finite_one() -> None:
    assert NOT_NAN.fits(float("-inf"))
    assert not NOT_NAN.fits(float("nan"))
    assert not FINITE.fits(float("-inf"))


def test_number_of_numpy_is_a_number() -> None:
    np = pytest.importorskip("numpy")
    assert FINITE.fits(np.float64(0.5))
    assert not FINITE.fits(np.float64("nan"))
    assert not FINITE.fits(np.True_)
