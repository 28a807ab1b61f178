"""What a person decides about proposals and redactions, and the working text that follows from it (§8.2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.redaction import Gazetteer, Positions, Redaction, propose
from joinedup.evidence.store.heard import InterviewRow, ProposalRow, RedactionRow
from joinedup.evidence.store.snapshot import positions_of
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from joinedup.evidence.vault import Vault

_AROUND = 60
"""Characters shown on either side of what is proposed, so that a person can decide without opening the transcript."""

ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True)
class OpenProposal:
    """A stretch that waits for a person's decision, by its number, with the words before and after it as redacted."""

    number: int
    interview: str
    kind: str
    before: str
    words: str
    after: str

    def as_json(self) -> dict[str, Any]:
        """Give the proposal for use inside the study."""
        return {
            "number": self.number,
            "interview": self.interview,
            "kind": self.kind,
            "before": self.before,
            "words": self.words,
            "after": self.after,
        }


def open_proposals(transaction: Session) -> tuple[OpenProposal, ...]:
    """List the proposals that nobody has decided on, by interview and position."""
    found = []
    rows = transaction.scalars(
        select(ProposalRow)
        .where(ProposalRow.decision == "")
        .order_by(ProposalRow.interview_id, ProposalRow.start, ProposalRow.id)
    )
    held: dict[str, tuple[InterviewRow, Positions]] = {}
    for each in rows:
        if each.interview_id not in held:
            row = interview_of(transaction, each.interview_id)
            held[row.id] = row, positions_of(row.redactions, row.length)
        row, where = held[each.interview_id]
        start, end = where.to_working(each.start, each.end)
        found.append(
            OpenProposal(
                each.id,
                row.id,
                each.kind,
                row.text[max(0, start - _AROUND) : start],
                row.text[start:end],
                row.text[end : end + _AROUND],
            )
        )
    return tuple(found)


def interview_of(transaction: Session, interview: str) -> InterviewRow:
    """Find an interview that has not been withdrawn.

    Raises:
        Refusal: when there is none of this id, or it was withdrawn.
    """
    row = transaction.get(InterviewRow, interview)
    if row is None:
        known = transaction.scalars(select(InterviewRow.id))
        raise Refusal(f"there is no interview '{interview}'{did_you_mean(interview, known)}")
    if row.withdrawn:
        raise Refusal(f"the interview '{interview}' was withdrawn; nothing of it is left")
    return row


def redact(transaction: Session, row: InterviewRow, new: Sequence[Redaction], who: str) -> None:
    """Hide stretches of the original and write the working text anew, without need of the original.

    Redactions that overlap become one (`Positions`).
    """
    before = positions_of(row.redactions, row.length)
    after = Positions([*before.redactions, *new], row.length)
    pieces, at = [], 0
    for each in after.redactions:
        pieces += [_as_was(row.text, before, at, each.start), each.replacement]
        at = each.end
    row.text = "".join([*pieces, _as_was(row.text, before, at, row.length)])
    kept = set(after.redactions)
    for held in list(row.redactions):
        same = Redaction(held.start, held.end, held.replacement, held.reason)
        if same in kept:
            kept.discard(same)
        else:
            row.redactions.remove(held)
    row.redactions += [
        RedactionRow(
            start=each.start, end=each.end, replacement=each.replacement, reason=each.reason, decided_by=who
        )
        for each in sorted(kept)
    ]
    transaction.flush()


def _as_was(text: str, before: Positions, start: int, end: int) -> str:
    """Give a stretch of the original that no redaction has touched, from the working text."""
    if start == end:
        return ""
    first, last = before.to_working(start, end)
    return text[first:last]


def undo(transaction: Session, redaction: RedactionRow, vault: Vault) -> InterviewRow:
    """Take a redaction back with the original from the vault; proposals that it hid are open again.

    Raises:
        Refusal: when the vault's text is not the one that was taken in.
    """
    row = interview_of(transaction, redaction.interview_id)
    rest = [each for each in row.redactions if each is not redaction]
    row.text = positions_of(rest, row.length).text(vault.kept(row.id).text)
    for proposal in row.proposals:
        inside = redaction.start <= proposal.start and proposal.end <= redaction.end
        if inside and proposal.decision == ACCEPTED:
            proposal.decision = proposal.decided_by = ""
    row.redactions.remove(redaction)
    transaction.flush()
    return row


def decide(
    transaction: Session, numbers: Iterable[int], decision: str, who: str
) -> dict[str, list[ProposalRow]]:
    """Accept or refuse open proposals; give them by interview.

    Raises:
        Refusal: when one is not there, or was decided already.
    """
    chosen: dict[str, list[ProposalRow]] = defaultdict(list)
    for number in sorted(set(numbers)):
        row = transaction.get(ProposalRow, number)
        if row is None:
            raise Refusal(
                f"there is no proposal {number}; list the open ones with 'joinedup interviews propose'"
            )
        if row.decision:
            raise Refusal(
                f"proposal {number} was {row.decision} by {row.decided_by} already; an accepted one is undone by taking its "
                "redaction back"
            )
        row.decision, row.decided_by = decision, who
        chosen[row.interview_id].append(row)
    for interview, rows in chosen.items():
        if decision == ACCEPTED:
            redact(
                transaction,
                interview_of(transaction, interview),
                [Redaction(each.start, each.end, f"[{each.kind}]", each.kind) for each in rows],
                who,
            )
    transaction.flush()
    return chosen


def look_again(transaction: Session, row: InterviewRow, places: Sequence[str] = ()) -> list[ProposalRow]:
    """Let the recognisers read the working text, and keep as open proposals what nobody has decided on; give those.

    What lies within a stretch that somebody refused to redact has been decided on.
    """
    where = positions_of(row.redactions, row.length)
    known = [(each.start, each.end) for each in row.proposals if each.decision == REFUSED]
    open_ones = {(each.start, each.end, each.kind) for each in row.proposals if not each.decision}
    new = []
    for each in propose(row.text, Gazetteer(places=tuple(places))):
        start, end = where.to_original(each.start, each.end)
        if any(one <= start and end <= other for one, other in known):
            continue
        if (start, end, str(each.kind)) not in open_ones:
            new.append(ProposalRow(start=start, end=end, kind=str(each.kind)))
    again = {(each.start, each.end, each.kind): each for each in row.proposals}
    for proposal in new:
        key = (proposal.start, proposal.end, proposal.kind)
        if key in again:
            again[key].decision = again[key].decided_by = ""
        else:
            row.proposals.append(proposal)
    transaction.flush()
    return new
