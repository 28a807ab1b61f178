"""What people decided about options, and the barriers that stand in their way, as a study's own files say (§4.1, §6.4)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal, did_you_mean
from joinedup.roadmap import Condition, Decision, Lifter, Unlock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from joinedup.area import Area

DECISIONS_FILE = "decisions.csv"
"""Beside study.toml: option_id, decision (adopted or refused), year (from 0, may be empty), reason."""
BARRIERS_FILE = "barriers.csv"
"""Beside study.toml: barrier_id, kind, sentence, lifter, option_id, months (empty: the option cannot start at all)."""
_ANSWERS = {"adopted": True, "refused": False}


def decisions_of(folder: Path, ids: Collection[str]) -> dict[str, Decision]:
    """Read what was decided, by option.

    Raises:
        Refusal: for a missing column, an option that was not found, or a decision that is none, by row and column.
    """
    path = folder / DECISIONS_FILE
    found: dict[str, Decision] = {}
    for where, row in rows_of(path, ("option_id", "decision", "reason")):
        option = known_option(row["option_id"], ids, f"{where}, column option_id")
        answer = row["decision"].lower()
        if answer not in _ANSWERS:
            raise Refusal(
                f"{where}, column decision: '{row['decision']}' is not known; write adopted or refused"
            )
        if option in found:
            raise Refusal(f"{where}, column option_id: '{option}' was decided in a row above; keep one")
        if not row["reason"]:
            raise Refusal(f"{where}, column reason: is empty; say why, because reasons are kept")
        year = row.get("year", "")
        if year and not year.isdigit():
            raise Refusal(f"{where}, column year: '{year}' is not a year of the roadmap, counted from 0")
        found[option] = Decision(_ANSWERS[answer], row["reason"], int(year) if year else None)
    return found


def barriers_of(folder: Path, ids: Collection[str]) -> tuple[Condition, ...]:
    """Read the barriers that stand, each with all the options that it holds up.

    Raises:
        Refusal: for a missing column, an option that was not found, months that are no number, or nobody who could lift it.
    """
    path = folder / BARRIERS_FILE
    told: dict[str, Mapping[str, str]] = {}
    delays: dict[str, dict[str, float]] = {}
    blocks: dict[str, set[str]] = {}
    for where, row in rows_of(path, ("barrier_id", "kind", "sentence", "lifter", "option_id", "months")):
        barrier = row["barrier_id"]
        if not barrier:
            raise Refusal(f"{where}, column barrier_id: is empty; give every barrier a short name")
        told.setdefault(barrier, row)
        option = known_option(row["option_id"], ids, f"{where}, column option_id")
        lifters = list(Lifter)
        if row["lifter"] not in lifters:
            raise Refusal(
                f"{where}, column lifter: '{row['lifter']}' is not known; write {', '.join(lifters)}"
                f"{did_you_mean(row['lifter'], lifters)}"
            )
        if not row["months"]:
            blocks.setdefault(barrier, set()).add(option)
            continue
        try:
            delays.setdefault(barrier, {})[option] = float(row["months"])
        except ValueError:
            raise Refusal(
                f"{where}, column months: '{row['months']}' is not a number; leave it empty where the option cannot start at all"
            ) from None
    return tuple(
        Condition(
            barrier,
            row["kind"],
            row["sentence"],
            (Lifter(row["lifter"]),),
            delays.get(barrier, {}),
            frozenset(blocks.get(barrier, ())),
        )
        for barrier, row in sorted(told.items())
    )


def unlocks_of(area: Area) -> dict[str, list[Unlock]]:
    """Give what the study's table of unlocks states that options make possible, by option."""
    found: dict[str, list[Unlock]] = {}
    for row in area.table("unlocks").sort("governance", "option").iter_rows(named=True):
        entry = Unlock(row["option"], row["evidence"], row["probability"])
        found.setdefault(row["governance"], []).append(entry)
    return found


def rows_of(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each row of one of the study's own files with where it stands; nothing where there is no such file.

    Raises:
        Refusal: for a file that is not text, or a column that is missing.
    """
    if not path.is_file():
        return
    rows = csv.DictReader(io.StringIO(text_of(path)))
    if missing := [each for each in columns if each not in (rows.fieldnames or ())]:
        raise Refusal(f"{path}: the column {missing[0]} is missing; it needs {', '.join(columns)}")
    for number, row in enumerate(rows, start=2):
        yield f"{path}, row {number}", {key: (value or "").strip() for key, value in row.items() if key}


def text_of(path: Path) -> str:
    """Read a file as text.

    Raises:
        Refusal: when it is not UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(
            f"{path}: is not UTF-8 text; save it as 'CSV UTF-8' and run the command again"
        ) from None


def known_option(option: str, ids: Collection[str], where: str) -> str:
    """Give an option's identifier back.

    Raises:
        Refusal: when no such option was found.
    """
    if option not in ids:
        raise Refusal(
            f"{where}: no option '{option}' was found{did_you_mean(option, ids)}; 'joinedup options' lists them"
        )
    return option
