"""What the chapter on joint events says of how their number hangs on the window, and on the settings of the matching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import LIMIT, Bullets, Column, Figure, Section, Statement, Table
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_MOST_PAIRS = 3


def growth_blocks(study: Study) -> list[Block]:
    """Show how the number grows with the window, and say why."""
    found = [each for each in study.growth if max(each.events.values()) >= LIMIT]
    if not found:
        return []
    windows = list(found[0].events)
    return [
        Section("How the number grows with the window"),
        Bullets([Statement(f"{_names(study, one.services)}: {one.why}.") for one in found]),
        Table(
            "joint-growth",
            "Joint events within ever wider windows",
            (
                Column("Services"),
                *(
                    Column(f"{window.metres:,.0f} m, {window.minutes:g} min", numeric=True)
                    for window in windows
                ),
            ),
            [
                [
                    _names(study, one.services),
                    *(Figure(one.events[each], Unit.COUNT, None, *one.intervals[each]) for each in windows),
                ]
                for one in found
            ],
            note=(
                "The window of the chapter before has its own measurement; the others are in proportion to it, as one "
                "measurement of the widest finds them. 95 % intervals."
            ),
        ),
    ]


def sensitivity_blocks(study: Study) -> list[Block]:
    """Show what each setting of the matching does to the number, beside its interval."""
    found = study.sensitivity
    heading = Section("How the number hangs on the settings")
    if isinstance(found, str):
        return [heading, Statement(f"{found[0].upper()}{found[1:]}.")]
    pairs = [pair for pair in found.usual if (pair.placed or 0.0) >= LIMIT]
    if not pairs:
        return []
    pairs = sorted(pairs, key=lambda pair: (-(pair.placed or 0.0), pair.services))[:_MOST_PAIRS]
    swings = {(each.setting, each.services): each for each in found.swings}
    rows: list[list[Figure | str]] = [
        [
            "95 % interval with all settings as usual",
            "",
            "",
            *(Figure(pair.estimate, Unit.COUNT, None, pair.low, pair.high) for pair in pairs),
        ]
    ]
    for each in dict.fromkeys(swing.setting for swing in found.swings):
        tried = [(pair, swings[each, pair.services]) for pair in pairs]
        rows.append(
            [
                f"{each.name.replace('_', ' ').capitalize()}: {each.why}",
                f"{each.value:g} {each.unit}",
                f"{each.low:g} to {each.high:g}",
                *(
                    Figure(pair.estimate, Unit.COUNT, None, swing.lowest, swing.highest)
                    for pair, swing in tried
                ),
            ]
        )
    return [
        heading,
        Bullets(
            [
                Statement(f"{_names(study, pair.services)}: {found.conclusion(pair.services)}.")
                for pair in pairs
            ]
        ),
        Table(
            "joint-sensitivity",
            "Joint events over the range of each setting, everything else as usual",
            (
                Column("Setting"),
                Column("Usual", numeric=True),
                Column("Tried from, to", numeric=True),
                *(Column(_names(study, pair.services), numeric=True) for pair in pairs),
            ),
            rows,
            note="The least and the most that come out, the usual value included.",
        ),
    ]


def _names(study: Study, services: tuple[str, ...]) -> str:
    return " and ".join(short_name(study.area, each) for each in services)
