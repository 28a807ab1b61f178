"""Measuring two services by every definition of crossover (§2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.crossover.answer import BaselineChance, Definition, Pair
from joinedup.crossover.breakdown import breakdown
from joinedup.crossover.by_chance import THAT_DAY, chance_by
from joinedup.crossover.chance import MINUTE
from joinedup.crossover.definitions import requested, same_place_and_hour, shares
from joinedup.crossover.estimate import by_that_day, joint_events, met_inside
from joinedup.crossover.reliability import reliability

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from joinedup.crossover.estimate import JointEvents
    from joinedup.crossover.gathered import Two
    from joinedup.crossover.linking import Linkage, Linked
    from joinedup.crossover.records import Period

_WEEKS_FOR_A_BASELINE = 8


def measured_pair(two: Two, tell: Callable[[str], None]) -> Pair:
    """Measure one pair of services by every definition."""
    gathered, services = two.gathered, two.services
    a, b = two.records
    incidents, period = {a.service: a.incidents, b.service: b.incidents}, gathered.period
    asked = requested(gathered.area, gathered.requests, *services)
    number_asked = None if asked is None else sum(each for each in asked.values() if each is not None)
    with_attendance = set(services) <= gathered.has_arrivals
    definitions: dict[str, Mapping[str, Definition | None] | None] = {
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
            requested=number_asked,
            definitions=definitions if asked is not None else None,
            weeks=period.weeks,
            weak_baseline=weak,
            note=f"no record of {' or '.join(unusable)} has both a time and a place to link on",
        )
    if two.near is None:
        none = shares(dict.fromkeys(services, 0.0), incidents)
        return Pair(
            services,
            observed_pairs=0,
            chance_pairs=0.0,
            estimate=0.0,
            low=0.0,
            high=0.0,
            unplaced=0.0,
            placed_low=0.0,
            placed_high=0.0,
            share_of=dict.fromkeys(services, 0.0),
            requested=number_asked,
            jointly_attended=0.0 if with_attendance else None,
            same_place_and_hour=0,
            definitions=definitions
            | {"jointly_recorded": none, "same_place_and_hour": none}
            | ({"jointly_attended": none} if with_attendance else {}),
            weeks=period.weeks,
            weak_baseline=weak,
            note="no two of their records lie near each other at any time",
        )
    found, linkage, near_groups, said = two.linked(tell)
    joint = joint_events(found, linkage, *near_groups, said)
    baselines, coincidences = joint.baselines, joint.coincidences
    if not found.chance.alone:
        estimate, chance = by_that_day(found, linkage, joint, near_groups)
        baselines += ((THAT_DAY, estimate),)
        coincidences += ((THAT_DAY, chance, np.ones_like(chance.core)),)
    definitions["jointly_recorded"] = shares(dict.fromkeys(services, joint.events), incidents)
    attended = joint.attended if with_attendance else None
    if attended is not None:
        definitions["jointly_attended"] = shares(dict.fromkeys(services, attended), incidents)
    met = _met(found, linkage, joint)
    meetings, theirs = same_place_and_hour(linkage.a, linkage.b)
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
        requested=number_asked,
        jointly_attended=attended,
        same_place_and_hour=meetings,
        definitions=definitions,
        baselines=tuple(
            BaselineChance(name, each.chance, each.events, each.low, each.high) for name, each in baselines
        ),
        joint=met,
        breakdown=breakdown(gathered.frame, two.records, two.groups, met),
        known=two.held_to_numbers(found, linkage, near_groups, joint.inside),
        placed_low=joint.placed_low,
        placed_high=joint.placed_high,
        reliability=reliability(found, linkage, joint.inside),
        chance_by=chance_by(gathered.frame, found, linkage, joint.inside, coincidences),
        weeks=period.weeks,
        weak_baseline=weak,
        note=_pair_note(period, weak, found, joint),
    )


def matched(two: Two, tell: Callable[[str], None]) -> tuple[JointEvents, pl.DataFrame]:
    """Count the joint events of two services that lie near each other; give also their meetings, as `Pair.joint` has them."""
    found, linkage, groups, said = two.linked(tell)
    joint = joint_events(found, linkage, *groups, said)
    return joint, _met(found, linkage, joint)


def _met(found: Linked, linkage: Linkage, joint: JointEvents) -> pl.DataFrame:
    """Give the meetings in the window as a table, records by their place in the canonical frame."""
    a, b, met, pairs = linkage.a, linkage.b, joint.met, found.pairs
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
        notes.append(
            "other weeks alone and corrected for that day differ by more than luck: low and high cover both"
        )
    return "; ".join(notes) or None
