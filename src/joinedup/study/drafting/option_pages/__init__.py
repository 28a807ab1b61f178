"""A page for every option: the answer first, then what a treasurer, a losing partner and a union would each ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Mark,
    Page,
    Section,
    Statement,
    Table,
)
from joinedup.options import TellsFacts, kinds
from joinedup.study.drafting.evidence import said_chapter
from joinedup.study.drafting.naming import listed
from joinedup.study.drafting.option_pages.board import (
    cases_chapter,
    effects_chapter,
    law_chapter,
    people_chapter,
)
from joinedup.study.drafting.option_pages.doubts import elsewhere_chapter, stress_chapter, truths_chapter
from joinedup.study.drafting.option_pages.ground import sites_before_and_after
from joinedup.study.drafting.option_pages.money import beside_chapter, worth_chapter
from joinedup.study.drafting.option_pages.response import found_in_words, gate_chapter
from joinedup.study.drafting.option_pages.room_lost import room_lost
from joinedup.study.drafting.option_pages.years import years_chapter
from joinedup.study.drafting.options import losing, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.options import Option
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

GROUP = "options"
"""The folder of the report in which the pages lie."""


def option_pages(study: Study) -> tuple[Page, ...]:
    """Draft a page for every option that was found."""
    return tuple(_page(study, each) for each in study.assessment.options)


def _page(study: Study, each: Assessed) -> Page:
    partners = listed([study.area.name_of(partner) for partner in each.option.partners])
    who = f"between {partners}" if len(each.option.partners) > 1 else f"by {partners} alone"
    return Page(
        GROUP,
        each.option.id,
        each.option.title,
        f"{each.option.kind[:1].upper()}{each.option.kind[1:]}, {who}",
        (
            _answer(study, each),
            gate_chapter(study, each),
            worth_chapter(study, each),
            years_chapter(study, each),
            beside_chapter(study, each),
            truths_chapter(each),
            stress_chapter(each, study.assessment.told.risks),
            elsewhere_chapter(study, each),
            *said_chapter(study, each.option.id),
            people_chapter(each),
            effects_chapter(study, each),
            law_chapter(each),
            cases_chapter(each),
        ),
    )


def _answer(study: Study, each: Assessed) -> Chapter:
    """Open with worth, waits and who loses in one paragraph, then say what would happen on the ground."""
    option, order = each.option, study.assessment.order
    place = next((one for one in order.placed if one.id == option.id), None)
    blocks: list[Block] = [Statement(each.explanation)]
    if place is not None:
        blocks.append(
            Statement(
                f"By expected worth it takes place {place.place} of {len(order.placed)}, and stays among the first "
                f"{order.top} in {{firm}} of the draws.",
                {"firm": Figure(place.firmness, Unit.SHARE)},
            )
        )
    points = [
        *(
            [f"The same was tried here before: {option.facts['tried_before']}."]
            if option.facts.get("tried_before")
            else []
        ),
        *(f"Not known yet: {gap}." for gap in option.incomplete),
        *([f"Not known yet of people: {'; '.join(each.people.missing)}."] if each.people.missing else []),
    ]
    if points:
        blocks.append(Bullets([Statement(point) for point in points]))
    if told := _facts_told(study, option):
        blocks += [Section("In figures"), *told]
    blocks += [*room_lost(option), *sites_before_and_after(study, option)]
    return Chapter(
        "answer",
        "What would change on the ground",
        Statement(
            f"Worth {{npsv}} to all together over {each.appraisal.years} years. {found_in_words(each.gate)}. "
            f"{losing(study, each)}",
            {"npsv": pounds(each.appraisal.npsv)},
        ),
        blocks,
    )


def _facts_told(study: Study, option: Option) -> list[Block]:
    """Say what the kind of the option would have a board read of its facts; those of each partner stand side by side."""
    kind = next(each for each in kinds() if each.name == option.kind)
    if not isinstance(kind, TellsFacts):
        return []
    said: list[Statement] = []
    for name, (sentence, unit) in kind.facts_told.items():
        it = _told(option.facts.get(name), unit)
        if isinstance(it, str):
            said.append(Statement(sentence.format(it=it)))
        elif it is not None:
            said.append(Statement(sentence, {"it": it}))
    rows = [
        (sentence.replace("{who}", "each").removesuffix(": {it}."), cells)
        for name, (sentence, unit) in kind.facts_told.items()
        if "{partner}" in name
        and any(
            cells := [_told(option.facts.get(name.replace("{partner}", p)), unit) for p in option.partners]
        )
    ]
    return [*([Bullets(said)] if said else []), *([_side_by_side(study, option, rows)] if rows else [])]


def _told(fact: float | str | None, unit: Unit | None) -> Figure | str | None:
    """Give a fact as it is told: words as they are, a number as a figure of its unit, None where it is not known."""
    if fact is None or isinstance(fact, str):
        return fact
    return None if unit is None else Figure(float(round(fact)) if unit is Unit.COUNT else fact, unit)


def _side_by_side(
    study: Study, option: Option, rows: Sequence[tuple[str, Sequence[Figure | str | None]]]
) -> Table:
    """Lay what is told of each partner side by side; many partners stand in rows, few in columns."""
    names = [study.area.name_of(partner) for partner in option.partners]
    heads, lines = names, [[what, *cells] for what, cells in rows]
    if len(names) > len(rows):
        heads = [what for what, _ in rows]
        lines = [[name, *(cells[at] for _, cells in rows)] for at, name in enumerate(names)]
    none = Figure(None, Unit.NUMBER, mark=Mark.NOT_AVAILABLE)
    return Table(
        "by-partner",
        "What it means for each partner",
        (Column("What" if heads is names else "Partner"), *(Column(head, numeric=True) for head in heads)),
        [[none if cell is None else cell for cell in line] for line in lines],
    )
