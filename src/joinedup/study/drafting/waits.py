"""The chapter on what people wait, the calibration box that later numbers point to, and what a gate rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.crossover.breakdown import CELL_METRES
from joinedup.disclosure import (
    LIMIT,
    Block,
    Bullets,
    Chapter,
    Figure,
    Map,
    Section,
    Sensitivity,
    Square,
    Statement,
)
from joinedup.refusal import Refusal
from joinedup.response.calibrating import Verdict
from joinedup.study.answer_gate import AnsweredGate
from joinedup.study.drafting.answered import answered_blocks
from joinedup.study.drafting.believed import (
    CHAPTER,
    MEASURES,
    calibration_box,
    compared_with_records,
    farthest_off,
    gap_in_words,
    gaps_of,
    is_off,
)
from joinedup.study.drafting.by_category import categories_blocks
from joinedup.study.drafting.held_to import cover_blocks, fits_table, rests_on, standards_blocks
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.places import drawn_sites
from joinedup.study.drafting.waited import (
    LEAST_CREWS,
    Waited,
    by_square,
    of_one_crew,
    rounded,
    wait_curves,
    wait_map,
    wait_week,
)
from joinedup.study.gating import PlayedGate
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from joinedup.response.calibrating import Calibration
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study
    from joinedup.study.waiting import Played

_MOST_DRAWN = 6


def waits_chapter(study: Study) -> Chapter:
    """Say what people wait, as recorded and as played, and first of all how far the model is from what happened."""
    played = study.played
    if isinstance(played, str):
        return Chapter(
            "waits",
            CHAPTER,
            Statement("What people wait was not played in this report."),
            missing=f"{played[:1].upper()}{played[1:]}.".replace("..", "."),
        )
    services = _shown(played)
    if not services:
        return Chapter(
            "waits",
            CHAPTER,
            Statement("What people wait stays in the study: its times would be those of one crew."),
            missing="Attendances of two or more crews of a service.",
        )
    compared = compared_with_records(played)
    off = compared is not None and bool((compared.services["verdict"] == Verdict.OUTSIDE).any())
    box = calibration_box(study, services, compared)
    curves = [each for service in services[:_MOST_DRAWN] for each in wait_curves(study, played, service)]
    drawn: list[Block] = [Section("Half of the time, and nine times in ten"), *curves] if curves else []
    sentences = [_sentence(study, played, compared, service) for service in services]
    told: list[Block] = [Bullets(sentences), *([*box, *drawn] if off else [*drawn, *box])]
    return Chapter(
        "waits",
        _heading(study, compared),
        _answer(study, services, compared),
        (
            *told,
            *_when_and_where(study, played, services[:_MOST_DRAWN], compared),
            *categories_blocks(study, played, services, compared),
            *standards_blocks(study, played, services, compared),
            *cover_blocks(study, played, services),
            *answered_blocks(study),
            Section("What the played waits rest on"),
            Bullets([Statement(each) for each in rests_on(played)]),
            *fits_table(study, played, services),
        ),
    )


def _when_and_where(
    study: Study, played: Played, services: Sequence[str], compared: Calibration | None
) -> list[Block]:
    """Draw the week and the map of each service, and name those of which there is none to draw."""
    drawn: list[Block] = []
    without: dict[str, list[str]] = {"The hours of the week": [], "The map": []}
    for service in services:
        waited = Waited.of(played, service, near=not is_off(compared, service))
        pictures: tuple[Sequence[Block], ...] = (
            wait_week(study, played, waited),
            wait_map(study, played, waited),
        )
        for missing, picture in zip(without.values(), pictures, strict=True):
            drawn += picture
            if not picture:
                missing.append(short_name(study.area, service))
    said = [
        Statement(
            f"{what} cannot be drawn for {listed(names)}: too few incidents in each part, or those of one crew alone."
        )
        for what, names in without.items()
        if names
    ]
    return [Section("When and where the wait is long"), *drawn, *said]


def waits_answer(study: Study) -> Statement | None:
    """Say in a sentence what people wait, where what was played may be believed."""
    played = study.played
    if isinstance(played, str):
        return None
    compared = compared_with_records(played)
    services = _shown(played)
    if compared is None or not compared.trusted or not services:
        return None
    return _sentence(study, played, compared, services[0])


def gate_words(study: Study, assessed: Assessed) -> list[Statement]:
    """Say what an option's safety gate was judged by, on which tolerances, recorded when, and what would tell where it cannot."""
    gate, played = assessed.gate, study.played
    if not gate.rows:
        return []
    said = [Statement(f"Judged by {gate.basis}.")] if gate.basis else []
    services = list(dict.fromkeys(row.service_id for row in gate.rows))
    if not isinstance(played, str) and _was_played(assessed):
        off = farthest_off(study, compared_with_records(played), services)
        said += [off] if off is not None else []
    tolerances = study.area.settings.tolerances
    calls = isinstance(gate, AnsweredGate)
    what = "The tolerance for answering at" if calls else "The tolerance for"
    allowed = {
        each: (recorded.answering_seconds or 0) / 60 if calls else recorded.minutes
        for each, recorded in tolerances.items()
        if not calls or recorded.answering_seconds is not None
    }
    said += [
        Statement(
            f"{what} {study.area.name_of(each)} is {{minutes}}, recorded on {_day(tolerances[each].recorded_on)}"
            f"{_before_results(study, tolerances[each].recorded_on)}.",
            {"minutes": Figure(allowed[each], Unit.MINUTES)},
        )
        if each in allowed
        else Statement(
            f"No tolerance was recorded for {study.area.name_of(each)}"
            f"{': write answering_seconds in study.toml' if calls else ''}."
        )
        for each in services
    ]
    needed = [row.runs_that_would_tell for row in gate.rows if row.runs_that_would_tell is not None]
    if needed and not isinstance(played, str):
        groups = "one group" if len(needed) == 1 else f"{len(needed)} groups"
        runs = gate.runs if isinstance(gate, AnsweredGate) else len(played.outcomes.runs)
        counted = "calls" if calls else "incidents"
        said.append(
            Statement(
                f"For {groups} of {counted} the luck of {runs} runs hides the answer; about {max(needed):,} runs would tell."
            )
        )
    return said


def before_and_after_map(study: Study, assessed: Assessed) -> list[Block]:
    """Draw how the mean wait would change by square of 1 km, for an option whose gate was played; nothing for another.

    A square in which the incidents of any of its services are one crew's own is left out, as it is of the map of waits.
    """
    played, option = study.played, assessed.option
    if isinstance(played, str) or not _was_played(assessed):
        return []
    try:
        waits = played.changed(option.changes)
    except Refusal:
        return []
    services = {row.service_id for row in assessed.gate.rows} & set(_shown(played))
    places = played.arrivals.select("incident_id", "x", "y")
    rows = (
        waits.filter(pl.col("service_id").is_in(services))
        .with_columns((pl.col("after") - pl.col("before")).round(9).alias("minutes"))
        .filter(pl.col("minutes").is_not_null())
        .join(places, on="incident_id", how="inner", maintain_order="left")
    )
    crews = pl.concat([of_one_crew(played, each) for each in sorted(services)])
    squares = (
        by_square(rows)
        .join(
            crews.group_by("x", "y").agg(pl.col("one_crew").any()),
            on=["x", "y"],
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("minutes").map_elements(rounded, pl.Float64), pl.col("one_crew").fill_null(value=False)
        )
    )
    enough = squares.filter(~pl.col("one_crew") & (pl.col("incidents") >= LIMIT))
    if enough.is_empty():
        return []
    longer, shorter = (int(each.sum()) for each in (enough["minutes"] > 0, enough["minutes"] < 0))
    names = " and ".join(short_name(study.area, each) for each in sorted(services))
    kinds = {study.area.kind_of(each) for each in services}
    return [
        Map(
            f"change-{option.id}",
            f"{names}: the mean wait would be longer in {longer:,} squares and shorter in {shorter:,}",
            "Change of the mean from the call to the first arrival, played before and after on the same calls and luck, "
            f"squares of 1 km; {study.area.settings.name}",
            [each for each in drawn_sites(study) if each.service in kinds],
            [
                Square(
                    row["x"],
                    row["y"],
                    CELL_METRES,
                    Figure(
                        row["minutes"],
                        Unit.MINUTES,
                        row["incidents"],
                        sensitivity=Sensitivity.SECURITY if row["one_crew"] else Sensitivity.OPEN,
                    ),
                )
                for row in squares.iter_rows(named=True)
            ],
            f"Source: the services' incidents, played again; how near that is to what happened stands under “{CHAPTER}”. "
            "Squares with fewer than five incidents, or whose times are one crew's own, are left out.",
            f"{longer:,} squares in which the mean wait would be longer and {shorter:,} in which it would be shorter.",
            measure="Change of the mean wait in a square; a minus is shorter",
        )
    ]


def _was_played(assessed: Assessed) -> bool:
    """Whether the gate compared played waits, not drives."""
    return isinstance(assessed.gate, PlayedGate)


def _shown(played: Played) -> list[str]:
    """List the services whose waits may leave, the one with most incidents first: those of one crew may not."""
    crews = dict(played.outcomes.units.group_by("service_id").len().iter_rows())
    counted = dict(played.waits.incidents.group_by("service_id").len().iter_rows())
    return sorted(
        (each for each, number in counted.items() if number >= LIMIT and crews.get(each, 0) >= LEAST_CREWS),
        key=lambda each: (-counted[each], each),
    )


def _heading(study: Study, compared: Calibration | None) -> str:
    if compared is None:
        return f"{CHAPTER}, as far as it can be played"
    off = [each for each in study.area.services if is_off(compared, each)]
    if off:
        names = " and ".join(short_name(study.area, each) for each in off)
        return f"{CHAPTER}; for {names} the model is not to be relied on"
    return CHAPTER if not compared.trusted else f"{CHAPTER}, played and near what happened"


def _answer(study: Study, services: Sequence[str], compared: Calibration | None) -> Statement:
    """Say the mean of each service in one sentence, and whether the model may be believed."""
    means = {each: gaps_of(compared, each).get("mean") for each in services}
    known = [(number, each, row) for number, (each, row) in enumerate(means.items()) if row is not None]
    if compared is None or not known:
        return Statement(
            "Nothing that was played here can be held to what happened: no arrival was recorded."
        )
    parts = [
        f"{{wait{number}}} {'after a call to' if number == known[0][0] else 'to'} {study.area.name_of(each)}"
        for number, each, _ in known
    ]
    off = [short_name(study.area, each) for each in services if is_off(compared, each)]
    unsure = [
        f"the {listed(doubted)} for {short_name(study.area, each)}"
        for each in services
        if short_name(study.area, each) not in off
        and (
            doubted := [
                MEASURES[measure]
                for measure, row in gaps_of(compared, each).items()
                if row["verdict"] == Verdict.CANNOT_TELL
            ]
        )
    ]
    doubts = [
        *([f"is not to be relied on for {listed(off)}"] if off else []),
        *([f"rests on too few records to be sure of {listed(unsure)}"] if unsure else []),
    ]
    model = (
        f"the model that plays the calls again {listed(doubts)}"
        if doubts
        else f"the model that plays the calls again is within {compared.tolerance:.0%} of that everywhere"
    )
    return Statement(
        f"On average the first arrival came {listed(parts)}, as recorded; {model}.",
        {
            f"wait{number}": Figure(row["recorded"], Unit.MINUTES, row["incidents"])
            for number, _, row in known
        },
    )


def _sentence(study: Study, played: Played, compared: Calibration | None, service: str) -> Statement:
    """Say a service's mean and 90th centile, played beside recorded, and how far the model is off."""
    name = study.area.name_of(service)
    gaps = gaps_of(compared, service)
    if not gaps:
        row = played.outcomes.by("service_id").filter(pl.col("service_id") == service).row(0, named=True)
        base = round(row["incidents"])
        return Statement(
            f"{name}: {{mean}} in the mean and {{most}} for nine in ten, as played; too little is recorded to hold that to.",
            {
                "mean": Figure(row["mean"], Unit.MINUTES, base),
                "most": Figure(row["90th"], Unit.MINUTES, base),
            },
        )
    figures: dict[str, Figure] = {}
    for key, short in (("mean", "mean"), ("90th", "most")):
        gap = gaps[key]
        figures[f"played_{short}"] = Figure(gap["modelled"], Unit.MINUTES, gap["incidents"])
        figures[f"was_{short}"] = Figure(gap["recorded"], Unit.MINUTES, gap["incidents"])
    words = [f"{gap_in_words(gaps[key])} at the {MEASURES[key]}" for key in ("mean", "90th")]
    return Statement(
        f"{name}: {{was_mean}} in the mean and {{was_most}} for nine in ten, as recorded; {{played_mean}} and {{played_most}} "
        f"as played. This model is {words[0]} and {words[1]}.",
        figures,
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _before_results(study: Study, recorded: date) -> str:
    """Say whether a tolerance was recorded before results were first seen, as far as the study says when that was."""
    seen = study.area.settings.results_seen_on
    if seen is None:
        return "; the study does not say when results were first seen"
    if recorded <= seen:
        return f", before results were first seen on {_day(seen)}"
    return f", after results were first seen on {_day(seen)}, so that it does not count"
