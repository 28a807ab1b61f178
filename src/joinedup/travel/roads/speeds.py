"""How fast a road is driven: a share of its limit by group of road, less in busy hours, and faster behind blue lights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import Assumption, Grade
from joinedup.refusal import Refusal
from joinedup.travel.roads.classes import BY_HOUR, GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.travel.roads.reading import Graph

_IN_WORDS = {
    "fast": "motorways and trunk roads",
    "main": "primary, secondary and tertiary roads",
    "local": "all other roads",
}
SHARE_OF_LIMIT = {
    group: Assumption(
        name=f"travel.roads.share_of_limit.{group}",
        sentence=f"Ordinary speed on {_IN_WORDS[group]} in a quiet hour, junctions and bends included, as a share of the limit.",
        unit="share",
        low=low,
        central=central,
        high=high,
        source="judgement: turns and lights are not counted one by one, and slow a street more than a motorway",
        grade=Grade.JUDGEMENT,
    )
    for group, (low, central, high) in {
        "fast": (0.7, 0.85, 0.95),
        "main": (0.55, 0.7, 0.85),
        "local": (0.5, 0.65, 0.8),
    }.items()
}
BUSIEST_HOUR = {
    group: Assumption(
        name=f"travel.roads.busiest_hour.{group}",
        sentence=f"Share of the ordinary speed on {_IN_WORDS[group]} that the busiest hour of the day takes away.",
        unit="share",
        low=low,
        central=central,
        high=high,
        source="judgement, until the study's own runs say",
        grade=Grade.JUDGEMENT,
    )
    for group, (low, central, high) in {
        "fast": (0.05, 0.25, 0.5),
        "main": (0.1, 0.3, 0.5),
        "local": (0.0, 0.15, 0.3),
    }.items()
}
_SIREN = (
    "Minnesota, ambulance and chase car on the same way: 38.5 % of the minutes saved in a town (Ho and Casey 1998, 64 runs), "
    "30.9 % in the country (Ho and Lindquist 2001, 67 runs)"
)
BLUE_LIGHT = {
    kind: Assumption(
        name=f"travel.roads.blue_light.{kind}",
        sentence=f"Share of the ordinary minutes that a {kind} vehicle saves behind blue lights.",
        unit="share",
        low=low,
        central=central,
        high=high,
        source=source,
        grade=grade,
    )
    for kind, (low, central, high, source, grade) in {
        "police": (0.15, 0.35, 0.45, "judgement, beside the figures for ambulances", Grade.JUDGEMENT),
        "fire": (0.1, 0.25, 0.35, "judgement: heavier and slower than an ambulance", Grade.JUDGEMENT),
        "ambulance": (0.15, 0.3, 0.4, _SIREN, Grade.ELSEWHERE),
        "other": (0.0, 0.0, 0.3, "judgement: most have no blue lights", Grade.JUDGEMENT),
    }.items()
}
REACH = Assumption(
    name="travel.roads.reach",
    sentence="Metres from the nearest road within which a place counts as reached by road.",
    unit="m",
    low=100,
    central=500,
    high=1000,
    source="judgement: a hose and a stretcher are carried that far, and map and record differ by less",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (*SHARE_OF_LIMIT.values(), *BUSIEST_HOUR.values(), *BLUE_LIGHT.values(), REACH)
_METRES_A_MINUTE = 1000 / 60


def ordinary_minutes(
    graph: Graph, assumptions: Mapping[str, Assumption], hours: Sequence[int]
) -> NDArray[np.float64]:
    """Give the minutes of ordinary traffic over each stretch in the mean of some hours of the day (0 to 23).

    Raises:
        Refusal: when a share leaves no speed.
    """
    slow = np.array(BY_HOUR)[list(hours)]
    a_metre = []
    for group in GROUPS:
        share = assumptions[SHARE_OF_LIMIT[group].name].central
        busiest = _part(assumptions[BUSIEST_HOUR[group].name])
        if share <= 0:
            raise Refusal(
                f"assumption {SHARE_OF_LIMIT[group].name}: {share:g} of the limit is no speed; make it more than 0"
            )
        a_metre.append(float(np.mean(1 / (1 - busiest * slow))) / (share * _METRES_A_MINUTE))
    return np.asarray(graph.metres / graph.limit * np.array(a_metre)[graph.group])


def blue_light(assumptions: Mapping[str, Assumption]) -> dict[str, float]:
    """Give by kind of service what its minutes are of the ordinary ones."""
    return {kind: 1 - _part(assumptions[each.name]) for kind, each in BLUE_LIGHT.items()}


def _part(assumption: Assumption) -> float:
    """Give the central value.

    Raises:
        Refusal: when it is not a share below 1.
    """
    if not 0 <= assumption.central < 1:
        raise Refusal(
            f"assumption {assumption.name}: {assumption.central:g} leaves no speed; make it at least 0 and less than 1"
        )
    return assumption.central
