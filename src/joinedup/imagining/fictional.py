"""Imagining an area: district by district, in one code path from a village to a country."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import polars as pl

from joinedup.assumptions import stream
from joinedup.imagining.calling import calls_of
from joinedup.imagining.estate import Station, stations_of
from joinedup.imagining.happening import events_of
from joinedup.imagining.holdings import Region, written_holdings
from joinedup.imagining.kinds import SERVICES
from joinedup.imagining.land import MANY_PEOPLE, Coordinates, District, Plot, built, plots
from joinedup.imagining.naming import town_names
from joinedup.imagining.noise import Noise
from joinedup.imagining.period import FIRST_DAY, MOST_DAYS, Period
from joinedup.imagining.recording import records_of
from joinedup.imagining.responding import attendances_of, needs_of
from joinedup.imagining.roads import RoadNet
from joinedup.imagining.saying import Asked, Place, written_saying
from joinedup.imagining.tables import Writer
from joinedup.imagining.true_effects import true_effects
from joinedup.refusal import Refusal
from joinedup.writing import replaced_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MARKER = "imagined.toml"
"""The file that says that a folder was imagined, and may be replaced by another that is."""
LARGE = ("incidents", "attendances", "calls")
TRUTH = ("events", "happened", "needs", "difficulties")
_ROW_GROUP = 262_144


@dataclass(frozen=True)
class Imagined:
    """Where an imagined study and its truth are, and how many rows the large tables have."""

    folder: Path
    truth: Path
    rows: dict[str, int]


def truth_of(folder: Path) -> Path:
    """Give the folder of a fictional study's truth, which nothing in the analysis may open."""
    whole = folder.absolute()
    return whole.with_name(f"{whole.name}-truth")


def imagine(
    folder: Path,
    people: int,
    days: int,
    seed: int,
    density: float | None = None,
    noise: Noise | None = None,
    asked: Asked | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Imagined:
    """Write a fictional study into a folder, and its truth beside it.

    Args:
        folder: where the study goes; an imagined one that is there is replaced, anything else is not.
        people: how many live in the area.
        days: how long the study lasts, from 1 April 2024.
        seed: the same seed gives the same bytes, whatever the folder is called.
        density: people a km² everywhere; without it, towns and country are mixed as in England.
        noise: the difficulties; without it, each at a realistic size.
        asked: how many are interviewed and surveyed; without it, as many as suit the area.

    Raises:
        Refusal: when the area would have nobody, no day or more than three years, or no room in the sea.
        CannotWrite: when something else is in the folder, or it cannot be written.
    """
    _refuse(people, days, density)
    noise = noise or Noise()
    period = Period(days, seed, noise)
    chosen = list(plots(people, seed, density))
    truth = truth_of(folder)
    rows = dict.fromkeys((*LARGE, *TRUTH), 0)
    with ExitStack() as stack:
        study = stack.enter_context(replaced_folder(folder, MARKER))
        answers = stack.enter_context(replaced_folder(truth, MARKER))
        parts = study / "parts"
        parts.mkdir()
        regions: list[Region] = []
        roads = RoadNet(Coordinates.of(people), seed)
        for plot in chosen:
            progress(f"imagining district {plot.number + 1} of {len(chosen)}")
            district = built(plot, seed, density)
            _join_region(regions, district, people, seed)
            stations = stations_of(district, seed)
            regions[-1].add(district, stations)
            roads.add(district, stations)
            for name, frame in _district_tables(district, stations, regions[-1], period, noise, seed, people):
                rows[name] += frame.height
                frame.write_parquet(parts / f"{name}-{plot.number:04d}.parquet", compression="lz4")
        progress("writing the tables")
        (study / "tables").mkdir()
        for name in LARGE:
            _join_parts(parts, name, study / "tables")
        for name in TRUTH:
            _join_parts(parts, name, answers)
        shutil.rmtree(parts)
        written_holdings(study, regions, Coordinates.of(people), seed)
        roads.write(study / "map")
        progress("asking people")
        _write_saying(study, answers, chosen, regions, asked or Asked.of(people), seed)
        _write_settings(study, answers, people, days, seed, density, noise, regions, period)
        true_effects().write_csv(answers / "effects.csv")
    return Imagined(folder, truth, rows)


def _refuse(people: int, days: int, density: float | None) -> None:
    if people < 1:
        raise Refusal(f"an area of {people:,} people is empty; ask for 1 or more")
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"{days:,} days cannot be imagined; ask for 1 to {MOST_DAYS:,}")
    if density is not None and not 1 <= density <= 100_000:
        raise Refusal(f"{density:g} people a km² cannot be imagined; ask for 1 to 100,000")


def _join_region(regions: list[Region], district: District, people: int, seed: int) -> None:
    """Begin a region where the district is its first."""
    large = people >= MANY_PEOPLE
    number = district.plot.region if large else 0
    if regions and regions[-1].number == number:
        return
    name = town_names(stream(seed, "region", str(number), "name"), 1)[0]
    ids = {service: f"{service}-{number + 1:02d}" if large else service for service in SERVICES}
    regions.append(Region(number, f"{name}shire", ids, float(district.town_x[0]), float(district.town_y[0])))


def _district_tables(
    district: District,
    stations: list[Station],
    region: Region,
    period: Period,
    noise: Noise,
    seed: int,
    people: int,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Give the large tables of a district, and their truth."""
    number = district.plot.number
    writer = Writer(number, region.service_ids, Coordinates.of(people), period)
    events, found = events_of(district, period, noise, seed)
    frames: dict[str, list[pl.DataFrame]] = {name: [] for name in (*LARGE, "events", "needs")}
    for service in SERVICES:
        own = [station for station in stations if station.service == service]
        records = records_of(
            service,
            events,
            period,
            noise,
            seed,
            district=number,
            region=region.number,
            default_place=region.default_place,
            found=found,
        )
        needs = needs_of(records, events, seed, number)
        sent = attendances_of(records, events, needs, own, period, seed, number)
        frames["incidents"].append(writer.incidents(records))
        frames["attendances"].append(writer.attendances(sent, service, own))
        frames["calls"].append(writer.calls(calls_of(records, events, district, period, seed), service))
        frames["events"].append(writer.events(records))
        frames["needs"].append(writer.needs(records, needs))
    yield "happened", writer.happened(events)
    yield "difficulties", writer.difficulties(found)
    for name, each in frames.items():
        yield name, pl.concat(each)


def _join_parts(parts: Path, name: str, folder: Path) -> None:
    """Make one file of the districts' parts, in order, without holding them all."""
    pl.scan_parquet(sorted(parts.glob(f"{name}-*.parquet"))).sink_parquet(
        folder / f"{name}.parquet", row_group_size=_ROW_GROUP, maintain_order=True
    )


def _write_saying(
    study: Path, answers: Path, chosen: list[Plot], regions: list[Region], asked: Asked, seed: int
) -> None:
    """Write what people say, region by region and district by district."""
    districts = {
        region.number: [
            (f"D{plot.number:03d}", plot.people)
            for plot in chosen
            if len(regions) == 1 or plot.region == region.number
        ]
        for region in regions
    }
    called = [region.name for region in regions]
    # Among many regions two may have drawn one name.
    names = [
        name if called.count(name) == 1 else f"{name} {region.number + 1}"
        for name, region in zip(called, regions, strict=True)
    ]
    places = [
        Place(name, region.service_ids, tuple(district for district, _ in districts[region.number]))
        for name, region in zip(names, regions, strict=True)
    ]
    people = [
        (district, name, many)
        for name, region in zip(names, regions, strict=True)
        for district, many in districts[region.number]
    ]
    written_saying(study, answers, places, people, asked, seed)


def _write_settings(
    study: Path,
    answers: Path,
    people: int,
    days: int,
    seed: int,
    density: float | None,
    noise: Noise,
    regions: list[Region],
    period: Period,
) -> None:
    """Write study.toml, and how the area was imagined: the difficulties only beside the truth."""
    services = [region.service_ids[service] for region in regions for service in SERVICES]
    name = regions[0].name if len(regions) == 1 else f"{regions[0].name} and {len(regions) - 1} more"
    grid = "local" if people >= MANY_PEOPLE else "british-national-grid"
    lines = [
        "# An imagined area at sea: nobody lives there, and nothing in it happened.",
        "[study]",
        f'name = "{name}"',
        'zone = "Europe/London"',
        'nation = "England"',
        # A period has a first and a last day; a single day goes without.
        *([f"period = [{FIRST_DAY}, {period.last_day}]"] if days > 1 else []),
        f'grid = "{grid}"',
        'price_base = "2025/26"',
        f"partners = {json.dumps(services)}",
        f"seed = {seed}",
        f"results_seen_on = {period.last_day}",
        "",
        "# How much longer the mean drive may become, and how much later calls may be answered and crews told.",
        "# Recorded before any result was seen.",
    ]
    tolerance = {"police": 2.0, "fire": 0.5, "ambulance": 1.0}
    for region in regions:
        for service, service_id in region.service_ids.items():
            lines += [f"[study.tolerances.{service_id}]", f"minutes = {tolerance[service]}"]
            lines += ["answering_seconds = 10"]
            lines += [f"recorded_on = {FIRST_DAY}", ""]
    (study / "study.toml").write_text("\n".join(lines).rstrip() + "\n", "utf-8", newline="\n")
    asked = [f"people = {people}", f"days = {days}", f"seed = {seed}"]
    asked += [f"density = {float(density)}"] if density is not None else []
    (study / MARKER).write_text("\n".join(["[asked]", *asked]) + "\n", "utf-8", newline="\n")
    sizes = [f"{each} = {float(value)}" for each, value in asdict(noise).items()]
    (answers / MARKER).write_text(
        "\n".join(["[asked]", *asked, "", "[noise]", *sizes]) + "\n", "utf-8", newline="\n"
    )
