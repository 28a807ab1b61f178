"""Plan: what a plan of the estate says, move by move, so that a board can take each alone (§4.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.locate.solving import Status


@dataclass(frozen=True)
class Move:
    """One site gives up its building and moves into another.

    ``yearly_gbp`` is what is saved in each year after ``start_year`` (from 0), the rise of the host's bills taken off.
    ``depends_on`` are sentences: what is not known yet, who has to agree, and which moves it cannot do without. ``needs`` are
    those moves, each as mover and host: without them it would take a service below its least share.
    """

    mover: str
    host: str
    mover_service: str
    host_service: str
    start_year: int
    yearly_gbp: float
    capital_gbp: float
    space_m2: float
    units: int
    minutes: float
    depends_on: tuple[str, ...]
    needs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Covered:
    """Share of a service's incidents within its standard minutes of a station, and the least that was allowed.

    ``lowest`` is the lowest in any year on the way: a station may go before another comes.
    """

    service: str
    minutes: float
    now: float
    after: float
    lowest: float
    least: float


@dataclass(frozen=True)
class Cluster:
    """Three or more services under one roof after the moves."""

    host: str
    services: tuple[str, ...]
    movers: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The estate at least cost: pounds a year, evened out over the years planned, with a year's share of the capital.

    Receipts for buildings are aside. ``bound_gbp_a_year`` is what no plan can cost less than; the status is ``optimal``
    only when proven. ``closed`` are sites that end without a move, ``kept`` all that stay.
    """

    status: Status
    cost_gbp_a_year: float
    bound_gbp_a_year: float
    cost_now_gbp_a_year: float
    capital_gbp: float
    moves: tuple[Move, ...]
    closed: tuple[str, ...]
    kept: tuple[str, ...]
    covered: tuple[Covered, ...]
    clusters: tuple[Cluster, ...]
    closed_needs: Mapping[str, tuple[tuple[str, str], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By site that closes, the moves that it cannot do without, as those of a move; none where it is not named."""

    @property
    def gap(self) -> float:
        """How much cheaper the best plan could be at most, as a share of this one's cost."""
        if self.status == "optimal" or not self.cost_gbp_a_year:
            return 0.0
        return (self.cost_gbp_a_year - self.bound_gbp_a_year) / self.cost_gbp_a_year

    @property
    def saved_gbp_a_year(self) -> float:
        """What the plan saves against the estate as it is, the year's share of the capital taken off."""
        return self.cost_now_gbp_a_year - self.cost_gbp_a_year

    def in_words(self) -> str:
        """Say what the plan comes to, and how sure it is that none is better."""
        proof = (
            "no plan under these terms is cheaper"
            if self.status == "optimal"
            else f"the best plan could be at most {self.gap:.1%} cheaper (£{self.cost_gbp_a_year - self.bound_gbp_a_year:,.0f} "
            "a year)"
        )
        moves = "1 move" if len(self.moves) == 1 else f"{len(self.moves)} moves"
        return (
            f"{moves} would save about £{self.saved_gbp_a_year:,.0f} a year, the year's share of £{self.capital_gbp:,.0f} of "
            f"capital taken off; {proof} ({self.status})."
        )
