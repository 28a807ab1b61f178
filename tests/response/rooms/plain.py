"""The rules of answering once more, written to be read and not to be quick: lists, a heap, and a search where one is needed."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joinedup.response.rooms import Calls, Teams

HALF = 1_800_000
WEEK = 336
FREE, PASS, HANG_UP, GIVE_UP, AGAIN, CALL = 1, 2, 3, 4, 5, 6


class Plain:
    """One play of calls through teams; ``row`` has for each call what ``Played`` has, by name."""

    def __init__(self, calls: Calls, teams: Teams) -> None:
        self.calls, self.teams = calls, teams
        count = len(calls.connected)
        names = ["joined", "answered", "handler", "handled", "released", "lost", "passed"]
        names += ["answered_there", "logged_there", "second"]
        self.row: list[dict[str, int]] = [dict.fromkeys(names, -1) | {"given_up": 0} for _ in range(count)]
        self.waiting: list[tuple[int, int, int, int]] = []  # urgency, since, call, service
        self.heap: list[tuple[int, int, int]] = []
        most = teams.staff.max(axis=1).tolist()
        self.home = [team for team, size in enumerate(most) for _ in range(size)]
        self.first = [sum(most[:team]) for team in range(len(most))]
        self.busy: set[int] = set()
        self.half = 0

    def play(self) -> list[dict[str, int]]:
        for call, moment in enumerate(self.calls.connected.tolist()):
            heapq.heappush(self.heap, (moment, CALL, call))
        tick = (self.heap[0][0] // HALF) * HALF if self.heap else 0
        quiet = 0
        while self.heap or (self.waiting and quiet <= WEEK):
            if not self.heap or tick <= self.heap[0][0]:
                quiet = 0 if self.heap else quiet + 1
                self.half = tick // HALF % WEEK
                self.answer(tick)
                tick += HALF
                continue
            now, kind, item = heapq.heappop(self.heap)
            self.happen(now, kind, item)
            self.answer(now)
        return self.row

    def team(self, service: int) -> int:
        return int(self.teams.team_of[self.half, service])

    def push(self, moment: int, kind: int, item: int) -> None:
        heapq.heappush(self.heap, (int(moment), kind, item))

    def release(self, call: int, end: int) -> None:
        self.row[call]["released"] = end + int(self.calls.wrap_up[call])
        self.push(self.row[call]["released"], FREE, self.row[call]["handler"])

    def happen(self, now: int, kind: int, item: int) -> None:
        calls, row = self.calls, self.row
        if kind == FREE:
            self.busy.remove(item)
        elif kind in (CALL, AGAIN):
            row[item]["joined"] = now
            self.waiting.append((int(calls.priority[item]), now, item, int(calls.service[item])))
            if calls.patience[item] >= 0:
                self.push(now + calls.patience[item], GIVE_UP, item)
        elif kind == PASS:
            row[item]["passed"] = now
            service, team = int(calls.passed_to[item]), self.home[row[item]["handler"]]
            if self.team(service) == team:
                done = now + self.longer(calls.log_own[item], team, service)
                row[item] |= {"answered_there": now, "logged_there": done, "second": row[item]["handler"]}
                self.release(item, done)
                return
            self.waiting.append((self.teams.passed_priority, now, item, service))
            if self.teams.stays:
                self.push(now + self.teams.stays_most, HANG_UP, item)
            else:
                self.release(item, now)
        elif kind == HANG_UP:
            if row[item]["answered_there"] < 0 and row[item]["released"] < 0:
                self.release(item, now)
        elif row[item]["answered"] < 0 and row[item]["joined"] + calls.patience[item] == now:
            self.waiting = [each for each in self.waiting if each[2] != item]
            row[item]["given_up"] += 1
            if row[item]["given_up"] < calls.attempts[item]:
                self.push(now + calls.again[item], AGAIN, item)
            else:
                row[item]["lost"] = now

    def longer(self, took: Any, team: int, service: int) -> int:
        return (int(took) * int(self.teams.longer[team, service]) + 500) // 1000

    def answer(self, now: int) -> None:
        calls, row = self.calls, self.row
        for team, first in enumerate(self.first):
            while True:
                duty = range(first, first + int(self.teams.staff[team, self.half]))
                free = [each for each in duty if each not in self.busy]
                mine = [each for each in self.waiting if self.team(each[3]) == team]
                if not free or not mine:
                    break
                chosen = min(mine)
                self.waiting.remove(chosen)
                call, handler = chosen[2], free[0]
                self.busy.add(handler)
                if row[call]["answered"] < 0:
                    end = now + self.longer(calls.handling[call], team, int(calls.service[call]))
                    row[call] |= {"answered": now, "handler": handler, "handled": end}
                    if calls.passed_to[call] >= 0:
                        self.push(end, PASS, call)
                    else:
                        self.release(call, end)
                else:
                    end = now + self.longer(calls.log[call], team, int(calls.passed_to[call]))
                    row[call] |= {"answered_there": now, "logged_there": end, "second": handler}
                    self.push(end, FREE, handler)
                    if row[call]["released"] < 0:
                        self.release(call, now if self.teams.stays == 1 else end)
