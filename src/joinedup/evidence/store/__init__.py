"""The evidence store: interviews as redacted, their coding, what leaves, and a log that cannot be rewritten (§6.1, §8.2).

The originals, names and consents are in the vault (`joinedup.evidence.vault`), which the store needs only to take in, to take a
redaction back, and to withdraw.
"""

from joinedup.evidence.store.coded import ChangeRow, CodeRow, CoderRow, PassageRow, SuggestionRow
from joinedup.evidence.store.heard import InterviewRow, ProposalRow, RedactionRow, SpeakerRow, TurnRow
from joinedup.evidence.store.log import EXPORTED, LogLine, Verdict
from joinedup.evidence.store.quoting import Approval, Limits, Quote
from joinedup.evidence.store.records import Record
from joinedup.evidence.store.redacting import OpenProposal
from joinedup.evidence.store.said import CitationRow, LogRow, QuoteRow, StatementRow
from joinedup.evidence.store.stating import Citation, Kind, Lost, Statement
from joinedup.evidence.store.store import FILE, Store
from joinedup.evidence.store.taking import Taken
from joinedup.evidence.store.withdrawing import Withdrawn

tables = Record.metadata
"""Every table of the store."""

__all__ = [
    "EXPORTED",
    "FILE",
    "Approval",
    "ChangeRow",
    "Citation",
    "CitationRow",
    "CodeRow",
    "CoderRow",
    "InterviewRow",
    "Kind",
    "Limits",
    "LogLine",
    "LogRow",
    "Lost",
    "OpenProposal",
    "PassageRow",
    "ProposalRow",
    "Quote",
    "QuoteRow",
    "RedactionRow",
    "SpeakerRow",
    "Statement",
    "StatementRow",
    "Store",
    "SuggestionRow",
    "Taken",
    "TurnRow",
    "Verdict",
    "Withdrawn",
    "tables",
]
