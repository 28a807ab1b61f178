"""The chapter on what joint events are like: how sure, of what kind, when, where, and who came first."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    count,
)
from joinedup.study.drafting.coincidence import names_of, reliability_blocks
from joinedup.study.drafting.growing import growth_blocks, sensitivity_blocks
from joinedup.study.drafting.kinds_met import broken_down, commonest_kinds, crossed_kinds, sorted_by
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.weeks import CUTS, MOST_UNSAID
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.crossover import Crossover, Pair
    from joinedup.crossover.answer import Triple
    from joinedup.crossover.breakdown import First
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_BANDS = (
    (0.95, 1.01, "Nearly certain: 95 in 100 or more"),
    (0.8, 0.95, "Likely: 80 to 95 in 100"),
    (0.5, 0.8, "More likely than not: 50 to 80 in 100"),
    (0.05, 0.5, "Doubtful: 5 to 50 in 100"),
)
_MOST_PAIRS = 3
_FEWEST_PARTS = 2
_PROVEN = 1e-4
_FARTHEST = 8.0


def joint_chapters(study: Study, crossover: Crossover | None) -> tuple[Chapter, ...]:
    """Show what is known of joint events beyond their number; no chapter where there is none."""
    if crossover is None:
        return ()
    pairs = [pair for pair in crossover.pairs if _events(pair) >= LIMIT]
    in_order = sorted(pairs, key=lambda pair: (-_events(pair), pair.services))
    if not in_order:
        return ()
    blocks: list[Block] = []
    if len(in_order) > _MOST_PAIRS:
        blocks.append(
            Statement(
                f"Pictures are of the {_MOST_PAIRS} pairs of services with most joint events; the tables have the others too."
            )
        )
    for pair in in_order[:_MOST_PAIRS]:
        blocks += _pictures(study, pair)
    blocks += [
        Section("Of what kind"),
        Statement(
            "A probability says how often a pair like it is one event. Such probabilities were also held against areas whose "
            "truth is known; the guide to crossover shows how they fared."
        ),
        sorted_by(study, pairs, "category"),
    ]
    if any(broken_down(pair).areas["area"].n_unique() > 1 for pair in pairs):
        blocks += [sorted_by(study, pairs, "area")]
    blocks += [Section("Over all services at once"), *_found(crossover)]
    if crossover.triples:
        blocks += [_triples(study, crossover)]
    blocks += [*growth_blocks(study), *sensitivity_blocks(study)]
    return (
        Chapter(
            "joint-events",
            "What the joint events are like",
            commonest_kinds(study, in_order[0]),
            tuple(blocks),
        ),
    )


def _pictures(study: Study, pair: Pair) -> list[Block]:
    """Show one pair of services: how sure, who came first, of what kinds, when and where."""
    first = _first(study, pair)
    return [
        Section(names_of(study, pair)),
        _sure_chart(study, pair),
        *reliability_blocks(study, pair),
        *([Bullets(first)] if first else []),
        *crossed_kinds(study, pair),
        *_week(study, pair),
        *_map(study, pair),
    ]


def _events(pair: Pair) -> float:
    """The joint events of records with a usable position."""
    return pair.placed or 0.0


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
        f"how-sure-{'-'.join(pair.services)}",
        Statement(
            "{share} of the pairs that may be one event are nearly certain",
            {"share": Figure(sure / weighed if weighed else None, Unit.SHARE, weighed)},
            otherwise="How sure it is that two records are one event",
        ),
        f"Pairs of records by the probability of being one event; {names_of(study, pair)}",
        bars,
        "Source: the services' own records. Pairs below 5 in 100 are not shown.",
        "A bar for each band of probability.",
    )


def _first(study: Study, pair: Pair) -> list[Statement]:
    """Say who recorded first and who arrived first."""
    parts = broken_down(pair)
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
        f"{study.area.name_of(service)} {verb} first in {{share}} of its joint events with {study.area.name_of(other)}; in "
        f"half of these events the two were at most {{minutes}} apart.",
        {
            "share": Figure(found.first_of[service], Unit.SHARE, base),
            "minutes": Figure(found.minutes, Unit.MINUTES, base),
        },
        otherwise=f"Who {verb} first with {study.area.name_of(other)} may not be said.",
    )


def _week(study: Study, pair: Pair) -> list[Block]:
    """Draw the week of joint events, cut as the weeks of single services are: as finely as few are left unsaid."""
    hours = broken_down(pair).hours
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
    # One part of the week alone says nothing of the others, which would be hidden, and it with them.
    if len(said) < _FEWEST_PARTS:
        return []
    _, day, part = max(said)
    start = cut.starts[-part]
    return [
        Grid(
            f"joint-week-{'-'.join(pair.services)}",
            f"{names_of(study, pair)} meet most on {cut.days[-day][0]}, {start:02d}:00 to {start + cut.hours:02d}:00",
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
    cells = broken_down(pair).cells.filter(pl.col("joint") >= LIMIT)
    if cells.is_empty():
        return []
    x, y = (float(cells[each].cast(pl.Float64).to_numpy().mean()) for each in "xy")
    distance = np.hypot(cells["x"].to_numpy() - x, cells["y"].to_numpy() - y)
    near = cells.filter(pl.Series(distance <= _FARTHEST * max(float(np.median(distance)), CELL_METRES)))
    return [
        Map(
            f"joint-map-{'-'.join(pair.services)}",
            f"Where {names_of(study, pair)} meet",
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


def _found(crossover: Crossover) -> list[Block]:
    """Say how many events come out where all services' records are put together, and whether a better choice may exist."""
    found = crossover.found
    if not found.number:
        return []
    short = found.bound / found.score - 1 if found.score > 0 else 0.0
    proven = (
        "no other choice scores higher" if short <= _PROVEN else "another choice could score {short} more"
    )
    # How far the number falls short of the pairs' own tells how many events are of three services.
    telling = any(0 < round(each.estimate) < LIMIT for each in crossover.triples)
    number = {} if telling else {"events": count(found.number)}
    return [
        Statement(
            "Put together over all services at once, each record in one event at most, the records with a usable place and time "
            + ("make events" if telling else "make {events} events")
            + f" that are more likely than not; {proven}. "
            + (
                "How many they are would give away how few are of three services."
                if telling
                else "An event of three services is one of them, and is in three pairs of services."
            ),
            number | ({"short": Figure(short, Unit.SHARE)} if short > _PROVEN else {}),
            otherwise="The events over all services at once are too few to be published.",
        )
    ]


def _triples(study: Study, crossover: Crossover) -> Table:
    return Table(
        "joint-triples",
        "Events that three services recorded",
        (
            Column("Services"),
            Column("Events", numeric=True),
            *(Column(f"Share of the {each}'s", numeric=True) for each in ("first", "second", "third")),
        ),
        [
            [
                ", ".join(short_name(study.area, each) for each in triple.services),
                Figure(triple.estimate, Unit.COUNT, low=triple.low, high=triple.high),
                *(_of_all(crossover, triple, each) for each in triple.services),
            ]
            for triple in crossover.triples
        ],
        note=(
            "Of records with a usable place and time, and as shares of each service's own. Each of these events counts in all "
            "three pairs of services."
        ),
    )


def _of_all(crossover: Crossover, triple: Triple, service: str) -> Figure:
    usable = crossover.services[service].usable
    if not usable:
        return Figure(None, Unit.SHARE)
    shares = (each / usable for each in (triple.estimate, triple.low, triple.high))
    number, low, high = shares
    return Figure(number, Unit.SHARE, usable, low, high)
