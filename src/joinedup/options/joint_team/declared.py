"""What a joint team takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring
from joinedup.options.task_handed_over.declared import HOURS
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.wording import Unit

_declared = Declaring("joint_team")


REACH = _declared(
    "reach", "A joint team goes to calls this far from its base or nearer.", "minutes", (8, 15, 25)
)
SHIFT = _declared("shift", "Hours in a day for which the team is out.", "hours", (8, 10, 12))
LEAST_JOBS = _declared(
    "least_jobs",
    "Calls for both a year, in reach and in the shift, below which no team is proposed.",
    "calls a year",
    (15, 30, 300),
)
TAKEN = _declared(
    "taken",
    "Calls for both in its hours and reach that the team takes, being free and the right one to send.",
    "share",
    (0.3, 0.6, 0.9),
)
JOB = _declared(
    "job",
    "Time of the team on one call, the drive included.",
    "minutes a call",
    (40, 75, 120),
    "judgement: 7 calls a shift were promised in Kent (Association of Ambulance Chief Executives, promoter)",
)
FREED = _declared(
    "freed",
    "Time of each service's own unit that one call taken by the team frees.",
    "minutes a call",
    (15, 50, 90),
    "judgement, to be replaced by times on scene; less where a unit was sent and turned back anyway",
)
PERSON = _declared(
    "person",
    "An hour of one person on the team.",
    "pounds an hour",
    (20, 28, 38),
    "judgement after pay scales with on-costs",
)
NEW_POSTS = _declared(
    "new_posts",
    "How much of the team's hours needs new posts; the rest is displaced from other work, which is no cash but is lost.",
    "share",
    (0.0, 0.5, 1.0),
)
OTHER_WORK = _declared(
    "other_work",
    "How much of the time between calls for both the team uses for calls that ask for one service only.",
    "share",
    (0.1, 0.4, 0.8),
)
NOT_CONVEYED = _declared(
    "not_conveyed",
    "Journeys to hospital that the team avoids, for each call it takes.",
    "journeys a call",
    (0.0, 0.08, 0.25),
)
CONVEYANCE = _declared(
    "conveyance",
    "What a journey to hospital costs the ambulance service in crew and vehicle.",
    "pounds a journey",
    (100, 180, 300),
)
VEHICLE = _declared(
    "vehicle",
    "A vehicle for the team, fitted out; bought again after five years.",
    "pounds",
    (35_000, 60_000, 100_000),
)
RUNNING = _declared(
    "running", "Fuel, upkeep and insurance of the vehicle.", "pounds a year", (5_000, 9_000, 15_000)
)
INDUCTION = _declared(
    "induction",
    "Choosing and training each service's people for the team.",
    "pounds a service",
    (5_000, 15_000, 60_000),
    "judgement: five months of induction for each tri-service officer in Cornwall are more, joint crews of trained people less",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 10_000, 60_000),
    "judgement: people go back to their own rosters",
)

ASSUMPTIONS = (
    *TRAVEL,
    REACH,
    SHIFT,
    LEAST_JOBS,
    TAKEN,
    JOB,
    FREED,
    PERSON,
    *HOURS.values(),
    NEW_POSTS,
    OTHER_WORK,
    NOT_CONVEYED,
    CONVEYANCE,
    VEHICLE,
    RUNNING,
    INDUCTION,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "jobs_a_shift": ("Calls for both that the team takes in a shift, at most: {it}.", Unit.NUMBER),
        "shift": ("Its shift, the hours of the day with most such calls: {it}.", None),
        "in_reach": (
            "Share of all placed calls for both that lie within reach of its base: {it}.",
            Unit.SHARE,
        ),
        "in_shift": ("Share of those within reach that fall in its shift: {it}.", Unit.SHARE),
        "travel": ("Reach is by {it}.", None),
        "taken_in_words": ("Calls that it takes in a year: {it}.", None),
        "freed_in_words": ("Hours a year that this frees of each service's own units: {it}.", None),
        "busy_in_words": ("Share of its shift for which it is at such calls: {it}.", None),
        "displaced_in_words": (
            "Hours a year that each service's people are missing from other work: {it}.",
            None,
        ),
        "new_in_words": ("Hours a year that each service needs new posts for: {it}.", None),
    }
)
"""What a board reads of an option's facts; a range is what nine draws in ten lie between."""
