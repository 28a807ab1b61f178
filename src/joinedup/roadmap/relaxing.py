"""Relaxing: what more capital, more capacity, a lifted barrier or a way of governing would add (§7.2, §6.4, §4.6).

Each is the best roadmap with it less the best without, both solved again. It is not the price that a solver puts on a row,
which holds for a vanishing change of a problem in which half an option can be done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from joinedup.refusal import Refusal, did_you_mean
from joinedup.roadmap.planning import plan
from joinedup.roadmap.steps import Decision, Need

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.roadmap.conditions import Condition, Lifter
    from joinedup.roadmap.roadmap import Roadmap
    from joinedup.roadmap.steps import Limits, Question

MILLION = 1_000_000.0
MOST_UNLOCKS = 6
"""More than this would need too many roadmaps: each entry doubles them."""


@dataclass(frozen=True)
class Difference:
    """The expected worth of one roadmap less that of another, pounds, and what it lies between where one is not proven."""

    gain: float
    at_least: float
    at_most: float

    @classmethod
    def of(cls, with_it: Roadmap, without: Roadmap) -> Difference:
        """Take one roadmap from another."""
        return cls(
            with_it.expected - without.expected,
            with_it.expected - without.bound,
            with_it.bound - without.expected,
        )


@dataclass(frozen=True)
class Relaxed:
    """What one limit costs: the worth of having ``by`` more of it, in every year (capital, £) or at once (change)."""

    limit: str
    partner: str | None
    by: float
    worth: Difference


@dataclass(frozen=True)
class Waiting:
    """What waits on one condition while all the others stand.

    ``worth``, ``sooner`` (options in both roadmaps that would go live at another time, with the months gained), ``months`` (their
    sum) and ``possible`` (options in the roadmap only if it is lifted) are None, and ``withheld`` says why, where nothing
    may be attributed to it. The worths of several conditions do not add up: two may hold up one option.
    """

    condition: str
    kind: str
    lifters: tuple[Lifter, ...]
    worth: Difference | None
    months: int | None
    sooner: tuple[tuple[str, int], ...] | None
    possible: tuple[str, ...] | None
    withheld: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers."""
        return {
            **vars(self),
            "lifters": [str(each) for each in self.lifters],
            "worth": None if self.worth is None else dict(vars(self.worth)),
            "sooner": None if self.sooner is None else [list(each) for each in self.sooner],
            "possible": None if self.possible is None else list(self.possible),
        }


@dataclass(frozen=True)
class Unlock:
    """One option that a way of governing or a merged budget would make possible: on what evidence, and how probably."""

    option: str
    evidence: str
    probability: float


@dataclass(frozen=True)
class Unlocked:
    """What a way of governing is worth, through what it unlocks.

    ``if_all`` holds if every entry comes true and ``if_none`` if none does; ``expected`` weighs every combination by its
    probability, entries taken as independent and known before the roadmap is made.
    """

    option: str
    entries: tuple[Unlock, ...]
    if_all: Difference
    if_none: Difference
    expected: float
    if_only: tuple[Difference, ...]
    """By entry: that one comes true and no other."""


def relaxing(question: Question, capital: float = MILLION, change: float = 1.0) -> tuple[Relaxed, ...]:
    """Give the worth of ``capital`` more pounds a year, and of ``change`` more capacity, for each limit that is set."""
    limits = question.limits
    wider: list[tuple[str, str | None, float, Limits]] = []
    if limits.capital is not None:
        more = tuple(amount + capital for amount in limits.capital)
        wider.append(("capital", None, capital, replace(limits, capital=more)))
    for who, amounts in sorted(limits.capital_of.items()):
        of = {**limits.capital_of, who: tuple(amount + capital for amount in amounts)}
        wider.append(("capital", who, capital, replace(limits, capital_of=of)))
    if limits.change is not None:
        wider.append(("change", None, change, replace(limits, change=limits.change + change)))
    for who, capacity in sorted(limits.change_of.items()):
        of_change = {**limits.change_of, who: capacity + change}
        wider.append(("change", who, change, replace(limits, change_of=of_change)))
    asked = _judging_once(question)
    now = plan(asked)
    return tuple(
        Relaxed(what, who, by, Difference.of(plan(replace(asked, limits=each)), now))
        for what, who, by, each in wider
    )


def waiting(question: Question) -> tuple[Waiting, ...]:
    """Give what waits on each condition that stands, in the order of their identifiers.

    Money and months are never attributed to the engagement of staff or unions: such a condition is listed with neither.
    """
    asked = _judging_once(question)
    now = plan(asked)
    return tuple(
        _waiting(asked, now, condition) for condition in sorted(asked.conditions, key=lambda each: each.id)
    )


def _waiting(question: Question, now: Roadmap, condition: Condition) -> Waiting:
    """Lift one condition and compare."""
    about = (condition.id, condition.kind, tuple(condition.lifters))
    if condition.concerns_engagement:
        return Waiting(
            *about, None, None, None, None, "no money or time is attributed to what staff or unions engage in"
        )
    others = tuple(each for each in question.conditions if each is not condition)
    lifted = plan(replace(question, conditions=others))
    live = {each.id: each.live for each in now.rows}
    sooner = tuple(
        (each.id, 12 * (live[each.id] - each.live))
        for each in sorted(lifted.rows, key=lambda each: each.id)
        if live.get(each.id, each.live) != each.live
    )
    return Waiting(
        *about,
        Difference.of(lifted, now),
        sum(months for _, months in sooner),
        sooner,
        tuple(sorted(lifted.chosen - now.chosen)),
    )


def unlocking(question: Question, option: str, unlocks: Sequence[Unlock]) -> Unlocked:
    """Give the best roadmap with a way of governing less the best without (§4.6).

    What it unlocks needs it to be live first, and cannot be done without it. With no entry it is worth what it is by itself.

    Raises:
        Refusal: when an entry names no option, has no evidence or no probability, or there are too many.
    """
    ids = {each.id for each in question.steps}
    for name in (option, *(each.option for each in unlocks)):
        if name not in ids:
            raise Refusal(f"what is unlocked: no option '{name}'{did_you_mean(name, ids)}")
    if len(unlocks) > MOST_UNLOCKS:
        raise Refusal(f"'{option}' has {len(unlocks)} entries; state the {MOST_UNLOCKS} that matter most")
    for each in unlocks:
        if not each.evidence.strip() or not 0 <= each.probability <= 1:
            raise Refusal(f"'{each.option}': say on what evidence it is unlocked, and how probably (0 to 1)")
    asked = _judging_once(question)
    entries = tuple(sorted(unlocks, key=lambda each: each.option))
    without = plan(_governed(asked, option, entries, None))

    def with_it(true: tuple[bool, ...]) -> Roadmap:
        return plan(_governed(asked, option, entries, true))

    found = {true: with_it(true) for true in product((True, False), repeat=len(entries))}
    expected = 0.0
    for true, roadmap in found.items():
        chance = 1.0
        for entry, is_true in zip(entries, true, strict=True):
            chance *= entry.probability if is_true else 1 - entry.probability
        expected += chance * (roadmap.expected - without.expected)
    return Unlocked(
        option,
        entries,
        Difference.of(found[(True,) * len(entries)], without),
        Difference.of(found[(False,) * len(entries)], without),
        expected,
        tuple(Difference.of(found[tuple(other is entry for other in entries)], without) for entry in entries),
    )


def _governed(
    question: Question, option: str, entries: tuple[Unlock, ...], true: tuple[bool, ...] | None
) -> Question:
    """Give the question with a way of governing and those entries that come true, or without it where ``true`` is None."""
    holds = dict(zip((each.option for each in entries), true or (False,) * len(entries), strict=True))
    steps = []
    for each in question.steps:
        if each.id == option:
            changed = replace(each, decision=Decision(true is not None, "for the comparison"))
        elif holds.get(each.id):
            changed = replace(each, needs=(*each.needs, Need(option)))
        elif each.id in holds:
            changed = replace(each, decision=Decision(False, f"not possible without '{option}'"))
        else:
            changed = each
        steps.append(changed)
    return replace(question, steps=tuple(steps))


def _judging_once(question: Question) -> Question:
    """Have each set judged once over all the roadmaps of a comparison."""
    return question if question.passes is None else replace(question, passes=cache(question.passes))
