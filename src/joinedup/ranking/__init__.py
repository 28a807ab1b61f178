"""Ranking: which options come first, how firmly, and under which weights (§5.5, §5.7, §7.1)."""

from joinedup.ranking.acceptability import Accepted, Share, Tried, try_weights
from joinedup.ranking.criteria import Criterion
from joinedup.ranking.order import Apart, Candidate, Conflict, Order, Placed, rank
from joinedup.ranking.swapping import Swap, Swaps
from joinedup.ranking.weights import AgreedWeights, AnyWeights, Preset, RankedWeights, WeightsBetween, presets

__all__ = [
    "Accepted",
    "AgreedWeights",
    "AnyWeights",
    "Apart",
    "Candidate",
    "Conflict",
    "Criterion",
    "Order",
    "Placed",
    "Preset",
    "RankedWeights",
    "Share",
    "Swap",
    "Swaps",
    "Tried",
    "WeightsBetween",
    "presets",
    "rank",
    "try_weights",
]
