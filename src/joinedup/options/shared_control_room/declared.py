"""Every number that sharing a control room takes for granted where the study does not say."""

from __future__ import annotations

from joinedup.assumptions import Declaring, Grade

_declared = Declaring("shared_control_room")


ROSTER = _declared(
    "roster",
    "Posts that a roster which people can work sets free, as a share of those that the fewest whole shifts would.",
    "share",
    (0.4, 0.7, 1.0),
    "judgement: the fewest whole shifts leave out who may work nights, and rest between shifts",
)
DUTIES = _declared(
    "duties",
    "Posts set free that are needed after all for other duties (sending and minding crews, front counter, records, alarms).",
    "share",
    (0.4, 0.9, 1.35),
    "five Ohio cities: of $775,400 to $1.19m a year 0.96 to 1.35 went (Cleveland State University, 2014); low: judgement",
    Grade.ELSEWHERE,
)
INTEGRATION = _declared(
    "integration",
    "Bringing one more room's work, records and links into the system of the room that it joins.",
    "pounds a room",
    (100_000, 300_000, 900_000),
    "judgement: two fire services in Surrey and West Sussex gave £934,000 for everything done once (Chichester Observer)",
)
SAME_SYSTEM = _declared(
    "same_system",
    "What that costs where both rooms have the same make of system, as a share.",
    "share",
    (0.1, 0.3, 0.7),
    "judgement: two installations of one make differ in records, links and rules",
)
SUPPORT = _declared(
    "support",
    "Support of what was integrated in a year, as a share of what it cost.",
    "share a year",
    (0.08, 0.12, 0.2),
    "judgement after usual software support",
)
DESK = _declared(
    "desk",
    "Fitting out one desk more, with screens, radio and telephones.",
    "pounds a desk",
    (8_000, 20_000, 40_000),
    "judgement, to be replaced by a quotation",
)
PROJECT = _declared(
    "project",
    "The team that plans, consults and carries it through, for each partner.",
    "pounds a partner",
    (80_000, 200_000, 400_000),
    "judgement: two to four people for two years",
)
TRAINING = _declared(
    "training",
    "Training one call handler's post to answer for every service, with cover for the time away.",
    "pounds a post",
    (2_000, 5_000, 9_000),
    "judgement: three to eight weeks, part of them on the job",
)
DOUBLE_RUNNING = _declared(
    "double_running",
    "Months for which the old rooms and their call handlers go on beside the new.",
    "months",
    (1, 3, 9),
    "judgement",
)
RELOCATION = _declared(
    "relocation",
    "Travel and disturbance paid for one post that moves to another place.",
    "pounds a post",
    (500, 2_000, 5_000),
    "judgement, to be replaced by the services' own terms",
)
REDUNDANCY = _declared(
    "redundancy",
    "Redundancy pay for each post that ends, on average: most of them end by people leaving anyhow.",
    "pounds a post",
    (3_000, 12_000, 40_000),
    "judgement, to be replaced by the services' own terms",
)
DESK_COST = _declared(
    "desk_cost",
    "What a room costs to run in a year without staff, where the study does not say.",
    "pounds a desk a year",
    (10_000, 22_000, 40_000),
    "judgement",
)
BUILDING = _declared(
    "building",
    "Part of a room's running cost that is its floor and not its systems.",
    "share",
    (0.2, 0.35, 0.5),
    "judgement, to be replaced by the room's accounts",
)
HOST_ADDS = _declared(
    "host_adds",
    "What a room that is joined costs more to run, as a share of the bills given up.",
    "share",
    (0.1, 0.2, 0.35),
    "judgement: more licences, lines and desks",
)
FALLBACK = _declared(
    "fallback",
    "A place kept ready in case the one room is lost, in a year, as a share of the bills given up.",
    "share",
    (0.05, 0.1, 0.2),
    "judgement: two rooms could stand in for each other, one cannot",
)
FALLBACK_STAFF = _declared(
    "fallback_staff",
    "Handlers who answer from the fallback while the one room is lost, as a share of those on duty.",
    "share",
    (0.25, 0.5, 0.9),
    "judgement: no table says who goes where; ask who goes to the fallback, and in how many minutes",
)
LOST_HOURS = _declared(
    "lost_hours",
    "How long a room is lost for, in the busiest hours of the week.",
    "hours",
    (2, 8, 24),
    "judgement: about a shift, until people answer elsewhere for good",
)
BY_CALLS = _declared(
    "by_calls",
    "How far the partners share what is common by their calls (1) and not by their staff (0).",
    "share",
    (0, 0.5, 1),
    "judgement: the split held up ten answering points in Waukesha for two years (Baker Tilly)",
)
YEARS_TO_LIVE = _declared(
    "years_to_live",
    "Years from the start of the first year until the rooms work together.",
    "years",
    (1, 2, 4),
    "Waukesha: 2000 to 2004 (Baker Tilly); the low is judgement",
    Grade.ELSEWHERE,
)
PAY = _declared(
    "pay",
    "What one full-time post in a control room costs in a year with on-costs, where the study does not say.",
    "pounds a post a year",
    (36_000, 42_000, 50_000),
    "judgement after published pay scales",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (200_000, 500_000, 950_000),
    "judgement: £1,069,142 was agreed for fire's planned leaving of Gloucestershire's room of three (BBC; Gloucester Citizen)",
)

ASSUMPTIONS = (
    ROSTER,
    DUTIES,
    INTEGRATION,
    SAME_SYSTEM,
    SUPPORT,
    DESK,
    PROJECT,
    TRAINING,
    DOUBLE_RUNNING,
    RELOCATION,
    REDUNDANCY,
    DESK_COST,
    BUILDING,
    HOST_ADDS,
    FALLBACK,
    FALLBACK_STAFF,
    LOST_HOURS,
    BY_CALLS,
    YEARS_TO_LIVE,
    PAY,
    EXIT_COST,
)
