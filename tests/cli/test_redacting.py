"""`joinedup interviews redact`, `redactions`, `restore` and `groups`: what a person hides, and who could be known (§8.2)."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner, Result

from joinedup.cli.interviewing import PASSPHRASE as VARIABLE
from joinedup.cli.redacting import groups, redact, redactions, restore
from joinedup.evidence import vault as vaults
from joinedup.evidence.passages import Consent, Speaker
from joinedup.evidence.store import FILE, Store, databases
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import PASSPHRASE, lay, store_in, transcript
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer()
app.command("redact")(redact)
app.command("redactions")(redactions)
app.command("restore")(restore)
app.command("groups")(groups)

SAID = "Zoë Wren asked me. I told zoe,\nWREN no, and Zoe\u0308 Wren's crew too; Zoë went, a wren sang."
ONE = transcript("one", [("", "Who asked?"), ("a", SAID)])
NAME = ("--as", "[name]", "--reason", "name of a colleague", "--who", "ida")


def invoked(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def run(*arguments: object) -> str:
    result = invoked(*arguments)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def told(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joinedup.cli.progress._QUIET_SECONDS", 600.0)
    monkeypatch.setattr(vaults, "_WORK", 4)
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "synchronous = OFF"))
    monkeypatch.setenv(VARIABLE, PASSPHRASE)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(
        '[study]\nname = "Northshire"\nzone = "Europe/London"\n[evidence]\ngroup = 3\n', "utf-8"
    )
    store, vault = store_in(tmp_path)
    with store:
        store.take_in([ONE], vault, "ida")
        lay(store, ONE, "I told zoe,\nWREN no", "p1")
    return tmp_path


def text_of(study: Path) -> str:
    with Store.open(study / FILE) as store:
        return store.coded().interview["one"].text


def test_words_are_hidden_wherever_they_stand_whatever_their_capitals_accents_and_what_parts_them(
    study: Path,
) -> None:
    made = told("redact", study, "one", "--words", "Zoë Wren", *NAME)["redactions"]
    assert len(made) == 3
    assert text_of(study) == (
        "Q: Who asked?\nA: [name] asked me. I told [name] no, and [name]'s crew too; Zoë went, a wren sang.\n"
    )
    for word in ("Zoë Wren", "zoe,\nWREN", "Zoe\u0308 Wren"):
        assert word.encode() not in (study / FILE).read_bytes()


def test_a_redaction_moves_no_passage(study: Path) -> None:
    run("redact", study, "one", "--words", "zoe wren", *NAME)
    with Store.open(study / FILE) as store:
        coded = store.coded()
        (passage,) = coded.passages
        assert coded.words(passage) == "I told [name] no"


def test_positions_are_of_the_text_as_it_now_reads(study: Path) -> None:
    """Each time, what is hidden is what stands there in the text that was read just before."""
    chance = random.Random(7)
    now = text_of(study)
    for figure in range(6):
        start = chance.randrange(len(now) - 4)
        end = start + chance.randint(1, 4)
        # A stretch that cuts a replacement takes in the whole of it, and so does not read as a plain cut would.
        if any(each["start"] < end and start < each["end"] for each in hidden(study)):
            continue
        told("redact", study, "one", start, end, "--as", f"<{figure}>", "--reason", "test", "--who", "ida")
        now = f"{now[:start]}<{figure}>{now[end:]}"
        assert text_of(study) == now
    assert len(hidden(study)) > 3


def hidden(study: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told("redactions", study, "one")["redactions"]
    return found


def test_redactions_are_listed_with_numbers_and_reasons_and_without_words(study: Path) -> None:
    assert "Nothing is hidden in one." in run("redactions", study, "one")
    run("redact", study, "one", "--words", "Zoë Wren", *NAME)
    listed = hidden(study)
    assert [each["reason"] for each in listed] == ["name of a colleague"] * 3
    assert listed[1]["before"].endswith("I told ")
    assert listed[1]["after"].startswith(" no, and")
    now = text_of(study)
    assert {now[each["start"] : each["end"]] for each in listed} == {"[name]"}
    shown = run("redactions", study, "one")
    assert "I told »[name]« no" in shown
    assert "ida" in shown
    assert "WREN" not in shown


def test_what_is_hidden_comes_back_with_the_vault_alone(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = text_of(study)
    made = told("redact", study, "one", "--words", "Zoë Wren", *NAME)["redactions"]
    first, *others = (each["number"] for each in made)
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(Refusal, match="nobody can be asked for the passphrase"):
        run("restore", study, first, "--who", "ida")
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    assert told("restore", study, first, "--who", "ida") == {"restored": first, "open_proposals": 0}
    assert text_of(study).startswith("Q: Who asked?\nA: Zoë Wren asked me. I told [name] no")
    for each in others:
        assert f"Redaction {each} is taken back" in run("restore", study, each, "--who", "ida")
    assert text_of(study) == before
    with pytest.raises(Refusal, match=f"no redaction {first}"):
        run("restore", study, first, "--who", "ida")
    with Store.open(study / FILE) as store:
        assert [each.what for each in store.log_lines()][-6:] == ["redacted"] * 3 + [
            "redaction taken back"
        ] * 3
        assert "wren" not in str([each.about for each in store.log_lines()]).lower()


def test_a_replacement_is_not_taken_for_what_was_said(study: Path) -> None:
    run("redact", study, "one", "--words", "Zoë Wren", *NAME)
    with pytest.raises(Refusal, match="does not say those words"):
        run("redact", study, "one", "--words", "name", "--as", "[x]", "--reason", "test", "--who", "ida")
    first = hidden(study)[0]
    with pytest.raises(Refusal, match="hidden in the interview 'one' already"):
        run("redact", study, "one", first["start"] + 1, first["end"], *NAME)


@pytest.mark.parametrize("told_by", [("--as", "[not Zoe Wren]"), ("--reason", "it says ZOË WREN")])
def test_neither_reason_nor_replacement_may_say_what_they_hide(study: Path, told_by: tuple[str, str]) -> None:
    before = text_of(study)
    given = dict([("--as", "[name]"), ("--reason", "name"), told_by])
    with pytest.raises(Refusal, match="says what is to be hidden") as refused:
        run("redact", study, "one", "--words", "Zoë Wren", *(each for pair in given.items() for each in pair))
    assert "wren" not in str(refused.value).lower()
    assert text_of(study) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("two", 0, 3), "there is no interview 'two'"),
        (("one", 5, 5), "no stretch of the interview 'one'"),
        (("one", 5, 50_000), "take the positions from the text as it now reads"),
        (("one", "--words", "—!"), "there is no word in it"),
        (("one", 0, 3, "--reason", " "), "needs its reason"),
        (("one", 0, 3, "--as", " "), "has no replacement"),
    ],
)
def test_what_cannot_be_hidden_is_refused_and_changes_nothing(
    study: Path, arguments: tuple[object, ...], words: str
) -> None:
    before = text_of(study)
    with pytest.raises(Refusal, match=words):
        run("redact", study, *NAME, *arguments)
    assert text_of(study) == before


@pytest.mark.parametrize("more", [(), (3,), (3, 5, "--words", "me")])
def test_either_positions_or_words_are_given(study: Path, more: tuple[object, ...]) -> None:
    assert invoked("redact", study, "one", *more, *NAME).exit_code == 2


def test_small_groups_come_with_what_to_leave_out_so_that_each_is_large_enough(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        '[study]\nname = "Northshire"\nzone = "Europe/London"\n[evidence]\ngroup = 3\n', "utf-8"
    )
    people = [("chief", "fire", "north")] * 3 + [("chief", "fire", "south"), ("clerk", "police", "south")]
    speakers = [
        Speaker(f"s{number}", *each, Consent.QUOTE, f"S{number}") for number, each in enumerate(people)
    ]
    store, vault = store_in(tmp_path)
    with store:
        store.take_in(
            [
                transcript(f"i{number}", [(each.id, "One roof.")], [each])
                for number, each in enumerate(speakers)
            ],
            vault,
            "ida",
        )
    answer = told("groups", tmp_path)
    assert answer["at_least"] == 3
    found = {(each["position"], each["area"]): each for each in answer["groups"]}
    assert set(found) == {("chief", "south"), ("clerk", "south")}
    # Four chiefs of fire, whatever the area; a clerk only counts as one of all five.
    assert found["chief", "south"]["coarser"] == [
        {"dropped": ["area"], "said": ["chief", "fire"], "speakers": 4}
    ]
    assert found["clerk", "south"]["coarser"] == [
        {"dropped": ["position", "service", "area"], "said": [], "speakers": 5}
    ]
    shown = run("groups", tmp_path)
    assert "area (4 share: chief, fire)" in shown
    assert "position, service, area (5 share: somebody)" in shown
    assert "s3" not in shown


def test_groups_are_found_in_plain_files_too_and_each_way_out_holds(tmp_path: Path) -> None:
    answer = told("groups", LITTLETON)
    assert all(each["speakers"] < answer["at_least"] for each in answer["groups"])
    assert all(way["speakers"] >= answer["at_least"] for each in answer["groups"] for way in each["coarser"])
    (tmp_path / "study.toml").write_text('[study]\nname = "Empty"\nzone = "Europe/London"\n', "utf-8")
    with pytest.raises(Refusal, match="holds no interviews"):
        run("groups", tmp_path)
