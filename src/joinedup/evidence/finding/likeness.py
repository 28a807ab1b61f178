"""How like some examples each of many sentences is: TF-IDF with a cosine, and BM25.

TF-IDF: a sentence is a vector over stems, each the times it occurs x ln((1 + N) / (1 + n)), of length one, where
N is the number of sentences and n of those with the stem; its likeness is the cosine with the mean of the
examples' vectors [Salton and Buckley, 1988; Rocchio, 1971]. BM25: the sum over stems of the share of examples with the stem
x ln(1 + (N - n + 0.5) / (n + 0.5)) x f (k + 1) / (f + k (1 - b + b l)), where f is how often it occurs, and l
the sentence's length over the mean [Robertson and Zaragoza, 2009]. Both are taken, each over its largest: on imagined interviews
now one, now the other finds more.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_K, _B = 1.2, 0.75
"""Where repeating a word, and a sentence's length, stop to count: the customary values. They order offers, and no answer."""


class Sentences:
    """Sentences as counts of stems."""

    def __init__(self, stems: Iterable[Sequence[str]]) -> None:
        """Count the stems of each sentence."""
        self._place: dict[str, int] = {}
        columns: list[int] = []
        ends = [0]
        for sentence in stems:
            columns += [self._place.setdefault(stem, len(self._place)) for stem in sentence]
            ends.append(len(columns))
        counts = scipy.sparse.csr_array(
            (np.ones(len(columns)), np.array(columns, np.int64), np.array(ends, np.int64)),
            shape=(len(ends) - 1, len(self._place)),
        )
        counts.sum_duplicates()
        self._counts = counts
        self._with = np.bincount(counts.indices, minlength=len(self._place)).astype(np.float64)

    def tf_idf(self, examples: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Give the cosine of each sentence with the mean of the examples, shape (sentences,), 0 to 1."""
        many = self._counts.shape[0]
        weight = np.log((1 + many) / (1 + self._with))
        mean = np.zeros(len(self._place))
        for example in examples:
            counted = self._counted(example) * weight
            size = np.linalg.norm(counted)
            if size:
                mean += counted / size
        vectors = self._counts * weight[np.newaxis, :]
        sizes = np.sqrt(np.asarray(vectors.power(2).sum(axis=1)).ravel())
        return _over(np.asarray(vectors @ mean).ravel(), sizes * np.linalg.norm(mean))

    def bm25(self, examples: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Give the weight by which each sentence answers to the examples, shape (sentences,), 0 or more."""
        many = self._counts.shape[0]
        share = np.zeros(len(self._place))
        for example in examples:
            share += self._counted(example) > 0
        share /= max(len(examples), 1)
        rare = np.log(1 + (many - self._with + 0.5) / (self._with + 0.5))
        counts = self._counts
        lengths: NDArray[np.float64] = np.asarray(counts.sum(axis=1), np.float64).ravel()
        mean = lengths.mean() if lengths.any() else 1.0
        damping = np.repeat(_K * (1 - _B + _B * lengths / mean), np.diff(counts.indptr))
        damped = scipy.sparse.csr_array(
            (counts.data * (_K + 1) / (counts.data + damping), counts.indices, counts.indptr),
            shape=counts.shape,
        )
        return np.asarray(damped @ (share * rare)).ravel()

    def alike(self, examples: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Give how like the examples each sentence is by both measures, 1 for one that is the most alike by both."""
        both = [self.tf_idf(examples), self.bm25(examples)]
        return np.asarray(
            np.mean([_over(each, np.full(len(each), each.max(initial=0.0))) for each in both], axis=0)
        )

    def _counted(self, stems: Sequence[str]) -> NDArray[np.float64]:
        """Count the stems of an example; one that no sentence has is left out."""
        counted = np.zeros(len(self._place))
        for stem, times in Counter(stems).items():
            if stem in self._place:
                counted[self._place[stem]] = times
        return counted


def _over(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, with 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
