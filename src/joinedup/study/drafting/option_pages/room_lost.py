"""What an option's page says of the loss of one control room: how 999 calls are then answered, now and with the option."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from joinedup.disclosure import Block, Column, Figure, Table
from joinedup.options.shared_control_room.joining import fact
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.options import Option

_PLAYED = re.compile(r"answered_(now|then)_(open|without_.+)_mean_s")
_WHO = {"now": "As rooms are", "then": "With this option"}


def room_lost(option: Option) -> list[Block]:
    """Set how 999 calls are answered with every room open beside one lost; nothing where that was not played.

    Which room it is, and in which hours, says where an area is weakest, so that it stays in the study (§8.1).
    """
    rows: list[list[Figure | str]] = []
    for when, who in _WHO.items():
        played = [
            found[2] for name in option.facts if (found := _PLAYED.fullmatch(name)) and found[1] == when
        ]
        lost = sorted(
            (each for each in played if each != "open"),
            key=lambda each: (-fact(option, f"answered_{when}_{each}_mean_s"), each),
        )
        if not lost:
            return []
        words = (
            "the one place lost"
            if lost == ["without_all"]
            else "the room lost that is hardest to stand in for"
        )
        rows += [
            [f"{who}, {said}", *_figures(option, f"answered_{when}_{each}")]
            for each, said in (("open", "every room open"), (lost[0], words))
        ]
    return [
        Table(
            "room-lost",
            f"How 999 calls are answered in the {fact(option, 'lost_hours'):g} busiest hours of the week, if one room is lost",
            (
                Column("Rooms"),
                Column("Mean wait", numeric=True),
                Column("Nine in ten wait no longer than", numeric=True),
                Column("Answered within 10 s", numeric=True),
            ),
            rows,
            note="Played over half a year of drawn weeks, the room lost once in each. A caller who gives up has waited until "
            "then. Which room it is, and which hours, is in joinedup options --json and does not leave the study.",
        )
    ]


def _figures(option: Option, which: str) -> list[Figure]:
    return [
        Figure(fact(option, f"{which}_mean_s") / 60, Unit.MINUTES),
        Figure(fact(option, f"{which}_most_s") / 60, Unit.MINUTES),
        Figure(fact(option, f"{which}_in_time"), Unit.SHARE),
    ]
