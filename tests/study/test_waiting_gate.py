"""Whether a safety gate was judged by played waits is a type and no matter of its words (§5.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from joinedup.appraisal import Gate, Outcome
from joinedup.response import drives
from joinedup.study.drafting.waits import before_and_after_map
from joinedup.study.gating import PlayedGate, gate
from joinedup.travel import travel_of
from tests.small import littleton
from tests.study.test_waits_chapter import judged, of_several_crews

if TYPE_CHECKING:
    from joinedup.study import Assessed


def test_a_gate_on_played_waits_says_so_by_its_type_and_how_often_it_was_played() -> None:
    held = judged("shared-estate-P5-to-F5").gate
    assert isinstance(held, PlayedGate)
    assert f"played {held.runs} times" in held.basis
    by_drives = judged("shared-estate-A1-to-F1").gate
    assert by_drives.basis
    assert not isinstance(by_drives, PlayedGate)


def test_a_tolerance_that_was_recorded_after_results_were_seen_passes_nothing() -> None:
    area = littleton().area
    late = replace(area, settings=replace(area.settings, results_seen_on=date(2025, 1, 19)))
    option = judged("shared-estate-A1-to-F1").option
    travel = travel_of(area, littleton().assumptions)
    found = gate(late, option, drives(area, travel), travel)
    assert judged("shared-estate-A1-to-F1").gate.outcome is Outcome.PASS
    assert found.outcome is Outcome.CANNOT_TELL
    assert "was recorded after results were seen" in found.reasons[0]


def test_crews_that_are_drawn_on_where_no_change_shows_it_leave_nobody_able_to_tell() -> None:
    drawing = [each for each in littleton().assessment.options if each.option.draws_on]
    assert {"task handed over", "joint teams and jobs"} <= {each.option.kind for each in drawing}
    for each in drawing:
        assert each.gate.outcome is Outcome.CANNOT_TELL
        assert {row.service_id for row in each.gate.rows} == set(each.option.draws_on)
        # Littleton is played, and no playing shows this: nobody is told to wait for one.
        assert not isinstance(littleton().played, str)
        assert all("no study can play" in reason for reason in each.gate.reasons)


def test_words_that_read_like_a_played_gate_draw_no_map() -> None:
    each = judged("shared-estate-P5-to-F5")
    assert before_and_after_map(of_several_crews(), each)
    plain = Gate(each.gate.rows, each.gate.outcome, each.gate.basis)
    other = cast("Assessed", SimpleNamespace(option=each.option, gate=plain))
    assert before_and_after_map(of_several_crews(), other) == []
