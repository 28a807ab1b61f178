"""Small areas for the crossover tests: a handful of records by hand, thousands by a seed, or Montgomery's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from joinedup.area import Area, Settings
from joinedup.area.places import Plane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

LONDON = "Europe/London"
KINDS = {"police": "police", "fire": "fire", "ambulance": "ambulance"}
MIDNIGHT = datetime(2025, 1, 6, tzinfo=UTC)


def area_of(
    incidents: pl.DataFrame,
    *,
    kinds: Mapping[str, str] | None = None,
    attendances: Sequence[tuple[str, datetime | None]] = (),
    zone: str = LONDON,
    period: tuple[date, date] | None = None,
) -> Area:
    """Make an area from incidents (missing columns become nulls) and (incident_id, arrived_at) rows."""
    kinds = KINDS if kinds is None else kinds
    dtypes: dict[str, Any] = {
        "incident_id": pl.String,
        "service_id": pl.String,
        "received_at": pl.Datetime("us", zone),
        "received_month": pl.String,
        "place_precision": pl.String,
        "area": pl.String,
        "category": pl.String,
        "priority": pl.String,
        "other_service_requested": pl.String,
        "other_service_reference": pl.String,
        "x": pl.Float64,
        "y": pl.Float64,
    }
    filled = incidents.select(
        pl.col(name).cast(dtype) if name in incidents.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in dtypes.items()
    )
    tables = {
        "services": pl.DataFrame(
            {"service_id": list(kinds), "kind": list(kinds.values()), "name": list(kinds)},
            schema={"service_id": pl.String, "kind": pl.String, "name": pl.String},
        ),
        "incidents": filled,
        "attendances": pl.DataFrame(
            [(incident, f"unit {number}", arrived) for number, (incident, arrived) in enumerate(attendances)],
            schema={"incident_id": pl.String, "unit_id": pl.String, "arrived_at": pl.Datetime("us", zone)},
            orient="row",
        ),
    }
    return Area(Settings(name="Test", zone=zone, period=period), Plane.about(51.5, 0), tables)


def record(
    service: str, minutes: float, x: float = 0.0, y: float = 0.0, **others: object
) -> dict[str, object]:
    """Make one record, at so many minutes after midnight on 6 January 2025."""
    return {
        "service_id": service,
        "received_at": MIDNIGHT + timedelta(minutes=minutes),
        "x": x,
        "y": y,
        **others,
    }


def area_by_hand(*records: dict[str, object], **others: Any) -> Area:
    """Make an area from records, with ids r0, r1, ... where none is given."""
    rows = [{"incident_id": f"r{number}", **each} for number, each in enumerate(records)]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if frame.height and frame.schema["received_at"] != pl.Null:
        zone = others.get("zone", LONDON)
        frame = frame.with_columns(
            pl.col("received_at").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
        )
    return area_of(frame, **others)


def background(chance: np.random.Generator, number: int, days: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scatter records over places (half of them about five centres) and times that favour the day."""
    centres = np.random.Generator(np.random.PCG64(99)).uniform(2_000, 18_000, (5, 2))
    place = chance.uniform(0, 20_000, (number, 2))
    central = chance.random(number) < 0.5
    place[central] = centres[chance.integers(0, 5, central.sum())] + chance.normal(0, 900, (central.sum(), 2))
    hour = np.clip(chance.beta(3, 2, number), 0, 0.999_99)
    day = chance.integers(0, int(days), number)
    return place, (day + hour) * 86_400


def planted(
    seed: int, joint: int, fire: int, ambulance: int, *, days: float = 120, lost: float = 0.0
) -> Area:
    """Make an area of two services with so many joint events, and records of each alone.

    A joint event's records are some 60 m and 4 minutes apart. ``lost`` is the share of records without a
    place.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    at, when = background(chance, joint, days)
    rows = []
    for service, alone in (("fire", fire), ("ambulance", ambulance)):
        place, time = background(chance, alone, days)
        place = np.concatenate([at + chance.normal(0, 40, at.shape), place])
        time = np.concatenate([when + chance.exponential(240, joint), time])
        place[chance.random(len(place)) < lost] = np.nan
        start = int(MIDNIGHT.timestamp() * 1e6)
        rows.append(
            pl.DataFrame(
                {
                    "incident_id": [f"{service}-{number}" for number in range(len(time))],
                    "service_id": service,
                    "received_at": start + (time * 1e6).astype(np.int64),
                    "x": place[:, 0],
                    "y": place[:, 1],
                    "category": np.where(chance.random(len(time)) < 0.5, "a", "b"),
                }
            ).with_columns(
                # Local times, so that the records keep their hour when the clocks change in March.
                pl.col("received_at")
                .cast(pl.Datetime("us"))
                .dt.replace_time_zone(LONDON, ambiguous="earliest", non_existent="null")
            )
        )
    return area_of(pl.concat(rows), kinds={"fire": "fire", "ambulance": "ambulance"})


def montgomery() -> Area:
    """Read Montgomery County's calls as the reference figures did; skip the test where they are absent."""
    root = Path(os.environ.get("JOINEDUP_DATA", Path(__file__).parents[3] / "shared" / "data"))
    file = root / "montgomery" / "911-2015-12-to-2016-06.csv.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    raw = pl.read_csv(file, infer_schema=False).with_row_index("row")
    dispatched = pl.col("desc").str.extract(r"(\d{4}-\d\d-\d\d @ \d\d:\d\d:\d\d)")
    local = pl.coalesce(
        dispatched.str.to_datetime("%Y-%m-%d @ %H:%M:%S", time_unit="us"),
        pl.col("timeStamp").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"),
    )
    latitude, longitude = pl.col("lat").cast(pl.Float64), pl.col("lng").cast(pl.Float64)
    metres = 6_371_008.8 * np.pi / 180
    incidents = raw.filter(latitude.is_between(39.8, 40.6) & longitude.is_between(-76, -74.8)).select(
        incident_id=pl.col("row").cast(pl.String),
        service_id=pl.col("title").str.split(":").list.first(),
        received_at=local.dt.replace_time_zone("America/New_York", ambiguous="earliest", non_existent="null"),
        category="title",
        x=longitude * metres * np.cos(np.radians(40.2)),
        y=latitude * metres,
    )
    kinds = {"EMS": "ambulance", "Fire": "fire", "Traffic": "other"}
    return area_of(incidents, kinds=kinds, zone="America/New_York")
