"""A statement stands while everything that it rests on reads as it did (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import Citation, Kind, PassageRow
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import lay, store_in, transcript

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.evidence.store import Store

ONE = transcript("one", [("a1", "Our yard is full. Theirs is empty.")])
CITED = [
    Citation(Kind.PASSAGE, "p1"),
    Citation(Kind.FIGURE, "survey/q1/agree"),
    Citation(Kind.REPLY, "views/r7"),
]
NOW = {("figure", "survey/q1/agree"): "62", ("reply", "views/r7"): "support"}


def with_passage(study: Path) -> Store:
    store, vault = store_in(study)
    store.take_in([ONE], vault, "ida")
    lay(store, ONE, "Our yard is full", "p1")
    return store


def looked_up(kind: str, target: str) -> str | None:
    return NOW.get((kind, target))


def test_a_statement_stands_on_passages_figures_and_replies(tmp_path: Path) -> None:
    store = with_passage(tmp_path)
    named = store.state("Yards are unevenly used.", CITED, "ida", looked_up)
    (statement,) = store.standing_statements(looked_up)
    assert (statement.id, statement.sentence) == (named, "Yards are unevenly used.")
    assert set(statement.citations) == set(CITED)
    assert store.lost_statements(looked_up) == ()
    line = store.log_lines()[-1]
    assert (line.what, dict(line.about)) == ("stated", {"statement": named, "citations": 3})


def test_a_figure_or_reply_that_reads_otherwise_or_is_gone_takes_the_statement_with_it(
    tmp_path: Path,
) -> None:
    store = with_passage(tmp_path)
    store.state("Yards are unevenly used.", CITED, "ida", looked_up)
    changed = {("figure", "survey/q1/agree"): "61"}
    (lost,) = store.lost_statements(lambda kind, target: changed.get((kind, target)))
    assert {(each.citation.kind, each.why) for each in lost.lost} == {
        ("figure", "reads otherwise now"),
        ("reply", "gone"),
    }
    # It stands again where the evidence reads again as it did.
    assert len(store.standing_statements(looked_up)) == 1


def test_a_passage_that_is_redacted_or_removed_takes_the_statement_with_it(tmp_path: Path) -> None:
    store = with_passage(tmp_path)
    store.state("Yards are full.", CITED[:1], "ida")
    at = ONE.text.index("yard")
    store.redact("one", Redaction(at, at + 4, "[place]", "place"), "ida")
    (lost,) = store.lost_statements()
    assert [each.why for each in lost.lost] == ["reads otherwise now"]
    # Stated again, it takes the evidence as it reads now, and is the same statement.
    assert store.state("Yards are full.", CITED[:1], "ida") == lost.id
    assert [each.id for each in store.standing_statements()] == [lost.id]
    with store.transaction() as transaction:
        transaction.delete(transaction.get_one(PassageRow, "p1"))
    assert [each.why for each in store.lost_statements()[0].lost] == ["gone"]


def test_stating_the_same_twice_is_stating_it_once(tmp_path: Path) -> None:
    store = with_passage(tmp_path)
    one = store.state("Yards are full.", [*CITED, CITED[0]], "ida", looked_up)
    log = store.log_lines()
    assert store.state("Yards are full.", CITED[::-1], "bo", looked_up) == one
    assert store.log_lines() == log
    assert len(store.standing_statements(looked_up)) == 1


@pytest.mark.parametrize(
    ("sentence", "cited", "why"),
    [
        (" ", CITED, "has no words"),
        ("Yards are full.", [], "cites nothing"),
        ("Yards are full.", [Citation(Kind.PASSAGE, "p2")], "the passage 'p2' is not there"),
        ("Yards are full.", [Citation(Kind.REPLY, "views/r8")], "the reply 'views/r8' is not there"),
    ],
)
def test_a_statement_without_evidence_is_refused(
    tmp_path: Path, sentence: str, cited: list[Citation], why: str
) -> None:
    store = with_passage(tmp_path)
    with pytest.raises(Refusal, match=why):
        store.state(sentence, cited, "ida", looked_up)
    assert store.standing_statements(looked_up) == ()


def test_figures_cannot_be_judged_where_they_are_not_read(tmp_path: Path) -> None:
    store = with_passage(tmp_path)
    store.state("Yards are unevenly used.", CITED, "ida", looked_up)
    with pytest.raises(Refusal, match="can only be looked up where the study's figures are read"):
        store.standing_statements()
