"""The chapter on how often the services meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
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
from joinedup.study.drafting.naming import short_name
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
_NOT_KNOWN = Figure(None, Unit.COUNT, mark=Mark.NOT_AVAILABLE)


def crossover_answer(study: Study, crossover: Crossover | None) -> list[Statement | None]:
    """Say in a sentence a pair how often the two services meet, beginning with those that meet most."""
    if crossover is None:
        return []
    by_number = sorted(crossover.pairs, key=lambda pair: (-(pair.estimate or 0.0), pair.services))
    return [_sentence(study, crossover, pair) for pair in by_number]


def _sentence(study: Study, crossover: Crossover, pair: Pair) -> Statement | None:
    if pair.estimate is None:
        return None
    one, other = pair.services
    names = [study.area.name_of(each) for each in pair.services]
    return Statement(
        f"{{a:Between}} in 100 {names[0]} incidents were recorded by {names[1]} too; seen from {names[1]}, {{b:between}} in 100 "
        f"of its incidents.",
        {"a": _share(crossover, pair, one), "b": _share(crossover, pair, other)},
        otherwise=f"{names[0]} and {names[1]} meet too seldom in this study for a figure that may be published.",
    )


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
    answers = [each for each in crossover_answer(study, crossover) if each is not None]
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
    most = max(pairs, key=lambda pair: pair.estimate or 0.0)
    return Chapter(
        "crossover",
        f"{name(most.services[0])} and {name(most.services[1])} meet most often",
        answers[0],
        (
            _chart(study, crossover, pairs),
            Section("Four definitions, never mixed"),
            Bullets([Statement(f"{title}: {meaning}.") for _, title, meaning in _DEFINITIONS]),
            _definitions(study, crossover, pairs),
            Section("What coincidence would give"),
            Statement(
                "Two services that never met would still have records near each other in place and time. How many is "
                "measured: one service's records are moved by whole weeks, so that the place and the hour of the week "
                "stay as they are and only coincidence is left."
            ),
            *_chance_chart(study, crossover, most),
            _baseline(study, crossover, pairs),
            *_baselines(study, pairs),
            *([Bullets(notes)] if notes else []),
            *_known(study, pairs),
            Section("What could be used"),
            _records(study, crossover),
        ),
    )


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
    """Say on which service the joint events weigh most."""
    shares = {
        (service, other): _share(crossover, pair, service)
        for pair in pairs
        for service, other in (pair.services, pair.services[::-1])
    }
    service, other = max(shares, key=lambda each: shares[each].number or 0.0)
    return Statement(
        f"Joint events weigh most on {short_name(study.area, service).lower()}: {{share:between}} in 100 of its incidents "
        f"are with {short_name(study.area, other).lower()}",
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
                share = found[service].share if found else None
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


def _chance_chart(study: Study, crossover: Crossover, pair: Pair) -> list[Chart]:
    """Picture what is left of the near pairs once coincidence is taken away."""
    if pair.observed_pairs is None or pair.chance_pairs is None or pair.estimate is None:
        return []
    name = " and ".join(short_name(study.area, each) for each in pair.services)
    placed = pair.estimate - (pair.unplaced or 0.0)
    return [
        Chart(
            "coincidence",
            Statement(
                "{chance} near pairs are what coincidence alone would give",
                {"chance": Figure(pair.chance_pairs, Unit.NUMBER)},
                otherwise="Near pairs, coincidence and joint events",
            ),
            f"Pairs within {crossover.window.metres:g} m and {crossover.window.minutes:g} min; {name}",
            [
                Bar("Near pairs of records", count(pair.observed_pairs)),
                Bar(
                    "Near pairs when one service is moved by whole weeks",
                    Figure(pair.chance_pairs, Unit.NUMBER),
                    "before",
                ),
                Bar(
                    "Joint events of placed records",
                    Figure(
                        placed,
                        Unit.COUNT,
                        low=max((pair.low or 0) - (pair.unplaced or 0), 0),
                        high=(pair.high or 0) - (pair.unplaced or 0),
                    ),
                    "after",
                ),
            ],
            "Source: the services' own records. One event may give several near pairs: repeated calls are grouped.",
            "A bar each for near pairs, for those that coincidence gives, and for joint events.",
        )
    ]


def _baseline(study: Study, crossover: Crossover, pairs: Sequence[Pair]) -> Table:
    return Table(
        "crossover-baseline",
        "Pairs of records near each other, what coincidence would give, and the joint events that are left",
        (
            Column("Services"),
            Column("Pairs observed", numeric=True),
            Column("Pairs by coincidence", numeric=True),
            Column("Joint events", numeric=True),
            Column("of them unplaced", numeric=True),
        ),
        [
            [
                " and ".join(short_name(study.area, each) for each in pair.services),
                count(pair.observed_pairs),
                _NOT_KNOWN if pair.chance_pairs is None else Figure(pair.chance_pairs, Unit.NUMBER),
                Figure(pair.estimate, Unit.COUNT, low=pair.low, high=pair.high),
                Figure(pair.unplaced, Unit.NUMBER),
            ]
            for pair in pairs
        ],
        note=(
            f"Within {crossover.window.metres:g} m and {crossover.window.minutes:g} min. Joint events count each record at most "
            "once; unplaced ones are those of records without a usable place or time, at the rate of placed ones."
        ),
    )


def _baselines(study: Study, pairs: Sequence[Pair]) -> list[Table]:
    """Put the measures of coincidence beside each other, with what each of them leaves."""
    rows: list[list[Figure | str]] = [
        [
            " and ".join(short_name(study.area, service) for service in pair.services),
            each.name,
            Figure(each.chance, Unit.NUMBER),
            Figure(each.estimate, Unit.COUNT, low=each.low, high=each.high),
        ]
        for pair in pairs
        for each in pair.baselines
    ]
    if not rows:
        return []
    return [
        Table(
            "crossover-baselines",
            "Each measure of coincidence, and the joint events that it leaves",
            (
                Column("Services"),
                Column("Coincidence measured by"),
                Column("Pairs by coincidence", numeric=True),
                Column("Joint events", numeric=True),
            ),
            rows,
            note=(
                "Of records with a usable place and time; pairs within the same metres and minutes. Where two measures of one "
                "pair of services differ by more than luck, the interval in the table before covers both."
            ),
        )
    ]


def _known(study: Study, pairs: Sequence[Pair]) -> list[Section | Bullets]:
    """Say how many events that the services tie together by number were found again without the number."""
    name = study.area.name_of
    said = [
        Statement(
            f"{name(pair.services[0])} and {name(pair.services[1])}: {{found}} of {{links}} events that their records tie "
            "together by number were found again by place, time and category alone.",
            {
                "found": Figure(pair.known.found / pair.known.links, Unit.SHARE, pair.known.links),
                "links": count(pair.known.links),
            },
            otherwise=f"{name(pair.services[0])} and {name(pair.services[1])} tie too few events together by number to say.",
        )
        for pair in pairs
        if pair.known is not None and pair.known.links
    ]
    return [Section("Held to the numbers that services give each other"), Bullets(said)] if said else []


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
