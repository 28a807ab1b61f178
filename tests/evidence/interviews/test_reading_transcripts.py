"""Transcripts are read from every format, and positions are code points that survive how a file was saved (§6.1)."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.evidence.interviews import Transcript, transcripts_of
from joinedup.evidence.interviews.captions import captions_text
from joinedup.evidence.interviews.decoding import decoded
from joinedup.evidence.interviews.documents import docx_text, pdf_text
from joinedup.evidence.interviews.turns import Fault, turns_of
from joinedup.evidence.passages import Consent, Speaker
from joinedup.refusal import Refusal
from tests.evidence.interviews.files import GROUP, HEAD, TWO, docx, locked, pdf, table, with_part

HERE = Path("file")
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufeff:"), min_size=1
).map(lambda said: f"so {said} 👩🏽‍🚒 e\u0301")


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(each.speaker, transcript.text[each.start : each.end]) for each in transcript.turns]


def one(folder: Path, file: str, content: str | bytes, label: str = "") -> Transcript:
    row = f"i1,{file},2025-03-31,s1,{label},station manager,fire,north,quote"
    (transcript,) = transcripts_of(table(folder, row, files={file: content}))
    return transcript


def test_a_group_is_taken_speaker_by_speaker_with_its_bytes(tmp_path: Path) -> None:
    (group,) = transcripts_of(table(tmp_path, *TWO, files={"group.txt": GROUP}))
    assert said(group) == [
        ("", "How is it?"),
        ("s1", "Good 😀 now.\nAnd it was not."),
        ("s2", "No, cafe\u0301s shut."),
        ("s1", "True."),
    ]
    assert [each.consent for each in group.speakers] == [Consent.QUOTE, Consent.PARAPHRASE]
    assert group.original == GROUP.encode()
    assert group.sha256 == hashlib.sha256(GROUP.encode()).hexdigest()
    assert str(group.held_on) == "2025-03-31"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=60))
def test_the_text_is_the_same_however_it_was_saved(text: str) -> None:
    text = text.removeprefix("\ufeff")
    windows = text.replace("\n", "\r\n")
    old = text.replace("\n", "\r")
    for saved in (
        text.encode(),
        windows.encode(),
        old.encode(),
        b"\xef\xbb\xbf" + windows.encode(),
        b"\xff\xfe" + windows.encode("utf-16-le"),
        b"\xfe\xff" + text.encode("utf-16-be"),
    ):
        if text.startswith("\ufeff") and saved == text.encode():
            continue
        assert decoded(HERE, saved) == text


@given(st.lists(st.tuples(st.sampled_from(["Interviewer", "SP1", "SP2"]), WORDS), min_size=1), st.booleans())
def test_turns_are_what_each_said_whatever_they_said(turns: list[tuple[str, str]], windows: bool) -> None:
    turns += [("SP1", "so yes"), ("SP2", "so no")]
    text = "\n".join(f"{label}: {words}" for label, words in turns)
    saved = text.replace("\n", "\r\n").encode("utf-8-sig") if windows else text.encode()
    speakers = [Speaker(each.lower(), "", "", "", Consent.QUOTE, each) for each in ("SP1", "SP2")]
    read = decoded(HERE, saved)
    found = turns_of(read, speakers)
    assert not isinstance(found, Fault)
    assert [(each.speaker, read[each.start : each.end]) for each in found] == [
        ("" if label == "Interviewer" else label.lower(), words) for label, words in turns
    ]


@given(
    st.text(alphabet="SPQI123: \t\n()ab😀\u0301", max_size=80),
    st.lists(st.sampled_from(["SP1", "SP2", "I"]), max_size=2),
)
def test_turns_of_any_text_lie_in_it_in_order_and_apart(text: str, labels: list[str]) -> None:
    speakers = [Speaker(each, "", "", "", Consent.WITHDRAWN, each) for each in sorted(set(labels)) or [""]]
    found = turns_of(text, speakers)
    if isinstance(found, Fault):
        assert not labels
        return
    at = 0
    for each in found:
        assert at <= each.start < each.end <= len(text)
        assert text[each.start : each.end] == text[each.start : each.end].strip()
        at = each.end


@given(st.text(alphabet="<v SP>/:-.,0123456789 \n😀&;{}\\", max_size=120))
def test_captions_of_any_text_are_read_or_refused(text: str) -> None:
    with suppress(Refusal):
        read, voices = captions_text(Path("a.vtt"), f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{text}")
        assert "\n\n" not in read
        assert "" not in voices


@pytest.mark.parametrize(
    "line",
    ["SP1: {}", "sp1 : {}", "[00:01:02] SP1: {}", "SP1 (01:02): {}", "SP1\t{}", "SP1 0:12\n{}", "  SP1:\n{}"],
)
def test_a_label_may_stand_as_transcribers_write_it(tmp_path: Path, line: str) -> None:
    text = "Interview of a day in March\nQ: And then?\n" + line.format("So we did.") + "\nQ: Well."
    assert said(one(tmp_path, "a.txt", text, "SP1:")) == [
        ("", "And then?"),
        ("s1", "So we did."),
        ("", "Well."),
    ]


def test_words_of_a_label_that_the_table_lacks_are_nobodys(tmp_path: Path) -> None:
    text = "SP1: Mine.\nSP3: Whose?\nParticipant 4: Hers.\nNB: the rest is mine: all of it.\nSP1: Mine too."
    assert said(one(tmp_path, "a.txt", text, "SP1")) == [
        ("s1", "Mine."),
        ("", "Whose?"),
        ("", "Hers.\nNB: the rest is mine: all of it."),
        ("s1", "Mine too."),
    ]


def test_an_interview_without_labels_is_all_of_its_one_speaker(tmp_path: Path) -> None:
    text = "\n I began in 2001.\nOne thing: it was cold.\n\n"
    assert said(one(tmp_path, "a.txt", text)) == [("s1", "I began in 2001.\nOne thing: it was cold.")]


def test_lines_of_the_interviewer_are_not_the_only_speakers(tmp_path: Path) -> None:
    text = "Before we start.\nQ: And then?\nWe merged.\nIt held.\nInterviewer: Why?\nMoney."
    assert said(one(tmp_path, "a.txt", text)) == [
        ("s1", "Before we start."),
        ("", "And then?"),
        ("s1", "We merged.\nIt held."),
        ("", "Why?"),
        ("s1", "Money."),
    ]


def test_docx_gives_paragraphs_and_tables_in_their_order(tmp_path: Path) -> None:
    content = docx(
        ["Interviewer: Well?"], [["SP1", "It held 😀.\nTwice."], ["Q", "Why?"]], ["SP1: Money.", ""]
    )
    found = one(tmp_path, "a.docx", content, "SP1")
    assert found.text == "Interviewer: Well?\nSP1\tIt held 😀.\nTwice.\nQ\tWhy?\nSP1: Money."
    assert said(found) == [("", "Well?"), ("s1", "It held 😀.\nTwice."), ("", "Why?"), ("s1", "Money.")]
    assert found.original == content


def test_what_was_deleted_under_tracking_is_not_read_and_what_was_inserted_is() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<w:document xmlns:w="{space}"><w:body><w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs></w:pPr>'
        "<w:r><w:t>We </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        '<w:ins><w:r><w:t xml:space="preserve">often </w:t></w:r></w:ins><w:r><w:t>met</w:t><w:tab/><w:t>there.</w:t></w:r>'
        "</w:p><w:sdt><w:sdtContent><w:p><w:r><w:t>In a frame.</w:t></w:r></w:p></w:sdtContent></w:sdt></w:body></w:document>"
    )
    content = with_part(docx(["x"]), "word/document.xml", body.encode())
    assert docx_text(HERE, content) == "We often met\tthere.\nIn a frame."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "locked with a password, or in the form from before 2007",
        ),
        (b"PK\x03\x04 no zip at all", "cannot be opened as DOCX"),
        (docx(["x"])[:-200], "cannot be opened as DOCX"),
        (with_part(docx(["x"]), "word/document.xml", b"<w:document"), "cannot be opened as DOCX"),
        (with_part(docx(["x"]), "word/vbaProject.bin", b"x"), "holds macros"),
        (
            with_part(docx(["x"]), "word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
            "declares entities of its own",
        ),
        (with_part(docx(["x"]), "word/media/a.bin", bytes(257 * 2**20)), "which no transcript does"),
    ],
)
def test_a_document_that_is_locked_damaged_or_unsafe_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        docx_text(HERE, content)


def test_pdf_gives_its_text_page_after_page(tmp_path: Path) -> None:
    content = pdf([["Interviewer: Well?", "SP1: It held."], [], ["SP1: Money."]])
    found = one(tmp_path, "a.pdf", content, "SP1")
    assert said(found) == [("", "Well?"), ("s1", "It held."), ("s1", "Money.")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pdf([["Text."], []], picture=True), "page 2: is a picture of text"),
        (locked(pdf([["Text."]])), "locked with a password"),
        (b"%PDF-1.4 and nothing", "cannot be opened as PDF"),
        (b"", "cannot be opened as PDF"),
    ],
)
def test_a_pdf_without_text_to_take_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        pdf_text(HERE, content)


VTT = """WEBVTT - a group

NOTE
nobody says this

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:04.000 align:start
<v Researcher>How <i>is</i> it?</v>

00:00:04.000 --> 00:00:06.000
<v.loud SP1>Good &amp; <00:00:05.000>well</v>

00:00:06.000 --> 00:00:07.500
<v SP1>so far.</v>
<v SP2>No.</v>
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Interviewer: How is it?

2
00:00:04,000 --> 00:00:06,000
{\\an8}SP1: Good
and well

3
00:00:06,000 --> 00:00:07,500
so far.

Said after a blank line.

4
00:00:08,000 --> 00:00:09,000
SP2: No.
"""


def test_captions_become_turns_and_their_times_are_dropped(tmp_path: Path) -> None:
    rows = [each.replace("group.txt", "group.vtt") for each in TWO]
    (group,) = transcripts_of(table(tmp_path, *rows, files={"group.vtt": VTT.replace("\n", "\r\n")}))
    assert group.text == "Researcher: How is it?\nSP1: Good & well so far.\nSP2: No."
    assert said(group) == [("", "How is it?"), ("s1", "Good & well so far."), ("s2", "No.")]
    text, voices = captions_text(Path("a.srt"), SRT)
    assert voices == ()
    assert text == "Interviewer: How is it?\nSP1: Good and well so far. Said after a blank line.\nSP2: No."


def test_the_only_voice_of_captions_is_the_only_speakers(tmp_path: Path) -> None:
    only = VTT.replace("<v SP2>", "<v SP1>").replace("<v Researcher>", "<v SP1>")
    assert said(one(tmp_path, "a.vtt", only)) == [("s1", "How is it? Good & well so far. No.")]


def test_a_name_is_for_the_vault_and_a_label_that_tells_it_is_not_kept(tmp_path: Path) -> None:
    rows = (
        "g1,g.txt,,s1,Orla T,chief,fire,north,quote,Orla Thistlewick",
        "g1,g.txt,,s2,SP2,constable,police,north,quote,",
    )
    (group,) = transcripts_of(
        table(tmp_path, *rows, head=f"{HEAD},name", files={"g.txt": "Orla T: Yes.\nSP2: No."})
    )
    assert dict(group.names) == {"s1": "Orla Thistlewick"}
    assert [each.label for each in group.speakers] == ["", "SP2"]
    assert said(group) == [("s1", "Yes."), ("s2", "No.")]
    assert "Orla" not in repr(group)


def test_windows_1252_is_read_only_when_it_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, "i1,a.txt,,s1,,chief,fire,north,quote", files={"a.txt": b"It was\n\x91fine\x92."})
    with pytest.raises(
        Refusal, match=r"row 2, column file: a\.txt, line 2: the byte 0x91 is not UTF-8; save the file"
    ):
        transcripts_of(path)
    assert transcripts_of(path, "windows-1252")[0].text == "It was\n‘fine’."
    with pytest.raises(Refusal, match="encoding 'windows-1251' is not known; did you mean 'windows-1252'"):
        transcripts_of(path, "windows-1251")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"It was \x81", "0x81 is not windows-1252 either"),
        ("It was.".encode("utf-16-le"), "UTF-16 without its mark"),
        (b"\xff\xfeI\x00t", "goes on as something else"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, said: str) -> None:
    text = content if said != "goes on as something else" else content + b"\x00\x00\xd8"
    with pytest.raises(Refusal, match=said):
        decoded(HERE, text, "windows-1252")


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = (*TWO, "a1,a.txt,,s3,,chief,fire,south,aggregate only")
    forth = transcripts_of(table(tmp_path / "forth", *rows, files={"group.txt": GROUP, "a.txt": "I began."}))
    back = transcripts_of(
        table(tmp_path / "back", *rows[::-1], files={"group.txt": GROUP, "a.txt": "I began."})
    )
    assert forth == back
    assert [each.id for each in forth] == ["a1", "g1"]
