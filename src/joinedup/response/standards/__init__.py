"""Standards of response, as data by nation and date, and whether a played period meets them (§3.5)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.standards.holding import ANSWER, ANYBODY, ARRIVAL, SENT_BY_IT, Met, against

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.area import Area

__all__ = [
    "ANSWER",
    "ARRIVAL",
    "MEASURES",
    "OWN",
    "Met",
    "Standard",
    "against",
    "standards_from",
    "standards_of",
]

MEASURES = ("mean", "90th", "share")
OWN = "set by each service"
_KEYS = {
    *("name", "kind", "service", "categories", "calls", "clock", "measure", "share", "limit_seconds"),
    *("from", "until", "source", "stopped_by", "note"),
}


@dataclass(frozen=True)
class Standard:
    """One standard: whose, of what, on which clock, what is measured, and the limit in minutes (None: set by each service).

    ``service`` is a service_id where a study's own file names one, else every service of the kind. ``share`` is what part is
    to be within the limit, for that measure alone. ``stopped_by`` says whose arrival stops the clock: anybody's, or that of
    whoever the service sends. ``note`` is what a reader should know of it besides.
    """

    name: str
    kind: str
    service: str
    categories: tuple[str, ...]
    calls: tuple[str, ...]
    clock: tuple[str, str]
    measure: str
    share: float | None
    limit: float | None
    starts: date
    ends: date | None
    source: str
    stopped_by: str = ANYBODY
    note: str = ""

    def holds_for(self, service: str, kind: str) -> bool:
        """Whether a service is held to it."""
        return service == self.service if self.service else kind == self.kind

    def is_of(self) -> pl.Expr:
        """Say which incidents it is of: by category and by the local date of the call."""
        day = pl.col("received_at").dt.replace_time_zone(None).dt.date()
        during = (day >= self.starts) & (pl.lit(self.ends is None) | (day <= (self.ends or date.max)))
        if not self.categories:
            return during
        names = [_plain(each) for each in self.categories]
        return during & pl.col("category").str.to_lowercase().str.replace_all(" ", "").is_in(names)


def _plain(name: str) -> str:
    return name.lower().replace(" ", "")


def standards_of(area: Area, folder: Path | None = None) -> tuple[Standard, ...]:
    """Give the standards of a study: those of its nation, or those that study.toml names.

    ``standards`` in study.toml is empty, or a nation with or without years (``england-2025-26``: each standard knows its own
    dates), or a file of the study's own, written like ours. A nation that we hold none of has none.

    Raises:
        Refusal: for a name that is neither, or a standard without a clock, a measure or a limit, by name.
    """
    shipped = files("joinedup.response.standards").iterdir()
    held = {each.name.removesuffix(".toml"): each for each in shipped if each.name.endswith(".toml")}
    named = area.settings.standards
    if named and folder and (folder / named).is_file():
        return standards_from((folder / named).read_text("utf-8-sig"), str(folder / named))
    nation = (named.partition("-")[0] if named else area.settings.nation).strip().lower()
    if nation in held:
        return standards_from(held[nation].read_text("utf-8"), held[nation].name)
    if named:
        raise Refusal(
            f"study.toml: standards '{named}' is neither a file of the study nor one of {', '.join(sorted(held))}; write "
            "that file, or leave the key out to be held to the nation's"
        )
    return ()


def standards_from(text: str, file: str) -> tuple[Standard, ...]:
    """Read standards from TOML; ``file`` is for messages.

    Raises:
        Refusal: for what is missing or not known, by file and standard.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{file}: cannot be read as TOML: {error}") from None
    rows = content.get("standards", [])
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Refusal(f"{file}: 'standards' must be a list of tables; head each with [[standards]]")
    return tuple(_standard(each, file) for each in rows)


def _standard(row: Mapping[str, Any], file: str) -> Standard:
    name = row.get("name")
    if not isinstance(name, str) or not name:
        raise Refusal(f'{file}: a standard has no name; add a line such as name = "C1 mean"')
    where = f"{file}, standard '{name}'"
    for key in row:
        if key not in _KEYS:
            raise Refusal(f"{where}: unknown key '{key}'{did_you_mean(key, _KEYS)}")
    clock = row.get("clock")
    if not isinstance(clock, dict) or (clock.get("from"), clock.get("to")) not in (ARRIVAL, ANSWER):
        raise Refusal(
            f'{where}: has no clock that we can read; add clock = {{ from = "received_at", to = "first arrival" }} or '
            '{ from = "connected_at", to = "answered_at" }'
        )
    measure = row.get("measure")
    if measure not in (*MEASURES, OWN):
        raise Refusal(f"{where}: measure must be one of {', '.join((*MEASURES, OWN))}, not {measure!r}")
    limit, share = row.get("limit_seconds"), row.get("share")
    if measure != OWN and (not isinstance(limit, int | float) or isinstance(limit, bool) or limit <= 0):
        raise Refusal(f"{where}: limit_seconds must be a number above 0")
    if measure == "share" and (not isinstance(share, float) or not 0 < share <= 1):
        raise Refusal(f"{where}: share must be a part of one, such as 0.9")
    if type(row.get("from")) is not date or type(row.get("until", date.max)) is not date:
        raise Refusal(
            f"{where}: needs the date from which it holds, such as from = 2025-04-01, and until where it ended"
        )
    if not row.get("source") or not (row.get("kind") or row.get("service")):
        raise Refusal(f"{where}: needs a source, and a kind or a service whose it is")
    stopped_by = row.get("stopped_by", ANYBODY)
    if stopped_by not in (ANYBODY, SENT_BY_IT):
        raise Refusal(f"{where}: stopped_by must be '{ANYBODY}' or '{SENT_BY_IT}', not {stopped_by!r}")
    return Standard(
        name,
        str(row.get("kind", "")),
        str(row.get("service", "")),
        tuple(row.get("categories", ())),
        tuple(row.get("calls", ())),
        (clock["from"], clock["to"]),
        str(measure),
        share,
        None if measure == OWN else float(limit) / 60,  # type: ignore[arg-type] # a number, as was asked above
        row["from"],
        row.get("until"),
        str(row["source"]),
        stopped_by,
        str(row.get("note", "")),
    )
