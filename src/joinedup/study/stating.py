"""What only the partners can say: people, each service's own objectives, and which risks are managed (§4.7, §5.4, §5.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from joinedup.appraisal import Managed, Objective, Stated, measures, read_risks
from joinedup.refusal import Refusal, did_you_mean
from joinedup.study.deciding import known_option, rows_of, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from joinedup.area import Area

PEOPLE_FILE = "people.csv"
"""Beside study.toml: option_id, then any of transferred, redundant, redundancy_gbp, welfare, consultation_from,
consultation_until and equality_screen; empty is not known, which is not none."""
OBJECTIVES_FILE = "objectives.csv"
"""Beside study.toml: service_id, objective, measure (what here comes nearest to it; may be empty)."""
RISKS_FILE = "risks.csv"
"""Beside study.toml: project_type, cause, managed (0 to 1), owner (a post, not a name), evidence."""
_NUMBERS = ("transferred", "redundant", "redundancy_gbp")
_DATES = ("consultation_from", "consultation_until")
_WORDS = ("welfare", "equality_screen")


@dataclass(frozen=True)
class Told:
    """What a study's own files state beside its tables; ``people`` by option."""

    people: Mapping[str, Stated] = field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()
    risks: tuple[Managed, ...] = ()


def people_stated(folder: Path, ids: Collection[str]) -> dict[str, Stated]:
    """Read what the partners say of people, by option.

    Raises:
        Refusal: for an option that was not found or stands twice, what is no number or no date, or a consultation that ends
            before it starts; by row and column.
    """
    found: dict[str, Stated] = {}
    for where, row in rows_of(folder / PEOPLE_FILE, ("option_id",)):
        option = known_option(row["option_id"], ids, f"{where}, column option_id")
        if option in found:
            raise Refusal(f"{where}, column option_id: '{option}' was told in a row above; keep one")
        stray = sorted(set(row) - {"option_id", *_NUMBERS, *_DATES, *_WORDS})
        if stray:
            known = [*_NUMBERS, *_DATES, *_WORDS]
            raise Refusal(
                f"{where}, column {stray[0]}: is not known{did_you_mean(stray[0], known)}; take it out"
            )
        start, end = (_date(row.get(name, ""), f"{where}, column {name}") for name in _DATES)
        if start and end and end < start:
            raise Refusal(
                f"{where}, column consultation_until: {end} is before {start}, when consultation starts"
            )
        moved, ended, cost = (_number(row.get(name, ""), f"{where}, column {name}") for name in _NUMBERS)
        welfare, screen = (row.get(name) or None for name in _WORDS)
        found[option] = Stated(moved, ended, cost, welfare, start, end, screen)
    return found


def objectives_of(folder: Path, area: Area) -> tuple[Objective, ...]:
    """Read what each service wants, in its own words and order.

    Raises:
        Refusal: for a service that the study does not have, an objective without words, or a measure that nothing here measures.
    """
    found = []
    for where, row in rows_of(folder / OBJECTIVES_FILE, ("service_id", "objective", "measure")):
        service, measure = row["service_id"], row["measure"].lower()
        if service not in area.services:
            raise Refusal(
                f"{where}, column service_id: the study has no service '{service}'{did_you_mean(service, area.services)}"
            )
        if not row["objective"]:
            raise Refusal(
                f"{where}, column objective: is empty; say what the service wants, in its own words"
            )
        if measure and measure not in measures():
            raise Refusal(
                f"{where}, column measure: '{row['measure']}' is not measured here; write {', '.join(measures())}, or leave it "
                f"empty{did_you_mean(measure, measures())}"
            )
        found.append(Objective(service, row["objective"], measure))
    return tuple(found)


def risks_of(folder: Path) -> tuple[Managed, ...]:
    """Read the register of managed risks; none where there is no such file.

    Raises:
        Refusal: as `read_risks` says, by row and column.
    """
    path = folder / RISKS_FILE
    return read_risks(text_of(path), str(path)) if path.is_file() else ()


def _number(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise Refusal(f"{where}: '{text}' is not a number of 0 or more; leave it empty where nobody knows")
    return value


def _date(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{where}: '{text}' is not a date such as 2026-04-01") from None
