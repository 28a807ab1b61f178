"""The chapters on what the answers rest on: queries, assumptions and method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.area.settings import OwnTravel
from joinedup.disclosure import Block, Bullets, Chapter, Column, Figure, Section, Statement, Table, count
from joinedup.evidence import ASSUMPTIONS as EVIDENCE
from joinedup.response import drives, recorded_against_modelled
from joinedup.response.declared import ASSUMPTIONS as RESPONSE
from joinedup.study.drafting.naming import short_name
from joinedup.travel import ROAD_ASSUMPTIONS, travel_of
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.study.study import Study

_RULES = (
    "Chance is measured by moving one service's records by whole weeks (§2.3); a joint event uses each record once.",
    "Drives follow a stated law of speed, or the roads or table of drives that the study names (§3).",
    "Worth is the Green Book's net present social value, edition of February 2026: real pounds, no VAT (§5.1).",
    "Payments between partners cancel: they are no saving to anybody (§5.2).",
    "Capital carries the upper optimism bias of its project type; benefits are cut by the grade of their source (§5.3, §5.4).",
    "Waits are played with busy units, shifts and queues, and held to what happened before they are believed (§3.4).",
    "An option is put in order only if the upper confidence bound of every change in response is within the tolerance (§5.7).",
    "Counts of fewer than five incidents are hidden, with what would give them away (§8.1).",
)


def queries_chapter(study: Study) -> Chapter:
    """Count what could not be used as given."""
    queries = study.queries
    aside = sum(each.set_aside for each in queries.counts.values())
    changed = sum(each.changed for each in queries.counts.values())
    blocks: list[Block] = [
        Table(
            "rows",
            "Rows of every file: in = used as given + used with a change + set aside",
            (
                Column("File"),
                Column("In", numeric=True),
                Column("As given", numeric=True),
                Column("With a change", numeric=True),
                Column("Set aside", numeric=True),
            ),
            [
                [file, *(Figure(float(number), Unit.NUMBER) for number in each.as_json().values())]
                for file, each in queries.counts.items()
            ],
        )
    ]
    groups = queries.groups()
    if groups:
        blocks.append(
            Table(
                "queries",
                "Queries, most harmful first",
                (
                    Column("What is wrong"),
                    Column("File and column"),
                    Column("Rows are"),
                    Column("What was done"),
                    Column("How to mend it"),
                    Column("Rows", numeric=True),
                ),
                [
                    [
                        # The problem alone: the value of a row, which its example quotes, stays in the study.
                        each.problem,
                        f"{each.file}, {each.column}" if each.column else each.file,
                        each.effect.in_words,
                        each.action,
                        each.mend,
                        Figure(float(each.rows), Unit.NUMBER),
                    ]
                    for each in groups
                ],
                note="'joinedup check' lists every row inside the study.",
            )
        )
    return Chapter(
        "queries",
        "Every row could be used as given"
        if not changed + aside
        else f"{_rows(changed + aside)} could not be used as given",
        Statement(
            f"{_rows(changed)} used with a change and {_rows(aside)} set aside; each has a query that says why."
            if changed + aside
            else "No value was changed and no row was set aside."
        ),
        blocks,
    )


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def assumptions_chapter(study: Study) -> Chapter:
    """List every number that was not read from the study."""
    # What a played period takes for granted is no part of a report in which nothing was played.
    unused = {each.name for each in RESPONSE} if isinstance(study.played, str) else set()
    if study.area.settings.travel == OwnTravel():
        unused |= {each.name for each in ROAD_ASSUMPTIONS}
    if not any((study.folder / each).is_dir() for each in ("survey", "views")):
        unused |= {each.name for each in EVIDENCE}
    rows = sorted(
        (each for name, each in study.assumptions.items() if name not in unused), key=lambda each: each.name
    )
    return Chapter(
        "assumptions",
        f"{len(rows)} numbers were assumed",
        Statement(f"{len(rows)} numbers were not read from the study; each has a range and a source."),
        (
            Table(
                "assumptions",
                "Assumptions with their range, source and grade",
                (
                    Column("Assumption"),
                    Column("Unit"),
                    Column("Low", numeric=True),
                    Column("Central", numeric=True),
                    Column("High", numeric=True),
                    Column("Grade"),
                    Column("Source"),
                ),
                [
                    [
                        each.sentence,
                        each.unit,
                        Figure(each.low, Unit.NUMBER),
                        Figure(each.central, Unit.NUMBER),
                        Figure(each.high, Unit.NUMBER),
                        each.grade.in_words,
                        each.source,
                    ]
                    for each in rows
                ],
            ),
        ),
    )


def method_chapter(study: Study) -> Chapter:
    """Say how it was done, and how far the model is from what happened."""
    blocks: list[Block] = [Bullets([Statement(rule) for rule in _RULES])]
    if study.area.has("attendances", "arrived_at", "responding_at"):
        table = recorded_against_modelled(
            study.area, drives(study.area, travel_of(study.area, study.assumptions))
        )
        if table.height:
            blocks += [
                Section("The modelled drive against the recorded one"),
                Table(
                    "calibration",
                    "Minutes from setting off to arrival, recorded and modelled",
                    (
                        Column("Service"),
                        Column("Incidents", numeric=True),
                        Column("Mean recorded", numeric=True),
                        Column("Mean modelled", numeric=True),
                        Column("90th centile recorded", numeric=True),
                        Column("90th centile modelled", numeric=True),
                    ),
                    [
                        [
                            short_name(study.area, row["service_id"]),
                            count(row["records"]),
                            *(
                                Figure(row[column], Unit.MINUTES, row["records"])
                                for column in (
                                    "recorded_mean",
                                    "modelled_mean",
                                    "recorded_90th",
                                    "modelled_90th",
                                )
                            ),
                        ]
                        for row in table.iter_rows(named=True)
                    ],
                    note="The model takes the nearest unit of the service to every incident, free or not.",
                ),
            ]
    return Chapter(
        "method",
        "How it was done",
        Statement(
            "The rules are numbered, and the documentation holds them in full; these are the ones that matter most."
        ),
        blocks,
    )
