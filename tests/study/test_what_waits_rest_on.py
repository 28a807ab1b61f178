"""The report says which records each step of the playing rests on, and shows no crew's own (§3.4, §8.1)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl

from joinedup.disclosure import Block, Table
from joinedup.response.asking import own_needs
from joinedup.study.drafting.held_to import fits_of, fits_table, rests_on
from joinedup.study.drafting.waits import waits_chapter
from joinedup.study.waiting import Played
from tests.response.test_conveying import HOSPITALS, area_of
from tests.response.test_replaying import assumed
from tests.small import LITTLETON, littleton

SERVICES = ["police", "fire", "ambulance"]


@cache
def played() -> Played:
    area = littleton().area
    return Played.of(area, assumed(), needs=own_needs(LITTLETON, area), runs=1)


def table(blocks: list[Block]) -> Table:
    (found,) = blocks
    assert isinstance(found, Table)
    return found


def test_a_step_is_listed_once_for_each_service_or_pool_with_all_its_records() -> None:
    found = fits_of(played())
    assert found.select("step", "cell").is_unique().all()
    busy = dict(found.filter(pl.col("step") == "busy").select("cell", "records").iter_rows())
    jobs = played().baseline.asked.jobs
    assert busy == dict(jobs.drop_nulls("busy").group_by("service_id").len().iter_rows())


def test_the_chapter_ends_with_the_records_that_the_waits_are_drawn_from() -> None:
    last = waits_chapter(littleton()).blocks[-1]
    assert isinstance(last, Table)
    assert last.name == "waits-fits"
    assert [row[1] for row in last.rows if row[0] == "from arriving until free"] == [
        "Ambulance",
        "Fire",
        "Police",
    ]


def test_a_note_that_counts_a_few_attendances_says_fewer_than_five() -> None:
    stray = (
        "1 of the 47 attendances to the need 'first engine' was by car of police: too few to take that kind"
    )
    told = rests_on(replace(played(), notes=(stray, "37 attendances of ambulance began before")))
    assert told[-2].startswith("Fewer than 5 of the 47 attendances to the need")
    assert told[-1].startswith("37 attendances")


def test_who_meets_which_need_is_said_but_for_a_pool_of_one_crew() -> None:
    (said,) = (each for each in rests_on(played()) if each.startswith("Each need is met"))
    assert "first engine by engine of fire" in said
    units = played().outcomes.units
    one = pl.concat(
        [
            units.filter(pl.col("pool") != "first engine"),
            units.filter(pl.col("pool") == "first engine").head(1),
        ]
    )
    alone = replace(played(), outcomes=replace(played().outcomes, units=one))
    assert not [each for each in rests_on(alone) if "first engine" in each]


def test_what_one_crew_was_recorded_to_take_does_not_leave() -> None:
    shown = table(fits_table(littleton(), played(), SERVICES))
    assert ["first engine" in row for row in shown.rows].count(True) == 2
    units = played().outcomes.units
    one = pl.concat(
        [
            units.filter(pl.col("pool") != "first engine"),
            units.filter(pl.col("pool") == "first engine").head(1),
        ]
    )
    alone = replace(played(), outcomes=replace(played().outcomes, units=one))
    left = table(fits_table(littleton(), alone, ["police", "ambulance"]))
    assert not [row for row in left.rows if row[1] in {"first engine", "Fire"}]
    assert len(left.rows) == len(shown.rows) - 4


def test_a_share_that_is_conveyed_is_a_share_and_time_on_scene_is_told_apart() -> None:
    found = fits_of(Played.of(area_of(HOSPITALS), assumed(), runs=1))
    (conveyed,) = found.filter(pl.col("step") == "conveyed").to_dicts()
    assert 0 < conveyed["mean"] <= 1
    on_scene = found.filter(pl.col("step") == "on_scene")["cell"].to_list()
    assert set(on_scene) <= {"ambulance, with a patient", "ambulance, without one"}
    assert on_scene
