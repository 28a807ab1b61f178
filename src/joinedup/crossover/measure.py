"""Measuring crossover: every pair of services by every definition, with what could not be used (§2)."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from joinedup.crossover.answer import Crossover, ServiceRecords, Triple, Window
from joinedup.crossover.concentration import concentration
from joinedup.crossover.estimate import events_alone
from joinedup.crossover.events import best_events
from joinedup.crossover.gathered import Asked, Gathered, Two, groups_of, of_each_two
from joinedup.crossover.matching import Matching
from joinedup.crossover.records import of_service
from joinedup.crossover.triples import triples
from joinedup.crossover.two_services import measured_pair
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.answer import Pair
    from joinedup.crossover.records import Period, Records

_NORMAL, _HALF = 1.959964, 0.5
_DAY_OF_MINUTES = 1_440


def measure(
    area: Area,
    metres: float = 500,
    minutes: float = 30,
    progress: Callable[[str], None] | None = None,
    matching: Matching | None = None,
    workers: int | None = None,
) -> Crossover:
    """Measure how often the services of an area meet, within some metres and minutes.

    ``progress`` is called with a short phrase as each stage begins. Pairs of services are measured side by side, by as
    many ``workers`` as there are processors unless told otherwise. The same incidents in any order, by any number of
    workers, give the same answer to the last bit; chance is measured from the records themselves, so no random number is drawn.

    Raises:
        Refusal: when the window has no size, or spans more than a day.
    """
    if not (metres > 0 and math.isfinite(metres)):
        raise Refusal(f"a window of {metres:g} metres has no size; use a number above 0")
    if not 0 < minutes <= _DAY_OF_MINUTES:
        raise Refusal(
            f"a window of {minutes:g} minutes cannot be used; use one above 0 and up to {_DAY_OF_MINUTES}"
        )
    tell = progress or (lambda _: None)
    tell("reading incidents")
    gathered = Gathered.of(area)
    asked = Asked(Window(metres, minutes), matching or Matching(), workers)
    groups = groups_of(gathered, asked, tell)

    def measured(two: Two) -> Pair:
        tell(f"pairs of {' and '.join(two.services)}")
        return measured_pair(two, tell)

    pairs = of_each_two(gathered, asked, groups, measured)
    tell("events of all services")
    met = {pair.services: pair.joint for pair in pairs if pair.joint is not None}
    named = {service: _grouped(each, groups[service]) for service, each in gathered.records.items()}
    found = best_events(met, named)
    tell("concentration")
    frame = gathered.frame
    return Crossover(
        window=asked.window,
        services={service: _service_records(area, frame, each) for service, each in gathered.records.items()},
        pairs=tuple(pairs),
        triples=_triples(met, pairs),
        found=found,
        concentration=concentration(frame, area.services),
        note=_study_note(area, frame, gathered.period),
    )


def estimates(
    gathered: Gathered,
    window: Window,
    matching: Matching,
    progress: Callable[[str], None] | None = None,
    workers: int | None = None,
) -> dict[tuple[str, str], float | None]:
    """Estimate the joint events of each two services as `measure` does, and nothing else; None where it cannot be told."""
    tell, asked = progress or (lambda _: None), Asked(window, matching, workers)

    def estimated(two: Two) -> float | None:
        if not all(each.usable_by_category.any() for each in two.records):
            return None
        if two.near is None:
            return 0.0
        found, linkage, groups, said = two.linked(tell)
        return events_alone(found, linkage, *groups, said)

    found = of_each_two(gathered, asked, groups_of(gathered, asked, tell), estimated)
    return dict(zip(combinations(gathered.area.services, 2), found, strict=True))


def _grouped(records: Records, group: NDArray[np.int64]) -> pl.DataFrame:
    """Name each positioned record's group by the row of its first record."""
    return pl.DataFrame({"row": records.row, "group": records.row[group]})


def _triples(met: Mapping[tuple[str, str], pl.DataFrame], pairs: Sequence[Pair]) -> tuple[Triple, ...]:
    """Estimate the events of three services, as sure as the least sure of their pairs."""
    measured = {frozenset(pair.services): pair for pair in pairs if pair.joint is not None}
    found = []
    for services, (events, variance) in triples(met).items():
        ties = map(frozenset, combinations(services, 2))
        known = [measured[tie] for tie in ties if tie in measured]
        # Both are of records that have a usable position, as the triples are.
        error = max(
            ((pair.placed_high or 0.0) - (pair.placed_low or 0.0)) / 2 / max(pair.placed or 0.0, 1.0)
            for pair in known
        )
        half = math.hypot(_NORMAL * math.sqrt(variance), events * error) + _HALF
        found.append(Triple(services, events, max(events - half, 0.0), events + half))
    return tuple(found)


def _service_records(area: Area, frame: pl.DataFrame, records: Records) -> ServiceRecords:
    """Count a service's records by what could be done with them."""
    own = of_service(frame, records.service)
    usable = int(records.usable.sum())
    return ServiceRecords(
        kind=area.kind_of(records.service),
        incidents=records.incidents,
        usable=usable,
        unplaced=records.incidents - len(records),
        set_aside=len(records.usable) - usable,
        # A service with no attendance at all did not hand any over: absent is not zero.
        without_vehicle=int((~own["sent"]).sum()) if own["sent"].any() else None,
    )


def _study_note(area: Area, frame: pl.DataFrame, period: Period) -> str | None:
    """Say what holds for the whole study: what is missing, what was left out, what comes later."""
    notes = []
    if len(area.services) < 2:
        notes.append("crossover needs two services; this study has fewer")
    if frame.is_empty():
        notes.append("this study holds no incidents")
    elif not frame["positioned"].any():
        notes.append("no incident has both a time and a place to link on")
    unknown = area.table("incidents").height - frame.height
    if unknown:
        notes.append(f"{unknown} incidents of services that are not in the services table were left out")
    if area.settings.period is not None:
        outside = int(((frame["wall"] < period.first) | (frame["wall"] > period.last)).sum())
        if outside:
            notes.append(
                f"{outside} incidents lie outside the study's period; chance is corrected as if they did not"
            )
    return "; ".join(notes) or None
