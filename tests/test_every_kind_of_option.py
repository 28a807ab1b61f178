"""What every kind of option promises, held by each kind in the folder: a new one is held to it with no edit here.

Where a kind breaks a promise, the name of the test says which.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.area import Area
from joinedup.area.schema import KEYS, TABLES, schema
from joinedup.assumptions import Assumption, Draws, draw
from joinedup.money import SOCIETY, CashKind, project_type
from joinedup.options import Kind, Option, SearchesAlone, kinds
from joinedup.study import assumptions_of
from tests.small import LITTLETON, ROOT, littleton, shuffled, with_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPLEXITY = (
    "digital incident message",
    "shared estate",
    "shared control room",
    "joint training",
    "shared support services, fleet and procurement",
    "task handed over",
    "co-responding",
    "joint teams and jobs",
    "joint prevention",
    "merged budgets",
    "governance",
)
"""The order of complexity (§4.3)."""

pytestmark = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: str(kind.name))


def assumptions() -> dict[str, Assumption]:
    return assumptions_of(LITTLETON)


def found(kind: Kind, area: Area | None = None) -> list[Option]:
    return list(kind.find(littleton().area if area is None else area, assumptions()))


def drawn() -> Draws:
    return draw(assumptions().values(), 50, seed=7)


def dashed(kind: Kind) -> str:
    return re.sub(r"[^a-z]+", "-", kind.name)


def page(kind: Kind) -> Path:
    return ROOT / "docs" / "guide" / "kinds" / f"{dashed(kind)}.md"


def same_tables(one: Area, other: Area) -> bool:
    return one.tables.keys() == other.tables.keys() and all(
        table.equals(other.tables[name]) for name, table in one.tables.items()
    )


# --- what it finds ---------------------------------------------------------------------------------------------------


def test_it_finds_something_in_littleton(kind: Kind) -> None:
    assert found(kind)


@pytest.mark.parametrize("service", ["police", "fire", "ambulance"])
def test_it_finds_nothing_where_there_is_one_service_only(kind: Kind, service: str) -> None:
    area = littleton().area
    alone = {
        name: table.filter(pl.col("service_id") == service)
        for name, table in area.tables.items()
        if "service_id" in table.columns
    }
    assert found(kind, with_tables(area, alone)) == []


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_same_whatever_the_order_of_the_rows(kind: Kind, seed: int) -> None:
    assert found(kind, shuffled(littleton().area, seed)) == found(kind)


def test_it_never_proposes_what_is_live_already(kind: Kind) -> None:
    register = littleton().area.table("collaborations")
    live = register.filter((pl.col("status") == "live") & (pl.col("kind") == kind.name))
    exists = [
        frozenset(each.strip() for each in row["sites"].split(";")) for row in live.iter_rows(named=True)
    ]
    for option in found(kind):
        assert not option.exists
        assert frozenset(option.joins) not in exists


def test_its_options_have_identifiers_of_their_own(kind: Kind) -> None:
    everything = [option.id for each in kinds() for option in found(each)]
    assert len(set(everything)) == len(everything)
    assert all(option.kind == kind.name for option in found(kind))
    assert all(re.fullmatch(r"[\w.-]+", option.id) for option in found(kind))


def test_it_names_only_things_in_the_area(kind: Kind) -> None:
    area = littleton().area
    rows = {f"{table}/{row}" for table, key in KEYS.items() for row in area.table(table)[key].to_list()}
    identifiers = {each.partition("/")[2] for each in rows}
    # Minutes are used where they are spent: at the calls of one category, or at those of them to which another service comes too,
    # or two other stations would.
    incidents = area.table("incidents").select("service_id", pl.col("category").fill_null("not recorded"))
    pairs = ["/" + "/".join(pair) for pair in combinations(sorted(area.table("sites")["site_id"]), 2)]
    calls = {
        f"incidents/{service}/{category}{other}"
        for service, category in incidents.unique().iter_rows()
        for other in ("", *(f"/{each}" for each in area.services if each != service), *pairs)
    }
    for option in found(kind):
        assert set(option.partners) <= set(area.services)
        # What one service could do by itself says so.
        assert len(set(option.partners)) > 1 or "alone" in option.title
        assert option.joins
        assert set(option.joins) <= identifiers
        assert len(option.names) == len(option.joins)
        assert set(option.uses) <= rows | calls
        for change in option.changes:
            assert f"{change.table}/{change.row}" in rows
            assert change.column is None or change.column in schema(change.table).columns
            if change.column in {each.column for each in schema(change.table).references}:
                assert change.value in identifiers


# --- what it changes -------------------------------------------------------------------------------------------------


def test_it_leaves_its_input_untouched(kind: Kind) -> None:
    area = littleton().area
    before = with_tables(area, {name: table.clone() for name, table in area.tables.items()})
    draws = drawn()
    for option in found(kind):
        kind.cash(area, option, draws)
        kind.carry_on(area, option, draws)
        area.changed(option.changes)
    assert same_tables(area, before)


def test_it_changes_incidents_only_through_declared_assumptions(kind: Kind) -> None:
    # No kind declares one yet, so no incident changes at all.
    area = littleton().area
    for option in found(kind):
        changed = area.changed(option.changes)
        assert changed.table("incidents").equals(area.table("incidents"))
        assert changed.table("attendances").equals(area.table("attendances"))


def test_applying_it_twice_is_applying_it_once(kind: Kind) -> None:
    for option in found(kind):
        once = littleton().area.changed(option.changes)
        assert same_tables(once.changed(option.changes), once)


# --- its money -------------------------------------------------------------------------------------------------------


def test_its_cash_is_dated_and_finite(kind: Kind) -> None:
    draws = drawn()
    for option in found(kind):
        for flow in (
            *kind.cash(littleton().area, option, draws),
            *kind.carry_on(littleton().area, option, draws),
        ):
            assert 0 <= flow.year <= kind.years
            assert flow.amount.shape == (len(draws),)
            assert np.isfinite(flow.amount).all()
            assert flow.what


def test_its_payments_sum_to_zero_over_the_partners(kind: Kind) -> None:
    for option in found(kind):
        flows = kind.cash(littleton().area, option, drawn())
        paid = [flow for flow in flows if flow.kind is CashKind.PAYMENT]
        for flow in paid:
            assert flow.payer != flow.beneficiary
            assert np.allclose(sum(amount for _, amount in flow.falls_on()), 0.0)
        assert {who for flow in flows for who in (flow.payer, flow.beneficiary)} <= {
            *option.partners,
            SOCIETY,
        }


def test_its_cash_names_the_assumptions_that_it_rests_on(kind: Kind) -> None:
    declared = {each.name for each in (*kind.assumptions, *APPRAISAL)}
    area, central = littleton().area, assumptions()
    for option in found(kind):
        flows = kind.cash(area, option, draw(central.values(), 0, seed=1))
        assert all(set(flow.names) <= declared for flow in flows)
        for name in sorted(declared):
            # Twice one assumption changes the flows that name it and no other.
            doubled = {**central, name: _times(central[name], 2.0)}
            again = kind.cash(area, option, draw(doubled.values(), 0, seed=1))
            for one, other in zip(flows, again, strict=True):
                assert name in one.names or np.array_equal(one.amount, other.amount)


def test_each_draw_of_its_cash_rests_on_that_draw_of_the_assumptions_alone(kind: Kind) -> None:
    # So that a sensitivity can lay many values side by side, as if they were draws.
    area, central = littleton().area, assumptions()
    draws = draw(central.values(), 3, seed=7)
    for option in found(kind):
        flows = kind.cash(area, option, draws)
        for element in range(len(draws)):
            alone = Draws(
                {name: values[[element]] for name, values in draws.values.items()}, draws.assumptions
            )
            for one, other in zip(flows, kind.cash(area, option, alone), strict=True):
                assert one.amount[element] == pytest.approx(other.amount[0], abs=1e-6)


def held_by_police() -> Area:
    """Let one service hold everything: it could do alone what the three could do together."""
    area = littleton().area
    held = {
        name: table.with_columns(service_id=pl.lit("police"))
        for name, table in area.tables.items()
        if "service_id" in table.columns and name != "services"
    }
    return with_tables(area, held)


def lonely() -> Iterator[tuple[Area, str]]:
    """Give areas in which a service has reason to act alone: it holds everything, or stands far from where it is called."""
    yield held_by_police(), "police"
    for area, service in ((littleton().area, each) for each in littleton().area.services):
        far = pl.when(pl.col("service_id") == service).then(pl.col("x") + 30_000).otherwise("x")
        sites, unrecorded = area.table("sites").with_columns(x=far), area.table("attendances").clear()
        yield with_tables(area, {"sites": sites, "attendances": unrecorded}), service


def test_what_it_finds_alone_is_one_partner_s_and_costed_without_payment(kind: Kind) -> None:
    if not isinstance(kind, SearchesAlone):
        pytest.skip("this kind does not say what a partner could do alone")
    assert not kind.find_alone(held_by_police(), "fire", assumptions())
    area, partner, alone = next(
        (area, partner, options)
        for area, partner in lonely()
        if (options := kind.find_alone(area, partner, assumptions()))
    )
    for option in alone:
        assert option.partners == (partner,)
        flows = kind.cash(area, option, drawn())
        assert {who for flow in flows for who in (flow.payer, flow.beneficiary)} <= {partner, SOCIETY}
        assert CashKind.PAYMENT not in {flow.kind for flow in flows}
        assert all(0 <= flow.year <= kind.years for flow in flows)
        assert 0 < len(kind.explain(option).split()) < 80


def _times(given: Assumption, factor: float) -> Assumption:
    values = (given.low * factor, given.central * factor, given.high * factor)
    return Assumption(given.name, given.sentence, given.unit, *values, given.source, given.grade)


# --- what it declares ------------------------------------------------------------------------------------------------


def test_every_assumption_has_a_unit_a_source_and_an_ordered_range_and_is_named_after_its_module(
    kind: Kind,
) -> None:
    assert len({each.name for each in kind.assumptions}) == len(kind.assumptions)
    for each in kind.assumptions:
        assert each.unit
        assert each.source
        assert each.low <= each.central <= each.high
        assert each.sentence.endswith(".")
        module, _, name = each.name.partition(".")
        assert name
        homes = (f"joinedup.{module}", f"joinedup.options.{module}", f"joinedup.response.{module}")
        assert any(importlib.util.find_spec(home) for home in homes), f"no module is called {module}"


def test_what_it_assumes_is_declared_by_no_other_kind_under_another_name(kind: Kind) -> None:
    # Else a study that replaces it in one place leaves it as it was in the other.
    names = {
        (each.sentence, each.unit, each.low, each.central, each.high): each.name
        for other in kinds()
        for each in other.assumptions
    }
    for each in kind.assumptions:
        assert names[each.sentence, each.unit, each.low, each.central, each.high] == each.name


def test_every_need_is_a_table_and_columns_that_exist_and_says_why(kind: Kind) -> None:
    assert kind.needs
    for need in (each for one in kind.needs for each in (one, *one.instead)):
        assert need.table in TABLES
        assert need.columns
        assert set(need.columns) <= set(schema(need.table).columns)
        assert need.why
        assert littleton().area.has(need.table, *need.columns)


def test_it_stands_in_the_order_of_complexity(kind: Kind) -> None:
    assert kind.rung >= 1
    if kind.name in COMPLEXITY:
        assert kind.rung == COMPLEXITY.index(kind.name) + 1
    assert [each.rung for each in kinds()] == sorted(each.rung for each in kinds())
    assert len({each.name for each in kinds()}) == len(kinds())


def test_it_can_be_appraised(kind: Kind) -> None:
    assert kind.years > 0
    assert project_type(kind.project_type).name == kind.project_type
    assert kind.exit_cost in {each.name for each in kind.assumptions}
    assert kind.question.endswith("?")


def test_it_is_declared_so_that_the_type_checker_sees_a_missing_method(kind: Kind) -> None:
    module = importlib.import_module(type(kind).__module__)
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    declared = [
        ast.unparse(each.annotation)
        for each in tree.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id == "KIND"
    ]
    assert declared == ["Kind"], "write KIND: Kind = ..."


# --- what it says ----------------------------------------------------------------------------------------------------


def test_it_explains_itself_in_under_80_plain_words(kind: Kind) -> None:
    for option in found(kind):
        words = kind.explain(option).split()
        assert 0 < len(words) < 80
        assert words[-1].endswith(".")
        assert all(name in kind.explain(option) for name in option.names)
        assert not re.search(r"[_{}]|\bnan\b|None", kind.explain(option))


def test_it_survives_a_round_trip_through_json_text(kind: Kind) -> None:
    draws = drawn()
    for option in found(kind):
        again = Option.from_json(json.loads(json.dumps(option.as_json(), allow_nan=False)))
        assert again == option
        assert kind.explain(again) == kind.explain(option)
        for one, other in zip(
            kind.cash(littleton().area, option, draws),
            kind.cash(littleton().area, again, draws),
            strict=True,
        ):
            assert np.array_equal(one.amount, other.amount)


def test_it_has_a_guide_page_that_says_what_it_asks_and_needs(kind: Kind) -> None:
    assert page(kind).is_file(), f"write {page(kind).relative_to(ROOT)}"
    text = " ".join(page(kind).read_text("utf-8").split())
    assert kind.question in text
    for need in (each for one in kind.needs for each in (one, *one.instead)):
        assert f"`{need.table}`" in text
        assert all(f"`{column}`" in text for column in need.columns)
    for heading in (
        "## What it needs",
        "## How options are found",
        "## How they are costed",
        "## Where it cost more",
    ):
        assert heading in text


def test_its_guide_page_says_what_twice_its_key_input_does_and_which_test_holds_that(kind: Kind) -> None:
    leans = re.search(r"\*\*Which way it leans\.\*\*(.*?)\n\n", page(kind).read_text("utf-8"), re.DOTALL)
    assert leans, "write a paragraph that begins with **Which way it leans.**"
    said = " ".join(leans[1].split())
    assert re.search(r"\b[Tt]wice\b", said)
    named = re.search(r"`(tests/options/test_\w+\.py)` holds", said)
    assert named, "say which test holds it: `tests/options/test_NAME.py` holds"
    assert re.search(r"def test_\w*twice_\w+", (ROOT / named[1]).read_text("utf-8"))


def test_its_guide_page_lists_every_assumption_with_range_unit_and_source(kind: Kind) -> None:
    lines = page(kind).read_text("utf-8").splitlines()
    rows = [
        f"| `{each.name}` | {each.sentence} | {each.low:,g} | {each.central:,g} | {each.high:,g} | {each.unit} | {each.source} |"
        for each in kind.assumptions
    ]
    missing = [row for row in rows if row not in lines]
    assert not missing, "put these rows in the page:\n" + "\n".join(missing)
    listed = {line.split("`")[1] for line in lines if re.match(r"\| `\w+\.[\w.]+` \|", line)}
    assert listed == {each.name for each in kind.assumptions}
