"""Travel minutes: a straight line and a stated law, the roads of an extract, or a study's own table; each has a name."""

from joinedup.travel.choosing import OWN, travel_of
from joinedup.travel.hours import BANDS, OF_HOUR
from joinedup.travel.own_matrix import OwnMatrix, own_matrix
from joinedup.travel.places import Places, Travel, left_out_in_words
from joinedup.travel.roads import Roads
from joinedup.travel.straight_line import ASSUMPTIONS, CRUISING_SPEED, LOST_MINUTES, StraightLine

ROAD_ASSUMPTIONS = tuple(OWN.values())
"""What roads and a study's own table take for granted; ``ASSUMPTIONS`` are those of the straight line."""

__all__ = [
    "ASSUMPTIONS",
    "BANDS",
    "CRUISING_SPEED",
    "LOST_MINUTES",
    "OF_HOUR",
    "ROAD_ASSUMPTIONS",
    "OwnMatrix",
    "Places",
    "Roads",
    "StraightLine",
    "Travel",
    "left_out_in_words",
    "own_matrix",
    "travel_of",
]
