"""What a study states that changes make possible: what of it can be weighed, and what waits for a change (§1.3, §4.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from joinedup.appraisal import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.roadmap import Decision, Question, Step, Unlock
    from joinedup.study.assessing import Assessed


@dataclass(frozen=True)
class NotValued:
    """That a change makes an option possible, as the study states it, where one of the two cannot be on a roadmap, and why."""

    change: str
    option: str
    reason: str


def not_valued(
    unlocks: Mapping[str, Sequence[Unlock]], assessed: Sequence[Assessed], steps: Sequence[Step]
) -> tuple[NotValued, ...]:
    """Say what of the study's table no roadmap can weigh: one of the two does not pass the gate, or cannot start (§1.3)."""
    why = {each.id: f"'{each.id}' {each.blocked}" for each in steps if each.blocked}
    for each in assessed:
        if each.gate.outcome is Outcome.FAIL:
            why[each.option.id] = f"the safety gate does not pass '{each.option.id}'"
        elif each.gate.outcome is Outcome.CANNOT_TELL:
            why[each.option.id] = f"the safety gate cannot tell of '{each.option.id}'"
    return tuple(
        NotValued(change, entry.option, ", and ".join(reasons))
        for change, entries in sorted(unlocks.items())
        for entry in sorted(entries, key=lambda each: each.option)
        if (reasons := [why[each] for each in (change, entry.option) if each in why])
    )


def without_changes(
    question: Question, unlocks: Mapping[str, Sequence[Unlock]], decisions: Mapping[str, Decision]
) -> Question:
    """Hold back what the study states only a change makes possible, unless a person decided on it or on the change (§4.6)."""
    only_with: dict[str, list[str]] = {}
    for option, entries in sorted(unlocks.items()):
        for entry in entries:
            only_with.setdefault(entry.option, []).append(option)
    decided = {option for option, decision in decisions.items() if decision.goes_ahead}
    steps = []
    for each in question.steps:
        changes = only_with.get(each.id, [])
        if changes and not each.blocked and not decided & {each.id, *changes}:
            named = " or ".join(f"'{change}'" for change in changes)
            each = replace(each, blocked=f"is stated to be possible only with {named}")  # noqa: PLW2901
        steps.append(each)
    return replace(question, steps=tuple(steps))
