"""Withdrawal: what somebody said is in no byte of the study any more; that they withdrew is (§8.2)."""

from __future__ import annotations

import csv
import functools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from joinedup.evidence import coding
from joinedup.evidence.finding import INDEX, reindex, search
from joinedup.evidence.interviews import coded_of_plain, transcripts_of
from joinedup.evidence.passages import Approach, Code, Coder
from joinedup.evidence.store import (
    FILE,
    Citation,
    CodeRow,
    InterviewRow,
    Kind,
    PassageRow,
    ProposalRow,
    RedactionRow,
    SpeakerRow,
    StatementRow,
    Store,
    SuggestionRow,
    TurnRow,
)
from joinedup.evidence.store.repeats import LEAST_WORDS, without
from joinedup.evidence.vault import FILE as VAULT
from joinedup.evidence.vault import Vault
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import (
    LIMITS,
    PASSPHRASE,
    Clock,
    bytes_of,
    files_with,
    lay,
    speaker,
    store_in,
    transcript,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from joinedup.evidence.finding import INDEX, reindex, search
from joinedup.evidence.interviews import Transcript

# Each of these words stands in one person's mouth alone; é and ü tell encodings apart.
ALONE, FIRST, SECOND = "zanthoxylum café", "quixotrope naïve", "brobdingnag Müller"
LONG = "the yard at the back was promised to us for eleven years"
ONE = transcript(
    "one", [("", "And then?"), ("a1", f"It was {ALONE}. I was told {LONG}, ring me on 07700 900123.")]
)
GROUP = transcript(
    "group",
    [
        ("", "Both of you?"),
        ("b1", f"I call it {FIRST}, on 07700 900456."),
        ("b2", f"I call it {SECOND}."),
        ("b1", f"As I said: {FIRST}."),
    ],
    names={"b1": "Jo Wren", "b2": "Pat Quill"},
)
OTHERS = [
    transcript(f"o{number}", [(f"o{number}", "Nothing in particular was said here.")]) for number in range(4)
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")
HEADER = "interview_id,file,held_on,speaker,label,position,service,area,consent\n"


@functools.cache
def _made(encoding: str) -> Path:
    study = Path(tempfile.mkdtemp()) / "study"
    make_study(study, encoding)
    return study


@pytest.fixture(scope="module", autouse=True)
def _taken_away() -> Iterator[None]:
    yield
    for encoding in ENCODINGS:
        shutil.rmtree(_made(encoding).parent)
    _made.cache_clear()


def study_with(study: Path, encoding: str = "utf-8") -> tuple[Store, Vault]:
    """Give a copy of a study that is made once for all tests."""
    shutil.copytree(_made(encoding), study, dirs_exist_ok=True)
    return Store.open(study / FILE, Clock()), Vault.open(study / VAULT, PASSPHRASE)


def make_study(study: Path, encoding: str) -> None:
    """Make a study whose interviews are everywhere: sources, plain form, vault, store, index, memos, quotes, statements."""
    store, vault = store_in(study)
    folder = study / "interviews"
    folder.mkdir()
    table = HEADER
    every: list[Transcript] = []
    for each in (ONE, GROUP, *OTHERS):
        content = each.text.replace("\n", "\r\n").encode(encoding)
        (folder / each.file).write_bytes(content)
        for who in each.speakers:
            table += f"{each.id},{each.file},2026-02-03,{who.id},{who.label},{who.position},{who.service},{who.area},quote\n"
    (folder / "interviews.csv").write_text(table, "utf-8")
    every = list(transcripts_of(folder / "interviews.csv"))
    store.take_in(every, vault, "ida")
    lay(store, ONE, ALONE, "p1", memo=f"she says {LONG} again")
    lay(store, GROUP, FIRST, "p2", memo=FIRST)
    lay(store, GROUP, SECOND, "p3", memo=SECOND)
    lay(store, GROUP, "Both of you?", "p4")
    lay(store, OTHERS[0], "Nothing in particular", "p5", memo=f"unlike: told {LONG}, ring")
    (folder / "passages.csv").write_text(
        "passage_id,interview_id,start,end,code_id,coder,round,memo,suggested\n"
        + "".join(
            f"{name},{each.id},{each.text.index(words)},{each.text.index(words) + len(words)},trust,one,1,{words},no\n"
            for name, each, words in (("p1", ONE, ALONE), ("p2", GROUP, FIRST), ("p3", GROUP, SECOND))
        ),
        "utf-8",
    )
    with store.transaction() as transaction:
        transaction.get_one(CodeRow, "trust").example = f"I was told {LONG}"
        for number, each in enumerate((ONE, GROUP)):
            transaction.add(
                SuggestionRow(
                    id=str(number), interview_id=each.id, code_id="trust", start=5, end=60, score=1.0
                )
            )
        plain = transaction.connection()
        plain.exec_driver_sql("CREATE VIRTUAL TABLE found USING fts5(interview_id, words)")
        for row in transaction.scalars(select(InterviewRow)):
            plain.exec_driver_sql("INSERT INTO found VALUES (?, ?)", (row.id, row.text))
    with store.transaction() as transaction:
        reindex(transaction)
    with store.transaction() as transaction:
        coding.note(transaction, "one", "p1", f"memo with {ALONE}")
    store.refuse([each.number for each in store.open_proposals()], "ida")
    for name in ("p1", "p2", "p3"):
        store.approve_quote(name, "ida", LIMITS)
        store.approve_quote(name, "bo", LIMITS)
    store.state(f"They were told {LONG}.", [Citation(Kind.PASSAGE, "p1")], "ida")
    store.state(
        "There was a word for it.", [Citation(Kind.PASSAGE, "p2"), Citation(Kind.PASSAGE, "p3")], "ida"
    )


@pytest.fixture(params=ENCODINGS)
def encoding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_interview_that_is_withdrawn_is_in_no_byte_of_the_study(tmp_path: Path, encoding: str) -> None:
    store, vault = study_with(tmp_path, encoding)
    assert {each.split("/")[0] for each in files_with(tmp_path, ALONE)} == {FILE, "interviews"}
    assert vault.kept("one").text == ONE.text
    gone = store.withdraw(vault, "ida", interview="one")
    assert (gone.interview, gone.speaker, gone.passages, gone.quotes, gone.statements) == (
        "one",
        None,
        1,
        1,
        1,
    )
    for words in (ALONE, "zanthoxylum", LONG, "promised to us for", "07700 900123"):
        assert files_with(tmp_path, words) == []
    assert "one" not in Vault.open(tmp_path / VAULT, PASSPHRASE).interviews
    assert not (tmp_path / "interviews" / "one.txt").exists()
    # Everybody else's words stand.
    for words in (FIRST, SECOND):
        assert {each.split("/")[0] for each in files_with(tmp_path, words)} == {FILE, "interviews"}
    assert [each.id for each in store.coded().passages] == ["p2", "p3", "p4", "p5"]


def test_the_tombstone_says_who_decided_and_when_and_has_no_words(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    clock = Clock()
    store.withdraw(vault, "ida", interview="one")
    held = store.coded().interview["one"]
    assert (held.withdrawn, held.text, held.turns, held.speakers) == (True, "", (), ())
    line = next(each for each in store.log_lines() if each.what == "withdrawn")
    assert (line.who, line.about["interview"], line.about["speaker"]) == ("ida", "one", None)
    assert line.at > clock.now.isoformat()
    with store.reading() as transaction:
        for table in (SpeakerRow, TurnRow, RedactionRow, ProposalRow, PassageRow, SuggestionRow):
            assert transaction.scalars(select(table)).all() is not None
            if table is not SpeakerRow:
                assert not transaction.scalars(select(table).where(table.interview_id == "one")).all()
    with pytest.raises(Refusal, match="the interview 'one' was withdrawn"):
        store.withdraw(vault, "ida", interview="one")


def test_of_a_group_only_the_words_of_the_one_who_withdrew_go(tmp_path: Path, encoding: str) -> None:
    store, vault = study_with(tmp_path, encoding)
    gone = store.withdraw(vault, "ida", speaker="b1")
    assert (gone.interview, gone.speaker, gone.passages, gone.quotes) == ("group", "b1", 1, 1)
    for words in (FIRST, "quixotrope", "07700 900456", "As I said"):
        assert files_with(tmp_path, words) == []
    kept = Vault.open(tmp_path / VAULT, PASSPHRASE).kept("group")
    assert SECOND in kept.text
    assert FIRST not in kept.text
    assert kept.original == b""
    assert kept.names == {}
    held = store.coded()
    assert SECOND in held.interview["group"].text
    assert held.interview["group"].text.count("[withdrawn]") == 2
    assert [each.id for each in held.interview["group"].speakers] == ["b2"]
    for name, words in (("p3", SECOND), ("p4", "Both of you?")):
        assert held.words(next(each for each in held.passages if each.id == name)) == words
    speaks = held.speaker(next(each for each in held.passages if each.id == "p3"))
    assert speaks is not None
    assert speaks.id == "b2"


def test_the_plain_form_that_is_left_can_still_be_read(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    (tmp_path / "codebook.csv").write_text(
        "code_id,name,parent,definition,example,colour,family,about,lifters\ntrust,Trust,,,,,enabler,,\n",
        "utf-8",
    )
    store.withdraw(vault, "ida", speaker="b1")
    store.withdraw(vault, "ida", interview="one")
    coded = coded_of_plain(tmp_path, Approach.REFLEXIVE)
    assert coded is not None
    assert "one" not in coded.interview
    assert [(each.id, coded.words(each)) for each in coded.passages] == [("p3", SECOND)]
    assert [each.id for each in coded.interview["group"].speakers] == ["b2"]
    with (tmp_path / "interviews" / "interviews.csv").open(encoding="utf-8", newline="") as file:
        assert [row["speaker"] for row in csv.DictReader(file)] == ["b2", "o0", "o1", "o2", "o3"]
    # What is left is what is held: taking it in again changes nothing.
    taken = store.take_in(transcripts_of(tmp_path / "interviews" / "interviews.csv"), vault, "ida")
    assert (taken.new, taken.corrected, taken.to_withdraw) == ((), (), ())


def test_the_last_speaker_takes_the_whole_interview_along(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    store.withdraw(vault, "ida", speaker="b1")
    assert store.withdraw(vault, "ida", speaker="b2").speaker is None
    assert files_with(tmp_path, SECOND) == []
    assert store.coded().interview["group"].withdrawn
    with pytest.raises(Refusal, match=r"there is no speaker 'b2'.*one who withdrew is no longer held"):
        store.withdraw(vault, "ida", speaker="b2")
    with pytest.raises(Refusal, match="name one speaker or one interview"):
        store.withdraw(vault, "ida")


def test_a_group_in_a_form_that_cannot_be_struck_loses_its_file_and_rows(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    folder = tmp_path / "interviews"
    (folder / "group.txt").rename(folder / "group.vtt")
    table = folder / "interviews.csv"
    table.write_text(table.read_text("utf-8").replace("group.txt", "group.vtt"), "utf-8")
    store.withdraw(vault, "ida", speaker="b1")
    assert files_with(tmp_path, FIRST) == []
    assert not (folder / "group.vtt").exists()
    assert "group" not in table.read_text("utf-8")
    assert SECOND in store.coded().interview["group"].text


def test_quotes_of_them_are_withdrawn_and_statements_on_them_are_lost(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    assert [each.passage for each in store.released_quotes(LIMITS)] == ["p1", "p2", "p3"]
    assert len(store.standing_statements()) == 2
    store.withdraw(vault, "ida", interview="one")
    # A document that reads otherwise elsewhere keeps its quotes: only one's own is touched.
    assert [each.passage for each in store.released_quotes(LIMITS)] == ["p2", "p3"]
    (lost,) = store.lost_statements()
    assert [(each.citation.target, each.why) for each in lost.lost] == [("p1", "withdrawn")]
    assert lost.sentence == "They were [withdrawn]."
    assert [each.sentence for each in store.standing_statements()] == ["There was a word for it."]


def test_what_was_copied_from_them_into_memos_and_examples_goes_too(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    store.withdraw(vault, "ida", interview="one")
    with store.reading() as transaction:
        assert transaction.get_one(PassageRow, "p5").memo == "unlike: [withdrawn]"
        assert transaction.get_one(CodeRow, "trust").example == "[withdrawn]"
        assert (
            transaction.scalars(
                select(StatementRow.sentence).where(StatementRow.sentence.contains("yard"))
            ).all()
            == []
        )


def test_a_few_words_that_anybody_says_are_left_alone() -> None:
    runs = {("one", "two", "three", "four", "five")}
    assert len(next(iter(runs))) == LEAST_WORDS
    assert without("One, two, THREE four; five six", runs) == "[withdrawn] six"
    assert without("two three four five six", runs) == "two three four five six"


def test_the_index_of_words_is_taken_away_to_be_made_again(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    store.withdraw(vault, "ida", interview="one")
    with store.reading() as transaction:
        names = transaction.connection().exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    assert not [each for each in names if each.startswith(("found", INDEX))]
    with store.transaction() as transaction:
        assert search(transaction, "zanthoxylum") == ()
        assert [each.interview for each in search(transaction, "quixotrope")] == ["group", "group"]


def test_the_pages_that_words_stood_on_are_given_back(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    long = transcript("long", [("c1", f"{ALONE} {number}, as I said.") for number in range(9_000)])
    store.take_in([long, *OTHERS], vault, "ida")
    lay(store, long, f"{ALONE} 8000", "p1")
    before = (tmp_path / FILE).stat().st_size
    store.withdraw(vault, "ida", speaker="c1")
    assert files_with(tmp_path, ALONE) == []
    assert before - (tmp_path / FILE).stat().st_size > len(long.text)
    with store.reading() as transaction:
        assert transaction.connection().exec_driver_sql("PRAGMA freelist_count").scalar() == 0


def test_an_undone_passage_of_theirs_cannot_be_brought_back(tmp_path: Path) -> None:
    store, vault = study_with(tmp_path)
    with store.transaction() as transaction:
        coding.remove(transaction, "one", ["p1"])
    store.withdraw(vault, "ida", interview="one")
    assert files_with(tmp_path, ALONE) == []
    with store.transaction() as transaction, pytest.raises(Refusal):
        coding.undo(transaction, "one")
    assert "p1" not in {each.id for each in store.coded().passages}


@pytest.mark.parametrize("stopped_at", ["erase_sources", "empty_freed_pages", "erase_from_vault"])
def test_a_withdrawal_that_was_stopped_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_at: str
) -> None:
    store, vault = study_with(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    where = "withdrawing.erase_from_vault" if stopped_at == "erase_from_vault" else f"store.{stopped_at}"
    with monkeypatch.context() as patch:
        patch.setattr(f"joinedup.evidence.store.{where}", stop)
        with pytest.raises(KeyboardInterrupt):
            store.withdraw(vault, "ida", interview="one")
    again = Store.open(tmp_path / FILE, Clock())
    assert files_with(tmp_path, ALONE) == []
    assert again.coded().interview["one"].withdrawn
    if stopped_at == "erase_from_vault":
        # The vault cannot be opened without its passphrase: what it still holds is known, and goes when it is next open.
        assert [each.interview for each in again.unfinished()] == ["one"]
        again.settle(Vault.open(tmp_path / VAULT, PASSPHRASE))
    assert again.unfinished() == ()
    assert "one" not in Vault.open(tmp_path / VAULT, PASSPHRASE).interviews


def test_files_left_half_written_go_and_those_of_others_stay(tmp_path: Path) -> None:
    study_with(tmp_path)
    ours = tmp_path / ".joinedup-partial-0123456789abcdef"
    ours.write_bytes((tmp_path / VAULT).read_bytes()[:500])
    empty = tmp_path / ".joinedup-partial-0123456789abcde0"
    empty.write_bytes(b"")
    table = tmp_path / ".joinedup-partial-fedcba9876543210"
    table.write_bytes(b"incident_id,service_id\n")
    Store.open(tmp_path / FILE, Clock())
    assert [name for name in bytes_of(tmp_path) if "partial" in name] == [table.name]


def test_a_speaker_who_codes_nothing_is_withdrawn_as_well(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    silent = transcript("two", [("c1", "Only I spoke.")], [speaker("c1"), speaker("c2")])
    store.take_in([silent], vault, "ida")
    store.withdraw(vault, "ida", speaker="c2")
    held = store.coded().interview["two"]
    assert held.text == silent.text
    assert [each.id for each in held.speakers] == ["c1"]


def test_passages_laid_by_the_coding_module_are_forgotten_in_its_record(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    with store.transaction() as transaction:
        coding.add_coder(transaction, Coder("one", "coder one"))
        coding.make(transaction, "one", [Code("trust", "Trust")])
        coding.lay(transaction, "one", "trust", "one", 10, 40, memo=ALONE)
    store.withdraw(vault, "ida", interview="one")
    assert files_with(tmp_path, ALONE) == []
    assert store.coded().passages == ()


def test_a_name_that_marks_somebodys_turns_is_not_kept_and_goes_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "g.txt").write_text(
        "Q: And then?\nQuillfeather: I said no.\nB2: I said yes.\nQuillfeather: No.\n", "utf-8"
    )
    table = folder / "interviews.csv"
    table.write_text(
        HEADER.replace("\n", ",name\n")
        + "g,g.txt,2026-02-03,b1,Quillfeather,watch manager,fire,north,quote,Pat Quillfeather\n"
        + "g,g.txt,2026-02-03,b2,B2,watch manager,fire,north,quote,B2ja Tern\n",
        "utf-8",
    )
    store, vault = store_in(tmp_path)
    store.take_in(transcripts_of(table), vault, "ida")
    assert [each.label for each in store.coded().interview["g"].speakers] == ["", "B2"]
    store.withdraw(vault, "ida", speaker="b1")
    assert files_with(tmp_path, "Quillfeather") == []
    assert "Quillfeather" not in vault.kept("g").text
    held = store.coded().interview["g"]
    assert held.text == "Q: And then?\n[withdrawn]\nB2: I said yes.\n[withdrawn]\n"
    assert [held.text[each.start : each.end].strip() for each in held.turns] == ["And then?", "I said yes."]
