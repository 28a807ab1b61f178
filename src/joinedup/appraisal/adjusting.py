"""Adjust each risk once: costs for optimism bias, gains for how well they are founded (§5.3, §5.4).

Optimism bias was measured on what projects *cost* against their approved budgets, so it raises costs and
only those: the capital lines, or the running cost where a service is bought in. The correction by
confidence grade was set for *benefits* whose evidence is weak, so it cuts gains and only those. A flow that
had both would carry the same over-confidence twice. The draws are a third thing: they spread a number about
its central value and do not shift it.

Payments move worth between partners and make none, so there is nothing in them to adjust. Capital that is
avoided is a gain: it is cut by its grade, and never made larger by the bias.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from joinedup.assumptions import Grade
from joinedup.money import CashKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from joinedup.assumptions import Assumption
    from joinedup.money import Cash, CashLine

CORRECTION_NOTE: str = tomllib.loads(
    files("joinedup").joinpath("confidence_grades_2014.toml").read_text("utf-8")
)["note"]
"""How sure it is that the steps by which gains are cut are those that were published."""


def adjusted(
    cash: Iterable[Cash],
    assumptions: Mapping[str, Assumption],
    overruns: Mapping[CashLine, float],
    delivered: float | None = None,
) -> tuple[Cash, ...]:
    """Give the flows with costs raised and gains cut.

    ``overruns`` is per cent by line. ``delivered``, a share from 0 to 1, stands in a stress case for the
    correction by grade: that much of every gain comes about.
    """
    flows = []
    for flow in cash:
        if flow.kind is CashKind.PAYMENT:
            flows.append(flow)
            continue
        kept = 1.0 - correction(flow, assumptions) if delivered is None else delivered
        overrun = overruns.get(flow.line, 0.0) / 100.0
        flows.append(replace(flow, amount=flow.gained * kept + flow.spent * (1.0 + overrun)))
    return tuple(flows)


def correction(flow: Cash, assumptions: Mapping[str, Assumption]) -> float:
    """Give the share by which a gain is cut: that of the worst founded assumption it rests on.

    A gain that rests on none, because it was read from the study's own records, is not cut.

    Raises:
        ValueError: when the flow names an assumption that was not drawn.
    """
    unknown = sorted(name for name in flow.names if name not in assumptions)
    if unknown:
        raise ValueError(f"cash '{flow.what}' rests on '{unknown[0]}', which was not drawn")
    return max((Grade(assumptions[name].grade).benefit_correction for name in flow.names), default=0.0)
