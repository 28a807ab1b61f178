"""Standards of response, as data by nation and date, and whether a played period meets them (§3.5)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.response.outcomes import Outcomes

ARRIVAL = ("received_at", "first arrival")
ANSWER = ("connected_at", "answered_at")
MEASURES = ("mean", "90th", "share")
OWN = "set by each service"
_KEYS = {
    *("name", "kind", "service", "categories", "calls", "clock", "measure", "share", "limit_seconds"),
    *("from", "until", "source"),
}


@dataclass(frozen=True)
class Standard:
    """One standard: whose, of what, on which clock, what is measured, and the limit in minutes (None: set by each service).

    ``service`` is a service_id where a study's own file names one, else every service of the kind. ``share`` is what part is
    to be within the limit, for that measure alone.
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
    )


def against(outcomes: Outcomes, standards: tuple[Standard, ...]) -> pl.DataFrame:
    """Hold a played period to its standards.

    Returns:
        service_id, standard, clock, measure, limit (minutes), share, records (a run), reached (minutes, or the share
        within the limit), recorded (the same for what happened), met and source; nulls where nothing can be measured. What is
        counted from calls is what happened: rooms are not played.
    """
    rows = []
    area = outcomes.area
    for service in area.services:
        for each in standards:
            if not each.holds_for(service, area.kind_of(service)):
                continue
            counted, reached, recorded = (
                _answering(area, service, each)
                if each.clock == ANSWER
                else _arriving(outcomes, service, each)
            )
            met = None
            if reached is not None and each.limit is not None:
                met = reached >= (each.share or 0) if each.measure == "share" else reached <= each.limit
            rows.append(
                {
                    "service_id": service,
                    "standard": each.name,
                    "clock": f"{each.clock[0]} to {each.clock[1]}",
                    "measure": each.measure,
                    "limit": each.limit,
                    "share": each.share,
                    "records": counted,
                    "reached": reached,
                    "recorded": recorded,
                    "met": met,
                    "source": each.source,
                }
            )
    schema = dict.fromkeys(("service_id", "standard", "clock", "measure", "source"), pl.String)
    figures = dict.fromkeys(("limit", "share", "records", "reached", "recorded"), pl.Float64)
    order = ("service_id", "standard", "clock", "measure", "limit", "share", "records", "reached", "recorded")
    return pl.DataFrame(rows, schema={**schema, **figures, "met": pl.Boolean}).select(*order, "met", "source")


def _arriving(
    outcomes: Outcomes, service: str, standard: Standard
) -> tuple[float, float | None, float | None]:
    here = (pl.col("service_id") == service) & standard.is_of()
    played = outcomes.incidents.filter(here)["first"]
    happened = (
        outcomes.jobs.filter(here & pl.col("arrival").is_not_null())
        .group_by("incident_id")
        .agg(pl.col("arrival").min() / 60_000)["arrival"]
    )
    counted = played.len() / max(len(outcomes.runs), 1)
    return counted, _measured(played, standard), _measured(happened, standard)


def _answering(area: Area, service: str, standard: Standard) -> tuple[float, float | None, float | None]:
    day = pl.col("connected_at").dt.replace_time_zone(None).dt.date()
    calls = area.table("calls").filter(
        (pl.col("service_id") == service)
        & pl.col("kind").is_in(standard.calls)
        & pl.col("answered_at").is_not_null()
        & (day >= standard.starts)
        & (day <= (standard.ends or date.max))
    )
    waited = calls.select(
        ((pl.col("answered_at") - pl.col("connected_at")).dt.total_milliseconds() / 60_000).alias("waited")
    )["waited"].drop_nulls()
    found = _measured(waited, standard)
    return float(waited.len()), found, found


def _measured(minutes: pl.Series, standard: Standard) -> float | None:
    if standard.limit is None or minutes.is_empty():
        return None
    match standard.measure:
        case "mean":
            found = minutes.sort().mean()
        case "90th":
            found = minutes.quantile(0.9, interpolation="linear")
        case _:
            # A limit of ten seconds includes the tenth, whatever a third of a minute is in binary.
            found = (minutes <= standard.limit + 1e-9).mean()
    return float(found)  # type: ignore[arg-type] # a number, as the series is not empty
