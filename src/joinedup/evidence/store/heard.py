"""The tables of what was heard: interviews, speakers and their turns, what was redacted and what the machine proposed to."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joinedup.evidence.store.records import Record


class InterviewRow(Record):
    """An interview or group. ``text`` is as redacted; the original is in the vault alone.

    All positions in the store are code points of the *original* text, so that a later redaction moves none of them.
    ``length`` is the original's. A withdrawn interview keeps its row, as a tombstone, with an empty text.
    """

    __tablename__ = "interview"

    id: Mapped[str] = mapped_column(primary_key=True)
    held_on: Mapped[date | None]
    sha256: Mapped[str]
    length: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    speakers: Mapped[list[SpeakerRow]] = relationship(
        cascade="all, delete-orphan", order_by="SpeakerRow.id", back_populates="interview"
    )
    turns: Mapped[list[TurnRow]] = relationship(cascade="all, delete-orphan", order_by="TurnRow.start")
    redactions: Mapped[list[RedactionRow]] = relationship(
        cascade="all, delete-orphan", order_by="RedactionRow.start"
    )
    proposals: Mapped[list[ProposalRow]] = relationship(
        cascade="all, delete-orphan", order_by="ProposalRow.start"
    )


class SpeakerRow(Record):
    """A speaker by pseudonym; the name behind it is in the vault alone."""

    __tablename__ = "speaker"

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(default="")
    position: Mapped[str]
    service: Mapped[str]
    area: Mapped[str]
    consent: Mapped[str]
    interview: Mapped[InterviewRow] = relationship(back_populates="speakers")


class TurnRow(Record):
    """What one speaker said without a break; ``speaker_id`` is null where the interviewer speaks."""

    __tablename__ = "turn"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    speaker_id: Mapped[str | None] = mapped_column(ForeignKey("speaker.id", ondelete="SET NULL"))
    start: Mapped[int]
    end: Mapped[int]


class RedactionRow(Record):
    """A stretch of the original that nobody may read: what stands in its place, why, and who decided."""

    __tablename__ = "redaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    replacement: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]


class ProposalRow(Record):
    """A stretch that a recogniser would redact. ``decision`` is "" until a person accepts or refuses it."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("interview_id", "start", "end", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    kind: Mapped[str]
    decision: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")
