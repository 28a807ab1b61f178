"""Who must be on duty so that calls are answered as they should be, room by room and together (§3.6, §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.compiling import processors
from joinedup.disclosure import Bar, Chart, Column, Figure, Section, Statement, Table
from joinedup.refusal import Refusal
from joinedup.response.rooms import Rooms, pooling_saves
from joinedup.study.drafting.naming import listed
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.disclosure import Block
    from joinedup.response.rooms import Saving
    from joinedup.study.study import Study

_WEEKS = 52
_MOST_RUNS, _FEWEST_RUNS, _ENOUGH_CALLS = 8, 2, 1_000_000
"""Luck evens out over calls as over runs: where a year has many, fewer are played, of so many calls in all."""
_WORTH_SAYING = 0.02
"""A way that spares less of the hours than this is not headlined: rounding to whole handlers moves more."""


def answered_blocks(study: Study) -> list[Block]:
    """Lay the least staff of each way of working beside separate rooms; a study without calls says so."""
    section = Section("Who must be on duty to answer calls")
    if not study.area.has("calls", "connected_at"):
        return [
            section,
            Statement(
                "The study holds no calls, so how many people answering them takes was not worked out."
            ),
        ]
    study.progress("staffing the control rooms in every way of working")
    try:
        rooms = Rooms.of(study.area, study.assumptions, study.folder)
        calls = float(rooms.hourly.sum()) * _WEEKS
        runs = int(np.clip(_ENOUGH_CALLS // max(calls, 1), _FEWEST_RUNS, _MOST_RUNS))
        savings = pooling_saves(rooms, weeks=_WEEKS, runs=runs, workers=processors())
    except Refusal as refusal:
        return [section, Statement(f"Rooms could not be staffed: {refusal}.")]
    separate, others = savings[0], savings[1:]
    best = max(others, key=lambda each: each.both[0])
    return [
        section,
        _finding(separate, best),
        _chart(study, separate, others),
        _table(savings),
        _day(savings),
    ]


def _finding(separate: Saving, best: Saving) -> Statement:
    names = {"separate": separate.staffing.variant.name, "best": best.staffing.variant.name}
    before = _hours(separate.staffing.hours_of_both)
    if best.both[0] <= 0:
        return Statement(
            f"To answer and send as they owe, {names['separate']} need {{before}} hours of handlers and dispatchers a week. No "
            "way of working together needs fewer.",
            {"before": before},
        )
    return Statement(
        f"To answer and send as they owe, {names['separate']} need {{before}} hours of handlers and dispatchers a week, and "
        f"{names['best']} would need {{then}}: {{saved:between}} fewer, of which {{floor}} come of keeping fewer rooms awake "
        "whatever the calls. These are hours of answering calls and sending crews alone. They are no posts until a roster shows "
        "it, and people who answer do other work besides.",
        {
            "before": before,
            "then": _hours(best.staffing.hours_of_both),
            "saved": _saved(best),
            "floor": _hours(best.minimum),
        },
    )


def _hours(number: float) -> Figure:
    return Figure(float(round(number)), Unit.NUMBER)


def _saved(saving: Saving) -> Figure:
    middle, low, high = (float(round(each)) for each in saving.both)
    return Figure(middle, Unit.NUMBER, low=low, high=high)


def _chart(study: Study, separate: Saving, others: tuple[Saving, ...]) -> Chart:
    least = _WORTH_SAYING * separate.staffing.hours_of_both
    fewer = [each.staffing.variant.name for each in others if each.both[1] >= least]
    title = (
        f"Fewer people would answer and send as well with {listed(fewer)}"
        if fewer
        else "No way of working together is sure to need many people fewer"
    )
    return Chart(
        "rooms-saved",
        title,
        "Hours a week of handlers and dispatchers fewer than in separate rooms, with 95 in 100 of what is uncertain; "
        f"{study.area.settings.name}",
        [Bar(each.staffing.variant.name.capitalize(), _saved(each)) for each in others],
        f"Source: the study's calls, played through rooms with the least staff that answers in time. Separate rooms need "
        f"{separate.staffing.hours_of_both:,.0f} hours a week.",
        Statement(
            "; ".join(
                f"{each.staffing.variant.name}: {{saved{number}}}" for number, each in enumerate(others)
            )
            + " hours a week fewer than in separate rooms.",
            {f"saved{number}": _saved(each) for number, each in enumerate(others)},
        ),
    )


def _table(savings: tuple[Saving, ...]) -> Table:
    rows: list[list[Figure | str]] = [
        [
            each.staffing.variant.name.capitalize(),
            each.staffing.variant.sentence,
            _hours(each.staffing.hours),
            _hours(each.staffing.hours_of_both - each.staffing.hours),
            _hours(each.both[0]),
            _saved(each),
            _hours(each.minimum),
        ]
        for each in savings
    ]
    return Table(
        "rooms-staffing",
        "The least staff that answers calls in time, by way of working",
        (
            Column("Way of working"),
            Column("What it is"),
            Column("Handlers' hours a week", numeric=True),
            Column("Dispatchers' hours a week", numeric=True),
            Column("Both, fewer than separate", numeric=True),
            Column("95 in 100", numeric=True),
            Column("Of it by keeping fewer rooms awake", numeric=True),
        ),
        rows,
        note="By Erlang for each half-hour, confirmed by playing a year of calls. Handlers are those who answer, and send "
        "crews where whoever answers does both. Minding crews, radio and records are staffed besides. Hours are not posts "
        "until a roster shows it. Below zero, a way needs more.",
    )


def _day(savings: tuple[Saving, ...]) -> Table:
    """Give the least handlers on duty by hour of the day, all rooms together, a column for each way."""
    means = [each.staffing.confirmed.sum(axis=0).reshape(7, 24, 2).mean(axis=(0, 2)) for each in savings]
    rows: list[list[Figure | str]] = [
        [f"{hour:02d}:00", *(Figure(float(mean[hour]), Unit.NUMBER) for mean in means)] for hour in range(24)
    ]
    return Table(
        "rooms-day",
        "The least handlers on duty, by hour of the day and way of working",
        (
            Column("Hour from"),
            *(Column(each.staffing.variant.name.capitalize(), numeric=True) for each in savings),
        ),
        rows,
        note="All rooms together, mean of the seven days. Each half-hour of the week is in joinedup respond --rooms --json.",
    )
