"""A study's own table of drives: minutes from place to place, as a long list or as a square."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.assumptions import Assumption, Grade
from joinedup.refusal import Refusal, did_you_mean
from joinedup.travel.places import Places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.area import Area

REACH = Assumption(
    name="travel.matrix.reach",
    sentence="Metres from the nearest place of a study's own table of drives within which a place is taken to be there.",
    unit="m",
    low=500,
    central=2000,
    high=5000,
    source="judgement: about half the width of a ward or postcode district",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (REACH,)
LONG = ("from", "to", "minutes")
_PLACED = (("latitude", "longitude"), ("easting", "northing"))


@dataclass(frozen=True, eq=False)
class OwnMatrix:
    """Drives as a study gives them, the same for every kind of service; ``minutes`` has shape (places, places).

    A place of the study stands for the nearest place of the table; two that stand for the same are as far apart as the
    table says that place is from itself, which is 0 where it does not say.
    """

    places: Places
    minutes: NDArray[np.float64]
    reach: float
    name: str

    def left_out(self, places: Places) -> dict[int, str]:
        """Give the rows of places that lie far from every place of the table."""
        why = f"no place of {self.name} within {self.reach:g} m"
        return {int(row): why for row in np.flatnonzero(self._at(places) < 0)}

    def between(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:  # noqa: ARG002 - as above
        """Give the minutes from each start to each end, NaN where a place is left out; shape (starts, ends)."""
        one, other = self._at(starts), self._at(ends)
        found = self.minutes[np.ix_(one, other)]
        found[(one < 0)[:, None] | (other < 0)] = np.nan
        return found

    def along(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:  # noqa: ARG002 - as above
        """Give the minutes from each start to the end in its own row, NaN where one is left out."""
        one, other = self._at(starts), self._at(ends)
        return np.where((one < 0) | (other < 0), np.nan, self.minutes[one, other])

    def _at(self, places: Places) -> NDArray[np.int64]:
        metres, row = self._tree.query(np.column_stack([places.x, places.y]))
        return np.where(np.asarray(metres) <= self.reach, np.asarray(row, np.int64), -1)

    @cached_property
    def _tree(self) -> scipy.spatial.cKDTree:
        return scipy.spatial.cKDTree(np.column_stack([self.places.x, self.places.y]))


def own_matrix(
    path: Path, placed: Path | None, area: Area, assumptions: Mapping[str, Assumption]
) -> OwnMatrix:
    """Read a table of drives, CSV or gzipped CSV, whose places are sites of the area or rows of the file ``placed``.

    The table has a row a pair (from, to, minutes), or it is a square with the places in its first row and first column.

    Raises:
        Refusal: for the first mistake by file, row and column, with how many more there are.
    """
    cells = _cells(path)
    heads = [each.strip().lower() for each in cells.row(0)] if cells.height else []
    names, minutes = _long(path, cells) if set(LONG) <= set(heads) else _square(path, cells)
    x, y = _where(names, path, placed, area)
    return OwnMatrix(Places(names, x, y), minutes, assumptions[REACH.name].central, path.name)


def _cells(path: Path) -> pl.DataFrame:
    """Read a CSV as it stands, every cell text, the header its first row."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refusal(f"{path}: cannot be unpacked as gzip; fetch the file again") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path}: is not UTF-8 text; save it as 'CSV UTF-8'") from None
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({error.strerror}); name the file under [travel]") from None
    if not text.strip():
        raise Refusal(f"{path}: is empty; it needs the columns from, to and minutes, or a square of minutes")
    try:
        read = pl.read_csv(text.encode(), has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise Refusal(
            f"{path}: cannot be read as CSV ({error}); every row has as many cells as the first"
        ) from None
    return read.fill_null("").with_columns(pl.all().str.strip_chars())


class _Mistakes:
    """Mistakes in one file: the first is told in full, the others are counted."""

    def __init__(self, path: Path) -> None:
        self.path, self.first, self.count = path, "", 0

    def add(self, message: str, count: int = 1) -> None:
        """Note one mistake, or several of one kind of which this is the first."""
        self.first = self.first or message
        self.count += count

    def stop(self) -> None:
        """Stop where there is any.

        Raises:
            Refusal: with the first, and the number of the rest.
        """
        if self.count:
            more = f" (and {self.count - 1:,} more mistakes)" if self.count > 1 else ""
            raise Refusal(f"{self.path}{self.first}{more}")


def _numbers(texts: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Turn cells into minutes, and say which are a number at all."""
    values = pl.Series(texts, dtype=pl.String).cast(pl.Float64, strict=False).to_numpy()
    return values, np.isfinite(values)


def _check(
    mistakes: _Mistakes,
    texts: NDArray[np.object_],
    rows: NDArray[np.int64],
    columns: NDArray[np.object_],
) -> NDArray[np.float64]:
    values, number = _numbers(texts)
    for wrong, why in (
        (~number, "is not a number of minutes; write one, or leave the pair's row out and say it is missing"),
        (number & (values < 0), "is below zero; write how many minutes the drive takes"),
    ):
        at = np.flatnonzero(wrong)
        if len(at):
            row, column = int(rows[at[0]]), columns[at[0]]
            mistakes.add(f", row {row}, column {column}: '{texts[at[0]]}' {why}", len(at))
    return values


def _long(path: Path, cells: pl.DataFrame) -> tuple[list[str], NDArray[np.float64]]:
    heads = [each.lower() for each in cells.row(0)]
    column = {each: cells.to_series(heads.index(each))[1:].to_numpy() for each in LONG}
    rows = np.arange(2, cells.height + 1)
    mistakes = _Mistakes(path)
    for each in ("from", "to"):
        empty = np.flatnonzero(column[each] == "")
        if len(empty):
            mistakes.add(f", row {rows[empty[0]]}, column {each}: is empty; name the place", len(empty))
    mistakes.stop()
    values = _check(mistakes, column["minutes"], rows, np.full(len(rows), "minutes", object))
    mistakes.stop()
    names, number = np.unique(np.concatenate([column["from"], column["to"]]).astype(str), return_inverse=True)
    count = len(names)
    one, other = np.split(number, 2)
    pair = one * count + other
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(pair[order][1:] == pair[order][:-1])
    if len(again):
        row, first = int(rows[order[again[0] + 1]]), int(rows[order[again[0]]])
        mistakes.add(
            f", row {row}: from {names[one[row - 2]]} to {names[other[row - 2]]} stands in row {first} too; keep one",
            len(again),
        )
    minutes = np.full((count, count), np.nan)
    minutes[one, other] = values
    itself = np.diag(minutes).copy()
    np.fill_diagonal(minutes, np.where(np.isnan(itself), 0.0, itself))
    missing = np.argwhere(np.isnan(minutes))
    if len(missing):
        start, end = (str(names[each]) for each in missing[0])
        mistakes.add(
            f": no row from {start} to {end}; add it, since every pair is needed both ways", len(missing)
        )
    mistakes.stop()
    return [str(each) for each in names], minutes


def _square(path: Path, cells: pl.DataFrame) -> tuple[list[str], NDArray[np.float64]]:
    heads = [str(each) for each in cells.row(0)][1:]
    names = cells.to_series(0)[1:].to_list()
    mistakes = _Mistakes(path)
    if not heads or len(heads) == 1 or not names:
        raise Refusal(
            f"{path}: is neither a list nor a square; give it the columns from, to and minutes, or the places in its "
            "first row and first column"
        )
    for what, given in (("column", heads), ("row", names)):
        seen: dict[str, int] = {}
        for number, name in enumerate(given, start=2):
            if not name:
                mistakes.add(f", {what} {number}: has no name; name the place")
            elif name in seen:
                mistakes.add(f", {what} {number}: '{name}' is {what} {seen[name]} too; keep one")
            seen.setdefault(name, number)
    mistakes.stop()
    for name in heads:
        if name not in names:
            mistakes.add(
                f", column {name}: there is no row '{name}'; add it, since every pair is needed both ways"
            )
    for number, name in enumerate(names, start=2):
        if name not in heads:
            mistakes.add(
                f", row {number}: there is no column '{name}'; add it, since every pair is needed both ways"
            )
    mistakes.stop()
    texts = np.column_stack([each[1:].to_numpy() for each in cells.get_columns()[1:]]).astype(object)
    count = len(names)
    rows = np.repeat(np.arange(2, count + 2), len(heads))
    columns = np.tile(np.array(heads, object), count)
    flat = texts.ravel()
    itself = columns == np.repeat(np.array(names, object), len(heads))
    flat[itself & (flat == "")] = "0"
    empty = np.flatnonzero(flat == "")
    if len(empty):
        at = int(empty[0])
        mistakes.add(
            f", row {rows[at]}, column {columns[at]}: is empty; every pair is needed both ways", len(empty)
        )
        mistakes.stop()
    values = _check(mistakes, flat, rows, columns).reshape(count, count)
    mistakes.stop()
    return names, values[:, [heads.index(name) for name in names]]


def _where(
    names: list[str], path: Path, placed: Path | None, area: Area
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where each place of the table lies: as the file of places says, else as the study's sites do."""
    known: dict[str, tuple[float, float]] = {
        name: (x, y)
        for name, x, y in area.table("sites").select("site_id", "x", "y").drop_nulls().iter_rows()
    }
    if placed is not None:
        known |= _places_of(placed, area)
    unknown = [name for name in names if name not in known]
    if unknown:
        mistakes = _Mistakes(path)
        add = (
            f"it is neither in {placed.name} nor a site of the study; add it there"
            if placed
            else "it is no site of the study; list it in a file of places, and name that under [travel]"
        )
        mistakes.add(
            f": nobody knows where '{unknown[0]}' is: {add}{did_you_mean(unknown[0], known)}",
            len(unknown),
        )
        mistakes.stop()
    both = np.array([known[name] for name in names], float).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def _places_of(placed: Path, area: Area) -> dict[str, tuple[float, float]]:
    cells = _cells(placed)
    heads = [each.lower() for each in cells.row(0)]
    pair = next((each for each in _PLACED if set(each) <= set(heads)), None)
    if "place" not in heads or pair is None:
        raise Refusal(
            f"{placed}: needs the column place, and latitude and longitude or easting and northing; it has "
            f"{', '.join(heads)}"
        )
    names = cells.to_series(heads.index("place"))[1:].to_list()
    mistakes = _Mistakes(placed)
    columns = {}
    for each in pair:
        texts = cells.to_series(heads.index(each))[1:].to_numpy()
        values, number = _numbers(texts)
        wrong = np.flatnonzero(~number)
        if len(wrong):
            mistakes.add(
                f", row {wrong[0] + 2}, column {each}: '{texts[wrong[0]]}' is not a number", len(wrong)
            )
        columns[each] = values
    mistakes.stop()
    none = pl.Series([None] * len(names), dtype=pl.Float64)
    table = pl.DataFrame({each: columns.get(each, none) for both in _PLACED for each in both})
    laid = area.plane.laid(table)
    return dict(zip(names, laid.select("x", "y").rows(), strict=True))
