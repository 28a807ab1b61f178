"""Assuming otherwise: what moves when one assumption is taken for another value, with nothing else worked out again (§5.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from joinedup.appraisal import Costed, Range, costed_already, recoveries, standings
from joinedup.money import SOCIETY, Partner
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.study.assessing import Assessed, Assessment


@dataclass(frozen=True, eq=False)
class Moved:
    """An option as it would be; ``again`` counts the flows that were worked out again, of ``flows`` in all.

    ``losers`` are those that would be worse off at central values, as the appraisal names them: partners in all or in money
    alone, and society in all.
    """

    assessed: Assessed
    worth: Range
    losers: tuple[str, ...]
    again: int
    flows: int


def refuse_unknown(values: Mapping[str, float], assumptions: Mapping[str, Assumption]) -> None:
    """Refuse a name that is no assumption's, with the closest.

    Raises:
        Refusal: when there is one.
    """
    for name in values:
        if name not in assumptions:
            raise Refusal(f"--assume {name}: no assumption has this name{did_you_mean(name, assumptions)}")


def assuming(area: Area, assessment: Assessment, values: Mapping[str, float]) -> tuple[Moved, ...]:
    """Take assumptions for certain values; give the options whose money rests on one of them, in the order of assessment.

    What was found, what people wait and the order stay as they were.

    Raises:
        Refusal: for a name on which the worth of no option rests.
    """
    for name in values:
        if not any(_rests(each, (name,)) for each in assessment.options):
            raise Refusal(
                f"--assume {name}: the worth of no option rests on it; what is found, waited or shown beside the worth may, so "
                "put the value into assumptions.csv and run the command again"
            )
    return tuple(
        _moved(area, assessment, each, values) for each in assessment.options if _rests(each, values)
    )


def _rests(each: Assessed, names: Sequence[str] | Mapping[str, float]) -> bool:
    return any(name in flow.names for flow in each.appraisal.flows for name in names)


def _moved(area: Area, assessment: Assessment, each: Assessed, values: Mapping[str, float]) -> Moved:
    """Change one assumption after the other, each flow that rests on one worked out again."""
    appraisal = each.appraisal
    found: Costed = costed_already(appraisal, each.cost, assessment.draws)
    again: set[int] = set()
    for name, value in values.items():
        before = assessment.draws.assumptions[name]
        certain = replace(before, low=value, central=value, high=value, source="tried for this answer")
        found = found.changed(certain, area.settings.seed)
        again |= {row for row, flow in enumerate(found.flows) if name in flow.names}
    who = [one.partner for one in appraisal.standings]
    vat = recoveries(area)
    then = standings(found.flows, who, len(found.npsv), found.edition, vat)
    losing: list[Partner] = [
        one.partner for one in then if one.loses or (one.loses_money and one.partner != SOCIETY)
    ]
    return Moved(each, Range.of(found.npsv), tuple(sorted(losing)), len(again), len(found.flows))
