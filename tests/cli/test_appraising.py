"""What `joinedup options` and `joinedup appraise` print: by complexity, with when each starts and where the first two swap."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from joinedup.study import Study
from joinedup.study.unlocking import NotValued
from tests.cli.running import run
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from pathlib import Path

KEPT = {"id", "npsv", "gate", "reasons", "place", "firmness", "partners", "losers"}


@cache
def appraised() -> dict[str, Any]:
    ran = run("appraise", LITTLETON, "--json")
    assert ran.status == 0
    found: dict[str, Any] = ran.json
    return found


@cache
def printed() -> str:
    """Give what the command prints of Littleton, worked out once."""
    return run("appraise", LITTLETON).out


def test_options_are_listed_from_the_simplest_kind_to_the_most_complex() -> None:
    ran = run("options", LITTLETON, "--json")
    rungs = [each["rung"] for each in ran.json]
    assert rungs == sorted(rungs)
    assert len(set(rungs)) > 1
    assert {each["id"] for each in ran.json} == {each.option.id for each in littleton().assessment.options}


def test_the_keys_that_programs_rely_on_are_kept() -> None:
    assert {"top", "options", "conflicts"} < set(appraised())
    assert all(set(each) > KEPT for each in appraised()["options"])


def test_each_option_says_what_tips_it_who_could_bear_it_and_what_each_could_do_alone() -> None:
    for each in appraised()["options"]:
        found = littleton().assessment[each["id"]]
        assert [swing["assumption"] for swing in each["switching"]] == [
            swing.assumption.name for swing in found.swings
        ]
        assert len(each["affordable"]) == found.affordable.height
        assert [one["partner"] for one in each["alone"]] == [one.partner for one in found.alone]
        assert each["gate_basis"] == found.gate.basis
        shown = {(one["service"], one["measure"]): one["better_by"] for one in each["effects"]}
        assert shown == {(one.service, one.measure): one.change for one in found.effects}
        assert "not a sample" in each["elsewhere"]["warning"]
        assert each["elsewhere"]["months_from_idea_to_live"] == list(found.months_elsewhere)


def test_the_plan_is_given_whole() -> None:
    plan = littleton().planned.roadmap
    assert plan is not None
    given = appraised()["planned"]
    parts = {"weights", "views", "roadmap", "relaxing", "waiting", "unlocked"}
    assert set(given) == parts | {"agreed_weights", "unmeasured", "held", "not_valued"}
    assert [row["id"] for row in given["roadmap"]["rows"]] == [row.id for row in plan.rows]
    assert given["roadmap"]["worth"]["expected"] == pytest.approx(plan.expected)


def test_the_roadmap_and_the_weights_that_swap_the_first_two_are_printed() -> None:
    plan, tried = littleton().planned.roadmap, littleton().planned.tried
    assert plan is not None
    assert tried is not None
    assert tried.swaps is not None
    out = " ".join(printed().split())
    assert f"Roadmap over {plan.years} years" in out
    for row in plan.rows:
        assert littleton().assessment[row.id].option.title in out
    for left in plan.left_out:
        assert f"Left out: {littleton().assessment[left.id].option.title}: {left.reason}." in out
    assert (
        f"When everything matters as much, {littleton().assessment[tried.swaps.leader].option.title}" in out
    )


def test_what_a_change_makes_possible_and_no_roadmap_can_weigh_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = replace(littleton())
    first, second = (each.option for each in littleton().assessment.options[:2])
    in_vain = NotValued(first.id, second.id, f"the safety gate does not pass '{second.id}'")
    study.__dict__["assessment"] = littleton().assessment
    study.__dict__["planned"] = replace(littleton().planned, not_valued=(in_vain,))
    monkeypatch.setattr(Study, "read", lambda *_: study)
    out = " ".join(run("appraise", LITTLETON).out.split())
    assert f"Not valued: that {first.title} makes possible {second.title}: {in_vain.reason}." in out


def test_kinds_that_were_looked_for_in_vain_are_told_apart_from_those_that_lack_a_table(
    tmp_path: Path,
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "study.toml").write_text('[study]\nname = "x"\nzone = "Europe/London"\n', encoding="utf-8")
    (tmp_path / "tables" / "services.csv").write_text(
        "service_id,kind,name\nfire,fire,Fire\npolice,police,Police\n", encoding="utf-8"
    )
    (tmp_path / "tables" / "incidents.csv").write_text(
        "incident_id,service_id,received_at,category\nI1,fire,2025-01-01 10:00,blaze\n", encoding="utf-8"
    )
    said = run("options", tmp_path).out
    in_vain = [each for each in said.splitlines() if each.startswith("Looked for, nothing found: ")]
    kinds = {each.removeprefix("Looked for, nothing found: ").partition(":")[0] for each in in_vain}
    assert kinds == {"task handed over", "joint prevention"}
    assert not any(f"Note: {kind} needs" in said for kind in kinds)
    assert "Note: co-responding needs the table units" in said
    assert run("options", tmp_path, "--json").json == []


def test_the_ratio_of_benefit_to_cost_and_the_year_of_payback_are_given() -> None:
    for each in appraised()["options"]:
        economic = littleton().assessment[each["id"]].appraisal.economic
        assert (each["bcr"], each["payback_year"]) == (economic.bcr, economic.payback_year)
    found = {each["id"]: (each["bcr"], each["payback_year"]) for each in appraised()["options"]}
    # £657,200 laid out in 2025/26; a receipt and £116,000 a year from 2026/27: no net cost to divide by.
    assert found["shared-estate-P9-to-F3"] == (None, 1)


def test_where_acting_alone_wins_is_printed_and_where_it_does_not_is_not() -> None:
    out = " ".join(printed().split())
    wins = [
        each.option.title
        for each in littleton().assessment.options
        if each.appraisal.better_alone and any(one.option for one in each.alone)
    ]
    assert len(wins) == out.count("would expect more from acting alone than from this option.") == 1
    assert f"{wins[0]}: Littleton Ambulance and Littleton Police would expect more" in out


def test_an_assumption_taken_otherwise_shows_what_moves_before_and_after() -> None:
    ran = run("appraise", LITTLETON, "--assume", "shared_estate.cost_to_adapt=600", "--json")
    assert ran.status == 0
    assert ran.json["assumed"] == {"shared_estate.cost_to_adapt": 600.0}
    moved = {each["id"] for each in ran.json["options"]}
    assert {"shared-estate-A1-to-F1"} <= moved
    assert moved | set(ran.json["untouched"]) == {each["id"] for each in appraised()["options"]}
    before = {each["id"]: each["npsv"]["central"] for each in appraised()["options"]}
    for each in ran.json["options"]:
        assert each["before"]["central"] == pytest.approx(before[each["id"]], abs=0.01)
        assert each["after"]["central"] < each["before"]["central"]
        assert 0 < each["worked_out_again"] < each["flows"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (["--assume", "shared_estate.cost_to_adapt"], 2),
        (["--assume", "shared_estate.cost_to_adapt=much"], 2),
        (["--assume", "a=1", "--assume", "a=2"], 2),
        (["--assume", "shared_estate.cost_to_adopt=1"], 1),
    ],
)
def test_an_assumption_that_cannot_be_taken_so_is_refused_at_once(given: list[str], status: int) -> None:
    ran = run("appraise", LITTLETON, *given)
    assert ran.status == status
    assert "Traceback" not in ran.err
