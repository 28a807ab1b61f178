"""Standards (§3.5): the figures as they are written, the dates on which they hold, and what is said where none can be read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from joinedup.area import Settings
from joinedup.refusal import Refusal
from joinedup.response.replaying import Baseline
from joinedup.response.standards import against, standards_from, standards_of
from tests.response.test_replaying import assumed
from tests.small import ZONE, incident, service, site, small_area

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area

CLOCK = 'clock = { from = "received_at", to = "first arrival" }'
WHOLE = f"""[[standards]]
name = "x"
kind = "fire"
{CLOCK}
measure = "mean"
limit_seconds = 600
from = 2025-01-01
source = "y"
"""


def county(nation: str, day: str = "2025-09-01", standards: str = "") -> Area:
    """Make an ambulance a kilometre from three calls; the last is a C2."""
    received = datetime.fromisoformat(f"{day} 10:00:00").replace(tzinfo=ZoneInfo(ZONE))
    kinds = (("purple", "C1"), ("red", "C1"), ("amber", "C2"))
    return small_area(
        Settings(name="x", zone=ZONE, nation=nation, standards=standards),
        services=[service("ambulance"), service("police"), service("fire")],
        sites=[site("A", "ambulance", 1000.0)],
        units=[
            {
                "unit_id": "M",
                "service_id": "ambulance",
                "kind": "ambulance",
                "site_id": "A",
                "crew": "wholetime",
            }
        ],
        incidents=[
            incident(
                f"A{n}",
                "ambulance",
                0.0,
                received_at=received + timedelta(hours=6 * n),
                category=each[nation == "England"],
            )
            for n, each in enumerate(kinds)
        ],
        calls=[
            {
                "call_id": f"P{n}",
                "service_id": "police",
                "kind": "999" if n < 10 else "101",
                "connected_at": received,
                "answered_at": received + timedelta(seconds=10 if n < 8 else 11),
            }
            for n in range(12)
        ],
    )


def held(area: Area) -> dict[str, dict[str, object]]:
    outcomes = Baseline.of(area, assumed(response__handling__ambulance=2.0)).played()
    return {row["standard"]: row for row in against(outcomes, standards_of(area)).iter_rows(named=True)}


def test_england_has_the_figures_of_2025_26() -> None:
    limits = {
        each.name: (each.measure, each.limit)
        for each in standards_of(county("England"))
        if each.starts <= date(2025, 9, 1) <= (each.ends or date.max)
    }
    assert limits == {
        "C1 mean": ("mean", 7),
        "C1 90th centile": ("90th", 15),
        "C2 mean": ("mean", 18),
        "C2 mean, interim": ("mean", 30),
        "C2 90th centile": ("90th", 40),
        "C3 90th centile": ("90th", 120),
        "C4 90th centile": ("90th", 180),
        "999 calls answered in 10 s": ("share", pytest.approx(10 / 60)),
        "first engine": ("set by each service", None),
    }


def test_every_standard_says_where_it_is_written_and_on_which_clock() -> None:
    for nation in ("England", "Wales"):
        for each in standards_of(county(nation)):
            assert each.source
            assert each.clock in {("received_at", "first arrival"), ("connected_at", "answered_at")}


def test_wales_has_purple_and_red_from_july_2025_and_the_red_target_until_then() -> None:
    after, before = held(county("Wales")), held(county("Wales", "2025-06-01"))
    assert (after["purple mean"]["records"], after["red mean"]["records"]) == (1.0, 1.0)
    assert after["red within 8 minutes"]["records"] == 0
    assert before["red within 8 minutes"]["records"] == 1.0
    assert before["purple mean"]["met"] is None
    assert after["purple mean"]["limit"] == 8


def test_arrivals_are_held_to_the_category_they_are_of() -> None:
    found = held(county("England"))
    # Handled for 2 minutes, off after 1.25, and 1 km takes 2 √2: 6 min 5 s.
    assert found["C1 mean"]["records"] == 2.0
    assert found["C1 mean"]["reached"] == pytest.approx(2 + 1.25 + 2 * 2**0.5, abs=1e-4)
    assert found["C1 mean"]["met"] is True
    assert found["C2 mean"]["records"] == 1.0
    assert found["C3 90th centile"]["met"] is None


def test_calls_answered_at_the_tenth_second_are_answered_within_ten() -> None:
    found = held(county("England"))["999 calls answered in 10 s"]
    assert (found["records"], found["reached"], found["met"]) == (10.0, 0.8, False)


def test_what_each_service_sets_for_itself_is_neither_met_nor_missed() -> None:
    found = held(county("England"))["first engine"]
    assert (found["limit"], found["reached"], found["met"]) == (None, None, None)


def test_a_study_can_be_held_to_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(WHOLE.replace('kind = "fire"', 'service = "fire"'), "utf-8")
    area = county("England", standards="ours.toml")
    (own,) = standards_of(area, tmp_path)
    assert own.limit == 10
    assert own.holds_for("fire", "fire")
    assert not own.holds_for("other-fire", "fire")
    with pytest.raises(
        Refusal, match=r"standards 'theirs.toml' is neither a file of the study nor one of england, wales"
    ):
        standards_of(county("England", standards="theirs.toml"), tmp_path)


def test_a_study_can_be_held_to_the_standards_of_a_nation_by_name() -> None:
    assert standards_of(county("", standards="england-2025-26")) == standards_of(county("England"))


def test_a_nation_that_we_hold_no_standards_of_has_none() -> None:
    for nation in ("Scotland", ""):
        assert standards_of(county(nation)) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (CLOCK + "\n", "", "standard 'x': has no clock that we can read; add clock = "),
        ('to = "first arrival"', 'to = "left_at"', "has no clock that we can read"),
        ('name = "x"\n', "", "a standard has no name"),
        ('measure = "mean"', 'measure = "mode"', "measure must be one of mean, 90th, share"),
        ("limit_seconds = 600", "limit_seconds = 0", "limit_seconds must be a number above 0"),
        ('measure = "mean"', 'measure = "share"', "share must be a part of one"),
        ("from = 2025-01-01\n", "", "needs the date from which it holds"),
        ('source = "y"\n', "", "needs a source"),
        ("limit_seconds", "limit_second", "unknown key 'limit_second'; did you mean 'limit_seconds'"),
        ("[[standards]]", "[standards]", "head each with"),
    ],
)
def test_a_standard_that_cannot_be_read_is_refused_by_name(old: str, new: str, words: str) -> None:
    assert len(standards_from(WHOLE, "f.toml")) == 1
    with pytest.raises(Refusal, match=words):
        standards_from(WHOLE.replace(old, new), "f.toml")
