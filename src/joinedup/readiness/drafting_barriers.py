"""A first draft of barriers.csv from what people say: a person corrects it before it counts (§6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.assumptions import Assumption, Grade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.readiness.readiness import Readiness

MONTHS = Assumption(
    name="readiness.barrier.months",
    sentence="A barrier that people name holds an option up for this many months, until somebody who knows writes better.",
    unit="months",
    low=0,
    central=12,
    high=36,
    source="judgement; published cases took 20 to 60 months from idea to live, of which no source says what each barrier took",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (MONTHS,)
COLUMNS = ("barrier_id", "kind", "sentence", "lifter", "option_id", "months")


def drafted_barriers(
    readiness: Sequence[Readiness], assumptions: Mapping[str, Assumption]
) -> list[dict[str, str]]:
    """Give a row for each barrier and option that it is named for, to be corrected and saved as barriers.csv.

    ``kind`` is the name of the code, so that what concerns the engagement of people is known and given no money.
    """
    months = assumptions.get(MONTHS.name, MONTHS).central
    return [
        {
            "barrier_id": barrier.code,
            "kind": barrier.name,
            # The sentence is printed in reports, and how few people name a barrier is for disclosure control to decide.
            "sentence": "People who were interviewed name it.",
            "lifter": "; ".join(barrier.lifters),
            "option_id": each.option,
            "months": f"{months:g}",
        }
        for each in readiness
        for barrier in each.barriers
        if barrier.lifters
    ]
