"""Shared control room: services answer from one floor, as one team, or as one team at night."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area import Change
from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Kind, Need, Option, lives_already, registered
from joinedup.options.shared_control_room.alone import WAY, joined_alone
from joinedup.options.shared_control_room.costing import Costed, bills, contracts
from joinedup.options.shared_control_room.declared import ASSUMPTIONS, EXIT_COST
from joinedup.options.shared_control_room.joining import (
    fact,
    groups,
    in_words,
    pay,
    room_called,
    rooms_of,
    tried_in,
)
from joinedup.options.shared_control_room.losing import NOBODY_CAN_TELL, one_room_lost
from joinedup.options.shared_control_room.staffing import handlers
from joinedup.response.rooms import shipped
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.options.shared_control_room.joining import Room


@dataclass(frozen=True)
class Way:
    """A way of sharing a room: the variant of response that staffs it, and what of the rooms it joins."""

    variant: str
    words: str
    one_place: bool
    one_system: bool


WAYS = {
    "co-located": Way("co-located rooms", "sit on one floor", True, False),
    "one-team": Way("one multi-skilled team", "become one team", True, True),
    "night": Way("pooled at night", "answer as one team at night", False, True),
}


class SharedControlRoom:
    """Services answer from one floor, as one team, or as one team at night."""

    name: str = "shared control room"
    rung: int = 3
    question: str = (
        "Which services could answer calls from one room: on one floor, as one team, or as one team at night?"
    )
    needs: tuple[Need, ...] = (
        Need("control_rooms", ("name",), "the control rooms, one row each, to know what could be joined"),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = MappingProxyType(
        {
            "one_room_lost": ("If one room is lost, {it}.", None),
            "passed_calls": ("Calls that these rooms pass to each other in a year: {it}.", Unit.COUNT),
            "minutes_sooner": (
                "On a call so passed the second service would know sooner, by {it} in the mean; no wait and no money counts it.",
                Unit.MINUTES,
            ),
        }
    )

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try every way for every pair and three of rooms, and for all, save where two of them share a room already."""
        register = registered(area, self.name)
        found: list[Option] = []
        for group in groups(area):
            if any(lives_already(register, [e.service_id for e in pair]) for pair in combinations(group, 2)):
                continue
            here = {each.site_id or each.room_id for each in group}
            found += [
                _option(area, group, way, assumptions, tried_in(register, group))
                for way in WAYS
                if way != "co-located" or len(here) > 1
            ]
        return sorted(found, key=lambda option: option.id)

    def find_alone(
        self,
        area: Area,
        partner: str,
        assumptions: Mapping[str, Assumption],  # noqa: ARG002 - as every kind
    ) -> list[Option]:
        """Bring another room of the partner's own into its largest."""
        return joined_alone(area, partner)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """What is done once, then posts, bills, the fallback and what is paid to the host, each from when rooms work together."""
        return Costed(area, option, draws, self.years).flows()

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the rooms go on costing to run, their staff besides."""
        flows = []
        for room in (room_called(area, each) for each in option.joins):
            partner = Partner(room.service_id)
            cost, names = bills(room, option, draws)
            post, paid = pay(area, partner, draws)
            spent = -(cost + fact(option, f"control_posts_{partner}") * post)
            flows += [
                Cash(
                    "the room and its staff as now",
                    CashKind.CASH_RELEASING,
                    CashLine.RUNNING,
                    year,
                    spent,
                    partner,
                    partner,
                    (*names, *paid),
                )
                for year in range(1, self.years + 1)
            ]
        return flows

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say control: rooms, their staff and their systems are its business."""
        return ("control",)

    def explain(self, option: Option) -> str:
        """Say who answers where, what that takes in staff, and what becomes of the rooms."""
        host, guests = option.names[0], in_words(option.names[1:])
        if option.facts["way"] == WAY:
            return (
                f"{guests} closes; its people move into {host}, which is the same service's. The floor and the bills of one room "
                "are saved. No post is taken to come free, because nobody records which room answers which call."
            )
        several = len(option.names) > 2
        closes = f"{guests} {'close; their' if several else 'closes; its'} people"
        hours = f"From {option.facts['from']} to {option.facts['until']}"
        done = {
            "co-located": f"{closes} move into {host}: one floor, and each service answers its own calls.",
            "one-team": f"{closes} join {host} as one team that answers every call.",
            "night": f"By day {in_words(option.names)} answer as now. {hours} one team in {host} answers for all.",
        }[str(option.facts["way"])]
        before, after = option.facts["hours_before"], option.facts["hours_after"]
        told = (
            "How many handlers that takes is not known."
            if before is None or after is None
            else f"Handlers on duty go from {float(before):,.0f} to {float(after):,.0f} hours a week; "
            f"{_posts(fact(option, 'posts_freed'))} before other duties of the same people are staffed."
        )
        return f"{done} {told} Each service keeps its own staff."


def _posts(freed: float) -> str:
    """Say how many posts come free, or are needed more."""
    if freed < 0:
        return f"{-freed:,.0f} more posts are needed,"
    return f"{freed:,.0f} posts come free on paper," if freed else "no post comes free, even"


def _option(
    area: Area, group: Sequence[Room], way: str, assumptions: Mapping[str, Assumption], tried: str | None
) -> Option:
    """Make the option that these rooms work together in one way; the largest is the host."""
    host, *guests = group
    partners = tuple(each.service_id for each in group)
    posts = area.table("posts").filter(
        (pl.col("function") == "control") & pl.col("service_id").is_in(partners)
    )
    strength = {
        each: float(posts.filter(pl.col("service_id") == each)["fte"].sort().sum()) for each in partners
    }
    hours = next(each for each in shipped() if each.name == WAYS[way].variant).hours
    # The hours in which the team starts, and in which it has stopped; at none where it never or always answers.
    turns = [
        [h for h in range(24) if (h in hours) is now and ((h - 1) % 24 in hours) is not now]
        for now in (True, False)
    ]
    facts: dict[str, float | str | None] = {
        "way": way,
        "one_place": float(WAYS[way].one_place),
        "one_system": float(WAYS[way].one_system),
        # Whoever answers in the host's room for part of the day pays its bills for that part.
        "share_of_day": 1.0 if WAYS[way].one_place else len(hours) / 24,
        **{
            name: f"{each[0]:02d}:00" if each else None
            for name, each in zip(("from", "until"), turns, strict=True)
        },
        "hours_before": None,
        "hours_after": None,
        "posts_freed": 0.0,
        "one_room_lost": NOBODY_CAN_TELL,
        "tried_before": tried,
        **{f"control_posts_{each}": strength[each] for each in partners},
    }
    incomplete: list[str] = []
    measured = rooms_of(area, assumptions)
    known = measured is not None and set(partners) <= set(measured.services)
    if measured is not None and known:
        facts |= handlers(measured, partners, WAYS[way].variant, strength)
        facts |= one_room_lost(
            measured,
            partners,
            WAYS[way].variant,
            assumptions,
            frees_posts=bool(facts["posts_freed"]),
            one_place=WAYS[way].one_place,
        )
        if any(
            it is not None
            for line, it in zip(measured.lines, measured.counted, strict=True)
            if line.service in partners
        ):
            incomplete.append("calls are taken from incidents, not recorded, so staff is a first idea")
    else:
        incomplete.append("how many call handlers each room needs: no calls or incidents with a time")
    rooms = area.table("control_rooms")
    for room in group:
        if not strength[room.service_id]:
            incomplete.append(f"the posts of {room.name}; none can be set free before they are recorded")
        if rooms.filter(pl.col("service_id") == room.service_id).height > 1:
            incomplete.append(f"what becomes of the other rooms of {area.name_of(room.service_id)}")
        if (
            room is not host
            and WAYS[way].one_place
            and WAYS[way].one_system
            and not contracts(area, room.service_id).height
        ):
            incomplete.append(f"when the contract for the system of {room.name} ends")
    return Option(
        id="-".join(("shared-control-room", way, *partners)),
        kind="shared control room",
        title=f"{in_words([each.name for each in group])} {WAYS[way].words}",
        partners=partners,
        joins=tuple(each.room_id for each in group),
        names=tuple(each.name for each in group),
        changes=_changes(host, guests, WAYS[way], posts),
        uses=(
            *(f"control_rooms/{each.room_id}" for each in group),
            *(f"posts/{each}" for each in posts["post_id"].sort()),
            # Bills and floor are those of the room where it stands, so that nobody else may empty or fill that place.
            *(f"sites/{each}" for each in sorted({e.site_id for e in group if e.site_id is not None})),
        ),
        facts=facts,
        incomplete=tuple(incomplete),
    )


def _changes(host: Room, guests: Sequence[Room], way: Way, posts: pl.DataFrame) -> tuple[Change, ...]:
    """Give the step: guests' rooms are given up, moved, or take the host's system; their control posts go with them.

    Posts keep their strength: how many end is for the partners to say, and no roster in the study shows it.
    """
    changes = []
    for room in guests:
        if way.one_place and host.site_id is not None:
            theirs = posts.filter(pl.col("service_id") == room.service_id)["post_id"].sort().to_list()
            changes += [Change("posts", each, "site_id", host.site_id) for each in theirs]
        if way.one_place and way.one_system:
            changes.append(Change("control_rooms", room.room_id, None))
        elif way.one_place and host.site_id is not None:
            changes.append(Change("control_rooms", room.room_id, "site_id", host.site_id))
        elif way.one_system and host.system is not None:
            changes.append(Change("control_rooms", room.room_id, "system", host.system))
    return tuple(changes)


KIND: Kind = SharedControlRoom()
