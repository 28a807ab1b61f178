"""Checking a study of many incidents beside frictionless validate and a plain polars read: the same rows are found bad.

`python bench/check.py` makes 10 million incidents from a seed, about a gigabyte of CSV, of which one in fifty has a fault,
and prints one JSON line a rival. `--parquet` checks the same rows as Parquet, `--read` reads them as an extract through
a mapping, and `--linear` prints a line for a tenth, a fifth, a half and all of the rows instead.

Frictionless takes minutes a million rows: it validates the first 100,000, its seconds are multiplied, and the rows that
it finds bad by the rules that both know (needed, type, list, bounds, identifier, reference) are compared one by one with
ours in the same 100,000. A plain read judges nothing: it is what no check can be faster than.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import read_source
from joinedup.area.reading import read_area
from joinedup.area.schema import descriptor, schema
from joinedup.assumptions import stream
from rivals import rivals_python

ROWS, FEW, RUNS, PIECE = 10_000_000, 100_000, 3, 500_000
_HERE = Path(__file__)
_FAULTS = ("no id", "no service", "unknown service", "same id", "time", "number", "list", "bound", "swapped")
"""Each of these has an equal share of one row in fifty."""
_SHARED = (
    "has no value that can be used",
    "not in services",
    "the identifier stands in an earlier row too",
    "not a ",
    "not one of ",
    "more than ",
)
"""How our queries by the rules that frictionless knows begin. It does not know that a pair of coordinates is swapped."""
_MAPPING = """
[source]
title = "Benchmark"
about = "Rows of bench/check.py."
licence = "none"
zone = "Europe/London"
messy = ["Everything that bench/check.py puts in."]

[[services]]
service_id = "police"
kind = "police"
name = "Police"

[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"

[[services]]
service_id = "ambulance"
kind = "ambulance"
name = "Ambulance"

[[tables]]
table = "incidents"

[tables.columns]
"""


def main() -> None:
    """Make the rows, time each program in a process of its own, and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--runs", type=int, default=RUNS)
    way = asked.add_mutually_exclusive_group()
    way.add_argument("--parquet", action="store_true")
    way.add_argument("--read", action="store_true")
    asked.add_argument("--linear", action="store_true")
    asked.add_argument("--alone", metavar="FOLDER", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.alone:
        sys.stdout.write(json.dumps(_alone(Path(options.alone), read=options.read)) + "\n")
        return
    sizes = [options.rows // part for part in (10, 5, 2, 1)] if options.linear else [options.rows]
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            study = make(Path(folder) / "study", rows)
            size = (study / "tables" / "incidents.csv").stat().st_size / 1e9
            if options.parquet:
                _as_parquet(study)
            measured = [_apart(study, read=options.read) for _ in range(options.runs)]
            ours = statistics.median(each["seconds"] for each in measured)
            verb = "read through a mapping" if options.read else "checked"
            form = "Parquet" if options.parquet else "CSV"
            line = {
                "name": "read" if options.read else "check",
                "work": f"{rows:,} incidents ({size:.2f} GB as CSV) {verb} from {form}: {measured[0]['bad']:,} bad rows",
                "ours": round(ours, 3),
                "rival": None,
                "rival_name": None,
                "ratio": None,
                "peak_mb": round(max(each["peak_mb"] for each in measured)),
                "same_answer": None,
            }
            if options.linear or options.read or options.parquet:
                _print(line)
                continue
            plain = [_plain(study) for _ in range(options.runs)]
            seconds = statistics.median(each["seconds"] for each in plain)
            _print(line | _beside("polars.read_csv", seconds, ours, same=plain[0]["rows"] == rows))
            seconds, same = _frictionless(Path(folder) / "few", rows)
            _print(line | _beside(f"frictionless, {FEW:,} rows scaled", seconds, ours, same=same))


def make(study: Path, rows: int) -> Path:
    """Write a study whose incidents come from a seed, and hold every fault that the rules know."""
    (study / "tables").mkdir(parents=True)
    (study / "study.toml").write_text('[study]\nname = "Benchmark"\nzone = "Europe/London"\n', "utf-8")
    (study / "tables" / "services.csv").write_text(
        "service_id,kind,name\npolice,police,Police\nfire,fire,Fire\nambulance,ambulance,Ambulance\n", "utf-8"
    )
    with (study / "tables" / "incidents.csv").open("wb") as file:
        for number, start in enumerate(range(0, rows, PIECE)):
            piece = _piece(number, min(PIECE, rows - start))
            piece.write_csv(file, include_header=number == 0)
    return study


def _piece(number: int, rows: int) -> pl.DataFrame:
    """Make some of the rows, as text."""
    chance = stream(1, "bench", "check", str(number))
    services = np.array(["police", "fire", "ambulance"])[chance.choice(3, rows, p=[0.55, 0.05, 0.4])]
    latitude, longitude = chance.normal(52.5, 0.4, rows), chance.normal(-1.5, 0.5, rows)
    at = np.sort(chance.integers(0, 365 * 86_400 // 20, rows)) + number * (365 * 86_400 // 20)
    kinds = np.array(
        [
            "Violence against the person",
            "Road traffic collision",
            "Falls",
            "Chest pain",
            "Alarm",
            "Concern for safety",
        ]
    )
    fault = np.where(chance.random(rows) < 0.02, chance.integers(0, len(_FAULTS), rows), -1)
    table = pl.DataFrame(
        {
            "fault": fault,
            "service_id": services,
            "at": at,
            "a": latitude,
            "o": longitude,
            "category": kinds[chance.integers(0, len(kinds), rows)],
            "priority": chance.integers(1, 5, rows).astype(str),
        }
    )
    on = {name: pl.col("fault") == each for each, name in enumerate(_FAULTS)}
    # Fire gives its places on the national grid.
    grid = pl.col("service_id") == "fire"
    own = pl.format(
        "{}-{}",
        pl.col("service_id").str.slice(0, 1).str.to_uppercase(),
        pl.int_range(pl.len()) + number * PIECE,
    )
    sound_before = (pl.col("fault").shift(1) == -1).fill_null(value=False)
    latitude_text, longitude_text = (pl.col(each).round(6).cast(pl.String) for each in ("a", "o"))
    return table.select(
        incident_id=pl.when(on["no id"])
        .then(pl.lit(""))
        .when(on["same id"] & sound_before)
        .then(own.shift(1))
        .otherwise(own),
        service_id=pl.when(on["no service"])
        .then(pl.lit(""))
        .when(on["unknown service"])
        .then(pl.lit("polcie"))
        .otherwise("service_id"),
        received_at=pl.when(on["time"])
        .then(pl.lit("31/12/2024 25:61"))
        .otherwise((pl.datetime(2024, 1, 1) + pl.duration(seconds="at")).dt.to_string("%Y-%m-%d %H:%M:%S")),
        latitude=pl.when(grid)
        .then(None)
        .when(on["number"])
        .then(pl.lit("north"))
        .when(on["swapped"])
        .then(longitude_text)
        .otherwise(latitude_text),
        longitude=pl.when(grid).then(None).when(on["swapped"]).then(latitude_text).otherwise(longitude_text),
        easting=pl.when(grid & on["bound"])
        .then(pl.lit("4000000"))
        .when(grid)
        .then((400_000 + pl.col("o") * 60_000).round(0).cast(pl.Int64).cast(pl.String)),
        northing=pl.when(grid).then((pl.col("a") * 5_000).round(0).cast(pl.Int64).cast(pl.String)),
        place_precision=pl.when(on["list"]).then(pl.lit("roughly")).otherwise(pl.lit("exact")),
        category="category",
        priority="priority",
        other_service_requested=pl.lit("none"),
    )


def _as_parquet(study: Path) -> None:
    """Turn the incidents into Parquet, with the text that they have as CSV."""
    path = study / "tables" / "incidents.csv"
    pl.scan_csv(path, infer_schema=False).sink_parquet(path.with_suffix(".parquet"))
    path.unlink()


def _alone(study: Path, *, read: bool) -> dict[str, Any]:
    """Check a study, or read its incidents as an extract, in this process."""
    start = time.perf_counter()
    if read:
        mapping = study / "benchmark.toml"
        columns = "".join(f'{each} = [{{ column = "{each}" }}]\n' for each in _columns())
        mapping.write_text(_MAPPING + columns, "utf-8")
        with tempfile.TemporaryDirectory() as folder:
            reading = read_extracts(
                read_source(str(mapping)), [study / "tables" / "incidents.csv"], Path(folder) / "into"
            )
        queries = reading.queries
    else:
        _, queries = read_area(study)
    seconds = time.perf_counter() - start
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1 / 1024)
    bad = sum(each.changed + each.set_aside for each in queries.counts.values())
    return {"seconds": seconds, "peak_mb": peak / 1e6, "bad": bad}


def _apart(study: Path, *, read: bool) -> dict[str, Any]:
    """Run ``_alone`` in a process of its own, so that its peak is its own."""
    command = [sys.executable, str(_HERE), "--alone", str(study), *(["--read"] if read else [])]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def _plain(study: Path) -> dict[str, Any]:
    """Read the same file with the types of the schema and no check; what cannot be read is missing."""
    types = schema("incidents").dtypes("Europe/London") | {"received_at": pl.String()}
    start = time.perf_counter()
    table = pl.read_csv(
        study / "tables" / "incidents.csv",
        schema={each: types[each] for each in _columns()},
        ignore_errors=True,
    ).with_columns(pl.col("received_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False))
    return {"seconds": time.perf_counter() - start, "rows": table.height}


def _frictionless(study: Path, rows: int) -> tuple[float, bool]:
    """Validate the first rows with frictionless: seconds for all of them, and whether it finds the same rows bad."""
    make(study, FEW)
    for name in ("services", "incidents"):
        given = json.loads(descriptor(name))
        held = _columns() if name == "incidents" else ("service_id", "kind", "name")
        given["fields"] = [each for each in given["fields"] if each["name"] in held]
        for each in given["fields"]:
            if each["type"] == "datetime":
                each["format"] = "%Y-%m-%d %H:%M:%S"
        (study / f"{name}.json").write_text(json.dumps(given), "utf-8")
    run = subprocess.run(
        [str(rivals_python()), str(_HERE.with_name("frictionless_rows.py")), str(study)],
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(run.stdout)
    _, queries = read_area(study)
    shared = pl.any_horizontal(pl.col("problem").str.starts_with(each) for each in _SHARED)
    own = queries.frame.filter(shared & (pl.col("file") == "incidents"))["row"].unique().sort().to_list()
    return found["seconds"] * rows / FEW, own == found["rows"]


def _columns() -> tuple[str, ...]:
    return tuple(_piece(0, 1).columns)


def _beside(name: str, rival: float, ours: float, *, same: bool) -> dict[str, Any]:
    return {
        "rival": round(rival, 3),
        "rival_name": name,
        "ratio": round(rival / ours, 2),
        "same_answer": same,
    }


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
