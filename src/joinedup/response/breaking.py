"""When crews have their breaks, as the shifts of a study say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.refusal import Refusal
from joinedup.response.dispatching import Breaks
from joinedup.response.rostering import DAY_MINUTES, hours_covered, minute

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.rostering import Roster

_COLUMNS = ("break_from", "break_until", "break_minutes")


def breaks_of(area: Area, units: Roster, interrupting: int) -> Breaks | None:
    """Give the breaks of some units, None where no shift of theirs has one; ``interrupting`` is a priority, −1 for none.

    Raises:
        Refusal: for a break that is not whole, outside its shift or too short to begin, or of two lengths, by row and column.
    """
    shifts = area.table("shifts").join(units.units.select("unit_id"), on="unit_id", how="semi")
    rows = shifts.filter(pl.any_horizontal(pl.col(each).is_not_null() for each in _COLUMNS)).sort("shift_id")
    if rows.is_empty():
        return None
    number = {each: row for row, each in enumerate(units.units["unit_id"].to_list())}
    minutes = np.zeros(units.on.shape, np.int64)
    lasting = np.zeros(len(number), np.int64)
    for row in rows.iter_rows(named=True):
        unit, where = number[row["unit_id"]], f"shifts, row of {row['shift_id']}, column"
        for column in _COLUMNS:
            if row[column] is None:
                raise Refusal(
                    f"{where} {column}: is empty, and the row has a break; give break_from, break_until and break_minutes"
                )
        if lasting[unit] and lasting[unit] != row["break_minutes"] * 60_000:
            raise Refusal(
                f"{where} break_minutes: {row['break_minutes']}, and another shift of {row['unit_id']} has "
                f"{lasting[unit] // 60_000}; the breaks of a unit are played as long as each other: write the same"
            )
        lasting[unit] = row["break_minutes"] * 60_000
        minutes[unit] += _window(row, where)
    return Breaks((minutes >= 30) & units.on, lasting, interrupting)


def _window(row: dict[str, object], where: str) -> NDArray[np.int64]:
    """Give the minutes of each hour of the week in which the break of a shift may begin."""
    starts, ends, opens, closes = (
        minute(row[each]) for each in ("starts_at", "ends_at", "break_from", "break_until")
    )
    lasts = (ends - starts - 1) % DAY_MINUTES + 1
    after, until = (opens - starts) % DAY_MINUTES, (closes - starts - 1) % DAY_MINUTES + 1
    if not after < until <= lasts:
        raise Refusal(
            f"{where} break_from: from {row['break_from']} until {row['break_until']} is not within the shift from "
            f"{row['starts_at']} until {row['ends_at']}; the break may begin within the shift alone"
        )
    covered = hours_covered(int(str(row["weekday"])), starts + after, starts + until)
    if not (covered >= 30).any():
        raise Refusal(
            f"{where} break_until: from {row['break_from']} until {row['break_until']} is not half of any hour, and breaks are "
            "played by the hour; give an hour or more"
        )
    return covered
