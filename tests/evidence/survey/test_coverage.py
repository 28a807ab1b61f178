"""Intervals against a population whose truth is known: 95 of 100 should hold it, and at least 90 must (§6.3)."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.evidence.survey import Design, mean, median, proportion, rake

STRATA, CLUSTERS, PEOPLE = 3, 60, 30
DRAWN, ASKED = (8, 12, 16), 10


def population() -> tuple[np.ndarray, np.ndarray]:
    """A number for everybody, shape (strata, clusters, people), alike within clusters; and a group, "0" or "1"."""
    chance = stream(11, "coverage")
    of_stratum = np.array([40.0, 55.0, 70.0])[:, None, None]
    of_cluster = chance.normal(0, 8, (STRATA, CLUSTERS, 1))
    numbers = of_stratum + of_cluster + chance.gamma(2.0, 6.0, (STRATA, CLUSTERS, PEOPLE))
    groups = (chance.random((STRATA, CLUSTERS, PEOPLE)) < 1 / (1 + np.exp(-(numbers - 60) / 15))).astype(int)
    return numbers, groups


def sample(seed: int) -> tuple[np.ndarray, Design, np.ndarray]:
    numbers, groups = population()
    chance = stream(seed, "coverage", "sample")
    values, met, weights, strata, clusters, populations = [], [], [], [], [], []
    for stratum, drawn in enumerate(DRAWN):
        for cluster in chance.choice(CLUSTERS, drawn, replace=False):
            people = chance.choice(PEOPLE, ASKED, replace=False)
            values.append(numbers[stratum, cluster, people])
            met.append(groups[stratum, cluster, people])
            weights += [CLUSTERS / drawn * PEOPLE / ASKED] * ASKED
            strata += [stratum] * ASKED
            clusters += [int(cluster)] * ASKED
            populations += [float(CLUSTERS)] * ASKED
    design = Design.of(
        weights, strata, [clusters, list(range(len(weights)))], [populations, np.full(len(weights), 30.0)]
    )
    return np.concatenate(values), design, np.concatenate(met)


def covers(low: float | None, high: float | None, truth: float) -> bool:
    assert low is not None
    assert high is not None
    return low <= truth <= high


def test_intervals_of_a_stratified_clustered_sample_hold_the_truth() -> None:
    numbers, groups = population()
    held = dict.fromkeys(("mean", "share", "median", "raked", "blind"), 0)
    for seed in range(100):
        values, design, met = sample(seed)
        found = mean(design, values)
        held["mean"] += covers(found.low, found.high, float(numbers.mean()))
        share = proportion(design, met == 1)
        held["share"] += covers(share.low, share.high, float(groups.mean()))
        middle = median(design, values)
        held["median"] += covers(middle.low, middle.high, float(np.median(numbers)))
        size = float(groups.size)
        targets = {"group": {"1": float(groups.sum()), "0": size - float(groups.sum())}}
        raked = mean(rake(design, {"group": [str(each) for each in met]}, targets).design, values)
        held["raked"] += covers(raked.low, raked.high, float(numbers.mean()))
        assert raked.error is not None
        assert found.error is not None
        assert raked.error < found.error
        blind = mean(Design.of(design.weights), values)
        held["blind"] += covers(blind.low, blind.high, float(numbers.mean()))
    assert all(held[each] >= 90 for each in ("mean", "share", "median", "raked")), held
    # Taking people of one cluster for strangers is what the design guards against.
    assert held["blind"] < 85, held


def test_the_standard_error_is_as_large_as_estimates_differ() -> None:
    found = [mean(design, values) for values, design, _ in map(sample, range(100))]
    spread = np.std([each.value or 0.0 for each in found], ddof=1)
    usual = np.mean([each.error or 0.0 for each in found])
    assert usual == pytest.approx(spread, rel=0.2)
