"""Commands that answer one question each."""

from __future__ import annotations

from typing import Annotated

import typer

from joinedup.appraisal import Range
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.crossover.counted import with_counted
from joinedup.study import Study
from joinedup.study.study import METRES, MINUTES
from joinedup.wording import Unit, in_words


def crossover(
    folder: Folder,
    metres: Annotated[
        float, typer.Option(min=0, help="How far apart two records of one event may be.")
    ] = METRES,
    minutes: Annotated[
        float, typer.Option(min=0, help="How long apart two records of one event may be.")
    ] = MINUTES,
    as_json: AsJson = False,
) -> None:
    """Measure how often the services meet, beside what coincidence would give."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        found = study.crossover(metres, minutes)
    if as_json:
        print_json(with_counted(found, study.counted))
        return
    rows = []
    for pair in found.pairs:
        if pair.estimate is None or pair.share_of is None:
            continue
        one, other = pair.services
        rows.append(
            (
                f"{one}, {other}",
                f"{pair.observed_pairs:,}",
                "[x]" if pair.chance_pairs is None else f"{pair.chance_pairs:,.1f}",
                f"{pair.estimate:,.0f}",
                f"{pair.low:,.0f} to {pair.high:,.0f}",
                f"{pair.share_of[one]:.1%}",
                f"{pair.share_of[other]:.1%}",
            )
        )
    if rows:
        print_table(
            f"Joint events within {metres:g} m and {minutes:g} min",
            (
                "services",
                "pairs",
                "by chance",
                "joint events",
                "95 % interval",
                "of the first",
                "of the second",
            ),
            rows,
        )
    for note in dict.fromkeys(note for note in (found.note, *(pair.note for pair in found.pairs)) if note):
        print(f"Note: {note}.")


def overlap(folder: Folder, as_json: AsJson = False) -> None:
    """List sites of different services that stand near each other."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        pairs = study.overlap
    if as_json:
        print_json({"travel": study.travel.name, "pairs": pairs.to_dicts()})
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
