"""Stress cases: the option if it went as badly as others did; beside the estimate, never in it (§5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.cases import cases
from joinedup.appraisal.economic import present_worth
from joinedup.money import CashKind, CashLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.money import Cash


@dataclass(frozen=True)
class StressCase:
    """Something that happened: it ``raises`` a line, or ``leaves`` of the gains, so many per cent."""

    name: str
    per_cent: float
    ended: str
    from_to: str
    source: str
    raises: CashLine | None = None
    leaves: str | None = None


@dataclass(frozen=True, eq=False)
class Stressed:
    """An option's NPSV, shape (draws + 1,), if what happened in a stress case happened to it."""

    case: StressCase
    npsv: NDArray[np.float64]


@cache
def stress_cases() -> tuple[StressCase, ...]:
    """Give the cases of the library that an option is tried against: overruns, smallest first, then lost gains."""
    found = [
        StressCase(
            each.name, each.per_cent, each.how_it_ended, each.from_to, each.source, each.raises, each.leaves
        )
        for each in cases()
        if each.per_cent is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.leaves is not None, each.per_cent)))


def stressed(
    given: Sequence[Cash],
    assumptions: Mapping[str, Assumption],
    bias: tuple[CashLine, float],
    count: int,
    edition: str,
) -> tuple[Stressed, ...]:
    """Work out the NPSV under each case.

    An overrun stands instead of the optimism bias on that line, not on top of it; a share of the gains stands
    instead of their correction by grade.
    """
    real = [flow for flow in given if flow.kind is not CashKind.PAYMENT]
    line, per_cent = bias
    found = []
    for case in stress_cases():
        overruns = {line: per_cent}
        if case.raises is not None:
            overruns[case.raises] = case.per_cent
        delivered = case.per_cent / 100.0 if case.leaves is not None else None
        flows = adjusted(real, assumptions, overruns, delivered)
        found.append(Stressed(case, present_worth(flows, count, edition)))
    return tuple(found)
