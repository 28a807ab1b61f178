"""A blind clerical review: pairs drawn by probability for a person to judge, and what the judgement says (§2.4, §2.5).

A sheet shows each pair without its probability; the key, kept apart, holds what is needed to read the answers back.
"""

from joinedup.crossover.review.answers import answers_of, must_be_of
from joinedup.crossover.review.drawing import COLUMNS, Sheet, drawn
from joinedup.crossover.review.judging import Figure, Judged, Review, judged
from joinedup.crossover.review.key import EDGES, EVENT, Key

__all__ = [
    "COLUMNS",
    "EDGES",
    "EVENT",
    "Figure",
    "Judged",
    "Key",
    "Review",
    "Sheet",
    "answers_of",
    "drawn",
    "judged",
    "must_be_of",
]
