"""From options that were assessed to an order under every set of weights and a roadmap over years (§7.1, §7.2, §6.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.appraisal import Outcome, appraise_set, first_live_year, present_value_of, recoveries
from joinedup.assumptions import draw
from joinedup.money import CashLine
from joinedup.roadmap import Limits, Need, Question, Step, plan, relaxing, unlocking, waiting
from joinedup.study.deciding import refuse_unknown_unlocks
from joinedup.study.unlocking import not_valued, without_changes
from joinedup.study.weighing import weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.appraisal import Together
    from joinedup.area.settings import OwnLimits, OwnWeights
    from joinedup.options import Option
    from joinedup.ranking import Tried
    from joinedup.roadmap import Condition, Decision, Relaxed, Roadmap, Unlock, Unlocked, Waiting
    from joinedup.study.assessing import Assessed
    from joinedup.study.deciding import Held
    from joinedup.study.study import Study
    from joinedup.study.unlocking import NotValued

_SECONDS = 20.0
"""The longest that one solution of the roadmap may take; the gap that is left is printed."""


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
    weighing = weighed(assessed, weights, seed)
    passing = [each for each in assessed if each.gate.outcome is Outcome.PASS]
    if not passing:
        planless = Planned(
            weighing.tried, weighing.views, None, (), (), (), weighing.agreed, weighing.unmeasured
        )
        return replace(planless, not_valued=not_valued(unlocks, assessed, ()))
    passed = {each.option.id for each in passing}
    known = {each.option.id for each in assessed}
    question = Question(
        tuple(
            _step(
                each,
                own.years,
                decisions.get(each.option.id),
                [one for one in held if one.option == each.option.id],
                passed,
                known,
            )
            for each in passing
        ),
        _limits(own),
        tuple(_among(conditions, passed)),
        passes,
        seconds=_SECONDS,
        seed=seed,
    )
    in_vain = not_valued(unlocks, assessed, question.steps)
    vain = {(each.change, each.option) for each in in_vain}
    stated = {
        change: [each for each in entries if (change, each.option) not in vain]
        for change, entries in sorted(unlocks.items())
    }
    now = without_changes(question, unlocks, decisions)
    limited = any(
        (own.capital_gbp_a_year, own.capital_gbp_a_year_of, own.options_at_once, own.options_at_once_of)
    )
    return Planned(
        weighing.tried,
        weighing.views,
        plan(now),
        relaxing(now) if limited else (),
        waiting(now) if now.conditions else (),
        tuple(unlocking(question, option, entries) for option, entries in stated.items() if entries),
        weighing.agreed,
        weighing.unmeasured,
        tuple(each for each in held if each.option in passed),
        in_vain,
    )


def needs_of(option: Option) -> tuple[tuple[str, ...], ...]:
    """Give what an option itself says that it needs live first: of each need, the options any of which does."""
    said = str(option.facts.get("needs") or "")
    return tuple(tuple(each.strip() for each in one.split("|")) for one in said.split(";") if one.strip())


def _needs(
    each: Assessed, held: Sequence[Held], passed: set[str], known: set[str]
) -> tuple[tuple[Need, ...], str]:
    """Give what an option needs that can be had, and in words what it needs that cannot."""
    wanted = sorted({*needs_of(each.option), *((other,) for one in held for other in one.needs)})
    met = [tuple(other for other in need if other in passed) for need in wanted]
    unmet = [need for need, may in zip(wanted, met, strict=True) if not may]
    unsafe = [f"'{need[0]}'" for need in unmet if known & set(need)]
    missing = [f"'{need[0]}'" for need in unmet if not known & set(need)]
    said = [
        f"needs {' and '.join(names)}, which {why}"
        for names, why in ((unsafe, "the safety gate does not pass"), (missing, "is no option here"))
        if names
    ]
    return tuple(Need(may[0], instead=may[1:]) for may in met if may), "; ".join(said)


def _step(
    each: Assessed,
    years: int,
    decision: Decision | None,
    held: Sequence[Held],
    passed: set[str],
    known: set[str],
) -> Step:
    """Give an option as the roadmap sees it, with its capital after optimism bias and what holds it.

    ``passed`` are the options that pass the gate, of those that are ``known``: what needs another that does not cannot start.
    """
    begins = _begins(each)
    capital: dict[str, list[float]] = {}
    for flow in each.appraisal.flows:
        if flow.line is CashLine.CAPITAL:
            spent, year = capital.setdefault(flow.payer, []), flow.year - begins
            spent += [0.0] * (year + 1 - len(spent))
            spent[year] -= float(flow.spent[0])
    needs, unmet = _needs(each, held, passed, known)
    return Step(
        id=each.option.id,
        npsv=_worth_by_start(each, begins, years),
        capital={who: tuple(spent) for who, spent in sorted(capital.items())},
        years_to_live=_years_to_live(each, begins),
        partners=each.option.partners,
        needs=needs,
        uses=frozenset(each.option.uses),
        excludes=frozenset(other for one in held for other in one.excludes) & passed,
        earliest=max([begins, *(one.not_before or 0 for one in held)]),
        blocked=unmet,
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
    live, months = first_live_year(each.appraisal.flows), each.months_elsewhere
    return live - begins if live is not None else math.ceil(median(months) / 12) if months else 1


def valued_together(study: Study, only: Collection[str] | None = None) -> Together | None:
    """Value the options of the roadmap as one set, each from the year in which it starts; None where nothing starts (§5.5).

    Of ``only`` those that are named, where some are.

    What the set is worth is the roadmap's own worth, gathered from the cash anew; who gains and who loses by the whole, and
    what it asks of each partner's accounts year by year, cannot be read off the options.

    Raises:
        Refusal: when two options of the roadmap use the same thing, which it never lets happen.
    """
    roadmap = study.planned.roadmap
    rows = () if roadmap is None else [row for row in roadmap.rows if only is None or row.id in only]
    if roadmap is None or not rows:
        return None
    members = []
    for row in rows:
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
        change_of={who: float(each) for who, each in own.options_at_once_of.items()},
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
