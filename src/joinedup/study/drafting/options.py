"""The chapters on what exists, what could be done, what it is worth and to whom, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import WARNING, Judged, Outcome, Range
from joinedup.disclosure import (
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Section,
    Statement,
    Table,
)
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

GATE_WORDS = {
    Outcome.PASS: "within the tolerance",
    Outcome.FAIL: "beyond the tolerance",
    Outcome.CANNOT_TELL: "cannot tell",
}


def pounds(values: NDArray[np.float64]) -> Figure:
    """Give a present value as the range that nine draws in ten lie in."""
    found = Range.of(values)
    return Figure(found.central, Unit.POUNDS, low=found.low, high=found.high)


def _central(values: NDArray[np.float64]) -> Figure:
    return Figure(float(values[0]), Unit.POUNDS)


def option_answer(study: Study) -> list[Statement | None]:
    """Say in a sentence what could be done and what the best of it is worth."""
    assessment = study.assessment
    if not assessment.options:
        return []
    placed = assessment.order.placed
    number = len(assessment.options)
    apart = number - len(placed)
    counts = (
        f"Of {number} options found, {len(placed)} keep response within the tolerances that the partners recorded "
        f"beforehand; {apart} do not, or nobody can tell yet."
    )
    if not placed:
        return [Statement(counts)]
    best = assessment[placed[0].id]
    lead = (
        "The one with the highest expected worth:"
        if placed[0].expected > 0
        else "None of these is expected to be worth what it costs. The nearest to it:"
    )
    losers = _losers(study, best)
    return [
        Statement(counts),
        Statement(
            f"{lead} {best.option.title}, worth {{npsv}} over {best.appraisal.years} years.{losers}",
            {"npsv": pounds(best.appraisal.npsv)},
        ),
    ]


def _losers(study: Study, assessed: Assessed) -> str:
    """Name whoever would be worse off, in the same sentence as the worth."""
    names = [
        study.area.name_of(each.partner)
        for each in assessed.appraisal.losers
        if each.partner in study.area.services
    ]
    return (
        f" {' and '.join(names)} would be worse off."
        if names
        else " No partner would be worse off at central values."
    )


def options_chapter(study: Study) -> Chapter:
    """Show each option: what would happen, what it is worth and to whom, and what stands in the way."""
    assessment = study.assessment
    if study.area.settings.overlap_only:
        return Chapter(
            "options",
            "What could be done",
            Statement(
                "This study is made of public lists of real, named places, so no option is looked for."
            ),
            missing="The services' own tables, and a study.toml without overlap_only.",
        )
    if not assessment.options:
        lacks = [
            f"{kind}: {need.table} with {', '.join(need.columns)} ({need.why})"
            for kind, needs in assessment.lacking.items()
            for need in needs
        ]
        return Chapter(
            "options",
            "What could be done",
            Statement(
                "No option was found."
                if not lacks
                else "Options cannot be looked for with what the study holds."
            ),
            missing="; ".join(lacks),
        )
    answer = next(each for each in option_answer(study) if each is not None)
    blocks: list[Block] = [*_tables(study, assessment.options)]
    for each in assessment.options:
        blocks += _one(study, each)
    blocks += [
        Section("Overruns elsewhere"),
        Statement(f"{WARNING} An overrun stands in place of the optimism bias that the estimate carries."),
        _stress(assessment.options),
    ]
    heading = (
        f"{len(assessment.order.placed)} of {len(assessment.options)} options keep response within tolerance"
    )
    return Chapter("options", heading, answer, blocks)


def _tables(study: Study, options: Sequence[Assessed]) -> tuple[Table, Table]:
    """Lay all options side by side: worth to all together, then to each partner."""
    services = study.area.services
    return (
        Table(
            "options",
            f"Options: present value over {options[0].appraisal.years} years, in real pounds of {study.area.settings.price_base}",
            (
                Column("Option"),
                Column("Response"),
                Column("Worth to all together", numeric=True),
                Column("Chance of a loss", numeric=True),
            ),
            [
                [
                    each.option.title,
                    GATE_WORDS[each.gate.outcome],
                    pounds(each.appraisal.npsv),
                    Figure(float((each.appraisal.npsv[1:] < 0).mean()), Unit.SHARE),
                ]
                for each in options
            ],
            note="Nine draws in ten lie within each range.",
        ),
        Table(
            "partners",
            "The same options: present value to each partner",
            (Column("Option"), *(Column(short_name(study.area, each), numeric=True) for each in services)),
            [
                [each.option.title, *(pounds(_worth(each, service)) for service in services)]
                for each in options
            ],
            note="Rent stands in both partners' columns and cancels in all together.",
        ),
    )


def _worth(each: Assessed, service: str) -> NDArray[np.float64]:
    return next(standing.worth for standing in each.appraisal.standings if standing.partner == service)


def _one(study: Study, each: Assessed) -> list[Block]:
    """Show one option."""
    option, appraisal = each.option, each.appraisal
    blocks: list[Block] = [
        Section(option.title),
        Statement(each.explanation),
        Statement(
            f"Worth {{npsv}} to all together: {{expected}} in the mean of the draws, and {{central}} if every "
            f"assumption holds at its central value.{_losers(study, each)}",
            {
                "npsv": pounds(appraisal.npsv),
                "expected": Figure(appraisal.worth.expected, Unit.POUNDS),
                "central": _central(appraisal.npsv),
            },
        ),
    ]
    points = [
        *(f"Response: {reason}." for reason in _reasons(study, each)),
        *(
            [f"The same was tried here before: {option.facts['tried_before']}."]
            if option.facts.get("tried_before")
            else []
        ),
        *(f"Not known yet: {gap}." for gap in option.incomplete),
    ]
    blocks.append(Bullets([Statement(point) for point in points]))
    return [*blocks, *_money(study, each)]


def _reasons(study: Study, each: Assessed) -> list[str]:
    """Say what the gate found, without a group of fewer incidents than may be told."""
    rows = each.gate.rows
    if not rows:
        return (
            ["nobody who responds would move"]
            if each.gate.outcome is Outcome.PASS
            else list(each.gate.reasons)
        )
    words = {
        Outcome.PASS: "no group of incidents would wait longer than the tolerance allows",
        Outcome.FAIL: "at least one group of incidents would wait longer than the tolerance allows",
        Outcome.CANNOT_TELL: "for at least one group of incidents there is too little to be sure",
    }[each.gate.outcome]
    worst = max(
        (row for row in rows if row.mean_change is not None and row.incidents >= 5), key=_change, default=None
    )
    if worst is None:
        return [words]
    name = study.area.name_of(worst.service_id)
    longer = "longer" if _change(worst) > 0 else "shorter"
    return [
        words,
        (
            f"the group with the greatest change is {name} {worst.category}, {worst.incidents} incidents: "
            f"a drive {abs(_change(worst)):.1f} min {longer} in the mean"
        ),
    ]


def _change(row: Judged) -> float:
    return row.mean_change or 0.0


def _money(study: Study, each: Assessed) -> list[Block]:
    """Say what carrying on would cost, who pays and who benefits, and what the accounts will show."""
    names = {
        **{service: short_name(study.area, service) for service in study.area.services},
        "society": "Society",
    }
    appraisal = each.appraisal
    comparison, totals = appraisal.comparison, appraisal.financial.totals
    against: list[list[Figure | str]] = []
    if comparison.do_minimum is not None and comparison.with_option is not None:
        against = [
            ["Do minimum: carry on as now", pounds(comparison.do_minimum)],
            ["With the option", pounds(comparison.with_option)],
        ]
    return [
        Table(
            f"worth-{each.option.id}",
            "Beside doing the minimum, present value in real pounds",
            (Column("Course"), Column("Present value", numeric=True)),
            [
                *against,
                ["Difference: what the option is worth", pounds(comparison.difference)],
                ["Parting again, in no total", pounds(appraisal.leaving.cost)],
            ],
        ),
        Table(
            f"payers-{each.option.id}",
            "Who pays and who benefits, present value in real pounds",
            (
                Column("Who pays or bears"),
                Column("Who benefits"),
                Column("Kind of worth"),
                Column("Present value", numeric=True),
            ),
            [
                [
                    names.get(row["payer"], row["payer"]),
                    names.get(row["beneficiary"], row["beneficiary"]),
                    row["kind"],
                    _range(row),
                ]
                for row in appraisal.payers.iter_rows(named=True)
            ],
            note="A payment between partners is no saving to anybody.",
        ),
        Table(
            f"accounts-{each.option.id}",
            f"What the accounts will show over {appraisal.years} years, in pounds of the year",
            (Column("Partner"), Column("In all", numeric=True), Column("Most out of pocket", numeric=True)),
            [
                [
                    names.get(row["partner"], row["partner"]),
                    _range(row),
                    Figure(row["most_laid_out"], Unit.POUNDS),
                ]
                for row in totals.iter_rows(named=True)
                if row["central"] or row["most_laid_out"]
            ],
            note="Payments included; VAT, grants and pensions are not in it yet.",
        ),
    ]


def _range(row: dict[str, float]) -> Figure:
    return Figure(row["central"], Unit.POUNDS, low=row["low"], high=row["high"])


def _stress(options: Sequence[Assessed]) -> Table:
    """Show what published overruns would do to each option, beside and never inside the estimate."""
    cases = [stressed.case for stressed in options[0].appraisal.stress]
    return Table(
        "stress",
        "Worth of each option at central values if what happened elsewhere happened here",
        (
            Column("Option"),
            *(
                Column(
                    f"{case.name}: {case.per_cent:+g} % on capital"
                    if case.raises
                    else f"{case.name}: {case.per_cent:g} % of the gain",
                    numeric=True,
                )
                for case in cases
            ),
        ),
        [
            [each.option.title, *(_central(stressed.npsv) for stressed in each.appraisal.stress)]
            for each in options
        ],
        note="; ".join(f"{case.name} {case.from_to}, {case.ended} ({case.source})" for case in cases) + ".",
    )
