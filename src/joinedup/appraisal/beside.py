"""What a kind of option has not reckoned with, tried beside the estimate: what is left at the end, and what comes back.

Nothing here enters the estimate (§5.4, §5.6). A kind that reckons with one of these itself, as cash, says so in its page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import Assumption, Grade
from joinedup.money import CashKind, CashLine, discount_factors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Draws
    from joinedup.money import Cash

RESIDUAL = Assumption(
    name="appraisal.residual_value",
    sentence="What is left at the end of what was built or bought, as a share of its expected cost.",
    unit="share",
    low=0.0,
    central=0.2,
    high=0.5,
    source="judgement: fittings in another's building are worth little to anybody else",
    grade=Grade.JUDGEMENT,
)
REBOUND = Assumption(
    name="appraisal.rebound",
    sentence="How much of the time set free fills up again with demand that was waiting, and is not gained.",
    unit="share",
    low=0.0,
    central=0.25,
    high=0.6,
    source="judgement: time set free for a response service is soon asked for; no published measure was found",
    grade=Grade.JUDGEMENT,
)
DISPLACED = Assumption(
    name="appraisal.displacement",
    sentence="How much of the time set free and the benefit to society is a cost to a service outside the option.",
    unit="share",
    low=0.0,
    central=0.2,
    high=0.6,
    source="judgement: critics of Humberside's Right Care say that its load moved to the ambulance service (HMICFRS)",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (RESIDUAL, REBOUND, DISPLACED)


@dataclass(frozen=True, eq=False)
class Beside:
    """The NPSV, shape (draws + 1,), if one more thing were reckoned with; ``difference`` is what it adds or takes."""

    assumption: Assumption
    npsv: NDArray[np.float64]
    difference: NDArray[np.float64]


def beside(
    flows: Sequence[Cash],
    unraised: float,
    npsv: NDArray[np.float64],
    draws: Draws,
    years: int,
    edition: str,
) -> tuple[Beside, ...]:
    """Try each of `ASSUMPTIONS` on an option's adjusted flows; one that would change nothing is left out.

    ``unraised`` is what capital is multiplied by to take the optimism bias out of it: a building that cost more than
    was expected is not worth more at the end.
    """
    count = len(draws)
    bought, time, society = np.zeros(count), np.zeros(count), np.zeros(count)
    for flow in flows:
        factor = float(discount_factors("health" if flow.health else "standard", edition)[flow.year])
        if flow.line is CashLine.CAPITAL:
            bought -= flow.spent * unraised
        if flow.kind is CashKind.NOT_CASH_RELEASING:
            time += flow.gained * factor
        if flow.kind is CashKind.SOCIETAL:
            society += flow.gained * factor
    at_the_end = float(discount_factors(edition=edition)[years])
    changes = (
        (RESIDUAL, bought * at_the_end * draws[RESIDUAL.name]),
        (REBOUND, -time * draws[REBOUND.name]),
        (DISPLACED, -(time + society) * draws[DISPLACED.name]),
    )
    return tuple(
        Beside(draws.assumptions[assumption.name], npsv + change, change)
        for assumption, change in changes
        if change.any()
    )
