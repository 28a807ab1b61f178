"""A study's own values, brought from the prices of the year that they were given in to the study's price base (§5.1)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from joinedup.area.settings import read_settings
from joinedup.money import deflators, own_deflators
from joinedup.money.deflators import financial
from joinedup.refusal import Refusal
from joinedup.study.deciding import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.assumptions import Assumption

DEFLATORS_FILE = "deflators.csv"
"""Beside study.toml: year (such as 2024/25) and index; it stands in for the whole table that is shipped."""


def at_price_base(
    assumptions: Mapping[str, Assumption], text: str, folder: Path, file: str
) -> dict[str, Assumption]:
    """Bring each value that assumptions.csv gives in pounds of another year (column prices_of) to the price base.

    Where the column is missing or empty, a value is taken to be at the price base already.

    Raises:
        Refusal: for a year that is none or has no deflator, or prices of something that is not money; by row.
    """
    found = dict(assumptions)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    if not any((row.get("prices_of") or "").strip() for row in rows):
        return found
    base = read_settings(folder).price_base
    path = folder / DEFLATORS_FILE
    table = own_deflators(text_of(path), str(path)) if path.is_file() else deflators()
    said = f"{table.source} ({table.note})" if table.note else table.source
    for number, row in enumerate(rows, start=2):
        year, where = (row.get("prices_of") or "").strip(), f"{file}, row {number}, column prices_of"
        if not year:
            continue
        given = found[row["name"].strip()]
        if not given.unit.startswith("pounds"):
            raise Refusal(f"{where}: {given.name} is in {given.unit}, which has no prices; leave it empty")
        if not financial(year):
            raise Refusal(f"{where}: '{year}' is not a financial year such as 2024/25")
        try:
            factor = table.factor(year, base)
        except Refusal as refusal:
            raise Refusal(f"{where}: {refusal}") from None
        if factor != 1.0:
            found[given.name] = replace(
                given,
                low=given.low * factor,
                central=given.central * factor,
                high=given.high * factor,
                source=f"{given.source}; from prices of {year} to those of {base}, times {factor:.4f}, by {said}",
            )
    return found
