"""A real weighted survey, read as it was deposited: the Audit of Political Engagement 14 (UK Data Service, SN 8183).

Skipped where the shared data are absent. The arithmetic beside it uses the csv module and nothing of ours.
"""

from __future__ import annotations

import csv
import gzip
import shutil
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import survey_of
from tests.area.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

FILE = "audit-of-political-engagement-14.tab.gz"
SOURCES = [f"cu13b{number}" for number in range(1, 13)]


def test_bases_and_weighted_shares_of_a_real_survey(tmp_path: Path) -> None:
    folder = tmp_path / "survey"
    folder.mkdir()
    shutil.copyfile(shared(f"survey/{FILE}"), folder / FILE)
    (folder / "survey.toml").write_text(
        '[survey]\nname = "Audit 14"\npopulation = "adults in Great Britain"\nsample = "quota"\nmode = "face to face"\n'
        f'answers = "{FILE}"\nweight = "wts"\ngroups = ["sex"]\n',
        "utf-8",
    )
    (folder / "questions.csv").write_text(
        "question,kind,wording,options,missing\ncu06,single,,1=One|2=Two|3=Three|4=Four,98|99\n"
        f"sex,single,,1=Male|2=Female,\ncu13b,multiple,,{'|'.join(SOURCES)},-1|98|99\nltv,number,,,98|99\n",
        "utf-8",
    )
    survey = survey_of(tmp_path)
    assert survey is not None
    with gzip.open(folder / FILE, "rt", encoding="utf-8") as text:
        rows = list(csv.DictReader(text, delimiter="\t"))
    assert survey.base == len(rows) == 1771
    weights = [float(row["wts"]) for row in rows]
    assert survey.as_json()["weighting"]["effective_base"] == pytest.approx(
        sum(weights) ** 2 / sum(each * each for each in weights)
    )
    # One question of four options, by sex.
    women = [row for row in rows if row["sex"] == "2"]
    two = sum(float(row["wts"]) for row in women if row["cu06"] == "2") / sum(
        float(row["wts"]) for row in women
    )
    words, group = survey.splits["cu06"][0].groups[1]
    assert (words, group.base) == ("Female", 846)
    assert group.options[1].share.value == pytest.approx(two, rel=1e-12)
    assert group.options[1].share.low is None
    # Twelve columns, of which 15 people were asked none.
    heard = survey.answers["cu13b"]
    assert (heard.base, heard.missing) == (1756, 15)
    asked = [row for row in rows if row["cu13b1"] != "-1"]
    share = sum(float(row["wts"]) for row in asked if row["cu13b1"] == "1") / sum(
        float(row["wts"]) for row in asked
    )
    assert heard.options[0].share.value == pytest.approx(share, rel=1e-12)
    likely = survey.answers["ltv"].mean
    assert likely is not None
    by_hand = sum(float(row["wts"]) * float(row["ltv"]) for row in rows) / sum(weights)
    assert likely.value == pytest.approx(by_hand, rel=1e-12)
