"""Queries: what could not be used as given, row by row, and the counts that must add up (§1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.area.mending import how_to_mend

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER_ROW = 1
"""Rows are numbered as a spreadsheet shows them: the header is row 1 and the first row of data is row 2."""

COLUMNS = {"file": pl.String, "row": pl.Int64, "column": pl.String, "problem": pl.String, "action": pl.String}
"""What scripts rely on in every query."""

FRAME = COLUMNS | {"effect": pl.Int32, "rows": pl.Int64}
"""What is kept of every query: ``effect`` as in Effect, and the number of rows that it is about."""

_FIRST_ROWS = 5
_VALUE = ": '"


class Effect(IntEnum):
    """What a query did to its row, from least to most."""

    NOTED = 0
    CHANGED = 1
    SET_ASIDE = 2

    @property
    def in_words(self) -> str:
        """Say it as pages and scripts do."""
        return self.name.lower().replace("_", " ")


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
    notes: dict[tuple[str, str, str], tuple[int, int, int]] = field(default_factory=dict)
    """Of each note by its words: which part it is, its first row and the number of its rows."""

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
        words = pl.lit(problem) if isinstance(problem, str) else pl.Series(problem, dtype=pl.String)
        self.parts.append(
            pl.DataFrame({"row": numbers}).select(
                pl.lit(self.file).alias("file"),
                "row",
                pl.lit(column).alias("column"),
                words.alias("problem"),
                pl.lit(action).alias("action"),
                pl.lit(int(effect), pl.Int32).alias("effect"),
                pl.lit(1, pl.Int64).alias("rows"),
            )
        )

    def note(self, column: str, problem: str, action: str, rows: pl.Series) -> None:
        """Note once what is so of many rows, at the first of them; of none, at the header.

        Said again, as of later rows that are read after these, it is one note of all of them.
        """
        at = int(rows.min()) if len(rows) else HEADER_ROW  # type: ignore[arg-type]
        where, first, number = self.notes.get((column, problem, action), (len(self.parts), at, 0))
        at, number = min(first, at), number + len(rows)
        self.notes[column, problem, action] = where, at, number
        self.parts[where : where + 1] = [
            pl.DataFrame(
                [(self.file, at, column, problem, action, int(Effect.NOTED), number)], FRAME, orient="row"
            )
        ]

    def frame(self) -> pl.DataFrame:
        """Give all queries in order of row, with their effect."""
        if not self.parts:
            return pl.DataFrame(schema=FRAME)
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
            pl.concat(frames) if frames else pl.DataFrame(schema=FRAME),
            counts,
            tuple(note for each in held for note in each.notes),
        )

    @classmethod
    def of(cls, findings: Findings, rows_in: int, notes: Sequence[str] = ()) -> Queries:
        """Close the findings on one file."""
        return cls(findings.frame(), {findings.file: findings.counts(rows_in)}, tuple(notes))

    def as_json(self) -> dict[str, Any]:
        """Give what ``check --json`` prints."""
        return {
            "queries": self.frame.select(*COLUMNS).to_dicts(),
            "counts": {file: counts.as_json() for file, counts in self.counts.items()},
            "groups": [each.as_json() for each in self.groups()],
            "notes": list(self.notes),
        }

    def groups(self) -> list[Group]:
        """Put queries of one kind together, most harmful first: set aside, changed, noted; then by number of rows."""
        grouped = (
            self.frame.with_columns(
                problem=problem_alone(),
                example=pl.col("problem"),
            )
            .group_by("file", "column", "problem", "action", "effect", maintain_order=True)
            .agg(
                pl.col("rows").sum(),
                first_rows=pl.col("row").filter(pl.col("row") > HEADER_ROW).unique().bottom_k(_FIRST_ROWS),
                example=pl.col("example").sort_by("row", maintain_order=True).first(),
            )
            .sort(
                ["effect", "rows", "file", "column", "problem"], descending=[True, True, False, False, False]
            )
        )
        return [
            Group(
                file=row["file"],
                column=row["column"],
                problem=row["problem"],
                action=row["action"],
                effect=Effect(row["effect"]),
                rows=row["rows"],
                first_rows=tuple(sorted(row["first_rows"])),
                example=row["example"],
                mend=how_to_mend(row["problem"], row["action"]),
            )
            for row in grouped.iter_rows(named=True)
        ]


def problem_alone() -> pl.Expr:
    """Take what is wrong without the row's own value, which stands behind a colon."""
    return pl.col("problem").str.split(_VALUE).list.first()


@dataclass(frozen=True)
class Group:
    """Queries of one kind on one column: what is wrong, what was done, and how to mend it.

    ``problem`` holds no value of a row and may be published; ``example`` is that of the first row, with its value.
    """

    file: str
    column: str
    problem: str
    action: str
    effect: Effect
    rows: int
    first_rows: tuple[int, ...]
    example: str
    mend: str

    def as_json(self) -> dict[str, Any]:
        """Give the group by the names of its parts."""
        return {
            "file": self.file,
            "column": self.column,
            "problem": self.problem,
            "action": self.action,
            "effect": self.effect.in_words,
            "rows": self.rows,
            "first_rows": list(self.first_rows),
            "example": self.example,
            "mend": self.mend,
        }
