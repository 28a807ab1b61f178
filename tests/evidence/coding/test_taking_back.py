"""Every change can be taken back and made again, and nobody's work is lost to another's second thoughts (§6.1)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from joinedup.evidence import coding
from joinedup.evidence.passages import Code
from joinedup.evidence.store.coded import ChangeRow, PassageRow
from joinedup.evidence.store.heard import InterviewRow
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import offer, opened, started, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session


@pytest.fixture
def transaction() -> Iterator[Session]:
    with opened() as empty:
        yield started(empty)


def test_a_coder_takes_back_their_own_last_change_and_makes_it_again(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    other = coding.lay(transaction, "ben", "trust", "I1", 0, 9)
    coding.move(transaction, "ann", laid, 3, 9)
    after = state(transaction)
    assert coding.undo(transaction, "ann") == f"moved {laid} to 3 to 9"
    assert coding.undo(transaction, "ann") == "laid trust on I1 from 0 to 9"
    assert [each.id for each in coding.passages(transaction)] == [other]
    coding.redo(transaction, "ann")
    coding.redo(transaction, "ann")
    assert state(transaction) == after
    with pytest.raises(Refusal, match="ann has taken back no change"):
        coding.redo(transaction, "ann")


def test_what_was_taken_back_is_gone_once_its_coder_goes_on(transaction: Session) -> None:
    coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    coding.undo(transaction, "ann")
    second = coding.lay(transaction, "ann", "trust", "I1", 20, 29)
    with pytest.raises(Refusal, match="no change that could be made again"):
        coding.redo(transaction, "ann")
    coding.undo(transaction, "ann")
    coding.redo(transaction, "ann")
    assert [each.id for each in coding.passages(transaction)] == [second]


def test_a_change_is_not_taken_back_under_a_later_one_of_the_same_rows(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    coding.note(transaction, "ben", laid, "I would say roof")
    with pytest.raises(Refusal, match=f"ben has since 'wrote the memo of {laid}'"):
        coding.undo(transaction, "ann")
    coding.undo(transaction, "ben")
    coding.undo(transaction, "ann")
    assert coding.passages(transaction) == ()
    with pytest.raises(Refusal, match="cannot be made again"):
        coding.redo(transaction, "ben")


def test_a_code_that_others_have_used_is_not_taken_back(transaction: Session) -> None:
    coding.make(transaction, "ann", [Code("new", "New")])
    coding.lay(transaction, "ben", "new", "I1", 0, 9)
    with pytest.raises(Refusal, match="the code new has been used since"):
        coding.undo(transaction, "ann")
    assert len(coding.passages(transaction)) == 1


def test_a_code_that_others_have_put_something_under_is_not_taken_back(transaction: Session) -> None:
    coding.make(transaction, "ann", [Code("new", "New")])
    coding.put_under(transaction, "ben", "roof", "new")
    with pytest.raises(Refusal, match="code 'roof', parent: there is no code 'new'"):
        coding.undo(transaction, "ann")


def test_a_passage_does_not_come_back_to_a_code_that_is_gone(transaction: Session) -> None:
    laid = coding.lay(transaction, "ben", "roof", "I1", 0, 9)
    coding.remove(transaction, "ann", [laid])
    coding.remove_code(transaction, "ben", "roof")
    with pytest.raises(Refusal, match="the code roof is gone"):
        coding.undo(transaction, "ann")


def test_taking_back_never_puts_codes_in_a_circle(transaction: Session) -> None:
    coding.put_under(transaction, "ann", "data", "")
    coding.put_under(transaction, "ben", "law", "data")
    with pytest.raises(Refusal, match="goes in a circle"):
        coding.undo(transaction, "ann")


def test_rows_that_were_changed_past_the_record_are_left_alone(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "trust", "I1", 0, 9)
    transaction.get_one(PassageRow, laid).memo = "written past the record"
    transaction.flush()
    with pytest.raises(Refusal, match="no longer as it was left"):
        coding.undo(transaction, "ann")


def test_a_suggestion_that_was_accepted_can_be_taken_back_and_accepted_again(transaction: Session) -> None:
    before = state(transaction)
    name = offer(transaction, "trust", "I1", 0, 9)
    coding.accept(transaction, "ann", name)
    after = state(transaction)
    coding.undo(transaction, "ann")
    assert state(transaction) == before
    offer(transaction, "trust", "I1", 0, 9)
    coding.redo(transaction, "ann")
    assert state(transaction) == after
    with pytest.raises(Refusal, match="was accepted by ann already"):
        coding.refuse(transaction, "ben", name)


def test_what_is_forgotten_is_in_no_row_and_the_rest_can_still_be_taken_back(transaction: Session) -> None:
    said = "word for word"
    gone = coding.lay(transaction, "ann", "roof", "I1", 10, 20, memo=said)
    coding.remove(transaction, "ann", [gone])
    coding.lay(transaction, "ann", "roof", "I1", 10, 20, memo=said)
    kept = coding.lay(transaction, "ann", "roof", "I1", 50, 60, memo="of another speaker")
    other = coding.lay(transaction, "ann", "roof", "I2", 10, 20)
    coding.merge(transaction, "ann", "roof", "trust")
    coding.forget(transaction, "I1", [(0, 15)])
    assert {each.id for each in coding.passages(transaction)} == {kept, other}
    held = [(each.before + each.after, each.undone) for each in transaction.query(ChangeRow)]
    assert not any(said in text for text, _ in held)
    coding.undo(transaction, "ann")
    assert {(each.id, each.code) for each in coding.passages(transaction)} == {
        (kept, "roof"),
        (other, "roof"),
    }
    coding.undo(transaction, "ann")
    coding.undo(transaction, "ann")
    assert coding.passages(transaction) == ()
    assert coding.undo(transaction, "ann").startswith("made")


def test_nothing_comes_back_to_an_interview_that_was_withdrawn(transaction: Session) -> None:
    laid = coding.lay(transaction, "ann", "roof", "I1", 10, 20)
    coding.remove(transaction, "ann", [laid])
    transaction.get_one(InterviewRow, "I1").withdrawn = True
    with pytest.raises(Refusal, match="the interview I1 was withdrawn"):
        coding.undo(transaction, "ann")


CODERS = st.sampled_from(["ann", "ben"])
IDS = st.sampled_from(["law", "data", "trust", "roof", "n1", "n2"])
STRETCHES = st.tuples(st.sampled_from(["I1", "I2"]), st.sampled_from([(0, 9), (0, 5), (3, 9), (99, 100)]))
MEMOS = st.sampled_from(["", "a memo", "another memo", "a third"])
PLACES = st.integers(0, 99)


class Changing(RuleBasedStateMachine):
    """Two coders do whatever they like; then all of it is taken back, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._open = opened()
        self.transaction = started(self._open.__enter__())
        self.first = state(self.transaction)
        self.applied: list[tuple[str, int, object]] = []
        self.back: dict[str, list[int]] = {"ann": [], "ben": []}

    @initialize()
    def begin(self) -> None:
        self.made = self.last()

    def last(self) -> int:
        return max(each.id for each in self.transaction.query(ChangeRow))

    def passage(self, place: int) -> str:
        held = coding.passages(self.transaction)
        return held[place % len(held)].id if held else "none"

    def attempt(self, coder: str, change: Callable[[], object]) -> None:
        """Make a change; one that is refused must have changed nothing."""
        before, last = state(self.transaction), self.last()
        try:
            change()
        except Refusal:
            assert state(self.transaction) == before
            assert self.last() == last
            return
        if self.last() > last:
            assert self.last() == last + 1
            self.applied.append((coder, self.last(), before))
            self.back[coder].clear()
        else:
            assert state(self.transaction) == before

    @rule(coder=CODERS, code=IDS, stretch=STRETCHES, round=st.integers(1, 2), memo=MEMOS)
    def lay(self, coder: str, code: str, stretch: tuple[str, tuple[int, int]], round: int, memo: str) -> None:
        interview, (start, end) = stretch
        self.attempt(
            coder, lambda: coding.lay(self.transaction, coder, code, interview, start, end, round, memo=memo)
        )

    @rule(coder=CODERS, place=PLACES, stretch=STRETCHES)
    def move(self, coder: str, place: int, stretch: tuple[str, tuple[int, int]]) -> None:
        self.attempt(coder, lambda: coding.move(self.transaction, coder, self.passage(place), *stretch[1]))

    @rule(coder=CODERS, place=PLACES, memo=MEMOS)
    def note(self, coder: str, place: int, memo: str) -> None:
        self.attempt(coder, lambda: coding.note(self.transaction, coder, self.passage(place), memo))

    @rule(coder=CODERS, places=st.sets(PLACES, max_size=3))
    def remove(self, coder: str, places: set[int]) -> None:
        chosen = sorted({self.passage(place) for place in places})
        self.attempt(coder, lambda: coding.remove(self.transaction, coder, chosen))

    @rule(coder=CODERS, code=IDS, parent=st.one_of(st.just(""), IDS))
    def make(self, coder: str, code: str, parent: str) -> None:
        new = Code(code, code.title(), parent=parent)
        self.attempt(coder, lambda: coding.make(self.transaction, coder, [new]))

    @rule(coder=CODERS, code=IDS, name=st.sampled_from(["One", "Two", ""]))
    def rename(self, coder: str, code: str, name: str) -> None:
        self.attempt(coder, lambda: coding.rename(self.transaction, coder, code, name))

    @rule(coder=CODERS, code=IDS, definition=st.sampled_from(["Is this", "Is that"]))
    def describe(self, coder: str, code: str, definition: str) -> None:
        self.attempt(
            coder, lambda: coding.describe(self.transaction, coder, Code(code, "", definition=definition))
        )

    @rule(coder=CODERS, code=IDS, parent=st.one_of(st.just(""), IDS))
    def put_under(self, coder: str, code: str, parent: str) -> None:
        self.attempt(coder, lambda: coding.put_under(self.transaction, coder, code, parent))

    @rule(coder=CODERS, code=IDS)
    def remove_code(self, coder: str, code: str) -> None:
        self.attempt(coder, lambda: coding.remove_code(self.transaction, coder, code))

    @rule(coder=CODERS, code=IDS, into=IDS, places=st.sets(PLACES, max_size=4))
    def split(self, coder: str, code: str, into: str, places: set[int]) -> None:
        held = [each.id for each in coding.passages(self.transaction) if each.code == code]
        chosen = {held[place % len(held)] for place in places} if held else set()
        new = Code(into, into.title())
        self.attempt(coder, lambda: coding.split(self.transaction, coder, code, chosen, new))

    @rule(coder=CODERS, code=IDS, into=IDS)
    def merge(self, coder: str, code: str, into: str) -> None:
        before = coding.passages(self.transaction)
        held = [each for each in before if each.code in (code, into)]
        many = len(self.applied)
        self.attempt(coder, lambda: coding.merge(self.transaction, coder, code, into))
        if len(self.applied) == many:
            return
        after = coding.passages(self.transaction)
        now = [each for each in after if each.code == into]
        stretches = Counter((each.coder, each.round, each.interview, each.start, each.end) for each in now)
        assert set(stretches) == {
            (each.coder, each.round, each.interview, each.start, each.end) for each in held
        }
        memos = {
            (each.coder, each.round, each.interview, each.start, each.end): each.memo.split("\n")
            for each in now
        }
        for each in held:
            found = memos[each.coder, each.round, each.interview, each.start, each.end]
            assert not each.memo or set(each.memo.split("\n")) <= set(found)
        assert not any(each.code == code for each in after)

    @rule(coder=CODERS, code=IDS, stretch=STRETCHES, accepted=st.booleans())
    def decide(self, coder: str, code: str, stretch: tuple[str, tuple[int, int]], accepted: bool) -> None:
        if code in {each.id for each in coding.codes(self.transaction)}:
            name = offer(self.transaction, code, stretch[0], *stretch[1])
            decide = coding.accept if accepted else coding.refuse
            self.attempt(coder, lambda: decide(self.transaction, coder, name))

    @precondition(lambda self: self.applied)
    @rule()
    def undo(self) -> None:
        coder, number, before = self.applied.pop()
        coding.undo(self.transaction, coder)
        assert self.transaction.get_one(ChangeRow, number).undone
        assert state(self.transaction) == before
        self.back[coder].append(number)

    @rule(coder=CODERS)
    def redo(self, coder: str) -> None:
        before = state(self.transaction)
        if not self.back[coder]:
            with pytest.raises(Refusal, match="taken back no change"):
                coding.redo(self.transaction, coder)
            return
        try:
            coding.redo(self.transaction, coder)
        except Refusal:
            assert state(self.transaction) == before
            return
        number = self.back[coder].pop()
        assert not self.transaction.get_one(ChangeRow, number).undone
        self.applied.append((coder, number, before))

    @invariant()
    def no_change_is_lost(self) -> None:
        numbers = [each.id for each in self.transaction.query(ChangeRow).order_by(ChangeRow.id)]
        assert numbers == list(range(1, len(numbers) + 1))

    def teardown(self) -> None:
        try:
            while self.applied:
                self.undo()
            assert state(self.transaction) == self.first
        finally:
            self._open.__exit__(None, None, None)


TestChanging = Changing.TestCase
TestChanging.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
