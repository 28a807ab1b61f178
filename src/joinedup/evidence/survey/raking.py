"""Raking: weights that agree with known totals of several margins at once (§6.3).

Source: Deming and Stephan (1940); Deville, Särndal and Sautory (1993). Post-stratification is raking to one margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.evidence.survey.design import effective_number
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.evidence.survey.design import Design

_NEAR = 1e-12
"""A margin is met where each of its totals is met to this share of the whole."""
_ROUNDS = 1_000
_SAME_TOTAL = 1e-6


@dataclass(frozen=True, eq=False)
class Raked:
    """A design with raked weights, and how well it went.

    ``off`` is the furthest that any target is missed, as a share of the whole. ``lightest`` and ``heaviest`` are weights
    over the mean weight; ``weighting_effect`` is Kish's design effect of weights; ``trimmed`` counts the weights that
    stand at a bound.
    """

    design: Design
    converged: bool
    rounds: int
    off: float
    lightest: float
    heaviest: float
    weighting_effect: float
    trimmed: int


def rake(
    design: Design,
    margins: Mapping[str, Sequence[str]],
    targets: Mapping[str, Mapping[str, float]],
    bounds: tuple[float, float] | None = None,
) -> Raked:
    """Fit weights to the totals of each margin in turn, until all are met.

    Args:
        design: the sample, with the weights to begin from.
        margins: the category of each respondent, by margin.
        targets: the total of each category, by margin; totals that sum to 1 are shares of the weights as they are.
        bounds: the least and most that a weight may be of the mean weight; trimmed and raked again in turn.

    Raises:
        Refusal: for a category without a target or without a respondent, and for margins whose totals differ.
    """
    codes, wanted = _checked(design, margins, targets)
    whole = float(wanted[0].sum())
    weights = design.weights * (whole / float(design.weights.sum()))
    lower, upper = (0.0, np.inf) if bounds is None else bounds
    mean = whole / int((weights > 0).sum())
    rounds, off = 0, np.inf
    while rounds < _ROUNDS and off > _NEAR:
        rounds += 1
        for code, aim in zip(codes, wanted, strict=True):
            weights = weights * (aim / np.bincount(code, weights, len(aim)))[code]
        if bounds is not None:
            weights = np.where(weights > 0, np.clip(weights, lower * mean, upper * mean), 0.0)
        off = max(
            float(np.abs(np.bincount(code, weights, len(aim)) - aim).max()) / whole
            for code, aim in zip(codes, wanted, strict=True)
        )
    columns = np.concatenate(
        [np.eye(len(aim))[code] for code, aim in zip(codes, wanted, strict=True)], axis=1
    )
    counted = weights[weights > 0]
    at_bound = np.isclose(counted, lower * mean) | np.isclose(counted, upper * mean)
    return Raked(
        design.reweighted(weights, columns),
        off <= _NEAR,
        rounds,
        off,
        float(counted.min() / counted.mean()),
        float(counted.max() / counted.mean()),
        len(counted) / effective_number(counted),
        int(at_bound.sum()) if bounds is not None else 0,
    )


def _checked(
    design: Design, margins: Mapping[str, Sequence[str]], targets: Mapping[str, Mapping[str, float]]
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float64]]]:
    """Turn margins into numbers, and stop at what cannot be met."""
    codes, wanted = [], []
    for name, aims in targets.items():
        if name not in margins:
            raise Refusal(f"margin {name}: no column of that name{did_you_mean(name, margins)}")
        categories = sorted(aims)
        place = {each: number for number, each in enumerate(categories)}
        strangers = sorted({each for each in margins[name] if each not in place})
        if strangers:
            raise Refusal(
                f"margin {name}: '{strangers[0]}' has no target; add its total, or leave the margin out"
            )
        code = np.array([place[each] for each in margins[name]], np.int64)
        aim = np.array([aims[each] for each in categories], np.float64)
        if not np.isfinite(aim).all() or (aim <= 0).any():
            raise Refusal(
                f"margin {name}: every target must be above 0; leave out a category that nobody is in"
            )
        held = np.bincount(code, design.weights, len(aim))
        if (held <= 0).any():
            raise Refusal(
                f"margin {name}: nobody who answered is '{categories[int(np.argmin(held))]}', so no weights meet its "
                "target; join it to another category"
            )
        if abs(float(aim.sum()) - 1.0) <= _SAME_TOTAL:
            aim = aim / float(aim.sum()) * float(design.weights.sum())
        codes.append(code)
        wanted.append(aim)
    if not wanted:
        raise Refusal("raking needs at least one margin with targets")
    first, *others = (float(each.sum()) for each in wanted)
    for name, each in zip(list(targets)[1:], others, strict=True):
        if abs(each - first) > _SAME_TOTAL * first:
            raise Refusal(
                f"margin {name}: its targets sum to {each:,.6g} and those of {next(iter(targets))} to {first:,.6g}; "
                "make them the same population"
            )
    return codes, wanted
