"""A map of changes tells better from worse by a shape as well as by colour, and leaves other maps as they are."""

from __future__ import annotations

from joinedup.disclosure import PublishedMap, PublishedSquare, Shown
from joinedup.report.maps import draw_map, shades
from joinedup.report.palette import BETTER, RAMP, UNCHANGED, WORSE
from joinedup.wording import Unit, in_words


def shown(*minutes: float) -> PublishedMap:
    squares = tuple(
        PublishedSquare(1000.0 * number, 0.0, 1000.0, Shown(in_words(each, Unit.MINUTES), each))
        for number, each in enumerate(minutes)
    )
    return PublishedMap("m", "T", "s", (), squares, 0, "source", "alternative", "Change")


def test_what_is_shorter_and_longer_are_two_ramps_that_meet_at_no_change() -> None:
    found = shades(shown(-3.0, -2.0, -1.0, 0.0, 0.001, 1.0, 2.0, 3.0).squares)
    assert [colour for colour, _, _ in found] == [*BETTER, UNCHANGED, *WORSE[::-1]]
    assert [len(squares) for _, _, squares in found] == [1, 1, 1, 2, 1, 1, 1]
    assert [text for _, text, _ in found][3] == "no change"


def test_the_sign_of_a_change_is_told_by_a_shape_too() -> None:
    better, same, worse = draw_map(shown(-2.0, 0.0, 2.0)).shades
    # The second ring of the path is what is cut out: one of them for each sign, and none where nothing changes.
    assert (better.path.count("z"), same.path.count("z"), worse.path.count("z")) == (2, 1, 2)
    assert better.key != worse.key
    assert same.key == "M1 1h14v14h-14z"


def test_a_map_of_counts_is_drawn_as_before() -> None:
    drawn = draw_map(shown(1.0, 2.0, 3.0, 4.0, 5.0))
    assert [each.colour for each in drawn.shades] == list(RAMP)
    assert {each.key for each in drawn.shades} == {"M1 1h14v14h-14z"}
    assert all(each.path.count("z") == 1 for each in drawn.shades)
