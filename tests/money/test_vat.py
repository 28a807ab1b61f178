"""Value added tax falls on those who do not get it back, by data with a nation and a date (§5.1)."""

import pytest

from joinedup.money import Supply, recovery


@pytest.mark.parametrize("kind", ["police", "fire"])
@pytest.mark.parametrize("supply", list(Supply))
def test_police_and_fire_authorities_get_all_of_it_back(kind: str, supply: Supply) -> None:
    rule = recovery(kind, "England")
    assert rule is not None
    assert rule.kept_from(supply) == 0.0
    assert "section 33" in rule.because


def test_an_ambulance_trust_gets_it_back_on_contracted_out_services_alone() -> None:
    rule = recovery("ambulance", "Wales")
    assert rule is not None
    assert {supply: rule.kept_from(supply) for supply in Supply} == {
        Supply.OUTSIDE: 0.0,
        Supply.STANDARD: 0.2,
        Supply.CONTRACTED_OUT: 0.0,
    }


def test_a_study_without_a_nation_is_taken_to_lie_in_england_or_wales() -> None:
    assert recovery("ambulance", "") == recovery("ambulance", "England")


@pytest.mark.parametrize(("kind", "nation"), [("other", "England"), ("police", "Scotland")])
def test_a_rule_that_is_not_kept_is_not_made_up(kind: str, nation: str) -> None:
    assert recovery(kind, nation) is None
