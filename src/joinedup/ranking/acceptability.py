"""Acceptability: how often each option takes each place when weights and measurements are both uncertain (§7.1).

Stochastic multicriteria acceptability analysis (SMAA; Lahdelma and Salminen 2001): every draw of the measurements meets its
own sets of weights, drawn from those that the partners have not ruled out, and the options are put in order each time. The
*central weights* of an option are the mean of those under which it came first: what somebody would have to think. Its
*confidence* is how often it is first when those weights are held and only the measurements vary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.appraisal.gate import Outcome
from joinedup.ranking.criteria import checked, values
from joinedup.ranking.swapping import Swaps, swaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.ranking.criteria import Criterion
    from joinedup.ranking.weights import Weights

SAMPLES = 10_000
"""How many times options are put in order where nobody says otherwise: a share is then known to about one in a hundred."""
_CELLS = 200_000
"""Values worked on at once, so that memory does not grow with the number of samples."""


@dataclass(frozen=True)
class Share:
    """A share of the samples, 0 to 1, and its Monte Carlo standard error."""

    share: float
    error: float

    def __str__(self) -> str:
        """Word it in per cent, with twice the error: nineteen runs in twenty would fall within.

        >>> str(Share(0.4, 0.005))
        '40.0 % ± 1.0 %'
        """
        return f"{self.share:.1%} ± {2 * self.error:.1%}".replace("%", " %")


@dataclass(frozen=True)
class Accepted:
    """One option: its share of each place from the first, its expected place, and who would put it first.

    ``central_weights`` (by criterion) and ``confidence`` are None for an option that never came first.
    """

    id: str
    places: tuple[Share, ...]
    expected_place: float
    expected_place_error: float
    central_weights: dict[str, float] | None
    confidence: Share | None

    @property
    def first(self) -> Share:
        """Give the share of the samples in which it came first."""
        return self.places[0]


@dataclass(frozen=True, eq=False)
class Tried:
    """What came of trying the weights.

    ``accepted`` is in the order of the expected place, then by identifier; ``apart`` are options that did not pass the gate.
    ``beats`` and ``beats_error`` have shape (options, options) in the order of ``accepted``: the share of samples in which the
    option of that row stands above the option of that column. ``swaps`` is None where fewer than two options passed.
    """

    criteria: tuple[Criterion, ...]
    samples: int
    accepted: tuple[Accepted, ...]
    apart: tuple[tuple[str, Outcome], ...]
    beats: NDArray[np.float64]
    beats_error: NDArray[np.float64]
    swaps: Swaps | None

    def top(self, places: int) -> dict[str, float]:
        """Give the share of the samples in which each option is among the first so many places."""
        return {each.id: sum(share.share for share in each.places[:places]) for each in self.accepted}

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers."""

        def plain(share: Share | None) -> dict[str, float] | None:
            return None if share is None else {"share": share.share, "error": share.error}

        return {
            "criteria": [each.name for each in self.criteria],
            "samples": self.samples,
            "options": [
                {
                    "id": each.id,
                    "places": [plain(share) for share in each.places],
                    "expected_place": each.expected_place,
                    "expected_place_error": each.expected_place_error,
                    "central_weights": each.central_weights,
                    "confidence": plain(each.confidence),
                }
                for each in self.accepted
            ],
            "apart": [{"id": id, "gate": str(gate)} for id, gate in self.apart],
            "beats": self.beats.tolist(),
            "beats_error": self.beats_error.tolist(),
            "swaps": None if self.swaps is None else self.swaps.as_json(),
        }


def try_weights(
    options: Sequence[str],
    gates: Sequence[Outcome],
    criteria: Sequence[Criterion],
    measurements: NDArray[np.float64],
    weights: Weights,
    *,
    samples: int = SAMPLES,
    seed: int = 1,
) -> Tried:
    """Put the options that passed the gate in order, many times; the same whatever order they or the criteria come in.

    ``measurements`` has shape (draws, options, criteria), in the units of the criteria; element i of the first axis is the
    same draw for every option. Every draw is met by the same number of sets of weights, so that the samples are rounded up to
    a whole number for each. Ties go to the first identifier.

    Raises:
        Refusal: when a criterion would be counted twice, a measurement is missing or the weights do not fit.
        ValueError: when two options share an identifier or shapes do not fit.
    """
    checked(criteria)
    if len(set(options)) < len(options) or len(gates) != len(options):
        raise ValueError("options need identifiers of their own, and an outcome of the gate each")
    by_name = sorted(range(len(criteria)), key=lambda index: criteria[index].name)
    by_id = sorted(
        (index for index, gate in enumerate(gates) if gate is Outcome.PASS), key=options.__getitem__
    )
    ids = [options[index] for index in by_id]
    listed = [criteria[index] for index in by_name]
    names = [each.name for each in listed]
    worth = values(listed, ids, measurements[:, by_id][:, :, by_name])
    for_each = -(-samples // len(worth)) if weights.varies else 1
    drawn = weights.sample(names, for_each * len(worth), seed)
    tally = _Tally(len(ids), names)
    # A lone draw has no luck of its own to share out: its samples are as independent as their weights.
    meeting = np.broadcast_to(worth, (for_each, *worth.shape[1:])) if len(worth) == 1 else worth
    drawn = drawn.reshape(len(meeting), -1, len(names))
    many = max(1, _CELLS // max(1, drawn.shape[1] * len(ids)))
    for start in range(0, len(meeting) if ids else 0, many):
        tally.add(meeting[start : start + many], drawn[start : start + many])
    accepted = tally.accepted(ids, worth)
    order = sorted(range(len(ids)), key=lambda index: (accepted[index].expected_place, ids[index]))
    beats, error = tally.shares(tally.above, tally.above_squared)
    return Tried(
        criteria=tuple(listed),
        samples=tally.samples,
        accepted=tuple(accepted[index] for index in order),
        apart=tuple(
            sorted(
                ((id, gate) for id, gate in zip(options, gates, strict=True) if gate is not Outcome.PASS),
                key=lambda each: (each[1] is Outcome.FAIL, each[0]),
            )
        ),
        beats=beats[np.ix_(order, order)],
        beats_error=error[np.ix_(order, order)],
        swaps=None
        if len(ids) < 2
        else swaps(
            ids,
            names,
            worth.mean(axis=0),
            weights.centre(names),
            [each.central_weights for each in accepted],
            weights,
        ),
    )


class _Tally:
    """Counts over the samples, kept so that the error allows for draws that several sets of weights share."""

    def __init__(self, options: int, names: Sequence[str]) -> None:
        self.names = names
        self.draws = self.for_each = 0
        self.places, self.places_squared = np.zeros((2, options, options))
        self.above, self.above_squared = np.zeros((2, options, options))
        self.expected, self.expected_squared = np.zeros((2, options))
        self.first, self.weighed = np.zeros(options), np.zeros((options, len(names)))

    @property
    def samples(self) -> int:
        """Count the orders that were made."""
        return self.draws * self.for_each

    def add(self, worth: NDArray[np.float64], drawn: NDArray[np.float64]) -> None:
        """Count one block: worth (draws, options, criteria) under weights (draws, for each, criteria)."""
        draws, options, _ = worth.shape
        place = np.argsort(np.argsort(-_weighed(worth, drawn), axis=2, kind="stable"), axis=2, kind="stable")
        self.draws += draws
        self.for_each = drawn.shape[1]
        cell = np.arange(draws)[:, None, None] * options + np.arange(options)
        step = max(1, _CELLS * 4 // (options * options + 1))
        for start in range(0, draws, step):
            part = place[start : start + step]
            count = np.bincount(
                ((cell[: len(part)] * options) + part).ravel(), minlength=len(part) * options * options
            ).reshape(len(part), options, options)
            self.places += count.sum(axis=0)
            self.places_squared += np.einsum("goj,goj->oj", count, count)
        total = place.sum(axis=1) + place.shape[1]
        self.expected += total.sum(axis=0)
        self.expected_squared += (total.astype(np.float64) ** 2).sum(axis=0)
        for option in range(options):
            wins = (place[:, :, option, None] < place).sum(axis=1)
            self.above[option] += wins.sum(axis=0)
            self.above_squared[option] += np.einsum("go,go->o", wins, wins)
        best = np.argmin(place.reshape(-1, options), axis=1)
        self.first += np.bincount(best, minlength=options)
        for column in range(len(self.names)):
            self.weighed[:, column] += np.bincount(
                best, weights=drawn[..., column].ravel(), minlength=options
            )

    def shares(
        self, counts: NDArray[np.float64], squared: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Turn counts, and the sums of their squares by draw, into means and standard errors."""
        mean = counts / self.samples
        spread = np.maximum(squared / self.draws / self.for_each**2 - mean**2, 0.0)
        return mean, np.sqrt(spread / max(1, self.draws - 1))

    def accepted(self, ids: Sequence[str], worth: NDArray[np.float64]) -> list[Accepted]:
        """Sum up each option, in the order of the identifiers."""
        if not ids:
            return []
        places, error = self.shares(self.places, self.places_squared)
        expected, expected_error = self.shares(self.expected, self.expected_squared)
        came_first = np.flatnonzero(self.first)
        central = self.weighed[came_first] / self.first[came_first, None]
        sure = dict(zip(came_first.tolist(), _confidence(worth, came_first, central), strict=True))
        weights = dict(zip(came_first.tolist(), central.tolist(), strict=True))
        return [
            Accepted(
                id,
                tuple(Share(float(s), float(e)) for s, e in zip(places[index], error[index], strict=True)),
                float(expected[index]),
                float(expected_error[index]),
                dict(zip(self.names, weights[index], strict=True)) if index in weights else None,
                sure.get(index),
            )
            for index, id in enumerate(ids)
        ]


def _weighed(worth: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh the criteria together, shape (draws, for each, options).

    Added criterion by criterion and not by a matrix product, so that two options with the same measurements have the same
    bits and tie.
    """
    total = np.asarray(worth[:, None, :, 0] * drawn[:, :, None, 0])
    term = np.empty_like(total)
    for column in range(1, worth.shape[2]):
        np.multiply(worth[:, None, :, column], drawn[:, :, None, column], out=term)
        total += term
    return total


def _confidence(
    worth: NDArray[np.float64], options: NDArray[np.intp], central: NDArray[np.float64]
) -> list[Share]:
    """Give how often each of these options is first over the draws under its own central weights."""
    wins = np.zeros(len(options))
    many = max(1, _CELLS // max(1, worth.shape[1] * len(options)))
    for start in range(0, len(worth), many):
        part = worth[start : start + many]
        best = np.argmax(_weighed(part, np.broadcast_to(central, (len(part), *central.shape))), axis=2)
        wins += (best == options).sum(axis=0)
    share = wins / len(worth)
    error = np.sqrt(share * (1 - share) / max(1, len(worth) - 1))
    return [Share(float(s), float(e)) for s, e in zip(share, error, strict=True)]
