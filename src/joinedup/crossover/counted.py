"""What counts alone can say: demand in the same small area and hour of the week, and how concentrated it is (§1.7).

A count that is empty was hidden and is 1 up to one less than the limit, so every answer has bounds: all hidden
counts at their least, all at their most. The hour here is an hour of the *week*: two services meet in it when both had
demand there on some Monday at nine, not on the same Monday. It is never put beside the same hour of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.area.counting import demand
from joinedup.area.squares import ELSEWHERE, NO_SQUARE, square_of
from joinedup.crossover.concentration import chance_share
from joinedup.disclosure import LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.crossover.answer import Crossover

HOUR = ("weekday", "hour")
_PLACE_AND_HOUR = ("area", *HOUR)
_METRES = 1000


@dataclass(frozen=True)
class Bounds:
    """A number that hidden counts leave open: its least, its most, and what it is with each in its middle."""

    low: float
    middle: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Give the three numbers."""
        return {name: round(value, 6) for name, value in vars(self).items()}


@dataclass(frozen=True)
class SharedHours:
    """Where and when in the week two services both have demand; None where their areas cannot be compared.

    ``cells`` counts small areas and hours of the week in which both had any demand, ``areas`` the small areas that
    both name. ``counts`` and ``shares`` are each service's own incidents in them. Incidents in areas that the other
    does not name may be met or not: they are in the upper bound alone.
    """

    services: tuple[str, str]
    cells: int | None
    areas: int
    counts: Mapping[str, Bounds]
    shares: Mapping[str, Bounds]
    note: str = ""


@dataclass(frozen=True)
class AreaConcentration:
    """How much of a service's demand in named areas is in the busiest tenth of them, beside chance."""

    service: str
    areas: int
    metres: int | None
    incidents: Bounds
    share_top_tenth: Bounds
    chance_share_top_tenth: float


@dataclass(frozen=True, eq=False)
class CountedDemand:
    """Everything that a study's counts say.

    ``rows`` has a row for each service, area, weekday, hour and category with ``low``, ``middle`` and ``high``;
    services that gave incidents are counted in the same squares, with nothing hidden. ``alone`` names the services
    that gave counts and no incidents.
    """

    rows: pl.DataFrame
    alone: tuple[str, ...]
    pairs: tuple[SharedHours, ...]
    concentration: tuple[AreaConcentration, ...]

    def incidents(self, service: str) -> Bounds:
        """Give how many incidents a service has."""
        return _sum(self.rows.filter(pl.col("service_id") == service))

    def hidden_rows(self, service: str) -> tuple[int, int]:
        """Give how many rows of a service have an empty count, and how many rows there are."""
        own = self.rows.filter(pl.col("service_id") == service)
        return int((own["low"] < own["high"]).sum()), own.height


def counted_demand(area: Area) -> CountedDemand:
    """Work out what a study's counts, and its incidents where a service gave them, say by hour of the week."""
    given = area.table("demand_counts").filter(pl.col("count").fill_null(1) > 0)
    held = area.table("incidents")["service_id"].unique().to_list()
    alone = tuple(
        each for each in area.services if each not in held and each in given["service_id"].to_list()
    )
    counts = given.filter(pl.col("service_id").is_in(alone)).select(
        "service_id",
        *_PLACE_AND_HOUR,
        "category",
        low=pl.col("count").fill_null(1),
        high=pl.col("count").fill_null(LIMIT - 1),
    )
    sides = sorted({_side(each) for each in counts["area"].unique().to_list()} - {0})
    rows = demand(area, sides[0] if sides else _METRES).rename({"count": "low"})
    rows = pl.concat([counts, rows.with_columns(high=pl.col("low")).select(counts.columns)])
    rows = rows.filter(pl.col("service_id").is_in(area.services)).with_columns(
        middle=(pl.col("low") + pl.col("high")) / 2
    )
    return CountedDemand(
        rows.sort("service_id", *_PLACE_AND_HOUR, "category"),
        alone,
        tuple(_shared(rows, a, b) for a, b in combinations(area.services, 2) if a in alone or b in alone),
        tuple(found for each in alone if (found := _concentration(rows, each)) is not None),
    )


def by_hour(rows: pl.DataFrame, service: str) -> pl.DataFrame:
    """Add up a service's demand by weekday and hour: all 168, with zero where there was none."""
    week = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": range(24)}), how="cross")
    sums = (
        rows.filter(pl.col("service_id") == service).group_by(HOUR).agg(pl.col("low", "middle", "high").sum())
    )
    return week.join(sums, on=HOUR, how="left").fill_null(0).sort(HOUR)


def with_counted(crossover: Crossover, counted: CountedDemand) -> dict[str, Any]:
    """Give the object that `joinedup crossover --json` prints, with what counts say where there are no incidents."""
    answer = crossover.as_json()
    for pair in answer["pairs"]:
        pair["same_place_and_hour_by"] = "hour of the calendar"
    if not counted.alone:
        return answer
    for service in counted.alone:
        # Counts are not records: none can be placed or linked, and how many there are has bounds.
        answer["services"][service] |= {
            "incidents": None,
            "usable": None,
            "unplaced": None,
            "set_aside": None,
            "counted": counted.incidents(service).as_json(),
        }
    found = {each.services: each for each in counted.pairs}
    for pair in answer["pairs"]:
        shared = found.get(tuple(pair["services"]))
        if shared is None:
            continue
        pair["same_place_and_hour"] = shared.cells
        pair["same_place_and_hour_by"] = "hour of the week"
        pair["hour_of_week"] = {
            service: {"count": shared.counts[service].as_json(), "share": shared.shares[service].as_json()}
            for service in shared.counts
        }
        pair["note"] = shared.note or (
            "from counts: same place and hour is by hour of the week, not by hour of the calendar; "
            "nothing else can be told without incidents"
        )
    answer["concentration_by_area"] = [
        {
            "service": each.service,
            "metres": each.metres,
            "areas": each.areas,
            "incidents": each.incidents.as_json(),
            "share_top_tenth": each.share_top_tenth.as_json(),
            "chance_share_top_tenth": round(each.chance_share_top_tenth, 6),
        }
        for each in counted.concentration
    ]
    names = ", ".join(counted.alone)
    note = f"{names} gave counts alone: what they can say is by hour of the week and has bounds"
    answer["note"] = "; ".join(filter(None, (answer.get("note"), note)))
    return answer


def _shared(rows: pl.DataFrame, a: str, b: str) -> SharedHours:
    """Find where and when in the week two services both have demand."""
    mine, theirs = (rows.filter(pl.col("service_id") == each) for each in (a, b))
    silent = [each for each, own in ((a, mine), (b, theirs)) if own.is_empty()]
    if silent:
        note = f"{' and '.join(silent)} gave neither incidents nor counts"
        return SharedHours((a, b), None, 0, {}, {}, note)
    named = [_named(each) for each in (mine, theirs)]
    if any(each.is_empty() for each in named):
        return SharedHours((a, b), None, 0, {}, {}, "counts without small areas cannot be laid side by side")
    sides = [{_side(each) for each in own["area"].unique().to_list()} for own in named]
    if not sides[0] & sides[1]:
        note = "the services counted in squares of different sizes; count again with the same '--square'"
        return SharedHours((a, b), None, 0, {}, {}, note)
    both = (
        named[0]
        .select(_PLACE_AND_HOUR)
        .unique()
        .join(named[1].select(_PLACE_AND_HOUR).unique(), on=_PLACE_AND_HOUR)
    )
    areas = set(named[0]["area"].to_list()) & set(named[1]["area"].to_list())
    counts, shares = {}, {}
    for service, own, others in ((a, mine, theirs), (b, theirs, mine)):
        counts[service], shares[service] = _met(own, others, both)
    return SharedHours((a, b), both.height, len(areas), counts, shares)


def _met(own: pl.DataFrame, others: pl.DataFrame, both: pl.DataFrame) -> tuple[Bounds, Bounds]:
    """Bound a service's incidents in the areas and hours of the week in which the other has demand too."""
    known, ours = (_named(rows)["area"].unique().to_list() for rows in (others, own))
    met = own.join(both, on=_PLACE_AND_HOUR, how="semi")
    rest = own.join(both, on=_PLACE_AND_HOUR, how="anti")
    unnamed = pl.col("area") == ELSEWHERE
    only_ours = ~pl.col("area").is_in(NO_SQUARE) & ~pl.col("area").is_in(known)
    # The other service has what it does not name under elsewhere, hour by hour; without that it may not have looked
    # there at all: absent is not zero.
    folded = others.filter(unnamed)
    if folded.height:
        only_ours &= _at_hours_of(folded)
    # What we do not name can only lie where the other names nothing, or where it names an area that we do not.
    open_to_us = others.filter(unnamed | (~pl.col("area").is_in(NO_SQUARE) & ~pl.col("area").is_in(ours)))
    perhaps_met = only_ours | (unnamed & _at_hours_of(open_to_us))
    sure, perhaps, not_met = _sum(met), _sum(rest.filter(perhaps_met)), _sum(rest.filter(~perhaps_met))
    most = sure.high + perhaps.high
    return Bounds(sure.low, sure.middle, most), Bounds(
        _ratio(sure.low, perhaps.high + not_met.high),
        _ratio(sure.middle, perhaps.middle + not_met.middle),
        _ratio(most, not_met.low),
    )


def _at_hours_of(rows: pl.DataFrame) -> pl.Expr:
    """Say which rows stand in an hour of the week that some of these rows have too."""
    return pl.struct(HOUR).is_in(rows.select(pl.struct(HOUR)).to_series().unique().to_list())


def _concentration(rows: pl.DataFrame, service: str) -> AreaConcentration | None:
    """Measure how much of a service's demand in named areas is in the busiest tenth of them."""
    own = rows.filter(pl.col("service_id") == service)
    named = _named(own).group_by("area").agg(pl.col("low", "middle", "high").sum()).sort("area")
    if named.height < 2:
        return None
    top = -(-named.height // 10)
    all_of_it = _sum(named)
    busiest = _sum(named.sort("middle", "area", descending=[True, False]).head(top))
    most = {each: float(named[each].sort(descending=True).head(top).sum()) for each in ("low", "high")}
    folded = ELSEWHERE in own["area"].to_list()
    sides = {_side(each) for each in named["area"].to_list()}
    return AreaConcentration(
        service,
        named.height,
        sides.pop() or None if len(sides) == 1 else None,
        all_of_it,
        Bounds(
            _ratio(busiest.low, all_of_it.high - busiest.high),
            _ratio(busiest.middle, all_of_it.middle - busiest.middle),
            _ratio(most["high"], all_of_it.low - most["low"]),
        ),
        chance_share(named.height, round(all_of_it.middle), LIMIT if folded else 1),
    )


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows that lie in an area with a place."""
    return rows.filter(~pl.col("area").is_in(NO_SQUARE))


def _side(area: str) -> int:
    """Give the side of a square in whole metres; 0 for an area of another sort."""
    square = square_of(area)
    return 0 if square is None else int(square.side)


def _sum(rows: pl.DataFrame) -> Bounds:
    """Add up the bounds of rows."""
    return Bounds(*(float(rows[each].sum()) for each in ("low", "middle", "high")))


def _ratio(part: float, rest: float) -> float:
    """Give a part of the whole that it makes with the rest."""
    return part / (part + rest) if part + rest else 0.0
