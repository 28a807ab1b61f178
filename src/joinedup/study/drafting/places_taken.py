"""How often each option takes each place when all weights are tried, of those that are ever among the first few (§7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Column, Figure, Table
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.ranking import Tried

_FIRST = 3
"""An option that is ever among so many has a row."""
_ROWS = 15
"""At most so many rows, of those that are among the first most often."""
_PLACES = 6
"""So many places have a column of their own; what comes after is taken together."""


def places_taken(tried: Tried, titles: Mapping[str, str]) -> list[Table]:
    """Show the share of the tries in which each option takes each place; nothing where it can only be the first."""
    if len(tried.accepted) < 2:
        return []
    among = tried.top(_FIRST)
    ever = [each for each in tried.accepted if among[each.id] > 0]
    ever.sort(key=lambda each: (-among[each.id], each.expected_place, each.id))
    shown = ever[:_ROWS]
    places = min(_PLACES, len(tried.accepted))
    more = len(tried.accepted) > places
    rest = f" {len(ever) - _ROWS} more are among the first {_FIRST} less often." if len(ever) > _ROWS else ""
    return [
        Table(
            "weights-places",
            f"How often each takes each place, over all weights and draws: all that are ever among the first {_FIRST}"
            if len(ever) <= _ROWS
            else f"How often each takes each place, over all weights and draws: the {_ROWS} that are most often among the first "
            f"{_FIRST}",
            (
                Column("Option"),
                *(Column(f"Place {place}", numeric=True) for place in range(1, places + 1)),
                *([Column("Further down", numeric=True)] if more else []),
            ),
            [
                [
                    titles[each.id],
                    *(Figure(share.share, Unit.SHARE) for share in each.places[:places]),
                    *(
                        [Figure(sum(share.share for share in each.places[places:]), Unit.SHARE)]
                        if more
                        else []
                    ),
                ]
                for each in shown
            ],
            note=f"Each row adds up to one.{rest}",
            pages=[each.id for each in shown],
        )
    ]
