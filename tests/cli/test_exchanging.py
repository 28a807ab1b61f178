"""The commands that exchange interviews with other programs (§6.1, §8.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner, Result

from joinedup.cli.exchanging import export_interviews, import_interviews
from joinedup.evidence import coded_of
from joinedup.evidence.exchange import read_codebook, read_project, write_plain, write_project
from joinedup.evidence.passages import Approach
from joinedup.refusal import Refusal
from tests.evidence.exchange.foreign import TEXT, project, selections, written
from tests.evidence.exchange.heard import small
from tests.evidence.exchange.test_plain_writing import as_plain

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer()
app.command("export")(export_interviews)
app.command("import")(import_interviews)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    write_plain(as_plain(small()), folder, for_outside=False)
    (folder / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    return folder


def test_a_study_goes_out_whole_and_comes_back_equal(study: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "p.qdpx", tmp_path / "back"
    assert "words of everybody" in run("export", study, "--out", out, "--whole").output
    answer = json.loads(run("import", out, "--into", back, "--json").output)
    assert (answer["interviews"], answer["passages"], answer["end"]) == (3, 5, "exclusive")
    assert coded_of(back, Approach.RELIABILITY) == coded_of(study, Approach.RELIABILITY)


def test_without_asking_nobodys_words_leave_who_did_not_agree(study: Path, tmp_path: Path) -> None:
    said = run("export", study, "--out", tmp_path / "p.qdpx").output
    assert "In 1 interviews words are blanked" in said
    assert "Count me" not in read_project(tmp_path / "p.qdpx").coded.interview["i2"].text
    run("export", study, "--out", tmp_path / "folder")
    assert "Count me" not in (tmp_path / "folder" / "interviews" / "i2.txt").read_text("utf-8")


def test_a_codebook_goes_out_and_comes_in(study: Path, tmp_path: Path) -> None:
    run("export", study, "--out", tmp_path / "c.qdc")
    codes = read_codebook(tmp_path / "c.qdc")
    assert [each.id for each in codes] == ["trust", "money", "how"]
    assert "3 codes" in run("import", tmp_path / "c.qdc", "--into", tmp_path / "other").output


def test_a_project_of_another_program_is_taken_over_with_what_was_assumed(tmp_path: Path) -> None:
    path = written(
        tmp_path / "p.qdpx", project(selections(["the end."])), {"Sources/text.txt": TEXT.encode()}
    )
    said = run("import", path, "--into", tmp_path / "study").output
    assert "from Another 1.0" in said
    assert "Note: 1 sources have no case" in said
    coded = coded_of(tmp_path / "study", Approach.REFLEXIVE)
    assert coded is not None
    assert [coded.words(each) for each in coded.passages] == ["the end."]


def test_what_cannot_be_done_is_said_before_anything_is_written(study: Path, tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=False)
    with pytest.raises(Refusal, match="holds interviews already"):
        run("import", tmp_path / "p.qdpx", "--into", study)
    (tmp_path / "stored").mkdir()
    (tmp_path / "stored" / "evidence.db").write_bytes(b"")
    with pytest.raises(Refusal, match=r"keeps its interviews in evidence\.db"):
        run("import", tmp_path / "p.qdpx", "--into", tmp_path / "stored")
    with pytest.raises(Refusal, match="is neither a project"):
        run("import", tmp_path / "p.docx", "--into", tmp_path / "new")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    with pytest.raises(Refusal, match="holds no interviews"):
        run("export", empty, "--out", tmp_path / "x.qdpx")
    # A study without interviews still has the codebook to start from.
    run("export", empty, "--out", tmp_path / "c.qdc")
    assert len(read_codebook(tmp_path / "c.qdc")) > 10
