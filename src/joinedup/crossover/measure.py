"""Measuring crossover: every pair of services by every definition, with what could not be used (§2)."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from joblib import Parallel, delayed

from joinedup.compiling import processors
from joinedup.crossover.answer import (
    BaselineChance,
    Crossover,
    Definition,
    Known,
    Pair,
    ServiceRecords,
    Triple,
    Window,
)
from joinedup.crossover.breakdown import breakdown
from joinedup.crossover.chance import MINUTE
from joinedup.crossover.concentration import concentration
from joinedup.crossover.definitions import (
    PLACE_METRES,
    known_links,
    requested,
    requests_of,
    same_place_and_hour,
    shares,
)
from joinedup.crossover.estimate import joint_events, met_inside
from joinedup.crossover.events import best_events
from joinedup.crossover.linking import linked
from joinedup.crossover.matching import Matching
from joinedup.crossover.nearby import NEIGHBOURHOOD, Squares, kept
from joinedup.crossover.records import asks_for, canonical, of_service, period_of, records_of
from joinedup.crossover.repeats import repeat_groups
from joinedup.crossover.triples import triples
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.estimate import JointEvents
    from joinedup.crossover.linking import Linked
    from joinedup.crossover.records import Period, Records

_WEEKS_FOR_A_BASELINE = 8
_NORMAL, _HALF, _LIKELY = 1.959964, 0.5, 0.5
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
    tell, settings = progress or (lambda _: None), matching or Matching()
    tell("reading incidents")
    window = Window(metres, minutes)
    frame = canonical(area)
    period = period_of(area, frame)
    records = {service: records_of(frame, service) for service in area.services}
    has_arrivals = {service for service in records if of_service(frame, service)["arrived"].count()}
    side = max(settings.farthest(metres), PLACE_METRES)
    fine, wide = (
        {service: Squares.of(each, width) for service, each in records.items()}
        for width in (side, max(side, NEIGHBOURHOOD))
    )
    requests = {service: requests_of(frame, service) for service in area.services}
    # Threads: the sweeps hold no lock, and nothing has to be copied.
    side_by_side = Parallel(n_jobs=workers or processors(), prefer="threads")

    def grouped(each: Records) -> NDArray[np.int64]:
        tell(f"repeated calls of {each.service}")
        return repeat_groups(each, period, settings, tell)

    groups = dict(
        zip(records, side_by_side(delayed(grouped)(each) for each in records.values()), strict=True)
    )
    pairs = side_by_side(
        delayed(_measure_pair)(
            area,
            frame,
            records[a],
            records[b],
            requests=requests,
            groups=(groups[a], groups[b]),
            near=(wide[a].near(wide[b], groups[a]), wide[b].near(wide[a], groups[b]))
            if fine[a].touch(fine[b])
            else None,
            matching=settings,
            window=window,
            period=period,
            with_attendance={a, b} <= has_arrivals,
            progress=tell,
        )
        for a, b in combinations(area.services, 2)
    )
    tell("events of all services")
    met = {pair.services: pair.joint for pair in pairs if pair.joint is not None}
    tell("concentration")
    return Crossover(
        window=window,
        services={service: _service_records(area, frame, records[service]) for service in area.services},
        pairs=tuple(pairs),
        triples=_triples(met, pairs),
        found=best_events(met, {service: _grouped(records[service], groups[service]) for service in groups}),
        concentration=concentration(frame, area.services),
        note=_study_note(area, frame, period),
    )


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
        placed = [((pair.estimate or 0.0) - (pair.unplaced or 0.0), pair) for pair in known]
        error = max(
            ((pair.high or 0.0) - (pair.low or 0.0)) / 2 / max(number, 1.0) for number, pair in placed
        )
        half = math.hypot(_NORMAL * math.sqrt(variance), events * error) + _HALF
        found.append(Triple(services, events, max(events - half, 0.0), events + half))
    return tuple(found)


def _measure_pair(
    area: Area,
    frame: pl.DataFrame,
    a: Records,
    b: Records,
    *,
    requests: Mapping[str, pl.DataFrame],
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    near: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None,
    matching: Matching,
    window: Window,
    period: Period,
    with_attendance: bool,
    progress: Callable[[str], None],
) -> Pair:
    """Measure one pair of services by every definition."""
    services = (a.service, b.service)
    incidents = {a.service: a.incidents, b.service: b.incidents}
    progress(f"pairs of {a.service} and {b.service}")
    asked = requested(area, requests, a.service, b.service)
    definitions: dict[str, Mapping[str, Definition] | None] = {
        "requested": None if asked is None else shares(asked, incidents),
        "jointly_recorded": None,
        "jointly_attended": None,
        "same_place_and_hour": None,
    }
    weak = period.weeks < _WEEKS_FOR_A_BASELINE
    unusable = [each.service for each in (a, b) if not each.usable_by_category.any()]
    if unusable:
        return Pair(
            services,
            requested=None if asked is None else sum(asked.values()),
            definitions=definitions if asked is not None else None,
            weeks=period.weeks,
            weak_baseline=weak,
            note=f"no record of {' or '.join(unusable)} has both a time and a place to link on",
        )
    if near is None:
        none = shares(dict.fromkeys(services, 0.0), incidents)
        return Pair(
            services,
            observed_pairs=0,
            chance_pairs=0.0,
            estimate=0.0,
            low=0.0,
            high=0.0,
            unplaced=0.0,
            share_of=dict.fromkeys(services, 0.0),
            requested=None if asked is None else sum(asked.values()),
            jointly_attended=0.0 if with_attendance else None,
            same_place_and_hour=0,
            definitions=definitions
            | {"jointly_recorded": none, "same_place_and_hour": none}
            | ({"jointly_attended": none} if with_attendance else {}),
            weeks=period.weeks,
            weak_baseline=weak,
            note="no two of their records lie near each other at any time",
        )
    # Whoever is near nobody of the other service meets nobody: a force beside another one is weighed along the border.
    near_a, near_b = a.where(near[0]), b.where(near[1])
    found, linkage = linked(
        near_a,
        near_b,
        window,
        period,
        matching,
        progress,
        asks_for(area, frame, a.service, b.service)[near[0]],
        asks_for(area, frame, b.service, a.service)[near[1]],
    )
    joint = joint_events(found, linkage, *(kept(*each) for each in zip(groups, near, strict=True)))
    definitions["jointly_recorded"] = shares(dict.fromkeys(services, joint.events), incidents)
    attended = joint.attended if with_attendance else None
    if attended is not None:
        definitions["jointly_attended"] = shares(dict.fromkeys(services, attended), incidents)
    met = _met(near_a, near_b, found, joint)
    meetings, theirs = same_place_and_hour(near_a, near_b)
    definitions["same_place_and_hour"] = shares(theirs, incidents)
    return Pair(
        services=services,
        observed_pairs=found.observed,
        chance_pairs=found.chance.pairs_in_window,
        estimate=joint.events,
        low=joint.low,
        high=joint.high,
        unplaced=joint.unplaced,
        share_of={service: joint.events / incidents[service] for service in services},
        requested=None if asked is None else sum(asked.values()),
        jointly_attended=attended,
        same_place_and_hour=meetings,
        definitions=definitions,
        baselines=tuple(
            BaselineChance(name, each.chance, each.events, each.low, each.high)
            for name, each in joint.baselines
        ),
        joint=met,
        breakdown=breakdown(frame, services, met),
        known=_known(frame, a, b, groups, met),
        weeks=period.weeks,
        weak_baseline=weak,
        note=_pair_note(period, weak, found, joint),
    )


def _met(a: Records, b: Records, found: Linked, joint: JointEvents) -> pl.DataFrame:
    """Give the meetings in the window as a table, records by their place in the canonical frame."""
    met, pairs = joint.met, found.pairs
    here = met_inside(met, joint.inside)
    likeliest = met.likeliest[here]
    of_met = np.flatnonzero(joint.inside & (met.meeting >= 0))
    # Rounding may have moved either record.
    apart = pairs.apart[of_met] - a.slack[pairs.a[of_met]] - b.slack[pairs.b[of_met]]
    least = {
        "least_minutes": np.abs(pairs.gap[of_met]) / MINUTE,
        "least_metres": np.maximum(apart, 0.0).astype(np.float64),
    }
    return pl.DataFrame(
        {
            "a": a.row[met.a[here]],
            "b": b.row[met.b[here]],
            "a_record": a.row[pairs.a[likeliest]],
            "b_record": b.row[pairs.b[likeliest]],
            "odds": met.odds[here],
            "probability": met.joint[here],
            "minutes": pairs.gap[likeliest] / MINUTE,
            "metres": pairs.apart[likeliest],
        }
        | {name: _least(values, met.meeting[of_met], here) for name, values in least.items()}
    )


def _least(
    values: NDArray[np.float64], meeting: NDArray[np.int64], here: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the least value that any pair has of each meeting that is here."""
    least = np.full(len(here), np.inf)
    np.minimum.at(least, meeting, values)
    return least[here]


def _known(
    frame: pl.DataFrame,
    a: Records,
    b: Records,
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    met: pl.DataFrame,
) -> Known | None:
    """Hold the meetings to the ties that records have by the other service's number; None where they have none."""
    links = known_links(frame, a.service, b.service)
    if links.is_empty():
        return None
    grouped = links
    for side, records, group in (("a", a, groups[0]), ("b", b, groups[1])):
        names = pl.DataFrame({side: records.row, f"{side}_group": records.row[group]})
        grouped = grouped.join(names, on=side, how="left")
    found = grouped.join(
        met.select(a_group="a", b_group="b", probability="probability"), on=["a_group", "b_group"], how="left"
    )["probability"].fill_null(0.0)
    return Known(links.height, int((found >= _LIKELY).sum()), float(found.to_numpy().sum()))


def _pair_note(period: Period, weak: bool, found: Linked, joint: JointEvents) -> str | None:
    """Say what a reader must know of a pair's baseline, or nothing."""
    notes = []
    if weak:
        notes.append(f"only {period.weeks:.1f} weeks of data: the chance baseline is weak")
    if found.chance.alone:
        notes.append(
            "no whole-week shift keeps half of the period: "
            "chance is taken from same-day pairs beyond the window alone"
        )
    if joint.disagree:
        notes.append("the two baselines disagree beyond sampling error: low and high cover both")
    return "; ".join(notes) or None


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
