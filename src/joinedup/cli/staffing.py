"""What control rooms need: the least staff by the half-hour for each way of working, and what pooling saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.cli.progress import Progress
from joinedup.cli.showing import print_json, print_table
from joinedup.response.rooms import Rooms, pooling_saves
from joinedup.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.response.rooms import Saving


def print_rooms(folder: Path, *, as_json: bool) -> None:
    """Staff the rooms of a study in every way of working, by Erlang and confirmed by simulation."""
    with Progress() as progress:
        study = Study.read(folder, progress)
        progress("fitting calls")
        rooms = Rooms.of(study.area, study.assumptions, folder)
        progress("staffing the rooms in every way of working")
        savings = pooling_saves(rooms)
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


def _as_json(saving: Saving) -> dict[str, object]:
    return {
        "way": saving.staffing.variant.name,
        "hours_a_week": saving.staffing.hours,
        "saves": {"hours": saving.hours, "low": saving.low, "high": saving.high, "minimum": saving.minimum},
        "posts": dict(zip(("central", "low", "high"), saving.posts, strict=True)),
        "half_hours": saving.staffing.table.to_dicts(),
    }
