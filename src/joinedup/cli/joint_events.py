"""How a crossover looks on a terminal: how often services meet, by every definition, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.cli.showing import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Crossover, HotPlaces
    from joinedup.crossover.answer import Definition, Pair
    from joinedup.crossover.breakdown import First
    from joinedup.crossover.counted import Bounds, CountedDemand
    from joinedup.crossover.growth import Growth
    from joinedup.crossover.sensitivity import Sensitivity

_PROVEN = 1e-6
"""A score that is nearer than this to its bound has reached it."""

_NOT_KNOWN = "[x]"
_SIMPLE = ("requested", "jointly_attended", "same_place_and_hour")


def print_crossover(found: Crossover, counted: CountedDemand | None) -> None:
    """Print how often each two services meet by every definition, beside coincidence, and what is to be said of it.

    ``counted`` has what counts say, where any service gave counts.
    """
    _print_pairs(found)
    _print_definitions(found, counted)
    _print_counted(counted)
    _print_baselines(found)
    _print_records(found, counted)
    for pair in found.pairs:
        _print_first(pair)
        _print_known(pair)
    for triple in found.triples:
        print(
            f"Events of {', '.join(triple.services)}: {triple.estimate:,.0f} ({triple.low:,.0f} to {triple.high:,.0f})."
        )
    if not found.found.rows.is_empty():
        events, score, bound = found.found.number, found.found.score, found.found.bound
        print(
            f"Chosen over all services at once, each record in one event at most: {events:,} events; "
            + (
                "no other choice scores higher."
                if bound - score <= _PROVEN
                else f"they score {score:,.1f}, and no choice can score more than {bound:,.1f}."
            )
        )
    if found.note:
        print(f"Note: {found.note}.")
    for pair in found.pairs:
        if pair.note:
            print(f"Note on {' and '.join(pair.services)}: {pair.note}.")
    for shared in () if counted is None else counted.pairs:
        if shared.note:
            print(f"Note on {' and '.join(shared.services)}: {shared.note}.")


def _print_pairs(found: Crossover) -> None:
    rows = []
    for pair in found.pairs:
        if pair.estimate is None or pair.share_of is None:
            continue
        one, other = pair.services
        rows.append(
            (
                f"{one}, {other}",
                f"{pair.observed_pairs:,}",
                _NOT_KNOWN if pair.chance_pairs is None else f"{pair.chance_pairs:,.1f}",
                f"{pair.estimate:,.0f}",
                f"{pair.low:,.0f} to {pair.high:,.0f}",
                f"{pair.unplaced:,.1f}",
                f"{pair.share_of[one]:.1%}",
                f"{pair.share_of[other]:.1%}",
            )
        )
    if rows:
        print_table(
            f"Joint events within {found.window.metres:g} m and {found.window.minutes:g} min",
            (
                "services",
                "pairs",
                "by chance",
                "joint events",
                "95 % interval",
                "of them unplaced",
                "of the first",
                "of the second",
            ),
            rows,
        )


def _print_definitions(found: Crossover, counted: CountedDemand | None) -> None:
    """Print the four definitions side by side, as shares of each service's own incidents (§2.1)."""
    rows = []
    for pair in found.pairs:
        if pair.definitions is None:
            continue
        for service, other in (pair.services, pair.services[::-1]):
            incidents = found.services[service].incidents
            if service in _alone(counted) or not incidents:
                continue
            said = {name: _defined(pair, name, service) for name in _SIMPLE}
            rows.append(
                (
                    f"{service}, with {other}",
                    f"{incidents:,}",
                    said["requested"],
                    _recorded(pair, service, incidents),
                    said["jointly_attended"],
                    said["same_place_and_hour"],
                )
            )
    if rows:
        print_table(
            "The four definitions, in 100 of each service's own incidents",
            (
                "service",
                "incidents",
                "asked for",
                "recorded by both",
                "attended by both",
                "same place and hour",
            ),
            rows,
        )


def _defined(pair: Pair, name: str, service: str) -> str:
    by_service = (pair.definitions or {}).get(name)
    one: Definition | None = None if by_service is None else by_service[service]
    return _NOT_KNOWN if one is None or one.share is None else f"{100 * one.share:.1f}"


def _recorded(pair: Pair, service: str, incidents: int) -> str:
    """Give the estimate as a share, with its interval."""
    if pair.low is None or pair.high is None:
        return _NOT_KNOWN
    low, high = (100 * each / incidents for each in (pair.low, pair.high))
    return f"{_defined(pair, 'jointly_recorded', service)} ({low:.1f} to {high:.1f})"


def _alone(counted: CountedDemand | None) -> tuple[str, ...]:
    """Name the services that gave counts and no incidents."""
    return () if counted is None else counted.alone


def _print_counted(counted: CountedDemand | None) -> None:
    """Print the definition that counts can have: same place and hour of the week, with its bounds (§1.7)."""
    rows = [
        (
            f"{service}, with {other}",
            f"{shared.cells:,}",
            _bounds(shared.counts[service]),
            _bounds(shared.shares[service], share=True),
        )
        for shared in (() if counted is None else counted.pairs)
        if shared.cells is not None
        for service, other in (shared.services, shared.services[::-1])
    ]
    if rows:
        print_table(
            "From counts: demand in the same small area and hour of the week, never beside the same hour of the calendar",
            ("service", "areas and hours", "its incidents there", "in 100 of its own"),
            rows,
        )


def _bounds(bounds: Bounds, *, share: bool = False) -> str:
    low, high = bounds.low, bounds.high
    return f"{100 * low:.1f} to {100 * high:.1f}" if share else f"{low:,.0f} to {high:,.0f}"


def _print_baselines(found: Crossover) -> None:
    """Print what each measure of coincidence expects and leaves, where any was made."""
    rows = [
        (
            ", ".join(pair.services),
            each.name,
            f"{each.chance:,.1f}",
            f"{each.estimate:,.0f}",
            f"{each.low:,.0f} to {each.high:,.0f}",
        )
        for pair in found.pairs
        for each in pair.baselines
    ]
    if rows:
        print_table(
            "What each measure of coincidence leaves, of records that have a usable time and place",
            ("services", "coincidence measured by", "by chance", "joint events", "95 % interval"),
            rows,
        )
        print(
            "Pairs by chance are the plain mean over the shifted weeks in the first table; here each measure weighs them in "
            "its own way. Joint events of unplaced records are in the first table alone."
        )


def _print_records(found: Crossover, counted: CountedDemand | None) -> None:
    """Print how many records of each service could be used, and for what others could not."""
    rows = [
        (service, _bounds(counted.incidents(service)), *(_NOT_KNOWN,) * 4)
        if counted is not None and service in counted.alone
        else (
            service,
            f"{each.incidents:,}",
            f"{each.usable:,}",
            f"{each.unplaced:,}",
            f"{each.set_aside:,}",
            _NOT_KNOWN if each.without_vehicle is None else f"{each.without_vehicle:,}",
        )
        for service, each in found.services.items()
    ]
    if rows:
        print_table(
            "Records of each service, and how many could be used for pairing",
            (
                "service",
                "incidents",
                "usable",
                "no usable time or place",
                "at default places",
                "closed without a vehicle",
            ),
            rows,
        )


def _print_first(pair: Pair) -> None:
    """Say who recorded and who arrived first, where that is known."""
    if pair.breakdown is None:
        return
    told: tuple[tuple[First | None, str], ...] = (
        (pair.breakdown.recorded_first, "recorded"),
        (pair.breakdown.arrived_first, "arrived"),
    )
    for first, verb in told:
        if first is None or round(first.events) == 0:
            continue
        one = max(pair.services, key=lambda each: (first.first_of[each], each))
        (other,) = (each for each in pair.services if each != one)
        print(
            f"First: {one} {verb} first in {first.first_of[one]:.0%} of {first.events:,.0f} events with {other}; in half of "
            f"them the two were {first.minutes:,.1f} min apart at most."
        )


def _print_known(pair: Pair) -> None:
    """Say how the answer fares on the events that records tie together by number."""
    known = pair.known
    if known is None:
        return
    names = " and ".join(pair.services)
    print(
        f"Check: {names} tie {known.links:,} events together by number, {known.within:,} of them in the window; by place, time, "
        f"category and priority alone {known.found:,} of these were found again."
    )
    if known.numbered:
        print(
            f"Check: of {known.numbered:,} events so found in which a record has a number of the other service, the number is "
            f"the partner's in {known.agreeing:,}."
        )


def print_growth(grown: Sequence[Growth]) -> None:
    """Print how the number of joint events grows with the window, and why."""
    if grown:
        print_table(
            "Joint events as the window grows",
            ("services", *(f"{window.metres:g} m, {window.minutes:g} min" for window in grown[0].events)),
            [
                (", ".join(each.services), *(f"{events:,.0f}" for events in each.events.values()))
                for each in grown
            ],
        )
        for each in grown:
            print(f"{', '.join(each.services)}: {each.why}.")


def print_sensitivity(found: Sensitivity) -> None:
    """Print what each setting does to the number of joint events, and whether any takes it out of its interval."""
    services = [pair.services for pair in found.usual if pair.estimate is not None]
    if not services:
        return
    print_table(
        "Joint events with one setting at an end of its range",
        ("setting", "value", "usual", *(", ".join(each) for each in services)),
        [
            (
                each.setting.name.replace("_", " "),
                f"{each.value:g} {each.setting.unit}",
                f"{each.setting.value:g}",
                *(
                    _NOT_KNOWN if (events := each.estimates[pair]) is None else f"{events:,.0f}"
                    for pair in services
                ),
            )
            for each in found.tried
        ],
    )
    for each in services:
        print(f"{', '.join(each)}: {found.conclusion(each)}.")


def print_places(found: HotPlaces) -> None:
    """Print where services are busiest at once, and whether people explain it."""
    print_table(
        f"Squares of {found.metres:g} m among the busiest tenth, for exactly these services",
        ("services", "squares", *(f"of {each.service}" for each in found.heat)),
        [
            (
                ", ".join(each.services),
                f"{each.cells:,}",
                *(f"{share:.1%}" for share in each.share_of.values()),
            )
            for each in found.combinations
        ],
    )
    if found.sharing:
        print_table(
            "Squares hot for at least these services, beside the most that people explain",
            ("services", "squares", "people explain", "95 % range", "adjusted p"),
            [
                (
                    ", ".join(each.services),
                    f"{each.observed:,.1f}",
                    f"{each.expected:,.1f}",
                    f"{each.low:,.1f} to {each.high:,.1f}",
                    f"{each.adjusted:.3f}",
                )
                for each in found.sharing
            ],
        )
    if found.steadiness:
        print_table(
            f"Heat that is still there in another of {found.steadiness[0].parts} parts of the period",
            ("services", "share", "if rates were steady", "95 % range"),
            [
                (
                    ", ".join(each.services),
                    "[x]" if each.share is None else f"{each.share:.1%}",
                    "[x]" if each.if_steady is None else f"{each.if_steady:.1%}",
                    "[x]" if each.low is None else f"{each.low:.1%} to {each.high:.1%}",
                )
                for each in found.steadiness
            ],
        )
    if found.sharing:
        beyond = sum(each.beyond_people is True for each in found.places)
        print(f"{beyond:,} of {len(found.places):,} shared squares are hot beyond what people explain.")
    if found.note:
        print(f"Note: {found.note}.")
