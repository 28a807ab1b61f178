"""Full-text search over what was said: SQLite's FTS5 finds the turns, and where the words stand in them is found here.

The index holds no text, only which words are in which turn. It is no part of the store's tables: it is taken away whenever
a text changes (the store does that), and made again by the next search. Other databases are searched turn by turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from joinedup.evidence.finding.asking import asked, marks
from joinedup.evidence.finding.turns import turns
from joinedup.evidence.finding.words import folded_words, words_of
from joinedup.evidence.store.heard import TurnRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from joinedup.evidence.finding.asking import Asked
    from joinedup.evidence.finding.turns import Said

INDEX = "turn_words"
_AROUND = 90
"""Characters shown before the first word that is found, and after it."""


@dataclass(frozen=True)
class Found:
    """A turn in which something was found.

    ``places`` are where, in positions of the original text; ``excerpt`` is from the working text, and ``marked`` says where
    in it the same words stand, as far as it reaches.
    """

    interview: str
    speaker: str
    places: tuple[tuple[int, int], ...]
    excerpt: str
    marked: tuple[tuple[int, int], ...]

    def with_marks(self, before: str = "[", after: str = "]") -> str:
        """Give the excerpt with signs around what was found."""
        pieces, at = [], 0
        for start, end in self.marked:
            pieces += [self.excerpt[at:start], before, self.excerpt[start:end], after]
            at = end
        return "".join([*pieces, self.excerpt[at:]])


def search(transaction: Session, query: str) -> tuple[Found, ...]:
    """Find what a person asks for, by interview and position.

    Words are found as they are written, whatever their capitals and accents.

    Raises:
        Refusal: when the question cannot be understood.
    """
    wanted = asked(query)
    transaction.flush()
    found = []
    for said in turns(transaction, _turns_with(transaction, wanted)):
        words = words_of(said.words)
        if wanted.found_in(words):
            found.append(_found(said, marks(wanted, words)))
    return tuple(found)


def reindex(transaction: Session) -> None:
    """Make the index anew from what may be read now; nothing where the database has no such index."""
    if not _has_fts5(transaction):
        return
    transaction.flush()
    transaction.execute(text(f"DROP TABLE IF EXISTS {INDEX}"))
    transaction.execute(
        text(
            f"CREATE VIRTUAL TABLE {INDEX} USING fts5(words, content='', tokenize='unicode61 remove_diacritics 0')"
        )
    )
    rows = [{"turn": each.turn, "words": " ".join(folded_words(each.words))} for each in turns(transaction)]
    if rows:
        transaction.connection().execute(
            text(f"INSERT INTO {INDEX}(rowid, words) VALUES (:turn, :words)"), rows
        )


def _turns_with(transaction: Session, wanted: Asked) -> set[int] | None:
    """Give the turns in which the index finds what is wanted; None where every turn must be looked at."""
    if not _has_fts5(transaction):
        return None
    try:
        if not _is_current(transaction):
            reindex(transaction)
        rows = transaction.execute(
            text(f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :query"), {"query": wanted.in_fts5}
        )
        return set(rows.scalars())
    except OperationalError:
        # Somebody else is writing, or the file may not be written: a search need not wait for an index.
        return None


def _has_fts5(transaction: Session) -> bool:
    return transaction.get_bind().dialect.name == "sqlite"


def _is_current(transaction: Session) -> bool:
    """Say whether there is an index, and whether it is of the turns that are held."""
    there = transaction.execute(
        text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": INDEX}
    ).first()
    if there is None:
        return False
    held = transaction.execute(
        select(func.count(), func.coalesce(func.sum(TurnRow.id), 0)).select_from(TurnRow)
    )
    indexed = transaction.execute(text(f"SELECT count(*), coalesce(sum(id), 0) FROM {INDEX}_docsize"))
    return tuple(held.one()) == tuple(indexed.one())


def _found(said: Said, places: list[tuple[int, int]]) -> Found:
    first, last = places[0]
    start = _word_edge(said.words, first - _AROUND, first)
    end = _word_edge(said.words, last + _AROUND, last)
    start += len(said.words[start:first]) - len(said.words[start:first].lstrip())
    excerpt = said.words[start:end].rstrip()
    lead, tail = "…" if start else "", "…" if end < len(said.words) else ""
    return Found(
        said.interview,
        said.speaker,
        tuple(said.in_original(*each) for each in places),
        f"{lead}{excerpt}{tail}",
        tuple(
            (place - start + len(lead), until - start + len(lead))
            for place, until in places
            if until - start <= len(excerpt)
        ),
    )


def _word_edge(words: str, at: int, inside: int) -> int:
    """Move the edge of an excerpt towards what it shows, to where no word is cut."""
    at = min(max(at, 0), len(words))
    step = 1 if at < inside else -1
    while at not in (0, len(words), inside) and words[at - 1].isalnum() and words[at].isalnum():
        at += step
    return at
