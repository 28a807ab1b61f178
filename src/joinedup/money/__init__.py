"""Money: typed cash, discounting by edition of the Green Book, optimism bias, real and nominal prices."""

from joinedup.money.cash import SOCIETY, Cash, CashKind, CashLine, NominalPounds, Partner, RealPounds
from joinedup.money.discounting import EDITION, annuity, discount_factors, present_value
from joinedup.money.optimism import Bounds, Cause, ProjectType, blend, mitigation, project_type, project_types
from joinedup.money.prices import nominal, price_levels, real

__all__ = [
    "EDITION",
    "SOCIETY",
    "Bounds",
    "Cash",
    "CashKind",
    "CashLine",
    "Cause",
    "NominalPounds",
    "Partner",
    "ProjectType",
    "RealPounds",
    "annuity",
    "blend",
    "discount_factors",
    "mitigation",
    "nominal",
    "present_value",
    "price_levels",
    "project_type",
    "project_types",
    "real",
]
