"""Commands that answer one question each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.appraisal import Range
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.reviewing import (
    LEAST_PAIRS,
    must_be_free,
    print_review,
    print_sheet,
    read_sheet,
    sheet_as_json,
    write_sheet,
)
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.crossover import Window
from joinedup.crossover.counted import with_counted
from joinedup.crossover.growth import sensitivity as sensitivities
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
    review: Annotated[
        int | None,
        typer.Option(
            "--review",
            metavar="N",
            min=LEAST_PAIRS,
            help="Draw N pairs, likely and unlikely ones mixed, onto a sheet for a person to judge.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Where the sheet goes, with its key; without it, the folder review in the study.",
        ),
    ] = None,
    reviewed: Annotated[
        list[Path] | None,
        typer.Option(
            "--reviewed",
            metavar="FILE",
            help="Read back a sheet that was judged, and say how often we are right.",
        ),
    ] = None,
    growth: Annotated[
        bool, typer.Option("--growth", help="Show how the number grows with the window, and why.")
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Measure again with each setting at either end of its range."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how often the services meet, beside what coincidence would give, and have a person check it."""
    if reviewed:
        if review is not None or out is not None or (metres, minutes) != (METRES, MINUTES):
            raise typer.BadParameter("is used alone: the sheet has its own window", param_hint="--reviewed")
        _read_back(folder, reviewed, as_json=as_json)
        return
    if review is None and out is not None:
        raise typer.BadParameter("is used with --review N", param_hint="--out")
    if review is not None:
        _draw(folder, (metres, minutes), review, out or folder / "review", as_json=as_json)
        return
    with Progress() as progress:
        study = Study.read(folder, progress)
        found = study.crossover(metres, minutes)
        grown = study.growth if growth else ()
        changed = sensitivities(study.area, Window(metres, minutes), progress) if sensitivity else ()
    if as_json:
        answer = with_counted(found, study.counted)
        if growth:
            answer["growth"] = [each.as_json() for each in grown]
        if sensitivity:
            answer["sensitivity"] = [each.as_json() for each in changed]
        print_json(answer)
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
    for triple in found.triples:
        print(
            f"Events of {', '.join(triple.services)}: {triple.estimate:,.0f} ({triple.low:,.0f} to {triple.high:,.0f})."
        )
    for note in dict.fromkeys(note for note in (found.note, *(pair.note for pair in found.pairs)) if note):
        print(f"Note: {note}.")
    if grown:
        print_table(
            "Joint events as the window grows",
            ("services", *(f"{window.metres:g} m, {window.minutes:g} min" for window in grown[0].events)),
            [
                (", ".join(each.services), *(f"{events:,.0f}" for events in each.events.values()))
                for each in grown
            ],
        )
        for each in grown:
            print(f"{', '.join(each.services)}: {each.why}.")
    if changed:
        print_table(
            "Joint events with one setting at an end of its range",
            ("setting", "value", "usual", *(", ".join(services) for services in changed[0].estimates)),
            [
                (
                    each.setting.name.replace("_", " "),
                    f"{each.value:g} {each.setting.unit}",
                    f"{each.setting.value:g}",
                    *("[x]" if events is None else f"{events:,.0f}" for events in each.estimates.values()),
                )
                for each in changed
            ],
        )


def _draw(folder: Path, window: tuple[float, float], pairs: int, out: Path, *, as_json: bool) -> None:
    """Draw a sheet of pairs for a person to judge."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        must_be_free(folder, out)
        sheet = write_sheet(study, study.crossover(*window), pairs, out)
    if as_json:
        print_json(sheet_as_json(sheet, out))
    else:
        print_sheet(sheet, folder, pairs, out)


def _read_back(folder: Path, reviewed: list[Path], *, as_json: bool) -> None:
    """Read a sheet back, and say what it says."""
    if len(reviewed) > 1:
        raise typer.BadParameter(
            "takes one sheet: how far two reviewers agree is not measured; read each back by itself",
            param_hint="--reviewed",
        )
    with Progress() as progress:
        review = read_sheet(Study.read(folder, progress), reviewed[0])
    if as_json:
        print_json(review.as_json())
        return
    print_review(review)


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
