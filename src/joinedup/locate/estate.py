"""Estate plan: which site keeps its building, which moves into which, and which closes, at least cost (§4, §5.5).

One programme over the whole estate. Each possible move is a yes or no; a host has to stay, and has floor and bays for
all its newcomers together; each service keeps its share of incidents within its standard minutes of one of its
stations, wherever these stand after the moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from joinedup.locate.describing import described
from joinedup.locate.holdings import estate_of
from joinedup.locate.solving import Rows, refuse_seconds, solve
from joinedup.money.discounting import annuity, discount_factors
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.locate.holdings import Estate, Holding
    from joinedup.locate.plan import Plan
    from joinedup.locate.solving import Status
    from joinedup.locate.terms import Terms
    from joinedup.travel import Travel

_THOUSAND = 1000.0
"""Pounds are solved in thousands, so that the solver's tolerance of a millionth is a tenth of a penny."""
_SLACK = 1e-7
"""Shares that differ by less are the same share."""


def estate_plan(
    area: Area,
    travel: Travel,
    terms: Terms,
    *,
    seconds: float = 60,
    refused: Collection[tuple[str, str]] = (),
) -> Plan:
    """Plan the estate of all services of an area at least yearly cost, within their response standards.

    Args:
        area: sites, with those that are fixed, secure or may close, units and incidents; what else works from a site is read
            from posts and control rooms.
        travel: how long drives take.
        terms: the numbers and rules of the plan.
        seconds: how long to try.
        refused: pairs of mover and host that are not to be proposed: they exist already, or somebody said no.

    Raises:
        Refusal: when a site is named that does not exist, a standard has no placed incident to hold, or the study is one
            whose sites are only laid side by side.
    """
    if area.settings.overlap_only:
        raise Refusal(
            "the study is overlap_only: its sites are real and named, and no moves are planned for them"
        )
    return best_plan(estate_of(area, travel, terms), terms, seconds=seconds, refused=refused)


def best_plan(
    estate: Estate,
    terms: Terms,
    *,
    seconds: float = 60,
    refused: Collection[tuple[str, str]] = (),
) -> Plan:
    """Plan an estate; as :func:`estate_plan`, which takes it from an area."""
    refuse_seconds(seconds)
    known = {each.site_id for each in estate.sites}
    for site in sorted({each for pair in refused for each in pair}):
        if site not in known:
            raise Refusal(f"the estate has no site '{site}'{did_you_mean(site, known)}")
    choice = Choice(estate, terms, frozenset(refused))
    cost, rows, whole = choice.programme()
    if not choice.arcs and not choice.closing:
        return described(choice, "optimal", (), (), 0.0)
    answer = solve(cost, rows, whole, seconds)
    picked = np.zeros(len(whole), np.bool_) if answer.x is None else (answer.x > 0.5) & whole
    moves = tuple(choice.arcs[at] for at in np.flatnonzero(picked[: len(choice.arcs)]))
    ends = picked[len(choice.arcs) : len(choice.arcs) + len(choice.closing)]
    closed = tuple(choice.closing[at] for at in np.flatnonzero(ends))
    # To move nothing keeps to every row, so that there is always a plan.
    status: Status = "optimal" if answer.status == "optimal" else "feasible"
    return described(choice, status, moves, closed, answer.bound * _THOUSAND)


@dataclass(frozen=True)
class Arc:
    """One possible move, sites by row: its money, and the floor that it takes."""

    mover: int
    host: int
    start_year: int
    yearly_gbp: float
    capital_gbp: float
    space_m2: float
    saved_a_year: float
    """What it is worth in a year, the year's share of the capital taken off, evened out over the years of the plan."""


@dataclass(frozen=True)
class Closing:
    """One site that may end without a move."""

    site: int
    start_year: int
    capital_gbp: float
    saved_a_year: float


@dataclass(frozen=True, eq=False)
class Choice:
    """All that can be chosen, and what limits it."""

    estate: Estate
    terms: Terms
    refused: frozenset[tuple[str, str]]

    @cached_property
    def arcs(self) -> list[Arc]:
        """List every move that is possible by itself, in the order of mover and host."""
        sites = self.estate.sites
        near = (self.estate.minutes <= self.terms.furthest_minutes) & (
            self.estate.metres >= self.terms.same_place_m
        )
        found = []
        for mover, host in np.argwhere(near & ~np.eye(len(sites), dtype=np.bool_)).tolist():
            arc = self._arc(mover, host)
            if arc is not None:
                found.append(arc)
        return found

    def _may_leave(self, site: Holding) -> bool:
        return site.leaves_from is not None and site.leaves_from < self.terms.years

    def _fits(self, mover: int, host: int) -> bool:
        """Say whether a site could move into another were it the only one: kinds, floor, bays, and turning in."""
        leaves, stays, terms = self.estate.sites[mover], self.estate.sites[host], self.terms
        if not self._may_leave(leaves) or leaves.floor_m2 is None or leaves.kind is None:
            return False
        if not stays.takes_in or stays.kind not in terms.may_share.get(leaves.kind, ()):
            return False
        if leaves.floor_m2 * terms.space_needed > stays.spare(terms.spare_share) + _SLACK:
            return False
        if leaves.units and (stays.kind == "office" or leaves.units > stays.free_bays()):
            return False
        too_far = leaves.turns_in and not self.estate.minutes[mover, host] <= terms.turn_in_minutes
        return not too_far and (leaves.site_id, stays.site_id) not in self.refused

    def _arc(self, mover: int, host: int) -> Arc | None:
        leaves, stays, terms = self.estate.sites[mover], self.estate.sites[host], self.terms
        space = (leaves.floor_m2 or 0.0) * terms.space_needed
        priced = terms.adapt_gbp_a_m2 if stays.adapt_gbp_a_m2 is None else stays.adapt_gbp_a_m2
        capital = space * priced + terms.move_gbp
        most = min(terms.capital_gbp, terms.capital_gbp_of.get(leaves.service_id, np.inf))
        if capital > most or not self._fits(mover, host):
            return None
        start = leaves.leaves_from or 0
        added = space * stays.cost_a_m2(terms.running_gbp_a_m2) * terms.host_share
        yearly = leaves.running(terms.running_gbp_a_m2) - added
        return Arc(mover, host, start, yearly, capital, space, self._a_year(start, yearly, capital))

    def _a_year(self, start: int, yearly: float, capital: float) -> float:
        """Take the year's share of the capital off what is saved; what starts later counts in fewer years of the plan."""
        years = self.terms.years
        share = float(discount_factors()[start + 1 : years + 1].sum()) / annuity(years)
        return (yearly - capital / annuity(self.terms.works_years)) * share

    @cached_property
    def closing(self) -> list[Closing]:
        """List the sites that may end without a move; clearing one costs as much as a move without building work."""
        found = []
        for row, site in enumerate(self.estate.sites):
            if site.may_close and self._may_leave(site):
                start, capital = site.leaves_from or 0, self.terms.move_gbp
                yearly = site.running(self.terms.running_gbp_a_m2)
                found.append(Closing(row, start, capital, self._a_year(start, yearly, capital)))
        return found

    def programme(self) -> tuple[NDArray[np.float64], Rows, NDArray[np.bool_]]:
        """Write the choice as rows over unknowns: moves, closings, sites given up, presences, then points covered."""
        sites, arcs, closing = self.estate.sites, self.arcs, self.closing
        mover = np.array([each.mover for each in arcs], np.int64)
        host = np.array([each.host for each in arcs], np.int64)
        at = np.arange(len(arcs))
        ends = len(arcs) + np.arange(len(closing))
        ending = np.array([each.site for each in closing], np.int64)
        # Whether a site is given up has a column of its own, so that a row for a host is short.
        left = len(arcs) + len(closing)
        rows = Rows()
        every = np.arange(len(sites))
        rows.add([(mover, at, 1.0), (ending, ends, 1.0), (every, left + every, -1.0)], 0.0, 0.0, len(sites))
        rows.add([(at, at, 1.0), (at, left + host, 1.0)], -np.inf, 1.0, len(arcs))
        space = np.array([each.space_m2 for each in arcs])
        spare = np.array([each.spare(self.terms.spare_share) for each in sites])
        scale = np.maximum(spare, 1.0)
        rows.add(
            [(host, at, space / scale[host]), (every, left + every, spare / scale)],
            -np.inf,
            (spare + _SLACK) / scale,
            len(sites),
        )
        bays = np.array([each.free_bays() for each in sites])
        units = np.array([float(sites[each].units) for each in mover.tolist()])
        limited = np.flatnonzero(np.isfinite(bays))
        short = np.full(len(sites), -1)
        short[limited] = np.arange(len(limited))
        known = np.isfinite(bays[host]) if len(arcs) else np.zeros(0, np.bool_)
        rows.add([(short[host[known]], at[known], units[known])], -np.inf, bays[limited], len(limited))
        self._limit_capital(rows)
        columns = left + len(sites)
        for service in sorted(self.estate.demand):
            for year in self.years_of(service):
                columns = self._covering(service, year, rows, columns, left, mover, host)
        cost = np.zeros(columns)
        cost[: len(arcs)] = [-each.saved_a_year / _THOUSAND for each in arcs]
        cost[ends] = [-each.saved_a_year / _THOUSAND for each in closing]
        return cost, rows, np.arange(columns) < left

    def _limit_capital(self, rows: Rows) -> None:
        """Keep what all moves and closings spend, and those of each service that is named, within the limit."""
        sites = self.estate.sites
        going = [*(each.mover for each in self.arcs), *(each.site for each in self.closing)]
        payer = np.array([sites[each].service_id for each in going])
        amounts = [each.capital_gbp for each in self.arcs] + [each.capital_gbp for each in self.closing]
        spent = np.array(amounts) / _THOUSAND
        limits = [(np.ones(len(going), np.bool_), self.terms.capital_gbp)]
        limits += [(payer == who, most) for who, most in sorted(self.terms.capital_gbp_of.items())]
        for whose, most in limits:
            columns = np.flatnonzero(whose)
            if np.isfinite(most) and len(columns):
                entries = (np.zeros(len(columns), np.int64), columns, spent[columns])
                rows.add([entries], -np.inf, most / _THOUSAND, 1)

    def _answers(self, service: str) -> NDArray[np.bool_]:
        return np.array(
            [each.service_id == service and each.responds for each in self.estate.sites], np.bool_
        )

    def years_of(self, service: str) -> list[int]:
        """List the years in which a station of a service may go: its standard is held in each of them."""
        answers = self._answers(service)
        going = [(each.mover, each.start_year) for each in self.arcs]
        going += [(each.site, each.start_year) for each in self.closing]
        return sorted({year for site, year in going if answers[site]})

    def _covering(
        self,
        service: str,
        year: int,
        rows: Rows,
        columns: int,
        left: int,
        mover: NDArray[np.int64],
        host: NDArray[np.int64],
    ) -> int:
        """Hold one service to its standard once the moves up to a year are made; give the number of columns after it.

        A presence is whether units of the service answer from a place; points that the same places reach are one.
        """
        sites, demand = self.estate.sites, self.estate.demand[service]
        own = self._answers(service)
        by_now = np.array([each.leaves_from is not None and each.leaves_from <= year for each in sites])
        coming = np.flatnonzero((own & by_now)[mover])
        may_go = np.zeros(len(sites), np.bool_)
        may_go[mover] = True
        may_go[[each.site for each in self.closing]] = True
        may_go &= by_now
        places = np.flatnonzero(own | np.isin(np.arange(len(sites)), host[coming]))
        reach = demand.minutes[places] <= self.terms.standards[service].minutes
        always = own[places] & ~may_go[places]
        open_to_change = ~reach[always].any(axis=0) & reach.any(axis=0)
        certain = float(demand.weight[reach[always].any(axis=0)].sum())
        patterns, number = np.unique(reach[:, open_to_change], axis=1, return_inverse=True)
        amount = np.bincount(number.ravel(), demand.weight[open_to_change], patterns.shape[1])
        total = float(demand.weight.sum())
        row_of = np.full(len(sites), -1)
        row_of[places] = np.arange(len(places))
        here = np.arange(len(places))
        points = columns + len(places) + np.arange(len(amount))
        mine = own[places]
        going = mine & may_go[places]
        rows.add(
            [
                (here, columns + here, 1.0),
                (here[going], left + places[going], 1.0),
                (row_of[host[coming]], coming, -1.0),
            ],
            -np.inf,
            mine.astype(float),
            len(places),
        )
        place, pattern = np.nonzero(patterns)
        each = np.arange(len(amount))
        rows.add([(each, points, 1.0), (pattern, columns + place, -1.0)], -np.inf, 0.0, len(amount))
        least = (self.least(service) - _SLACK) * total - certain
        if least > 0:
            rows.add([(np.zeros(len(amount), np.int64), points, amount / total)], least / total, np.inf, 1)
        return columns + len(places) + len(amount)

    def least(self, service: str) -> float:
        """Give the least share of a service's incidents that has to stay within its standard."""
        return max(0.0, self.share(service, ()) - self.terms.standards[service].most_loss)

    def share(
        self, service: str, moves: Sequence[Arc], closed: Sequence[Closing] = (), year: float = np.inf
    ) -> float:
        """Give the share of a service's incidents within its standard of one of its stations, after moves up to a year."""
        demand, answers = self.estate.demand[service], self._answers(service)
        present = answers.copy()
        done = [each for each in moves if each.start_year <= year]
        present[[each.mover for each in done]] = False
        present[[each.site for each in closed if each.start_year <= year]] = False
        for move in done:
            present[move.host] |= answers[move.mover]
        reached = (demand.minutes[present] <= self.terms.standards[service].minutes).any(axis=0)
        return float(demand.weight[reached].sum() / demand.weight.sum())
