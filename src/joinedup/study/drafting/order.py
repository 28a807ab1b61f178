"""The chapter on the order of the options, and how firm it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Bar, Block, Bullets, Chapter, Chart, Column, Figure, Section, Statement, Table
from joinedup.study.drafting.options import GATE_WORDS, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.study.study import Study


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
                "What each option that passes the safety gate is worth",
                "Net present social value, real pounds; nine draws in ten lie within each interval",
                [Bar(titles[each.id], pounds(assessment[each.id].appraisal.npsv)) for each in order.placed],
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
            ),
        ]
    else:
        answer = Statement("No option passes the safety gate, so none is put in order.")
        costly = [each for each in order.placed if each.expected < 0]
        if costly:
            blocks += [
                Section("Expected to cost more than it is worth"),
                Bullets([Statement(f"{titles[each.id]}.") for each in costly]),
            ]
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
