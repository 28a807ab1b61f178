"""Minutes over roads beside a plain heap: 120 stations to every point of a town's roads, and again from the cache.

``python bench/travel.py`` drives Porto's extract from the shared data. The plain heap is timed on a few stations and scaled;
all that it answers is compared. Seconds are the processor's own. The last line says what it costs in minutes that ``respond``
knows fewer places than jobs have.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT)]

from joinedup.area.places import Plane  # noqa: E402 - the path is set above
from joinedup.response.driven import MOST_PLACES, stands_of  # noqa: E402
from joinedup.travel import ROAD_ASSUMPTIONS, Places, Roads  # noqa: E402
from joinedup.travel.keeping import FOLDER  # noqa: E402
from joinedup.travel.roads import read_graph  # noqa: E402
from tests.travel.maps import plain_minutes  # noqa: E402

STATIONS, BESIDE, JOBS, RUNS = 120, 3, 20_000, 3
DATA = Path(os.environ.get("JOINEDUP_DATA") or _ROOT.parent / "shared" / "data") / "roads"
ASSUMED = {each.name: each for each in ROAD_ASSUMPTIONS}
PLANE = Plane.about(41.15, -8.6)


def main() -> None:
    """Print one JSON line a rival."""
    path = DATA / "porto_portugal.osm.pbf"
    if not path.is_file():
        sys.exit(f"{path}: is not there; JOINEDUP_DATA names the folder")
    built, first, cached = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            os.environ[FOLDER] = folder
            built.append(_timed(lambda: read_graph(path))[0])
            roads = _roads(path)
            stations = _at(roads, STATIONS)
            spent, found = _timed(lambda: roads.to_every_point(stations, "fire"))  # noqa: B023 - called here
            first.append(spent)
            again = _roads(path)
            spent, kept = _timed(lambda: again.to_every_point(stations, "fire"))  # noqa: B023 - called here
            cached.append(spent)
    same = found.tobytes() == kept.tobytes()
    start = time.process_time()
    plain = [
        plain_minutes(roads, int(np.argmin(np.hypot(roads.x - x, roads.y - y)))) for x, y in _first(stations)
    ]
    rival = (time.process_time() - start) * STATIONS / BESIDE
    agree = all(_agrees(row, each, roads.kinds["fire"]) for row, each in zip(found, plain, strict=False))
    work = f"{STATIONS} stations to every one of {len(roads.graph):,} points of Porto's roads"
    ours = statistics.median(first)
    _print(
        f"{work}, besides reading the graph ({statistics.median(built):.2f} s); plain heap timed on {BESIDE} and scaled",
        ours,
        rival,
        "plain heap",
        agree,
    )
    _print(f"{work}, from the cache", statistics.median(cached), ours, "without the cache", same)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER] = folder
        _gathered(_roads(path), stations)


def _gathered(roads: Roads, stations: Places) -> None:
    """Say what it costs in minutes that jobs are played at fewer places than they have."""
    jobs = _at(roads, JOBS)
    exact = roads.between(stations, jobs, "fire")
    stands = stands_of(jobs.x, jobs.y)
    near = roads.between(stations, stands.places, "fire")[:, stands.of_job]
    each = np.arange(JOBS)
    spent, _ = _timed(lambda: roads.between(stands.places, stands.places, "fire"))
    chosen, best, known = near.argmin(axis=0), exact.min(axis=0), near.min(axis=0)
    # What `respond` plays is the table's drive with what the nearest lacks beside it: for a unit at home, the nearest's own.
    other = np.mean(chosen != exact.argmin(axis=0))
    line = {
        "name": "travel",
        "work": f"a table between {len(stands.x):,} places for {JOBS:,} jobs (squares of {stands.width:.0f} m, most "
        f"{MOST_PLACES:,}), {STATIONS} stations, nearest drive {best.mean():.2f} min in the mean: the table alone is off by "
        f"{np.abs(known - best).mean():.2f} min in the mean, {known.mean() - best.mean():+.2f} on balance; set right, the drive "
        f"that is played is the nearest's own, and for {other:.1%} it is another station's unit that is out, which would drive "
        f"{exact[chosen, each].mean() - best.mean():.2f} min longer in the mean of all",
        "ours": round(spent, 2),
        "rival": None,
        "rival_name": None,
        "ratio": None,
        "peak_mb": round(_peak_mb()),
        "same_answer": None,
    }
    sys.stdout.write(json.dumps(line) + "\n")


def _roads(path: Path) -> Roads:
    return Roads.of(path, PLANE, ASSUMED)


def _at(roads: Roads, count: int) -> Places:
    """Choose points of the roads by chance, the same each time."""
    at = np.random.default_rng(count).choice(np.flatnonzero(roads.graph.main), count, replace=False)
    return Places([str(each) for each in at], roads.x[at], roads.y[at])


def _first(stations: Places) -> list[tuple[float, float]]:
    return list(zip(stations.x[:BESIDE].tolist(), stations.y[:BESIDE].tolist(), strict=True))


def _agrees(row: np.ndarray, plain: dict[int, float], share: float) -> bool:
    reached = np.array(sorted(plain))
    theirs = np.array([plain[each] for each in reached.tolist()]) * share
    return set(np.flatnonzero(np.isfinite(row)).tolist()) == set(plain) and np.allclose(
        row[reached], theirs, rtol=1e-5, atol=1e-5
    )


def _timed(work):
    start = time.process_time()
    given = work()
    return time.process_time() - start, given


def _print(work: str, ours: float, rival: float, name: str, same: bool) -> None:
    line = {
        "name": "travel",
        "work": work,
        "ours": round(ours, 4),
        "rival": round(rival, 2),
        "rival_name": name,
        "ratio": round(rival / ours, 1),
        "peak_mb": round(_peak_mb()),
        "same_answer": same,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    if not same:
        sys.exit("travel: the answers differ from the rival's")


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6


if __name__ == "__main__":
    main()
