"""Finding what was said: by its words, and by its likeness to what a code was laid on (§6.1)."""

from joinedup.evidence.finding.searching import INDEX, Found, reindex, search
from joinedup.evidence.finding.suggesting import Suggestion, suggest

__all__ = ["INDEX", "Found", "Suggestion", "reindex", "search", "suggest"]
