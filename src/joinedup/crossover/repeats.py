"""A service's own calls about one event: grouped, never deleted (§2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.crossover.answer import Window
from joinedup.crossover.chance import MINUTE
from joinedup.crossover.linking import linked

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.crossover.matching import Matching
    from joinedup.crossover.records import Period, Records

_LIKELY = 0.5


def repeat_groups(
    records: Records,
    period: Period,
    matching: Matching,
    progress: Callable[[str], None],
    workers: int | None = None,
) -> NDArray[np.int64]:
    """Give each positioned record the place of the first record of its group.

    Two records of one service are one group when they are more likely one event than chance, by the same mixture that
    joins two services; exact repeats always are.
    """
    number = len(records)
    # Second calls about one event come from near it, and soon.
    window = Window(matching.again_metres, matching.again_minutes)
    found, _ = linked(records, records, window, period, matching, progress, workers=workers)
    soon = np.abs(found.pairs.gap) <= window.minutes * MINUTE
    near = soon & (found.pairs.apart <= window.metres) & (found.pairs.a < found.pairs.b)
    likely = found.pairs.where(near & (found.mixture.probability >= _LIKELY))
    again = np.flatnonzero(records.repeat)
    # In canonical order a repeat directly follows the record that it repeats, or another repeat of it.
    one, other = np.concatenate([likely.a, again - 1]), np.concatenate([likely.b, again])
    links = scipy.sparse.coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(number, number))
    _, group = scipy.sparse.csgraph.connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    return np.asarray(first[group])
