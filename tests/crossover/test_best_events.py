"""Events over several services: by best score, beside trying every choice, and triples beside a known truth."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.crossover import Pair, events, measure
from joinedup.crossover.events import best_events
from joinedup.crossover.measure import _triples
from joinedup.crossover.triples import triples
from joinedup.imagining import Noise, imagine
from joinedup.study import Study

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("ambulance", "fire", "police")
PLACE = {"ambulance": 0, "fire": 10, "police": 20}


def meetings_of(
    edges: dict[tuple[int, int], float], services: tuple[str, ...] = SERVICES
) -> dict[tuple[str, str], pl.DataFrame]:
    """Make meetings from odds between rows; a row's tens tell its service."""
    by_pair: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for (a, b), odds in edges.items():
        by_pair.setdefault((services[a // 10], services[b // 10]), []).append((a, b, odds))
    return {
        pair: pl.DataFrame(rows, schema=["a", "b", "odds"], orient="row").with_columns(
            probability=pl.col("odds") / (1 + pl.col("odds"))
        )
        for pair, rows in by_pair.items()
    }


GROUPS = {
    service: pl.DataFrame({"row": range(start, start + 10), "group": range(start, start + 10)})
    for service, start in PLACE.items()
}
NEAR = [(a, b) for a, b in combinations([0, 1, 2, 10, 11, 12, 20, 21, 22], 2) if a // 10 != b // 10]
ODDS = st.floats(0.05, 200).filter(lambda odds: abs(odds - 1) > 1e-3)
KNOTS = st.lists(st.tuples(st.sampled_from(NEAR), ODDS), min_size=1, max_size=9).map(dict)


def best_by_trying(edges: dict[tuple[int, int], float]) -> float:
    """Try every choice of events in which each is held together by meetings of even odds or better."""
    rows = sorted({row for edge in edges for row in edge})

    def worth(event: tuple[int, ...]) -> float:
        pairs = list(combinations(event, 2))
        linked = {event[0]}
        for _ in event:
            linked |= {x for pair in pairs if edges.get(pair, 0) > 1 and linked & set(pair) for x in pair}
        if linked != set(event):
            return -np.inf
        return sum(float(np.log(edges[pair])) if pair in edges else -3.0 for pair in pairs)

    events = [
        event
        for size in (2, 3)
        for event in combinations(rows, size)
        if len({row // 10 for row in event}) == size and worth(event) > 0
    ]

    def best(left: frozenset[int], among: list[tuple[int, ...]]) -> float:
        if not among:
            return 0.0
        first, *others = among
        without = best(left, others)
        return max(without, worth(first) + best(left - set(first), others)) if set(first) <= left else without

    return best(frozenset(rows), events)


@pytest.mark.parametrize("handful", [0, 12])
@settings(max_examples=40, deadline=None)
@given(KNOTS)
def test_no_other_choice_of_events_scores_higher(handful: int, edges: dict[tuple[int, int], float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_HANDFUL", handful)
        found = best_events(meetings_of(edges), GROUPS)
    assert found.score == pytest.approx(best_by_trying(edges), abs=1e-6)
    assert found.bound == pytest.approx(found.score)


@settings(max_examples=60, deadline=None)
@given(KNOTS)
def test_a_record_is_in_at_most_one_event_and_an_event_has_one_group_of_a_service(
    edges: dict[tuple[int, int], float],
) -> None:
    rows = best_events(meetings_of(edges), GROUPS).rows
    assert rows["row"].is_unique().all()
    firsts = rows.filter(~pl.col("again"))
    assert firsts.select("event", "service").is_unique().all()
    assert (rows.group_by("event").agg(pl.col("service").n_unique())["service"] >= 2).all()


FIVE = ("ambulance", "coastguard", "fire", "highways", "police")
CROWD = [10 * service + group for service in range(5) for group in range(3)]
APART = [(a, b) for a, b in combinations(CROWD, 2) if a // 10 != b // 10]
CROWDS = st.lists(st.tuples(st.sampled_from(APART), ODDS), min_size=12, max_size=60).map(dict)


@settings(max_examples=30, deadline=None)
@given(CROWDS, st.integers(1, 40))
def test_a_knot_that_is_too_large_to_list_has_a_bound_that_no_choice_beats(
    edges: dict[tuple[int, int], float], largest: int
) -> None:
    meetings = meetings_of(edges, FIVE)
    groups = {
        service: pl.DataFrame({"row": range(start, start + 10), "group": range(start, start + 10)})
        for start, service in zip(range(0, 50, 10), FIVE, strict=True)
    }
    whole = best_events(meetings, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_LARGEST", largest)
        patch.setattr(events, "_HANDFUL", 0)
        cut = best_events(meetings, groups)
    assert cut.score <= whole.score + 1e-6
    assert whole.score <= cut.bound + 1e-6


def test_events_are_limited_by_work_and_never_by_the_clock() -> None:
    # A knot of three services that no two groups untie by themselves.
    edges = {pair: 2.0 + (7 * number % 11) / 10 for number, pair in enumerate(NEAR)}
    with pytest.MonkeyPatch.context() as patch:
        asked: list[dict[str, object]] = []
        solve = scipy.optimize.milp

        def noted(*given: Any, options: Any, **others: Any) -> object:
            asked.append(dict(options))
            return solve(*given, options=options, **others)

        patch.setattr(scipy.optimize, "milp", noted)
        found = best_events(meetings_of(edges), GROUPS)
    assert asked == [{"node_limit": events._NODES, "mip_rel_gap": 0.0}]
    assert found.score == pytest.approx(best_by_trying(edges), abs=1e-6)


def test_a_knot_that_the_search_gives_up_on_still_has_events_and_a_bound() -> None:
    edges = {pair: 2.0 + (7 * number % 11) / 10 for number, pair in enumerate(NEAR)}
    whole = best_events(meetings_of(edges), GROUPS)

    class GaveUp:
        x = None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scipy.optimize, "milp", lambda *_, **__: GaveUp)
        cut = best_events(meetings_of(edges), GROUPS)
    assert cut.rows.height
    assert cut.score <= whole.score + 1e-6
    assert whole.score <= cut.bound + 1e-6


def test_further_calls_stand_in_the_event_of_the_first() -> None:
    groups = GROUPS | {"fire": pl.DataFrame({"row": [10, 11, 12], "group": [10, 10, 12]})}
    rows = best_events(meetings_of({(0, 10): 9.0}), groups).rows
    assert rows.rows() == [(0, 0, "ambulance", False), (0, 10, "fire", False), (0, 11, "fire", True)]


def test_two_meetings_that_share_a_record_tie_three_services_together() -> None:
    found = triples(meetings_of({(0, 10): 9.0, (10, 20): 4.0}))
    (estimate,) = found.values()
    assert estimate[0] == pytest.approx(0.9 * 0.8)
    whole = triples(meetings_of({(0, 10): 9.0, (10, 20): 4.0, (0, 20): 1.0}))
    assert next(iter(whole.values()))[0] == pytest.approx(0.9 * 0.8)


@settings(max_examples=60, deadline=None)
@given(KNOTS)
def test_three_services_meet_as_often_as_trying_every_three_groups_says(
    edges: dict[tuple[int, int], float],
) -> None:
    odds = {frozenset(pair): value / (1 + value) for pair, value in edges.items()}
    tried: dict[tuple[int, ...], float] = {}
    for three in combinations(sorted({row for pair in edges for row in pair}), 3):
        services = tuple(sorted(row // 10 for row in three))
        ties = sorted((odds.get(frozenset(tie), 0.0) for tie in combinations(three, 2)), reverse=True)
        if len(set(services)) == 3 and ties[1] > 0:
            tried[services] = tried.get(services, 0.0) + ties[0] * ties[1]
    found = [events for events, _ in triples(meetings_of(edges)).values()]
    assert sorted(found) == pytest.approx(sorted(tried.values()))


def test_an_area_of_three_services_gives_its_triples_back(tmp_path: Path) -> None:
    noise = Noise.none()
    made = imagine(tmp_path / "area", 60_000, 182, 31, density=700, noise=noise)
    area = Study.read(made.folder).area
    truth = pl.read_parquet(made.truth / "events.parquet").join(
        area.table("incidents").select("incident_id", "service_id"), on="incident_id"
    )
    services = truth.group_by("event_id").agg(pl.col("service_id").n_unique())["service_id"]
    found = measure(area)
    (triple,) = found.triples
    assert triple.low <= (services == 3).sum() <= triple.high
    *pairs, three = found.as_json()["events"]
    # Absent is not zero: records without a usable position are in the pairs' estimates, and in no triple.
    assert three["unplaced"] is None
    assert [each["unplaced"] for each in pairs] == pytest.approx(
        [pair.unplaced for pair in found.pairs], abs=0.01
    )
    assert found.found.rows["event"].n_unique() == pytest.approx((services > 1).sum(), rel=0.02)


def test_what_is_said_of_three_services_does_not_hang_on_records_that_could_not_be_placed() -> None:
    met = meetings_of({(0, 10): 9.0, (10, 20): 4.0, (1, 11): 30.0, (11, 21): 30.0})
    placed = [
        Pair(pair, estimate=2.0, unplaced=0.0, placed_low=1.0, placed_high=3.0, joint=joint)
        for pair, joint in met.items()
    ]
    more = [replace(pair, estimate=8.0, unplaced=6.0, low=0.0, high=20.0) for pair in placed]
    assert _triples(met, placed) == _triples(met, more)
