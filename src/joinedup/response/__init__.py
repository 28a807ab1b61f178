"""Response: what people would wait; for now the drive of the nearest unit, and the sending of units job by job."""

from joinedup.response.dispatching import Dispatched, Jobs, Matrix, Sites, Units, dispatch
from joinedup.response.drives import compared, drives, recorded_against_modelled

__all__ = [
    "Dispatched",
    "Jobs",
    "Matrix",
    "Sites",
    "Units",
    "compared",
    "dispatch",
    "drives",
    "recorded_against_modelled",
]
