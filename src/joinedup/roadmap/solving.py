"""Solving: the choice of options and years as a mixed-integer programme, solved to optimality by HiGHS (§7.2).

There is one unknown for each option and year in which it could start: yes or no. Everything else is a row over these.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.locate.solving import QUIET
from joinedup.refusal import Refusal
from joinedup.roadmap.losses import NO_MORE, THOUSAND, Losses, More, Row, mended

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from joinedup.roadmap.steps import Limits, Step

_NEAR_ENOUGH = 0.005
"""A plan to begin the search from need not be the best of its kind: to within this share of its worth will do."""
_OPTIMAL, _STOPPED, _INFEASIBLE = 0, 1, 2

Plan = frozenset[tuple[str, int]]
"""What starts when: options with the year of their start."""


@dataclass(frozen=True)
class Solution:
    """A plan, whether it is proven best, and what no plan can exceed in expected worth, pounds."""

    plan: Plan
    proven: bool
    bound: float


class Model:
    """The rows and columns of one roadmap, to which cuts are added as they are needed.

    ``may_start`` gives the years by option; ``must`` are options that have to start. Columns are in the order of identifier
    and year, so that the answer does not depend on how the options came in.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        limits: Limits,
        may_start: Mapping[str, Sequence[int]],
        must: Iterable[str],
        worths: Mapping[str, NDArray[np.float64]],
    ) -> None:
        self.steps = sorted(steps, key=lambda each: each.id)
        self.columns = [(each.id, year) for each in self.steps for year in may_start[each.id]]
        self.of = {each.id: [c for c, (id, _) in enumerate(self.columns) if id == each.id] for each in steps}
        self.worth = np.array([worths[id][year] for id, year in self.columns]) / THOUSAND
        self.rows: list[Row] = []
        self.losses: Losses | None = None
        self.ceiling = np.inf
        obliged = set(must)
        for each in self.steps:
            self._row(dict.fromkeys(self.of[each.id], 1.0), float(each.id in obliged), 1.0)
        self._exclusions()
        self._needs()
        self._capital(limits)
        self._change(limits)

    def _row(self, row: dict[int, float], low: float, high: float) -> None:
        if row or low > 0:
            self.rows.append((row, low, high))

    def _exclusions(self) -> None:
        """Let at most one of those that use a thing be chosen, and at most one of a pair that excludes."""
        things = sorted({thing for each in self.steps for thing in each.uses})
        groups = [[each.id for each in self.steps if thing in each.uses] for thing in things]
        groups += [
            [one.id, other.id]
            for one, other in combinations(self.steps, 2)
            if other.id in one.excludes or one.id in other.excludes
        ]
        for group in groups:
            if len(group) > 1:
                self._row({column: 1.0 for id in group for column in self.of[id]}, 0.0, 1.0)

    def _needs(self) -> None:
        """Let an option have started by a year only if what it needs started early enough to be live."""
        by_id = {each.id: each for each in self.steps}
        for each in self.steps:
            for need in each.needs:
                for year in sorted({self.columns[column][1] for column in self.of[each.id]}):
                    row = {c: 1.0 for c in self.of[each.id] if self.columns[c][1] <= year}
                    for other in need.any_of:
                        before = by_id[other].years_to_live + need.lag
                        for c in self.of[other]:
                            if self.columns[c][1] <= year - before:
                                row[c] = row.get(c, 0.0) - 1.0
                    self._row(row, -np.inf, 0.0)

    def _capital(self, limits: Limits) -> None:
        """Keep what is spent in a year, by all and by each partner, within the limit."""
        everybody: list[tuple[str | None, tuple[float, ...]]] = sorted(limits.capital_of.items())
        if limits.capital is not None:
            everybody.append((None, limits.capital))
        spent = {
            each.id: {who: np.asarray(amounts) for who, amounts in sorted(each.capital.items())}
            for each in self.steps
        }
        longest = max((len(a) for by in spent.values() for a in by.values()), default=0)
        for who, limit in everybody:
            for year in range(limits.years + max(0, longest - 1)):
                row: dict[int, float] = {}
                for column, (id, start) in enumerate(self.columns):
                    amount = sum(
                        float(amounts[year - start])
                        for partner, amounts in spent[id].items()
                        if who in {None, partner} and 0 <= year - start < len(amounts)
                    )
                    if amount:
                        row[column] = amount / THOUSAND
                self._row(row, -np.inf, limit[min(year, limits.years - 1)] / THOUSAND)

    def _change(self, limits: Limits) -> None:
        """Keep what is in transition at once, for all and for each partner, within the capacity."""
        everybody: list[tuple[str | None, float]] = sorted(limits.change_of.items())
        if limits.change is not None:
            everybody.append((None, limits.change))
        by_id = {each.id: each for each in self.steps}
        longest = max((each.years_to_live for each in self.steps), default=0)
        for who, limit in everybody:
            for year in range(limits.years + max(0, longest - 1)):
                row = {
                    column: by_id[id].change
                    for column, (id, start) in enumerate(self.columns)
                    if (who is None or who in by_id[id].partners)
                    and start <= year < start + by_id[id].years_to_live
                }
                self._row(row, -np.inf, limit)

    def limit_losses(self, draws: Mapping[str, NDArray[np.float64]], share: float) -> None:
        """Let the set be worth less than nothing in no more than a share of the draws, shape (years, draws) by option."""
        worth = np.array([draws[id][year] for id, year in self.columns]) / THOUSAND
        allowed = int(np.floor(share * worth.shape[1] + 1e-9))
        self.losses = Losses(worth, self._worsts(worth, self.rows), allowed)

    def _worsts(self, worth: NDArray[np.float64], rows: list[Row]) -> NDArray[np.float64]:
        """Give what no plan can fall below in each draw, halves of options allowed."""
        return np.array([self._least(worth[:, draw], rows) for draw in range(worth.shape[1])])

    def _least(self, worth: NDArray[np.float64], rows: list[Row]) -> float:
        answer = self._answer(worth, rows, NO_MORE, 60.0, whole=False)
        each_worst = sum(float(worth[of].min(initial=0.0)) for of in self.of.values())
        return float(answer.fun) - 1e-6 if answer.status == _OPTIMAL else each_worst

    def _as_good(self, known: float) -> Row:
        """Ask for a plan that is worth at least as much, thousands of pounds, less the solver's tolerance."""
        return dict(enumerate(self.worth.tolist())), known - 1e-6, np.inf

    def _limited(self, rows: list[Row]) -> tuple[list[Row], More]:
        """Hold losses to their limit, given all other rows that a plan keeps to.

        With its flag up, a draw may lose as much as the worst that the other rows let it: the tighter that is, the sooner it
        is solved, and a draw that cannot lose needs no flag. Among plans worth as much as one that is known, few draws can.
        """
        if self.losses is None:
            return rows, NO_MORE
        tightened = replace(
            self.losses, worst=np.maximum(self.losses.worst, self._worsts(self.losses.worth, rows))
        )
        more = tightened.flags(len(self.columns))
        return [*rows, *more.rows], more

    def forbid_set(self, ids: frozenset[str]) -> None:
        """Rule out exactly this set of options, whenever they start."""
        row = {c: -1.0 if id in ids else 1.0 for id, of in self.of.items() for c in of}
        self._row(row, 1.0 - len(ids), np.inf)

    def forbid_together(self, ids: frozenset[str]) -> None:
        """Rule out every set that holds all of these."""
        self._row({c: 1.0 for id in sorted(ids) for c in self.of[id]}, -np.inf, len(ids) - 1.0)

    def forbid_plan(self, plan: Plan) -> None:
        """Rule out exactly this plan, years and all."""
        row = {c: -1.0 if each in plan else 1.0 for c, each in enumerate(self.columns)}
        self._row(row, 1.0 - len(plan), np.inf)

    def solve(self, seconds: float) -> Solution | None:
        """Find the plan of greatest expected worth; None where no plan keeps to the rows.

        Raises:
            Refusal: when none was found in time and something has to start.
        """
        something = any(low > 0 for _, low, _ in self.rows)
        if not self.columns:
            return None if something else Solution(frozenset(), True, 0.0)
        plans = [] if something else [frozenset[tuple[str, int]]()]
        rows = list(self.rows)
        if self.losses:
            plans += [*self._careful(seconds / 8), *self._sparing(seconds / 4)]
            plans.sort(key=lambda each: (self.expected(each), sorted(each)))
            if plans:
                # What is known already need not be searched again: only what is worth as much.
                rows.append(self._as_good(max(self.expected(each) for each in plans) / THOUSAND))
        rows, more = self._limited(rows)
        answer = self._answer(-self.worth, rows, more, seconds)
        if answer.status == _INFEASIBLE:
            # Nothing is worth as much as what is known, to the last digits: then that is the best.
            return Solution(plans[-1], True, self.expected(plans[-1])) if self.losses and plans else None
        bound = answer.mip_dual_bound
        if bound is not None and np.isfinite(bound):
            self.ceiling = min(self.ceiling, -float(bound) * THOUSAND)
        plans += [] if answer.x is None else [self._plan(answer.x)]
        if not plans:
            raise Refusal(
                f"no roadmap was found in {seconds:g} s; allow more seconds, or give fewer options or years"
            )
        if answer.status == _OPTIMAL:
            return Solution(plans[-1], True, self.expected(plans[-1]))
        plan = max(plans, key=lambda each: (self.expected(each), sorted(each)))
        return Solution(plan, False, max(self.ceiling, self.expected(plan)))

    def _sparing(self, seconds: float) -> list[Plan]:
        """Find a plan that keeps to the limit on losses by letting the worst draws lose and no other, as well as is soon done.

        Whenever more draws lose than may, all but the worst of them are held to no loss, until no more lose than may. Where
        that takes too long, options are left out of what was found on the way.
        """
        if not self.losses:
            return []
        rows, until = list(self.rows), time.monotonic() + seconds
        held, tried = dict(self.losses.by_draw()), [list[int]()]
        while time.monotonic() < until:
            answer = self._answer(-self.worth, rows, NO_MORE, until - time.monotonic(), gap=_NEAR_ENOUGH)
            if answer.x is None:
                break
            chosen = np.flatnonzero(answer.x > 0.5).tolist()
            tried.append(chosen)
            worth = self.losses.worth[chosen].sum(axis=0)
            losing = [
                draw for draw in np.argsort(worth, kind="stable").tolist() if worth[draw] < 0 and draw in held
            ]
            if self.losses.holds(chosen) or len(losing) <= self.losses.allowed:
                break
            rows += [(held.pop(draw), 0.0, np.inf) for draw in losing[self.losses.allowed :]]
        found = (mended(self.losses, self.rows, each) for each in tried)
        return [frozenset(self.columns[c] for c in each) for each in found if each is not None]

    def _careful(self, seconds: float) -> list[Plan]:
        """Find a plan that keeps to the limit on losses, though perhaps not the best, where one is soon found."""
        if not self.losses:
            return []
        for many in self.losses.tails:
            more = self.losses.careful(len(self.columns), many)
            answer = self._answer(-self.worth, [*self.rows, *more.rows], more, seconds)
            if answer.x is not None:
                plan = self._plan(answer.x)
                chosen = [c for c, each in enumerate(self.columns) if each in plan]
                if self.losses.holds(chosen):
                    return [plan]
        return []

    def settle_ties(self, best: Solution, seconds: float) -> Solution | None:
        """Find, among plans within a penny of the best, the one with the smallest sum of positions.

        The positions number the options by identifier and then year of start, from 1; of equal plans, one with fewer options
        or an earlier start is so preferred. None where the time runs out.
        """
        if not self.columns:
            return best
        rows, flags = self._limited([*self.rows, self._as_good(self.expected(best.plan) / THOUSAND)])
        positions = np.arange(1.0, len(self.columns) + 1)
        answer = self._answer(positions, rows, flags, seconds)
        return Solution(self._plan(answer.x), True, best.bound) if answer.status == _OPTIMAL else None

    def expected(self, plan: Plan) -> float:
        """Add up the expected worth of a plan, pounds."""
        return float(sum(self.worth[c] for c, each in enumerate(self.columns) if each in plan)) * THOUSAND

    def _plan(self, x: NDArray[np.float64]) -> Plan:
        return frozenset(each for each, value in zip(self.columns, x, strict=False) if value > 0.5)

    def _answer(
        self,
        cost: NDArray[np.float64],
        rows: list[Row],
        more: More,
        seconds: float,
        *,
        whole: bool = True,
        gap: float = 0.0,
    ) -> OptimizeResult:
        """Solve once for the least cost; ``more`` are columns after those of the options."""
        size = len(self.columns)
        row = [number for number, (entries, _, _) in enumerate(rows) for _ in entries]
        column = [place for entries, _, _ in rows for place in entries]
        value = np.array([each for entries, _, _ in rows for each in entries.values()], dtype=np.float64)
        matrix = scipy.sparse.csr_array((value, (row, column)), shape=(len(rows), size + len(more.low)))
        whole_numbers = np.concatenate([np.full(size, int(whole)), np.full(len(more.low), int(more.whole))])
        with QUIET:
            answer = scipy.optimize.milp(
                np.concatenate([cost, np.zeros(len(more.low))]),
                integrality=whole_numbers.astype(np.int64),
                bounds=scipy.optimize.Bounds(
                    np.concatenate([np.zeros(size), more.low]), np.concatenate([np.ones(size), more.high])
                ),
                constraints=scipy.optimize.LinearConstraint(
                    matrix, [low for _, low, _ in rows], [high for _, _, high in rows]
                ),
                options={"mip_rel_gap": gap, "time_limit": seconds},
            )
        if answer.status not in {_OPTIMAL, _STOPPED, _INFEASIBLE}:
            raise RuntimeError(f"HiGHS could not solve the roadmap: {answer.message}")
        return answer
