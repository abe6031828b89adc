"""How samples are split into a part to train on and one to validate on."""

from collections import Counter
from random import Random

import pytest

import nn
from nn.data.samples import split

CLASSES = [
    ["a"] * 90 + ["b"] * 10,
    [0.0] * 33 + [1.0] * 33 + [2.0] * 34,
    ["a"] * 97 + ["b", "c", "d"],
    [[0, 1]] * 80 + [[1, 0]] * 20,
]


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5, 0.9])
def test_each_class_has_its_share_of_both_parts(classes: list, share: float) -> None:
    _, held_back = split(100, share, Random(0), classes)
    mine = Counter(str(classes[i]) for i in held_back)
    for name, n in Counter(map(str, classes)).items():
        if n > 3:  # what single samples do not take goes to the others
            assert abs(mine[name] - share * n) <= 3


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_no_sample_is_lost_and_no_class_is_held_back_whole(classes: list, share: float) -> None:
    kept, held_back = split(100, share, Random(1), classes)
    assert sorted([*kept, *held_back]) == list(range(100))
    assert {str(classes[i]) for i in kept} == set(map(str, classes))


def test_share_is_kept_where_classes_allow_it() -> None:
    assert len(split(100, 0.2, Random(0), CLASSES[0])[1]) == 20


def test_same_seed_gives_the_same_split() -> None:
    assert split(100, 0.2, Random(5), CLASSES[0]) == split(100, 0.2, Random(5), CLASSES[0])


def test_parts_are_in_random_order() -> None:
    kept, held_back = split(100, 0.5, Random(0), CLASSES[0])
    assert sorted(kept) != kept
    assert sorted(held_back) != held_back


def test_fit_holds_back_of_a_rare_class_as_of_a_common_one() -> None:
    X = [[float(i)] for i in range(50)]
    seen = []

    class Spy(nn.MLP):
        def __call__(self, x):  # the eager engine, so that each sample passes here
            seen.append(float(x[0]))
            return super().__call__(x)

    for seed in range(5):
        seen.clear()
        model = Spy(1, [1], seed=0)
        nn.fit(
            model, X, [0] * 45 + [1] * 5, loss=nn.binary_cross_entropy, batch_size=100, seed=seed,
            optimizer=nn.SGD(model.parameters(), learning_rate=1e-6), epochs=1, compiled=False,
            progress=False,
        )  # fmt: skip
        assert sum(x >= 45 for x in seen[-10:]) == 1


def test_quantities_are_split_as_before() -> None:
    order = list(range(10))
    Random(3).shuffle(order)
    assert split(10, 0.2, Random(3)) == (order[2:], order[:2])
