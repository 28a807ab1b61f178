"""Hot places: cells that are busiest for one service or several, whether they stay so, and whether people explain it (§2.6)."""

from __future__ import annotations

from itertools import combinations as choose
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.assumptions import stream
from joinedup.crossover.concentration import busiest_tenth, counted_cells, has_size
from joinedup.crossover.hot_places.answer import (
    FALSE_DISCOVERIES,
    Combination,
    Heat,
    HotPlaces,
    SharedPlace,
    Sharing,
    Steadiness,
)
from joinedup.crossover.hot_places.people import people_of
from joinedup.crossover.hot_places.sharing import discoveries, joint_departure, shared_heat
from joinedup.crossover.hot_places.steadiness import steadiness
from joinedup.crossover.records import DAY, canonical, period_of
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.hot_places.people import People
    from joinedup.crossover.records import Period

__all__ = [
    "FALSE_DISCOVERIES",
    "Combination",
    "Heat",
    "HotPlaces",
    "SharedPlace",
    "Sharing",
    "Steadiness",
    "hot_places",
]

_FEWEST_CELLS = 100
_DAYS_OF_A_YEAR = 364


def hot_places(area: Area, metres: float = 500, draws: int = 999, seed: int | None = None) -> HotPlaces:
    """Find the cells that are hot for several services at once, and say how far people explain and time upholds it.

    A cell is hot for a service when it is among the busiest tenth of the cells in which the service has a record. The
    study's own seed is used unless another is given; the same incidents in any order give the same answer.

    Raises:
        Refusal: when ``metres`` is not above 0 or ``draws`` not at least 1.
    """
    has_size(metres)
    if draws < 1:
        raise Refusal(f"{draws} draws cannot show what chance does; use 1 or more")
    seed = area.settings.seed if seed is None else seed
    frame = canonical(area)
    cells = counted_cells(frame, area.services, metres)
    # A service without a placed record is hot nowhere and says nothing of where people are.
    services = tuple(each for each in area.services if cells[each].sum())
    counts = cells.select(services).to_numpy().T if services else np.empty((0, 0), dtype=np.int64)
    hot = np.array([busiest_tenth(each) for each in counts], dtype=bool).reshape(len(services), cells.height)
    numbers = range(len(services))
    every = [members for size in range(1, len(services) + 1) for members in choose(numbers, size)]
    several = [members for members in every if len(members) > 1]
    notes, people = [], None
    sharing: tuple[Sharing, ...] = ()
    if several and cells.height < _FEWEST_CELLS:
        notes.append(
            f"fewer than {_FEWEST_CELLS} squares are in use: too few to tell shared heat from people"
        )
    elif several:
        people = people_of(cells, services, metres)
        chance = stream(seed, "hot places", f"{metres:g}", "sharing")
        sharing = shared_heat(people, services, several, draws, chance)
        notes.append(_what_is_not_told(services))
    period = period_of(area, frame)
    parts = _parts(frame, cells, services, metres, period)
    return HotPlaces(
        metres=metres,
        draws=draws,
        cells=cells.height,
        heat=tuple(
            _heat(service, count, mark) for service, count, mark in zip(services, counts, hot, strict=True)
        ),
        combinations=tuple(_combination(services, members, counts, hot) for members in every),
        sharing=sharing,
        steadiness=steadiness(
            parts, services, every, draws, stream(seed, "hot places", f"{metres:g}", "steadiness")
        )
        if parts.any()
        else (),
        places=_places(cells, services, several, hot, people),
        note="; ".join(notes) or None,
    )


def _what_is_not_told(services: tuple[str, ...]) -> str:
    """Say where the records alone cannot tell people from shared heat."""
    if len(services) == 2:
        return (
            "with two services only a place that stands out from its surroundings can be told from one where people "
            "are; a third service would tell more"
        )
    return (
        "people are known from the surroundings and from the services' own records; what all services share in a place "
        "counts as people unless it stands out from its surroundings"
    )


def _heat(service: str, counts: NDArray[np.int64], hot: NDArray[np.bool_]) -> Heat:
    """Say how a service's hot cells were told from the rest."""
    least = int(counts[hot].min())
    return Heat(
        service=service,
        incidents=int(counts.sum()),
        cells=int((counts > 0).sum()),
        hot=int(hot.sum()),
        least=least,
        tied=int(((counts == least) & ~hot).sum()),
    )


def _exactly(hot: NDArray[np.bool_], members: Sequence[int]) -> NDArray[np.bool_]:
    """Mark the cells that are hot for these services and no other."""
    wanted = np.isin(np.arange(len(hot)), members)
    same: NDArray[np.bool_] = (hot == wanted[:, None]).all(axis=0)
    return same


def _combination(
    services: tuple[str, ...],
    members: Sequence[int],
    counts: NDArray[np.int64],
    hot: NDArray[np.bool_],
) -> Combination:
    """Count the cells that are hot for exactly these services, and what they hold."""
    here = _exactly(hot, members)
    return Combination(
        services=tuple(services[each] for each in members),
        cells=int(here.sum()),
        share_of={
            service: float(count[here].sum() / count.sum())
            for service, count in zip(services, counts, strict=True)
        },
    )


def _parts(
    frame: pl.DataFrame, cells: pl.DataFrame, services: tuple[str, ...], metres: float, period: Period
) -> NDArray[np.int64]:
    """Count the records of each half of the period, or each quarter of a year or more: (parts, services, cells).

    Records without a time, or outside the period, are in no part.
    """
    number = 4 if period.last - period.first >= _DAYS_OF_A_YEAR * DAY else 2
    length = (period.last - period.first) / number
    if not length:
        return np.zeros((number, len(services), cells.height), dtype=np.int64)
    # The last record of a period that the records themselves bound belongs to its last part.
    within = frame.filter(pl.col("wall").is_between(period.first, period.last)).with_columns(
        part=((pl.col("wall") - period.first) / length).floor().clip(0, number - 1).cast(pl.Int64)
    )
    places = cells.select("x", "y")
    return np.stack(
        [
            places.join(
                counted_cells(within.filter(pl.col("part") == part), services, metres),
                on=["x", "y"],
                how="left",
                maintain_order="left",
            )
            .select(pl.col(services).fill_null(0))
            .to_numpy()
            .T
            for part in range(number)
        ]
    )


def _places(
    cells: pl.DataFrame,
    services: tuple[str, ...],
    combinations: Sequence[tuple[int, ...]],
    hot: NDArray[np.bool_],
    people: People | None,
) -> tuple[SharedPlace, ...]:
    """List the cells that are hot for two services or more, in order of place, flagged where people do not explain it.

    A cell is looked at for the services that find it hot; all cells count as looked at for every combination, for any of
    them might have been.
    """
    rows = np.flatnonzero(hot.sum(axis=0) > 1)
    chances = np.ones(len(rows))
    explained = np.zeros((len(services), len(rows)))
    flagged = np.zeros(len(rows), dtype=bool)
    if people is not None:
        at = np.empty(cells.height, dtype=np.int64)
        at[people.row[people.row >= 0]] = np.flatnonzero(people.row >= 0)
        for members in combinations:
            here = np.flatnonzero(_exactly(hot[:, rows], members))
            if len(here):
                given, chances[here] = joint_departure(people, at[rows[here]], members)
                for each, counts in zip(members, given, strict=True):
                    explained[each, here] = counts
        flagged = discoveries(chances, len(people.row) * len(combinations))
    places = []
    for number, (row, values) in enumerate(zip(rows, cells[rows].iter_rows(named=True), strict=True)):
        own = np.flatnonzero(hot[:, row])
        places.append(
            SharedPlace(
                x=values["x"],
                y=values["y"],
                services=tuple(services[each] for each in own),
                counts={service: values[service] for service in services},
                explained=None
                if people is None
                else {services[each]: float(explained[each, number]) for each in own},
                p=None if people is None else float(chances[number]),
                beyond_people=None if people is None else bool(flagged[number]),
            )
        )
    return tuple(places)
