"""Whether what was played is to be believed: how far it is from what happened, and which records it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.cli.showing import print_table
from joinedup.study.drafting.believed import days_apart
from joinedup.study.drafting.held_to import STEPS, fits_of
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.response.calibrating import Calibration
    from joinedup.study.waiting import Played

_MOST_APART = 10
_MOST_CREWS = 60
_BY_CHANCE = 0.05
"""How many of all hours, grounds and categories a 95 % interval leaves out by chance."""


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
        f"The baseline beside what happened, call to first arrival; {days_apart(compared)}",
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
    """Show the hours, grounds and categories whose mean is off by more than chance and tolerance allow, the farthest first."""
    parts = (
        ("hour", compared.hours, lambda row: f"{row['hour']:02d}:00"),
        ("ground", compared.grounds, lambda row: row["ground"]),
        ("category", compared.categories, lambda row: row["category"]),
    )
    rows, looked_at, beyond = [], 0, 0
    for what, table, named in parts:
        means = table.filter(pl.col("measure") == "mean")
        apart = means.filter((pl.col("low") > 0) | (pl.col("high") < 0))
        far = apart.filter(pl.col("gap").abs() > compared.tolerance * pl.col("recorded"))
        looked_at, beyond = looked_at + means.height, beyond + apart.height
        rows += [(what, named(row), row) for row in far.iter_rows(named=True)]
    rows.sort(key=lambda each: (-abs(each[2]["gap"]), each[2]["service_id"], each[0], each[1]))
    by_chance = (
        f"{beyond} of {looked_at} hours, grounds and categories lie beyond their 95 % interval, where chance alone would put "
        f"{looked_at * _BY_CHANCE:.1f}"
    )
    if not rows:
        print(f"{by_chance}; none of them is off by more than {compared.tolerance:.0%} of what was recorded.")
        return
    print_table(
        f"Means off by more than chance and by more than {compared.tolerance:.0%}: {len(rows)} of {looked_at}"
        + (f", the farthest {_MOST_APART}" if len(rows) > _MOST_APART else ""),
        ("service", "of", "incidents", "recorded", "played", "gap", "95 % interval of the gap"),
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
    print(f"{by_chance}.")


def print_what_it_rests_on(played: Played) -> None:
    """Show who meets which need, of each step its records and how far a fitted curve would be off, and what drives rest on."""
    who = played.baseline.asked.who
    if not who.is_empty():
        print_table(
            "Which kinds of unit meet which need",
            ("need", "service", "kind", "attendances", "meets it", "because of"),
            [
                (
                    row["need"],
                    row["service_id"],
                    row["kind"],
                    f"{row['attendances']:,}",
                    "yes" if row["meets"] else "no",
                    row["said"],
                )
                for row in who.head(_MOST_CREWS).iter_rows(named=True)
            ],
        )
        if who.height > _MOST_CREWS:
            print(f"{who.height - _MOST_CREWS:,} more rows of needs and kinds are in --json.")
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


ONLY_THE_REPLAY = "They are the replay's; of drawn periods no rows are kept."


def rows_written(out: Path, each: str) -> str:
    """Say how many rows are in a file of Parquet that was written, and what ``each`` of them is."""
    number = pl.scan_parquet(out).select(pl.len()).collect().item()
    return f"{out}: {number:,} rows, {each}; rows never leave the study."
