"""Joint prevention: two services refer to each other and visit together where both are often called."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import Assumption, Declaring
from joinedup.crossover import hot_cells
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner
from joinedup.options import Bettered, Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.co_responding.gaining import days_covered
from joinedup.options.co_responding.telling import drawn, ranged
from joinedup.options.shared_control_room.joining import fact
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws

METRES = 500.0
"""The side of a place: as in crossover's concentration, and too large to point at a household."""


_declared = Declaring("joint_prevention")


HELD = _declared(
    "held",
    "High-risk places of a service are the fewest that together hold this share of its incidents.",
    "share",
    (0.5, 0.67, 0.8),
)
LEAST = _declared(
    "least",
    "Incidents a year of both services in places that are high-risk for both, below which nothing is proposed.",
    "incidents a year",
    (20, 50, 500),
)
REFERRED = _declared(
    "referred", "Incidents in shared places that lead to a referral and a visit.", "share", (0.01, 0.04, 0.1)
)
VISIT = _declared("visit", "One visit by one service, with writing up.", "pounds a visit", (40, 80, 180))
COORDINATION = _declared(
    "coordination",
    "Somebody who keeps lists, referrals and data-sharing in order, paid by both in halves.",
    "pounds a year",
    (15_000, 35_000, 70_000),
)
AGREEMENT = _declared(
    "agreement",
    "An agreement to share data, with an assessment of privacy.",
    "pounds a service",
    (2_000, 6_000, 20_000),
)
PREVENTED = _declared(
    "prevented",
    "Incidents in shared places that do not happen, once it works.",
    "share",
    (0.0, 0.015, 0.05),
    "judgement: no trial of a joint scheme was found; low: nothing at all",
)
YEARS_TO_WORK = _declared("years_to_work", "Years until visits prevent anything.", "years", (0.5, 1.0, 3.0))
INCIDENT = {
    kind: _declared(
        f"{kind}_incident",
        f"What one incident less sets free in a {kind} service: crew and vehicle for its time, which is no cash.",
        "pounds an incident",
        values,
        "judgement after crew, hours and pay scales",
    )
    for kind, values in {
        "police": (40.0, 90.0, 200.0),
        "fire": (80.0, 180.0, 400.0),
        "ambulance": (80.0, 160.0, 300.0),
        "other": (40.0, 90.0, 200.0),
    }.items()
}
HARM = _declared(
    "harm",
    "What one incident less is worth to those it would have happened to, and to other public bodies.",
    "pounds an incident",
    (100, 300, 800),
    "judgement: the ends are eight times apart, as two public values of one scheme in Greater Manchester were",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 2_000, 20_000),
    "judgement: lists are taken apart and people go back",
)


ASSUMPTIONS = (
    HELD,
    LEAST,
    REFERRED,
    VISIT,
    COORDINATION,
    AGREEMENT,
    PREVENTED,
    YEARS_TO_WORK,
    *INCIDENT.values(),
    HARM,
    EXIT_COST,
)
TOLD = MappingProxyType(
    {
        "shared_places": ("Places that are high-risk for both: {it}.", Unit.NUMBER),
        "places_{partner}": ("Places that are high-risk for {who}: {it}.", Unit.NUMBER),
        "share_{partner}": ("Share of the incidents of {who} in the shared places: {it}.", Unit.SHARE),
        "visits": ("Referrals in a year, each with a visit by both: {it}.", None),
        "prevented_{partner}": (
            "Incidents of {who} that would not happen in a year, once it works: {it}.",
            None,
        ),
        "harm_gbp": ("What that is worth in a year to those it would have happened to: {it}.", None),
    }
)
"""What a board reads of an option's facts; a range is what nine draws in ten lie between."""


INCIDENTS_PREVENTED = "incidents prevented"


class JointPrevention:
    """Two services prevent together where both are often called."""

    name: str = "joint prevention"
    rung: int = 9
    question: str = (
        "Which services are called most often to the same places, and could refer and visit there together?"
    )
    needs: tuple[Need, ...] = (
        Need("incidents", ("category",), "what each service was called to, with places to within 100 m"),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD
    measures: tuple[str, ...] = (INCIDENTS_PREVENTED,)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look at every pair of services for places of 500 m that are high-risk for both; only counts are kept of them."""
        if len(area.services) < 2:
            return []
        counts = _counts(area)
        high = {each: high_risk(count, assumptions[HELD.name].central) for each, count in counts.items()}
        register = registered(area, self.name)
        scale = 365.2425 / days_covered(area)
        draws = drawn(area, assumptions, ASSUMPTIONS)
        found = []
        for pair in combinations(counts, 2):
            both = high[pair[0]] & high[pair[1]]
            here = {each: float(counts[each][both].sum()) * scale for each in pair}
            if sum(here.values()) < assumptions[LEAST.name].central or lives_already(register, pair):
                continue
            before = tried_before(register, pair)
            names = tuple(area.name_of(each) for each in pair)
            found.append(
                Option(
                    id=f"joint-prevention-{'-'.join(pair)}",
                    kind=self.name,
                    title=f"{names[0]} and {names[1]} prevent together where both are often called",
                    partners=pair,
                    joins=pair,
                    names=names,
                    # Nothing is moved and no incident is edited: what is prevented enters money alone.
                    changes=(),
                    # Fewer incidents for every crew, and no crew's hour or post that another option could free.
                    uses=(),
                    facts={
                        "shared_places": float(both.sum()),
                        **{f"places_{each}": float(high[each].sum()) for each in pair},
                        **{f"incidents_{each}": here[each] for each in pair},
                        **{
                            f"share_{each}": float(counts[each][both].sum() / counts[each].sum())
                            for each in pair
                        },
                        "tried_before": None if before is None else before.in_words,
                    },
                    incomplete=(
                        "who lives or works at these places, and who is visited already",
                        "on which legal ground personal data would be shared",
                    ),
                )
            )
        told = [replace(each, facts={**each.facts, **_in_words(each, draws)}) for each in found]
        return sorted(told, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Let the partner visit by itself, in the places that are high-risk for it, whoever else is called there."""
        counts = _counts(area).get(partner)
        if counts is None:
            return []
        high = high_risk(counts, assumptions[HELD.name].central)
        here = float(counts[high].sum()) * 365.2425 / days_covered(area)
        if here < assumptions[LEAST.name].central:
            return []
        name = area.name_of(partner)
        return [
            Option(
                id=f"joint-prevention-alone-{partner}",
                kind=self.name,
                title=f"{name} prevents by itself where it is often called",
                partners=(partner,),
                joins=(partner,),
                names=(name,),
                changes=(),
                uses=(),
                facts={
                    "places": float(high.sum()),
                    f"incidents_{partner}": here,
                    f"share_{partner}": float(counts[high].sum() / counts.sum()),
                },
                incomplete=("who lives or works at these places, and who is visited already",),
            )
        ]

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give the agreement, coordination and visits, then what is prevented: crews' time, and harm to society."""
        flows: list[Cash] = []
        here = {each: fact(option, f"incidents_{each}") for each in option.partners}
        visits = sum(here.values()) * draws[REFERRED.name] * draws[VISIT.name]
        prevented = (PREVENTED.name, YEARS_TO_WORK.name)

        def flow(
            what: str, year: int, amount: NDArray[np.float64], kind: CashKind, who: Partner, *names: str
        ) -> None:
            line = CashLine.RUNNING if kind is CashKind.CASH_RELEASING else CashLine.BENEFIT
            flows.append(Cash(what, kind, line, year, amount, who, who, names))

        for service in option.partners:
            who = Partner(service)
            cash = CashKind.CASH_RELEASING
            together = len(option.partners) > 1
            if together:
                flow("agreement to share data", 0, -draws[AGREEMENT.name], cash, who, AGREEMENT.name)
            for year in range(1, self.years + 1):
                if together:
                    flow(
                        "half of the coordination",
                        year,
                        -draws[COORDINATION.name] / 2,
                        cash,
                        who,
                        COORDINATION.name,
                    )
                # Both go, so that each bears its own visit.
                flow(
                    "visits after referrals",
                    year,
                    -visits,
                    CashKind.NOT_CASH_RELEASING,
                    who,
                    REFERRED.name,
                    VISIT.name,
                )
                unit = INCIDENT[area.kind_of(service)].name
                fewer = here[service] * draws[PREVENTED.name] * _working(year, draws)
                flow(
                    "incidents prevented: time of crews",
                    year,
                    fewer * draws[unit],
                    CashKind.NOT_CASH_RELEASING,
                    who,
                    *prevented,
                    unit,
                )
        # Both may record one event, so that harm is counted by the service with more of them alone.
        most = max(here.values())
        for year in range(1, self.years + 1):
            flow(
                "incidents prevented: harm",
                year,
                most * draws[PREVENTED.name] * _working(year, draws) * draws[HARM.name],
                CashKind.SOCIETAL,
                SOCIETY,
                *prevented,
                HARM.name,
            )
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what crews' time on the incidents in shared places is worth: no cash, and paid already."""
        return [
            Cash(
                "crews' time in the shared places as now",
                CashKind.NOT_CASH_RELEASING,
                CashLine.BENEFIT,
                year,
                -fact(option, f"incidents_{service}") * draws[INCIDENT[area.kind_of(service)].name],
                Partner(service),
                Partner(service),
                (INCIDENT[area.kind_of(service)].name,),
            )
            for service in option.partners
            for year in range(1, self.years + 1)
        ]

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:  # noqa: ARG002 - as every kind
        """Give the incidents of each service that would not happen in a year, once visits prevent any."""
        return [
            Bettered(
                each,
                INCIDENTS_PREVENTED,
                "incidents a year",
                fact(option, f"incidents_{each}") * draws[PREVENTED.name],
            )
            for each in option.partners
        ]

    def explain(self, option: Option) -> str:
        """Say who is called how often to the same places, and what they would do."""
        if len(option.partners) == 1:
            alone = fact(option, "places")
            return (
                f"{option.names[0]} visits by itself in {alone:,.0f} {'place' if alone == 1 else 'places'} of 500 m that hold "
                f"{fact(option, f'share_{option.partners[0]}'):.0%} of its incidents, after what its own crews see there. "
                "How much that prevents nobody has shown; it may be nothing."
            )
        one, other = option.partners
        places = fact(option, "shared_places")
        shared = f"{places:,.0f} {'place' if places == 1 else 'places'} of 500 m"
        return (
            f"{option.names[0]} and {option.names[1]} share {shared} among the busiest of both: "
            f"{fact(option, f'share_{one}'):.0%} of the first's incidents and {fact(option, f'share_{other}'):.0%} of the "
            "second's. Each refers to the other what it sees there, and they visit together. How much that prevents nobody has "
            "shown; it may be nothing."
        )


def _counts(area: Area) -> dict[str, NDArray[np.float64]]:
    """Give each service's incidents by place of 500 m, in one order of places; no service where nothing is placed."""
    if area.table("incidents").is_empty():
        return {}
    cells = hot_cells(area, METRES)
    return {
        each: cells[each].to_numpy().astype(np.float64)
        for each in sorted(area.services)
        if each in cells.columns
    }


def high_risk(counts: NDArray[np.float64], held: float) -> NDArray[np.bool_]:
    """Say which places are the fewest that hold a share of all incidents; places that tie with the last are all in.

    >>> high_risk(np.array([5.0, 1.0, 3.0, 1.0]), 0.75).tolist()
    [True, False, True, False]
    """
    ranked = np.sort(counts)[::-1]
    if not ranked.sum() > 0:
        return np.zeros(len(counts), bool)
    last = int(np.searchsorted(ranked.cumsum(), held * ranked.sum() * (1 - 1e-12)))
    return np.asarray((counts >= ranked[min(last, len(ranked) - 1)]) & (counts > 0))


def _working(year: int, draws: Draws) -> NDArray[np.float64]:
    """Give the share of a year in which visits prevent anything."""
    return np.clip(year - draws[YEARS_TO_WORK.name], 0.0, 1.0)


def _in_words(option: Option, draws: Draws) -> dict[str, float | str | None]:
    """Word the ranges that a board reads: visits, what they prevent, and what that is worth to those it spares."""
    here = {each: fact(option, f"incidents_{each}") for each in option.partners}
    fewer = max(here.values()) * draws[PREVENTED.name]
    return {
        "visits": ranged(sum(here.values()) * draws[REFERRED.name], Unit.NUMBER),
        **{f"prevented_{each}": ranged(here[each] * draws[PREVENTED.name], Unit.NUMBER) for each in here},
        "harm_gbp": ranged(fewer * draws[HARM.name], Unit.POUNDS),
    }


KIND: Kind = JointPrevention()
