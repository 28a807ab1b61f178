"""The safety gate: cannot tell is not a pass."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from joinedup.appraisal import Outcome, judge
from joinedup.area.settings import Tolerance

AGREED = {"fire": Tolerance(0.5, date(2025, 3, 1)), "ambulance": Tolerance(0.5, date(2025, 3, 1))}


def waits(
    change: list[float],
    service: str = "fire",
    category: str | None = "house fire",
    ground: str | None = "east",
) -> pl.DataFrame:
    before = [8.0] * len(change)
    return pl.DataFrame(
        {
            "service_id": [service] * len(change),
            "category": pl.Series([category] * len(change), dtype=pl.String),
            "ground": pl.Series([ground] * len(change), dtype=pl.String),
            "before": pl.Series(before, dtype=pl.Float64),
            "after": pl.Series([8.0 + each for each in change], dtype=pl.Float64),
        }
    )


def test_nobody_waiting_longer_is_a_pass_however_few() -> None:
    for changes in ([0.0] * 40, [0.0], [-5.0, 0.0], [-30.0] + [0.0] * 11):
        assert judge(waits(changes), AGREED).outcome is Outcome.PASS


def test_without_a_tolerance_nobody_can_tell_even_if_nothing_changes() -> None:
    gate = judge(waits([0.0] * 40), {})
    assert gate.outcome is Outcome.CANNOT_TELL
    assert gate.reasons == ("fire: no tolerance was recorded before results were seen",)


def test_a_tolerance_recorded_after_results_were_seen_does_not_count() -> None:
    assert judge(waits([0.0] * 40), AGREED, results_seen_on=date(2025, 3, 1)).outcome is Outcome.PASS
    late = judge(waits([0.0] * 40), AGREED, results_seen_on=date(2025, 2, 1))
    assert late.outcome is Outcome.CANNOT_TELL
    assert "after results were seen" in late.reasons[0]
    assert late.beforehand is False


def test_whether_tolerances_came_first_cannot_be_told_where_nobody_says_when_results_were_seen() -> None:
    # §5.7: the outcome is the same, and what it rests on is not.
    unsaid = judge(waits([0.0] * 40), AGREED)
    said = judge(waits([0.0] * 40), AGREED, results_seen_on=date(2025, 4, 1))
    assert (unsaid.outcome, unsaid.beforehand) == (Outcome.PASS, None)
    assert (said.outcome, said.beforehand) == (Outcome.PASS, True)
    # One of two that came later is enough; where no tolerance counts there is nothing to doubt.
    late = {**AGREED, "ambulance": Tolerance(0.5, date(2025, 5, 1))}
    both = pl.concat([waits([0.0] * 40), waits([0.0] * 40, "ambulance")])
    assert judge(both, late, results_seen_on=date(2025, 4, 1)).beforehand is False
    assert judge(waits([0.0]), {}).beforehand is True
    few = judge(waits([-1.0, 9.0]), AGREED)
    assert (few.outcome, few.beforehand) == (Outcome.CANNOT_TELL, None)


def test_calls_are_held_to_the_seconds_that_were_agreed_for_them_and_not_to_the_minutes_for_arrivals() -> (
    None
):
    later = waits([0.25, 0.26] * 20, category="until told", ground="")
    agreed = {"fire": Tolerance(1.0, date(2025, 3, 1), 10.0)}
    assert judge(later, agreed).outcome is Outcome.PASS
    found = judge(later, agreed, of="call")
    assert found.outcome is Outcome.FAIL
    bound = ttest_1samp([0.25, 0.26] * 20, 0.0).confidence_interval(0.9).high
    assert found.rows[0].upper == pytest.approx(bound)
    (reason,) = found.reasons
    assert reason.startswith("fire, until told: the mean wait would change by +15.3 s, at most ")
    assert reason.endswith(f"{bound * 60:+.1f} s (95 % sure), beyond the 10 s agreed")
    assert judge(waits([0.1, 0.11] * 20), agreed, of="call").outcome is Outcome.PASS


def test_without_an_answering_tolerance_nobody_can_tell_of_calls_and_the_setting_is_named() -> None:
    found = judge(waits([0.0] * 40), AGREED, of="call")
    assert found.outcome is Outcome.CANNOT_TELL
    (reason,) = found.reasons
    assert reason.startswith("fire: no answering tolerance was recorded")
    assert reason.endswith("answering_seconds under [study.tolerances.fire]")


def test_without_response_times_nobody_can_tell() -> None:
    empty = waits([])
    assert judge(empty, AGREED).outcome is Outcome.CANNOT_TELL
    assert judge(empty, AGREED).reasons == ("there are no response times to judge by",)
    one_missing = judge(waits([0.0] * 20), AGREED, services=("fire", "ambulance"))
    assert one_missing.outcome is Outcome.CANNOT_TELL
    assert one_missing.reasons == ("ambulance: no response times to judge by",)


def test_the_bound_is_the_upper_end_of_a_one_sided_t_interval() -> None:
    changes = [0.0, 0.1, 0.4, -0.2, 0.3, 0.5, 0.0, 0.1, 0.2, 0.6, -0.1, 0.4]
    (row,) = judge(waits(changes), AGREED).rows
    # SciPy's own one-sided interval is the independent check.
    interval = ttest_1samp(changes, 0, alternative="less").confidence_interval(0.95)
    assert row.upper == pytest.approx(interval.high)
    assert row.mean_change == pytest.approx(np.mean(changes))
    assert row.outcome is Outcome.PASS


def test_a_mean_within_the_tolerance_whose_bound_is_beyond_it_has_not_been_shown_to_be_safe() -> None:
    (row,) = judge(waits([0.0] * 11 + [4.0]), AGREED).rows
    assert row.mean_change is not None
    assert row.mean_change < 0.5
    assert row.outcome is Outcome.FAIL
    assert "beyond the 0.5 min agreed" in row.reason


def test_few_incidents_of_which_some_wait_longer_cannot_tell() -> None:
    assert judge(waits([0.1] * 9), AGREED).outcome is Outcome.CANNOT_TELL
    assert judge(waits([0.1] * 10), AGREED).outcome is Outcome.PASS


def test_few_incidents_that_all_wait_longer_than_agreed_fail() -> None:
    assert judge(waits([3.0, 4.0]), AGREED).outcome is Outcome.FAIL


def test_an_incident_that_the_option_leaves_unanswered_is_never_a_pass() -> None:
    lost = waits([0.0] * 20).with_columns(
        after=pl.when(pl.int_range(pl.len()) == 0).then(None).otherwise(pl.col("after"))
    )
    gate = judge(lost, AGREED)
    assert gate.outcome is Outcome.CANNOT_TELL
    assert "1 incidents would be left without a response time" in gate.reasons[0]


def test_a_time_that_is_not_a_number_is_not_a_time() -> None:
    changes = waits([0.0] * 3).with_columns(before=pl.lit(float("nan")), after=pl.lit(float("nan")))
    assert judge(changes, AGREED).outcome is Outcome.CANNOT_TELL


def test_when_most_incidents_have_no_times_nobody_can_tell() -> None:
    missing = waits([0.0] * 3).with_columns(
        before=pl.lit(None, dtype=pl.Float64), after=pl.lit(None, dtype=pl.Float64)
    )
    gate = judge(pl.concat([waits([0.0] * 2), missing]), AGREED)
    assert gate.outcome is Outcome.CANNOT_TELL
    assert "most of the incidents (3) have no response time" in gate.reasons[0]


def test_one_ground_that_fails_is_not_outvoted_by_the_others() -> None:
    both = pl.concat([waits([0.0] * 500, ground="west"), waits([2.0] * 12)])
    gate = judge(both, AGREED)
    assert gate.outcome is Outcome.FAIL
    assert [(row.ground, row.outcome) for row in gate.rows] == [("east", "fail"), ("west", "pass")]
    assert len(gate.reasons) == 1


def test_failing_outweighs_not_being_able_to_tell() -> None:
    both = pl.concat([waits([2.0] * 12), waits([0.1] * 3, service="ambulance")])
    assert judge(both, AGREED).outcome is Outcome.FAIL


def test_what_the_incidents_do_not_say_is_said_in_words() -> None:
    gate = judge(waits([2.0] * 12, category=None, ground=None), AGREED)
    assert gate.reasons[0].startswith("fire, category not recorded, ground not recorded")


def test_a_pass_needs_no_reasons() -> None:
    assert judge(waits([0.0]), AGREED).reasons == ()


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=30), st.floats(0, 5))
def test_a_longer_wait_for_everybody_never_turns_into_a_pass(changes: list[float], more: float) -> None:
    order = [Outcome.PASS, Outcome.CANNOT_TELL, Outcome.FAIL]
    now, later = judge(waits(changes), AGREED), judge(waits([each + more for each in changes]), AGREED)
    assert later.outcome is not Outcome.PASS or now.outcome is Outcome.PASS
    assert now.outcome in order


def played_waits(change: list[float], luck: float) -> pl.DataFrame:
    return waits(change).with_columns(between_runs=pl.lit(luck))


def test_waits_that_were_played_too_seldom_say_how_many_runs_would_tell() -> None:
    chance = np.random.Generator(np.random.PCG64(5))
    # Every incident waits 0.3 min longer; what else there is, is luck of the runs with a variance of 9 (4 runs: 2.25).
    noise = chance.normal(0, 1.5, 40)
    few = list(0.3 + noise - noise.mean())
    (row,) = judge(played_waits(few, 9.0), AGREED, runs=4).rows
    assert row.outcome is Outcome.CANNOT_TELL
    assert row.runs_that_would_tell is not None
    assert f"about {row.runs_that_would_tell:,} runs would tell" in row.reason
    # With that many the luck is so much smaller that the same incidents pass.
    runs = row.runs_that_would_tell
    centre = float(np.mean(few))
    many = list(centre + (np.array(few) - centre) * np.sqrt(4 / runs))
    assert judge(played_waits(many, 9.0), AGREED, runs=runs).outcome is not Outcome.CANNOT_TELL


def test_where_incidents_themselves_differ_no_number_of_runs_would_tell() -> None:
    (row,) = judge(played_waits([0.0, 3.0] * 6 + [-3.0] * 3, 0.0), AGREED, runs=4).rows
    assert row.outcome is Outcome.CANNOT_TELL
    assert row.runs_that_would_tell is None
    assert "more incidents are needed" in row.reason


def test_waits_that_were_played_and_are_surely_longer_fail() -> None:
    assert judge(played_waits([2.0, 2.1, 1.9] * 5, 0.01), AGREED, runs=4).outcome is Outcome.FAIL
