"""Progress appears on the error stream, and only on work that takes longer than two seconds."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from joinedup.cli.progress import Progress
from tests.area.studies import study
from tests.cli.running import run


class Clock:
    """A clock and a timer that move only when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def timer(self, seconds: float, call: Callable[[], None]) -> Timer:
        return Timer(self, seconds, call)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for due, call in list(self.waiting):
            if due <= self.now:
                self.waiting.remove((due, call))
                call()


class Timer:
    def __init__(self, clock: Clock, seconds: float, call: Callable[[], None]) -> None:
        self.clock, self.entry = clock, (clock.now + seconds, call)
        self.daemon = False

    def start(self) -> None:
        assert self.daemon, "a timer that is not a daemon would hold the program up"
        self.clock.waiting.append(self.entry)

    def cancel(self) -> None:
        if self.entry in self.clock.waiting:
            self.clock.waiting.remove(self.entry)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("joinedup.cli.progress.threading", SimpleNamespace(Timer=made.timer))
    monkeypatch.setattr("joinedup.cli.progress.time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def test_nothing_is_said_for_two_seconds_and_then_every_stage_once(clock: Clock) -> None:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), Progress() as progress:
        progress("reading sites")
        clock.pass_by(1.9)
        progress("reading incidents")
        assert err.getvalue() == ""
        clock.pass_by(0.2)
        assert err.getvalue() == "reading incidents …\n"
        progress("reading incidents")
        progress("measuring [x]")
        clock.pass_by(60)
        assert err.getvalue() == "reading incidents …\nmeasuring [x] …\n"
    assert clock.waiting == []
    assert out.getvalue() == ""


def test_work_that_is_done_in_time_says_nothing_later(clock: Clock) -> None:
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        with Progress() as progress:
            progress("reading")
        clock.pass_by(10)
    assert err.getvalue() == ""


def test_an_error_stops_the_progress_too(clock: Clock) -> None:
    def interrupted() -> None:
        with Progress():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert clock.waiting == []


def test_progress_does_not_mix_with_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 10_000, 3))
    monkeypatch.setattr("joinedup.cli.progress.time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    ran = run("check", study(tmp_path), "--json")
    assert ran.json["queries"] == []
    assert "reading sites …" in ran.err
