"""What has a date of its own keeps it when an option starts later, and what has none moves with the start (§7.2)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import Term, appraise, funded, present_value_of
from joinedup.assumptions import draw
from joinedup.money import CashLine, discount_factors
from joinedup.options.shared_control_room import SharedControlRoom
from joinedup.options.shared_estate import SharedEstate
from joinedup.roadmap import starting_in
from joinedup.study import assumptions_of
from joinedup.study.starting import Starting
from tests.options.test_shared_control_room import found as found_in
from tests.options.test_shared_control_room import two_rooms
from tests.small import edited, littleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.appraisal import Appraisal
    from joinedup.area import Area
    from joinedup.assumptions import Draws
    from joinedup.money import Cash
    from joinedup.options import Kind, Option

ESTATE, ROOM = SharedEstate(), SharedControlRoom()
DECLARED = assumptions_of()
DRAWS = draw({each.name: each for each in (*DECLARED.values(), *APPRAISAL)}.values(), 50, seed=3)
FACTORS = discount_factors()


def moved(area: Area, mover: str = "P5", host: str = "F5") -> Option:
    wanted = f"shared-estate-{mover}-to-{host}"
    return next(each for each in ESTATE.find(area, DECLARED) if each.id == wanted)


def appraised(kind: Kind, area: Area, option: Option, *terms: Term) -> Appraisal:
    stated = funded(terms, area.settings.price_base, kind.years, DRAWS)
    flows = [*kind.cash(area, option, DRAWS), *stated]
    return appraise(flows, DRAWS, project=kind.project_type, years=kind.years)


def starting(kind: Kind, area: Area, option: Option, *terms: Term) -> Starting:
    def cash(seen: Area, draws: Draws) -> Sequence[Cash]:
        return kind.cash(seen, option, draws)

    return Starting(cash, area, DRAWS, appraised(kind, area, option, *terms), terms)


def term(what: str, **others: object) -> Term:
    """Give £100,000 of each year's pounds in 2029/30 alone: a grant, a charge, or the pay of people who move."""
    given: dict[str, object] = dict.fromkeys(each.name for each in fields(Term))
    given |= {"funding_id": what, "option_id": "", "what": what, "receiver": "fire", "source": "offer"}
    given |= {"giver": "fund"} if what == "grant" else {"payer": "ambulance"}
    given |= {"gbp_a_year": 100_000.0, "first_year": "2029/30", "years": 1, "prices": "of each year"}
    return Term(**{**given, **others})  # type: ignore[arg-type]


PEOPLE = {"posts": 12.0, "scheme_before": "NHS", "scheme_after": "local government"}
"""Of £100 of pay £23.78 go into the one scheme and £21.10 into the other."""
STATED = (CashLine.GRANT, CashLine.CHARGE, CashLine.PAY_MOVED, CashLine.PENSION)


def capital_in(flows: Sequence[Cash]) -> list[int]:
    return [flow.year for flow in flows if flow.line is CashLine.CAPITAL]


def test_a_lease_that_can_be_broken_in_2028_is_broken_then_and_later_only_by_what_it_is_put_off() -> None:
    # Nether Sallow's police station: its lease can be broken in 2028/29, year 3.
    area = littleton().area
    found = starting(ESTATE, area, moved(area))
    assert found.waits == 3
    for years in (0, 1, 4):
        later = found.put_off(years)
        assert capital_in(later) == [3 + years]
        assert max(flow.year for flow in later) == 10 + years
        assert len(later) == len(found.appraisal.flows)
        for one, other in zip(found.appraisal.flows, later, strict=True):
            assert other.year == one.year + years
            assert np.array_equal(one.amount, other.amount)


def test_counted_from_when_its_lease_ends_an_option_is_worth_what_it_is_without_one() -> None:
    area = littleton().area
    free = edited(area, "sites", "P5", lease_break_on=None)
    whole = appraised(ESTATE, free, moved(free)).npsv
    found = starting(ESTATE, area, moved(area))
    assert np.allclose(found.worth_from_then, FACTORS[3] * whole, atol=1e-6)
    # Ten years from then hold more of what is saved than seven.
    assert found.worth_from_then[0] > found.appraisal.npsv[0]
    assert starting(ESTATE, free, moved(free)).waits == 0


def test_the_money_of_an_option_without_dates_is_put_off_with_it() -> None:
    area = littleton().area
    found = starting(ESTATE, area, moved(area, "A1", "F1"))
    assert found.waits == 0
    later = found.put_off(4)
    worth = present_value_of(later, len(DRAWS), found.appraisal.edition)
    assert np.allclose(worth, starting_in(found.appraisal.npsv, 5)[4])
    assert [flow.year for flow in later] == [flow.year + 4 for flow in found.appraisal.flows]


@pytest.mark.parametrize("years", range(6))
def test_a_contract_that_ends_on_its_date_leaves_less_to_pay_to_an_option_that_is_put_off(years: int) -> None:
    contract = {
        "contract_id": "C",
        "service_id": "fire",
        "item": "Command and control",
        "function": "control",
        "yearly_gbp": 30_000.0,
    }
    # £30,000 are bound until 2030/31, year 5. The rooms work together from year 3: in 3, 4 and 5 they are still paid.
    area = two_rooms(calls=[], contracts=[{**contract, "ends_on": date(2030, 9, 30)}])
    option = found_in(area)["one-team"]
    bound = starting(ROOM, area, option)
    unbound = starting(ROOM, two_rooms(calls=[]), option)
    assert bound.waits == unbound.waits == 0
    worth = [
        present_value_of(each.put_off(years), len(DRAWS), "February 2026")[0] for each in (bound, unbound)
    ]
    # A gain that rests on years known from elsewhere is cut by a quarter.
    lost = sum(0.75 * 30_000 * FACTORS[year] for year in range(3 + years, 6))
    assert worth[1] - worth[0] == pytest.approx(lost, abs=0.01)


# --- grants, charges and people who move ------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [0, 1, 3, 6])
@pytest.mark.parametrize("sites", [("A1", "F1"), ("P5", "F5")], ids=["free to start", "bound by a lease"])
def test_what_is_stated_of_funding_stays_in_its_year_at_its_worth_however_late_the_option_starts(
    sites: tuple[str, str], years: int
) -> None:
    # The study's prices are those of 2025/26, so 2029/30 is year 4, after four years' growth of prices at 2 %.
    area = littleton().area
    option = moved(area, *sites)
    terms = (term("grant"), term("charge"), term("people moved", **PEOPLE))
    later = starting(ESTATE, area, option, *terms).put_off(years)
    told = [flow for flow in later if flow.line in STATED]
    assert {flow.line for flow in told} == set(STATED)
    assert {flow.year for flow in told} == {4}
    (grant,) = (flow for flow in told if flow.line is CashLine.GRANT)
    assert grant.amount[0] == pytest.approx(100_000 / 1.02**4)
    # The rest is what the option is when nothing is stated.
    without = starting(ESTATE, area, option).put_off(years)
    rest = [flow for flow in later if flow.line not in STATED]
    assert [flow.year for flow in rest] == [flow.year for flow in without]
    assert all(np.array_equal(one.amount, other.amount) for one, other in zip(rest, without, strict=True))


def test_a_grant_that_ends_before_a_late_start_is_not_lost() -> None:
    area = littleton().area
    early = term("grant", first_year="2026/27", years=2, prices="price base")
    later = starting(ESTATE, area, moved(area), early).put_off(2)
    paid = {flow.year: float(flow.amount[0]) for flow in later if flow.line is CashLine.GRANT}
    assert paid == {1: 100_000, 2: 100_000}
    assert capital_in(later) == [5]


def test_a_grant_before_a_lease_ends_is_no_reason_to_think_that_the_lease_has_ended() -> None:
    area = littleton().area
    for one in (term("grant", first_year="2026/27"), term("people moved", first_year="2026/27", **PEOPLE)):
        assert starting(ESTATE, area, moved(area), one).waits == 3
        assert starting(ESTATE, area, moved(area, "A1", "F1"), one).waits == 0


def test_people_who_move_on_a_date_are_worth_the_same_whenever_the_option_starts() -> None:
    # Only what goes into their pensions is worth anything to all: £2,680 of £100,000 in 2029/30.
    area = littleton().area
    people = term("people moved", prices="price base", **PEOPLE)
    for sites, wait in ((("A1", "F1"), 0), (("P5", "F5"), 3)):
        option = moved(area, *sites)
        bound, unbound = starting(ESTATE, area, option, people), starting(ESTATE, area, option)
        gained = 2_680 * FACTORS[4]
        for years in (0, 1, 3):
            worth = [
                present_value_of(each.put_off(years), len(DRAWS), each.appraisal.edition)[0]
                for each in (bound, unbound)
            ]
            assert worth[0] - worth[1] == pytest.approx(gained, abs=0.01)
        assert (bound.waits, unbound.waits) == (wait, wait)
        assert bound.worth_from_then[0] - unbound.worth_from_then[0] == pytest.approx(gained, abs=0.01)
