"""Every number that a change of governance takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring
from joinedup.wording import Unit

_declared = Declaring("governance")


CASE = _declared(
    "case",
    "Making the local case, consulting on it, and an independent assessment where councils object.",
    "pounds",
    (60_000, 150_000, 400_000),
    "judgement: three of the first four transfers were assessed independently because councils objected (GOV.UK, 26 March 2018)",
)
SEAT = _declared(
    "seat",
    "Setting up a seat on another body: standing orders, allowance, induction.",
    "pounds",
    (1_000, 5_000, 20_000),
    "judgement",
)
ORDER = _declared(
    "order",
    "Moving functions, property, contracts and staff of a body to another by order.",
    "pounds",
    (100_000, 300_000, 900_000),
    "judgement, to be replaced by a plan",
)
EMPLOYER = _declared(
    "employer",
    "Bringing two workforces under one employer, besides the order: terms, pensions, systems.",
    "pounds",
    (500_000, 2_000_000, 8_000_000),
    "judgement: nobody has done it for police and fire",
)
MERGER = _declared(
    "merger",
    "Making one force or authority of two: terms, systems, precept, name.",
    "pounds",
    (1_000_000, 5_000_000, 20_000_000),
    "judgement: leaving Warwickshire and West Mercia's alliance alone cost £10.5m (HMICFRS; BBC)",
)
ENDED = _declared(
    "ended",
    "What is saved of the running cost of a body that ends; the rest goes on at the one that takes over.",
    "share",
    (0.1, 0.3, 0.6),
    "judgement: meetings and allowances end, lawyers, treasurers and auditors are still needed",
)
NEW_BODY = _declared(
    "new_body",
    "What a new body costs to run, as a share of what the bodies that it replaces saved.",
    "share",
    (0.5, 0.8, 1.2),
    "judgement: a deputy mayor or a board's officers do what was done before",
)
SEAT_COST = _declared(
    "seat_cost",
    "What a seat on another body takes in time and allowances.",
    "pounds a year",
    (1_000, 4_000, 12_000),
    "judgement",
)
YEARS_TO_LIVE = _declared(
    "years_to_live",
    "Years from the start of the first year until the change is in force.",
    "years",
    (1.0, 1.5, 3.0),
    "judgement: the Act was in force in 2017; Essex changed in October 2017, three more were approved in March 2018 (GOV.UK)",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to undo it. It is shown, and is in no total.",
    "pounds",
    (100_000, 500_000, 10_500_000),
    "judgement; the high is what leaving Warwickshire and West Mercia's whole alliance cost (HMICFRS; BBC)",
)

ASSUMPTIONS = (CASE, SEAT, ORDER, EMPLOYER, MERGER, ENDED, NEW_BODY, SEAT_COST, YEARS_TO_LIVE, EXIT_COST)
_THE_CASE = {"making the local case": CASE}
_BY_ORDER = {**_THE_CASE, "moving functions and staff by order": ORDER}
SET_UP = {
    "seat": {"setting up the seat": SEAT},
    "order": _BY_ORDER,
    "employer": {**_BY_ORDER, "bringing two workforces under one employer": EMPLOYER},
    "merger": {**_THE_CASE, "making one of two": MERGER},
}
"""What is spent once by the set-up that a model names."""
PROJECTS = (EMPLOYER, MERGER)
"""What of it is a project, with optimism bias; the rest is people's time, and how far it may overrun is in its range (§5.3)."""

TOLD = MappingProxyType(
    {
        "standing": ("The law that it rests on is {it}.", None),
        "in_law": ("It applies from {it}.", None),
        "source": ("Where it is written: {it}.", None),
        "goes_on": ("Goes on, without the service that it hands over: {it}.", None),
        "bodies_before": ("Boards and authorities now: {it}.", Unit.NUMBER),
        "bodies_after": ("Boards and authorities then: {it}.", Unit.NUMBER),
        "members_before": ("Their members now: {it}.", Unit.NUMBER),
        "members_after": ("Their members then: {it}.", Unit.NUMBER),
        "meetings_before": ("Their meetings in a year now: {it}.", Unit.NUMBER),
        "meetings_after": ("Their meetings in a year then: {it}.", Unit.NUMBER),
        "not_proposed": ("Ways to govern that are no option here: {it}.", None),
    }
)
"""What a board reads of an option's facts."""
