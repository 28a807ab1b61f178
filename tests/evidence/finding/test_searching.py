"""Full-text search finds what was said and where, and keeps no word of what is gone (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from joinedup.evidence.finding import INDEX, reindex, search, searching
from joinedup.evidence.finding.asking import asked
from joinedup.evidence.finding.words import words_of
from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import FILE, Store
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import hear, opened, redact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

FIRST = "Q: Who decides?\nA: 🚒 The joint board decides, and Ann Hall chairs the board.\n"
SECOND = "Nobody decides. The boards never meet; we e\u0301lect nobody."


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as empty:
        start = FIRST.index("🚒")
        hear(empty, "I2", SECOND, ("S2", 0, len(SECOND)))
        hear(empty, "I1", FIRST, ("", 3, 15), ("S1", start, len(FIRST) - 1))
        yield empty


def test_what_is_found_says_who_said_it_and_where(transaction: Session) -> None:
    question, answer, other = search(transaction, "decides")
    assert [(each.interview, each.speaker) for each in (question, answer, other)] == [
        ("I1", ""),
        ("I1", "S1"),
        ("I2", "S2"),
    ]
    ((start, end),) = answer.places
    assert FIRST[start:end] == "decides"
    assert other.with_marks() == f"Nobody [decides]{SECOND[14:]}"


def test_positions_are_of_the_original_whatever_is_redacted(transaction: Session) -> None:
    start = FIRST.index("Ann Hall")
    redact(transaction, "I1", start, start + len("Ann Hall"), "[name]")
    (found,) = search(transaction, "board*  chairs")
    assert [FIRST[each:end] for each, end in found.places] == ["board", "chairs", "board"]
    assert found.with_marks("«", "»") == "🚒 The joint «board» decides, and [name] «chairs» the «board»."
    (hidden,) = search(transaction, "name")
    assert [FIRST[each:end] for each, end in hidden.places] == ["Ann Hall"]
    assert search(transaction, "hall") == ()


def test_accents_and_capitals_make_no_difference(transaction: Session) -> None:
    (found,) = search(transaction, "ELECT")
    ((start, end),) = found.places
    assert SECOND[start:end] == "e\u0301lect"
    assert search(transaction, "Élect") == (found,)


def test_an_interview_that_came_later_is_found(transaction: Session) -> None:
    assert len(search(transaction, "board*")) == 2
    hear(transaction, "I3", "A third board.", ("S3", 0, 14))
    assert [each.interview for each in search(transaction, "board*")] == ["I1", "I2", "I3"]


def test_an_excerpt_shows_whole_words_around_the_first_that_was_found(transaction: Session) -> None:
    long = " ".join(["before"] * 60 + ["needle", "and"] + ["after"] * 60 + ["needle"])
    hear(transaction, "I3", long, ("S3", 0, len(long)))
    (found,) = search(transaction, "needle")
    assert len(found.places) == 2
    assert len(found.marked) == 1
    shown = found.with_marks()
    assert shown.startswith("…before before")
    assert "before [needle] and after" in shown
    assert shown.endswith("after…")
    assert 160 < len(shown) < 220


def test_a_question_that_cannot_be_understood_is_refused(transaction: Session) -> None:
    with pytest.raises(Refusal, match=r"search 'board AND': ends where"):
        search(transaction, "board AND")


def test_without_an_index_the_same_is_found(transaction: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = ("board", "board*", '"joint board"', "decides NOT joint", "nobody OR chairs", "decides nobody")
    indexed = [search(transaction, each) for each in queries]
    assert all(indexed)
    monkeypatch.setattr(searching, "_has_fts5", lambda transaction: False)
    assert [search(transaction, each) for each in queries] == indexed


def test_a_store_that_cannot_be_written_is_searched_all_the_same(
    transaction: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(transaction: Session) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(searching, "reindex", busy)
    assert len(search(transaction, "board*")) == 2


WORDS = st.sampled_from(["fire", "fires", "firm", "roof", "trust", "café", "co-respond", "or", "don't"])
SAID = st.lists(WORDS, max_size=8).map(" ".join)
QUERIES = st.recursive(
    WORDS
    | WORDS.map(lambda word: f"{word[:2]}*")
    | st.lists(WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    lambda inner: st.tuples(inner, st.sampled_from([" ", " AND ", " OR ", " NOT "]), inner).map(
        lambda parts: f"({''.join(parts)})"
    ),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SAID, min_size=1, max_size=12), st.lists(QUERIES, min_size=1, max_size=12))
def test_the_index_and_reading_every_turn_agree(said: list[str], queries: list[str]) -> None:
    with opened() as transaction:
        for place, each in enumerate(said):
            hear(transaction, f"I{place}", each, (f"S{place}", 0, len(each)))
        reindex(transaction)
        for query in queries:
            wanted = asked(query)
            rows = transaction.execute(
                text(f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :query"), {"query": wanted.in_fts5}
            )
            by_index = {int(row) - 1 for row in rows.scalars()}
            assert by_index == {
                place for place, each in enumerate(said) if wanted.found_in(words_of(each))
            }, query


def test_what_the_store_redacts_is_found_no_more_and_stands_nowhere_in_its_file(tmp_path: Path) -> None:
    said = "Everybody here mentions Xanthippe."
    with Store.make(tmp_path / FILE) as store:
        with store.transaction() as transaction:
            hear(transaction, "I1", said, ("S1", 0, len(said)))
        with store.transaction() as transaction:
            assert len(search(transaction, "xanthippe everybody")) == 1
        store.redact("I1", Redaction(24, 33, "[name]", "name"), "ann")
        with store.transaction() as transaction:
            assert search(transaction, "xanthippe") == ()
            assert len(search(transaction, "name everybody")) == 1
    assert not any(b"anthippe" in each.read_bytes() for each in tmp_path.iterdir())


def test_no_word_of_what_is_gone_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with opened(path) as transaction:
        hear(transaction, "I1", "Everybody mentions Xanthippe here.", ("S1", 0, 34))
        hear(transaction, "I2", "Nobody does here.", ("S2", 0, 17))
        assert len(search(transaction, "xanthippe")) == 1
        transaction.commit()
        assert b"xanthippe" in path.read_bytes()
        redact(transaction, "I1", 19, 28, "[name]")
        reindex(transaction)
        transaction.commit()
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM"))
    engine.dispose()
    held = path.read_bytes().lower()
    assert b"everybody" in held
    assert b"xanthippe" not in held
    assert b"anthipp" not in held
