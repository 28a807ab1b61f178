"""Durations (§3.1): records drawn again as they stand, cells that fall back, and luck that belongs to a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.dispatching import StraightLines
from joinedup.response.driven import LEAST_RUNS
from joinedup.response.driving import fitted_law
from joinedup.response.durations import LEAST_RECORDS, cells, chances, drawn, shown
from joinedup.travel import BANDS, OF_HOUR, StraightLine

NAMES = np.random.default_rng(1).integers(0, 2**64, 50_000, dtype=np.uint64)


def records(category: str, minutes: list[float]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "service_id": "fire",
            "need": "engine",
            "category": category,
            "part": "night",
            "busy": [round(each * 60_000) for each in minutes],
        }
    )


def test_a_small_cell_falls_back_to_the_category_then_the_service() -> None:
    held = pl.concat(
        [
            records("fire", [10.0] * LEAST_RECORDS),
            records("rescue", [99.0] * (LEAST_RECORDS - 1)),
            records("rescue", [99.0]).with_columns(part=pl.lit("morning")),
        ]
    )
    jobs = pl.concat([records("fire", [0.0]), records("rescue", [0.0]), records("flood", [0.0] * 1000)]).drop(
        "busy"
    )
    chance = np.linspace(0, 1, jobs.height, endpoint=False)
    minutes = drawn(cells("busy", held), jobs, chance, np.zeros(jobs.height, np.int64)) / 60_000
    # Twenty fires at night; twenty rescues, but not at one time of day; a flood takes what the service's jobs take.
    assert minutes[:2].tolist() == [10.0, 99.0]
    assert minutes[2:].mean() == pytest.approx((10 + 99) / 2, rel=0.01)
    other = jobs.with_columns(service_id=pl.lit("police"))
    assert drawn(cells("busy", held), other, chance, np.full(jobs.height, 7)).tolist() == [7] * jobs.height


def test_what_is_drawn_has_the_mean_and_the_tail_of_what_was_recorded() -> None:
    lasted = np.random.default_rng(2).lognormal(3, 1, 3000).tolist()
    held = records("fire", lasted)
    jobs = records("fire", [0.0] * len(NAMES)).drop("busy")
    found = drawn(cells("busy", held), jobs, chances(1, 0, "busy", NAMES), np.zeros(jobs.height, np.int64))
    minutes = found / 60_000
    assert minutes.mean() == pytest.approx(np.mean(lasted), rel=0.02)
    assert np.quantile(minutes, 0.9) == pytest.approx(np.quantile(lasted, 0.9), rel=0.02)
    assert set(found.tolist()) <= set(held["busy"].to_list())


def test_the_fit_says_how_far_a_lognormal_would_be_off() -> None:
    chance = np.random.default_rng(4)
    one_hump = records("fire", chance.lognormal(3, 0.5, 2000).tolist())
    # At the scene for a quarter of an hour, or to the hospital and back in two.
    two_humps = records("crash", [*chance.normal(15, 2, 1000), *chance.normal(120, 10, 1000)])
    found = shown({"busy": cells("busy", pl.concat([one_hump, two_humps]))})
    off = {row["cell"]: row["lognormal_off"] for row in found.iter_rows(named=True)}
    assert off["fire, engine, fire"] < 0.03
    assert off["fire, engine, crash"] > 0.2
    assert found.filter(pl.col("cell") == "fire, engine, fire")["records"].to_list() == [2000]


def test_luck_belongs_to_seed_run_step_and_name_alone() -> None:
    every = chances(7, 3, "busy", NAMES)
    assert np.array_equal(chances(7, 3, "busy", NAMES[::-5]), every[::-5])
    for seed, run, step in ((8, 3, "busy"), (7, 4, "busy"), (7, 3, "handled")):
        other = chances(seed, run, step, NAMES)
        assert not np.any(other == every)
        assert abs(np.corrcoef(other, every)[0, 1]) < 0.02
    # As many in each hundredth as chance would have it.
    expected = len(NAMES) / 100
    counts = np.histogram(every, 100, (0, 1))[0]
    assert 60 < ((counts - expected) ** 2 / expected).sum() < 150


def test_names_that_differ_by_one_have_luck_that_has_nothing_to_do_with_each_other() -> None:
    run = chances(7, 3, "busy", np.arange(50_000, dtype=np.uint64))
    assert abs(np.corrcoef(run[1:], run[:-1])[0, 1]) < 0.02
    assert run.mean() == pytest.approx(0.5, abs=0.01)


def runs(law: StraightLine, count: int) -> pl.DataFrame:
    metres = np.linspace(100, 12_000, count)
    drove = np.round(law.minutes(metres) * 60_000).astype(np.int64)
    told = [datetime(2025, 2, 3, tzinfo=UTC) + timedelta(hours=each) for each in range(count)]
    return pl.DataFrame({"pool": ["engine"] * count, "metres": metres, "drove": drove, "told_at": told})


def test_the_law_of_travel_is_found_from_runs_and_said_by_name() -> None:
    truth, declared = StraightLine(0.75, 3.1), StraightLine(1.0, 2.0)
    found = fitted_law("engine", runs(truth, 200), declared)
    assert found.travel.km_per_minute == pytest.approx(0.75, rel=1e-3)
    assert found.travel.lost_minutes == pytest.approx(3.1, rel=1e-3)
    assert found.said == "engine: straight line, fitted to 200 recorded runs (45 km/h, 3.1 min lost)"


def test_drives_that_take_longer_in_rush_hours_are_found_to_and_played_so() -> None:
    truth, rush = StraightLine(0.75, 3.1), BANDS.index("rush hour")
    held = runs(truth, 600)
    # Half as long again in a rush hour, and each run a little beside that.
    of = OF_HOUR[np.arange(600) % 168]
    chance = np.exp(0.1 * np.random.default_rng(5).standard_normal(600)) * np.where(of == rush, 1.5, 1.0)
    found = fitted_law(
        "engine", held.with_columns(drove=(pl.col("drove") * chance).round().cast(pl.Int64)), truth
    )
    assert found.by_hour
    pace = np.array(found.paces)
    # The law is fitted to all of them, and so its own pace is between the two.
    assert pace[rush] / np.delete(pace, rush) == pytest.approx(1.5, rel=0.04)
    assert "rush hour 1." in found.said
    lines = found.lines
    assert isinstance(lines, StraightLines)
    km = np.array([500.0, 9_000.0])
    for each, law in zip(found.paces, lines.laws, strict=True):
        assert law.minutes(km) == pytest.approx(each * found.travel.minutes(km))


def test_drives_that_are_alike_in_all_hours_have_one_law() -> None:
    held = runs(StraightLine(0.75, 3.1), 600)
    alike = 0
    for seed in range(50):
        chance = np.exp(0.3 * np.random.default_rng(seed).standard_normal(600))
        beside = held.with_columns(drove=(pl.col("drove") * chance).round().cast(pl.Int64))
        found = fitted_law("engine", beside, StraightLine(0.75, 3.1))
        alike += not found.by_hour
        if not found.by_hour:
            assert found.lines is found.travel
    # One in a thousand is taken for different by chance.
    assert alike >= 49


def test_too_few_runs_leave_the_declared_law_and_say_so() -> None:
    declared = StraightLine(1.0, 2.0)
    for held in (runs(declared, LEAST_RUNS - 1), runs(declared, 200).with_columns(metres=pl.lit(500.0))):
        found = fitted_law("engine", held, declared)
        assert found.travel == declared
        assert "declared law (60 km/h, 2.0 min lost)" in found.said


def test_every_declared_number_has_a_name_of_its_own_and_a_range() -> None:
    names = [each.name for each in ASSUMPTIONS]
    assert len(set(names)) == len(names)
    assert all(name.startswith(("response.", "rooms.")) for name in names)
    assert all(each.low <= each.central <= each.high for each in ASSUMPTIONS)
