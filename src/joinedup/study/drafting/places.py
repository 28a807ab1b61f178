"""The chapters on places: where demand is concentrated, and which sites stand near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.crossover import hot_cells
from joinedup.disclosure import Chapter, Column, Figure, Map, Place, Square, Statement, Table, count
from joinedup.overlap import REACH, SAME_PLACE_M
from joinedup.study.drafting.held import held_tables
from joinedup.study.drafting.hot import hot_blocks
from joinedup.study.drafting.naming import SECURITY_KINDS, short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.crossover import Crossover
    from joinedup.study.study import Study

CELL = 500
_FARTHEST = 6.0
"""Squares beyond so many times the middle distance from the middle are left off the map: a place in Texas would shrink it."""


def places_chapter(study: Study, crossover: Crossover | None) -> Chapter:
    """Show how concentrated demand is, beside chance, with a map of the squares that are hot for several services."""
    rows = [row for row in crossover.concentration if row.metres == CELL] if crossover else []
    if crossover is None or not rows:
        if study.area.has("sites", "service_id"):
            return Chapter(
                "places",
                "Where the sites stand",
                Statement(
                    "Sites are on the map; this study holds no incidents with a place, so demand is not."
                ),
                (_sites_map(study),),
                missing="Incidents with a place, to show where demand is.",
            )
        return Chapter(
            "places",
            "Where demand is",
            Statement("This study holds no places."),
            missing="Incidents or sites with latitude and longitude, or easting and northing.",
        )
    most = max(rows, key=lambda row: row.share_top_tenth / max(row.chance_share_top_tenth, 1e-9))
    several = sum(cells for services, cells in most.hot_for.items() if services > 1)
    answer = Statement(
        f"The busiest tenth of the 500 m squares with any demand hold {{share}} of {study.area.name_of(most.service)} "
        f"incidents; chance alone would put {{chance}} there. {_squares(several)} among the busiest for more than one service.",
        {
            "share": Figure(most.share_top_tenth, Unit.SHARE, most.incidents),
            "chance": Figure(most.chance_share_top_tenth, Unit.SHARE),
        },
    )
    table = Table(
        "concentration",
        "Share of incidents in the busiest tenth of occupied squares, beside chance",
        (
            Column("Service and square"),
            Column("Squares in use", numeric=True),
            Column("Incidents", numeric=True),
            Column("In the busiest tenth", numeric=True),
            Column("By chance alone", numeric=True),
        ),
        [
            [
                f"{short_name(study.area, row.service)}, {row.metres:,} m",
                Figure(row.cells, Unit.NUMBER),
                count(row.incidents),
                Figure(row.share_top_tenth, Unit.SHARE, row.incidents),
                Figure(row.chance_share_top_tenth, Unit.SHARE),
            ]
            for row in crossover.concentration
        ],
        note="By chance: what the busiest tenth would hold if every square in use were equally likely to have an incident.",
    )
    beyond = most.share_top_tenth > 1.5 * most.chance_share_top_tenth
    heading = (
        "Demand is concentrated beyond chance"
        if beyond
        else "Demand is about as concentrated as chance would have it"
    )
    return Chapter("places", heading, answer, (_hot_map(study), table, *hot_blocks(study)))


def _squares(number: int) -> str:
    return {0: "No square is", 1: "One square is"}.get(number, f"{number:,} squares are")


def drawn_sites(study: Study) -> list[Place]:
    """Give the sites that may stand on a map."""
    sites = study.area.table("sites").filter(
        pl.col("x").is_not_null() & ~pl.col("kind").is_in(SECURITY_KINDS)
    )
    return [
        Place(row["x"], row["y"], row["name"], study.area.kind_of(row["service_id"]))
        for row in sites.sort("site_id").iter_rows(named=True)
    ]


def _sites_map(study: Study) -> Map:
    return Map(
        "sites-map",
        "Sites of the services",
        study.area.settings.name,
        drawn_sites(study),
        (),
        "Source: the study's table of sites.",
        "Sites of each service by shape; the table of overlapping sites lists those that stand near each other.",
    )


def _hot_map(study: Study) -> Map:
    cells = hot_cells(study.area, CELL)
    services = study.area.services
    hot = cells.filter(pl.col("hot_for").list.len() > 0).with_columns(
        pl.sum_horizontal(services).alias("all")
    )
    middle = hot.select(pl.col("x", "y").median()).row(0)
    distance = np.hypot(hot["x"].to_numpy() - middle[0], hot["y"].to_numpy() - middle[1])
    near = hot.filter(pl.Series(distance <= _FARTHEST * max(float(np.median(distance)), CELL)))
    return Map(
        "hot-squares",
        "Squares among the busiest tenth of one service or more",
        f"Incidents of all services in 500 m squares; {study.area.settings.name}",
        drawn_sites(study),
        [
            Square(row["x"], row["y"], CELL, Figure(float(row["all"]), Unit.COUNT))
            for row in near.iter_rows(named=True)
        ],
        "Source: the services' own records. Squares with fewer than five incidents are left out.",
        "The busiest squares, darker where there were more incidents, with the sites of each service by shape.",
    )


def _pairs(study: Study) -> pl.DataFrame:
    """Give the pairs of sites that may leave the study."""
    return study.overlap.filter(
        ~pl.col("kind").is_in(SECURITY_KINDS) & ~pl.col("kind_2").is_in(SECURITY_KINDS)
    )


def overlap_answer(study: Study) -> Statement | None:
    """Say in a sentence how many sites stand near one of another service."""
    pairs = _pairs(study)
    if pairs.is_empty():
        return None
    together = int((pairs["metres"] < SAME_PLACE_M).sum())
    near = int((pairs["metres"] < 1000).sum())
    reach = study.assumptions[REACH.name].central
    return Statement(
        f"{pairs.height:,} pairs of sites of different services stand within a drive of {reach:g} minutes of each other, "
        f"{near:,} of them within 1 km; {together:,} {'pair stands' if together == 1 else 'pairs stand'} in one place already."
    )


def overlap_chapter(study: Study) -> Chapter:
    """List the sites of different services that stand near each other."""
    answer = overlap_answer(study)
    if answer is None:
        placed = study.area.has("sites")
        return Chapter(
            "overlap",
            "Sites that stand near each other",
            Statement(
                "No two sites of different services stand near each other."
                if placed
                else "This study holds no sites, so nobody can say."
            ),
            missing="" if placed else "The table sites with service_id, name and a place.",
        )
    pairs = _pairs(study)

    def called(row: dict[str, str], suffix: str = "") -> str:
        return f"{row['name' + suffix]} ({short_name(study.area, row['service_id' + suffix]).lower()})"

    number = pairs.height
    return Chapter(
        "overlap",
        f"{number:,} pairs of sites stand near each other"
        if number > 1
        else "One pair of sites stands together",
        answer,
        (
            Statement(
                f"Minutes are driven in a {study.travel.name}, {study.travel.km_per_minute * 60:g} km/h with "
                f"{study.travel.lost_minutes:g} minutes lost; they are not road times. "
                "To stand near each other is not a proposal."
            ),
            Table(
                "overlap",
                "Pairs of sites of different services within reach of each other, nearest first",
                (
                    Column("Site"),
                    Column("Other site"),
                    Column("Distance", numeric=True),
                    Column("Drive", numeric=True),
                    Column("Kinds"),
                    Column("Floor area", numeric=True),
                    Column("Tenure"),
                ),
                [
                    [
                        called(row),
                        called(row, "_2"),
                        Figure(row["metres"] / 1000, Unit.KILOMETRES),
                        Figure(row["minutes"], Unit.MINUTES),
                        f"{row['kind']}; {row['kind_2']}",
                        _areas(row["floor_area_m2"], row["floor_area_m2_2"]),
                        f"{row['tenure'] or '[x]'}; {row['tenure_2'] or '[x]'}",
                    ]
                    for row in pairs.iter_rows(named=True)
                ],
                note="Custody suites and control rooms are left out: where they are does not leave the study.",
            ),
            *held_tables(study),
        ),
    )


def _areas(one: float | None, other: float | None) -> str:
    """Word the two floor areas of a pair."""
    return "; ".join("[x]" if each is None else f"{each:,.0f} m²" for each in (one, other))
