"""Linking two services' records beside the bare joins it needs by scipy's k-d tree, and beside Splink doing the same.

`python bench/crossover.py` prints a line for each. `--records` says how many records the two services hold together in the
first line; with `--alone` nothing is run beside ours, which is for sizes that a k-d tree would take long over. `--measure N`
prints one line for all that `measure` does with so many records of two services (asked: 4 million in 60 seconds and 4 GB);
`--slope` prints such a line for each of some sizes, each taken in a process of its own so that the peak is its own.

The k-d tree line compares our whole task, which is the observed pairs, eight shifted tallies by busyness, category and time,
and the fit, with the nine joins alone: what the tree gives then is pairs without a probability. The Splink lines compare
from the same two files to scored pairs, and to events, in an imagined area, by processor time; Splink's is taken in its
own process, after its imports.
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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).resolve().parent))

from crossover_accuracy import (
    DAYS,
    MATCHING,
    WINDOW,
    as_files,
    known,
    matched,
    plain_noise,
    splink,
)
from joinedup.area import Area, Settings
from joinedup.area.places import Plane
from joinedup.assumptions import stream
from joinedup.crossover.chance import SHIFTS
from joinedup.crossover.competing import meetings
from joinedup.crossover.estimate import freed
from joinedup.crossover.linking import linked
from joinedup.crossover.measure import measure
from joinedup.crossover.records import DAY, WEEK, Period, Records
from joinedup.crossover.repeats import repeat_groups
from joinedup.crossover.sweep import Cells
from joinedup.imagining import imagine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.crossover.competing import Meetings
    from joinedup.crossover.linking import Linkage, Linked

Answer = TypeVar("Answer")

RECORDS, RUNS = 600_000, 3
METRES, MINUTES = MATCHING.search * WINDOW.metres, 165
"""What our tallies look at: twice the window, and the sideband to its end."""
_MINUTE = 60_000_000
_ROOM = 12_000 / 600_000**0.5
"""Metres of spread for each root of a record: as dense with many records as with few."""
# So many people have 150,000 records of police, fire and ambulance in a year, of which the two linked have nearly all.
SLOPE = (1_000_000, 4_000_000, 13_000_000, 26_000_000)
SPLINK_PEOPLE, SPLINK_SEED, SPLINK_DENSITY = 345_000, 1_001, 5_000


def main() -> None:
    """Print a line for each rival."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--records", type=int, default=RECORDS)
    asked.add_argument("--alone", action="store_true", help="only ours")
    asked.add_argument("--measure", type=int, metavar="N", help="only the whole measure of N records")
    asked.add_argument(
        "--slope",
        type=int,
        nargs="*",
        metavar="N",
        help="only the whole measure of each of these numbers of records, else of 1, 4, 13 and 26 million",
    )
    options = asked.parse_args()
    if options.slope is not None:
        for records in options.slope or SLOPE:
            subprocess.run([sys.executable, __file__, "--measure", str(records)], check=True)
        return
    if options.measure:
        _measured(options.measure)
        return
    # Compiled at its first call, which is not what is timed.
    _link(*_made(2_000))
    _beside_trees(options.records, alone=options.alone)
    if not options.alone:
        _beside_splink()


def _measured(records: int) -> None:
    """Measure an area whole: reading its tables, grouping, linking, competing, events, the four definitions and concentration."""
    measure(_area(2_000), WINDOW.metres, WINDOW.minutes)
    area = _area(records)
    before = _peak_mb()
    seconds, found = _timed(lambda: measure(area, WINDOW.metres, WINDOW.minutes), 1)
    (pair,) = found.pairs
    _print(
        f"{records:,} records of two services measured whole: {pair.estimate:,.0f} joint events; {before:,} MB before",
        ours=seconds,
        rival=None,
        rival_name=None,
        peak_mb=_peak_mb(),
        same=None,
    )


def _area(records: int) -> Area:
    """Make an area of the same two services as tables, as a study would have read it."""
    both = []
    for own in _made(records)[:2]:
        code = pl.Series(own.category)
        both.append(
            pl.DataFrame(
                {
                    "incident_id": own.service + pl.Series(own.row).cast(pl.String),
                    "service_id": pl.repeat(own.service, len(own), eager=True),
                    "received_at": pl.Series(own.wall).cast(pl.Datetime("us")),
                    "category": "category " + code.cast(pl.String),
                    "x": own.place[:, 0],
                    "y": own.place[:, 1],
                }
            ).with_columns(pl.col("received_at").dt.replace_time_zone("UTC"))
        )
    incidents = pl.concat(both).with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in (
            "place_precision",
            "area",
            "priority",
            "other_service_requested",
            "other_service_reference",
        )
    )
    kinds = ["police", "ambulance"]
    services = pl.DataFrame({"service_id": kinds, "kind": kinds, "name": kinds})
    tables = {"services": services, "incidents": incidents}
    return Area(Settings(name="Made", zone="UTC"), Plane.about(51.5, 0), tables)


def _made(records: int) -> tuple[Records, Records, Period]:
    """Make the records of two services: a town that is busiest in the middle and by day, and 3 % of events shared."""
    chance = stream(1, "bench", "crossover")
    number, days = records // 2, 365
    joint = number * 3 // 100
    room = _ROOM * records**0.5
    place = [chance.normal(0, room, (number, 2)) for _ in range(2)]
    hour = [chance.normal(15, 5, number) % 24 for _ in range(2)]
    wall = [chance.integers(0, days, number) * DAY + (each * 60 * _MINUTE).astype(np.int64) for each in hour]
    place[1][:joint] = place[0][:joint] + chance.normal(0, 80, (joint, 2))
    wall[1][:joint] = wall[0][:joint] + (chance.normal(0, 4, joint) * _MINUTE).astype(np.int64)
    both = []
    for service, where, when in zip(("police", "ambulance"), place, wall, strict=True):
        order = np.argsort(when, kind="stable")
        both.append(_records(service, where[order], when[order], chance.integers(0, 12, number)))
    return both[0], both[1], Period(0, days * DAY)


def _records(
    service: str, place: NDArray[np.float64], wall: NDArray[np.int64], code: NDArray[np.int64]
) -> Records:
    number = len(wall)
    yes, no = np.ones(number, dtype=bool), np.zeros(number, dtype=bool)
    return Records(
        service=service,
        row=np.arange(number),
        place=place,
        instant=wall,
        wall=wall,
        slack=np.zeros(number, dtype=np.float32),
        category=code,
        signature=code.astype(np.int32),
        usable=yes,
        repeat=no,
        attended=no,
        incidents=number,
        usable_by_category=np.bincount(code),
        unusable_by_category=np.zeros(1, dtype=np.int64),
    )


def _link(a: Records, b: Records, period: Period) -> Linked:
    return linked(a, b, WINDOW, period, MATCHING, lambda _: None)[0]


def _beside_trees(records: int, *, alone: bool) -> None:
    """Link, and find by a k-d tree the pairs that linking needs."""
    a, b, period = _made(records)
    ours, found = _timed(lambda: _link(a, b, period), 1 if alone else RUNS)
    peak = _peak_mb()
    rival, same = None, None
    if not alone:
        rival, (pairs, counts) = _timed(lambda: _trees(a, b), RUNS)
        cells = Cells(a.place, b.place, a.instant, b.instant, WINDOW.metres)
        window = cells.pairs(round(WINDOW.minutes * _MINUTE))
        mine = np.sort(window.a.astype(np.int64) * len(b) + window.b)
        share = [period.share_left(each) for each in SHIFTS]
        shifted = [round(each * left) for each, left in zip(found.chance.window, share, strict=True)]
        same = np.array_equal(mine, pairs) and len(pairs) == found.observed and shifted == counts
    _print(
        f"2 x {records // 2:,} records linked, with 8 shifts and the fit: {found.observed:,} pairs in the window"
        + ("" if alone else "; the rival only joins them, 9 times"),
        ours=ours,
        rival=rival,
        rival_name=None if alone else "kd-tree",
        peak_mb=peak,
        same=same,
    )


def _trees(a: Records, b: Records) -> tuple[NDArray[np.int64], list[int]]:
    """Join by k-d trees: the observed pairs in the window in order, and how many each shift has there."""
    # Time as a third axis, scaled so that the reach is a box; then the exact distance and gap.
    scale = METRES / (MINUTES * _MINUTE)
    tree = KDTree(np.column_stack([a.place, a.wall * scale]))
    counts, observed = [], np.zeros(0, dtype=np.int64)
    for weeks in (0, *SHIFTS):
        moved = b.wall + weeks * WEEK
        other = KDTree(np.column_stack([b.place, moved * scale]))
        found = tree.sparse_distance_matrix(other, METRES * (1 + 1e-9), p=np.inf, output_type="ndarray")
        i, j = found["i"], found["j"]
        apart = ((a.place[i] - b.place[j]) ** 2).sum(axis=1)
        near = (apart <= WINDOW.metres**2) & (np.abs(a.wall[i] - moved[j]) <= WINDOW.minutes * _MINUTE)
        if weeks:
            counts.append(int(near.sum()))
        else:
            observed = np.sort(i[near].astype(np.int64) * len(b) + j[near])
    return observed, counts


def _beside_splink() -> None:
    """Link an imagined area from the same two files as Splink does: to scored pairs, and on to events.

    Neither says how sure the count is: Splink does not. On the way to events we group a service's own calls, and let groups
    compete; Splink takes single best links of records. Seconds are those of processors, all threads together.
    """
    with tempfile.TemporaryDirectory() as place:
        folder, files = Path(place) / "area", Path(place)
        imagine(folder, SPLINK_PEOPLE, DAYS, SPLINK_SEED, SPLINK_DENSITY, plain_noise(SPLINK_SEED))
        area = known(folder, [("police", "ambulance")])[0]
        as_files(area, files, flags=False)
        _scored(files)
        pairs_took, (a, b, found, _) = _timed(lambda: _scored(files), RUNS, time.process_time)
        events_took, met = _timed(lambda: _events(*_scored(files)), RUNS, time.process_time)
    peak = _peak_mb()
    true = area.events[0][a.row[found.pairs.a]] == area.events[1][b.row[found.pairs.b]]
    pairs_f1 = matched(found.mixture.probability, true, area.true_pairs())[0]
    events_f1 = matched(met.probability, true, area.true_pairs())[0]
    answers, seconds = splink(area, flags=False)
    for way, rivals in seconds.items():
        for what, ours, rival, f1 in zip(
            ("scored pairs", "events of one group of each service"),
            (pairs_took, events_took),
            rivals,
            (pairs_f1, events_f1),
            strict=True,
        ):
            theirs = answers[way][0]
            _print(
                f"{len(a) + len(b):,} records from two files to {what}, processor time; F1 of pairs {f1:.3f} beside {theirs:.3f}",
                ours=ours,
                rival=rival,
                rival_name=f"splink {way}",
                peak_mb=peak,
                same=f1 >= theirs,
            )


def _scored(folder: Path) -> tuple[Records, Records, Linked, Linkage]:
    """Read two services' records and give each near pair its odds."""
    a, b = (_read(name, folder / f"{name}.parquet") for name in "ab")
    return a, b, *linked(a, b, WINDOW, Period(0, DAYS * DAY), MATCHING, lambda _: None)


def _events(a: Records, b: Records, found: Linked, linkage: Linkage) -> Meetings:
    """Group each service's own calls, and let groups compete: at most one meeting of each is likelier than not."""
    groups = (repeat_groups(each, linkage.period, MATCHING, lambda _: None) for each in (a, b))
    return meetings(found.pairs, freed(linkage, found), *groups)


def _read(service: str, file: Path) -> Records:
    rows = pl.read_parquet(file)
    wall = (rows["minute"].to_numpy() * _MINUTE).round().astype(np.int64)
    found = _records(service, rows.select("x", "y").to_numpy(), wall, rows["category"].to_numpy())
    return replace(found, row=rows["unique_id"].to_numpy())


def _timed(
    work: Callable[[], Answer], runs: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, Answer]:
    """Give the median seconds of some runs, and the answer of the last."""
    seconds = []
    for _ in range(runs):
        start = clock()
        answer = work()
        seconds.append(clock() - start)
    return statistics.median(seconds), answer


def _peak_mb() -> int:
    # Linux counts kilobytes, macOS bytes. Taken before a rival runs, so that the peak is ours.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6)


def _print(
    work: str, *, ours: float, rival: float | None, rival_name: str | None, peak_mb: int, same: bool | None
) -> None:
    line = {
        "name": "crossover",
        "work": work,
        "ours": round(ours, 3),
        "rival": None if rival is None else round(rival, 3),
        "rival_name": rival_name,
        "ratio": None if rival is None else round(rival / ours, 2),
        "peak_mb": peak_mb,
        "same_answer": same,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
