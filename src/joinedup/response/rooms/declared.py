"""Every number that control rooms take for granted where the study does not say, with unit, range, source and grade."""

from __future__ import annotations

from joinedup.assumptions import Assumption, Grade

_JUDGEMENT = "judgement, until the study has a table of calls"
_OWN = "judgement; ask the room"


def _by_kind(
    name: str, sentence: str, unit: str, given: dict[str, tuple[float, float, float]]
) -> dict[str, Assumption]:
    return {
        kind: Assumption(
            f"rooms.{name}.{kind}", sentence.format(kind=kind), unit, *values, _JUDGEMENT, Grade.JUDGEMENT
        )
        for kind, values in given.items()
    }


def _one(
    name: str, sentence: str, unit: str, values: tuple[float, float, float], source: str = _OWN
) -> Assumption:
    return Assumption(f"rooms.{name}", sentence, unit, *values, source, Grade.JUDGEMENT)


URGENT_CALLS = _by_kind(
    "urgent_calls",
    "999 calls for each incident that the {kind} service records, those that become nothing included.",
    "calls an incident",
    {"police": (0.4, 0.6, 0.9), "fire": (1.2, 1.6, 2.5), "ambulance": (1, 1.15, 1.4), "other": (0.5, 1, 1.5)},
)
OTHER_CALLS = _by_kind(
    "other_calls",
    "Calls other than 999 for each incident that the {kind} service records.",
    "calls an incident",
    {"police": (0.5, 1, 2), "fire": (0.1, 0.3, 1), "ambulance": (0.1, 0.3, 0.6), "other": (0.2, 0.5, 1)},
)
URGENT_TALK = _by_kind(
    "urgent_talk",
    "Mean seconds that a {kind} call handler speaks with a 999 caller.",
    "seconds",
    {"police": (150, 240, 360), "fire": (60, 95, 150), "ambulance": (240, 330, 450), "other": (90, 180, 300)},
)
OTHER_TALK = _by_kind(
    "other_talk",
    "Mean seconds that a {kind} call handler speaks with a caller other than by 999.",
    "seconds",
    {
        "police": (240, 360, 540),
        "fire": (60, 120, 240),
        "ambulance": (150, 240, 360),
        "other": (90, 180, 300),
    },
)
TALK_SPREAD = _one(
    "talk_spread", "Standard deviation of a call's length beside its mean.", "share", (0.5, 0.65, 1.0)
)
WRAP_UP = _one("wrap_up", "Seconds that a handler writes after a call has ended.", "seconds", (0, 20, 90))
URGENT_PATIENCE = _one(
    "urgent_patience",
    "Mean seconds until a 999 caller who is not answered gives up.",
    "seconds",
    (60, 120, 300),
)
OTHER_PATIENCE = _one(
    "other_patience",
    "Mean seconds until another caller who is not answered gives up.",
    "seconds",
    (60, 240, 600),
)
URGENT_AGAIN = _one(
    "urgent_again", "Share of 999 callers who ring again after giving up.", "share", (0.5, 0.8, 0.95)
)
OTHER_AGAIN = _one(
    "other_again", "Share of other callers who ring again after giving up.", "share", (0.2, 0.5, 0.8)
)
AGAIN_AFTER = _one(
    "again_after", "Mean seconds from giving up until ringing again.", "seconds", (10, 30, 120)
)
OPERATOR = _one(
    "operator",
    "Seconds from dialling 999 until the operator has connected the room.",
    "seconds",
    (5, 8, 15),
    "BT, 17 July 2018: answered in under 0.8 s on average on a record day; asking for the service and connecting is judgement",
)
PASSED = _one(
    "passed",
    "Share of a service's 999 calls that are passed to another service's room.",
    "share",
    (0.01, 0.03, 0.08),
    "judgement, until the study's calls or incidents say which service was asked for",
)
LOG = _one(
    "log",
    "Seconds that taking a call passed by voice, and opening a record of it, keeps a handler of the second room.",
    "seconds",
    (120, 240, 300),
    "GOV.UK on the multi-agency incident transfer: 4 minutes by voice, told by its promoter",
)
LOG_OWN = _one(
    "log_own",
    "Seconds more that one handler who answers for both services takes for the second service's record.",
    "seconds",
    (10, 30, 90),
)
STAYS_MOST = _one(
    "stays_most",
    "Seconds after which whoever passes a call on leaves the line, though nobody has answered.",
    "seconds",
    (60, 120, 300),
)
SENDING = _by_kind(
    "sending",
    "Mean seconds that choosing crews for one {kind} incident, and telling them, keeps whoever sends.",
    "seconds",
    {"police": (30, 75, 180), "fire": (20, 45, 90), "ambulance": (30, 60, 150), "other": (30, 60, 120)},
)
SENT = _one(
    "sent",
    "Share of a service's calls after which crews are sent, where its calls do not say which incident they became.",
    "share",
    (0.3, 0.5, 0.8),
    _JUDGEMENT,
)
RECORD_OPEN = _one(
    "record_open",
    "Share of a call's talk after which its record says enough for crews to be sent.",
    "share",
    (0.25, 0.5, 1),
)
TAKEN_UP = _one(
    "taken_up",
    "Seconds within which a dispatcher takes up a record.",
    "seconds",
    (10, 15, 30),
    "judgement: no published standard of it was found; ask the room",
)
TAKEN_UP_SHARE = _one(
    "taken_up_share",
    "Share of records that a dispatcher takes up within that time.",
    "share",
    (0.8, 0.9, 0.95),
    "judgement: as answer standards are written; ask the room",
)
DISPATCHERS_AWAKE = _one(
    "dispatchers_awake",
    "Dispatchers who are always on duty in a room that has them, whatever the calls.",
    "dispatchers",
    (1, 1, 2),
)
SEND_THEMSELVES = frozenset({"fire"})
"""Kinds of service in whose rooms whoever answers is taken to send crews too, where the study does not say: judgement."""
AWAKE = _one("awake", "Handlers who are always on duty in a room, whatever the calls.", "handlers", (1, 2, 3))
PRODUCTIVE = _one(
    "productive_hours",
    "Hours a year that one full-time post spends ready to take calls.",
    "hours a year",
    (1300, 1450, 1600),
    "arithmetic: 37 hours x 52.14 weeks less 36 days of leave, 10 of sickness and 5 of training, less 6 % for breaks; the range "
    "is judgement",
)
SHIFT = _one("shift_hours", "Hours of a shift in a control room, breaks included.", "hours", (8, 10, 12))
LOAD = _one(
    "load",
    "Calls of the year that is staffed for, beside those of the study's period.",
    "share",
    (0.9, 1, 1.1),
)

ASSUMPTIONS = (
    *(each for kinds in (URGENT_CALLS, OTHER_CALLS, URGENT_TALK, OTHER_TALK) for each in kinds.values()),
    *(
        TALK_SPREAD,
        WRAP_UP,
        URGENT_PATIENCE,
        OTHER_PATIENCE,
        URGENT_AGAIN,
        OTHER_AGAIN,
        AGAIN_AFTER,
        OPERATOR,
    ),
    *(PASSED, LOG, LOG_OWN, STAYS_MOST, AWAKE, PRODUCTIVE, SHIFT, LOAD),
    *SENDING.values(),
    *(SENT, RECORD_OPEN, TAKEN_UP, TAKEN_UP_SHARE, DISPATCHERS_AWAKE),
)
