"""Interviews drawn at random, and one set small enough to count by hand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from joinedup.evidence.passages import (
    Approach,
    Code,
    Coded,
    Coder,
    Consent,
    Family,
    Interview,
    Passage,
    Speaker,
    Turn,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

CODES = (
    Code("help", "What helps"),
    Code("trust", "Trust", "help", family=Family.ENABLER),
    Code("deep", "Deep trust", "trust", family=Family.ENABLER),
    Code("money", "Money", family=Family.BARRIER),
    Code("never", "Never said"),
)


def one(
    interview: str, position: str, service: str, *codes: str, consent: Consent = Consent.QUOTE, day: int = 1
) -> tuple[Interview, list[Passage]]:
    """Give an interview of one person whose ten-letter passages have these codes, one after another."""
    text = "Q: well? " + "a" * 10 * max(len(codes), 1)
    speaker = Speaker(f"{interview}-s", position, service, "North", consent)
    turns = (Turn("", 3, 8), Turn(speaker.id, 9, len(text)))
    held = Interview(interview, date(2026, 1, day), "", text, (speaker,), turns)
    return held, [
        Passage(f"{interview}-{number}", interview, 9 + 10 * number, 19 + 10 * number, code, "k1")
        for number, code in enumerate(codes)
    ]


def coded_of(*held: tuple[Interview, list[Passage]], approach: Approach = Approach.REFLEXIVE) -> Coded:
    """Join interviews and their passages to a study's."""
    passages = tuple(each for _, found in held for each in found)
    coders = tuple(Coder(each, each) for each in sorted({each.coder for each in passages}))
    return Coded(approach, tuple(each for each, _ in held), CODES, coders, passages)


@st.composite
def drawn(draw: DrawFn, approach: Approach = Approach.REFLEXIVE) -> Coded:
    """Draw interviews and groups, some withdrawn, with turns that may be missing, and passages anywhere."""
    held: list[tuple[Interview, list[Passage]]] = []
    for number in range(draw(st.integers(0, 5))):
        size = draw(st.integers(1, 3))
        speakers = tuple(
            Speaker(
                f"s{number}{each}",
                draw(st.sampled_from(["chief", "crew", "chair"])),
                draw(st.sampled_from(["fire", "police"])),
                "North",
                draw(st.sampled_from(Consent)),
            )
            for each in range(size)
        )
        length = draw(st.integers(5, 40))
        text = draw(st.text("ab. \n", min_size=length, max_size=length))
        cuts = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
        turns = tuple(
            Turn(draw(st.sampled_from(["", *(each.id for each in speakers)])), start, end)
            for start, end in pairwise(cuts)
        )
        day = draw(st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 5))))
        if draw(st.integers(0, 9)) == 0:
            held.append((Interview(f"i{number}", day, "", "", (), (), withdrawn=True), []))
            continue
        passages: list[Passage] = []
        for each in range(draw(st.integers(0, 5))):
            start = draw(st.integers(0, length - 1))
            end = draw(st.integers(start + 1, length))
            code = draw(st.sampled_from(CODES[:4])).id
            coder = draw(st.sampled_from(["k1", "k2", "k3"]))
            passages.append(Passage(f"p{number}{each}", f"i{number}", start, end, code, coder))
        held.append((Interview(f"i{number}", day, "", text, speakers, turns), passages))
    return coded_of(*held, approach=approach)
