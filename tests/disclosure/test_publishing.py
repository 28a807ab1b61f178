"""What is hidden, what is said, and the one door out (§8.1)."""

import dataclasses
import math

import pytest

from joinedup.disclosure import (
    Bar,
    Bullets,
    Chapter,
    Chart,
    Column,
    Draft,
    Figure,
    Map,
    Mark,
    Place,
    Published,
    PublishedBullets,
    PublishedChart,
    PublishedMap,
    PublishedSection,
    PublishedTable,
    Section,
    Sensitivity,
    Shown,
    Square,
    Statement,
    Table,
    count,
    hidden,
    publish,
)
from joinedup.disclosure.draft import Block
from joinedup.disclosure.published import PublishedBlock
from joinedup.refusal import Refusal
from joinedup.wording import Unit


def through(*blocks: Block, answer: Statement | None = None, limit: int = 5) -> tuple[PublishedBlock, ...]:
    chapter = Chapter("chapter", "Chapter", answer or Statement(""), blocks)
    return publish(Draft("Title", "Subtitle", (chapter,)), limit).chapters[0].blocks


def texts(table: PublishedBlock) -> list[list[str]]:
    assert isinstance(table, PublishedTable)
    return [[cell.text for cell in row] for row in table.rows]


def test_nothing_else_makes_a_published() -> None:
    passed = publish(Draft("Title", "", ()))
    with pytest.raises(Refusal, match="only disclosure"):
        Published("Title", "", (), (), 5)
    with pytest.raises((Refusal, ValueError)):
        dataclasses.replace(passed, title="Something that nobody looked at")


@pytest.mark.parametrize(("number", "said"), [(0, True), (1, False), (4, False), (5, True), (-3, False)])
def test_a_small_count_is_hidden_and_zero_is_said(number: int, said: bool) -> None:
    assert hidden(count(number)) is not said


def test_a_study_can_ask_for_a_higher_limit() -> None:
    assert hidden(count(9), limit=10)
    assert through(Statement("{n} calls", {"n": count(9)}), limit=10) == (
        "This cannot be published: it rests on too few incidents or people, or would give such a number away.",
    )


def test_a_figure_rests_on_its_base() -> None:
    assert hidden(Figure(0.5, Unit.SHARE, base=4))
    assert hidden(Figure(0.0, Unit.SHARE, base=4))
    assert hidden(Figure(7.2, Unit.MINUTES, base=3))
    assert not hidden(Figure(7.2, Unit.MINUTES, base=5))
    assert not hidden(Figure(7.2, Unit.MINUTES))


def test_a_share_of_a_known_base_must_not_stand_for_a_small_count() -> None:
    assert hidden(Figure(0.02, Unit.SHARE, base=150))
    assert hidden(Figure(0.02, Unit.PER_HUNDRED, base=150))
    assert not hidden(Figure(0.0, Unit.SHARE, base=150))
    assert not hidden(Figure(0.04, Unit.SHARE, base=150))


@pytest.mark.parametrize("sensitivity", [Sensitivity.COMMERCIAL, Sensitivity.SECURITY, Sensitivity.PERSONAL])
def test_what_is_commercial_secure_or_personal_does_not_leave(sensitivity: Sensitivity) -> None:
    figure = Figure(1e6, Unit.POUNDS, sensitivity=sensitivity)
    columns = (Column("Site"), Column("Value", True, sensitivity), Column("Note", sensitivity=sensitivity))
    table = Table("sites", "Sites", columns, (("Amberley", Figure(1e6, Unit.POUNDS), "sold"),))
    shown = through(table, Statement("Worth {n}.", {"n": figure}, otherwise="Not said."))
    assert texts(shown[0]) == [["Amberley", "[c]", "[c]"]]
    assert shown[1] == "Not said."


def test_a_hidden_figure_leaves_no_number_behind() -> None:
    bar = Bar("One", Figure(3, Unit.COUNT, low=1, high=4), "fire")
    chart = through(Chart("chart", "Title", "", (bar,), "", ""))[0]
    assert isinstance(chart, PublishedChart)
    assert chart.bars[0].figure == Shown("[c]", mark=Mark.CONFIDENTIAL)
    assert chart.marks == (Mark.CONFIDENTIAL,)


def test_absent_is_not_zero_and_not_a_number_is_absent() -> None:
    columns = (Column("What"), Column("n", True))
    cells = (count(None), Figure(math.nan, Unit.SHARE), Figure(1, Unit.SHARE, low=0, high=math.inf))
    not_applicable = Figure(None, Unit.COUNT, mark=Mark.NOT_APPLICABLE)
    rows = [("row", cell) for cell in (*cells, not_applicable, count(0))]
    shown = through(Table("t", "T", columns, rows))[0]
    assert [row[1] for row in texts(shown)] == ["[x]", "[x]", "[x]", "[z]", "0"]
    assert isinstance(shown, PublishedTable)
    assert shown.marks == (Mark.NOT_AVAILABLE, Mark.NOT_APPLICABLE)


def test_a_mark_stands_beside_its_number() -> None:
    figure = Figure(41, Unit.COUNT, low=30, high=55, mark=Mark.ESTIMATED)
    shown = through(Table("t", "T", (Column("n"), Column("n", True)), (("a", figure),)))[0]
    assert texts(shown) == [["a", "30 to 55 [e]"]]


def test_a_sentence_words_its_figures_as_it_asks() -> None:
    share = Figure(0.0507, Unit.PER_HUNDRED, 18_204, 0.0481, 0.0533)
    assert through(
        Statement("{share:Between} in 100, {share:one_in}, or {share}.", {"share": share}),
        Statement("That is {share:between}.", {"share": share}),
    ) == ("Between 4.8 and 5.3 in 100, about 1 in 20, or 4.8 to 5.3.", "That is between 4.8 and 5.3.")


def test_a_sentence_says_whether_something_is_secret_or_unknown() -> None:
    secret, unknown = through(Statement("{n}", {"n": count(2)}), Statement("{n}", {"n": count(None)}))
    assert isinstance(secret, str)
    assert isinstance(unknown, str)
    assert "cannot be published" in secret
    assert "not known" in unknown


def test_low_reliability_is_said_in_a_sentence_too() -> None:
    figure = Figure(0.5, Unit.SHARE, 30, mark=Mark.LOW_RELIABILITY)
    assert through(Statement("About {n}.", {"n": figure})) == ("About 50.0% (low reliability).",)


def test_braces_in_a_name_are_text() -> None:
    assert through(Statement("{x.__class__} {0} {name} {n}", {"n": count(7)})) == (
        "{x.__class__} {0} {name} 7",
    )


def test_a_figure_that_a_sentence_has_no_place_for_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no place for share"):
        through(Statement("{shrae}", {"share": count(7)}))


def test_a_row_of_the_wrong_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        Table("t", "T", (Column("a"), Column("b")), (("a",),))


def test_lists_and_headings_pass_through() -> None:
    items = (Statement("{n} calls", {"n": count(12)}), Statement("{n} calls", {"n": count(1)}, "Too few."))
    assert through(Bullets(items), Section("Why")) == (
        PublishedBullets(("12 calls", "Too few.")),
        PublishedSection("Why"),
    )


def test_squares_under_the_limit_are_left_out_and_counted() -> None:
    squares = [Square(n * 1_000.0, 0, 1_000, count(n)) for n in range(7)]
    drawn = through(Map("m", "M", "", (Place(1, 2, "Amberley", "fire"),), squares, "", ""))[0]
    assert isinstance(drawn, PublishedMap)
    assert [square.figure.text for square in drawn.squares] == ["0", "5", "6"]
    assert drawn.left_out == 4


def test_plain_numbers_carry_no_more_digits_than_are_meant() -> None:
    table = Table(
        "t", "T", (Column("a"), Column("b", True)), (("a", Figure(0.123456789, Unit.SHARE, 9_000)),)
    )
    shown = through(table)[0]
    assert isinstance(shown, PublishedTable)
    assert shown.rows[0][1].number == 0.1235


def test_words_around_a_drawing_or_table_hide_what_it_hides() -> None:
    said = Statement("{n} calls", {"n": count(3)}, "Few calls")
    table = Table("t", said, (Column("a"),), (), note=said)
    chart = Chart("c", said, "", (), "", said)
    drawn = Map("m", said, "", (), (), "", said)
    chapter = publish(Draft("T", "", (Chapter("a", said, said, (table, chart, drawn)),))).chapters[0]
    assert chapter.heading == "Few calls"
    assert "3 calls" not in repr(chapter)
    assert repr(chapter).count("Few calls") == 8
