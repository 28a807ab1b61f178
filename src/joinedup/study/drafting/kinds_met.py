"""What the chapter on joint events says of their kinds: as each service records them, and both across each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from joinedup.disclosure import LIMIT, Column, Figure, Statement, Table
from joinedup.study.drafting.naming import as_said, short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Pair
    from joinedup.crossover.breakdown import Breakdown
    from joinedup.study.study import Study

_MOST_SHOWN = 5
_NONE, _OTHERS = "no category", "all others"
_HALF = 0.5


def broken_down(pair: Pair) -> Breakdown:
    """Give what is known of a pair's joint events, which a pair that was measured has."""
    assert pair.breakdown is not None
    return pair.breakdown


def commonest_kinds(study: Study, pair: Pair) -> Statement:
    """Name the kinds that most joint events of two services are of, as each of them records it."""
    crossed = broken_down(pair).crossed.drop_nulls()
    total, words = float(broken_down(pair).crossed["joint"].sum()), " and ".join(_full_names(study, pair))
    if crossed.is_empty():
        return Statement(f"Joint events of {words} have no categories.")
    top = crossed.row(0, named=True)
    one, other = _full_names(study, pair)
    return Statement(
        f"{{share}} of the joint events of {words} are {as_said(top['one'])} to {one} and {as_said(top['other'])} to {other}.",
        {"share": Figure(top["joint"] / total, Unit.SHARE, round(total))},
        otherwise="The kinds of joint events are too few to be published.",
    )


def _full_names(study: Study, pair: Pair) -> list[str]:
    return [study.area.name_of(each) for each in pair.services]


def crossed_kinds(study: Study, pair: Pair) -> list[Table]:
    """Lay the two services' own categories across each other, the commonest of each and all others together."""
    one, other = broken_down(pair).crossed["one"], broken_down(pair).crossed["other"]
    joint = broken_down(pair).crossed["joint"]
    down, along = _commonest(one, joint), _commonest(other, joint)
    events = np.zeros((len(down), len(along)))
    for a, b, number in zip(one, other, joint, strict=True):
        events[_place(a, down), _place(b, along)] += number
    if round(events.sum()) < LIMIT:
        return []
    some = events.sum(axis=0) >= _HALF
    along, events = [each for each, met in zip(along, some, strict=True) if met], events[:, some]
    lines = [each for each in zip(down, events, strict=True) if each[1].sum() >= _HALF]
    lines.append(("All", events.sum(axis=0)))
    services = [short_name(study.area, each) for each in pair.services]
    return [
        Table(
            f"joint-kinds-{'-'.join(pair.services)}",
            f"Joint events by the categories of both: {services[0].lower()} down, {services[1].lower()} across",
            (Column(services[0]), *(Column(each, numeric=True) for each in (*along, "All"))),
            [[name, *(_nearest_five(each) for each in (*numbers, numbers.sum()))] for name, numbers in lines],
            note=(
                "Joint events expected, of records with a usable place and time, to the nearest five: rows and columns need not "
                "add up, and a hidden figure cannot be had from the others."
            ),
        )
    ]


def _nearest_five(events: float) -> Figure:
    return Figure(5.0 * round(events / 5), Unit.NUMBER, round(events))


def _commonest(categories: pl.Series, joint: pl.Series) -> list[str]:
    """List the categories of most joint events, and a last line for all others where there are any."""
    by_number = (
        pl.DataFrame({"category": categories.fill_null("").replace({"": _NONE}), "joint": joint})
        .group_by("category")
        .agg(pl.col("joint").sort().sum())
        .sort("joint", "category", descending=[True, False])
    )
    many = by_number.filter(pl.col("joint").round() >= LIMIT)["category"].to_list()
    if len(many) == by_number.height <= _MOST_SHOWN:
        return many
    return [*many[: _MOST_SHOWN - 1], _OTHERS]


def _place(category: str | None, named: list[str]) -> int:
    name = category or _NONE
    return named.index(name) if name in named else len(named) - 1


def sorted_by(study: Study, pairs: Sequence[Pair], column: Literal["category", "area"]) -> Table:
    """Show where joint events come from, by each service's categories, or by the districts that its records name."""
    several = {"category": "categories", "area": "areas"}[column]
    rows: list[list[Figure | str]] = []
    for pair in pairs:
        for service, other in (pair.services, pair.services[::-1]):
            parts = broken_down(pair)
            own = (parts.categories if column == "category" else parts.areas).filter(
                pl.col("service") == service
            )
            for row in own.filter(pl.col("joint") >= LIMIT).head(_MOST_SHOWN).iter_rows(named=True):
                base = int(row["incidents"])
                rows.append(
                    [
                        (
                            f"{short_name(study.area, service)} with {short_name(study.area, other).lower()}: "
                            f"{row[column] if row[column] is not None else f'no {column}'}"
                        ),
                        Figure(float(base), Unit.COUNT),
                        Figure(float(round(row["joint"])), Unit.NUMBER, round(row["joint"])),
                        Figure(row["share"], Unit.SHARE, base),
                    ]
                )
    return Table(
        f"joint-{several}",
        f"The {several} with most joint events, as each service records them",
        (
            Column(f"Service, with: {column}"),
            Column("Placed incidents", numeric=True),
            Column("Joint events expected", numeric=True),
            Column("Share of them", numeric=True),
        ),
        rows,
        note=f"At most {_MOST_SHOWN} {several} of each service and partner, of five joint events and more.",
    )
