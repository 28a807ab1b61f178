"""Reading a codebook: a study's own table, else the codebook of the 2015 study that is shipped."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from joinedup.area.checking import ROW
from joinedup.evidence.codebook.holding import first_fault
from joinedup.evidence.passages import Code, Family
from joinedup.evidence.reading import one_of, read_table
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

FILE = "codebook.csv"
_BETWEEN_LIFTERS = ";"


def codebook_of(study: Path) -> tuple[Code, ...]:
    """Give a study's codebook, its own where it has one beside study.toml, else the one to start from.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    path = study / FILE
    return read_codebook(path) if path.is_file() else starting_codebook()


def starting_codebook() -> tuple[Code, ...]:
    """Give the codebook to start from: seven enablers, six barriers, and a topic for each kind of joint working."""
    held = tomllib.loads(files("joinedup.evidence.codebook").joinpath("study_2015.toml").read_text("utf-8"))
    return tuple(
        Code(
            id=each["id"],
            name=each["name"],
            definition=each["definition"],
            example=each["example"],
            colour=each["colour"],
            family=Family(each["family"]) if "family" in each else None,
            about=each.get("about", ""),
            lifters=tuple(each.get("lifters", ())),
        )
        for each in held["codes"]
    )


def read_codebook(path: Path) -> tuple[Code, ...]:
    """Read a codebook from a table, a row a code, in the order of its rows.

    Needed are the columns code_id and name; parent, definition, example, colour (as #1F5FA8), family (enabler, barrier or
    empty), about (a kind of joint working or an option's id) and lifters (with ; between) may be there.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    table = read_table(path, ("code_id", "name"))
    if "family" in table.columns:
        one_of(path, table, "family", ["", *Family])
    rows = list(table.iter_rows(named=True))
    codes = tuple(
        Code(
            id=row["code_id"],
            name=row["name"],
            parent=row.get("parent", ""),
            definition=row.get("definition", ""),
            example=row.get("example", ""),
            colour=row.get("colour", ""),
            family=Family(row["family"]) if row.get("family") else None,
            about=row.get("about", ""),
            lifters=tuple(
                each.strip() for each in row.get("lifters", "").split(_BETWEEN_LIFTERS) if each.strip()
            ),
        )
        for row in rows
    )
    fault = first_fault(codes)
    if fault is not None:
        raise Refusal(f"{path}, row {rows[fault.place][ROW]}, column {fault.column}: {fault.problem}")
    return codes
