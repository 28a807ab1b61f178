"""`joinedup crossover` for people: what stands beside the number, what is refused, and where services are busiest at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from joinedup.cli.joint_events import print_crossover
from joinedup.crossover import measure
from joinedup.crossover.answer import Known
from joinedup.crossover.counted import counted_demand
from tests.cli.running import Ran, run
from tests.small import LITTLETON, littleton, service, small_area

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


@pytest.fixture(scope="module")
def shown() -> Ran:
    """Littleton's crossover with its places, as people see it."""
    return run("crossover", LITTLETON, "--places")


@pytest.fixture(scope="module")
def found() -> Any:
    """Littleton's crossover with its places, as machines see it."""
    return run("crossover", LITTLETON, "--places", "--json").json


def line_of(ran: Ran, title: str, beginning: str) -> str:
    """Give the first line that begins so below a title, with one space between words."""
    below = [" ".join(line.split()) for line in ran.out.split(title, 1)[1].splitlines()]
    return next(line for line in below if line.startswith(beginning))


def test_both_measures_of_coincidence_are_printed_with_what_they_leave(shown: Ran) -> None:
    for pair in littleton().crossover().pairs:
        services = ", ".join(pair.services)
        assert len(pair.baselines) >= 2
        for each in pair.baselines:
            printed = line_of(shown, "What each measure of coincidence leaves", f"{services} {each.name}")
            assert printed.split()[-5:] == [
                f"{each.chance:.1f}",
                f"{each.estimate:.0f}",
                f"{each.low:.0f}",
                "to",
                f"{each.high:.0f}",
            ]


def test_the_first_table_says_how_many_joint_events_are_of_unplaced_records(shown: Ran) -> None:
    for pair in littleton().crossover().pairs:
        printed = line_of(shown, "Joint events within", f"{', '.join(pair.services)} ")
        assert printed.split()[-3] == f"{pair.unplaced:,.1f}"


def test_the_four_definitions_are_printed_side_by_side_with_the_interval_of_the_estimate(shown: Ran) -> None:
    found = littleton().crossover()
    pair = found.pairs[1]
    for each, other in (pair.services, pair.services[::-1]):
        assert pair.definitions is not None
        shares = [(pair.definitions[name] or {})[each] for name in pair.definitions]
        said = [f"{100 * (one.share or 0):.1f}" for one in shares if one is not None]
        incidents = found.services[each].incidents
        assert pair.low is not None
        assert pair.high is not None
        interval = f"({100 * pair.low / incidents:.1f} to {100 * pair.high / incidents:.1f})"
        printed = line_of(shown, "The four definitions", f"{each}, with {other}")
        assert printed.endswith(" ".join([f"{incidents}", said[0], said[1], interval, *said[2:]]))


def test_a_service_that_is_silent_on_requests_is_not_said_to_have_made_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, *_ = littleton().crossover().pairs
    assert one.definitions is not None
    requested = {**(one.definitions["requested"] or {}), "fire": None}
    changed = replace(one, definitions={**one.definitions, "requested": requested})
    print_crossover(replace(littleton().crossover(), pairs=(changed,)), None)
    ran = Ran(0, capsys.readouterr().out, "")
    assert line_of(ran, "The four definitions", "fire, with police").split()[4] == "[x]"
    assert line_of(ran, "The four definitions", "police, with fire").split()[4] == "4.3"


def test_the_records_that_could_be_used_are_printed(shown: Ran) -> None:
    for name, each in littleton().crossover().services.items():
        printed = line_of(shown, "Records of each service", f"{name} ")
        numbers = (each.incidents, each.usable, each.unplaced, each.set_aside, each.without_vehicle)
        assert printed.split()[1:] == [f"{number}" for number in numbers]


def test_who_came_first_is_printed(shown: Ran) -> None:
    said = line_of(shown, "Records of each service", "First: police recorded first in 100% of 24 events")
    assert said.endswith("with ambulance; in half of them the two were 5.0 min apart at most.")


def test_what_the_numbers_of_a_partner_say_is_printed_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    one, *_ = littleton().crossover().pairs
    known = Known(links=40, within=36, found=30, expected=29.5, numbered=33, agreeing=30)
    found = replace(littleton().crossover(), pairs=(replace(one, known=known),))
    print_crossover(found, None)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Check")]
    assert "tie 40 events together by number, 36 of them in the window" in said[0]
    assert "30 of these were found again" in said[0]
    assert "of 33 events" in said[1]
    assert said[1].endswith("the partner's in 30.")


def test_growth_has_a_column_for_the_window_that_was_asked_for_and_it_is_the_headline() -> None:
    found = run("crossover", LITTLETON, "--metres", "400", "--growth", "--json").json
    for pair, grown in zip(found["pairs"], found["growth"], strict=True):
        (own,) = [each for each in grown["windows"] if (each["metres"], each["minutes"]) == (400, 30)]
        assert len(grown["windows"]) == 7
        assert {name: own[name] for name in ("estimate", "low", "high")} == {
            name: pair[name] for name in ("estimate", "low", "high")
        }


@pytest.mark.parametrize("also", ["--growth", "--sensitivity", "--places"])
def test_a_review_is_not_asked_for_together_with_what_it_would_leave_out(also: str, tmp_path: Path) -> None:
    drawing = run("crossover", LITTLETON, "--review", "20", "--out", tmp_path / "sheet", also)
    assert drawing.status == 2
    assert "nothing else" in " ".join(drawing.err.split())
    assert not (tmp_path / "sheet").exists()
    reading = run("crossover", LITTLETON, "--reviewed", tmp_path, also)
    assert reading.status == 2
    assert "used alone" in " ".join(reading.err.split())


def test_counts_alone_print_the_definition_that_they_can_have(capsys: pytest.CaptureFixture[str]) -> None:
    hour = {"area": "Town", "weekday": 1, "category": "any"}
    counts = [
        {"service_id": service, "hour": at, "count": count, **hour}
        for service, at, count in (("fire", 9, 8), ("fire", 10, 6), ("police", 9, 12))
    ]
    area = small_area(
        services=[service("fire"), service("police")], incidents=[], attendances=[], demand_counts=counts
    )
    print_crossover(measure(area), counted_demand(area))
    ran = Ran(0, capsys.readouterr().out, "")
    assert line_of(ran, "From counts", "fire, with police") == "fire, with police 1 8 to 8 57.1 to 57.1"
    assert line_of(ran, "From counts", "police, with fire") == "police, with fire 1 12 to 12 100.0 to 100.0"
    assert line_of(ran, "Records of each service", "fire ").split()[1:4] == ["14", "to", "14"]


def test_the_choice_over_all_services_says_whether_a_better_one_could_be(shown: Ran) -> None:
    said = line_of(shown, "Joint events", "Chosen over all services at once")
    assert said.endswith("38 events; no other choice scores higher.")


def test_a_note_on_a_pair_names_its_services(capsys: pytest.CaptureFixture[str]) -> None:
    one, other, _ = littleton().crossover().pairs
    same = "only 5.0 weeks of data: the chance baseline is weak"
    found = replace(littleton().crossover(), pairs=(replace(one, note=same), replace(other, note=same)))
    print_crossover(found, None)
    notes = [line for line in capsys.readouterr().out.splitlines() if same in line]
    assert notes == [f"Note on police and fire: {same}.", f"Note on police and ambulance: {same}."]


def test_places_are_printed_as_the_object_has_them(shown: Ran, found: Any) -> None:
    places = found["places"]
    assert {each["service"] for each in places["heat"]} == {"police", "fire", "ambulance"}
    for each in places["combinations"]:
        name = ", ".join(each["services"])
        figures = [f"{each['cells']}", *(f"{share:.1%}" for share in each["share_of"].values())]
        printed = line_of(shown, "Squares of 500 m among the busiest tenth", f"{name} ")
        assert printed == " ".join([name, *figures])
    for each in places["steadiness"]:
        name = ", ".join(each["services"])
        printed = line_of(shown, "Heat that is still there", f"{name} ")
        assert printed.split()[len(each["services"])] == (
            "[x]" if each["share"] is None else f"{each['share']:.1%}"
        )
    assert f"Note: {places['note']}." in shown.out
