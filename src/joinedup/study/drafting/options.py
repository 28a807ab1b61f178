"""The chapters on what exists, what could be done, what it is worth and to whom, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal import WARNING, Judged, Outcome, Range
from joinedup.disclosure import (
    Bar,
    Block,
    Bullets,
    Chapter,
    Chart,
    Column,
    Figure,
    Mark,
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

_GATE = {
    Outcome.PASS: "within the tolerance",
    Outcome.FAIL: "beyond the tolerance",
    Outcome.CANNOT_TELL: "cannot tell",
}


def _pounds(values: NDArray[np.float64]) -> Figure:
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
    losers = _losers(study, best)
    return [
        Statement(counts),
        Statement(
            f"The one with the highest expected worth: {best.option.title}, worth {{npsv}} over {best.appraisal.years} years."
            f"{losers}",
            {"npsv": _pounds(best.appraisal.npsv)},
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


def register_chapter(study: Study) -> Chapter:
    """Show what exists before what is proposed."""
    rows = study.area.table("collaborations")
    if rows.is_empty():
        return Chapter(
            "register",
            "What the services do together already",
            Statement("The study has no register of live, tried and ended collaborations."),
            missing="The table collaborations, so that nothing that exists is proposed, and what was tried is known.",
        )
    live = rows.filter(pl.col("status") == "live").height
    ended = rows.filter(pl.col("status").is_in(["ended", "tried", "refused"])).height
    sites = dict(study.area.table("sites").select("site_id", "name").iter_rows())
    return Chapter(
        "register",
        f"{live} live and {ended} ended ways of working together",
        Statement("What exists is part of the area as it is, and is not proposed again."),
        (
            Table(
                "register",
                "Collaborations: promised and actual",
                (
                    Column("What"),
                    Column("Partners"),
                    Column("Where"),
                    Column("Status"),
                    Column("Promised a year", numeric=True),
                    Column("Actual a year", numeric=True),
                    Column("Why"),
                ),
                [
                    [
                        row["kind"],
                        ", ".join(
                            _names(
                                row["partners"],
                                {each: study.area.name_of(each) for each in study.area.services},
                            )
                        ),
                        ", ".join(dict.fromkeys(_names(row["sites"], sites))) or Mark.NOT_AVAILABLE.value,
                        row["status"],
                        Figure(row["promised_gbp_a_year"], Unit.POUNDS),
                        Figure(row["actual_gbp_a_year"], Unit.POUNDS),
                        row["why"] or "",
                    ]
                    for row in rows.iter_rows(named=True)
                ],
            ),
        ),
    )


def _names(listed: str | None, names: dict[str, str]) -> list[str]:
    return [names.get(each.strip(), each.strip()) for each in (listed or "").split(";") if each.strip()]


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
                    _GATE[each.gate.outcome],
                    _pounds(each.appraisal.npsv),
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
                [each.option.title, *(_pounds(_worth(each, service)) for service in services)]
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
                "npsv": _pounds(appraisal.npsv),
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
            ["Do minimum: carry on as now", _pounds(comparison.do_minimum)],
            ["With the option", _pounds(comparison.with_option)],
        ]
    return [
        Table(
            f"worth-{each.option.id}",
            "Beside doing the minimum, present value in real pounds",
            (Column("Course"), Column("Present value", numeric=True)),
            [
                *against,
                ["Difference: what the option is worth", _pounds(comparison.difference)],
                ["Parting again, in no total", _pounds(appraisal.leaving.cost)],
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


def order_chapter(study: Study) -> Chapter:
    """Show the order of the options that pass the gate, and how firm it is."""
    assessment = study.assessment
    order = assessment.order
    if not assessment.options:
        return Chapter(
            "order", "In what order", Statement("There is nothing to put in order."), missing="Options."
        )
    titles = {each.option.id: each.option.title for each in assessment.options}
    blocks: list[Block] = []
    if order.placed:
        first = order.placed[0]
        answer = Statement(
            f"{titles[first.id]} comes first; it stays among the first {order.top} in {{firm}} of the draws.",
            {"firm": Figure(first.firmness, Unit.SHARE)},
        )
        blocks += [
            Chart(
                "order",
                "What each option that passes the safety gate is worth",
                "Net present social value, real pounds; nine draws in ten lie within each interval",
                [Bar(titles[each.id], _pounds(assessment[each.id].appraisal.npsv)) for each in order.placed],
                f"Source: this study's assumptions, drawn {len(assessment.options[0].appraisal.npsv) - 1:,} times.",
                "One line an option with the middle and the ends of its range, in order of expected worth.",
            ),
            Table(
                "order-table",
                "Order by expected worth, and how firm it is",
                (
                    Column("Option"),
                    Column("Place", numeric=True),
                    Column("Expected worth", numeric=True),
                    Column(f"Stays among the first {order.top}", numeric=True),
                ),
                [
                    [
                        titles[each.id],
                        Figure(each.place, Unit.NUMBER),
                        Figure(each.expected, Unit.POUNDS),
                        Figure(each.firmness, Unit.SHARE),
                    ]
                    for each in order.placed
                ],
            ),
        ]
    else:
        answer = Statement("No option passes the safety gate, so none is put in order.")
        costly = [each for each in order.placed if each.expected < 0]
        if costly:
            blocks += [
                Section("Expected to cost more than it is worth"),
                Bullets([Statement(f"{titles[each.id]}.") for each in costly]),
            ]
    if order.apart:
        blocks += [
            Section("Not in the order"),
            Bullets([Statement(f"{titles[each.id]}: {_GATE[each.gate]}.") for each in order.apart]),
        ]
    if order.conflicts:
        blocks += [
            Section("Cannot both be done"),
            Bullets(
                [
                    Statement(f"{titles[a]}, and {titles[b]}.")
                    for a, b in (each.options for each in order.conflicts)
                ]
            ),
        ]
    heading = f"First: {titles[order.placed[0].id]}" if order.placed else "No option can be put in order yet"
    return Chapter("order", heading, answer, blocks)
