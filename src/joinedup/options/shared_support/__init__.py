"""Shared support services, fleet and procurement: buying together, one workshop, or one support service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.options import Kind, Need, Option
from joinedup.options.shared_support import buying, supporting, workshops
from joinedup.options.shared_support.declared import ASSUMPTIONS, EXIT_COST, TOLD
from joinedup.options.shared_support.finding import NAME, YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash
    from joinedup.wording import Unit


class SharedSupport:
    """Services buy together, keep one workshop, or have one support service."""

    name: str = NAME
    rung: int = 5
    question: str = "What could services buy together, keep in one workshop, or leave to one support service?"
    needs: tuple[Need, ...] = (
        Need(
            "contracts",
            ("item", "unit_price_gbp", "yearly_gbp"),
            "what each service buys, at which price and for how much a year, to compare prices for one item; "
            "or the workshops among the sites, with their floor areas; or the posts, with their functions",
            instead=(
                Need("sites", ("kind", "floor_area_m2"), "the workshops, to see which two could be one"),
                Need("posts", ("function", "fte"), "the posts, to see which functions are done twice"),
            ),
        ),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = YEARS
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look for items, workshops and support functions that services have each for themselves."""
        found = [
            *buying.find(area, assumptions),
            *workshops.find(area, assumptions),
            *supporting.find(area, assumptions),
        ]
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look for items and workshops that one partner holds twice itself."""
        found = [
            *buying.find_alone(area, partner, assumptions),
            *workshops.find_alone(area, partner, assumptions),
        ]
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what is done once, then what is saved and what it takes, each by who bears it."""
        ways = {"buying": buying.cash, "workshop": workshops.cash, "service": supporting.cash}
        return ways[str(option.facts["way"])](area, option, draws)

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the same contracts, workshop or posts go on costing."""
        ways = {"buying": buying.carry_on, "workshop": workshops.carry_on, "service": supporting.carry_on}
        return ways[str(option.facts["way"])](area, option, draws)

    def budget_functions(self, option: Option) -> tuple[str, ...]:
        """Say fleet for a workshop and its own function for a support service; what is bought may fall on any line."""
        if option.facts["way"] == "workshop":
            return ("fleet",)
        return (str(option.facts["function"]),) if option.facts["way"] == "service" else ()

    def explain(self, option: Option) -> str:
        """Say who does what together, and what comes of it."""
        ways = {"buying": buying.explain, "workshop": workshops.explain, "service": supporting.explain}
        return ways[str(option.facts["way"])](option)


KIND: Kind = SharedSupport()
