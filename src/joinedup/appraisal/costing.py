"""An option's cash, kept by flow, so that one changed assumption works out again only what rests on it (§5.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.economic import present_value_of
from joinedup.assumptions import draw
from joinedup.money import EDITION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash, CashLine


@dataclass(frozen=True, eq=False)
class Costed:
    """An option's cash, costs raised and gains cut, and the worth now of each flow, shape (draws + 1,), payments nothing.

    ``again`` counts the flows that were worked out for this answer; the others were kept from the one before.
    """

    cost: Callable[[Draws], Sequence[Cash]]
    draws: Draws
    overruns: Mapping[CashLine, float]
    edition: str
    flows: tuple[Cash, ...]
    worth: tuple[NDArray[np.float64], ...]
    npsv: NDArray[np.float64]
    again: int

    def changed(self, assumption: Assumption, seed: int) -> Costed:
        """Give the answer with one assumption declared otherwise, the same as if all had been drawn anew."""
        draws = _redrawn(self.draws, assumption, seed)
        touched = [row for row, flow in enumerate(self.flows) if assumption.name in flow.names]
        kept = replace(self, draws=draws, again=0)
        if not touched:
            return kept
        fresh = self.cost(draws)
        if len(fresh) != len(self.flows):
            return costed(self.cost, draws, self.overruns, self.edition)
        flows, worth = list(self.flows), list(self.worth)
        again = adjusted([fresh[row] for row in touched], draws.assumptions, self.overruns)
        for row, flow in zip(touched, again, strict=True):
            flows[row] = flow
            worth[row] = _worth(flow, self.edition)
        # Summed afresh in the one order, so that how an answer was reached leaves no trace in its last bits.
        npsv = sum(worth, np.zeros(len(draws)))
        return replace(kept, flows=tuple(flows), worth=tuple(worth), npsv=npsv, again=len(touched))


def costed(
    cost: Callable[[Draws], Sequence[Cash]],
    draws: Draws,
    overruns: Mapping[CashLine, float],
    edition: str = EDITION,
) -> Costed:
    """Work out an option's cash once, flow by flow; ``overruns`` is per cent by line, as in the appraisal."""
    flows = adjusted(cost(draws), draws.assumptions, overruns)
    return _kept(cost, draws, overruns, edition, flows, len(flows))


def costed_already(appraisal: Appraisal, cost: Callable[[Draws], Sequence[Cash]], draws: Draws) -> Costed:
    """Take an option's cash from its appraisal, so that nothing is worked out again before something changes."""
    return _kept(cost, draws, appraisal.overruns, appraisal.edition, appraisal.flows, 0)


def _kept(
    cost: Callable[[Draws], Sequence[Cash]],
    draws: Draws,
    overruns: Mapping[CashLine, float],
    edition: str,
    flows: tuple[Cash, ...],
    again: int,
) -> Costed:
    worth = tuple(_worth(flow, edition) for flow in flows)
    total = sum(worth, np.zeros(len(draws)))
    return Costed(cost, draws, overruns, edition, flows, worth, total, again)


def _worth(flow: Cash, edition: str) -> NDArray[np.float64]:
    return present_value_of([flow], len(flow.amount), edition)


def _redrawn(draws: Draws, assumption: Assumption, seed: int) -> Draws:
    """Give the draws with one assumption drawn anew; those it follows are needed, and stay as they were."""
    chain = {assumption.name: assumption}
    companion = assumption.companion
    while companion and companion not in chain:
        chain[companion] = draws.assumptions[companion]
        companion = chain[companion].companion
    column = draw(chain.values(), len(draws) - 1, seed)[assumption.name]
    return draws.with_column(assumption, column)
