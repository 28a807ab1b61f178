"""The chapter on how often the services meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.crossover import Window
from joinedup.disclosure import (
    LIMIT,
    Bar,
    Bullets,
    Chapter,
    Chart,
    Column,
    Figure,
    Mark,
    Section,
    Statement,
    Table,
    count,
)
from joinedup.study.drafting.coincidence import coincidence_blocks, known_blocks
from joinedup.study.drafting.naming import listed, short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Crossover, Pair
    from joinedup.study.study import Study

_DEFINITIONS = (
    ("requested", "Asked for", "a record says that the other service was asked for"),
    ("jointly_recorded", "Recorded by both", "both services opened a record of one event: an estimate"),
    ("jointly_attended", "Attended by both", "and each had a resource arrive"),
    ("same_place_and_hour", "Same place and hour", "both had demand in one 500 m square in one hour"),
)


def crossover_answer(study: Study, crossover: Crossover | None) -> list[Statement]:
    """Say in a sentence a pair how often the two services meet, beginning with those that meet most."""
    if crossover is None:
        return []
    by_number = sorted(crossover.pairs, key=lambda pair: (-(pair.estimate or 0.0), pair.services))
    said = [pair for pair in by_number if pair.estimate is not None]
    return [_sentence(study, crossover, pair, first=pair is said[0]) for pair in said]


def _sentence(study: Study, crossover: Crossover, pair: Pair, *, first: bool) -> Statement:
    """Say how often two services meet; the first sentence of all says within what distance and time."""
    one, other = pair.services
    names = [study.area.name_of(each) for each in pair.services]
    window = crossover.window
    opening = (
        f"Within {window.metres:g} m and {window.minutes:g} min, {{a:between}}" if first else "{a:Between}"
    )
    words = (
        f"{opening} in 100 {names[0]} incidents were recorded by {names[1]} too; seen from {names[1]}, {{b:between}} in 100 "
        "of its incidents."
    )
    figures = {"a": _share(crossover, pair, one), "b": _share(crossover, pair, other)}
    if round(pair.unplaced or 0.0) >= LIMIT:
        words += (
            " Of the {events} events {unplaced} stand for records without a usable place or time, counted at the rate of the "
            "others."
        )
        figures |= {
            "unplaced": Figure(pair.unplaced, Unit.COUNT),
            "events": Figure(pair.estimate, Unit.COUNT),
        }
    grown = _grown(study, crossover, pair)
    if grown is not None:
        where, events = grown
        words += f" {where}, it is {{c}} in 100, and {{d}} in 100."
        for name, each in (("c", one), ("d", other)):
            incidents = crossover.services[each].incidents
            number, low, high = (number / incidents for number in events)
            figures[name] = Figure(number, Unit.PER_HUNDRED, incidents, low, high)
    return Statement(
        words,
        figures,
        otherwise=f"{names[0]} and {names[1]} meet too seldom in this study for a figure that may be published.",
    )


_MUCH, _NORMAL = 0.05, 1.959964
_USUAL, _HOUR, _FAR, _LATE = Window(500, 30), Window(500, 60), Window(1_000, 60), Window(1_000, 120)


def _grown(study: Study, crossover: Crossover, pair: Pair) -> tuple[str, tuple[float, float, float]] | None:
    """Say what the number is, with its interval, where records may lie farther apart: if that is much more, and beyond luck."""
    if crossover.window != _USUAL or (pair.placed or 0.0) < LIMIT:
        return None
    found = next((each for each in study.growth if each.services == pair.services), None)
    if found is None:
        return None
    near, far, late = (found.events[window] for window in (_HOUR, _FAR, _LATE))
    by_distance, by_time = (
        wide > narrow * (1 + _MUCH) and wide - narrow > _NORMAL * narrow**0.5
        for narrow, wide in ((near, far), (far, late))
    )
    if by_time:
        return "Where records may be 1 km and 2 hours apart", (late, *found.intervals[_LATE])
    if by_distance:
        return "Where records may be 1 km and an hour apart", (far, *found.intervals[_FAR])
    return None


def _share(crossover: Crossover, pair: Pair, service: str) -> Figure:
    """Give the estimate with its interval as a share of one service's incidents."""
    incidents = crossover.services[service].incidents
    if not incidents or pair.estimate is None or pair.low is None or pair.high is None:
        return Figure(None, Unit.PER_HUNDRED)
    return Figure(
        pair.estimate / incidents,
        Unit.PER_HUNDRED,
        base=incidents,
        low=pair.low / incidents,
        high=pair.high / incidents,
    )


def crossover_chapter(study: Study, crossover: Crossover | None) -> Chapter:
    """Show the four definitions side by side, the baseline, and what could not be placed."""
    if crossover is None:
        return Chapter(
            "crossover",
            "How often the services meet",
            Statement("This study holds no incidents, so nobody can say."),
            missing="The table incidents with service_id, received_at and a place, from two services or more.",
        )
    answers = crossover_answer(study, crossover)
    if not answers:
        return Chapter(
            "crossover",
            "How often the services meet",
            Statement(
                f"This cannot be told from the incidents that the study holds: {crossover.note or 'nothing can be paired'}."
            ),
            missing="Incidents with a time and a place of 100 m or better, from two services or more.",
        )
    name = study.area.name_of
    pairs = [pair for pair in crossover.pairs if pair.estimate is not None]
    notes = [
        Statement(f"{name(pair.services[0])} and {name(pair.services[1])}: {pair.note}.")
        for pair in pairs
        if pair.note
    ]
    in_order = sorted(pairs, key=lambda pair: (-(pair.estimate or 0.0), pair.services))
    return Chapter(
        "crossover",
        _heading(study, in_order),
        answers[0],
        (
            _chart(study, crossover, pairs),
            Section("Four definitions, never mixed"),
            Bullets([Statement(f"{title}: {meaning}.") for _, title, meaning in _DEFINITIONS]),
            _definitions(study, crossover, pairs),
            *coincidence_blocks(study, crossover, pairs, in_order[0]),
            *([Bullets(notes)] if notes else []),
            *known_blocks(study, pairs),
            Section("What could be used"),
            _records(study, crossover),
        ),
    )


def _heading(study: Study, in_order: Sequence[Pair]) -> str:
    """Name those who meet most, where that can be said: there are others, and the intervals are apart."""
    met = [pair for pair in in_order if round(pair.estimate or 0.0) > 0]
    if not met:
        return "The services are not seen to meet"
    first, *others = met
    names = listed([study.area.name_of(each) for each in first.services])
    if len(in_order) == 1:
        return f"How often {names} meet"
    if not others:
        return f"Only {names} are seen to meet"
    apart = (first.low or 0.0) > max(pair.high or 0.0 for pair in others)
    return f"{names} meet most often" if apart else "How often the services meet"


def _chart(study: Study, crossover: Crossover, pairs: Sequence[Pair]) -> Chart:
    bars = [
        Bar(
            f"{short_name(study.area, service)}: also {short_name(study.area, other).lower()}",
            _share(crossover, pair, service),
            study.area.kind_of(service),
        )
        for pair in pairs
        for service, other in (pair.services, pair.services[::-1])
    ]
    return Chart(
        "joint-shares",
        _finding(study, crossover, pairs),
        f"Incidents recorded by both services, in 100 of each service's own; {study.area.settings.name}; 95 % intervals",
        bars,
        f"Source: the services' own records; pairs within {crossover.window.metres:g} m and {crossover.window.minutes:g} min.",
        "A bar for each service and partner, with its interval; the table of definitions holds the same figures.",
    )


def _finding(study: Study, crossover: Crossover, pairs: Sequence[Pair]) -> Statement:
    """Give the largest share that joint events are of any service's incidents."""
    shares = {
        (service, other): _share(crossover, pair, service)
        for pair in pairs
        for service, other in (pair.services, pair.services[::-1])
    }
    service, other = max(shares, key=lambda each: shares[each].number or 0.0)
    name, partner = (short_name(study.area, each) for each in (service, other))
    return Statement(
        f"Of 100 incidents of {name.lower()}, {{share:between}} were recorded by {partner.lower()} too",
        {"share": shares[service, other]},
        otherwise="What the services recorded together",
    )


def _definitions(study: Study, crossover: Crossover, pairs: Sequence[Pair]) -> Table:
    rows: list[list[Figure | str]] = []
    for pair in pairs:
        for service, other in (pair.services, pair.services[::-1]):
            row: list[Figure | str] = [
                f"{short_name(study.area, service)} with {short_name(study.area, other).lower()}"
            ]
            base = crossover.services[service].incidents
            row.append(count(base))
            for key, _, _ in _DEFINITIONS:
                found = (pair.definitions or {}).get(key)
                one = found[service] if found else None
                share = None if one is None else one.share
                if found is None or share is None:
                    row.append(Figure(None, Unit.SHARE, mark=Mark.NOT_AVAILABLE))
                elif key == "jointly_recorded":
                    recorded = _share(crossover, pair, service)
                    row.append(Figure(recorded.number, Unit.SHARE, base, recorded.low, recorded.high))
                else:
                    row.append(Figure(share, Unit.SHARE, base))
            rows.append(row)
    return Table(
        "crossover-definitions",
        "Share of each service's own incidents, by definition",
        (
            Column("Service, with"),
            Column("Incidents", numeric=True),
            *(Column(title, numeric=True) for _, title, _ in _DEFINITIONS),
        ),
        rows,
        note="Recorded by both is an estimate with its 95 % interval.",
    )


def _records(study: Study, crossover: Crossover) -> Table:
    return Table(
        "crossover-records",
        "Records of each service, and how many could be used for pairing",
        (
            Column("Service"),
            Column("Usable", numeric=True),
            Column("No usable place or time", numeric=True),
            Column("At default places", numeric=True),
            Column("Incidents in all", numeric=True),
            Column("Closed without a vehicle", numeric=True),
        ),
        [
            [
                short_name(study.area, service),
                # How good the records are says nothing of any person, so these are plain numbers.
                *(
                    Figure(float(number), Unit.NUMBER)
                    for number in (each.usable, each.unplaced, each.set_aside, each.incidents)
                ),
                count(each.without_vehicle),
            ]
            for service, each in crossover.services.items()
            # A service that gave counts alone has no records here: absent is not zero.
            if each.incidents
        ],
    )
