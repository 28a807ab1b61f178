"""The chapter on the roadmap: which options start when, what they draw on, what was left out and what waits on a condition."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from joinedup.appraisal import Outcome, financial_year
from joinedup.disclosure import (
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Gantt,
    Mark,
    Section,
    Span,
    Statement,
    Table,
)
from joinedup.study.deciding import barriers_of, decisions_of
from joinedup.study.drafting.left_out import left_out_blocks, refused_in_words
from joinedup.study.drafting.naming import as_said, listed, short_name
from joinedup.study.drafting.options import losers
from joinedup.study.drafting.unlocked import difference, unlocked_blocks
from joinedup.study.drafting.whole_set import whole_set
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from joinedup.roadmap import Condition, Relaxed, Roadmap, Waiting
    from joinedup.study.study import Study

SET_WORDS = {
    Outcome.PASS: "As a set they keep response within the tolerances",
    Outcome.FAIL: "As a set they do not keep response within the tolerances",
    Outcome.CANNOT_TELL: "Whether they keep response within the tolerances as a set nobody can tell",
}


def roadmap_chapter(study: Study) -> Chapter:
    """Show the best set of options over the years, how sure it is, and what more capital or a lifted barrier would add."""
    if not study.assessment.options:
        return Chapter(
            "roadmap", "What starts when", Statement("There is nothing to plan."), missing="Options."
        )
    plan = study.planned.roadmap
    titles = {each.option.id: each.option.title for each in study.assessment.options}
    unlocked = unlocked_blocks(study.planned.unlocked, study.planned.not_valued, titles)
    if plan is None:
        return Chapter(
            "roadmap",
            "No option can be put on a roadmap yet",
            Statement("Only options that pass the safety gate can start, and none does."),
            unlocked,
        )
    blocks: list[Block] = [Bullets(_how_found(study, plan))]
    if plan.rows:
        blocks += [_timetable(study, plan, titles), _started(study, plan, titles), _capital(study, plan)]
        blocks += whole_set(study)
    blocks += _decided(study, titles)
    blocks += _held(study, plan, titles)
    if plan.left_out:
        blocks += [Section("Left out, and why"), *left_out_blocks(study, plan)]
    if study.planned.relaxed:
        blocks += [Section("What more would be worth"), _relaxed(study, study.planned.relaxed)]
    if study.planned.waiting:
        blocks += [
            Section("What waits on a condition"),
            Statement(
                "Each is what the roadmap would gain if that one barrier were lifted and all the others stood. They do not add "
                "up: two may hold up one option."
            ),
            _waiting(study, study.planned.waiting, titles),
        ]
    blocks += unlocked
    return Chapter("roadmap", _heading(plan), _answer(plan), blocks)


def _heading(plan: Roadmap) -> str:
    number = len(plan.rows)
    if not number:
        return "Nothing is worth starting under these limits"
    return f"{number} {'option starts' if number == 1 else 'options start'} within {plan.years} years"


def _answer(plan: Roadmap) -> Statement:
    """Give the expected worth with its range and the chance of a loss, side by side."""
    if not plan.rows:
        return Statement("No set of options is expected to be worth more than doing nothing.")
    return Statement(
        "Together they are expected to be worth {expected}; nine draws in ten lie {range:between}, and in {loss} of the draws "
        "the whole is worth less than nothing.",
        {
            "expected": Figure(plan.expected, Unit.POUNDS),
            "range": Figure(plan.worth.central, Unit.POUNDS, low=plan.worth.low, high=plan.worth.high),
            "loss": Figure(plan.chance_of_loss, Unit.SHARE),
        },
    )


def _how_found(study: Study, plan: Roadmap) -> list[Statement]:
    """Say how sure it is to be best, under which limits, how it is counted, and whether the set passes the gate."""
    if plan.proven:
        found = ["It is proven best: no other roadmap under these limits is expected to be worth more."]
    else:
        left = in_words(plan.gap, Unit.SHARE)
        found = [f"It is not proven best: the search {plan.status}, {left} of the most possible."]
    found += [_limits(study, plan), _counted(study, plan)]
    if plan.gate is not None and plan.rows:
        found.append(f"{SET_WORDS[plan.gate]}.")
    if plan.sets_refused:
        found.append(refused_in_words(study, plan))
    found += [f"{note[:1].upper()}{note[1:]}." for note in plan.notes]
    return [*(Statement(each) for each in found), *_by_one_service(study, plan)]


def _limits(study: Study, plan: Roadmap) -> str:
    """Name every limit that holds, and say of each other that there is none."""
    own, name = study.area.settings.roadmap, study.area.name_of
    services = study.area.services
    capital = [] if own.capital_gbp_a_year is None else [(own.capital_gbp_a_year, "of all partners together")]
    capital += [
        (own.capital_gbp_a_year_of[each], f"of {name(each)}")
        for each in services
        if each in own.capital_gbp_a_year_of
    ]
    at_once = [] if own.options_at_once is None else [f"{own.options_at_once} in all"]
    at_once += [
        f"{own.options_at_once_of[each]} of {name(each)}"
        for each in services
        if each in own.options_at_once_of
    ]
    first, last = _year(study, 0), _year(study, plan.years - 1)
    spent = [f"{in_words(float(amount), Unit.POUNDS)} {whose}" for amount, whose in capital]
    loss = "none set" if own.chance_of_loss is None else in_words(own.chance_of_loss, Unit.SHARE)
    return as_said(
        f"The limits: starts within {plan.years} years, {first} to {last}; capital in each year: {listed(spent) or 'none set'}; "
        f"options under way at once: {listed(at_once) or 'none set'}; chance that the whole is a loss: {loss}."
    )


def _counted(study: Study, plan: Roadmap) -> str:
    """Say in which pounds worth is given, and over how many years each option is counted."""
    base = study.area.settings.price_base
    spans = sorted({study.assessment[each.id].appraisal.years for each in plan.rows})
    over = f" of {' or '.join(str(each) for each in spans)} years" if spans else ""
    return (
        f"Worth is in real pounds of {base}, discounted to that year. Each option is counted over its own span{over} from its "
        "start, also where that ends after the last year here."
    )


def _by_one_service(study: Study, plan: Roadmap) -> list[Statement]:
    """Say how much of the worth needs nobody else, so that it is not taken for a saving of working together (§4.5)."""
    alone = [each for each in plan.rows if len(study.assessment[each.id].option.partners) == 1]
    if not alone:
        return []
    number = f"{len(alone)} of these is" if len(alone) == 1 else f"{len(alone)} of these are"
    return [
        Statement(
            f"{number} for one service to do alone, expected to be worth {{alone}}: that is no saving of working together.",
            {"alone": Figure(sum(each.expected for each in alone), Unit.POUNDS)},
        )
    ]


def _year(study: Study, year: int) -> str:
    return financial_year(study.area.settings.price_base, year)


def _timetable(study: Study, plan: Roadmap, titles: dict[str, str]) -> Gantt:
    years = [_year(study, year) for year in range(plan.years)]
    first = plan.rows[0]
    return Gantt(
        "roadmap",
        "Which options start when, and from when they are live",
        f"Financial years from {years[0]} to {years[-1]}",
        years,
        [Span(titles[each.id], each.start, each.live) for each in plan.rows],
        "Source: this study's appraisal; each is live from the year in which its own savings or benefits begin. What has none "
        "takes as long as the like took elsewhere (the median), or a year.",
        f"One line an option, in the order in which they start. First: {titles[first.id]}, in {years[first.start]}.",
    )


def _started(study: Study, plan: Roadmap, titles: dict[str, str]) -> Table:
    return Table(
        "roadmap-options",
        "The options of the roadmap",
        (
            Column("Option"),
            Column("Starts in"),
            Column("Live from"),
            Column("Months that the like took elsewhere", numeric=True),
            Column("Expected worth from that start", numeric=True),
            Column("Capital within these years", numeric=True),
            Column("Capital later", numeric=True),
            Column("Not affordable to"),
            Column("Who would lose"),
            Column("Decided by a person"),
        ),
        [
            [
                titles[each.id],
                _year(study, each.start),
                _year(study, each.live),
                _elsewhere(study.assessment[each.id].months_elsewhere),
                Figure(each.expected, Unit.POUNDS),
                Figure(sum(sum(spent) for spent in each.capital.values()), Unit.POUNDS),
                Figure(each.capital_later, Unit.POUNDS),
                _not_affordable(study, each.id),
                ", ".join(short_name(study.area, who) for who in losers(study, study.assessment[each.id]))
                or "nobody at central values",
                "yes" if each.decided else "no",
            ]
            for each in plan.rows
        ],
        note="What the like took elsewhere is the median from the first idea; here an option starts once it has been decided. "
        "Who cannot afford it, and who would lose, is of each option by itself at its soonest, as on its own page.",
        pages=[each.id for each in plan.rows],
    )


def _not_affordable(study: Study, option_id: str) -> str:
    """Name the partners whose budget does not bear an option in some year, and those of whom nobody can tell."""
    found = study.assessment[option_id].affordable
    said = {
        outcome: [
            who for who in study.area.services if outcome in found.filter(partner=who)["outcome"].to_list()
        ]
        for outcome in ("not affordable", "cannot tell")
    }
    over = [short_name(study.area, who) for who in said["not affordable"]]
    untold = [short_name(study.area, who) for who in said["cannot tell"] if who not in said["not affordable"]]
    parts = [", ".join(over)] if over else []
    parts += [f"cannot tell of {', '.join(untold)}"] if untold else []
    return "; ".join(parts) or "nobody"


def _elsewhere(months: tuple[int, ...]) -> Figure:
    if not months:
        return Figure(None, Unit.NUMBER, mark=Mark.NOT_AVAILABLE)
    return Figure(float(median(months)), Unit.NUMBER)


def _capital(study: Study, plan: Roadmap) -> Table:
    """Lay out capital by partner and year, and how many options are under way."""
    who = [service for service in study.area.services if service in plan.capital]
    return Table(
        "roadmap-capital",
        f"Capital by partner and year, real pounds of {study.area.settings.price_base}, optimism bias included",
        (
            Column("Year"),
            *(Column(short_name(study.area, each), numeric=True) for each in who),
            Column("All partners", numeric=True, total=True),
            Column("Options under way", numeric=True),
        ),
        [
            [
                _year(study, year),
                *(Figure(plan.capital[each][year], Unit.POUNDS) for each in who),
                Figure(sum(plan.capital[each][year] for each in who), Unit.POUNDS),
                Figure(plan.change[year], Unit.NUMBER),
            ]
            for year in range(plan.years)
        ],
    )


def _decided(study: Study, titles: dict[str, str]) -> list[Block]:
    """List what persons decided, with their reasons (§4.1)."""
    decisions = decisions_of(study.folder, titles)
    if not decisions:
        return []
    said = []
    for option, decision in sorted(decisions.items()):
        when = "" if decision.year is None else f", in {_year(study, decision.year)}"
        what = f"goes ahead{when}" if decision.goes_ahead else "does not go ahead"
        said.append(Statement(f"{titles[option]} {what}: {as_said(decision.reason)}."))
    return [Section("Decided by persons"), Bullets(said)]


def _held(study: Study, plan: Roadmap, titles: dict[str, str]) -> list[Block]:
    """Say what the study says holds options, why, and what came of each (§7.2)."""
    starts = {each.id: f"starts in {_year(study, each.start)}" for each in plan.rows}
    said = []
    for each in study.planned.held:
        what = []
        if each.not_before is not None:
            what.append(f"cannot start before {_year(study, each.not_before)}")
        if each.needs:
            what.append(f"needs {listed([titles[other] for other in each.needs])} live first")
        if each.excludes:
            what.append(f"is never done beside {listed([titles[other] for other in each.excludes])}")
        came = starts.get(each.option, "is not on the roadmap")
        said.append(Statement(f"{titles[each.option]} {listed(what)}: {as_said(each.reason)}. It {came}."))
    return [Section("What holds options"), Bullets(said)] if said else []


def _relaxed(study: Study, relaxed: tuple[Relaxed, ...]) -> Table:
    """Say what each limit costs: the best roadmap with more of it, less this one."""

    def limit(each: Relaxed) -> str:
        whose = "all partners" if each.partner is None else study.area.name_of(each.partner)
        if each.limit == "capital":
            return f"£{each.by / 1e6:g}m more capital in every year, for {whose}"
        return f"{each.by:g} more option under way at once, for {whose}"

    return Table(
        "roadmap-relaxed",
        "What more of each limit would add to the expected worth",
        (
            Column("What"),
            Column("Adds", numeric=True),
            Column("At least", numeric=True),
            Column("At most", numeric=True),
        ),
        [
            [
                limit(each),
                *(
                    Figure(value, Unit.POUNDS)
                    for value in (each.worth.gain, each.worth.at_least, each.worth.at_most)
                ),
            ]
            for each in relaxed
        ],
        note="Each is the best roadmap with it less the best without; where one is not proven best, the truth lies between "
        "the last two.",
    )


def _waiting(study: Study, waiting: tuple[Waiting, ...], titles: dict[str, str]) -> Table:
    """Say what each barrier holds up, in money and months, and who could lift it (§6.4)."""
    told = {each.id: each for each in barriers_of(study.folder, titles)}
    return Table(
        "roadmap-waiting",
        "Value waiting on a condition",
        (
            Column("Condition"),
            Column("Who could lift it"),
            Column("Expected worth that waits", numeric=True),
            Column("Months that wait", numeric=True),
            Column("What would change"),
        ),
        [
            [
                _condition(told.get(each.condition), each),
                ", ".join(str(who) for who in each.lifters),
                Figure(None, Unit.POUNDS) if each.worth is None else difference(each.worth),
                Figure(None if each.months is None else float(each.months), Unit.NUMBER),
                each.withheld or _change(each, titles),
            ]
            for each in waiting
        ],
        note="A range of worth is what it lies between where a roadmap is not proven best. Months that wait are how much sooner "
        "options of both roadmaps would be live, added up; with a minus they would be later, because others come before them. "
        "An option that only then becomes possible counts for no months: it is named beside.",
    )


def _condition(condition: Condition | None, each: Waiting) -> str:
    return each.kind if condition is None else f"{condition.sentence} ({each.kind})"


def _change(each: Waiting, titles: dict[str, str]) -> str:
    """Say which options would be live at another time, and which become possible."""
    parts = [
        f"{titles[option]} {abs(months)} months {'sooner' if months > 0 else 'later'}"
        for option, months in each.sooner or ()
    ]
    parts += [f"{titles[option]} becomes possible" for option in each.possible or ()]
    return "; ".join(parts) or "nothing: what it holds up is not in the best set, or waits for something else"
