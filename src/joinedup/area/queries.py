"""Queries: what could not be used as given, row by row, and the counts that must add up (§1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER_ROW = 1
"""Rows are numbered as a spreadsheet shows them: the header is row 1 and the first row of data is row 2."""

COLUMNS = {"file": pl.String, "row": pl.Int64, "column": pl.String, "problem": pl.String, "action": pl.String}


class Effect(IntEnum):
    """What a query did to its row, from least to most."""

    NOTED = 0
    CHANGED = 1
    SET_ASIDE = 2


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one file: in = as given + changed + set aside."""

    rows_in: int
    as_given: int
    changed: int
    set_aside: int

    def as_json(self) -> dict[str, int]:
        """Give the four counts by the names that scripts rely on."""
        return {
            "in": self.rows_in,
            "as_given": self.as_given,
            "changed": self.changed,
            "set_aside": self.set_aside,
        }


@dataclass
class Findings:
    """The queries on one file while it is being checked."""

    file: str
    parts: list[pl.DataFrame] = field(default_factory=list)

    def add(
        self,
        rows: pl.Series | Sequence[int],
        column: str,
        problem: pl.Series | Sequence[str] | str,
        action: str,
        effect: Effect,
    ) -> None:
        """Note the same kind of query on several rows; ``rows`` are numbered as a spreadsheet shows them."""
        numbers = pl.Series("row", rows, dtype=pl.Int64)
        if numbers.is_empty():
            return
        words = pl.Series(
            "problem", [problem] * len(numbers) if isinstance(problem, str) else problem, dtype=pl.String
        )
        self.parts.append(
            pl.DataFrame({"row": numbers, "problem": words}).select(
                pl.lit(self.file).alias("file"),
                "row",
                pl.lit(column).alias("column"),
                "problem",
                pl.lit(action).alias("action"),
                pl.lit(int(effect)).alias("effect"),
            )
        )

    def frame(self) -> pl.DataFrame:
        """Give all queries in order of row, with their effect."""
        if not self.parts:
            return pl.DataFrame(schema=COLUMNS | {"effect": pl.Int32})
        return pl.concat(self.parts).sort("row", "column", maintain_order=True)

    def counts(self, rows_in: int) -> Counts:
        """Count the rows by the most that happened to each."""
        worst = (
            self.frame()
            .filter(pl.col("row") > HEADER_ROW)
            .group_by("row")
            .agg(pl.col("effect").max())
            .get_column("effect")
        )
        changed = int((worst == int(Effect.CHANGED)).sum())
        aside = int((worst == int(Effect.SET_ASIDE)).sum())
        return Counts(rows_in, rows_in - changed - aside, changed, aside)


@dataclass(frozen=True)
class Queries:
    """All queries of a study and the counts of every file."""

    frame: pl.DataFrame
    counts: dict[str, Counts]
    notes: tuple[str, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable[Queries]) -> Queries:
        """Put the queries of several files together."""
        held = list(parts)
        frames = [each.frame for each in held if each.frame.height]
        counts: dict[str, Counts] = {}
        for each in held:
            counts |= each.counts
        return cls(
            pl.concat(frames) if frames else pl.DataFrame(schema=COLUMNS),
            counts,
            tuple(note for each in held for note in each.notes),
        )

    @classmethod
    def of(cls, findings: Findings, rows_in: int, notes: Sequence[str] = ()) -> Queries:
        """Close the findings on one file."""
        return cls(findings.frame().select(*COLUMNS), {findings.file: findings.counts(rows_in)}, tuple(notes))

    def as_json(self) -> dict[str, Any]:
        """Give what ``check --json`` prints."""
        return {
            "queries": self.frame.to_dicts(),
            "counts": {file: counts.as_json() for file, counts in self.counts.items()},
            "notes": list(self.notes),
        }

    def grouped(self) -> pl.DataFrame:
        """Count queries by file, column and what was done, with the first row and an example, most rows first."""
        return (
            self.frame.group_by("file", "column", "action", maintain_order=True)
            .agg(pl.len().alias("rows"), pl.col("row").first().alias("first_row"), pl.col("problem").first())
            .sort(["rows", "file", "column"], descending=[True, False, False])
        )
