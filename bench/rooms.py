"""Answering beside a SimPy model: the same answers to the last digit, the seconds that each takes.

``python bench/rooms.py`` plays a million calls to three rooms and a night team, with shifts, calls passed on, callers who give up
and ring again. It asserts how busy the handlers are and how many calls wait: rooms with nobody waiting are easier to play.
"""

from __future__ import annotations

import heapq
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
CALLS, SHARED, RUNS = 1_000_000, 50_000, 5
HALF, WEEK = 1_800_000, 336
FREE, PASS, HANG_UP, GIVE_UP, AGAIN, CALL = 1, 2, 3, 4, 5, 6
COLUMNS = ("answered", "handler", "released", "given_up", "lost", "answered_there", "logged_there", "second")


def main() -> None:
    """Print one JSON line."""
    sys.path[:0] = [str(_ROOT), str(Path(__file__).parent)]
    import numpy as np

    from joinedup.response.rooms import answer

    answer(*_world(100))  # compiles
    calls, teams = _world(CALLS)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        answer(calls, teams)
        seconds.append(time.perf_counter() - start)
    ours, peak = statistics.median(seconds), _peak_mb()
    loaded = _loaded(calls, teams, answer(calls, teams))
    shared = _world(SHARED)
    mine = answer(*shared)
    state = _loaded(*shared, mine)
    spent, theirs = _simpy(*shared)
    same = bool(np.array_equal(np.column_stack([getattr(mine, name) for name in COLUMNS]), theirs))
    rival = spent * CALLS / SHARED
    line = {
        "name": "rooms",
        "work": f"{CALLS:,} calls to three rooms, one team at night, {loaded}; simpy timed on {SHARED:,} ({state}) and scaled",
        "ours": round(ours, 4),
        "rival": round(rival, 2),
        "rival_name": "simpy",
        "ratio": round(rival / ours, 1),
        "peak_mb": round(peak),
        "same_answer": same,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    if not same:
        sys.exit("rooms: the answers differ from the rival's")


def _world(count: int) -> Any:
    """Make the calls of three rooms of 25, 6 and 15 handlers by day, and of a night team of 35."""
    import numpy as np

    from joinedup.assumptions import stream
    from joinedup.response.rooms import Calls, Teams

    luck = stream(1, "bench", "rooms", str(count))
    service = luck.choice(3, count, p=[0.55, 0.07, 0.38])

    def some(mean: float, most: int = 2**62) -> Any:
        return np.minimum(np.round(luck.exponential(mean, count)), most).astype(np.int64)

    passed = np.where(luck.random(count) < 0.05, (service + luck.integers(1, 3, count)) % 3, -1)
    calls = Calls(
        np.cumsum(some(7_600)),
        service,
        (luck.random(count) < 0.5).astype(np.int64),
        some(240_000),
        some(20_000),
        some(120_000),
        some(30_000),
        luck.integers(1, 5, count),
        passed,
        some(120_000),
        some(30_000),
    )
    night = np.array([half // 2 % 24 in (22, 23, 0, 1, 2, 3, 4, 5, 6) for half in range(WEEK)])
    team_of = np.tile(np.arange(3), (WEEK, 1))
    team_of[night] = 3
    staff = np.array([np.where(night, 0, each) for each in (25, 6, 15)] + [np.where(night, 37, 0)])
    # One more at the busy hours, so that shifts change.
    staff[:3, 18::48] += 1
    longer = np.full((4, 3), 1000)
    longer[3] = 1100
    return calls, Teams(team_of, staff, longer, 1, 120_000, 0)


def _loaded(calls: Any, teams: Any, played: Any) -> str:
    """Say how busy handlers are, and stop where that is not the regime that is meant."""
    ok = played.answered >= 0
    work = (played.released - played.answered)[ok].sum()
    work += (played.logged_there - played.answered_there)[played.second != played.handler].sum()
    hours = (calls.connected[-1] - calls.connected[0]) / HALF
    busy = work / (teams.staff.sum() / WEEK * HALF * hours)
    waited = float((played.joined[ok] < played.answered[ok]).mean())
    lost, passed = (played.lost >= 0).mean(), (played.passed >= 0).mean()
    state = f"handlers busy {busy:.2f}, {waited:.0%} wait, {lost:.1%} lost, {passed:.1%} passed on"
    if not (0.6 <= busy <= 0.9 and waited >= 0.05):
        sys.exit(f"not the regime that is meant: {state}")
    return state


def _simpy(calls: Any, teams: Any) -> tuple[float, Any]:
    from rivals import rivals_python

    world = {name: getattr(calls, name).tolist() for name in calls._fields}
    world |= {name: getattr(teams, name).tolist() for name in ("team_of", "staff", "longer")}
    world |= {"stays": teams.stays, "stays_most": teams.stays_most, "passed_priority": teams.passed_priority}
    with tempfile.TemporaryDirectory() as folder:
        given, back = Path(folder, "world.json"), Path(folder, "answer.json")
        given.write_text(json.dumps(world), "utf-8")
        command = [rivals_python(), __file__, "--simpy", given, back]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)["seconds"], json.loads(back.read_text("utf-8"))


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6


class _Control:
    """The rules of answering as a SimPy model: processes for the calls, the half-hours and each piece of work."""

    def __init__(self, world: dict[str, Any]) -> None:
        import simpy

        class Moment(simpy.Event):
            """A timeout that has its own place among the events of one moment."""

            def __init__(self, env: Any, delay: int, kind: int, item: int) -> None:
                super().__init__(env)
                self._ok, self._value = True, None
                env.schedule(self, (kind << 40) + item + 1, delay)

        self.world, self.env, self.moment = world, simpy.Environment(), Moment
        count = len(world["connected"])
        self.row = [[-1] * len(COLUMNS) for _ in range(count)]
        for each in self.row:
            each[3] = 0
        self.joined = [-1] * count
        self.inside = [False] * count
        self.left = count
        self.over = self.env.event()
        most = [max(each) for each in world["staff"]]
        self.first = [sum(most[:team]) for team in range(len(most))]
        self.home = [team for team, size in enumerate(most) for _ in range(size)]
        self.idle = [list(range(first, first + size)) for first, size in zip(self.first, most, strict=True)]
        self.lines: list[list[deque[tuple[int, int]]]] = [
            [deque(), deque()] for _ in range(len(world["team_of"][0]))
        ]
        self.half = 0
        self.serves: list[list[int]] = []
        self.env.process(self.half_hours())
        self.env.process(self.calls())

    def after(self, delay: int, kind: int, item: int) -> Any:
        return self.moment(self.env, delay, kind, item)

    def half_hours(self) -> Any:
        start = self.world["connected"][0] // HALF * HALF
        yield self.after(start, 0, 0)
        while True:
            self.half = self.env.now // HALF % WEEK
            of = self.world["team_of"][self.half]
            self.serves = [[s for s, its in enumerate(of) if its == team] for team in range(len(self.first))]
            for team in range(len(self.first)):
                self.answer(team)
            yield self.after(HALF, 0, 0)

    def calls(self) -> Any:
        for call, moment in enumerate(self.world["connected"]):
            yield self.after(moment - self.env.now, CALL, call)
            self.join(call)

    def join(self, call: int) -> None:
        self.joined[call] = self.env.now
        self.wait(call, self.world["service"][call], self.world["priority"][call])
        if self.inside[call]:
            self.env.process(self.patience(call))

    def wait(self, call: int, service: int, priority: int) -> None:
        self.inside[call] = True
        self.lines[service][priority].append((self.env.now, call))
        self.answer(self.world["team_of"][self.half][service])

    def patience(self, call: int) -> Any:
        since = self.joined[call]
        yield self.after(self.world["patience"][call], GIVE_UP, call)
        if self.row[call][0] >= 0 or self.joined[call] != since or not self.inside[call]:
            return
        self.inside[call] = False
        self.row[call][3] += 1
        if self.row[call][3] < self.world["attempts"][call]:
            yield self.after(self.world["again"][call], AGAIN, call)
            self.join(call)
        else:
            self.row[call][4] = self.env.now
            self.ended()

    def ended(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.over.succeed()

    def answer(self, team: int) -> None:
        duty = self.first[team] + self.world["staff"][team][self.half]
        while self.idle[team] and self.idle[team][0] < duty:
            chosen = None
            for priority in (0, 1):
                for service in self.serves[team]:
                    line = self.lines[service][priority]
                    while line and (not self.inside[line[0][1]] or line[0][0] != self.since(line[0][1])):
                        line.popleft()
                    if line and (chosen is None or line[0] < chosen[0][0]):
                        chosen = line, service
                if chosen:
                    break
            if not chosen:
                return
            _, call = chosen[0].popleft()
            self.inside[call] = False
            handler = heapq.heappop(self.idle[team])
            work = self.first_work if self.row[call][0] < 0 else self.second_work
            self.env.process(work(call, handler, team))
            # What the second handler decides for the first is decided in this moment.
            if self.row[call][0] < 0:
                self.row[call][0], self.row[call][1] = self.env.now, handler
            else:
                self.row[call][5], self.row[call][7] = self.env.now, handler

    def since(self, call: int) -> int:
        return self.joined[call] if self.row[call][0] < 0 else self.row[call][8]

    def longer(self, took: int, team: int, service: int) -> int:
        return int((took * self.world["longer"][team][service] + 500) // 1000)

    def free(self, handler: int) -> None:
        heapq.heappush(self.idle[self.home[handler]], handler)
        self.answer(self.home[handler])

    def written(self, call: int, delay: int) -> Any:
        delay += self.world["wrap_up"][call]
        self.row[call][2] = self.env.now + delay
        yield self.after(delay, FREE, self.row[call][1])
        self.free(self.row[call][1])
        self.ended()

    def first_work(self, call: int, handler: int, team: int) -> Any:
        world = self.world
        talk = self.longer(world["handling"][call], team, world["service"][call])
        other = world["passed_to"][call]
        if other < 0:
            delay = talk + world["wrap_up"][call]
            self.row[call][2] = self.env.now + delay
            yield self.after(delay, FREE, handler)
            self.free(handler)
            self.ended()
            return
        yield self.after(talk, PASS, call)
        self.row[call].append(self.env.now)
        if world["team_of"][self.half][other] == team:
            took = self.longer(world["log_own"][call], team, other)
            self.row[call][5:8] = self.env.now, self.env.now + took, handler
            yield from self.written(call, took)
            return
        self.left += 1
        if not world["stays"]:
            self.env.process(self.written(call, 0))
        else:
            self.env.process(self.line_held(call))
        self.wait(call, other, world["passed_priority"])

    def line_held(self, call: int) -> Any:
        yield self.after(self.world["stays_most"], HANG_UP, call)
        if self.row[call][5] < 0:
            yield from self.written(call, 0)

    def second_work(self, call: int, handler: int, team: int) -> Any:
        world = self.world
        took = self.longer(world["log"][call], team, world["passed_to"][call])
        self.row[call][6] = self.env.now + took
        if self.row[call][2] < 0:
            self.env.process(self.written(call, 0 if world["stays"] == 1 else took))
        yield self.after(took, FREE, handler)
        self.free(handler)
        self.ended()


def _played_by_simpy(given: Path, back: Path) -> None:
    control = _Control(json.loads(given.read_text("utf-8")))
    start = time.perf_counter()
    control.env.run(control.over)
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - start}))
    back.write_text(json.dumps([each[: len(COLUMNS)] for each in control.row]), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--simpy"]:
        _played_by_simpy(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
