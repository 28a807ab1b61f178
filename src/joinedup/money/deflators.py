"""Deflators: what a pound of one financial year is in pounds of another, as versioned data (§5.1)."""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("deflators_2026_03.toml")
_YEAR = re.compile(r"(\d{4})/(\d{2})")


@dataclass(frozen=True)
class Deflators:
    """The level of prices by financial year, such as 2024/25, on any scale; ``source`` says whose, ``note`` how sure it is."""

    source: str
    index: Mapping[str, float]
    note: str = ""

    def factor(self, of: str, to: str) -> float:
        """Give by how much pounds of one year are multiplied to be pounds of another.

        Raises:
            Refusal: when a year is not in the table.

        >>> round(deflators().factor("2020/21", "2024/25"), 4)
        1.1751
        """
        if of == to:
            return 1.0
        for year in (of, to):
            if year not in self.index:
                raise Refusal(
                    f"no level of prices is kept for {year} ({self.source}); put HM Treasury's table of GDP deflators beside "
                    "study.toml as deflators.csv, with the columns year and index"
                )
        return self.index[to] / self.index[of]


@cache
def deflators() -> Deflators:
    """Give the table that is shipped; it holds the years that could be confirmed."""
    given = tomllib.loads(FILE.read_text("utf-8"))
    return Deflators(given["source"], MappingProxyType(given["index"]), given["note"])


def own_deflators(text: str, file: str) -> Deflators:
    """Read a study's own table (the text of a CSV): year, such as 2024/25 or 2024-25, and index.

    Raises:
        Refusal: for a missing column, a year that is none or stands twice, or an index that is no number above 0.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if missing := [each for each in ("year", "index") if each not in (rows.fieldnames or ())]:
        raise Refusal(f"{file}: the column {missing[0]} is missing; it needs year, index")
    index: dict[str, float] = {}
    for number, row in enumerate(rows, start=2):
        year = (row["year"] or "").strip().replace("-", "/")
        if not financial(year):
            raise Refusal(
                f"{file}, row {number}, column year: '{row['year']}' is not a financial year such as 2024/25"
            )
        if year in index:
            raise Refusal(f"{file}, row {number}, column year: {year} stands in a row above; keep one")
        try:
            level = float(row["index"] or "")
        except ValueError:
            level = 0.0
        if not (level > 0 and math.isfinite(level)):
            raise Refusal(f"{file}, row {number}, column index: '{row['index']}' is not a number above 0")
        index[year] = level
    return Deflators(f"the study's own {Path(file).name}", MappingProxyType(index))


def financial(year: str) -> bool:
    """Say whether it names a financial year.

    >>> financial("2025/26"), financial("1999/00"), financial("2025/27")
    (True, True, False)
    """
    found = _YEAR.fullmatch(year)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])
