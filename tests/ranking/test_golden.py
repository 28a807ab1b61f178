"""Weights tried together, held to the golden values: what can be worked out again, and what R printed (§7.1).

R's draws of the thrombolytics example (10,000 of 2 options and 3 criteria) are not kept with the golden values, so its figures
cannot be worked out again from what went in. They are held instead to what has to be true of any two options, which our own
answer is held to on draws of the same shape.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from joinedup.appraisal import Outcome
from joinedup.ranking import AgreedWeights, AnyWeights, Criterion, try_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.ranking import Tried
    from joinedup.ranking.weights import Weights

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILE = DATA.parent / "golden" / "smaa.json"
SAMPLES = 20_000
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the golden values are not on this machine")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def tried(values: np.ndarray, ids: Sequence[str], weights: Weights | None = None) -> Tried:
    criteria = [Criterion(f"c{number}", "points", 0, 1) for number in range(values.shape[2])]
    passed = [Outcome.PASS] * len(ids)
    return try_weights(ids, passed, criteria, values, weights or AnyWeights(), samples=SAMPLES)


def alike(found: float, error: float, wanted: float) -> bool:
    return abs(found - wanted) <= 4 * error + 1e-6


def test_the_analytic_case_is_what_the_golden_file_says(golden: Mapping[str, Any]) -> None:
    case = golden["analytic"]
    ids = list(case["alternatives"])
    found = tried(np.array([[case["alternatives"][each] for each in ids]], dtype=np.float64), ids)
    for each in found.accepted:
        assert alike(each.first.share, each.first.error, case["rank_1_acceptability"][each.id])


def test_the_identity_case_is_what_the_golden_file_says(golden: Mapping[str, Any]) -> None:
    case, ids = golden["identity_3x3"], ["A", "B", "C"]
    found = {each.id: each for each in tried(np.eye(3)[np.newaxis], ids).accepted}
    for each in found.values():
        assert alike(each.first.share, each.first.error, case["rank_1_acceptability"])
    weights = found["A"].central_weights
    assert weights is not None
    assert list(weights.values()) == pytest.approx(case["central_weight_of_first"], abs=0.006)


def laws(
    share: Mapping[str, Sequence[float]],
    central: Mapping[str, Sequence[float]],
    confidence: Mapping[str, float],
    slack: float,
) -> None:
    """Hold two options to what is true of any two, whatever the measurements."""
    one, other = share
    # Whichever is not first is second.
    assert share[one] == pytest.approx(share[other][::-1])
    # The weights under which either leads are all weights, whose middle is even.
    middle = sum(share[each][0] * np.array(central[each]) for each in share)
    assert middle == pytest.approx([1 / 3] * 3, abs=slack)
    for each in share:
        assert sum(central[each]) == pytest.approx(1, abs=1e-6)
        # At the middle of the weights that favour it an option leads at least as often as at all weights.
        assert confidence[each] >= share[each][0]


def test_what_r_printed_of_two_treatments_is_what_has_to_be_true_of_two_options(
    golden: Mapping[str, Any],
) -> None:
    case = golden["thrombolytics_R_smaa"]
    share = {each: case[f"{each}_rank_acceptability"] for each in ("heparin", "enoxaparin")}
    laws(share, case["central_weights"], case["confidence_factors"], slack=0.006)
    fixed = case["fixed_weights_0.5_0.2_0.3"]
    assert sum(fixed.values()) == pytest.approx(1)
    # These weights lie by enoxaparin's middle and far from heparin's, and it leads more often than over all weights.
    assert fixed["enoxaparin"] > share["enoxaparin"][0]


def test_ours_holds_to_the_same_on_draws_of_the_same_shape() -> None:
    generator = np.random.default_rng(11)
    values = np.clip(generator.normal([[0.42], [0.5]], 0.12, size=(10_000, 2, 3)), 0, 1)
    values[:, 0, 2] += 0.15
    found = {each.id: each for each in tried(values, ["heparin", "enoxaparin"]).accepted}
    share = {name: [place.share for place in each.places] for name, each in found.items()}
    central = {name: list((each.central_weights or {}).values()) for name, each in found.items()}
    confidence = {name: each.confidence.share for name, each in found.items() if each.confidence}
    laws(share, central, confidence, slack=0.01)
    agreed = tried(values, ["heparin", "enoxaparin"], AgreedWeights({"c0": 0.5, "c1": 0.2, "c2": 0.3}))
    # A rival: weigh every draw by hand.
    worth = values @ np.array([0.5, 0.2, 0.3])
    wanted = float((worth[:, 1] > worth[:, 0]).mean())
    enoxaparin = next(each for each in agreed.accepted if each.id == "enoxaparin")
    assert alike(enoxaparin.first.share, enoxaparin.first.error, wanted)
