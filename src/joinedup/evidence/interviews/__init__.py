"""Interviews and groups as they come: transcripts with a table of who spoke, when, and what they agreed to (§6.1)."""

from joinedup.evidence.interviews.plain import FOLDER, PASSAGES, TABLE, coded_of_plain
from joinedup.evidence.interviews.table import FORMATS, transcripts_of
from joinedup.evidence.interviews.transcript import WITHDRAWN, Transcript

__all__ = [
    "FOLDER",
    "FORMATS",
    "PASSAGES",
    "TABLE",
    "WITHDRAWN",
    "Transcript",
    "coded_of_plain",
    "transcripts_of",
]
