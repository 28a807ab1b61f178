"""What the interviews say: themes, codes that come together, saturation, negative cases, quotes, agreement of coders (§6.1)."""

from joinedup.evidence.themes.agreeing import Apart, Unit, apart, ratings_of
from joinedup.evidence.themes.counting import GROUPINGS, Count, Theme, Themes, themes
from joinedup.evidence.themes.negative import Contrary, NegativeCase, negative_cases
from joinedup.evidence.themes.quotes import QuoteMatrix, quote_matrix
from joinedup.evidence.themes.said import Said, Saying, said_in
from joinedup.evidence.themes.saturation import Saturation, Step, expected_codes, saturation
from joinedup.evidence.themes.together import Pair, Together, together

__all__ = [
    "GROUPINGS",
    "Apart",
    "Contrary",
    "Count",
    "NegativeCase",
    "Pair",
    "QuoteMatrix",
    "Said",
    "Saturation",
    "Saying",
    "Step",
    "Theme",
    "Themes",
    "Together",
    "Unit",
    "apart",
    "expected_codes",
    "negative_cases",
    "quote_matrix",
    "ratings_of",
    "said_in",
    "saturation",
    "themes",
    "together",
]
