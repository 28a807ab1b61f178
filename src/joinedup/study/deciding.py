"""What people decided about options, and the barriers that stand in their way, as a study's own files say (§4.1, §6.4)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from joinedup.appraisal import financial_year
from joinedup.refusal import Refusal, did_you_mean
from joinedup.roadmap import Condition, Decision, Lifter, Unlock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from joinedup.area import Area

DECISIONS_FILE = "decisions.csv"
"""Beside study.toml: option_id, decision (adopted or refused), year (from 0, may be empty), reason."""
BARRIERS_FILE = "barriers.csv"
"""Beside study.toml: barrier_id, kind, sentence, lifter (several by semicolons), option_id, months (empty: it cannot start)."""
STARTS_FILE = "starts.csv"
"""Beside study.toml: option_id, needs and excludes (options, parted by semicolons), not_before (a year or a date), reason."""
_FINANCIAL_YEAR = re.compile(r"(\d{4})/(\d{2})")
_ANSWERS = {"adopted": True, "refused": False}


@dataclass(frozen=True)
class Held:
    """What the study says must be before an option starts: others live first, others never done, or a time that has come.

    ``not_before`` is a year of the roadmap, from 0; None where no time holds the option.
    """

    option: str
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    not_before: int | None
    reason: str


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
    told: dict[str, tuple[str, Mapping[str, str]]] = {}
    lifted_by: dict[str, tuple[Lifter, ...]] = {}
    delays: dict[str, dict[str, float]] = {}
    blocks: dict[str, set[str]] = {}
    for where, row in rows_of(path, ("barrier_id", "kind", "sentence", "lifter", "option_id", "months")):
        barrier = row["barrier_id"]
        if not barrier:
            raise Refusal(f"{where}, column barrier_id: is empty; give every barrier a short name")
        first, said = told.setdefault(barrier, (where, row))
        for column in ("kind", "sentence", "lifter"):
            if row[column] != said[column]:
                raise Refusal(
                    f"{where}, column {column}: '{row[column]}' is '{said[column]}' in {first.rpartition(', ')[2]} of the same "
                    "barrier; make them one"
                )
        option = known_option(row["option_id"], ids, f"{where}, column option_id")
        lifted_by[barrier] = _lifters(row["lifter"], f"{where}, column lifter")
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
            lifted_by[barrier],
            delays.get(barrier, {}),
            frozenset(blocks.get(barrier, ())),
        )
        for barrier, (_, row) in sorted(told.items())
    )


def held_of(folder: Path, ids: Collection[str], price_base: str, years: int) -> tuple[Held, ...]:
    """Read what holds options: what each needs live first, what it is never done beside, and when it can start.

    ``price_base`` is the financial year in which the roadmap begins, and ``years`` how long it is. An option may have several
    rows, each with its reason.

    Raises:
        Refusal: for a missing column, an option that was not found, options that hold themselves up, or a time that is none
            or outside the roadmap, by row and column.
    """
    path = folder / STARTS_FILE
    found: list[Held] = []
    needs: dict[str, set[str]] = {}
    for where, row in rows_of(path, ("option_id", "needs", "excludes", "not_before", "reason")):
        option = known_option(row["option_id"], ids, f"{where}, column option_id")
        others: dict[str, tuple[str, ...]] = {}
        for column in ("needs", "excludes"):
            named = (each.strip() for each in row[column].split(";") if each.strip())
            others[column] = tuple(known_option(each, ids, f"{where}, column {column}") for each in named)
            if option in others[column]:
                raise Refusal(f"{where}, column {column}: '{option}' {column} itself; name another option")
        year = _first_year(row["not_before"], price_base, years, where) if row["not_before"] else None
        if year is None and not any(others.values()):
            raise Refusal(f"{where}: nothing holds '{option}'; fill needs, excludes or not_before")
        if not row["reason"]:
            raise Refusal(f"{where}, column reason: is empty; say why, because reasons are kept")
        needs.setdefault(option, set()).update(others["needs"])
        if circle := _circle(needs, option):
            raise Refusal(
                f"{where}, column needs: {' needs '.join(repr(each) for each in circle)}, so that none could ever start; "
                "take one of these needs out"
            )
        found.append(Held(option, others["needs"], others["excludes"], year, row["reason"]))
        never = {other for each in found if each.option == option for other in each.excludes}
        if both := sorted(needs[option] & never):
            raise Refusal(f"{where}: '{option}' both needs and excludes '{both[0]}'; keep one of the two")
    return tuple(found)


def _first_year(given: str, price_base: str, years: int, where: str) -> int:
    """Give the year of the roadmap, from 0, in which an option can first start; one that is under way is over by the next."""
    first = int(price_base[:4])
    if named := _FINANCIAL_YEAR.fullmatch(given):
        begins, ends = int(named[1]), int(named[2])
        year = begins - first if ends == (begins + 1) % 100 else None
    else:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            year = None
        else:
            april = date(day.year, 4, 1)
            year = day.year - first - (day < april) + (day != april)
    if year is None:
        raise Refusal(
            f"{where}, column not_before: '{given}' is neither a financial year such as {price_base} nor a date such as "
            f"{first}-04-01"
        )
    if not 0 <= year < years:
        last = financial_year(price_base, years - 1)
        raise Refusal(
            f"{where}, column not_before: '{given}' is outside the roadmap, in whose years {price_base} to {last} options "
            "start; correct it, give [roadmap] more years, or refuse the option in decisions.csv"
        )
    return year


def _circle(needs: Mapping[str, Collection[str]], option: str) -> list[str]:
    """Give the options from this one through what they need back to it; nothing where there is no such way."""
    ways, seen = [[option]], {option}
    while ways:
        way = ways.pop(0)
        for each in sorted(needs.get(way[-1], ())):
            if each == option:
                return [*way, option]
            if each not in seen:
                seen.add(each)
                ways.append([*way, each])
    return []


def _lifters(text: str, where: str) -> tuple[Lifter, ...]:
    """Read who could lift a barrier: one, or several parted by semicolons."""
    lifters = list(Lifter)
    given = [each.strip() for each in text.split(";") if each.strip()]
    unknown = next((each for each in given if each not in lifters), None)
    if unknown is not None or not given:
        raise Refusal(
            f"{where}: '{unknown or ''}' is not known; write {', '.join(lifters)}, several parted by semicolons"
            f"{did_you_mean(unknown or '', lifters)}"
        )
    return tuple(Lifter(each) for each in dict.fromkeys(given))


def unlocks_of(area: Area) -> dict[str, list[Unlock]]:
    """Give what the study's table of unlocks states that options make possible, by option.

    Raises:
        Refusal: for an option that makes itself possible, or that is stated twice of one change.
    """
    found: dict[str, list[Unlock]] = {}
    for row in area.table("unlocks").sort("governance", "option").iter_rows(named=True):
        change, option = row["governance"], row["option"]
        entries = found.setdefault(change, [])
        where = f"the table unlocks, rows of '{change}', column option"
        if option == change:
            raise Refusal(f"{where}: it cannot make itself possible; name another option")
        if any(each.option == option for each in entries):
            raise Refusal(f"{where}: '{option}' is stated twice; keep one row")
        entries.append(Unlock(option, row["evidence"], row["probability"]))
    return found


def refuse_unknown_unlocks(unlocks: Mapping[str, Collection[Unlock]], ids: Collection[str]) -> None:
    """Stop at a row of the table of unlocks whose change or option was not found, for it would else be left out in silence.

    Raises:
        Refusal: naming the column and the identifier.
    """
    for change, entries in sorted(unlocks.items()):
        known_option(change, ids, "the table unlocks, column governance")
        for each in entries:
            known_option(each.option, ids, f"the table unlocks, rows of '{change}', column option")


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
