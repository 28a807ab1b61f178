"""What callers by 999 wait if one room is lost in busy hours, as rooms are and as they would be; nobody records the fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from joinedup.options.shared_control_room.declared import FALLBACK_STAFF, LOST_HOURS
from joinedup.options.shared_control_room.staffing import confirmed
from joinedup.response.rooms import shipped
from joinedup.response.rooms.losing import LIMIT, BusyHours
from joinedup.response.rooms.staffing import staff_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.assumptions import Assumption
    from joinedup.response.rooms import Rooms
    from joinedup.response.rooms.losing import Answers

SEPARATE = shipped()[0].name
NOBODY_CAN_TELL = "what callers would wait nobody can tell: no calls or incidents with a time"

_BUSY: WeakKeyDictionary[Rooms, dict[tuple[object, ...], tuple[BusyHours, dict[str, Answers]]]] = (
    WeakKeyDictionary()
)


def one_room_lost(
    measured: Rooms,
    partners: Sequence[str],
    way: str,
    assumptions: Mapping[str, Assumption],
    *,
    frees_posts: bool,
    one_place: bool,
) -> dict[str, float | str | None]:
    """Give the facts of the loss of one room: how 999 calls are answered in the busiest hours now and then, with it and without.

    The first of the partners is the host, in whose room a team sits that answers for several. ``way`` is the name of a way of
    working; where no post is freed the present staff goes on, as the safety gate has it. In ``one_place`` all is lost together.
    Names of facts are ``answered_now`` or ``_then``, ``_open`` or ``_without_`` and the service whose room is lost, then what is
    told: ``_mean_s`` and ``_most_s`` (mean wait and its 90th centile, seconds) and ``_in_time`` (share within 10 s).
    """
    long, share = (assumptions.get(each.name, each).central for each in (LOST_HOURS, FALLBACK_STAFF))
    busy, now = _as_it_is(measured, partners, long, share)
    before = confirmed(measured, partners, SEPARATE)
    variant = next(each for each in shipped() if each.name == way)
    after = confirmed(measured, partners, way) if frees_posts else staff_kept(before, variant)
    then = {"open": busy.answered(after)}
    if one_place:
        then["without_all"] = busy.answered(busy.without(after, partners, share))
    else:
        for each in partners:
            left = busy.without(after, [each], share, pool_lost=each == partners[0])
            then[f"without_{each}"] = busy.answered(left)
    facts: dict[str, float | str | None] = {
        "lost_hours": len(busy.halves) / 2,
        "lost_from": busy.start,
        "calls_in_lost_hours": now["open"].calls,
    }
    for when, found in (("now", now), ("then", then)):
        for lost, answers in found.items():
            facts[f"answered_{when}_{lost}_mean_s"] = answers.mean
            facts[f"answered_{when}_{lost}_most_s"] = answers.most
            facts[f"answered_{when}_{lost}_in_time"] = answers.within
    return {**facts, "one_room_lost": _in_words(_worst(now), _worst(then), long, share, one_place=one_place)}


def _as_it_is(
    measured: Rooms, partners: Sequence[str], long: float, share: float
) -> tuple[BusyHours, dict[str, Answers]]:
    """Play the rooms as they are, with every room open and with each of them lost; once for every way of working."""
    key = (*sorted(partners), long, share)
    kept = _BUSY.setdefault(measured, {})
    if key not in kept:
        before = confirmed(measured, partners, SEPARATE)
        busy = BusyHours.of(before.rooms, long)
        found = {"open": busy.answered(before)}
        for each in sorted(partners):
            found[f"without_{each}"] = busy.answered(busy.without(before, [each], share))
        kept[key] = (busy, found)
    return kept[key]


def _worst(found: Mapping[str, Answers]) -> Answers:
    """Give how calls are answered without the room that is hardest to stand in for."""
    return max((each for lost, each in found.items() if lost != "open"), key=lambda each: each.mean)


def _in_words(now: Answers, then: Answers, long: float, share: float, *, one_place: bool) -> str:
    """Say what becomes of callers, and what it would be as rooms are."""
    who = (
        f"every call goes to the fallback, of which no table says who answers there: with {share:.0%} of those on duty,"
        if one_place
        else "its calls go to the handlers of another:"
    )
    return (
        f"{who} {then.within:.0%} of 999 calls in the {long:g} busiest hours of the week would be answered within {LIMIT:g} s, "
        f"after {then.mean:,.0f} s in the mean. As rooms are, without the one that is hardest to stand in for, it would be "
        f"{now.within:.0%} and {now.mean:,.0f} s"
    )
