"""Response: what people would wait; for now the drive of the nearest unit, in a straight line."""

from joinedup.response.drives import compared, drives, recorded_against_modelled

__all__ = ["compared", "drives", "recorded_against_modelled"]
