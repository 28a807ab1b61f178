"""What an option's page says of doubt: what would have to be true, what if it went as elsewhere, and what became of the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import GRADES, WARNING, financial_year, first_live_year
from joinedup.disclosure import Bar, Block, Chapter, Chart, Column, Figure, Mark, Section, Statement, Table
from joinedup.money import CashLine, causes_of, discount_factors
from joinedup.study.drafting.naming import listed
from joinedup.study.drafting.option_pages.money import CLOSED_NOTE, closed, sellers
from joinedup.study.drafting.options import pounds
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.appraisal import Appraisal, Managed, Swing
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

_DRAWN = 8
"""How many swings are drawn; the table holds all of them."""


def _tells_a_receipt(appraisal: Appraisal) -> frozenset[str]:
    """Name the assumptions that a receipt rests on: what the worth moves by with one of them would tell the receipt."""
    return frozenset(name for flow in appraisal.flows if flow.line is CashLine.RECEIPT for name in flow.names)


def truths_chapter(each: Assessed) -> Chapter:
    """Show what each assumption by itself does to the worth, and the value at which the answer tips (§5.3)."""
    appraisal, secret = each.appraisal, _tells_a_receipt(each.appraisal)
    central = float(appraisal.npsv[0])
    tipping = [one for one in each.swings if one.within_range and one.assumption.name not in secret]
    switching = appraisal.economic.switching
    blocks: list[Block] = []
    if each.swings:
        drawn = [one for one in each.swings if one.assumption.name not in secret][:_DRAWN]
        blocks += [
            Chart(
                "swings",
                "What moves the worth most, each assumption by itself",
                "Net present social value in real pounds: at the central value, and from the assumption's low to its high",
                [Bar(one.assumption.sentence.rstrip("."), _swung(one, central)) for one in drawn],
                "Source: this study's assumptions, moved one at a time, all others at their central values.",
                f"One line an assumption, what moves the worth most first; all start from {in_words(central, Unit.POUNDS)}.",
            ),
            Table(
                "swings-table",
                "What would have to be true: the value of each assumption at which the option is worth nothing",
                (
                    Column("Assumption"),
                    Column("Unit"),
                    Column("Low", numeric=True),
                    Column("Central", numeric=True),
                    Column("High", numeric=True),
                    Column("Worth at its low", numeric=True),
                    Column("Worth at its high", numeric=True),
                    Column("Worth nothing at", numeric=True),
                ),
                [
                    [
                        one.assumption.sentence,
                        one.assumption.unit,
                        *(
                            Figure(value, Unit.NUMBER)
                            for value in (one.assumption.low, one.assumption.central, one.assumption.high)
                        ),
                        *(
                            closed(figure, one.assumption.name in secret)
                            for figure in (
                                Figure(one.at_low, Unit.POUNDS),
                                Figure(one.at_high, Unit.POUNDS),
                                Figure(one.switches_at, Unit.NUMBER, mark=_mark(one)),
                            )
                        ),
                    ]
                    for one in each.swings
                ],
                note="[z]: no value between a tenth of the central one and ten times it makes the option worth nothing."
                + (f" {CLOSED_NOTE}" if secret else ""),
            ),
        ]
    if switching.benefit_change_pct is not None:
        change = switching.benefit_change_pct
        blocks.append(
            Statement(
                f"All gains together would have to be {abs(change):,.0f} % {'higher' if change > 0 else 'lower'} for it to be "
                "worth nothing at central values."
            )
        )
    answer = (
        f"The answer tips within the range of {len(tipping)} of {len(each.swings)} assumptions. What matters most of these: "
        f"{tipping[0].assumption.sentence}"
        if tipping
        else "No assumption that can be told, by itself and within its range, turns the answer round."
    )
    return Chapter("truths", "What would have to be true", Statement(answer), blocks)


def _swung(swing: Swing, central: float) -> Figure:
    ends = (swing.at_low, swing.at_high, central)
    return Figure(central, Unit.POUNDS, low=min(ends), high=max(ends))


def _mark(swing: Swing) -> Mark:
    return Mark.NONE if swing.switches_at is not None else Mark.NOT_APPLICABLE


def stress_chapter(each: Assessed, risks: Sequence[Managed]) -> Chapter:
    """Show what happened elsewhere if it happened here, and what is not reckoned with: beside the estimate (§5.4)."""
    appraisal = each.appraisal
    sold = bool(sellers(appraisal))
    worst = min(
        (one for one in appraisal.stress if one.case.raises), key=lambda one: one.npsv[0], default=None
    )
    blocks: list[Block] = [
        Statement(f"{WARNING} An overrun stands in place of the optimism bias that the estimate carries."),
        Table(
            "stress",
            "What the option would be worth if what happened elsewhere happened here",
            (
                Column("What happened"),
                Column("How it ended"),
                Column("Source"),
                Column("Worth then", numeric=True),
            ),
            [
                [
                    f"{one.case.name}: {one.case.per_cent:+g} % on {one.case.raises}"
                    if one.case.raises
                    else f"{one.case.name}: {one.case.per_cent:g} % of the gain",
                    f"{one.case.from_to}, {one.case.ended}",
                    one.case.source,
                    closed(pounds(one.npsv), sold and one.case.leaves is not None),
                ]
                for one in appraisal.stress
            ],
            note=CLOSED_NOTE if sold else "",
        ),
    ]
    beside: list[list[Figure | str]] = [
        [one.assumption.sentence, pounds(one.difference), pounds(one.npsv)] for one in appraisal.beside
    ]
    leaving = appraisal.leaving
    # Until the partners part is another number of years: a second sum, from which a receipt could be worked out.
    parted: list[Figure | str] = [
        f"The partners part in year {leaving.year} (central): what would come later is lost, and parting is paid for.",
        closed(pounds(leaving.npsv - appraisal.npsv), sold),
        closed(pounds(leaving.npsv), sold),
    ]
    at_once = float(leaving.cost[0]) * float(discount_factors(edition=appraisal.edition)[leaving.year])
    blocks += [
        Table(
            "not-reckoned",
            "What the estimate does not reckon with, present value in real pounds",
            (Column("What"), Column("Adds or takes", numeric=True), Column("Worth then", numeric=True)),
            [*beside, parted],
            note=CLOSED_NOTE if sold else "",
        ),
        Statement(
            "Parting is taken to cost {cost} in the year in which it happens; at central values that is {now} in the worth of "
            "now.",
            {"cost": pounds(leaving.cost), "now": Figure(at_once, Unit.POUNDS)},
        ),
    ]
    blocks += _managed(each, risks)
    return Chapter(
        "stress",
        "If what happened elsewhere happened here",
        Statement(
            f"With the worst overrun of those listed ({worst.case.name}) it would be worth {{then}}.",
            {"then": Figure(float(worst.npsv[0]), Unit.POUNDS)},
        )
        if worst is not None
        else Statement("No overrun elsewhere can be tried on it."),
        blocks,
    )


def _managed(each: Assessed, risks: Sequence[Managed]) -> list[Block]:
    """Show by how much the bias comes down, risk by risk, where the study holds a register of them (§5.4)."""
    own = [risk for risk in risks if risk.project_type == each.project_type]
    if not own:
        return []
    return [
        Statement(
            f"Optimism bias of {{bias}} stays on what is spent on {each.project_type}, once the risks below are managed.",
            {"bias": Figure(each.appraisal.bias_pct / 100, Unit.SHARE)},
        ),
        Table(
            "managed",
            "Causes of the bias, and how much of each is managed",
            (
                Column("Cause"),
                Column("Its share of the bias", numeric=True),
                Column("Managed", numeric=True),
                Column("What shows it"),
            ),
            [
                [
                    f"{risk.cause[:1].upper()}{risk.cause[1:]}",
                    Figure(risk.share, Unit.SHARE),
                    Figure(risk.managed, Unit.SHARE),
                    risk.evidence or Mark.NOT_AVAILABLE.value,
                ]
                for risk in own
            ],
            note="Each risk counts once. Who manages it stands in the study."
            + (
                ""
                if causes_of(each.project_type)
                else " The shares of the causes are the study's own: none is kept for such projects."
            ),
        ),
    ]


def elsewhere_chapter(study: Study, each: Assessed) -> Chapter:
    """Say what became of the like elsewhere, and how long it took (§4.2)."""
    months = each.months_elsewhere
    if not each.elsewhere:
        return Chapter(
            "elsewhere",
            "Its like elsewhere",
            Statement("The case library holds no case of this kind of joint working."),
        )
    took = (
        f"From idea to live it took {listed([str(month) for month in months])} months, by whole years."
        if months
        else "None of them says how long it took from idea to live."
    )
    rows: list[list[Figure | str]] = [
        [
            case.place,
            case.partners,
            case.promised or Mark.NOT_AVAILABLE.value,
            case.actual or Mark.NOT_AVAILABLE.value,
            case.how_it_ended + (f": {case.why}" if case.why else ""),
            Figure(case.months_from_idea_to_live, Unit.NUMBER),
            f"{case.source} ({case.grade}: {GRADES[case.grade]})",
        ]
        for case in each.elsewhere
    ]
    return Chapter(
        "elsewhere",
        "Its like elsewhere",
        Statement(f"{_cases(len(rows))} of the kind {'is' if len(rows) == 1 else 'are'} known. {took}"),
        (
            *_live_here(study, each),
            Statement(WARNING),
            Section("The cases"),
            Table(
                "elsewhere",
                "What was promised of the like elsewhere, and what became of it",
                (
                    Column("Where"),
                    Column("Partners"),
                    Column("Promised"),
                    Column("Found"),
                    Column("How it ended"),
                    Column("Months from idea to live", numeric=True),
                    Column("Source and its grade"),
                ),
                rows,
            ),
        ),
    )


def _live_here(study: Study, each: Assessed) -> list[Block]:
    """Set when the money takes it to be live beside how long the like took, and say which of the two to trust."""
    months, live = each.months_elsewhere, first_live_year(each.appraisal.flows)
    if not months or live is None:
        return []
    took = f"{min(months)} to {max(months)}" if min(months) < max(months) else str(max(months))
    said = (
        f"Here its money first saves or helps in {financial_year(study.area.settings.price_base, live)}, {12 * live} months from "
        f"the first year. Its like took {took} months from the idea."
    )
    if 12 * live < max(months):
        said += (
            " What happened elsewhere is a fact and the year here is assumed: trust the longer, until the partners have a plan "
            "with dates."
        )
    return [Statement(said)]


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"
