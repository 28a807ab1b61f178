"""A report such as a study would write: fictional, but with every kind of block and every awkward "
"figure."""

from __future__ import annotations

import random

from joinedup.disclosure import (
    Bar,
    Bullets,
    Chapter,
    Chart,
    Column,
    Draft,
    Figure,
    Map,
    Mark,
    Place,
    Section,
    Square,
    Statement,
    Table,
    count,
)
from joinedup.wording import Unit


def pounds(middle: float, low: float, high: float) -> Figure:
    return Figure(middle, Unit.POUNDS, low=low, high=high)


def share(middle: float, low: float, high: float, base: int = 4_000, unit: Unit = Unit.SHARE) -> Figure:
    return Figure(middle, unit, base, low, high)


def estimate(middle: float, low: float, high: float) -> Figure:
    return Figure(middle, Unit.COUNT, low=low, high=high, mark=Mark.ESTIMATED)


def minutes(middle: float, low: float, high: float) -> Figure:
    return Figure(middle, Unit.MINUTES, low=low, high=high)


JOINT = share(0.0507, 0.0481, 0.0533, 18_204, Unit.PER_HUNDRED)

ANSWER = Chapter(
    "answer",
    "Share the station at Amberley first; it pays for itself within five years",
    Statement(
        "Of eleven ways of working together, three are worth having whatever the assumptions. Together "
        "they are worth "
        "{worth} over ten years, and nobody waits longer for help.",
        {"worth": pounds(1.2e6, 0.8e6, 1.6e6)},
    ),
    (
        Statement(
            "The largest part of it comes from one building. The fire station at Amberley and the "
            "ambulance station "
            "next to it were built within a year of each other, and both need a new roof before 2028."
        ),
        Bullets(
            (
                Statement("Share the station at Amberley: worth {a}.", {"a": pounds(6.1e5, 4.2e5, 8.3e5)}),
                Statement(
                    "Send incident messages between rooms digitally: {a}.", {"a": pounds(3.1e5, 2e5, 4e5)}
                ),
                Statement(
                    "Train drivers together: {a}; the police lose on it.", {"a": pounds(1e5, -3e4, 2.4e5)}
                ),
            )
        ),
        Table(
            "who-gains",
            "Who pays and who gains, over ten years, in pounds of 2025/26",
            (Column("Partner"), Column("Pays", True), Column("Saves", True), Column("Worth", True)),
            (
                (
                    "Littleton Police",
                    pounds(2e5, 1.5e5, 2.6e5),
                    pounds(1.4e5, 9e4, 2e5),
                    pounds(-6e4, -1.4e5, 1e4),
                ),
                (
                    "Littleton Fire and Rescue",
                    pounds(5e5, 4e5, 7e5),
                    pounds(1.1e6, 9e5, 1.3e6),
                    pounds(6e5, 4e5, 8e5),
                ),
                (
                    "Riverside Ambulance",
                    pounds(3e5, 2e5, 4e5),
                    pounds(9.6e5, 8e5, 1.1e6),
                    pounds(6.6e5, 5e5, 8.1e5),
                ),
                (
                    "All partners",
                    pounds(1e6, 8e5, 1.3e6),
                    pounds(2.2e6, 1.9e6, 2.5e6),
                    pounds(1.2e6, 8e5, 1.6e6),
                ),
            ),
            note="Littleton Police would be worse off unless the other two paid it about £6,000 a year.",
            total=True,
        ),
    ),
)

CROSSOVER = Chapter(
    "crossover",
    "About one ambulance incident in twenty is also a police incident",
    Statement(
        "{joint:Between} in 100 ambulance incidents were also recorded by the police.", {"joint": JOINT}
    ),
    (
        Statement(
            "That is {share:one_in}. Seen from the fire and rescue service, which has far fewer "
            "incidents, almost a "
            "third were also recorded by one of the other two.",
            {"share": share(0.0507, 0.0481, 0.0533, 18_204)},
        ),
        Chart(
            "joint-recording",
            "Fire and rescue meets the other services most, for its size",
            "Share of each service’s own incidents that another service also recorded, Littleton, April "
            "2024 to "
            "March 2025, estimated with 95 % intervals",
            (
                Bar("Police, also recorded by ambulance", share(0.062, 0.058, 0.066), "police"),
                Bar("Police, also recorded by fire", share(0.011, 0.009, 0.014), "police"),
                Bar("Fire, also recorded by police", share(0.174, 0.151, 0.197, 1_912), "fire"),
                Bar("Fire, also recorded by ambulance", share(0.142, 0.12, 0.164, 1_912), "fire"),
                Bar("Ambulance, also recorded by police", share(0.0507, 0.0481, 0.0533, 18_204), "ambulance"),
                Bar("Ambulance, also recorded by fire", share(0.0149, 0.0126, 0.0172, 18_204), "ambulance"),
                Bar("Coastguard, also recorded by fire", share(0.3, 0.1, 0.5, 9), "other"),
            ),
            "Source: the services’ own incident records, 35,000 incidents. Estimated against chance; "
            "see the method, §2.",
            "Bars with intervals. Fire: 15 to 20 in 100 of its incidents were also recorded by the "
            "police and 12 to 16 "
            "in 100 by the ambulance service. For police and ambulance no share is above 7 in 100.",
        ),
        Section("How often each pair meets"),
        Table(
            "pairs",
            "Incidents that two services met at, by definition, April 2024 to March 2025",
            (
                Column("Services"),
                Column("Requested", True),
                Column("Jointly recorded", True),
                Column("Jointly attended", True),
                Column("Same place and hour", True),
                Column("Share of the smaller service’s incidents", True),
            ),
            (
                (
                    "Police and fire",
                    count(212),
                    estimate(333, 290, 377),
                    count(188),
                    count(1_204),
                    share(0.174, 0.151, 0.197),
                ),
                (
                    "Police and ambulance",
                    count(640),
                    estimate(923, 876, 970),
                    count(702),
                    count(6_417),
                    share(0.062, 0.058, 0.066),
                ),
                (
                    "Fire and ambulance",
                    count(154),
                    estimate(271, 229, 313),
                    count(149),
                    count(988),
                    share(0.142, 0.12, 0.164),
                ),
                (
                    "All three",
                    count(3),
                    estimate(41, 30, 55),
                    count(17),
                    count(212),
                    Figure(None, Unit.SHARE),
                ),
                (
                    "Any two or more",
                    count(1_009),
                    estimate(1_568, 1_430, 1_700),
                    count(1_056),
                    Figure(None, Unit.COUNT, mark=Mark.NOT_APPLICABLE),
                    Figure(None, Unit.SHARE),
                ),
            ),
            note="Base: 35,116 incidents with a time and a place. The four definitions are never added "
            "together.",
            total=True,
        ),
    ),
)

_RANDOM = random.Random(7)
_NAMES = (
    "Amberley Birchfield Castle~Street Dunmere Eastgate Fenwick Great~Harding Holloway Ingleby "
    "Kingsmead Langport "
    "Market~Place Netherfield Old~Quay Pendle~Road Queensway Riverside~North Saltmarsh Thornbury "
    "Upper~Weald "
    "Victoria~Park Westbourne Yarrow"
)
PLACES = tuple(
    Place(
        420_000 + _RANDOM.gauss(0, 6_500),
        250_000 + _RANDOM.gauss(0, 4_500),
        f"{name.replace('~', ' ')}",
        ("police", "fire", "ambulance")[n % 3],
    )
    for n, name in enumerate(_NAMES.split())
)
PLACES = (
    *PLACES,
    Place(PLACES[0].x, PLACES[0].y, "Amberley ambulance station", "ambulance"),
    Place(421_000, 252_500, "Coastguard base", "other"),
)
SQUARES = tuple(
    Square(
        420_000 + 1_000 * _RANDOM.randint(-11, 10),
        250_000 + 1_000 * _RANDOM.randint(-8, 7),
        1_000,
        count(max(1, int(_RANDOM.expovariate(1 / 40)))),
    )
    for _ in range(60)
)

MEETING = Chapter(
    "where",
    "Half of the meetings happen in a tenth of the area, most of it around Castle Street",
    Statement(
        "The busiest tenth of the squares holds {share} of the incidents that two services met at.",
        {"share": share(0.52, 0.47, 0.57)},
    ),
    (
        Map(
            "meetings",
            "Where services meet, and where their stations stand",
            "Incidents of two or more services in each square kilometre, April 2024 to March 2025",
            PLACES,
            SQUARES,
            "Source: the services’ records and the partners’ lists of sites.",
            "A map of 25 sites and the squares where two or more services met. The darkest squares lie "
            "around the "
            "centre of Littleton and along the river.",
            "Incidents of two or more services",
        ),
    ),
)

OPTIONS = Chapter(
    "options",
    "Three options pass the safety gate; two more cannot be told from the data",
    Statement(
        "Three of eleven options are safe and worth having; two that would be worth more are not known "
        "to be safe."
    ),
    (
        Table(
            "options",
            "What each option is worth over ten years, and what it does to the wait for help",
            (
                Column("Option"),
                Column("Kind"),
                Column("Worth (2025/26 pounds)", True),
                Column("Change in 90th centile wait", True),
                Column("People whose base moves", True),
                Column("Safety gate"),
            ),
            (
                (
                    "Amberley: fire and ambulance in one station",
                    "Shared estate",
                    pounds(6.1e5, 4.2e5, 8.3e5),
                    minutes(-0.2, -0.5, 0.1),
                    count(34),
                    "Pass",
                ),
                (
                    "Digital incident message between the three rooms",
                    "Digital incident message",
                    pounds(3.1e5, 2e5, 4e5),
                    minutes(-0.7, -1.1, -0.3),
                    count(0),
                    "Pass",
                ),
                (
                    "One driving course for all three",
                    "Joint training",
                    pounds(1e5, -3e4, 2.4e5),
                    minutes(0, 0, 0),
                    count(4),
                    "Pass",
                ),
                (
                    "One control room at Castle Street",
                    "Shared control room",
                    pounds(1.9e6, -2.2e6, 5.4e6),
                    minutes(0.1, -0.9, 1.4),
                    count(118),
                    "Cannot tell",
                ),
                (
                    "Fire co-responding at Fenwick",
                    "Co-responding",
                    pounds(-3e4, -1.9e5, 9e4),
                    minutes(-2.4, -3.6, -1.3),
                    count(12),
                    "Cannot tell",
                ),
                (
                    "Market Place: police and fire in one station",
                    "Shared estate",
                    pounds(-2.4e5, -4.1e5, -9e4),
                    minutes(0.6, 0.2, 1.1),
                    count(21),
                    "Fail",
                ),
            ),
        ),
        Chart(
            "worth",
            "Two options lose money even before the risks are counted",
            "Worth to all partners over ten years, 2025/26 pounds, 90 % intervals",
            (
                Bar("Amberley: fire and ambulance in one station", pounds(6.1e5, 4.2e5, 8.3e5), "better"),
                Bar("Digital incident message", pounds(3.1e5, 2e5, 4e5), "better"),
                Bar("One driving course for all three", pounds(1e5, -3e4, 2.4e5), "better"),
                Bar("Fire co-responding at Fenwick", pounds(-3e4, -1.9e5, 9e4), "worse"),
                Bar("Market Place: police and fire in one station", pounds(-2.4e5, -4.1e5, -9e4), "worse"),
            ),
            "Source: the appraisal of this study. Assumptions and their ranges are listed in chapter 9.",
            "Bars with intervals: three options between nothing and £0.8m, two below zero.",
        ),
    ),
)


def _plain(name: str, heading: str, answer: str) -> Chapter:
    return Chapter(
        name,
        heading,
        Statement(answer),
        (Statement("Nothing more is known about this yet, and " * 4 + "that is that."),),
    )


def sample_draft() -> Draft:
    return Draft(
        "Where could Littleton’s police, fire and ambulance services join up?",
        "A study of a fictional area of 140,000 people, April 2024 to March 2025, for the Littleton "
        "partnership",
        (
            ANSWER,
            CROSSOVER,
            MEETING,
            _plain(
                "overlap",
                "Seven pairs of stations stand within two kilometres of each other",
                "Seven pairs of stations could share a building without anybody’s wait growing by more "
                "than ten seconds.",
            ),
            OPTIONS,
            _plain(
                "appraisal",
                "The money is certain to within a half; the overruns elsewhere were larger",
                "With an overrun like the worst one elsewhere, only the digital message is still worth "
                "having.",
            ),
            _plain(
                "assumptions",
                "What was assumed, and what would change the answer",
                "Forty assumptions; three matter.",
            ),
            Chapter(
                "response",
                "What would people wait?",
                Statement(""),
                (),
                "A table of attendances with arrival times for each service, for at least eight weeks.",
            ),
            Chapter(
                "evidence",
                "What do staff and the public say?",
                Statement("No interview has been coded yet."),
                (),
                "Interviews or a survey, in the folders interviews and survey.",
            ),
        ),
        (
            "Littleton is a fictional area: nobody lives there and no station of that name is meant.",
            "Made by joinedup 0.1.0 from the folder littleton, seed 1.",
        ),
    )
