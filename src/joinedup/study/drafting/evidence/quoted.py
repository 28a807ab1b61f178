"""In people's own words: quotes that two people let out, for and against, by position and never by name (§8.2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from joinedup.disclosure import Block, Bullets, Section, Statement
from joinedup.evidence.passages import Family
from joinedup.study.drafting.naming import as_said, listed

if TYPE_CHECKING:
    from joinedup.evidence.store import Quote
    from joinedup.evidence.store import Statement as Stated
    from joinedup.study.study import Study


def quoted_blocks(study: Study) -> list[Block]:
    """Show the quotes under what they speak for: what helps, what stands in the way, and the rest."""
    quotes = study.heard.quotes
    coded = study.heard.coded
    if not quotes or coded is None:
        return []
    family_of = {
        each.id: factor.family for each in coded.codes if (factor := coded.factor_of(each.id)) is not None
    }
    blocks: list[Block] = [Section("In their own words")]
    for family, heading in (
        (Family.ENABLER, "On what helps:"),
        (Family.BARRIER, "On what stands in the way:"),
        (None, "On other things:"),
    ):
        said = [each for each in quotes if family_of.get(each.code) is family]
        if said:
            blocks += [Statement(heading), Bullets([_quote(study, each) for each in said])]
    return blocks


def stated_blocks(study: Study) -> list[Block]:
    """Show what the study states on evidence that all reads as it did when it was stated."""
    standing, _ = study.heard.statements
    if not standing:
        return []
    return [
        Section("What the study states on this evidence"),
        Bullets([Statement(f"{as_said(each.sentence)} ({_rests_on(each)})") for each in standing]),
    ]


def _rests_on(statement: Stated) -> str:
    """Say how many passages, figures and replies a statement rests on; which they are is told inside the study."""
    counts = Counter(str(each.kind) for each in statement.citations)
    return "rests on " + listed(
        [f"{number} {_SEVERAL[kind] if number > 1 else kind}" for kind, number in sorted(counts.items())]
    )


_SEVERAL = {"passage": "passages", "figure": "figures", "reply": "replies"}


def _quote(study: Study, quote: Quote) -> Statement:
    service = study.area.name_of(quote.service) if quote.service in study.area.services else quote.service
    who = ", ".join(as_said(each) for each in (quote.position, service) if each)
    return Statement(f"“{as_said(quote.words.strip())}” ({who})")
