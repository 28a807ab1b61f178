"""The tables of coding: codes, coders, passages, suggestions, and every change, so that it can be undone."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from joinedup.evidence.store.records import Record


class CodeRow(Record):
    """An entry of the codebook."""

    __tablename__ = "code"

    id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("code.id"))
    name: Mapped[str]
    definition: Mapped[str] = mapped_column(Text, default="")
    example: Mapped[str] = mapped_column(Text, default="")
    colour: Mapped[str] = mapped_column(default="")
    family: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    lifters: Mapped[str] = mapped_column(default="")


class CoderRow(Record):
    """Somebody who codes, by an alias."""

    __tablename__ = "coder"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class PassageRow(Record):
    """A code on a stretch of an interview, in positions of the original text."""

    __tablename__ = "passage"

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[str] = mapped_column(ForeignKey("code.id"), index=True)
    coder_id: Mapped[str] = mapped_column(ForeignKey("coder.id"))
    round: Mapped[int] = mapped_column(default=1)
    start: Mapped[int]
    end: Mapped[int]
    memo: Mapped[str] = mapped_column(Text, default="")
    suggested: Mapped[bool] = mapped_column(default=False)


class SuggestionRow(Record):
    """A sentence that the machine found to be like the passages of a code. ``decision`` is "" until a person takes one.

    ``id`` is made of code, interview and stretch, so that what was refused once is known again.
    """

    __tablename__ = "suggestion"

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[str] = mapped_column(ForeignKey("code.id"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    score: Mapped[float]
    decision: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")


class ChangeRow(Record):
    """A change to codes or passages with the rows before and after it, as JSON; ``undone`` once it was taken back.

    A change that was taken back is ``closed`` once its coder goes on with another: it cannot be made again. The rows hold
    ids, positions, names of codes and memos, and no text of an interview.
    """

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(primary_key=True)
    coder_id: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    undone: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
