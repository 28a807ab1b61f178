"""How finely a service's clock is told, and times that stand at midnight because they are dates alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.area.patterns.moments import DAY, HOUR, MINUTE, Moments, share
from joinedup.area.queries import Effect
from joinedup.area.values import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area.queries import Findings

_LEAST = 50
_GRIDS = (60, 30, 15, 5, 1)
"""Minutes between the marks that a clock may be told by, coarsest first."""
_ALL = 0.99
_HEAPED = 0.25
_MIDNIGHT_TIMES = 5.0
_MIDNIGHT_RARE = 1e-6
_MIDNIGHT_MOSTLY = 0.5


def note_clocks(moments: Moments, found: Findings) -> dict[str, int]:
    """Note the precision of each service's clock and its clump at midnight.

    Returns:
        Minutes between the marks of each service's clock, 0 where it tells seconds.
    """
    grids: dict[str, int] = {}
    for service, own in moments.by_service:
        wall = own["wall"].to_numpy()
        midnight = wall % DAY == 0
        clump = _is_clump(wall)
        if clump:
            _note_midnight(service, own, midnight, found)
        told = own.filter(~pl.Series(midnight)) if clump else own
        if told.height >= _LEAST:
            grids[service] = _note_precision(service, told, found)
        else:
            grids[service] = DAY // MINUTE if clump else 0
    return grids


def precision(wall: NDArray[np.int64]) -> int:
    """Give the minutes between the marks on which all times stand, bar one in a hundred; 0 where seconds count."""
    for minutes in _GRIDS:
        if np.count_nonzero(wall % (minutes * MINUTE) == 0) >= _ALL * len(wall):
            return minutes
    return 0


def _note_precision(service: str, told: pl.DataFrame, found: Findings) -> int:
    """Note a clock that is coarser than seconds, or of which a good part is rounded; give its precision."""
    wall = told["wall"].to_numpy()
    grid = precision(wall)
    if grid:
        words = "to the nearest minute" if grid == 1 else f"to {grid} minutes, and not finer"
        on = share(int(np.count_nonzero(wall % (grid * MINUTE) == 0)), len(wall))
        problem = f"{service}: times are told {words}: '{on}'"
        found.note("received_at", problem, "used as given", told["row"])
    for minutes in _GRIDS:
        marks = minutes / (grid or 1 / 60)
        if marks <= 1:
            break
        on_mark = wall % (minutes * MINUTE) == 0
        heaped = (np.mean(on_mark) - 1 / marks) / (1 - 1 / marks)
        if heaped >= _HEAPED:
            words = f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
            on = share(int(np.count_nonzero(on_mark)), len(wall))
            problem = f"{service}: many times are rounded to {words}: '{on}'"
            found.note("received_at", problem, "used as given", told["row"].filter(pl.Series(on_mark)))
            break
    return grid


def _is_clump(wall: NDArray[np.int64]) -> bool:
    """Whether far more times stand at 00:00 exactly than at the marks round it, or at other full hours of the night."""
    at = wall % DAY
    midnight = int(np.count_nonzero(at == 0))
    if midnight < 10:
        return False
    # Within half an hour of midnight, on the marks that this clock has.
    near = np.concatenate([at[(at > 0) & (at <= HOUR // 2)], at[at >= DAY - HOUR // 2]])
    marks = HOUR / MINUTE / (precision(at[at != 0]) or 1 / 60) if np.any(at != 0) else 1.0
    hours = [int(np.count_nonzero(at == hour * HOUR)) for hour in (21, 22, 23, 1, 2, 3)]
    expected = max(len(near) / max(marks - 1, 1), float(np.median(hours)), 0.5)
    return (
        midnight >= _MIDNIGHT_TIMES * expected
        and float(scipy.special.pdtrc(midnight - 1, expected)) < _MIDNIGHT_RARE
    )


def _note_midnight(service: str, own: pl.DataFrame, midnight: NDArray[np.bool_], found: Findings) -> None:
    """Note the rows at midnight: each of them, or once where most of the service's are."""
    rows = own["row"].filter(pl.Series(midnight))
    problem = f"{service}: times stand at midnight, more than the night explains"
    detail = share(len(rows), own.height)
    if len(rows) > _MIDNIGHT_MOSTLY * own.height:
        found.note("received_at", f"{problem}: '{detail}'", "used as given", rows)
    else:
        words = quoted(problem, pl.Series([detail]).new_from_index(0, len(rows)))
        found.add(rows, "received_at", words, "used as given", Effect.NOTED)
