"""The chapter on the order of the options, and how firm it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    Bar,
    Block,
    Bullets,
    Chapter,
    Chart,
    Column,
    Figure,
    Mark,
    Section,
    Statement,
    Table,
)
from joinedup.study.drafting.naming import listed
from joinedup.study.drafting.options import GATE_WORDS, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.ranking import Swap, Tried
    from joinedup.study.study import Study

_DRAWN = 15
"""At most so many options are drawn; the table holds all of them."""
_LISTED = 10
"""At most so many options are listed by how often they come first."""


def order_chapter(study: Study) -> Chapter:
    """Show the order of the options that pass the gate, and how firm it is."""
    assessment = study.assessment
    order = assessment.order
    if not assessment.options:
        return Chapter(
            "order", "In what order", Statement("There is nothing to put in order."), missing="Options."
        )
    titles = {each.option.id: each.option.title for each in assessment.options}
    blocks: list[Block] = []
    if order.placed:
        first = order.placed[0]
        answer = Statement(
            f"{titles[first.id]} comes first; it stays among the first {order.top} in {{firm}} of the draws.",
            {"firm": Figure(first.firmness, Unit.SHARE)},
        )
        blocks += [
            Chart(
                "order",
                "What each option that passes the safety gate is worth"
                if len(order.placed) <= _DRAWN
                else f"What the first {_DRAWN} of {len(order.placed)} options that pass the safety gate are worth",
                "Net present social value, real pounds; nine draws in ten lie within each interval",
                [
                    Bar(titles[each.id], pounds(assessment[each.id].appraisal.npsv))
                    for each in order.placed[:_DRAWN]
                ],
                f"Source: this study's assumptions, drawn {len(assessment.options[0].appraisal.npsv) - 1:,} times.",
                "One line an option with the middle and the ends of its range, in order of expected worth.",
            ),
            Table(
                "order-table",
                "Order by expected worth, and how firm it is",
                (
                    Column("Option"),
                    Column("Place", numeric=True),
                    Column("Expected worth", numeric=True),
                    Column(f"Stays among the first {order.top}", numeric=True),
                ),
                [
                    [
                        titles[each.id],
                        Figure(each.place, Unit.NUMBER),
                        Figure(each.expected, Unit.POUNDS),
                        Figure(each.firmness, Unit.SHARE),
                    ]
                    for each in order.placed
                ],
                pages=[each.id for each in order.placed],
            ),
            *_weights(study, titles),
        ]
    else:
        answer = Statement("No option passes the safety gate, so none is put in order.")
    if order.apart:
        blocks += [
            Section("Not in the order"),
            Bullets([Statement(f"{titles[each.id]}: {GATE_WORDS[each.gate]}.") for each in order.apart]),
        ]
    if order.conflicts:
        blocks += [
            Section("Cannot both be done"),
            Bullets(
                [
                    Statement(f"{titles[a]}, and {titles[b]}.")
                    for a, b in (each.options for each in order.conflicts)
                ]
            ),
        ]
    if not order.placed:
        heading = "No option can be put in order yet"
    elif order.placed[0].expected <= 0:
        heading = "No option is expected to be worth what it costs"
    else:
        heading = f"First: {titles[order.placed[0].id]}"
    return Chapter("order", heading, answer, blocks)


def _weights(study: Study, titles: dict[str, str]) -> list[Block]:
    """Say how the order would change with what matters: all weights, points of view, and where the first two swap (§7.1)."""
    planned = study.planned
    if planned.tried is None:
        return []
    tried = planned.tried
    blocks: list[Block] = [
        Section("Under other weights"),
        Statement(
            f"Nobody has agreed how much each of these matters: {listed([each.name for each in tried.criteria])}. So all "
            f"weights were tried, {tried.samples:,} times, together with the draws of the appraisal."
            if len(tried.criteria) > 1
            else f"The options differ in one thing alone, {tried.criteria[0].name}, so that no weights can change their order."
        ),
        _accepted(tried, titles),
    ]
    if planned.views:
        blocks.append(
            Table(
                "views",
                "What each point of view would put first",
                (Column("Point of view"), Column("What it holds"), Column("What it would put first")),
                [[name, holds, titles[first]] for name, holds, first in planned.views],
                note="These are nobody's agreed weights: they show what an order would be if somebody thought so.",
            )
        )
    if len(tried.criteria) > 1:
        blocks.append(Bullets([Statement(words) for words in swaps_in_words(tried, titles)]))
    return blocks


def _accepted(tried: Tried, titles: dict[str, str]) -> Table:
    """List how often each option comes first, with the error of having tried only so many weights."""
    ordered = sorted(tried.accepted, key=lambda each: (-each.first.share, each.expected_place, each.id))
    shown, rest = ordered[:_LISTED], ordered[_LISTED:]
    highest = max((each.first.share for each in rest), default=0.0)
    return Table(
        "weights",
        "How often each option comes first, over all weights and draws",
        (
            Column("Option"),
            Column("Comes first", numeric=True),
            Column("Give or take", numeric=True),
            Column("Expected place", numeric=True),
            Column("First when its own weights are held", numeric=True),
        ),
        [
            [
                titles[each.id],
                Figure(each.first.share, Unit.SHARE),
                Figure(2 * each.first.error, Unit.SHARE),
                Figure(each.expected_place, Unit.NUMBER),
                Figure(None, Unit.SHARE, mark=Mark.NOT_APPLICABLE)
                if each.confidence is None
                else Figure(each.confidence.share, Unit.SHARE),
            ]
            for each in shown
        ],
        note=Statement(
            "Give or take is twice the Monte Carlo error."
            + (f" {len(rest)} more options come first in at most {{most}} of the tries." if rest else ""),
            {"most": Figure(highest, Unit.SHARE)} if rest else {},
        ),
        pages=[each.id for each in shown],
    )


def swaps_in_words(tried: Tried, titles: dict[str, str]) -> list[str]:
    """Say at which weights the first two change places, in parts of a hundred."""
    swaps = tried.swaps
    if swaps is None:
        return []
    one, other = titles[swaps.leader], titles[swaps.next_best]
    said = [f"When everything matters as much, {one} comes first and {other} next."]
    if swaps.nearest is None:
        return [*said, "They would not change places under any weights."]
    for name, swap in swaps.by_criterion.items():
        if swap is not None:
            said.append(
                f"They would change places if {name} counted for {_parts(swap, name)} in 100, not "
                f"{round(100 * swaps.centre[name])}, the others keeping their proportions."
            )
    if not any(swaps.by_criterion.values()):
        nearest = listed([f"{name} {_parts(swaps.nearest, name)}" for name in swaps.nearest.weights])
        said.append(f"They would change places at these weights, of 100: {nearest}.")
    return said


def _parts(swap: Swap, name: str) -> int:
    return round(100 * swap.weights[name])
