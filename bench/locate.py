"""p-median beside the plain formulation handed to the same solver and beside spopt, and the estate plan of a county.

``python bench/locate.py`` takes OR-Library instances from the shared data, each solver alone and with the same time limit;
``python bench/locate.py spopt`` takes San Francisco (16 sites, 205 places, p = 4) and two of them, and gives them to spopt
through PuLP's CBC in the rivals' own environment, its status read from the solution, because PuLP says "Optimal" of any
answer; ``python bench/locate.py estate`` plans 150 sites with 5,000 demand points. The rival without a name is the formulation
of the textbooks, an unknown for every site and place, through scipy's ``milp``, its status and bound read as HiGHS gives them.
``same_answer`` is whether our objective is the published optimum, or, where the rival has no proof, no worse than the rival's.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import shortest_path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT)]

from joinedup.locate import p_median  # noqa: E402 - the path is set above
from joinedup.locate.estate import best_plan  # noqa: E402
from joinedup.locate.solving import Rows, solve  # noqa: E402
from tests.locate.estates import county  # noqa: E402

DATA = Path(os.environ.get("JOINEDUP_DATA") or _ROOT.parent / "shared" / "data") / "location"
INSTANCES = (1, 5, 10, 15, 16, 20)
WITH_SPOPT = (1, 5)
SECONDS = 60.0


def main() -> None:
    """Print one JSON line an instance."""
    if sys.argv[1:] == ["estate"]:
        for seed in range(3):
            _estate(seed)
        return
    if not (DATA / "pmed-optima.csv").is_file():
        sys.exit(f"{DATA}: holds no OR-Library instances; JOINEDUP_DATA names the folder above")
    with (DATA / "pmed-optima.csv").open() as stream:
        optima = {row["instance"]: int(row["optimum"]) for row in csv.DictReader(stream)}
    p_median([[1.0, 2.0], [2.0, 1.0]], [1, 1], 1)  # compiles
    if sys.argv[1:] == ["spopt"]:
        cost, people = san_francisco()
        _beside_spopt("San Francisco", cost, people, 4)
        for number in WITH_SPOPT:
            minutes, p = _instance(number)
            _beside_spopt(f"pmed{number}", minutes, np.ones(len(minutes)), p)
        return
    for number in [int(each) for each in sys.argv[1:]] or INSTANCES:
        minutes, p = _instance(number)
        start = time.perf_counter()
        found = p_median(minutes, np.ones(len(minutes)), p, SECONDS)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        status, objective, bound = _plain(minutes, p)
        rival = time.perf_counter() - start
        optimum = optima[f"pmed{number}"]
        line = {
            "name": "locate",
            "work": f"pmed{number}: {len(minutes)} sites and places, p = {p}, published {optimum}; ours {found.objective:g} "
            f"({found.status}, bound {found.bound:.1f}), plain {objective:g} ({status}, bound {bound:.1f}), "
            f"{SECONDS:g} s at most",
            "ours": round(ours, 3),
            "rival": round(rival, 2),
            "rival_name": "milp, plain formulation",
            "ratio": round(rival / ours, 1),
            "peak_mb": round(_peak_mb()),
            "same_answer": found.objective == optimum
            if status == "optimal"
            else found.objective <= objective,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def san_francisco() -> tuple[np.ndarray, np.ndarray]:
    """Read the metres from 16 sites to 205 places, and the people of each place."""
    with (DATA / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    sites, places = (sorted({row[column] for row in rows}) for column in ("name", "DestinationName"))
    metres, people = np.full((len(sites), len(places)), np.nan), np.zeros(len(places))
    for row in rows:
        place = places.index(row["DestinationName"])
        metres[sites.index(row["name"]), place] = float(row["distance"])
        people[place] = float(row["demand"])
    return metres, people


def _beside_spopt(name: str, cost: np.ndarray, demand: np.ndarray, p: int) -> None:
    from rivals import rivals_python  # type: ignore[import-not-found]

    start = time.perf_counter()
    found = p_median(cost, demand, p, SECONDS)
    ours = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "instance.npz"
        np.savez(file, cost=cost, demand=demand)
        command = [
            rivals_python(),
            str(Path(__file__).with_name("locate_spopt.py")),
            file,
            str(p),
            str(SECONDS),
        ]
        rival = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    said = f"spopt {rival['objective']:.4f} ({rival['status']}; PuLP says {rival['pulp_says']})"
    line = {
        "name": "locate",
        "work": f"{name}: {cost.shape[0]} sites, {cost.shape[1]} places, p = {p}; ours {found.objective:.4f} "
        f"({found.status}, bound {found.bound:.4f}), {said}, {SECONDS:g} s at most",
        "ours": round(ours, 3),
        "rival": round(rival["seconds"], 2),
        "rival_name": "spopt",
        "ratio": round(rival["seconds"] / ours, 1),
        "peak_mb": round(_peak_mb()),
        "same_answer": abs(found.objective - rival["objective"]) <= 1e-9 * found.objective
        if rival["status"] == "optimal"
        else found.objective <= rival["objective"],
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _instance(number: int) -> tuple[np.ndarray, int]:
    """Read an instance: of an edge that stands there twice the last cost counts."""
    words = np.array(gzip.decompress((DATA / f"pmed{number}.txt.gz").read_bytes()).split(), np.int64)
    points, edges, p = words[:3].tolist()
    costs = np.zeros((points, points))
    for one, other, cost in words[3 : 3 + 3 * edges].reshape(-1, 3).tolist():
        costs[one - 1, other - 1] = costs[other - 1, one - 1] = cost
    return shortest_path(costs, directed=False), p


def _plain(minutes: np.ndarray, p: int) -> tuple[str, float, float]:
    """Solve with an unknown for every site, and one for every site and place."""
    sites, places = minutes.shape
    site, place = (each.ravel() for each in np.indices(minutes.shape))
    each = np.arange(sites * places)
    rows = Rows()
    rows.add([(np.zeros(sites, np.int64), np.arange(sites), 1.0)], float(p), float(p), 1)
    rows.add([(place, sites + each, 1.0)], 1.0, 1.0, places)
    rows.add([(each, sites + each, 1.0), (each, site, -1.0)], -np.inf, 0.0, sites * places)
    cost = np.concatenate([np.zeros(sites), minutes.ravel()])
    answer = solve(cost, rows, np.arange(len(cost)) < sites, SECONDS)
    return answer.status, answer.cost, answer.bound


def _estate(seed: int) -> None:
    estate, terms = county(seed, 150, 5_000, 60, most_loss=0.01)
    terms = replace(terms, adapt_gbp_a_m2=300.0, furthest_minutes=15.0)
    start = time.perf_counter()
    plan = best_plan(estate, terms, seconds=SECONDS)
    line = {
        "name": "locate",
        "work": f"estate plan {seed}: 150 sites of three services, 5,000 demand points, {len(plan.moves)} moves; {plan.status}, "
        f"gap {plan.gap:.2%}, {SECONDS:g} s at most",
        "ours": round(time.perf_counter() - start, 2),
        "rival": None,
        "rival_name": None,
        "ratio": None,
        "peak_mb": round(_peak_mb()),
        "same_answer": None,
    }
    sys.stdout.write(json.dumps(line) + "\n")


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6


if __name__ == "__main__":
    main()
