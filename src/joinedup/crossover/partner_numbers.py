"""Events that records tie together by the other service's own number: they check the answer, and then sharpen it (§2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.crossover.answer import Known
from joinedup.crossover.chance import MINUTE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.answer import Window
    from joinedup.crossover.records import Records
    from joinedup.crossover.sweep import Pairs

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SILENT, TIED, ELSEWHERE = 0, 1, 2
"""What the numbers say of a pair: nothing, that it is one event, or that one of the two is in another event within reach."""

_WAYS = 3
_LIKELY = 0.5
# Each share is steadied as if half a pair more had been seen of each way (Jeffreys' prior): no number is proof.
_STEADIED = 0.5
_ROUNDS = 200
_SETTLED = 1e-9


def ties_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Tie each record that has a number of another service to the record that bears it; both are rows of the frame.

    Columns: ``row`` of ``service``, and ``partner`` of ``of``. Only records with a usable position are tied, and a number
    that records of several other services bear ties none.
    """
    record = pl.col("row").cast(pl.Int64)
    usable = pl.col("positioned") & ~pl.col("default")
    carrying = frame.filter(pl.col("other_service_reference").is_not_null()).select(
        record,
        service="service_id",
        usable=usable,
        number=pl.col("other_service_reference").cast(pl.String).str.strip_chars(),
    )
    bearing = frame if carrying.height else frame.clear()
    return (
        carrying.join(
            bearing.select(partner=record, of="service_id", borne=usable, number="incident_id"), on="number"
        )
        .filter(pl.col("service") != pl.col("of"))
        .filter(pl.col("of").n_unique().over("row") == 1)
        .filter(pl.col("usable") & pl.col("borne"))
        .select("row", "service", "partner", "of")
        .sort("row", "partner")
    )


def between(ties: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """Give the ties of two services' records, as rows ``a`` of the one and ``b`` of the other, each once."""
    if ties.is_empty():
        return pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64})
    here = ties.filter((pl.col("service") == one) & (pl.col("of") == other))
    there = ties.filter((pl.col("service") == other) & (pl.col("of") == one))
    return (
        pl.concat([here.select(a="row", b="partner"), there.select(a="partner", b="row")])
        .unique()
        .sort("a", "b")
    )


@dataclass(frozen=True, eq=False)
class Said:
    """What the numbers say of each pair, and how often they tie two records that have nothing to do with each other.

    ``strays`` is the share of all pairs of records, however far apart, that are tied and out of reach.
    """

    of_pair: NDArray[np.int8]
    strays: float


def said_of(
    ties: pl.DataFrame, a: Records, b: Records, pairs: Pairs, a_group: Integers, b_group: Integers
) -> Said:
    """Tell what the numbers say of each pair, for all calls of a group at once.

    A tie between groups of which no pair is within reach makes no event: a partner that is 12 km or three hours away is a
    slip of the pen, a slip of the map, or another job, and nothing in the records can say which.
    """
    here = ties.filter(pl.col("a").is_in(a.row) & pl.col("b").is_in(b.row))
    one = a_group[np.searchsorted(a.row, here["a"].to_numpy())]
    other = b_group[np.searchsorted(b.row, here["b"].to_numpy())]
    width = len(b_group) + 1
    key, tie = a_group[pairs.a] * width + b_group[pairs.b], np.unique(one * width + other)
    tied = np.isin(key, tie)
    engaged_a, engaged_b = np.zeros(len(a_group), dtype=bool), np.zeros(len(b_group), dtype=bool)
    engaged_a[a_group[pairs.a[tied]]] = True
    engaged_b[b_group[pairs.b[tied]]] = True
    elsewhere = ~tied & (engaged_a[a_group[pairs.a]] | engaged_b[b_group[pairs.b]])
    return Said(
        np.where(tied, TIED, np.where(elsewhere, ELSEWHERE, SILENT)).astype(np.int8),
        int((~np.isin(tie, key)).sum()) / max(len(a) * len(b), 1),
    )


def sharpened(odds: Floats, probability: Floats, said: Said) -> Floats:
    """Multiply each pair's odds by how much oftener the numbers say so of joint pairs than of coincidences.

    What they say of joint pairs, and which coincidences have a partner elsewhere, is fitted by EM, beginning from the
    ``probability`` of each pair without numbers; that coincidences are tied is told from `Said.strays`. How often a number
    is wrong is in it: joint pairs of which a record names another within reach. A number never speaks against whom it
    names, nor for another.
    """
    before = np.minimum(probability, 1 - 1e-12)
    likely, prior, of_pair = before, before / (1 - before), said.of_pair
    for _ in range(_ROUNDS):
        joint = np.bincount(of_pair, likely, _WAYS) + _STEADIED
        chance = np.bincount(of_pair, 1 - likely, _WAYS) + _STEADIED
        chance[TIED] = chance.sum() * said.strays + _STEADIED
        factor = (joint / joint.sum()) / (chance / chance.sum())
        factor[TIED], factor[ELSEWHERE] = max(factor[TIED], 1.0), min(factor[ELSEWHERE], 1.0)
        after = prior * factor[of_pair]
        moved, likely = likely, after / (1 + after)
        if np.abs(likely - moved).max(initial=0) < _SETTLED:
            break
    return np.asarray(odds * factor[of_pair])


def held_to(
    ties: pl.DataFrame,
    records: tuple[Records, Records],
    groups: tuple[Integers, Integers],
    met: pl.DataFrame,
    window: Window,
) -> Known:
    """Hold the meetings in the window to the ties of two services' records.

    Args:
        ties: the tied records, as `between` gives them.
        records: both services' records.
        groups: each record's group, by the place of its first record.
        met: ``a`` and ``b``, the rows that name the groups of each meeting, and its ``probability`` without any number.
        window: the window.
    """
    (a, b), index = records, []
    for side, each in zip(("a", "b"), records, strict=True):
        index.append(np.searchsorted(each.row, ties[side].to_numpy()))
    apart = np.hypot(*(a.place[index[0]] - b.place[index[1]]).T) - a.slack[index[0]] - b.slack[index[1]]
    late = np.abs(a.instant[index[0]] - b.instant[index[1]])
    events = (
        pl.DataFrame(
            {
                side: each.row[group[at]]
                for side, each, group, at in zip(("a", "b"), records, groups, index, strict=True)
            }
            | {"within": (apart <= window.metres) & (late <= window.minutes * MINUTE)}
        )
        .group_by("a", "b")
        .agg(pl.col("within").any())
        .join(met.select("a", "b", "probability"), on=["a", "b"], how="left")
        .sort("a", "b")
    )
    within = events["within"] | events["probability"].is_not_null()
    found = events["probability"].fill_null(0.0)
    likely = met.filter(pl.col("probability") >= _LIKELY).select("a", "b")
    numbered = likely.filter(
        pl.col("a").is_in(events["a"].implode()) | pl.col("b").is_in(events["b"].implode())
    )
    return Known(
        links=events.height,
        within=int(within.sum()),
        found=int((found >= _LIKELY).sum()),
        expected=float(found.to_numpy().sum()),
        numbered=numbered.height,
        agreeing=numbered.join(events, on=["a", "b"], how="semi").height,
    )
