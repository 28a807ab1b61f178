"""What sharing a control room costs and frees, partner by partner and year by year (§5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import redundancy_pay
from joinedup.options.shared_control_room import declared
from joinedup.options.shared_control_room.joining import fact, in_use, pay, room_called, spent_in

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws
    from joinedup.options import Option
    from joinedup.options.shared_control_room.joining import Room

    Floats = NDArray[np.float64]


class Costed:
    """One option's flows; the first room of ``option.joins`` is the host."""

    def __init__(self, area: Area, option: Option, draws: Draws, years: int) -> None:
        self.area, self.option, self.draws, self.years = area, option, draws, years
        self.rooms = [room_called(area, each) for each in option.joins]
        self.host, *self.guests = self.rooms
        # A partner that joins rooms of its own bears what is common once.
        self.bearing = list({room.service_id: room for room in reversed(self.rooms)}.values())[::-1]
        self.one_place = fact(option, "one_place") > 0
        self.one_system = fact(option, "one_system") > 0
        self.goes_live = draws[declared.YEARS_TO_LIVE.name]
        self.until_live = (np.zeros(len(draws)), self.goes_live)
        # Desks are fitted, and people trained and moved, in the last year before the rooms work together.
        self.just_before = (np.maximum(self.goes_live - 1.0, 0.0), self.goes_live)
        self.live = [in_use(year, self.goes_live) for year in range(years + 1)]
        self.found: list[Cash] = []

    def flows(self) -> list[Cash]:
        """Give everything: what is done once, over the years until the rooms work together, then what goes on from there."""
        self._once()
        for room in self.bearing:
            self._posts(room)
        for room in self.guests:
            self._room_given_up(room)
        self._common()
        return self.found

    def _add(
        self, what: str, year: int, amount: Floats, partner: str, *names: str, capital: bool = False
    ) -> None:
        """Add a saving of one partner, or a cost where the amount is negative."""
        who = Partner(partner)
        line = CashLine.CAPITAL if capital else CashLine.RUNNING
        bought = Supply.STANDARD if capital else Supply.OUTSIDE
        self.found.append(
            Cash(what, CashKind.CASH_RELEASING, line, year, amount, who, who, names, supply=bought)
        )

    def _from_live(self, what: str, amount: Floats, partner: str, *names: str) -> None:
        """Add the same in every year, as far as the rooms work together in it."""
        for year in range(1, self.years + 1):
            self._add(what, year, amount * self.live[year], partner, *names, declared.YEARS_TO_LIVE.name)

    # --- once --------------------------------------------------------------------------------------------------------

    def _spread(
        self,
        what: str,
        amount: Floats,
        partner: str,
        when: tuple[Floats, Floats],
        *names: str,
        capital: bool = False,
    ) -> None:
        """Add what is done once, spent evenly over a time that is counted in years from the start of year 1."""
        for year in range(1, self.years + 1):
            rests = (*names, declared.YEARS_TO_LIVE.name)
            self._add(what, year, amount * spent_in(year, *when), partner, *rests, capital=capital)

    def _once(self) -> None:
        draws = self.draws
        systems, names = self._integration()
        shares, shared_by = self._shares()
        desks = sum((self._desks(room) for room in self._moving()), 0.0)
        for room in self.bearing:
            partner = room.service_id
            share = shares[partner]
            if self.one_system:
                self._spread(
                    "integrating systems",
                    -systems * share,
                    partner,
                    self.until_live,
                    *names,
                    shared_by,
                    capital=True,
                )
            if desks:
                self._spread(
                    "desks in the shared room",
                    -desks * draws[declared.DESK.name] * share,
                    partner,
                    self.just_before,
                    declared.DESK.name,
                    shared_by,
                    capital=True,
                )
            self._spread(
                "project team",
                -draws[declared.PROJECT.name],
                partner,
                self.until_live,
                declared.PROJECT.name,
            )
            if self.one_system and len(self.bearing) > 1:
                self._spread(
                    "training to answer for every service",
                    -draws[declared.TRAINING.name] * self._handlers(partner),
                    partner,
                    self.just_before,
                    declared.TRAINING.name,
                )
        for room in self._moving():
            self._spread(
                "relocation of people",
                -draws[declared.RELOCATION.name] * self._strength(room.service_id),
                room.service_id,
                self.just_before,
                declared.RELOCATION.name,
            )
        if self.one_place:
            for room in self.guests:
                self._double_running(room)

    def _double_running(self, room: Room) -> None:
        """The old room's bills, and its handlers, for the months beside the new one."""
        cost, names = bills(room, self.option, self.draws)
        post, paid = pay(self.area, room.service_id, self.draws)
        a_year = cost + self._handlers(room.service_id) * post
        beside = self.draws[declared.DOUBLE_RUNNING.name] / 12
        self._spread(
            "double running",
            -a_year * beside,
            room.service_id,
            (self.goes_live, self.goes_live + beside),
            declared.DOUBLE_RUNNING.name,
            *names,
            *paid,
        )

    # --- every year --------------------------------------------------------------------------------------------------

    def _posts(self, room: Room) -> None:
        """Whole posts that come free, less those that other duties need; or posts that have to be added."""
        partner, draws = room.service_id, self.draws
        found = fact(self.option, f"posts_freed_{partner}")
        post, paid = pay(self.area, partner, draws)
        if found < 0:
            self._from_live("posts added", found * post, partner, *paid)
        elif found > 0:
            freed = np.floor(found * draws[declared.ROSTER.name])
            left = 1.0 - draws[declared.DUTIES.name]
            names = (declared.ROSTER.name, declared.DUTIES.name)
            self._from_live(
                "posts freed, less those that other duties need", freed * left * post, partner, *paid, *names
            )
            pay_out = freed * np.maximum(left, 0.0) * draws[declared.REDUNDANCY.name]
            first_year = (self.goes_live, self.goes_live + 1.0)
            rests = (declared.REDUNDANCY.name, *names, declared.YEARS_TO_LIVE.name)
            self.found += [
                redundancy_pay(partner, year, pay_out * spent_in(year, *first_year), *rests)
                for year in range(1, self.years + 1)
            ]

    def _room_given_up(self, room: Room) -> None:
        """The bills of the room that closes: its floor, and its systems once their contracts have ended."""
        if not self.one_place:
            return
        draws, partner = self.draws, room.service_id
        whole, names = bills(room, self.option, draws)
        floor = whole * draws[declared.BUILDING.name]
        for year in range(1, self.years + 1):
            freed, rests = floor, (*names, declared.BUILDING.name)
            if self.one_system:
                # What is bound by contract goes on being paid, though nobody uses it.
                bound = sum(
                    row["yearly_gbp"]
                    for row in contracts(self.area, partner).iter_rows(named=True)
                    if year <= _year_of(self.area, row["ends_on"])
                )
                freed, rests = np.maximum(whole - bound, 0.0), names
            self._add(
                "bills of the room given up",
                year,
                freed * self.live[year],
                partner,
                *rests,
                declared.YEARS_TO_LIVE.name,
            )

    def _common(self) -> None:
        """What is common: the host bears its dearer room and is paid for it; support and the fallback are split."""
        draws, host = self.draws, self.host.service_id
        shares, shared_by = self._shares()
        given_up, names = self._given_up()
        support, integrated = self._integration()
        for room in self.bearing:
            share = shares[room.service_id]
            if self.one_system:
                self._from_live(
                    "support of the joint system",
                    -support * draws[declared.SUPPORT.name] * share,
                    room.service_id,
                    declared.SUPPORT.name,
                    *integrated,
                    shared_by,
                )
            if self.one_place:
                self._from_live(
                    "fallback in case the room is lost",
                    -given_up * draws[declared.FALLBACK.name] * share,
                    room.service_id,
                    declared.FALLBACK.name,
                    *names,
                    shared_by,
                )
        own, own_names = bills(self.host, self.option, draws)
        common = own * fact(self.option, "share_of_day")
        if self.one_place:
            added = given_up * draws[declared.HOST_ADDS.name]
            self._from_live(
                "what the newcomers add to the host's bills",
                -added,
                host,
                declared.HOST_ADDS.name,
                *names,
            )
            common = common + added
            own_names = (*own_names, *names, declared.HOST_ADDS.name)
        rests = tuple(dict.fromkeys((*own_names, shared_by, declared.YEARS_TO_LIVE.name)))
        for room in self.guests:
            if room.service_id == host:
                continue
            self.found += [
                Cash(
                    "share of the room's bills",
                    CashKind.PAYMENT,
                    CashLine.PAYMENT,
                    year,
                    common * shares[room.service_id] * self.live[year],
                    Partner(room.service_id),
                    Partner(host),
                    rests,
                )
                for year in range(1, self.years + 1)
            ]

    # --- what it rests on --------------------------------------------------------------------------------------------

    def _shares(self) -> tuple[dict[str, Floats], str]:
        """Give each partner's share of what is common, between one by staff and one by calls; they add up to 1."""
        weight = self.draws[declared.BY_CALLS.name]
        partners = self.option.partners
        staff = {each: self._strength(each) for each in partners}
        calls = {each: fact(self.option, f"calls_{each}") for each in partners}
        by_staff, by_calls = _parts(staff), _parts(calls)
        return (
            {each: (1 - weight) * by_staff[each] + weight * by_calls[each] for each in partners},
            declared.BY_CALLS.name,
        )

    def _integration(self) -> tuple[Floats, tuple[str, ...]]:
        """Give what it costs to bring the guests' work into the host's system."""
        same = sum(1.0 for room in self.guests if room.system and room.system == self.host.system)
        other = len(self.guests) - same
        draws = self.draws
        cost = draws[declared.INTEGRATION.name] * (other + same * draws[declared.SAME_SYSTEM.name])
        return cost, (declared.INTEGRATION.name, *((declared.SAME_SYSTEM.name,) if same else ()))

    def _given_up(self) -> tuple[Floats, tuple[str, ...]]:
        """Give what the guests' rooms that are given up cost to run in a year: all of it, or their floor alone."""
        found = [bills(room, self.option, self.draws) for room in self.guests]
        total = sum((each for each, _ in found), np.zeros(len(self.draws)))
        names = tuple(dict.fromkeys(name for _, names in found for name in names))
        if self.one_system:
            return total, names
        return total * self.draws[declared.BUILDING.name], (*names, declared.BUILDING.name)

    def _moving(self) -> list[Room]:
        """Give the rooms whose people come to another place."""
        there = self.host.site_id
        return [each for each in self.guests if self.one_place and (there is None or each.site_id != there)]

    def _strength(self, partner: str) -> float:
        """Give a service's posts in its control room, those of its call handlers where none are recorded."""
        recorded = fact(self.option, f"control_posts_{partner}")
        return recorded or fact(self.option, f"handler_posts_{partner}")

    def _handlers(self, partner: str) -> float:
        """Give the posts that answer a service's calls, all of its control room's where that is not known."""
        return fact(self.option, f"handler_posts_{partner}") or self._strength(partner)

    def _desks(self, room: Room) -> float:
        return _desks(room, self.option)


def bills(room: Room, option: Option, draws: Draws) -> tuple[Floats, tuple[str, ...]]:
    """Give what a room costs to run in a year without staff, and the assumptions used where the study does not say."""
    if room.running_cost_gbp is not None:
        return np.full(len(draws), room.running_cost_gbp), ()
    return _desks(room, option) * draws[declared.DESK_COST.name], (declared.DESK_COST.name,)


def _desks(room: Room, option: Option) -> float:
    """Give the desks of a room, the most handlers that it needs at once where they are not recorded."""
    return float(room.positions or 0) or fact(option, f"most_handlers_{room.service_id}")


def _parts(amounts: dict[str, float]) -> dict[str, float]:
    """Give each one's part of the whole; equal parts where nothing is known."""
    total = sum(amounts.values())
    return {each: amount / total if total else 1 / len(amounts) for each, amount in amounts.items()}


def _year_of(area: Area, day: date) -> int:
    """Give the financial year of a day, from 0, the year of the price base."""
    return (day.year if day.month >= 4 else day.year - 1) - int(area.settings.price_base[:4])


def contracts(area: Area, service: str) -> pl.DataFrame:
    """Give the contracts of a service's control room that have a yearly cost and an end."""
    return area.table("contracts").filter(
        (pl.col("service_id") == service)
        & (pl.col("function") == "control")
        & pl.col("yearly_gbp").is_not_null()
        & pl.col("ends_on").is_not_null()
    )
