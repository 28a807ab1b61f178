"""What an option's page says of waits: what the safety gate compared, what it found by group, and what was agreed beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import Outcome
from joinedup.disclosure import (
    LIMIT,
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Mark,
    Statement,
    Table,
    count,
)
from joinedup.study.answer_gate import AnsweredGate
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.options import GATE_WORDS
from joinedup.study.drafting.waits import before_and_after_map, gate_words
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.appraisal import Gate, Judged
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

_GROUPS = 15
"""At most so many groups are listed, those that decide first."""
_SEVERITY = (Outcome.FAIL, Outcome.CANNOT_TELL, Outcome.PASS)
_FOUND = {
    Outcome.PASS: "No group would wait longer than the partners agreed to allow",
    Outcome.FAIL: "At least one group would wait longer than the partners agreed to allow",
    Outcome.CANNOT_TELL: "Nobody can tell whether a group would wait longer than was agreed",
}


def found_in_words(gate: Gate) -> str:
    """Say in a sentence what the gate found, without a group of few incidents."""
    if not gate.rows:
        return (
            "Nobody who responds would move, so no drive changes"
            if gate.outcome is Outcome.PASS
            else "There are no response times to judge by, so nobody can tell"
        )
    return _FOUND[gate.outcome]


def gate_chapter(study: Study, each: Assessed) -> Chapter:
    """Show what was compared, what was found by group, and what tolerance was recorded when (§5.7)."""
    gate = each.gate
    blocks: list[Block] = []
    if words := gate_words(study, each):
        blocks.append(Bullets(words))
    if gate.outcome is Outcome.CANNOT_TELL and not any(row.runs_that_would_tell for row in gate.rows):
        blocks.append(
            Statement("It would take more incidents to tell, or what is missing: more runs would not.")
        )
    if gate.rows:
        blocks.append(_groups(study, gate))
    blocks += before_and_after_map(study, each)
    return Chapter(
        "waits", _FOUND[gate.outcome] if gate.rows else found_in_words(gate), _answer(gate), blocks
    )


def _answer(gate: Gate) -> Statement:
    """Say what the finding means, and whether it rests on tolerances of which nobody can tell when they were agreed."""
    words = {
        Outcome.PASS: "The safety gate passes it.",
        Outcome.FAIL: "The safety gate does not pass it, whatever it is worth in money.",
        Outcome.CANNOT_TELL: "Cannot tell is not a pass: it takes no place in the order.",
    }[gate.outcome]
    if gate.beforehand is None:
        words += (
            " Whether the tolerances were recorded before results were seen is not stated: add results_seen_on to "
            "study.toml."
        )
    return Statement(words)


def _groups(study: Study, gate: Gate) -> Table:
    """List the groups that decide, then those with the greatest change; of a small group only that it is small."""
    ordered = sorted(gate.rows, key=_place)
    shown, others = ordered[:_GROUPS], ordered[_GROUPS:]
    of, until = (
        ("calls", "a call is answered or crews are told, by service and what is waited for")
        if isinstance(gate, AnsweredGate)
        else ("incidents", "help comes, by service, category and ground")
    )
    return Table(
        "groups",
        f"Change in minutes until {until}; a minus is shorter",
        (
            Column(f"Group of {of}"),
            Column(of.capitalize(), numeric=True),
            Column("Mean change", numeric=True),
            Column("At most (95 % sure)", numeric=True),
            Column("Allowed", numeric=True),
            Column("What the gate says"),
        ),
        [
            [
                f"{short_name(study.area, row.service_id)}, {_named(row.category)}, {_named(row.ground)}".rstrip(
                    ", "
                ),
                count(row.incidents),
                Figure(row.mean_change, Unit.MINUTES, row.incidents),
                Figure(row.upper, Unit.MINUTES, row.incidents, mark=_none_if(row.upper)),
                Figure(row.tolerance, Unit.MINUTES, mark=_none_if(row.tolerance)),
                GATE_WORDS[row.outcome],
            ]
            for row in shown
        ],
        note=_more(others),
    )


def _more(rows: list[Judged]) -> str:
    if not rows:
        return ""
    beyond, unclear = (
        sum(row.outcome is each for row in rows) for each in (Outcome.FAIL, Outcome.CANNOT_TELL)
    )
    return f"{len(rows)} more groups are judged: {beyond} beyond the tolerance, {unclear} of which nobody can tell."


def _place(row: Judged) -> tuple[int, bool, float, str, str, str]:
    """Order by what decides, then by the greatest change; small groups last, so that their place tells nothing."""
    few = row.incidents < LIMIT
    change = 0.0 if few or row.mean_change is None else -row.mean_change
    return (_SEVERITY.index(row.outcome), few, change, row.service_id, row.category or "", row.ground or "")


def _named(text: str | None) -> str:
    return "not recorded" if text is None else text


def _none_if(value: float | None) -> Mark:
    return Mark.NOT_APPLICABLE if value is None else Mark.NONE
