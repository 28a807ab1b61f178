"""The schemas are Frictionless Table Schema and hold every name that other people's scripts rely on."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from joinedup.area.schema import KEYS, TABLES, descriptor, empty_table, schema
from joinedup.disclosure import Sensitivity

# Source: DESIGN.md §5, "Names that other people's scripts rely on".
RELIED_ON = {
    "services": "service_id kind name",
    "incidents": "incident_id service_id received_at latitude longitude easting northing place_precision category "
    "priority other_service_requested received_month",
    "attendances": "incident_id unit_id need mobilised_at responding_at arrived_at left_at hospital_at available_at",
    "sites": "site_id service_id kind name latitude longitude easting northing floor_area_m2 running_cost_gbp tenure "
    "bays",
    "units": "unit_id service_id kind site_id crew",
    "demand_counts": "service_id area weekday hour category count",
    "collaborations": "kind partners sites legal_basis idea_on agreed_on live_on ended_on promised_gbp_a_year "
    "actual_gbp_a_year exit_cost_gbp status",
}
ALL_TABLES = (
    "services sites units shifts priorities standby_points incidents attendances predetermined_attendances calls "
    "demand_counts control_rooms posts courses "
    "course_runs topics assets contracts budgets bodies collaborations unlocks funding"
)

# Source: specs.frictionlessdata.io/table-schema: the types, and which constraints each may bear.
NUMBERS = {"integer", "number", "date", "datetime", "time", "yearmonth"}
TYPES = NUMBERS | {"string", "boolean"}
TABLE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["fields", "primaryKey", "missingValues"],
    "properties": {
        "fields": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "type", "description", "sensitivity"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                    "type": {"enum": sorted(TYPES)},
                    "format": {"type": "string"},
                    "title": {"type": "string"},
                    "description": {"type": "string", "pattern": r"^[A-Z0-9].*\.$"},
                    "unit": {"type": "string"},
                    "default": {"type": "string"},
                    "sensitivity": {"enum": [each.value for each in Sensitivity]},
                    "constraints": {
                        "type": "object",
                        "properties": {
                            "required": {"type": "boolean"},
                            "unique": {"type": "boolean"},
                            "minimum": {"type": ["number", "string"]},
                            "maximum": {"type": ["number", "string"]},
                            "pattern": {"type": "string"},
                            "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
                        },
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "missingValues": {"const": [""]},
        "primaryKey": {"type": "array", "items": {"type": "string"}},
        "foreignKeys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["fields", "reference"],
                "properties": {
                    "fields": {"type": "string"},
                    "reference": {
                        "type": "object",
                        "required": ["resource", "fields"],
                        "properties": {"resource": {"type": "string"}, "fields": {"type": "string"}},
                    },
                },
            },
        },
    },
}


def given(table: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(descriptor(table))
    return content


def test_every_table_of_the_design_has_a_schema() -> None:
    assert sorted(TABLES) == sorted(ALL_TABLES.split())


@pytest.mark.parametrize("table", TABLES)
def test_a_schema_is_a_table_schema(table: str) -> None:
    shape = {**TABLE_SCHEMA, "required": ["fields", "missingValues"]}
    jsonschema.validate(given(table), shape)
    names = [field["name"] for field in given(table)["fields"]]
    assert len(names) == len(set(names))
    assert given(table)["name"] == table


@pytest.mark.parametrize("table", TABLES)
def test_bounds_stand_on_numbers_and_patterns_and_defaults_on_text(table: str) -> None:
    for field in given(table)["fields"]:
        constraints = field.get("constraints", {})
        if {"minimum", "maximum"} & set(constraints):
            assert field["type"] in NUMBERS, field["name"]
            assert constraints.get("minimum", -1e9) < constraints.get("maximum", 1e9), field["name"]
        if "pattern" in constraints or "enum" in constraints or "default" in field:
            assert field["type"] == "string", field["name"]
        if "enum" in constraints and "default" in field:
            assert field["default"] in constraints["enum"], field["name"]
        if constraints.get("required"):
            assert "default" not in field, field["name"]


@pytest.mark.parametrize("table", TABLES)
def test_a_key_is_of_columns_that_are_always_given(table: str) -> None:
    content = given(table)
    fields = {field["name"]: field for field in content["fields"]}
    for name in content.get("primaryKey", []):
        assert fields[name]["constraints"]["required"], name


@pytest.mark.parametrize("table", TABLES)
def test_a_reference_leads_to_the_identifier_of_a_table_that_is_read_before(table: str) -> None:
    content = given(table)
    names = [field["name"] for field in content["fields"]]
    for reference in content.get("foreignKeys", []):
        other = reference["reference"]["resource"]
        assert reference["fields"] in names
        assert given(other)["primaryKey"] == [reference["reference"]["fields"]]
        assert TABLES.index(other) < TABLES.index(table), f"{table} is read before {other}"


@pytest.mark.parametrize(("table", "names"), RELIED_ON.items())
def test_the_names_that_scripts_rely_on_are_there(table: str, names: str) -> None:
    assert set(names.split()) <= set(schema(table).columns)


def test_the_words_that_scripts_rely_on_are_there() -> None:
    assert schema("services")["kind"].enum == ("police", "fire", "ambulance", "other")
    assert schema("incidents")["place_precision"].enum == ("exact", "50m", "100m", "snapped", "area")


def test_place_and_time_of_an_incident_are_personal_and_a_site_value_is_commercial() -> None:
    for name in ("received_at", "latitude", "longitude", "easting", "northing"):
        assert schema("incidents")[name].sensitivity is Sensitivity.PERSONAL
    for name in ("mobilised_at", "responding_at", "arrived_at", "left_at", "hospital_at", "available_at"):
        assert schema("attendances")[name].sensitivity is Sensitivity.PERSONAL
    assert schema("sites")["value_gbp"].sensitivity is Sensitivity.COMMERCIAL


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_absent_has_all_its_columns_and_no_row(table: str) -> None:
    empty = empty_table(table, "Europe/London")
    assert empty.height == 0
    assert set(schema(table).columns) <= set(empty.columns)


def test_an_identifier_of_one_column_can_be_looked_up() -> None:
    assert KEYS["incidents"] == "incident_id"
    assert "attendances" not in KEYS
    assert "collaborations" not in KEYS
