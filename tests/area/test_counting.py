"""What leaves a service that counts on its own premises: nothing small, nothing lone, nothing to be worked out (§1.7)."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from joinedup.area import Area
from joinedup.area.counting import (
    ALL,
    NOT_STATED,
    OTHER,
    as_csv,
    as_parquet,
    count_demand,
    demand,
    share_lost_by_square,
)
from joinedup.area.schema import schema
from joinedup.area.squares import ELSEWHERE, UNPLACED, WHOLE, Square, square_names, square_of
from joinedup.disclosure import LIMIT
from joinedup.refusal import Refusal
from tests.small import Row, incident, littleton, service, shuffled, small_area

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2025, 1, 6, 9, 30, tzinfo=LONDON)


def fires(
    many: int,
    x: float | None,
    when: datetime = MONDAY,
    category: str | None = "fire",
    place_precision: str = "exact",
) -> list[Row]:
    """Make so many incidents at one place, each a week after the last."""
    return [
        incident(
            f"{x}-{when}-{category}-{n}",
            "fire",
            x,
            received_at=when + timedelta(weeks=n),
            category=category,
            place_precision=place_precision,
        )
        for n in range(many)
    ]


def counted(*rows: list[Row]) -> Area:
    return small_area(services=[service("fire")], incidents=[each for some in rows for each in some])


def said(area: Area, metres: int | None = 1000, *, categories: bool = True) -> set[tuple[object, ...]]:
    return set(count_demand(area, metres, categories=categories).table.drop("service_id").iter_rows())


def test_a_square_is_named_after_its_side_and_its_south_west_corner() -> None:
    rows = pl.DataFrame({"x": [594_000.0, 594_999.9, -0.1], "y": [442_000.0, 442_500.0, 0.0]})
    names = square_names(rows, 1000, on_national_grid=True).to_list()
    assert names == ["1000mE594000N442000", "1000mE594000N442000", "1000mE-1000N0"]
    assert square_of(names[2]) == Square(-1000.0, 0.0, 1000.0)


def test_away_from_the_national_grid_a_square_depends_on_the_place_alone() -> None:
    places = pl.DataFrame({"latitude": [40.1, -33.9, None], "longitude": [-75.3, 151.2, 1.0]})
    together = square_names(places, 1000, on_national_grid=False).to_list()
    apart = [square_names(places[n], 1000, on_national_grid=False).item() for n in range(3)]
    assert together == apart
    assert [(each or "none").split("-")[0] for each in together] == ["UTM18N", "UTM56S", "none"]
    assert square_of(together[0] or "") == Square(474_000.0, 4_438_000.0, 1000.0, "18N")


def test_a_small_count_is_empty_and_a_larger_one_is_given() -> None:
    area = counted(fires(5, 500.0), fires(4, 500.0, MONDAY + timedelta(hours=1)))
    name = "1000mE0N0"
    assert said(area) == {(name, 1, 9, "fire", 5), (name, 1, 10, "fire", None)}


def test_hours_are_of_the_clock_on_the_wall_in_summer_too() -> None:
    summer = datetime(2025, 7, 7, 8, 30, tzinfo=UTC).astimezone(LONDON)
    assert said(counted(fires(5, 500.0, summer))) == {("1000mE0N0", 1, 9, "fire", 5)}


@pytest.mark.parametrize("precision", ["snapped", "area"])
def test_a_place_is_taken_no_finer_than_it_is(precision: str) -> None:
    area = counted(fires(5, 500.0), fires(6, 500.0, place_precision=precision), fires(2, None))
    assert said(area) == {("1000mE0N0", 1, 9, "fire", 5), (UNPLACED, 1, 9, "fire", 8)}


def test_a_square_or_a_category_with_too_few_in_all_is_not_named() -> None:
    area = counted(
        fires(5, 500.0), fires(4, 5500.0), fires(1, 9500.0), fires(2, 500.0, category="a rare thing")
    )
    table = count_demand(area).table
    assert set(table["area"]) == {"1000mE0N0", ELSEWHERE}
    assert set(table["category"]) == {"fire", OTHER}
    assert table.filter(pl.col("area") == ELSEWHERE)["count"].to_list() == [5]


def test_the_whole_area_and_all_categories_can_be_counted_as_one() -> None:
    area = counted(fires(3, 500.0), fires(2, None, category=None))
    assert said(area, None, categories=False) == {(WHOLE, 1, 9, ALL, 5)}
    assert set(demand(area)["category"]) == {"fire", NOT_STATED}


def test_incidents_without_a_time_are_counted_apart() -> None:
    found = count_demand(counted(fires(5, 500.0), [incident("x", "fire", 500.0)]))
    assert (found.timed, found.untimed, found.hidden) == ({"fire": 5}, {"fire": 1}, {"fire": 0})


def test_a_square_that_can_be_a_single_house_is_refused() -> None:
    with pytest.raises(Refusal, match="500 m or more"):
        count_demand(counted(fires(5, 500.0)), 100)


@pytest.mark.parametrize("rows", [[], [incident("x", "fire", 500.0)]])
def test_there_must_be_something_to_count(rows: list[Row]) -> None:
    with pytest.raises(Refusal, match="no incident"):
        count_demand(counted(rows))


def test_every_incident_of_littleton_is_in_the_counts_or_behind_an_empty_one() -> None:
    area = littleton().area
    found = count_demand(area)
    table = found.table
    assert table.columns == list(schema("demand_counts").columns)
    assert not table.select(pl.struct(schema("demand_counts").key).is_duplicated().any()).item()
    for name, many in found.timed.items():
        own = table.filter(pl.col("service_id") == name)
        empty, shown = own["count"].null_count(), int(own["count"].sum())
        assert shown + found.hidden[name] == many == area.table("incidents").filter(service_id=name).height
        assert shown + empty <= many <= shown + empty * (LIMIT - 1)
    assert not table["count"].is_between(0, LIMIT - 1).any()


def test_the_order_of_the_rows_changes_no_byte() -> None:
    area = littleton().area
    assert as_csv(count_demand(area).table) == as_csv(count_demand(shuffled(area, 3)).table)
    assert as_parquet(count_demand(area).table) == as_parquet(count_demand(shuffled(area, 3)).table)


def test_a_category_never_reaches_a_spreadsheet_as_a_formula() -> None:
    found = count_demand(counted(fires(5, 500.0, category="=cmd|' /C calc'!A0"))).table
    assert pl.read_csv(io.BytesIO(as_csv(found)))["category"].item().startswith("'=")


def test_wider_squares_are_compared_by_what_they_lose() -> None:
    shares = share_lost_by_square(littleton().area, categories=True)
    assert set(shares) == {500, 1000, 2000, 5000, 10_000, None}
    assert all(0 <= each <= 1 for each in shares.values())


COUNTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("AB"), st.integers(1, 9)),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=60)
@given(COUNTS)
def test_no_hidden_count_can_be_worked_out_from_the_file(some: list[tuple[int, int, str, int]]) -> None:
    """Attack the file with everything that its rule says: bounds, and that whatever is named has five in all."""
    rows = [
        fires(many, 500.0 + 3000 * square, MONDAY + timedelta(hours=hour, minutes=n), category)
        for n, (square, hour, category, many) in enumerate(some)
    ]
    table = count_demand(counted(*rows)).table
    hidden = table.with_row_index("n").filter(pl.col("count").is_null())
    known = [(each, each) if each is not None else (1, LIMIT - 1) for each in table["count"]]
    # Of what is named there are five in all; a first row that says nothing keeps the array two-dimensional.
    named = np.array(
        [np.full(table.height, -float(LIMIT))]
        + [
            -(table[column] == name).cast(pl.Float64).to_numpy()
            for column, never in (("area", ELSEWHERE), ("category", OTHER))
            for name in table[column].unique().to_list()
            if name != never
        ]
    )
    for n in hidden["n"]:
        aim = np.zeros(table.height)
        aim[n] = 1
        ends = []
        for sign in (1, -1):
            found = linprog(sign * aim, A_ub=named, b_ub=np.full(len(named), -LIMIT), bounds=known)
            ends.append(sign * float(found.fun or 0) if found.status == 0 else math.nan)
        assert ends == [1.0, LIMIT - 1.0]
