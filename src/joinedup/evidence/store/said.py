"""The tables of what leaves: statements with what they rest on, quotes released, and the log that cannot be rewritten."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joinedup.evidence.store.records import Record


class StatementRow(Record):
    """A sentence for the report that rests on evidence (§6.1)."""

    __tablename__ = "statement"

    id: Mapped[str] = mapped_column(primary_key=True)
    sentence: Mapped[str] = mapped_column(Text)
    citations: Mapped[list[CitationRow]] = relationship(
        cascade="all, delete-orphan", order_by="CitationRow.id"
    )


class CitationRow(Record):
    """One thing that a statement rests on.

    ``kind`` is passage, figure or reply; ``target`` is its id (a passage's; "survey/QUESTION/ANSWER"; "views/REPLY").
    ``fingerprint`` is of what it said when it was cited; ``lost`` says why it no longer holds, "" while it does.
    """

    __tablename__ = "citation"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[str] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    target: Mapped[str]
    fingerprint: Mapped[str]
    lost: Mapped[str] = mapped_column(default="")


class QuoteRow(Record):
    """A quote on its way out: who approved it, and the fingerprints it was approved under (§8.2)."""

    __tablename__ = "quote"

    id: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[str]
    speaker_id: Mapped[str]
    first_approver: Mapped[str]
    second_approver: Mapped[str] = mapped_column(default="")
    passage_sha256: Mapped[str]
    document_sha256: Mapped[str]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class LogRow(Record):
    """A line of the log: each holds the hash of the one before, so that none can be changed or taken out unseen."""

    __tablename__ = "log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    who: Mapped[str]
    what: Mapped[str]
    about: Mapped[str] = mapped_column(Text)
    before: Mapped[str]
    hash: Mapped[str]
