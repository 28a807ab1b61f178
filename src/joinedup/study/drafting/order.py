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
from joinedup.study.drafting.naming import as_said, listed
from joinedup.study.drafting.options import GATE_WORDS, pounds
from joinedup.study.drafting.places_taken import places_taken
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.area.settings import OwnWeights
    from joinedup.ranking import Accepted, Swap, Tried
    from joinedup.study.study import Study

_DRAWN = 15
"""At most so many options are drawn; the table holds all of them."""
_LISTED = 10
"""At most so many options are listed by how often they come first."""
_NAMED = 3
"""At most so many options are named of which something is not known."""


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
    """Say how the order would change with what matters: what was agreed, all weights, points of view, and swaps (§7.1)."""
    planned = study.planned
    blocks: list[Block] = [
        Statement(
            f"{name[:1].upper()}{name[1:]} could not be weighed, because they are not known for "
            f"{listed([titles[each] for each in ids[:_NAMED]])}"
            + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")
            + ": absent is not zero."
        )
        for name, ids in planned.unmeasured.items()
    ]
    tried = planned.tried
    if tried is None:
        return blocks
    names = listed([each.name for each in tried.criteria])
    own = study.area.settings.weights
    if own is not None:
        blocks += [Section("Under the weights that were agreed"), *_agreed(own, planned.agreed, titles)]
    if len(tried.criteria) == 1:
        why = f"The options differ in one thing alone, {names}, so that no weights can change their order."
    elif own is None:
        why = (
            f"Nobody has agreed how much each of these matters: {names}. So all weights were tried, "
            f"{tried.samples:,} times, together with the draws of the appraisal."
        )
    else:
        why = (
            f"To show how much rests on what was agreed, all weights of {names} were tried as well, {tried.samples:,} times, "
            "together with the draws of the appraisal."
        )
    blocks += [Section("Under other weights"), Statement(why), _accepted(tried, titles)]
    blocks += places_taken(tried, titles)
    if len(tried.criteria) > 1:
        blocks.append(_central(tried, titles))
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


def _agreed(own: OwnWeights, agreed: Tried | None, titles: dict[str, str]) -> list[Block]:
    """Say whose weights these are, what the points are for, and what comes first under them."""
    points = {"money": own.money, "response": own.response, "people": own.people}
    said = listed([f"{about} {given:g}" for about, given in points.items()])
    who = as_said(own.agreed_by)
    whose = f"{who[:1].upper()}{who[1:]} agreed these points on {own.agreed_on.day} {own.agreed_on:%B %Y}: {said}."
    if agreed is None:
        return [Statement(f"{whose} They give no weight to anything in which the options differ.")]
    first = agreed.accepted[0]
    together = sum(points[each.about] for each in agreed.criteria)
    return [
        Statement(
            f"{whose} Under them {titles[first.id]} comes first on average, and in {{first}} of the draws.",
            {"first": Figure(first.first.share, Unit.SHARE)},
        ),
        Table(
            "agreed-weights",
            "What the agreed points are for: the whole step from the worst to the best of the options",
            (
                Column("What matters"),
                Column("Unit"),
                Column("Worst", numeric=True),
                Column("Best", numeric=True),
                Column("Counts for", numeric=True),
            ),
            [
                [
                    each.name,
                    each.unit,
                    Figure(each.worst, Unit.POUNDS if each.unit == "£" else Unit.NUMBER),
                    Figure(each.best, Unit.POUNDS if each.unit == "£" else Unit.NUMBER),
                    Figure(points[each.about] / together, Unit.SHARE),
                ]
                for each in agreed.criteria
            ],
            note="What the options do not differ in, or what is not known of them all, is left out; the rest keep their "
            "proportions.",
        ),
        Table(
            "agreed-order",
            "The order under the agreed weights",
            (
                Column("Option"),
                Column("Expected place", numeric=True),
                Column("Comes first", numeric=True),
                Column("Give or take", numeric=True),
            ),
            [
                [
                    titles[each.id],
                    Figure(each.expected_place, Unit.NUMBER),
                    Figure(each.first.share, Unit.SHARE),
                    Figure(2 * each.first.error, Unit.SHARE),
                ]
                for each in agreed.accepted[:_LISTED]
            ],
            pages=[each.id for each in agreed.accepted[:_LISTED]],
        ),
    ]


def _central(tried: Tried, titles: dict[str, str]) -> Table:
    """Show what one would have to think to put each option first: the mean of the weights under which it came first."""
    shown = _by_first(tried)[:_LISTED]
    names = [each.name for each in tried.criteria]
    return Table(
        "central-weights",
        "What one would have to think to put each first: the mean of the weights under which it came first",
        (Column("Option"), *(Column(f"{name[:1].upper()}{name[1:]}", numeric=True) for name in names)),
        [
            [
                titles[each.id],
                *(
                    Figure(None, Unit.SHARE, mark=Mark.NOT_APPLICABLE)
                    if each.central_weights is None
                    else Figure(each.central_weights[name], Unit.SHARE)
                    for name in names
                ),
            ]
            for each in shown
        ],
        note="Nobody's agreed weights; an option that never came first has none.",
        pages=[each.id for each in shown],
    )


def _by_first(tried: Tried) -> list[Accepted]:
    return sorted(tried.accepted, key=lambda each: (-each.first.share, each.expected_place, each.id))


def _accepted(tried: Tried, titles: dict[str, str]) -> Table:
    """List how often each option comes first, with the error of having tried only so many weights."""
    ordered = _by_first(tried)
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
