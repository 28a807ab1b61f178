"""The two legal tests of joint working in England, reported apart, each with its evidence (§5.8).

The duty to collaborate (Policing and Crime Act 2017) asks whether a collaboration would serve efficiency *or*
effectiveness. A change of governance is tested on economy, efficiency *and* effectiveness, *or* on public safety. What
is measured here is evidence for a decision, never the decision: that belongs to the partners and, for governance, to
the Secretary of State.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from joinedup.appraisal.economic import discounted
from joinedup.appraisal.financial import MONEY
from joinedup.appraisal.gate import Outcome
from joinedup.appraisal.outcomes import WAITS, effects
from joinedup.appraisal.ranges import HALF_A_PENNY, draws_of
from joinedup.money import SOCIETY, CashKind
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.appraisal.gate import Gate

SURE = 0.9
"""The share of draws that must agree before a test is answered by yes or no."""


class Answer(StrEnum):
    """What the evidence says of a test."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Tested:
    """One test, what the evidence says, and the evidence in words."""

    test: str
    answer: Answer
    evidence: str


@dataclass(frozen=True)
class Duty:
    """The parts that are tested, and what they say of the duty and, apart from it, of a change of governance."""

    economy: Tested
    efficiency: Tested
    effectiveness: Tested
    public_safety: Tested

    @property
    def to_collaborate(self) -> Tested:
        """Efficiency or effectiveness."""
        parts = (self.efficiency, self.effectiveness)
        return Tested("efficiency or effectiveness", _any(each.answer for each in parts), _said(parts))

    @property
    def of_governance(self) -> Tested:
        """Economy, efficiency and effectiveness, or public safety."""
        three = (self.economy, self.efficiency, self.effectiveness)
        answer = _any((_all(each.answer for each in three), self.public_safety.answer))
        return Tested(
            "economy, efficiency and effectiveness, or public safety",
            answer,
            _said((*three, self.public_safety)),
        )


def duty_tests(appraisal: Appraisal, gate: Gate, services: Sequence[str]) -> Duty:
    """Test an option on what was measured of it.

    Economy is the partners' money together; efficiency adds the time set free; effectiveness is waits that shorten
    while the safety gate passes; public safety asks the same and that no service's waits lengthen.
    """
    money = _of_partners(appraisal, MONEY)
    time = _of_partners(appraisal, (CashKind.NOT_CASH_RELEASING,))
    waits = [each for each in effects(appraisal, gate, services) if each.measure == WAITS]
    what = (
        "the partners' money and time together" if time.any() else "the partners' money; no time is set free"
    )
    return Duty(
        economy=_pounds("economy", money, "the partners' money together"),
        efficiency=_pounds("efficiency", money + time, what),
        effectiveness=_effectiveness(gate, [each.helps for each in waits]),
        public_safety=_public_safety(gate, [each.helps for each in waits]),
    )


def _of_partners(appraisal: Appraisal, kinds: Iterable[CashKind]) -> NDArray[np.float64]:
    """Add up what falls on the partners of some kinds of worth; tax that only moves within the state is not in it."""
    return sum(
        (
            discounted(flow, amount, appraisal.edition)
            for flow in appraisal.flows
            if flow.kind in kinds
            for who, amount in flow.falls_on()
            if who != SOCIETY
        ),
        0.0 * appraisal.npsv,
    )


def _pounds(test: str, worth: NDArray[np.float64], what: str) -> Tested:
    """Answer by the share of draws in which an amount is above zero."""
    share = float((draws_of(worth) > HALF_A_PENNY).mean())
    answer = Answer.YES if share >= SURE else Answer.NO if share <= 1 - SURE else Answer.CANNOT_TELL
    words = in_words(float(worth[0]), Unit.POUNDS)
    return Tested(test, answer, f"{what}: {words}, better in {share:.0%} of draws")


def _effectiveness(gate: Gate, helps: Sequence[bool | None]) -> Tested:
    if gate.outcome is Outcome.FAIL:
        return Tested("effectiveness", Answer.NO, "the safety gate fails")
    if gate.outcome is Outcome.PASS and any(helps):
        return Tested("effectiveness", Answer.YES, "waits shorten for a service, and the safety gate passes")
    why = "no wait shortens; what else it does better is for the partners to show"
    if gate.outcome is Outcome.CANNOT_TELL:
        why = "the safety gate cannot tell"
    return Tested("effectiveness", Answer.CANNOT_TELL, why)


def _public_safety(gate: Gate, helps: Sequence[bool | None]) -> Tested:
    if gate.outcome is Outcome.FAIL or False in helps:
        return Tested("public safety", Answer.NO, "waits lengthen for a service")
    if gate.outcome is Outcome.PASS and any(helps):
        return Tested("public safety", Answer.YES, "waits shorten for a service and lengthen for none")
    return Tested("public safety", Answer.CANNOT_TELL, "nothing that was measured bears on it")


def _any(answers: Iterable[Answer]) -> Answer:
    given = set(answers)
    return next(
        (each for each in (Answer.YES, Answer.CANNOT_TELL) if each in given),
        Answer.NO,
    )


def _all(answers: Iterable[Answer]) -> Answer:
    given = set(answers)
    return next((each for each in (Answer.NO, Answer.CANNOT_TELL) if each in given), Answer.YES)


def _said(parts: Sequence[Tested]) -> str:
    return "; ".join(f"{each.test}: {each.answer} ({each.evidence})" for each in parts)
