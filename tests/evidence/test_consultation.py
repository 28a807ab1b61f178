"""Consultations: counts of organisations and of individuals, campaigns once each (§6.3)."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import Consultation, views_of
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("reply_id", "respondent_type", "role", "option", "position", "text", "reasons")
LETTER = "Please keep our fire station where it is because the town has grown and the bridge is often closed in winter"
ROWS: list[tuple[str, ...]] = [
    (
        "o1",
        "organisation",
        "chief fire officers",
        "E1",
        "support",
        "We would share the site.",
        "cost; training",
    ),
    ("o1", "organisation", "chief fire officers", "E2", "conditional", "", "pensions"),
    ("o2", "organisation", "unions", "E1", "oppose", LETTER, "safety"),
    ("o3", "organisation", "unions", "E1", "conditional", "If posts are kept.", "posts"),
    *(
        (f"c{at}", "individual", "", "E1", "oppose", LETTER + (" thank you" if at % 2 else ""), "")
        for at in range(40)
    ),
    ("c40", "individual", "", "E1", "support", LETTER, ""),
    ("i1", "individual", "", "E1", "support", "A sensible use of public money.", "cost"),
    ("i2", "individual", "", "E1", "oppose", "Too far from the estate where I live.", "distance"),
    ("i2", "individual", "", "E2", "none", "", ""),
]


def read(path: Path, rows: list[tuple[str, ...]]) -> Consultation:
    (path / "views").mkdir(parents=True, exist_ok=True)
    lines = [",".join(f'"{each}"' for each in row) for row in (HEAD, *rows)]
    (path / "views" / "consultation.csv").write_text("\n".join(lines) + "\n", "utf-8")
    found = views_of(path)
    assert found is not None
    assert found.questionnaire is None
    assert found.consultation is not None
    return found.consultation


def test_organisations_stand_apart_from_individuals(tmp_path: Path) -> None:
    first, second = read(tmp_path, ROWS).options
    assert (first.option, second.option) == ("E1", "E2")
    assert first.organisations == {"support": 1, "oppose": 1, "conditional": 1, "none": 0}
    assert first.by_role["unions"] == {"support": 0, "oppose": 1, "conditional": 1, "none": 0}
    assert first.individuals == {"support": 1, "oppose": 1, "conditional": 0, "none": 0}
    assert second.individuals["none"] == 1
    assert first.reasons["support"] == {"cost": 2, "training": 1}


def test_a_campaign_counts_once_with_its_number_shown(tmp_path: Path) -> None:
    found = read(tmp_path, ROWS)
    (campaign,) = found.campaigns
    assert (campaign.size, campaign.organisations) == (41, ("o2",))
    first, second = found.options
    assert first.campaigns == {"support": 0, "oppose": 1, "conditional": 0, "none": 0}
    assert first.campaign_replies == {"support": 1, "oppose": 40, "conditional": 0, "none": 0}
    assert sum(second.campaigns.values()) == 0
    said = found.as_json()
    assert (said["replies"], said["organisations"], said["individuals"]) == (46, 3, 43)
    assert said["individuals_in_own_words"] == 2
    assert said["campaigns"][0]["replies"] == 41


def test_every_reply_is_counted_exactly_once(tmp_path: Path) -> None:
    first = read(tmp_path, ROWS).options[0]
    counted = sum(
        map(sum, (each.values() for each in (first.organisations, first.individuals, first.campaign_replies)))
    )
    assert counted == sum(row[3] == "E1" for row in ROWS)


def test_the_order_of_rows_changes_no_byte_and_texts_stay_where_they_are(tmp_path: Path) -> None:
    turned = random.Random(1).sample(ROWS, len(ROWS))
    one, other = (
        json.dumps(read(tmp_path / name, rows).as_json()) for name, rows in (("a", ROWS), ("b", turned))
    )
    assert one == other
    assert "fire station" not in one


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            ("x", "person", "", "E1", "support", "", ""),
            "row 50, column respondent_type: 'person' is not known",
        ),
        (
            ("x", "individual", "", "E1", "suport", "", ""),
            "row 50, column position: .*did you mean 'support'",
        ),
        (("x", "organisation", "", "E1", "support", "", ""), "row 50, column role: is empty"),
        (("x", "individual", "unions", "E1", "support", "", ""), "row 50, column role: is filled"),
        (("i1", "individual", "", "E1", "oppose", "", ""), "column option: 'i1 / E1' stands in row 47 too"),
        (
            ("i1", "organisation", "unions", "E2", "oppose", "", ""),
            "row 50, column respondent_type: .* of the same reply",
        ),
        (("", "individual", "", "E1", "support", "", ""), "row 50, column reply_id: is empty"),
    ],
)
def test_a_mistake_is_named_by_file_row_and_column(tmp_path: Path, row: tuple[str, ...], says: str) -> None:
    with pytest.raises(Refusal, match=f"consultation.csv.*{says}"):
        read(tmp_path, [*ROWS, row])


def test_texts_with_peoples_addresses_are_refused(tmp_path: Path) -> None:
    rows = [
        (f"p{at}", "individual", "", "E1", "support", f"write to p{at}@example.org", "") for at in range(5)
    ]
    with pytest.raises(Refusal, match=r"column text: looks like personal data.*e-mail"):
        read(tmp_path, [*ROWS, *rows])
