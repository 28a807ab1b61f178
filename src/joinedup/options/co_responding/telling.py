"""What a board reads of an option in words: ranges over the draws on which it is appraised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import draw
from joinedup.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.wording import Unit

DRAWN = 1000
"""As many as the appraisal draws, from the study's own seed, so that both rest on the same numbers."""


def drawn(area: Area, assumptions: Mapping[str, Assumption], declared: Iterable[Assumption]) -> Draws:
    """Draw some declared assumptions, by the study's own values where it has any."""
    return draw([assumptions.get(each.name, each) for each in declared], DRAWN, area.settings.seed)


def ranged(values: NDArray[np.float64], unit: Unit) -> str:
    """Word what nine draws in ten lie between; the first of the values is the central one."""
    low, high = np.percentile(values[1:], [5.0, 95.0])
    return in_words(float(values[0]), unit, float(low), float(high))
