"""`joinedup codebook`: codes renamed, merged, split, moved, described and removed, and nothing of anybody's work lost (§6.1)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from joinedup.cli.codebook import CHANGED, codebook
from joinedup.cli.coding import code
from joinedup.evidence import coding
from joinedup.evidence.passages import Code, Coder
from joinedup.evidence.store import FILE, Store
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import CODES, hear

if TYPE_CHECKING:
    from joinedup.evidence.passages import Passage

app = typer.Typer()
app.add_typer(codebook, name="codebook")
app.command("code")(code)

SAID = "We trust their chief completely. The roof leaks."
ANN = ("--coder", "ann")


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def changed(*arguments: object) -> Any:
    return json.loads(run("codebook", *arguments, *ANN, "--json"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the study once; each test changes a copy."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    with Store.make(folder / FILE) as store, store.transaction() as transaction:
        hear(transaction, "I1", SAID, ("S1", 0, len(SAID)))
        for each in ("ann", "ben"):
            coding.add_coder(transaction, Coder(each, each.title()))
        coding.make(transaction, "ann", CODES)
        coding.lay(transaction, "ann", "trust", "I1", 0, 32, memo="of chiefs")
        coding.lay(transaction, "ann", "trust", "I1", 33, 48)
        coding.lay(transaction, "ann", "roof", "I1", 33, 48, memo="of leaks")
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


def held(study: Path) -> tuple[dict[str, Code], tuple[Passage, ...]]:
    with Store.open(study / FILE) as store, store.reading() as transaction:
        return {each.id: each for each in coding.codes(transaction)}, coding.passages(transaction)


def ids(study: Path, of: str) -> list[str]:
    return [each.id for each in held(study)[1] if each.code == of]


def test_a_renamed_code_keeps_its_id_and_its_passages(study: Path) -> None:
    before = ids(study, "trust")
    assert changed("rename", study, "trust", "Trust of others") == {
        "coder": "ann",
        "changed": "renamed trust",
    }
    assert held(study)[0]["trust"].name == "Trust of others"
    assert ids(study, "trust") == before


def test_merging_moves_passages_and_folds_those_that_say_the_same_with_both_memos(study: Path) -> None:
    """Ann laid both codes on the leaking roof; one passage of it is left, and no memo is lost."""
    changed("merge", study, "roof", "trust")
    codes, passages = held(study)
    assert "roof" not in codes
    assert sorted((each.start, each.memo) for each in passages) == [(0, "of chiefs"), (33, "of leaks")]
    assert {each.code for each in passages} == {"trust"}


def test_a_split_code_stands_under_the_one_it_came_from_and_speaks_of_the_same_factor(study: Path) -> None:
    first, second = ids(study, "trust")
    changed("split", study, "trust", "chiefs", "--passages", first, "--name", "Trust of chiefs")
    assert (ids(study, "trust"), ids(study, "chiefs")) == ([second], [first])
    assert held(study)[0]["chiefs"] == Code("chiefs", "Trust of chiefs", parent="trust")
    with Store.open(study / FILE) as store:
        factor = store.coded().factor_of("chiefs")
    assert factor is not None
    assert factor.id == "trust"


def test_several_passages_go_to_the_new_code_at_once(study: Path) -> None:
    first, second = ids(study, "trust")
    changed("split", study, "trust", "both", "--passages", first, "--passages", second)
    assert ids(study, "both") == [first, second]
    assert held(study)[0]["both"].name == "both"


def test_a_code_is_moved_under_another_and_to_the_top(study: Path) -> None:
    changed("move", study, "data", "--under", "trust")
    assert held(study)[0]["data"].parent == "trust"
    changed("move", study, "data", "--under", "")
    assert held(study)[0]["data"].parent == ""


def test_a_new_definition_leaves_all_else_that_is_said_of_a_code(study: Path) -> None:
    before = held(study)[0]["law"]
    changed("describe", study, "law", "What statute forbids.")
    after = held(study)[0]["law"]
    assert after.definition == "What statute forbids."
    assert (after.name, after.family, after.lifters) == (before.name, before.family, ("government",))


def test_only_a_code_that_nothing_needs_is_removed(study: Path) -> None:
    with pytest.raises(Refusal, match="'trust' has 2 passages; merge it into another code"):
        changed("remove", study, "trust")
    with pytest.raises(Refusal, match=r"'law' has others under it \(data\)"):
        changed("remove", study, "law")
    changed("remove", study, "data")
    assert "data" not in held(study)[0]


def test_a_memo_is_written_anew_and_its_words_stay_out_of_the_log(study: Path) -> None:
    first, _ = ids(study, "trust")
    changed("memo", study, first, "said with a sigh")
    assert next(each.memo for each in held(study)[1] if each.id == first) == "said with a sigh"
    with Store.open(study / FILE) as store:
        *_, line = store.log_lines()
    assert (line.who, line.what) == ("ann", CHANGED)
    assert line.about == {"coder": "ann", "change": f"wrote the memo of {first}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "trust", "Other"),
        ("merge", "roof", "trust"),
        ("move", "data", "--under", "roof"),
        ("describe", "trust", "Faith in others."),
        ("remove", "data"),
    ],
)
def test_every_change_is_taken_back_as_the_command_says(study: Path, arguments: tuple[str, ...]) -> None:
    before = held(study)
    command, *others = arguments
    shown = run("codebook", command, study, *others, *ANN)
    assert held(study) != before
    assert f"To take it back: joinedup code {study} --undo --coder ann" in shown
    run("code", study, "--undo", *ANN)
    assert held(study) == before


def test_a_change_to_what_stands_already_is_none_and_is_not_logged(study: Path) -> None:
    with Store.open(study / FILE) as store:
        lines = store.log_lines()
    assert "Nothing changed" in run("codebook", "rename", study, "trust", "Trust", *ANN)
    assert changed("move", study, "data", "--under", "law")["changed"] is None
    with Store.open(study / FILE) as store:
        assert store.log_lines() == lines


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rename", "trusd", "Other"), "no code 'trusd'; did you mean 'trust'"),
        (("describe", "trusd", "Other"), "no code 'trusd'; did you mean 'trust'"),
        (("merge", "trust", "trust"), "cannot be merged into itself"),
        (("split", "trust", "roof", "--passages", "p"), "'roof', code_id: stands already"),
        (("split", "trust", "new", "--passages", "p"), "no passage 'p' of 'trust'"),
        (("move", "law", "--under", "data"), "goes in a circle"),
        (("memo", "p", "text"), "no passage 'p'"),
        (("remove", "data", "--coder", "cyd"), "no coder 'cyd'"),
    ],
)
def test_refusals_are_passed_on_and_change_nothing(
    study: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = held(study)
    command, *others = arguments
    with pytest.raises(Refusal, match=words):
        run("codebook", command, study, *ANN, *others)
    assert held(study) == before
