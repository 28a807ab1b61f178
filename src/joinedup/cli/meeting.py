"""The command that says how often the services meet, what their meetings are like, and has a person check it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
from joinedup.crossover import Window, hot_places
from joinedup.crossover.counted import with_counted
from joinedup.crossover.growth import sensitivity as sensitivities
from joinedup.study import Study
from joinedup.study.study import METRES, MINUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Crossover, HotPlaces
    from joinedup.crossover.growth import Growth, Sensitivity

NOT_NEEDED = ("calls",)
"""A large table that crossover does not look at."""

_PROVEN = 1e-6
"""A score that is nearer than this to its bound has reached it."""


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
    places: Annotated[
        bool,
        typer.Option(
            "--places", help="Find where services are busiest at once, and whether people explain it."
        ),
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
        study = Study.read(folder, progress, without=NOT_NEEDED)
        found = study.crossover(metres, minutes)
        grown = study.growth if growth else ()
        changed = sensitivities(study.area, Window(metres, minutes), progress) if sensitivity else ()
        hot = hot_places(study.area) if places else None
    if as_json:
        answer = with_counted(found, study.counted)
        if growth:
            answer["growth"] = [each.as_json() for each in grown]
        if sensitivity:
            answer["sensitivity"] = [each.as_json() for each in changed]
        if hot is not None:
            answer["places"] = hot.as_json()
        print_json(answer)
        return
    print_pairs(found)
    _print_growth(grown)
    _print_sensitivity(changed)
    if hot is not None:
        _print_places(hot)


def print_pairs(found: Crossover) -> None:
    """Print how often each two services meet, beside what coincidence gives, and what is to be said of it."""
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
            f"Joint events within {found.window.metres:g} m and {found.window.minutes:g} min",
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
    _print_baselines(found)
    for pair in found.pairs:
        if pair.known is not None:
            print(
                f"Check: {pair.known.found:,} of the {pair.known.links:,} events that {' and '.join(pair.services)} tie "
                "together by number were found again without it."
            )
    for triple in found.triples:
        print(
            f"Events of {', '.join(triple.services)}: {triple.estimate:,.0f} ({triple.low:,.0f} to {triple.high:,.0f})."
        )
    if not found.found.rows.is_empty():
        events, score, bound = found.found.rows["event"].n_unique(), found.found.score, found.found.bound
        print(
            f"Chosen over all services at once, each record in one event at most: {events:,} events; "
            + (
                "no other choice scores higher."
                if bound - score <= _PROVEN
                else f"they score {score:,.1f}, and no choice can score more than {bound:,.1f}."
            )
        )
    if found.note:
        print(f"Note: {found.note}.")
    for pair in found.pairs:
        if pair.note:
            print(f"Note on {' and '.join(pair.services)}: {pair.note}.")


def _print_baselines(found: Crossover) -> None:
    """Print what each measure of coincidence expects and leaves, where any was made."""
    rows = [
        (
            ", ".join(pair.services),
            each.name,
            f"{each.chance:,.1f}",
            f"{each.estimate:,.0f}",
            f"{each.low:,.0f} to {each.high:,.0f}",
        )
        for pair in found.pairs
        for each in pair.baselines
    ]
    if rows:
        print_table(
            "What each measure of coincidence leaves, of records that have a usable time and place",
            ("services", "coincidence measured by", "by chance", "joint events", "95 % interval"),
            rows,
        )


def _print_growth(grown: Sequence[Growth]) -> None:
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


def _print_sensitivity(changed: Sequence[Sensitivity]) -> None:
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
        study = Study.read(folder, progress, without=NOT_NEEDED)
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
        review = read_sheet(Study.read(folder, progress, without=NOT_NEEDED), reviewed[0])
    if as_json:
        print_json(review.as_json())
        return
    print_review(review)


def _print_places(found: HotPlaces) -> None:
    print_table(
        f"Squares of {found.metres:g} m among the busiest tenth, for exactly these services",
        ("services", "squares", *(f"of {each.service}" for each in found.heat)),
        [
            (
                ", ".join(each.services),
                f"{each.cells:,}",
                *(f"{share:.1%}" for share in each.share_of.values()),
            )
            for each in found.combinations
        ],
    )
    if found.sharing:
        print_table(
            "Squares hot for at least these services, beside the most that people explain",
            ("services", "squares", "people explain", "95 % range", "adjusted p"),
            [
                (
                    ", ".join(each.services),
                    f"{each.observed:,.1f}",
                    f"{each.expected:,.1f}",
                    f"{each.low:,.1f} to {each.high:,.1f}",
                    f"{each.adjusted:.3f}",
                )
                for each in found.sharing
            ],
        )
    if found.steadiness:
        print_table(
            f"Heat that is still there in another of {found.steadiness[0].parts} parts of the period",
            ("services", "share", "if rates were steady", "95 % range"),
            [
                (
                    ", ".join(each.services),
                    "[x]" if each.share is None else f"{each.share:.1%}",
                    "[x]" if each.if_steady is None else f"{each.if_steady:.1%}",
                    "[x]" if each.low is None else f"{each.low:.1%} to {each.high:.1%}",
                )
                for each in found.steadiness
            ],
        )
    if found.sharing:
        beyond = sum(each.beyond_people is True for each in found.places)
        print(f"{beyond:,} of {len(found.places):,} shared squares are hot beyond what people explain.")
    if found.note:
        print(f"Note: {found.note}.")
