"""Events that records tie together by the other service's number: a check both ways, and a sharper score (§2.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from bench.crossover_accuracy import FIRST_SEED, areas, numbered, summed_up

from joinedup.area import Area
from joinedup.crossover import measure
from joinedup.crossover.partner_numbers import ELSEWHERE, SILENT, TIED, Said, between, sharpened, ties_of
from joinedup.crossover.records import canonical
from tests.crossover.areas import MIDNIGHT, area_by_hand, planted, record

if TYPE_CHECKING:
    from joinedup.crossover import Pair
    from joinedup.crossover.answer import Known

TWO = {"fire": "fire", "ambulance": "ambulance"}


def known_of(*rows: dict[str, object]) -> Known:
    """Measure fire and ambulance, and give how the answer fares on their numbers."""
    known = measure(area_by_hand(*rows, kinds=TWO)).pairs[0].known
    assert known is not None
    return known


def one_a_day(days: int) -> list[dict[str, object]]:
    """Make an event a day, far from all others, with a record of each service and no number."""
    chance = np.random.Generator(np.random.PCG64(5))
    rows = []
    for day, (x, y) in enumerate(chance.uniform(0, 3e4, (days, 2))):
        rows.append(record("fire", day * 1440, x, y, incident_id=f"f{day}"))
        rows.append(record("ambulance", day * 1440 + 4, x + 30, y, incident_id=f"a{day}"))
    return rows


def test_the_other_services_number_checks_the_answer_from_either_side() -> None:
    rows = one_a_day(90)
    for day in range(90):
        fire, ambulance = rows[2 * day], rows[2 * day + 1]
        fire |= {"other_service_reference": f"a{day}"} if day < 30 else {}
        ambulance |= {"other_service_reference": f"f{day}"} if 20 <= day < 50 else {}
        # Ten of the tied records were put 40 km away: no crossover by place can find them.
        ambulance["x"] += 4e4 if day < 10 else 0.0  # type: ignore[operator]
    known = known_of(*rows)
    assert (known.links, known.within, known.found) == (50, 40, 40)
    assert known.expected == pytest.approx(40, abs=0.5)
    assert (known.numbered, known.agreeing) == (40, 40)


def test_a_second_call_with_the_same_number_is_no_second_event() -> None:
    rows = one_a_day(60)
    for day in range(20):
        rows[2 * day] |= {"other_service_reference": f"a{day}"}
        again = {"incident_id": f"g{day}", "received_at": rows[2 * day]["received_at"]}
        rows.append(rows[2 * day] | again)
    known = known_of(*rows)
    assert (known.links, known.within, known.found) == (20, 20, 20)


def test_a_number_that_names_another_speaks_against_the_answer() -> None:
    rows = one_a_day(90)
    for day in range(40):
        # Four have the number of an ambulance that was elsewhere on another day.
        rows[2 * day] |= {"other_service_reference": f"a{day + 45 if day < 4 else day}"}
    known = known_of(*rows)
    assert (known.links, known.within, known.found) == (40, 36, 36)
    # The four, and those whose ambulances they name.
    assert (known.numbered, known.agreeing) == (44, 36)


def test_the_check_does_not_use_what_records_say_of_who_was_asked_for() -> None:
    rows = one_a_day(60)
    for each in rows[:40:2]:
        each["other_service_reference"] = str(each["incident_id"]).replace("f", "a")
    said = [
        each | {"other_service_requested": ("none", TWO["ambulance"])[day % 2]}
        for day, each in enumerate(rows)
    ]
    assert known_of(*rows) == known_of(*said)


def test_a_number_that_two_other_services_have_ties_nobody() -> None:
    kinds = {**TWO, "police": "police"}
    rows = [
        record("police", 0, incident_id="p", other_service_reference=" 7 "),
        record("fire", 1, incident_id="7"),
        record("ambulance", 2, incident_id="8", other_service_reference="p"),
    ]
    ties = ties_of(canonical(area_by_hand(*rows, kinds=kinds)))
    assert between(ties, "fire", "police").height == 1
    assert between(ties, "police", "ambulance").height == 1
    twice = ties_of(canonical(area_by_hand(*rows, record("ambulance", 3, incident_id="7"), kinds=kinds)))
    assert between(twice, "fire", "police").is_empty()
    assert between(twice, "police", "ambulance").height == 1


def test_records_without_a_number_are_measured_to_the_last_bit_as_if_numbers_did_not_exist() -> None:
    area = planted(8, joint=40, fire=300, ambulance=600)
    # Numbers that nobody bears are no numbers.
    strange = area.table("incidents").with_columns(other_service_reference=pl.lit("nobody's"))
    with_strange = Area(area.settings, area.plane, {**area.tables, "incidents": strange})
    one, other = (measure(each) for each in (area, with_strange))
    assert json.dumps(one.as_json()) == json.dumps(other.as_json())
    joint, same = one.pairs[0].joint, other.pairs[0].joint
    assert joint is not None
    assert same is not None
    assert joint.equals(same)


def test_a_tie_tells_which_of_two_equally_near_records_is_the_partner() -> None:
    rows, chance = one_a_day(200), np.random.Generator(np.random.PCG64(6))
    for day in range(200):
        # Any gap of up to 12 minutes is as likely; on thirty days an ambulance comes before and one after, and one is named.
        fire, ambulance = rows[2 * day : 2 * day + 2]
        gap = chance.uniform(8, 12) if day < 30 else chance.uniform(-12, 12)
        ambulance["received_at"] = MIDNIGHT + timedelta(minutes=day * 1440 + gap)
        if day < 30:
            before = MIDNIGHT + timedelta(minutes=day * 1440 - chance.uniform(8, 12))
            rows.append(ambulance | {"incident_id": f"b{day}", "received_at": before})
            fire["other_service_reference"] = f"{'ab'[day % 2]}{day}"
    plain = [
        {name: value for name, value in each.items() if name != "other_service_reference"} for each in rows
    ]
    without, told = (
        measure(area).pairs[0] for area in (area_by_hand(*each, kinds=TWO) for each in (plain, rows))
    )
    named = between(ties_of(canonical(area_by_hand(*rows, kinds=TWO))), "fire", "ambulance")
    assert found_of(without, named) < 15
    assert found_of(told, named) >= 28
    assert told.estimate == pytest.approx(without.estimate, rel=0.02)


def found_of(pair: Pair, ties: pl.DataFrame) -> int:
    """Count the tied records that are likely one event; none of these has a second call."""
    assert pair.joint is not None
    return pair.joint.filter(pl.col("probability") >= 0.8).join(ties, on=["a", "b"], how="semi").height


def test_the_odds_are_those_of_bayes_rule_by_what_was_seen() -> None:
    # 1,000 certain events, 300 of them tied; 9,000 certain coincidences, 270 of them with a record that is tied elsewhere.
    said = np.repeat(np.array([TIED, SILENT, ELSEWHERE, SILENT], dtype=np.int8), [300, 700, 270, 8_730])
    probability = np.repeat([1.0, 0.0], [1_000, 9_000])
    odds = sharpened(np.ones(10_000), probability, Said(said, 0.0))
    # What was never seen was perhaps seen half a time.
    assert odds[0] == pytest.approx(0.3 / (0.5 / 9_000), rel=0.01)
    assert odds[300] == pytest.approx(0.7 / 0.97, rel=0.01)
    assert odds[1_000] == pytest.approx((0.5 / 1_000) / 0.03, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("row", ["700", "15000"])
def test_numbers_on_some_events_find_more_pairs_and_leave_the_count_where_it_is(row: str) -> None:
    places = [(seed, found[0]) for seed, found in areas(row, 4, [("police", "ambulance")])]
    plain = summed_up([place.scored(flags=False) for _, place in places])
    told = summed_up([numbered(place, seed).scored(flags=False) for seed, place in places])
    assert told["f1"] > plain["f1"] + (0.015 if row == "15000" else 0.002)
    assert abs(told["bias"] - plain["bias"]) <= 0.003
    assert abs(told["bias"]) <= (0.02 if row == "15000" else 0.01)
    assert told["covered"] >= 3
    assert told["half_width"] <= plain["half_width"] * 1.02
    assert places[0][0] == FIRST_SEED
