"""How often the services meet, beside what chance would give, and where demand is concentrated (§2)."""

from joinedup.crossover.answer import (
    BaselineChance,
    Concentration,
    Crossover,
    Definition,
    Pair,
    ServiceRecords,
    Window,
)
from joinedup.crossover.concentration import hot_cells
from joinedup.crossover.hot_places import HotPlaces, hot_places
from joinedup.crossover.measure import measure

__all__ = [
    "BaselineChance",
    "Concentration",
    "Crossover",
    "Definition",
    "HotPlaces",
    "Pair",
    "ServiceRecords",
    "Window",
    "hot_cells",
    "hot_places",
    "measure",
]
