"""A survey's folder: what is read, what is said of it and what is refused (§6.3)."""

from __future__ import annotations

import base64
import json
import random
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from joinedup.disclosure import Mark
from joinedup.evidence import Sample, Survey, survey_of
from joinedup.refusal import Refusal
from joinedup.wording import Unit
from tests.evidence.survey.surveys import ANSWERS, QUESTIONS, folder, hundred_and_fifty
from tests.evidence.survey.test_spss import PACKED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROBABILITY = 'sample = "probability"\nweight = "w"\ngroups = "sex"\ninvited = 300'


def read(
    path: Path, rows: Sequence[Sequence[object]] | None = None, settings: str = PROBABILITY, **others: str
) -> Survey:
    survey = survey_of(folder(path, hundred_and_fifty() if rows is None else rows, settings, **others))
    assert survey is not None
    return survey


def question(survey: Survey, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in survey.as_json()["questions"] if each["question"] == name)
    return found


def test_a_study_without_the_folder_has_no_survey(tmp_path: Path) -> None:
    assert survey_of(tmp_path) is None


def test_shares_are_weighted_and_bases_are_not(tmp_path: Path) -> None:
    found = question(read(tmp_path), "joint")
    rows = [each for each in hundred_and_fifty() if each[0] != 9]
    weight = {5: 0.0, 4: 0.0, 3: 0.0, 2: 0.0, 8: 0.0}
    for answer, *_, w in rows:
        weight[int(str(answer))] += float(str(w))
    assert (found["base"], found["missing"]) == (135, 15)
    shares = {each["answer"]: each["value"] for each in found["answers"]}
    whole = sum(weight.values())
    assert shares["Strongly agree"] == pytest.approx(weight[5] / whole)
    assert shares["Strongly disagree"] == 0
    assert sum(shares.values()) == pytest.approx(1)
    assert found["net"]["value"] == pytest.approx((weight[5] + weight[4] - weight[2]) / whole)


def test_do_not_know_is_an_answer_and_missing_is_none(tmp_path: Path) -> None:
    found = question(read(tmp_path), "joint")
    unknown = [each for each in found["answers"] if each["do_not_know"]]
    assert [each["answer"] for each in unknown] == ["Do not know"]
    assert unknown[0]["base"] == 135
    rows = [(5, "m", 1, 0, each, 1) for each in [10] * 60 + [20] * 60 + [998] * 5 + [999] * 3 + [""] * 2]
    number = question(read(tmp_path / "b", rows), "waited")
    assert (number["base"], number["missing"]) == (125, 5)
    assert (number["mean"]["base"], number["mean"]["value"]) == (120, 15)
    assert number["answers"][0]["value"] == pytest.approx(5 / 125)


def test_a_multiple_question_has_shares_of_all_who_answered_it(tmp_path: Path) -> None:
    heard = [(1, 1)] * 40 + [(1, 0)] * 40 + [(0, 0)] * 20 + [(-1, -1)] * 7 + [("", "")] * 3
    rows = [(5, "m", *each, 3, 1) for each in heard]
    found = question(read(tmp_path, rows), "heard")
    assert (found["base"], found["missing"]) == (100, 10)
    assert {each["answer"]: each["value"] for each in found["answers"]} == {
        "Newspaper": pytest.approx(0.8),
        "Radio": pytest.approx(0.4),
    }


def test_a_multiple_question_may_stand_in_one_column(tmp_path: Path) -> None:
    questions = "question,kind,wording,options\nheard,multiple,,p=Newspaper|r=Radio\n"
    rows = [("p; r",)] * 60 + [("p",)] * 30 + [("",)] * 10
    survey = survey_of(folder(tmp_path, rows, questions=questions, columns=("heard",)))
    assert survey is not None
    assert [each.share.value for each in survey.answers["heard"].options] == [1.0, pytest.approx(60 / 90)]


@pytest.mark.parametrize("kind", [each for each in Sample if not each.has_margin])
def test_only_a_probability_sample_has_a_margin_of_error(tmp_path: Path, kind: Sample) -> None:
    survey = read(tmp_path, settings=f'sample = "{kind.value}"\nweight = "w"\ngroups = "sex"')
    found = question(survey, "joint")
    for each in (
        *found["answers"],
        found["net"],
        *question(survey, "waited")["by"][0]["groups"][0]["answers"],
    ):
        assert each["low"] is each["high"] is each["error"] is each["design_effect"] is None
    assert found["by"][0]["association"] is None
    assert "margin" in survey.as_json()["may_say"] or "nobody else" in survey.as_json()["may_say"]
    drawn = question(read(tmp_path / "drawn"), "joint")
    assert drawn["answers"][0]["value"] == pytest.approx(found["answers"][0]["value"])
    assert drawn["answers"][0]["low"] < drawn["answers"][0]["value"] < drawn["answers"][0]["high"]
    assert drawn["by"][0]["association"]["base"] == 135


def test_a_sample_that_chance_did_not_draw_has_no_strata(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"survey\.toml: a sample of kind 'quota' was not drawn by chance"):
        read(tmp_path, settings='sample = "quota"\nstrata = "sex"')


def test_small_bases_are_hidden_or_marked(tmp_path: Path) -> None:
    rows = [(5, "m", 1, 0, 3, 1)] * 29 + [(4, "f", 1, 0, 3, 1)] * 121
    survey = read(tmp_path, rows)
    men, women = question(survey, "joint")["by"][0]["groups"]
    assert men["group"] == "Men"
    assert {each["mark"] for each in men["answers"]} == {"[c]"}
    assert {each["value"] for each in men["answers"]} == {None}
    assert men["base"] == 29
    assert {each["mark"] for each in women["answers"]} == {""}
    marked = question(read(tmp_path / "b", [*rows, rows[0]]), "joint")["by"][0]["groups"][0]["answers"][0]
    assert (marked["mark"], marked["value"]) == ("[u]", 1)


def test_a_figure_on_its_way_out_is_hidden_by_the_same_rule(tmp_path: Path) -> None:
    survey = read(tmp_path, [(5, "m", 1, 0, 3, 1)] * 20)
    figure = survey.figure(survey.answers["joint"].options[0].share, Unit.SHARE)
    assert (figure.number, figure.mark) == (None, Mark.CONFIDENTIAL)
    survey = read(tmp_path / "b")
    figure = survey.figure(survey.answers["joint"].options[0].share, Unit.SHARE)
    assert (figure.base, figure.mark) == (135, Mark.NONE)


def test_the_response_rate_is_said_where_it_is_known(tmp_path: Path) -> None:
    assert read(tmp_path).as_json()["response_rate"] == 0.5
    assert read(tmp_path / "b", settings='sample = "open link"').response_rate is None


def test_the_same_answers_in_another_order_are_the_same_bytes(tmp_path: Path) -> None:
    rows = hundred_and_fifty()
    turned = random.Random(3).sample(rows, len(rows))
    one, other = (
        json.dumps(read(tmp_path / name, each).as_json()) for name, each in (("a", rows), ("b", turned))
    )
    assert one == other


def test_weights_are_raked_to_targets_and_the_report_says_how_well(tmp_path: Path) -> None:
    targets = "margin,category,target\nsex,m,0.3\nsex,f,0.7\n"
    settings = PROBABILITY + '\ntargets = "targets.csv"\ntrim = [0.2, 4]'
    survey = read(tmp_path, settings=settings, targets=targets)
    shares = {each["answer"]: each["value"] for each in question(survey, "sex")["answers"]}
    assert shares == {"Men": pytest.approx(0.3), "Women": pytest.approx(0.7)}
    weighting = survey.as_json()["weighting"]
    assert weighting["converged"]
    assert weighting["lightest"] < 1 < weighting["heaviest"]
    assert weighting["design_effect"] == pytest.approx(150 / weighting["effective_base"])
    with pytest.raises(Refusal, match=r"targets\.csv: margin sex: 'm' has no target"):
        read(tmp_path / "b", settings=settings, targets="margin,category,target\nsex,f,1\n")


def test_strata_clusters_and_a_population_reach_the_design(tmp_path: Path) -> None:
    rows = [(5 if at % 3 else 2, "m", 1, 0, 3, 2.0, at % 2, at % 20, 40) for at in range(200)]
    columns = (*ANSWERS, "region", "ward", "wards")
    plain = survey_of(folder(tmp_path / "a", rows, 'sample = "probability"\nweight = "w"', columns=columns))
    settings = 'sample = "probability"\nweight = "w"\nstrata = "region"\nclusters = "ward"\nfpc = "wards"'
    drawn = survey_of(folder(tmp_path / "b", rows, settings, columns=columns))
    assert plain is not None
    assert drawn is not None
    assert len(drawn.design.stages[0].stratum) == 20
    assert set(drawn.design.stages[0].fraction) == {0.25}
    one, other = (each.answers["joint"].options[0].share for each in (plain, drawn))
    assert one.value == other.value
    assert one.error != other.error


def test_tabs_and_gzip_and_spss_are_read_too(tmp_path: Path) -> None:
    csv = folder(tmp_path / "a", hundred_and_fifty()) / "survey"
    tabs = folder(tmp_path / "b", [], 'sample = "probability"\nanswers = "answers.tab.gz"') / "survey"
    text = (csv / "answers.csv").read_text("utf-8").replace(",", "\t").encode()
    packed = zlib.compressobj(wbits=31)
    (tabs / "answers.tab.gz").write_bytes(packed.compress(text) + packed.flush())
    one, other = survey_of(tmp_path / "a"), survey_of(tmp_path / "b")
    assert one is not None
    assert other is not None
    assert one.as_json()["questions"] == other.as_json()["questions"]
    questions = "question,kind,wording\nq1,single,\nage,number,\n"
    sav = folder(tmp_path / "c", [], 'sample = "quota"\nanswers = "a.sav"', questions) / "survey"
    (sav / "a.sav").write_bytes(zlib.decompress(base64.b85decode(PACKED)))
    spss = survey_of(tmp_path / "c")
    assert spss is not None
    answers = spss.answers
    assert [each.words for each in answers["q1"].options] == ["Yes", "No"]
    assert [each.share.value for each in answers["q1"].options] == [
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
    ]
    assert (answers["q1"].missing, answers["age"].missing) == (2, 1)


@pytest.mark.parametrize(
    ("rows", "questions", "settings", "says"),
    [
        (
            [(5, "m", 1, 0, 3, 1), (7, "m", 1, 0, 3, 1)],
            QUESTIONS,
            "",
            r"answers\.csv, row 3, column joint: '7' is none",
        ),
        ([(5, "m", 1, 0, "x", 1)], QUESTIONS, "", r"answers\.csv, row 2, column waited: 'x' is not a number"),
        ([(5, "m", 3, 0, 3, 1)], QUESTIONS, "", r"answers\.csv, row 2, column h_paper: '3' is neither 1"),
        (
            [(5, "m", 1, 0, 3, "")],
            QUESTIONS,
            'weight = "w"',
            r"answers\.csv, row 2, column w: '' is not a number",
        ),
        (
            [(5, "m", 1, 0, 3, -1)],
            QUESTIONS,
            'weight = "w"',
            r"row 2, column w: a weight must not be below 0",
        ),
        (
            [(5, "m", 1, 0, 3, 1)],
            QUESTIONS,
            'weight = "ww"',
            r"row 1: the column ww is missing, which survey\.toml names",
        ),
        ([(5, "m", 1, 0, 3, 1)], QUESTIONS, 'wieght = "w"', r"unknown key 'wieght' .*did you mean 'weight'"),
        (
            [(5, "m", 1, 0, 3, 1)],
            QUESTIONS,
            'groups = "heard"',
            r"group 'heard' is no single or Likert question",
        ),
        (
            [(5, "m", 1, 0, 3, 1)],
            QUESTIONS + "jiont,single,,,,,\n",
            "",
            r"row 1: the column jiont is missing",
        ),
        (
            [(5, "m", 1, 0, 3, 1)],
            QUESTIONS + "sex,single,,,,,\n",
            "",
            r"questions\.csv, row 6, column question: 'sex'",
        ),
        (
            [(5, "m", 1, 0, 3, 1)],
            "question,kind,wording\nsex,sinlge,\n",
            "",
            r"row 2, column kind: .*did you mean 'single'",
        ),
        (
            [(5, "m", 1, 0, 3, 1)],
            "question,kind,wording\njoint,likert,\n",
            "",
            r"row 2, column options: a Likert question",
        ),
        ([], QUESTIONS, "", r"answers\.csv, row 2: nobody answered"),
    ],
)
def test_a_mistake_is_named_by_file_row_and_column(
    tmp_path: Path, rows: list[tuple[object, ...]], questions: str, settings: str, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        survey_of(folder(tmp_path, rows, f'sample = "probability"\n{settings}', questions))


def test_the_kind_of_sample_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"'sample' under \[survey\] is missing"):
        survey_of(folder(tmp_path, hundred_and_fifty(), ""))
    with pytest.raises(Refusal, match="sample 'random' is not known; write one of probability, quota"):
        survey_of(folder(tmp_path, hundred_and_fifty(), 'sample = "random"'))


def test_a_file_of_answers_that_is_not_there_or_has_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        Refusal, match=r"other\.csv: there is no such file; name the file of answers in survey\.toml"
    ):
        survey_of(folder(tmp_path, [], 'sample = "quota"\nanswers = "other.csv"'))
    with pytest.raises(Refusal, match=r"answers\.csv, row 1, column w: stands twice"):
        survey_of(
            folder(tmp_path, [(1, 2)], questions="question,kind,wording\nw,number,\n", columns=("w", " w"))
        )


def test_a_column_that_looks_like_a_person_is_refused(tmp_path: Path) -> None:
    rows = [(*row, f"p{at}@example.org") for at, row in enumerate(hundred_and_fifty())]
    with pytest.raises(Refusal, match="column email: looks like personal data"):
        survey_of(folder(tmp_path, rows, columns=(*ANSWERS, "email")))
    with pytest.raises(Refusal, match=r"column why: looks like personal data.*e-mail"):
        survey_of(folder(tmp_path, rows, questions=QUESTIONS + "why,text,,,,,\n", columns=(*ANSWERS, "why")))
