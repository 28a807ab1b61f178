"""Imagined areas for tests, read as anybody would."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.imagining import Imagined


def bytes_of(folder: Path) -> dict[str, str]:
    """Give a digest of every file of a folder, by its place in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def records(made: Imagined) -> pl.DataFrame:
    """Give every record beside the event that it is of, times and places apart: in minutes and metres."""
    tables = {
        "incidents": pl.read_parquet(made.folder / "tables" / "incidents.parquet"),
        "events": pl.read_parquet(made.truth / "events.parquet"),
        "happened": pl.read_parquet(made.truth / "happened.parquet"),
    }
    return (
        tables["incidents"]
        .join(tables["events"], on="incident_id")
        .join(tables["happened"], on="event_id", suffix="_true")
        .with_columns(
            minutes=(pl.col("received_at") - pl.col("happened_at")).dt.total_seconds() / 60,
            metres=(
                (pl.col("easting") - pl.col("easting_true")) ** 2
                + (pl.col("northing") - pl.col("northing_true")) ** 2
            ).sqrt(),
        )
    )


def difficulties(made: Imagined, difficulty: str) -> pl.DataFrame:
    """Give what the truth says of one difficulty."""
    return pl.read_parquet(made.truth / "difficulties.parquet").filter(difficulty=difficulty)
