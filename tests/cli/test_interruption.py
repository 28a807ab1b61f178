"""Ctrl-C ends a command with 130 and leaves nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.area.studies import everything, incidents, study
from tests.cli.running import Ran, run
from tests.cli.test_commands import LITTLETON, MAPPING

# Runs a command whose second piece of writing never ends, and says so on its output.
SLOW = """
import sys, time
from pathlib import Path
import joinedup.writing as writing
from joinedup.cli import main

calls = 0

def slowly(original):
    def call(*arguments):
        global calls
        calls += 1
        if calls == 2:
            print("writing", flush=True)
            time.sleep(60)
        return original(*arguments)
    return call

writing._write = slowly(writing._write)
Path.write_bytes = slowly(Path.write_bytes)
sys.argv = ["joinedup", *sys.argv[1:]]
main()
"""


# Says when the first run is played, and plays on.
PLAYING = """
import sys, threading
import joinedup.response.replaying as replaying
from joinedup.cli import main

once, said = replaying.played_once, threading.Event()

def told(*arguments):
    if not said.is_set():
        said.set()
        print("writing", flush=True)
    return once(*arguments)

replaying.played_once = told
sys.argv = ["joinedup", *sys.argv[1:]]
main()
"""


def interrupted(*arguments: object, program: str = SLOW) -> Ran:
    """Start a command and press Ctrl-C while it writes."""
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline() == "writing\n", process.stderr.read()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    return Ran(process.returncode, out, err)


@pytest.mark.skipif(os.name == "nt", reason="Windows has another way to interrupt")
@pytest.mark.parametrize("command", ["read", "new", "report", "first report"])
def test_ctrl_c_while_writing_leaves_what_was_there(tmp_path: Path, command: str) -> None:
    (tmp_path / "calls.toml").write_text(MAPPING)
    (tmp_path / "calls.csv").write_text("ID\n1\n")
    reading = ("read", tmp_path / "calls.toml", tmp_path / "calls.csv", "--into", tmp_path / "study")
    assert run(*reading).status == 0
    if command == "report":
        assert run("report", tmp_path / "study", "--out", tmp_path / "out").status == 0
    (tmp_path / "calls.csv").write_text("ID\n2\n")
    before = everything(tmp_path)
    arguments: dict[str, tuple[object, ...]] = {
        "read": reading,
        "new": ("new", tmp_path / "new"),
        "report": ("report", tmp_path / "study", "--out", tmp_path / "out"),
        "first report": ("report", tmp_path / "study", "--out", tmp_path / "deep" / "new"),
    }
    done = interrupted(*arguments[command])
    assert done.status == 130
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "nothing half-written" in done.err
    assert everything(tmp_path) == before
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "deep").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has another way to interrupt")
@pytest.mark.parametrize(
    ("program", "runs"),
    [
        pytest.param(SLOW.replace("calls == 2", "calls == 1"), 1, id="writes", marks=pytest.mark.slow),
        pytest.param(PLAYING, 1000, id="plays"),
    ],
)
def test_ctrl_c_while_respond_writes_or_plays_leaves_what_was_there(
    tmp_path: Path, program: str, runs: int
) -> None:
    # A small study is soon played; Littleton takes long enough to be stopped on the way.
    small = study(
        tmp_path / "small",
        incidents=incidents(
            "F1,fire,2025-01-06 10:00:00,51.5,-0.1",
            columns="incident_id,service_id,received_at,latitude,longitude",
        ),
        sites="site_id,service_id,kind,name,latitude,longitude\nS,fire,station,S,51.5,-0.1\n",
        units="unit_id,service_id,kind,site_id\nE1,fire,engine,S\n",
    )
    rows = tmp_path / "rows.parquet"
    rows.write_bytes(b"of an earlier time")
    before = everything(tmp_path)
    done = interrupted(
        "respond", small if runs == 1 else LITTLETON, "--runs", runs, "--out", rows, program=program
    )
    assert done.status == 130
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "nothing half-written" in done.err
    assert everything(tmp_path) == before


def test_ctrl_c_while_reading_ends_with_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("joinedup.area.reading.read_raw", stop)
    ran = run("check", LITTLETON)
    assert ran.status == 130
    assert ran.out == ""
