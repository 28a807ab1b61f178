"""What a change would make possible, pictured: the best roadmap without it, with it, and what comes of which option (§4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Bar, Block, Bullets, Chart, Column, Figure, Section, Statement, Table
from joinedup.study.drafting.left_out import by_title
from joinedup.study.drafting.naming import as_said
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.roadmap import Unlocked
    from joinedup.roadmap.relaxing import Difference
    from joinedup.study.unlocking import NotValued


def unlocked_blocks(
    unlocked: Sequence[Unlocked], not_valued: Sequence[NotValued], titles: Mapping[str, str]
) -> list[Block]:
    """Draw what each change is worth beside the best roadmap without it, and list what it is stated to make possible."""
    if not unlocked and not not_valued:
        return []
    blocks: list[Block] = [
        Section("What a change would make possible"),
        Statement(
            "A change of who decides is worth the best roadmap with it less the best without. What it makes possible, and how "
            "probably, is what the study states; whether it comes true is taken as known before the roadmap is made."
        ),
    ]
    if unlocked:
        blocks += [_stated(unlocked, titles), *(_pictured(each, titles) for each in unlocked)]
    if not_valued:
        blocks.append(Bullets([Statement(as_said(_in_vain(each, titles))) for each in not_valued]))
    return blocks


def _in_vain(each: NotValued, titles: Mapping[str, str]) -> str:
    """Say why what the study states of a change is not weighed."""
    return (
        f"{titles[each.change]} is stated to make possible: {titles[each.option]}. That is not valued here, because it cannot "
        f"be on a roadmap: {by_title(each.reason, titles)}."
    )


def _stated(unlocked: Sequence[Unlocked], titles: Mapping[str, str]) -> Table:
    return Table(
        "roadmap-unlocks",
        "What the study states that each change makes possible",
        (
            Column("Change"),
            Column("Makes possible"),
            Column("How probably", numeric=True),
            Column("On what evidence"),
        ),
        [
            [titles[each.option], titles[entry.option], Figure(entry.probability, Unit.SHARE), entry.evidence]
            for each in unlocked
            for entry in each.entries
        ],
        pages=[each.option for each in unlocked for _ in each.entries],
    )


def _pictured(each: Unlocked, titles: Mapping[str, str]) -> Chart:
    """Draw one change: from no change, by itself, with what comes true, to what is expected."""
    bars = [
        Bar("The best roadmap without it", Figure(0.0, Unit.POUNDS), "before"),
        Bar("With it, if nothing comes true", difference(each.if_none), _way(each.if_none.gain)),
    ]
    if len(each.entries) == 1:
        (entry,) = each.entries
        added = each.if_all.gain - each.if_none.gain
        said = f"What this adds, if it comes true: {titles[entry.option]} ({entry.probability:.0%} probable)"
        bars.append(Bar(said, Figure(added, Unit.POUNDS), _way(added)))
    else:
        bars += [
            Bar(
                f"With it, if only this comes true: {titles[entry.option]} ({entry.probability:.0%} probable)",
                difference(worth),
                _way(worth.gain),
            )
            for entry, worth in zip(each.entries, each.if_only, strict=True)
        ]
    bars += [
        Bar("With it, if everything comes true", difference(each.if_all), _way(each.if_all.gain)),
        Bar("With it, as expected", Figure(each.expected, Unit.POUNDS), "after"),
    ]
    expected = {"expected": Figure(each.expected, Unit.POUNDS)}
    # A title that names a service may hold a brace, which is no figure.
    name = titles[each.option].replace("{", "(").replace("}", ")")
    return Chart(
        f"roadmap-unlocked-{each.option}",
        Statement(
            f"{name.partition(':')[0]} is expected to be worth {{expected}}, beside the best roadmap without it",
            expected,
        ),
        name,
        bars,
        "Source: this study's roadmaps in real pounds, solved again for every combination of what may come true; a bar has a "
        "range where one of the two is not proven best.",
        Statement(
            "One line a roadmap, measured from the best without the change: {none} if nothing comes true, {every} if everything "
            "does, {expected} as expected.",
            {
                **expected,
                "none": Figure(each.if_none.gain, Unit.POUNDS),
                "every": Figure(each.if_all.gain, Unit.POUNDS),
            },
        ),
    )


def difference(worth: Difference) -> Figure:
    """Give the difference of two roadmaps, with what it lies between where one of them is not proven best."""
    if worth.at_most - worth.at_least < 1.0:
        return Figure(worth.gain, Unit.POUNDS)
    return Figure(worth.gain, Unit.POUNDS, low=worth.at_least, high=worth.at_most)


def _way(gain: float) -> str:
    return "better" if gain > 0 else "worse" if gain < 0 else ""
