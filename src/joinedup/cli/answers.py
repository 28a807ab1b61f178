"""Commands that answer one question each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.appraisal import WARNING, Range, at_anothers_cost, financial_year
from joinedup.cli.assuming import show_assumed, values_of
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.overlap import contracts_by_item, courses_by_topic, posts_by_function, unmatched
from joinedup.study import Assessed, Assessment, Study, assess
from joinedup.study.assuming import refuse_unknown
from joinedup.study.drafting.option_pages.money import alone_in_words
from joinedup.study.drafting.options import found_nothing
from joinedup.study.drafting.order import swaps_in_words
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    import polars as pl


def overlap(folder: Folder, as_json: AsJson = False) -> None:
    """List what services hold twice: sites near each other, courses, contracts and posts."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        pairs = study.overlap
        courses, contracts = courses_by_topic(study.area), contracts_by_item(study.area)
        posts, alone = posts_by_function(study.area), unmatched(study.area)
    if as_json:
        print_json(
            {
                "travel": study.travel.name,
                "pairs": pairs.to_dicts(),
                "courses": courses.to_dicts(),
                "contracts": contracts.to_dicts(),
                "posts": posts.to_dicts(),
                "unmatched": alone.to_dicts(),
            }
        )
        return
    print_table(
        f"Sites of different services near each other ({study.travel.name})",
        ("site", "service", "other site", "service", "km", "drive"),
        [
            (
                row["name"],
                row["service_id"],
                row["name_2"],
                row["service_id_2"],
                f"{row['metres'] / 1000:.2f}",
                in_words(row["minutes"], Unit.MINUTES),
            )
            for row in pairs.iter_rows(named=True)
        ],
    )
    _print_held(
        "Courses that two services or more teach", courses, "topic", "runs", "seats_offered", "cost_gbp"
    )
    _print_held(
        "Items that two services or more buy", contracts, "item", "unit_price_gbp", "yearly_gbp", "ends_on"
    )
    _print_held("Functions for which two services or more have posts", posts, "function", "fte", "cost_gbp")
    if alone.height:
        print(f"Note: {int(alone['rows'].sum())} courses, contracts and posts match none of another service.")


def _print_held(title: str, rows: pl.DataFrame, wording: str, *columns: str) -> None:
    """Print a table of what is held twice, with [x] for what is not known; nothing when there is no row."""
    if rows.is_empty():
        return
    shown = ("match", wording, "service_id", *columns)
    print_table(
        title,
        [each.removesuffix("_id").replace("_gbp", " £").replace("_", " ") for each in shown],
        [
            [
                "[x]" if cell is None else f"{cell:,.10g}" if isinstance(cell, int | float) else str(cell)
                for cell in row
            ]
            for row in rows.select(shown).iter_rows()
        ],
    )


def options(folder: Folder, as_json: AsJson = False) -> None:
    """List concrete ways of joining up that the study's data hold."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        assessment = study.assessment
    if as_json:
        print_json([{**each.option.as_json(), "rung": each.rung} for each in _by_complexity(assessment)])
        return
    print_table(
        "Options, the simplest ways of working together first",
        ("complexity", "kind", "id", "what", "partners"),
        [
            (
                str(each.rung),
                each.option.kind,
                each.option.id,
                each.option.title,
                ", ".join(each.option.partners),
            )
            for each in _by_complexity(assessment)
        ],
    )
    for kind, needs in assessment.lacking.items():
        for need in needs:
            print(f"Note: {kind} needs the table {need.table} with {', '.join(need.columns)}: {need.why}.")
    for words in found_nothing(study):
        print(f"Looked for, nothing found: {words}")


def _by_complexity(assessment: Assessment) -> list[Assessed]:
    return sorted(assessment.options, key=lambda each: (each.rung, each.option.kind, each.option.id))


def appraise(
    folder: Folder,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume",
            metavar="NAME=VALUE",
            help="Show what moves if an assumption has this value; may be given again.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each option is worth, to whom, whether response holds, in what order they come and when they start."""
    values = values_of(assume or ())
    with Progress() as progress:
        study = Study.read(folder, progress)
        refuse_unknown(values, study.assumptions)
        if values:
            # What people wait enters no worth, so that nothing is played.
            assessment = assess(study.area, study.assumptions, progress, None, folder)
        else:
            assessment, planned = study.assessment, study.planned
    if values:
        show_assumed(study.area, assessment, values, as_json)
        return
    order = assessment.order
    place = {each.id: each.place for each in order.placed}
    firmness = {each.id: each.firmness for each in order.placed}
    if as_json:
        print_json(
            {
                "top": order.top,
                "options": [
                    {
                        "id": each.option.id,
                        "npsv": _range(each.appraisal.worth),
                        "bcr": each.appraisal.economic.bcr,
                        "payback_year": each.appraisal.economic.payback_year,
                        "gate": each.gate.outcome.value,
                        "reasons": list(each.gate.reasons),
                        "place": place.get(each.option.id),
                        "firmness": firmness.get(each.option.id),
                        "partners": {
                            standing.partner: _range(Range.of(standing.worth))
                            for standing in each.appraisal.standings
                        },
                        "losers": [standing.partner for standing in each.appraisal.losers],
                        "alone": _alone(each),
                        "switching": [
                            {
                                "assumption": swing.assumption.name,
                                "at_low": round(swing.at_low, 2),
                                "at_high": round(swing.at_high, 2),
                                "switches_at": swing.switches_at,
                                "within_range": swing.within_range,
                            }
                            for swing in each.swings
                        ],
                        "affordable": each.affordable.to_dicts(),
                        "elsewhere": {
                            "warning": WARNING,
                            "cases": [case.id for case in each.elsewhere],
                            "months_from_idea_to_live": list(each.months_elsewhere),
                        },
                        "gate_basis": each.gate.basis,
                        "effects": [
                            {
                                "service": effect.service,
                                "measure": effect.measure,
                                "better_by": effect.change,
                                "unit": effect.unit,
                                "nine_in_ten": [effect.range.low, effect.range.high]
                                if effect.range
                                else None,
                            }
                            for effect in each.effects
                        ],
                        "at_anothers_cost": [
                            [f"{one.service}: {one.measure}", f"{other.service}: {other.measure}"]
                            for one, other in at_anothers_cost(each.effects, assessment.told.objectives)
                        ],
                        "funding": [dict(vars(term)) for term in each.funding],
                        "waits_until_year": each.starting.waits,
                    }
                    for each in assessment.options
                ],
                "conflicts": [list(each.options) for each in order.conflicts],
                "planned": planned.as_json(),
            }
        )
        return
    ordered = sorted(
        assessment.options, key=lambda each: (place.get(each.option.id, len(place) + 1), each.option.id)
    )
    print_table(
        f"Worth in real pounds; firmness is how often it stays among the first {order.top}",
        ("place", "what", "response", "central", "nine draws in ten", "firmness", "who loses"),
        [
            (
                str(place.get(each.option.id, "")),
                each.option.title,
                each.gate.outcome.value,
                in_words(each.appraisal.worth.central, Unit.POUNDS),
                in_words(
                    each.appraisal.worth.central,
                    Unit.POUNDS,
                    each.appraisal.worth.low,
                    each.appraisal.worth.high,
                ),
                f"{firmness[each.option.id]:.0%}" if each.option.id in firmness else "",
                ", ".join(standing.partner for standing in each.appraisal.losers),
            )
            for each in ordered
        ],
    )
    for each in ordered:
        won = each.appraisal.better_alone or each.appraisal.comparison.alone_wins
        if won and any(one.option for one in each.alone):
            print(f"{each.option.title}: {alone_in_words(study.area, each)}")

    _print_planned(study)


def _alone(each: Assessed) -> list[dict[str, Any]]:
    """Give the best that each partner could do by itself, and whether it would expect more from that."""
    comparison = each.appraisal.comparison
    return [
        {
            "partner": one.partner,
            "option": None if one.option is None else one.option.title,
            "worth": _range(Range.of(comparison.alone[one.partner]))
            if one.partner in comparison.alone
            else None,
            "better_alone": one.partner in each.appraisal.better_alone,
            "looked_at": one.looked_at,
            "refused": one.refused,
        }
        for one in each.alone
    ]


def _print_planned(study: Study) -> None:
    """Print which options start when, and the weights at which the first two swap."""
    planned = study.planned
    titles = {each.option.id: each.option.title for each in study.assessment.options}
    if planned.roadmap is not None:
        plan = planned.roadmap
        years = [financial_year(study.area.settings.price_base, year) for year in range(plan.years)]
        print_table(
            f"Roadmap over {plan.years} years: expected worth {in_words(plan.expected, Unit.POUNDS)}, nine draws in ten "
            f"{in_words(plan.worth.central, Unit.POUNDS, plan.worth.low, plan.worth.high)}, chance of a loss "
            f"{plan.chance_of_loss:.0%}; {plan.status}",
            ("starts", "live", "what", "expected worth", "capital"),
            [
                (
                    years[row.start],
                    years[row.live] if row.live < plan.years else f"after {years[-1]}",
                    titles[row.id],
                    in_words(row.expected, Unit.POUNDS),
                    in_words(sum(map(sum, row.capital.values())) + row.capital_later, Unit.POUNDS),
                )
                for row in plan.rows
            ],
        )
        for left in plan.left_out:
            print(f"Left out: {titles[left.id]}: {left.reason}.")
    for stated in planned.not_valued:
        print(
            f"Not valued: that {titles[stated.change]} makes possible {titles[stated.option]}: {stated.reason}."
        )
    if planned.tried is not None:
        for words in swaps_in_words(planned.tried, titles):
            print(words)


def _range(found: Range) -> dict[str, float]:
    return {name: round(value, 2) for name, value in vars(found).items()}
