"""How the number hangs on each setting of the matcher: every one is tried, changes something, and is told (§2.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from joinedup.crossover import measure
from joinedup.crossover.answer import Window
from joinedup.crossover.chance import MINUTE, reach_of
from joinedup.crossover.matching import Matching, settings
from joinedup.crossover.sensitivity import Sensitivity, Tried, sensitivity
from joinedup.study import Study
from tests.crossover.areas import planted
from tests.small import LITTLETON, littleton

AREA = planted(8, joint=60, fire=900, ambulance=2_000, lost=0.1)
WINDOW = Window(500, 30)
USUAL = measure(AREA)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    """What each setting does to an area in which a few joint events were planted among coincidences."""
    return sensitivity(AREA, USUAL)


def test_every_setting_is_tried_at_each_end_that_is_not_its_usual_value(found: Sensitivity) -> None:
    ends = [(each.name, end) for each in settings() for end in (each.low, each.high) if end != each.value]
    assert [(each.setting.name, each.value) for each in found.tried] == ends
    assert {name for name, _ in ends} == {each.name for each in settings()}


def test_a_setting_tried_gives_what_measuring_with_it_gives(found: Sensitivity) -> None:
    for name, value in (("neighbourhood", 300), ("sideband_minutes", 240), ("shift_weeks", 2)):
        changed = measure(AREA, matching=replace(Matching(), **{name: value})).pairs[0]
        (tried,) = [each for each in found.tried if (each.setting.name, each.value) == (name, value)]
        assert tried.estimates[changed.services] == changed.estimate


def test_settings_of_the_matcher_reach_what_they_set() -> None:
    assert reach_of(WINDOW, Matching()).core == 45 * MINUTE
    assert reach_of(WINDOW, replace(Matching(), core_minutes=40)).core == 40 * MINUTE
    assert reach_of(Window(500, 120), Matching()).core == 180 * MINUTE
    wider = reach_of(WINDOW, replace(Matching(), sideband_minutes=240))
    assert wider.side_to - wider.core == 240 * MINUTE


def test_every_setting_of_chance_moves_the_number_by_something(found: Sensitivity) -> None:
    (pair,) = USUAL.pairs
    moved = {each.setting.name for each in found.tried if each.estimates[pair.services] != pair.estimate}
    assert moved >= {
        "search",
        "core_minutes",
        "sideband_minutes",
        "shift_weeks",
        "neighbourhood",
        "strata",
        "steadying",
    }


def test_the_conclusion_names_the_settings_that_take_the_number_out_of_its_interval(
    found: Sensitivity,
) -> None:
    (pair,) = USUAL.pairs
    assert found.conclusion(pair.services) == "no setting takes the number out of its 95 % interval"
    assert pair.high is not None
    beyond = pair.high + 7
    first, *others = found.tried
    wild = replace(found, tried=(Tried(first.setting, first.value, {pair.services: beyond}), *others))
    assert wild.conclusion(pair.services).endswith("out of its 95 % interval: search")
    (out,) = [each for each in wild.swings if not each.inside]
    assert (out.lowest, out.highest) == (pair.estimate, beyond)


def test_a_study_tries_the_settings_unasked_unless_that_would_take_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = Study.read(LITTLETON)
    monkeypatch.setattr("joinedup.study.study.MOST_TRIED", 289)
    assert isinstance(study.sensitivity, str)
    assert "with 290 incidents" in study.sensitivity
    assert study.sensitivity.endswith("joinedup crossover --sensitivity does it")
    monkeypatch.setattr("joinedup.study.study.MOST_TRIED", 290)
    found = littleton().sensitivity
    assert isinstance(found, Sensitivity)
    # What is measured once is not measured again for the report's other chapters.
    assert found.usual is littleton().crossover().pairs
