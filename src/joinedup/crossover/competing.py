"""Records in crowded places compete: if a record belongs to one event, it belongs to no other (§2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.sweep import Pairs

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_ROUNDS = 100
_SETTLED = 1e-6
# Below these odds a pair neither is an event nor takes a partner from one that is.
LEAST_ODDS = 1e-3


@dataclass(frozen=True, eq=False)
class Meetings:
    """Groups of a service's own records beside groups of another's: the probability that each two are one event.

    By meeting: ``a`` and ``b`` name the groups by the place of their first record, ``likeliest`` is the pair that
    speaks most for it, ``odds`` its odds on its own and ``joint`` the probability beside all other meetings. By pair:
    the ``meeting`` that it belongs to, or -1, and its ``probability``.
    """

    a: Integers
    b: Integers
    likeliest: Integers
    odds: Floats
    joint: Floats
    meeting: Integers
    probability: Floats


def meetings(pairs: Pairs, odds: Floats, a_group: Integers, b_group: Integers) -> Meetings:
    """Weigh all ways of matching groups at once, each in at most one event, from the odds of each pair alone.

    A way of matching is as likely as the product of the odds of the pairs in it (a monomer-dimer model); the
    probability of each meeting over all ways is found by belief propagation, exact where the candidates form no ring.
    A meeting has the odds of its likeliest pair; calls of one group do not compete with each other.
    """
    probability = odds / (1 + odds)
    meeting = np.full(len(odds), -1, dtype=np.int64)
    likely = np.flatnonzero(odds >= LEAST_ODDS)
    width = int(b_group.max(initial=0)) + 1
    key = a_group[pairs.a[likely]] * width + b_group[pairs.b[likely]]
    keys, where = np.unique(key, return_inverse=True)
    meeting[likely] = where
    # The likeliest pair of each meeting stands first in this order, and of equals the first.
    order = np.lexsort((likely, -odds[likely], where))
    _, first = np.unique(where[order], return_index=True)
    likeliest = likely[order[first]]
    best = odds[likeliest]
    a, b = keys // width, keys % width
    a_names, a_index = np.unique(a, return_inverse=True)
    b_names, b_index = np.unique(b, return_inverse=True)
    # What each group tells the other: how likely it is to be free of all others.
    a_free, b_free = np.ones(len(keys)), np.ones(len(keys))
    for _ in range(_ROUNDS):
        claims = best * b_free
        a_new = 1 / (1 + np.maximum(np.bincount(a_index, claims, len(a_names))[a_index] - claims, 0))
        claims = best * a_new
        b_new = 1 / (1 + np.maximum(np.bincount(b_index, claims, len(b_names))[b_index] - claims, 0))
        moved = max(np.abs(a_new - a_free).max(initial=0), np.abs(b_new - b_free).max(initial=0))
        a_free, b_free = a_new, b_new
        if moved < _SETTLED:
            break
    free = a_free * b_free
    joint = best * free / (1 + best * free)
    claimed = odds[likely] * free[where]
    probability[likely] = claimed / (1 + claimed)
    return Meetings(a, b, likeliest, best, joint, meeting, probability)
