"""The register of what exists is read one way by every kind (§4.2)."""

from datetime import date

import pytest

from joinedup.options import lives_already, registered, tried_before
from tests.small import Row, littleton, small_area


def row(status: str, **others: object) -> Row:
    return {"kind": "joint training", "partners": "police; fire", "status": status, **others}


def test_littleton_s_register_shows_what_was_promised_against_what_came() -> None:
    ended, live = sorted(registered(littleton().area, "shared estate"), key=lambda each: each.status)
    assert live.sites == frozenset({"P4", "F4"})
    assert live.delivered == pytest.approx(41 / 60)
    assert live.months_from_idea_to_live == 49
    assert ended.delivered == pytest.approx(2 / 15)
    assert ended.months_from_idea_to_live == 20
    assert ended.in_words.startswith("ended on 31 March 2019: the licence was not renewed")


def test_a_kind_sees_its_own_rows_however_their_kind_is_spelt() -> None:
    area = small_area(
        collaborations=[row("live"), row("live", kind="Joint-Training "), row("live", kind="x")]
    )
    assert len(registered(area, "joint training")) == 2
    assert registered(area, "merged budgets") == ()


def test_without_sites_the_partners_decide_and_with_sites_the_sites() -> None:
    register = registered(small_area(collaborations=[row("live")]), "joint training")
    assert lives_already(register, ("fire", "police"))
    assert lives_already(register, ("fire",))
    assert not lives_already(register, ("fire", "ambulance"))
    assert not lives_already(register, ("fire", "police"), ("S1",))
    placed = registered(small_area(collaborations=[row("live", sites="S1;S2")]), "joint training")
    assert lives_already(placed, (), ("S2", "S1"))
    assert not lives_already(placed, ("fire", "police"), ("S1", "S3"))


def test_what_is_only_proposed_neither_exists_nor_was_tried() -> None:
    register = registered(small_area(collaborations=[row("proposed")]), "joint training")
    assert not lives_already(register, ("fire", "police"))
    assert tried_before(register, ("fire", "police")) is None


def test_what_ended_is_told_before_what_was_refused_and_the_last_end_first() -> None:
    rows = [
        row("refused", why="no money"),
        row("ended", ended_on=date(2001, 1, 1), why="early"),
        row("ended", ended_on=date(2019, 1, 1), why="late"),
    ]
    for given in (rows, rows[::-1]):
        found = tried_before(registered(small_area(collaborations=given), "joint training"), ("fire",))
        assert found is not None
        assert found.in_words == "ended on 1 January 2019: late"


def test_what_is_not_known_of_a_row_is_not_made_up() -> None:
    (found,) = registered(small_area(collaborations=[row("live", actual_gbp_a_year=0.0)]), "joint training")
    assert found.delivered is None
    assert found.months_from_idea_to_live is None
