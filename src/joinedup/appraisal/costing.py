"""An option's cash, kept by flow, so that one changed assumption works out again only what rests on it (§5.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.economic import present_worth
from joinedup.assumptions import draw
from joinedup.money import EDITION, CashKind, CashLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash


@dataclass(frozen=True, eq=False)
class Costed:
    """An option's cash and the worth now of each flow, shape (draws + 1,), payments nothing.

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
        for row in touched:
            flows[row] = fresh[row]
            worth[row] = _worth(fresh[row], draws, self.overruns, self.edition)
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
    flows = tuple(cost(draws))
    worth = tuple(_worth(flow, draws, overruns, edition) for flow in flows)
    total = sum(worth, np.zeros(len(draws)))
    return Costed(cost, draws, overruns, edition, flows, worth, total, len(flows))


def _worth(flow: Cash, draws: Draws, overruns: Mapping[CashLine, float], edition: str) -> NDArray[np.float64]:
    if flow.kind is CashKind.PAYMENT:
        return np.zeros(len(draws))
    return present_worth(adjusted([flow], draws.assumptions, overruns), len(draws), edition)


def _redrawn(draws: Draws, assumption: Assumption, seed: int) -> Draws:
    """Give the draws with one assumption drawn anew; those it follows are needed, and stay as they were."""
    chain = {assumption.name: assumption}
    companion = assumption.companion
    while companion and companion not in chain:
        chain[companion] = draws.assumptions[companion]
        companion = chain[companion].companion
    column = draw(chain.values(), len(draws) - 1, seed)[assumption.name]
    return draws.with_column(assumption, column)
