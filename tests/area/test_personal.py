"""Personal data is refused by what its values look like, without false alarm on identifiers, places and times (§1.6)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import source_from
from joinedup.area.personal import evidence, looks_personal, refuse_personal
from joinedup.area.reading import read_area
from joinedup.area.schema import schema
from joinedup.area.tables import read_raw
from joinedup.refusal import Refusal
from tests.area.shared_data import shared
from tests.area.studies import incidents, study

if TYPE_CHECKING:
    from pathlib import Path


def nhs_numbers(many: int, seed: int = 1) -> list[str]:
    """Make numbers with the check digit; none is anybody's (they begin with 999, which is kept for tests)."""
    chance = random.Random(seed)
    made: list[str] = []
    while len(made) < many:
        nine = "999" + "".join(str(chance.randrange(10)) for _ in range(6))
        check = (11 - sum(int(digit) * (10 - n) for n, digit in enumerate(nine)) % 11) % 11
        if check < 10:
            made.append(f"{nine}{check}")
    return made


def spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"


NUMBERS = nhs_numbers(40)
PERSONAL = {
    "NHS numbers": (
        NUMBERS,
        [spaced(each) for each in NUMBERS],
        [f"fall at home, {spaced(each)}, breathing" for each in NUMBERS],
        ["cardiac", "fall", "road"] * 40 + [f"patient {each}" for each in NUMBERS[:6]],
    ),
    "telephone numbers": (
        [f"07700 900{n:03}" for n in range(20)],
        [f"+44 7700 900{n:03}" for n in range(20)],
        ["(01632) 960001", "01632 960002", "0117 496 0123", "020 7946 0018"],
        [f"07{n:09}" for n in range(12_345_678, 999_999_999, 9_876_543)],
        ["fire in a bin"] * 50 + ["call back on 07700900123"] * 3,
    ),
    "e-mail addresses": (
        ["a.person@example.org", "b@example.org"],
        ["none"] * 90 + ["write to c@example.org"] * 3,
    ),
    "National Insurance numbers": (["AB123456C", "CE 12 34 56 D", "JG103759A"], ["see AB 12 34 56 C"] * 3),
    "people's names": (["Mr John Smith", "Mrs A Jones", "Ms O'Neil"],),
}


@pytest.mark.parametrize(
    ("what", "values"), [(what, each) for what, cases in PERSONAL.items() for each in cases]
)
def test_values_that_are_a_persons_are_found(what: str, values: list[str]) -> None:
    found = evidence(pl.Series(values))
    assert found is not None
    assert found.what.startswith(what)
    assert 0 < found.like <= found.of == len(values)


def test_an_nhs_number_is_found_where_a_typed_file_holds_it_as_a_number() -> None:
    assert evidence(pl.Series([int(each) for each in NUMBERS])) is not None
    assert evidence(pl.Series([float(each) for each in NUMBERS])) is not None


def test_a_few_among_a_million_are_counted_in_full_once_the_sample_has_one() -> None:
    values = ["a bin on fire"] * 499 + ["see b@example.org"]
    found = evidence(pl.Series(values * 200))
    assert found is not None
    assert (found.like, found.of) == (200, 100_000)


def test_dates_decades_apart_among_events_are_dates_of_birth_and_other_dates_are_not() -> None:
    first = date(1931, 5, 1)
    births = pl.Series([first + timedelta(days=731 * n) for n in range(40)])
    found = evidence(births.cast(pl.String), of_events=True)
    assert found is not None
    assert found.what == "dates of birth"
    assert evidence(births, of_events=True) is not None
    assert evidence(births) is None
    lately = pl.Series([date(2025, 1, 1) + timedelta(days=n) for n in range(400)])
    assert evidence(lately, of_events=True) is None


HARMLESS = {
    "identifiers of ten digits in a row": [str(2_025_000_000 + n) for n in range(5_000)],
    "identifiers of ten digits at random": [str(random.Random(n).randrange(10**9, 10**10)) for n in range(5_000)],
    "a handful of identifiers of ten digits": [str(2_025_000_001 + n) for n in range(6)],
    "identifiers padded to eleven digits": [f"0{2_025_000_000 + n}" for n in range(500)],
    "logs of a partner": [f"{n:04}-{date(2025, 1, 1) + timedelta(days=n % 300):%d%m%Y}" for n in range(500)],
    "property references": [str(100_021_000_000 + 37 * n) for n in range(500)],
    "grid references": [f"TA {n:05} {99_999 - n:05}" for n in range(100, 600)] + ["SU123456", "TQ 3 8", "NS12A"],
    "eastings and northings": [f"{594_000 + n} {442_000 + n}" for n in range(500)],
    "degrees": [f"({51.5 + n / 1e7:.10f}, {-0.1 - n / 1e7:.10f})" for n in range(500)],
    "times": [f"2025-01-{1 + n % 28:02} {n % 24:02}:{n % 60:02}:00" for n in range(500)],
    "hashes": ["".join(random.Random(n).choices("0123456789abcdef", k=64)) for n in range(5_000)],
    "stations called after people": [
        "St John's Wood", "Mrs Gaskell House", "Dr Gray's Hospital", "Percy Main", "Lord Street", "King's Cross",
        "Saint George", "Mr Bean's Yard", "Victoria", "Albert Dock",
    ],
    "categories": ["C1", "C2", "AFA", "RTC - persons trapped", "Violence with injury", "999 hang-up", "Special 101"],
    "calls' codes": ["06D01", "17-A-01", "26C02", "AB123456", "GB123456A", "ZZ 12 34 56 C"] * 3,
    "nothing": ["", " ", ""],
}  # fmt: skip


@pytest.mark.parametrize("what", HARMLESS)
def test_no_false_alarm_on(what: str) -> None:
    values = pl.Series(HARMLESS[what])
    assert evidence(values) is None
    assert evidence(values, of_events=True) is None


@pytest.mark.parametrize(
    "header", ["e-mail", "contact_email", "NI number", "nino", "NationalInsuranceNo", "suspect_name"]
)
def test_a_header_that_names_a_way_to_find_a_person_is_known(header: str) -> None:
    assert looks_personal(header)


@pytest.mark.parametrize("header", ["ni", "emails_sent", "nation", "unit_name", "insurance", "number"])
def test_a_header_of_something_else_is_not(header: str) -> None:
    assert not looks_personal(header)


def test_a_study_whose_categories_hold_nhs_numbers_is_refused_and_none_is_shown(tmp_path: Path) -> None:
    rows = [f"I{n},fire,2025-01-01 10:00,{each}" for n, each in enumerate(NUMBERS)]
    text = incidents(*rows, columns="incident_id,service_id,received_at,category")
    with pytest.raises(
        Refusal, match=r"incidents, row 1, column category: .*40 of 40 values.*NHS"
    ) as refused:
        read_area(study(tmp_path, incidents=text))
    assert not any(each in str(refused.value) for each in NUMBERS)
    assert "extract" in str(refused.value)


def test_a_column_that_is_not_ours_is_refused_by_its_values(tmp_path: Path) -> None:
    rows = [f"I{n},fire,2025-01-01 10:00,{each}" for n, each in enumerate(NUMBERS)]
    text = incidents(*rows, columns="incident_id,service_id,received_at,reference")
    with pytest.raises(Refusal, match=r"column reference: .*leaves it out"):
        read_area(study(tmp_path, incidents=text))


MAPPING = """[source]
title = "Notes"
zone = "Europe/London"
[[services]]
service_id = "ambulance"
kind = "ambulance"
name = "Ambulance"
[[tables]]
table = "incidents"
[tables.columns]
incident_id = [{ row = true }]
service_id = [{ constant = "ambulance" }]
received_at = [{ column = "at", format = "%Y-%m-%d %H:%M" }]
category = [{ HOW }]
"""


def test_a_mapping_that_takes_a_column_of_nhs_numbers_is_refused_and_one_that_takes_a_part_is_not(
    tmp_path: Path,
) -> None:
    lines = [f"2025-01-0{1 + n % 9} 10:00,fall {spaced(each)}" for n, each in enumerate(NUMBERS)]
    extract = tmp_path / "calls.csv"
    extract.write_text("at,notes\n" + "\n".join(lines) + "\n", "utf-8")
    whole = source_from(MAPPING.replace("HOW", 'column = "notes"'), "notes")
    with pytest.raises(Refusal, match=r"calls\.csv, row 1, column category: .*NHS"):
        read_extracts(whole, [extract], tmp_path / "study")
    assert not (tmp_path / "study").exists()
    part = source_from(MAPPING.replace("HOW", """column = "notes", extract = '^([a-z]+)'"""), "notes")
    assert read_extracts(part, [extract], tmp_path / "study").rows["incidents"] == len(NUMBERS)


def test_a_mapping_that_takes_a_column_whose_header_names_a_person_is_refused(tmp_path: Path) -> None:
    extract = tmp_path / "calls.csv"
    extract.write_text("at,caller_name\n2025-01-01 10:00,Jo\n", "utf-8")
    source = source_from(MAPPING.replace("HOW", 'column = "caller_name"'), "notes")
    with pytest.raises(Refusal, match=r"column caller_name: .*take it out of category in the mapping notes"):
        read_extracts(source, [extract], tmp_path / "study")


REAL = (
    "montgomery/911-2015-12-to-2016-06.csv.gz",
    "san-francisco/fire-calls-2016-12-31-to-2017-01-07.csv.gz",
    "san-francisco/police-incidents-2018-12.csv.gz",
    "london/lfb-stations-jun2021.csv",
    "london/ambulance_stations.csv",
    "london/police_stations.csv",
)


@pytest.mark.parametrize("name", REAL)
def test_no_false_alarm_on_any_column_of_the_real_files(name: str) -> None:
    raw = read_raw(shared(name))
    for column in raw.columns:
        assert evidence(raw[column], of_events=True) is None, column


def test_no_false_alarm_on_police_uk() -> None:
    folder = shared(REAL[0]).parents[1] / "police-uk"
    files = sorted(folder.glob("*.csv.gz"))
    if not files:
        pytest.skip(f"{folder} is not here")
    raw = read_raw(files[0])
    refuse_personal(raw, schema("incidents"), files[0].name)
