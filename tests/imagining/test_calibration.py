"""Imagined areas come out as published figures say, and the page that shows it is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.imagining import imagine
from joinedup.imagining.calibration import measured, table, targets, true_figures
from joinedup.imagining.kinds import KINDS, SERVICES
from tests.small import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE, DAYS, SEED = 1_200_000, 365, 1


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    made = imagine(tmp_path_factory.mktemp("county") / "area", PEOPLE, DAYS, SEED)
    found = measured(made.folder, PEOPLE, DAYS)
    return found | true_figures(made.folder, made.truth, PEOPLE, DAYS)


@pytest.mark.slow
@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_a_county_comes_out_as_published(figures: dict[str, float], target: object) -> None:
    (each,) = (one for one in targets() if one is target or one == target)
    assert each.least <= figures[each.name] <= each.most


@pytest.mark.slow
def test_the_page_on_imagined_areas_prints_what_came_out(figures: dict[str, float]) -> None:
    page = (ROOT / "docs" / "guide" / "imagined-areas.md").read_text("utf-8")
    assert table(figures) in page


def test_kinds_of_event_add_up_to_the_published_rates() -> None:
    rates = {service: sum(kind.rate for kind in KINDS if service in kind.parts) for service in SERVICES}
    assert rates == pytest.approx({"police": 275, "fire": 10.4, "ambulance": 153})


def test_a_county_has_its_stations_engines_and_budgets(tmp_path: Path) -> None:
    made = imagine(tmp_path / "county", PEOPLE, days=1, seed=2)
    found = measured(made.folder, PEOPLE, 1)
    for target in targets():
        if "of a county" in target.name or "turnout" in target.name or "property" in target.name:
            assert target.least <= found[target.name] <= target.most, target.name


def test_every_target_names_its_source() -> None:
    assert all(target.source and target.published and target.least <= target.most for target in targets())
