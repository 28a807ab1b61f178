"""Optimism bias agrees with the published table."""

import csv
import os
from pathlib import Path

import pytest

from joinedup.money import CashLine, Cause, blend, causes_of, mitigation, project_type, project_types
from joinedup.refusal import Refusal

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
GOLDEN = DATA.parent / "golden"

# Mott MacDonald (2002) as used by HM Treasury: capital upper and lower, duration upper and lower, per cent.
PUBLISHED = {
    "standard buildings": (24, 2, 4, 1),
    "non-standard buildings": (51, 4, 39, 2),
    "standard civil engineering": (44, 3, 20, 1),
    "non-standard civil engineering": (66, 6, 25, 3),
    "equipment and development": (200, 10, 54, 10),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_bounds_are_met(name: str) -> None:
    kind = project_type(name)
    assert kind.applies_to is CashLine.CAPITAL
    assert kind.duration is not None
    bounds = (kind.cost.upper, kind.cost.lower, kind.duration.upper, kind.duration.lower)
    assert bounds == PUBLISHED[name]


def test_outsourcing_raises_running_cost_and_has_no_published_duration() -> None:
    kind = project_type("outsourcing (operating cost)")
    assert (kind.applies_to, kind.cost.upper, kind.cost.lower) == (CashLine.RUNNING, 41, 0)
    assert kind.duration is None


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden values are not on this machine")
def test_the_whole_table_meets_the_golden_one() -> None:
    with (GOLDEN / "optimism-bias.csv").open(encoding="utf-8") as file:
        rows = {row["project_type"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(project_types())
    for name, row in rows.items():
        kind = project_type(name)
        assert (kind.cost.upper, kind.cost.lower) == (
            float(row["capital_upper_pct"]),
            float(row["capital_lower_pct"]),
        )
        assert (kind.duration is None) == (row["duration_upper_pct"] == "")


def test_the_published_blend_of_buildings_is_met() -> None:
    mixed = blend({"non-standard buildings": 0.3, "standard buildings": 0.7})
    assert mixed.duration is not None
    assert (f"{mixed.cost.upper:.1f}", f"{mixed.duration.upper:.1f}") == ("32.1", "14.5")


def test_a_blend_with_a_type_of_unknown_duration_has_none() -> None:
    assert blend({"outsourcing (operating cost)": 1.0}).duration is None


def test_what_cannot_be_blended_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sum to 1, not 0\.9"):
        blend({"standard buildings": 0.9})
    with pytest.raises(ValueError, match="not negative"):
        blend({"standard buildings": 1.5, "non-standard buildings": -0.5})
    with pytest.raises(ValueError, match="do not blend"):
        blend({"standard buildings": 0.5, "outsourcing (operating cost)": 0.5})


def test_managing_every_cause_leaves_the_lower_bound_and_managing_none_the_upper() -> None:
    cost = project_type("standard buildings").cost
    assert [cost.after(share) for share in (0.0, 0.5, 1.0)] == [24.0, 13.0, 2.0]
    with pytest.raises(ValueError, match="0 to 1, not 40"):
        cost.after(40)


def test_mitigation_is_added_up_cause_by_cause() -> None:
    assert mitigation([Cause("site", 0.6, 0.5), Cause("business case", 0.4, 0.0)]) == pytest.approx(0.3)
    assert mitigation([]) == 0.0
    with pytest.raises(ValueError, match="more than the whole"):
        mitigation([Cause("site", 0.6, 0.5), Cause("business case", 0.5, 0.0)])
    with pytest.raises(ValueError, match="between 0 and 1"):
        mitigation([Cause("site", 0.6, 1.5)])


def test_a_misspelt_project_type_is_refused_with_the_closest() -> None:
    with pytest.raises(Refusal, match="did you mean 'standard buildings'"):
        project_type("standard building")


def test_the_published_causes_of_the_bias_of_standard_buildings_make_up_the_whole() -> None:
    # Mott MacDonald (2002), contributions to the upper bound of capital cost, per cent.
    causes = causes_of("standard buildings")
    assert sum(causes.values()) == pytest.approx(1.0)
    assert causes["inadequate business case"] == 0.34
    assert causes["disputes and claims"] == 0.29
    assert mitigation([Cause(name, share, 1.0) for name, share in causes.items()]) == pytest.approx(1.0)


def test_causes_that_could_not_be_read_with_certainty_are_not_made_up() -> None:
    assert causes_of("equipment and development") == {}
    with pytest.raises(Refusal, match="did you mean 'standard buildings'"):
        causes_of("standard building")
