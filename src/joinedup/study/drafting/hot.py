"""What the chapter on places says of squares that are busy for several services at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.crossover import hot_places
from joinedup.disclosure import Column, Figure, Mark, Statement, Table
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.crossover import HotPlaces
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_NOT_KNOWN = Figure(None, Unit.SHARE, mark=Mark.NOT_AVAILABLE)


def hot_blocks(study: Study) -> list[Block]:
    """Show which services share their busiest squares, and whether that is more than where people are."""
    if len(study.area.services) < 2:
        return []
    found = hot_places(study.area)
    if not found.combinations:
        return []
    blocks: list[Block] = [
        Table(
            "hot-combinations",
            f"Squares of {found.metres:g} m among the busiest tenth of exactly these services",
            (
                Column("Services"),
                Column("Squares", numeric=True),
                *(
                    Column(f"Of {short_name(study.area, each.service).lower()} demand", numeric=True)
                    for each in found.heat
                ),
            ),
            [
                [
                    ", ".join(short_name(study.area, each) for each in one.services),
                    Figure(float(one.cells), Unit.NUMBER),
                    *(
                        Figure(one.share_of[heat.service], Unit.SHARE, heat.incidents)
                        if heat.service in one.share_of
                        else Figure(None, Unit.SHARE)
                        for heat in found.heat
                    ),
                ]
                for one in found.combinations
            ],
        )
    ]
    if found.sharing:
        beyond = sum(each.beyond_people is True for each in found.places)
        blocks += [
            Statement(
                "Squares where many people are will be busy for every service. How many shared squares that explains is found "
                "by moving each service's demand among squares that are as populous, as far as all services' records tell."
            ),
            Table(
                "hot-sharing",
                "Squares hot for at least these services, beside the most that people explain",
                (
                    Column("Services"),
                    Column("Squares", numeric=True),
                    Column("People explain at most", numeric=True),
                    Column("Chance of so many, adjusted", numeric=True),
                ),
                [
                    [
                        ", ".join(short_name(study.area, each) for each in one.services),
                        Figure(one.observed, Unit.NUMBER),
                        Figure(one.expected, Unit.NUMBER, low=one.low, high=one.high),
                        Figure(one.adjusted, Unit.SHARE),
                    ]
                    for one in found.sharing
                ],
                note=f"{beyond:,} of {len(found.places):,} shared squares are hot beyond what people explain (5 in 100 false).",
            ),
        ]
    if any(each.share is not None for each in found.steadiness):
        blocks.append(_steadiness(study, found))
    if found.note:
        blocks.append(Statement(f"{found.note[0].upper()}{found.note[1:]}."))
    return blocks


def _steadiness(study: Study, found: HotPlaces) -> Table:
    """Show how much of the heat of one part of the period is there in another, beside what luck alone would leave."""
    return Table(
        "hot-steadiness",
        f"Busy squares that are busy again in another of {found.steadiness[0].parts} parts of the period",
        (
            Column("Services"),
            Column("Busy again", numeric=True),
            Column("If every square kept its rate", numeric=True),
        ),
        [
            [
                ", ".join(short_name(study.area, service) for service in each.services),
                Figure(each.share, Unit.SHARE),
                _NOT_KNOWN
                if each.if_steady is None
                else Figure(each.if_steady, Unit.SHARE, low=each.low, high=each.high),
            ]
            for each in found.steadiness
            if each.share is not None
        ],
        note=(
            "Of the squares in the busiest tenth of all the services named, in any part of the period. Luck alone moves squares "
            "in and out; a share below the range says that places change by more than luck."
        ),
    )
