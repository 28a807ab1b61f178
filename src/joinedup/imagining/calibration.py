"""Published figures beside what came out of an imagined area, measured from its tables as anybody would."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from joinedup.imagining.kinds import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

CELL_METRES = 500


@dataclass(frozen=True)
class Target:
    """A published figure, and the bounds within which an imagined area must come out."""

    name: str
    published: str
    unit: str
    source: str
    least: float
    most: float


def targets() -> tuple[Target, ...]:
    """Give the published figures, in the order in which they are shown."""
    content = tomllib.loads(files("joinedup.imagining").joinpath("calibration.toml").read_text("utf-8"))
    return tuple(Target(**each) for each in content["target"])


def measured(study: Path, people: int, days: int) -> dict[str, float]:
    """Measure an imagined study by the name of each target.

    Figures of a county are for 1.2 million people, whatever the study has.
    """
    tables = study / "tables"
    incidents = pl.read_parquet(tables / "incidents.parquet").with_columns(
        service=pl.col("service_id").str.split("-").list.first()
    )
    attendances = pl.read_parquet(tables / "attendances.parquet")
    rate = 1000 / people * 365 / days
    by = {service: incidents.filter(service=service) for service in SERVICES}
    found = {f"{service} incidents": by[service].height * rate for service in SERVICES}
    found |= _ambulance(by["ambulance"], attendances)
    found |= _fire(by["fire"], rate)
    missing = by["police"].filter(category="missing person").height
    calls = pl.scan_parquet(tables / "calls.parquet").filter(
        pl.col("service_id").str.starts_with("police"), pl.col("kind") == "999"
    )
    found["reports of missing people"] = missing * rate
    found["police emergency calls"] = calls.select(pl.len()).collect().item() * rate
    found |= _hours(by)
    for service in ("police", "ambulance"):
        found[f"{service} incidents in the busiest tenth of occupied 500 m cells"] = _concentration(
            by[service]
        )
    return found | _holdings(study, attendances, 1_200_000 / people)


def true_figures(study: Path, truth: Path, people: int, days: int) -> dict[str, float]:
    """Measure what only the truth can tell: what was the matter, and whose event another service attended too."""
    rate = 1000 / people * 365 / days
    service = pl.col("incident_id").str.head(1).replace({"P": "police", "F": "fire", "A": "ambulance"})
    records = pl.read_parquet(truth / "events.parquet").with_columns(service=service)
    kinds = pl.read_parquet(truth / "happened.parquet").select("event_id", "kind")
    matter = records.join(kinds, on="event_id").group_by("service", "kind").len()
    arrived = (
        pl.scan_parquet(study / "tables" / "attendances.parquet")
        .filter(pl.col("arrived_at").is_not_null())
        .select("incident_id")
        .unique()
        .collect()
    )
    came = records.join(arrived, on="incident_id", how="semi")
    joint = came.group_by("event_id").agg(pl.col("service").n_unique()).filter(pl.col("service") > 1)
    both = came.join(joint, on="event_id", how="semi").group_by("service").len()
    shares = both.join(records.group_by("service").len(), on="service", suffix="_all")

    def count(service: str, *names: str) -> float:
        return _total(matter.filter(pl.col("kind").is_in(names), pl.col("service") == service)["len"])

    return {
        "treated cardiac arrests": count("ambulance", "cardiac arrest, treated") * rate,
        "entry forced for others": count("fire", "entry forced for a patient", "locked in or out") * rate,
        **{
            f"{name} incidents jointly attended": part / whole
            for name, part, whole in shares.iter_rows()
            if name != "fire"
        },
    }


def table(found: dict[str, float]) -> str:
    """Give the targets, their sources and what came out, as a table for the documentation."""
    lines = ["| figure | published | came out | source |", "|---|---|---|---|"]
    lines += [
        f"| {each.name} ({each.unit}) | {each.published} | {_shown(found[each.name], each)} | {each.source} |"
        for each in targets()
    ]
    return "\n".join(lines) + "\n"


def _shown(value: float, target: Target) -> str:
    if target.unit == "share":
        return f"{value:.1%}".replace("%", " %")
    return f"{value:.3g}" if value < 100 else f"{value:.1f}"


def _total(values: pl.Series) -> float:
    return float(values.to_numpy().sum())


def _share(records: pl.DataFrame, category: str) -> float:
    return records.filter(category=category).height / max(1, records.height)


def _ambulance(own: pl.DataFrame, attendances: pl.DataFrame) -> dict[str, float]:
    conveyed = attendances.filter(pl.col("hospital_at").is_not_null())["incident_id"].n_unique()
    known = own.filter(pl.col("category").is_not_null())
    return {
        "ambulance incidents of category 1": _share(known, "C1"),
        "ambulance incidents of category 2": _share(known, "C2"),
        "ambulance incidents conveyed": conveyed / own.height,
    }


def _fire(own: pl.DataFrame, rate: float) -> dict[str, float]:
    known = own.filter(pl.col("category").is_not_null())
    other = known.filter(~pl.col("category").is_in(["fire", "false alarm"]))
    return {
        "fires": known.filter(category="fire").height * rate,
        "fire false alarms": known.filter(category="false alarm").height * rate,
        "other fire incidents": other.height * rate,
        "other fire incidents that assist others": _share(other, "assisting"),
    }


def _hours(by: dict[str, pl.DataFrame]) -> dict[str, float]:
    """Compare hours: means over hours of the day, nights by the day on which they begin."""
    hourly = {
        service: dict(
            own.select(pl.col("received_at").dt.hour().alias("hour"))
            .drop_nulls()
            .group_by("hour")
            .len()
            .iter_rows()
        )
        for service, own in by.items()
    }
    police, fire, ambulance = (hourly[service] for service in SERVICES)
    evening = pl.col("received_at").dt.offset_by("-4h")
    nights = (
        by["police"]
        .filter(pl.col("received_at").dt.hour().is_between(22, 23) | (pl.col("received_at").dt.hour() < 4))
        .group_by(evening.dt.weekday().alias("day"))
        .len()
    )
    weekend = _total(nights.filter(pl.col("day").is_in([5, 6]))["len"]) / 2
    others = _total(nights.filter(~pl.col("day").is_in([5, 6]))["len"]) / 5
    trough = (ambulance.get(4, 0) + ambulance.get(5, 0)) / 2
    return {
        "police incidents from 18:00 to 22:00, beside the mean hour": sum(
            police[hour] for hour in range(18, 22)
        )
        / 4
        / (sum(police.values()) / 24),
        "police incidents on Friday and Saturday nights, beside other nights": weekend / others,
        "ambulance incidents in the busiest hour, beside 04:00 to 06:00": max(ambulance.values()) / trough,
        "fire incidents in the busiest hour, beside the quietest": max(fire.values()) / min(fire.values()),
    }


def _concentration(own: pl.DataFrame) -> float:
    """Give the share of the busiest tenth of occupied cells, without the one place that stands for no place."""
    placed = own.drop_nulls("easting") if "easting" in own.columns else own.drop_nulls("latitude")
    one, other = ("easting", "northing") if "easting" in own.columns else ("latitude", "longitude")
    most = placed.group_by(one, other).len().sort("len", one, other, descending=True).head(1)
    if most["len"].item() > 0.005 * placed.height:
        placed = placed.join(most, on=[one, other], how="anti")
    # A degree of latitude is 111 km; in degrees, a cell is as long as that and two thirds as wide.
    size = (CELL_METRES, CELL_METRES) if one == "easting" else (CELL_METRES / 111_320, CELL_METRES / 68_500)
    cells = (
        placed.group_by(pl.col(one) // size[0], pl.col(other) // size[1]).len()["len"].sort(descending=True)
    )
    return _total(cells.head(-(-len(cells) // 10))) / _total(cells)


def _holdings(study: Path, attendances: pl.DataFrame, counties: float) -> dict[str, float]:
    tables = study / "tables"
    sites, units = pl.read_csv(tables / "sites.csv"), pl.read_csv(tables / "units.csv")
    budgets = pl.read_csv(tables / "budgets.csv").with_columns(
        service=pl.col("service_id").str.split("-").list.first()
    )
    fire, police = budgets.filter(service="fire"), budgets.filter(service="police")
    turnout = (
        attendances.join(units.filter(kind="engine"), on="unit_id")
        .group_by("crew")
        .agg(
            ((pl.col("responding_at") - pl.col("mobilised_at")).dt.total_seconds() / 60)
            .mean()
            .alias("minutes")
        )
    )
    minutes: dict[str, float] = dict(turnout.iter_rows())
    stations = sites.filter(pl.col("kind") == "station", pl.col("service_id").str.starts_with("fire"))
    area, cost = _total(sites["floor_area_m2"]), _total(sites["running_cost_gbp"])
    net = _total(fire["gross_gbp"]) - _total(fire["income_gbp"])
    return {
        "fire stations of a county of 1.2 million": stations.height * counties,
        "fire engines of a county of 1.2 million": units.filter(kind="engine").height * counties,
        "net fire budget of a county of 1.2 million": net * counties / 1e6,
        "gross police budget of a county of 1.2 million": _total(police["gross_gbp"]) * counties / 1e6,
        "running cost of property": cost / area,
        "turnout of wholetime engines": minutes.get("wholetime", float("nan")),
        "turnout of on-call engines": minutes.get("on-call", float("nan")),
    }
