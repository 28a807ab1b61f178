"""Whether a safety gate was judged by played waits is a type and no matter of its words (§5.7)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from joinedup.appraisal import Gate
from joinedup.study.drafting.waits import before_and_after_map
from joinedup.study.gating import PlayedGate
from tests.small import littleton
from tests.study.test_waits_chapter import judged

if TYPE_CHECKING:
    from joinedup.study import Assessed


def test_a_gate_on_played_waits_says_so_by_its_type_and_how_often_it_was_played() -> None:
    held = judged("shared-estate-P5-to-F5").gate
    assert isinstance(held, PlayedGate)
    assert f"played {held.runs} times" in held.basis
    by_drives = judged("shared-estate-A1-to-F1").gate
    assert by_drives.basis
    assert not isinstance(by_drives, PlayedGate)


def test_words_that_read_like_a_played_gate_draw_no_map() -> None:
    each = judged("shared-estate-P5-to-F5")
    assert before_and_after_map(littleton(), each)
    plain = Gate(each.gate.rows, each.gate.outcome, each.gate.basis)
    other = cast("Assessed", SimpleNamespace(option=each.option, gate=plain))
    assert before_and_after_map(littleton(), other) == []
