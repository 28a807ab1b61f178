"""The numbers by which an imagined area works, as an answer sheet for what is fitted from its tables."""

from __future__ import annotations

import polars as pl

from joinedup.imagining.estate import ESTATE
from joinedup.imagining.responding import TRAVEL, TRAVEL_SPREAD


def true_effects() -> pl.DataFrame:
    """Give each number by name, with its unit."""
    rows: list[tuple[str, float, str]] = [
        ("travel.cruising_speed", TRAVEL.km_per_minute * 60, "km/h"),
        ("travel.lost_minutes", TRAVEL.lost_minutes, "minutes"),
        ("travel.spread", TRAVEL_SPREAD, "standard deviation of the logarithm"),
    ]
    for crew, (least, most) in ESTATE["turnout_seconds"].items():
        rows += [(f"turnout.{crew}.least", least, "seconds"), (f"turnout.{crew}.most", most, "seconds")]
    for service, job in ESTATE["job"].items():
        for name, value in job.items():
            medians = value if isinstance(value, dict) else {"": value}
            for priority, minutes in medians.items():
                rows.append(
                    (f"{service}.{name}{'.' if priority else ''}{priority}", minutes, "minutes, median")
                )
    return pl.DataFrame(
        rows, schema={"name": pl.String, "value": pl.Float64, "unit": pl.String}, orient="row"
    )
