"""Starting later: an option's money when it is put off, while leases, contracts and grants keep their dates (§7.2).

The money of an option that is put off moves with it. What has a date of its own does not: a contract that ends in 2028 still ends
in 2028, so that an option begun two years later has two years less of it to pay. The same area is therefore looked at from a
later first year. Grants, charges and the pay of people moved are no part of that: they stand in the years that the study states,
in pounds of the study's own price base, whenever the option starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.appraisal import financial_year, funded, present_value_of
from joinedup.assumptions import Draws

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal import Appraisal, Term
    from joinedup.area import Area
    from joinedup.money import Cash

_FARTHEST = 10
"""Dates are looked for as many years ahead as a roadmap may be long."""


@dataclass(frozen=True, eq=False)
class Starting:
    """One option by when it starts; ``cost`` gives its kind's cash in an area, of which the price base is year 0.

    ``terms`` are what the study states of its funding, which is no part of that cash; the appraisal is of both.
    """

    cost: Callable[[Area, Draws], Sequence[Cash]]
    area: Area
    draws: Draws
    appraisal: Appraisal
    terms: tuple[Term, ...] = ()

    @cached_property
    def waits(self) -> int:
        """The year until which nothing can happen because a lease or contract runs; 0 where nothing is waited for."""
        first = self._first
        return max(year for year, at in enumerate(first) if at == first[0])

    @cached_property
    def worth_from_then(self) -> NDArray[np.float64]:
        """What it is worth now, counted over all its years from the one until which it waits; shape (draws + 1,)."""
        flows = (*self._seen_from(self.waits), *self._stated)
        return present_value_of(flows, len(self.draws), self.appraisal.edition)

    def put_off(self, years: int) -> tuple[Cash, ...]:
        """Give the adjusted flows when the option is put off by some years, and each of its flows with a date is not.

        Years are counted from the first of the study. As many are counted as for the option at its soonest. What the study
        states of its funding is the same flows as then.
        """
        if not years:
            return self.appraisal.flows
        if not self._dated:
            own = tuple(replace(flow, year=flow.year + years) for flow in self.own)
            return (*own, *self._stated)
        first = self._first
        # Looked at from a year in which a lease still runs, nothing is put off.
        seen = next(year for year, at in enumerate(first) if at - first[0] >= years)
        last = self.appraisal.years + years
        return (*(flow for flow in self._seen_from(seen) if flow.year <= last), *self._stated)

    @cached_property
    def own(self) -> tuple[Cash, ...]:
        """The kind's adjusted flows at its soonest, without funding."""
        return self._seen_from(0) if self.terms else self.appraisal.flows

    @cached_property
    def _stated(self) -> tuple[Cash, ...]:
        """The adjusted flows of its funding, which are the same whenever it starts."""
        base, years = self.area.settings.price_base, self.appraisal.years
        return self.appraisal.adjusted(funded(self.terms, base, years, self.draws), self.draws)

    def _seen_from(self, year: int) -> tuple[Cash, ...]:
        """Give the kind's adjusted flows as they are when the area is looked at from a later year, years as in the study."""
        fresh = self.appraisal.adjusted(self.cost(_later(self.area, year), self.draws), self.draws)
        return tuple(replace(flow, year=flow.year + year) for flow in fresh)

    @cached_property
    def _streams(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """The kind's central money by year, as looked at from each year."""
        central = Draws(
            {name: values[:1] for name, values in self.draws.values.items()}, self.draws.assumptions
        )

        def stream(year: int) -> tuple[tuple[int, float], ...]:
            flows = self.cost(_later(self.area, year), central)
            return tuple((flow.year, float(flow.amount[0])) for flow in flows if flow.amount[0])

        now, last = stream(0), stream(2 * _FARTHEST)
        # What is bound to no date, or to none that a roadmap reaches, is the same stream from wherever it is looked at.
        if now == last:
            return (now,)
        return (now, *(stream(year) for year in range(1, 2 * _FARTHEST)), last)

    @property
    def _dated(self) -> bool:
        return len(self._streams) > 1

    @cached_property
    def _first(self) -> tuple[int, ...]:
        """The first year of the study in which anything happens, as looked at from each year."""
        return tuple(
            year + min((at for at, _ in stream), default=0) for year, stream in enumerate(self._streams)
        )


def _later(area: Area, year: int) -> Area:
    """Give the same area with a later first year, from which leases, contracts and grants have less time to run."""
    base = financial_year(area.settings.price_base, year)
    return replace(area, settings=replace(area.settings, price_base=base)) if year else area
