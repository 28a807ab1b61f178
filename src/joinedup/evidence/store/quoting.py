"""Quotes on their way out: who may be quoted, how often, by whose approval, and whether it still reads as approved (§8.2)."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.passages import Consent
from joinedup.evidence.store.coded import PassageRow
from joinedup.evidence.store.heard import InterviewRow, ProposalRow, RedactionRow, SpeakerRow
from joinedup.evidence.store.redacting import interview_of
from joinedup.evidence.store.said import QuoteRow
from joinedup.evidence.store.snapshot import positions_of
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

_QUOTABLE = (str(Consent.QUOTE), str(Consent.ATTRIBUTED))


@dataclass(frozen=True)
class Limits:
    """What a study lets out: the fewest speakers behind an attribution, and the most quotes of one person."""

    group: int
    quotes_a_person: int


@dataclass(frozen=True)
class Quote:
    """A quote that may leave: its words, and who says it by position, service and area, never by name."""

    passage: str
    interview: str
    code: str
    words: str
    position: str
    service: str
    area: str
    approved_by: tuple[str, str]

    def as_json(self) -> dict[str, Any]:
        """Give the quote for use inside the study."""
        return {
            "passage": self.passage,
            "interview": self.interview,
            "code": self.code,
            "words": self.words,
            "position": self.position,
            "service": self.service,
            "area": self.area,
            "approved_by": list(self.approved_by),
        }


@dataclass(frozen=True)
class Approval:
    """What an approval did: ``released`` once two different people have approved the same words."""

    passage: str
    speaker: str
    released: bool


@dataclass(frozen=True)
class _Said:
    """A passage as it reads now, with what it was said in and by whom."""

    passage: PassageRow
    interview: InterviewRow
    speakers: tuple[SpeakerRow, ...]
    words: str

    @property
    def passage_sha256(self) -> str:
        return fingerprint(f"{self.interview.id}\n{self.passage.start}\n{self.passage.end}\n{self.words}")

    @property
    def document_sha256(self) -> str:
        return fingerprint(f"{self.interview.sha256}\n{self.interview.text}")


def fingerprint(text: str) -> str:
    """Give a hash that another text does not have."""
    return hashlib.sha256(text.encode()).hexdigest()


def approve(transaction: Session, passage: str, who: str, limits: Limits) -> Approval:
    """Approve a quote: the first person's approval waits for a second one's.

    An approval of words that have changed since lapses, and the new one is the first.

    Raises:
        Refusal: when it may not be quoted, with why and what would help, or the same person approves twice.
    """
    said = said_in(transaction, passage)
    refuse_unless_quotable(transaction, said, limits)
    speaker = said.speakers[0].id
    held = transaction.scalars(
        select(QuoteRow).where(QuoteRow.passage_id == passage, ~QuoteRow.withdrawn).order_by(QuoteRow.id)
    ).all()
    for each in held:
        if (each.passage_sha256, each.document_sha256) != (said.passage_sha256, said.document_sha256):
            each.withdrawn = True
    held = [each for each in held if not each.withdrawn]
    transaction.flush()
    if held and held[0].second_approver:
        raise Refusal(f"the passage '{passage}' is released already, with the approval of two people")
    if held:
        if _same_person(held[0].first_approver, who):
            raise Refusal(
                f"{who} has approved the passage '{passage}' already; the second approval is somebody else's"
            )
        held[0].second_approver = who
        transaction.flush()
        return Approval(passage, speaker, released=True)
    _refuse_one_too_many(transaction, speaker, limits)
    transaction.add(
        QuoteRow(
            passage_id=passage,
            speaker_id=speaker,
            first_approver=who,
            passage_sha256=said.passage_sha256,
            document_sha256=said.document_sha256,
        )
    )
    transaction.flush()
    return Approval(passage, speaker, released=False)


def released(transaction: Session, limits: Limits) -> tuple[Quote, ...]:
    """Give the quotes that may leave now, in the order of their passages: everything is looked at anew.

    A quote is not among them once its passage or its document reads otherwise, its speaker's consent or group has
    changed, a recogniser's proposal in it waits for a decision, or the study's limits have become narrower.
    """
    found = []
    rows = transaction.scalars(
        select(QuoteRow)
        .where(~QuoteRow.withdrawn, QuoteRow.second_approver != "")
        .order_by(QuoteRow.passage_id, QuoteRow.id)
    )
    often: Counter[str] = Counter()
    for row in rows:
        try:
            said = said_in(transaction, row.passage_id)
            refuse_unless_quotable(transaction, said, limits)
        except Refusal:
            continue
        same = (row.passage_sha256, row.document_sha256) == (said.passage_sha256, said.document_sha256)
        if not same or often[row.speaker_id] >= limits.quotes_a_person:
            continue
        often[row.speaker_id] += 1
        speaker = said.speakers[0]
        found.append(
            Quote(
                row.passage_id,
                said.interview.id,
                said.passage.code_id,
                said.words,
                speaker.position,
                speaker.service,
                speaker.area,
                (row.first_approver, row.second_approver),
            )
        )
    return tuple(found)


def said_in(transaction: Session, passage: str) -> _Said:
    """Read a passage with its words as redacted.

    Raises:
        Refusal: when there is none, or its interview was withdrawn.
    """
    row = transaction.get(PassageRow, passage)
    if row is None:
        known = transaction.scalars(select(PassageRow.id))
        raise Refusal(f"there is no passage '{passage}'{did_you_mean(passage, known)}")
    interview = interview_of(transaction, row.interview_id)
    start, end = _where(interview.redactions, interview.length, row)
    by = {each.id: each for each in interview.speakers}
    heard = sorted(
        {
            turn.speaker_id
            for turn in interview.turns
            if turn.speaker_id and turn.start < row.end and turn.end > row.start
        }
    )
    return _Said(row, interview, tuple(by[each] for each in heard), interview.text[start:end])


def refuse_unless_quotable(transaction: Session, said: _Said, limits: Limits) -> None:
    """Hold a passage to what a quote needs, apart from approvals (§8.2).

    Raises:
        Refusal: for the first thing that stands against it.
    """
    where = f"the passage '{said.passage.id}'"
    if len(said.speakers) != 1:
        whose = "several people" if said.speakers else "nobody but the interviewer"
        raise Refusal(f"{where}: is said by {whose}; lay a passage on the words of one person")
    speaker = said.speakers[0]
    if speaker.consent not in _QUOTABLE:
        raise Refusal(
            f"{where}: its speaker agreed to '{speaker.consent}', not to be quoted; say it in other words"
        )
    if any(not each.decision and _overlap(each, said.passage) for each in said.interview.proposals):
        raise Refusal(
            f"{where}: a recogniser found something in it that nobody has decided on; "
            "'joinedup interviews propose' lists it"
        )
    if speaker.consent == str(Consent.ATTRIBUTED):
        return
    alike = transaction.scalars(
        select(SpeakerRow.id).where(
            SpeakerRow.position == speaker.position,
            SpeakerRow.service == speaker.service,
            SpeakerRow.area == speaker.area,
        )
    ).all()
    if len(alike) < limits.group:
        raise Refusal(
            f"{where}: only {len(alike)} speakers share its speaker's position, service and area, and a quote needs "
            f"{limits.group}; give them wider positions or areas in the table of interviews and take it in again"
        )


def _refuse_one_too_many(transaction: Session, speaker: str, limits: Limits) -> None:
    held = transaction.scalars(
        select(QuoteRow.id).where(QuoteRow.speaker_id == speaker, ~QuoteRow.withdrawn)
    ).all()
    if len(held) >= limits.quotes_a_person:
        raise Refusal(
            f"the speaker '{speaker}' is quoted {len(held)} times already, and {limits.quotes_a_person} is the most a study lets "
            "out of one person; choose somebody else's words"
        )


def _where(redactions: Sequence[RedactionRow], length: int, row: PassageRow) -> tuple[int, int]:
    return positions_of(redactions, length).to_working(row.start, row.end)


def _overlap(proposal: ProposalRow, passage: PassageRow) -> bool:
    return proposal.start < passage.end and passage.start < proposal.end


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
