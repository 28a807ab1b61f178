"""Runs side by side (§3.3): in threads, or in processes of their own where joblib is told so, the bytes are the same."""

from __future__ import annotations

import os

import joblib
import pytest

from joinedup.response.outcomes import Outcomes
from joinedup.response.redrawing import Drawing
from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, varied


@pytest.mark.slow
def test_runs_in_processes_give_the_bytes_of_one_worker() -> None:
    baseline = Baseline.of(varied(), assumed())
    alone = baseline.played(runs=4).as_parquet()
    drawn = Drawing.of(baseline).played(2, Outcomes.as_parquet)
    assert baseline.played(runs=4, workers=2).as_parquet() == alone
    with joblib.parallel_config(backend="loky"):
        # The hint that threads are preferred gives way: these are other processes than this one.
        numbers = joblib.Parallel(n_jobs=2, prefer="threads")(joblib.delayed(os.getpid)() for _ in range(4))
        assert os.getpid() not in numbers
        assert baseline.played(runs=4, workers=2).as_parquet() == alone
        assert Drawing.of(baseline).played(2, Outcomes.as_parquet, workers=2) == drawn
