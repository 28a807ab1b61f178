"""Bringing in coding that was done elsewhere: nothing twice, nothing by halves, nothing on what was withdrawn (§6.1, §8.2)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import coding
from joinedup.evidence.codebook import starting_codebook
from joinedup.evidence.exchange import write_codebook, write_project
from joinedup.evidence.passages import (
    Approach,
    Code,
    Coded,
    Coder,
    Consent,
    Family,
    Interview,
    Passage,
    Speaker,
)
from joinedup.evidence.redaction import Positions, Redaction
from joinedup.evidence.store.heard import InterviewRow, RedactionRow
from joinedup.evidence.store.withdrawing import REASON
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import CODES, hear, opened, redact, started, state
from tests.evidence.exchange.foreign import TEXT, project, selections, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from joinedup.evidence.coding import Brought

HEAD = "passage_id,interview_id,start,end,code_id,coder,round,memo,suggested"
ANN, BEN = Coder("ann", "ann"), Coder("ben", "ben")


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as transaction:
        yield started(transaction)


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "passages.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def bring(transaction: Session, path: Path, coder: Coder = ANN, **more: object) -> Brought:
    return coding.bring(transaction, path.parent, path, coder, **more)  # type: ignore[arg-type]


def test_positions_of_the_file_are_of_the_working_text_and_those_of_the_store_of_the_original(
    transaction: Session, tmp_path: Path
) -> None:
    redact(transaction, "I1", 40, 50, "[x]")
    path = table(
        tmp_path,
        "p1,I1,0,40,trust,ann,1,,",
        "p2,I1,43,53,trust,ann,1,,",
        "p3,I1,41,44,law,ann,2,a memo,yes",
    )
    bring(transaction, path)
    before, part, after = coding.passages(transaction)
    assert (before.start, before.end) == (0, 40)
    assert (after.start, after.end) == (50, 60)
    # Of what is hidden a passage takes in all.
    assert (part.start, part.end) == (40, 51)
    assert (part.round, part.memo, part.suggested) == (2, "a memo", True)


def test_what_is_coded_keeps_its_words_whatever_is_redacted_around_it(tmp_path: Path) -> None:
    chance = random.Random(9)
    original = "".join(chance.choice("abcdefg 😀é") for _ in range(300))
    for _ in range(10):
        cuts = sorted(chance.sample(range(300), 6))
        hidden = [
            Redaction(start, end, "[" + "y" * chance.randrange(30) + "]", "name")
            for start, end in zip(cuts[::2], cuts[1::2], strict=True)
        ]
        where = Positions(hidden, 300)
        working = where.text(original)
        rows, words = [], {}
        for number in range(40):
            start = chance.randrange(len(working) - 1)
            end = min(len(working), start + 1 + chance.randrange(20))
            if any(each in working[start:end] for each in "[]y"):
                continue
            rows.append(f"p{number},I9,{start},{end},trust,ann,{number + 1},,")
            words[f"p{number}"] = working[start:end]
        with opened() as transaction:
            hear(started(transaction), "I9", original, ("S9", 0, 300))
            transaction.get_one(InterviewRow, "I9").text = working
            transaction.add_all(
                RedactionRow(
                    interview_id="I9",
                    start=each.start,
                    end=each.end,
                    replacement=each.replacement,
                    reason="name",
                    decided_by="ann",
                )
                for each in hidden
            )
            bring(transaction, table(tmp_path, *rows))
            assert {
                each.id: original[each.start : each.end] for each in coding.passages(transaction)
            } == words


def test_a_file_brought_again_brings_only_what_was_added(transaction: Session, tmp_path: Path) -> None:
    rows = ["p1,I1,0,5,trust,ann,1,,", "p2,I2,3,9,law,ann,1,,"]
    first = bring(transaction, table(tmp_path, *rows))
    assert (first.passages, first.interviews, first.again) == (("p1", "p2"), ("I1", "I2"), 0)
    held = state(transaction)
    again = bring(transaction, table(tmp_path, *rows))
    assert (again.passages, again.again, again.changes) == ((), 2, False)
    assert state(transaction) == held
    # Under other ids they still say the same.
    renamed = bring(
        transaction, table(tmp_path, *(f"other-{each}" for each in rows), "p3,I1,7,9,trust,ann,1,,")
    )
    assert (renamed.passages, renamed.again) == (("p3",), 2)


def test_a_bringing_is_taken_back_and_made_again_whole(transaction: Session, tmp_path: Path) -> None:
    coding.lay(transaction, "ben", "trust", "I1", 0, 5)
    before = state(transaction)
    bring(transaction, table(tmp_path, "p1,I1,0,5,trust,ann,1,,", "p2,I2,3,9,law,ann,1,,"))
    after = state(transaction)
    assert coding.undo(transaction, "ann") == "took in 2 passages"
    assert state(transaction) == before
    coding.redo(transaction, "ann")
    assert state(transaction) == after


def test_passages_of_others_are_left_and_counted(transaction: Session, tmp_path: Path) -> None:
    path = table(
        tmp_path, "p1,I1,0,5,trust,Ann Wren,1,,", "p2,I2,3,9,law,ben,1,,", "p3,I2,3,9,trust,,1,of nobody,"
    )
    brought = bring(transaction, path, called="Ann Wren", round=3)
    assert (brought.passages, brought.others) == (("p1", "p3"), (("ben", 1),))
    assert {(each.coder, each.round) for each in coding.passages(transaction)} == {("ann", 3)}
    with pytest.raises(Refusal, match=r"nothing that 'bem' laid; did you mean 'ben'\?; say with --from"):
        bring(transaction, table(tmp_path, "p2,I2,3,9,law,ben,1,,"), Coder("bem", "bem"))


def test_a_table_without_coders_is_whose_it_is_said_to_be(transaction: Session, tmp_path: Path) -> None:
    path = table(tmp_path, "p1,I1,0,5,trust", head="passage_id,interview_id,start,end,code_id")
    brought = bring(transaction, path, Coder("cat", "Third"))
    assert (brought.new_coder, [each.coder for each in coding.passages(transaction)]) == (True, ["cat"])
    with pytest.raises(Refusal, match="there is a coder 'cat' already, called 'Third'"):
        bring(transaction, path, Coder("cat", "Somebody else"))


def test_rows_that_say_the_same_become_one_with_all_memos(transaction: Session, tmp_path: Path) -> None:
    path = table(
        tmp_path, "p1,I1,0,5,trust,ann,1,one,yes", "p2,I1,0,5,trust,ann,1,two,no", "p3,I1,0,5,trust,ann,2,,"
    )
    assert bring(transaction, path).again == 1
    first, second = coding.passages(transaction)
    assert (first.id, first.memo, first.suggested) == ("p1", "one\ntwo", False)
    assert second.round == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "p9,I1x,0,5,trust,ann,1,,",
            r"row 3, column interview_id: 'I1x' is not known; did you mean 'I1'\?",
        ),
        ("p9,I1,0,5,trusd,ann,1,,", r"row 3, column code_id: 'trusd' is not known; did you mean 'trust'\?"),
        ("p9,I1,95,101,trust,ann,1,,", "row 3, column end: 101 lies past the end of 'I1', which has 100"),
        ("p9,I1,5,5,trust,ann,1,,", "row 3, column end: 5 is not after the start 5"),
        ("p9,I1,-1,5,trust,ann,1,,", "row 3, column start: '-1' is not a whole number of 0 or more"),
        ("p9,I1,0,5,trust,ann,0,,", "row 3, column round: '0' is not a whole number of 1 or more"),
        ("p9,I1,0,5,trust,ann,1,,maybe", "row 3, column suggested: 'maybe' is not known"),
        ("p9,I3,0,5,trust,ann,1,,", "row 3, column interview_id: 'I3' was withdrawn"),
        ("p9,I2,55,61,trust,ann,1,,", "row 3, column start: the passage takes in words that were withdrawn"),
        (
            "old,I1,0,6,trust,ann,1,,",
            "row 3, column passage_id: 'old' stands in the store on another stretch",
        ),
        ("p1,I1,0,6,trust,ann,1,,", "row 3, column passage_id: 'p1' stands in row 2 too"),
        (",I1,0,6,trust,ann,1,,", "row 3, column passage_id: is empty"),
    ],
)
def test_a_mistake_is_named_by_row_and_column_and_nothing_is_laid(
    transaction: Session, tmp_path: Path, row: str, message: str
) -> None:
    coding.lay_all(transaction, "ann", [Passage("old", "I1", 0, 5, "law", "ann")])
    hear(transaction, "I3", "")
    transaction.get_one(InterviewRow, "I3").withdrawn = True
    transaction.add(
        RedactionRow(
            interview_id="I2",
            start=60,
            end=70,
            replacement="y" * 10,
            reason=f"name; {REASON}",
            decided_by="ann",
        )
    )
    transaction.flush()
    held = state(transaction)
    with pytest.raises(Refusal, match=message):
        bring(transaction, table(tmp_path, "p1,I1,20,25,trust,ann,1,,", row))
    assert state(transaction) == held


def test_a_store_without_codes_starts_from_the_studys_codebook_else_the_shipped_one(tmp_path: Path) -> None:
    path = table(tmp_path, "p1,I1,0,5,trust,ann,1,,")
    with opened() as transaction:
        hear(transaction, "I1", "x" * 100, ("S1", 0, 100))
        assert bring(transaction, path).started == len(starting_codebook())
        assert {each.id for each in coding.codes(transaction)} == {each.id for each in starting_codebook()}
    (tmp_path / "codebook.csv").write_text("code_id,name\ntrust,Trust\n", "utf-8")
    with opened() as transaction:
        hear(transaction, "I1", "x" * 100, ("S1", 0, 100))
        assert bring(transaction, path).started == 1
        assert bring(transaction, path).started == 0
        assert [each.id for each in coding.codes(transaction)] == ["trust"]
    with opened() as transaction:
        assert bring(transaction, tmp_path / "codebook.csv").codes == ("trust",)
        assert [each.id for each in coding.codes(transaction)] == ["trust"]


def test_what_a_codebook_says_is_taken_over_and_what_it_leaves_empty_stays(
    transaction: Session, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        "code_id,name,parent,definition\n"
        "law,The law,,What statute forbids\ntrust,,,\ncrews,Crews,trust,\nroof,One roof,crews,\n".replace(
            "trust,,", "trust,Trust,"
        ),
        "utf-8",
    )
    before = state(transaction)
    brought = bring(transaction, path)
    assert (brought.codes, brought.corrected) == (("crews",), ("law", "roof"))
    now = {each.id: each for each in coding.codes(transaction)}
    assert now["law"] == replace(CODES[0], definition="What statute forbids")
    assert (now["roof"].parent, now["roof"].about, now["crews"].parent) == ("crews", "shared_estate", "trust")
    assert not bring(transaction, path).changes
    assert coding.undo(transaction, "ann") == "made 1 code and corrected 2 codes"
    assert state(transaction) == before


def test_a_codebook_of_another_program_finds_the_codes_that_stand_by_name(
    transaction: Session, tmp_path: Path
) -> None:
    write_codebook(
        [
            Code("TRUST-1", "trust", definition="Of each other"),
            Code("new", "New", "TRUST-1", family=Family.ENABLER),
        ],
        tmp_path / "codes.qdc",
    )
    brought = bring(transaction, tmp_path / "codes.qdc")
    assert (brought.codes, brought.corrected) == (("new",), ("trust",))
    now = {each.id: each for each in coding.codes(transaction)}
    assert (now["trust"].definition, now["trust"].family) == ("Of each other", Family.ENABLER)
    assert now["new"].parent == "trust"
    table_of_codes = tmp_path / "codes.csv"
    table_of_codes.write_text("code_id,name,family\nbar,Bar,barrier\n", "utf-8")
    with pytest.raises(Refusal, match=r"codes\.csv, row 2, column lifters: a barrier needs"):
        bring(transaction, table_of_codes)
    write_codebook([Code("bar", "Bar", family=Family.BARRIER)], tmp_path / "codes.qdc")
    with pytest.raises(Refusal, match=r"codes\.qdc: code 'bar', lifters: a barrier needs"):
        bring(transaction, tmp_path / "codes.qdc")


def heard_elsewhere(interview: str, text: str, *passages: Passage) -> Coded:
    """Give a project that holds one interview."""
    speaker = Speaker("S", "crew", "fire", "North", Consent.QUOTE)
    held = Interview(interview, None, "", text, (speaker,), ())
    coders = tuple(Coder(each, each) for each in sorted({each.coder for each in passages}))
    return Coded(Approach.RELIABILITY, (held,), CODES, coders, passages)


def test_a_project_is_laid_on_the_interview_with_its_id_or_its_text(
    transaction: Session, tmp_path: Path
) -> None:
    text = "We trust them. They trust us."
    hear(transaction, "I7", text, ("S7", 0, len(text)))
    path = tmp_path / "p.qdpx"
    for interview in ("I7", "Talk 7"):
        write_project(
            heard_elsewhere(interview, text, Passage("p1", interview, 3, 8, "trust", "cat", memo="yes")),
            path,
            for_outside=False,
        )
        brought = bring(transaction, path, called="cat")
        (passage,) = coding.passages(transaction)
        assert (passage.id, passage.interview, passage.start, passage.end) == ("p1", "I7", 3, 8)
        assert (passage.coder, passage.memo) == ("ann", "yes")
    assert brought.again == 1
    write_project(
        heard_elsewhere("I7", text.replace("us", "you"), Passage("p2", "I7", 3, 8, "law", "ann")),
        path,
        for_outside=False,
    )
    with pytest.raises(Refusal, match="interview I7: does not read as the store's now does"):
        bring(transaction, path)
    write_project(
        heard_elsewhere("I77", "Nobody said this", Passage("p2", "I77", 3, 8, "law", "ann")),
        path,
        for_outside=False,
    )
    with pytest.raises(Refusal, match=r"is none of the store's, by its id or its text; did you mean 'I7'\?"):
        bring(transaction, path)
    # Two interviews that read alike are told apart by their ids alone.
    write_project(
        heard_elsewhere("other", "x" * 100, Passage("p2", "other", 3, 8, "law", "ann")),
        path,
        for_outside=False,
    )
    with pytest.raises(Refusal, match="reads as each of I1, I2"):
        bring(transaction, path)


def test_a_project_handed_out_with_blanked_words_comes_back(transaction: Session, tmp_path: Path) -> None:
    text = "A: Mine may leave.\nB: Not mine."
    hear(transaction, "I7", text, ("S7", 0, 18), ("S8", 19, len(text)))
    blanked = text[:22] + "█" * (len(text) - 22)
    path = tmp_path / "p.qdpx"
    write_project(
        heard_elsewhere("I7", blanked, Passage("p1", "I7", 3, 7, "trust", "ann")), path, for_outside=False
    )
    assert bring(transaction, path).passages == ("p1",)
    # Blocks say nothing of which interview it was.
    write_project(
        heard_elsewhere("other", blanked, Passage("p2", "other", 3, 7, "law", "ann")), path, for_outside=False
    )
    with pytest.raises(Refusal, match="interview other: is none of the store's"):
        bring(transaction, path)


def test_another_programs_project_brings_its_codes_and_numbers_give_way(
    transaction: Session, tmp_path: Path
) -> None:
    hear(transaction, "talk", TEXT, ("S7", 0, len(TEXT)))
    coding.lay_all(transaction, "ben", [Passage("p000001", "I1", 0, 5, "law", "ben")])
    markup = project(selections(["trust grew", "the end."]))
    path = written(tmp_path / "p.qdpx", markup, {"Sources/text.txt": TEXT.encode()})
    brought = bring(transaction, path, called="coder-one")
    assert brought.passages == ("ann-p000001-1", "p000002")
    assert {
        TEXT[each.start : each.end] for each in coding.passages(transaction) if each.interview == "talk"
    } == {
        "trust grew",
        "the end.",
    }
    # Two codes of one name cannot both be the store's: that with its id is, and the other is new, under it.
    assert len(brought.codes) == 1
    new = next(each for each in coding.codes(transaction) if each.id in brought.codes)
    assert (new.name, new.parent) == ("Trust", "trust")
    assert next(each for each in coding.codes(transaction) if each.id == "trust") == CODES[2]
    assert not bring(transaction, path, called="coder-one").changes
    assert coding.undo(transaction, "ann") == "took in 2 passages"
    assert coding.undo(transaction, "ann") == "made 1 code"
