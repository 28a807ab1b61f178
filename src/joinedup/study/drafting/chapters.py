"""The whole report of a study: its chapters in order, and a page for each option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Chapter, Draft, Statement
from joinedup.study.drafting.crossover import crossover_answer, crossover_chapter
from joinedup.study.drafting.demand import areas_are_drawn, counted_answers, demand_chapters
from joinedup.study.drafting.estate import estate_chapter
from joinedup.study.drafting.evidence import evidence_answers, evidence_chapters
from joinedup.study.drafting.grounds import assumptions_chapter, method_chapter, queries_chapter
from joinedup.study.drafting.joint import joint_chapters
from joinedup.study.drafting.left_out import with_the_roadmap
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.drafting.options import option_answer, options_chapter
from joinedup.study.drafting.order import order_chapter
from joinedup.study.drafting.places import overlap_answer, overlap_chapter, places_chapter
from joinedup.study.drafting.register import register_chapter
from joinedup.study.drafting.roadmap import roadmap_chapter
from joinedup.study.drafting.waits import waits_answer, waits_chapter

if TYPE_CHECKING:
    from datetime import date

    from joinedup.study.study import Study

_LATER = (
    Chapter(
        "track",
        "Whether it worked",
        Statement("Nothing that was adopted has been followed up here."),
        missing="Adopted options with their promised and actual benefits; this version cannot follow them up yet.",
    ),
)


def draft(study: Study) -> Draft:
    """Draft the whole report of a study."""
    area = study.area
    study.heard.read()
    crossover = study.crossover() if area.has("incidents") else None
    findings = [
        sentence
        for sentence in (
            *crossover_answer(study, crossover),
            *counted_answers(study),
            waits_answer(study),
            overlap_answer(study),
            *option_answer(study),
            *evidence_answers(study),
        )
        if sentence is not None
    ]
    services = ", ".join(area.name_of(each) for each in area.services)
    period = (
        f", {_day(area.settings.period[0])} to {_day(area.settings.period[1])}"
        if area.settings.period
        else ""
    )
    first, *rest = findings or [Statement("The study holds too little yet to answer with.")]
    return Draft(
        title=f"{area.settings.name}: where the services could join up",
        subtitle=f"{services}{period}",
        chapters=(
            Chapter("answer", "The answer in short", first, tuple(rest)),
            crossover_chapter(study, crossover),
            *joint_chapters(study, crossover),
            waits_chapter(study),
            *(() if crossover is None and areas_are_drawn(study) else (places_chapter(study, crossover),)),
            *demand_chapters(study),
            overlap_chapter(study),
            *estate_chapter(study),
            register_chapter(study),
            options_chapter(study),
            order_chapter(study),
            roadmap_chapter(study),
            *evidence_chapters(study),
            queries_chapter(study),
            assumptions_chapter(study),
            method_chapter(study),
            *_LATER,
        ),
        footer=(
            "Made with joinedup. Every figure here passed disclosure control: counts of fewer than five are hidden.",
            f"Seed {area.settings.seed}: the same study and seed give the same report.",
        ),
        pages=[with_the_roadmap(study, each) for each in option_pages(study)],
    )


def _day(day: date) -> str:
    """Word a date: 3 February 2025."""
    return f"{day.day} {day:%B %Y}"
