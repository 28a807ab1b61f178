"""Roads of an OpenStreetMap extract: which ways are driven, how fast, and the minutes from place to place."""

from joinedup.travel.roads.network import Roads
from joinedup.travel.roads.reading import Graph, read_graph
from joinedup.travel.roads.speeds import ASSUMPTIONS

__all__ = ["ASSUMPTIONS", "Graph", "Roads", "read_graph"]
