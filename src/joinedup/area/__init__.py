"""What the services of an area hold and what happened there: tables, places, times, and the queries about them."""

from joinedup.area.area import SERVICE_KINDS, Area, Change
from joinedup.area.settings import Settings, Tolerance

__all__ = ["SERVICE_KINDS", "Area", "Change", "Settings", "Tolerance"]
