"""The codebook: the one to start from, a study's own, and what is refused (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.codebook import LIFTERS, codebook_of, read_codebook, starting_codebook
from joinedup.evidence.passages import Code, Family
from joinedup.options import kinds
from joinedup.refusal import Refusal
from joinedup.roadmap import Lifter

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "code_id,name,parent,definition,example,colour,family,about,lifters\n"
ROWS = """law,The law,,A law is in the way,,#7A3E00,barrier,,government ; a council
data,Sharing data,law,,,,,,
roof,One roof,,,,,,shared_estate,
"""


def read(path: Path, text: str = HEAD + ROWS) -> tuple[Code, ...]:
    (path / "codebook.csv").write_text(text, "utf-8")
    return codebook_of(path)


def test_a_study_without_a_codebook_starts_from_seven_enablers_and_six_barriers(tmp_path: Path) -> None:
    codes = codebook_of(tmp_path)
    assert codes == starting_codebook()
    assert sum(each.family is Family.ENABLER for each in codes) == 7
    assert sum(each.family is Family.BARRIER for each in codes) == 6


def test_each_topic_of_the_starting_codebook_is_a_kind_of_joint_working_and_eleven_kinds_have_one() -> None:
    # A kind that comes later is spoken of by a code in a study's own codebook, so that a new kind edits no other file.
    files = {type(each).__module__.rpartition(".")[2] for each in kinds()}
    topics = [each.about for each in starting_codebook() if each.about]
    assert set(topics) <= files
    assert len(topics) == len(set(topics)) == 11


def test_who_could_lift_a_barrier_is_said_in_the_words_of_the_roadmap() -> None:
    assert set(LIFTERS) == {each.value for each in Lifter}
    for each in starting_codebook():
        assert bool(each.lifters) == (each.family is Family.BARRIER), each.id
        assert set(each.lifters) <= set(Lifter), each.id


def test_every_code_to_start_from_is_explained_shown_and_told_apart() -> None:
    codes = starting_codebook()
    assert all(each.definition.endswith(".") and each.example.endswith(".") for each in codes)
    for field in ("id", "name", "definition", "example", "colour"):
        assert len({getattr(each, field) for each in codes}) == len(codes), field


def test_colours_can_be_read_as_text_on_white() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, by the formula of relative luminance."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    for each in starting_codebook():
        red, green, blue = (linear(int(each.colour[at : at + 2], 16)) for at in (1, 3, 5))
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5, each.id


def test_a_study_may_have_its_own_codebook(tmp_path: Path) -> None:
    law, data, roof = read(tmp_path)
    assert law == Code(
        "law",
        "The law",
        definition="A law is in the way",
        colour="#7A3E00",
        family=Family.BARRIER,
        lifters=("government", "a council"),
    )
    assert (data.parent, data.family, data.lifters) == ("law", None, ())
    assert roof.about == "shared_estate"


def test_two_columns_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "code_id,name\na,A\n") == (Code("a", "A"),)


def test_a_child_may_stand_before_its_parent(tmp_path: Path) -> None:
    assert [each.id for each in read(tmp_path, "code_id,name,parent\nb,B,a\na,A,\n")] == ["b", "a"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("x,X,lwa,,,,,,", "row 5, column parent: there is no code 'lwa'; did you mean 'law'"),
        ("x,X,x,,,,,,", r"row 5, column parent: goes in a circle \(x under x\)"),
        ("x,X,y,,,,,,\ny,Y,x,,,,,,", r"row 5, column parent: goes in a circle \(x under y under x\)"),
        ("law,X,,,,,,,", "row 5, column code_id: 'law' stands twice"),
        (",X,,,,,,,", "row 5, column code_id: is empty"),
        ("x,,,,,,,,", "row 5, column name: is empty"),
        ("x,X,,,,,obstacle,,", "row 5, column family: 'obstacle' is not known"),
        ("x,X,,,,,barrier,,", "row 5, column lifters: a barrier needs who could lift it"),
        (
            "x,X,,,,,barrier,,the goverment",
            "row 5, column lifters: 'the goverment' is not known; did you mean",
        ),
        ("x,X,,,,blue,,,", "row 5, column colour: 'blue' is no colour"),
    ],
)
def test_a_mistake_is_named_by_file_row_and_column(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(Refusal, match=rf"codebook\.csv, {says}"):
        read(tmp_path, f"{HEAD}{ROWS}{row}\n")


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "codebook.csv"
    path.write_text("code_id,title\na,A\n", "utf-8")
    with pytest.raises(Refusal, match=r"codebook\.csv, row 1: the column name is missing"):
        read_codebook(path)
