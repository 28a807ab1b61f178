"""Growing prices: the one number that turns real pounds into those of the year, and back (§5.1)."""

from __future__ import annotations

from joinedup.assumptions import Assumption, Grade

PRICE_GROWTH = Assumption(
    name="appraisal.price_growth",
    sentence="How fast prices rise, which turns real pounds into those that accounts will show.",
    unit="% a year",
    low=1.5,
    central=2.0,
    high=3.0,
    source="Office for Budget Responsibility, long-run GDP deflator (2 % a year; 2.3 % in 2019)",
    grade=Grade.READY_RECKONER,
)
