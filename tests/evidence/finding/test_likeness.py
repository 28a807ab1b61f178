"""TF-IDF and BM25 against the formulas, written out with dictionaries."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.evidence.finding.likeness import Sentences

Stems = list[str]
BAGS = st.lists(st.sampled_from("abcdefg"), max_size=8)


def cosine_by_formula(sentences: list[Stems], examples: list[Stems]) -> list[float]:
    known = {stem for each in sentences for stem in each}
    rarity = {
        stem: math.log((1 + len(sentences)) / (1 + sum(stem in each for each in sentences))) for stem in known
    }

    def unit(stems: Stems) -> dict[str, float]:
        vector = {stem: times * rarity[stem] for stem, times in Counter(stems).items() if stem in known}
        size = math.sqrt(sum(value**2 for value in vector.values()))
        return {stem: value / size for stem, value in vector.items()} if size else {}

    mean: Counter[str] = Counter()
    for each in examples:
        for stem, value in unit(each).items():
            mean[stem] += value / len(examples)  # type: ignore[assignment]
    size = math.sqrt(sum(value**2 for value in mean.values()))
    return [
        sum(value * mean[stem] for stem, value in unit(each).items()) / size if size else 0.0
        for each in sentences
    ]


def bm25_by_formula(sentences: list[Stems], examples: list[Stems]) -> list[float]:
    many = len(sentences)
    mean = sum(map(len, sentences)) / many or 1
    found = []
    for each in sentences:
        total = 0.0
        for stem in sorted({stem for example in examples for stem in example}):
            times = each.count(stem)
            having = sum(stem in other for other in sentences)
            share = sum(stem in example for example in examples) / len(examples)
            rare = math.log(1 + (many - having + 0.5) / (having + 0.5))
            total += share * rare * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(each) / mean))
        found.append(total)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(BAGS, min_size=1, max_size=8), st.lists(BAGS, min_size=1, max_size=4))
def test_both_measures_are_what_the_formulas_say(sentences: list[Stems], examples: list[Stems]) -> None:
    ours = Sentences(sentences)
    assert ours.tf_idf(examples) == pytest.approx(cosine_by_formula(sentences, examples), abs=1e-12)
    assert ours.bm25(examples) == pytest.approx(bm25_by_formula(sentences, examples), abs=1e-12)


def test_a_sentence_that_says_the_same_is_the_most_alike() -> None:
    alike = Sentences([["trust", "chief"], ["roof"], ["trust", "roof", "lease"], []]).alike(
        [["trust", "chief"]]
    )
    assert alike[0] == pytest.approx(1.0)
    assert list(np.argsort(-alike, kind="stable")) == [0, 2, 1, 3]
    assert list(alike[[1, 3]]) == [0, 0]


def test_nothing_is_like_examples_of_other_words() -> None:
    assert not Sentences([["trust"], ["roof"]]).alike([["lease"], []]).any()
    assert not len(Sentences([]).alike([["lease"]]))
