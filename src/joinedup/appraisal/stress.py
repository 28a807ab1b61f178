"""Stress cases: the option if it went as badly as others did; beside the estimate, never in it (§5.4)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.economic import present_worth
from joinedup.money import CashKind, CashLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.money import Cash

_TABLE = tomllib.loads(Path(__file__).with_name("stress_cases.toml").read_text("utf-8"))

WARNING: str = _TABLE["warning"]
"""What must stand wherever a stress case is shown."""


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
    """Give the published cases, in the order of the table."""
    return tuple(
        StressCase(**{**row, "raises": CashLine(row["raises"]) if "raises" in row else None})
        for row in _TABLE["cases"]
    )


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
