"""Projects and codebooks in REFI-QDA: what is written comes back, is valid, and is the same bytes (§6.1)."""

from __future__ import annotations

import random
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from joinedup.evidence.exchange import read_codebook, read_project, write_codebook, write_project
from joinedup.evidence.exchange.markup import CODEBOOK, PROJECT
from joinedup.evidence.passages import Coded, Consent, Passage
from joinedup.refusal import Refusal
from tests.area.shared_data import shared
from tests.evidence.exchange.heard import drawn, small

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "refi-qda/Project-mrt2019.xsd"


def markup(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as packed:
        return etree.fromstring(packed.read("project.qde"))


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shared(SCHEMA))))


def test_a_project_comes_back_as_it_was(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=False)
    read = read_project(tmp_path / "p.qdpx")
    assert read.coded == small()
    assert (read.sources, read.codes, read.users, read.said) == (3, 3, 2, ())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn())
def test_any_interviews_come_back_as_they_were(tmp_path: Path, coded: Coded) -> None:
    write_project(coded, tmp_path / "p.qdpx", for_outside=False)
    assert read_project(tmp_path / "p.qdpx").coded == coded


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn())
def test_every_project_is_valid_against_the_published_schema(tmp_path: Path, coded: Coded) -> None:
    write_project(coded, tmp_path / "p.qdpx", for_outside=True)
    schema().assertValid(markup(tmp_path / "p.qdpx"))


def test_the_small_project_is_valid_against_the_published_schema(tmp_path: Path) -> None:
    for outside in (False, True):
        write_project(small(), tmp_path / "p.qdpx", for_outside=outside)
        schema().assertValid(markup(tmp_path / "p.qdpx"))


def test_nothing_at_all_makes_a_valid_project_too(tmp_path: Path) -> None:
    empty = replace(small(), interviews=(), codes=(), coders=(), passages=())
    write_project(empty, tmp_path / "p.qdpx", for_outside=False)
    schema().assertValid(markup(tmp_path / "p.qdpx"))
    assert read_project(tmp_path / "p.qdpx").coded == empty


def test_the_codebook_is_valid_against_the_codebook_part_of_the_schema(tmp_path: Path) -> None:
    write_codebook(small().codes, tmp_path / "c.qdc")
    root = etree.fromstring((tmp_path / "c.qdc").read_bytes())
    assert root.tag == f"{{{CODEBOOK}}}CodeBook"
    # The published schema of codebooks names its space otherwise; the codes in it are those of a project.
    project = etree.fromstring(f'<Project xmlns="{PROJECT}" name="x"><CodeBook/></Project>')
    for each in root.iter():
        each.tag = each.tag.replace(CODEBOOK, PROJECT)
    project[0].append(root[0])
    schema().assertValid(etree.fromstring(etree.tostring(project)))


def test_a_codebook_comes_back_in_its_order_with_parents_colours_and_lifters(tmp_path: Path) -> None:
    write_codebook(small().codes, tmp_path / "c.qdc")
    assert read_codebook(tmp_path / "c.qdc") == small().codes


def test_what_other_programs_read_is_where_the_standard_puts_it(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=False)
    root, at = markup(tmp_path / "p.qdpx"), {"q": PROJECT}
    assert root.xpath("//q:Code[@name='How they work']/q:Code/@name", namespaces=at) == ["Trust"]
    assert root.xpath("//q:Code[@name='Trust']/@color", namespaces=at) == ["#1F7A5C"]
    assert root.xpath("//q:User/@name", namespaces=at) == ["first coder", "second coder"]
    memo = root.xpath(
        "//q:Note[@guid=//q:Coding/q:NoteRef/@targetGUID]/q:PlainTextContent[contains(., 'two')]/text()",
        namespaces=at,
    )
    assert memo == ["a memo\nof two lines"]
    with zipfile.ZipFile(tmp_path / "p.qdpx") as packed:
        path = root.xpath("//q:TextSource[@name='i1']/@plainTextPath", namespaces=at)[0]  # type: ignore[index]
        text = packed.read("Sources/" + str(path).removeprefix("internal://")).decode()
    chosen = root.xpath("//q:TextSource[@name='i1']/q:PlainTextSelection[q:Coding][1]", namespaces=at)[0]  # type: ignore[index]
    start, end = int(chosen.get("startPosition")), int(chosen.get("endPosition"))  # type: ignore[union-attr,arg-type]
    assert text[start:end] == chosen.get("name") == "We trust each other 🚒."  # type: ignore[union-attr]


def test_the_same_content_in_any_order_gives_the_same_bytes(tmp_path: Path) -> None:
    coded, shuffled = small(), random.Random(3)
    write_project(coded, tmp_path / "one.qdpx", for_outside=False)
    other = replace(
        coded,
        interviews=tuple(shuffled.sample(coded.interviews, 3)),
        coders=coded.coders[::-1],
        passages=tuple(shuffled.sample(coded.passages, 5)),
    )
    write_project(other, tmp_path / "two.qdpx", for_outside=False)
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()


def test_a_real_project_of_another_program_is_read_whole() -> None:
    # Counted by hand in the file: two users, one code with two below it, no source; made by ATLAS.ti.
    read = read_project(shared("refi-qda/target-atlas-project.qdpx"))
    assert (read.sources, read.codes, read.selections, read.users) == (0, 3, 0, 2)
    assert read.origin.startswith("ATLAS.ti")
    assert sorted(each.parent for each in read.coded.codes) == ["", "commits", "commits"]
    assert read.said == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Passage("p", "i1", 0, 10_000, "how", "k1"), "not within the text"),
        (Passage("p", "i9", 0, 1, "how", "k1"), "not within the text"),
        (Passage("p", "i1", 0, 1, "gone", "k1"), "not in the codebook"),
        (Passage("p", "i1", 0, 1, "how", "k9"), "is not listed"),
        (Passage("p", "i1", 0, 1, "how", "k1", memo="\x0c"), "U\\+000C"),
    ],
)
def test_what_another_program_could_not_read_is_not_written(
    tmp_path: Path, wrong: Passage, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        write_project(replace(small(), passages=(wrong,)), tmp_path / "p.qdpx", for_outside=False)
    assert not (tmp_path / "p.qdpx").exists()


def test_codes_that_are_each_others_parents_are_refused(tmp_path: Path) -> None:
    one, two = small().codes[1], small().codes[2]
    with pytest.raises(Refusal, match="each other's parents"):
        write_codebook((replace(one, parent="how"), replace(two, parent="money")), tmp_path / "c.qdc")
    with pytest.raises(Refusal, match="none of the codes"):
        write_codebook((replace(one, parent="gone"),), tmp_path / "c.qdc")


def test_a_withdrawn_interview_stays_withdrawn(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=True)
    last = read_project(tmp_path / "p.qdpx").coded.interviews[-1]
    assert last.withdrawn
    assert not last.text
    assert not last.speakers


def test_consent_goes_with_each_speaker_of_a_group(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=True)
    group = read_project(tmp_path / "p.qdpx").coded.interview["i2"]
    assert [each.consent for each in group.speakers] == [
        Consent.ATTRIBUTED,
        Consent.AGGREGATE,
        Consent.PARAPHRASE,
    ]
