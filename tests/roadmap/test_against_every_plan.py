"""The roadmap is the best there is: every assignment of starts to options is tried beside it (§7.2)."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from joinedup.appraisal import Outcome
from joinedup.refusal import Refusal
from joinedup.roadmap import Condition, Decision, Lifter, Limits, Need, Question, Step, plan, starting_in

PARTNERS = ("ambulance", "fire", "police")


def gate(ids: frozenset[str]) -> Outcome:
    """Judge a set by nothing but its names, so that larger sets may pass where smaller ones do not."""
    return (Outcome.PASS, Outcome.CANNOT_TELL, Outcome.PASS, Outcome.FAIL)[sum(map(ord, "".join(ids))) % 4]


def made_up(
    seed: int, size: int, years: int, *, chance: float | None = None, judged: bool = False
) -> Question:
    """Make a question with a little of everything."""
    generator = np.random.default_rng(seed)
    steps = []
    for number in range(size):
        worth = generator.normal(2e6, 2e6) + generator.normal(0, 4e6 if chance is not None else 5e5, size=13)
        partners = tuple(sorted(generator.choice(PARTNERS, 2, replace=False).tolist()))
        decision = None
        if generator.random() < 0.15:
            # Now and then a year in which it cannot start, or too much is decided: then both have to say that it cannot be.
            year = int(generator.integers(0, years)) if generator.random() < 0.5 else None
            decision = Decision(bool(generator.random() < 0.5), "as agreed", year)
        steps.append(
            Step(
                id=f"o{number:02}",
                npsv=starting_in(worth, years),
                capital={who: tuple(generator.uniform(0, 1.5e6, size=2).tolist()) for who in partners},
                years_to_live=int(generator.integers(0, 2 if years == 1 else 3)),
                partners=partners,
                change=float(generator.integers(1, 3)),
                needs=(
                    (
                        Need(
                            f"o{generator.integers(0, number):02}",
                            int(generator.integers(0, 2)) * (years > 1),
                            (f"o{number - 1:02}",) if number % 2 else (),
                        ),
                    )
                    if number and generator.random() < 0.35
                    else ()
                ),
                uses=frozenset(f"site:{n}" for n in generator.integers(0, 2 * size, size=2).tolist()),
                excludes=frozenset({f"o{(number + 1) % size:02}"} if generator.random() < 0.1 else ()),
                earliest=int(generator.integers(0, years)) if generator.random() < 0.2 else 0,
                decision=decision,
                gate=Outcome.FAIL if generator.random() < 0.05 and decision is None else Outcome.PASS,
            )
        )
    ids = [each.id for each in steps]
    conditions = (
        Condition("c1", "law", "A statute is awaited.", (Lifter.GOVERNMENT,), {ids[0]: 7.0, ids[1]: 12.0}),
        Condition("c2", "premises", "A lease.", (Lifter.COUNCIL,), {ids[1]: 3.0}, frozenset({ids[2]})),
    )
    limits = Limits(
        years,
        capital=tuple(generator.uniform(1e6, 3e6 * size / years, size=years).tolist()),
        capital_of={"fire": (1.2e6 * size / years,) * years},
        change=float(generator.integers(2, 3 + size // 2)),
        change_of={"police": float(generator.integers(1, 2 + size // 2))},
        chance_of_loss=chance,
    )
    return Question(
        tuple(steps), limits, conditions if generator.random() < 0.5 else (), gate if judged else None
    )


def best_of_all(question: Question) -> float | None:
    """Try every assignment, rule by rule, without the solver; None where nothing keeps to the rules."""
    steps, limits, years = question.steps, question.limits, question.limits.years
    never = years
    starts = np.array(list(product(range(years + 1), repeat=len(steps))), dtype=np.int8)
    column = {each.id: starts[:, number] for number, each in enumerate(steps)}
    fits = np.ones(len(starts), dtype=bool)
    worth = np.zeros((len(starts), steps[0].npsv.shape[1] - 1))
    long = years + 4
    capital: dict[str, NDArray[np.float64]] = {who: np.zeros((len(starts), long)) for who in PARTNERS}
    change: dict[str, NDArray[np.float64]] = {
        who: np.zeros((len(starts), long)) for who in (*PARTNERS, "all")
    }
    for each in steps:
        mine = column[each.id]
        does = mine < never
        late = max([each.earliest, *(-(-c.delays.get(each.id, 0) // 12) for c in question.conditions)])
        fits &= ~does | (mine >= late)
        if each.gate is not Outcome.PASS or any(each.id in c.blocks for c in question.conditions):
            fits &= ~does
        if each.decision is not None:
            fits &= does == each.decision.goes_ahead
            if each.decision.goes_ahead and each.decision.year is not None:
                fits &= mine == each.decision.year
        for need in each.needs:
            met = np.zeros(len(starts), dtype=bool)
            for other in (one for one in steps if one.id in need.any_of):
                theirs = column[other.id]
                met |= (theirs < never) & (theirs + other.years_to_live + need.lag <= mine)
            fits &= ~does | met
        for other in steps:
            if other.id > each.id and (
                each.uses & other.uses or other.id in each.excludes or each.id in other.excludes
            ):
                fits &= ~(does & (column[other.id] < never))
        for start in range(years):
            at = mine == start
            worth[at] += each.npsv[start, 1:]
            for who, spent in each.capital.items():
                for after, amount in enumerate(spent):
                    capital[who][at, start + after] += amount
            for year in range(start, start + each.years_to_live):
                for who in (*each.partners, "all"):
                    change[who][at, year] += each.change
    for year in range(long):
        at = min(year, years - 1)
        if limits.capital is not None:
            fits &= sum(capital[who][:, year] for who in PARTNERS) <= limits.capital[at] + 0.01
        for who, amounts in limits.capital_of.items():
            fits &= capital[who][:, year] <= amounts[at] + 0.01
        if limits.change is not None:
            fits &= change["all"][:, year] <= limits.change
        for who, capacity in limits.change_of.items():
            fits &= change[who][:, year] <= capacity
    if limits.chance_of_loss is not None:
        fits &= (worth < -0.005).mean(axis=1) <= limits.chance_of_loss + 1e-9
    expected = worth.mean(axis=1)
    for number in sorted(np.flatnonzero(fits).tolist(), key=lambda each: -expected[each]):
        chosen = frozenset(each.id for each in steps if column[each.id][number] < never)
        if not chosen or question.passes is None or question.passes(chosen) is Outcome.PASS:
            return float(expected[number])
    return None


def agrees(question: Question) -> bool:
    """Hold the roadmap to the best of all; say whether there was one."""
    wanted = best_of_all(question)
    if wanted is None:
        with pytest.raises(Refusal, match="decided"):
            plan(question)
        return False
    found = plan(question)
    assert found.proven
    assert found.status == "optimal"
    assert found.gap == 0
    assert found.expected == pytest.approx(wanted, rel=1e-9, abs=0.02)
    assert found.bound == pytest.approx(wanted, rel=1e-6, abs=1)
    return bool(found.rows)


def test_six_options_over_three_years_are_the_best_of_all_4096() -> None:
    assert sum(agrees(made_up(seed, 6, 3)) for seed in range(30)) >= 20


def test_eight_options_over_three_years_are_the_best_of_all_65536() -> None:
    assert sum(agrees(made_up(seed, 8, 3)) for seed in range(100, 103)) >= 2


def test_sixteen_options_in_one_year_are_the_best_of_all_65536() -> None:
    assert sum(agrees(made_up(seed, 16, 1)) for seed in range(200, 204)) >= 2


def test_with_a_limit_on_the_chance_of_loss_it_is_still_the_best_of_all() -> None:
    assert sum(agrees(made_up(seed, 6, 3, chance=0.17)) for seed in range(300, 320)) >= 10


def test_with_sets_that_do_not_pass_the_gate_it_is_still_the_best_of_all() -> None:
    assert sum(agrees(made_up(seed, 6, 3, judged=True)) for seed in range(400, 420)) >= 10


@pytest.mark.slow
def test_many_more_seeds_agree() -> None:
    for seed in range(1000, 1150):
        agrees(made_up(seed, 7, 3, chance=(None, 0.1, 0.17)[seed % 3], judged=bool(seed % 2)))
        agrees(made_up(seed, 14, 1, chance=(None, 0.1, 0.17)[seed % 3], judged=bool(seed % 2)))
