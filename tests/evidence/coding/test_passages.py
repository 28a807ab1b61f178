"""Laying, moving, noting and removing passages (§6.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import coding
from joinedup.evidence.passages import Coder, Passage
from joinedup.evidence.store.coded import ChangeRow
from joinedup.evidence.store.heard import InterviewRow
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import LENGTH, opened, started, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as empty:
        yield started(empty)


def test_passages_may_overlap_nest_and_reach_both_ends(transaction: Session) -> None:
    for start, end in ((0, LENGTH), (10, 20), (15, 30), (10, 11), (LENGTH - 1, LENGTH)):
        coding.lay(transaction, "ann", "trust", "I1", start, end)
    assert [(each.start, each.end) for each in coding.passages(transaction)] == [
        (0, 100),
        (10, 11),
        (10, 20),
        (15, 30),
        (99, 100),
    ]


def test_one_stretch_takes_several_codes_coders_and_rounds(transaction: Session) -> None:
    coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    coding.lay(transaction, "ann", "roof", "I1", 0, 9)
    coding.lay(transaction, "ben", "trust", "I1", 0, 9)
    coding.lay(transaction, "ann", "trust", "I1", 0, 9, round=2, memo="surer now")
    assert len(coding.passages(transaction)) == 4
    with pytest.raises(Refusal, match="ann has laid trust there in round 2 already"):
        coding.lay(transaction, "ann", "trust", "I1", 0, 9, round=2)


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (5, 5, "from 5 to 5: is empty"),
        (6, 5, "is empty"),
        (-1, 5, "is outside I1, which has 100 characters"),
        (0, 101, "is outside I1"),
        (100, 101, "is outside I1"),
    ],
)
def test_a_passage_that_is_empty_or_outside_the_text_is_refused(
    transaction: Session, start: int, end: int, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        coding.lay(transaction, "ann", "trust", "I1", start, end)
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    with pytest.raises(Refusal, match=says):
        coding.move(transaction, "ann", laid, start, end)
    assert [(each.start, each.end) for each in coding.passages(transaction)] == [(0, 9)]


def test_what_is_named_must_be_there(transaction: Session) -> None:
    with pytest.raises(Refusal, match="no code 'truts'; did you mean 'trust'"):
        coding.lay(transaction, "ann", "truts", "I1", 0, 9)
    with pytest.raises(Refusal, match="no interview 'I3'"):
        coding.lay(transaction, "ann", "trust", "I3", 0, 9)
    with pytest.raises(Refusal, match="no coder 'eve'"):
        coding.lay(transaction, "eve", "trust", "I1", 0, 9)
    with pytest.raises(Refusal, match="round 0 is none"):
        coding.lay(transaction, "ann", "trust", "I1", 0, 9, round=0)
    with pytest.raises(Refusal, match="no passage 'passage-9'"):
        coding.move(transaction, "ann", "passage-9", 0, 9)
    with pytest.raises(Refusal, match="no passage"):
        coding.remove(transaction, "ann", [])
    with pytest.raises(Refusal, match="a coder 'ann' already"):
        coding.add_coder(transaction, Coder("ann", "Another"))


def test_nothing_can_be_laid_on_an_interview_that_was_withdrawn(transaction: Session) -> None:
    transaction.get_one(InterviewRow, "I1").withdrawn = True
    with pytest.raises(Refusal, match="no interview 'I1'"):
        coding.lay(transaction, "ann", "trust", "I1", 0, 9)


def test_passages_from_elsewhere_keep_their_ids_and_are_one_change(transaction: Session) -> None:
    before = state(transaction)
    theirs = [
        Passage(f"x{at}", "I2", at, at + 5, "trust", "ben", round=2, memo=f"memo {at}") for at in range(20)
    ]
    coding.lay_all(transaction, "ann", theirs)
    assert coding.passages(transaction) == tuple(theirs)
    with pytest.raises(Refusal, match="passage 'x3': stands already"):
        coding.lay_all(transaction, "ann", [Passage("y", "I1", 0, 3, "trust", "ben"), theirs[3]])
    with pytest.raises(Refusal, match="passage 'y': stands already"):
        coding.lay_all(transaction, "ann", [Passage("y", "I1", at, 9, "trust", "ben") for at in (1, 2)])
    coding.undo(transaction, "ann")
    assert state(transaction) == before


def test_an_id_from_elsewhere_is_not_taken_for_a_new_passage(transaction: Session) -> None:
    number = transaction.query(ChangeRow).count() + 2
    coding.lay_all(transaction, "ann", [Passage(f"passage-{number}", "I2", 0, 5, "trust", "ben")])
    assert coding.lay(transaction, "ann", "trust", "I1", 0, 9) == f"passage-{number}-2"


def test_a_change_that_changes_nothing_leaves_no_row(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9, memo="a memo")
    made = transaction.query(ChangeRow).count()
    coding.note(transaction, "ann", laid, "a memo")
    coding.rename(transaction, "ann", "trust", "Trust")
    coding.lay_all(transaction, "ann", [])
    assert transaction.query(ChangeRow).count() == made


def test_every_change_keeps_the_rows_before_and_after_it_and_no_text(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9, memo="first")
    coding.note(transaction, "ben", laid, "second")
    change = transaction.query(ChangeRow).order_by(ChangeRow.id.desc()).first()
    assert change is not None
    assert (change.coder_id, change.what) == ("ben", f"wrote the memo of {laid}")
    ((before,), (after,)) = (json.loads(side)["passage"] for side in (change.before, change.after))
    assert (before["memo"], after["memo"]) == ("first", "second")
    for each in transaction.query(ChangeRow):
        assert "xxxx" not in each.before + each.after + each.what
