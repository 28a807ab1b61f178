"""Terms: the numbers and rules under which an estate is planned, handed in by whoever plans (§4.1, §5.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.assumptions import Assumption, Grade
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SPARE_SHARE = Assumption(
    name="locate.spare_share",
    sentence="Share of a site's floor that another service could take, where the study does not say what is spare.",
    unit="share",
    low=0.0,
    central=0.15,
    high=0.3,
    source="judgement, to be replaced by a space plan: stations were built for more people than they hold today",
    grade=Grade.JUDGEMENT,
)
TURN_IN = Assumption(
    name="locate.turn_in",
    sentence="Minutes that the new station of an on-call crew may lie from the old one: its people turn in from home or work.",
    unit="minutes",
    low=1,
    central=2,
    high=4,
    source="judgement: on-call people commonly have to live or work within about 5 minutes of their station",
    grade=Grade.JUDGEMENT,
)
WORKS_LAST = Assumption(
    name="locate.works_last",
    sentence="Years that building work for a newcomer lasts: its cost is spread over them.",
    unit="years",
    low=15,
    central=30,
    high=60,
    source="judgement: fittings are renewed after about 15 years, a building stands 60 and more",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (SPARE_SHARE, TURN_IN, WORKS_LAST)

SHARED_KINDS = ("station", "base", "office")
MAY_SHARE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"station": ("station", "base"), "base": ("station", "base"), "office": SHARED_KINDS}
)
"""Into which kinds of site each kind may move; kinds that are not named, such as custody suites, neither move nor host."""


@dataclass(frozen=True)
class Standard:
    """A response standard: ``minutes`` within which a service wants a station to lie, and what share it may lose.

    ``most_loss`` is a share of all the service's incidents: 0.01 lets one in a hundred fall out of the standard.
    """

    minutes: float
    most_loss: float

    def __post_init__(self) -> None:
        """Hold a standard to its meaning."""
        if not (self.minutes > 0 and math.isfinite(self.minutes)):
            raise Refusal(f"a standard of {self.minutes:g} minutes is none; give more than 0")
        if not 0 <= self.most_loss <= 1:
            raise Refusal(f"a loss of {self.most_loss:g} is no share; give 0 to 1")


@dataclass(frozen=True)
class Terms:
    """Plain numbers for a plan; money in pounds of one price base, floor in square metres.

    ``space_needed`` is the share of its floor that a newcomer needs at its host, ``spare_share`` the share of a
    floor that is spare where the study does not say. Moving costs ``adapt_gbp_a_m2`` of floor taken and
    ``move_gbp`` a move. The host's cost rises by ``host_share`` of its average for the floor taken;
    ``running_gbp_a_m2`` stands in where a site's cost is not known. Capital is spread over ``works_years``. Nobody
    moves farther than ``furthest_minutes``, an on-call crew no farther than ``turn_in_minutes``. ``standards`` are
    by service_id. All moves together spend at most ``capital_gbp``, those of a service that is named at most its
    ``capital_gbp_of``. Sites nearer to each other than ``same_place_m`` share a plot already.
    """

    space_needed: float
    spare_share: float
    adapt_gbp_a_m2: float
    move_gbp: float
    running_gbp_a_m2: float
    host_share: float
    furthest_minutes: float
    turn_in_minutes: float
    works_years: int
    same_place_m: float = 0.0
    standards: Mapping[str, Standard] = field(default_factory=lambda: MappingProxyType({}))
    capital_gbp: float = math.inf
    capital_gbp_of: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    years: int = 10
    may_share: Mapping[str, Collection[str]] = field(default_factory=lambda: MAY_SHARE)

    def __post_init__(self) -> None:
        """Hold the numbers to their signs.

        Raises:
            Refusal: when one is missing or below zero.
        """
        for name in (
            "space_needed",
            "spare_share",
            "adapt_gbp_a_m2",
            "move_gbp",
            "running_gbp_a_m2",
            "host_share",
            "furthest_minutes",
            "turn_in_minutes",
            "same_place_m",
            "capital_gbp",
        ):
            if not getattr(self, name) >= 0:
                raise Refusal(f"terms of the estate plan, {name}: {getattr(self, name):g}; give 0 or more")
        for service, amount in self.capital_gbp_of.items():
            if not amount >= 0:
                raise Refusal(f"terms of the estate plan, capital of {service}: {amount:g}; give 0 or more")
        for name in ("works_years", "years"):
            if not 1 <= getattr(self, name) <= 125:
                raise Refusal(f"terms of the estate plan, {name}: {getattr(self, name)}; give 1 to 125")
