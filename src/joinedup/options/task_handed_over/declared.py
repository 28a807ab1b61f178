"""Every task, and every number that handing one over takes for granted where the study does not say."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from joinedup.assumptions import Assumption, Declaring

_declared = Declaring("task_handed_over")


_COUNT = "judgement, to be replaced by a count of logs: categories do not say what was done"
_CLOCK = "judgement, to be replaced by times on scene"


@dataclass(frozen=True)
class Task:
    """A task that one kind of service could hand to another, and the categories among which it hides; empty for all."""

    name: str
    giver: str
    taker: str
    categories: tuple[str, ...]
    share: Assumption
    freed: Assumption
    added: Assumption


def _task(
    name: str,
    between: tuple[str, str],
    categories: tuple[str, ...],
    share: tuple[float, float, float],
    freed: tuple[float, float, float],
    added: tuple[float, float, float],
) -> Task:
    word = name.replace(" ", "_").replace("-", "_")
    giver, taker = between
    return Task(
        name,
        giver,
        taker,
        categories,
        _declared(
            f"{word}_share",
            f"Share of the {giver} service's incidents looked at that hold a {name}.",
            "share",
            share,
            _COUNT,
        ),
        _declared(
            f"{word}_freed",
            f"Time of a {giver} unit that one {name} handed over frees.",
            "minutes a job",
            freed,
            _CLOCK,
        ),
        _declared(
            f"{word}_added",
            f"Time of a {taker} crew that one {name} takes, the drive included.",
            "minutes a job",
            added,
            _CLOCK,
        ),
    )


TASKS = (
    _task(
        "forced entry",
        ("police", "fire"),
        ("concern", "concern for safety", "concern for welfare", "collapse behind closed doors"),
        (0.02, 0.06, 0.15),
        (15, 35, 70),
        (20, 35, 60),
    ),
    _task(
        "missing-person search",
        ("police", "fire"),
        ("missing person", "missing", "missing persons"),
        (0.02, 0.05, 0.1),
        (60, 150, 400),
        (60, 150, 400),
    ),
    _task(
        "bariatric lift",
        ("ambulance", "fire"),
        (),
        (0.0005, 0.0015, 0.004),
        (15, 40, 90),
        (30, 60, 120),
    ),
)

HANDED = _declared(
    "handed", "Jobs that really are handed over, of all that could be.", "share", (0.3, 0.7, 0.95)
)
INDUCED = _declared(
    "induced",
    "Jobs asked for only because somebody can be asked, on top of those handed over.",
    "share of jobs handed over",
    (0.0, 0.15, 0.5),
    "judgement: where a task has a taker, it is asked for more readily; critics of Right Care Right Person say that load moved",
)
AMBULANCE_WAIT = _declared(
    "ambulance_wait",
    "Time that an ambulance waits less at a forced entry, because the crew comes sooner than police would.",
    "minutes a job",
    (0, 10, 20),
    "high: about 20 minutes at 1,347 calls a year promised in Hampshire (Get Hampshire, promoter); lower: judgement",
)
LEAST_JOBS = _declared(
    "least_jobs", "Jobs a year below which a task is not proposed.", "jobs a year", (1, 3, 20)
)
HOURS = {
    kind: _declared(
        f"{kind}_hour",
        f"An hour of a unit of the kind of service '{kind}' with its crew.",
        "pounds an hour",
        values,
        "judgement after pay scales with on-costs",
    )
    for kind, values in {
        "police": (35.0, 55.0, 80.0),
        "fire": (70.0, 110.0, 160.0),
        "ambulance": (50.0, 75.0, 110.0),
        "other": (30.0, 50.0, 80.0),
    }.items()
}
EQUIPPING = _declared(
    "equipping",
    "Tools and first training for one unit of the service that takes the task on.",
    "pounds a unit",
    (200, 800, 3_000),
    "judgement, to be replaced by a plan: engines carry tools for doors, and few carry lifting gear for patients",
)
KEEPING_UP = _declared(
    "keeping_up", "Keeping the skill up, for one unit.", "pounds a unit a year", (50, 200, 600)
)
FEE = _declared("fee", "What is paid for a job done for another.", "pounds a job", (0, 25, 120))
OWN_SAVES = _declared(
    "own_saves",
    "Part of its own time on the task that a giver saves by equipping and training its own units for it.",
    "share",
    (0.0, 0.2, 0.5),
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 5_000, 30_000),
    "judgement: the giver has to train its own people again",
)

ASSUMPTIONS = (
    *(each for task in TASKS for each in (task.share, task.freed, task.added)),
    HANDED,
    INDUCED,
    AMBULANCE_WAIT,
    LEAST_JOBS,
    *HOURS.values(),
    EQUIPPING,
    KEEPING_UP,
    FEE,
    OWN_SAVES,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "jobs_in_words": ("Jobs handed over in a year: {it}.", None),
        "induced_in_words": (
            "Jobs besides, asked for only because somebody can be asked: {it} a year.",
            None,
        ),
        "freed_in_words": ("Hours a year that it frees of the one that hands it over: {it}.", None),
        "added_in_words": (
            "Hours a year that it takes of the one that takes it on, cover lost for as long: {it}.",
            None,
        ),
        "crew_in_words": ("Hours a year for which each crew that takes it on is away: {it}.", None),
        "waits_in_words": ("Hours a year that ambulances wait less: {it}.", None),
    }
)
"""What a board reads of an option's facts; a range is what nine draws in ten lie between."""
