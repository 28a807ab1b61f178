"""Words are attributed to no group of fewer than k speakers (§8.2)."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from joinedup.evidence.passages import Consent, Speaker
from joinedup.evidence.redaction import SMALLEST, Coarser, coarsened, small_groups


def speakers(*groups: tuple[int, str, str, str], consent: Consent = Consent.QUOTE) -> list[Speaker]:
    return [
        Speaker(f"{place}-{number}", position, service, area, consent)
        for place, (many, position, service, area) in enumerate(groups)
        for number in range(many)
    ]


HEARD = speakers(
    (6, "manager", "fire", "north"),
    (2, "manager", "fire", "south"),
    (1, "chief", "police", "north"),
    (4, "officer", "police", "north"),
)


def test_groups_under_k_are_found_smallest_first() -> None:
    found = small_groups(HEARD)
    assert SMALLEST.central == 5
    assert [(each.position, each.area, each.speakers) for each in found] == [
        ("chief", "north", 1),
        ("manager", "south", 2),
        ("officer", "north", 4),
    ]
    assert [each.position for each in small_groups(HEARD, 2)] == ["chief"]
    assert small_groups(HEARD, 1) == ()


def test_as_little_is_left_out_as_will_do() -> None:
    chief, south, officer = small_groups(HEARD)
    assert chief.coarser == (Coarser(("position",), ("police", "north"), 5),)
    assert (
        south.coarser
        == (
            Coarser(("area",), ("manager", "fire"), 8),
            Coarser(("position",), ("fire", "south"), 2),
        )[:1]
    )
    assert officer.coarser == chief.coarser
    assert coarsened(HEARD[0], HEARD) == (Coarser((), ("manager", "fire", "north"), 6),)


def test_where_all_are_too_few_nothing_will_do() -> None:
    few = speakers((2, "chief", "police", "north"))
    assert small_groups(few)[0].coarser == ()
    assert small_groups([*few, *speakers((3, "officer", "fire", "south"))])[0].coarser == (
        Coarser(("position", "service", "area"), (), 5),
    )


def test_who_withdrew_stands_behind_nobody() -> None:
    gone = speakers((4, "manager", "fire", "south"), consent=Consent.WITHDRAWN)
    assert [each.speakers for each in small_groups([*HEARD, *gone]) if each.area == "south"] == [2]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("ef")), max_size=15),
    st.integers(1, 6),
)
def test_every_suggestion_reaches_k_and_none_leaves_out_less(
    groups: list[tuple[str, str, str]], k: int
) -> None:
    heard = [Speaker(str(number), *group, Consent.QUOTE) for number, group in enumerate(groups)]
    for group in small_groups(heard, k):
        own = {"position": group.position, "service": group.service, "area": group.area}
        assert group.speakers == groups.count((group.position, group.service, group.area)) < k

        def sharing(dropped: tuple[str, ...], own: dict[str, str] = own) -> int:
            kept = own.keys() - set(dropped)
            return sum(all(getattr(each, name) == own[name] for name in kept) for each in heard)

        enough = [
            dropped
            for many in range(4)
            for dropped in combinations(sorted(own), many)
            if sharing(dropped) >= k
        ]
        least = min(map(len, enough), default=0)
        assert {tuple(sorted(each.dropped)) for each in group.coarser} == {
            each for each in enough if len(each) == least
        }
        assert all(each.speakers == sharing(each.dropped) for each in group.coarser)
