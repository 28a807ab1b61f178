"""From assessed options to weights and a roadmap, with a study's own limits, decisions and barriers (§4.1, §6.4, §7)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from joinedup.refusal import Refusal
from joinedup.study import Study
from joinedup.study.deciding import barriers_of, decisions_of
from joinedup.study.planning import Planned

LITTLETON = Path(__file__).parents[2] / "examples" / "littleton"
HEADQUARTERS = "shared-estate-P9-to-F3"


def planned(tmp_path: Path, *, settings: str = "", **others: str) -> Planned:
    """Plan Littleton with more settings and files of its own."""
    folder = tmp_path / "littleton"
    shutil.copytree(LITTLETON, folder)
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    for name, content in others.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return Study.read(folder).planned


def starts(found: Planned) -> dict[str, int]:
    assert found.roadmap is not None
    return {row.id: row.start for row in found.roadmap.rows}


def test_the_roadmap_starts_what_is_worth_it_and_passes_the_gate_as_a_set(tmp_path: Path) -> None:
    found = planned(tmp_path)
    assert found.roadmap is not None
    assert starts(found)[HEADQUARTERS] == 0
    assert found.roadmap.proven
    assert found.roadmap.gate == "pass"


def test_capital_that_is_too_short_keeps_an_option_out_and_more_of_it_is_worth_something(
    tmp_path: Path,
) -> None:
    # Moving the police headquarters costs some £657,200 and its optimism bias in one year.
    found = planned(tmp_path, settings="\n[roadmap]\nyears = 3\ncapital_gbp_a_year = 100_000\n")
    assert HEADQUARTERS not in starts(found)
    assert max(each.worth.gain for each in found.relaxed) > 500_000


def test_what_was_refused_stays_out_with_its_reason(tmp_path: Path) -> None:
    rows = f"option_id,decision,reason\n{HEADQUARTERS},refused,the lease was renewed\n"
    found = planned(tmp_path, decisions=rows)
    assert found.roadmap is not None
    assert HEADQUARTERS not in starts(found)
    assert any("the lease was renewed" in each.reason for each in found.roadmap.left_out)


def test_what_waits_on_a_barrier_is_said_in_money_and_months(tmp_path: Path) -> None:
    rows = (
        "barrier_id,kind,sentence,lifter,option_id,months\n"
        f"funding,funding cycles,grants end in March,government,{HEADQUARTERS},24\n"
    )
    found = planned(tmp_path, barriers=rows)
    assert starts(found)[HEADQUARTERS] == 2
    (waits,) = found.waiting
    assert waits.months == 24
    assert waits.worth is not None
    assert waits.worth.gain > 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("elsewhere,adopted,,why", "row 2, column option_id: no option 'elsewhere' was found"),
        ("a,perhaps,,why", "row 2, column decision: 'perhaps' is not known"),
        ("a,adopted,next,why", "row 2, column year: 'next' is not a year"),
        ("a,adopted,,", "row 2, column reason: is empty"),
        ("a,adopted,,why\na,refused,,why", "row 3, column option_id: 'a' was decided in a row above"),
    ],
)
def test_a_decision_that_cannot_be_read_is_named_by_row_and_column(
    tmp_path: Path, row: str, says: str
) -> None:
    (tmp_path / "decisions.csv").write_text(f"option_id,decision,year,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=says):
        decisions_of(tmp_path, ["a"])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("b,law,it says so,somebody,a,6", "row 2, column lifter: 'somebody' is not known"),
        ("b,law,it says so,government,a,soon", "row 2, column months: 'soon' is not a number"),
        ("b,law,it says so,government,elsewhere,6", "row 2, column option_id: no option 'elsewhere'"),
        (",law,it says so,government,a,6", "row 2, column barrier_id: is empty"),
    ],
)
def test_a_barrier_that_cannot_be_read_is_named_by_row_and_column(
    tmp_path: Path, row: str, says: str
) -> None:
    head = "barrier_id,kind,sentence,lifter,option_id,months"
    (tmp_path / "barriers.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=says):
        barriers_of(tmp_path, ["a"])


def test_a_barrier_without_months_blocks_and_one_with_months_delays(tmp_path: Path) -> None:
    (tmp_path / "barriers.csv").write_text(
        "barrier_id,kind,sentence,lifter,option_id,months\nb,law,it says so,government,a,6\nb,law,it says so,government,c,\n",
        encoding="utf-8",
    )
    (barrier,) = barriers_of(tmp_path, ["a", "c"])
    assert barrier.delays == {"a": 6.0}
    assert barrier.blocks == {"c"}


def test_what_an_option_makes_possible_is_worth_what_the_roadmap_gains_by_it(tmp_path: Path) -> None:
    folder = tmp_path / "littleton"
    shutil.copytree(LITTLETON, folder)
    (folder / "tables" / "unlocks.csv").write_text(
        "governance,option,evidence,probability\n"
        f"governance-representation-police-fire,{HEADQUARTERS},the boards have refused it twice,0.5\n",
        encoding="utf-8",
    )
    (each,) = Study.read(folder).planned.unlocked
    # Half as likely is half the gain; the seat on the board costs the same either way.
    assert each.expected == pytest.approx((each.if_all.gain + each.if_none.gain) / 2)
    assert each.if_all.gain > each.if_none.gain
