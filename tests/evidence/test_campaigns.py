"""Campaign replies, against a plain comparison of every pair of texts."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from joinedup.assumptions import stream
from joinedup.evidence.campaigns import ALIKE, ASSUMPTIONS, FEWEST, SHORTEST, _in_common, campaigns

if TYPE_CHECKING:
    import numpy as np
    import pytest
    from numpy.typing import NDArray

DECLARED = {each.name: each for each in ASSUMPTIONS}
WORDS = [
    f"{start}{end}"
    for start in ("ba", "ke", "li", "mo", "nu", "pra", "sto", "vi")
    for end in ("den", "ll", "mer", "ng", "rt", "sk")
]


def text(seed: int, words: int) -> str:
    return " ".join(stream(seed, "campaign", "text").choice(WORDS, words))


def edited(letter: str, seed: int, changes: int, added: int = 0) -> str:
    chance = stream(seed, "campaign", "edit")
    words = letter.split()
    for at in chance.choice(len(words), changes, replace=False):
        words[at] = str(chance.choice(WORDS))
    return " ".join([*words, *chance.choice(WORDS, added)])


def replies(own: int, seed: int = 0) -> list[str]:
    """Two campaigns, one often edited, among replies of people's own."""
    letters = text(901 + seed, 120), text(902 + seed, 80)
    made = [edited(letters[0], each, int(each % 9), int(each % 4) * 5) for each in range(own // 2)]
    made += [letters[1]] * (own // 4)
    made += [text(1000 + each, 20 + each % 150) for each in range(own)]
    return made


def in_common(one: str, other: str) -> float:
    def runs(words: list[str]) -> set[tuple[str, ...]]:
        return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}

    a, b = runs(re.findall(r"\w+", one.lower())), runs(re.findall(r"\w+", other.lower()))
    return len(a & b) / len(a | b)


def by_comparing_all(texts: list[str]) -> list[list[int]]:
    """The same definition with every pair compared: the commonest text leads, and takes what is alike to it."""
    long = [at for at, each in enumerate(texts) if len(each.split()) >= SHORTEST.central]
    copies = Counter(texts[at] for at in long)
    left, groups = sorted(copies, key=lambda each: (-copies[each], each.split())), []
    while left:
        leader, *rest = left
        same = {leader, *(each for each in rest if in_common(leader, each) >= ALIKE.central)}
        group = [at for at in long if texts[at] in same]
        left = [each for each in rest if each not in same]
        if len(group) >= FEWEST.central:
            groups.append(group)
    return sorted(groups, key=lambda group: (-len(group), group))


def test_campaigns_are_those_that_comparing_every_pair_finds() -> None:
    for seed in range(5):
        texts = replies(60, seed)
        assert sorted(campaigns(texts, DECLARED)) == sorted(by_comparing_all(texts))


def test_the_order_of_replies_changes_no_campaign() -> None:
    texts = replies(80)
    turned = stream(4, "campaign", "order").permutation(len(texts))
    found = campaigns([texts[each] for each in turned], DECLARED)
    assert sorted(sorted(int(turned[at]) for at in group) for group in found) == sorted(
        campaigns(texts, DECLARED)
    )


def test_capitals_and_punctuation_make_no_other_text() -> None:
    letter = "We ask you to keep the fire station in the High Street open for all who live in the north of the county."
    same = [
        letter,
        letter.upper(),
        letter.replace(" ", "  ").rstrip(".") + "!",
        "Please, we ask nothing of anybody",
    ]
    assert campaigns(same, DECLARED) == [[0, 1, 2]]


def test_short_replies_and_pairs_are_no_campaign() -> None:
    assert campaigns(["I support this proposal"] * 50, DECLARED) == []
    assert campaigns([text(1, 40)] * 2, DECLARED) == []
    assert campaigns([], DECLARED) == []


def test_two_thousand_replies_take_well_under_a_second() -> None:
    # 571 edited, 285 the same, 1,143 of people's own.
    texts, taken = replies(1_143), []
    for _ in range(3):
        began = time.perf_counter()
        assert len(campaigns(texts, DECLARED)) == 2
        taken.append(time.perf_counter() - began)
    assert min(taken) < 1.0


def test_work_grows_with_replies_and_not_with_pairs_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def counting(
        runs: list[NDArray[np.int64]], leader: int, others: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        compared.append(len(others))
        return _in_common(runs, leader, others)

    monkeypatch.setattr("joinedup.evidence.campaigns._in_common", counting)
    for own in (500, 2_000):
        compared.clear()
        campaigns(replies(own), DECLARED)
        # Each reply of a campaign is compared with its leader, and hardly any other with anything.
        assert sum(compared) < own
