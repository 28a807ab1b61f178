"""Where to stand: p-median, covering, and a plan for the estate of several services, solved with a bound (§3.6, §4)."""

from joinedup.locate.covering import fewest_sites, most_covered
from joinedup.locate.estate import estate_plan
from joinedup.locate.holdings import TURNS_IN, stays_put
from joinedup.locate.p_median import Located, p_median
from joinedup.locate.plan import Cluster, Covered, Move, Plan
from joinedup.locate.terms import ASSUMPTIONS, SPARE_SHARE, TURN_IN, WORKS_LAST, Standard, Terms

__all__ = [
    "ASSUMPTIONS",
    "SPARE_SHARE",
    "TURNS_IN",
    "TURN_IN",
    "WORKS_LAST",
    "Cluster",
    "Covered",
    "Located",
    "Move",
    "Plan",
    "Standard",
    "Terms",
    "estate_plan",
    "fewest_sites",
    "most_covered",
    "p_median",
    "stays_put",
]
