"""Every number that joint training takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.wording import Unit

_declared = Declaring("joint_training")


LIKENESS = _declared(
    "likeness",
    "Topics whose wording is at least this alike are shown to a person, who says whether they are one.",
    "share",
    (0.3, 0.4, 0.6),
    "judgement: a person decides, so it is set to show too many rather than too few",
)
PATIENCE = _declared(
    "patience",
    "How much earlier or later than booked a person may be given a seat.",
    "days",
    (30, 60, 120),
    "judgement, to be replaced by what the services' training plans allow",
)
REACH = _declared(
    "reach",
    "The longest drive between the venue that a person is booked at and the one where the seat is.",
    "minutes",
    (30, 60, 90),
    "judgement: people go home at night",
)
DAY = _declared(
    "day",
    "What a day of a trainee's time costs, with on-costs.",
    "pounds a day",
    (170, 220, 300),
    "judgement after published pay scales: about £48,000 a year over 220 days",
)
MILEAGE = _declared(
    "mileage",
    "What driving to another venue costs, over the straight line.",
    "pounds a km",
    (0.25, 0.36, 0.5),
    "judgement: 45p a mile is HM Revenue and Customs' approved rate, and roads are about 1.3 times the straight line",
)
REALISED = _declared(
    "realised",
    "Runs that really fall away, as a share of those that the best calendar does without.",
    "share",
    (0.3, 0.6, 0.9),
    "judgement: the best calendar knows every booking beforehand, and nobody falls ill",
)
CASH_SHARE = _declared(
    "cash_share",
    "Part of the cost of a run that is money saved when it falls away; the rest is trainers' time set free.",
    "share",
    (0.15, 0.35, 0.6),
    "judgement: trainers are salaried, hire of rooms and vehicles and fuel are not",
)
SEAT_PRICE = _declared(
    "seat_price",
    "What a service pays for a seat in a run of another, as a share of that run's cost a seat.",
    "share",
    (0.5, 0.8, 1.0),
    "judgement: between what one person more costs and the full share",
)
AGREEING = _declared(
    "agreeing",
    "Agreeing one syllabus, one assessment and who recognises what, done once.",
    "pounds a partner",
    (2_000, 6_000, 20_000),
    "judgement: some weeks of a training manager",
)
BOOKING = _declared(
    "booking",
    "Keeping one list of seats.",
    "pounds a partner a year",
    (200, 600, 2_000),
    "judgement: a day a month",
)
EXERCISE = _declared(
    "exercise",
    "What one joint exercise costs a service in people, place and time.",
    "pounds a service",
    (4_000, 12_000, 40_000),
    "judgement, to be replaced by the cost of the last one",
)
EXERCISES = _declared(
    "exercises",
    "Joint exercises to be run.",
    "exercises a year",
    (1, 1, 2),
    "judgement: JESIP's joint doctrine asks that working together is trained and exercised; how often is for the partners",
)
YEARS_TO_LIVE = _declared(
    "years_to_live",
    "Years from the start of the first year until seats are shared.",
    "years",
    (0.5, 1.0, 2.0),
    "judgement: a training plan is made once a year",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (2_000, 10_000, 40_000),
    "judgement: each service has its trainers still, and has to find dates and rooms",
)

ASSUMPTIONS = (
    *TRAVEL,
    LIKENESS,
    PATIENCE,
    REACH,
    DAY,
    MILEAGE,
    REALISED,
    CASH_SHARE,
    SEAT_PRICE,
    AGREEING,
    BOOKING,
    EXERCISE,
    EXERCISES,
    YEARS_TO_LIVE,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "runs_before": ("Courses run in a year now: {it}.", Unit.NUMBER),
        "runs_after": ("Courses run in a year together: {it}.", Unit.NUMBER),
        "seats_filled_before": ("Share of seats filled now: {it}.", Unit.SHARE),
        "seats_filled_after": ("Share of seats filled together: {it}.", Unit.SHARE),
        "person_gbp_before": ("Cost of each person trained now: {it}.", Unit.POUNDS),
        "person_gbp_after": ("Cost of each person trained together: {it}.", Unit.POUNDS),
        "wait_days_before_{partner}": (
            "Days that somebody of {who} waits for a seat now, in the mean: {it}.",
            Unit.NUMBER,
        ),
        "wait_days_after_{partner}": ("Days that somebody of {who} would wait together: {it}.", Unit.NUMBER),
        "travel": ("Drives from venue to venue are by {it}.", None),
    }
)
"""What a board reads of an option's facts."""
