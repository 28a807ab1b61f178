"""Projects that other programs wrote: both ways to give an end, line ends, and what joinedup has no place for."""

from __future__ import annotations

import hashlib
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.exchange import End, read_project, write_project
from joinedup.evidence.passages import Approach, Consent, Turn
from joinedup.refusal import Refusal
from tests.evidence.exchange.foreign import CODE, NOTE, SOURCE, TEXT, USER, project, selections, written
from tests.evidence.exchange.heard import small

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("trust grew", "money", "vision was", "lost", "never")
INSIDE = {"Sources/text.txt": TEXT.encode()}


def read_words(path: Path, end: End | None = None) -> list[str]:
    coded = read_project(path, end).coded
    return [coded.words(each) for each in coded.passages]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("inclusive", [True, False])
def test_both_ways_to_give_an_end_are_told_from_the_selections(
    tmp_path: Path, *, inclusive: bool, named: bool
) -> None:
    path = written(tmp_path / "p.qdpx", project(selections(WORDS, inclusive=inclusive, named=named)), INSIDE)
    read = read_project(path)
    assert read.end is (End.INCLUSIVE if inclusive else End.EXCLUSIVE)
    assert read.told_by == (
        "the selections' names are their text" if named else "that way selections end with words"
    )
    assert sorted(read_words(path)) == sorted(WORDS)


def test_an_end_behind_the_last_character_can_only_be_exclusive(tmp_path: Path) -> None:
    path = written(tmp_path / "p.qdpx", project(selections(["the end."])), INSIDE)
    assert read_project(path).told_by == "a selection ends with its text"


def test_where_an_end_cannot_be_told_the_reader_is_asked(tmp_path: Path) -> None:
    path = written(tmp_path / "p.qdpx", project(selections(["money"])), INSIDE)
    with pytest.raises(Refusal, match="--end inclusive or --end exclusive"):
        read_project(path)
    assert read_words(path, End.EXCLUSIVE) == ["money"]
    assert read_words(path, End.INCLUSIVE) == ["money "]


def test_selections_that_contradict_one_another_are_not_guessed_at(tmp_path: Path) -> None:
    both = selections(["money never"], named=True) + selections(["trust grew"], inclusive=True, named=True)
    path = written(tmp_path / "p.qdpx", project(both.replace("A0000000", "C0000000", 1)), INSIDE)
    with pytest.raises(Refusal, match="some selections give their last character"):
        read_project(path)


def test_our_own_project_with_inclusive_ends_reads_the_same(tmp_path: Path) -> None:
    coded = small()
    write_project(coded, tmp_path / "p.qdpx", for_outside=False)
    with zipfile.ZipFile(tmp_path / "p.qdpx") as packed:
        files = {each: packed.read(each) for each in packed.namelist()}
    markup = files.pop("project.qde").decode()
    other = re.sub(r'endPosition="(\d+)"', lambda found: f'endPosition="{int(found[1]) - 1}"', markup)
    path = written(tmp_path / "q.qdpx", other.replace('origin="joinedup"', 'origin="Another"', 1), files)
    read = read_project(path)
    assert read.end is End.INCLUSIVE
    assert read.coded.passages == coded.passages
    assert [each.turns for each in read.coded.interviews] == [each.turns for each in coded.interviews]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_positions_over_carriage_returns_come_to_our_text(tmp_path: Path, mark: bytes) -> None:
    text = "One 🚒 line.\r\nTwo lines\r\nand three.\rLast"
    words = ("One 🚒 line", "Two lines\r\nand", "three.\rLast")
    content = mark + text.encode()
    path = written(
        tmp_path / "p.qdpx", project(selections(words, text, named=False)), {"Sources/text.txt": content}
    )
    read = read_project(path)
    assert read.coded.interviews[0].text == "One 🚒 line.\nTwo lines\nand three.\nLast"
    assert read.coded.interviews[0].sha256 == hashlib.sha256(content).hexdigest()
    assert [read.coded.words(each) for each in read.coded.passages] == [
        each.replace("\r\n", "\n").replace("\r", "\n") for each in words
    ]


def test_positions_that_count_a_line_end_as_one_are_told_by_the_names(tmp_path: Path) -> None:
    text = "One line.\nTwo lines\nand three more."
    chosen = selections(("Two lines", "three more."), text, named=True)
    path = written(
        tmp_path / "p.qdpx", project(chosen), {"Sources/text.txt": text.replace("\n", "\r\n").encode()}
    )
    read = read_project(path)
    assert [read.coded.words(each) for each in read.coded.passages] == ["Two lines", "three more."]
    assert any("count the end of a line as one" in each for each in read.said)


def test_a_text_within_the_markup_and_a_note_on_a_selection_are_read(tmp_path: Path) -> None:
    chosen = selections(["the end."]).replace(
        "</PlainTextSelection>", f'<NoteRef targetGUID="{NOTE}"/></PlainTextSelection>'
    )
    notes = f'</Sources><Notes><Note guid="{NOTE}"><PlainTextContent>so it was</PlainTextContent></Note></Notes></Project>'
    read = read_project(written(tmp_path / "p.qdpx", project(chosen, text=TEXT) + notes, {}))
    (passage,) = read.coded.passages
    assert (read.coded.words(passage), passage.memo, passage.coder, passage.id) == (
        "the end.",
        "so it was",
        "coder-one",
        "p000001",
    )
    assert read.coded.approach is Approach.REFLEXIVE
    assert read.said == (
        "1 sources have no case: each got a speaker of whom nothing is known, 'aggregate only'",
    )


def test_several_notes_on_one_coding_make_one_memo(tmp_path: Path) -> None:
    other = NOTE.replace("0000000a", "0000000b")
    chosen = selections(["the end."]).replace(
        "</Coding>", f'<NoteRef targetGUID="{NOTE}"/><NoteRef targetGUID="{other}"/></Coding>'
    )
    notes = (
        f'</Sources><Notes><Note guid="{NOTE}"><PlainTextContent>one</PlainTextContent></Note>'
        f'<Note guid="{other}" plainTextPath="internal://note.txt"/></Notes></Project>'
    )
    files = {"sources/note.txt": b"two\r\nlines"}
    read = read_project(written(tmp_path / "p.qdpx", project(chosen, text=TEXT) + notes, files))
    assert [each.memo for each in read.coded.passages] == ["one\n\ntwo\nlines"]


def test_codes_of_one_name_stay_two_and_keep_colour_and_place(tmp_path: Path) -> None:
    codes = read_project(written(tmp_path / "p.qdpx", project(), INSIDE)).coded.codes
    assert [(each.id, each.parent, each.colour, each.definition) for each in codes] == [
        ("trust", "", "#abc", "of each other"),
        ("trust-2", "trust", "", ""),
    ]


def test_pictures_sound_film_sets_and_free_notes_are_counted_and_said(tmp_path: Path) -> None:
    guid = "C0000000-0000-0000-0000-00000000000"
    after = (
        f'<PictureSource guid="{guid}1"/><AudioSource guid="{guid}2"><AudioSelection guid="{guid}3" begin="0" end="9"/>'
        f'</AudioSource><VideoSource guid="{guid}4"/><PDFSource guid="{guid}5"/>'
        f'<TextSource guid="{guid}6" plainTextPath="absolute:///etc/passwd"/>'
        f'<TextSource guid="{guid}8" richTextPath="internal://x.docx"/></Sources>'
        f'<Notes><Note guid="{guid}9"><PlainTextContent>free</PlainTextContent></Note></Notes>'
        f'<Sets><Set guid="{guid}a" name="s"/></Sets></Project>'
    )
    read = read_project(written(tmp_path / "p.qdpx", project(after=after), INSIDE))
    assert read.sources == 7
    assert len(read.coded.interviews) == 1
    said = " | ".join(read.said)
    for each in (
        "1 pictures left out",
        "1 sound recordings left out",
        "1 films left out",
        "1 PDF sources without text left out",
        "1 selections of sound left out",
        "1 sets left out",
        "1 notes on nothing that is coded are left out",
        "2 sources with 0 selections are left out: their plain text is not in the project",
    ):
        assert each in said


def test_the_text_of_a_pdf_is_read_with_its_selections(tmp_path: Path) -> None:
    guid = "D0000000-0000-0000-0000-00000000000"
    inner = selections(["the end."]).replace("A0000000", "A0000009").replace("B0000000", "B0000009")
    after = (
        f'<PDFSource guid="{guid}1" name="Scan"><Representation guid="{guid}2"><PlainTextContent>{TEXT}'
        f"</PlainTextContent>{inner}</Representation></PDFSource>"
    )
    coded = read_project(written(tmp_path / "p.qdpx", project(after=after), INSIDE)).coded
    assert [(each.interview, coded.words(each)) for each in coded.passages] == [("scan", "the end.")]


def test_a_case_over_a_source_speaks_all_of_it_and_consent_is_never_assumed(tmp_path: Path) -> None:
    guid = "E0000000-0000-0000-0000-00000000000"
    before = (
        f'<Variables><Variable guid="{guid}1" name="Service" typeOfVariable="Text"/>'
        f'<Variable guid="{guid}2" name="Shoe size" typeOfVariable="Integer"/></Variables>'
    )
    cases = (
        f'<Cases><Case guid="{guid}3" name="Officer 1"><VariableValue><VariableRef targetGUID="{guid}1"/>'
        f'<TextValue>fire</TextValue></VariableValue><SourceRef targetGUID="{SOURCE}"/></Case></Cases>'
    )
    read = read_project(written(tmp_path / "p.qdpx", project(before=before, cases=cases), INSIDE))
    (interview,) = read.coded.interviews
    assert interview.turns == (Turn("officer-1", 0, len(TEXT)),)
    assert (interview.speakers[0].service, interview.speakers[0].consent) == ("fire", Consent.AGGREGATE)
    assert read.said == (
        "1 cases have no consent that is known: taken as 'aggregate only'",
        "variables left out: shoe size",
    )


def test_a_whole_source_that_is_coded_and_nobodys_coding_are_said(tmp_path: Path) -> None:
    inside = (
        '<PlainTextSelection guid="A0000001-0000-0000-0000-000000000000" startPosition="0" endPosition="4"/>'
        f'<Coding guid="B0000001-0000-0000-0000-000000000000"><CodeRef targetGUID="{CODE}"/></Coding>'
    )
    read = read_project(written(tmp_path / "p.qdpx", project(inside), INSIDE), End.EXCLUSIVE)
    assert [(each.start, each.end, each.coder) for each in read.coded.passages] == [
        (0, len(TEXT), "not-given")
    ]
    assert {
        "1 selections without a code are left out",
        "1 codings of a whole source are passages over all of its text",
    } <= {*read.said}


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (selections(["money"]).replace('endPosition="', 'endPosition="9999'), "stands at"),
        (selections(["money"]).replace('startPosition="', 'startPosition="-'), "stands at"),
        (selections(["money"]).replace('startPosition="', 'startPosition="x'), "is no whole number"),
        (selections(["money"]).replace(CODE.upper(), USER), "names a code that is not there"),
        (selections(["money"]) * 2, "stands twice"),
    ],
)
def test_a_project_that_contradicts_itself_is_refused_by_place(
    tmp_path: Path, inside: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        read_project(written(tmp_path / "p.qdpx", project(inside), INSIDE), End.EXCLUSIVE)


def test_a_code_added_elsewhere_under_a_name_of_ours_stays_another(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=False)
    with zipfile.ZipFile(tmp_path / "p.qdpx") as packed:
        files = {each: packed.read(each) for each in packed.namelist()}
    markup = files.pop("project.qde").decode()
    more = f'<Code guid="{CODE}" name="money" isCodable="true"/></Codes>'
    read = read_project(written(tmp_path / "q.qdpx", markup.replace("</Codes>", more), files))
    assert [each.id for each in read.coded.codes] == ["trust", "money", "how", "money-2"]
