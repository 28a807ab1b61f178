"""The chapter on the whole estate planned at once: moves, clusters, and how sure it is that no plan is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Bullets, Chapter, Column, Figure, Statement, Table
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.study.study import Study


def estate_chapter(study: Study) -> tuple[Chapter, ...]:
    """Show the plan of the whole estate where the study says enough of its sites; no chapter elsewhere."""
    plan = study.estate
    if plan is None:
        return ()
    area = study.area
    if plan.status in ("infeasible", "unknown"):
        return (
            Chapter(
                "estate",
                "The whole estate at once",
                Statement(f"No plan of the whole estate was found ({plan.status})."),
            ),
        )
    names = dict(area.table("sites").select("site_id", "name").iter_rows())
    proof = (
        "No plan under these terms is cheaper."
        if plan.status == "optimal"
        else "The best plan could be up to {gap} cheaper."
    )
    figures = {"gap": Figure(plan.gap, Unit.SHARE)} if plan.status != "optimal" else {}
    if not plan.moves:
        answer = Statement(
            f"Planned all at once, no move between buildings saves more than its building work costs. {proof}",
            figures,
        )
        return (Chapter("estate", "The whole estate at once: nothing moves", answer, (_covered(study),)),)
    answer = Statement(
        f"Planned all at once, {len(plan.moves)} move{'s' if len(plan.moves) > 1 else ''} would save about {{saved}} a year, a "
        f"year's share of {{capital}} of building work taken off. {proof}",
        {
            "saved": Figure(plan.saved_gbp_a_year, Unit.POUNDS),
            "capital": Figure(plan.capital_gbp, Unit.POUNDS),
            **figures,
        },
    )
    moves = Table(
        "estate-moves",
        "The moves, each of which a board can take alone where nothing else is named",
        (
            Column("Gives up its building"),
            Column("Moves into"),
            Column("Year", numeric=True),
            Column("Saved a year", numeric=True),
            Column("Building work", numeric=True),
            Column("Depends on"),
        ),
        [
            [
                f"{names[each.mover]} ({short_name(area, each.mover_service).lower()})",
                names[each.host],
                Figure(each.start_year, Unit.NUMBER),
                Figure(each.yearly_gbp, Unit.POUNDS),
                Figure(each.capital_gbp, Unit.POUNDS),
                "; ".join(each.depends_on) or "nothing else",
            ]
            for each in plan.moves
        ],
        note="Receipts for buildings are left aside. The safety gate judges each move by itself, among the options.",
    )
    clusters = [
        Statement(
            f"{names[each.host]} would hold {', '.join(short_name(area, service).lower() for service in each.services)}."
        )
        for each in plan.clusters
    ]
    heading = f"The whole estate at once: {len(plan.moves)} moves"
    return (
        Chapter(
            "estate",
            heading,
            answer,
            (moves, *((Bullets(clusters),) if clusters else ()), _covered(study)),
        ),
    )


def _covered(study: Study) -> Table:
    """Show what share of each service's incidents lies within its minutes of a station, before and after."""
    assert study.estate is not None
    return Table(
        "estate-cover",
        "Incidents within the minutes of a station of the service",
        (
            Column("Service"),
            Column("Minutes", numeric=True),
            Column("Now", numeric=True),
            Column("After", numeric=True),
            Column("Least that was allowed", numeric=True),
        ),
        [
            [
                study.area.name_of(each.service),
                Figure(each.minutes, Unit.MINUTES),
                *(
                    Figure(share, Unit.SHARE, _placed(study, each.service))
                    for share in (each.now, each.after, each.least)
                ),
            ]
            for each in study.estate.covered
        ],
        note="A station counts as there whether or not a crew is free: how waits change is judged with each option.",
    )


def _placed(study: Study, service: str) -> int:
    incidents = study.area.table("incidents")
    return int(((incidents["service_id"] == service) & incidents["x"].is_not_null()).sum())
