"""The chapters on what people say: surveys, replies and interviews, and beside each way of working what helps and hinders it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Block, Chapter, Statement
from joinedup.study.drafting.evidence.interviewed import (
    interviewed_answers,
    interviewed_blocks,
    interviewed_heading,
)
from joinedup.study.drafting.evidence.quoted import quoted_blocks, stated_blocks
from joinedup.study.drafting.evidence.ready import readiness_chapter, said_chapter
from joinedup.study.drafting.evidence.replied import replied_blocks
from joinedup.study.drafting.evidence.surveyed import surveyed_answers, surveyed_blocks

if TYPE_CHECKING:
    from joinedup.study.study import Study

__all__ = ["evidence_answers", "evidence_chapters", "said_chapter"]


def evidence_answers(study: Study) -> list[Statement]:
    """Say in a sentence or two what people want and what they say stands in the way; nothing where nobody was asked."""
    return [*surveyed_answers(study), *interviewed_answers(study)]


def evidence_chapters(study: Study) -> tuple[Chapter, ...]:
    """Show what people say; or what it would take to know."""
    blocks: list[Block] = [*surveyed_blocks(study), *replied_blocks(study), *interviewed_blocks(study)]
    blocks += [*quoted_blocks(study), *stated_blocks(study)]
    if not blocks:
        return (
            Chapter(
                "evidence",
                "What people say",
                Statement("Nobody's views are in this report."),
                missing="Interviews in the folder interviews, a survey in survey, or the services' and others' replies in views.",
            ),
        )
    first, *rest = evidence_answers(study) or [Statement("People replied; what they said follows.")]
    return (
        Chapter("evidence", interviewed_heading(study), first, (*rest, *blocks)),
        *readiness_chapter(study),
    )
