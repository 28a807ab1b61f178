"""Counts alone say what they can, within bounds that hold the truth, and by hour of the week (§1.7)."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.area import Area
from joinedup.area.counting import count_demand, demand
from joinedup.area.squares import ELSEWHERE, NO_SQUARE, UNPLACED
from joinedup.crossover import measure
from joinedup.crossover.concentration import chance_share
from joinedup.crossover.counted import Bounds, CountedDemand, by_hour, counted_demand, with_counted
from joinedup.disclosure import LIMIT
from tests.small import Row, littleton, service, small_area, with_tables

SQUARE, OTHER_SQUARE = "1000mE0N0", "1000mE9000N0"


def cell(service_id: str, area: str, hour: int, count: int | None, category: str = "all") -> Row:
    row = {"service_id": service_id, "area": area, "weekday": 1, "hour": hour}
    return row | {"category": category, "count": count}


def of_counts(*cells: Row) -> Area:
    services = [service("police"), service("fire")]
    return small_area(services=services, demand_counts=list(cells))


@cache
def littleton_counted() -> tuple[Area, CountedDemand]:
    whole = littleton().area
    counts = count_demand(whole).table
    kept = {name: whole.table(name) for name in ("services", "sites")}
    area = with_tables(small_area(), {**kept, "demand_counts": counts})
    return area, counted_demand(area)


def test_both_services_in_one_square_and_hour_of_the_week_is_counted_by_hand() -> None:
    area = of_counts(
        cell("police", SQUARE, 9, 10), cell("police", SQUARE, 10, None), cell("police", SQUARE, 11, 30),
        cell("fire", SQUARE, 9, 6, "a"), cell("fire", SQUARE, 9, None, "b"), cell("fire", SQUARE, 10, None),
    )  # fmt: skip
    (pair,) = counted_demand(area).pairs
    assert (pair.cells, pair.areas) == (2, 1)
    assert pair.counts == {"police": Bounds(11, 12.5, 14), "fire": Bounds(8, 11, 14)}
    assert pair.shares["fire"] == Bounds(1, 1, 1)
    assert pair.shares["police"].low == pytest.approx(11 / 41)
    assert pair.shares["police"].high == pytest.approx(14 / 44)


def test_an_area_that_the_other_service_does_not_name_is_not_taken_for_a_zero() -> None:
    area = of_counts(
        cell("police", SQUARE, 9, 10), cell("police", OTHER_SQUARE, 9, 10), cell("police", UNPLACED, 9, 20),
        cell("fire", SQUARE, 9, 5),
    )  # fmt: skip
    share = counted_demand(area).pairs[0].shares["police"]
    assert (share.low, share.middle, share.high) == (0.25, 0.25, 0.5)


def test_what_is_folded_can_only_be_met_at_an_hour_at_which_the_other_has_something_folded() -> None:
    area = of_counts(
        cell("police", SQUARE, 9, 10), cell("police", OTHER_SQUARE, 9, 10), cell("police", OTHER_SQUARE, 10, 10),
        cell("fire", SQUARE, 9, 5), cell("fire", ELSEWHERE, 10, 5),
    )  # fmt: skip
    share = counted_demand(area).pairs[0].shares["police"]
    assert share.low == pytest.approx(1 / 3)
    assert share.high == pytest.approx(2 / 3)


def test_squares_of_different_sizes_are_not_laid_side_by_side() -> None:
    (pair,) = counted_demand(of_counts(cell("police", SQUARE, 9, 10), cell("fire", "500mE0N0", 9, 10))).pairs
    assert pair.cells is None
    assert "different sizes" in pair.note


def test_a_service_that_gave_nothing_has_no_number() -> None:
    (pair,) = counted_demand(of_counts(cell("police", SQUARE, 9, 10))).pairs
    assert (pair.cells, pair.shares) == (None, {})
    assert "fire gave neither" in pair.note


def test_a_service_that_gave_incidents_is_counted_in_the_squares_of_one_that_gave_counts() -> None:
    whole = littleton().area
    counts = count_demand(whole, 2000).table.filter(pl.col("service_id") == "police")
    others = whole.table("incidents").filter(pl.col("service_id") != "police")
    found = counted_demand(with_tables(whole, {"demand_counts": counts, "incidents": others}))
    assert found.alone == ("police",)
    assert [each.services for each in found.pairs] == [("police", "fire"), ("police", "ambulance")]
    for pair in found.pairs:
        assert pair.shares[pair.services[1]].low <= pair.shares[pair.services[1]].high


def test_a_study_of_incidents_has_no_pair_by_hour_of_the_week() -> None:
    found = counted_demand(littleton().area)
    assert (found.alone, found.pairs, found.concentration) == ((), (), ())
    assert (
        int(by_hour(found.rows, "fire")["low"].sum())
        == littleton().area.table("incidents").filter(service_id="fire").height
    )


def test_the_bounds_from_littletons_counts_hold_what_its_incidents_give() -> None:
    exact = demand(littleton().area)
    exact = exact.with_columns(placed=~pl.col("area").is_in(NO_SQUARE))
    place_and_hour = ["area", "weekday", "hour"]
    for pair in littleton_counted()[1].pairs:
        for own, other in (pair.services, pair.services[::-1]):
            mine, theirs = (exact.filter(pl.col("service_id") == each) for each in (own, other))
            met = mine.filter("placed").join(theirs, on=place_and_hour, how="semi")["count"].sum()
            share = int(met) / int(mine["count"].sum())
            assert pair.shares[own].low <= share <= pair.shares[own].high
            assert pair.counts[own].low <= met <= pair.counts[own].high


def test_the_bounds_on_concentration_hold_what_the_incidents_of_the_named_squares_give() -> None:
    _, found = littleton_counted()
    exact = demand(littleton().area)
    for each in found.concentration:
        named = set(found.rows.filter(service_id=each.service)["area"]) - set(NO_SQUARE)
        own = exact.filter((pl.col("service_id") == each.service) & pl.col("area").is_in(list(named)))
        sums = own.group_by("area").agg(pl.col("count").sum())["count"].sort(descending=True)
        assert each.areas == len(sums)
        share = int(sums.head(-(-len(sums) // 10)).sum()) / int(sums.sum())
        assert each.share_top_tenth.low <= share <= each.share_top_tenth.high
        assert each.share_top_tenth.low <= each.share_top_tenth.middle <= each.share_top_tenth.high


CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["police", "fire"]), st.integers(0, 3), st.integers(0, 3)),
    st.integers(1, 9),
    min_size=2,
)


@settings(deadline=None, max_examples=80)
@given(CELLS)
def test_hiding_and_folding_never_puts_the_truth_outside_the_bounds(
    true: dict[tuple[str, int, int], int],
) -> None:
    rows = [
        cell(service_id, f"1000mE{1000 * at}N0", hour, count)
        for (service_id, at, hour), count in true.items()
    ]
    in_all = {key: sum(n for k, n in true.items() if k[:2] == key) for key in {each[:2] for each in true}}
    folded: dict[tuple[str, str, int], int] = {}
    for row in rows:
        key = (row["service_id"], int(row["area"][6:-2]) // 1000)
        area = row["area"] if in_all[key] >= LIMIT else ELSEWHERE
        place = (row["service_id"], area, row["hour"])
        folded[place] = folded.get(place, 0) + row["count"]
    given = [cell(*place, count if count >= LIMIT else None) for place, count in folded.items()]
    (pair,) = counted_demand(of_counts(*given)).pairs
    for own, other in (pair.services, pair.services[::-1]):
        mine = {key[1:]: n for key, n in true.items() if key[0] == own}
        theirs = {key[1:] for key in true if key[0] == other}
        if pair.shares:
            share = sum(n for key, n in mine.items() if key in theirs) / sum(mine.values())
            assert pair.shares[own].low - 1e-9 <= share <= pair.shares[own].high + 1e-9


def test_chance_among_squares_of_at_least_five_is_milder_than_among_all_squares() -> None:
    assert chance_share(200, 1400, LIMIT) < chance_share(200, 1400)
    assert chance_share(200, 1000, LIMIT) == 0.1


def test_the_json_says_which_hour_and_leaves_everything_else_null() -> None:
    area, found = littleton_counted()
    answer = with_counted(measure(area), found)
    assert all(each["incidents"] is None for each in answer["services"].values())
    for pair in answer["pairs"]:
        assert pair["same_place_and_hour_by"] == "hour of the week"
        assert isinstance(pair["same_place_and_hour"], int)
        assert "hour of the week" in pair["note"]
        unknown = (
            "observed_pairs",
            "chance_pairs",
            "estimate",
            "low",
            "high",
            "share_of",
            "requested",
            "jointly_attended",
        )
        assert [pair[each] for each in unknown] == [None] * len(unknown)
        assert pair["definitions"] is None
    assert "gave counts alone" in answer["note"]
    exact = with_counted(measure(littleton().area), littleton().counted)
    assert {each["same_place_and_hour_by"] for each in exact["pairs"]} == {"hour of the calendar"}
