"""Travel minutes over a straight line, under a stated law of speed: for a study that brings no roads and no table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import Assumption, Grade
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.travel.places import Places

# A least-squares fit of the law to the siren driving minutes between all 231 postcodes of the ambulance region Utrecht
# (ELASPY, 2022) gave 52 km/h and 1.7 min for pairs under 8 km apart, and 63 km/h and 2.8 min for pairs under 15 km, with
# a standard deviation of 1.7 and 2.0 min.
_UTRECHT = "fitted to siren driving minutes between postcodes of Utrecht (ELASPY, 2022), pairs under 8 and under 15 km"
CRUISING_SPEED = Assumption(
    name="travel.cruising_speed",
    sentence="Speed over the straight line between two places once a vehicle is under way, bends and junctions included.",
    unit="km/h",
    low=45,
    central=60,
    high=75,
    source=_UTRECHT,
    grade=Grade.ELSEWHERE,
)
LOST_MINUTES = Assumption(
    name="travel.lost_minutes",
    sentence="Minutes that getting up to speed and slowing down at the end add to a long drive.",
    unit="minutes",
    low=1,
    central=2,
    high=3,
    source=_UTRECHT,
    grade=Grade.ELSEWHERE,
)
ASSUMPTIONS = (CRUISING_SPEED, LOST_MINUTES)


@dataclass(frozen=True)
class StraightLine:
    """The square-root and linear law of Kolesar and Blum (1973) on straight-line distance.

    A short drive never reaches its cruising speed v: its minutes grow with the square root of the distance D; beyond
    v times the lost minutes L they grow in a straight line. Both branches and their slopes meet at D = v L.
    """

    km_per_minute: float
    lost_minutes: float
    name: str = "straight line, square-root and linear law"

    @classmethod
    def of(cls, assumptions: Mapping[str, Assumption]) -> StraightLine:
        """Take the central values of a study's assumptions.

        Raises:
            Refusal: when the speed is zero or less, or the lost minutes are less than zero.
        """
        speed, lost = assumptions[CRUISING_SPEED.name].central, assumptions[LOST_MINUTES.name].central
        if speed <= 0:
            raise Refusal(
                f"assumption {CRUISING_SPEED.name}: {speed:g} km/h is no speed; make it more than 0"
            )
        if lost < 0:
            raise Refusal(
                f"assumption {LOST_MINUTES.name}: {lost:g} minutes cannot be lost; make it 0 or more"
            )
        return cls(speed / 60, lost)

    def minutes(self, metres: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Give driving minutes for straight-line metres.

        >>> StraightLine(1.0, 2.0).minutes(np.array([0.0, 1000.0, 2000.0, 3000.0])).round(3).tolist()
        [0.0, 2.828, 4.0, 5.0]
        """
        km = np.asarray(metres, dtype=float) / 1000
        short = 2 * np.sqrt(km * self.lost_minutes / self.km_per_minute)
        return np.where(
            km <= self.km_per_minute * self.lost_minutes, short, self.lost_minutes + km / self.km_per_minute
        )

    def metres(self, minutes: float) -> float:
        """Give the straight-line metres that can be driven in so many minutes."""
        if minutes < 2 * self.lost_minutes:
            return (minutes / 2) ** 2 * self.km_per_minute / self.lost_minutes * 1000
        return (minutes - self.lost_minutes) * self.km_per_minute * 1000

    def left_out(self, places: Places) -> dict[int, str]:  # noqa: ARG002 - as every way of travelling
        """Give the rows of places that cannot be driven to, with the reason: a straight line reaches every place."""
        return {}

    def between(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:  # noqa: ARG002 - as above
        """Give the minutes from each start to each end, the same for every kind of service; shape (starts, ends)."""
        return self.minutes(np.hypot(starts.x[:, None] - ends.x, starts.y[:, None] - ends.y))

    def along(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:  # noqa: ARG002 - as above
        """Give the minutes from each start to the end in its own row; shape (starts,)."""
        return self.minutes(np.hypot(starts.x - ends.x, starts.y - ends.y))
