"""Crossover's search for near pairs beside scipy's k-d tree: the same pairs, the seconds that each takes."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from joinedup.assumptions import stream
from joinedup.crossover.near import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

METRES, MINUTES, RECORDS, RUNS = 500.0, 30, 300_000, 5


def main() -> None:
    """Print one JSON line."""
    chance = stream(1, "bench", "crossover")
    places = [chance.normal(0, 12_000, (RECORDS, 2)) for _ in range(2)]
    times = [chance.integers(0, 365 * 86_400_000_000, RECORDS) for _ in range(2)]
    most = MINUTES * 60_000_000

    def ours() -> NDArray[np.int64]:
        found = Neighbours(places[0], places[1], METRES).within(times[0], times[1]).pairs(most)
        return _sorted(found.a, found.b)

    def rival() -> NDArray[np.int64]:
        # Time as a third axis, scaled so that the window is a box; then the exact distance and gap.
        a, b = (
            KDTree(np.column_stack([place, at * (METRES / most)]))
            for place, at in zip(places, times, strict=True)
        )
        found = a.sparse_distance_matrix(b, METRES * (1 + 1e-9), p=np.inf, output_type="ndarray")
        i, j = found["i"], found["j"]
        apart = ((places[0][i] - places[1][j]) ** 2).sum(axis=1)
        near = (apart <= METRES**2) & (np.abs(times[0][i] - times[1][j]) <= most)
        return _sorted(i[near], j[near])

    our_seconds, our_pairs = _timed(ours)
    # Linux counts kilobytes, macOS bytes. Taken before the rival runs, so that the peak is ours.
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 if sys.platform == "darwin" else 1 / 1024)
        / 1e6
    )
    rival_seconds, rival_pairs = _timed(rival)
    line = {
        "name": "crossover",
        "work": f"pairs of 2 x {RECORDS:,} records within {METRES:g} m and {MINUTES} min: {len(our_pairs):,}",
        "ours": round(our_seconds, 4),
        "rival": round(rival_seconds, 4),
        "rival_name": "kd-tree",
        "ratio": round(rival_seconds / our_seconds, 2),
        "peak_mb": round(peak),
        "same_answer": bool(np.array_equal(our_pairs, rival_pairs)),
    }
    sys.stdout.write(json.dumps(line) + "\n")


def _sorted(i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put pairs in one order, as one number each."""
    return np.sort(i.astype(np.int64) * RECORDS + j)


def _timed(work: Callable[[], NDArray[np.int64]]) -> tuple[float, NDArray[np.int64]]:
    """Give the median seconds of some runs, and the answer."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


if __name__ == "__main__":
    main()
