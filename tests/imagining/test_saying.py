"""What people say in an imagined area has a truth beside it, and changes no byte of what was there before (§6)."""

from __future__ import annotations

import csv
import tomllib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.evidence import Coefficient, Ratings, agreement, survey_of, views_of
from joinedup.evidence.codebook import codebook_of, starting_codebook
from joinedup.evidence.interviews import coded_of_plain
from joinedup.evidence.passages import Approach, Coded, Consent, Family
from joinedup.evidence.themes import Unit, ratings_of
from joinedup.imagining import Asked, Imagined, imagine
from joinedup.imagining.kinds import SERVICES
from joinedup.imagining.saying import Place
from joinedup.imagining.saying.bodies import bodies
from joinedup.imagining.saying.coding import CODERS
from joinedup.imagining.saying.wording import SENTENCES, THEMES, TOPICS
from joinedup.refusal import Refusal
from tests.imagining.imagined import bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID = ("interviews/", "survey/", "views/", "codebook.csv")
SAID_TRUTH = (
    "agreement.csv",
    "coders.csv",
    "consultation.csv",
    "holds.csv",
    "passages.parquet",
    "questionnaire.csv",
    "survey.csv",
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Imagined:
    return imagine(tmp_path_factory.mktemp("town") / "area", people=150_000, days=7, seed=5)


@pytest.fixture(scope="module")
def coded(town: Imagined) -> Coded:
    found = coded_of_plain(town.folder, Approach.RELIABILITY)
    assert found is not None
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def others(made: Imagined) -> Iterator[tuple[str, str]]:
    """Give every file of a study and its truth that does not come of what people say."""
    for name, digest in bytes_of(made.folder).items():
        if not name.startswith(SAID):
            yield name, digest
    for name, digest in bytes_of(made.truth).items():
        if name not in SAID_TRUTH:
            yield f"truth/{name}", digest


def test_asking_more_people_changes_no_byte_of_the_rest(tmp_path: Path) -> None:
    few = imagine(tmp_path / "few", people=30_000, days=5, seed=9)
    asked = Asked(interviews=3, groups=0, words=100, residents=0, replies=0)
    more = imagine(tmp_path / "more", people=30_000, days=5, seed=9, asked=asked)
    assert dict(others(few)) == dict(others(more))
    assert bytes_of(few.folder) != bytes_of(more.folder)


def test_the_rest_of_a_study_is_as_it_was_before_people_spoke(
    town: Imagined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("joinedup.imagining.fictional.written_saying", lambda *_: None)
    silent = imagine(tmp_path / "area", people=150_000, days=7, seed=5)
    assert dict(others(silent)) == dict(others(town))
    assert not any(name.startswith(SAID) for name in bytes_of(silent.folder))
    assert not set(bytes_of(silent.truth)) & set(SAID_TRUTH)


def test_every_sentence_is_where_the_truth_says_and_said_by_whom(town: Imagined, coded: Coded) -> None:
    truth = pl.read_parquet(town.truth / "passages.parquet")
    assert set(truth["code_id"]) <= {*THEMES, ""}
    for interview, speaker, start, end in truth.select("interview_id", "speaker", "start", "end").iter_rows():
        here = coded.interview[interview]
        words = here.text[start:end]
        assert words[0].isupper()
        assert words.endswith(".")
        found = here.speaker_at(start, end)
        assert found is not None
        assert found.id == speaker


def test_a_sentence_of_a_code_holds_one_of_its_lines(town: Imagined, coded: Coded) -> None:
    truth = pl.read_parquet(town.truth / "passages.parquet").filter(pl.col("code_id") != "")
    assert truth.height > 300
    for interview, start, end, code in truth.select("interview_id", "start", "end", "code_id").iter_rows():
        words = coded.interview[interview].text[start:end].lower()
        lines = [each.lower() for each in SENTENCES["codes"][code]["lines"]]
        # What stands between names and numbers must be there, piece by piece.
        assert any(all(part in words for part in _pieces(line)) for line in lines), (code, words)


def _pieces(line: str) -> list[str]:
    for name in ("{partner}", "{us}", "{years}"):
        line = line.replace(name, "\0")
    return [each for each in line.split("\0") if each]


def test_the_codes_are_those_of_the_codebook(town: Imagined) -> None:
    known = {each.id: each for each in starting_codebook()}
    families = [known[each].family for each in THEMES]
    assert families == [Family.ENABLER] * 7 + [Family.BARRIER] * 6
    assert [known[f"about_{each}"].about for each in TOPICS] == list(TOPICS)
    assert codebook_of(town.folder) == starting_codebook()


def test_the_truth_counts_the_speakers_of_each_service_that_hold_each_code(town: Imagined) -> None:
    truth = pl.read_parquet(town.truth / "passages.parquet")
    for row in rows(town.truth / "holds.csv"):
        own = truth.filter(pl.col("service") == row["service"])
        holding = own.filter(pl.col("code_id") == row["code_id"])["speaker"].n_unique()
        assert (own["speaker"].n_unique(), holding) == (int(row["speakers"]), int(row["holding"]))
        assert float(row["share"]) == pytest.approx(holding / int(row["speakers"]), abs=1e-6)


def test_one_speaker_has_withdrawn_and_their_words_are_nowhere(town: Imagined, coded: Coded) -> None:
    table = rows(town.folder / "interviews" / "interviews.csv")
    gone = [row for row in table if row["consent"] == "withdrawn"]
    assert len(gone) == 1
    assert not (town.folder / "interviews" / gone[0]["file"]).exists()
    assert coded.interview[gone[0]["interview_id"]].withdrawn
    truth = pl.read_parquet(town.truth / "passages.parquet")
    assert gone[0]["speaker"] not in set(truth["speaker"])
    assert {row["consent"] for row in table} == {each.value for each in Consent}


def test_speakers_are_of_every_service_and_of_several_levels(coded: Coded) -> None:
    speakers = [who for each in coded.interviews for who in each.speakers]
    assert {each.service for each in speakers} == {"police", "fire", "ambulance", "council", "union"}
    assert len({each.position for each in speakers}) > 15
    assert sum(each.is_group for each in coded.interviews) == 2


def test_a_transcript_is_as_long_as_was_asked_for(tmp_path: Path) -> None:
    asked = Asked(interviews=2, groups=1, words=4_000, residents=0, replies=0)
    made = imagine(tmp_path / "area", people=5_000, days=1, seed=2, asked=asked)
    for path in sorted((made.folder / "interviews").glob("*.txt")):
        assert len(path.read_text("utf-8").split()) == pytest.approx(4_300, rel=0.1)


def units(town: Imagined, coded: Coded) -> Ratings:
    """Give what each coder gave each sentence, "none" where nothing."""
    truth = pl.read_parquet(town.truth / "passages.parquet")
    places = list(truth.select("interview_id", "start").iter_rows())
    given = {
        (each.coder, each.interview, each.start): each.code
        for each in coded.passages
        if coded.code[each.code].family
    }
    return Ratings.of(
        {coder.id: [given.get((coder.id, *place), "none") for place in places] for coder in CODERS}
    )


def test_the_coders_agree_as_far_as_their_errors_let_them(town: Imagined, coded: Coded) -> None:
    found = agreement(units(town, coded), Coefficient.ALPHA)
    true = float(
        next(row["alpha_by_sentence"] for row in rows(town.truth / "agreement.csv") if not row["code_id"])
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low < true < found.high
    assert found.high - found.low < 0.1


def test_agreement_on_each_code_is_near_what_the_errors_make_it(town: Imagined, coded: Coded) -> None:
    held = []
    for row in rows(town.truth / "agreement.csv"):
        if row["code_id"]:
            found = agreement(ratings_of(coded, row["code_id"], Unit.SENTENCE), draws=200)
            assert found.low is not None
            assert found.high is not None
            held.append(found.low <= float(row["alpha_by_sentence"]) <= found.high)
    assert len(held) == len(THEMES)
    assert sum(held) >= 11


def test_a_coder_misses_mistakes_and_invents_as_often_as_the_truth_says(town: Imagined, coded: Coded) -> None:
    truth = pl.read_parquet(town.truth / "passages.parquet")
    given = units(town, coded)
    true = np.array(truth["code_id"].to_list())
    for at, row in enumerate(rows(town.truth / "coders.csv")):
        codes = np.array(given.categories)[given.codes[:, at]]
        of_code, of_none = true != "", true == ""
        for name, rate, base in (
            ("missed", (codes == "none") & of_code, of_code),
            ("mistaken", (codes != "none") & (codes != true) & of_code, of_code),
            ("invented", (codes != "none") & of_none, of_none),
        ):
            share, expected = rate.sum() / base.sum(), float(row[name])
            error = np.sqrt(expected * (1 - expected) / base.sum())
            assert abs(share - expected) < 4 * error, (row["coder"], name)


def test_the_survey_can_be_read_and_its_truth_is_near(town: Imagined) -> None:
    survey = survey_of(town.folder)
    assert survey is not None
    assert survey.settings.sample.has_margin
    assert survey.raked is not None
    assert survey.raked.converged
    true = {
        (row["question"], row["answer"]): float(row["value"])
        for row in rows(town.truth / "survey.csv")
        if row["measure"] == "share"
    }
    held = []
    for name in ("more_joint", "shared_estate", "co_responding", "governance"):
        codes = [code for question, code in true if question == name]
        for code, option in zip(codes, survey.answers[name].options, strict=True):
            assert option.unknown is (code == "8")
            share = option.share
            assert share.low is not None
            assert share.high is not None
            held.append(share.low <= true[name, code] <= share.high)
    assert np.mean(held) >= 0.8
    assert survey.answers["more_joint"].missing > 0


def test_about_72_of_100_want_more_joint_working(town: Imagined) -> None:
    """As many as the public poll of 2015 found; districts differ by a few points."""
    wanted = [
        float(row["value"])
        for row in rows(town.truth / "survey.csv")
        if (row["question"], row["measure"]) == ("more_joint", "in favour")
    ]
    assert wanted == [pytest.approx(0.72, abs=0.06)]


def test_the_questionnaire_has_those_who_did_not_reply_and_the_truth_what_they_think(town: Imagined) -> None:
    views = views_of(town.folder)
    assert views is not None
    assert views.questionnaire is not None
    whole = views.questionnaire.whole
    truth = rows(town.truth / "questionnaire.csv")
    assert len(truth) == whole.invited
    assert sum(row["replied"] == "yes" for row in truth) == whole.replied < whole.invited
    assert all(row["more_joint"] for row in truth)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_campaigns_that_were_sent_are_the_campaigns_that_are_found(tmp_path: Path, seed: int) -> None:
    asked = Asked(interviews=1, groups=0, words=50, residents=0, replies=400)
    made = imagine(tmp_path / "area", people=5_000, days=1, seed=seed, asked=asked)
    views = views_of(made.folder)
    assert views is not None
    assert views.consultation is not None
    sent: dict[str, set[str]] = {}
    for row in rows(made.truth / "consultation.csv"):
        if row["campaign"]:
            sent.setdefault(row["campaign"], set()).add(row["reply_id"])
    assert sorted(map(len, sent.values())) == [40, 80]
    assert {frozenset(each.replies) for each in views.consultation.campaigns} == {
        frozenset(each) for each in sent.values()
    }


def test_a_village_has_fewer_of_everything_and_a_county_as_many_as_in_2015() -> None:
    assert Asked.of(1_200_000) == Asked()
    assert (Asked().interviews, Asked().groups) == (51, 4)
    village = Asked.of(2_000)
    assert (village.interviews, village.groups, village.words) == (10, 1, 1_500)


@pytest.mark.parametrize("people", [1, 40, 400])
def test_a_hamlet_is_asked_too(tmp_path: Path, people: int) -> None:
    made = imagine(tmp_path / "area", people=people, days=1, seed=1)
    assert coded_of_plain(made.folder, Approach.RELIABILITY) is not None
    survey = survey_of(made.folder)
    assert survey is None or survey.base >= 30
    assert views_of(made.folder) is not None


@pytest.mark.slow
def test_a_large_area_is_asked_region_by_region(tmp_path: Path) -> None:
    asked = Asked(interviews=8, groups=2, words=60, residents=600, replies=20)
    made = imagine(tmp_path / "area", people=2_100_000, days=1, seed=1, asked=asked)
    coded = coded_of_plain(made.folder, Approach.RELIABILITY)
    assert coded is not None
    services = {who.service for each in coded.interviews for who in each.speakers}
    assert {each[-3:] for each in services if "-" in each} == {"-01", "-02"}
    settings = tomllib.loads((made.folder / "study.toml").read_text("utf-8"))
    assert {each for each in services if "-" in each} <= set(settings["study"]["partners"])
    survey = survey_of(made.folder)
    assert survey is not None
    assert survey.base > 300


def test_no_two_bodies_of_a_country_have_one_name() -> None:
    places = [
        Place(f"Region {number}", dict.fromkeys(SERVICES, ""), tuple(f"D{number}-{at}" for at in range(16)))
        for number in range(40)
    ]
    invited = [(each.body, each.role) for each in bodies(places, seed=1)]
    assert len(set(invited)) == len(invited) > 1_000


def test_fewer_than_none_cannot_be_asked() -> None:
    with pytest.raises(Refusal, match=r"asked words: 20 is too few; ask for 50 or more"):
        Asked(words=20)
