"""Commands that answer one question each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import Range
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.overlap import contracts_by_item, courses_by_topic, posts_by_function, unmatched
from joinedup.study import Study
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
        assessment = Study.read(folder, progress).assessment
    if as_json:
        print_json([each.option.as_json() for each in assessment.options])
        return
    print_table(
        "Options",
        ("id", "kind", "what", "partners"),
        [
            (each.option.id, each.option.kind, each.option.title, ", ".join(each.option.partners))
            for each in assessment.options
        ],
    )
    for kind, needs in assessment.lacking.items():
        for need in needs:
            print(f"Note: {kind} needs the table {need.table} with {', '.join(need.columns)}: {need.why}.")


def appraise(folder: Folder, as_json: AsJson = False) -> None:
    """Say what each option is worth, to whom, whether response holds, and in what order they come."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        assessment = study.assessment
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
                        "gate": each.gate.outcome.value,
                        "reasons": list(each.gate.reasons),
                        "place": place.get(each.option.id),
                        "firmness": firmness.get(each.option.id),
                        "partners": {
                            standing.partner: _range(Range.of(standing.worth))
                            for standing in each.appraisal.standings
                        },
                        "losers": [standing.partner for standing in each.appraisal.losers],
                    }
                    for each in assessment.options
                ],
                "conflicts": [list(each.options) for each in order.conflicts],
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


def _range(found: Range) -> dict[str, float]:
    return {name: round(value, 2) for name, value in vars(found).items()}
