"""Standards (§3.5): the figures as they are written, the dates on which they hold, and what is said where none can be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from joinedup.area import Settings
from joinedup.assumptions import stream
from joinedup.refusal import Refusal
from joinedup.response.calibrating import calibration
from joinedup.response.replaying import Baseline
from joinedup.response.standards import Met, Standard, against, standards_from, standards_of
from joinedup.response.standards.holding import held as judge
from tests.response.test_replaying import assumed, attendance, unit, varied
from tests.small import ZONE, incident, service, site, small_area, with_tables

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.response.outcomes import Outcomes

CLOCK = 'clock = { from = "received_at", to = "first arrival" }'
WHOLE = f"""[[standards]]
name = "x"
kind = "fire"
{CLOCK}
measure = "mean"
limit_seconds = 600
from = 2025-01-01
source = "y"
"""


def county(nation: str, day: str = "2025-09-01", standards: str = "") -> Area:
    """Make an ambulance a kilometre from three calls; the last is a C2."""
    received = datetime.fromisoformat(f"{day} 10:00:00").replace(tzinfo=ZoneInfo(ZONE))
    kinds = (("purple", "C1"), ("red", "C1"), ("amber", "C2"))
    return small_area(
        Settings(name="x", zone=ZONE, nation=nation, standards=standards),
        services=[service("ambulance"), service("police"), service("fire")],
        sites=[site("A", "ambulance", 1000.0)],
        units=[
            {
                "unit_id": "M",
                "service_id": "ambulance",
                "kind": "ambulance",
                "site_id": "A",
                "crew": "wholetime",
            }
        ],
        incidents=[
            incident(
                f"A{n}",
                "ambulance",
                0.0,
                received_at=received + timedelta(hours=6 * n),
                category=each[nation == "England"],
            )
            for n, each in enumerate(kinds)
        ],
        calls=[
            {
                "call_id": f"P{n}",
                "service_id": "police",
                "kind": "999" if n < 10 else "101",
                "connected_at": received,
                "answered_at": received + timedelta(seconds=10 if n < 8 else 11),
            }
            for n in range(12)
        ],
    )


def held(area: Area) -> dict[str, dict[str, object]]:
    outcomes = Baseline.of(area, assumed(response__handling__ambulance=2.0)).played()
    return {row["standard"]: row for row in against(outcomes, standards_of(area)).iter_rows(named=True)}


def test_england_has_the_figures_of_2025_26() -> None:
    limits = {
        each.name: (each.measure, each.limit)
        for each in standards_of(county("England"))
        if each.starts <= date(2025, 9, 1) <= (each.ends or date.max)
    }
    assert limits == {
        "C1 mean": ("mean", 7),
        "C1 90th centile": ("90th", 15),
        "C2 mean": ("mean", 18),
        "C2 mean, interim": ("mean", 30),
        "C2 90th centile": ("90th", 40),
        "C3 90th centile": ("90th", 120),
        "C4 90th centile": ("90th", 180),
        "999 calls answered in 10 s": ("share", pytest.approx(10 / 60)),
        "first engine": ("set by each service", None),
    }


def test_every_standard_says_where_it_is_written_and_on_which_clock() -> None:
    for nation in ("England", "Wales"):
        for each in standards_of(county(nation)):
            assert each.source
            assert each.clock in {("received_at", "first arrival"), ("connected_at", "answered_at")}


def test_wales_has_purple_and_red_from_july_2025_and_the_red_target_until_then() -> None:
    after, before = held(county("Wales")), held(county("Wales", "2025-06-01"))
    assert (after["purple mean"]["records"], after["red mean"]["records"]) == (1.0, 1.0)
    assert after["red within 8 minutes"]["records"] == 0
    assert before["red within 8 minutes"]["records"] == 1.0
    assert before["purple mean"]["met_played"] is None
    assert after["purple mean"]["limit"] == 8


def test_arrivals_are_held_to_the_category_they_are_of() -> None:
    found = held(county("England"))
    # Handled for 2 minutes, off after 1.25, and 1 km takes 2 √2: 6 min 5 s.
    assert found["C1 mean"]["records"] == 2.0
    assert found["C1 mean"]["reached"] == pytest.approx(2 + 1.25 + 2 * 2**0.5, abs=1e-4)
    # Both came in time, and two of a kind tell nobody what others do.
    assert found["C1 mean"]["met_played"] == Met.CANNOT_TELL
    assert found["C2 mean"]["records"] == 1.0
    assert found["C3 90th centile"]["met_played"] is None


def test_calls_answered_at_the_tenth_second_are_answered_within_ten() -> None:
    found = held(county("England"))["999 calls answered in 10 s"]
    # Rooms were not played, so that nothing was reached; eight of ten is too few to tell, all in one hour besides.
    assert (found["records"], found["recorded"], found["reached"]) == (10.0, 0.8, None)
    assert (found["met_recorded"], found["met_played"]) == (Met.CANNOT_TELL, None)


def test_what_each_service_sets_for_itself_is_neither_met_nor_missed() -> None:
    found = held(county("England"))["first engine"]
    assert (found["limit"], found["reached"], found["met_played"], found["met_recorded"]) == (None,) * 4


MEAN, MOST, SHARE = (
    standards_from(WHOLE.replace('measure = "mean"', f'measure = "{measure}"{extra}'), "f.toml")[0]
    for measure, extra in (("mean", ""), ("90th", ""), ("share", "\nshare = 0.9"))
)


def test_the_interval_decides_and_not_the_figure() -> None:
    # 600 s are 10 minutes. Of so many hours, each with one call: waits about 8, 10 and 12 minutes, give or take 2.
    luck = stream(6, "test", "standards")
    hours = np.arange(400)
    for about, met in ((8.0, Met.MET), (10.0, Met.CANNOT_TELL), (12.0, Met.NOT_MET)):
        assert judge(luck.normal(about, 2.0, (1, 400)), hours, MEAN).met == met
    # 17 calls some 20 seconds above the limit do not tell that it is missed; 1,700 do.
    few, many = (judge(luck.normal(10.3, 2.0, (1, n)), np.arange(n), MEAN) for n in (17, 1700))
    assert (few.met, many.met) == (Met.CANNOT_TELL, Met.NOT_MET)
    assert few.low is not None
    assert few.high is not None
    assert few.low < 10 < few.high


@pytest.mark.parametrize(("standard", "truth"), [(MEAN, 8.0), (MOST, 8 + 2 * 1.2815516), (SHARE, 0.8413447)])
def test_the_interval_holds_the_truth_as_often_as_it_says(standard: Standard, truth: float) -> None:
    luck = stream(2, "test", "standards", standard.measure)
    inside = 0
    for _ in range(400):
        found = judge(luck.normal(8.0, 2.0, (1, 300)), np.arange(300), standard)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= truth <= found.high
    # Of 400, 380 in the mean; four times its spread either way.
    assert abs(inside - 380) < 18


def test_calls_of_one_hour_tell_less_than_as_many_hours_apart() -> None:
    luck = stream(3, "test", "standards")
    waits = np.repeat(luck.normal(8.0, 2.0, 40), 10)[None, :]
    alone, together = (judge(waits, each, MEAN) for each in (np.arange(400), np.arange(400) // 10))
    assert alone.level == pytest.approx(together.level)
    wide = [float(each.high or 0) - float(each.low or 0) for each in (alone, together)]
    assert wide[1] == pytest.approx(wide[0] * 10**0.5, rel=0.1)


def test_played_runs_of_the_same_calls_are_no_more_calls() -> None:
    luck = stream(4, "test", "standards")
    waits = luck.normal(8.0, 2.0, (1, 100))
    one, five = (judge(np.repeat(waits, runs, axis=0), np.arange(100), MEAN) for runs in (1, 5))
    assert one.records == five.records
    assert [five.low, five.high] == pytest.approx([one.low, one.high])


def test_whoever_never_came_in_time_is_late_and_the_90th_centile_of_few_has_no_upper_end() -> None:
    waits = np.full((1, 100), 5.0)
    waits[0, :20] = np.inf
    assert judge(waits, np.arange(100), SHARE).level == 0.8
    assert judge(waits, np.arange(100), SHARE).met == Met.NOT_MET
    assert judge(waits, np.arange(100), MEAN).level == 5.0
    few = judge(np.linspace(1, 9, 17)[None, :], np.arange(17), MOST)
    assert (few.high, few.met) == (None, Met.CANNOT_TELL)


def test_all_of_a_few_within_the_limit_is_no_proof_that_nine_in_ten_are() -> None:
    few, many = (judge(np.full((1, n), 1.0), np.arange(n), SHARE).met for n in (20, 40))
    assert (few, many) == (Met.CANNOT_TELL, Met.MET)


def answered_late(ended: int | None) -> dict[str, object]:
    """Answer 40 calls at once, and have 20 more that were never answered and ended after so many seconds."""
    area = county("England")
    at = area.table("incidents")["received_at"][0]
    assert isinstance(at, datetime)
    rows = [
        {
            "call_id": f"P{n}",
            "service_id": "police",
            "kind": "999",
            "connected_at": at + timedelta(hours=n),
            "answered_at": at + timedelta(hours=n, seconds=3) if n < 40 else None,
            "ended_at": None if ended is None else at + timedelta(hours=n, seconds=ended),
        }
        for n in range(60)
    ]
    calls = small_area(calls=rows).table("calls")
    return held(with_tables(area, {"calls": calls}))["999 calls answered in 10 s"]


def test_a_caller_who_hung_up_unanswered_after_the_limit_was_answered_late() -> None:
    late, soon, unknown = (answered_late(each) for each in (30, 5, None))
    assert (late["records"], late["recorded"]) == (60.0, pytest.approx(40 / 60))
    # Who hung up within the limit, and of whom nobody knows when they did, are not counted.
    assert (soon["records"], soon["recorded"]) == (unknown["records"], unknown["recorded"]) == (40.0, 1.0)
    assert late["met_recorded"] == Met.NOT_MET
    assert soon["met_recorded"] == Met.MET


def test_an_ambulance_standard_is_stopped_by_whom_the_ambulance_service_sends_and_not_by_a_police_car() -> (
    None
):
    # A police car comes to each call before its ambulance does, for a need of its own.
    received = datetime.fromisoformat("2025-09-01 10:00:00").replace(tzinfo=ZoneInfo(ZONE))
    went = [
        attendance(f"A{n}", who, received + timedelta(hours=6 * n, minutes=2), need=need)
        for n in range(3)
        for who, need in (("M", "ambulance"), ("PV", "police car"))
    ]
    area = county("England")
    extra = small_area(
        units=[*area.table("units").to_dicts(), unit("PV", "police", "police car", "P")],
        sites=[site("A", "ambulance", 1000.0), site("P", "police", 0.0)],
        attendances=went,
    )
    area = with_tables(area, {each: extra.table(each) for each in ("units", "sites", "attendances")})
    outcomes = Baseline.of(area, assumed()).played()
    own, anybody = (
        {row["standard"]: row for row in against(outcomes, each).iter_rows(named=True)}["C1 mean"]["reached"]
        for each in (standards_of(area), tuple(replace(s, stopped_by="anybody") for s in standards_of(area)))
    )
    # The ambulance has a kilometre to drive, and the police car none.
    assert own == pytest.approx(anybody + 2 * 2**0.5, abs=1e-3)
    assert outcomes.incidents["first"].min() == pytest.approx(anybody)


def test_standards_are_held_by_hour_and_by_ground_where_there_are_records_enough() -> None:
    outcomes = Baseline.of(varied(), assumed()).played(runs=2)
    own = standards_from(WHOLE, "f.toml")
    whole = against(outcomes, own).row(0, named=True)
    hours, grounds = (against(outcomes, own, (each,)) for each in ("hour", "ground"))
    assert hours["records"].min() >= 10  # type: ignore[operator]
    assert grounds["records"].sum() == whole["records"] == 400
    counted = outcomes.by("service_id", "ground").select("ground", "mean")
    assert grounds["ground"].to_list() == counted["ground"].to_list()
    assert grounds["reached"].to_list() == pytest.approx(counted["mean"].to_list())
    assert set(hours["met_played"]) <= set(Met)
    # What happened is that of the records, and no less than any of its grounds.
    waited = (pl.col("arrived_at") - pl.col("received_at")).dt.total_milliseconds() / 60_000
    both = varied().table("attendances").join(varied().table("incidents"), on="incident_id")
    assert whole["recorded"] == pytest.approx(both.select(waited.mean()).item())
    # All ten calls by 999 were connected at one hour. Calls have no ground.
    (row,) = against(held_area(), standards_of(county("England")), ("hour",)).iter_rows(named=True)
    assert (row["hour"], row["standard"], row["recorded"]) == (10, "999 calls answered in 10 s", 0.8)
    assert against(held_area(), standards_of(county("England")), ("ground",)).is_empty()


def held_area() -> Outcomes:
    return Baseline.of(county("England"), assumed()).played()


def test_a_service_of_which_the_model_is_off_is_marked() -> None:
    outcomes = Baseline.of(varied(), assumed()).played()
    own = standards_from(WHOLE, "f.toml")
    assert against(outcomes, own)["off"].to_list() == [None]
    for tolerance, off in ((0.001, True), (0.9, False)):
        compared = calibration(varied(), assumed(response__calibration_tolerance=tolerance))
        assert against(outcomes, own, (), compared)["off"].to_list() == [off]


def test_a_study_can_be_held_to_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(WHOLE.replace('kind = "fire"', 'service = "fire"'), "utf-8")
    area = county("England", standards="ours.toml")
    (own,) = standards_of(area, tmp_path)
    assert own.limit == 10
    assert own.holds_for("fire", "fire")
    assert not own.holds_for("other-fire", "fire")
    with pytest.raises(
        Refusal, match=r"standards 'theirs.toml' is neither a file of the study nor one of england, wales"
    ):
        standards_of(county("England", standards="theirs.toml"), tmp_path)


def test_a_study_can_be_held_to_the_standards_of_a_nation_by_name() -> None:
    assert standards_of(county("", standards="england-2025-26")) == standards_of(county("England"))


def test_a_nation_that_we_hold_no_standards_of_has_none() -> None:
    for nation in ("Scotland", ""):
        assert standards_of(county(nation)) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (CLOCK + "\n", "", "standard 'x': has no clock that we can read; add clock = "),
        ('to = "first arrival"', 'to = "left_at"', "has no clock that we can read"),
        ('name = "x"\n', "", "a standard has no name"),
        ('measure = "mean"', 'measure = "mode"', "measure must be one of mean, 90th, share"),
        ("limit_seconds = 600", "limit_seconds = 0", "limit_seconds must be a number above 0"),
        ('measure = "mean"', 'measure = "share"', "share must be a part of one"),
        ("from = 2025-01-01\n", "", "needs the date from which it holds"),
        ('source = "y"\n', "", "needs a source"),
        ("limit_seconds", "limit_second", "unknown key 'limit_second'; did you mean 'limit_seconds'"),
        ("[[standards]]", "[standards]", "head each with"),
    ],
)
def test_a_standard_that_cannot_be_read_is_refused_by_name(old: str, new: str, words: str) -> None:
    assert len(standards_from(WHOLE, "f.toml")) == 1
    with pytest.raises(Refusal, match=words):
        standards_from(WHOLE.replace(old, new), "f.toml")
