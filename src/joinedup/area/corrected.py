"""Queries and the rows they are about as CSV: to count, to pass on, and to mend and put back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.mending import how_to_mend
from joinedup.area.queries import COLUMNS, HEADER_ROW, Effect, problem_alone
from joinedup.area.readings import FOLDER as MAPPINGS
from joinedup.area.tables import FOLDER as TABLES_FOLDER
from joinedup.area.tables import find_tables, read_raw
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area.queries import Queries

_FORMULA = r"^[\s\x00]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_NUMBER = r"^\s*[+-](?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$"


def write_queries(study: Path, queries: Queries, target: Path) -> None:
    """Write every query as CSV, with what it did to its row and how to mend it.

    Raises:
        CannotWrite: when ``target`` is no CSV file, is inside the study's tables or is a file of another kind.
    """
    _must_be_outside(study, target)
    if target.suffix != ".csv":
        raise CannotWrite(f"{target}: queries are written as CSV; name a file that ends with .csv")
    content = safe_csv(_with_mend(queries.frame))
    header = content.split(b"\n", 1)[0]
    if target.exists() and not (target.is_file() and target.read_bytes().startswith(header)):
        raise CannotWrite(f"{target}: there is something here that joinedup did not make; name another file")
    write_files({target: content})


def write_rows_to_mend(study: Path, queries: Queries, target: Path) -> dict[Path, int]:
    """Write the rows that were set aside or changed, as they were given, with ``row`` and ``problem`` added.

    Args:
        study: the study's folder.
        queries: those of its tables.
        target: a CSV file where one table has such rows; else a folder, which gets a CSV file for each.

    Returns:
        The files and the number of rows in each; none where there is nothing to mend.

    Raises:
        Refusal: when several tables have such rows and ``target`` is one file.
        CannotWrite: when it would be inside the study's tables, or a file is there already.
    """
    _must_be_outside(study, target)
    tables = rows_to_mend(study, queries)
    one_file = target.suffix == ".csv"
    if one_file and len(tables) > 1:
        raise Refusal(
            f"{target}: {', '.join(tables)} have rows to mend, which do not fit into one file; "
            "name a folder instead"
        )
    files = {
        (target if one_file else target / f"{name}-to-mend.csv"): table for name, table in tables.items()
    }
    for path in files:
        if path.exists():
            raise CannotWrite(
                f"{path}: is there already, and may hold rows that somebody has mended; name another place"
            )
    write_files({path: safe_csv(table) for path, table in files.items()})
    return {path: table.height for path, table in files.items()}


def rows_to_mend(study: Path, queries: Queries) -> dict[str, pl.DataFrame]:
    """Give the rows of each table that were set aside or changed, as they were given, in order."""
    told = (
        queries.frame.filter((pl.col("effect") > int(Effect.NOTED)) & (pl.col("row") > HEADER_ROW))
        .rechunk()  # Polars 2.1 stops at an empty chunk when it formats.
        .with_columns(said=pl.format("{}: {} ({})", "column", "problem", "action"))
        .group_by("file", "row")
        .agg(pl.col("said").unique(maintain_order=True).str.join("; ").alias("problem"))
        .sort("file", "row")
    )
    found, _ = find_tables(study)
    tables = {}
    for name, (path, sheet) in found.items():
        own = told.filter(pl.col("file") == name).select("row", "problem")
        if own.is_empty():
            continue
        raw = read_raw(path, sheet)
        if ROW not in raw.columns:
            raw = raw.with_row_index(ROW, offset=HEADER_ROW + 1)
        given = own.join(
            raw.with_columns(pl.col(ROW).cast(pl.Int64)),
            left_on="row",
            right_on=ROW,
            how="inner",
            suffix="_given",
        )
        tables[name] = given.sort("row")
    return tables


def safe_csv(table: pl.DataFrame) -> bytes:
    """Write a table as CSV in which no cell is a formula: an apostrophe is put before one that looks like it.

    A number with a sign, such as a longitude, is no formula.
    """
    columns = [_safe(_as_text(table[each]).alias(each)) for each in table.columns]
    names = _safe(pl.Series(table.columns, dtype=pl.String)).to_list()
    text = pl.DataFrame({str(number): column for number, column in enumerate(columns)})
    header = io.StringIO()
    pl.DataFrame([names], [str(number) for number in range(len(names))], orient="row").write_csv(
        header, include_header=False
    )
    return (header.getvalue() + text.write_csv(include_header=False)).encode()


def _safe(text: pl.Series) -> pl.Series:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    text = text.rechunk()
    formula = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.select(pl.when(formula).then(pl.lit("'") + text).otherwise(text).alias(text.name)).to_series()


def _as_text(column: pl.Series) -> pl.Series:
    """Give a column as text, as it would stand in a CSV file; what is no plain value is written out."""
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S%.f" + ("%:z" if column.dtype.time_zone else ""))
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series([None if each is None else str(each) for each in column.to_list()], dtype=pl.String)
    return column.cast(pl.String)


def _with_mend(queries: pl.DataFrame) -> pl.DataFrame:
    """Add what each query did, in words, and how to mend it."""
    kinds = queries.select(problem_alone().alias("kind"), "action").unique()
    mends = [how_to_mend(kind, action) for kind, action in kinds.iter_rows()]
    effects = {int(each): each.in_words for each in Effect}
    return (
        queries.with_columns(kind=problem_alone())
        .join(
            kinds.with_columns(mend=pl.Series(mends, dtype=pl.String)),
            on=["kind", "action"],
            how="left",
            maintain_order="left",
        )
        .select(*COLUMNS, pl.col("effect").replace_strict(effects, return_dtype=pl.String), "rows", "mend")
    )


def _must_be_outside(study: Path, target: Path) -> None:
    """Refuse to write where the study is read from."""
    for name in (TABLES_FOLDER, MAPPINGS):
        inside = (study / name).resolve()
        if target.resolve() == inside or inside in target.resolve().parents:
            raise CannotWrite(
                f"{target}: is in the study's folder {name}, where it would be taken for a part of the study; "
                "name another place"
            )
