"""What a reviewer's answers say of all meetings: precision, recall and calibration, each with an interval (§2.4, §2.5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from joinedup.assumptions import stream
from joinedup.crossover.review.answers import CANNOT_TELL, NO, YES
from joinedup.crossover.review.key import EVENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from joinedup.crossover.review.key import Band, Key

    Floats = NDArray[np.float64]

_DRAWS = 20_000
_TAIL = 0.025


@dataclass(frozen=True)
class Judged:
    """The answers on one band: ``share`` of those that could be told, and the 95 % interval that holds the others' too.

    ``probability`` is what the score gave the band's meetings on average; ``share`` is None where nothing could be told.
    """

    low: float
    high: float
    meetings: int
    probability: float
    yes: int
    no: int
    cannot_tell: int
    share: float | None
    share_low: float
    share_high: float

    @property
    def pairs(self) -> int:
        """All pairs of the band that were judged."""
        return self.yes + self.no + self.cannot_tell


@dataclass(frozen=True)
class Figure:
    """An estimate from pairs that could be told, what it would be at the least and the most if the others could, too.

    ``low`` to ``high`` is the 95 % interval, over whatever the pairs are that the reviewer could not tell. None stands for
    what the answers do not say.
    """

    estimate: float | None
    least: float
    most: float
    low: float
    high: float


@dataclass(frozen=True)
class Review:
    """What a sheet says: ``precision`` and ``recall`` as shares, ``events`` as a number beside what was ``expected``.

    ``precision`` is of the ``published`` meetings, those taken for events; None where there are none. ``recall`` is among
    all that were drawn from; None where the reviewer found no event.
    """

    key: Key
    bands: tuple[Judged, ...]
    precision: Figure | None
    recall: Figure | None
    events: Figure

    @property
    def published(self) -> int:
        """How many meetings are taken for events."""
        return sum(each.meetings for each in self.bands if each.low >= EVENT)

    @property
    def expected(self) -> float:
        """How many events the meetings that were drawn from add up to."""
        return sum(each.meetings * each.probability for each in self.bands)

    def as_json(self) -> dict[str, Any]:
        """Give the object that `joinedup crossover --reviewed FILE --json` prints."""
        return {
            "sheet": self.key.sheet,
            "window": {"metres": self.key.metres, "minutes": self.key.minutes},
            "pairs": sum(each.pairs for each in self.bands),
            "meetings": sum(each.meetings for each in self.bands),
            "published": self.published,
            "cannot_tell": sum(each.cannot_tell for each in self.bands),
            "precision": _as_json(self.precision),
            "recall": _as_json(self.recall),
            "events": {"expected": round(self.expected, 2), **(_as_json(self.events) or {})},
            "bands": [{"pairs": each.pairs} | _rounded(asdict(each)) for each in self.bands],
            "not_drawn_from": {
                "meetings": self.key.unlikely,
                "expected": round(self.key.unlikely_events, 2),
            },
            "asked_for_the_other": [
                {
                    **_rounded(asdict(each)),
                    "share": round(each.asking / each.saying, 6),
                }
                for each in self.key.asking
            ],
        }


def judged(key: Key, answers: Sequence[str]) -> Review:
    """Say what the answers, in the order of the key, mean for all meetings that the sheet was drawn from.

    **Estimate.** Each pair stands for as many meetings as its weight: the share of events among the pairs of a band that
    could be told, times the meetings of the band, added up.

    **Interval.** In each band the meetings that were not looked at are drawn, 20,000 times, with the shares that Clopper
    and Pearson's limits leave possible, once for the lower and once for the upper end: one-sided limits of several
    bands are so combined without promising too much where a band has few pairs, or all alike [Fay, Proschan, Brittain
    2015]. Those that were looked at are known, so a band that was judged whole adds no doubt. Pairs that the reviewer
    could not tell are taken for what lowers the figure at the lower end, and for what raises it at the upper.
    """
    bands = tuple(_of_band(each, number, key, answers) for number, each in enumerate(key.bands))
    above = np.array([each.low >= EVENT for each in bands])
    size = np.array([each.meetings for each in bands], dtype=np.float64)

    def precision(events: Floats) -> Floats:
        return np.asarray(events[above].sum(axis=0) / size[above].sum())

    def recall(events: Floats) -> Floats:
        every = events.sum(axis=0)
        # Where there is no event none was missed, and none was found: the recall may be anything.
        return np.asarray(
            np.divide(events[above].sum(axis=0), every, out=np.full_like(every, np.nan), where=every > 0)
        )

    def total(events: Floats) -> Floats:
        return np.asarray(events.sum(axis=0))

    some = any(each.yes + each.cannot_tell for each in bands)
    return Review(
        key,
        bands,
        _figure(precision, bands, above, key.seed) if size[above].sum() else None,
        _figure(recall, bands, above, key.seed) if some else None,
        _figure(total, bands, np.ones(len(bands), dtype=bool), key.seed),
    )


def share_interval(yes: int, asked: int, meetings: int, *, cannot_tell: int = 0) -> tuple[float, float]:
    """Give the 95 % interval of Clopper and Pearson for the share of yes among so many meetings, of which some were asked.

    The meetings are finite, so that the number of yes among those asked is hypergeometric; ``cannot_tell`` of them are no
    at the lower end and yes at the upper.

    >>> share_interval(5, 10, 10)
    (0.5, 0.5)
    >>> low, high = share_interval(10, 10, 1_000_000)
    >>> round(low, 3), high
    (0.692, 1.0)
    """
    no = asked - yes - cannot_tell
    low = _first(
        lambda every: scipy.stats.hypergeom.sf(yes - 1, meetings, every, asked) > _TAIL,
        yes,
        meetings - no - cannot_tell,
    )
    sure_no = _first(
        lambda every: scipy.stats.hypergeom.sf(no - 1, meetings, every, asked) > _TAIL,
        no,
        meetings - yes - cannot_tell,
    )
    return low / meetings, (meetings - sure_no) / meetings


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Find the first whole number from ``low`` to ``high`` for which something holds that holds for all after it."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _of_band(band: Band, number: int, key: Key, answers: Sequence[str]) -> Judged:
    """Count the answers on one band."""
    own = [answer for pair, answer in zip(key.pairs, answers, strict=True) if pair.band == number]
    yes, no, unsure = (own.count(each) for each in (YES, NO, CANNOT_TELL))
    low, high = share_interval(yes, len(own), band.meetings, cannot_tell=unsure)
    return Judged(
        band.low,
        band.high,
        band.meetings,
        band.probability,
        yes,
        no,
        unsure,
        yes / (yes + no) if yes + no else None,
        low,
        high,
    )


def _figure(
    measure: Callable[[Floats], Floats], bands: Sequence[Judged], above: NDArray[np.bool_], seed: int
) -> Figure:
    """Work a figure out from the events in each band, as told and at both extremes of what could not be told.

    ``above`` has the bands whose events make the figure greater.
    """
    size = np.array([each.meetings for each in bands], dtype=np.float64)
    shares = np.array([np.nan if each.share is None else each.share for each in bands])
    estimate = float(measure((shares * size)[:, None])[0])
    ends = []
    for kind in (above, ~above):
        yes = np.array([each.yes + each.cannot_tell * (not up) for each, up in zip(bands, kind, strict=True)])
        asked = np.array([each.pairs for each in bands])
        at = measure((size * yes / asked)[:, None])
        drawn = measure(_possible(bands, yes, ~kind, seed))
        ends.append((float(at[0]), drawn[np.isfinite(drawn)]))
    (least, lower), (most, upper) = ends
    # Where no pair is an event, a share of events may be anything.
    least, most = (least if np.isfinite(least) else 0.0), (most if np.isfinite(most) else 1.0)
    low = float(np.quantile(lower, _TAIL)) if len(lower) else 0.0
    high = float(np.quantile(upper, 1 - _TAIL)) if len(upper) else 1.0
    # An answer that is all yes or all no is inside its own interval.
    return Figure(estimate if np.isfinite(estimate) else None, least, most, min(low, least), max(high, most))


def _possible(bands: Sequence[Judged], yes: NDArray[np.int64], up: NDArray[np.bool_], seed: int) -> Floats:
    """Draw how many events each band may hold, shape (bands, draws), when so many of its pairs are.

    Towards the end that is wanted, ``up`` or down, a band's share is drawn as Clopper and Pearson bound it.
    """
    drawn = np.zeros((len(bands), _DRAWS))
    for number, (band, told) in enumerate(zip(bands, yes.tolist(), strict=True)):
        chance = stream(seed, "crossover review", "interval", f"from {band.low:g}")
        one, other = (told + 1, band.pairs - told) if up[number] else (told, band.pairs - told + 1)
        # A side without an answer leaves nothing to draw: the share may be all of it, or none.
        share = chance.beta(one, other, _DRAWS) if one and other else np.full(_DRAWS, float(one > 0))
        drawn[number] = told + chance.binomial(band.meetings - band.pairs, share)
    return drawn


def _as_json(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else _rounded(asdict(figure))


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Round to a millionth: the digits beyond are noise of the last bit."""
    return {name: round(each, 6) if isinstance(each, float) else each for name, each in values.items()}
