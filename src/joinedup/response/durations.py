"""How long each step takes: the study's own records where there are enough of them, declared numbers elsewhere (§3.1).

What was recorded is drawn again as it stands, cell by cell, and not from a curve fitted to it: minutes at a scene
and at a hospital have two humps and a long tail, from which a lognormal is off by a tenth or more of the calls.
How far off is given beside each cell. A cell with few records falls back to the next wider one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.assumptions import Assumption, Grade, stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LEAST_RECORDS = 20
"""A cell with fewer records falls back to the wider one."""

_JUDGEMENT = "judgement, until the study has attendances of its own"


def _minutes(
    name: str, sentence: str, low: float, central: float, high: float, source: str = _JUDGEMENT
) -> Assumption:
    return Assumption(f"response.{name}", sentence, "minutes", low, central, high, source, Grade.JUDGEMENT)


HANDLING = {
    kind: _minutes(
        f"handling.{kind}", f"Minutes from a call to the {kind} service until a unit is told.", *given
    )
    for kind, given in {
        "police": (1, 3, 8),
        "fire": (1, 1.5, 2.5),
        "ambulance": (1, 2, 5),
        "other": (1, 2, 5),
    }.items()
}
BUSY = {
    kind: _minutes(
        f"busy.{kind}",
        f"Minutes from a {kind} unit's arrival until it is free, conveyance and handover included.",
        *given,
    )
    for kind, given in {
        "police": (30, 50, 90),
        "fire": (20, 40, 60),
        "ambulance": (60, 85, 110),
        "other": (20, 40, 80),
    }.items()
}
TURNOUT = {
    crew: _minutes(
        f"turnout.{crew.replace('-', '_')}",
        f"Minutes from being told until a {crew} crew sets off.",
        *given,
    )
    for crew, given in {
        "wholetime": (0.5, 1.25, 2),
        "day-crewed": (0.75, 1.5, 3),
        "on-call": (4, 5.5, 8),
        "volunteer": (4, 7, 15),
        "other": (0.5, 1.5, 5),
    }.items()
}
ASSUMPTIONS = (*HANDLING.values(), *BUSY.values(), *TURNOUT.values())

LEVELS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "handled": (
        ("service_id", "category", "priority", "part"),
        ("service_id", "category", "priority"),
        ("service_id", "priority"),
        ("service_id",),
    ),
    "later": (
        ("service_id", "made_up", "need", "again", "priority"),
        ("service_id", "made_up", "need", "again"),
        ("service_id", "made_up", "again"),
        ("service_id", "made_up"),
        ("service_id",),
    ),
    "stood": (("service_id", "need", "category"), ("service_id", "need"), ("service_id",)),
    "turned_out": (("need", "part"), ("need",), ("pool",)),
    "about": (
        ("pool", "follows", "priority", "band"),
        ("pool", "follows", "priority"),
        ("pool", "follows", "band"),
        ("pool", "follows"),
        ("pool",),
    ),
    "busy": (
        ("service_id", "need", "category", "part"),
        ("service_id", "need", "category"),
        ("service_id", "need"),
        ("service_id",),
    ),
}
"""The cells of each step, finest first. ``turned_out`` is beside a crew's own mean, ``about`` beside the law of travel.

``made_up`` jobs were asked for once somebody had arrived; a job ``follows`` where one of the same need before it arrives;
``stood`` is from being sent to being free of those who were stood down.
"""


@dataclass(frozen=True, eq=False)
class Cells:
    """The records of one step at one level: ``table`` has the level's columns, first and count into ``values`` (sorted)."""

    keys: tuple[str, ...]
    table: pl.DataFrame
    values: NDArray[np.int64]


def cells(
    step: str, records: pl.DataFrame, levels: Mapping[str, Sequence[tuple[str, ...]]] = LEVELS
) -> tuple[Cells, ...]:
    """Gather the records of a step (a column, nulls left out) into cells, finest of its ``levels`` first."""
    held = _in_order(
        records.filter(pl.col(step).is_not_null()), sorted({each for keys in levels[step] for each in keys})
    )
    found = []
    for keys in levels[step]:
        enough = held.select(*keys, step).filter(pl.len().over(keys) >= LEAST_RECORDS).sort(*keys, step)
        table = (
            enough.with_row_index("row")
            .group_by(keys, maintain_order=True)
            .agg(pl.col("row").first().cast(pl.Int64).alias("first"), pl.len().cast(pl.Int64).alias("count"))
        )
        table = table.with_columns(pl.col(each).cast(records.schema[each]) for each in keys)
        found.append(Cells(keys, table, enough[step].to_numpy().astype(np.int64)))
    return tuple(found)


def _in_order(records: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Number the words of some columns in their order: numbers are sorted several times as fast as words."""
    return records.with_columns(
        pl.col(each).cast(pl.Enum(records[each].drop_nulls().unique().sort()))
        for each in keys
        if records.schema[each] == pl.String
    )


@dataclass(frozen=True, eq=False)
class Placed:
    """Where each job finds the records that a step is drawn from: so many (``count``) of the ``values`` from ``first`` on.

    ``first`` and ``count`` have shape (jobs,); a job without records has none. Which these are does not change from run to run.
    """

    first: NDArray[np.int32]
    count: NDArray[np.int32]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, levels: Sequence[Cells], jobs: pl.DataFrame) -> Placed:
        """Find for each job the finest cell that has records."""
        first, count = (np.zeros(jobs.height, np.int32) for _ in range(2))
        before = 0
        for level in levels:
            left = count == 0
            if not level.table.is_empty() and left.any():
                placed = jobs.select(level.keys).join(
                    level.table, on=list(level.keys), how="left", maintain_order="left"
                )
                here = left & placed["first"].is_not_null().to_numpy()
                first[here] = before + placed["first"].fill_null(0).to_numpy()[here]
                count[here] = placed["count"].fill_null(0).to_numpy()[here]
            before += len(level.values)
        values = [level.values for level in levels] or [np.zeros(0, np.int64)]
        return cls(first, count, np.concatenate(values))

    def at(self, rows: NDArray[np.int64]) -> Placed:
        """Give the same for some rows of the jobs."""
        return Placed(self.first[rows], self.count[rows], self.values)

    def with_others(self, rows: NDArray[np.bool_], others: Placed) -> Placed:
        """Give the same with other jobs, of the same cells, in some rows."""
        first, count = self.first.copy(), self.count.copy()
        first[rows], count[rows] = others.first, others.count
        return Placed(first, count, self.values)

    def drawn(self, chance: NDArray[np.float64], otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
        """Draw the step for each job from its records, else take what was declared; ms, shape (jobs,)."""
        # The record whose rank the chance falls on: what is drawn was recorded, and often enough the mean is the records'.
        rank = self.first + (chance * self.count).astype(np.int64)
        known = self.count > 0
        return (
            np.where(known, self.values[np.where(known, rank, 0)], otherwise)
            if len(self.values)
            else otherwise
        )


def drawn(
    levels: Sequence[Cells], jobs: pl.DataFrame, chance: NDArray[np.float64], otherwise: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw a step for each job from the finest cell that has records, else take what was declared; ms, shape (jobs,)."""
    return Placed.of(levels, jobs).drawn(chance, otherwise)


def shown(fitted: Mapping[str, Sequence[Cells]]) -> pl.DataFrame:
    """List what was fitted: step, cell, records, the mean, median and 90th centile in minutes, and lognormal_off.

    ``lognormal_off`` is the largest share of records by which the lognormal with the same mean and spread of logarithms
    is off (the Kolmogorov distance); null where every record is alike or some are not above zero.
    """
    rows = []
    for step, levels in fitted.items():
        for level in levels:
            for each in level.table.iter_rows(named=True):
                values = level.values[each["first"] : each["first"] + each["count"]]
                rows.append(
                    {
                        "step": step,
                        "cell": ", ".join(str(each[key]) for key in level.keys),
                        "records": len(values),
                        "mean": float(values.mean()) / 60_000,
                        "median": float(np.median(values)) / 60_000,
                        "90th": float(np.quantile(values, 0.9)) / 60_000,
                        "lognormal_off": _lognormal_off(values),
                    }
                )
    schema = {"step": pl.String, "cell": pl.String, "records": pl.Int64}
    figures = dict.fromkeys(("mean", "median", "90th", "lognormal_off"), pl.Float64)
    return pl.DataFrame(rows, schema={**schema, **figures})


def _lognormal_off(values: NDArray[np.int64]) -> float | None:
    if values[0] <= 0:
        return None
    logs = np.log(values)
    spread = float(logs.std())
    if spread < 1e-9:
        return None
    expected = scipy.special.ndtr((logs - logs.mean()) / spread)
    steps = np.arange(len(values) + 1) / len(values)
    return float(max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()))


def chances(seed: int, run: int, step: str, names: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Give each named job its own number from 0 to 1 in a run and step, whatever other jobs there are.

    A stream of its own for each of a million jobs would take longer than playing them: the stream of the run and step gives
    one word, which SplitMix64 (Steele, Lea and Flood, 2014) mixes with each name.
    """
    word = stream(seed, "response", step, str(run)).integers(0, 2**64, dtype=np.uint64, size=2)
    mixed = (names ^ word[0]) + word[1]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53)
