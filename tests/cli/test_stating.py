"""The commands that keep statements on their evidence: what stands is in the report, what lost its ground is not (§6.1)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from joinedup.cli.stating import state, statements
from joinedup.disclosure import Draft, publish
from joinedup.evidence import STORE
from joinedup.evidence.store import Store
from joinedup.evidence.vault import FILE, Vault
from joinedup.refusal import Refusal
from joinedup.study import Study
from joinedup.study.drafting.evidence import evidence_chapters
from joinedup.study.drafting.option_pages import option_pages
from tests.small import LITTLETON
from tests.stored import PASSPHRASE, stored_littleton

app = typer.Typer()
app.command()(state)
app.command()(statements)

SENTENCE = "Crews trust each other, and most residents want more of it."
PASSAGE, FIGURE, REPLY = "Q08", "survey/more_joint/Yes", "views/R04"
ON_ALL = ("--passage", PASSAGE, "--figure", FIGURE, "--reply", REPLY)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def told(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give Littleton with a statement on a passage, a figure and a reply."""
    folder = tmp_path_factory.mktemp("stated") / "study"
    stored_littleton(folder)
    run("state", folder, SENTENCE, *ON_ALL, "--by", "ida")
    return folder


@pytest.fixture
def folder(stated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stated, tmp_path / "study"))


def in_chapter(folder: Path) -> bool:
    study = Study.read(folder)
    published = publish(Draft("T", "", evidence_chapters(study), (), option_pages(study)))
    return SENTENCE in " ".join(str(block) for chapter in published.chapters for block in chapter.blocks)


def lost(folder: Path) -> list[tuple[str, str]]:
    found = told("statements", folder)
    assert found["standing"] == []
    (statement,) = found["lost"]
    assert statement["sentence"] == SENTENCE
    return [(each["target"], each["why"]) for each in statement["lost"]]


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_statement_stands_in_the_list_and_in_the_report(folder: Path) -> None:
    found = told("statements", folder)
    assert found["lost"] == []
    (statement,) = found["standing"]
    assert {each["target"] for each in statement["citations"]} == {PASSAGE, FIGURE, REPLY}
    assert in_chapter(folder)
    shown = run("statements", folder)
    assert "that the report makes" in shown
    assert "leaves out" not in shown
    with Store.open(folder / STORE) as store:
        line = store.log_lines()[-1]
    assert (line.who, line.what, line.about["statement"]) == ("ida", "stated", statement["id"])


def test_who_withdraws_takes_the_statement_out_of_the_report(folder: Path) -> None:
    with Store.open(folder / STORE) as store:
        store.withdraw(Vault.open(folder / FILE, PASSPHRASE), "ida", speaker="S2")
    assert lost(folder) == [(PASSAGE, "withdrawn")]
    assert not in_chapter(folder)
    shown = run("statements", folder)
    assert "that the report leaves out" in shown
    assert f"passage {PASSAGE}: withdrawn" in shown


def test_an_answer_that_changed_takes_the_statement_out_until_it_is_stated_again(
    folder: Path,
) -> None:
    rewrite(folder / "survey" / "answers.csv", "town,50,1,1\ntown,50,1,1\n", "town,50,2,1\ntown,50,1,1\n")
    assert lost(folder) == [(FIGURE, "reads otherwise now")]
    assert not in_chapter(folder)
    first = told("statements", folder)["lost"][0]["id"]
    assert told("state", folder, SENTENCE, *ON_ALL, "--by", "bo")["id"] == first
    assert told("statements", folder)["lost"] == []
    assert in_chapter(folder)


def test_a_reply_that_was_taken_out_is_gone(folder: Path) -> None:
    path = folder / "views" / "consultation.csv"
    kept = [each for each in path.read_text("utf-8").splitlines() if not each.startswith("R04,")]
    path.write_text("\n".join([*kept, ""]), "utf-8")
    assert lost(folder) == [(REPLY, "gone")]
    assert not in_chapter(folder)


@pytest.mark.parametrize(
    ("cited", "why"),
    [
        (("--passage", "Q99"), "the passage 'Q99' is not there, so nothing can rest on it; name another"),
        (("--figure", "survey/more_joint/Perhaps"), "the figure 'survey/more_joint/Perhaps' is not there"),
        (("--figure", "more_joint/Yes"), "write a figure as survey/QUESTION/ANSWER"),
        (("--reply", "R04"), "a reply as views/REPLY"),
        ((), "cites nothing; name at least one passage, figure or reply"),
    ],
)
def test_what_is_not_there_carries_no_statement(folder: Path, cited: tuple[str, ...], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        run("state", folder, "Another sentence.", *cited, "--by", "ida")
    assert len(told("statements", folder)["standing"]) == 1


def test_nobody_states_anything_unnamed(folder: Path) -> None:
    result = CliRunner().invoke(app, ["state", str(folder), "Another.", "--passage", PASSAGE, "--by", " "])
    assert result.exit_code == 2
    assert len(told("statements", folder)["standing"]) == 1


def test_a_study_without_a_store_says_what_makes_one() -> None:
    with pytest.raises(Refusal, match="has no evidence store; 'joinedup interviews take' makes one"):
        run("statements", LITTLETON)


def test_a_store_without_statements_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    Store.make(tmp_path / STORE).close()
    assert "joinedup state" in run("statements", tmp_path)
