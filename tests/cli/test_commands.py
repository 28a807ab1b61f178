"""Every command ends with a status that a script can trust, and never with a traceback."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.area.shared_data import ROOT
from tests.area.studies import LONDON, everything, incidents, study
from tests.cli.running import Ran, run, started
from tests.small import littleton

LITTLETON = ROOT / "examples" / "littleton"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow the machine, no progress stands beside an answer.
    monkeypatch.setattr("joinedup.cli.progress._QUIET_SECONDS", 600.0)


ASKING = ("check", "crossover", "overlap", "options", "appraise")
"""Commands that read a study and write nothing."""


def refused(ran: Ran, *words: str, status: int = 1) -> None:
    """Hold a refusal to its manner: one line on the error stream, nothing on the other."""
    assert ran.status == status, ran
    assert ran.out == ""
    assert ran.err.startswith("joinedup: ")
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


# --- statuses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("check",),
        ("check", "a", "b"),
        ("report", "x"),
        ("read", "x"),
        ("new", "x", "--workbok"),
    ],
)
def test_wrong_use_ends_with_2_and_says_how_to_get_help(arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert "Usage: joinedup" in ran.out + ran.err


def test_help_ends_with_0_and_names_every_command() -> None:
    ran = run("--help")
    assert ran.status == 0
    for command in (*ASKING, "new", "read", "report", "demo"):
        assert command in ran.out
        assert run(command, "--help").status == 0


@pytest.mark.parametrize("command", [*ASKING, "report"])
def test_a_path_that_is_not_a_study_ends_with_1(tmp_path: Path, command: str) -> None:
    more = ("--out", tmp_path / "out") if command == "report" else ()
    refused(run(command, tmp_path, *more), "not a study", "joinedup new")
    refused(run(command, tmp_path / "nowhere", *more), "no such folder", "joinedup new")
    assert everything(tmp_path) == {}
    assert not (tmp_path / "out").exists()


BAD_STUDIES: list[tuple[str, dict[str, str | bytes], str]] = [
    (LONDON + "sed = 1\n", {}, "did you mean 'seed'"),
    ('[study]\nname = "x"\nzone = "Europe/Londn"\n', {}, "is not a time zone"),
    ("[study\n", {}, "cannot be read as TOML"),
    (LONDON, {"sites": ""}, "the file is empty"),
    (LONDON, {"sites": "site_id,service,name\n"}, "did you mean 'service'"),
    (LONDON, {"sites": "site_id,service_id,name\nS1,fire,A,more\n"}, "row 2"),
    (LONDON, {"sites": b"site_id,service_id,name\nS1,fire,Caf\xe9\n"}, "line 2"),
    (LONDON, {"sites": "site_id,service_id,name,surname\n"}, "looks like personal data"),
    (LONDON, {"services": "service_id,kind\nfire,fire\n"}, "the column name is missing"),
]


@pytest.mark.parametrize("command", ["check", "report"])
@pytest.mark.parametrize(("toml", "tables", "words"), BAD_STUDIES, ids=[words for *_, words in BAD_STUDIES])
def test_input_that_stops_a_command_ends_with_1_in_one_line(
    tmp_path: Path, command: str, toml: str, tables: dict[str, str | bytes], words: str
) -> None:
    folder = study(tmp_path / "study", toml, **tables)
    before = everything(folder)
    more = ("--out", tmp_path / "out") if command == "report" else ()
    refused(run(command, folder, *more), words)
    refused(run(command, folder, *more, "--json"), words)
    assert everything(folder) == before
    assert not (tmp_path / "out").exists()


QUERIED: dict[str, str] = {
    "duplicate": incidents("I1,fire,2025-01-01 10:00", "I1,fire,2025-01-01 10:00"),
    "undeclared service": incidents("I1,coastguard,2025-01-01 10:00"),
    "swapped": incidents("I1,fire,-0.1,51.5", columns="incident_id,service_id,latitude,longitude"),
    "impossible time": incidents("I1,fire,2025-02-31 10:00"),
    "unknown column": incidents("I1,fire,x", columns="incident_id,service_id,prioritee"),
    "formula": incidents("I1,fire,=1+1", columns="incident_id,service_id,category"),
    "nul": incidents("I1,fire,A\0", columns="incident_id,service_id,category"),
    "long": incidents(f"I1,fire,{'x' * 200_000}", columns="incident_id,service_id,category"),
    "nothing": "incident_id,service_id\n",
}


@pytest.mark.parametrize("what", QUERIED)
def test_input_that_can_be_queried_stops_no_command(tmp_path: Path, what: str) -> None:
    folder = study(tmp_path / "study", incidents=QUERIED[what])
    for command in ASKING:
        assert run(command, folder).status == 0, command
        ran = run(command, folder, "--json")
        assert ran.status == 0, command
        assert json.loads(ran.out) is not None
        assert ran.err == ""
    assert run("report", folder, "--out", tmp_path / "out").status == 0


def test_a_blank_study_passes_through_every_command(tmp_path: Path) -> None:
    assert run("new", tmp_path / "study").status == 0
    for command in ASKING:
        assert run(command, tmp_path / "study").status == 0, command
        assert run(command, tmp_path / "study", "--json").json is not None, command
    ran = run("check", tmp_path / "study")
    assert "No queries." in ran.out
    assert "incidents has a header and no rows" in ran.out
    assert run("report", tmp_path / "study", "--out", tmp_path / "out").status == 0


def test_a_folder_that_holds_something_is_not_made_a_study_and_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear")
    for arguments in (("new", tmp_path), ("new", tmp_path, "--workbook"), ("new", tmp_path / "letters")):
        refused(run(*arguments), "something here already", status=3)
    refused(run("report", LITTLETON, "--out", tmp_path), "did not make", status=3)
    assert everything(tmp_path) == {"letters": b"dear"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_to_write_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    refused(run("new", tmp_path / "locked" / "study"), "no permission", status=3)


def test_an_unexpected_refusal_of_the_system_is_one_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder / "tables"))

    monkeypatch.setattr(Path, "iterdir", refuse)
    refused(run("check", folder), "tables: Permission denied")


# --- JSON ------------------------------------------------------------------------------------------------------------

# Source: DESIGN.md §6.
CHECK_KEYS = {"queries", "counts"}
QUERY_KEYS = {"file", "row", "column", "problem", "action"}
COUNT_KEYS = {"in", "as_given", "changed", "set_aside"}
CROSSOVER_KEYS = {"window", "services", "pairs", "events", "concentration"}
PAIR_KEYS = {"services", "observed_pairs", "chance_pairs", "estimate", "low", "high", "share_of", "requested"}
PAIR_KEYS |= {"jointly_attended", "same_place_and_hour", "unplaced"}
OPTION_KEYS = {"id", "kind", "title", "partners", "joins", "exists"}


def printed(*arguments: object) -> Any:
    ran = run(*arguments, "--json")
    assert ran.status == 0
    assert ran.err == ""

    def no_nan(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(ran.out, parse_constant=no_nan)


def test_check_prints_queries_and_counts(tmp_path: Path) -> None:
    found = printed("check", study(tmp_path, incidents=QUERIED["duplicate"]))
    assert set(found) >= CHECK_KEYS
    (query,) = found["queries"]
    assert set(query) == QUERY_KEYS
    assert (query["file"], query["row"], query["column"]) == ("incidents", 3, "incident_id")
    assert set(found["counts"]["incidents"]) == COUNT_KEYS
    assert found["counts"]["incidents"] == {"in": 2, "as_given": 1, "changed": 0, "set_aside": 1}


def test_crossover_prints_what_scripts_rely_on() -> None:
    found = printed("crossover", LITTLETON)
    assert set(found) >= CROSSOVER_KEYS
    assert found["window"] == {"metres": 500, "minutes": 30}
    assert set(found["services"]) == {"police", "fire", "ambulance"}
    for service in found["services"].values():
        assert set(service) >= {"kind", "incidents", "usable"}
    assert len(found["pairs"]) == 3
    for pair in found["pairs"]:
        assert set(pair) >= PAIR_KEYS
        assert set(pair["share_of"]) == set(pair["services"])
    window = printed("crossover", LITTLETON, "--metres", "250", "--minutes", "15")["window"]
    assert window == {"metres": 250, "minutes": 15}


def test_crossover_shows_growth_and_sensitivity_when_asked() -> None:
    found = printed("crossover", LITTLETON, "--growth", "--sensitivity")
    windows = [(each["metres"], each["minutes"]) for each in found["growth"][0]["windows"]]
    assert windows == [(250, 15), (250, 30), (500, 30), (500, 60), (1000, 60), (1000, 120)]
    assert {each["setting"] for each in found["sensitivity"]} >= {"neighbourhood", "strata", "search"}
    usual = {tuple(pair["services"]): pair["estimate"] for pair in found["pairs"]}
    for each in found["sensitivity"]:
        for row in each["estimates"]:
            assert row["estimate"] == pytest.approx(usual[tuple(row["services"])], abs=3)
    assert "growth" not in printed("crossover", LITTLETON)


def test_crossover_prints_its_object_even_when_nothing_can_be_linked(tmp_path: Path) -> None:
    found = printed("crossover", study(tmp_path))
    assert set(found) >= CROSSOVER_KEYS | {"note"}
    for pair in found["pairs"]:
        assert pair["estimate"] is None


def test_options_prints_a_list_of_what_is_not_there_yet() -> None:
    found = printed("options", LITTLETON)
    assert {each["id"] for each in found} == {each.option.id for each in littleton().assessment.options}
    for option in found:
        assert set(option) >= OPTION_KEYS
        assert option["exists"] is False


def test_the_other_commands_print_json_too(tmp_path: Path) -> None:
    assert set(printed("overlap", LITTLETON)) == {
        "travel",
        "pairs",
        "courses",
        "contracts",
        "posts",
        "unmatched",
    }
    assert set(printed("new", tmp_path / "new")) == {"files"}
    page = printed("report", study(tmp_path / "small"), "--out", tmp_path / "out")["page"]
    assert Path(page).is_file()


MAPPING = """
[source]
title = "Calls"
zone = "Europe/London"
[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"
[[tables]]
table = "incidents"
[tables.columns]
incident_id = [{ column = "ID" }]
service_id = [{ constant = "fire" }]
"""


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "calls.toml").write_text(MAPPING)
    (tmp_path / "calls.csv").write_text("ID\n1\n2\n")
    return tmp_path / "calls.toml", tmp_path / "calls.csv"


def test_read_prints_rows_and_queries_and_says_what_it_replaced(
    tmp_path: Path, source: tuple[Path, Path]
) -> None:
    found = printed("read", *source, "--into", tmp_path / "study")
    assert found["rows"] == {"incidents": 2}
    assert found["replaced"] == {"incidents": 0}
    assert set(found) >= CHECK_KEYS
    ran = run("read", *source, "--into", tmp_path / "study")
    assert "incidents has 2 rows; 2 of them were read before and replaced" in ran.out


def test_read_refuses_what_is_not_there(tmp_path: Path, source: tuple[Path, Path]) -> None:
    refused(run("read", "nothing", source[1], "--into", tmp_path / "s"), "source 'nothing' is not known")
    refused(run("read", tmp_path / "no.toml", source[1], "--into", tmp_path / "s"), "no such file")
    refused(run("read", source[0], tmp_path / "no.csv", "--into", tmp_path / "s"), "no such file")
    refused(run("read", *source, "--into", tmp_path), "not a study and not empty", status=3)
    assert not (tmp_path / "s").exists()


# --- a disk that refuses -------------------------------------------------------------------------------------------


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "write_bytes"])
def test_a_full_disk_leaves_everything_as_it_was_and_ends_with_3(
    tmp_path: Path, source: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    folder = tmp_path / "study"
    assert run("read", *source, "--into", folder).status == 0
    assert run("report", folder, "--out", tmp_path / "out").status == 0
    source[1].write_text("ID\n3\n")
    before = everything(tmp_path)
    if call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
        refused(run("read", *source, "--into", folder), "the disk is full; nothing was changed", status=3)
        refused(run("read", *source, "--into", tmp_path / "new"), "the disk is full", status=3)
        refused(run("new", tmp_path / "new"), "the disk is full", status=3)
        refused(run("new", tmp_path / "new", "--workbook"), "the disk is full", status=3)
    else:
        monkeypatch.setattr(Path, "write_bytes", full)
        refused(run("report", folder, "--out", tmp_path / "out"), "the disk is full", status=3)
        refused(run("report", folder, "--out", tmp_path / "new"), "the disk is full", status=3)
    assert everything(tmp_path) == before
    assert not (tmp_path / "new").exists()


# --- a process of its own ------------------------------------------------------------------------------------------


def test_python_m_joinedup_is_the_same_command(tmp_path: Path) -> None:
    ran = started("check", tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"joinedup: {tmp_path}")
    ran = started("new", "study", "--json", cwd=tmp_path)
    assert ran.status == 0
    assert (tmp_path / "study" / "study.toml").is_file()
    assert ran.json["files"]


@pytest.mark.slow
def test_the_demo_writes_littleton_s_report_where_it_stands_and_nothing_else(tmp_path: Path) -> None:
    ran = started("demo", cwd=tmp_path)
    assert ran.status == 0
    assert ran.out.rstrip().endswith(str(Path("out", "littleton", "index.html")))
    assert {path.split("/")[:2][1] for path in everything(tmp_path)} == {"littleton"}
    assert (tmp_path / "out" / "littleton" / "index.html").is_file()
