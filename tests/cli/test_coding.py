"""The commands of those who code: bringing coding in, the codebook, search and suggestions (§6.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from joinedup.cli.coding import code, codes, find, suggest_passages
from joinedup.evidence import coding
from joinedup.evidence.codebook import starting_codebook
from joinedup.evidence.passages import Coder
from joinedup.evidence.store import FILE, Store
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import hear
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer()
app.command("code")(code)
app.command("codes")(codes)
app.command("find")(find)
app.command("suggest")(suggest_passages)

SAID = "We trust their chief completely. The roof leaks. Crews trust the other chief completely."


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def told(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    return tmp_path


@pytest.fixture
def coded(study: Path) -> Path:
    with Store.make(study / FILE) as store, store.transaction() as transaction:
        hear(transaction, "I1", SAID, ("S1", 0, len(SAID)))
        hear(transaction, "I2", SAID, ("S2", 0, len(SAID)))
        coding.add_coder(transaction, Coder("ann", "Ann"))
        coding.make(transaction, "ann", starting_codebook())
        coding.lay(transaction, "ann", "trust", "I1", 0, 32)
    return study


def test_a_study_without_interviews_lists_the_codebook_to_start_from(study: Path) -> None:
    assert "no interviews yet" in run("codes", study)
    rows = told("codes", study)
    assert [each["id"] for each in rows] == [each.id for each in starting_codebook()]
    assert all(each["passages"] == each["suggested"] == 0 for each in rows)


def test_a_study_of_plain_files_counts_its_passages() -> None:
    rows = told("codes", LITTLETON)
    assert sum(each["passages"] for each in rows) > 0


def test_codes_are_counted_by_passages_interviews_and_coders(coded: Path) -> None:
    row = next(each for each in told("codes", coded) if each["id"] == "trust")
    assert (row["passages"], row["interviews"], row["coders"], row["suggested"]) == (1, 1, 1, 0)
    assert "Trust at every level" in run("codes", coded)


def test_what_was_said_is_found_with_marks_and_positions(coded: Path) -> None:
    assert "We »trust« their »chief«" in run("find", coded, "trust chief NOT ambulance")
    first, second = told("find", coded, '"roof leaks"')
    assert (first["interview"], first["speaker"], first["places"]) == ("I1", "S1", [[37, 47]])
    assert second["interview"] == "I2"
    assert "Nothing of the kind" in run("find", coded, "helicopter")
    with pytest.raises(Refusal, match="a quotation mark is left open"):
        run("find", coded, '"roof')


def test_suggestions_are_offered_decided_and_counted(coded: Path) -> None:
    answer = told("suggest", coded, "trust")
    first, second, third = (each["id"] for each in answer["suggestions"])
    assert (answer["suggested"], answer["waiting"], answer["accepted"], answer["refused"]) == (3, 3, 0, 0)
    assert first == "trust/I2/0-32"
    answer = told("suggest", coded, "trust", "--accept", first, "--refuse", second, "--coder", "ann")
    assert [each["id"] for each in answer["suggestions"]] == [third]
    assert (answer["suggested"], answer["waiting"], answer["accepted"], answer["refused"]) == (3, 1, 1, 1)
    shown = run("suggest", coded, "trust", "--most", 1)
    assert "1 accepted and 1 refused" in shown
    assert third in shown
    row = next(each for each in told("codes", coded) if each["id"] == "trust")
    assert (row["passages"], row["suggested"], row["accepted"], row["refused"]) == (2, 3, 1, 1)
    with pytest.raises(Refusal, match="name the coder with --coder"):
        run("suggest", coded, "trust", "--refuse", third)


def test_without_a_study_or_a_store_the_way_on_is_said(study: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no evidence store; 'joinedup interviews take' makes one"):
        run("find", study, "trust")
    with pytest.raises(Refusal, match="no such folder"):
        run("codes", tmp_path / "nowhere")
    with pytest.raises(Refusal, match="no such folder"):
        run("find", tmp_path / "nowhere", "trust")


HEAD = "passage_id,interview_id,start,end,code_id,coder,round,memo\n"


@pytest.fixture
def heard(study: Path) -> Path:
    """Give a study with two interviews that nobody has coded."""
    with Store.make(study / FILE) as store, store.transaction() as transaction:
        hear(transaction, "I1", SAID, ("S1", 0, len(SAID)))
        hear(transaction, "I2", SAID, ("S2", 0, len(SAID)))
    return study


def log_of(study: Path) -> list[tuple[str, str, dict[str, Any]]]:
    with Store.open(study / FILE) as store:
        return [(each.who, each.what, dict(each.about)) for each in store.log_lines()]


def passages_of(study: Path) -> list[str]:
    with Store.open(study / FILE) as store, store.reading() as transaction:
        return [each.id for each in coding.passages(transaction)]


def test_coding_comes_in_once_and_is_logged_without_a_word(heard: Path) -> None:
    file = heard / "mine.csv"
    file.write_text(
        HEAD + "p1,I1,0,32,trust,ann,1,they trust\np2,I2,0,32,trust,ann,1,\np3,I2,0,32,trust,ben,1,\n"
    )
    answer = told("code", heard, file, "--coder", "ann", "--name", "Ann")
    assert (answer["passages"], answer["interviews"], answer["others"]) == (
        ["p1", "p2"],
        ["I1", "I2"],
        {"ben": 1},
    )
    assert (answer["started"], answer["new_coder"], answer["again"]) == (len(starting_codebook()), True, 0)
    about = {
        "codes": len(starting_codebook()),
        "corrected_codes": 0,
        "passages": 2,
        "interviews": ["I1", "I2"],
    }
    assert log_of(heard) == [("ann", "coding brought in", about)]
    again = run("code", heard, file, "--coder", "ann")
    assert "0 passages on 0 interviews are new, 2 stood already" in again
    assert "1 passages of 'ben'; bring them in with --coder ALIAS --from ben" in again
    assert len(log_of(heard)) == 1
    shown = run("code", heard, file, "--coder", "second", "--from", "ben", "--round", 2)
    assert "'second' had not coded here before" in shown
    row = next(each for each in told("codes", heard) if each["id"] == "trust")
    assert (row["passages"], row["interviews"], row["coders"]) == (3, 2, 2)


def test_one_mistake_leaves_the_store_as_it_was(heard: Path) -> None:
    file = heard / "mine.csv"
    file.write_text(HEAD + "p1,I1,0,32,trust,ann,1,\np2,I2,0,3200,trust,ann,1,\n")
    with pytest.raises(Refusal, match=r"mine\.csv, row 3, column end"):
        run("code", heard, file, "--coder", "ann")
    assert passages_of(heard) == []
    assert log_of(heard) == []
    with Store.open(heard / FILE) as store, store.reading() as transaction:
        assert coding.codes(transaction) == ()
    with pytest.raises(Refusal, match="there is no coder 'ann'"):
        run("code", heard, "--undo", "--coder", "ann")


def test_a_coder_takes_the_last_bringing_back_and_makes_it_again(heard: Path) -> None:
    file = heard / "mine.csv"
    file.write_text(HEAD + "p1,I1,0,32,trust,ann,1,\n")
    run("code", heard, file, "--coder", "ann")
    file.write_text(HEAD + "q1,I2,0,32,trust,ben,1,\n")
    run("code", heard, file, "--coder", "ben")
    assert told("code", heard, "--undo", "--coder", "ann") == {
        "coder": "ann",
        "taken_back": "took in 1 passages",
    }
    assert passages_of(heard) == ["q1"]
    assert "made again: took in 1 passages" in run("code", heard, "--redo", "--coder", "ann")
    assert passages_of(heard) == ["p1", "q1"]
    assert [(who, what) for who, what, _ in log_of(heard)] == [
        ("ann", "coding brought in"),
        ("ben", "coding brought in"),
        ("ann", "coding taken back"),
        ("ann", "coding made again"),
    ]
    assert CliRunner().invoke(app, ["code", str(heard), "--coder", "ann"]).exit_code == 2
    assert CliRunner().invoke(app, ["code", str(heard), str(file), "--coder", "ann", "--undo"]).exit_code == 2


def test_coding_for_a_study_without_a_store_says_how_to_make_one(study: Path) -> None:
    with pytest.raises(Refusal, match="no evidence store; 'joinedup interviews take' makes one"):
        run("code", study, study / "mine.csv", "--coder", "ann")


def test_a_codebook_is_started_before_anything_is_coded(heard: Path) -> None:
    assert f"started with {len(starting_codebook())} codes" in run(
        "code", heard, "--start", "--coder", "lead"
    )
    assert [each["id"] for each in told("codes", heard)] == sorted(each.id for each in starting_codebook())
    with pytest.raises(Refusal, match="has a codebook already"):
        run("code", heard, "--start", "--coder", "lead")
