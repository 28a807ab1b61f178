"""Compiled code is kept for the next time, also where the package's own folder cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LOOP = """
from joinedup.compiling import compiled

@compiled
def doubled(number):
    return number + number

print(doubled(21), sum(doubled.stats.cache_hits.values()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("writable", [True, False])
def test_compiled_code_is_kept_beside_the_package_or_else_in_the_users_own_cache(
    tmp_path: Path, writable: bool
) -> None:
    package, cache = tmp_path / "package", tmp_path / "cache"
    package.mkdir()
    (package / "loop.py").write_text(LOOP, "utf-8")
    if not writable:
        # Where the folder of compiled code would be stands a file: nobody can write there, whatever rights they have.
        (package / "__pycache__").write_text("", "utf-8")
    given = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    given |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache)}
    said = [
        subprocess.run(
            [sys.executable, package / "loop.py"], check=True, capture_output=True, text=True, env=given
        ).stdout.split()
        for _ in range(2)
    ]
    # The second process has it from the first.
    assert said == [["42", "0"], ["42", "1"]]
    assert any((package / "__pycache__").glob("*.nbc")) == writable
    assert any(tmp_path.rglob("*.nbc"))
