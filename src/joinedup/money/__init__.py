"""Money: typed cash, discounting by edition, optimism bias, prices, value added tax and pensions."""

from joinedup.money.cash import SOCIETY, Cash, CashKind, CashLine, NominalPounds, Partner, RealPounds
from joinedup.money.deflators import Deflators, deflators, own_deflators
from joinedup.money.discounting import EDITION, annuity, discount_factors, present_value
from joinedup.money.optimism import (
    Bounds,
    Cause,
    ProjectType,
    blend,
    causes_of,
    mitigation,
    project_type,
    project_types,
)
from joinedup.money.pensions import Scheme, contributions, own_rate, scheme, schemes
from joinedup.money.prices import nominal, price_levels, real
from joinedup.money.vat import Recovery, Supply, recovery

__all__ = [
    "EDITION",
    "SOCIETY",
    "Bounds",
    "Cash",
    "CashKind",
    "CashLine",
    "Cause",
    "Deflators",
    "NominalPounds",
    "Partner",
    "ProjectType",
    "RealPounds",
    "Recovery",
    "Scheme",
    "Supply",
    "annuity",
    "blend",
    "causes_of",
    "contributions",
    "deflators",
    "discount_factors",
    "mitigation",
    "nominal",
    "own_deflators",
    "own_rate",
    "present_value",
    "price_levels",
    "project_type",
    "project_types",
    "real",
    "recovery",
    "scheme",
    "schemes",
]
