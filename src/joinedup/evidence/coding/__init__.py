"""Coding interviews: who lays which code on what, every change kept and taken back at will (§6.1, §6.2).

Everything works on a database transaction over the evidence store, in positions of the original text. Each function that changes
something names the coder who does, and leaves one row in the record of changes.
"""

from joinedup.evidence.coding.arranging import describe, make, merge, put_under, remove_code, rename, split
from joinedup.evidence.coding.bringing import Brought, bring, start
from joinedup.evidence.coding.changing import codes, redo, undo
from joinedup.evidence.coding.forgetting import forget
from joinedup.evidence.coding.laying import add_coder, lay, lay_all, move, note, passages, remove
from joinedup.evidence.coding.suggestions import Decided, accept, decided, refuse

__all__ = [
    "Brought",
    "Decided",
    "accept",
    "add_coder",
    "bring",
    "codes",
    "decided",
    "describe",
    "forget",
    "lay",
    "lay_all",
    "make",
    "merge",
    "move",
    "note",
    "passages",
    "put_under",
    "redo",
    "refuse",
    "remove",
    "remove_code",
    "rename",
    "split",
    "start",
    "undo",
]
