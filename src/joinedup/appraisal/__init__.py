"""Appraisal: what an option is worth, to whom, how surely, and whether anybody would wait too long."""

from joinedup.appraisal.adjusting import CORRECTION_NOTE
from joinedup.appraisal.affording import Affordable, affordability, financial_year
from joinedup.appraisal.alone import Alone, alone_cash, best_alone, searched_alone
from joinedup.appraisal.appraise import ASSUMPTIONS, Appraisal, Leaving, Moved, appraise
from joinedup.appraisal.beside import Beside
from joinedup.appraisal.cases import GRADES, WARNING, Case, cases, cases_like, months_elsewhere
from joinedup.appraisal.comparison import Comparison
from joinedup.appraisal.costing import Costed, costed, costed_already
from joinedup.appraisal.duty import Answer, Duty, Tested, duty_tests
from joinedup.appraisal.economic import EconomicCase, Switching, present_value_of
from joinedup.appraisal.financial import VAT, FinancialCase, recoveries
from joinedup.appraisal.five_cases import CaseLine, FiveCase, five_cases, no_ratio, paid_back_in
from joinedup.appraisal.funding import Term, funded, funding_of
from joinedup.appraisal.gate import Gate, Judged, Outcome, judge
from joinedup.appraisal.outcomes import Effect, Objective, at_anothers_cost, effects, measures
from joinedup.appraisal.partners import Standing, standings
from joinedup.appraisal.people import People, Stated, first_live_year, people_of, with_stated_redundancy
from joinedup.appraisal.ranges import HALF_A_PENNY, Range
from joinedup.appraisal.risks import Managed, mitigation_of, read_risks
from joinedup.appraisal.sensitivity import Swing, swings
from joinedup.appraisal.stress import StressCase, Stressed
from joinedup.appraisal.together import Together, alternatives, appraise_set

__all__ = [
    "ASSUMPTIONS",
    "CORRECTION_NOTE",
    "GRADES",
    "HALF_A_PENNY",
    "VAT",
    "WARNING",
    "Affordable",
    "Alone",
    "Answer",
    "Appraisal",
    "Beside",
    "Case",
    "CaseLine",
    "Comparison",
    "Costed",
    "Duty",
    "EconomicCase",
    "Effect",
    "FinancialCase",
    "FiveCase",
    "Gate",
    "Judged",
    "Leaving",
    "Managed",
    "Moved",
    "Objective",
    "Outcome",
    "People",
    "Range",
    "Standing",
    "Stated",
    "StressCase",
    "Stressed",
    "Swing",
    "Switching",
    "Term",
    "Tested",
    "Together",
    "affordability",
    "alone_cash",
    "alternatives",
    "appraise",
    "appraise_set",
    "at_anothers_cost",
    "best_alone",
    "cases",
    "cases_like",
    "costed",
    "costed_already",
    "duty_tests",
    "effects",
    "financial_year",
    "first_live_year",
    "five_cases",
    "funded",
    "funding_of",
    "judge",
    "measures",
    "mitigation_of",
    "months_elsewhere",
    "no_ratio",
    "paid_back_in",
    "people_of",
    "present_value_of",
    "read_risks",
    "recoveries",
    "searched_alone",
    "standings",
    "swings",
    "with_stated_redundancy",
]
