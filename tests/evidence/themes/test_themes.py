"""Themes are counted in interviews and people with their bases, and held to brute force and to laws (§6.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.evidence.passages import Code, Coded, Consent, Interview, Passage, Speaker, Turn
from joinedup.evidence.themes import (
    GROUPINGS,
    Contrary,
    Count,
    expected_codes,
    negative_cases,
    quote_matrix,
    said_in,
    saturation,
    themes,
    together,
)
from joinedup.refusal import Refusal
from tests.evidence.themes.talks import CODES, coded_of, drawn, one

HIDDEN = Count(None, None, None, None)


def above(code: str) -> list[str]:
    """Give a code and all above it, by the plainest walk."""
    by_id = {each.id: each for each in CODES}
    return [code, *(above(by_id[code].parent) if by_id[code].parent else [])]


def plainly(coded: Coded) -> list[tuple[Passage, Speaker | None]]:
    """Give every passage that counts with who says it, by the slow way of the snapshot itself."""
    found: list[tuple[Passage, Speaker | None]] = []
    for each in coded.passages:
        interview = coded.interview[each.interview]
        speaker = coded.speaker(each)
        if not interview.turns:
            speaker = interview.speakers[0] if len(interview.speakers) == 1 else None
        elif speaker is None:
            continue
        if speaker is None or speaker.consent is not Consent.WITHDRAWN:
            found.append((each, speaker))
    return found


@settings(max_examples=60, deadline=None)
@given(drawn())
def test_counts_are_those_of_a_count_by_hand(coded: Coded) -> None:
    counted = themes(coded, k=1)
    passages = plainly(coded)
    people = [
        (interview.id, each)
        for interview in coded.interviews
        for each in interview.speakers
        if each.consent is not Consent.WITHDRAWN
    ]
    for theme in counted.themes:
        having = [(each, speaker) for each, speaker in passages if theme.code in above(each.code)]
        if people:
            assert theme.all == Count(
                len({each.interview for each, _ in having}),
                sum(1 for each in coded.interviews if not each.withdrawn),
                len({speaker.id for _, speaker in having if speaker}),
                len(people),
            )
        for grouping in GROUPINGS:
            for group, count in theme.by[grouping].items():
                ours = [(each, one) for each, one in having if one and getattr(one, grouping) == group]
                base = [(interview, one) for interview, one in people if getattr(one, grouping) == group]
                assert count == Count(
                    len({each.interview for each, _ in ours}),
                    len({interview for interview, _ in base}),
                    len({each.id for _, each in ours}),
                    len(base),
                )


@settings(max_examples=40, deadline=None)
@given(drawn())
def test_an_interview_without_a_code_changes_its_base_and_not_its_count(coded: Coded) -> None:
    more, _ = one("i9", "chief", "fire")
    before = themes(coded, k=1)
    after = themes(replace(coded, interviews=(*coded.interviews, more)), k=1)
    assert after.interviews == before.interviews + 1
    for old, new in zip(before.themes, after.themes, strict=True):
        if before.people:
            assert (new.all.interviews, new.all.people) == (old.all.interviews, old.all.people)
        was = old.by["position"].get("chief", Count(0, 0, 0, 0))
        assert new.by["position"]["chief"] == Count(
            was.interviews, (was.of_interviews or 0) + 1, was.people, (was.of_people or 0) + 1
        )


@settings(max_examples=40, deadline=None)
@given(drawn())
def test_two_codes_merged_count_the_union_of_their_interviews(coded: Coded) -> None:
    merged = replace(
        coded,
        passages=tuple(
            replace(each, code="money") if each.code == "deep" else each for each in coded.passages
        ),
    )
    having = {
        code: {each.passage.interview for each in said_in(coded).sayings if each.passage.code == code}
        for code in ("money", "deep")
    }
    count = next(each for each in themes(merged, k=1).themes if each.code == "money").all
    if said_in(coded).base:
        assert count.interviews == len(having["money"] | having["deep"])


@settings(max_examples=60, deadline=None)
@given(drawn(), st.integers(1, 4))
def test_saying_it_twice_counts_once(coded: Coded, times: int) -> None:
    again = tuple(
        replace(each, id=f"{each.id}-{number}") for each in coded.passages for number in range(times)
    )
    assert themes(replace(coded, passages=again), 1).themes == themes(coded, 1).themes


@settings(max_examples=40, deadline=None)
@given(drawn(), st.integers(1, 6))
def test_no_hidden_group_can_be_told_by_taking_the_others_from_the_whole(coded: Coded, k: int) -> None:
    sizes = {
        grouping: {
            group: sum(
                1
                for interview in coded.interviews
                for each in interview.speakers
                if each.consent is not Consent.WITHDRAWN and getattr(each, grouping) == group
            )
            for group in ("chief", "crew", "chair", "fire", "police", "North")
        }
        for grouping in GROUPINGS
    }
    for theme in themes(coded, k).themes:
        for grouping, groups in theme.by.items():
            hidden = [group for group, count in groups.items() if count == HIDDEN]
            assert all(sizes[grouping][group] >= k for group in set(groups) - set(hidden))
            if hidden and len(hidden) < len(groups):
                assert len(hidden) > 1
                assert sum(sizes[grouping][group] for group in hidden) >= k


def test_who_withdrew_and_the_interviewer_are_not_counted() -> None:
    gone = one("i1", "chief", "fire", "trust", consent=Consent.WITHDRAWN)
    asked, _ = one("i2", "chief", "fire")
    question = [Passage("q", "i2", 3, 8, "trust", "k1")]
    counted = themes(coded_of(gone, (asked, question)), k=1)
    assert (counted.interviews, counted.people, counted.left_out) == (2, 1, 2)
    assert counted.themes[1].all == Count(0, 2, 0, 1)


def test_a_study_of_fewer_than_k_people_shows_nothing() -> None:
    counted = themes(coded_of(one("i1", "chief", "fire", "trust"), one("i2", "crew", "fire")), k=3)
    assert {each.all for each in counted.themes} == {HIDDEN}
    assert json.dumps(counted.as_json())


@settings(max_examples=60, deadline=None)
@given(drawn())
def test_codes_come_together_as_counted_pair_by_pair(coded: Coded) -> None:
    found = {(each.one, each.other): each for each in together(coded).pairs}
    passages = [each for each, _ in plainly(coded)]
    ids = [each.id for each in CODES]
    for first, second in combinations(ids, 2):
        if first in above(second) or second in above(first):
            assert (first, second) not in found
            continue
        over, same = set(), set()
        for this, other in product(passages, repeat=2):
            if (
                this.interview == other.interview
                and first in above(this.code)
                and second in above(other.code)
            ):
                same.add(this.interview)
                if max(this.start, other.start) < min(this.end, other.end):
                    over.add(this.interview)
        if not same:
            assert (first, second) not in found
            continue
        pair = found[first, second]
        assert (pair.overlapping, pair.same_interview) == (len(over), len(same))
        assert pair.with_one == len({each.interview for each in passages if first in above(each.code)})


@pytest.mark.parametrize("codes", [("trust", "money"), ("money", "trust")])
def test_passages_that_only_touch_do_not_overlap(codes: tuple[str, str]) -> None:
    (pair, *_) = [
        each for each in together(coded_of(one("i1", "chief", "fire", *codes))).pairs if each.one == "trust"
    ]
    assert (pair.other, pair.overlapping, pair.same_interview) == ("money", 0, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4), max_size=5), min_size=1, max_size=5))
def test_the_expected_curve_is_the_average_over_every_order(codes: list[set[int]]) -> None:
    orders = list(permutations(codes))
    average = [
        sum(len(set().union(*order[: number + 1])) for order in orders) / len(orders)
        for number in range(len(codes))
    ]
    frequencies = [sum(1 for each in codes if code in each) for code in range(5)]
    assert expected_codes(frequencies, len(codes)) == pytest.approx(average)


def test_saturation_goes_by_date_and_says_where_the_last_came_up() -> None:
    coded = coded_of(
        one("i1", "chief", "fire", "money", day=3),
        one("i2", "chief", "fire", "trust", "money", day=1),
        one("i3", "chief", "fire", "trust", day=2),
        one("i4", "chief", "fire", day=4),
        one("i5", "chief", "fire", "deep"),
    )
    last = replace(coded.interviews[4], held_on=None)
    found = saturation(replace(coded, interviews=(*coded.interviews[:4], last)))
    assert [(each.interview, each.new, each.so_far) for each in found.steps] == [
        ("i2", ("trust", "money"), 2),
        ("i3", (), 2),
        ("i1", (), 2),
        ("i4", (), 2),
        ("i5", ("deep",), 3),
    ]
    # By hand: trust and money in 2 of 5, deep in 1 of 5: after one interview 2/5 + 2/5 + 1/5.
    assert found.steps[0].expected == pytest.approx(1.0)
    assert found.steps[4].expected == 3.0
    assert found.last_new == {"code": "i5", "enabler": "i5", "barrier": "i2"}
    assert found.interviews_since == {"code": 0, "enabler": 0, "barrier": 4}
    assert found.undated == 1


@settings(max_examples=60, deadline=None)
@given(drawn())
def test_the_order_of_interviews_changes_the_steps_and_not_the_expectation(coded: Coded) -> None:
    found = saturation(coded)
    undated = tuple(replace(each, held_on=None) for each in coded.interviews[::-1])
    again = saturation(replace(coded, interviews=undated))
    assert [each.expected for each in found.steps] == [each.expected for each in again.steps]
    if found.steps:
        assert found.steps[-1].so_far == again.steps[-1].so_far
        assert found.steps[-1].expected == pytest.approx(found.steps[-1].so_far)


def test_who_is_silent_where_most_speak_and_who_says_the_opposite_are_found() -> None:
    coded = coded_of(
        one("i1", "chief", "fire", "deep"),
        one("i2", "chief", "fire", "trust"),
        one("i3", "chief", "police", "trust", "money"),
        one("i4", "chief", "police"),
        one("i5", "crew", "fire", "money"),
    )
    found = [
        (each.code, each.interview, each.contrary, each.having, each.interviews, each.passages)
        for each in negative_cases(coded, least=3, opposites=[("trust", "money")])
        if each.grouping == "position"
    ]
    assert found == [
        ("help", "i4", Contrary.SILENT, 3, 4, ()),
        ("trust", "i3", Contrary.OPPOSITE, 3, 4, ("i3-1",)),
        ("trust", "i4", Contrary.SILENT, 3, 4, ()),
    ]
    with pytest.raises(Refusal, match="is no code"):
        negative_cases(coded, least=3, opposites=[("trust", "mony")])


def test_half_is_not_most() -> None:
    coded = coded_of(one("i1", "chief", "fire", "trust"), one("i2", "chief", "fire"))
    assert negative_cases(coded, least=1) == ()


def test_a_quote_needs_the_consent_of_every_voice_in_it() -> None:
    text = "aaaaaaaaaabbbbbbbbbb"
    speakers = (
        Speaker("a", "chief", "fire", "", Consent.QUOTE),
        Speaker("b", "crew", "fire", "", Consent.PARAPHRASE),
    )
    group = Interview("g", None, "", text, speakers, (Turn("a", 0, 10), Turn("b", 10, 20)))
    passages = [
        Passage("p1", "g", 0, 10, "deep", "k"),
        Passage("p2", "g", 2, 11, "deep", "k"),
        Passage("p3", "g", 12, 15, "deep", "k"),
    ]
    matrix = quote_matrix(
        coded_of((group, passages), one("i", "crew", "fire", "money", consent=Consent.ATTRIBUTED))
    )
    assert matrix.positions == ("chief", "crew")
    assert matrix.passages["deep"] == matrix.passages["help"] == {"chief": ("p1",), "crew": ()}
    assert matrix.passages["money"] == {"chief": (), "crew": ("i-0",)}


def test_words_that_two_coders_marked_alike_are_one_quote() -> None:
    held, found = one("i1", "chief", "fire", "trust")
    again = replace(found[0], id="i1-9", coder="k2")
    other = replace(found[0], id="i1-8", end=found[0].end - 1)
    matrix = quote_matrix(coded_of((held, [again, other, *found])))
    assert matrix.passages["trust"] == {"chief": ("i1-0", "i1-8")}


@settings(max_examples=40, deadline=None)
@given(drawn())
def test_every_quote_is_of_somebody_who_agreed(coded: Coded) -> None:
    by_id = {each.id: each for each in coded.passages}
    for by_position in quote_matrix(coded).passages.values():
        for position, ids in by_position.items():
            for each in ids:
                interview = coded.interview[by_id[each].interview]
                for turn in interview.turns:
                    shared = min(by_id[each].end, turn.end) - max(by_id[each].start, turn.start)
                    if shared > 0 and turn.speaker:
                        speaker = next(one for one in interview.speakers if one.id == turn.speaker)
                        assert speaker.consent in (Consent.QUOTE, Consent.ATTRIBUTED)
                speaker = coded.speaker(by_id[each]) or interview.speakers[0]
                assert speaker.position == position


def test_the_order_of_everything_makes_no_difference() -> None:
    held = [one(f"i{each}", "chief", "fire", "trust", "money", day=each) for each in range(1, 5)]
    coded, turned = coded_of(*held), coded_of(*held[::-1])
    assert themes(coded, 1) == themes(turned, 1)
    assert saturation(coded) == saturation(turned)
    assert together(coded) == together(turned)
    assert quote_matrix(coded) == quote_matrix(turned)


def test_codes_that_are_each_others_parents_still_end() -> None:
    codes = (Code("a", "A", "b"), Code("b", "B", "a"))
    coded = replace(coded_of(one("i1", "chief", "fire")), codes=codes)
    coded = replace(coded, passages=(Passage("p", "i1", 9, 12, "a", "k1"),))
    assert [each.all.interviews for each in themes(coded, 1).themes] == [1, 1]
