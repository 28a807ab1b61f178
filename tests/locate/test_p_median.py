"""p-median and covering: every choice tried, laws, published optima of the OR-Library and of San Francisco (§3.6)."""

from __future__ import annotations

import csv
import gzip
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from joinedup.locate import Located, fewest_sites, most_covered, p_median
from joinedup.refusal import Refusal
from tests.area.shared_data import shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Optima as published with the OR-Library's p-median instances (Beasley 1990), for a few of each size.
PUBLISHED = {1: 5819, 6: 7824, 11: 7696, 17: 6999, 20: 1789, 21: 9138, 24: 2961, 30: 1989}


def made(seed: int, sites: int = 8, places: int = 12) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw minutes with some drives missing, and demand that is nothing at one place."""
    chance = np.random.default_rng(seed)
    minutes = chance.uniform(0, 20, (sites, places))
    minutes = np.floor(minutes) if seed % 2 else minutes
    minutes[chance.random((sites, places)) < 0.3] = np.nan if seed % 3 else np.inf
    demand = chance.integers(1, 9, places).astype(float)
    demand[0] = 0.0
    return minutes, demand


def tried(minutes: NDArray[np.float64], demand: NDArray[np.float64], p: int, stays: set[int]) -> float:
    """Try every choice of p sites."""
    way = np.where(np.isnan(minutes), np.inf, minutes)[:, demand > 0]
    weight = demand[demand > 0]
    return min(
        float((way[list(each)].min(axis=0) * weight).sum())
        for each in combinations(range(len(way)), p)
        if stays <= set(each)
    )


@pytest.mark.parametrize("seed", range(24))
def test_no_choice_of_sites_is_nearer(seed: int) -> None:
    minutes, demand = made(seed)
    for p in (2, 4, 7):
        least = tried(minutes, demand, p, set())
        found = p_median(minutes, demand, p)
        if np.isinf(least):
            assert found.status == "infeasible"
            assert found.open == ()
            continue
        assert found.status == "optimal"
        assert len(set(found.open)) == p
        assert found.objective == pytest.approx(least, rel=1e-9)
        assert found.bound == found.objective
        assert tried(minutes, demand, p, set(found.open)) == pytest.approx(least, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_sites_that_are_there_stay_and_closed_ones_stay_closed(seed: int) -> None:
    minutes, demand = made(seed)
    minutes[3] = np.nan_to_num(minutes[3], nan=19.0, posinf=19.0)
    minutes[7] = 0.5  # so good that it would always be chosen
    found = p_median(minutes, demand, 4, fixed=[3], closed=[7])
    assert found.status == "optimal"
    assert 3 in found.open
    assert 7 not in found.open
    assert found.objective == pytest.approx(tried(minutes[:7], demand, 4, {3}), rel=1e-9)


def test_a_place_without_demand_need_not_be_reached() -> None:
    minutes = [[1.0, np.inf], [2.0, np.inf]]
    assert p_median(minutes, [1, 0], 1) == Located(1.0, 1.0, "optimal", (0,))
    assert p_median(minutes, [1, 1], 1).status == "infeasible"


def test_where_no_so_many_sites_serve_all_it_says_infeasible() -> None:
    minutes = np.where(np.eye(3, dtype=bool), 1.0, np.inf)
    assert p_median(minutes, np.ones(3), 2).status == "infeasible"
    assert p_median(minutes, np.ones(3), 3).objective == 3.0


def test_all_demand_at_its_site_costs_nothing() -> None:
    found = p_median(1.0 - np.eye(4), np.ones(4), 4)
    assert (found.objective, found.status) == (0.0, "optimal")


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e7])
def test_the_unit_of_minutes_does_not_change_which_sites_are_open(scale: float) -> None:
    minutes, demand = made(4, sites=10, places=30)
    minutes = np.nan_to_num(minutes, nan=25.0, posinf=25.0)
    plain, scaled = p_median(minutes, demand, 3), p_median(minutes * scale, demand, 3)
    assert scaled.open == plain.open
    assert scaled.objective == pytest.approx(plain.objective * scale)


def test_the_order_of_rows_does_not_change_the_answer() -> None:
    minutes, demand = made(10, sites=30, places=60)
    order = np.random.default_rng(1).permutation(30)
    one, other = p_median(minutes, demand, 8), p_median(minutes[order], demand, 8)
    assert one.status == other.status == "optimal"
    assert one.objective == pytest.approx(other.objective, rel=1e-12)
    assert set(one.open) == {int(order[each]) for each in other.open}


def test_more_sites_are_never_farther() -> None:
    minutes, demand = made(12, sites=20, places=40)
    minutes = np.nan_to_num(minutes, nan=30.0, posinf=30.0)
    objectives = [p_median(minutes, demand, p).objective for p in range(1, 21)]
    assert objectives == sorted(objectives, reverse=True)


def test_out_of_time_it_gives_an_answer_with_a_bound_and_does_not_call_it_optimal() -> None:
    chance = np.random.default_rng(3)
    at = chance.uniform(0, 100, (400, 2))
    minutes = np.hypot(*(at[:, None] - at).transpose(2, 0, 1)) + chance.uniform(0, 40, (400, 400))
    found = p_median(minutes, np.ones(400), 6, seconds=1e-3)
    assert found.status == "feasible"
    assert found.bound < found.objective
    assert found.objective == pytest.approx(minutes[list(found.open)].min(axis=0).sum())
    assert 0 < found.gap < 1


def test_the_solver_prints_nothing_and_leaves_our_output_where_it_was(
    capfd: pytest.CaptureFixture[str],
) -> None:
    minutes, demand = made(10, sites=30, places=60)
    p_median(minutes, demand, 8)
    most_covered(minutes, demand, 3, within=5)
    print("after")
    assert capfd.readouterr() == ("after\n", "")


@pytest.mark.parametrize(
    ("minutes", "demand", "p", "others", "words"),
    [
        ([[1.0]], [1, 2], 1, {}, "do not belong together"),
        ([[-1.0]], [1], 1, {}, "minutes, row 0, column 0: -1 is below zero"),
        ([[1.0]], [np.nan], 1, {}, "demand, place 0: nan is no demand"),
        ([[1.0]], [1], 2, {}, "2 sites cannot be open"),
        ([[1.0], [1.0]], [1], 1, {"fixed": [0, 1]}, "1 sites cannot be open"),
        ([[1.0]], [1], 1, {"fixed": [5]}, "no site in row 5"),
        ([[1.0], [1.0]], [1], 1, {"fixed": [0], "closed": [0]}, "both fixed and closed"),
        ([[1.0]], [1], 1, {"seconds": 0}, "0 seconds"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    minutes: list[list[float]], demand: list[float], p: int, others: dict[str, list[int]], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        p_median(minutes, demand, p, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_no_choice_of_sites_covers_more_and_none_smaller_covers_all(seed: int) -> None:
    minutes, demand = made(seed)
    near = np.nan_to_num(minutes, nan=np.inf) <= 6
    most = {
        p: max(float(demand[near[list(each)].any(axis=0)].sum()) for each in combinations(range(8), p))
        for p in range(1, 9)
    }
    for p in (1, 3, 5):
        found = most_covered(minutes, demand, p, within=6)
        assert found.status == "optimal"
        assert found.objective == most[p] == float(demand[near[list(found.open)].any(axis=0)].sum())
        assert len(found.open) <= p
    fewest = fewest_sites(minutes, demand, within=6)
    if most[8] < demand.sum():
        assert fewest.status == "infeasible"
    else:
        assert fewest.objective == next(p for p in most if most[p] == demand.sum()) == len(fewest.open)


def test_covering_keeps_the_sites_that_are_there_and_adds_none_that_reach_nobody() -> None:
    minutes = np.array([[1.0, 9.0, 9.0], [1.0, 1.0, 9.0], [9.0, 9.0, 9.0]])
    assert most_covered(minutes, np.ones(3), 3, within=2).open == (1,)
    assert most_covered(minutes, np.ones(3), 3, within=2, fixed=[2]).open == (1, 2)
    assert most_covered(minutes, np.ones(3), 3, within=2, closed=[1]).objective == 1.0
    assert fewest_sites(minutes[:, :2], np.ones(2), within=2, fixed=[0]).open == (0, 1)
    assert most_covered(minutes, np.ones(3), 1, within=0.5) == Located(0.0, 0.0, "optimal", ())


def san_francisco() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read the metres from each site to each tract, and the people of each tract."""
    with shared("location/SF_network_distance_candidateStore_16_censusTract_205_new.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    stores = sorted({row["name"] for row in rows})
    tracts = sorted({row["DestinationName"] for row in rows})
    metres = np.full((len(stores), len(tracts)), np.nan)
    people = np.zeros(len(tracts))
    for row in rows:
        tract = tracts.index(row["DestinationName"])
        metres[stores.index(row["name"]), tract] = float(row["distance"])
        people[tract] = float(row["demand"])
    return metres, people


def test_san_francisco_has_the_objective_and_the_cover_that_were_published() -> None:
    metres, people = san_francisco()
    found = p_median(metres, people, 4)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(2848268129.7145, abs=1e-3)
    covered = most_covered(metres, people, 4, within=5000)
    assert covered.status == "optimal"
    # The published figure is the share of tracts, not of people, when the most people are covered.
    near = (metres[list(covered.open)] <= 5000).any(axis=0)
    assert near.mean() == pytest.approx(0.89756, abs=1e-5)
    assert covered.objective == people[near].sum()


def published(number: int) -> tuple[NDArray[np.float64], int, int]:
    """Read an OR-Library instance: of an edge that stands there twice the last cost counts."""
    words = gzip.decompress(shared(f"location/pmed{number}.txt.gz").read_bytes()).split()
    points, edges, p, *rest = (int(each) for each in words)
    costs = np.zeros((points, points))
    for one, other, cost in np.array(rest[: 3 * edges]).reshape(-1, 3).tolist():
        costs[one - 1, other - 1] = costs[other - 1, one - 1] = cost
    with shared("location/pmed-optima.csv").open() as stream:
        optima = {row["instance"]: int(row["optimum"]) for row in csv.DictReader(stream)}
    optimum = optima[f"pmed{number}"]
    assert PUBLISHED.get(number, optimum) == optimum
    return np.asarray(shortest_path(costs, directed=False)), p, optimum


@pytest.mark.parametrize("number", [1, 5, 14, 20, 24])
def test_a_few_published_optima_are_proven_at_once(number: int) -> None:
    minutes, p, optimum = published(number)
    found = p_median(minutes, np.ones(len(minutes)), p)
    assert (found.objective, found.status) == (optimum, "optimal")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 21))
def test_the_first_twenty_published_optima_are_proven(number: int) -> None:
    minutes, p, optimum = published(number)
    found = p_median(minutes, np.ones(len(minutes)), p, seconds=240)
    assert (found.objective, found.status) == (optimum, "optimal")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(21, 31))
def test_the_next_ten_are_within_half_a_per_cent_and_the_bound_holds(number: int) -> None:
    minutes, p, optimum = published(number)
    found = p_median(minutes, np.ones(len(minutes)), p, seconds=20)
    print(f"pmed{number}: {found.objective:g}, bound {found.bound:.1f}, {found.status}; published {optimum}")
    assert optimum <= found.objective <= optimum * 1.005
    assert optimum * 0.98 <= found.bound <= optimum + 1e-6
