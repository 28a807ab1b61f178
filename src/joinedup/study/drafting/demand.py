"""The chapters that counts can support: demand in one place and hour of the week, its concentration and its shape.

The shape of demand over the week is drawn from incidents too. Where counts were hidden, every figure has the bounds
that they leave open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.squares import NO_SQUARE, square_of
from joinedup.disclosure import (
    LIMIT,
    Bar,
    Bullets,
    Chapter,
    Chart,
    Column,
    Figure,
    Map,
    Square,
    Statement,
    Table,
)
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.places import drawn_sites
from joinedup.study.drafting.weeks import week_grids
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover.counted import Bounds, SharedHours
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_HIDDEN = (
    f"A hidden count is 1 to {LIMIT - 1}: the ranges hold whatever each of them is, and the middle takes each as "
    f"{LIMIT / 2:g}."
)


def counted_answers(study: Study) -> list[Statement | None]:
    """Say in a sentence a pair what counts tell of the same place and hour of the week."""
    if not study.area.has("demand_counts"):
        return []
    return [_sentence(study, pair) for pair in study.counted.pairs if pair.shares]


def demand_chapters(study: Study) -> tuple[Chapter, ...]:
    """Draft the chapters that the study's counts support; without counts, the shape of demand alone."""
    if not study.area.has("demand_counts") or not study.counted.alone:
        return (_shape_chapter(study),)
    return (_hours_chapter(study), *_areas_chapter(study), _shape_chapter(study))


def areas_are_drawn(study: Study) -> bool:
    """Whether the chapter on counted areas shows what the chapter on places would: where sites and demand are."""
    return study.area.has("demand_counts") and bool(study.counted.concentration)


def _share(bounds: Bounds, base: float, unit: Unit) -> Figure:
    """Give a share with what hidden counts leave open; it rests on the fewest incidents that there can be."""
    return Figure(bounds.middle, unit, int(base), bounds.low, bounds.high)


def _number(bounds: Bounds) -> Figure:
    """Give a number of incidents with what hidden counts leave open."""
    if bounds.low == bounds.high:
        return Figure(bounds.low, Unit.COUNT)
    return Figure(bounds.middle, Unit.COUNT, int(bounds.low), bounds.low, bounds.high)


def _sentence(study: Study, pair: SharedHours) -> Statement:
    one, other = (study.area.name_of(each) for each in pair.services)
    return Statement(
        f"By hour of the week, {{a:between}} in 100 {one} incidents fell in a small area and an hour in which {other} had "
        f"demand too; seen from {other}, {{b:between}} in 100 of its incidents.",
        {
            name: _share(pair.shares[each], study.counted.incidents(each).low, Unit.PER_HUNDRED)
            for name, each in zip("ab", pair.services, strict=True)
        },
        otherwise=f"{one} and {other} share too few places and hours of the week for a figure that may be published.",
    )


def _hours_chapter(study: Study) -> Chapter:
    """Show how much of each service's demand falls where and when in the week another has demand."""
    name = study.area.name_of
    pairs = [pair for pair in study.counted.pairs if pair.shares]
    notes = [
        Statement(f"{name(pair.services[0])} and {name(pair.services[1])}: {pair.note}.")
        for pair in study.counted.pairs
        if pair.note
    ]
    if not pairs:
        return Chapter(
            "hours-of-week",
            "The same place and hour of the week",
            Statement("The counts of these services cannot be laid side by side."),
            (Bullets(notes),) if notes else (),
            missing="Counts of two services in squares of the same size ('joinedup count' with one '--square').",
        )
    most = max(pairs, key=lambda pair: max(each.middle for each in pair.shares.values()))
    one, other = most.services
    blocks: list[Block] = [
        Statement(
            "This is a definition of its own. Both services had demand in one small area and one hour of the week, such as "
            "Monday from nine to ten, at some time in the period. It says nothing of the same day, and nothing of one event; "
            "it is never put beside the same hour of the calendar. The longer the period, the larger it grows."
        ),
        _shares_chart(study, pairs),
        _shares_table(study, pairs),
    ]
    if notes:
        blocks.append(Bullets(notes))
    return Chapter(
        "hours-of-week",
        f"{name(one)} and {name(other)} have the most demand in the same places and hours of the week",
        _sentence(study, most),
        blocks,
    )


def _lines(study: Study, pairs: Sequence[SharedHours]) -> list[tuple[str, str, SharedHours]]:
    """Give a label and a service for each side of each pair."""
    return [
        (
            f"{short_name(study.area, service)} where {short_name(study.area, other).lower()} has demand",
            service,
            pair,
        )
        for pair in pairs
        for service, other in (pair.services, pair.services[::-1])
    ]


def _shares_chart(study: Study, pairs: Sequence[SharedHours]) -> Chart:
    return Chart(
        "hour-of-week-shares",
        "How much of each service's demand falls where and when in the week another has demand",
        f"In 100 of each service's own incidents, by hour of the week; {study.area.settings.name}; "
        "the range is what hidden counts and unnamed areas leave open",
        [
            Bar(
                label,
                _share(pair.shares[service], study.counted.incidents(service).low, Unit.PER_HUNDRED),
                study.area.kind_of(service),
            )
            for label, service, pair in _lines(study, pairs)
        ],
        "Source: counts by small area, weekday, hour and category that the services made themselves.",
        "A bar for each service and partner, with its range; the table below holds the same figures.",
    )


def _shares_table(study: Study, pairs: Sequence[SharedHours]) -> Table:
    return Table(
        "hour-of-week",
        "Same place and hour of the week: share of each service's own incidents",
        (
            Column("Service, where"),
            Column("Incidents", numeric=True),
            Column("Areas that both name", numeric=True),
            Column("Areas and hours shared", numeric=True),
            Column("Share of own incidents", numeric=True),
        ),
        [
            [
                label,
                _number(study.counted.incidents(service)),
                Figure(pair.areas, Unit.NUMBER),
                Figure(pair.cells, Unit.NUMBER),
                _share(pair.shares[service], study.counted.incidents(service).low, Unit.SHARE),
            ]
            for label, service, pair in _lines(study, pairs)
        ],
        note=f"{_HIDDEN} Incidents in areas that the other service does not name are in the upper end alone.",
    )


def _areas_chapter(study: Study) -> tuple[Chapter, ...]:
    """Show how concentrated counted demand is, beside chance, with a map where the squares are on the national grid."""
    found = study.counted.concentration
    if not found:
        return ()
    most = max(found, key=lambda each: each.share_top_tenth.low / max(each.chance_share_top_tenth, 1e-9))
    beyond = most.share_top_tenth.low > 1.2 * most.chance_share_top_tenth
    within = most.share_top_tenth.high <= 1.2 * most.chance_share_top_tenth
    heading = (
        "Counted demand is concentrated beyond chance"
        if beyond
        else "Counted demand is about as concentrated as chance would have it"
        if within
        else "Hidden counts leave open whether demand is concentrated beyond chance"
    )
    table = Table(
        "concentration-by-area",
        "Share of the incidents in named areas that the busiest tenth of them holds, beside chance",
        (
            Column("Service"),
            Column("Areas named", numeric=True),
            Column("Incidents in them", numeric=True),
            Column("In the busiest tenth", numeric=True),
            Column("By chance alone", numeric=True),
        ),
        [
            [
                short_name(study.area, each.service) + (f", {each.metres:,} m" if each.metres else ""),
                Figure(each.areas, Unit.NUMBER),
                _number(each.incidents),
                _share(each.share_top_tenth, each.incidents.low, Unit.SHARE),
                Figure(each.chance_share_top_tenth, Unit.SHARE),
            ]
            for each in found
        ],
        note=f"{_HIDDEN} By chance: what the busiest tenth would hold if every named area were equally likely.",
    )
    drawn = _areas_map(study)
    return (
        Chapter(
            "areas",
            heading,
            Statement(
                f"The busiest tenth of the areas that {study.area.name_of(most.service)} names hold {{share:between}} of the "
                "incidents in them; chance alone would put {chance} there.",
                {
                    "share": _share(most.share_top_tenth, most.incidents.low, Unit.SHARE),
                    "chance": Figure(most.chance_share_top_tenth, Unit.SHARE),
                },
            ),
            (drawn, table) if drawn else (table,),
        ),
    )


def _areas_map(study: Study) -> Map | None:
    """Draw the named squares by demand; None where there is none on the plane of the study."""
    if not study.area.settings.on_national_grid:
        return None
    rows = study.counted.rows.filter(
        pl.col("service_id").is_in(study.counted.alone) & ~pl.col("area").is_in(NO_SQUARE)
    )
    sums = rows.group_by("area").agg(pl.col("low", "middle").sum()).sort("area")
    squares = [
        Square(place.x, place.y, place.side, Figure(row["middle"], Unit.COUNT, int(row["low"])))
        for row in sums.iter_rows(named=True)
        if (place := square_of(row["area"])) is not None and not place.zone
    ]
    if not squares:
        return None
    services = ", ".join(short_name(study.area, each).lower() for each in study.counted.alone)
    return Map(
        "counted-squares",
        "Where counted demand is",
        f"Incidents of {services} in the squares that they name; {study.area.settings.name}",
        drawn_sites(study),
        squares,
        f"Source: the services' own counts. A hidden count is taken as {LIMIT / 2:g}.",
        "Squares, darker where more incidents were counted, with the sites of each service by shape.",
        measure="Incidents counted in a square, about",
    )


def _shape_chapter(study: Study) -> Chapter:
    """Show when in the week each service's demand comes."""
    rows = study.counted.rows
    services = [each for each in study.area.services if rows.filter(pl.col("service_id") == each).height]
    if not services:
        return Chapter(
            "demand",
            "When demand comes",
            Statement("This study holds no incident with a time and no counts, so nobody can say."),
            missing="Incidents with received_at, or counts by weekday and hour ('joinedup count').",
        )
    peaks, grids = week_grids(study, services)
    blocks: list[Block] = list(grids)
    hidden = {each: study.counted.hidden_rows(each) for each in study.counted.alone}
    if any(empty for empty, _ in hidden.values()):
        blocks.append(_hidden_table(study, hidden))
    if not grids:
        return Chapter(
            "demand",
            "When demand comes",
            Statement("There are too few incidents for a week to be drawn without giving single ones away."),
            blocks,
        )
    if len(peaks) > 1 and len(set(peaks.values())) == 1:
        heading = "The services are busiest at the same time of the week"
        answer = f"Hour for hour, every service is busiest on {next(iter(peaks.values()))}."
    else:
        heading = "Each service has its own busy hours" if len(peaks) > 1 else "When demand comes"
        busiest = "; ".join(f"{study.area.name_of(each)} on {when}" for each, when in peaks.items())
        answer = f"Hour for hour, the services are busiest at these times: {busiest}."
    if any(empty for empty, _ in hidden.values()):
        answer += " Hidden counts could move these."
    return Chapter("demand", heading, Statement(answer), blocks)


def _hidden_table(study: Study, hidden: dict[str, tuple[int, int]]) -> Table:
    return Table(
        "hidden-counts",
        "How much of the counts was hidden",
        (
            Column("Service"),
            Column("Rows", numeric=True),
            Column("Rows with a hidden count", numeric=True),
            Column("Incidents", numeric=True),
        ),
        [
            [
                short_name(study.area, each),
                Figure(rows, Unit.NUMBER),
                Figure(empty, Unit.NUMBER),
                _number(study.counted.incidents(each)),
            ]
            for each, (empty, rows) in hidden.items()
        ],
        note=_HIDDEN,
    )
