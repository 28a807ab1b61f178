"""The chapter on waits says first how far the model is off, and lets no crew's own times leave (§3.4, §8.1)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from joinedup.disclosure import (
    LIMIT,
    Bullets,
    Chapter,
    Curves,
    Draft,
    Figure,
    Grid,
    Map,
    PublishedCurves,
    PublishedGrid,
    PublishedMap,
    PublishedTable,
    Statement,
    Table,
    publish,
)
from joinedup.imagining import Noise, imagine
from joinedup.options import kinds
from joinedup.response import drives
from joinedup.study import Study
from joinedup.study.drafting.held_to import standards_blocks
from joinedup.study.drafting.waited import Waited, wait_week
from joinedup.study.drafting.waits import before_and_after_map, gate_words, waits_answer, waits_chapter
from joinedup.study.gating import gate
from joinedup.study.waiting import Played, runs_for
from joinedup.travel import travel_of
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from joinedup.disclosure import PublishedChapter
    from joinedup.study import Assessed


@pytest.fixture(scope="module")
def imagined(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("waits") / "area"
    imagine(folder, 60_000, 120, 12, density=700, noise=Noise.none())
    return Study.read(folder)


@pytest.fixture(scope="module")
def imagined_chapter(imagined: Study) -> Chapter:
    """Draft the chapter once: rooms are staffed for it each time."""
    return waits_chapter(imagined)


@cache
def of_littleton() -> Chapter:
    return waits_chapter(littleton())


def played(study: Study) -> Played:
    assert isinstance(study.played, Played)
    return study.played


def published(chapter: Chapter) -> PublishedChapter:
    return publish(Draft("T", "", (chapter,))).chapters[0]


def block(chapter: Chapter, name: str) -> object:
    return next(each for each in chapter.blocks if getattr(each, "name", None) == name)


def names(chapter: Chapter) -> list[str]:
    return [each for one in chapter.blocks if (each := getattr(one, "name", ""))]


@cache
def judged(option_id: str) -> Assessed:
    """Judge one option of Littleton; nothing else of its assessment is looked at here."""
    study = littleton()
    travel = travel_of(study.area, study.assumptions)
    found = {
        each.id: each
        for kind in kinds()
        if kind.name == "shared estate"
        for each in kind.find(study.area, study.assumptions)
    }
    option = found[option_id]
    held = gate(study.area, option, drives(study.area, travel), travel, played(study))
    return cast("Assessed", SimpleNamespace(option=option, gate=held))


ONE_CREWS_OWN = (594_000.0, 442_000.0)


@cache
def of_several_crews() -> Study:
    """Take Littleton with two police crews first by turns at the calls of each square but ``ONE_CREWS_OWN``."""
    whole = played(littleton())
    cell = pl.struct((pl.col(each) / 1000).floor() * 1000 for each in ("x", "y"))
    turn = pl.col("incident_id").rank("dense").over(cell).cast(pl.Int64) % 2
    elsewhere = cell != pl.struct(x=pl.lit(ONE_CREWS_OWN[0]), y=pl.lit(ONE_CREWS_OWN[1]))
    jobs = whole.outcomes.jobs.with_columns(
        pl.when((pl.col("service_id") == "police") & elsewhere)
        .then(pl.format("crew {}", turn))
        .otherwise("unit_id")
        .alias("unit_id")
    )
    study = Study.read(LITTLETON)
    # Who came first is all that differs: what was played of it stays.
    changed = replace(whole, outcomes=replace(whole.outcomes, jobs=jobs))
    changed.__dict__.update({each: whole.__dict__[each] for each in ("waits", "_played_before")})
    study.__dict__["played"] = changed
    return study


def said(chapter: PublishedChapter) -> str:
    """Put every word and number of a chapter in a row."""
    return repr(chapter)


def test_a_model_that_misses_says_so_before_anything_that_it_says_else() -> None:
    chapter = of_littleton()
    assert "for Ambulance the model is not to be relied on" in str(chapter.heading)
    assert "not to be relied on for Ambulance" in published(chapter).answer
    assert names(chapter)[0] == "waits-calibration"
    assert waits_answer(littleton()) is None


def test_a_model_that_is_near_shows_the_waits_first_and_the_box_after(imagined_chapter: Chapter) -> None:
    shown = names(imagined_chapter)
    assert shown.index("waits-police") < shown.index("waits-calibration")


def test_the_box_says_what_the_comparison_found() -> None:
    compared = played(littleton()).calibration
    assert compared is not None
    (table,) = (
        each
        for each in published(of_littleton()).blocks
        if isinstance(each, PublishedTable) and each.name == "waits-calibration"
    )
    rows = {row[0].text: row for row in table.rows}
    for row in compared.services.filter(pl.col("measure") == "mean").iter_rows(named=True):
        shown = rows[f"{row['service_id'].capitalize()}, mean"]
        assert [shown[n].number for n in (1, 2, 3)] == [
            pytest.approx(row[each], rel=1e-3) for each in ("recorded", "modelled", "gap")
        ]
        assert [shown[n].number for n in (4, 5)] == [
            pytest.approx(row[each], rel=1e-3) for each in ("low", "high")
        ]
        assert shown[6].text.split(" (")[0] == row["verdict"]


def test_how_far_it_is_off_is_said_with_its_sign_in_words() -> None:
    sentences = next(each for each in published(of_littleton()).blocks if not isinstance(each, str))
    text = repr(sentences)
    assert "This model is 59% long (34% to 83% long) at the mean" in text
    assert "not off at the 90th centile" in text


def test_a_curve_is_the_share_of_recorded_arrivals_by_then() -> None:
    area = littleton().area
    incidents = area.table("incidents").filter(pl.col("service_id") == "fire")
    waits = (
        area.table("attendances")
        .join(incidents.select("incident_id", "received_at"), on="incident_id")
        .filter(pl.col("arrived_at").is_not_null())
        .group_by("incident_id")
        .agg((pl.col("arrived_at") - pl.col("received_at")).min().dt.total_seconds() / 60)
        .to_series(1)
    )
    shown = block(of_littleton(), "waits-fire")
    assert isinstance(shown, Curves)
    recorded = shown.curves[0]
    for along, figure in recorded.points:
        assert figure.number == pytest.approx((waits <= along + 1e-9).mean())
        assert figure.base == len(waits)


def test_no_point_of_a_published_curve_gives_a_few_incidents_away() -> None:
    curves = [each for each in published(of_littleton()).blocks if isinstance(each, PublishedCurves)]
    assert len(curves) == 3
    bases = {"waits-ambulance": 149, "waits-police": 77, "waits-fire": 46}
    for each in curves:
        for line in each.curves:
            reached = [round((figure.number or 0) * bases[each.name]) for _, figure in line.points]
            steps = [b - a for a, b in zip([0, *reached], [*reached, bases[each.name]], strict=True)]
            assert all(step == 0 or step >= LIMIT for step in steps)


def test_neither_units_nor_grounds_nor_small_counts_leave(imagined: Study, imagined_chapter: Chapter) -> None:
    for study, chapter in ((littleton(), of_littleton()), (imagined, imagined_chapter)):
        text = said(published(chapter))
        for unit in study.area.table("units")["unit_id"].to_list():
            assert not re.search(rf"\b{re.escape(unit)}\b", text)
        for ground in played(study).uncovered["ground"].to_list():
            assert not re.search(rf"['\"]{re.escape(ground)}\b", text)
        # The notes of the played period count what was left out; one attendance is nobody else's business.
        assert not re.search(r"\b[1-4] (of [\d,]+ )?(incidents|attendances)\b", text)
        assert "Fewer than 5 attendances of police" in text or study is imagined


def test_a_square_that_is_one_crews_own_stays_off_the_map(imagined: Study, imagined_chapter: Chapter) -> None:
    chapter = imagined_chapter
    drafted = block(chapter, "wait-map-police")
    assert isinstance(drafted, Map)
    shown = next(
        each
        for each in published(chapter).blocks
        if isinstance(each, PublishedMap) and each.name == "wait-map-police"
    )
    assert shown.squares
    police = played(imagined).outcomes.jobs.filter(
        (pl.col("service_id") == "police") & pl.col("arrival").is_not_null()
    )
    first = police.sort("arrival", "unit_id").group_by("incident_id", maintain_order=True).first()
    for square in shown.squares:
        inside = first.filter(
            pl.col("x").is_between(square.x, square.x + square.side, closed="left")
            & pl.col("y").is_between(square.y, square.y + square.side, closed="left")
        )
        assert inside.height >= LIMIT
        assert inside["unit_id"].n_unique() > 1
    assert shown.left_out == len(drafted.squares) - len(shown.squares) > 0


def test_a_service_of_one_crew_keeps_its_waits_to_itself() -> None:
    whole = played(littleton())
    units = whole.outcomes.units
    only = units.filter(pl.col("service_id") == "fire")["unit_id"][0]
    lent = (pl.col("service_id") == "fire") & (pl.col("unit_id") != only)
    one = units.with_columns(
        pl.when(lent).then(pl.lit("police")).otherwise(pl.col("service_id")).alias("service_id"),
        pl.when(lent).then(pl.lit("police car")).otherwise(pl.col("pool")).alias("pool"),
    )
    study = Study.read(LITTLETON)
    # What was worked out stands in for what would be: the chapter alone is looked at.
    study.__dict__["played"] = replace(whole, outcomes=replace(whole.outcomes, units=one))
    text = said(published(waits_chapter(study)))
    assert "waits-fire" not in text
    assert "'Fire" not in text
    assert "first engine" not in text


def test_the_hours_of_the_week_hold_every_incident_that_was_waited_for(
    imagined: Study, imagined_chapter: Chapter
) -> None:
    grid = block(imagined_chapter, "wait-week-police")
    assert isinstance(grid, Grid)
    arrivals = played(imagined).arrivals.filter(pl.col("service_id") == "police")
    assert grid.total == arrivals["played"].count()
    assert sum(figure.base or 0 for row in grid.cells for figure in row) == grid.total
    whole = sum((figure.number or 0) * (figure.base or 0) for row in grid.cells for figure in row)
    assert whole / grid.total == pytest.approx(
        float(arrivals["played"].drop_nulls().to_numpy().mean()), abs=0.1
    )


def week_of(crews: list[str], minutes: list[float]) -> list[Grid]:
    """Draw a week of Littleton's police in which each hour of each day has calls, given in turn to some crews and waits."""
    whole, study = played(littleton()), littleton()
    monday = datetime(2025, 1, 6, tzinfo=ZoneInfo("Europe/London"))
    count = 8 * 7 * 24
    number = pl.int_range(count, eager=True)
    # Each hour of the week has a call in each of eight weeks, all in winter, to which crews go by turns but at night.
    jobs = pl.DataFrame(
        {
            "incident_id": number.cast(pl.String),
            "service_id": ["police"] * count,
            "category": ["theft"] * count,
            "x": [0.0] * count,
            "y": [0.0] * count,
            "received_at": [monday] * count,
            "arrival": [1] * count,
            "unit_id": [crews[(n // 168) % len(crews)] if (n % 24) >= 6 else crews[0] for n in range(count)],
        }
    ).with_columns(pl.col("received_at") + pl.duration(hours=pl.int_range(count)))
    changed = replace(whole, outcomes=replace(whole.outcomes, jobs=jobs))
    rows = jobs.select(
        *("incident_id", "x", "y"),
        pl.col("received_at").dt.weekday().alias("weekday"),
        pl.col("received_at").dt.hour().alias("hour"),
        pl.Series("minutes", [minutes[n % len(minutes)] for n in range(count)]),
    )
    return wait_week(study, changed, Waited("police", "played", rows))


def test_the_hours_of_a_lone_night_crew_are_left_out_of_the_week() -> None:
    (drawn,) = week_of(["PV1", "PV2"], [5.0, 7.0, 9.0, 6.0, 8.0])
    (shown,) = published(Chapter("c", "C", Statement(""), (drawn,))).blocks
    assert isinstance(shown, PublishedGrid)
    assert drawn.along[:2] == ["00", "01"]
    assert {round(each.x) for each in shown.cells} == set(range(6, 24))
    assert week_of(["PV1"], [5.0, 7.0]) == []


def test_the_longest_part_of_a_week_is_named_only_where_it_is_longer_than_luck_makes_one() -> None:
    (by_luck,) = week_of(["PV1", "PV2"], [5.0, 7.0, 9.0, 6.0, 8.0])
    assert by_luck.title == "Police: the mean wait in each part of the week"
    # Of the 168 hours one is twenty minutes longer than the others: Tuesday from 09:00.
    hours = [20.0 if n % 168 == 33 else 0.0 for n in range(168 * 5)]
    (surely,) = week_of(["PV1", "PV2"], [a + (5.0, 7.0, 9.0, 6.0, 8.0)[n % 5] for n, a in enumerate(hours)])
    assert surely.title == "Police: people wait longer than on average on Tuesday, 09:00 to 10:00"


def test_every_service_that_is_shown_has_its_week_and_map_or_a_word_why_not(
    imagined_chapter: Chapter,
) -> None:
    for chapter in (of_littleton(), imagined_chapter):
        shown = names(chapter)
        for service in ("police", "fire", "ambulance"):
            for picture, words in (("wait-week", "The hours of the week"), ("wait-map", "The map")):
                sentences = [each.words for each in chapter.blocks if isinstance(each, Statement)]
                missing = next((each for each in sentences if each.startswith(words)), "")
                assert (f"{picture}-{service}" in shown) != (service.capitalize() in missing)


def test_each_category_is_laid_beside_what_was_recorded_of_it() -> None:
    table = block(of_littleton(), "waits-categories")
    assert isinstance(table, Table)
    area = littleton().area
    first = (
        area.table("attendances")
        .join(
            area.table("incidents").select("incident_id", "service_id", "category", "received_at"),
            on="incident_id",
        )
        .filter(pl.col("arrived_at").is_not_null())
        # Incidents without a place cannot be played, and are in neither.
        .join(played(littleton()).arrivals, on="incident_id", how="semi")
        .group_by("service_id", "category", "incident_id")
        .agg((pl.col("arrived_at") - pl.col("received_at")).min().dt.total_seconds() / 60)
    )
    rows = {str(row[0]): row for row in table.rows}
    assert len([each for each in rows if each.startswith("Ambulance")]) >= 3
    for (service, category), own in first.group_by("service_id", "category"):
        figure = rows[f"{str(service).capitalize()}, {category}"][1]
        assert isinstance(figure, Figure)
        assert figure.number == pytest.approx(own["arrived_at"].to_numpy().mean())
        assert figure.base == own.height


def test_a_service_whose_standard_leaves_the_limit_to_it_is_named_and_not_passed_over() -> None:
    text = [each.words for each in of_littleton().blocks if isinstance(each, Statement)]
    assert "Fire sets a standard of its own, which study.toml can name; nothing is held to it here." in text


def test_the_limit_in_which_a_ground_is_to_be_reached_is_named() -> None:
    table = block(of_littleton(), "waits-uncovered")
    assert isinstance(table, Table)
    named = {str(row[0]): row[1] for row in table.rows}
    assert named == {
        "Ambulance": "15 min (C1 90th centile)",
        "Fire": "10 min (declared)",
        "Police": "15 min (declared)",
    }


def test_times_of_one_crew_do_not_leave_by_a_category_or_a_standard_nor_by_taking_the_others_away() -> None:
    # Nearly all of Littleton's C1 calls were first reached by one ambulance; C3 beside it is the smallest of the rest.
    blocks = {
        each.name: each for each in published(of_littleton()).blocks if isinstance(each, PublishedTable)
    }
    categories = {row[0].text: [cell.text for cell in row[1:5]] for row in blocks["waits-categories"].rows}
    assert categories["Ambulance, C1"] == categories["Ambulance, C3"] == ["[c]"] * 4
    assert "[c]" not in categories["Ambulance, C2"]
    standards = {row[0].text: [cell.text for cell in row[3:]] for row in blocks["waits-standards"].rows}
    for name in ("C1 mean", "C1 90th centile", "C3 90th centile"):
        assert standards[f"Ambulance: {name}"] == ["[c]"] * 4
    assert "[c]" not in standards["Ambulance: C2 mean"]
    apart = [row[0].text for row in blocks["waits-standards-apart"].rows]
    assert apart
    assert not [each for each in apart if "C1" in each or "C3" in each]


def test_hours_and_grounds_that_miss_a_standard_are_counted_and_no_ground_is_named() -> None:
    table = block(of_littleton(), "waits-standards-apart")
    assert isinstance(table, Table)
    by = played(littleton()).standards_by
    for row in table.rows:
        service, name = str(row[0]).lower().split(": ")
        for column, kind in ((1, "hour"), (3, "ground")):
            mine = by[kind].filter(
                (pl.col("service_id") == service) & (pl.col("standard").str.to_lowercase() == name)
            )
            held, missed = row[column], row[column + 1]
            assert isinstance(held, Figure)
            assert isinstance(missed, Figure)
            assert held.number == mine.height
            assert missed.number == mine.filter(pl.col("met_recorded") == "not met").height


def test_a_measure_in_doubt_is_named_with_its_service() -> None:
    answer = published(of_littleton()).answer
    assert "rests on too few records to be sure of the median for Fire" in answer


def test_a_small_category_takes_another_count_with_it() -> None:
    whole = played(littleton())
    standards = whole.standards.with_columns(
        pl.when(pl.col("standard") == "C4 90th centile")
        .then(3.0)
        .otherwise(pl.col("records"))
        .alias("records")
    )
    changed = replace(whole)
    changed.__dict__["standards"] = standards
    _, table, *_ = standards_blocks(littleton(), changed, ["ambulance"], whole.calibration)
    assert isinstance(table, Table)
    (shown,) = (each for each in published(Chapter("c", "C", Statement(""), (table,))).blocks)
    assert isinstance(shown, PublishedTable)
    counts = {row[0].text: row[2].text for row in shown.rows}
    verdicts = {row[0].text: row[4].text for row in shown.rows}
    assert verdicts["Ambulance: C4 90th centile"] == "[c]"
    assert counts["Ambulance: C4 90th centile"] == "[c]"
    assert counts["Ambulance: C1 mean"] == "[c]"
    assert counts["Ambulance: C2 mean"] == "96"


def test_a_study_that_cannot_be_played_says_what_is_missing() -> None:
    study = Study.read(LITTLETON, without=("attendances",))
    chapter = waits_chapter(study)
    assert "no attendances" in chapter.missing
    assert not chapter.blocks
    assert waits_answer(study) is None


def test_a_gate_says_what_it_rests_on_and_when_its_tolerance_was_recorded() -> None:
    words = [each.words for each in gate_words(littleton(), judged("shared-estate-P5-to-F5"))]
    assert words[0] == (
        "Judged by waits from call to first arrival, played 10 times on the same calls and luck."
    )
    assert words[1].startswith("This model is")
    assert any(
        "recorded on 20 January 2025, before results were first seen on 22 April 2025" in each
        for each in words
    )


def test_a_gate_on_drives_says_why_and_claims_nothing_of_the_model() -> None:
    words = [each.words for each in gate_words(littleton(), judged("shared-estate-A1-to-F1"))]
    assert "the played waits of ambulance are not shown to be near" in words[0]
    assert not any(each.startswith("This model is") for each in words)


def test_a_gate_that_luck_hides_says_how_many_runs_would_tell() -> None:
    each = judged("shared-estate-P5-to-F5")
    held = replace(
        each.gate, rows=(replace(each.gate.rows[0], runs_that_would_tell=120), *each.gate.rows[1:])
    )
    words = [
        one.words
        for one in gate_words(littleton(), cast("Assessed", SimpleNamespace(option=each.option, gate=held)))
    ]
    assert (
        words[-1]
        == "For one group of incidents the luck of 10 runs hides the answer; about 120 runs would tell."
    )


def test_an_option_that_moves_nobody_has_nothing_to_be_judged_by() -> None:
    each = judged("shared-estate-P9-to-F3")
    assert gate_words(littleton(), each) == []
    assert before_and_after_map(littleton(), each) == []


def test_the_map_of_the_change_is_the_change_of_the_same_incidents() -> None:
    each = judged("shared-estate-P5-to-F5")
    (drawn,) = before_and_after_map(of_several_crews(), each)
    assert isinstance(drawn, Map)
    whole = played(littleton())
    changed = whole.changed(each.option.changes).filter(pl.col("service_id") == "police")
    change = (changed["after"] - changed["before"]).drop_nulls().to_numpy()
    assert sum(square.figure.base or 0 for square in drawn.squares) == len(change)
    # Each square is told to ten seconds, so that its sum is known to five seconds an incident.
    total = sum((square.figure.number or 0) * (square.figure.base or 0) for square in drawn.squares)
    assert total == pytest.approx(float(change.sum()), abs=len(change) / 12)
    assert change.any()
    for square in drawn.squares:
        assert (square.figure.number or 0) * 6 == pytest.approx(round((square.figure.number or 0) * 6))
    (shown,) = published(Chapter("c", "C", Statement(""), (drawn,))).blocks
    assert isinstance(shown, PublishedMap)
    assert shown.left_out > 0


def test_a_square_that_is_one_crews_own_stays_off_the_map_of_the_change() -> None:
    # As recorded, each square of Littleton with five calls or more has one crew, or nearly.
    each = judged("shared-estate-P5-to-F5")
    assert before_and_after_map(littleton(), each) == []
    (drawn,) = before_and_after_map(of_several_crews(), each)
    assert isinstance(drawn, Map)
    known = {(square.x, square.y): square.figure for square in drawn.squares}
    assert (known[ONE_CREWS_OWN].base or 0) >= LIMIT
    (shown,) = published(Chapter("c", "C", Statement(""), (drawn,))).blocks
    assert isinstance(shown, PublishedMap)
    left = {(square.x, square.y) for square in shown.squares}
    assert left == {at for at, figure in known.items() if (figure.base or 0) >= LIMIT} - {ONE_CREWS_OWN}
    numbers = [known[at].number or 0 for at in left]
    longer, shorter = sum(each > 0 for each in numbers), sum(each < 0 for each in numbers)
    assert f"longer in {longer} squares and shorter in {shorter}" in str(drawn.title)
    assert longer > 0


def test_a_gate_on_drives_has_no_map_of_waits() -> None:
    assert before_and_after_map(littleton(), judged("shared-estate-A1-to-F1")) == []


def test_the_answer_is_a_sentence_with_both_and_the_gap() -> None:
    bullets = of_littleton().blocks[0]
    assert isinstance(bullets, Bullets)
    for sentence in bullets.items:
        assert {"played_mean", "played_most", "was_mean", "was_most"} == set(sentence.figures)


def test_a_large_study_is_played_less_often() -> None:
    assert [runs_for(each) for each in (0, 100, 100_000, 300_000, 10_000_000)] == [10, 10, 10, 3, 3]
