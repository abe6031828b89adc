"""One check, five outlets: a submission gets the same points in all of them."""

import pytest

from nn.teach.outlets.assignments.network import NETWORK
from tests.nn.teach.outlets import outlets
from tests.nn.teach.outlets.submissions import NETWORKS, SUBMISSIONS

OUTLETS = ("pytest", "prairielearn", "gradescope", "notebook", "nbgrader", "otter")
QUICK = ("right", "half", "overwrites gradients", "raises at import", "leaves in a product")


@pytest.fixture(scope="module")
def command_scores(tmp_path_factory):
    """Points by `glassgrad teach check`, which the outlets are compared with."""
    scores = {}

    def of(names):
        new = {name: SUBMISSIONS[name] for name in names if name not in scores}
        scores.update(outlets.by_command(new, tmp_path_factory.mktemp("command")))
        return {name: scores[name] for name in names}

    return of


@pytest.mark.parametrize("outlet", ["pytest", "gradescope", "notebook"])
def test_five_submissions_score_as_by_the_command(outlet, command_scores, tmp_path) -> None:
    scores = getattr(outlets, f"by_{outlet}")({name: SUBMISSIONS[name] for name in QUICK}, tmp_path)
    assert scores == pytest.approx(command_scores(QUICK))


def test_five_submissions_score_differently(command_scores) -> None:
    scores = command_scores(QUICK)
    assert scores["right"] == 10.0
    assert scores["raises at import"] == 0.0
    assert 0 < scores["half"] < 10
    assert 0 < scores["overwrites gradients"] < 10


@pytest.mark.outlets
@pytest.mark.parametrize("outlet", OUTLETS)
def test_all_submissions_score_as_by_the_command(outlet, command_scores, tmp_path) -> None:
    # In the notebook itself there is no grader: a student who fakes the check there fools nobody else.
    names = [name for name in SUBMISSIONS if (outlet, name) != ("notebook", "fakes the check")]
    scores = getattr(outlets, f"by_{outlet}")({name: SUBMISSIONS[name] for name in names}, tmp_path)
    assert scores == pytest.approx(command_scores(names))


@pytest.fixture(scope="module")
def network_scores(tmp_path_factory):
    """Points of networks by the command."""
    return outlets.by_command(NETWORKS, tmp_path_factory.mktemp("command"), NETWORK)


@pytest.mark.outlets
@pytest.mark.parametrize("outlet", OUTLETS)
def test_all_networks_score_as_by_the_command(outlet, network_scores, tmp_path) -> None:
    scores = getattr(outlets, f"by_{outlet}")(NETWORKS, tmp_path, NETWORK)
    assert scores == pytest.approx(network_scores)


@pytest.mark.outlets
def test_networks_get_the_points_of_what_works(network_scores) -> None:
    assert network_scores["right"] == NETWORK.points
    assert network_scores["loops at import"] == network_scores["not Python"] == 0.0
    for name in ("loops in the loss", "leaves in a step"):
        assert 40.0 <= network_scores[name] < NETWORK.points


@pytest.mark.outlets
def test_every_hostile_submission_gets_the_points_of_what_works(command_scores) -> None:
    scores = command_scores(SUBMISSIONS)
    for name in ("raises", "loops", "leaves", "exits"):
        assert scores[f"{name} at import"] == 0.0
    assert scores["prints at import"] == scores["prints in a sum"] == 10.0
    assert 3 < scores["loops in backward"] < 5
    assert scores["fakes the check"] == scores["forward only"] < 5


@pytest.mark.outlets
@pytest.mark.parametrize("outlet", ["nbgrader", "otter"])
def test_cell_that_redefines_the_check_changes_nothing(outlet, command_scores, tmp_path) -> None:
    fake = "import engine\n\nengine.teach.check = lambda *a, **k: 10.0\n"
    fake += (
        "import nn.teach.outlets.checking as checking\n\nchecking.check_file = engine.teach.check\n"
    )
    fake += "open('engine.py', 'w').write('raise RuntimeError')\n"
    half = {"half": SUBMISSIONS["half"]}
    scores = getattr(outlets, f"by_{outlet}")(half, tmp_path, experiment=fake)
    assert scores == command_scores(["half"])
    assert scores["half"] < 10
