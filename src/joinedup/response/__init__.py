"""Response: what people would wait, with units that are busy, shifts and queues; and the drive of the nearest unit."""

from joinedup.response.dispatching import Dispatched, Jobs, Matrix, Sites, Units, dispatch
from joinedup.response.drives import compared, drives, recorded_against_modelled
from joinedup.response.outcomes import Outcomes
from joinedup.response.replaying import Baseline

__all__ = [
    "Baseline",
    "Dispatched",
    "Jobs",
    "Matrix",
    "Outcomes",
    "Sites",
    "Units",
    "compared",
    "dispatch",
    "drives",
    "recorded_against_modelled",
]
