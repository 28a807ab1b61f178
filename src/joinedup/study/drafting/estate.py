"""The chapter on the whole estate planned at once: moves, clusters, and how sure it is that no plan is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal import financial_year
from joinedup.disclosure import Block, Bullets, Chapter, Column, Figure, Statement, Table
from joinedup.study.drafting.naming import listed, short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.locate import Plan
    from joinedup.study.study import Study


def estate_chapter(study: Study) -> tuple[Chapter, ...]:
    """Show the plan of the whole estate where the study says enough of its sites; no chapter elsewhere."""
    plan = study.estate
    if plan is None:
        return ()
    sites = study.area.table("sites").sort("site_id")
    names = dict(sites.select("site_id", "name").iter_rows())
    proof, figures = _proof(plan)
    chosen = _counted([(len(plan.moves), "move"), (len(plan.closed), "closing")])
    if not chosen:
        answer = Statement(
            f"Planned all at once, no move between buildings saves more than its building work costs. {proof}",
            figures,
        )
        heading = "The whole estate at once: nothing moves"
    else:
        answer = Statement(
            f"Planned all at once, {chosen} would save about {{saved}} a year, a year's share of {{capital}} of building work "
            f"and moving taken off. {proof}",
            {
                "saved": Figure(plan.saved_gbp_a_year, Unit.POUNDS),
                "capital": Figure(plan.capital_gbp, Unit.POUNDS),
                **figures,
            },
        )
        heading = f"The whole estate at once: {chosen}"
    told = [
        Statement(
            f"{names[each.host]} would hold {listed([short_name(study.area, one).lower() for one in each.services])}."
        )
        for each in plan.clusters
    ]
    told += [
        Statement(f"{names[each]} would close without a move: the study says that its work may end.")
        for each in plan.closed
    ]
    if fixed := sites.filter(pl.col("fixed") == "yes")["name"].to_list():
        stay = "stays" if len(fixed) == 1 else "stay"
        told.append(
            Statement(f"{listed(fixed)} {stay}, because the study says so, and may still take others in.")
        )
    blocks: list[Block] = [_moves(study, plan, names)] if plan.moves else []
    blocks += [Bullets(told)] if told else []
    return (Chapter("estate", heading, answer, (*blocks, _covered(study, plan))),)


def _proof(plan: Plan) -> tuple[str, dict[str, Figure]]:
    """Say whether a cheaper plan can be; one that ran out of time is never called the best."""
    if plan.status == "optimal":
        return "No plan under these terms is cheaper.", {}
    words = (
        "It is not proven to be the cheapest: time ran out while another could still have been up to {left} a year cheaper, "
        "{gap} of what the estate costs."
    )
    left = plan.cost_gbp_a_year - plan.bound_gbp_a_year
    return words, {"left": Figure(left, Unit.POUNDS), "gap": Figure(plan.gap, Unit.SHARE)}


def _counted(things: list[tuple[int, str]]) -> str:
    """Count things in words, those of which there are none left out."""
    return listed([f"{count} {one}{'s' * (count > 1)}" for count, one in things if count])


def _moves(study: Study, plan: Plan, names: dict[str, str]) -> Table:
    """List the moves with their money and what each depends on."""
    return Table(
        "estate-moves",
        "The moves, each of which a board can take alone where nothing else is named",
        (
            Column("Gives up its building"),
            Column("Moves into"),
            Column("Year"),
            Column("Saved a year", numeric=True),
            Column("Building work", numeric=True),
            Column("Depends on"),
        ),
        [
            [
                f"{names[each.mover]} ({short_name(study.area, each.mover_service).lower()})",
                names[each.host],
                financial_year(study.area.settings.price_base, each.start_year),
                Figure(each.yearly_gbp, Unit.POUNDS),
                Figure(each.capital_gbp, Unit.POUNDS),
                "; ".join(each.depends_on) or "nothing else",
            ]
            for each in plan.moves
        ],
        note="Receipts for buildings are left aside. The safety gate judges each move by itself, among the options."
        + (
            ""
            if study.area.settings.roadmap.capital_gbp_a_year is None
            else " All moves together keep within the capital that the study gives for its roadmap."
        ),
    )


def _covered(study: Study, plan: Plan) -> Table:
    """Show what share of each service's incidents lies within its minutes of a station, before and after."""
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
            for each in plan.covered
        ],
        note="A station counts as there whether or not a crew is free: how waits change is judged with each option.",
    )


def _placed(study: Study, service: str) -> int:
    incidents = study.area.table("incidents")
    return int(((incidents["service_id"] == service) & incidents["x"].is_not_null()).sum())
