"""Quotes leave with consent, without identifiers, behind enough people, seldom enough, and by two hands (§8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.passages import Consent
from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import InterviewRow, Limits, PassageRow, SpeakerRow, Store
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import LIMITS, lay, speaker, store_in, transcript

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.evidence.vault import Vault

SAYS = "We would rather share a roof than lose the station"
ALIKE = [transcript(f"o{number}", [(f"o{number}", "Much the same here.")]) for number in range(2)]
ONE = transcript(
    "one", [("", "And a roof?"), ("a1", f"{SAYS}. Our crews eat together. Write to jo@example.org.")]
)


def with_quote(study: Path) -> tuple[Store, Vault]:
    store, vault = store_in(study)
    store.take_in([ONE, *ALIKE], vault, "ida")
    lay(store, ONE, SAYS, "p1")
    return store, vault


def release(store: Store, passage: str = "p1", limits: Limits = LIMITS) -> None:
    assert not store.approve_quote(passage, "ida", limits).released
    assert store.approve_quote(passage, "bo", limits).released


def test_two_people_release_a_quote_that_says_who_speaks_by_position_alone(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    assert not store.approve_quote("p1", "ida", LIMITS).released
    assert store.released_quotes(LIMITS) == ()
    assert store.approve_quote("p1", "bo", LIMITS).released
    (quote,) = store.released_quotes(LIMITS)
    assert quote.words == SAYS
    assert (quote.position, quote.service, quote.area) == ("station commander", "fire", "Northshire")
    assert quote.approved_by == ("ida", "bo")
    assert "a1" not in str(quote.as_json())
    assert [each.what for each in store.log_lines()][-2:] == ["quote approved", "quote released"]
    assert store.log_lines()[-1].who == "bo"


@pytest.mark.parametrize("again", ["ida", " Ida "])
def test_one_person_cannot_approve_twice(tmp_path: Path, again: str) -> None:
    store, _ = with_quote(tmp_path)
    store.approve_quote("p1", "ida", LIMITS)
    with pytest.raises(
        Refusal, match="has approved the passage 'p1' already; the second approval is somebody else's"
    ):
        store.approve_quote("p1", again, LIMITS)
    store.approve_quote("p1", "bo", LIMITS)
    with pytest.raises(Refusal, match="is released already"):
        store.approve_quote("p1", "cy", LIMITS)


@pytest.mark.parametrize("consent", [Consent.PARAPHRASE, Consent.AGGREGATE])
def test_who_did_not_agree_to_be_quoted_is_not(tmp_path: Path, consent: Consent) -> None:
    store, _ = with_quote(tmp_path)
    with store.transaction() as transaction:
        transaction.get_one(SpeakerRow, "a1").consent = str(consent)
    with pytest.raises(Refusal, match=f"its speaker agreed to '{consent}', not to be quoted"):
        store.approve_quote("p1", "ida", LIMITS)


def test_a_group_that_is_too_small_is_refused_unless_the_wording_was_approved(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    with pytest.raises(
        Refusal, match=r"only 3 speakers share its speaker's position, service and area.* needs 4"
    ):
        store.approve_quote("p1", "ida", Limits(4, 2))
    with store.transaction() as transaction:
        transaction.get_one(SpeakerRow, "a1").consent = str(Consent.ATTRIBUTED)
    release(store, limits=Limits(4, 2))
    assert [each.passage for each in store.released_quotes(Limits(4, 2))] == ["p1"]


def test_what_a_recogniser_finds_must_be_decided_on_first(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    lay(store, ONE, "Write to jo@example.org", "p2")
    with pytest.raises(Refusal, match="found something in it that nobody has decided on"):
        store.approve_quote("p2", "ida", LIMITS)
    (found,) = store.open_proposals()
    assert found.words == "jo@example.org"
    store.accept([found.number], "ida")
    release(store, "p2")
    (quote,) = store.released_quotes(LIMITS)
    assert quote.words == "Write to [e-mail address]"


def test_what_a_person_decided_to_keep_is_no_hindrance(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    lay(store, ONE, "Write to jo@example.org", "p2")
    store.refuse([each.number for each in store.open_proposals()], "ida")
    release(store, "p2")
    assert store.released_quotes(LIMITS)[0].words == "Write to jo@example.org"


def test_recognisers_read_the_words_again_at_approval_and_keep_what_they_find(tmp_path: Path) -> None:
    # As if it had been taken in by a version whose recognisers knew less.
    store, _ = with_quote(tmp_path)
    lay(store, ONE, "Write to jo@example.org", "p2")
    with store.transaction() as transaction:
        transaction.get_one(InterviewRow, "one").proposals = []
    assert store.open_proposals() == ()
    with pytest.raises(Refusal, match="nobody has decided on"):
        store.approve_quote("p2", "ida", LIMITS)
    assert [each.words for each in store.open_proposals()] == ["jo@example.org"]


def test_nobody_is_quoted_oftener_than_the_study_allows(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    lay(store, ONE, "Our crews eat together", "p2")
    release(store, "p1", Limits(3, 1))
    with pytest.raises(Refusal, match="the speaker 'a1' is quoted 1 times already, and 1 is the most"):
        store.approve_quote("p2", "ida", Limits(3, 1))
    release(store, "p2", Limits(3, 2))
    assert len(store.released_quotes(Limits(3, 2))) == 2
    # A study that narrows its limits lets fewer out from then on.
    assert [each.passage for each in store.released_quotes(Limits(3, 1))] == ["p1"]
    assert store.released_quotes(Limits(4, 2)) == ()


def test_a_passage_of_two_people_or_of_the_interviewer_is_no_quote(tmp_path: Path) -> None:
    store, vault = with_quote(tmp_path)
    group = transcript("two", [("b1", "I said no."), ("b2", "And I said yes.")])
    store.take_in([group], vault, "ida")
    lay(store, group, "no.\nB2: And", "p3")
    lay(store, ONE, "And a roof?", "p4")
    with pytest.raises(Refusal, match="is said by several people"):
        store.approve_quote("p3", "ida", LIMITS)
    with pytest.raises(Refusal, match="is said by nobody but the interviewer"):
        store.approve_quote("p4", "ida", LIMITS)
    with pytest.raises(Refusal, match="there is no passage 'p9'"):
        store.approve_quote("p9", "ida", LIMITS)


def test_what_changed_is_no_longer_released_until_two_approve_it_anew(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    release(store)
    # Not a word of the quote changes, but of the document it stands in.
    at = ONE.text.index("eat together")
    store.redact("one", Redaction(at, at + len("eat together"), "[custom]", "would be known by it"), "ida")
    assert store.released_quotes(LIMITS) == ()
    release(store)
    assert [each.words for each in store.released_quotes(LIMITS)] == [SAYS]
    with store.transaction() as transaction:
        transaction.get_one(PassageRow, "p1").end -= 8
    assert store.released_quotes(LIMITS) == ()


def test_an_approval_of_words_that_changed_since_does_not_count_for_the_new_ones(tmp_path: Path) -> None:
    store, _ = with_quote(tmp_path)
    store.approve_quote("p1", "ida", LIMITS)
    at = ONE.text.index("roof than")
    store.redact("one", Redaction(at, at + 4, "[place]", "place"), "ida")
    assert not store.approve_quote("p1", "bo", LIMITS).released
    assert store.approve_quote("p1", "ida", LIMITS).released
    assert store.released_quotes(LIMITS)[0].words == SAYS.replace("roof", "[place]")


def test_narrower_consent_takes_a_released_quote_back(tmp_path: Path) -> None:
    store, vault = with_quote(tmp_path)
    release(store)
    said = [("", "And a roof?"), ("a1", f"{SAYS}. Our crews eat together. Write to jo@example.org.")]
    narrower = transcript("one", said, [speaker("a1", Consent.PARAPHRASE)])
    store.take_in([narrower], vault, "ida")
    assert store.released_quotes(LIMITS) == ()


def test_the_others_withdrawing_makes_a_group_too_small(tmp_path: Path) -> None:
    store, vault = with_quote(tmp_path)
    release(store)
    store.withdraw(vault, "ida", interview="o1")
    assert store.released_quotes(LIMITS) == ()
