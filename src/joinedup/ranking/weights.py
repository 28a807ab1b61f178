"""Weights of criteria: agreed by the partners, or all that are possible under what they said (§7.1)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from joinedup.assumptions import stream
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.ranking.criteria import Criterion

_FILE = Path(__file__).with_name("presets.toml")
_ROUND = 4096
"""Proposals made at once where some are thrown away."""
_RAREST = 1e-3
"""A proposal that fits less often than this is too slow to be used."""
_FOR_THE_MEAN = 10_000
_NEAR = 1e-9


class Weights(Protocol):
    """What is known of the weights; weights of one set are not negative and sum to 1."""

    def sample(self, names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:
        """Draw sets of weights, shape (count, criteria); a criterion's weights do not depend on where it stands."""

    def centre(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give the mean of the sets, shape (criteria,)."""

    def allows(self, weights: Mapping[str, float]) -> bool:
        """Say whether a set of weights agrees with what is known."""

    @property
    def varies(self) -> bool:
        """Whether more than one set is possible."""


@dataclass(frozen=True)
class AnyWeights:
    """Nothing is known of the weights: all are tried, evenly."""

    varies = True

    def sample(self, names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:
        """Draw evenly from all sets of weights."""
        return _simplex(names, count, seed, "any")

    def centre(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give every criterion the same weight."""
        return np.full(len(names), 1.0 / len(names))

    def allows(self, weights: Mapping[str, float]) -> bool:
        """Say yes: any set of weights may be."""
        return bool(weights)


@dataclass(frozen=True)
class RankedWeights:
    """The partners agreed which criterion matters most, which next and so on, and not by how much."""

    order: tuple[str, ...]
    varies = True

    def sample(self, names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:
        """Draw evenly from the sets that keep the order."""
        _all_named(names, self.order, "the order of importance")
        largest_first = np.sort(_simplex(names, count, seed, "ranked"), axis=1)[:, ::-1]
        return largest_first[:, [self.order.index(name) for name in names]]

    def centre(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give the rank-order centroid: the k-th of n weighs (1/k + ... + 1/n) / n."""
        _all_named(names, self.order, "the order of importance")
        count = len(names)
        by_rank = [
            math.fsum(1 / place for place in range(rank, count + 1)) / count for rank in range(1, count + 1)
        ]
        return np.array([by_rank[self.order.index(name)] for name in names])

    def allows(self, weights: Mapping[str, float]) -> bool:
        """Say whether no criterion outweighs one that stands before it."""
        listed = [weights[name] for name in self.order]
        return all(one >= other - _NEAR for one, other in pairwise(listed))


@dataclass(frozen=True)
class WeightsBetween:
    """The partners agreed a least and a most share of each criterion, from 0 to 1."""

    low: Mapping[str, float]
    high: Mapping[str, float]
    varies = True

    def sample(self, names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:
        """Draw evenly from the sets that lie between, by throwing away what does not.

        Raises:
            Refusal: when no set can lie between, or so few that they cannot be found.
        """
        _all_named(names, self.low, "the least shares")
        _all_named(names, self.high, "the greatest shares")
        low = np.array([self.low[name] for name in names], dtype=np.float64)
        high = np.array([self.high[name] for name in names], dtype=np.float64)
        for name, least, most in zip(names, low, high, strict=True):
            if not 0.0 <= least <= most <= 1.0:
                raise Refusal(
                    f"weight of '{name}': {least:g} to {most:g} is not a range between 0 and 1; "
                    "give shares with the least first"
                )
        if low.sum() > 1 + _NEAR or high.sum() < 1 - _NEAR:
            raise Refusal(
                f"the weights cannot sum to 1: the least shares sum to {low.sum():g} and the greatest to {high.sum():g}; "
                "widen the ranges"
            )
        ways = [
            (float(((tried >= low - _NEAR) & (tried <= high + _NEAR)).all(axis=1).mean()), -way)
            for way in range(3)
            for tried in [_proposed(way, low, high, names, seed, "trial")]
        ]
        kept, way = max(ways)
        if kept < _RAREST:
            raise Refusal("hardly any set of weights fits all the ranges; widen them, or agree the weights")
        found: list[NDArray[np.float64]] = []
        missing, turn = count, 0
        while missing > 0:
            tried = _proposed(-way, low, high, names, seed, str(turn))
            fits = ((tried >= low - _NEAR) & (tried <= high + _NEAR)).all(axis=1)
            found.append(tried[fits])
            missing -= int(fits.sum())
            turn += 1
        return np.concatenate(found)[:count]

    def centre(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give the mean of ten thousand sets, the same ones whatever the seed."""
        return np.asarray(self.sample(names, _FOR_THE_MEAN, seed=0).mean(axis=0))

    def allows(self, weights: Mapping[str, float]) -> bool:
        """Say whether every share lies in its range."""
        return all(
            self.low[name] - _NEAR <= share <= self.high[name] + _NEAR for name, share in weights.items()
        )


@dataclass(frozen=True)
class AgreedWeights:
    """The partners agreed swing weights, in points that need not sum to anything."""

    points: Mapping[str, float]
    varies = False

    def sample(self, names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:  # noqa: ARG002
        """Repeat the agreed weights."""
        return np.tile(self._shares(names), (count, 1))

    def centre(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Give the agreed weights."""
        return self._shares(names)

    def allows(self, weights: Mapping[str, float]) -> bool:
        """Say whether these are the agreed weights."""
        return bool(np.allclose(list(weights.values()), self._shares(list(weights)), atol=_NEAR))

    def _shares(self, names: Sequence[str]) -> NDArray[np.float64]:
        _all_named(names, self.points, "the agreed weights")
        points = np.array([self.points[name] for name in names], dtype=np.float64)
        if not (np.isfinite(points).all() and (points >= 0).all() and points.sum() > 0):
            raise Refusal("agreed weights are points of zero or more, and not all zero; correct them")
        return np.asarray(points / points.sum())


@dataclass(frozen=True)
class Preset:
    """A point of view with a name: points by what a criterion is about, and a sentence that says what it means."""

    name: str
    sentence: str
    points: Mapping[str, float]

    def weights(self, criteria: Iterable[Criterion]) -> AgreedWeights:
        """Give the weights of these criteria, the points of a subject shared equally among its criteria.

        Raises:
            Refusal: when a criterion is about something that the preset does not know.
        """
        listed = list(criteria)
        subjects = [each.about for each in listed]
        for each in listed:
            if each.about not in self.points:
                raise Refusal(
                    f"criterion '{each.name}' is about '{each.about}', which the preset '{self.name}' does not "
                    f"weigh{did_you_mean(each.about, self.points)}"
                )
        return AgreedWeights(
            {each.name: self.points[each.about] / subjects.count(each.about) for each in listed}
        )


@cache
def presets() -> tuple[Preset, ...]:
    """Give the named presets, in the order of their file."""
    table = tomllib.loads(_FILE.read_text("utf-8"))
    return tuple(Preset(**row) for row in table["presets"])


def _all_named(names: Iterable[str], given: Iterable[str], what: str) -> None:
    """Refuse weights that name other criteria than there are."""
    criteria, listed = set(names), list(given)
    for name in listed:
        if name not in criteria:
            raise Refusal(f"{what}: no criterion '{name}'{did_you_mean(name, criteria)}")
    if len(listed) != len(criteria):
        missing = min(criteria - set(listed), default="")
        raise Refusal(
            f"{what}: '{missing}' is missing; name every criterion once"
            if missing
            else f"{what}: name every criterion once"
        )


def _simplex(names: Sequence[str], count: int, seed: int, *what: str) -> NDArray[np.float64]:
    """Draw evenly from the sets that sum to 1; each criterion has a stream of its own."""
    parts = np.stack(
        [stream(seed, "weights", *what, name).standard_exponential(count) for name in names], axis=1
    )
    # Added in the order of the names, so that the last digit does not depend on the order of the criteria.
    total = np.zeros(count)
    for column in sorted(range(len(names)), key=names.__getitem__):
        total += parts[:, column]
    return np.asarray(parts / total[:, None])


def _proposed(
    way: int, low: NDArray[np.float64], high: NDArray[np.float64], names: Sequence[str], seed: int, turn: str
) -> NDArray[np.float64]:
    """Propose sets of weights that are even over a region that holds the ranges.

    Way 0 shares what is left above the least shares, way 1 takes what is too much off the greatest, and way 2 draws each
    within its range and leaves the widest to make up the sum: wide, middling and narrow ranges each have a way that fits.
    """
    what = ("between", str(way), turn)
    if way == 0:
        return low + (1.0 - math.fsum(low)) * _simplex(names, _ROUND, seed, *what)
    if way == 1:
        return high - (math.fsum(high) - 1.0) * _simplex(names, _ROUND, seed, *what)
    order = sorted(range(len(names)), key=lambda column: (low[column] - high[column], names[column]))
    widest, others = order[0], order[1:]
    found = np.zeros((_ROUND, len(names)))
    left = np.ones(_ROUND)
    for column in others:
        drawn = stream(seed, "weights", *what, names[column]).random(_ROUND)
        found[:, column] = low[column] + (high[column] - low[column]) * drawn
        left -= found[:, column]
    found[:, widest] = left
    return found
