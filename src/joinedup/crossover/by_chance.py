"""The near pairs of two services by distance, gap, busyness and kinds, beside the coincidences of each baseline (§2.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

# The same law by the clock that a study without a single whole-week shift is judged by.
from joinedup.crossover.chance import MINUTE, by_the_clock
from joinedup.crossover.records import Linkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.crossover.chance import Chance
    from joinedup.crossover.linking import Linkage, Linked
    from joinedup.crossover.records import Records

    Floats = NDArray[np.float64]

CORRECTED = "other weeks, corrected for that day"
OTHER_WEEKS = "other weeks alone"
THAT_DAY = "that day's other hours alone"
"""The baselines, as a reader is told of them: whole-week shifts with and without the same-day sideband, and that alone."""

# Where the bands of distance and gap end, as parts of the window.
_DISTANCES, _GAPS = (0.2, 0.5, 1.0), (1 / 6, 1 / 2, 1.0)
_GRADES = ("the quietest places and hours", "quiet ones", "busy ones", "the busiest")
_MOST_KINDS = 8
_OTHERS = "all others"
# What chance could still hide where that day's other hours show no coincidence: half a pair over all strata.
_HALF = 0.5


@dataclass(frozen=True)
class Beside:
    """Near pairs of one band, and the coincidences among them that each baseline leads us to expect, by its name."""

    band: str
    observed: int
    expected: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "band": self.band,
            "observed": self.observed,
            "expected": {name: round(pairs, 2) for name, pairs in self.expected.items()},
        }


ChanceBy = dict[str, tuple[Beside, ...]]
"""The pairs in the window by ``distance``, ``gap``, ``density`` and ``categories``; each sums to the same pairs."""


def within_window(linkage: Linkage) -> tuple[NDArray[np.bool_], Floats]:
    """Tell which bins of distance lie in the window, and what part of each bin of gap."""
    kinds, core, minutes = linkage.kinds, linkage.reach.core, linkage.window.minutes * MINUTE
    near = kinds.bins <= linkage.window.metres * (1 + 1e-9)
    edges = np.linspace(-core, core, kinds.gaps + 1)
    # A bin that the window's end cuts through counts by the part that is in the window.
    within = np.minimum(edges[1:], minutes) - np.maximum(edges[:-1], -minutes)
    return near, np.clip(within / np.diff(edges), 0, 1)


def that_day_alone(linkage: Linkage) -> Chance:
    """Measure chance by the same day's coincidences beyond the window alone, as where no week can be shifted.

    How many there are in each stratum, and how they fall with the gap, come from that day; how they fall with distance and
    go with kinds is taken from other weeks, which have many more pairs to tell it by.
    """
    chance, strata = linkage.chance, len(linkage.chance.core)
    a, b = (
        Linkable(each.service, each.place, each.instant, each.wall, marks)
        for each, marks in ((linkage.a, linkage.kinds.a), (linkage.b, linkage.kinds.b))
    )
    within, beyond = by_the_clock(a, b, linkage.reach, linkage.kinds.gaps, linkage.period)
    core_for_side = float(within.sum() / beyond)
    return replace(
        chance,
        core=chance.side_observed * core_for_side + _HALF / strata,
        side=np.zeros(strata),
        side_observed=np.zeros(strata),
        gap=within / within.sum(),
        shifts=(),
        alone=True,
        times=min(1 / core_for_side, 1.0),
    )


def chance_by(
    frame: pl.DataFrame,
    found: Linked,
    linkage: Linkage,
    inside: NDArray[np.bool_],
    coincidences: Sequence[tuple[str, Chance, Floats]],
) -> ChanceBy:
    """Sort the pairs in the window, and what each baseline expects of them.

    Args:
        frame: the canonical frame, for the words of categories.
        found: the pairs and their bins.
        linkage: the two services.
        inside: which pairs are in the window.
        coincidences: by baseline: its name, what it measured, and what that is multiplied by in each stratum.
    """
    kinds, core = linkage.kinds, linkage.reach.core
    here = [each[inside] for each in found.features.all()]
    expected = {name: _Expected.of(linkage, chance, scale) for name, chance, scale in coincidences}
    metres, minutes = linkage.window.metres, linkage.window.minutes
    middles = np.abs((np.arange(kinds.gaps) + 0.5) / kinds.gaps * 2 - 1) * core / MINUTE
    strata = len(kinds.edges) + 1
    grade = np.arange(strata) * min(len(_GRADES), strata) // strata
    words, of_code = _kinds_met(frame, linkage, here[3])
    return {
        "distance": _sorted(
            _bands(metres, _DISTANCES, "m"),
            # A rounded place may lie a little beyond the window.
            np.minimum(
                np.searchsorted(metres * np.array(_DISTANCES) * (1 + 1e-9), kinds.bins), len(_DISTANCES) - 1
            ),
            here[1],
            {name: each.distance for name, each in expected.items()},
        ),
        "gap": _sorted(
            _bands(minutes, _GAPS, "min"),
            np.minimum(np.searchsorted(minutes * np.array(_GAPS), middles), len(_GAPS) - 1),
            here[2],
            {name: each.gap for name, each in expected.items()},
        ),
        "density": _sorted(
            _GRADES[: int(grade.max()) + 1],
            grade,
            here[0],
            {name: each.stratum for name, each in expected.items()},
        ),
        "categories": _sorted(words, of_code, here[3], {name: each.code for name, each in expected.items()}),
    }


def _bands(most: float, parts: Sequence[float], unit: str) -> list[str]:
    ends = [f"{most * part:,.4g}" for part in parts]
    return [f"up to {ends[0]} {unit}", *(f"{low} to {high} {unit}" for low, high in pairwise(ends))]


@dataclass(frozen=True, eq=False)
class _Expected:
    """Coincidences to expect in the window, by bin of distance and gap, by stratum and by codes."""

    distance: Floats
    gap: Floats
    stratum: Floats
    code: Floats

    @classmethod
    def of(cls, linkage: Linkage, chance: Chance, scale: Floats) -> _Expected:
        near, soon = within_window(linkage)
        core = chance.core * scale
        when, where = float(chance.gap @ soon), chance.distance[:, near].sum(axis=1)
        here = core * where * when
        return cls(
            np.where(near, core @ chance.distance, 0) * when,
            float(core @ where) * chance.gap * soon,
            here,
            here @ chance.code,
        )


def _sorted(
    labels: Sequence[str],
    band: NDArray[np.int64],
    pairs: NDArray[np.integer[Any]],
    expected: Mapping[str, Floats],
) -> tuple[Beside, ...]:
    """Add up pairs and expectations by the band that each bin is in."""
    observed = np.bincount(band[pairs], minlength=len(labels))
    sums = {name: np.bincount(band, each, len(labels)) for name, each in expected.items()}
    return tuple(
        Beside(label, int(observed[number]), {name: float(each[number]) for name, each in sums.items()})
        for number, label in enumerate(labels)
    )


def _kinds_met(
    frame: pl.DataFrame, linkage: Linkage, met: NDArray[np.integer[Any]]
) -> tuple[list[str], NDArray[np.int64]]:
    """Name the pairs of categories that most near pairs are of, all others together; and tell which each code is of."""
    ours, theirs = (
        _category_of_code(frame, records, codes)
        for records, codes in (
            (linkage.a, linkage.kinds.a_codes),
            (linkage.b, linkage.kinds.b_codes),
        )
    )
    named = [f"{one} and {other}" for one in ours for other in theirs]
    number = {each: place for place, each in enumerate(sorted(set(named)))}
    of_code = np.array([number[each] for each in named], dtype=np.int64)
    counts = np.bincount(of_code[met], minlength=len(number))
    most = np.argsort(-counts, kind="stable")[: min(_MOST_KINDS, max(int((counts > 0).sum()), 1))]
    words = [*number]
    place = np.full(len(number), len(most), dtype=np.int64)
    place[most] = np.arange(len(most))
    shown = [words[each] for each in most]
    return (shown if len(shown) == len(number) else [*shown, _OTHERS]), place[of_code]


def _category_of_code(frame: pl.DataFrame, records: Records, codes: int) -> list[str]:
    """Give the category that each code of a service stands for; rare ones have one code together."""
    found = (
        pl.DataFrame({"code": records.signature, "category": frame["category"].gather(records.row)})
        .group_by("code")
        .agg(pl.col("category").n_unique().alias("several"), pl.col("category").first())
    )
    words = {
        code: "rarer kinds" if several > 1 else category or "no category"
        for code, several, category in found.iter_rows()
    }
    return [words.get(code, "rarer kinds") for code in range(codes)]
