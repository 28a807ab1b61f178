"""Planning: the best roadmap that keeps to every limit and passes the safety gate as a set (§7.2, §5.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.gate import Outcome
from joinedup.appraisal.ranges import Range, draws_of, share_below_zero
from joinedup.assumptions import stream
from joinedup.refusal import Refusal
from joinedup.roadmap.roadmap import LeftOut, Roadmap, Started
from joinedup.roadmap.solving import Model, Solution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.roadmap.solving import Plan
    from joinedup.roadmap.steps import Question, Step

MOST_SETS = 40
"""After so many sets that did not pass the gate, the search goes on from the last by leaving options out of it."""

HALF_A_POUND = 0.5
"""A bound smaller than this is nothing to take a share of."""


def plan(question: Question) -> Roadmap:
    """Find the roadmap of greatest expected worth; the same whatever order the options come in.

    Raises:
        Refusal: when what was decided to go ahead cannot, with the reason where one option alone is enough of one.
    """
    may_start, why_not = _openings(question)
    must = {each.id for each in question.steps if each.decision is not None and each.decision.goes_ahead}
    drawn = {each.id: _drawn(each) for each in question.steps}
    worths = {id: draws.mean(axis=1) for id, draws in drawn.items()}
    model = Model(question.steps, question.limits, may_start, must, worths)
    sampled, notes = _scenarios(question, drawn)
    search = _Search(question, model, sampled, must)
    best = search.best()
    if search.fell_back:
        notes.append(
            f"{len(search.refused)} sets did not pass the safety gate; this one was found by leaving options out "
            "of the last of them, and a better one may exist"
        )
    return _told(question, search, best, why_not, notes)


class _Search:
    """The search for the best plan whose set passes: solve, judge, rule out what fails, solve again."""

    def __init__(
        self,
        question: Question,
        model: Model,
        sampled: dict[str, NDArray[np.float64]],
        must: set[str],
    ) -> None:
        self.question, self.model, self.sampled, self.must = question, model, sampled, must
        self.judged: dict[frozenset[str], Outcome] = {}
        self.refused: list[tuple[str, ...]] = []
        self.tries = 0
        self.fell_back = self.ties_left = False

    def best(self) -> Solution:
        """Give the best plan that passes, with ties settled."""
        found = self._passing()
        while found.proven and self.tries < MOST_SETS:
            settled = self.model.settle_ties(found, self.question.seconds)
            if settled is None:
                break
            if settled.plan == found.plan or self._holds(settled.plan):
                return settled
        self.ties_left = found.proven
        return found

    def _passing(self) -> Solution:
        """Solve and judge until a plan holds."""
        highest: float | None = None
        while True:
            found = self.model.solve(self.question.seconds)
            if found is None:
                raise Refusal(self._impossible())
            if highest is not None:
                # From a set that was cut down by hand: what was proven before is all that is known.
                found = Solution(found.plan, False, highest)
            if self._holds(found.plan):
                return found
            if self.tries >= MOST_SETS:
                self.fell_back = True
                highest = found.bound if highest is None else highest
                self._leave_out_least(found.plan)

    def _holds(self, found: Plan) -> bool:
        """Judge a plan by the gate and by the chance of loss, and rule out what does not hold."""
        self.tries += 1
        limit = self.question.limits.chance_of_loss
        if limit is not None and found:
            worth = np.sum([self.sampled[id][year] for id, year in sorted(found)], axis=0)
            if share_below_zero(np.concatenate([[0.0], worth])) > limit + 1e-9:
                if self.model.losses is None:
                    # Only now, because most roadmaps keep to the limit without being told and are found sooner.
                    self.model.limit_losses(self.sampled, limit)
                else:
                    # Within the solver's tolerance, and yet not within the limit.
                    self.model.forbid_plan(found)
                return False
        ids = frozenset(id for id, _ in found)
        if self.passes(ids) is Outcome.PASS:
            return True
        if self.question.adding_never_helps:
            ids = self._least_that_fails(ids)
            self.model.forbid_together(ids)
        else:
            self.model.forbid_set(ids)
        self.refused.append(tuple(sorted(ids)))
        return False

    def passes(self, ids: frozenset[str]) -> Outcome:
        """Ask for the judgement on a set, once; doing nothing passes."""
        if not ids or self.question.passes is None:
            return Outcome.PASS
        if ids not in self.judged:
            self.judged[ids] = self.question.passes(ids)
        return self.judged[ids]

    def _least_that_fails(self, ids: frozenset[str]) -> frozenset[str]:
        """Take options out of a failing set for as long as it fails."""
        for id in sorted(ids):
            without = ids - {id}
            if without and self.passes(without) is not Outcome.PASS:
                ids = without
        return ids

    def _leave_out_least(self, found: Plan) -> None:
        """Never choose the option that adds the least to a plan, of those that nobody decided on."""
        free = sorted(
            (self.model.expected(frozenset({each})), each[0]) for each in found if each[0] not in self.must
        )
        if not free:
            raise Refusal(self._impossible())
        self.model.forbid_together(frozenset({free[0][1]}))

    def _impossible(self) -> str:
        """Say that what was decided cannot be."""
        decided = ", ".join(f"'{id}'" for id in sorted(self.must)) or "nothing at all"
        gate = " and pass the safety gate" if self.refused else ""
        loss = self.question.limits.chance_of_loss
        risk = "" if loss is None else f", a chance of loss above {loss:.0%}"
        return (
            f"no roadmap can keep within the limits{gate} with {decided} going ahead as decided; "
            f"give more capital, capacity or years{risk}, or take back a decision"
        )


def _drawn(step: Step) -> NDArray[np.float64]:
    """Give the draws of the worth, shape (years, draws), or the central value where nothing was drawn."""
    return np.asarray(draws_of(step.npsv.T).T)


def _openings(question: Question) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Say in which years each option could start, and why some never can."""
    may_start: dict[str, list[int]] = {}
    why_not: dict[str, str] = {}
    for each in question.steps:
        first, blocked = each.earliest, []
        for condition in question.conditions:
            if each.id in condition.blocks:
                blocked.append(condition.sentence.rstrip("."))
            # A year of the roadmap begins only when all the months of a delay are over.
            first = max(first, math.ceil(condition.delays.get(each.id, 0) / 12 - 1e-9))
        decided = each.decision
        if each.gate is not Outcome.PASS:
            why_not[each.id] = f"the safety gate says: {each.gate}"
        elif decided is not None and not decided.goes_ahead:
            why_not[each.id] = f"decided against: {decided.reason}"
        elif blocked:
            why_not[each.id] = f"cannot start while this stands: {'; '.join(sorted(blocked))}"
        elif each.blocked:
            why_not[each.id] = each.blocked
        elif first >= question.limits.years:
            why_not[each.id] = "cannot start within the years of the roadmap"
        years = [] if each.id in why_not else list(range(first, question.limits.years))
        if decided is not None and decided.goes_ahead:
            if decided.year is not None and years:
                if decided.year not in years:
                    raise Refusal(
                        f"option '{each.id}' was decided to start in year {decided.year} and can start in years {first} to "
                        f"{question.limits.years - 1}; change the year or take back the decision"
                    )
                years = [decided.year]
            if each.id in why_not:
                raise Refusal(
                    f"option '{each.id}' was decided to go ahead ({decided.reason}), but {why_not[each.id]}; "
                    "take back the decision or lift what stands in its way"
                )
        may_start[each.id] = years
    return may_start, why_not


def _scenarios(
    question: Question, drawn: dict[str, NDArray[np.float64]]
) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    """Choose the draws over which the chance of loss is limited, and say how many they are."""
    limit = question.limits.chance_of_loss
    if limit is None or not drawn:
        return drawn, []
    count = next(iter(drawn.values())).shape[1]
    if count <= question.scenarios:
        return drawn, [f"the chance of loss is held to {limit:.0%} or less over all {count} draws"]
    picked = stream(question.seed, "roadmap", "scenarios").choice(count, question.scenarios, replace=False)
    picked.sort()
    note = (
        f"the chance of loss is held to {limit:.0%} or less over {question.scenarios} of {count} draws; "
        "the chance that is shown is over all of them, and may differ"
    )
    return {id: draws[:, picked] for id, draws in drawn.items()}, [note]


@dataclass(frozen=True)
class _Taken:
    """What a plan draws on by year: capital by partner, change in all and by partner."""

    capital: dict[str, tuple[float, ...]]
    change: tuple[float, ...]
    change_of: dict[str, tuple[float, ...]]


def _taken(question: Question, rows: tuple[Started, ...]) -> _Taken:
    """Add up what the options of a plan draw on."""
    years = question.limits.years
    by_id = {each.id: each for each in question.steps}
    partners = sorted({who for each in rows for who in each.capital})
    capital = {
        who: tuple(
            math.fsum(each.capital[who][y] for each in rows if who in each.capital) for y in range(years)
        )
        for who in partners
    }

    def change(who: str | None) -> tuple[float, ...]:
        return tuple(
            math.fsum(
                by_id[each.id].change
                for each in rows
                if each.start <= year < each.live and (who is None or who in by_id[each.id].partners)
            )
            for year in range(years)
        )

    changing = sorted({who for each in rows for who in by_id[each.id].partners})
    return _Taken(capital, change(None), {who: change(who) for who in changing})


def _row(step: Step, start: int, years: int, expected: float) -> Started:
    """Lay one option on the years of the roadmap."""
    return Started(
        id=step.id,
        start=start,
        live=start + step.years_to_live,
        capital={
            who: tuple(spent[y - start] if 0 <= y - start < len(spent) else 0.0 for y in range(years))
            for who, spent in sorted(step.capital.items())
        },
        capital_later=math.fsum(
            amount for spent in step.capital.values() for amount in spent[max(0, years - start) :]
        ),
        expected=expected,
        decided=step.decision is not None,
    )


def _told(
    question: Question, search: _Search, best: Solution, why_not: dict[str, str], notes: list[str]
) -> Roadmap:
    """Lay out what was found."""
    by_id = {each.id: each for each in question.steps}
    years = question.limits.years
    rows = tuple(
        _row(by_id[id], start, years, float(_drawn(by_id[id])[start].mean()))
        for id, start in sorted(best.plan, key=lambda each: (each[1], each[0]))
    )
    count = next(iter(by_id.values())).npsv.shape[1] if by_id else 1
    npsv = np.zeros(count)
    for each in rows:
        npsv += by_id[each.id].npsv[each.start]
    worth = Range.of(npsv)
    chosen = frozenset(each.id for each in rows)
    bound = max(best.bound, worth.expected)
    gap = 0.0 if best.proven else (bound - worth.expected) / max(abs(bound), HALF_A_POUND)
    taken = _taken(question, rows)
    left_out = tuple(
        LeftOut(id, why_not.get(id) or _displaced(by_id, id, chosen))
        for id in sorted(by_id)
        if id not in chosen
    )
    if question.passes is None:
        notes.append("options were judged by the safety gate one by one, and not as a set")
    if any(months % 12 for condition in question.conditions for months in condition.delays.values()):
        notes.append("a delay that is not of whole years holds an option up until the next year begins")
    if any(each.capital_later for each in rows):
        notes.append(
            "some capital falls after the last year; the limit of the last year goes on to hold for it"
        )
    if search.ties_left:
        notes.append("other roadmaps may be worth the same; time ran out before one was chosen by rule")
    return Roadmap(
        years=years,
        rows=rows,
        left_out=left_out,
        npsv=npsv,
        worth=worth,
        chance_of_loss=share_below_zero(npsv),
        capital=taken.capital,
        change=taken.change,
        change_of=taken.change_of,
        proven=best.proven,
        status="optimal" if best.proven else _unproven(search, bound - worth.expected),
        bound=bound,
        gap=gap,
        gate=None if question.passes is None else search.passes(chosen),
        sets_refused=tuple(search.refused),
        notes=tuple(notes),
    )


def _unproven(search: _Search, missing: float) -> str:
    """Say why the roadmap is not proven best, and what could at most be missing."""
    why = (
        f"stopped after {len(search.refused)} sets that did not pass the safety gate"
        if search.fell_back
        else f"stopped after {search.question.seconds:g} s"
    )
    return f"{why}: at most £{missing:,.0f} more is possible"


def _displaced(by_id: Mapping[str, Step], id: str, chosen: frozenset[str]) -> str:
    """Say why an option that could start was not chosen."""
    step = by_id[id]
    if float(_drawn(step).mean(axis=1).max()) <= 0:
        return "expected to be worth nothing or less"
    for need in step.needs:
        if not chosen & set(need.any_of):
            return f"needs '{need.option}', which is not on the roadmap"
    for other in sorted(chosen):
        if other in step.excludes or id in by_id[other].excludes:
            return f"never done beside '{other}', which is on the roadmap"
        if both := sorted(step.uses & by_id[other].uses):
            return f"only one option can use '{both[0]}', and on the roadmap that is: '{other}'"
    return "not in the best set under these limits"
