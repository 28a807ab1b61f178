"""Appraisal: what an option is worth, to whom, how surely, and whether anybody would wait too long."""

from joinedup.appraisal.appraise import ASSUMPTIONS, Appraisal, Leaving, Moved, appraise
from joinedup.appraisal.comparison import Comparison
from joinedup.appraisal.economic import EconomicCase, Switching
from joinedup.appraisal.financial import FinancialCase
from joinedup.appraisal.gate import Gate, Judged, Outcome, judge
from joinedup.appraisal.partners import Standing
from joinedup.appraisal.ranges import Range
from joinedup.appraisal.stress import WARNING, StressCase, Stressed

__all__ = [
    "ASSUMPTIONS",
    "WARNING",
    "Appraisal",
    "Comparison",
    "EconomicCase",
    "FinancialCase",
    "Gate",
    "Judged",
    "Leaving",
    "Moved",
    "Outcome",
    "Range",
    "Standing",
    "StressCase",
    "Stressed",
    "Switching",
    "appraise",
    "judge",
]
