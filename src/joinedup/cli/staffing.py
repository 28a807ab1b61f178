"""What control rooms need and do: the least staff by the half-hour for each way of working, and what it does to waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.cli.believing import print_compared, print_what_it_rests_on
from joinedup.cli.progress import Progress
from joinedup.cli.showing import print_json, print_table
from joinedup.compiling import processors
from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.asking import own_needs
from joinedup.response.rooms import Rooms, pooling_saves, read_variant, shipped
from joinedup.study import Study
from joinedup.study.waiting import Played
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from joinedup.response.rooms import Saving, Variant


def print_rooms(folder: Path, *, as_json: bool) -> None:
    """Staff the rooms of a study in every way of working, by Erlang and confirmed by simulation."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        progress("fitting calls")
        rooms = Rooms.of(study.area, study.assumptions, folder)
        progress("staffing the rooms in every way of working")
        savings = pooling_saves(rooms, workers=processors())
    if as_json:
        print_json({"rooms": [_as_json(each) for each in savings], "notes": list(rooms.notes)})
        return
    print_table(
        "Least staff that answers in time, hours a week, by Erlang and confirmed by simulation",
        ("way of working", "hours a week", "saves", "95 in 100", "of it by keeping fewer rooms awake"),
        [
            (
                each.staffing.variant.name,
                f"{each.staffing.hours:,.0f}",
                f"{each.hours:,.0f}",
                f"{each.low:,.0f} to {each.high:,.0f}",
                f"{each.minimum:,.0f}",
            )
            for each in savings
        ],
    )
    print("Hours saved are not posts saved until a roster shows it; --json has every half-hour of the week.")
    for note in dict.fromkeys((*rooms.notes, *(note for each in savings for note in each.staffing.notes))):
        print(f"Note: {note}.")


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


def print_answered(folder: Path, way: str, runs: int, *, as_json: bool) -> None:
    """Play the calls of a study with rooms that answer under a way of working, beside separate rooms."""
    variant = way_called(way)
    with Progress() as progress:
        study = Study.read(folder, progress)
        played = Played.of(
            study.area,
            study.assumptions,
            needs=own_needs(folder, study.area),
            folder=folder,
            runs=runs,
            progress=progress,
        )
        answered = played.answered(variant)
        compared = played.calibration
    notes = dict.fromkeys(
        (*answered.notes, *(note for each in answered.staffings for note in each.notes), *played.notes)
    )
    if as_json:
        print_json(
            {
                "ways": [
                    {"way": each.variant.name, "hours_a_week": each.hours} for each in answered.staffings
                ],
                "services": answered.table.to_dicts(),
                "clocks": list(answered.clocks),
                "travel": list(played.baseline.travel),
                "calibration": None if compared is None else compared.as_json(),
                "fits": played.baseline.fits.to_dicts(),
                "notes": list(notes),
            }
        )
        return
    before, then = (each.variant.name for each in answered.staffings)
    if before == then:
        then = f"{then} again"
    print_table(
        f"From the operator's connecting a call, in {before} and in {then}; {runs} {'run' if runs == 1 else 'runs'}",
        (
            "service",
            "incidents",
            "told, mean",
            "then",
            "first arrival, mean",
            "then",
            "90th centile",
            "then",
            "change of the mean",
        ),
        [
            (
                row["service_id"],
                f"{row['incidents']:,.0f}",
                *(
                    in_words(row[each], Unit.MINUTES)
                    for each in ("told", "told_then", "first", "first_then", "most", "most_then")
                ),
                f"{row['change'] * 60:+,.1f} s".replace("-", "−"),
            )
            for row in answered.table.iter_rows(named=True)
        ],
    )
    for each in answered.staffings:
        print(
            f"Staff, {each.variant.name}: {each.hours:,.0f} handlers' hours a week, the least that answer in time."
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


def _as_json(saving: Saving) -> dict[str, object]:
    return {
        "way": saving.staffing.variant.name,
        "hours_a_week": saving.staffing.hours,
        "saves": {"hours": saving.hours, "low": saving.low, "high": saving.high, "minimum": saving.minimum},
        "posts": dict(zip(("central", "low", "high"), saving.posts, strict=True)),
        "half_hours": saving.staffing.table.to_dicts(),
    }
