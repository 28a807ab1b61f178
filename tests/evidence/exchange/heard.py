"""Interviews to exchange: a small set with everything in it, and sets drawn at random."""

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

FIRST = "Q: How is it?\nA: We trust each other 🚒.\nQ: And money?\nA: No café\u0301 lasts\x0c for ever."
GROUP = (
    "A: I may be quoted here.\nB: Count me only, nothing else.\nC: Put it in your words.\nA: Quoted again."
)


def turns_of(text: str, labels: dict[str, str]) -> tuple[Turn, ...]:
    """Give a turn a line, without its label."""
    turns, start = [], 0
    for line in text.split("\n"):
        label, _, _ = line.partition(":")
        turns.append(Turn(labels[label], start + len(label) + 2, start + len(line)))
        start += len(line) + 1
    return tuple(turns)


def small() -> Coded:
    """Give two interviews and one withdrawn, with codes below codes, memos, two coders and overlapping passages."""
    chief = Speaker("i1-a", "chief officer", "fire", "North <& East>", Consent.QUOTE, "A")
    group = (
        Speaker("i2-a", "watch manager", "fire", "", Consent.ATTRIBUTED, "A"),
        Speaker("i2-b", "inspector", "police", "South", Consent.AGGREGATE, "B"),
        Speaker("i2-c", "medic", "ambulance", "South", Consent.PARAPHRASE, "C"),
    )
    return Coded(
        Approach.RELIABILITY,
        (
            Interview(
                "i1",
                date(2026, 3, 1),
                "ab" * 32,
                FIRST,
                (chief,),
                turns_of(FIRST, {"Q": "", "A": "i1-a"}),
            ),
            Interview(
                "i2",
                None,
                "cd" * 32,
                GROUP,
                group,
                turns_of(GROUP, {"A": "i2-a", "B": "i2-b", "C": "i2-c"}),
            ),
            Interview("i3", date(2026, 4, 2), "ef" * 32, "", (), (), withdrawn=True),
        ),
        (
            # In the codebook's order, which is neither that of ids nor from top to bottom.
            Code(
                "trust", "Trust", "how", "They rely\non each other.", "We trust.", "#1F7A5C", Family.ENABLER
            ),
            Code(
                "money",
                "Money & time",
                definition="[joinedup]\nnot: ours",
                example="back\\slash\nline\\n",
                colour="blue",
                family=Family.BARRIER,
                about="shared_estate",
                lifters=("government", "a council"),
            ),
            Code("how", "How they work"),
        ),
        (Coder("k1", "first coder"), Coder("k2", "second coder")),
        (
            Passage("p1", "i1", 17, 39, "trust", "k1", memo="a memo\nof two lines"),
            Passage("p2", "i1", 20, 41, "how", "k2", round=2, suggested=True),
            Passage("p3", "i1", 62, len(FIRST), "money", "k1"),
            Passage("p4", "i2", 3, 24, "trust", "k1", memo="fine"),
            Passage("p5", "i2", 28, 55, "money", "k2", memo="count me only"),
        ),
    )


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters=chr(13), exclude_categories=["Cs"]), max_size=60
)


@st.composite
def drawn(draw: DrawFn) -> Coded:
    """Draw interviews with any text, codes in any hierarchy, and passages anywhere."""
    codes: list[Code] = []
    for number in range(draw(st.integers(0, 5))):
        above = draw(st.sampled_from(["", *(each.id for each in codes)]))
        family = draw(st.sampled_from([None, *Family]))
        lifters = ("government", "a council") if draw(st.booleans()) else ()
        codes.append(
            Code(
                f"c{number}",
                draw(_WORDS),
                above,
                draw(_WORDS),
                draw(_WORDS),
                draw(st.sampled_from(["", "#ABC", "#a1b2c3", "teal"])),
                family,
                draw(_WORDS),
                lifters,
            )
        )
    codes = draw(st.permutations(codes))
    coders = tuple(Coder(f"k{each}", draw(_WORDS)) for each in range(2))
    interviews: list[Interview] = []
    passages: list[Passage] = []
    for number in range(draw(st.integers(0, 3))):
        text = draw(_TEXTS)
        speakers = tuple(
            Speaker(
                f"s{number}{each}",
                draw(_WORDS),
                draw(_WORDS),
                draw(_WORDS),
                draw(st.sampled_from(Consent)),
                "L",
            )
            for each in range(draw(st.integers(0, 3)))
        )
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=5)))
        turns = tuple(
            Turn(draw(st.sampled_from(["", *(each.id for each in speakers)])), start, end)
            for start, end in pairwise(cuts)
        )
        interviews.append(Interview(f"i{number}", date(2026, 1, 1 + number), "", text, speakers, turns))
        for _ in range(draw(st.integers(0, 3)) if codes and text else 0):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            code = draw(st.sampled_from(codes)).id
            coder = draw(st.sampled_from(coders)).id
            chosen = draw(st.integers(1, 3)), draw(_WORDS), draw(st.booleans())
            passages.append(Passage(f"p{len(passages)}", f"i{number}", start, end, code, coder, *chosen))
    return Coded(Approach.REFLEXIVE, tuple(interviews), tuple(codes), coders, tuple(passages))
