"""study.toml: only a name and a zone are needed, and a mistake is named with the right key."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from joinedup.area.settings import OwnTravel, quoted, read_settings, settings_from
from joinedup.refusal import Refusal

NAMED = '[study]\nname = "Test"\nzone = "Europe/London"\n'


def written(folder: Path, content: str | bytes) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    (folder / "study.toml").write_bytes(raw)
    return folder


def test_a_name_and_a_zone_are_enough(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, NAMED))
    assert (settings.name, settings.zone, settings.period, settings.overlap_only) == (
        "Test",
        "Europe/London",
        None,
        False,
    )


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, b"\xef\xbb\xbf" + NAMED.encode())).name == "Test"


def test_everything_that_the_design_names_is_read(tmp_path: Path) -> None:
    text = (
        NAMED
        + """
nation = "England"
period = [2025-04-01, 2026-03-31]
grid = "local"
price_base = "2025/26"
standards = "england-2025-26"
partners = ["police", "fire"]
seed = 7
overlap_only = true

[study.tolerances.fire]
minutes = 0.5
recorded_on = 2025-01-20
"""
    )
    settings = read_settings(written(tmp_path, text))
    assert settings.period == (date(2025, 4, 1), date(2026, 3, 31))
    assert settings.partners == ("police", "fire")
    assert settings.seed == 7
    assert settings.overlap_only
    assert settings.tolerances["fire"].minutes == 0.5
    assert settings.tolerances["fire"].recorded_on == date(2025, 1, 20)
    assert settings.tolerances["fire"].answering_seconds is None
    assert not settings.on_national_grid


@pytest.mark.parametrize(
    ("zone", "grid", "national"),
    [
        ("Europe/London", "", True),
        ("Europe/London", "local", False),
        ("America/New_York", "", False),
        ("UTC", "british-national-grid", True),
    ],
)
def test_the_national_grid_is_for_britain_unless_the_study_says_otherwise(
    zone: str, grid: str, national: bool
) -> None:
    settings = settings_from({"study": {"name": "x", "zone": zone, "grid": grid}}, "study.toml")
    assert settings.on_national_grid is national


def test_the_files_of_travel_lie_beside_study_toml(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, NAMED)).travel == OwnTravel()
    read = read_settings(written(tmp_path, NAMED + '[travel]\nroads = "roads.osm.pbf"'))
    assert read.travel == OwnTravel(roads=tmp_path / "roads.osm.pbf")
    read = read_settings(written(tmp_path, NAMED + '[travel]\nmatrix = "m.csv"\nplaces = "wards.csv"'))
    assert read.travel == OwnTravel(matrix=tmp_path / "m.csv", places=tmp_path / "wards.csv")


WRONG = [
    (NAMED + '[travel]\nroad = "x.osm"', "unknown key 'road' under [travel]; did you mean 'roads'"),
    (NAMED + "[travel]\nroads = 5", "'roads' under [travel] must be the name of a file in quotes, not 5"),
    (NAMED + '[travel]\nroads = "a"\nmatrix = "b"', "both roads and a matrix; keep the one"),
    (NAMED + '[travel]\nplaces = "a"', "names places but no matrix"),
    (NAMED + '[study.travel]\nroads = "a"', "write [travel], not [study.travel]"),
    ('travel = "x"\n' + NAMED, "'travel' must be a heading"),
    (NAMED + '[travels]\nroads = "a"', "did you mean 'travel'"),
    ("", "[study] is missing"),
    ("study = 5", "must be a heading"),
    ('[studdy]\nname = "x"', "'studdy'"),
    ('name = "x"\nzone = "UTC"', "under a line that says [study]"),
    (NAMED + "[stduy]\na = 1", "did you mean 'study'"),
    (NAMED + "[tolerances.fire]\nminutes = 1", "[study.tolerances]"),
    (NAMED + 'nations = "England"', "did you mean 'nation'"),
    (NAMED + "tolerance = 1", "did you mean 'tolerances'"),
    (NAMED + "sed = 1", "did you mean 'seed'"),
    ('[study]\nzone = "UTC"', "'name'"),
    ('[study]\nname = " "\nzone = "UTC"', "'name'"),
    ('[study]\nname = 5\nzone = "UTC"', "'name'"),
    ('[study]\nname = "x"', "'zone'"),
    ('[study]\nname = "x"\nzone = "Europe/Londn"', "'Europe/Londn' is not a time zone"),
    ('[study]\nname = "x"\nzone = "Europe"', "is not a time zone"),
    ('[study]\nname = "x"\nzone = "../../etc/passwd"', "is not a time zone"),
    ('[study]\nname = "x"\nzone = "localtime"', "is not a time zone"),
    (NAMED + "period = 2025", "'period'"),
    (NAMED + "period = [2025-02-01]", "'period'"),
    (NAMED + "period = [2025-02-01, 2025-01-01]", "'period'"),
    (NAMED + 'period = ["2025-01-01", "2025-02-01"]', "'period'"),
    (NAMED + "period = [2025-01-01T00:00:00, 2025-02-01T00:00:00]", "'period'"),
    (NAMED + 'grid = "utm"', "'utm'"),
    (NAMED + 'seed = "one"', "'seed'"),
    (NAMED + "seed = true", "'seed'"),
    (NAMED + "overlap_only = 1", "'overlap_only'"),
    (NAMED + "nation = 5", "'nation'"),
    (NAMED + 'partners = "fire"', "'partners'"),
    (NAMED + "tolerances = 3", "'tolerances'"),
    (NAMED + "tolerances.fire = 3", "tolerances.fire"),
    (NAMED + "[study.tolerances.fire]\nminutes = 1", "recorded_on"),
    (NAMED + "[study.tolerances.fire]\nminutes = -1\nrecorded_on = 2025-01-01", "0 or more"),
    (NAMED + "[study.tolerances.fire]\nminutes = nan\nrecorded_on = 2025-01-01", "0 or more"),
    (NAMED + "[study.tolerances.fire]\nminutes = inf\nrecorded_on = 2025-01-01", "0 or more"),
    (
        NAMED + "[study.tolerances.fire]\nminutes = 1\nrecorded_on = 2025-01-01\nseconds = 9",
        "answering_seconds",
    ),
    (
        NAMED + "[study.tolerances.fire]\nminutes = 1\nrecorded_on = 2025-01-01\nanswering_seconds = -1",
        "answering_seconds must be a number of 0 or more",
    ),
    (NAMED + '[study.tolerances.fire]\nminutes = "1"\nrecorded_on = 2025-01-01', "0 or more"),
    (NAMED + '[study.tolerances.fire]\nminutes = 1\nrecorded_on = "soon"', "recorded_on"),
    (NAMED + 'price_base = "25/26"', "not a financial year"),
    ("[study\n", "cannot be read as TOML"),
    (b'[study]\nname = "Caf\xe9"\n', "not UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), WRONG, ids=[str(content)[-40:] for content, _ in WRONG])
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(written(tmp_path, content))
    assert str(refused.value).startswith(str(tmp_path / "study.toml"))
    assert words in str(refused.value)
    assert refused.value.exit_status == 1


def test_a_folder_that_is_not_a_study_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no study\.toml.*joinedup new"):
        read_settings(tmp_path)
    with pytest.raises(Refusal, match=r"no such folder.*joinedup new"):
        read_settings(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="is a file, not a study"):
        read_settings(tmp_path / "file")


@pytest.mark.parametrize(
    "name", ['The "Wash"', "back\\slash", "Ynys Môn", "tab\there", "line\nbreak", "\x7f"]
)
def test_any_name_of_a_folder_can_be_written_as_toml(name: str) -> None:
    read = tomllib.loads(f"name = {quoted(name)}")["name"]
    assert read == name.replace("\x7f", "")


def test_the_limits_of_a_roadmap_are_read() -> None:
    own = {"years": 3, "capital_gbp_a_year": 1e6, "options_at_once_of": {"fire": 2}}
    given = {"study": {"name": "A", "zone": "UTC"}, "roadmap": own}
    limits = settings_from(given, "study.toml").roadmap
    assert (limits.years, limits.capital_gbp_a_year, limits.options_at_once) == (3, 1e6, None)
    assert limits.options_at_once_of == {"fire": 2}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"years": 11}, "'years' under \\[roadmap\\] must be a whole number from 1 to 10"),
        ({"year": 3}, "unknown key 'year' under \\[roadmap\\]; did you mean 'years'"),
        ({"capital_gbp_a_year": "1m"}, "must be an amount in pounds"),
        ({"capital_gbp_a_year_of": {"fire": -1}}, "'fire' under \\[roadmap\\] must be an amount"),
        ({"chance_of_loss": 5}, "must be a share from 0 to 1"),
        ({"options_at_once_of": 2}, "write the options at once of each partner under"),
        (
            {"options_at_once_of": {"fire": 0}},
            "'fire' under \\[roadmap.options_at_once_of\\] must be a whole number",
        ),
        ({"options_at_once_of": {"fire": True}}, "must be a whole number from 1 to 1000, not True"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(Refusal, match=says):
        settings_from({"study": {"name": "A", "zone": "UTC"}, "roadmap": given}, "study.toml")


def test_how_a_study_codes_and_quotes_is_read() -> None:
    given = {
        "study": {"name": "A", "zone": "UTC"},
        "evidence": {"approach": "reflexive", "group": 8, "quotes_a_person": 1},
    }
    own = settings_from(given, "study.toml").evidence
    assert (own.approach, own.group, own.quotes_a_person) == ("reflexive", 8, 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"aproach": "reflexive"}, "unknown key 'aproach' under \\[evidence\\]; did you mean 'approach'"),
        ({"approach": "thematic"}, "approach 'thematic' under \\[evidence\\] is not known"),
        ({"group": 1}, "'group' under \\[evidence\\] must be a whole number from 3"),
        ({"quotes_a_person": True}, "'quotes_a_person' under \\[evidence\\] must be a whole number"),
        ("reflexive", "'evidence' must be a heading"),
    ],
)
def test_a_rule_of_evidence_that_cannot_be_kept_is_refused(given: object, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        settings_from({"study": {"name": "A", "zone": "UTC"}, "evidence": given}, "study.toml")


AGREED = {
    "money": 100,
    "response": 60,
    "people": 0,
    "agreed_by": "the joint board",
    "agreed_on": date(2025, 1, 20),
}


def test_weights_that_were_agreed_are_read_with_who_agreed_them_and_when() -> None:
    named = {"study": {"name": "A", "zone": "UTC"}}
    weights = settings_from({**named, "weights": AGREED}, "study.toml").weights
    assert weights is not None
    assert (weights.money, weights.response, weights.people) == (100, 60, 0)
    assert (weights.agreed_by, weights.agreed_on) == ("the joint board", date(2025, 1, 20))
    assert settings_from(named, "study.toml").weights is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({**AGREED, "mony": 1}, "unknown key 'mony' under \\[weights\\]; did you mean 'money'"),
        ({**AGREED, "response": -1}, "'response' under \\[weights\\] must be points, 0 or more, not -1"),
        ({**AGREED, "people": True}, "'people' under \\[weights\\] must be points"),
        ({**AGREED, "money": float("nan")}, "'money' under \\[weights\\] must be points"),
        ({**AGREED, "money": 0, "response": 0}, "the points under \\[weights\\] are all 0"),
        ({**AGREED, "agreed_by": " "}, "'agreed_by' under \\[weights\\] must say in quotes who"),
        ({**AGREED, "agreed_on": "March"}, "'agreed_on' under \\[weights\\] must be a date"),
        ({"money": 1, "response": 1, "people": 1}, "'agreed_by' under \\[weights\\] is missing"),
        ({}, "'money' under \\[weights\\] is missing; it needs money, response, people"),
        (100, "'weights' must be a heading"),
    ],
)
def test_weights_that_nobody_can_have_agreed_are_refused(given: object, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        settings_from({"study": {"name": "A", "zone": "UTC"}, "weights": given}, "study.toml")
