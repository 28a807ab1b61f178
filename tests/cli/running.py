"""Running commands for tests: inside this process, where a traceback fails the test, or in one of their own."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from joinedup.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command printed, and the status with which it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object) -> Ran:
    """Run a command as ``joinedup ...`` would; an exception that the command line does not catch fails the test."""
    out, err = io.StringIO(), io.StringIO()
    status: object = 0
    with (
        patch.object(sys, "argv", ["joinedup", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ending:
            status = ending.code or 0
    assert isinstance(status, int)
    return Ran(status, out.getvalue(), err.getvalue())


def started(*arguments: object, hash_seed: str = "random", cwd: Path | None = None) -> Ran:
    """Run a command in a process of its own, with a hash seed of its own."""
    import os

    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "joinedup", *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
