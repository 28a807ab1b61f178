"""The command that asks once whether courses that look alike are one topic, and does not ask again (§1.3)."""

from pathlib import Path

import pytest

from tests.cli.running import run


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "tables").mkdir(parents=True)
    (folder / "study.toml").write_text('[study]\nname = "Two"\nzone = "Europe/London"\n', "utf-8")
    (folder / "tables" / "services.csv").write_text(
        "service_id,kind,name\npolice,police,Police\nfire,fire,Fire\n", "utf-8"
    )
    (folder / "tables" / "sites.csv").write_text(
        "site_id,service_id,kind,name\nS1,police,station,Police station\n", "utf-8"
    )
    (folder / "tables" / "courses.csv").write_text(
        "course_id,service_id,topic\nPL,police,Leadership for first managers\nFL,fire,First line leadership\n",
        "utf-8",
    )
    return folder


def test_courses_that_look_alike_are_asked_about_until_somebody_says_so(study: Path) -> None:
    (asked,) = run("topics", study, "--json").json
    assert (asked["course_id"], asked["course_id_2"]) == ("FL", "PL")
    listed = run("topics", study)
    assert listed.status == 0
    assert f"joinedup topics {study} --same FL PL" in listed.out
    assert run("topics", study, "--same", "FL", "PL", "--json").json == []
    assert (study / "tables" / "topics.csv").read_text("utf-8") == "course_id,course_id_2,same\nFL,PL,yes\n"
    assert run("check", study).status == 0
    assert "No two courses look alike" in run("topics", study).out
    run("topics", study, "--apart", "PL", "FL")
    assert (study / "tables" / "topics.csv").read_text("utf-8") == "course_id,course_id_2,same\nPL,FL,no\n"


def test_a_course_that_there_is_none_of_stops_it_in_one_line(study: Path) -> None:
    refused = run("topics", study, "--same", "FL", "XX")
    assert refused.status == 1
    assert refused.err == "joinedup: courses: no course is called 'XX'; name two by their course_id\n"
    assert not (study / "tables" / "topics.csv").exists()
