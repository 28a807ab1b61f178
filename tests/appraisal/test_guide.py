"""The guide's page of the appraisal says what the data say."""

from joinedup.appraisal import ASSUMPTIONS
from joinedup.money import recovery, schemes
from tests.small import ROOT

PAGE = (ROOT / "docs" / "guide" / "appraisal.md").read_text("utf-8")


def test_the_page_lists_every_assumption_of_the_appraisal_and_no_other() -> None:
    rows = [
        f"| `{each.name}` | {each.sentence} | {each.low:,g} | {each.central:,g} | {each.high:,g} | {each.unit} | {each.source} |"
        for each in ASSUMPTIONS
    ]
    assert [row for row in rows if row not in PAGE.splitlines()] == []
    assert PAGE.count("| `appraisal.") == len(rows)


def test_the_page_gives_the_rates_of_the_pension_schemes_and_of_the_tax() -> None:
    for scheme in schemes().values():
        assert f"£{scheme.per_cent:.2f}" in PAGE
        assert not scheme.central_per_cent or f"£{scheme.central_per_cent:.2f}" in PAGE
    ambulance = recovery("ambulance", "England")
    assert ambulance is not None
    assert f"{ambulance.rate_per_cent:g} % more" in PAGE
