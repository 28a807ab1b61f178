"""How far what was played is from what happened: the box that later numbers point to, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.disclosure import Column, Figure, Section, Statement, Table
from joinedup.refusal import Refusal
from joinedup.response.calibrating import FOLDS, Verdict
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from joinedup.disclosure import Block
    from joinedup.response.calibrating import Calibration
    from joinedup.study.study import Study
    from joinedup.study.waiting import Played

CHAPTER = "What people wait"
"""The heading that later numbers point to."""
MEASURES = {"mean": "mean", "median": "median", "90th": "90th centile"}


def compared_with_records(played: Played) -> Calibration | None:
    """Give the comparison with what happened; None where there is none that says anything of a service."""
    try:
        compared = played.calibration
    except Refusal:
        return None
    return None if compared is None or compared.services.is_empty() else compared


def days_apart(compared: Calibration) -> str:
    """Say how the days were dealt out, so that no record helps to predict itself."""
    if compared.days == 1:
        return "one day, played on its own records"
    if compared.days <= FOLDS:
        return f"{compared.days} days, each played on the records of the others"
    return f"{compared.days:,} days in {FOLDS} parts, each part played on the records of the others"


def gaps_of(compared: Calibration | None, service: str) -> dict[str, Mapping[str, Any]]:
    """Give a service's rows of the comparison by measure."""
    if compared is None:
        return {}
    own = compared.services.filter(pl.col("service_id") == service)
    return {row["measure"]: row for row in own.iter_rows(named=True)}


def is_off(compared: Calibration | None, service: str) -> bool:
    """Whether a service is shown to be outside the tolerance in some measure."""
    return any(row["verdict"] == Verdict.OUTSIDE for row in gaps_of(compared, service).values())


def gap_in_words(row: Mapping[str, Any]) -> str:
    """Word how long or short the model is, with its 95 % interval, as shares of what was recorded."""
    if not row["recorded"]:
        return "of an unknown gap"
    low, gap, high = (row[each] / row["recorded"] for each in ("low", "gap", "high"))
    if _size(low) == _size(gap) == _size(high):
        return _off_in_words(gap)
    if _size(low) == _size(0.0) or low > 0:
        interval = f"{_size(low)} to {_off_in_words(high)}"
    elif _size(high) == _size(0.0) or high < 0:
        interval = f"{_size(high)} to {_off_in_words(low)}"
    else:
        interval = f"{_size(low)} short to {_size(high)} long"
    return f"{_off_in_words(gap)} ({interval})"


def _off_in_words(share: float) -> str:
    """Word how long or short the model is."""
    return f"{_size(share)} {_long(share)}" if round(share, 3) else "not off"


def _size(share: float) -> str:
    # A share of a wait and no count of incidents, which the small-count rule would take it for as a figure.
    return f"{abs(share):.0%}" if abs(share) >= 0.0995 or not round(share, 3) else f"{abs(share):.1%}"


def _signed(share: float | None) -> str:
    """Write a gap with its sign: above zero, what was played is longer."""
    return (
        "[x]" if share is None else f"{'−' if share < 0 else '+'}{_size(share)}" if round(share, 3) else "0%"
    )


def _long(share: float) -> str:
    return "short" if share < 0 else "long"


def farthest_off(study: Study, compared: Calibration | None, services: Sequence[str]) -> Statement | None:
    """Say where the model is farthest from what happened, for whoever relies on it."""
    rows = [row for each in services for row in gaps_of(compared, each).values() if row["share"] is not None]
    if not rows:
        return None
    worst = max(rows, key=lambda row: (abs(row["share"]), row["service_id"], row["measure"]))
    name = short_name(study.area, worst["service_id"]).lower()
    return Statement(
        f"This model is {_off_in_words(worst['share'])} at the {name} {MEASURES[worst['measure']]}; “{CHAPTER}” has the rest."
    )


def calibration_box(study: Study, services: Sequence[str], compared: Calibration | None) -> list[Block]:
    """Lay what was played beside what happened."""
    section = Section("How far the model is from what happened")
    if compared is None:
        return [section, Statement("No arrival is recorded that what was played could be held to.")]
    rows: list[list[Figure | str]] = []
    for service in services:
        for measure, row in gaps_of(compared, service).items():
            base = row["incidents"]
            rows.append(
                [
                    f"{short_name(study.area, service)}, {MEASURES[measure]}",
                    Figure(row["recorded"], Unit.MINUTES, base),
                    Figure(row["modelled"], Unit.MINUTES, base),
                    Figure(row["gap"], Unit.MINUTES, base),
                    Figure(row["low"], Unit.MINUTES, base),
                    Figure(row["high"], Unit.MINUTES, base),
                    f"{row['verdict']} ({_signed(row['share'])})",
                ]
            )
    note = (
        f"{days_apart(compared).capitalize()}, so that no record helps to predict itself: what is played here differs a little "
        "from the rest of this chapter, where all days are played on the records of all. At least and at most are the ends of "
        f"the gap's 95 % interval. The tolerance is {compared.tolerance:.0%} of the recorded wait; “cannot tell” is not a pass."
    )
    return [
        section,
        Table(
            "waits-calibration",
            "From the call to the first arrival, recorded and played",
            (
                Column("Service and measure"),
                Column("Recorded", numeric=True),
                Column("Played", numeric=True),
                Column("Gap", numeric=True),
                Column("Gap, at least", numeric=True),
                Column("Gap, at most", numeric=True),
                Column("Tolerance, and gap of recorded"),
            ),
            rows,
            note=note,
        ),
    ]
