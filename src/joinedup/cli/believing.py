"""Whether what was played is to be believed: how far it is from what happened, and which records it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.cli.showing import print_table
from joinedup.study.drafting.held_to import STEPS, fits_of
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from joinedup.response.calibrating import Calibration
    from joinedup.study.waiting import Played

_MOST_APART = 10


def minutes(value: float | None) -> str:
    """Word some minutes, [x] where there are none."""
    return "[x]" if value is None else in_words(value, Unit.MINUTES)


def print_compared(compared: Calibration) -> None:
    """Lay what was played beside what happened, and say for whom it is not to be relied on."""
    needs = compared.needs.iter_rows(named=True)
    several = compared.needs.group_by("service_id").agg(pl.col("need").n_unique()).filter(pl.col("need") > 1)
    rows = [(row["service_id"], row) for row in compared.services.iter_rows(named=True)]
    rows += [
        (f"{row['service_id']}: {row['need']}", row)
        for row in needs
        if row["service_id"] in several["service_id"]
    ]
    print_table(
        f"The baseline beside what happened, call to first arrival; {compared.days} days, each played on the others' records",
        (
            "service or need",
            "incidents",
            "measure",
            "recorded",
            "played",
            "gap",
            "95 % interval",
            "of recorded",
            "so",
        ),
        [
            (
                name,
                f"{row['incidents']:,}",
                row["measure"],
                *(minutes(row[each]) for each in ("recorded", "modelled", "gap")),
                f"{minutes(row['low'])} to {minutes(row['high'])}",
                "" if row["share"] is None else f"{row['share']:+.1%}".replace("-", "−"),
                row["verdict"],
            )
            for name, row in rows
        ],
    )
    print(compared.said)
    _print_apart(compared)
    for note in compared.notes:
        print(f"Note: {note}.")


def _print_apart(compared: Calibration) -> None:
    """Show the hours and grounds of which the mean is off by more than their chance, the farthest first."""
    parts = (
        ("hour", compared.hours, lambda row: f"{row['hour']:02d}:00"),
        ("ground", compared.grounds, lambda row: row["ground"]),
    )
    rows, looked_at = [], 0
    for what, table, named in parts:
        means = [row for row in table.iter_rows(named=True) if row["measure"] == "mean"]
        looked_at += len(means)
        rows += [(what, named(row), row) for row in means if row["low"] > 0 or row["high"] < 0]
    rows.sort(key=lambda each: (-abs(each[2]["gap"]), each[2]["service_id"], each[0], each[1]))
    if not rows:
        print(f"None of {looked_at} hours and grounds is off by more than chance.")
        return
    print_table(
        f"Hours of the day and grounds whose mean is off by more than chance: {len(rows)} of {looked_at}"
        + (f", the farthest {_MOST_APART}" if len(rows) > _MOST_APART else ""),
        ("service", "hour or ground", "incidents", "recorded", "played", "gap", "95 % interval of the gap"),
        [
            (
                row["service_id"],
                f"{what} {name}",
                f"{row['incidents']:,}",
                *(minutes(row[each]) for each in ("recorded", "modelled", "gap")),
                f"{minutes(row['low'])} to {minutes(row['high'])}",
            )
            for what, name, row in rows[:_MOST_APART]
        ],
    )


def print_what_it_rests_on(played: Played) -> None:
    """Show of each step how many records it rests on and how far a fitted curve would be off, and say what drives rest on."""
    rows = fits_of(played)
    if not rows.is_empty():
        print_table(
            f"The records that each step is drawn from; --json has all {played.baseline.fits.height:,} cells",
            ("step", "of", "records", "mean", "median", "90th centile", "a lognormal would be off by"),
            [
                (
                    STEPS[row["step"]],
                    row["cell"],
                    f"{row['records']:,}",
                    *(
                        in_words(row[each], Unit.SHARE if row["step"] == "conveyed" else Unit.MINUTES)
                        for each in ("mean", "median", "90th")
                    ),
                    "[z]" if row["lognormal_off"] is None else in_words(row["lognormal_off"], Unit.SHARE),
                )
                for row in rows.iter_rows(named=True)
            ],
        )
    for law in played.baseline.travel:
        print(f"Travel: {law}.")
