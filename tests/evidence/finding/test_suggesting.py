"""Sentences are offered that are like a code's passages; what a person decides is remembered and counted (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.assumptions import stream
from joinedup.evidence import coding
from joinedup.evidence.finding import suggest
from joinedup.evidence.passages import Code, Coder
from joinedup.evidence.store.coded import SuggestionRow
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import hear, opened, redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

SAID = (
    "We trust the chief completely. ",
    "The roof of the station leaks badly. ",
    "Crews trusted their chief after the flood. ",
    "Trusting chiefs completely takes years. ",
    "The lease on that station ended. ",
)
TEXT = "".join(SAID)
STARTS = [TEXT.index(each) for each in SAID]


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as empty:
        for interview in ("I1", "I2"):
            asked = len(TEXT)
            whole = TEXT + "Do you trust your chief completely?"
            hear(empty, interview, whole, (f"{interview}a", 0, asked), ("", asked, len(whole)))
        coding.add_coder(empty, Coder("ann", "Ann"))
        coding.add_coder(empty, Coder("ben", "Ben"))
        coding.make(
            empty,
            "ann",
            [
                Code("trust", "Trust"),
                Code("roof", "Roof", definition="Speaks of stations and leases.", example="It leaks."),
            ],
        )
        coding.lay(empty, "ann", "trust", "I1", 0, len(SAID[0]) - 1)
        yield empty


def test_what_is_most_like_comes_first_and_ties_come_in_the_order_they_were_said(
    transaction: Session,
) -> None:
    found = suggest(transaction, "trust")
    assert [(each.interview, STARTS.index(each.start)) for each in found] == [
        ("I2", 0),
        ("I1", 3),
        ("I2", 3),
        ("I1", 2),
        ("I2", 2),
    ]
    assert found[0].score == 1
    assert found[0].words == SAID[0].strip()
    assert found[1].score == found[2].score
    assert suggest(transaction, "trust") == found
    assert suggest(transaction, "trust", most=2) == found[:2]


def test_the_interviewers_questions_and_what_has_the_code_are_not_offered(transaction: Session) -> None:
    coding.lay(transaction, "ben", "trust", "I2", 0, 5)
    offered = suggest(transaction, "trust")
    assert not any("Do you" in each.words for each in offered)
    assert {(each.interview, each.start) for each in offered}.isdisjoint({("I1", 0), ("I2", 0)})
    assert all(each.speaker for each in offered)


def test_a_code_without_passages_is_compared_by_what_its_entry_says(transaction: Session) -> None:
    assert {STARTS.index(each.start) for each in suggest(transaction, "roof")} == {1, 4}


def test_what_was_refused_is_never_offered_again(transaction: Session) -> None:
    first, second, *_ = suggest(transaction, "trust")
    coding.refuse(transaction, "ann", first.id)
    again = suggest(transaction, "trust")
    assert again[0] == second
    assert first.id not in {each.id for each in again}
    coding.undo(transaction, "ann")
    assert suggest(transaction, "trust")[0] == first


def test_what_was_accepted_is_a_passage_that_says_it_was_suggested(transaction: Session) -> None:
    first, *_ = suggest(transaction, "trust")
    name = coding.accept(transaction, "ben", first.id, round=2, memo="the same words")
    laid = next(each for each in coding.passages(transaction) if each.id == name)
    assert (laid.interview, laid.start, laid.end) == (first.interview, first.start, first.end)
    assert (laid.code, laid.coder, laid.round, laid.memo, laid.suggested) == (
        "trust",
        "ben",
        2,
        "the same words",
        True,
    )
    coding.remove(transaction, "ben", [name])
    assert first.id not in {each.id for each in suggest(transaction, "trust")}


def test_suggestions_are_counted_by_what_became_of_them(transaction: Session) -> None:
    first, second, third, *_ = suggest(transaction, "trust")
    coding.accept(transaction, "ann", first.id)
    coding.refuse(transaction, "ann", second.id)
    coding.refuse(transaction, "ben", third.id)
    suggest(transaction, "roof", most=1)
    assert [
        (each.code, each.waiting, each.accepted, each.refused, each.suggested)
        for each in coding.decided(transaction)
    ] == [("roof", 1, 0, 0, 1), ("trust", 2, 1, 2, 5)]


def test_suggesting_again_replaces_only_what_nobody_decided(transaction: Session) -> None:
    first, *_ = suggest(transaction, "trust")
    coding.refuse(transaction, "ann", first.id)
    suggest(transaction, "trust", most=1)
    assert transaction.query(SuggestionRow).count() == 2


def test_a_suggestion_stands_in_positions_of_the_original(transaction: Session) -> None:
    at = STARTS[2] + SAID[2].index("Crews")
    redact(transaction, "I2", at, at + 5, "[team name]")
    found = next(
        each for each in suggest(transaction, "trust") if (each.interview, each.start) == ("I2", STARTS[2])
    )
    assert found.words.startswith("[team name] trusted")
    assert TEXT[found.start : found.end] == SAID[2].strip()


def test_what_cannot_be_suggested_is_refused(transaction: Session) -> None:
    with pytest.raises(Refusal, match="no code 'trsut'; did you mean 'trust'"):
        suggest(transaction, "trsut")
    with pytest.raises(Refusal, match="ask for one or more"):
        suggest(transaction, "trust", most=0)
    with pytest.raises(Refusal, match="no suggestion 'trust/I1/0-1'"):
        coding.accept(transaction, "ann", "trust/I1/0-1")


TOPICS = {
    "money": ("budget", "grant", "settlement", "pound", "invoice", "cost", "reserve", "fund", "levy"),
    "roof": ("station", "building", "lease", "bay", "roof", "land", "rent", "office", "yard"),
    "law": ("statute", "regulation", "lawyer", "court", "clause", "duty", "act", "consent", "power"),
    "people": ("union", "crew", "rota", "shift", "morale", "officer", "pay", "grade", "welfare"),
}
FILLER = (
    "region",
    "winter",
    "county",
    "service",
    "partner",
    "meeting",
    "letter",
    "month",
    "plan",
    "week",
    "map",
)


def transcripts(seed: int) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Imagine interviews of sentences of nine words: two of the topic, two of any topic, and the rest of none."""
    chance = stream(seed, "transcripts")
    every = [word for words in TOPICS.values() for word in words]
    for _ in range(12):
        text, truth = "", []
        for _ in range(50):
            topic = str(chance.choice(["", "", "", *TOPICS]))
            said = [*chance.choice(FILLER, 5 if topic else 7), *chance.choice(every, 2)]
            said += [*chance.choice(TOPICS[topic], 2)] if topic else []
            sentence = " ".join(str(each) for each in chance.permutation(said)).capitalize() + "."
            truth.append((topic, len(text), len(text) + len(sentence)))
            text += sentence + " "
        yield text, truth


def test_suggestions_are_right_three_times_as_often_as_chance() -> None:
    """One sentence in eight is of a topic; a third of them are coded, and the machine offers twenty more."""
    right = offered = 0
    shares = []
    with opened() as transaction:
        coding.add_coder(transaction, Coder("ann", "Ann"))
        coding.make(transaction, "ann", [Code(each, each.title()) for each in TOPICS])
        truth = {}
        for place, (text, sentences) in enumerate(transcripts(1)):
            hear(transaction, f"I{place:02}", text, (f"S{place:02}", 0, len(text)))
            for number, (topic, start, end) in enumerate(sentences):
                truth[f"I{place:02}", start, end] = topic
                if topic and number % 3 == 0:
                    coding.lay(transaction, "ann", topic, f"I{place:02}", start, end)
        coded = {(each.interview, each.start, each.end) for each in coding.passages(transaction)}
        for topic in TOPICS:
            found = suggest(transaction, topic)
            offered += len(found)
            right += sum(truth[each.interview, each.start, each.end] == topic for each in found)
            rest = [of for where, of in truth.items() if where not in coded]
            shares.append(rest.count(topic) / len(rest))
    assert offered == 80
    chance = sum(shares) / len(shares)
    assert chance < 0.2
    assert right / offered > 3 * chance, (right / offered, chance)
