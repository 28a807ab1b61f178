"""Answering and then sending as a SimPy model of two queues in a row: a process for each call, resources for who is on duty.

Run by a test in an environment of its own: ``sending_simpy.py WORLD ANSWER`` reads plain columns as JSON, and writes when each
call was answered, when its service's crews were told, and when those of the service that it was passed to were; −1 where none.
Shifts, callers who give up and lines that are held are left to the other models: here rooms always have the same staff.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import simpy  # type: ignore[import-not-found] # stands in the rivals' environment alone


class Control:
    """Handlers and dispatchers of each service; whoever has no dispatchers sends crews while answering."""

    def __init__(self, env: simpy.Environment, world: dict[str, Any]) -> None:
        self.env, self.world = env, world
        self.handlers = [simpy.PriorityResource(env, each) for each in world["handlers"]]
        self.dispatchers: list[Any] = [
            simpy.PriorityResource(env, each) if each else None for each in world["dispatchers"]
        ]
        self.rows = [[-1, -1, -1] for _ in world["connected"]]

    def calls(self) -> Generator[simpy.Event, None, None]:
        for call, moment in enumerate(self.world["connected"]):
            yield self.env.timeout(moment - self.env.now)
            self.env.process(self.call(call))

    def call(self, call: int) -> Generator[simpy.Event, None, None]:
        world, service = self.world, self.world["service"][call]
        talk, opens = world["talk"][call], world["opens"][call]
        with self.handlers[service].request(world["priority"][call]) as turn:
            yield turn
            self.rows[call][0] = self.env.now
            yield self.env.timeout(opens)
            if world["sent"][call]:
                if self.dispatchers[service] is None:
                    yield self.env.timeout(world["sending"][call])
                    self.rows[call][1] = self.env.now
                else:
                    self.env.process(self.send(call, service, 1, world["priority"][call], "sending"))
            yield self.env.timeout(talk - opens)
            if world["passed_to"][call] >= 0:
                self.env.process(self.passed(call, world["passed_to"][call]))
            yield self.env.timeout(world["wrap_up"][call])

    def passed(self, call: int, service: int) -> Generator[simpy.Event, None, None]:
        with self.handlers[service].request(0) as turn:
            yield turn
            yield self.env.timeout(self.world["log"][call])
            if self.dispatchers[service] is None:
                yield self.env.timeout(self.world["sending_there"][call])
                self.rows[call][2] = self.env.now
            else:
                self.env.process(self.send(call, service, 2, 0, "sending_there"))

    def send(
        self, call: int, service: int, place: int, priority: int, took: str
    ) -> Generator[simpy.Event, None, None]:
        with self.dispatchers[service].request(priority) as turn:
            yield turn
            yield self.env.timeout(self.world[took][call])
        self.rows[call][place] = self.env.now


def main(given: Path, back: Path) -> None:
    env = simpy.Environment()
    control = Control(env, json.loads(given.read_text("utf-8")))
    env.process(control.calls())
    env.run()
    back.write_text(json.dumps(control.rows), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
