"""Linking slice by slice: however the period is cut, and whoever works on it, the answer is the same to the last bit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from joblib import parallel_config

from joinedup.crossover import chance, linking
from joinedup.crossover.answer import Window
from joinedup.crossover.linking import linked
from joinedup.crossover.matching import Matching
from joinedup.crossover.records import DAY, canonical, period_of, records_of
from joinedup.crossover.sweep import SLICE, Cells
from tests.crossover.areas import planted

if TYPE_CHECKING:
    from joinedup.crossover.linking import Linked


AREA = planted(3, joint=80, fire=900, ambulance=3_000)


def found(monkeypatch: pytest.MonkeyPatch, length: int, workers: int) -> list[Linked]:
    """Link a small area, and its placebos, in slices of a length by so many workers."""
    for module in (chance, linking):
        monkeypatch.setattr(module, "Cells", partial(Cells, length=length, workers=workers))
    frame = canonical(AREA)
    a, b = records_of(frame, "fire"), records_of(frame, "ambulance")
    one, linkage = linked(a, b, Window(500, 30), period_of(AREA, frame), Matching(), lambda _: None)
    return [one, *(each for each, _ in linkage.placebos())]


@pytest.mark.parametrize(("days", "workers"), [(3, 1), (20, 2), (61, 4)])
def test_the_answer_is_the_same_to_the_last_bit_in_any_slices_by_any_number_of_workers(
    monkeypatch: pytest.MonkeyPatch, days: int, workers: int
) -> None:
    whole, cut = found(monkeypatch, 100 * SLICE, 1), found(monkeypatch, days * DAY, workers)
    for one, other in zip(whole, cut, strict=True):
        assert one.observed == other.observed
        assert np.array_equal(one.pairs.a, other.pairs.a)
        assert np.array_equal(one.pairs.b, other.pairs.b)
        assert one.mixture.odds.tobytes() == other.mixture.odds.tobytes()
        assert one.mixture.variance == other.mixture.variance
        assert one.chance.shifts == other.chance.shifts
        assert one.chance.window == other.chance.window


@pytest.mark.slow
def test_processes_give_the_same_bytes_as_threads_also_where_they_read_the_records_from_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = found(monkeypatch, 20 * DAY, 2)
    # Every array is handed over as a file, which cannot be written to.
    with parallel_config(backend="loky", max_nbytes=1):
        cut = found(monkeypatch, 20 * DAY, 2)
    for one, other in zip(whole, cut, strict=True):
        assert one.observed == other.observed
        assert one.pairs.a.tobytes() == other.pairs.a.tobytes()
        assert one.pairs.apart.tobytes() == other.pairs.apart.tobytes()
        assert one.mixture.odds.tobytes() == other.mixture.odds.tobytes()
        assert one.chance.shifts == other.chance.shifts
