"""The options that pass the gate, weighed: money, response and people under all weights and under those agreed (§7.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from joinedup.appraisal import Outcome
from joinedup.ranking import AgreedWeights, AnyWeights, Criterion, presets, try_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.area.settings import OwnWeights
    from joinedup.ranking import Tried
    from joinedup.study.assessing import Assessed

_SAMPLES = 10_000
_NINE_IN_TEN = (0.05, 0.95)
_WORTH = Criterion("worth to all together", "£", 0, 1, "money")
_WAIT = Criterion("change in the mean wait", "minutes", 1, 0, "response")
_POSTS = Criterion("posts that move or end", "full-time equivalents", 1, 0, "people")


@dataclass(frozen=True, eq=False)
class Weighed:
    """The order under all weights, under each point of view and under what was agreed; what could not be weighed."""

    tried: Tried | None
    views: tuple[tuple[str, str, str], ...]
    agreed: Tried | None
    unmeasured: dict[str, tuple[str, ...]]


def weighed(assessed: Sequence[Assessed], own: OwnWeights | None, seed: int) -> Weighed:
    """Weigh money, response and people against each other, as far as the options differ in them and they are known."""
    measured: list[tuple[Criterion, list[NDArray[np.float64]]]] = [
        (_WORTH, [each.appraisal.npsv[1:] for each in assessed]),
        (_WAIT, [_wait(each, len(each.appraisal.npsv) - 1, seed) for each in assessed]),
        (_POSTS, [np.array([_posts(each)]) for each in assessed]),
    ]
    gates = [each.gate.outcome for each in assessed]
    passing = [index for index, gate in enumerate(gates) if gate is Outcome.PASS]
    if len(passing) < 2:
        return Weighed(None, (), None, {})
    ids = [each.option.id for each in assessed]
    criteria, columns = [], []
    unmeasured: dict[str, tuple[str, ...]] = {}
    draws = len(assessed[0].appraisal.npsv) - 1
    for criterion, values in measured:
        column = np.stack([np.broadcast_to(each, draws) for each in values], axis=1)
        known: NDArray[np.bool_] = np.asarray(np.isfinite(column).all(axis=0))
        if not known[passing].all():
            # An option that is not known is neither the best nor the worst: the criterion is left out for all.
            unmeasured[criterion.name] = tuple(sorted(ids[index] for index in passing if not known[index]))
            continue
        # The scale is as long as the options that may be chosen differ, in nine draws in ten: what fails the gate, or a single
        # wild draw, would make it longer and every weight on it mean less. Which end is the better one the criterion says.
        ends = np.quantile(column[:, passing], _NINE_IN_TEN, axis=0)
        low, high = float(ends[0].min()), float(ends[1].max())
        if low == high:
            continue
        more_is_better = criterion.best > criterion.worst
        worst, best = (low, high) if more_is_better else (high, low)
        criteria.append(replace(criterion, worst=worst, best=best))
        columns.append(column)
    if not criteria:
        return Weighed(None, (), None, unmeasured)
    measurements: NDArray[np.float64] = np.stack(columns, axis=2)

    def under(weights: AnyWeights | AgreedWeights) -> Tried:
        return try_weights(ids, gates, criteria, measurements, weights, samples=_SAMPLES, seed=seed)

    views = [
        (preset.name, preset.sentence, under(preset.weights(criteria)).accepted[0].id)
        for preset in (presets() if len(criteria) > 1 else ())
    ]
    points = {} if own is None else {each.name: getattr(own, each.about) for each in criteria}
    # What has no weight, or cannot be weighed, leaves the rest in the proportions that were agreed.
    agreed = under(AgreedWeights(points)) if any(points.values()) else None
    return Weighed(under(AnyWeights()), tuple(views), agreed, unmeasured)


def _wait(each: Assessed, draws: int, seed: int) -> NDArray[np.float64]:
    """Draw the mean change in minutes until help comes over what the gate looked at, shape (draws,); zero where nobody moves.

    Each group is drawn from Student's t about its mean, as its bound was taken; a group too small for a bound keeps its mean.
    Where calls were judged, a minute until crews are told is one until they come.
    """
    rows = [row for row in each.gate.to_response if row.mean_change is not None and row.incidents]
    total = sum(row.incidents for row in rows)
    # Of its own seed, so that neither the other options nor their order change what is drawn for this one.
    luck = np.random.default_rng([seed, crc32(each.option.id.encode())])
    found: NDArray[np.float64] = np.zeros(draws)
    for row in rows:
        spread = (row.error or 0.0) * luck.standard_t(max(row.incidents - 1, 1), draws)
        found += (float(row.mean_change or 0.0) + spread) * (row.incidents / total)
    return found


def _posts(each: Assessed) -> float:
    """Give the full-time equivalents that move or end; not a number where they are not known, because absent is not zero."""
    moved, ended = each.people.posts_moved, each.people.posts_ended
    return math.nan if moved is None or ended is None else moved + ended
