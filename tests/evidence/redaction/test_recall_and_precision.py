"""How much of what identifies is proposed, and how much of what is proposed identifies: measured on imagined transcripts.

An identifier is found where proposals cover all of it; a proposal is right where it touches an identifier. The guide
prints what is measured here, and the same recognisers are held to floors on transcripts from another seed.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.redaction import Kind, propose
from tests.evidence.redaction.imagined import UNKNOWN, imagined
from tests.small import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

GUIDE = ROOT / "docs" / "guide" / "interviews.md"
TRANSCRIPTS = 60


@cache
def measured(seed: int) -> Mapping[str, tuple[int, int, int, int, int, int]]:
    """Count by kind: identifiers, found; of them plainly said, found; proposals, right."""
    counts: dict[str, Counter[str]] = {each: Counter() for each in (*Kind, UNKNOWN)}
    for number in range(TRANSCRIPTS):
        made = imagined(seed, number)
        proposals = propose(made.text, made.gazetteer)
        hidden = {place for each in proposals for place in range(each.start, each.end)}
        true = {place for each in made.truths for place in range(each.start, each.end)}
        for each in made.truths:
            found = hidden.issuperset(range(each.start, each.end))
            counts[each.kind].update(all=1, found=found, plain=each.plain, plain_found=each.plain and found)
        for proposal in proposals:
            right = not true.isdisjoint(range(proposal.start, proposal.end))
            counts[proposal.kind].update(proposals=1, right=right)
    return {
        kind: (
            each["all"],
            each["found"],
            each["plain"],
            each["plain_found"],
            each["proposals"],
            each["right"],
        )
        for kind, each in counts.items()
    }


def row(kind: str, counts: tuple[int, int, int, int, int, int]) -> str:
    every, found, plain, plain_found, proposals, right = counts
    precision = f"{right / proposals:.2f}" if proposals else "[z]"
    return (
        f"| {kind} | {every} | {found / every:.2f} | {plain_found / plain:.2f} | {proposals} | {precision} |"
    )


def test_the_guide_prints_what_is_measured() -> None:
    printed = re.findall(r"^\| .+ \| \d+ \| .+\|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert printed == [row(kind, counts) for kind, counts in measured(1).items()]


@pytest.mark.parametrize("kind", Kind)
def test_recall_and_precision_hold_on_transcripts_that_were_not_looked_at(kind: Kind) -> None:
    every, found, plain, plain_found, proposals, right = measured(2)[kind]
    assert every > 250
    assert plain_found / plain >= 0.95
    assert found / every >= 0.80
    assert right / proposals >= 0.80


def test_a_name_that_nobody_gave_is_not_found() -> None:
    # What this cannot do is said as plainly as what it can: only a person who reads finds these.
    assert measured(1)[UNKNOWN][1] == 0


@pytest.mark.slow
def test_sixty_interviews_of_eight_thousand_words_are_proposed_on_in_seconds() -> None:
    interviews = [imagined(3, number, sentences=1_000) for number in range(60)]
    words = sum(len(each.text.split()) for each in interviews)
    assert words > 60 * 8_000
    # Of the processor's time: other work on the machine is not ours.
    begun = time.process_time()
    for each in interviews:
        propose(each.text, each.gazetteer)
    assert time.process_time() - begun < 10
