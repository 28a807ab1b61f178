"""Control rooms: calls connected, answered, handled, passed on and crews sent, in separate rooms and shared ones; who is on duty.

``Rooms.of`` measures the rooms of an area, ``shipped`` gives the ways in which they could work together, ``staffed`` the least
handlers under one of them, ``with_dispatchers`` the least dispatchers besides, and ``pooling_saves`` lays all ways beside
separate rooms.
"""

from joinedup.response.rooms import declared
from joinedup.response.rooms.answering import Calls, Played, Teams, answer, busy
from joinedup.response.rooms.desks import Desks, with_dispatchers
from joinedup.response.rooms.measuring import Rooms
from joinedup.response.rooms.pooling import Saving, pooling_saves
from joinedup.response.rooms.staffing import Staffing, staffed
from joinedup.response.rooms.variants import Variant, read_variant, shipped

ASSUMPTIONS = (
    *declared.ASSUMPTIONS,
    *(assumption for variant in shipped() for assumption in variant.assumptions),
)

__all__ = [
    "ASSUMPTIONS",
    "Calls",
    "Desks",
    "Played",
    "Rooms",
    "Saving",
    "Staffing",
    "Teams",
    "Variant",
    "answer",
    "busy",
    "pooling_saves",
    "read_variant",
    "shipped",
    "staffed",
    "with_dispatchers",
]
