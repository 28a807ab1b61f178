"""What became of an option on the roadmap, in words: when it starts, or why it does not, on its own page and in the chapter."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal import financial_year
from joinedup.area.schema import KEYS
from joinedup.disclosure import Block, Column, Statement, Table
from joinedup.study.drafting.naming import SECURITY_KINDS, as_said, listed
from joinedup.study.planning import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.disclosure import Page
    from joinedup.roadmap import Roadmap
    from joinedup.study.study import Study

_SAID_ONCE = 5
"""A reason that more options share than this is said once for all of them."""
_NAMED = 3
"""So many of the sets that did not pass the gate are told."""
_THING = re.compile(r"'([a-z_]+)/([^']+)'")


def by_title(reason: str, titles: Mapping[str, str]) -> str:
    """Call the options of a reason by their titles."""
    for option, title in titles.items():
        reason = reason.replace(f"'{option}'", title)
    return reason


def reason_in_words(study: Study, reason: str) -> str:
    """Call the options and the things of a reason as a reader knows them."""
    named = _THING.sub(lambda found: thing_in_words(study.area, found[1], found[2]), reason)
    return as_said(by_title(named, study.titles))


def thing_in_words(area: Area, table: str, row: str) -> str:
    """Name what two options would use; a place that may not leave the study is not named (§8.1)."""
    if table == "incidents":
        service, category = row.split("/")[:2]
        return f"the time at calls of {area.name_of(service)} ({category})"
    found = area.table(table).row(by_predicate=pl.col(KEYS[table]) == row, named=True)
    if table == "sites":
        rooms = area.table("control_rooms")["site_id"].drop_nulls()
        hidden = row in rooms.to_list() or found["secure"] == "yes" or found["kind"] in SECURITY_KINDS
        return "one of the buildings" if hidden else str(found["name"])
    if table in {"control_rooms", "bodies"}:
        return str(found["name"])
    what = {
        "budgets": f"the budget for {found.get('function')}",
        "contracts": f"the contract for {found.get('item')}",
        "posts": "posts",
        "units": "crews",
    }.get(table, table.replace("_", " "))
    return f"{what} of {area.name_of(found['service_id'])}" if "service_id" in found else what


def with_the_roadmap(study: Study, page: Page) -> Page:
    """Say on an option's page, after what would change, what became of it on the roadmap."""
    first, *others = page.chapters
    opens = next(
        (at for at, each in enumerate(first.blocks) if not isinstance(each, Statement)), len(first.blocks)
    )
    told = [*first.blocks[:opens], on_the_roadmap(study, page.name), *first.blocks[opens:]]
    return replace(page, chapters=(replace(first, blocks=told), *others))


def on_the_roadmap(study: Study, option_id: str) -> Statement:
    """Say when an option starts and is live, or why it is not on the roadmap, and what it waits for."""
    plan, option = study.planned.roadmap, study.assessment[option_id].option
    said = [_came(study, plan, option_id)]
    for need in needs_of(option):
        names = " or ".join(study.titles.get(each, each) for each in need)
        said.append(f"It waits until this is live: {names}.")
    if len(option.partners) == 1:
        said.append(
            f"{study.area.name_of(option.partners[0])} can do it alone: what it is worth is no saving of working together."
        )
    return Statement(" ".join(as_said(each) for each in said))


def _came(study: Study, plan: Roadmap | None, option_id: str) -> str:
    if plan is None:
        return "It is on no roadmap: only what passes the safety gate can start, and no option of this study does."
    base = study.area.settings.price_base
    for row in plan.rows:
        if row.id == option_id:
            decided = ", as was decided" if row.decided else ""
            return (
                f"On the roadmap it starts in {financial_year(base, row.start)}{decided}, and is live from "
                f"{financial_year(base, row.live)}."
            )
    reasons = {each.id: each.reason for each in plan.left_out}
    why = reasons.get(option_id, "only what passes the safety gate can start")
    return f"It is not on the roadmap: {reason_in_words(study, why)}."


def left_out_blocks(study: Study, plan: Roadmap) -> list[Block]:
    """Say why each is left out; a reason that many share is said once, and their pages hold the rest."""
    reasons = Counter(each.reason for each in plan.left_out)
    many = [reason for reason, number in reasons.items() if number > _SAID_ONCE]
    blocks: list[Block] = [
        Statement(
            f"{reasons[reason]} options that pass the safety gate are left out for one reason: {reason_in_words(study, reason)}. "
            "The page of each says so."
        )
        for reason in many
    ]
    apart = [each for each in plan.left_out if each.reason not in many]
    if apart:
        blocks.append(
            Table(
                "roadmap-left-out",
                "Options that pass the safety gate and are not on the roadmap",
                (Column("Option"), Column("Why")),
                [[study.titles[each.id], reason_in_words(study, each.reason)] for each in apart],
                pages=[each.id for each in apart],
            )
        )
    return blocks


def refused_in_words(study: Study, plan: Roadmap) -> str:
    """Say how many better sets the safety gate did not let pass, and in what the first few differ from this roadmap."""
    number = len(plan.sets_refused)
    said = []
    for each in plan.sets_refused[:_NAMED]:
        more = listed([study.titles[id] for id in sorted(set(each) - plan.chosen)])
        less = listed([study.titles[id] for id in sorted(plan.chosen - set(each))])
        said.append(
            f"one held {more} in place of {less}"
            if more and less
            else f"one held {more} besides"
            if more
            else f"one was without {less}"
        )
    rest = f"; {number - _NAMED} more are not told" if number > _NAMED else ""
    return as_said(
        f"{number} better {'set was' if number == 1 else 'sets were'} given up, because the safety gate does not pass "
        f"{'it' if number == 1 else 'them'} as a whole. Beside this roadmap, {'; '.join(said)}{rest}."
    )
