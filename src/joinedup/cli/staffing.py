"""What control rooms need and do: the least staff by the half-hour for each way of working, and what it does to waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.cli.believing import ONLY_THE_REPLAY, print_compared, print_what_it_rests_on, rows_written
from joinedup.cli.holding import ABOUT_STANDARDS, clock_of, held_of, limit_of
from joinedup.cli.progress import Progress
from joinedup.cli.showing import print_json, print_table
from joinedup.compiling import processors
from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.asking import own_needs
from joinedup.response.calling import stop_without_calls
from joinedup.response.rooms import Rooms, pooling_saves, read_variant, shipped
from joinedup.study import Study
from joinedup.study.waiting import Played
from joinedup.wording import Unit, in_words
from joinedup.writing import write_files

if TYPE_CHECKING:
    import polars as pl

    from joinedup.response.rooms import Saving, Staffing, Variant

_UNTIL = {
    "answered": "it is answered, mean",
    "told": "a unit is told, mean",
    "first": "the first arrival, mean",
    "most": "the first arrival, 90th centile",
}


RUNS_OF_ROOMS = 8
"""How many years of calls rooms are staffed on, unless a user asks for another number."""


def print_rooms(folder: Path, runs: int, *, as_json: bool) -> None:
    """Staff the rooms of a study in every way of working, by Erlang and confirmed by simulation of so many years."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        progress("fitting calls")
        rooms = Rooms.of(study.area, study.assumptions, folder)
        progress("staffing the rooms in every way of working, in a loop that is compiled once on a machine")
        savings = pooling_saves(rooms, runs=runs, workers=processors())
    if as_json:
        print_json({"rooms": [_as_json(each) for each in savings], "notes": list(rooms.notes)})
        return
    print_table(
        "Least staff that answers and sends in time, hours a week, by Erlang and confirmed by simulation",
        ("way of working", "handlers", "dispatchers", "both", "saves", "95 in 100", "fewer rooms awake"),
        [
            (
                each.staffing.variant.name,
                f"{each.staffing.hours:,.0f}",
                f"{each.staffing.hours_of_both - each.staffing.hours:,.0f}",
                f"{each.staffing.hours_of_both:,.0f}",
                _whole(each.both[0]),
                f"{_whole(each.both[1])} to {_whole(each.both[2])}",
                _whole(each.minimum),
            )
            for each in savings
        ],
    )
    print("Saves: beside separate rooms; fewer rooms awake: the part that comes of that, whatever the calls.")
    print(_who_sends(rooms))
    print("Hours saved are not posts saved until a roster shows it; --json has every half-hour of the week.")
    for note in dict.fromkeys((*rooms.notes, *(note for each in savings for note in each.staffing.notes))):
        print(f"Note: {note}.")


def _whole(hours: float) -> str:
    # Nothing is not less than nothing.
    return f"{round(hours) + 0:,}".replace("-", "−")


def _who_sends(rooms: Rooms) -> str:
    alone = [each for each in rooms.services if each in rooms.themselves]
    desks = [each for each in rooms.services if each not in rooms.themselves]
    parts = [
        *([f"dispatchers send crews for {' and '.join(desks)}"] if desks else []),
        *([f"whoever answers also sends for {' and '.join(alone)}"] if alone else []),
    ]
    return f"As rooms are, {'; '.join(parts)}."


def way_called(name: str) -> Variant:
    """Give the way of working that a user names: one of ours by name, or a file of the user's own.

    Raises:
        Refusal: when it is neither, with those that there are.
    """
    if name.endswith(".toml"):
        return read_variant(Path(name))
    ways = {each.name: each for each in shipped()}
    if name.lower() not in ways:
        raise Refusal(
            f"--answering: no way of working is called '{name}'{did_you_mean(name, ways)} (or name a file that ends in .toml)"
        )
    return ways[name.lower()]


def print_answered(
    folder: Path, way: str, runs: int, out: Path | None, *, drawn: bool, as_json: bool
) -> None:
    """Play the calls of a study with rooms that answer under a way of working, beside separate rooms; ``out`` takes the rows.

    With ``drawn`` other calls are played as well, drawn from the law of those that came.
    """
    variant = way_called(way)
    with Progress() as progress:
        study = Study.read(folder, progress)
        # Before anything is played: a study without calls is said at once.
        stop_without_calls(Rooms.of(study.area, study.assumptions, folder))
        played = Played.of(
            study.area,
            study.assumptions,
            needs=own_needs(folder, study.area),
            folder=folder,
            runs=runs,
            progress=progress,
        )
        answered = played.answered(variant, drawn=drawn)
        compared = played.calibration
        if out is not None:
            progress(f"writing {out}")
            write_files({out: answered.as_parquet()})
    notes = dict.fromkeys(
        (*answered.notes, *(note for each in answered.staffings for note in each.notes), *played.notes)
    )
    if as_json:
        print_json(
            {
                "ways": [{"way": each.variant.name, **_hours(each)} for each in answered.staffings],
                "services": answered.table.to_dicts(),
                "standards": [
                    {"way": each.variant.name, "standards": table.to_dicts()}
                    for each, table in zip(answered.staffings, answered.standards, strict=True)
                ],
                "drawn": None if answered.drawn is None else answered.drawn.to_dicts(),
                "clocks": list(answered.clocks),
                "travel": list(played.baseline.travel),
                "calibration": None if compared is None else compared.as_json(),
                "fits": played.baseline.fits.to_dicts(),
                "file": None if out is None else str(out),
                "notes": list(notes),
            }
        )
        return
    before, then = (each.variant.name for each in answered.staffings)
    if before == then:
        then = f"{then} again"
    of_runs = f"{runs} {'run' if runs == 1 else 'runs'}"
    _print_both(answered.table, before, then, of_runs)
    if answered.drawn is not None:
        _print_both(answered.drawn, before, then, f"{runs} drawn {'period' if runs == 1 else 'periods'}")
    if not answered.standards[0].is_empty():
        print_table(
            f"Standards, in {before} and in {then}",
            ("service", "standard", "clock", "limit", "recorded", before, then),
            [
                (
                    *(
                        row["service_id"],
                        row["standard"],
                        clock_of(row),
                        limit_of(row),
                        held_of(row, "recorded"),
                    ),
                    *(held_of(each, "played") for each in (row, other)),
                )
                for row, other in zip(
                    *(each.iter_rows(named=True) for each in answered.standards), strict=True
                )
            ],
        )
        print(ABOUT_STANDARDS)
    for each in answered.staffings:
        print(
            f"Staff, {each.variant.name}: {each.hours:,.0f} handlers' and {each.hours_of_both - each.hours:,.0f} dispatchers' "
            "hours a week, the least that answer and send in time."
        )
    for clock in answered.clocks:
        print(f"Clock of {clock}.")
    if compared is not None:
        print(
            "How far the model is off was looked at with calls answered as recorded, from each service's own stamp:"
        )
        print_compared(compared)
    print_what_it_rests_on(played)
    for note in notes:
        print(f"Note: {note}.")
    if out is not None:
        print(rows_written(out, "one a way, run and job to which somebody went"))
        if drawn:
            print(ONLY_THE_REPLAY)


def _print_both(table: pl.DataFrame, before: str, then: str, of_what: str) -> None:
    """Lay two ways of working side by side, service by service."""
    print_table(
        f"From the operator's connecting a call, in {before} and in {then}; {of_what}",
        ("service", "incidents", "until", before, then, "change"),
        [
            (
                row["service_id"] if number == 0 else "",
                f"{row['incidents']:,.0f}" if number == 0 else "",
                said,
                *(in_words(row[each], Unit.MINUTES) for each in (name, f"{name}_then")),
                _seconds(row[name], row[f"{name}_then"]),
            )
            for row in table.iter_rows(named=True)
            for number, (name, said) in enumerate(_UNTIL.items())
        ],
    )


def _seconds(before: float | None, then: float | None) -> str:
    if before is None or then is None:
        return "[x]"
    return f"{(then - before) * 60:+,.1f} s".replace("-", "−")


def _hours(staffing: Staffing) -> dict[str, float]:
    return {
        "hours_a_week": staffing.hours_of_both,
        "handlers": staffing.hours,
        "dispatchers": staffing.hours_of_both - staffing.hours,
    }


def _as_json(saving: Saving) -> dict[str, object]:
    return {
        "way": saving.staffing.variant.name,
        **_hours(saving.staffing),
        "saves": {
            **dict(zip(("hours", "low", "high"), saving.both, strict=True)),
            "minimum": saving.minimum,
            "handlers": {"hours": saving.hours, "low": saving.low, "high": saving.high},
        },
        "posts": dict(zip(("central", "low", "high"), saving.posts, strict=True)),
        "half_hours": saving.staffing.table.to_dicts(),
    }
