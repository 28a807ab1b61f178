"""Hot places: what is independent given people is not called shared, what was planted is found, laws hold (§2.6)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from scipy.ndimage import gaussian_filter
from scipy.stats import false_discovery_control, hypergeom

from joinedup.crossover.hot_places import hot_places
from joinedup.crossover.hot_places.people import People
from joinedup.crossover.hot_places.sharing import discoveries, holm, joint_departure, shared_heat
from joinedup.crossover.hot_places.steadiness import steadiness
from joinedup.refusal import Refusal
from tests.crossover.areas import LONDON, MIDNIGHT, area_by_hand, area_of, record
from tests.small import littleton, with_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.hot_places import HotPlaces

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

ALL = ("police", "fire", "ambulance")
SIDE = 40
"""Cells along each side of an area made here: 20 km of 500 m."""


def people_surface(kind: str, chance: np.random.Generator) -> Floats:
    """Lay out where people are: four towns, smooth, of rough ground, or among fields with villages."""
    east, north = np.mgrid[:SIDE, :SIDE] / 2
    people = np.full((SIDE, SIDE), 0.02)
    for _ in range(4):
        x, y = chance.uniform(3, 17, 2)
        people += chance.uniform(0.5, 1) * np.exp(
            -((east - x) ** 2 + (north - y) ** 2) / 2 / chance.uniform(1.2, 3) ** 2
        )
    if kind == "rough":
        people *= np.exp(chance.normal(0, 1, people.shape))
    if kind == "villages":
        built = gaussian_filter(people, 1) > 0.3
        village = (chance.random(people.shape) < 0.04) & ~built
        ground = np.where(built, chance.gamma(2, 0.5, people.shape), 0.2)
        people = people * ground + village * chance.lognormal(-1, 0.6, people.shape)
    return people


def records_from(people: Floats, totals: Sequence[int], chance: np.random.Generator) -> Counts:
    """Throw each service's records on its own from one surface: (services, cells east, cells north)."""
    return np.array([chance.poisson(people / people.sum() * total) for total in totals])


def area_with(counts: Counts) -> Area:
    """Make an area with so many records in the middle of each 500 m cell, without times."""
    rows = []
    for service, count in zip(ALL, counts, strict=False):
        at = np.repeat(np.arange(count.size), count.ravel())
        middle = {"x": at // SIDE * 500.0 + 250, "y": at % SIDE * 500.0 + 250}
        rows.append(pl.DataFrame({"service_id": [service] * len(at), **middle}))
    incidents = pl.concat(rows).with_row_index("incident_id")
    return area_of(incidents, kinds={service: service for service in ALL[: len(counts)]})


def flagged(found: HotPlaces) -> set[tuple[float, float]]:
    return {(each.x, each.y) for each in found.places if each.beyond_people}


# --- What is independent given people ----------------------------------------------------------------------------------

INDEPENDENT = [
    ("smooth", (20_000, 40_000)),
    ("smooth", (3_000, 1_500, 6_000)),
    ("rough", (20_000, 4_000, 40_000)),
    ("villages", (20_000, 40_000)),
    ("villages", (20_000, 4_000, 40_000)),
]


def test_services_that_only_follow_people_are_called_shared_no_more_than_one_time_in_twenty() -> None:
    shared = places = areas = 0
    for number, (kind, totals) in enumerate(INDEPENDENT):
        for seed in range(8):
            chance = np.random.Generator(np.random.PCG64(100 * number + seed))
            found = hot_places(
                area_with(records_from(people_surface(kind, chance), totals, chance)), draws=99
            )
            shared += min(each.adjusted for each in found.sharing) <= 0.05
            places += bool(flagged(found))
            areas += 1
    assert shared <= 0.05 * areas
    assert places <= 0.05 * areas


# --- What was planted --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["smooth", "rough", "villages"])
def test_a_planted_shared_hot_spot_is_found(kind: str) -> None:
    # Six cells with four times what is hot, for police and fire; the ambulance tells how many people there are.
    caught = wrong = 0
    for seed in range(3):
        chance = np.random.Generator(np.random.PCG64(seed))
        people = people_surface(kind, chance)
        counts = records_from(people, (20_000, 8_000, 40_000), chance)
        likely = np.flatnonzero(gaussian_filter(people, 2).ravel() > np.median(people))
        planted = chance.choice(likely, 6, replace=False)
        for service in (0, 1):
            extra = chance.poisson(4 * np.quantile(counts[service], 0.95), 6)
            np.put(counts[service], planted, np.take(counts[service], planted) + extra)
        wanted = {(float(cell // SIDE * 500), float(cell % SIDE * 500)) for cell in planted}
        found = flagged(hot_places(area_with(counts), draws=9))
        caught += len(found & wanted)
        wrong += len(found - wanted)
    assert caught >= 0.6 * 18
    assert wrong <= 1


def test_what_two_of_three_services_share_everywhere_is_seen_and_only_theirs() -> None:
    chance = np.random.Generator(np.random.PCG64(7))
    people = people_surface("rough", chance)
    theirs = people * np.exp(chance.normal(0, 0.8, people.shape))
    counts = np.concatenate(
        [records_from(theirs, (20_000, 8_000), chance), records_from(people, (40_000,), chance)]
    )
    found = {each.services: each for each in hot_places(area_with(counts)).sharing}
    both = found["police", "fire"]
    assert both.adjusted <= 0.01
    assert both.observed > both.high
    assert found["police", "ambulance"].adjusted > 0.05
    assert found["fire", "ambulance"].adjusted > 0.05


# --- The laws ----------------------------------------------------------------------------------------------------------


def flat_people(counts: Floats, level: Floats) -> People:
    cells = counts.shape[1]
    shape = np.full(counts.shape, 0.1)
    return People(np.arange(cells), counts, shape, np.full(cells, 0.1), shape, level)


def test_counts_permuted_within_one_block_meet_by_the_hypergeometric_law() -> None:
    # Twelve cells of one kind: a tenth is two, and two of twelve meet two of twelve.
    counts = np.zeros((2, 12))
    counts[0], counts[1] = np.arange(1, 13), np.arange(12, 0, -1)
    counts[1, 11] = 20
    chance = np.random.Generator(np.random.PCG64(1))
    (found,) = shared_heat(flat_people(counts, np.ones(12)), ALL[:2], [(0, 1)], 20_000, chance)
    law = hypergeom(12, 2, 2)
    assert found.observed == 1
    assert found.expected == pytest.approx(law.mean(), abs=0.02)
    assert found.p == pytest.approx(law.sf(0), abs=0.02)


def test_where_the_blocks_leave_no_choice_nothing_is_a_surprise() -> None:
    # The twelve cells with most people are those that are hot for both: of 120 a tenth is twelve.
    counts = np.ones((2, 120))
    counts[:, 50:62] = 9
    level = counts[0]
    chance = np.random.Generator(np.random.PCG64(1))
    (found,) = shared_heat(flat_people(counts, level), ALL[:2], [(0, 1)], 50, chance)
    assert (found.observed, found.expected, found.low, found.high, found.p) == (12, 12, 12, 12, 1)


def test_cells_that_tie_are_shared_out_and_not_given_to_the_south_west() -> None:
    # Every cell is alike: the south-west tenth would be hot for both, by lot a tenth of a tenth is.
    chance = np.random.Generator(np.random.PCG64(1))
    (found,) = shared_heat(flat_people(np.ones((2, 120)), np.ones(120)), ALL[:2], [(0, 1)], 50, chance)
    assert found.observed == pytest.approx(120 * 0.1 * 0.1)
    assert found.p == 1


@pytest.mark.parametrize("common", [0.05, 0.5, 3.0])
def test_the_chance_of_a_joint_departure_is_a_chance(common: float) -> None:
    # Cells thrown by the law that is assumed: no chance comes up more often than it says, nor much less.
    chance = np.random.Generator(np.random.PCG64(5))
    cells = 10_000
    expected = chance.uniform(2, 60, cells) * np.array([[1.0], [0.4], [2.0]])
    own = np.repeat([[0.1], [0.3], [0.2]], cells, axis=1)
    variance = np.log1p(common)
    shared = np.exp(chance.normal(-variance / 2, np.sqrt(variance), cells))
    counts = chance.poisson(expected * shared * chance.gamma(1 / own, own)).astype(np.float64)
    people = People(np.arange(cells), counts, expected, np.full(cells, common), own, shared)
    # Three standard deviations of so many throws; counts are whole, so that a chance is seldom met exactly.
    level, slack = 0.005, 3 * np.sqrt(0.005 / cells)
    for members in ((0, 1), (0, 1, 2)):
        explained, found = joint_departure(people, np.arange(cells), members)
        assert (found <= level).mean() <= level + slack
        # Three together need not be so rare alone that their chance is worked out to the end.
        assert len(members) == 3 or (found <= level).mean() >= 0.6 * level - slack
        assert explained.shape == (len(members), cells)
        assert explained.mean() == pytest.approx(counts[list(members)].mean(), rel=0.1)


def test_adjusted_chances_are_those_of_holm_and_of_benjamini_and_hochberg() -> None:
    chance = np.random.Generator(np.random.PCG64(3))
    for number in (1, 4, 200):
        chances = chance.random(number) ** 4
        wanted = [
            max(
                min(1, (number - rank) * each)
                for rank, each in enumerate(np.sort(chances))
                if each <= chances[one]
            )
            for one in range(number)
        ]
        adjusted = holm(list(chances))
        assert all(mine >= its - 1e-12 for mine, its in zip(adjusted, wanted, strict=True))
        assert min(adjusted) == pytest.approx(min(1, number * chances.min()))
        by_law = false_discovery_control(chances) <= 0.05
        assert discoveries(chances, number).tolist() == by_law.tolist()


# --- Steadiness --------------------------------------------------------------------------------------------------------


def test_halves_with_the_same_heat_agree_wholly_and_heat_that_moves_is_not_steady() -> None:
    chance = np.random.Generator(np.random.PCG64(2))
    half = chance.poisson(chance.gamma(1, 20, (1, 1_000)))
    (same,) = steadiness(np.stack([half, half]), ALL[:1], [(0,)], 50, chance)
    (moved,) = steadiness(np.stack([half, half[:, ::-1]]), ALL[:1], [(0,)], 50, chance)
    assert same.share == 1
    assert moved.share is not None
    assert moved.low is not None
    assert moved.share < 0.2 < moved.low
    assert (same.parts, same.services) == (2, ("police",))


def test_cells_that_keep_their_rates_are_as_steady_as_poisson_counts_of_those_rates() -> None:
    chance = np.random.Generator(np.random.PCG64(4))
    rates = chance.gamma(1, 4, 1_000)
    thrown = chance.poisson(rates, (200, 2, 1, 1_000))
    shares = [steadiness(each, ALL[:1], [(0,)], 1, chance)[0].share for each in thrown]
    wanted = float(np.mean([each for each in shares if each is not None]))
    found = [steadiness(each, ALL[:1], [(0,)], 49, chance)[0] for each in thrown[:20]]
    assert np.mean([each.if_steady for each in found if each.if_steady is not None]) == pytest.approx(
        wanted, abs=0.02
    )


def test_a_year_is_cut_into_quarters_and_less_into_halves() -> None:
    rows = [record("police", 1_440 * day, 1_000 * (day % 7)) for day in range(365)]
    year = area_by_hand(*rows, period=(date(2025, 1, 6), date(2026, 1, 5)))
    assert {each.parts for each in hot_places(year, draws=9).steadiness} == {4}
    assert {each.parts for each in hot_places(area_by_hand(*rows[:300]), draws=9).steadiness} == {2}


def test_records_without_a_time_have_places_and_no_steadiness() -> None:
    found = hot_places(area_with(np.ones((1, SIDE, SIDE), dtype=np.int64)), draws=9)
    assert found.cells == SIDE * SIDE
    assert found.steadiness == ()


# --- The answer --------------------------------------------------------------------------------------------------------


def test_combinations_are_counted_by_hand() -> None:
    # Ten cells each, so that one is hot; police and fire share theirs, the ambulance has its own.
    rows = [record(service, 0, 500 * each) for service in ALL for each in range(10)]
    rows += [record("police", each, 1_600) for each in range(10)] + [record("fire", 5, 1_600)] * 5
    rows += [record("ambulance", 1, 4_600)]
    found = hot_places(area_by_hand(*rows), draws=9)
    cells = {each.services: each.cells for each in found.combinations}
    assert {services for services, number in cells.items() if number} == {("police", "fire"), ("ambulance",)}
    assert len(cells) == 7
    (both,) = (each for each in found.combinations if each.services == ("police", "fire"))
    assert both.share_of == {
        "police": pytest.approx(11 / 20),
        "fire": pytest.approx(6 / 15),
        "ambulance": pytest.approx(1 / 11),
    }
    heat = {each.service: each for each in found.heat}
    assert (heat["police"].least, heat["police"].hot, heat["police"].tied) == (11, 1, 0)
    (place,) = found.places
    assert (place.x, place.y, place.services) == (1_500, 0, ("police", "fire"))
    assert place.counts == {"police": 11, "fire": 6, "ambulance": 1}


def test_the_shares_of_all_combinations_are_no_more_than_everything() -> None:
    chance = np.random.Generator(np.random.PCG64(6))
    found = hot_places(area_with(records_from(people_surface("smooth", chance), (3_000, 900, 5_000), chance)))
    for service in ALL:
        assert sum(each.share_of[service] for each in found.combinations) <= 1
    hot_for_police = sum(each.cells for each in found.combinations if "police" in each.services)
    assert hot_for_police == next(each.hot for each in found.heat if each.service == "police")


def test_few_squares_say_nothing_of_people() -> None:
    found = hot_places(littleton().area)
    assert found.sharing == ()
    assert found.note is not None
    assert "too few" in found.note
    assert all(each.p is None and each.beyond_people is None for each in found.places)
    json.dumps(found.as_json())


def test_a_study_without_incidents_has_no_hot_places() -> None:
    found = hot_places(area_of(pl.DataFrame({"incident_id": pl.Series([], dtype=pl.String)})))
    assert (found.cells, found.heat, found.combinations, found.places) == (0, (), (), ())


def test_the_same_incidents_in_any_order_give_the_same_answer_and_another_seed_another_draw() -> None:
    chance = np.random.Generator(np.random.PCG64(8))
    area = area_with(records_from(people_surface("rough", chance), (3_000, 2_000), chance))
    times = pl.Series(chance.integers(0, 100 * 86_400, area.table("incidents").height))
    start = int(MIDNIGHT.timestamp())
    incidents = area.table("incidents").with_columns(
        received_at=((times + start) * 1_000_000).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(LONDON)
    )
    area = area_of(incidents, kinds={"police": "police", "fire": "fire"})
    incidents = area.table("incidents")
    found = json.dumps(hot_places(area, draws=99).as_json())
    other_order = with_tables(area, {"incidents": incidents.sample(fraction=1, shuffle=True, seed=3)})
    assert json.dumps(hot_places(other_order, draws=99).as_json()) == found
    other = hot_places(area, draws=99, seed=2).as_json()
    assert json.dumps(other) != found
    assert other["places"] == json.loads(found)["places"]


@pytest.mark.parametrize(("metres", "draws", "words"), [(0, 9, "no size"), (500, 0, "0 draws")])
def test_what_has_no_size_and_what_is_never_drawn_is_refused(metres: float, draws: int, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        hot_places(area_by_hand(record("fire", 0)), metres, draws)
