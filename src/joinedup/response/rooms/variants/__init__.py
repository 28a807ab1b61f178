"""Ways in which rooms work together, as data: separate, by message, on one floor, as one team, as one team at night.

A variant is a TOML file: ``name``, ``sentence``, ``source``, ``pooled`` (never, always, or hours with ``hours = [22, 7]``),
``stays`` (no, until answered, until logged) and, where they differ from rooms as they are, ``log_seconds`` and ``longer`` as low,
central and high. ``joins`` names the kinds of service that are pooled, where not all are. ``dispatching`` says who sends crews:
``dispatchers``, ``whoever answers``, or as each room does now, which is what it means where it is left out.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from joinedup.area import SERVICE_KINDS
from joinedup.assumptions import Assumption, Grade
from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.rooms.declared import LOG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAYS = ("no", "until answered", "until logged")
"""How long whoever passes a call on stays on the line, in the order of ``Teams.stays``."""

DISPATCHING = ("as now", "dispatchers", "whoever answers")
"""Who sends crews under a way of working: as each room does now, everywhere dispatchers, or everywhere whoever answers."""

_POOLED = ("never", "always", "hours")
_KEYS = {
    "name",
    "sentence",
    "source",
    "pooled",
    "hours",
    "stays",
    "log_seconds",
    "longer",
    "joins",
    "dispatching",
}
_ORDER = ("separate", "message", "co-located", "one-team", "night-team")


@dataclass(frozen=True)
class Variant:
    """One way in which rooms work together.

    ``hours`` are those of the day in which the kinds in ``joins`` are answered by one team: every hour, or none. ``log`` is the
    seconds that a passed call takes in the second room, None for what the study records; ``longer`` the share by which a
    handler of several trades takes longer; ``dispatching`` is one of ``DISPATCHING``.
    """

    name: str
    sentence: str
    source: str
    hours: frozenset[int]
    joins: frozenset[str]
    stays: int
    log: Assumption | None
    longer: Assumption
    dispatching: str

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The numbers that this way of working rests on."""
        return (self.longer,) if self.log is None else (self.log, self.longer)

    def with_values(self, assumptions: Mapping[str, Assumption]) -> Variant:
        """Give the same with a study's own values of these numbers."""
        log = None if self.log is None else assumptions.get(self.log.name, self.log)
        return replace(self, log=log, longer=assumptions.get(self.longer.name, self.longer))


def variant_from(text: str, file: str) -> Variant:
    """Read one variant from TOML; ``file`` is for messages.

    Raises:
        Refusal: for what is missing or not known, by file and key.
    """
    try:
        row: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{file}: cannot be read as TOML: {error}") from None
    for key in row:
        if key not in _KEYS:
            raise Refusal(f"{file}: unknown key '{key}'{did_you_mean(key, _KEYS)}")
    for key in ("name", "sentence", "source"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise Refusal(f'{file}: has no {key}; add a line such as {key} = "..."')
    pooled = row.get("pooled")
    if pooled not in _POOLED:
        raise Refusal(f"{file}: pooled must be one of {', '.join(_POOLED)}, not {pooled!r}")
    if row.get("stays") not in STAYS:
        raise Refusal(f"{file}: stays must be one of {', '.join(STAYS)}, not {row.get('stays')!r}")
    joins = row.get("joins", SERVICE_KINDS)
    if not isinstance(joins, list | tuple) or not set(joins) <= set(SERVICE_KINDS):
        raise Refusal(f"{file}: joins must list kinds of service: {', '.join(SERVICE_KINDS)}")
    dispatching = row.get("dispatching", DISPATCHING[0])
    if dispatching not in DISPATCHING:
        raise Refusal(f"{file}: dispatching must be one of {', '.join(DISPATCHING)}, not {dispatching!r}")
    plain = row["name"].lower().replace(" ", "_").replace("-", "_")
    log = row.get("log_seconds")
    return Variant(
        row["name"],
        row["sentence"],
        row["source"],
        _hours(row, pooled, file),
        frozenset(joins),
        STAYS.index(row["stays"]),
        None
        if log is None
        else _assumption(
            f"rooms.log.{plain}", f"{LOG.sentence[:-1]}: {row['name']}.", "seconds", log, row["source"], file
        ),
        _assumption(
            f"rooms.longer.{plain}",
            f"Share by which a handler of several trades takes longer over a call: {row['name']}.",
            "share",
            row.get("longer", {"low": 0, "central": 0, "high": 0}),
            row["source"],
            file,
        ),
        dispatching,
    )


def _hours(row: Mapping[str, Any], pooled: str, file: str) -> frozenset[int]:
    if pooled != "hours":
        return frozenset(range(24)) if pooled == "always" else frozenset()
    given = row.get("hours")
    if (
        not isinstance(given, list)
        or len(given) != 2
        or not all(type(each) is int and 0 <= each < 24 for each in given)
        or given[0] == given[1]
    ):
        raise Refusal(f"{file}: hours must be two different hours of the day, such as hours = [22, 7]")
    return frozenset((given[0] + each) % 24 for each in range((given[1] - given[0]) % 24))


def _assumption(name: str, sentence: str, unit: str, given: object, source: str, file: str) -> Assumption:
    key = "longer" if unit == "share" else "log_seconds"
    if (
        not isinstance(given, dict)
        or set(given) != {"low", "central", "high"}
        or not all(isinstance(each, int | float) and each >= 0 for each in given.values())
    ):
        raise Refusal(f"{file}: {key} needs low, central and high, none below 0")
    grade = Grade.ELSEWHERE if "GOV.UK" in source else Grade.JUDGEMENT
    return Assumption(name, sentence, unit, given["low"], given["central"], given["high"], source, grade)


@cache
def shipped() -> tuple[Variant, ...]:
    """Give the variants that come with the package, separate rooms first."""
    folder = files("joinedup.response.rooms.variants")
    return tuple(
        variant_from(folder.joinpath(f"{each}.toml").read_text("utf-8"), f"{each}.toml") for each in _ORDER
    )


def read_variant(path: Path) -> Variant:
    """Read a user's own variant.

    Raises:
        Refusal: when the file is missing or says something else than a variant does.
    """
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file; write a variant there, as in the guide to rooms")
    return variant_from(path.read_text("utf-8-sig"), str(path))
