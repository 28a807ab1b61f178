"""What was imagined, as the tables of a study and of its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.imagining.calling import CALL_KINDS
from joinedup.imagining.estate import LETTER
from joinedup.imagining.kinds import CATEGORIES, KINDS, SERVICES
from joinedup.imagining.period import ZONE
from joinedup.imagining.recording import PRIORITIES, REQUESTS
from joinedup.imagining.responding import NEEDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.imagining.calling import Calls
    from joinedup.imagining.difficulties import Difficulties
    from joinedup.imagining.estate import Station
    from joinedup.imagining.happening import Events
    from joinedup.imagining.land import Coordinates
    from joinedup.imagining.period import Period
    from joinedup.imagining.recording import Records
    from joinedup.imagining.responding import Attendances


@dataclass(frozen=True)
class Writer:
    """Turns the arrays of one district into tables."""

    district: int
    service_ids: dict[str, str]
    coordinates: Coordinates
    period: Period

    def incidents(self, records: Records) -> pl.DataFrame:
        """Give a service's records as rows of incidents."""
        one, other = self.coordinates.names
        first, second = self.coordinates.written(records.x, records.y)
        return pl.DataFrame(
            {
                "incident_id": self._numbered(LETTER[records.service], np.arange(len(records))),
                "service_id": self._same(self.service_ids[records.service], len(records)),
                "received_at": self._moments(records.time),
                one: _or_null(first),
                other: _or_null(second),
                "place_precision": _named(("exact", "100m"), records.coarse.astype(np.int64)),
                "area": self._same(f"D{self.district:03d}", len(records)),
                "category": _named(CATEGORIES[records.service], records.category),
                "priority": _named(PRIORITIES, records.priority),
                "other_service_requested": _named(REQUESTS, records.request),
            }
        )

    def attendances(self, found: Attendances, service: str, stations: Sequence[Station]) -> pl.DataFrame:
        """Give a service's attendances as rows."""
        units = [unit.unit_id for station in stations for unit in station.units]
        stamps = ("mobilised", "responding", "arrived", "left", "hospital", "available")
        return pl.DataFrame(
            {
                "incident_id": self._numbered(LETTER[service], found.record),
                "unit_id": _named(units, found.unit),
                "need": _named(NEEDS[service], found.need),
                **{f"{stamp}_at": self._moments(getattr(found, stamp)) for stamp in stamps},
            }
        )

    def calls(self, found: Calls, service: str) -> pl.DataFrame:
        """Give a service's calls as rows."""
        rows = len(found.record)
        return pl.DataFrame(
            {
                "call_id": self._numbered(f"C{LETTER[service]}", np.arange(rows)),
                "service_id": self._same(self.service_ids[service], rows),
                "room_id": self._same(f"{self.service_ids[service]}-room", rows),
                "incident_id": self._numbered(LETTER[service], found.record),
                "connected_at": self._moments(found.connected),
                "answered_at": self._moments(found.answered),
                "ended_at": self._moments(found.ended),
                "kind": _named(CALL_KINDS, found.kind),
                "passed_to": _named([self.service_ids[each] for each in SERVICES], found.passed_to),
            }
        )

    def events(self, records: Records) -> pl.DataFrame:
        """Give the truth of a service's records: which event each one is of."""
        return pl.DataFrame(
            {
                "incident_id": self._numbered(LETTER[records.service], np.arange(len(records))),
                "event_id": self._numbered("E", records.event),
            }
        )

    def happened(self, events: Events) -> pl.DataFrame:
        """Give the truth of the events: what, when and where each one was."""
        one, other = self.coordinates.names
        first, second = self.coordinates.written(events.x, events.y)
        return pl.DataFrame(
            {
                "event_id": self._numbered("E", np.arange(len(events))),
                "district": self._same(f"D{self.district:03d}", len(events)),
                "kind": _named([kind.name for kind in KINDS], events.kind),
                "happened_at": self._moments(events.time),
                one: first,
                other: second,
            }
        )

    def needs(self, records: Records, needs: NDArray[np.int64]) -> pl.DataFrame:
        """Give the truth of who was needed: one row a unit that an event needed."""
        event = np.repeat(records.event, needs)
        need = np.arange(len(event)) - np.repeat(np.cumsum(needs) - needs, needs)
        return pl.DataFrame(
            {
                "event_id": self._numbered("E", event),
                "service_id": self._same(self.service_ids[records.service], len(event)),
                "need": _named(NEEDS[records.service], need),
            }
        )

    def difficulties(self, found: Difficulties) -> pl.DataFrame:
        """Give every difficulty that was injected: what, where, when and of what size."""
        one, other = self.coordinates.names
        frame = found.frame()
        first, second = self.coordinates.written(frame["x"].to_numpy(), frame["y"].to_numpy())
        letter = frame["service"].replace_strict(LETTER, default=None, return_dtype=pl.String)
        record = frame["record"].cast(pl.String).str.zfill(7)
        return frame.select(
            "difficulty",
            pl.lit(f"D{self.district:03d}").alias("district"),
            pl.col("service")
            .replace_strict(self.service_ids, default=None, return_dtype=pl.String)
            .alias("service_id"),
            self._numbered("E", frame["event"].fill_null(-1).to_numpy()).alias("event_id"),
            (letter + f"{self.district:03d}-" + record).alias("incident_id"),
            self._moments(frame["time"].fill_null(float("nan")).to_numpy()).alias("at"),
            _or_null(first).alias(one),
            _or_null(second).alias(other),
            "size",
            "unit",
            "touched",
        )

    def _numbered(self, letter: str, number: NDArray[np.int64]) -> pl.Series:
        """Give identifiers; null where the number is less than 0."""
        given = pl.Series("number", number)
        text = pl.lit(f"{letter}{self.district:03d}-") + pl.col("number").cast(pl.String).str.zfill(7)
        return given.to_frame().select(pl.when(pl.col("number") >= 0).then(text)).to_series()

    def _moments(self, time: NDArray[np.float64]) -> pl.Series:
        """Give times in the zone of the study, whole seconds; null where there is none."""
        known = np.isfinite(time)
        whole = (np.where(known, np.floor(time), 0).astype(np.int64) + self.period.start) * 1_000_000
        moments = pl.Series("at", whole).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(ZONE)
        return pl.select(pl.when(pl.Series(known)).then(moments)).to_series()

    @staticmethod
    def _same(value: str, rows: int) -> pl.Series:
        return pl.repeat(value, rows, dtype=pl.String, eager=True)


def _named(names: Sequence[str], code: NDArray[np.int64]) -> pl.Series:
    """Give names for codes; null where the code is less than 0."""
    return pl.Series([*names, None], dtype=pl.String).gather(np.where(code < 0, len(names), code))


def _or_null(values: NDArray[np.float64]) -> pl.Series:
    return pl.Series(values).fill_nan(None)
