"""Withdrawal: what somebody said goes from everywhere; that they withdrew, who decided and when, stays.

It is decided in one transaction of the store. What lies outside of that (the vault, source files, freed pages) follows, and is
finished the next time the store is opened if it was stopped; the log knows what is still to be done.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from joinedup.evidence.interviews import WITHDRAWN
from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import log
from joinedup.evidence.store.coded import PassageRow
from joinedup.evidence.store.heard import SpeakerRow
from joinedup.evidence.store.redacting import interview_of, redact
from joinedup.evidence.store.repeats import forget_repeats
from joinedup.evidence.store.said import CitationRow, LogRow, QuoteRow
from joinedup.evidence.store.snapshot import positions_of
from joinedup.evidence.store.taking import withdrawal_of
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from joinedup.evidence.redaction import Positions
    from joinedup.evidence.vault import Vault

REASON = "consent withdrawn"
IN_STUDY, IN_VAULT = "study", "vault"


@dataclass(frozen=True)
class Withdrawn:
    """What went: an interview, or one speaker of it, with so many passages, quotes and statements."""

    interview: str
    speaker: str | None
    passages: int
    quotes: int
    statements: int


@dataclass(frozen=True)
class Unfinished:
    """A withdrawal whose words are still to be erased somewhere: its line in the log, and what that says."""

    line: int
    interview: str
    speaker: str | None
    sha256: str
    stretches: tuple[tuple[int, int], ...]


def whole_or_part(transaction: Session, interview: str | None, speaker: str | None) -> tuple[str, str | None]:
    """Find what is to be withdrawn: the last speaker of an interview takes the whole of it along.

    Raises:
        Refusal: when there is no such interview or speaker, or it has been withdrawn.
    """
    if (interview is None) == (speaker is None):
        raise Refusal("name one speaker or one interview to withdraw")
    if speaker is None:
        return interview_of(transaction, str(interview)).id, None
    row = transaction.get(SpeakerRow, speaker)
    if row is None:
        known = transaction.scalars(select(SpeakerRow.id))
        raise Refusal(
            f"there is no speaker '{speaker}'{did_you_mean(speaker, known)}; one who withdrew is no longer held"
        )
    return row.interview_id, None if len(row.interview.speakers) == 1 else speaker


def withdraw(
    transaction: Session, interview: str, speaker: str | None, who: str
) -> tuple[Withdrawn, dict[str, Any]]:
    """Take out of the store what an interview, or one speaker of a group, said; give what the log is to say of it."""
    # Coding is built on the store's tables, and so can only be asked once they are there.
    from joinedup.evidence.coding import forget

    row = interview_of(transaction, interview)
    turns = [each for each in row.turns if speaker is None or each.speaker_id == speaker]
    where = positions_of(row.redactions, row.length)
    ends = sorted(each.end for each in row.turns)
    stretches = [(_with_label(row.text, where, ends, each.start), each.end) for each in turns]
    removed = (
        [row.text]
        if speaker is None
        else [row.text[slice(*where.to_working(start, end))] for start, end in stretches]
    )
    passages = _passages(transaction, interview, None if speaker is None else stretches)
    quotes = _withdraw_quotes(transaction, passages, row.speakers if speaker is None else [], speaker)
    statements = _lose(transaction, passages)
    about = withdrawal_of(interview, speaker, row.sha256, [] if speaker is None else stretches) | {
        "passages": len(passages),
        "quotes": quotes,
        "statements": statements,
    }
    if speaker is None:
        row.text, row.withdrawn = "", True
        row.turns, row.redactions, row.proposals, row.speakers = [], [], [], []
        transaction.flush()
        forget(transaction, interview)
    else:
        row.proposals = [
            each
            for each in row.proposals
            if not any(start < each.end and each.start < end for start, end in stretches)
        ]
        row.turns = [each for each in row.turns if each not in turns]
        hidden = [Redaction(start, end, WITHDRAWN, REASON) for start, end in stretches if start < end]
        redact(transaction, row, hidden, who)
        row.speakers = [each for each in row.speakers if each.id != speaker]
        transaction.flush()
        forget(transaction, interview, stretches)
    forget_repeats(transaction, removed)
    return Withdrawn(interview, speaker, len(passages), quotes, statements), about


def unfinished(transaction: Session, where: str) -> tuple[Unfinished, ...]:
    """Find the withdrawals whose words have not been erased somewhere, by the log."""
    told = [each for each in log.lines(transaction) if each.what in (log.WITHDRAWN, log.ERASED)]
    done = {
        each.about.get("of") for each in told if each.what == log.ERASED and each.about.get("in") == where
    }
    return tuple(
        Unfinished(
            each.number,
            each.about["interview"],
            each.about["speaker"],
            each.about["sha256"],
            tuple((start, end) for start, end in each.about["stretches"]),
        )
        for each in told
        # A line that was tampered with says nothing to go by; verifying the log names it.
        if each.what == log.WITHDRAWN and each.number not in done and "unreadable" not in each.about
    )


def has_unfinished(transaction: Session) -> bool:
    """Whether any withdrawal's words are still to be erased from the study, without reading the whole log."""
    withdrawn, erased = (
        transaction.scalar(select(func.count()).where(LogRow.what == what)) or 0
        for what in (log.WITHDRAWN, log.ERASED)
    )
    # A withdrawal is erased in two places.
    return erased < 2 * withdrawn


def erase_from_vault(vault: Vault, withdrawals: Sequence[Unfinished]) -> None:
    """Take the names, consents, words and bytes of those who withdrew out of the vault."""
    vault.drop(each.interview for each in withdrawals if each.speaker is None)
    for each in withdrawals:
        if each.speaker is not None and each.interview in vault.interviews:
            kept = vault.kept(each.interview)
            vault.keep({each.interview: kept.without(each.speaker, each.stretches)})


def _with_label(text: str, where: Positions, ends: Sequence[int], start: int) -> int:
    """Give where the line begins on which somebody starts to speak: what stands there before their words marks them."""
    before = bisect_right(ends, start)
    first, last = where.to_working(ends[before - 1] if before else 0, start)
    line = text.rfind("\n", first, last) + 1
    return where.to_original(line or first, last)[0]


def _passages(
    transaction: Session, interview: str, stretches: Sequence[tuple[int, int]] | None
) -> dict[str, PassageRow]:
    """Find the passages that go: all of an interview, or those that overlap what one speaker said."""
    return {
        each.id: each
        for each in transaction.scalars(select(PassageRow).where(PassageRow.interview_id == interview))
        if stretches is None or any(each.start < end and each.end > start for start, end in stretches)
    }


def _withdraw_quotes(
    transaction: Session, passages: dict[str, PassageRow], speakers: Sequence[SpeakerRow], speaker: str | None
) -> int:
    gone = {each.id for each in speakers} | ({speaker} if speaker else set())
    rows = [
        each
        for each in transaction.scalars(select(QuoteRow).where(~QuoteRow.withdrawn))
        if each.passage_id in passages or each.speaker_id in gone
    ]
    for each in rows:
        each.withdrawn = True
    transaction.flush()
    return len(rows)


def _lose(transaction: Session, passages: dict[str, PassageRow]) -> int:
    """Mark what cites a passage that goes; give how many statements lost one."""
    cited = transaction.scalars(select(CitationRow).where(CitationRow.kind == "passage")).all()
    lost = [each for each in cited if each.target in passages]
    for each in lost:
        each.lost = "withdrawn"
    transaction.flush()
    return len({each.statement_id for each in lost})
