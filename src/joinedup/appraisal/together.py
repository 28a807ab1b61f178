"""Several options valued as one set: what they are worth together, to whom, and what they ask of each budget (§5.5).

Options that use the same building, post or hour are refused as a set: only one of them can have it, so neither their
sum nor anything made from it would be true. `alternatives` groups them, so that each group is shown as a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.financial import FinancialCase, financial_case
from joinedup.appraisal.growing import PRICE_GROWTH
from joinedup.appraisal.partners import Standing, everybody, standings
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.assumptions import Draws
    from joinedup.money import Recovery
    from joinedup.options import Option


@dataclass(frozen=True, eq=False)
class Together:
    """A set of options: its NPSV, shape (draws + 1,), where it leaves each partner, and its accounts."""

    options: tuple[str, ...]
    npsv: NDArray[np.float64]
    standings: tuple[Standing, ...]
    financial: FinancialCase


def appraise_set(
    members: Sequence[tuple[Option, Appraisal]],
    draws: Draws,
    partners: Iterable[str] = (),
    vat: Mapping[str, Recovery] | None = None,
) -> Together:
    """Value options together, from the flows of their own appraisals, each with the optimism bias of its own type.

    Raises:
        Refusal: when two of them use the same thing, or were appraised by different editions.
    """
    ordered = sorted(members, key=lambda member: member[0].id)
    for (one, _), (other, _) in combinations(ordered, 2):
        if shared := sorted(set(one.uses) & set(other.uses)):
            raise Refusal(
                f"{one.id} and {other.id} both use {shared[0]}; only one of them can, so choose before adding up"
            )
    editions = {appraisal.edition for _, appraisal in ordered}
    if len(editions) != 1:
        raise Refusal("a set needs at least one option, and all of them appraised by one edition")
    flows = [flow for _, appraisal in ordered for flow in appraisal.flows]
    people = everybody(flows, partners)
    return Together(
        tuple(option.id for option, _ in ordered),
        sum((appraisal.npsv for _, appraisal in ordered), np.zeros(len(draws))),
        standings(flows, people, len(draws), editions.pop(), vat or {}),
        financial_case(
            flows,
            people,
            max(appraisal.years for _, appraisal in ordered),
            draws[PRICE_GROWTH.name],
            vat or {},
        ),
    )


def alternatives(options: Sequence[Option]) -> tuple[tuple[str, ...], ...]:
    """Group options that are linked by the things they use, directly or through one another; singles are left out."""
    groups: list[tuple[set[str], set[str]]] = []
    for option in sorted(options, key=lambda each: each.id):
        ids, uses = {option.id}, set(option.uses)
        apart = []
        for group in groups:
            if group[1] & uses:
                ids, uses = ids | group[0], uses | group[1]
            else:
                apart.append(group)
        groups = [*apart, (ids, uses)]
    return tuple(sorted(tuple(sorted(ids)) for ids, _ in groups if len(ids) > 1))
