"""What sharing support takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring, Grade
from joinedup.options.shared_estate.declared import RECEIPT_SHARE, RUNNING_COST
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.wording import Unit

_declared = Declaring("shared_support")


GAP_CLOSED = _declared(
    "gap_closed",
    "How much of the gap between what a service pays for an item and the best price it would close by buying with the others.",
    "share",
    (0.2, 0.5, 0.9),
    "judgement: part of a gap is another specification, quantity, date or delivery, which no tender closes",
)
TENDER = _declared(
    "tender",
    "Agreeing on one specification and tendering an item together, for each service that takes part.",
    "pounds a service",
    (1_000, 4_000, 15_000),
    "judgement: one to ten weeks of a buyer's time",
)
STANDARDISING = _declared(
    "standardising",
    "Changing over to the common item (trials, fitting, training, stock written off), as a share of what a service spends on it.",
    "share of a year's spending",
    (0.02, 0.05, 0.2),
    "judgement, to be replaced by each service's own plan",
)
WORKSHOP_REACH = _declared(
    "workshop_reach",
    "Workshops of different services this far apart or nearer are looked at as one.",
    "minutes",
    (5, 15, 30),
    "judgement: vehicles come in a few times a year, so that a workshop may be further than a station",
)
WORKSHOP_SPACE = _declared(
    "workshop_space",
    "Floor that a workshop needs at its host, as a share of the floor that it leaves.",
    "share",
    (0.25, 0.4, 0.7),
    "judgement: pits, stores and offices are shared, and a longer day uses the same ramps; to be replaced by a plan",
)
WORKSHOP_MOVE = _declared(
    "workshop_move",
    "Fitting the host out for other vehicles, and moving tools, stock and records.",
    "pounds a workshop",
    (40_000, 120_000, 400_000),
    "judgement, to be replaced by a quotation; a new joint garage went from £6m to £16m (Northamptonshire Commissioner)",
)
WORKSHOP_HOST = _declared(
    "workshop_host",
    "What the newcomer adds to the host's bills, as a share of the bills of the workshop that it leaves.",
    "share",
    (0.2, 0.4, 0.8),
    "judgement: energy and waste follow the work, rent and rates do not",
)
VISITS = _declared(
    "visits",
    "How often a vehicle comes to its workshop.",
    "visits a vehicle a year",
    (3, 5, 8),
    "judgement: services, inspections and repairs of vehicles in hard use",
)
DRIVERS_HOUR = _declared(
    "drivers_hour",
    "An hour of somebody who takes a vehicle to its workshop, with the vehicle.",
    "pounds an hour",
    (20, 30, 45),
    "judgement after published pay scales with on-costs",
)
SAVED_ON_POSTS = _declared(
    "saved_on_posts",
    "What one support service saves of what the services spend on the function now.",
    "share",
    (0.017, 0.035, 0.059),
    "high: 5.9 % promised in Hampshire (Portsmouth News); low: 29 % of that, as government kept of its promise (NAO, 2016)",
    Grade.ELSEWHERE,
)
SETTING_UP = _declared(
    "setting_up",
    "Setting one support service up, as a share of what the services spend on the function in a year.",
    "share of a year's spending",
    (0.03, 0.055, 0.2),
    "£3.7m for £67.8m of joint spending in Hampshire (Portsmouth News); range: judgement",
    Grade.ELSEWHERE,
)
POST_COST = _declared(
    "post_cost",
    "What one full-time support post costs in a year with on-costs, where the study does not say.",
    "pounds a post a year",
    (36_000, 44_000, 55_000),
    "judgement after published pay scales",
)
POST_ENDED = _declared(
    "post_ended",
    "Redundancy pay for each post that ends, on average.",
    "pounds a post",
    (5_000, 20_000, 45_000),
    "judgement: turnover takes some, long service makes others dear",
)
YEARS_TO_LIVE = _declared(
    "years_to_live",
    "Years from the start of the first year until one support service does the work.",
    "years",
    (1.0, 2.0, 4.0),
    "judgement: two and a half years in, 2 of 26 users of government's programme had moved (NAO, 2016)",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (10_000, 80_000, 500_000),
    "judgement: leaving Warwickshire and West Mercia's whole alliance cost £10.5m (HMICFRS; BBC)",
)
ASSUMPTIONS = (
    *TRAVEL,
    GAP_CLOSED,
    TENDER,
    STANDARDISING,
    WORKSHOP_REACH,
    WORKSHOP_SPACE,
    WORKSHOP_MOVE,
    WORKSHOP_HOST,
    VISITS,
    DRIVERS_HOUR,
    SAVED_ON_POSTS,
    SETTING_UP,
    POST_COST,
    POST_ENDED,
    YEARS_TO_LIVE,
    RUNNING_COST,
    RECEIPT_SHARE,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "saved_at_median": ("Saved in a year if all paid the price in the middle: {it}.", Unit.POUNDS),
        "saved_at_median_{partner}": (
            "What {who} would save in a year if it paid the price in the middle: {it}.",
            Unit.POUNDS,
        ),
        "saved_at_best": ("Saved in a year if all paid the best price: {it}.", Unit.POUNDS),
        "saved_at_best_{partner}": (
            "What {who} would save in a year if it paid the best price: {it}.",
            Unit.POUNDS,
        ),
        "changing_over_gbp": ("What changing over to the common item would cost once: {it}.", Unit.POUNDS),
        "vehicles": ("Vehicles that would be kept in the other workshop: {it}.", Unit.NUMBER),
        "minutes": ("The drive between the two workshops: {it}.", Unit.MINUTES),
        "contracts_gbp": ("What the partners' contracts for this work cost in a year: {it}.", Unit.POUNDS),
        "contracts_could_end_gbp": (
            "Of it, contracts for an item for which another partner pays as much or more, which could end; in no total: {it}.",
            Unit.POUNDS,
        ),
        "contracts_could_end": ("Contracts that could end, and when their own time is up: {it}.", None),
        "posts_freed": ("Whole posts that come free, at the central values: {it}.", Unit.NUMBER),
    }
)
"""What a board reads of an option's facts."""
