"""p-median beside spopt and PuLP, where the rivals' environment is made: San Francisco's instance (§3.6)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from joinedup.locate import p_median
from tests.locate.test_p_median import san_francisco
from tests.small import ROOT

PYTHON = ROOT / ".venv-rivals" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture(scope="module")
def python() -> Path:
    asked = [str(PYTHON), "-c", "import spopt"]
    if not PYTHON.is_file() or subprocess.run(asked, check=False, capture_output=True).returncode:
        pytest.skip("spopt is not in .venv-rivals; bench/locate.py makes it")
    return PYTHON


@pytest.mark.slow
@pytest.mark.parametrize("p", [2, 4, 7])
def test_san_francisco_s_p_median_is_that_of_another_formulation_and_another_solver(
    python: Path, tmp_path: Path, p: int
) -> None:
    metres, people = san_francisco()
    np.savez(tmp_path / "given.npz", cost=metres, demand=people)
    script, given = ROOT / "bench" / "locate_spopt.py", tmp_path / "given.npz"
    command = [str(each) for each in (python, script, given, p, 60)]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path).stdout
    rival = json.loads(answer.splitlines()[-1])
    # PuLP says "Optimal" of any answer; this status is read from what CBC says of the solution.
    assert rival["status"] == "optimal"
    ours = p_median(metres, people, p)
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(rival["objective"], rel=1e-12)
    assert list(ours.open) == rival["open"]
