"""From options that were assessed to an order under every set of weights and a roadmap over years (§7.1, §7.2, §6.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from joinedup.appraisal import Outcome, appraise_set, present_value_of, recoveries
from joinedup.assumptions import draw
from joinedup.money import CashLine
from joinedup.ranking import AgreedWeights, AnyWeights, Criterion, presets, try_weights
from joinedup.roadmap import Limits, Need, Question, Step, plan, relaxing, unlocking, waiting
from joinedup.study.deciding import refuse_unknown_unlocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.appraisal import Together
    from joinedup.area.settings import OwnLimits, OwnWeights
    from joinedup.ranking import Tried
    from joinedup.roadmap import Condition, Decision, Relaxed, Roadmap, Unlock, Unlocked, Waiting
    from joinedup.study.assessing import Assessed
    from joinedup.study.deciding import Held
    from joinedup.study.study import Study

_SECONDS = 20.0
"""The longest that one solution of the roadmap may take; the gap that is left is printed."""
_SAMPLES = 10_000
_LIVE_LINES = (CashLine.RUNNING, CashLine.BENEFIT)
"""What an option saves or does better, once it is live, stands on one of these lines."""
_WORTH = Criterion("worth to all together", "£", 0, 1, "money")
_WAIT = Criterion("change in the mean wait", "minutes", 1, 0, "response")
_POSTS = Criterion("posts that move or end", "full-time equivalents", 1, 0, "people")


@dataclass(frozen=True)
class NotValued:
    """That a change makes an option possible, as the study states it, where one of the two cannot be on a roadmap, and why."""

    change: str
    option: str
    reason: str


@dataclass(frozen=True, eq=False)
class Planned:
    """The order under all weights and under named points of view, and the roadmap with what its limits and conditions cost.

    ``tried`` is None where fewer than two options pass the gate or nothing tells them apart, ``roadmap`` where none pass.
    """

    tried: Tried | None
    views: tuple[tuple[str, str, str], ...]
    """By point of view: its name, what it holds, and the option that it would put first."""
    roadmap: Roadmap | None
    relaxed: tuple[Relaxed, ...]
    waiting: tuple[Waiting, ...]
    unlocked: tuple[Unlocked, ...]
    """What each option that makes others possible is worth through them, as the study states it (§4.6)."""
    agreed: Tried | None = None
    """The order under the weights that the partners agreed, None where they agreed none or none that tells the options apart."""
    unmeasured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By criterion that was left out because it is not known: the options of which it is not."""
    held: tuple[Held, ...] = ()
    """What the study says holds options that were put on the roadmap or could have been."""
    not_valued: tuple[NotValued, ...] = ()
    """What the study states that changes make possible, and no roadmap can weigh."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers."""
        return {
            "weights": None if self.tried is None else self.tried.as_json(),
            "agreed_weights": None if self.agreed is None else self.agreed.as_json(),
            "unmeasured": {name: list(ids) for name, ids in self.unmeasured.items()},
            "held": [dict(vars(each)) for each in self.held],
            "views": [dict(zip(("name", "holds", "first"), each, strict=True)) for each in self.views],
            "roadmap": None if self.roadmap is None else self.roadmap.as_json(),
            "relaxing": [{**vars(each), "worth": dict(vars(each.worth))} for each in self.relaxed],
            "waiting": [each.as_json() for each in self.waiting],
            "unlocked": [
                {
                    **vars(each),
                    "entries": [dict(vars(entry)) for entry in each.entries],
                    "if_all": dict(vars(each.if_all)),
                    "if_none": dict(vars(each.if_none)),
                    "if_only": [dict(vars(worth)) for worth in each.if_only],
                }
                for each in self.unlocked
            ],
            "not_valued": [dict(vars(each)) for each in self.not_valued],
        }


def planned(
    assessed: Sequence[Assessed],
    own: OwnLimits,
    decisions: Mapping[str, Decision],
    conditions: Sequence[Condition],
    unlocks: Mapping[str, Sequence[Unlock]],
    passes: Callable[[frozenset[str]], Outcome],
    seed: int,
    weights: OwnWeights | None = None,
    held: Sequence[Held] = (),
) -> Planned:
    """Try all weights, and those that were agreed, on the options that pass the gate; put the best set on a roadmap.

    Raises:
        Refusal: when what is unlocked, or unlocks, is no option that was found.
    """
    refuse_unknown_unlocks(unlocks, [each.option.id for each in assessed])
    weighed = _weighed(assessed, weights, seed)
    passing = [each for each in assessed if each.gate.outcome is Outcome.PASS]
    if not passing:
        planless = Planned(weighed.tried, weighed.views, None, (), (), (), weighed.agreed, weighed.unmeasured)
        return replace(planless, not_valued=_not_valued(unlocks, assessed, ()))
    passed = {each.option.id for each in passing}
    question = Question(
        tuple(
            _step(
                each,
                own.years,
                decisions.get(each.option.id),
                [one for one in held if one.option == each.option.id],
                passed,
            )
            for each in passing
        ),
        _limits(own),
        tuple(_among(conditions, passed)),
        passes,
        seconds=_SECONDS,
        seed=seed,
    )
    not_valued = _not_valued(unlocks, assessed, question.steps)
    vain = {(each.change, each.option) for each in not_valued}
    stated = {
        change: [each for each in entries if (change, each.option) not in vain]
        for change, entries in sorted(unlocks.items())
    }
    now = _without_changes(question, unlocks, decisions)
    limited = any((own.capital_gbp_a_year, own.capital_gbp_a_year_of, own.options_at_once))
    return Planned(
        weighed.tried,
        weighed.views,
        plan(now),
        relaxing(now) if limited else (),
        waiting(now) if now.conditions else (),
        tuple(unlocking(question, option, entries) for option, entries in stated.items() if entries),
        weighed.agreed,
        weighed.unmeasured,
        tuple(each for each in held if each.option in passed),
        not_valued,
    )


def _not_valued(
    unlocks: Mapping[str, Sequence[Unlock]], assessed: Sequence[Assessed], steps: Sequence[Step]
) -> tuple[NotValued, ...]:
    """Say what of the study's table no roadmap can weigh: one of the two does not pass the gate, or cannot start (§1.3)."""
    why = {each.id: f"'{each.id}' {each.blocked}" for each in steps if each.blocked}
    for each in assessed:
        if each.gate.outcome is Outcome.FAIL:
            why[each.option.id] = f"the safety gate does not pass '{each.option.id}'"
        elif each.gate.outcome is Outcome.CANNOT_TELL:
            why[each.option.id] = f"the safety gate cannot tell of '{each.option.id}'"
    return tuple(
        NotValued(change, entry.option, ", and ".join(reasons))
        for change, entries in sorted(unlocks.items())
        for entry in sorted(entries, key=lambda each: each.option)
        if (reasons := [why[each] for each in (change, entry.option) if each in why])
    )


def _without_changes(
    question: Question, unlocks: Mapping[str, Sequence[Unlock]], decisions: Mapping[str, Decision]
) -> Question:
    """Hold back what the study states only a change makes possible, unless a person decided on it or on the change (§4.6)."""
    only_with: dict[str, list[str]] = {}
    for option, entries in sorted(unlocks.items()):
        for entry in entries:
            only_with.setdefault(entry.option, []).append(option)
    decided = {option for option, decision in decisions.items() if decision.goes_ahead}
    steps = []
    for each in question.steps:
        changes = only_with.get(each.id, [])
        if changes and not each.blocked and not decided & {each.id, *changes}:
            named = " or ".join(f"'{change}'" for change in changes)
            each = replace(each, blocked=f"is stated to be possible only with {named}")  # noqa: PLW2901
        steps.append(each)
    return replace(question, steps=tuple(steps))


@dataclass(frozen=True, eq=False)
class _Weighed:
    """The order under all weights, under each point of view and under what was agreed; what could not be weighed."""

    tried: Tried | None
    views: tuple[tuple[str, str, str], ...]
    agreed: Tried | None
    unmeasured: dict[str, tuple[str, ...]]


def _weighed(assessed: Sequence[Assessed], own: OwnWeights | None, seed: int) -> _Weighed:
    """Weigh money, response and people against each other, as far as the options differ in them and they are known."""
    measured: list[tuple[Criterion, list[NDArray[np.float64]]]] = [
        (_WORTH, [each.appraisal.npsv[1:] for each in assessed]),
        (_WAIT, [_wait(each, len(each.appraisal.npsv) - 1, seed) for each in assessed]),
        (_POSTS, [np.array([_posts(each)]) for each in assessed]),
    ]
    gates = [each.gate.outcome for each in assessed]
    passing = [index for index, gate in enumerate(gates) if gate is Outcome.PASS]
    if len(passing) < 2:
        return _Weighed(None, (), None, {})
    ids = [each.option.id for each in assessed]
    criteria, columns = [], []
    unmeasured: dict[str, tuple[str, ...]] = {}
    draws = len(assessed[0].appraisal.npsv) - 1
    for criterion, values in measured:
        column = np.stack([np.broadcast_to(each, draws) for each in values], axis=1)
        known: NDArray[np.bool_] = np.asarray(np.isfinite(column).all(axis=0))
        if not known[passing].all():
            # An option that is not known is neither the best nor the worst: the criterion is left out for all.
            unmeasured[criterion.name] = tuple(sorted(ids[index] for index in passing if not known[index]))
            continue
        low, high = float(column[:, known].min()), float(column[:, known].max())
        if low == high:
            continue
        # The scale is as long as the options differ; which end is the better one the criterion says.
        more_is_better = criterion.best > criterion.worst
        worst, best = (low, high) if more_is_better else (high, low)
        criteria.append(replace(criterion, worst=worst, best=best))
        columns.append(column)
    if not criteria:
        return _Weighed(None, (), None, unmeasured)
    measurements: NDArray[np.float64] = np.stack(columns, axis=2)

    def under(weights: AnyWeights | AgreedWeights) -> Tried:
        return try_weights(ids, gates, criteria, measurements, weights, samples=_SAMPLES, seed=seed)

    views = [
        (preset.name, preset.sentence, under(preset.weights(criteria)).accepted[0].id)
        for preset in (presets() if len(criteria) > 1 else ())
    ]
    points = {} if own is None else {each.name: getattr(own, each.about) for each in criteria}
    # What has no weight, or cannot be weighed, leaves the rest in the proportions that were agreed.
    agreed = under(AgreedWeights(points)) if any(points.values()) else None
    return _Weighed(under(AnyWeights()), tuple(views), agreed, unmeasured)


def _wait(each: Assessed, draws: int, seed: int) -> NDArray[np.float64]:
    """Draw the mean change in minutes until help comes over what the gate looked at, shape (draws,); zero where nobody moves.

    Each group is drawn from Student's t about its mean, as its bound was taken; a group too small for a bound keeps its mean.
    Where calls were judged, a minute until crews are told is one until they come.
    """
    rows = [row for row in each.gate.to_response if row.mean_change is not None and row.incidents]
    total = sum(row.incidents for row in rows)
    # Of its own seed, so that neither the other options nor their order change what is drawn for this one.
    luck = np.random.default_rng([seed, crc32(each.option.id.encode())])
    found: NDArray[np.float64] = np.zeros(draws)
    for row in rows:
        spread = (row.error or 0.0) * luck.standard_t(max(row.incidents - 1, 1), draws)
        found += (float(row.mean_change or 0.0) + spread) * (row.incidents / total)
    return found


def _posts(each: Assessed) -> float:
    """Give the full-time equivalents that move or end; not a number where they are not known, because absent is not zero."""
    moved, ended = each.people.posts_moved, each.people.posts_ended
    return math.nan if moved is None or ended is None else moved + ended


def _step(
    each: Assessed, years: int, decision: Decision | None, held: Sequence[Held], passed: set[str]
) -> Step:
    """Give an option as the roadmap sees it, with its capital after optimism bias and what holds it.

    ``passed`` are the options that pass the gate: what needs another that does not cannot start.
    """
    begins = _begins(each)
    capital: dict[str, list[float]] = {}
    for flow in each.appraisal.flows:
        if flow.line is CashLine.CAPITAL:
            spent, year = capital.setdefault(flow.payer, []), flow.year - begins
            spent += [0.0] * (year + 1 - len(spent))
            spent[year] -= float(flow.spent[0])
    needs = sorted({other for one in held for other in one.needs})
    unsafe = [f"'{other}'" for other in needs if other not in passed]
    return Step(
        id=each.option.id,
        npsv=_worth_by_start(each, begins, years),
        capital={who: tuple(spent) for who, spent in sorted(capital.items())},
        years_to_live=_years_to_live(each, begins),
        partners=each.option.partners,
        needs=tuple(Need(other) for other in needs if other in passed),
        uses=frozenset(each.option.uses),
        excludes=frozenset(other for one in held for other in one.excludes) & passed,
        earliest=max([begins, *(one.not_before or 0 for one in held)]),
        blocked=f"needs {' and '.join(unsafe)}, which the safety gate does not pass" if unsafe else "",
        decision=decision,
        gate=each.gate.outcome,
    )


def _begins(each: Assessed) -> int:
    """Give the first year in which an option can start: that of its capital where nothing comes before it, else the first.

    Until a lease or a contract ends nobody is at work on what waits for it, so that it takes up no capacity for change.
    """
    moved = [(flow.year, flow.line) for flow in each.starting.own if np.abs(flow.amount).max() > 0]
    first = min((year for year, _ in moved), default=0)
    return first if (first, CashLine.CAPITAL) in moved else 0


def _worth_by_start(each: Assessed, begins: int, years: int) -> NDArray[np.float64]:
    """Give what an option is worth now by the year in which it starts, shape (years, draws + 1), from its own cash put off.

    What has a date of its own keeps it, and health its own rate. A start before it can begin is none: there it stands as it is.
    """
    count, edition = len(each.appraisal.npsv), each.appraisal.edition
    put_off = [each.starting.put_off(max(0, year - begins)) for year in range(years)]
    return np.stack([present_value_of(flows, count, edition) for flows in put_off])


def _years_to_live(each: Assessed, begins: int) -> int:
    """Give the year, counted from the start, from which an option is live: the first in which it saves or helps by itself.

    The worth rests on that year, so that money and timetable say the same. What saves nothing takes as long as the like took
    elsewhere, or a year. Selling a site is no sign of being live, and neither is a payment between partners.
    """
    saves = [
        flow.year for flow in each.appraisal.flows if flow.line in _LIVE_LINES and float(flow.amount[0]) > 0
    ]
    months = each.months_elsewhere
    return min(saves) - begins if saves else math.ceil(median(months) / 12) if months else 1


def valued_together(study: Study) -> Together | None:
    """Value the options of the roadmap as one set, each from the year in which it starts; None where nothing starts (§5.5).

    What the set is worth is the roadmap's own worth, gathered from the cash anew; who gains and who loses by the whole, and
    what it asks of each partner's accounts year by year, cannot be read off the options.

    Raises:
        Refusal: when two options of the roadmap use the same thing, which it never lets happen.
    """
    roadmap = study.planned.roadmap
    if roadmap is None or not roadmap.rows:
        return None
    members = []
    for row in roadmap.rows:
        each = study.assessment[row.id]
        begins = _begins(each)
        by = row.start - begins
        members.append(
            (
                each.option,
                replace(
                    each.appraisal,
                    years=each.appraisal.years + by,
                    flows=each.starting.put_off(by),
                    economic=replace(
                        each.appraisal.economic, npsv=_worth_by_start(each, begins, roadmap.years)[row.start]
                    ),
                ),
            )
        )
    area = study.area
    draws = draw(study.assumptions.values(), members[0][1].npsv.shape[0] - 1, area.settings.seed)
    return appraise_set(members, draws, area.services, recoveries(area))


def _limits(own: OwnLimits) -> Limits:
    capital = own.capital_gbp_a_year
    return Limits(
        years=own.years,
        capital=None if capital is None else (capital,) * own.years,
        capital_of={who: (each,) * own.years for who, each in own.capital_gbp_a_year_of.items()},
        change=None if own.options_at_once is None else float(own.options_at_once),
        chance_of_loss=own.chance_of_loss,
    )


def _among(conditions: Sequence[Condition], ids: set[str]) -> list[Condition]:
    """Keep of each condition what concerns options that can be on the roadmap."""

    kept = []
    for each in conditions:
        delays = {option: months for option, months in each.delays.items() if option in ids}
        blocks = each.blocks & ids
        if delays or blocks:
            kept.append(replace(each, delays=delays, blocks=frozenset(blocks)))
    return kept
