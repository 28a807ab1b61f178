"""`joinedup crossover` for people: what stands beside the number, and the places where services are busiest at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from joinedup.cli.meeting import print_pairs
from tests.cli.running import Ran, run
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
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
        assert len(pair.baselines) == 2
        for each in pair.baselines:
            printed = line_of(shown, "What each measure of coincidence leaves", f"{services} {each.name}")
            assert printed.split()[-5:] == [
                f"{each.chance:.1f}",
                f"{each.estimate:.0f}",
                f"{each.low:.0f}",
                "to",
                f"{each.high:.0f}",
            ]


def test_the_choice_over_all_services_says_whether_a_better_one_could_be(shown: Ran) -> None:
    said = line_of(shown, "Joint events", "Chosen over all services at once")
    assert said.endswith("38 events; no other choice scores higher.")


def test_a_note_on_a_pair_names_its_services(capsys: pytest.CaptureFixture[str]) -> None:
    one, other, _ = littleton().crossover().pairs
    same = "only 5.0 weeks of data: the chance baseline is weak"
    found = replace(littleton().crossover(), pairs=(replace(one, note=same), replace(other, note=same)))
    print_pairs(found)
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
