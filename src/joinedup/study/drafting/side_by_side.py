"""A brief of two pages on several areas: where services meet, what helps and hinders, who could lift it, what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    LIMIT,
    Block,
    Bullets,
    Chapter,
    Column,
    Draft,
    Figure,
    Mark,
    Statement,
    Table,
    count,
)
from joinedup.evidence.passages import Family
from joinedup.study.drafting.naming import as_said, listed
from joinedup.study.drafting.options import pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.readiness import Factor
    from joinedup.study.side_by_side import Compared, Meeting

_NOT_AVAILABLE = Mark.NOT_AVAILABLE.value


def brief(areas: Sequence[Compared]) -> Draft:
    """Draft the brief."""
    return Draft(
        title=f"{len(areas)} areas side by side: where the emergency services join up, and what stands in the way",
        subtitle=listed([each.name for each in areas]),
        chapters=(
            _answer(areas),
            _meetings(areas),
            _factors(areas, Family.ENABLER),
            _factors(areas, Family.BARRIER),
            _outcomes(areas),
        ),
        footer=(
            "Made with joinedup. Every figure here passed disclosure control: counts of fewer than five are hidden.",
        ),
    )


def _answer(areas: Sequence[Compared]) -> Chapter:
    found = [Statement(words) for words in _widespread(areas)]
    meetings = [each for area in areas for each in area.meetings]
    first, *rest = [
        *([_range_of_shares(meetings)] if meetings else []),
        *found,
    ] or [Statement("These studies hold too little yet to compare.")]
    return Chapter("answer", "The answer in short", first, tuple(rest))


def _range_of_shares(meetings: Sequence[Meeting]) -> Statement:
    """Say between which shares joint events lie, over every pair of services and area."""
    shares = [
        (each.estimate / incidents, incidents)
        for each in meetings
        for incidents in each.incidents
        if incidents and each.estimate >= LIMIT
    ]
    if not shares:
        return Statement("The services meet too seldom in these areas for a figure that may be published.")
    (low, few), (high, many) = min(shares), max(shares)
    return Statement(
        "Of a service's incidents, between {low} and {high} in 100 were recorded by another service too, by area and pair.",
        {
            "low": Figure(low, Unit.PER_HUNDRED, base=few),
            "high": Figure(high, Unit.PER_HUNDRED, base=many),
        },
    )


def _widespread(areas: Sequence[Compared]) -> list[str]:
    """Name the barrier and the enabler that enough interviews name in the most areas."""
    said = []
    for family, words in (
        (Family.BARRIER, "stands in the way"),
        (Family.ENABLER, "helps"),
    ):
        rows = _by_code(areas, family)
        if not rows:
            continue
        where = {
            code: [each is not None and each.interviews >= LIMIT for each in found]
            for code, found in rows.items()
        }
        # Of those told in the most areas, the one that most interviews name comes first.
        code = max(where, key=lambda each: sum(where[each]))
        if sum(where[code]):
            said.append(
                f"Named in {sum(where[code])} of {len(areas)} areas, by enough people to be told, as what {words}: "
                f"{as_said(_name(rows[code]))}."
            )
    return said


def _meetings(areas: Sequence[Compared]) -> Chapter:
    rows: list[list[Figure | str]] = [
        [
            f"{area.name}: {each.names[0]} and {each.names[1]}",
            Figure(each.estimate, Unit.COUNT, low=each.low, high=each.high),
            *(_share(each, incidents) for incidents in each.incidents),
        ]
        for area in areas
        for each in area.meetings
    ]
    if not rows:
        return Chapter(
            "joint",
            "How often the services meet",
            Statement("No area's incidents can be paired."),
            missing="Incidents with a time and a place of 100 m or better, from two services or more.",
        )
    return Chapter(
        "joint",
        "How often the services meet, by area",
        Statement("Areas are in the order in which they were named; intervals are of 95%."),
        (
            Table(
                "joint",
                "Events recorded by both services: estimates",
                (
                    Column("Area and services"),
                    Column("Joint events", numeric=True),
                    Column("In 100 of the first service's incidents", numeric=True),
                    Column("In 100 of the second's", numeric=True),
                ),
                rows,
            ),
        ),
    )


def _share(meeting: Meeting, incidents: int) -> Figure:
    if not incidents:
        return Figure(None, Unit.PER_HUNDRED, mark=Mark.NOT_AVAILABLE)
    return Figure(
        meeting.estimate / incidents,
        Unit.PER_HUNDRED,
        base=incidents,
        low=meeting.low / incidents,
        high=meeting.high / incidents,
    )


def _factors(areas: Sequence[Compared], family: Family) -> Chapter:
    """Count the interviews that name each factor, a column an area, with the base of each."""
    barriers = family is Family.BARRIER
    name, heading = (
        ("barriers", "What stands in the way, and who could lift it")
        if barriers
        else ("enablers", "What helps")
    )
    rows = _by_code(areas, family)
    if not rows:
        return Chapter(
            name,
            heading,
            Statement(f"No area's interviews name any {name}."),
            missing="Interviews coded to enablers and barriers, in each study's folder interviews or its evidence store.",
        )
    bases: list[Figure | str] = [
        count(each.factors[0].base) if each.factors else _NOT_AVAILABLE for each in areas
    ]
    told = [
        code for code in rows if any(each is not None and each.interviews >= LIMIT for each in rows[code])
    ]
    blocks: list[Block] = [
        Table(
            name,
            f"Interviews that name each, by area: {name}",
            (
                Column(name.capitalize()),
                *([Column("Who could lift it")] if barriers else []),
                *(Column(each.name, numeric=True) for each in areas),
            ),
            [
                [
                    as_said(_name(found)),
                    *([_lifters(found)] if barriers else []),
                    *(
                        _NOT_AVAILABLE
                        if not area.factors
                        else count(each.interviews if each is not None else 0)
                        for area, each in zip(areas, found, strict=True)
                    ),
                ]
                for found in rows.values()
            ]
            + [["Interviews in all", *([""] if barriers else []), *bases]],
        )
    ]
    if barriers:
        by_lifter: dict[str, list[str]] = {}
        for code in told:
            for who in _lifted_by(rows[code]):
                by_lifter.setdefault(who, []).append(as_said(_name(rows[code])))
        blocks.append(
            Bullets(
                [
                    Statement(f"{who[:1].upper()}{who[1:]} could lift: {'; '.join(what)}.")
                    for who, what in sorted(by_lifter.items())
                ]
            )
        )
    return Chapter(
        name,
        heading,
        Statement(
            f"{len(told)} of {len(rows)} {name} are named by enough interviews in at least one area to be told."
        ),
        blocks,
    )


def _outcomes(areas: Sequence[Compared]) -> Chapter:
    """Set what came out beside how many barriers are named; so few areas show no cause."""
    rows: list[list[Figure | str]] = []
    for each in areas:
        barriers = sum(one.family is Family.BARRIER and one.interviews >= LIMIT for one in each.factors)
        enablers = sum(one.family is Family.ENABLER and one.interviews >= LIMIT for one in each.factors)
        heard = bool(each.factors)
        rows.append(
            [
                each.name,
                _number(enablers) if heard else _NOT_AVAILABLE,
                _number(barriers) if heard else _NOT_AVAILABLE,
                _number(each.options),
                _number(each.passing),
                pounds(each.best[1]) if each.best else _NOT_AVAILABLE,
                Figure(each.roadmap, Unit.POUNDS) if each.roadmap is not None else _NOT_AVAILABLE,
                _number(sum(each.months_waiting.values())) if each.months_waiting else _NOT_AVAILABLE,
            ]
        )
    return Chapter(
        "outcomes",
        "What came out, beside what helps and hinders",
        Statement(
            f"{len(areas)} areas cannot show what causes what: they differ in far more than is counted here."
        ),
        (
            Table(
                "outcomes",
                "Options and their worth, beside enablers and barriers that enough people name",
                (
                    Column("Area"),
                    Column("Enablers", numeric=True),
                    Column("Barriers", numeric=True),
                    Column("Options found", numeric=True),
                    Column("Within the tolerances", numeric=True),
                    Column("Worth of the best", numeric=True),
                    Column("Worth of the roadmap", numeric=True),
                    Column("Months that barriers cost it", numeric=True),
                ),
                rows,
            ),
        ),
    )


def _by_code(areas: Sequence[Compared], family: Family) -> dict[str, list[Factor | None]]:
    """Give each factor of a family with what each area says of it, the most widely named first."""
    codes = {each.code for area in areas for each in area.factors if each.family is family}
    found = {
        code: [next((each for each in area.factors if each.code == code), None) for area in areas]
        for code in codes
    }
    return dict(
        sorted(found.items(), key=lambda each: (-sum(one.interviews for one in each[1] if one), each[0]))
    )


def _name(found: Sequence[Factor | None]) -> str:
    return next(each.name for each in found if each is not None)


def _lifted_by(found: Sequence[Factor | None]) -> list[str]:
    return sorted({who for each in found if each is not None for who in each.lifters})


def _lifters(found: Sequence[Factor | None]) -> str:
    return listed(_lifted_by(found)) or "nobody named"


def _number(number: int) -> Figure:
    return Figure(float(number), Unit.NUMBER)
