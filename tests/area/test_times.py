"""Times: the hour that occurs twice, the hour that does not exist, offsets, and the zone of the study.

Expected instants are from the published clock changes: Europe/London on 30 March and 26 October 2025 at
01:00 UTC; America/New_York on 9 March 2025 at 07:00 UTC and 2 November 2025 at 06:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.area.times import is_zone, made_aware, parsed, standard_longitude
from tests.area.studies import LONDON, NEW_YORK, incidents, only_query, read, study, told


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]


def received(folder: Path, toml: str, *texts: str) -> tuple[list[datetime | None], list[dict[str, object]]]:
    rows = (f"I{number},fire,{text}" for number, text in enumerate(texts))
    area, queries = read(study(folder, toml, incidents=incidents(*rows)))
    times = area.table("incidents")["received_at"].dt.convert_time_zone("UTC").to_list()
    return times, told(queries)


@pytest.mark.parametrize(
    ("toml", "text", "instant"),
    [
        (LONDON, "2025-10-26 01:30:00", at(2025, 10, 26, 0, 30)),
        (NEW_YORK, "2025-11-02 01:30:00", at(2025, 11, 2, 5, 30)),
    ],
)
def test_of_an_hour_that_occurs_twice_the_first_is_taken_with_a_query(
    tmp_path: Path, toml: str, text: str, instant: datetime
) -> None:
    times, queries = received(tmp_path, toml, text)
    assert times == [instant]
    assert [each["action"] for each in queries] == ["the first of the two is taken"]
    assert text in str(queries[0]["problem"])
    assert (queries[0]["file"], queries[0]["row"], queries[0]["column"]) == ("incidents", 2, "received_at")


@pytest.mark.parametrize(
    ("toml", "text", "instant"),
    [
        (LONDON, "2025-03-30 01:30:00", at(2025, 3, 30, 1, 30)),
        (NEW_YORK, "2025-03-09 02:30:00", at(2025, 3, 9, 7, 30)),
    ],
)
def test_an_hour_that_does_not_exist_is_moved_on_with_a_query(
    tmp_path: Path, toml: str, text: str, instant: datetime
) -> None:
    times, queries = received(tmp_path, toml, text)
    assert times == [instant]
    assert [each["action"] for each in queries] == ["moved on by one hour"]


def test_the_minutes_beside_a_clock_change_have_no_query(tmp_path: Path) -> None:
    times, queries = received(
        tmp_path,
        LONDON,
        "2025-03-30 00:59:59",
        "2025-03-30 02:00:00",
        "2025-10-26 00:59:59",
        "2025-10-26 02:00:00",
    )
    assert times == [
        at(2025, 3, 30, 0, 59, 59),
        at(2025, 3, 30, 1),
        at(2025, 10, 25, 23, 59, 59),
        at(2025, 10, 26, 2),
    ]
    assert queries == []


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-10-26 01:30:00+00:00", at(2025, 10, 26, 1, 30)),
        ("2025-10-26T01:30:00+01:00", at(2025, 10, 26, 0, 30)),
        ("2025-10-26T01:30:00Z", at(2025, 10, 26, 1, 30)),
        ("2025-10-26T01:30Z", at(2025, 10, 26, 1, 30)),
        ("2025-10-26 01:30:00-0400", at(2025, 10, 26, 5, 30)),
        ("2025-10-26 01:30:00+00", at(2025, 10, 26, 1, 30)),
        ("2025-07-01 12:00:00.250Z", at(2025, 7, 1, 12, 0, 0, 250_000)),
        ("2025-07-01 12:00", at(2025, 7, 1, 11)),
        ("2025-07-01T12:00:00", at(2025, 7, 1, 11)),
        ("2025-01-01 12:00:00.5", at(2025, 1, 1, 12, 0, 0, 500_000)),
        ("2024-02-29 12:00:00", at(2024, 2, 29, 12)),
    ],
)
def test_an_offset_is_believed_and_a_time_without_one_is_local(
    tmp_path: Path, text: str, instant: datetime
) -> None:
    times, queries = received(tmp_path, LONDON, text)
    assert times == [instant]
    assert queries == []


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-31 10:00:00",
        "2025-02-29 10:00:00",
        "31/12/2025 10:00",
        "2025-01-01 24:30:00",
        "yesterday",
        "45000",
    ],
)
def test_an_impossible_time_is_left_out_with_a_query_and_the_row_kept(tmp_path: Path, text: str) -> None:
    times, queries = received(tmp_path, LONDON, text)
    assert times == [None]
    assert len(queries) == 1
    assert queries[0]["action"] == "the value is left out"
    assert text in str(queries[0]["problem"])


def parquet(folder: Path, times: pl.Series) -> Path:
    study(folder)
    pl.DataFrame(
        {"incident_id": [f"I{n}" for n in range(len(times))], "service_id": "fire", "received_at": times}
    ).write_parquet(folder / "tables" / "incidents.parquet")
    return folder


def test_naive_times_of_a_parquet_file_are_local_and_clock_changes_have_queries(tmp_path: Path) -> None:
    naive = pl.Series(
        [datetime(2025, 7, 1, 12), datetime(2025, 10, 26, 1, 30), datetime(2025, 3, 30, 1, 30), None]  # noqa: DTZ001
    )
    area, queries = read(parquet(tmp_path, naive))
    assert area.table("incidents")["received_at"].dt.convert_time_zone("UTC").to_list() == [
        at(2025, 7, 1, 11),
        at(2025, 10, 26, 0, 30),
        at(2025, 3, 30, 1, 30),
        None,
    ]
    assert [(each["row"], each["action"]) for each in told(queries)] == [
        (3, "the first of the two is taken"),
        (4, "moved on by one hour"),
    ]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_aware_times_of_a_parquet_file_keep_their_instant_in_the_zone_of_the_study(
    tmp_path: Path, unit: str
) -> None:
    aware = pl.Series([at(2025, 10, 26, 0, 30), at(2025, 10, 26, 1, 30)]).cast(pl.Datetime(unit, "UTC"))  # type: ignore[arg-type]
    area, queries = read(parquet(tmp_path, aware.dt.convert_time_zone("America/New_York")))
    times = area.table("incidents")["received_at"]
    assert times.dtype == pl.Datetime("us", "Europe/London")
    assert times.dt.convert_time_zone("UTC").to_list() == [at(2025, 10, 26, 0, 30), at(2025, 10, 26, 1, 30)]
    assert queries.frame.is_empty()


def test_a_number_in_a_parquet_file_is_not_a_time(tmp_path: Path) -> None:
    area, queries = read(parquet(tmp_path, pl.Series([1_700_000_000])))
    assert area.table("incidents")["received_at"].to_list() == [None]
    assert only_query(queries)["action"] == "the value is left out"


def test_a_record_of_a_month_alone_counts_as_given(tmp_path: Path) -> None:
    text = incidents("I1,fire,2018-10", "I2,fire,2018-13", columns="incident_id,service_id,received_month")
    area, queries = read(study(tmp_path, incidents=text))
    assert area.table("incidents")["received_month"].to_list() == ["2018-10", None]
    assert area.table("incidents")["received_at"].to_list() == [None, None]
    assert queries.counts["incidents"].as_given == 1
    assert only_query(queries)["row"] == 3


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_local_times_are_told_apart_as_the_standard_library_does(local: datetime, zone: str) -> None:
    # The oracle is zoneinfo: a time exists if it comes back from UTC, and occurs twice if its folds differ.
    from zoneinfo import ZoneInfo

    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    exists = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    aware = made_aware(pl.Series([local], dtype=pl.Datetime("us")), zone)
    assert aware.never.to_list() == [not exists]
    assert aware.twice.to_list() == [exists and first.utcoffset() != second.utcoffset()]
    if exists:
        assert aware.times.dt.convert_time_zone("UTC").to_list() == [first.astimezone(UTC)]


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)), st.integers(-11, 13))  # noqa: DTZ001
def test_text_with_an_offset_keeps_its_instant(local: datetime, hours: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(hours=hours)))
    aware = parsed(pl.Series([instant.isoformat()]), "Europe/London")
    assert aware.times.dt.convert_time_zone("UTC").to_list() == [instant.astimezone(UTC)]


def test_a_zone_tells_roughly_where_its_places_are() -> None:
    assert standard_longitude("Europe/London") == 0
    assert standard_longitude("America/New_York") == -75
    assert standard_longitude("Australia/Sydney") == 150
    assert standard_longitude("UTC") is None
    assert standard_longitude("Etc/GMT+5") is None


def test_only_zones_that_every_part_can_use_are_zones() -> None:
    assert is_zone("Europe/London")
    assert is_zone("UTC")
    assert not any(is_zone(each) for each in ("", "London", "localtime", "Europe/London ", "x\0y"))
