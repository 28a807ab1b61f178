"""From the odds of pairs to the number of joint events, and how sure we are of it (§2.1, §2.3, §2.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from joinedup.crossover.by_chance import CORRECTED, OTHER_WEEKS, THAT_DAY, that_day_alone, within_window
from joinedup.crossover.chance import MINUTE
from joinedup.crossover.competing import meetings
from joinedup.crossover.mixture import fitted
from joinedup.crossover.partner_numbers import sharpened
from joinedup.crossover.sweep import FLAGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.answer import Window
    from joinedup.crossover.chance import Chance
    from joinedup.crossover.competing import Meetings
    from joinedup.crossover.linking import Linkage, Linked
    from joinedup.crossover.mixture import Mixture
    from joinedup.crossover.partner_numbers import Said
    from joinedup.crossover.records import Records
    from joinedup.crossover.sweep import Pairs

    Floats = NDArray[np.float64]
    Groups = tuple[NDArray[np.int64], NDArray[np.int64]]

_NORMAL = 1.959964
# Counts are whole: nothing is known to less than half an event.
_HALF = 0.5
# Fewer events than so many times the root of the number of pairs are few: chance could have made them.
_FEW = 5.0


@dataclass(frozen=True)
class Estimate:
    """Joint events among usable records in the window, with a 95 % interval; ``chance`` is in pairs in the window."""

    chance: float
    events: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class JointEvents:
    """Joint events over all records as published, the part without a usable position, and the way there.

    ``placed_low`` and ``placed_high`` are the interval of the others. ``met`` has the meetings that they are the sum of, and
    ``inside`` tells which pairs are in the window; ``coincidences`` has what each baseline is made of, with what it is
    multiplied by in each stratum, and ``said`` what the services' numbers said of each pair.
    """

    events: float
    low: float
    high: float
    unplaced: float
    placed_low: float
    placed_high: float
    attended: float
    baselines: tuple[tuple[str, Estimate], ...]
    disagree: bool
    coincidences: tuple[tuple[str, Chance, Floats], ...]
    met: Meetings
    inside: NDArray[np.bool_]
    said: Said | None


def joint_events(
    found: Linked,
    linkage: Linkage,
    a_group: NDArray[np.int64],
    b_group: NDArray[np.int64],
    said: Said | None = None,
) -> JointEvents:
    """Estimate the joint events of two services, and add those of records that have no usable position.

    ``said`` has what the services' numbers say of each pair (`partner_numbers`), where records bear any: they tell which
    pairs are the events, and the interval is left as wide as it is without them.

    **Events, not pairs.** A service's own calls about one event are one group, and a group is in at most one event:
    the events are the sum of the probabilities of all meetings of two groups that are in the window (`competing`).

    **Interval.** The joint events happened; what is not known is which of the near pairs they are, and the shapes that
    tell. The mixture says how much its total could vary; what is more than the luck of a Poisson count, which has
    already been cast, is the error of the estimate. It is widened by the luck of chance's own measurement on a few
    shifts, and where those vary more than independent pairs would.

    **Few events among many coincidences.** An estimate that cannot be negative is a little above zero where there is
    nothing. Where it is small, the same is done to records that cannot be of one event, and the lower end of the
    interval is moved down by what comes out.

    **Second baseline.** Chance is scaled in each stratum to that day's own coincidences. Where those differ from other
    weeks' by more than sampling error, the interval covers also what the unscaled shifts give.

    **Records without a usable position** (no time, no place, a coarse or a default one) are taken to be in
    joint events as often as usable records of the same service and category. With r and s such joint records
    for each usable one of either service, there are u = r + s + rs unplaced events for each placed one: the
    last term is the events that both services failed to place, if they fail independently. An event is placed
    with probability 1/(1+u), which adds E u (1 + u) to the variance.
    """
    a, b, window, chance = linkage.a, linkage.b, linkage.window, found.chance
    inside = in_window(a, b, found.pairs, window)
    met = _matched(found, linkage, a_group, b_group, said, found.mixture)
    first = _estimate(found.mixture, linkage, chance, met, inside)
    name = THAT_DAY if chance.alone else CORRECTED
    baselines = [(name, first)]
    coincidences = [(name, chance, found.mixture.shapes.scale)]
    low, high, disagree = first.low, first.high, False
    if 0 < first.events**2 < _FEW**2 * len(found.pairs):
        low = max(low - _drift(linkage, a_group, b_group), 0.0)
    if not chance.alone:
        second = _by_another(found, linkage, chance, inside, (a_group, b_group), said)
        baselines.append((OTHER_WEEKS, second))
        coincidences.append((OTHER_WEEKS, chance, np.ones_like(chance.core)))
        disagree = _days_differ(chance)
        if disagree:
            low, high = min(low, second.low), max(high, second.high)
    lost = _unplaced(linkage, found, met)
    spread = _NORMAL**2 * first.events * lost * (1 + lost)
    events = first.events * (1 + lost)
    most = float(min(a.incidents, b.incidents))
    return JointEvents(
        events=min(events, most),
        low=max(events - math.hypot((first.events - low) * (1 + lost), math.sqrt(spread)), 0.0),
        high=min(events + math.hypot((high - first.events) * (1 + lost), math.sqrt(spread)), most),
        unplaced=first.events * lost,
        placed_low=low,
        placed_high=min(high, most),
        # No more events than there are records, and no more attended ones than events.
        attended=min(_attended(a, b, met, inside, a_group, b_group) * (1 + lost), events, most),
        baselines=tuple(baselines),
        disagree=disagree,
        coincidences=tuple(coincidences),
        met=met,
        inside=inside,
        said=said,
    )


def by_that_day(
    found: Linked,
    linkage: Linkage,
    joint: JointEvents,
    groups: Groups,
) -> tuple[Estimate, Chance]:
    """Estimate by that day's other hours alone, to stand beside the others, which both come from whole weeks."""
    chance = that_day_alone(linkage)
    return _by_another(found, linkage, chance, joint.inside, groups, joint.said), chance


def _by_another(
    found: Linked,
    linkage: Linkage,
    chance: Chance,
    inside: NDArray[np.bool_],
    groups: Groups,
    said: Said | None,
) -> Estimate:
    """Estimate anew, as if coincidence were what another baseline says."""
    plain = fitted(found.features, chance, scaled=False)
    met = _matched(found, linkage, *groups, said, plain)
    return _estimate(plain, linkage, chance, met, inside)


def in_window(a: Records, b: Records, pairs: Pairs, window: Window) -> NDArray[np.bool_]:
    """Tell which pairs are in the window, or may be before rounding."""
    apart = pairs.apart - a.slack[pairs.a] - b.slack[pairs.b]
    return (apart <= window.metres) & (np.abs(pairs.gap) <= window.minutes * MINUTE)


def events_alone(
    found: Linked,
    linkage: Linkage,
    a_group: NDArray[np.int64],
    b_group: NDArray[np.int64],
    said: Said | None,
) -> float:
    """Estimate the joint events as `joint_events` does, and nothing about how sure they are."""
    a, b = linkage.a, linkage.b
    met = _matched(found, linkage, a_group, b_group, said, found.mixture)
    placed = _placed(met, in_window(a, b, found.pairs, linkage.window))
    return min(placed * (1 + _unplaced(linkage, found, met)), float(min(a.incidents, b.incidents)))


def _matched(
    found: Linked,
    linkage: Linkage,
    a_group: NDArray[np.int64],
    b_group: NDArray[np.int64],
    said: Said | None,
    mixture: Mixture,
) -> Meetings:
    """Let groups compete by the odds of a mixture, and where numbers say anything by those that they sharpen."""
    odds = freed(linkage, found, mixture)
    met = meetings(found.pairs, odds, a_group, b_group)
    if said is None:
        return met
    return meetings(found.pairs, sharpened(odds, met.probability, said), a_group, b_group)


def unaided(
    found: Linked, linkage: Linkage, a_group: NDArray[np.int64], b_group: NDArray[np.int64]
) -> Meetings:
    """Match groups by place, time, category and priority alone, so that numbers can be held against it."""
    flag, chance, kinds = found.features.flag, found.chance, linkage.kinds
    if (flag != flag[:1]).any():
        none = np.zeros_like(chance.flag_pool)
        none[0] = 1.0
        blind = replace(
            chance, flag=np.ones_like(chance.flag), flag_pool=none, together=np.ones_like(chance.together)
        )
        features = replace(found.features, flag=np.zeros_like(flag))
        found = replace(found, features=features, mixture=fitted(features, blind, scaled=not chance.alone))
        a, b = (replace(each, flag=np.zeros_like(each.flag)) for each in (kinds.a, kinds.b))
        linkage = replace(linkage, kinds=replace(kinds, a=a, b=b))
    return _matched(found, linkage, a_group, b_group, None, found.mixture)


def freed(linkage: Linkage, found: Linked, mixture: Mixture | None = None) -> Floats:
    """Give the odds of each pair beside its records being free: a record in an event of its own is no coincidence.

    Chance counts all coincidences, also those of records that are in some other joint event; where both records are
    free there are fewer, by the shares of their codes and flags that are.
    """
    fit = mixture or found.mixture
    odds = fit.odds
    for marks, index in ((linkage.kinds.a, found.pairs.a), (linkage.kinds.b, found.pairs.b)):
        kind = marks.code.astype(np.int64) * FLAGS + marks.flag
        size = int(kind.max(initial=0)) + 1
        joint = np.bincount(kind[index], fit.probability, size)
        share = joint / np.maximum(np.bincount(kind, minlength=size), 1)
        odds = odds / (1 - np.minimum(share, _MOST_TAKEN))[kind[index]]
    return np.asarray(odds)


_MOST_TAKEN = 0.95


def _estimate(
    mixture: Mixture, linkage: Linkage, chance: Chance, met: Meetings, inside: NDArray[np.bool_]
) -> Estimate:
    """Add up the meetings in the window, and say how sure we are of the sum."""
    here, events = met_inside(met, inside), _placed(met, inside)
    total = mixture.shapes.total
    error = max(mixture.variance - total, 0.0) * (events / total) ** 2 if total > 0 else 0.0
    error = max(error, float((met.joint[here] * (1 - met.joint[here])).sum()))
    error *= chance.spread * (1 + 1 / chance.times)
    half = _NORMAL * math.sqrt(error) + _HALF
    expected = _in_window(chance, linkage) @ mixture.shapes.scale
    return Estimate(float(expected), events, max(events - half, 0.0), events + half)


def _placed(met: Meetings, inside: NDArray[np.bool_]) -> float:
    """Add up the meetings in the window, and what is left of pairs that are no meetings."""
    unmet = met.probability[inside & (met.meeting < 0)]
    return float(met.joint[met_inside(met, inside)].sum() + unmet.sum())


def _in_window(chance: Chance, linkage: Linkage) -> Floats:
    """Give the coincidences to expect in the window, by stratum: those of the core in its bins of distance and gap."""
    near, soon = within_window(linkage)
    return np.asarray(chance.core * chance.distance[:, near].sum(axis=1) * float(chance.gap @ soon))


def _drift(linkage: Linkage, a_group: NDArray[np.int64], b_group: NDArray[np.int64]) -> float:
    """Give how many events come out where there are none, at the worst of a few placebos."""
    worst = 0.0
    for found, left in linkage.placebos():
        met = meetings(found.pairs, freed(linkage, found), a_group, b_group)
        inside = in_window(linkage.a, linkage.b, found.pairs, linkage.window)
        worst = max(worst, _estimate(found.mixture, linkage, found.chance, met, inside).events / left)
    return worst


def met_inside(met: Meetings, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which meetings have a pair in the window."""
    here = np.zeros(len(met.joint), dtype=bool)
    here[met.meeting[inside & (met.meeting >= 0)]] = True
    return here


def _attended(
    a: Records,
    b: Records,
    met: Meetings,
    inside: NDArray[np.bool_],
    a_group: NDArray[np.int64],
    b_group: NDArray[np.int64],
) -> float:
    """Add up the meetings in the window to which a resource of either service came, for any call of the group."""
    came = []
    for records, group, named in ((a, a_group, met.a), (b, b_group, met.b)):
        came.append(np.bincount(group, records.attended, len(records))[named] > 0)
    return float(met.joint[met_inside(met, inside) & came[0] & came[1]].sum())


def _days_differ(chance: Chance) -> bool:
    """Tell whether that day's coincidences differ from those of other weeks by more than sampling error."""
    expected, seen = float(chance.side.sum()), float(chance.side_observed.sum())
    if expected <= 0:
        return seen > 0
    number = max(len(chance.shifts), 1)
    variance = chance.spread * (max(seen, 1.0) + seen**2 / (number * expected)) / expected**2
    return abs(seen / expected - 1) > _NORMAL * math.sqrt(variance)


def _unplaced(linkage: Linkage, found: Linked, met: Meetings) -> float:
    """Give the unplaced events for each placed one: one service could not place them, or the other, or neither."""
    one, other = (
        _unplaced_ratio(each, _share_in_events(each, side, found, met))
        for each, side in ((linkage.a, "a"), (linkage.b, "b"))
    )
    return one + other + one * other


def _share_in_events(records: Records, side: str, found: Linked, met: Meetings) -> Floats:
    """Give each positioned record's probability of being in a joint event."""
    index = found.pairs.a if side == "a" else found.pairs.b
    return np.minimum(np.bincount(index, met.probability, len(records)), 1.0)


def _unplaced_ratio(records: Records, share: Floats) -> float:
    """Give one service's joint records without a usable position, for each one with."""
    total = float(share[records.usable].sum())
    if total <= 0:
        return 0.0
    usable, lost = records.usable_by_category, records.unusable_by_category
    joint = np.bincount(records.category[records.usable], share[records.usable], len(usable))
    rate = np.divide(joint, usable, out=np.zeros(len(usable)), where=usable > 0)
    # A category that has no usable record tells nothing of itself: it takes the service's own rate.
    rate[usable == 0] = total / max(int(usable.sum()), 1)
    return float((lost * rate).sum() / total)
