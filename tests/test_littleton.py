"""Littleton, held to the page of answers that was worked by hand before the code: examples/littleton/EXPECTED.md.

Each number here stands beside the words of the page that it comes from, and the last test looks them up, so that neither
the page nor these tests can drift from the other.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import Outcome
from joinedup.response import compared, drives
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from joinedup.crossover import Crossover, Pair
    from joinedup.study import Assessed

PAGE = (LITTLETON / "EXPECTED.md").read_text("utf-8")
SAID: list[tuple[str, str]] = []


def said(section: str, words: str, *numbers: float) -> tuple[float, ...]:
    """Take numbers from the page: they must be in these words of it, which must be in that section."""
    SAID.append((section, words))
    given = [
        float(each.replace(",", "")) for each in re.findall(r"[-+]?\d[\d,]*\.?\d*", words.replace("£", ""))
    ]
    for number in numbers:
        assert number in given, f"{number:g} is not in '{words}'"
    return numbers


def section_of(heading: str) -> str:
    start = PAGE.index(f"## {heading}")
    end = PAGE.find("\n## ", start + 1)
    return " ".join(PAGE[start : end if end > 0 else None].split())


CROSSOVER = "Crossover, within 500 m and 30 min"
OVERLAP = "Overlap: sites of different services within 5 minutes"
ESTATE = "Shared estate"


@cache
def crossover() -> Crossover:
    return littleton().crossover()


def pair(one: str, other: str) -> Pair:
    return next(each for each in crossover().pairs if set(each.services) == {one, other})


def option(move: str) -> Assessed:
    return littleton().assessment[f"shared-estate-{move}"]


# --- Crossover -------------------------------------------------------------------------------------------------------

RECORDS = said(CROSSOVER, "93 police, 46 fire, 151 ambulance.", 93, 46, 151)
POSITIONED = said(CROSSOVER, "89, 46 and 149 are positioned", 89, 46, 149)


def test_the_records_of_each_service_are_counted() -> None:
    services = crossover().services
    given = [services[each] for each in ("police", "fire", "ambulance")]
    assert tuple(each.incidents for each in given) == RECORDS
    assert tuple(each.incidents - each.unplaced for each in given) == POSITIONED
    assert tuple(each.usable for each in given) == POSITIONED
    assert [each.set_aside for each in given] == [0, 0, 0]


SHIFTS = said(CROSSOVER, "| shift in weeks | -4 | -3 | -2 | -1 | 1 | 2 | 3 | 4 |", -4, -3, -2, -1, 1, 2, 3, 4)
SHIFTED = said(CROSSOVER, "| pairs | 4 | 2 | 3 | 6 | 3 | 5 | 2 | 2 |", 4, 2, 3, 6, 3, 5, 2, 2)
OBSERVED = said(CROSSOVER, "24 + 3 by coincidence + 1 for the repeat = **28**", 28)
CHANCE = said(CROSSOVER, "35.714 / 8 = **4.464** chance pairs", 4.464)


def test_the_tables_hold_the_pairs_that_the_page_counts() -> None:
    placed = littleton().area.table("incidents").filter(pl.col("x").is_not_null())
    placed = placed.filter(pl.col("place_precision").is_in(["exact", "50m", "100m"]))
    # Whole weeks on the clock on the wall, so that the change of the clocks moves nothing.
    wall = placed.with_columns(minute=pl.col("received_at").dt.replace_time_zone(None).dt.epoch("s") / 60)
    police, ambulance = (
        wall.filter(pl.col("service_id") == each).select("x", "y", "minute").to_numpy()
        for each in ("police", "ambulance")
    )
    near = np.hypot(*(police[:, None, :2] - ambulance[None, :, :2]).transpose(2, 0, 1)) <= 500
    week = 7 * 24 * 60

    def pairs(weeks: float) -> int:
        later = ambulance[None, :, 2] + weeks * week
        return int((near & (np.abs(police[:, None, 2] - later) <= 30)).sum())

    assert [pairs(0)] == list(OBSERVED)
    assert [pairs(weeks) for weeks in SHIFTS] == list(SHIFTED)


def test_observed_and_chance_pairs_of_police_and_ambulance_are_those_of_the_page() -> None:
    found = pair("police", "ambulance")
    assert [found.observed_pairs] == list(OBSERVED)
    assert found.chance_pairs == pytest.approx(CHANCE[0], abs=0.0005)


(TRUTH,) = said(CROSSOVER, "The truth is **24** events", 24)
(ALLOWED,) = said(CROSSOVER, "The tests allow 1 either way, and the interval must hold 24", 1)
UNPLACED, MISSING = said(CROSSOVER, "nearly **2** events, of which the tests allow 0.2 to be missing", 2, 0.2)
PUBLISHED, OF_POLICE, OF_AMBULANCE = said(
    CROSSOVER,
    "Published: 24 + 2 = **26**, which is 28.0 % of the 93 police records and 17.2 % of the 151 ambulance records",
    26,
    28.0,
    17.2,
)


def test_the_joint_events_of_police_and_ambulance_are_those_of_the_page() -> None:
    found = pair("police", "ambulance")
    assert found.estimate is not None
    assert found.unplaced is not None
    assert UNPLACED - MISSING <= found.unplaced <= UNPLACED
    assert found.estimate - found.unplaced == pytest.approx(TRUTH, abs=ALLOWED)
    assert found.estimate == pytest.approx(PUBLISHED, abs=ALLOWED)
    assert found.share_of is not None
    assert 100 * found.share_of["police"] == pytest.approx(OF_POLICE, abs=100 * ALLOWED / RECORDS[0])
    assert 100 * found.share_of["ambulance"] == pytest.approx(OF_AMBULANCE, abs=100 * ALLOWED / RECORDS[2])


def test_the_interval_holds_the_truth() -> None:
    found = pair("police", "ambulance")
    *by_other_weeks, by_that_day = found.baselines
    for baseline in by_other_weeks:
        assert baseline.low <= TRUTH <= baseline.high
    # Coincidences of every Friday at one hour are not to be seen in that day's other hours: all three are taken for events.
    assert by_that_day.estimate == pytest.approx(TRUTH + 3, abs=0.5)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= TRUTH + UNPLACED <= found.high


EXACT = (
    (("fire", "ambulance"), *said(CROSSOVER, "12 observed pairs, no chance pairs, **12** events.", 12)),
    (("police", "fire"), *said(CROSSOVER, "**Police and fire.** 6, none, **6**.", 6)),
)


@pytest.mark.parametrize(("services", "events"), EXACT)
def test_where_nothing_coincides_by_chance_every_pair_is_an_event(
    services: tuple[str, str], events: float
) -> None:
    found = pair(*services)
    assert (found.observed_pairs, found.chance_pairs, found.unplaced) == (events, 0, 0)
    assert found.estimate == pytest.approx(events, abs=0.05)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= events <= found.high + 1e-9


ASKED_POLICE, ASKED_AMBULANCE, ASKED = said(
    CROSSOVER,
    "16 + 2 police records name the ambulance, 4 ambulance records name the police: 22",
    16,
    4,
    22,
)
ASKED_OTHERS = said(CROSSOVER, "| 5 + 3 = 8 | 2 + 2 = 4 |", 8, 4)
SAME_PLACE = said(CROSSOVER, "| 22 + 2 + 3 at the market square = 27 | 10 + 2 = 12 | 4 + 2 = 6 |", 27, 12, 6)
NO_VEHICLE = said(CROSSOVER, "**16** police records were closed without a vehicle", 16)


def test_the_other_definitions_are_those_of_the_page() -> None:
    found = [pair("police", "ambulance"), pair("fire", "ambulance"), pair("police", "fire")]
    assert tuple(each.requested for each in found) == (ASKED, *ASKED_OTHERS)
    assert tuple(each.same_place_and_hour for each in found) == SAME_PLACE
    definitions = found[0].definitions
    assert definitions is not None
    requested = definitions["requested"]
    assert requested is not None
    counts = {service: None if each is None else each.count for service, each in requested.items()}
    assert counts == {"police": ASKED_POLICE + 2, "ambulance": ASKED_AMBULANCE}


def test_calls_closed_without_a_vehicle_are_those_of_the_page() -> None:
    services = crossover().services
    assert [services["police"].without_vehicle] == list(NO_VEHICLE)
    assert (services["fire"].without_vehicle, services["ambulance"].without_vehicle) == (0, 0)


CONCENTRATION = {
    "police": said(CROSSOVER, "7 squares, so the top tenth is one: 26 of 89, 29.2 %", 7, 26, 89, 29.2),
    "fire": said(CROSSOVER, "6 squares; 12 of 46, 26.1 %", 6, 12, 46, 26.1),
    "ambulance": said(CROSSOVER, "8 squares; 51 of 149, 34.2 %", 8, 51, 149, 34.2),
}


@pytest.mark.parametrize("service", CONCENTRATION)
def test_the_concentration_at_500_m_is_that_of_the_page(service: str) -> None:
    (row,) = (each for each in crossover().concentration if each.service == service and each.metres == 500)
    cells, top, incidents, per_cent = CONCENTRATION[service]
    assert (row.cells, row.incidents) == (cells, incidents)
    assert row.share_top_tenth == pytest.approx(top / incidents)
    assert round(100 * row.share_top_tenth, 1) == per_cent


# --- Overlap ---------------------------------------------------------------------------------------------------------

PAIRS = (
    ("P4", "F4", *said(OVERLAP, "| P4 and F4, Mickleby joint station | 0 | 0 |", 0, 0)),
    ("P3", "F2", *said(OVERLAP, "| P3 and F2, workshops | 0.4 | 2 √0.8 = 1.79 |", 0.4, 1.79)),
    ("P2", "F1", *said(OVERLAP, "| P2 custody suite and F1 | 0.5 | 2.00 |", 0.5, 2)),
    ("F8", "A2", *said(OVERLAP, "| F8 and A2, training centres | 0.5 | 2.00 |", 0.5, 2)),
    ("P1", "F1", *said(OVERLAP, "| P1 and F1 | 1.0 | 2 √2 = 2.83 |", 1, 2.83)),
    ("P9", "F3", *said(OVERLAP, "| P9 and F3, headquarters | 1.0 | 2.83 |", 1, 2.83)),
    ("F1", "A1", *said(OVERLAP, "| F1 and A1 | 1.5 | 2 √3 = 3.46 |", 1.5, 3.46)),
    ("P8", "A6", *said(OVERLAP, "| P8 and A6 | 1.5 | 3.46 |", 1.5, 3.46)),
    ("P2", "A1", *said(OVERLAP, "| P2 and A1 | 2.0 | 4.00 |", 2, 4)),
    ("P4", "A3", *said(OVERLAP, "| P4 and A3 | 2.0 | 4.00 |", 2, 4)),
    ("F4", "A3", *said(OVERLAP, "| F4 and A3 | 2.0 | 4.00 |", 2, 4)),
    ("P1", "A1", *said(OVERLAP, "| P1 and A1 | 2.5 | 4.50 |", 2.5, 4.5)),
    ("P5", "F5", *said(OVERLAP, "| P5 and F5 | 3.0 | 5.00 |", 3, 5)),
)
said(OVERLAP, "Thirteen pairs.")


def test_the_overlapping_sites_are_the_thirteen_pairs_of_the_page() -> None:
    found = {
        frozenset((row["site_id"], row["site_id_2"])): (row["metres"] / 1000, row["minutes"])
        for row in littleton().overlap.iter_rows(named=True)
    }
    assert len(found) == littleton().overlap.height == 13
    assert found == {
        frozenset((one, other)): (pytest.approx(km), pytest.approx(minutes, abs=0.005))
        for one, other, km, minutes in PAIRS
    }


# --- Shared estate: who would move -----------------------------------------------------------------------------------

# What a newcomer needs, and the room at its host, where the page says that it fits or does not.
MOVES = (
    ("F1-to-P1", False, *said(ESTATE, "| F1 to P1 | 900 | 400 | | no |", 900, 400)),
    ("P1-to-F1", False, *said(ESTATE, "| P1 to F1 | 720 | 300 | | no |", 720, 300)),
    (
        "A1-to-P1",
        True,
        *said(ESTATE, "| A1 to P1 | 300 | 400 | 3 vehicles, 8 - 4 free | **option** |", 300, 400),
    ),
    ("P1-to-A1", False, *said(ESTATE, "| P1 to A1 | 720 | 0 | | no |", 720, 0)),
    (
        "A1-to-F1",
        True,
        *said(ESTATE, "| A1 to F1 | 300 | 300 | 3 vehicles, 6 - 2 free | **option** |", 300, 300),
    ),
    ("F1-to-A1", False, *said(ESTATE, "| F1 to A1 | 900 | 0 | | no |", 900, 0)),
    ("P9-to-F3", True, *said(ESTATE, "| P9 to F3 | 1,200 | 1,300 | no vehicles | **option** |", 1200, 1300)),
    ("F3-to-P9", False, *said(ESTATE, "| F3 to P9 | 1,500 | 0 | | no |", 1500, 0)),
    ("A3-to-P4", False, *said(ESTATE, "| A3 to P4 | 180 | 100 | | no |", 180, 100)),
    (
        "A3-to-F4",
        True,
        *said(ESTATE, "| A3 to F4 | 180 | 200 | 1 vehicle, 4 - 2 free | **option** |", 180, 200),
    ),
    ("P4-to-A3", False, *said(ESTATE, "| P4 or F4 to A3 | 360, 420 | 0 | | no |", 360, 0)),
    ("F4-to-A3", False, *said(ESTATE, "| P4 or F4 to A3 | 360, 420 | 0 | | no |", 420, 0)),
    ("F5-to-P5", False, *said(ESTATE, "| F5 to P5 | 300 | 0 | | no |", 300, 0)),
    (
        "A6-to-P8",
        True,
        *said(ESTATE, "| A6 to P8 | 120 | 250 | 1 vehicle, 2 - 1 free | **option**", 120, 250),
    ),
    ("P8-to-A6", False, *said(ESTATE, "| P8 to A6 | 180 | 0 | | no |", 180, 0)),
)
(P5_NEEDS,) = said(
    ESTATE, "| P5 to F5 | 240 | not known | 1 vehicle, 3 - 1 free | **option**, incomplete |", 240
)
(SHARE,) = said(ESTATE, "A newcomer needs 0.6 of the floor that it leaves.", 0.6)
said(ESTATE, "P4-F4 exists.")
said(ESTATE, "Six options.")


def test_six_options_are_found() -> None:
    wanted = {move for move, fits, *_ in MOVES if fits} | {"P5-to-F5"}
    found = {
        each.option.id.removeprefix("shared-estate-")
        for each in littleton().assessment.options
        if each.option.kind == "shared estate"
    }
    assert found == wanted
    assert len(found) == 6


@pytest.mark.parametrize(("move", "fits", "needs", "room"), MOVES)
def test_a_move_is_an_option_where_there_is_room_and_no_option_where_there_is_not(
    move: str, fits: bool, needs: float, room: float
) -> None:
    mover, host = (
        littleton().area.table("sites").row(by_predicate=pl.col("site_id") == each, named=True)
        for each in move.split("-to-")
    )
    assert SHARE * mover["floor_area_m2"] == pytest.approx(needs)
    assert host["spare_area_m2"] == room
    assert (needs <= room) is fits
    if fits:
        assert option(move).option.facts["space_m2"] == pytest.approx(needs)


def test_what_is_not_known_of_nether_sallow_is_asked() -> None:
    (asked,) = (each for each in option("P5-to-F5").option.incomplete if each.endswith("to spare"))
    assert asked == f"whether Nether Sallow fire station has {P5_NEEDS:g} m² to spare"


said(ESTATE, "**option**, tried before and ended in 2019")


def test_what_was_tried_before_in_overwater_is_said() -> None:
    tried = option("A6-to-P8").option.facts["tried_before"]
    assert isinstance(tried, str)
    assert tried.startswith("ended on")
    assert "2019" in tried
    others = [each.option for each in littleton().assessment.options if each is not option("A6-to-P8")]
    assert all(each.facts["tried_before"] is None for each in others)


# --- Shared estate: the safety gate ----------------------------------------------------------------------------------

GATE = {
    "A1-to-P1": Outcome.FAIL,
    "A1-to-F1": Outcome.PASS,
    "P9-to-F3": Outcome.PASS,
    "A3-to-F4": Outcome.CANNOT_TELL,
    "P5-to-F5": Outcome.FAIL,
    "A6-to-P8": Outcome.PASS,
}
said(ESTATE, "| | C3: 12 at (600, 2800) | 2 √2.408 = 3.104 | 2 + 2.864 = 4.864 | +1.760 | | **fail** |")
said(ESTATE, "| | C3 | 3.104 | 4.000 | +0.896 | | **pass** |")
said(ESTATE, "| P9 to F3 | nobody who responds moves | | | | | **pass** |")
said(ESTATE, "| -0.751 | 1.0 | **pass** |")
said(ESTATE, "| +3.540 | 2.0 | **fail** |")

# Option, category, incidents; before, after and change in minutes.
CHANGES = (
    ("A1-to-P1", "C1", *said(ESTATE, "C1: 15 at the square", 15),
     *said(ESTATE, "2 + 2.941 = 4.941 | 2 √2 = 2.828 | -2.113 | 1.0 |", 4.941, 2.828, -2.113)),
    ("A1-to-P1", "C2", 46, *said(ESTATE, "C2: 36 at the square, 10 at (600, 2800) | 4.542 | 3.271 | -1.271 |",
     4.542, 3.271, -1.271)),
    ("A1-to-P1", "C3", *said(ESTATE, "C3: 12 at (600, 2800)", 12),
     *said(ESTATE, "2 √2.408 = 3.104 | 2 + 2.864 = 4.864 | +1.760 |", 3.104, 4.864, 1.760)),
    ("A1-to-F1", "C1", 15, *said(ESTATE, "| A1 to F1 | C1 | 4.941 | 2 √3.2 = 3.578 | -1.363 | 1.0 |",
     4.941, 3.578, -1.363)),
    ("A1-to-F1", "C2", 46, *said(ESTATE, "| | C2 | 4.542 | 3.670 | -0.872 |", 4.542, 3.670, -0.872)),
    ("A1-to-F1", "C3", 12, *said(ESTATE, "| | C3 | 3.104 | 4.000 | +0.896 |", 3.104, 4.000, 0.896)),
    ("A3-to-F4", "C2", *said(ESTATE, "C2: 6 at (12000, 1600) | 2 √2.4 = 3.098 | 3.578 | +0.479 | 1.0 |",
     6, 3.098, 3.578, 0.479)),
    ("P5-to-F5", "disorder", *said(ESTATE, "disorder: 15 at (0, -9400) | 2 √0.8 = 1.789 | 5.329 | +3.540 | 2.0 |",
     15, 1.789, 5.329, 3.540)),
    ("A6-to-P8", "C2", *said(ESTATE, "C2: 12 at (-12000, 9600) | 2.942 | 2 √1.2 = 2.191 | -0.751 | 1.0 |",
     12, 2.942, 2.191, -0.751)),
)  # fmt: skip
said(ESTATE, "| fewer than 10 records: **cannot tell** |")


@pytest.mark.parametrize("move", GATE)
def test_the_safety_gate_says_what_the_page_says(move: str) -> None:
    assert option(move).gate.outcome is GATE[move]


@pytest.mark.parametrize(("move", "category", "incidents", "before", "after", "change"), CHANGES)
def test_the_drives_change_as_the_page_says(
    move: str, category: str, incidents: float, before: float, after: float, change: float
) -> None:
    study, ground = littleton(), option(move).option.joins[0]
    changed = study.area.changed(option(move).option.changes)
    both = compared(drives(study.area, study.travel), drives(changed, study.travel)).filter(
        (pl.col("category") == category) & (pl.col("ground") == ground)
    )
    assert both.height == incidents
    means = both.select(pl.col("before", "after").mean()).row(0)
    assert means == (pytest.approx(before, abs=0.0006), pytest.approx(after, abs=0.0006))
    (judged,) = (
        each for each in option(move).gate.rows if (each.category, each.ground) == (category, ground)
    )
    assert judged.incidents == incidents
    assert judged.mean_change == pytest.approx(change, abs=0.0006)


def test_the_categories_of_each_ambulance_option_are_those_of_the_page() -> None:
    for move in ("A1-to-P1", "A1-to-F1", "A3-to-F4", "A6-to-P8"):
        wanted = {(category, incidents) for at, category, incidents, *_ in CHANGES if at == move}
        assert {(each.category, each.incidents) for each in option(move).gate.rows} == wanted


def test_an_option_that_moves_nobody_who_responds_has_nothing_to_judge() -> None:
    assert option("P9-to-F3").gate.rows == ()


# --- Shared estate: worth --------------------------------------------------------------------------------------------

WORTH = {
    "A1-to-P1": said(ESTATE, "33,000 × 8.316605 - 210,800 = **63,648**", 63_648),
    "A1-to-F1": said(ESTATE, "| A1 to F1 | 210,800 | 45,000 | 12,000 | | **63,648** |", 63_648),
    "P9-to-F3": said(ESTATE, "1,200,000 × 0.95 × 0.85 / 1.035 = 936,232 | **1,243,758** |", 1_243_758),
    "A3-to-F4": said(ESTATE, "190,000 × 0.95 × 0.85 / 1.035 = 148,237 | **161,625** |", 161_625),
    "P5-to-F5": said(ESTATE, "annuity 8.316605 - 2.801637 = 5.514968 | **-17,693** |", -17_693),
    "A6-to-P8": said(ESTATE, "14,600 × 8.316605 - 121,520 = **-98** |", -98),
}


@pytest.mark.parametrize("move", WORTH)
def test_the_central_worth_is_that_of_the_page_to_the_pound(move: str) -> None:
    # The page rounds 161,625.50 down.
    assert option(move).appraisal.npsv[0] == pytest.approx(WORTH[move][0], abs=0.51)


CAPITAL = {
    "A1-to-P1": said(ESTATE, "(300 × 400 + 50,000) × 1.24 = 210,800", 210_800),
    "P9-to-F3": said(ESTATE, "(1,200 × 400 + 50,000) × 1.24 = 657,200", 657_200),
    "A3-to-F4": said(ESTATE, "(180 × 400 + 50,000) × 1.24 = 151,280", 151_280),
    "P5-to-F5": said(ESTATE, "(240 × 400 + 50,000) × 1.24 / 1.035³ = 163,288", 163_288),
    "A6-to-P8": said(ESTATE, "(120 × 400 + 50,000) × 1.24 = 121,520", 121_520),
}
FREED = {
    "A1-to-P1": said(ESTATE, "| 45,000 | 300 × 80 / 2 = 12,000 |", 45_000, 12_000),
    "P9-to-F3": said(ESTATE, "| 170,000 | 1,200 × 90 / 2 = 54,000 |", 170_000, 54_000),
    "A3-to-F4": said(ESTATE, "| 27,000 | 180 × 80 / 2 = 7,200 |", 27_000, 7_200),
    "P5-to-F5": said(ESTATE, "| 36,000, years 4 to 10 | 240 × 80 / 2 = 9,600 |", 36_000, 9_600),
    "A6-to-P8": said(ESTATE, "| 20,000 | 120 × 90 / 2 = 5,400 |", 20_000, 5_400),
}


@pytest.mark.parametrize("move", CAPITAL)
def test_capital_and_what_is_freed_and_added_a_year_are_those_of_the_page(move: str) -> None:
    flows = option(move).appraisal.flows
    capital = [each for each in flows if each.line == "capital"]
    running = [float(each.amount[0]) for each in flows if each.line == "running cost" and each.year == 10]
    discounted = sum(float(each.amount[0]) / 1.035**each.year for each in capital)
    assert -discounted == pytest.approx(CAPITAL[move][0], abs=0.51)
    freed, added = FREED[move]
    assert sorted(running) == pytest.approx([-added, freed])


LOST, RENT_A_YEAR = (
    *said(ESTATE, "(45,000 - 24,000) × 8.316605 - 210,800 = **-£36,151**", -36_151),
    *said(ESTATE, "a rent of 300 × 80 = £24,000 a year", 24_000),
)
(GAINED,) = said(ESTATE, "12,000 × 8.316605 = **£99,799**", 99_799)
said(ESTATE, "It loses.")


def test_who_gains_and_who_loses_by_the_move_to_the_fire_station_are_those_of_the_page() -> None:
    appraisal = option("A1-to-F1").appraisal
    worth = {each.partner: float(each.worth[0]) for each in appraisal.standings}
    assert worth == {
        "police": 0.0,
        "fire": pytest.approx(GAINED, abs=0.51),
        "ambulance": pytest.approx(LOST, abs=0.51),
    }
    assert [each.partner for each in appraisal.losers] == ["ambulance"]
    rents = {float(each.amount[0]) for each in appraisal.flows if each.kind == "payment"}
    assert rents == {RENT_A_YEAR}


said(ESTATE, "P9 to F3, then A1 to F1, then A6 to P8.")
said(ESTATE, "A3 to F4 cannot be ranked before more is known; A1 to P1 and P5 to F5 fail.")
said(ESTATE, "A1 to P1 and A1 to F1 free the same station: they can never both be counted.")


def test_only_what_passes_the_gate_is_ranked_and_in_the_order_of_the_page() -> None:
    order = littleton().assessment.order
    moves = [each.id for each in order.placed if each.id.startswith("shared-estate-")]
    assert [each.removeprefix("shared-estate-") for each in moves] == ["P9-to-F3", "A1-to-F1", "A6-to-P8"]
    assert order.placed[0].id == moves[0]
    assert all(one.expected >= other.expected for one, other in pairwise(order.placed))
    apart = {
        each.id.removeprefix("shared-estate-"): each.gate
        for each in order.apart
        if each.id.startswith("shared-estate-")
    }
    assert apart == {move: gate for move, gate in GATE.items() if gate is not Outcome.PASS}


def test_the_two_moves_out_of_one_station_cannot_both_be_counted() -> None:
    (conflict,) = (
        each
        for each in littleton().assessment.order.conflicts
        if all(option.startswith("shared-estate-") for option in each.options)
    )
    assert conflict.options == ("shared-estate-A1-to-F1", "shared-estate-A1-to-P1")
    assert conflict.things == ("sites/A1",)


# --- neither drifts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "words"), dict.fromkeys(SAID))
def test_what_is_restated_here_stands_in_the_page(section: str, words: str) -> None:
    assert words in section_of(section)
