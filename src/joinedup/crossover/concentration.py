"""Where demand is concentrated: the busiest tenth of occupied cells, beside chance alone (§2.6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.crossover.answer import Concentration
from joinedup.crossover.records import canonical
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area

CELL_METRES = (250, 500, 1000)


def hot_cells(area: Area, metres: float = 500) -> pl.DataFrame:
    """Give every occupied cell with each service's count and the services for which it is hot.

    Columns: ``x``, ``y`` (the cell's south-west corner, metres on the study's plane, a multiple of
    ``metres``), one count for each service under its id, and ``hot_for``, a list of the services that have
    the cell in the busiest tenth of their occupied cells. Sorted by place.

    Raises:
        Refusal: when ``metres`` is not above 0.
    """
    has_size(metres)
    return _hot_cells(canonical(area), area.services, metres)


def has_size(metres: float) -> None:
    """Hold the side of a cell to what a side can be.

    Raises:
        Refusal: when ``metres`` is not above 0.
    """
    if not (metres > 0 and math.isfinite(metres)):
        raise Refusal(f"a cell of {metres:g} metres has no size; use a number above 0")


def concentration(frame: pl.DataFrame, services: tuple[str, ...]) -> tuple[Concentration, ...]:
    """Measure each service's concentration at 250, 500 and 1,000 m, from the canonical frame.

    Time does not matter here: a record without one counts. Left out are records with no place, with a snapped
    or area-only one, and at a default place, which would be the hottest cell of all and is nowhere. Records
    rounded to 100 m are kept at every size, although at 250 m they fall unevenly (two roundings in one cell,
    three in the next).
    """
    rows = []
    for metres in CELL_METRES:
        # A row for each cell and service that meet: a country's cells beside all of its services would not fit.
        pieces = _counted(frame, metres).partition_by("service_id", as_dict=True)
        own = {service: pieces[(service,)] for service in services if (service,) in pieces}
        hot = [each.filter(pl.Series(busiest_tenth(each["records"].to_numpy()))) for each in own.values()]
        many = pl.concat(hot).group_by("x", "y").len()["len"].to_numpy() if hot else np.zeros(0, np.int64)
        hot_for = {number: int((many == number).sum()) for number in range(1, len(services) + 1)}
        for service, cells in own.items():
            counts = np.sort(cells["records"].to_numpy())[::-1]
            total = int(counts.sum())
            rows.append(
                Concentration(
                    service=service,
                    metres=metres,
                    cells=len(counts),
                    incidents=total,
                    share_top_tenth=float(counts[: _tenth(len(counts))].sum()) / total,
                    chance_share_top_tenth=chance_share(len(counts), total),
                    hot_for=hot_for,
                )
            )
    return tuple(sorted(rows, key=lambda row: services.index(row.service)))


def chance_share(cells: int, incidents: int, least: int = 1) -> float:
    """Give the share of the busiest tenth of occupied cells if every one were equally likely.

    Counts are then Poisson numbers of ``least`` or more (a cell with fewer is not among them) with the observed
    mean. The sum of the r highest of K counts is the sum over j = 1, 2, ... of how many of those r reach j, the
    lesser of r and a binomial number with K cells and P(count ≥ j): its expectation is exact, with E[min(r, B)] =
    K p P(B' ≤ r − 2) + r P(B ≥ r), B' binomial with K − 1 cells.

    >>> round(chance_share(100, 100), 3)  # one incident in each cell
    0.1
    """
    top, mean = _tenth(cells), incidents / cells
    if mean <= least:
        return top / cells

    def mean_at(rate: float) -> float:
        return rate * float(scipy.stats.poisson.sf(least - 2, rate) / scipy.stats.poisson.sf(least - 1, rate))

    # Far below this rate nothing is left of the tail that the means are taken over.
    rate = float(scipy.optimize.brentq(lambda each: mean_at(each) - mean, 1e-9, mean))
    # Ten standard deviations and forty beyond the mean: what is left there is less than the last bit, at any rate.
    reach = np.arange(1, math.ceil(rate + 10 * math.sqrt(rate)) + 40 + least)
    at_least = np.minimum(
        scipy.stats.poisson.sf(reach - 1, rate) / scipy.stats.poisson.sf(least - 1, rate), 1.0
    )
    expected = cells * at_least * scipy.stats.binom.cdf(
        top - 2, cells - 1, at_least
    ) + top * scipy.stats.binom.sf(top - 1, cells, at_least)
    return min(1.0, float(expected.sum()) / incidents)


def counted_cells(frame: pl.DataFrame, services: tuple[str, ...], metres: float) -> pl.DataFrame:
    """Count the placed records of the canonical frame by cell: ``x``, ``y`` and a column for each service."""
    records = pl.col("records")
    return (
        _counted(frame, metres)
        .group_by("x", "y")
        .agg([records.filter(pl.col("service_id") == service).sum().alias(service) for service in services])
        .sort("x", "y")
    )


def _counted(frame: pl.DataFrame, metres: float) -> pl.DataFrame:
    """Count the placed records of the canonical frame by service and cell, in order of place: service_id, x, y, records."""
    return (
        frame.lazy()
        .filter(pl.col("placed") & ~pl.col("default"))
        .select("service_id", *((pl.col(axis) / metres).floor() * metres for axis in ("x", "y")))
        .group_by("service_id", "x", "y")
        .agg(records=pl.len().cast(pl.Int64))
        .collect()
        .sort("service_id", "x", "y")
    )


def busiest_tenth(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the busiest tenth of the occupied cells, of counts that stand in the order of their places.

    Ties at the edge of the tenth go to the south-west, so that a tenth is a tenth and any order gives the same.
    """
    places = _tenth(int((counts > 0).sum()))
    if not places:
        return np.zeros(len(counts), dtype=bool)
    # By tally and not by sorting: cells are many and counts small.
    reached = np.cumsum(np.bincount(counts)[::-1])[::-1]
    edge = int(np.flatnonzero(reached >= places)[-1])
    busiest: NDArray[np.bool_] = counts > edge
    busiest[np.flatnonzero(counts == edge)[: places - int(busiest.sum())]] = True
    return busiest


def _tenth(cells: int) -> int:
    """A tenth of the cells, rounded up."""
    return -(-cells // 10)


def _hot_cells(frame: pl.DataFrame, services: tuple[str, ...], metres: float) -> pl.DataFrame:
    """Count the placed records by cell and service, and say for whom each cell is hot."""
    cells = counted_cells(frame, services, metres)
    hot = {service: pl.Series(service, busiest_tenth(cells[service].to_numpy())) for service in services}
    names = [pl.when(hot[service]).then(pl.lit(service)) for service in services]
    empty = pl.Series("hot_for", [[]] * cells.height, dtype=pl.List(pl.String))
    return cells.with_columns(pl.concat_list(names).list.drop_nulls().alias("hot_for") if names else empty)
