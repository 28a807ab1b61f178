"""How many more would survive a cardiac arrest where help comes sooner: by a published curve, with its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.options.co_responding import declared
from joinedup.options.shared_control_room.joining import fact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.assumptions import Draws
    from joinedup.options import Option

LIVES = (
    declared.REALISED.name,
    declared.ARRESTS.name,
    declared.SURVIVAL.name,
    declared.ODDS_A_MINUTE.name,
)
"""What the lives saved rest on."""


def survival(minutes: NDArray[np.float64], draws: Draws) -> NDArray[np.float64]:
    """Give the share of cardiac arrests that are survived where help comes after so many minutes; shape (draws + 1,).

    The odds fall by one factor with each minute, through the survival that is declared at 8 minutes.
    """
    at_eight = draws[declared.SURVIVAL.name]
    odds = at_eight / (1.0 - at_eight) * draws[declared.ODDS_A_MINUTE.name] ** (8.0 - minutes)
    return np.asarray(odds / (1.0 + odds))


def arrests_survived(option: Option, draws: Draws) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the share survived at the calls that are reached sooner, as it is and with the option; each (draws + 1,)."""
    now = np.full(len(draws), fact(option, "minutes_now"))
    then = now - fact(option, "minutes_sooner") * draws[declared.REALISED.name]
    return survival(now, draws), survival(then, draws)


def lives(option: Option, draws: Draws) -> NDArray[np.float64]:
    """Give the lives saved in a year: arrests among the calls, by how much likelier each is survived."""
    now, then = arrests_survived(option, draws)
    return np.asarray(fact(option, "calls") * draws[declared.ARRESTS.name] * (then - now))
