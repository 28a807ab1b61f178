"""What people say, as a reader of the report sees it: bases shown, few people hidden, money left alone (§6, §8.2)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from joinedup.disclosure import Chapter, Draft, PublishedBullets, PublishedChart, PublishedTable, publish
from joinedup.evidence.passages import (
    Approach,
    Code,
    Coded,
    Coder,
    Consent,
    Family,
    Interview,
    Passage,
    Speaker,
    Turn,
)
from joinedup.refusal import Refusal
from joinedup.study import Study, draft
from joinedup.study.drafting.evidence import evidence_answers, evidence_chapters, said_chapter
from joinedup.study.drafting.option_pages import option_pages
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure import PublishedChapter

OVERWATER = "shared-estate-A6-to-P8"
CODES = (
    Code("trust", "Trust at every level", family=Family.ENABLER),
    Code("identity", "Kept identities", family=Family.ENABLER),
    Code("funding_cycles", "Funding cycles", family=Family.BARRIER, lifters=("government", "the partners")),
    Code("engagement", "Staff and union engagement", family=Family.BARRIER, lifters=("the partners",)),
    Code("estate", "Shared stations", about="shared_estate"),
)
SAYS = "Sharing the station waits for the money, and we trust them."


def _interviews() -> Coded:
    """Give eight interviews with the police and four with fire: all of the estate, six name money, two name trust."""
    interviews, passages = [], []
    for number in range(12):
        service = "police" if number < 8 else "fire"
        speaker = Speaker(f"s{number:02}", "station manager", service, "North", Consent.QUOTE)
        interviews.append(
            Interview(
                f"i{number:02}",
                None,
                "",
                SAYS,
                (speaker,),
                (Turn(speaker.id, 0, len(SAYS)),),
            )
        )
        coded = [
            "estate",
            *(["funding_cycles"] if number < 6 else []),
            *(["engagement"] if number < 7 else []),
        ]
        coded += ["trust"] if number in (10, 11) else []
        passages += [
            Passage(f"p{number:02}-{code}", f"i{number:02}", 0, len(SAYS), code, "c1") for code in coded
        ]
    return Coded(Approach.REFLEXIVE, tuple(interviews), CODES, (Coder("c1", "A"),), tuple(passages))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Give Littleton with a survey of 120 people, replies and barriers that interviews name."""
    folder = tmp_path_factory.mktemp("heard") / "littleton"
    shutil.copytree(LITTLETON, folder)
    for each in ("interviews", "survey", "views"):
        shutil.rmtree(folder / each, ignore_errors=True)
    (folder / "tables" / "attendances.csv").unlink()
    (folder / "barriers.csv").write_text(
        "barrier_id,kind,sentence,lifter,option_id,months\n"
        f"funding_cycles,Funding cycles,Grants end in March,government,{OVERWATER},12\n"
        f"engagement,Staff and union engagement,Staff have not been asked,the partners,{OVERWATER},12\n",
        encoding="utf-8",
    )
    (folder / "survey").mkdir()
    (folder / "survey" / "survey.toml").write_text(
        '[survey]\nname = "Residents {2025}"\npopulation = "adults in Littleton"\nsample = "quota"\nanswers = "answers.csv"\n',
        encoding="utf-8",
    )
    (folder / "survey" / "questions.csv").write_text(
        "question,kind,wording,options,about\nmore,single,Should they work together more?,1=Yes|2=No,\n"
        "roof,single,Should they share stations?,1=Yes|2=No,shared_estate\n",
        encoding="utf-8",
    )
    (folder / "survey" / "answers.csv").write_text(
        "more,roof\n" + "1,1\n" * 80 + "1,2\n" * 10 + "2,2\n" * 30, encoding="utf-8"
    )
    (folder / "views").mkdir()
    (folder / "views" / "consultation.csv").write_text(
        "reply_id,respondent_type,role,option,position,text\n"
        "r1,organisation,unions,shared estate,oppose,No\nr2,organisation,chief constables,shared estate,support,Yes\n"
        f"r3,individual,,{OVERWATER},support,Good\n",
        encoding="utf-8",
    )
    read = Study.read(folder)
    # The reader of interviews has tests of its own; these are the words that the chapter is about.
    vars(read.heard)["coded"] = _interviews()
    return read


def shown(study: Study, *chapters: Chapter) -> tuple[PublishedChapter, ...]:
    return publish(Draft("T", "", chapters, (), option_pages(study))).chapters


def table(chapter: PublishedChapter, name: str) -> PublishedTable:
    return next(each for each in chapter.blocks if isinstance(each, PublishedTable) and each.name == name)


def test_what_six_interviews_name_is_said_and_what_two_name_is_hidden(study: Study) -> None:
    chapter, _ = shown(study, *evidence_chapters(study))
    barriers = {row[0].text: row for row in table(chapter, "evidence-barriers").rows}
    assert barriers["Funding cycles"][1].text == "government and the partners"
    assert barriers["Funding cycles"][-1].text == "6"
    enablers = {row[0].text: row for row in table(chapter, "evidence-enablers").rows}
    assert enablers["Trust at every level"][-1].text == "[c]"


def test_a_service_of_four_speakers_has_no_column_that_would_say_what_each_thinks(study: Study) -> None:
    chapter, _ = shown(study, *evidence_chapters(study))
    barriers = table(chapter, "evidence-barriers")
    # Four of fire spoke, and eight of the police: beside all twelve, either column would give away the other.
    assert barriers.headers == ("Barrier", "Who could lift it", "All speakers")
    assert barriers.rows[-1][-1].text == "12"


def test_the_first_answers_open_the_report(study: Study) -> None:
    opening = Draft("T", "", [study_chapter(study)], ())
    (chapter,) = publish(opening).chapters
    text = " ".join([chapter.answer, *(str(each) for each in chapter.blocks)])
    assert "75.0% of those who answered said “Yes” when asked “Should they work together more?”" in text
    assert "7 of 12 interviews name staff and union engagement as standing in the way" in text


def study_chapter(study: Study) -> Chapter:
    first, *rest = evidence_answers(study)
    return Chapter("answer", "The answer", first, tuple(rest))


def test_a_quota_sample_gets_shares_and_no_interval(study: Study) -> None:
    chapter, _ = shown(study, *evidence_chapters(study))
    rows = {row[0].text: row[2].text for row in table(chapter, "survey").rows}
    assert rows["Should they work together more? Yes"] == "75.0%"
    assert not any(" to " in each for each in rows.values())
    charts = [each for each in chapter.blocks if isinstance(each, PublishedChart)]
    assert len(charts) == 2
    assert "no margin of error" in charts[0].source


def test_readiness_stands_beside_the_money_of_the_best_option_of_the_kind(study: Study) -> None:
    _, chapter = shown(study, *evidence_chapters(study))
    (row,) = table(chapter, "readiness").rows
    best = max(
        (each for each in study.assessment.options if each.option.kind == "shared estate"),
        key=lambda each: float(each.appraisal.npsv[0]),
    )
    assert row[0].text == "Shared estate"
    assert row[3].text == "Staff and union engagement; Funding cycles"
    assert [row[5].text, row[6].text] == ["1", "1"]
    assert best.option.id in study.readiness


def test_money_waits_on_a_grant_and_never_on_the_engagement_of_staff(study: Study) -> None:
    _, chapter = shown(study, *evidence_chapters(study))
    said = [item for each in chapter.blocks if isinstance(each, PublishedBullets) for item in each.items]
    waits = {each.split(",")[0].split(":")[0]: each for each in said}
    assert "£" in waits["Funding cycles"]
    assert "months" in waits["Funding cycles"]
    assert "nothing is attributed" in waits["Staff and union engagement"]
    assert "£" not in waits["Staff and union engagement"]


def test_evidence_leaves_the_worth_of_every_option_as_it_was(study: Study, tmp_path: Path) -> None:
    silent = tmp_path / "littleton"
    shutil.copytree(study.folder, silent)
    shutil.rmtree(silent / "survey")
    shutil.rmtree(silent / "views")
    without = Study.read(silent)
    assert [each.appraisal.npsv.tolist() for each in without.assessment.options] == [
        each.appraisal.npsv.tolist() for each in study.assessment.options
    ]
    (nothing,) = evidence_chapters(without)
    assert "interviews" in nothing.missing


def test_an_option_s_page_says_what_people_say_of_it(study: Study) -> None:
    (chapter,) = shown(study, *said_chapter(study, OVERWATER))
    rows = {row[0].text: [cell.text for cell in row[2:]] for row in table(chapter, "said").rows}
    assert rows["Funding cycles"] == ["6", "12", "government and the partners"]
    asked = {row[0].text: row[1].text for row in table(chapter, "asked").rows}
    assert asked["Should they share stations? Yes"] == "66.7%"
    assert [row[1].text for row in table(chapter, "replied").rows][:2] == ["1", "1"]
    # Four people of fire spoke: too few for any of it to be said.
    assert chapter.answer.startswith("Too few people of each service")


def test_a_mistake_in_what_people_said_stops_a_report_before_anything_is_worked_out(tmp_path: Path) -> None:
    folder = tmp_path / "littleton"
    shutil.copytree(LITTLETON, folder)
    path = folder / "interviews" / "passages.csv"
    path.write_text(path.read_text("utf-8").replace("121,203", "121,99999"), encoding="utf-8")
    study = Study.read(folder)
    with pytest.raises(Refusal, match=r"passages.csv, row 2, column end: 99999 lies past the end"):
        draft(study)
    assert not {"assessment", "played", "estate", "planned"} & set(vars(study))
