"""The best that each partner could do by itself, found by the same search with one partner (§4.5).

A kind that can search so has `find_alone`; nothing here knows which kinds do. What stands against an option is what a
partner could do alone with the same things: options that share nothing with it could be done besides. An option that sets
free and fills nothing stands against whatever the partner could do alone in its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.economic import present_worth
from joinedup.appraisal.ranges import draws_of
from joinedup.money import EDITION, CashKind
from joinedup.options import SearchesAlone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash, CashLine
    from joinedup.options import Kind, Option


@dataclass(frozen=True, eq=False)
class Alone:
    """The best that one partner could do by itself with what an option uses.

    ``option`` is None where there is nothing, or nothing that it could expect to gain by; then ``cash`` is empty.
    ``looked_at`` counts what was found, and ``refused`` what was found and not allowed.
    """

    partner: str
    option: Option | None
    cash: tuple[Cash, ...]
    looked_at: int
    refused: int


def searched_alone(
    kind: Kind, area: Area, assumptions: Mapping[str, Assumption]
) -> dict[str, tuple[Option, ...]] | None:
    """Find, once for a kind, what each service of the area could do alone; None where the kind does not say."""
    if not isinstance(kind, SearchesAlone):
        return None
    return {service: tuple(kind.find_alone(area, service, assumptions)) for service in area.services}


def best_alone(
    kind: Kind,
    area: Area,
    option: Option,
    found: Mapping[str, Sequence[Option]] | None,
    draws: Draws,
    overruns: Mapping[CashLine, float],
    allowed: Callable[[Option], bool] = lambda _: True,
    edition: str = EDITION,
) -> tuple[Alone, ...]:
    """Choose for each partner of an option the best of what it could do alone, by expected NPSV; none if not searched.

    ``found`` is what `searched_alone` gave; ``allowed`` says whether one may be done at all, such as by the safety
    gate. ``overruns`` is per cent by line, as in the appraisal.
    """
    if found is None:
        return ()
    best = []
    for partner in option.partners:
        rivals = [
            each for each in found.get(partner, ()) if not option.uses or set(each.uses) & set(option.uses)
        ]
        may = [each for each in rivals if allowed(each)]
        chosen: tuple[float, Option | None, tuple[Cash, ...]] = (0.0, None, ())
        for each in sorted(may, key=lambda rival: rival.id):
            cash = tuple(kind.cash(area, each, draws))
            real = [flow for flow in cash if flow.kind is not CashKind.PAYMENT]
            worth = present_worth(adjusted(real, draws.assumptions, overruns), len(draws), edition)
            expected = float(draws_of(worth).mean())
            if expected > chosen[0]:
                chosen = (expected, each, cash)
        best.append(Alone(partner, chosen[1], chosen[2], len(rivals), len(rivals) - len(may)))
    return tuple(best)


def alone_cash(best: Sequence[Alone]) -> dict[str, tuple[Cash, ...]]:
    """Give what `appraise` takes as ``alone``."""
    return {each.partner: each.cash for each in best}
