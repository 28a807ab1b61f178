"""What the chapter on crossover says of coincidence: how much of nearness is luck, and how far probabilities can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    LIMIT,
    Bar,
    Bullets,
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
    from joinedup.crossover.by_chance import Beside
    from joinedup.crossover.reliability import Band, Reliability
    from joinedup.disclosure import Block
    from joinedup.study.study import Study

_NOT_KNOWN = Figure(None, Unit.COUNT, mark=Mark.NOT_AVAILABLE)
_SORTED_BY = {
    "distance": ("distance", "Apart"),
    "gap": ("time between", "Minutes between"),
    "density": ("how busy it is there and then", "Place and hour"),
    "categories": ("kinds", "Categories"),
}


def _about(pairs: float) -> Figure:
    """Give what is expected to the nearest whole number: no more digits than it bears."""
    return Figure(float(round(pairs)), Unit.NUMBER)


def names_of(study: Study, pair: Pair) -> str:
    """Name two services as a table does."""
    return " and ".join(short_name(study.area, each) for each in pair.services)


def coincidence_blocks(study: Study, crossover: Crossover, pairs: Sequence[Pair], most: Pair) -> list[Block]:
    """Show what coincidence gives, by each measure of it, and how it falls out by distance, time, busyness and kinds."""
    return [
        Section("What coincidence would give"),
        Statement(
            "Two services that never met would still have records near each other in place and time. How many is "
            "measured: one service's records are moved by whole weeks, so that the place and the hour of the week "
            "stay as they are and only coincidence is left. Other weeks did not have that day's storm or match, so the "
            "number is corrected by how many records lie near each other on the day itself, hours apart."
        ),
        *_chart(study, crossover, most),
        _left(study, crossover, pairs),
        *_each_measure(study, pairs),
        *_by_chance(study, most, more=len(pairs) > 1),
    ]


def _chart(study: Study, crossover: Crossover, pair: Pair) -> list[Chart]:
    """Picture what near pairs are made of: luck, joint events, and further pairs of the same events."""
    if pair.observed_pairs is None or pair.chance_pairs is None or pair.placed is None:
        return []
    luck, events = round(pair.chance_pairs), round(pair.placed)
    further = pair.observed_pairs - luck - events
    aside = any(crossover.services[each].set_aside for each in pair.services)
    bars = [
        Bar("Near pairs of records", count(pair.observed_pairs)),
        Bar("As many would be near by luck alone", Figure(float(luck), Unit.NUMBER), "before"),
        Bar(
            "Joint events",
            Figure(pair.placed, Unit.COUNT, low=pair.placed_low, high=pair.placed_high),
            "after",
        ),
    ]
    if further > 0:
        words = "Further pairs of the same events" + (", or at places that were set aside" if aside else "")
        bars.append(Bar(words, Figure(float(further), Unit.NUMBER)))
    return [
        Chart(
            "coincidence",
            Statement(
                "Of {near} near pairs about {luck} are luck"
                if luck
                else "Of {near} near pairs hardly any is luck",
                {"near": count(pair.observed_pairs)}
                | ({"luck": Figure(float(luck), Unit.NUMBER)} if luck else {}),
                otherwise="Near pairs, luck and joint events",
            ),
            f"Pairs within {crossover.window.metres:g} m and {crossover.window.minutes:g} min; {names_of(study, pair)}",
            bars,
            "Source: the services' own records that have a place and a time. One event may give several near pairs, where a "
            "service has two calls about it.",
            "A bar each for near pairs, for those that luck gives, for joint events and for further pairs of the same events.",
        )
    ]


def _left(study: Study, crossover: Crossover, pairs: Sequence[Pair]) -> Table:
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
                names_of(study, pair),
                count(pair.observed_pairs),
                _NOT_KNOWN if pair.chance_pairs is None else _about(pair.chance_pairs),
                Figure(pair.estimate, Unit.COUNT, low=pair.low, high=pair.high),
                _about(pair.unplaced or 0.0),
            ]
            for pair in pairs
        ],
        note=(
            f"Within {crossover.window.metres:g} m and {crossover.window.minutes:g} min. Joint events count each record at most "
            "once; unplaced ones are those of records without a usable place or time, at the rate of placed ones."
        ),
    )


def _each_measure(study: Study, pairs: Sequence[Pair]) -> list[Table]:
    """Put the measures of coincidence beside each other, with what each of them leaves."""
    rows: list[list[Figure | str]] = [
        [
            names_of(study, pair),
            each.name,
            _about(each.chance),
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
                "Of records with a usable place and time; pairs within the same metres and minutes. The first measure is the one "
                "that is used. Where it and other weeks alone differ by more than luck, the interval in the table before covers "
                "both. That day's other hours alone rest on fewer pairs, and are there to be held beside them."
            ),
        )
    ]


def _by_chance(study: Study, pair: Pair, *, more: bool) -> list[Block]:
    """Show near pairs beside coincidence in four small tables."""
    if not pair.chance_by or not pair.baselines:
        return []
    words = names_of(study, pair)
    tables = [
        _beside(name, f"Near pairs of {words} by {_SORTED_BY[name][0]}, beside coincidence", pair, rows)
        for name, rows in pair.chance_by.items()
    ]
    return [
        Statement(
            "What is more than coincidence are joint events, with second calls about them: they lie close together in place "
            "and time, and are of kinds that go together, wherever it is quiet or busy."
            + (
                f" The tables are of {words}; those of other services are in what the command crossover prints with --json."
                if more
                else ""
            )
        ),
        *tables,
    ]


def _beside(name: str, caption: str, pair: Pair, rows: Sequence[Beside]) -> Table:
    measures = [each.name for each in pair.baselines]
    total = sum(each.observed for each in rows)
    sums = [sum(each.expected[measure] for each in rows) for measure in measures]
    lines: list[list[Figure | str]] = [
        [
            each.band,
            count(each.observed),
            *(_about(each.expected[measure]) for measure in measures),
        ]
        for each in rows
    ]
    last: list[Figure | str] = [
        "All",
        count(total),
        *(_about(each) for each in sums),
    ]
    return Table(
        f"chance-by-{name}",
        caption,
        (
            Column(_SORTED_BY[name][1]),
            Column("Near pairs", numeric=True),
            *(Column(f"By {measure}", numeric=True) for measure in measures),
        ),
        [*lines, last],
        note="Pairs of records that have a usable place and time; coincidences to the nearest whole number.",
        total=True,
    )


def reliability_blocks(study: Study, pair: Pair) -> list[Block]:
    """Picture what was said of near pairs beside what is more than chance gives."""
    found = pair.reliability
    if found is None:
        return []
    if isinstance(found, str):
        return [
            Statement(
                f"How far the probabilities of {names_of(study, pair)} can be believed cannot be told from this study's own "
                f"records: {found}. In imagined areas, whose truth is known, they were on average at most 2 in 100 off; the "
                "guide to how good crossover is has the table."
            )
        ]
    bands = [band for band in found.bands if band.pairs >= LIMIT]
    if not bands:
        return []
    return [
        Chart(
            f"reliability-{'-'.join(pair.services)}",
            _headline(bands),
            "Near pairs by the probability of being one event, and how many in 100 chance cannot explain; "
            f"{names_of(study, pair)}; 95 % intervals",
            [Bar(_said(band), _in_hundred(band)) for band in bands],
            "Source: the services' own records, beside the same records moved by five weeks either way, which cannot be of one "
            "event and were not used to measure chance.",
            "A bar for each band of probability, with its interval; each label says what number the bar ought to show.",
        ),
        *_error(found),
    ]


def _headline(bands: Sequence[Band]) -> Statement:
    """Say how one band fared: that of the likely ones where it has enough pairs, else the one that has most."""
    likely = [band for band in bands if band.low >= _LIKELY]
    band = max(likely or bands, key=lambda each: (each.low < _NEARLY_CERTAIN, each.pairs))
    return Statement(
        f"Of pairs that we call {_in_words(band)} likely, {{share}} in 100 were more than chance gives",
        {"share": _in_hundred(band)},
        otherwise="What we say of near pairs, beside what chance cannot explain",
    )


_LIKELY, _NEARLY_CERTAIN = 0.5, 0.95


def _in_words(band: Band) -> str:
    return f"{100 * band.low:.0f} to {100 * band.high:.0f} %"


def _in_hundred(band: Band) -> Figure:
    return Figure(band.found, Unit.PER_HUNDRED, low=band.found_low, high=band.found_high)


def _said(band: Band) -> str:
    return f"Called {_in_words(band)}, on average {100 * (band.said or 0):.0f} ({band.pairs:,} pairs)"


def _error(found: Reliability) -> list[Statement]:
    if found.error is None or found.luck is None:
        return []
    return [
        Statement(
            "Over all pairs of 5 % and more, what we say and what is found are {error} apart on average; if every probability "
            "were right, luck alone would put them {luck} apart. Each pair is weighed by itself here, before records compete "
            "for a partner; in imagined areas, whose truth is known, what is found is itself 1 to 3 in 100 off.",
            {"error": Figure(found.error, Unit.SHARE), "luck": Figure(found.luck, Unit.SHARE)},
        )
    ]


def known_blocks(study: Study, pairs: Sequence[Pair]) -> list[Block]:
    """Say how many events that the services tie together by number were found again without the number."""
    said = [each for pair in pairs if pair.known is not None for each in _known(study, pair)]
    return [Section("Held to the numbers that services give each other"), Bullets(said)] if said else []


def _known(study: Study, pair: Pair) -> list[Statement]:
    known, names = pair.known, " and ".join(study.area.name_of(each) for each in pair.services)
    assert known is not None
    said = []
    if known.within:
        said.append(
            Statement(
                f"{names}: {{links}} events are tied together by number, {{within}} of them within these metres and minutes; "
                "{found} of those were found again by place, time, category and priority alone.",
                {
                    "links": count(known.links),
                    "within": count(known.within),
                    "found": Figure(known.found / known.within, Unit.SHARE, known.within),
                },
                otherwise=f"{names} tie too few events together by number to say.",
            )
        )
    if known.numbered >= LIMIT:
        said.append(
            Statement(
                f"{names}: of {{numbered}} pairs that are more likely than not one event and bear a number of the other "
                "service, {agreeing} bear that of the partner found.",
                {
                    "numbered": count(known.numbered),
                    "agreeing": Figure(known.agreeing / known.numbered, Unit.SHARE, known.numbered),
                },
                otherwise=f"{names}: how many numbers agree with the partner found may not be said.",
            )
        )
    return said
