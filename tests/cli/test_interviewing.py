"""`joinedup interviews`: from a table of transcripts to quotes that may leave, and back to nothing (§6.1, §8.2)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from joinedup.cli.interviewing import PASSPHRASE as VARIABLE
from joinedup.evidence import vault as vaults
from joinedup.evidence.store import FILE, Store, databases
from joinedup.evidence.vault import Vault
from tests.cli.running import run
from tests.cli.test_commands import refused
from tests.evidence.store.interviewed import PASSPHRASE, files_with, lay, transcript

if TYPE_CHECKING:
    from pathlib import Path

SAYS = "We would rather share a roof than lose the station"
SAID = {
    "one": [("Q", "And a roof?"), ("A1", f"{SAYS}. Ring me on 07700 900123.")],
    "two": [("B1", "I share a desk already, near SW1A 1AA."), ("B2", "I do not.")],
}
SPEAKERS = {"one": {"A1": "Jo Wren"}, "two": {"B1": "Pat Quill", "B2": "Sam Tern"}}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joinedup.cli.progress._QUIET_SECONDS", 600.0)
    monkeypatch.setattr(vaults, "_WORK", 4)
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "synchronous = OFF"))
    monkeypatch.setenv(VARIABLE, PASSPHRASE)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    study = tmp_path / "study"
    (study / "interviews").mkdir(parents=True)
    (study / "study.toml").write_text(
        '[study]\nname = "Northshire"\nzone = "Europe/London"\n[evidence]\ngroup = 3\nquotes_a_person = 1\n'
    )
    table = "interview_id,file,held_on,speaker,label,position,service,area,consent,name\n"
    for interview, said in SAID.items():
        text = "".join(f"{who}: {words}\n" for who, words in said)
        (study / "interviews" / f"{interview}.txt").write_text(text, "utf-8")
        for label, name in SPEAKERS[interview].items():
            table += f"{interview},{interview}.txt,2026-02-03,{label.lower()},{label},watch manager,fire,north,quote,{name}\n"
    (study / "interviews" / "interviews.csv").write_text(table, "utf-8")
    return study


def take(study: Path) -> None:
    ran = run("interviews", "take", study, study / "interviews" / "interviews.csv", "--who", "ida")
    assert ran.status == 0, ran


def test_from_taking_in_to_a_quote_that_may_leave(study: Path) -> None:
    ran = run("interviews", "take", study, study / "interviews" / "interviews.csv", "--who", "ida", "--json")
    assert (ran.status, ran.json["new"], ran.json["again"]) == (0, ["one", "two"], [])
    assert files_with(study / "..", "Jo Wren") == ["study/interviews/interviews.csv"]
    waiting = run("interviews", "propose", study, "--json").json["proposals"]
    assert {each["words"] for each in waiting} == {"07700 900123", "SW1A 1AA"}
    (telephone,) = [each for each in waiting if each["kind"] == "telephone number"]
    assert telephone["before"].endswith("Ring me on ")
    ran = run("interviews", "decide", study, "accept", telephone["number"], "--who", "ida", "--json")
    assert ran.json == {"decision": "accept", "decided": 1, "open": 1}
    ran = run("interviews", "decide", study, "refuse", "--kind", "postcode", "--who", "ida", "--json")
    assert ran.json == {"decision": "refuse", "decided": 1, "open": 0}
    with Store.open(study / FILE) as store:
        assert "[telephone number]" in store.coded().interview["one"].text
        lay(store, transcript("one", [("Q", "And a roof?"), ("A1", SAYS)]), SAYS, "p1")
    ran = run("interviews", "quote", study, "p1", "--approve", "ida", "--json")
    assert ran.json == {"passage": "p1", "released": False}
    assert run("interviews", "quotes", study, "--json").json == {"quotes": []}
    refused(run("interviews", "quote", study, "p1", "--approve", "ida"), "somebody else's")
    assert run("interviews", "quote", study, "p1", "--approve", "bo", "--json").json["released"]
    (quote,) = run("interviews", "quotes", study, "--json").json["quotes"]
    assert (quote["words"], quote["position"], quote["approved_by"]) == (SAYS, "watch manager", ["ida", "bo"])
    assert "a1" not in run("interviews", "quotes", study).out


def test_what_people_are_shown_says_what_to_do_next(study: Path) -> None:
    ran = run("interviews", "take", study, study / "interviews" / "interviews.csv", "--who", "ida")
    assert "2 interviews are new" in ran.out
    assert f"joinedup interviews propose {study}" in ran.out
    ran = run("interviews", "propose", study, "--kind", "postcode")
    assert "»SW1A 1AA«" in ran.out
    assert "07700" not in ran.out
    assert "joinedup interviews decide" in ran.out
    ran = run("interviews", "list", study)
    assert "a1: watch manager, fire, north (quote)" in ran.out
    assert "Wren" not in ran.out
    assert (
        "1 proposals accepted; 1 wait"
        in run("interviews", "decide", study, "accept", "--kind", "postcode").out
    )
    assert (
        "1 proposals refused; 0 wait"
        in run("interviews", "decide", study, "refuse", "--kind", "telephone number").out
    )
    assert "Nothing waits for a decision." in run("interviews", "propose", study).out
    # The names in the table are in the vault as well; taking the same in again changes nothing.
    assert (
        "0 interviews are new, 2 were here"
        in run("interviews", "take", study, study / "interviews" / "interviews.csv").out
    )


def test_one_of_a_group_withdraws_then_a_whole_interview(study: Path) -> None:
    take(study)
    ran = run("interviews", "withdraw", study, "--speaker", "b1", "--who", "ida", "--json")
    assert (ran.json["interview"], ran.json["speaker"]) == ("two", "b1")
    assert files_with(study, "share a desk") == []
    assert files_with(study, "Pat Quill") == []
    ran = run("interviews", "withdraw", study, "--interview", "one", "--who", "ida")
    assert "The interview one is gone from this study" in ran.out
    assert "backups" in ran.out
    assert files_with(study, "share a roof") == []
    listed = run("interviews", "list", study, "--json").json
    assert [(each["id"], each["withdrawn"]) for each in listed["interviews"]] == [
        ("one", True),
        ("two", False),
    ]
    assert listed["erasures_waiting_for_the_vault"] == 0
    refused(run("interviews", "withdraw", study, "--interview", "one"), "the interview 'one' was withdrawn")


@pytest.mark.parametrize(
    "arguments",
    [
        ("withdraw", "DIR"),
        ("withdraw", "DIR", "--speaker", "a", "--interview", "b"),
        ("decide", "DIR", "accept"),
        ("decide", "DIR", "accept", "1", "--kind", "postcode"),
        ("decide", "DIR", "perhaps", "1"),
        ("quote", "DIR", "p1"),
    ],
)
def test_wrong_use_ends_with_2(study: Path, arguments: tuple[str, ...]) -> None:
    ran = run("interviews", *(study if each == "DIR" else each for each in arguments))
    assert ran.status == 2


def test_a_passphrase_is_asked_of_nobody_who_cannot_answer(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    ran = run("interviews", "take", study, study / "interviews" / "interviews.csv")
    refused(ran, "nobody can be asked for the passphrase here", VARIABLE)
    assert not (study / FILE).exists()


def test_a_new_passphrase_is_typed_twice_and_hidden(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take(study)
    given = iter(
        [
            "gravel window saddle moth",
            "gravel window saddle mop",
            "gravel window saddle moth",
            "gravel window saddle moth",
        ]
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(given))
    refused(run("interviews", "passphrase", study), "the two passphrases differ; nothing was changed")
    assert run("interviews", "passphrase", study).status == 0
    assert Vault.open(study / vaults.FILE, "gravel window saddle moth").interviews == ("one", "two")
    refused(
        run("interviews", "withdraw", study, "--speaker", "a1"), "this passphrase does not open the vault"
    )


def test_a_withdrawal_that_the_vault_has_not_heard_of_is_finished(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(study)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("joinedup.evidence.store.withdrawing.erase_from_vault", stop)
        assert run("interviews", "withdraw", study, "--speaker", "a1").status == 130
    assert "The vault still holds the words of 1 withdrawals" in run("interviews", "list", study).out
    assert run("interviews", "settle", study, "--json").json == {"erased": 1}
    assert "one" not in Vault.open(study / vaults.FILE, PASSPHRASE).interviews


def test_studies_without_a_store_or_vault_are_told_what_to_do(study: Path) -> None:
    for command in ("list", "propose", "quotes", "settle"):
        refused(
            run("interviews", command, study), "this study has no evidence store", "joinedup interviews take"
        )
    take(study)
    (study / vaults.FILE).unlink()
    refused(run("interviews", "withdraw", study, "--speaker", "a1"), "this study has no vault; put it back")


def test_somebody_else_writing_is_one_clear_message(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take(study)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(study / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(
            run("interviews", "decide", study, "accept", "--kind", "postcode"),
            "somebody else is using the evidence store",
        )
