"""How far coders, or raters, agree beyond chance (§6.2).

Coefficients: Krippendorff's alpha [Krippendorff, "Content Analysis" (2004); "Computing Krippendorff's
Alpha-Reliability" (2011)]; Gwet's AC1 and AC2, Fleiss's kappa, Brennan and Prediger's, Conger's and, for two coders, Cohen's
[Gwet, "Handbook of Inter-Rater Reliability" (4th edition, 2014)], all for any number of coders and with missing ratings.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from joinedup.assumptions import stream
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_DRAWS = 1_000
_TAIL = 0.025
_NOTHING = 1e-12


class Level(StrEnum):
    """What the codes are: names, an order, numbers, or numbers with a true zero."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


class Coefficient(StrEnum):
    """A coefficient of agreement; AC2 is AC1 at a level other than nominal."""

    ALPHA = "alpha"
    AC = "gwet ac"
    FLEISS = "fleiss kappa"
    BRENNAN_PREDIGER = "brennan-prediger"
    CONGER = "conger kappa"
    COHEN = "cohen kappa"


@dataclass(frozen=True, eq=False)
class Ratings:
    """What each coder gave each unit: ``codes``, shape (units, coders), numbers of ``categories``, -1 where nothing.

    ``sizes`` is how much each unit counts: 1, or its characters. Categories are in order; their ``values`` are the
    numbers that they stand for where the level needs them.
    """

    units: tuple[str, ...]
    coders: tuple[str, ...]
    categories: tuple[str, ...]
    codes: NDArray[np.int64]
    sizes: NDArray[np.float64]
    level: Level
    values: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        ratings: Mapping[str, Sequence[object]],
        level: Level = Level.NOMINAL,
        units: Sequence[str] | None = None,
        sizes: Sequence[float] | None = None,
        categories: Sequence[str] | None = None,
    ) -> Ratings:
        """Take ratings by coder, None or "" where a unit was not rated.

        Args:
            ratings: a column of codes by coder, all of one length.
            level: what the codes are.
            units: what the units are called; their numbers from 1 where not given.
            sizes: how much each unit counts, such as its characters; all alike where not given.
            categories: every code there was to choose from, in order; those that occur where not given.

        Raises:
            Refusal: for fewer than two coders, columns of unlike length, or codes that are no numbers where they must be.
        """
        if len(ratings) < 2:
            raise Refusal("agreement needs at least two coders; name another")
        texts = {
            coder: ["" if each is None else str(each).strip() for each in column]
            for coder, column in ratings.items()
        }
        length = len(next(iter(texts.values())))
        for coder, column in texts.items():
            if len(column) != length:
                raise Refusal(
                    f"coder {coder}: has {len(column):,} units where others have {length:,}; give all the same"
                )
        met = {each for column in texts.values() for each in column if each}
        if categories is not None and met - set(categories):
            raise Refusal(
                f"code '{min(met - set(categories))}' is none of the codes there were to choose from; add it"
            )
        known = list(categories) if categories is not None else sorted(met)
        values = np.arange(1.0, len(known) + 1.0)
        if level is not Level.NOMINAL and (categories is None or level is not Level.ORDINAL):
            numbers = [_number(each, level) for each in known]
            known = [each for _, each in sorted(zip(numbers, known, strict=True))]
            values = np.array(sorted(numbers))
        place = {each: number for number, each in enumerate(known)}
        codes = np.array([[place.get(each, -1) for each in column] for column in texts.values()], np.int64).T
        return cls(
            tuple(units) if units is not None else tuple(str(each) for each in range(1, length + 1)),
            tuple(texts),
            tuple(known),
            codes.reshape(length, len(texts)),
            np.ones(length) if sizes is None else np.asarray(sizes, np.float64),
            level,
            values,
        )

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many coders gave each unit each code, shape (units, categories)."""
        return np.stack(
            [(self.codes == each).sum(axis=1) for each in range(len(self.categories))], axis=1
        ).astype(float)

    def disagreements(self) -> tuple[Disagreement, ...]:
        """List the units to which coders gave different codes, largest first."""
        found = []
        for unit, row, size in zip(self.units, self.codes.tolist(), self.sizes.tolist(), strict=True):
            given = {
                coder: self.categories[each]
                for coder, each in zip(self.coders, row, strict=True)
                if each >= 0
            }
            if len(set(given.values())) > 1:
                found.append(Disagreement(unit, given, size))
        return tuple(sorted(found, key=lambda each: -each.size))


@dataclass(frozen=True)
class Disagreement:
    """A unit to which coders gave different codes, who gave which, and how much it counts."""

    unit: str
    codes: Mapping[str, str]
    size: float


@dataclass(frozen=True)
class Agreement:
    """A coefficient with its 95 % intervals.

    ``low`` and ``high`` come of drawing the units again; ``undefined`` counts the draws in which everybody gave one code,
    which say nothing and are left out. ``formula_low`` and ``formula_high`` are Gwet's, for alpha and AC with units alike.
    ``units`` were rated twice or more. ``value`` is None where nothing varies: nothing can be said of chance.
    """

    coefficient: Coefficient
    level: Level
    value: float | None
    low: float | None
    high: float | None
    formula_low: float | None
    formula_high: float | None
    units: int
    coders: int
    undefined: int

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def agreement(
    ratings: Ratings, coefficient: Coefficient = Coefficient.ALPHA, seed: int = 1, draws: int = _DRAWS
) -> Agreement:
    """Measure agreement, with an interval from units drawn again by the study's seed.

    Raises:
        Refusal: for Cohen's kappa of more or fewer than two coders.
    """
    if coefficient is Coefficient.COHEN and len(ratings.coders) != 2:
        raise Refusal(
            f"Cohen's kappa is for two coders, and there are {len(ratings.coders)}; ask for Conger's"
        )
    # Units are drawn by their content, so that the order in which they come does not matter; units alike are drawn together.
    rated = np.flatnonzero((ratings.codes >= 0).any(axis=1))
    content = np.column_stack([*ratings.codes[rated].T[::-1], ratings.sizes[rated]])
    _, first, times = np.unique(content, axis=0, return_index=True, return_counts=True)
    measured = _Measured(ratings, rated[first])
    twice = int(times[measured.raters >= 2].sum())
    value = float(measured.of(coefficient, (times * measured.sizes)[None, :])[0]) if twice else np.nan
    low = high = formula_low = formula_high = None
    undefined = 0
    if np.isfinite(value) and twice > 1:
        chance = stream(seed, "agreement", coefficient.value, ratings.level.value)
        again = chance.multinomial(len(rated), times / len(rated), size=draws)
        drawn = measured.of(coefficient, again * measured.sizes)
        kept = drawn[np.isfinite(drawn)]
        undefined = draws - len(kept)
        if len(kept):
            low, high = (float(each) for each in np.quantile(kept, [_TAIL, 1.0 - _TAIL]))
        if coefficient in (Coefficient.ALPHA, Coefficient.AC) and (ratings.sizes == 1).all():
            formula_low, formula_high = _Measured(ratings, rated[np.lexsort(content.T)]).by_formula(
                coefficient
            )
    return Agreement(
        coefficient,
        ratings.level,
        value if np.isfinite(value) else None,
        low,
        high,
        formula_low,
        formula_high,
        twice,
        len(ratings.coders),
        undefined,
    )


class _Measured:
    """The parts of every coefficient, by unit, so that many drawings of units are measured at once."""

    def __init__(self, ratings: Ratings, rows: NDArray[np.int64]) -> None:
        self.level, self.values = ratings.level, ratings.values
        self.counts, self.sizes = ratings.counts[rows], ratings.sizes[rows]
        self.raters = self.counts.sum(axis=1)
        self.own = np.stack(
            [(ratings.codes[rows] == each) for each in range(len(ratings.categories))], axis=2
        ).astype(float)
        self.weights = _weights(self.values, self.level)

    def of(self, coefficient: Coefficient, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give a coefficient for each drawing, shape (drawings, units), of how often each unit counts; NaN if undefined."""
        if coefficient is Coefficient.ALPHA:
            return self._alpha(drawn)
        seen, weights = self._observed(drawn), self.weights
        share = drawn @ (self.counts / self.raters[:, None]) / drawn.sum(axis=1)[:, None]
        many = len(self.values)
        if coefficient is Coefficient.AC:
            spread = float(weights.sum()) / (many * (many - 1)) if many > 1 else np.nan
            chance = spread * (share * (1.0 - share)).sum(axis=1)
        elif coefficient is Coefficient.BRENNAN_PREDIGER:
            chance = np.full(len(drawn), float(weights.sum()) / many**2)
        elif coefficient is Coefficient.FLEISS:
            chance = np.einsum("dk,kl,dl->d", share, weights, share)
        else:
            chance = self._conger(drawn)
        return _beyond(seen, chance)

    def _observed(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the share of pairs of ratings of one unit that agree, as far as weights let them."""
        pairs = (self.counts * (self.counts @ self.weights - 1.0)).sum(axis=1)
        twice = self.raters >= 2
        each = np.divide(pairs, self.raters * (self.raters - 1.0), out=np.zeros_like(pairs), where=twice)
        with np.errstate(invalid="ignore"):
            return np.asarray(drawn @ each / (drawn @ twice.astype(float)))

    def _conger(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the agreement by chance of coders who each keep their own shares of the codes, over all pairs of coders."""
        given = np.einsum("du,ugk->dgk", drawn, self.own)
        with np.errstate(invalid="ignore"):
            share = given / given.sum(axis=2, keepdims=True)
        pairs = list(combinations(range(share.shape[1]), 2))
        return np.asarray(
            sum(
                np.einsum("dk,kl,dl->d", share[:, one], self.weights, share[:, other]) for one, other in pairs
            )
            / len(pairs)
        )

    def _alpha(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give Krippendorff's alpha: one less observed over expected difference of values that can be paired."""
        twice = self.raters >= 2
        counts, raters = self.counts[twice], self.raters[twice]
        if self.level is Level.NOMINAL:
            # Pairs of unlike values are what pairs of like ones leave: no table of all pairs, of which sets of codes make many.
            given = drawn[:, twice] @ counts
            seen = drawn[:, twice] @ ((raters**2 - (counts**2).sum(axis=1)) / (raters - 1.0))
            whole = given.sum(axis=1)
            return self._one_less(whole, seen, whole**2 - (given**2).sum(axis=1))
        both = np.einsum("uk,ul->ukl", counts, counts) - np.einsum(
            "uk,kl->ukl", counts, np.eye(counts.shape[1])
        )
        met = np.einsum("du,ukl->dkl", drawn[:, twice], both / (raters - 1.0)[:, None, None])
        given = met.sum(axis=2)
        whole = given.sum(axis=1)
        apart = self._differences(given)
        seen, expected = (met * apart).sum(axis=(1, 2)), np.einsum("dk,dkl,dl->d", given, apart, given)
        return self._one_less(whole, seen, expected)

    @staticmethod
    def _one_less(
        whole: NDArray[np.float64], seen: NDArray[np.float64], expected: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give one less the observed over the expected difference; NaN where none is expected."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(expected > _NOTHING, 1.0 - (whole - 1.0) * seen / expected, np.nan)

    def _differences(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the squared differences of categories; of an order they depend on how often each was given."""
        one, other = self.values[:, None], self.values[None, :]
        if self.level is Level.ORDINAL:
            reached = np.cumsum(given, axis=1)
            between = np.abs(reached[:, :, None] - reached[:, None, :])
            step = (given[:, :, None] - given[:, None, :]) / 2.0
            later = np.tril(np.ones((len(self.values), len(self.values))), -1)
            # From the middle of one category's ratings to the middle of the other's.
            return np.asarray((between - step * (later - later.T)) ** 2)
        if self.level is Level.NOMINAL:
            apart = (one != other).astype(float)
        elif self.level is Level.INTERVAL:
            apart = (one - other) ** 2
        else:
            apart = (
                np.divide(
                    one - other, one + other, out=np.zeros((len(self.values),) * 2), where=one + other > 0
                )
                ** 2
            )
        return np.broadcast_to(apart, (len(given), *apart.shape))

    def by_formula(self, coefficient: Coefficient) -> tuple[float | None, float | None]:
        """Give Gwet's interval: the influence of each unit on the coefficient, with Student's t over the units."""
        if coefficient is Coefficient.ALPHA:
            value, parts = self._alpha_parts()
        else:
            value, parts = self._ac_parts()
        units = len(parts)
        if units < 2 or not np.isfinite(parts).all():
            return None, None
        error = float(np.sqrt(((parts - value) ** 2).sum() / (units * (units - 1.0))))
        half = float(scipy.special.stdtrit(units - 1, 1.0 - _TAIL)) * error
        return max(-1.0, value - half), min(1.0, value + half)

    def _ac_parts(self) -> tuple[float, NDArray[np.float64]]:
        ones = np.ones((1, len(self.sizes)))
        value = float(self.of(Coefficient.AC, ones)[0])
        many, twice = len(self.values), self.raters >= 2
        spread = float(self.weights.sum()) / (many * (many - 1))
        share = (self.counts / self.raters[:, None]).mean(axis=0)
        chance = spread * float((share * (1.0 - share)).sum())
        pairs = (self.counts * (self.counts @ self.weights - 1.0)).sum(axis=1)
        each = np.divide(pairs, self.raters * (self.raters - 1.0), out=np.zeros_like(pairs), where=twice)
        own = (len(each) / twice.sum()) * (each - chance * twice) / (1.0 - chance)
        by_chance = spread * (self.counts @ (1.0 - share)) / self.raters
        return value, own - 2.0 * (1.0 - value) * (by_chance - chance) / (1.0 - chance)

    def _alpha_parts(self) -> tuple[float, NDArray[np.float64]]:
        twice = self.raters >= 2
        counts, raters = self.counts[twice], self.raters[twice]
        value = float(self._alpha(np.ones((1, len(self.sizes))))[0])
        given = counts.sum(axis=0)
        apart = self._differences(given[None, :])[0]
        weights = 1.0 - apart / apart.max()
        usual = float(raters.mean())
        pairs = (counts * (counts @ weights - 1.0)).sum(axis=1) / (usual * (raters - 1.0))
        lean = (raters - usual) / usual
        share = (counts / usual).mean(axis=0)
        chance = float(share @ weights @ share)
        # Gwet's variance leaves alpha's correction for few ratings out, but for the allowance for unlike numbers of coders.
        plain = (float(pairs.mean()) - chance) / (1.0 - chance)
        corrected = 1.0 - (1.0 - 1.0 / float(raters.sum())) * (1.0 - float(pairs.mean()))
        seen = pairs - corrected * lean
        by_chance = counts @ weights @ share / usual - chance * lean
        own = (seen - chance) / (1.0 - chance)
        return value, own - 2.0 * (1.0 - plain) * (by_chance - chance) / (1.0 - chance) + (value - plain)


def _weights(values: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Give how far two codes count as agreeing, 1 where they are the same, after Gwet (2014), chapter 4."""
    many = len(values)
    one, other = values[:, None], values[None, :]
    if level is Level.NOMINAL or many < 2:
        return np.eye(many)
    if level is Level.ORDINAL:
        place = np.arange(many)
        steps = np.abs(place[:, None] - place[None, :]) + 1.0
        return np.asarray(1.0 - steps * (steps - 1.0) / (many * (many - 1.0)))
    if level is Level.INTERVAL:
        return np.asarray(1.0 - (one - other) ** 2 / float(values[-1] - values[0]) ** 2)
    apart = np.divide(one - other, one + other, out=np.zeros((many, many)), where=one + other > 0) ** 2
    return np.asarray(1.0 - apart / ((values[-1] - values[0]) / (values[-1] + values[0])) ** 2)


def _beyond(seen: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far agreement goes beyond chance, as a share of how far it could; NaN where chance explains all."""
    left = 1.0 - chance
    return np.divide(seen - chance, left, out=np.full_like(seen, np.nan), where=left > _NOTHING)


def _number(text: str, level: Level) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or (level is Level.RATIO and value < 0):
        raise Refusal(
            f"code '{text}' is no number{' of 0 or more' if level is Level.RATIO else ''}, which {level.value} agreement "
            "needs; give numbers, or ask for nominal agreement"
        )
    return value
