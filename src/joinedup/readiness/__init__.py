"""Readiness: what people say helps each option and what stands in its way, who could lift it, who agrees (§6.4).

It is set beside an option's money and never changes it. What a barrier holds up in the roadmap a person writes in barriers.csv;
`drafted_barriers` gives a first draft of that file to correct.
"""

from __future__ import annotations

from joinedup.readiness.drafting_barriers import ASSUMPTIONS, COLUMNS, drafted_barriers
from joinedup.readiness.readiness import Factor, Named, Readiness, in_general, readiness_of

__all__ = [
    "ASSUMPTIONS",
    "COLUMNS",
    "Factor",
    "Named",
    "Readiness",
    "drafted_barriers",
    "in_general",
    "readiness_of",
]
