"""The list of every difficulty that was injected: what, where, when and of what size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.imagining.happening import Events
    from joinedup.imagining.recording import Records

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_COLUMNS = {
    "difficulty": pl.String,
    "service": pl.String,
    "event": pl.Int64,
    "record": pl.Int64,
    "time": pl.Float64,
    "x": pl.Float64,
    "y": pl.Float64,
    "size": pl.Float64,
    "unit": pl.String,
    "touched": pl.Int64,
}


@dataclass(eq=False)
class Difficulties:
    """Rows of a district: of one event, of one record, or of a whole stretch of time that touches many."""

    parts: list[pl.DataFrame] = field(default_factory=list)

    def events(self, difficulty: str, which: Integers, events: Events, size: Floats, unit: str) -> None:
        """Note a difficulty of events, by their place in the order of time."""
        self._at_events(which, events, difficulty=difficulty, size=size, unit=unit)

    def records(
        self,
        difficulty: str,
        records: Records,
        which: Integers,
        events: Events,
        size: Floats | float,
        unit: str,
    ) -> None:
        """Note a difficulty of a service's records, by their place in the order in which they were opened."""
        self._at_events(
            records.event[which],
            events,
            difficulty=difficulty,
            service=records.service,
            record=which,
            size=size,
            unit=unit,
        )

    def whole(
        self, difficulty: str, time: float, size: float, unit: str, *, events: int, service: str | None = None
    ) -> None:
        """Note a difficulty of a stretch of time, and how many events or records it touches."""
        self._add(1, difficulty=difficulty, service=service, time=time, size=size, unit=unit, touched=events)

    def frame(self) -> pl.DataFrame:
        """Give all rows, in the order in which they were noted."""
        return pl.concat(self.parts) if self.parts else pl.DataFrame(schema=_COLUMNS)

    def _at_events(self, event: Integers, events: Events, **given: Any) -> None:
        """Add rows that say which event they belong to, and when and where it truly was."""
        when, x, y = events.time[event], events.x[event], events.y[event]
        self._add(len(event), event=event, time=when, x=x, y=y, touched=1, **given)

    def _add(self, rows: int, **given: Any) -> None:
        if rows == 0:
            return
        columns = {
            name: pl.Series(name, value, dtype, strict=False)
            if isinstance(value := given.get(name), np.ndarray)
            else pl.repeat(value, rows, dtype=dtype, eager=True).alias(name)
            for name, dtype in _COLUMNS.items()
        }
        self.parts.append(pl.DataFrame(columns))
