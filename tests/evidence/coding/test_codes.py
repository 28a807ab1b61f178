"""Codes are made, renamed, put elsewhere, merged and split without losing a passage or a memo (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import coding
from joinedup.evidence.codebook import starting_codebook
from joinedup.evidence.passages import Code, Family
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import CODES, cite, offer, opened, started, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as empty:
        yield started(empty)


def code(transaction: Session, name: str) -> Code:
    return next(each for each in coding.codes(transaction) if each.id == name)


def test_the_codebook_comes_back_as_it_was_made(transaction: Session) -> None:
    more = [each for each in starting_codebook() if each.id != "trust"]
    coding.make(transaction, "ann", more)
    assert set(coding.codes(transaction)) == {*CODES, *more}
    assert [each.id for each in coding.codes(transaction)] == sorted(
        each.id for each in coding.codes(transaction)
    )


def test_a_code_keeps_its_passages_when_it_is_renamed_and_described(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    coding.rename(transaction, "ann", "trust", "Trust at every level")
    coding.describe(
        transaction, "ann", Code("trust", "ignored", parent="law", definition="Relies on the other's word")
    )
    assert code(transaction, "trust") == Code(
        "trust", "Trust at every level", definition="Relies on the other's word"
    )
    assert [each.id for each in coding.passages(transaction)] == [laid]


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (Code("trust", "Again"), "code 'trust', code_id: stands already"),
        (Code("new", " "), "code 'new', name: is empty"),
        (Code("new", "New", parent="none"), "code 'new', parent: there is no code 'none'"),
        (Code("new", "New", family=Family.BARRIER), "code 'new', lifters: a barrier needs"),
    ],
)
def test_a_code_that_cannot_be_is_refused(transaction: Session, new: Code, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        coding.make(transaction, "ann", [new])
    coding.lay(transaction, "ann", "roof", "I1", 0, 9)
    with pytest.raises(Refusal, match=says):
        coding.split(transaction, "ann", "roof", [each.id for each in coding.passages(transaction)], new)


def test_parents_never_go_in_a_circle(transaction: Session) -> None:
    with pytest.raises(Refusal, match=r"goes in a circle \(data under law under data\)"):
        coding.put_under(transaction, "ann", "law", "data")
    coding.put_under(transaction, "ann", "data", "")
    coding.put_under(transaction, "ann", "law", "data")
    assert (code(transaction, "law").parent, code(transaction, "data").parent) == ("data", "")


def test_a_code_is_removed_only_when_it_is_empty(transaction: Session) -> None:
    with pytest.raises(Refusal, match=r"has others under it \(data\)"):
        coding.remove_code(transaction, "ann", "law")
    laid = coding.lay(transaction, "ann", "data", "I1", 0, 9)
    with pytest.raises(Refusal, match="has 1 passages; merge it"):
        coding.remove_code(transaction, "ann", "data")
    coding.remove(transaction, "ann", [laid])
    coding.refuse(transaction, "ann", offer(transaction, "data", "I1", 20, 30))
    offer(transaction, "data", "I1", 40, 50)
    before = state(transaction)
    coding.remove_code(transaction, "ann", "data")
    coding.remove_code(transaction, "ann", "law")
    assert [each.id for each in coding.codes(transaction)] == ["roof", "trust"]
    assert coding.decided(transaction) == ()
    coding.undo(transaction, "ann")
    coding.undo(transaction, "ann")
    assert state(transaction) == before


def test_merging_moves_passages_and_folds_what_says_the_same_with_all_memos(transaction: Session) -> None:
    kept = coding.lay(transaction, "ann", "law", "I1", 0, 9, memo="one")
    coding.lay(transaction, "ann", "data", "I1", 0, 9, memo="two")
    others = [
        coding.lay(transaction, "ben", "data", "I1", 0, 9, memo="three"),
        coding.lay(transaction, "ann", "data", "I1", 0, 9, round=2),
        coding.lay(transaction, "ann", "data", "I1", 0, 10),
        coding.lay(transaction, "ann", "data", "I2", 0, 9),
    ]
    coding.merge(transaction, "ann", "data", "law")
    found = {each.id: each for each in coding.passages(transaction)}
    assert set(found) == {kept, *others}
    assert {each.code for each in found.values()} == {"law"}
    assert found[kept].memo == "one\ntwo"
    assert [each.id for each in coding.codes(transaction)] == ["law", "roof", "trust"]


def test_a_passage_that_a_statement_rests_on_is_never_folded_away(transaction: Session) -> None:
    first = coding.lay(transaction, "ann", "trust", "I1", 0, 9, memo="one")
    cited = coding.lay(transaction, "ann", "roof", "I1", 0, 9, memo="two")
    cite(transaction, cited)
    coding.merge(transaction, "ann", "roof", "trust")
    (left,) = coding.passages(transaction)
    assert (left.id, left.code, left.memo) == (cited, "trust", "two\none")
    coding.undo(transaction, "ann")
    cite(transaction, first)
    coding.merge(transaction, "ann", "roof", "trust")
    assert {each.id for each in coding.passages(transaction)} == {first, cited}


def test_what_a_person_laid_by_hand_stays_so_in_a_merging(transaction: Session) -> None:
    coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    coding.accept(transaction, "ann", offer(transaction, "roof", "I1", 0, 9))
    coding.accept(transaction, "ann", offer(transaction, "roof", "I1", 20, 29))
    coding.merge(transaction, "ann", "roof", "trust")
    assert [(each.start, each.suggested) for each in coding.passages(transaction)] == [(0, False), (20, True)]
    assert [(each.code, each.accepted) for each in coding.decided(transaction)] == [("trust", 2)]


def test_a_refusal_is_remembered_through_a_merging_and_gives_way_to_an_acceptance(
    transaction: Session,
) -> None:
    for name, decide in (("roof", coding.accept), ("trust", coding.refuse)):
        decide(transaction, "ann", offer(transaction, name, "I1", 0, 9))
    coding.refuse(transaction, "ann", offer(transaction, "roof", "I1", 20, 29))
    before = state(transaction)
    coding.merge(transaction, "ann", "roof", "trust")
    (left,) = coding.decided(transaction)
    assert (left.code, left.waiting, left.accepted, left.refused) == ("trust", 0, 1, 1)
    coding.undo(transaction, "ann")
    assert state(transaction) == before


def test_a_code_may_be_merged_into_one_that_stands_far_under_it(transaction: Session) -> None:
    coding.make(
        transaction, "ann", [Code("deep", "Deep", parent="data"), Code("deeper", "Deeper", parent="deep")]
    )
    before = state(transaction)
    coding.merge(transaction, "ann", "law", "deep")
    assert {each.id: each.parent for each in coding.codes(transaction)} == {
        "data": "deep",
        "deep": "",
        "deeper": "deep",
        "roof": "",
        "trust": "",
    }
    coding.undo(transaction, "ann")
    assert state(transaction) == before
    with pytest.raises(Refusal, match="cannot be merged into itself"):
        coding.merge(transaction, "ann", "law", "law")


def test_splitting_moves_only_the_passages_that_were_chosen(transaction: Session) -> None:
    laid = [coding.lay(transaction, "ann", "trust", "I1", at, at + 5, memo=str(at)) for at in (0, 10, 20)]
    elsewhere = coding.lay(transaction, "ann", "roof", "I1", 0, 5)
    with pytest.raises(Refusal, match=f"no passage '{elsewhere}' of 'trust'"):
        coding.split(transaction, "ann", "trust", [laid[0], elsewhere], Code("chiefs", "Trust of chiefs"))
    with pytest.raises(Refusal, match="no passage of 'trust' was chosen"):
        coding.split(transaction, "ann", "trust", [], Code("chiefs", "Trust of chiefs"))
    coding.split(
        transaction, "ann", "trust", [laid[2], laid[0]], Code("chiefs", "Trust of chiefs", parent="trust")
    )
    assert [
        (each.id, each.code, each.memo) for each in coding.passages(transaction) if each.id != elsewhere
    ] == [
        (laid[0], "chiefs", "0"),
        (laid[1], "trust", "10"),
        (laid[2], "chiefs", "20"),
    ]
