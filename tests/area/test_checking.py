"""Checking: in = as given + changed + set aside, and each row of the last two has a query (§1.3)."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.area.personal import looks_personal
from joinedup.area.reading import read_area
from joinedup.refusal import Refusal
from tests.area.studies import (
    LONDON,
    SERVICES,
    assert_no_row_is_lost,
    everything,
    incidents,
    only_query,
    read,
    study,
    told,
)

SITES = "site_id,service_id,name\nF1,fire,Fire station\n"

# --- the law -----------------------------------------------------------------------------------------------------

SITE_COLUMNS = ("site_id", "service_id", "name", "latitude", "longitude", "floor_area_m2", "tenure", "bays")
INCIDENT_COLUMNS = (
    "incident_id",
    "service_id",
    "received_at",
    "latitude",
    "longitude",
    "place_precision",
    "category",
)
SPOILS = (
    "",
    " ",
    "text",
    "-5",
    "0",
    "1e999",
    "NaN",
    "2025-02-31 10:00",
    "2025-10-26 01:30:00",
    "2025-03-30 01:30:00",
    "nobody",
    "fire",
    "S0",
    "I0",
    "=1+1",
    '"quoted, with a comma"',
    "x\0y",
    "3.5",
    "100",
    "51.5",
)


def site(number: int) -> list[str]:
    return [f"S{number}", "fire", f"Site {number}", f"{51 + number / 100}", "-0.1", "500", "freehold", "2"]


def incident(number: int) -> list[str]:
    minute = f"2025-06-01 10:{number:02}:00"
    return [f"I{number}", "police", minute, "51.5", f"{-number / 100}", "exact", "C2"]


def spoilt(rows: list[list[str]], spoils: list[tuple[int, int, str]]) -> set[int]:
    """Spoil cells of rows in place, and tell which rows were touched."""
    touched = set()
    for row, column, value in spoils:
        if row < len(rows):
            cells = rows[row]
            if value == "swap":
                cells[3], cells[4] = cells[4], cells[3]
            else:
                cells[column % len(cells)] = value
            touched.add(row)
    return touched


spoiling = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(0, 7),
        st.one_of(st.sampled_from((*SPOILS, "swap")), st.text("ab1-. ", max_size=3)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 8), spoiling, st.integers(0, 8), spoiling)
def test_whatever_is_spoilt_no_row_is_lost_and_untouched_rows_stay_as_given(
    sites: int, site_spoils: list[tuple[int, int, str]], events: int, event_spoils: list[tuple[int, int, str]]
) -> None:
    site_rows, event_rows = (
        [site(number) for number in range(sites)],
        [incident(number) for number in range(events)],
    )
    touched = {"sites": spoilt(site_rows, site_spoils), "incidents": spoilt(event_rows, event_spoils)}
    given_rows = {"sites": site_rows, "incidents": event_rows}
    text = {
        name: "\n".join([",".join(columns), *(",".join(row) for row in given_rows[name])]) + "\n"
        for name, columns in (("sites", SITE_COLUMNS), ("incidents", INCIDENT_COLUMNS))
    }
    with tempfile.TemporaryDirectory() as folder:
        area, queries = read_area(study(Path(folder), LONDON, **text))
    assert_no_row_is_lost(area, queries)
    for name, rows in given_rows.items():
        assert queries.counts[name].rows_in == len(rows)
        # A touched row may have taken the identifier of a later, untouched one, which is then the repeat.
        taken = {rows[number][0].strip() for number in touched[name]}
        kept = {row[0]: row for row in area.table(name).iter_rows()}
        for number in set(range(len(rows))) - touched[name]:
            if rows[number][0] not in taken:
                assert rows[number][2 if name == "sites" else 1] in kept[rows[number][0]]
                assert not [
                    each for each in told(queries) if each["file"] == name and each["row"] == number + 2
                ]


# --- tables and columns ------------------------------------------------------------------------------------------


def test_a_header_alone_is_a_note_and_not_an_error(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites=SITES, incidents="incident_id,service_id,received_at\n"))
    assert area.table("incidents").height == 0
    assert queries.counts["incidents"].as_json() == {"in": 0, "as_given": 0, "changed": 0, "set_aside": 0}
    assert queries.notes == ("incidents has a header and no rows",)
    assert told(queries) == []
    assert not area.has("incidents")


def test_a_missing_column_is_named_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(
        Refusal, match="sites, row 1: the column service_id is missing; did you mean 'service'"
    ):
        read_area(study(tmp_path, sites="site_id,service,name\nF1,fire,A\n"))


def test_an_unknown_column_is_noted_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites="site_id,service_id,name,floor_area\nF1,fire,A,100\n"))
    query = only_query(queries)
    assert (query["file"], query["row"], query["column"]) == ("sites", 1, "floor_area")
    assert "did you mean 'floor_area_m2'" in query["problem"]
    assert query["action"] == "the column is not used"
    assert queries.counts["sites"].as_given == 1
    assert area.table("sites")["floor_area_m2"].to_list() == [None]


PERSONAL = (
    "surname",
    "Surname",
    "SURNAME",
    "first_name",
    "First Name",
    "firstname",
    "last-name",
    "forename",
    "Forenames",
    "given name",
    "full_name",
    "caller_name",
    "CallerName",
    "Patient name",
    "victimName",
    "officer_name",
    "nhs_number",
    "NHS number",
    "NHS no.",
    "nhsNumber",
    "patient_nhs_no",
    "NHS",
    "telephone",
    "Telephone number",
    "telephone_no",
    "phone",
    "caller phone",
    "contactPhoneNumber",
    "phone_2",
    "tel",
    "tel_no",
    "mobile",
    "Mobile No",
    "dob",
    "D.O.B.",
    "DOB",
    "patient_dob",
    "date_of_birth",
    "Date of Birth",
    "DateOfBirth",
    "birth_date",
    "birthdate",
)
NOT_PERSONAL = (
    "name",
    "site_name",
    "station name",
    "street_name",
    "hotel",
    "automobile",
    "mobile_units",
    "phone_calls",
    "hostel",
    "adobe",
    "telephony",
    "date",
    "month_of_birth_rate",
    "category",
    "filename",
    "nhs_trust",
)


@pytest.mark.parametrize("column", PERSONAL)
def test_a_column_that_looks_like_a_person_is_refused(column: str) -> None:
    assert looks_personal(column)


@pytest.mark.parametrize("column", NOT_PERSONAL)
def test_a_column_about_places_and_things_is_not_refused(column: str) -> None:
    assert not looks_personal(column)


def test_a_study_with_a_personal_column_is_not_read(tmp_path: Path) -> None:
    text = incidents(
        "I1,fire,2025-01-01 10:00,Smith", columns="incident_id,service_id,received_at,caller_name"
    )
    with pytest.raises(
        Refusal, match="incidents, row 1, column caller_name: looks like personal data"
    ) as refused:
        read_area(study(tmp_path, incidents=text))
    assert "Smith" not in str(refused.value)


def test_the_name_of_a_site_is_not_the_name_of_a_person(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites=SITES))
    assert area.table("sites")["name"].to_list() == ["Fire station"]
    assert told(queries) == []


# --- rows --------------------------------------------------------------------------------------------------------


def test_the_second_row_of_an_identifier_is_set_aside(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites=SITES + "F1,fire,Another\nF2,fire,Third\n"))
    assert area.table("sites")["name"].to_list() == ["Fire station", "Third"]
    query = only_query(queries)
    assert (query["row"], query["column"], query["action"]) == (3, "site_id", "the row is set aside")
    assert "'F1'" in query["problem"]


def test_identifiers_of_two_columns_are_the_same_only_if_both_are(tmp_path: Path) -> None:
    area, queries = read(
        study(
            tmp_path,
            units="unit_id,service_id\nU1,fire\nU2,fire\n",
            incidents=incidents("I1,fire,2025-01-01 10:00"),
            attendances="incident_id,unit_id\nI1,U1\nI1,U2\nI1,U1\n",
        )
    )
    assert area.table("attendances")["unit_id"].to_list() == ["U1", "U2"]
    assert only_query(queries)["row"] == 4


def test_an_incident_of_an_undeclared_service_is_set_aside_and_the_services_are_listed(
    tmp_path: Path,
) -> None:
    area, queries = read(
        study(tmp_path, incidents=incidents("I1,fire,2025-01-01 10:00", "I2,coastguard,2025-01-01 10:00"))
    )
    assert area.table("incidents")["incident_id"].to_list() == ["I1"]
    query = only_query(queries)
    assert (query["row"], query["column"], query["action"]) == (3, "service_id", "the row is set aside")
    assert "'coastguard'" in query["problem"]
    assert "fire" in query["problem"]
    assert "police" in query["problem"]


def test_a_service_of_an_unknown_kind_is_set_aside(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, services=SERVICES + "sea,coastguard,Coastguard\n", sites=SITES))
    assert area.services == ("police", "fire")
    assert {each["row"] for each in told(queries)} == {4}


def test_a_reference_to_nothing_is_left_out_and_the_row_kept(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites=SITES, units="unit_id,service_id,site_id\nU1,fire,F9\n"))
    assert area.table("units").select("unit_id", "site_id").rows() == [("U1", None)]
    assert (only_query(queries)["column"], only_query(queries)["action"]) == (
        "site_id",
        "the value is left out",
    )


def test_a_call_to_a_room_that_is_not_there_is_queried(tmp_path: Path) -> None:
    rooms = "room_id,service_id,name\nR1,fire,Room\n"
    calls = "call_id,service_id,room_id\nC1,fire,R1\nC2,fire,R2\n"
    area, queries = read(study(tmp_path, sites=SITES, control_rooms=rooms, calls=calls))
    assert area.table("calls")["room_id"].to_list() == ["R1", None]
    assert only_query(queries)["row"] == 3


def test_negative_money_is_left_out_and_absent_is_not_zero(tmp_path: Path) -> None:
    text = "site_id,service_id,name,running_cost_gbp\nF1,fire,A,-5\nF2,fire,B,\nF3,fire,C,0\n"
    area, queries = read(study(tmp_path, sites=text))
    assert area.table("sites")["running_cost_gbp"].to_list() == [None, None, 0.0]
    query = only_query(queries)
    assert (query["row"], query["column"], query["problem"]) == (2, "running_cost_gbp", "less than 0: '-5.0'")


def test_a_row_without_what_it_needs_is_set_aside_once_whatever_else_is_wrong_with_it(tmp_path: Path) -> None:
    text = "site_id,service_id,name,bays\n,nobody,,many\nF1,fire,A,2\n"
    area, queries = read(study(tmp_path, sites=text))
    assert area.table("sites")["site_id"].to_list() == ["F1"]
    assert queries.counts["sites"].as_json() == {"in": 2, "as_given": 1, "changed": 0, "set_aside": 1}
    assert {each["row"] for each in told(queries)} == {2}


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("bays", "two", "not a whole number: 'two'"),
        ("bays", "2.5", "not a whole number: '2.5'"),
        ("floor_area_m2", "1,200", "not a number: '1,200'"),
        ("floor_area_m2", "500 m2", "not a number: '500 m2'"),
        ("floor_area_m2", "NaN", "not a number: 'NaN'"),
        ("lease_break_on", "31/03/2030", "not a date such as 2025-03-31: '31/03/2030'"),
        ("lease_break_on", "2025-02-31", "not a date such as 2025-03-31: '2025-02-31'"),
        ("tenure", "owned", "not one of freehold, leasehold, licence, pfi, other: 'owned'"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_and_quoted(
    tmp_path: Path, column: str, value: str, problem: str
) -> None:
    area, queries = read(study(tmp_path, sites=f'site_id,service_id,name,{column}\nF1,fire,A,"{value}"\n'))
    assert area.table("sites")[column].to_list() == [None]
    assert only_query(queries)["problem"] == problem
    assert queries.counts["sites"].changed == 1


def test_a_time_of_day_is_on_the_clock(tmp_path: Path) -> None:
    shifts = "shift_id,unit_id,weekday,starts_at,ends_at\nA,U1,1,07:00,19:00:00\nB,U1,2,24:00,07:00\nC,U1,8,7am,07:00\n"
    area, queries = read(study(tmp_path, sites=SITES, units="unit_id,service_id\nU1,fire\n", shifts=shifts))
    assert area.table("shifts").select("shift_id", "starts_at", "ends_at").rows() == [("A", "07:00", "19:00")]
    assert {each["row"] for each in told(queries)} == {3, 4}


def test_steps_of_an_attendance_in_an_impossible_order_are_left_out(tmp_path: Path) -> None:
    area, queries = read(
        study(
            tmp_path,
            units="unit_id,service_id\nU1,fire\nU2,fire\n",
            incidents=incidents("I1,fire,2025-01-01 10:00", "I2,fire,2025-01-01 10:00"),
            attendances="incident_id,unit_id,mobilised_at,arrived_at,left_at\n"
            "I1,U1,2025-01-01 10:02,2025-01-01 10:01,2025-01-01 10:30\n"
            "I2,U1,2025-01-01 09:59,2025-01-01 10:08,2025-01-01 10:30\n"
            "I2,U2,2025-01-01 10:01,2025-01-01 10:08,2025-01-01 10:08\n",
        )
    )
    found = [(each["row"], each["column"], each["action"]) for each in told(queries)]
    assert found == [(2, "arrived_at", "the time is left out"), (3, "mobilised_at", "the time is left out")]
    table = area.table("attendances")
    assert table["arrived_at"].null_count() == 1
    assert table["mobilised_at"].null_count() == 1
    assert table["left_at"].null_count() == 0


def test_incidents_outside_the_period_are_set_aside(tmp_path: Path) -> None:
    area, queries = read(
        study(
            tmp_path,
            LONDON + "period = [2025-01-01, 2025-01-31]\n",
            incidents=incidents(
                "I1,fire,2024-12-31 23:59:59",
                "I2,fire,2025-01-01 00:00:00",
                "I3,fire,2025-01-31 23:59:59",
                "I4,fire,2025-02-01 00:00:00",
                "I5,fire,",
            ),
        )
    )
    assert area.table("incidents")["incident_id"].to_list() == ["I2", "I3", "I5"]
    assert [each["row"] for each in told(queries)] == [2, 5]


def test_a_tolerance_for_a_service_that_is_not_there_is_refused_with_the_right_name(tmp_path: Path) -> None:
    toml = LONDON + "[study.tolerances.fier]\nminutes = 1\nrecorded_on = 2025-01-01\n"
    with pytest.raises(Refusal, match=r"study\.toml: \[study\.tolerances\.fier\].*did you mean 'fire'"):
        read_area(study(tmp_path, toml))


@pytest.mark.parametrize("limit", ["capital_gbp_a_year_of", "options_at_once_of"])
def test_a_limit_for_a_partner_that_is_not_there_is_refused_with_the_right_name(
    tmp_path: Path, limit: str
) -> None:
    toml = LONDON + f"[roadmap.{limit}]\nfier = 3\n"
    with pytest.raises(Refusal, match=rf"study\.toml: \[roadmap\.{limit}\.fier\].*did you mean 'fire'"):
        read_area(study(tmp_path, toml))


# --- text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+44", "-x", "@here", "=HYPERLINK(1)", "<script>", "{{x}}", "Ynys Môn 🚒"]
)
def test_text_that_looks_like_something_else_is_text(tmp_path: Path, text: str) -> None:
    area, queries = read(study(tmp_path, sites=f"site_id,service_id,name\nF1,fire,{text}\n"))
    assert area.table("sites")["name"].to_list() == [text]
    assert told(queries) == []


def test_characters_that_cannot_be_shown_are_left_out_with_a_query(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites="site_id,service_id,name\nF1,fire,A\0B\x1b[31m\nF2,fire,\0\n"))
    assert area.table("sites")["name"].to_list() == ["AB[31m"]
    assert {(each["row"], each["action"]) for each in told(queries)} == {
        (2, "the characters are left out"),
        (3, "the characters are left out"),
        (3, "the value is left out"),
        (3, "the row is set aside"),
    }
    assert not any("\0" in each["problem"] or "\x1b" in each["problem"] for each in told(queries))


def test_a_very_long_value_is_kept_and_is_quoted_short(tmp_path: Path) -> None:
    long = "x" * 300_000
    area, queries = read(
        study(
            tmp_path,
            sites=f"site_id,service_id,name,tenure\nF1,fire,{long},{long}\nF2,{long},B,\nF1,fire,C,\n",
        )
    )
    assert area.table("sites")["name"].to_list() == [long]
    assert len(told(queries)) == 3
    assert all(len(each["problem"]) < 200 for each in told(queries))


def test_spaces_round_a_value_are_no_part_of_it(tmp_path: Path) -> None:
    area, queries = read(study(tmp_path, sites='site_id,service_id,name,bays\n F1 , fire ," A ", 2 \n'))
    assert area.table("sites").select("site_id", "service_id", "name", "bays").rows() == [
        ("F1", "fire", "A", 2)
    ]
    assert told(queries) == []


def test_reading_changes_nothing_in_the_study_and_the_order_of_rows_changes_no_count(tmp_path: Path) -> None:
    rows = [
        f"I{number},{('fire', 'nobody', 'police')[number % 3]},2025-01-{number % 40:02} 10:00"
        for number in range(60)
    ]
    folder = study(tmp_path, incidents=incidents(*rows))
    before = everything(folder)
    _, queries = read(folder)
    assert everything(folder) == before
    random.Random(1).shuffle(rows)
    _, shuffled = read(study(folder, incidents=incidents(*rows)))
    assert shuffled.counts == queries.counts
    assert sorted(shuffled.frame["problem"]) == sorted(queries.frame["problem"])
