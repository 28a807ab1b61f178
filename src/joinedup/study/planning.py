"""From options that were assessed to an order under every set of weights and a roadmap over years (§7.1, §7.2, §6.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.appraisal import Outcome
from joinedup.money import CashLine
from joinedup.ranking import AnyWeights, Criterion, presets, try_weights
from joinedup.roadmap import Limits, Question, Step, plan, relaxing, starting_in, unlocking, waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area.settings import OwnLimits
    from joinedup.ranking import Tried
    from joinedup.roadmap import Condition, Decision, Relaxed, Roadmap, Unlock, Unlocked, Waiting
    from joinedup.study.assessing import Assessed

_SECONDS = 20.0
"""The longest that one solution of the roadmap may take; the gap that is left is printed."""
_SAMPLES = 10_000
_WORTH = Criterion("worth to all together", "£", 0, 1, "money")
_WAIT = Criterion("change in the mean wait", "minutes", 1, 0, "response")
_POSTS = Criterion("posts that move or end", "full-time equivalents", 1, 0, "people")


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

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers."""
        return {
            "weights": None if self.tried is None else self.tried.as_json(),
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
                }
                for each in self.unlocked
            ],
        }


def planned(
    assessed: Sequence[Assessed],
    own: OwnLimits,
    decisions: Mapping[str, Decision],
    conditions: Sequence[Condition],
    unlocks: Mapping[str, Sequence[Unlock]],
    passes: Callable[[frozenset[str]], Outcome],
    seed: int,
) -> Planned:
    """Try all weights on the options that pass the gate, and put the best set of them on a roadmap."""
    tried, views = _tried(assessed, seed)
    passing = [each for each in assessed if each.gate.outcome is Outcome.PASS]
    if not passing:
        return Planned(tried, views, None, (), (), ())
    question = Question(
        tuple(_step(each, own.years, decisions.get(each.option.id)) for each in passing),
        _limits(own),
        tuple(_among(conditions, {each.option.id for each in passing})),
        passes,
        seconds=_SECONDS,
        seed=seed,
    )
    ids = {each.id for each in question.steps}
    stated = {
        option: [each for each in entries if each.option in ids]
        for option, entries in sorted(unlocks.items())
        if option in ids
    }
    limited = own.capital_gbp_a_year is not None or own.options_at_once is not None
    return Planned(
        tried,
        views,
        plan(question),
        relaxing(question) if limited else (),
        waiting(question) if question.conditions else (),
        tuple(unlocking(question, option, entries) for option, entries in stated.items() if entries),
    )


def _tried(assessed: Sequence[Assessed], seed: int) -> tuple[Tried | None, tuple[tuple[str, str, str], ...]]:
    """Weigh money, response and people against each other, as far as the options differ in them."""
    measured: list[tuple[Criterion, list[NDArray[np.float64]]]] = [
        (_WORTH, [each.appraisal.npsv[1:] for each in assessed]),
        (_WAIT, [np.array([_wait(each)]) for each in assessed]),
        (_POSTS, [np.array([_posts(each)]) for each in assessed]),
    ]
    criteria, columns = [], []
    draws = len(assessed[0].appraisal.npsv) - 1 if assessed else 0
    for criterion, values in measured:
        column = (
            np.stack([np.broadcast_to(each, draws) for each in values], axis=1) if values else np.zeros(0)
        )
        if not column.size or not np.isfinite(column).all() or np.ptp(column) == 0:
            continue
        low, high = float(column.min()), float(column.max())
        # The scale is as long as the options differ; which end is the better one the criterion says.
        more_is_better = criterion.best > criterion.worst
        worst, best = (low, high) if more_is_better else (high, low)
        criteria.append(replace(criterion, worst=worst, best=best))
        columns.append(column)
    gates = [each.gate.outcome for each in assessed]
    if not criteria or sum(gate is Outcome.PASS for gate in gates) < 2:
        return None, ()
    ids = [each.option.id for each in assessed]
    measurements: NDArray[np.float64] = np.stack(columns, axis=2)
    tried = try_weights(ids, gates, criteria, measurements, AnyWeights(), samples=_SAMPLES, seed=seed)
    views = []
    if len(criteria) > 1:
        for preset in presets():
            one = try_weights(
                ids, gates, criteria, measurements, preset.weights(criteria), samples=_SAMPLES, seed=seed
            )
            views.append((preset.name, preset.sentence, one.accepted[0].id))
    return tried, tuple(views)


def _wait(each: Assessed) -> float:
    """Give the mean change in minutes over the incidents that the gate looked at; nothing changes where nobody moves."""
    rows = [row for row in each.gate.rows if row.mean_change is not None and row.incidents]
    total = sum(row.incidents for row in rows)
    return sum((row.mean_change or 0.0) * row.incidents for row in rows) / total if total else 0.0


def _posts(each: Assessed) -> float:
    found = (each.people.posts_moved, each.people.posts_ended)
    return sum(posts or 0.0 for posts in found)


def _step(each: Assessed, years: int, decision: Decision | None) -> Step:
    """Give an option as the roadmap sees it, with its capital after optimism bias."""
    capital: dict[str, list[float]] = {}
    for flow in each.appraisal.flows:
        if flow.line is CashLine.CAPITAL:
            spent = capital.setdefault(flow.payer, [])
            spent += [0.0] * (flow.year + 1 - len(spent))
            spent[flow.year] -= float(flow.spent[0])
    months = each.months_elsewhere
    return Step(
        id=each.option.id,
        npsv=starting_in(each.appraisal.npsv, years),
        capital={who: tuple(spent) for who, spent in sorted(capital.items())},
        years_to_live=math.ceil(median(months) / 12) if months else 1,
        partners=each.option.partners,
        uses=frozenset(each.option.uses),
        decision=decision,
        gate=each.gate.outcome,
    )


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
