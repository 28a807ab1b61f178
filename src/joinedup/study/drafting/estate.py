"""The chapter on the whole estate planned at once: moves, clusters, and how sure it is that no plan is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal import financial_year
from joinedup.disclosure import Block, Bullets, Chapter, Column, Figure, Statement, Table
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.roadmap import SET_WORDS
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
    told += _alone(study, plan, names)
    blocks += [Bullets(told)] if told else []
    blocks += _judged(study, plan, names) if chosen else []
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
        note=f"Receipts for buildings are left aside.{_capital_kept(study)}",
    )


def _capital_kept(study: Study) -> str:
    """Say which limits of the study's capital hold for the plan, and that its years do not."""
    own = study.area.settings.roadmap
    held = ["all moves together"] if own.capital_gbp_a_year is not None else []
    held += [f"those of {study.area.name_of(each)}" for each in sorted(own.capital_gbp_a_year_of)]
    if not held:
        return ""
    words = listed(held)
    return (
        f" {words[:1].upper()}{words[1:]} keep within the capital that the study gives for all years of its roadmap, before "
        "optimism bias; in which year it is spent is for the roadmap to say."
    )


def _alone(study: Study, plan: Plan, names: dict[str, str]) -> list[Statement]:
    """Say what of the plan is one service's own, so that it is not taken for a saving of working together (§4.5)."""
    owner = dict(study.area.table("sites").select("site_id", "service_id").iter_rows())
    own = [
        (each.mover_service, names[each.mover])
        for each in plan.moves
        if each.mover_service == each.host_service
    ]
    own += [(owner[each], names[each]) for each in plan.closed]
    return [
        Statement(
            f"{study.area.name_of(service)} can give up alone: {listed(sites)}. What that is worth is no saving of working "
            "together."
        )
        for service in study.area.services
        if (sites := [name for who, name in own if who == service])
    ]


def _judged(study: Study, plan: Plan, names: dict[str, str]) -> list[Block]:
    """Give the safety gate's judgement on all of the plan at once, as far as it is among the options (§5.7)."""
    by_joins = {
        each.option.joins: each.option.id
        for each in study.assessment.options
        if each.option.kind == "shared estate"
    }
    steps: list[tuple[tuple[str, ...], str]] = [
        ((each.mover, each.host), names[each.mover]) for each in plan.moves
    ]
    steps += [((each,), names[each]) for each in plan.closed]
    found = [by_joins[joins] for joins, _ in steps if joins in by_joins]
    missing = listed([name for joins, name in steps if joins not in by_joins])
    words = "The safety gate judges each of these by itself, among the options. "
    if not found:
        return [Statement("None of this is among the options, so that the safety gate judges none of it.")]
    if len(found) > 1:
        words += f"All of them were judged at once too. {SET_WORDS[study.assessment.judge_together(frozenset(found))]}."
    if missing:
        words += f" That leaves aside what is not among the options: what happens to {missing}."
    return [Statement(words.strip())]


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
            Column("Lowest in a year on the way", numeric=True),
            Column("Least that was allowed", numeric=True),
        ),
        [
            [
                study.area.name_of(each.service),
                Figure(each.minutes, Unit.MINUTES),
                *(
                    Figure(share, Unit.SHARE, _placed(study, each.service))
                    for share in (each.now, each.after, each.lowest, each.least)
                ),
            ]
            for each in plan.covered
        ],
        note="A station counts as there whether or not a crew is free: how waits change is judged with each option.",
    )


def _placed(study: Study, service: str) -> int:
    incidents = study.area.table("incidents")
    return int(((incidents["service_id"] == service) & incidents["x"].is_not_null()).sum())
