"""Dispatching beside a SimPy model and a plain heap: the same answers to the last digit, the seconds that each takes.

``python bench/respond.py`` plays a million jobs to 300 units; ``python bench/respond.py thousands`` to 3,000 units;
``python bench/respond.py full`` plays the full model, with everything that it knows switched on, beside the plain heap alone;
``python bench/respond.py year`` plays a year of a county 100 times, over two processes. Each asserts how busy the units are and
how many jobs wait: at a fifth more load nearly every job waits, at a fifth less nearly none, and either is easier to play.
Seconds are the processor's own, so that others on the machine take none away; those of the years are the clock's. It ends with
status 1 where answers differ.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT), str(Path(__file__).parent)]

from joinedup.response import Dispatched, dispatch  # noqa: E402 - the path is set above
from rivals import rivals_python  # noqa: E402 - beside this file
from tests.rivals import plain_heap  # noqa: E402
from tests.rivals.worlds import LAW, World, columns, county, usual, utilisation  # noqa: E402

JOBS, SHARED, RUNS = 1_000_000, 50_000, 5
YEARS, YEAR_JOBS = 100, 500_000
OVERLOAD = 1.4
FULL_LOAD = 0.86
"""Of the bare county's: conveyance and handover keep units at work for longer."""


def main() -> None:
    """Print one JSON line a rival."""
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "year":
        lines = [_years()]
    elif what == "full":
        lines = [_in_full()]
    elif what == "thousands":
        lines = _beside(units=3_000, sites=1_200, load=1.11, wave=0.28)
    else:
        lines = _beside(units=300, sites=120, load=1.0, wave=0.1)
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
    if other := [str(line["rival_name"]) for line in lines if not line["same_answer"]]:
        sys.exit(f"respond: the answers of {', '.join(other)} differ from ours")


def _beside(units: int, sites: int, load: float, wave: float) -> list[dict[str, object]]:
    dispatch(*county(100, units=units, sites=sites), LAW)  # compiles
    world = county(JOBS, units=units, sites=sites, load=load, wave=wave)
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        answer = dispatch(*world, LAW)
        seconds.append(time.process_time() - start)
    ours, peak = statistics.median(seconds), _peak_mb()
    state = _loaded(world, answer)

    same = {"simpy": True, "plain heap": True}
    rival: dict[str, float] = {}
    for regime in (load, OVERLOAD):
        shared = county(SHARED, units=units, sites=sites, load=regime, wave=wave)
        mine = dispatch(*shared, LAW)
        if regime == load:
            # The queues of thousands of units fill over days, and these jobs are over in one.
            shared_state = (_loaded if units < 1_000 else _state)(shared, mine)
        elif mine.queued.mean() < 0.5:
            sys.exit(f"overload: only {mine.queued.mean():.0%} of jobs waited")
        for name, play in (("simpy", _simpy), ("plain heap", _plain_heap)):
            spent, theirs = play(shared)
            same[name] &= bool(np.array_equal(_rows(mine), theirs))
            if regime == load:
                rival[name] = spent * JOBS / SHARED
    return [
        {
            "name": "respond",
            "work": f"{JOBS:,} jobs to {units:,} units at {sites:,} sites, {state}; {name} timed on {SHARED:,} ({shared_state}) "
            f"and scaled; same answers there and at {OVERLOAD / load:.2g} times the load",
            "ours": round(ours, 4),
            "rival": round(spent, 2),
            "rival_name": name,
            "ratio": round(spent / ours, 1),
            "peak_mb": round(peak),
            "same_answer": same[name],
        }
        for name, spent in rival.items()
    ]


def _in_full() -> dict[str, object]:
    """Play the full model beside the plain heap: the same answers, to what becomes of each job and each break."""
    world = county(JOBS, load=FULL_LOAD)
    given = usual(world)
    dispatch(*world, LAW, **given)  # compiles
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        answer = dispatch(*world, LAW, **given)
        seconds.append(time.process_time() - start)
    ours, peak = statistics.median(seconds), _peak_mb()
    its = answer.attended
    assert its is not None
    state = (
        f"{_loaded(world, answer)}, {its.diverted.sum():,} diverted, {its.stood_down.sum():,} stood down, "
        f"{(its.hospital >= 0).sum():,} conveyed of whom {(its.handover > its.at_hospital).sum():,} waited for a bay, "
        f"{its.breaks_had.sum():,} breaks had and {its.breaks_missed.sum():,} missed"
    )
    same, spent = True, 0.0
    for regime in (FULL_LOAD, OVERLOAD):
        shared = county(SHARED, load=regime)
        given = usual(shared)
        mine = _in_every_column(dispatch(*shared, LAW, **given))
        plain = columns(shared, LAW, given)
        start = time.process_time()
        theirs = plain_heap.played_fully(plain)
        spent = spent or time.process_time() - start
        same &= mine == theirs
    return {
        "name": "respond",
        "work": f"the full model: {JOBS:,} jobs to 300 units at 120 sites, {state}; plain heap timed on {SHARED:,} and scaled; "
        f"same answers there and at {OVERLOAD / FULL_LOAD:.2g} times the load",
        "ours": round(ours, 4),
        "rival": round(spent * JOBS / SHARED, 2),
        "rival_name": "plain heap",
        "ratio": round(spent * JOBS / SHARED / ours, 1),
        "peak_mb": round(peak),
        "same_answer": same,
    }


def _in_every_column(answer: Dispatched) -> tuple[list[tuple[int, ...]], ...]:
    its = answer.attended
    assert its is not None
    jobs = (
        *(answer.unit, answer.assigned, answer.arrived, answer.freed, its.left),
        *(its.at_hospital, its.handover, its.stood_down.astype(np.int64), its.diverted, its.since),
    )
    breaks = (its.breaks_had, its.breaks_missed)
    spells = (its.spells.unit, its.spells.begun, its.spells.over)
    jobs, breaks, spells = (
        list(zip(*(each.tolist() for each in table), strict=True)) for table in (jobs, breaks, spells)
    )
    return jobs, breaks, sorted(spells)


def _years() -> dict[str, object]:
    """Play years of one county over two processes, and some of them in this process alone: the same bytes."""
    start = time.perf_counter()
    found = Parallel(n_jobs=2)(delayed(_year)(run) for run in range(YEARS))
    ours = time.perf_counter() - start
    # Of each process its highest peak, and this one's own.
    peaks = {number: peak for *_, number, peak, _ in sorted(found, key=lambda each: each[3])}
    peak = sum(peaks.values()) + _peak_mb()
    start = time.perf_counter()
    alone = [_year(run) for run in range(4)]
    rival = (time.perf_counter() - start) * YEARS / len(alone)
    return {
        "name": "respond",
        "work": f"{YEARS} runs of a year: {YEAR_JOBS:,} jobs to 70 units, made and played, two processes; "
        f"{found[0][1]}; {sum(each[-1] for each in found):.0f} s of the two processors together; "
        "one process timed on 4 runs and scaled; peak of all processes together",
        "ours": round(ours, 2),
        "rival": round(rival, 2),
        "rival_name": "one process",
        "ratio": round(rival / ours, 2),
        "peak_mb": round(peak),
        "same_answer": [each[0] for each in alone] == [each[0] for each in found[: len(alone)]],
    }


def _year(run: int) -> tuple[str, str, int, float, float]:
    start = time.process_time()
    world = county(YEAR_JOBS, units=70, sites=30, side=30_000.0, run=run)
    answer = dispatch(*world, LAW)
    digest = hashlib.blake2b(_rows(answer).tobytes()).hexdigest()
    state = _loaded(world, answer)
    return digest, state, os.getpid(), _peak_mb(), time.process_time() - start


def _loaded(world: World, answer: Dispatched) -> str:
    """Say how busy the units are, and stop where that is not the regime that is meant."""
    if not (0.6 <= utilisation(world, answer) <= 0.7 and answer.queued.mean() >= 0.05):
        sys.exit(f"not the regime that is meant: {_state(world, answer)}")
    return _state(world, answer)


def _state(world: World, answer: Dispatched) -> str:
    return f"utilisation {utilisation(world, answer):.3f}, {answer.queued.mean():.1%} queued"


def _rows(answer: Dispatched) -> np.ndarray:
    return np.column_stack([answer.unit, answer.assigned, answer.arrived, answer.freed])


def _simpy(world: World) -> tuple[float, list[list[int]]]:
    with tempfile.TemporaryDirectory() as folder:
        given, back = Path(folder, "world.json"), Path(folder, "answer.json")
        given.write_text(json.dumps(columns(world)), "utf-8")
        program = _ROOT / "tests" / "rivals" / "dispatch_simpy.py"
        done = subprocess.run(
            [rivals_python(), program, given, back], check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)["seconds"], json.loads(back.read_text("utf-8"))


def _plain_heap(world: World) -> tuple[float, list[tuple[int, int, int, int]]]:
    plain = columns(world)
    start = time.process_time()
    answer = plain_heap.played(plain)
    return time.process_time() - start, answer


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6


if __name__ == "__main__":
    main()
