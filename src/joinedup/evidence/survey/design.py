"""How a sample was drawn, and the variance that follows from it (§6.3).

Variance is by Taylor linearisation: a statistic is turned into the influence of each respondent on it, and the
weighted influences are totalled by cluster. Within each stratum the totals of the first-stage clusters are compared; where
later stages and their populations are known, the variance within clusters is added. Source: Särndal, Swensson and
Wretman, "Model Assisted Survey Sampling" (1992), chapters 4, 5 and 6; Deville and Särndal (1992) for raked weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of drawing.

    ``cluster`` is the cluster of each respondent, 0 to clusters - 1; ``stratum`` and ``fraction`` have one element a
    cluster: where it was drawn from, and the share of that which was drawn (0 where the population is not known).
    """

    cluster: NDArray[np.int64]
    stratum: NDArray[np.int64]
    fraction: NDArray[np.float64]

    @cached_property
    def drawn(self) -> NDArray[np.int64]:
        """How many clusters were drawn from each stratum, shape (strata,)."""
        return np.bincount(self.stratum)

    def totals(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Total values, shape (respondents, k), by cluster."""
        sums = np.zeros((len(self.stratum), values.shape[1]))
        np.add.at(sums, self.cluster, values)
        return sums


@dataclass(frozen=True, eq=False)
class Design:
    """Weights, shape (respondents,), and the stages of drawing.

    ``probability`` says whether chance chose; where it did not there is no variance to be had. ``margins`` are the
    columns that raking held to known totals, shape (respondents, categories), and ``weights_before`` the weights it
    began from.
    """

    weights: NDArray[np.float64]
    stages: tuple[Stage, ...]
    probability: bool = True
    margins: NDArray[np.float64] | None = None
    weights_before: NDArray[np.float64] | None = None

    @classmethod
    def of(
        cls,
        weights: ArrayLike,
        strata: Sequence[object] | None = None,
        clusters: Sequence[Sequence[object]] = (),
        populations: Sequence[ArrayLike] = (),
        probability: bool = True,
    ) -> Design:
        """Describe a sample by columns of equal length.

        Args:
            weights: how many people each respondent stands for, or anything in proportion to it.
            strata: what the first stage was drawn from.
            clusters: a column a stage; those of a later stage are numbered within the earlier one, and those of the
                first within strata. None: respondents were drawn one by one.
            populations: a column a stage: how many clusters (or people) there were to draw from, or the share of them
                that was drawn where it is at most 1.
            probability: whether chance chose.

        Raises:
            Refusal: when more were drawn than there were, or a population differs within a stratum.
        """
        w = np.asarray(weights, np.float64)
        every = np.arange(len(w))
        within = np.zeros(len(w), np.int64) if strata is None else _numbered(strata)
        columns = [_numbered(each) for each in clusters] or [every]
        stages = []
        for number, column in enumerate(columns):
            cluster = _numbered(np.column_stack([within, column]))
            population = np.asarray(populations[number], np.float64) if number < len(populations) else None
            stages.append(_stage(cluster, within, population, number + 1))
            within = cluster
        return cls(w, tuple(stages), probability)

    @property
    def knows_population(self) -> bool:
        """Whether the share that was drawn is known at the first stage."""
        return bool((self.stages[0].fraction > 0).any())

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What could not be estimated from this design alone."""
        said = []
        for number, stage in enumerate(self.stages, start=1):
            alone = int((stage.drawn[stage.stratum] == 1)[stage.fraction < 1].sum())
            if alone and number == 1:
                said.append(
                    f"{alone:,} strata have a single cluster, which is compared with the mean of all clusters"
                )
            elif alone:
                said.append(
                    f"at stage {number}, {alone:,} clusters stand alone: what differs within them is left out"
                )
        return tuple(said)

    def degrees_of_freedom(self, among: NDArray[np.bool_]) -> int:
        """Count the clusters less the strata in which somebody of these respondents is."""
        first = self.stages[0]
        met = np.unique(first.cluster[among & (self.weights > 0)])
        return len(met) - len(np.unique(first.stratum[met]))

    def variance(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the variance of statistics from the influence of each respondent, shape (respondents, k)."""
        return np.asarray(
            sum(np.einsum("ik,ik,i->k", gap, gap, scale) for gap, scale in self._gaps(influence))
        )

    def covariance(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the covariances of statistics from the influence of each respondent, shape (k, k)."""
        return np.asarray(sum((gap * scale[:, None]).T @ gap for gap, scale in self._gaps(influence)))

    def _gaps(self, influence: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Give, by stage, how far each cluster lies from its stratum's mean, and what its square is multiplied by."""
        weighted = self._unexplained(influence) * self.weights[:, None]
        gaps = []
        reach = np.ones(len(self.stages[0].stratum))
        for number, stage in enumerate(self.stages):
            totals, drawn = stage.totals(weighted), stage.drawn
            sums = np.zeros((len(drawn), totals.shape[1]))
            np.add.at(sums, stage.stratum, totals)
            gap = totals - (sums / drawn[:, None])[stage.stratum]
            count = drawn[stage.stratum]
            scale = np.where(count > 1, count / np.maximum(count - 1, 1), 0.0)
            alone = (count == 1) & (stage.fraction < 1)
            if number == 0 and alone.any():
                gap[alone] = totals[alone] - totals.mean(axis=0)
                scale[alone] = 1.0
            gaps.append((gap, scale * (1.0 - stage.fraction) * reach))
            if number + 1 < len(self.stages):
                # A cluster of the next stage counts as far as the one it lies in was itself drawn from a known number.
                below = self.stages[number + 1]
                outer = np.zeros(len(below.stratum), np.int64)
                outer[below.cluster] = stage.cluster
                reach = (reach * stage.fraction)[outer]
        return gaps

    def _unexplained(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take out of influences what raking to known totals has made certain."""
        if self._explaining is None or self.margins is None:
            return influence
        root, inverse = self._explaining
        return influence - self.margins @ (inverse @ (influence * root[:, None]))

    @cached_property
    def _explaining(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        if self.margins is None or self.weights_before is None:
            return None
        root = np.sqrt(self.weights_before)
        return root, np.asarray(np.linalg.pinv(self.margins * root[:, None]), np.float64)

    def reweighted(self, weights: NDArray[np.float64], margins: NDArray[np.float64]) -> Design:
        """Give the same sample with weights that were raked to margins."""
        return replace(self, weights=weights, margins=margins, weights_before=self.weights)


def effective_number(weights: NDArray[np.float64]) -> float:
    """Give Kish's effective number of respondents: as many, weighted alike, would vary as much."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _numbered(column: object) -> NDArray[np.int64]:
    """Number the distinct values of a column, or the distinct rows of a table, from 0."""
    values = np.asarray(column)
    if values.dtype == object:
        values = values.astype(str)
    return np.unique(values, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _stage(
    cluster: NDArray[np.int64], within: NDArray[np.int64], population: NDArray[np.float64] | None, number: int
) -> Stage:
    """Make a stage of columns by respondent."""
    clusters = int(cluster.max()) + 1 if len(cluster) else 0
    stratum = np.zeros(clusters, np.int64)
    stratum[cluster] = within
    fraction = np.zeros(clusters)
    if population is not None:
        strata = int(within.max()) + 1 if len(within) else 0
        least, most = np.full(strata, np.inf), np.full(strata, -np.inf)
        np.minimum.at(least, within, population)
        np.maximum.at(most, within, population)
        if not np.isfinite(population).all() or (least <= 0).any():
            raise Refusal(f"the population at stage {number} is missing or not above 0 for some respondents")
        if (least != most).any():
            raise Refusal(
                f"the population at stage {number} differs within a stratum; give each respondent of a stratum the same"
            )
        drawn = np.bincount(stratum)
        share = np.where(least <= 1, least, drawn / least)
        if (share > 1).any():
            raise Refusal(f"at stage {number} more were drawn than the population there is said to have")
        fraction = share[stratum]
    return Stage(cluster, stratum, fraction)
