"""The chapter on what joint events are like: how sure, of what kind, when, where, and who came first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from joinedup.crossover.breakdown import CELL_METRES
from joinedup.disclosure import (
    LIMIT,
    Bar,
    Bullets,
    Chapter,
    Chart,
    Column,
    Figure,
    Grid,
    Map,
    Section,
    Square,
    Statement,
    Table,
)
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.weeks import CUTS, MOST_UNSAID
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Crossover, Pair
    from joinedup.crossover.breakdown import Breakdown, First
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_BANDS = (
    (0.95, 1.01, "Nearly certain: 95 in 100 or more"),
    (0.8, 0.95, "Likely: 80 to 95 in 100"),
    (0.5, 0.8, "More likely than not: 50 to 80 in 100"),
    (0.05, 0.5, "Doubtful: 5 to 50 in 100"),
)
_MOST_SHOWN = 5
_FARTHEST = 8.0


def joint_chapters(study: Study, crossover: Crossover | None) -> tuple[Chapter, ...]:
    """Show what is known of joint events beyond their number; no chapter where there is none."""
    pairs = [] if crossover is None else [pair for pair in crossover.pairs if _events(pair) >= LIMIT]
    if crossover is None or not pairs:
        return ()
    most = max(pairs, key=_events)
    blocks: list[Block] = [
        _sure_chart(study, most),
        Statement(
            "A probability says how often a pair like it is one event. Such probabilities were held against areas whose truth "
            "is known; the guide to crossover shows how they fared."
        ),
    ]
    first = [each for pair in pairs for each in _first(study, pair)]
    if first:
        blocks += [Section("Who came first"), Bullets(first)]
    blocks += [Section("Of what kind"), _sorted_by(study, pairs, "category")]
    blocks += [Section("When and where"), *_week(study, most), *_map(study, most)]
    if any(_broken_down(pair).areas["area"].n_unique() > 1 for pair in pairs):
        blocks += [_sorted_by(study, pairs, "area")]
    if crossover.triples:
        blocks += [Section("Events of three services"), _triples(study, crossover)]
    blocks += _growth(study)
    return (
        Chapter(
            "joint-events",
            "What the joint events are like",
            _answer(study, most),
            tuple(blocks),
        ),
    )


def _events(pair: Pair) -> float:
    """The joint events of records with a usable position."""
    return (pair.estimate or 0.0) - (pair.unplaced or 0.0)


def _names(study: Study, pair: Pair) -> str:
    return " and ".join(short_name(study.area, each) for each in pair.services)


def _broken_down(pair: Pair) -> Breakdown:
    assert pair.breakdown is not None
    return pair.breakdown


def _answer(study: Study, pair: Pair) -> Statement:
    top = _broken_down(pair).categories.filter(pl.col("category").is_not_null())
    lines = []
    for service in pair.services:
        own = top.filter(pl.col("service") == service)
        if own.height and own["joint"].sum() > 0:
            row = own.row(0, named=True)
            lines.append(
                (service, str(row["category"]), row["joint"] / own["joint"].sum(), own["joint"].sum())
            )
    words = "; ".join(
        f"{{s{number}}} of those of {study.area.name_of(service)} are recorded as {category}"
        for number, (service, category, _, _) in enumerate(lines)
    )
    if not words:
        return Statement(f"Joint events of {_names(study, pair)} have no categories.")
    return Statement(
        f"Of the joint events of {_names(study, pair)}, {words}.",
        {
            f"s{number}": Figure(share, Unit.SHARE, int(base))
            for number, (_, _, share, base) in enumerate(lines)
        },
        otherwise="The kinds of joint events are too few to be published.",
    )


def _sure_chart(study: Study, pair: Pair) -> Chart:
    joint = pair.joint if pair.joint is not None else pl.DataFrame()
    probability = joint["probability"].to_numpy()
    bars = [
        Bar(words, Figure(float(((probability >= low) & (probability < high)).sum()), Unit.COUNT))
        for low, high, words in _BANDS
    ]
    sure = int((probability >= _BANDS[0][0]).sum())
    weighed = int((probability >= _BANDS[-1][0]).sum())
    return Chart(
        "how-sure",
        Statement(
            "{share} of the pairs that may be one event are nearly certain",
            {"share": Figure(sure / weighed if weighed else None, Unit.SHARE, weighed)},
            otherwise="How sure it is that two records are one event",
        ),
        f"Pairs of records by the probability of being one event; {_names(study, pair)}",
        bars,
        "Source: the services' own records. Pairs below 5 in 100 are not shown.",
        "A bar for each band of probability.",
    )


def _first(study: Study, pair: Pair) -> list[Statement]:
    """Say who recorded first and who arrived first."""
    parts = _broken_down(pair)
    return [
        _who(study, pair, found, verb)
        for found, verb in ((parts.recorded_first, "recorded it"), (parts.arrived_first, "arrived"))
        if found is not None and found.events >= LIMIT
    ]


def _who(study: Study, pair: Pair, found: First, verb: str) -> Statement:
    service = max(pair.services, key=lambda each: (found.first_of[each], each))
    (other,) = (each for each in pair.services if each != service)
    base = int(found.events)
    return Statement(
        f"{study.area.name_of(service)} {verb} first in {{share}} of its joint events with {study.area.name_of(other)}; half "
        f"of the time the other followed within {{minutes}}.",
        {
            "share": Figure(found.first_of[service], Unit.SHARE, base),
            "minutes": Figure(found.minutes, Unit.MINUTES, base),
        },
        otherwise=f"Who {verb} first with {study.area.name_of(other)} may not be said.",
    )


def _sorted_by(study: Study, pairs: Sequence[Pair], column: Literal["category", "area"]) -> Table:
    """Show where joint events come from, by each service's categories, or by the districts that its records name."""
    several = {"category": "categories", "area": "areas"}[column]
    rows: list[list[Figure | str]] = []
    for pair in pairs:
        for service, other in (pair.services, pair.services[::-1]):
            parts = _broken_down(pair)
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
                        Figure(row["joint"], Unit.NUMBER, round(row["joint"])),
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


def _week(study: Study, pair: Pair) -> list[Block]:
    """Draw the week of joint events, cut as the weeks of single services are: as finely as few are left unsaid."""
    hours = _broken_down(pair).hours
    week = pl.DataFrame(
        {
            "weekday": np.repeat(np.arange(1, 8), 24),
            "hour": np.tile(np.arange(24), 7),
            "low": hours,
            "middle": hours,
        }
    )
    cut = next((cut for cut in CUTS if cut.unsaid(week) <= MOST_UNSAID), CUTS[-1])
    average = sum(hours) / len(hours)
    if average <= 0:
        return []
    cells = [
        [
            Figure(
                5.0 * round(20 * events / (len(numbers) * cut.hours) / average), Unit.NUMBER, round(events)
            )
            for events, _ in row
        ]
        for (_, numbers), row in zip(cut.days, cut.cells(week), strict=True)
    ]
    said = [
        (figure.number or 0.0, -y, -x)
        for y, row in enumerate(cells)
        for x, figure in enumerate(row)
        if (figure.base or 0) >= LIMIT
    ]
    if not said:
        return []
    _, day, part = max(said)
    start = cut.starts[-part]
    return [
        Grid(
            "joint-week",
            f"{_names(study, pair)} meet most on {cut.days[-day][0]}, {start:02d}:00 to {start + cut.hours:02d}:00",
            f"Joint events in each part of the week beside the average hour, local time; {study.area.settings.name}",
            [label for label, _ in cut.days],
            cut.along,
            cells,
            total=round(sum(hours)),
            measure="Joint events an hour; 100 is the average hour of the week",
            source="Source: the services' own records, each pair by its probability.",
            alternative="A cell for each part of the week, darker where the services met more often.",
        )
    ]


def _map(study: Study, pair: Pair) -> list[Block]:
    cells = _broken_down(pair).cells.filter(pl.col("joint") >= LIMIT)
    if cells.is_empty():
        return []
    x, y = (float(cells[each].cast(pl.Float64).to_numpy().mean()) for each in "xy")
    distance = np.hypot(cells["x"].to_numpy() - x, cells["y"].to_numpy() - y)
    near = cells.filter(pl.Series(distance <= _FARTHEST * max(float(np.median(distance)), CELL_METRES)))
    return [
        Map(
            "joint-map",
            f"Where {_names(study, pair)} meet",
            f"Joint events expected in squares of 1 km; {study.area.settings.name}",
            (),
            [
                Square(row["x"], row["y"], CELL_METRES, Figure(float(round(row["joint"])), Unit.COUNT))
                for row in near.iter_rows(named=True)
            ],
            "Source: the services' own records. Squares with fewer than five joint events are left out.",
            "Squares in which the services met, darker where they met more often.",
            measure="Joint events in a square",
        )
    ]


def _triples(study: Study, crossover: Crossover) -> Table:
    return Table(
        "joint-triples",
        "Events that three services recorded",
        (Column("Services"), Column("Events", numeric=True)),
        [
            [
                ", ".join(short_name(study.area, each) for each in triple.services),
                Figure(triple.estimate, Unit.COUNT, low=triple.low, high=triple.high),
            ]
            for triple in crossover.triples
        ],
        note="Of records with a usable place and time. Each of these events counts in all three pairs of services.",
    )


def _growth(study: Study) -> list[Block]:
    found = [each for each in study.growth if max(each.events.values()) >= LIMIT]
    if not found:
        return []
    windows = list(found[0].events)
    return [
        Section("How the number grows with the window"),
        Bullets(
            [
                Statement(
                    f"{' and '.join(short_name(study.area, each) for each in one.services)}: {one.why}."
                )
                for one in found
            ]
        ),
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
                    " and ".join(short_name(study.area, each) for each in one.services),
                    *(Figure(events, Unit.COUNT) for events in one.events.values()),
                ]
                for one in found
            ],
            note="One measurement of the widest window, and its events counted within the narrower ones.",
        ),
    ]
