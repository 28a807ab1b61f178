"""Criteria: what options are compared on, each once, on a scale whose whole length is what is weighed (§7.1)."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Criterion:
    """One thing that options are compared on.

    ``worst`` and ``best`` are the ends of the scale, in ``unit``: a weight says how much the step from one to
    the other matters (a swing weight), and which of them is the greater says which way is better. ``about``
    is what it concerns (money, response, outcomes, people, ...), by which the named presets find it.
    ``valued_in_npsv`` says that it has been turned into money already.
    """

    name: str
    unit: str
    worst: float
    best: float
    about: str = ""
    valued_in_npsv: bool = False

    def __post_init__(self) -> None:
        """Hold every criterion to a scale that has a length."""
        if not (math.isfinite(self.worst) and math.isfinite(self.best) and self.worst != self.best):
            raise Refusal(
                f"criterion '{self.name}': the scale from {self.worst:g} to {self.best:g} has no length; "
                "give the worst and the best that could reasonably happen"
            )


def checked(criteria: Sequence[Criterion]) -> None:
    """Refuse criteria that would count one thing twice.

    Raises:
        Refusal: when there is none, two have one name, or one is in the NPSV already.
    """
    if not criteria:
        raise Refusal("there is no criterion to compare options on; give at least the NPSV")
    name, times = Counter(each.name for each in criteria).most_common(1)[0]
    if times > 1:
        raise Refusal(f"{times} criteria are called '{name}'; keep one, so that nothing is counted twice")
    for each in criteria:
        if each.valued_in_npsv:
            raise Refusal(
                f"criterion '{each.name}' is valued in the NPSV already and would be counted twice; "
                "take it out and let it enter through the NPSV (§7.1)"
            )


def values(
    criteria: Sequence[Criterion], options: Sequence[str], measurements: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Put measurements, shape (draws, options, criteria), on the scales: 0 at the worst end, 1 at the best.

    What lies beyond an end goes on in a straight line.

    Raises:
        Refusal: for a measurement that is missing: absent is not zero.
        ValueError: when the shape does not fit.
    """
    if measurements.ndim != 3 or measurements.shape[1:] != (len(options), len(criteria)):
        raise ValueError(
            f"measurements have shape {measurements.shape}, not (draws, {len(options)}, {len(criteria)})"
        )
    if not len(measurements):
        raise ValueError("there is no draw of the measurements")
    absent = np.argwhere(~np.isfinite(measurements).all(axis=0))
    if len(absent):
        option, criterion = absent[0]
        raise Refusal(
            f"option '{options[option]}' has no measurement of '{criteria[criterion].name}' in some draws; "
            "measure it or leave the criterion out, because absent is not zero"
        )
    worst = np.array([each.worst for each in criteria])
    best = np.array([each.best for each in criteria])
    return np.asarray((measurements - worst) / (best - worst))
