"""Taking interviews in: the vault first, then the store, in one turn; taking the same in again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.passages import Consent
from joinedup.evidence.redaction import Gazetteer, Positions, Redaction, propose
from joinedup.evidence.store.heard import InterviewRow, ProposalRow, RedactionRow, SpeakerRow, TurnRow
from joinedup.evidence.vault import Kept
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from joinedup.evidence.interviews.transcript import Transcript
    from joinedup.evidence.passages import Speaker
    from joinedup.evidence.vault import Vault

BY_TABLE = "the table of interviews"
"""Who decided what the table says and nobody typed."""


@dataclass(frozen=True)
class Taken:
    """What became of a table of interviews, each by its id.

    ``corrected`` were there, and the table now says otherwise of their speakers; ``left_out`` were withdrawn before;
    ``left_out_new`` are withdrawn by the table and were never held; ``to_withdraw`` are speakers whom the table now calls
    withdrawn and whose words were held.
    """

    new: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    left_out_new: tuple[str, ...] = ()
    to_withdraw: tuple[str, ...] = ()
    proposals: int = 0


def take_in(
    transaction: Session, transcripts: Sequence[Transcript], vault: Vault, places: Sequence[str]
) -> Taken:
    """Take in what is new, and see what has changed of what is not.

    Raises:
        Refusal: for other bytes under an id that is held, and a speaker who is held under another interview.
    """
    here = {each.id: each for each in transaction.scalars(select(InterviewRow))}
    new = [each for each in transcripts if each.id not in here]
    again: list[str] = []
    corrected: list[str] = []
    left_out: list[str] = []
    to_withdraw: list[str] = []
    for each in transcripts:
        row = here.get(each.id)
        if row is None:
            continue
        if row.withdrawn:
            left_out.append(each.id)
            continue
        gone = [one.id for one in each.speakers if one.consent is Consent.WITHDRAWN]
        held = {one.id for one in row.speakers}
        to_withdraw += [one for one in gone if one in held]
        if not each.withdrawn and each.sha256 != row.sha256 and not _is_struck(vault, each):
            raise Refusal(
                f"{each.file}: the interview '{each.id}' was taken in from a file with other contents; give the new file another "
                "interview_id, or withdraw the one that is held and use a new id"
            )
        (corrected if _correct(row, each.speakers) else again).append(each.id)
    spoken_for = dict(transaction.execute(select(SpeakerRow.id, SpeakerRow.interview_id)).all())
    for each in new:
        for speaker in each.speakers:
            if speaker.id in spoken_for:
                raise Refusal(
                    f"{each.file}: the speaker '{speaker.id}' is held as one of the interview '{spoken_for[speaker.id]}'; "
                    "give each interview speakers of its own"
                )
            spoken_for[speaker.id] = each.id
    wanted = [each for each in transcripts if each.id not in left_out and not each.withdrawn]
    # The vault first: should the process end here, the next time finds the bytes there, and takes in the rest.
    vault.keep({each.id: Kept.of(each) for each in wanted if each.id in {one.id for one in new}})
    _keep_what_is_said(vault, [each for each in wanted if each.id in here])
    people = tuple(sorted(set(vault.names.values())))
    proposals = 0
    for each in new:
        row = _row_of(each, Gazetteer(people, tuple(places)))
        proposals += len(row.proposals)
        transaction.add(row)
    transaction.flush()
    return Taken(
        tuple(each.id for each in new if not each.withdrawn),
        tuple(again),
        tuple(corrected),
        tuple(left_out),
        tuple(each.id for each in new if each.withdrawn),
        tuple(to_withdraw),
        proposals,
    )


def left_behind(transcripts: Sequence[Transcript], taken: Taken) -> Iterator[dict[str, Any]]:
    """Say for the log who withdrew by the table before being taken in, so that their words leave the source files too."""
    for each in transcripts:
        if each.withdrawn and each.id in taken.left_out_new:
            yield withdrawal_of(each.id, None, each.sha256, ())
        elif each.id in taken.new:
            for speaker in each.speakers:
                if speaker.consent is Consent.WITHDRAWN:
                    said = [(turn.start, turn.end) for turn in each.turns if turn.speaker == speaker.id]
                    yield withdrawal_of(each.id, speaker.id, each.sha256, said)


def withdrawal_of(
    interview: str, speaker: str | None, sha256: str, stretches: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """Word a withdrawal for the log: who, and where their words stand in the file as it was taken in."""
    return {
        "interview": interview,
        "speaker": speaker,
        "sha256": sha256,
        "stretches": [list(each) for each in stretches],
    }


def _is_struck(vault: Vault, transcript: Transcript) -> bool:
    """Whether a file differs from the one taken in only by the words of somebody who has withdrawn."""
    return transcript.id in vault.interviews and vault.kept(transcript.id).text == transcript.text


def _row_of(transcript: Transcript, gazetteer: Gazetteer) -> InterviewRow:
    """Make an interview's rows; those who withdrew leave nothing but the place where they spoke."""
    gone = {each.id for each in transcript.speakers if each.consent is Consent.WITHDRAWN}
    hidden = Positions(transcript.withdrawals, len(transcript.text))
    row = InterviewRow(
        id=transcript.id,
        held_on=transcript.held_on,
        sha256=transcript.sha256,
        length=len(transcript.text),
        text=hidden.text(transcript.text),
        withdrawn=transcript.withdrawn,
    )
    if transcript.withdrawn:
        return row
    row.speakers = [
        SpeakerRow(
            id=each.id,
            # A transcript may mark somebody by their name, which only the vault keeps.
            label="" if _is_name(each.label, transcript.names.get(each.id, "")) else each.label,
            position=each.position,
            service=each.service,
            area=each.area,
            consent=str(each.consent),
        )
        for each in transcript.speakers
        if each.id not in gone
    ]
    row.turns = [
        TurnRow(speaker_id=each.speaker or None, start=each.start, end=each.end)
        for each in transcript.turns
        if each.speaker not in gone
    ]
    row.redactions = [_redaction(each) for each in hidden.redactions]
    row.proposals = [
        ProposalRow(start=each.start, end=each.end, kind=str(each.kind))
        for each in propose(transcript.text, gazetteer)
        if not any(one.start < each.end and each.start < one.end for one in hidden.redactions)
    ]
    return row


def _is_name(label: str, name: str) -> bool:
    """Whether what marks somebody's turns is their name, or words of it."""
    return set(label.casefold().split()) <= set(name.casefold().split())


def _redaction(redaction: Redaction) -> RedactionRow:
    return RedactionRow(
        start=redaction.start,
        end=redaction.end,
        replacement=redaction.replacement,
        reason=redaction.reason,
        decided_by=BY_TABLE,
    )


def _correct(row: InterviewRow, speakers: Sequence[Speaker]) -> bool:
    """Take over what a table now says of speakers who are held; whether anything changed."""
    held = {each.id: each for each in row.speakers}
    changed = False
    for speaker in speakers:
        if speaker.id not in held or speaker.consent is Consent.WITHDRAWN:
            continue
        for column in ("position", "service", "area", "consent"):
            value = str(getattr(speaker, column))
            if getattr(held[speaker.id], column) != value:
                setattr(held[speaker.id], column, value)
                changed = True
    return changed


def _keep_what_is_said(vault: Vault, transcripts: Sequence[Transcript]) -> None:
    """Take over consents and names that a table gives anew, of speakers whom the vault holds."""
    changed = {}
    for each in transcripts:
        if each.id in vault.interviews:
            held = vault.kept(each.id)
            consents = {
                one.id: str(one.consent)
                for one in each.speakers
                if one.id in held.consents and one.consent is not Consent.WITHDRAWN
            }
            names = {one: name for one, name in each.names.items() if one in held.consents}
            changed[each.id] = held.saying({**held.names, **names}, {**held.consents, **consents})
    vault.keep(changed)
