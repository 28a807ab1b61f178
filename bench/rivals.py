"""The programs that ours are measured beside, in an environment of their own: they are no part of what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_FOLDER = _ROOT / ".venv-rivals"
_PINS = _ROOT / "requirements-rivals.txt"


def rivals_python() -> Path:
    """Give the Python of ``.venv-rivals``, which is made, or renewed where the pins have changed, before it is used."""
    python = _FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = _FOLDER / ".pins"
    if not done.is_file() or done.read_bytes() != _PINS.read_bytes():
        sys.stderr.write(f"Installing the rivals (pinned and hashed) in {_FOLDER.name}\n")
        venv.create(_FOLDER, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, "--require-hashes", "--only-binary", ":all:", "-r", str(_PINS)], check=True)
        done.write_bytes(_PINS.read_bytes())
    return python
