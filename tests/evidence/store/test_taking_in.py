"""Taking interviews in: once, whole, the vault first, and what the table says anew (§6.1, §8.2)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from joinedup.evidence.passages import Approach, Consent
from joinedup.evidence.store import FILE, ProposalRow, RedactionRow, SpeakerRow, Store, databases
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import Clock, files_with, lay, sha256, speaker, store_in, transcript

if TYPE_CHECKING:
    from pathlib import Path

ONE = transcript(
    "one", [("", "Who helped?"), ("a1", "Jo Wren did, on 07700 900123, every day.")], names={"a1": "Sam Tern"}
)
TWO = transcript("two", [("b1", "It was slow 🚒 at first."), ("b2", "Sam Tern said so.")])


def test_what_was_taken_in_is_there_as_it_was_said(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    taken = store.take_in([ONE, TWO], vault, "ida")
    assert taken.new == ("one", "two")
    coded = store.coded(Approach.REFLEXIVE)
    assert coded.approach is Approach.REFLEXIVE
    assert [each.id for each in coded.interviews] == ["one", "two"]
    for given, held in zip((ONE, TWO), coded.interviews, strict=True):
        assert held.text == given.text
        assert held.turns == given.turns
        assert held.speakers == given.speakers
        assert held.sha256 == sha256(given.original)
        assert held.held_on == given.held_on
        assert vault.kept(given.id).original == given.original


def test_recognisers_propose_and_know_the_names_in_the_vault_but_change_nothing(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    taken = store.take_in([ONE, TWO], vault, "ida")
    found = {(each.interview, each.words) for each in store.open_proposals()}
    assert ("one", "07700 900123") in found
    assert ("two", "Sam Tern") in found
    assert len(found) == taken.proposals
    assert store.coded().interview["one"].text == ONE.text


def test_taking_the_same_in_again_changes_no_row(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE, TWO], vault, "ida")
    before, log, kept = store.coded(), store.log_lines(), vault.path.read_bytes()
    taken = store.take_in([TWO, ONE], vault, "ida")
    assert (taken.new, taken.again, taken.corrected) == ((), ("two", "one"), ())
    assert store.coded() == before
    assert store.log_lines() == log
    assert vault.path.read_bytes() == kept


def test_other_bytes_under_an_id_that_is_held_are_refused_and_nothing_of_the_rest_is_taken(
    tmp_path: Path,
) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    other = transcript("one", [("a1", "I never said that.")])
    with pytest.raises(
        Refusal, match="the interview 'one' was taken in from a file with other contents; give the new"
    ):
        store.take_in([TWO, other], vault, "ida")
    assert [each.id for each in store.coded().interviews] == ["one"]
    assert vault.interviews == ("one",)


def test_a_speaker_belongs_to_one_interview(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    with pytest.raises(Refusal, match="the speaker 'a1' is held as one of the interview 'one'"):
        store.take_in([transcript("three", [("a1", "Me again.")])], vault, "ida")


def test_what_the_table_says_anew_of_consent_is_taken_over_and_logged(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([TWO], vault, "ida")
    narrower = transcript(
        "two",
        [("b1", "It was slow 🚒 at first."), ("b2", "Sam Tern said so.")],
        [speaker("b1"), speaker("b2", Consent.AGGREGATE)],
    )
    assert store.take_in([narrower], vault, "ida").corrected == ("two",)
    assert store.coded().interview["two"].speakers[1].consent is Consent.AGGREGATE
    assert vault.consents["b2"] == "aggregate only"
    assert store.log_lines()[-1].about == {"corrected": ["two"], "new": []}


def test_who_withdrew_before_is_never_held(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    group = transcript(
        "two",
        [("b1", "Mine stays."), ("b2", "Mine is confidential.")],
        [speaker("b1"), speaker("b2", Consent.WITHDRAWN)],
    )
    alone = transcript("three", [], [speaker("c1", Consent.WITHDRAWN)])
    taken = store.take_in([group, alone], vault, "ida")
    assert (taken.new, taken.left_out_new) == (("two",), ("three",))
    assert files_with(tmp_path, "confidential") == []
    assert "[withdrawn]" in store.coded().interview["two"].text
    assert store.coded().interview["three"].withdrawn
    assert [each.id for each in store.coded().interview["two"].speakers] == ["b1"]
    assert store.take_in([alone], vault, "ida").left_out == ("three",)


def test_one_whom_the_table_now_calls_withdrawn_is_withdrawn(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([TWO], vault, "ida")
    again = transcript(
        "two",
        [("b1", "It was slow 🚒 at first."), ("b2", "Sam Tern said so.")],
        [speaker("b1", Consent.WITHDRAWN), speaker("b2")],
    )
    assert store.take_in([again], vault, "ida").to_withdraw == ("b1",)
    assert files_with(tmp_path, "slow") == []
    assert "Sam Tern said so." in store.coded().interview["two"].text


def test_positions_of_passages_and_turns_follow_redactions_back_and_forth(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE, TWO], vault, "ida")
    lay(store, ONE, "every day", "after")
    lay(store, ONE, "Jo Wren did, on 07700 900123", "around")
    telephone = next(each for each in store.open_proposals() if each.words == "07700 900123")
    before = store.coded()
    assert store.accept([telephone.number], "ida") == 1
    coded = store.coded()
    assert coded.interview["one"].text == ONE.text.replace("07700 900123", "[telephone number]")
    assert coded.words(coded.passages[0]) == "every day"
    assert coded.words(coded.passages[1]) == "Jo Wren did, on [telephone number]"
    assert coded.speaker(coded.passages[0]) == ONE.speakers[0]
    assert files_with(tmp_path, "07700 900123") == []
    with store.reading() as transaction:
        row = transaction.scalars(select(RedactionRow)).one()
        assert row.decided_by == "ida"
        number = row.id
    store.undo_redaction(number, vault, "ida")
    assert store.coded() == before
    assert telephone in store.open_proposals()


def test_what_was_refused_stays_and_is_not_asked_again(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    numbers = [each.number for each in store.open_proposals()]
    assert store.refuse(numbers, "ida") == len(numbers)
    assert store.open_proposals() == ()
    with pytest.raises(Refusal, match="was refused by ida already"):
        store.accept(numbers[:1], "bo")
    with pytest.raises(Refusal, match="there is no proposal 999"):
        store.refuse([999], "bo")


def test_a_decision_on_several_is_all_or_none(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE, TWO], vault, "ida")
    held = store.open_proposals()
    with pytest.raises(Refusal, match="there is no proposal 999"):
        store.accept([*(each.number for each in held), 999], "ida")
    assert store.open_proposals() == held
    with store.reading() as transaction:
        assert {each.decision for each in transaction.scalars(select(ProposalRow))} == {""}


def test_a_second_writer_is_told_to_wait_and_readers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.05)
    other = Store.open(tmp_path / FILE, Clock())
    with store.transaction() as transaction:
        transaction.get_one(SpeakerRow, "a1").area = "Southshire"
        transaction.flush()
        with pytest.raises(
            Refusal, match="somebody else is using the evidence store; wait until they have finished"
        ):
            other.note("bo", "exported", {})
        assert other.coded().interview["one"].speakers[0].area == "Northshire"
    assert other.coded().interview["one"].speakers[0].area == "Southshire"


def test_a_session_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")

    def fail() -> None:
        with store.transaction() as transaction:
            transaction.get_one(SpeakerRow, "a1").area = "Southshire"
            transaction.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.coded().interview["one"].speakers[0].area == "Northshire"


def test_files_that_are_no_store_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        Refusal, match="this study has no evidence store; 'joinedup interviews take' makes one"
    ):
        Store.open(tmp_path / FILE)
    (tmp_path / FILE).write_bytes(b"no database at all" * 400)
    with pytest.raises(Refusal, match="is no evidence store, or a damaged one"):
        Store.open(tmp_path / FILE)
    with pytest.raises(Refusal, match="there is an evidence store already"):
        Store.make(tmp_path / FILE)
    (tmp_path / FILE).unlink()
    plain = sqlite3.connect(tmp_path / FILE)
    plain.execute("CREATE TABLE other (id INTEGER)")
    plain.close()
    with pytest.raises(Refusal, match="is a database, but no evidence store"):
        Store.open(tmp_path / FILE)


def test_foreign_keys_and_secure_deletion_are_on(tmp_path: Path) -> None:
    store, _ = store_in(tmp_path)
    with store.reading() as transaction:
        for pragma, value in (
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("temp_store", 2),
            ("journal_mode", "wal"),
        ):
            assert transaction.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
