"""Swapping: the weights at which the first two options change places (§7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.ranking.weights import Weights

_HALVINGS = 200


@dataclass(frozen=True)
class Swap:
    """A set of weights at which the first two are worth the same.

    ``distance`` is how far it lies from the centre (root of the sum of squares), and ``allowed`` whether the partners' weights
    leave it possible.
    """

    weights: dict[str, float]
    distance: float
    allowed: bool


@dataclass(frozen=True)
class Swaps:
    """Where the first two change places, at the mean of the measurements.

    ``leader`` is worth most at the ``centre`` (the mean of the weights tried) and ``next_best`` comes after it. ``by_criterion``
    is exact on the line from the centre to all weight on one criterion, the others keeping their proportions; None where the
    leader stays ahead all the way. ``between`` is exact on the line from the central weights of the one to those of the other;
    None where either never came first or the lead does not end there. ``nearest`` is the set nearest to the centre, None where
    no weights at all would swap them.
    """

    leader: str
    next_best: str
    centre: dict[str, float]
    by_criterion: dict[str, Swap | None]
    between: Swap | None
    nearest: Swap | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain numbers."""

        def plain(swap: Swap | None) -> dict[str, Any] | None:
            return None if swap is None else dict(vars(swap))

        return {
            "leader": self.leader,
            "next_best": self.next_best,
            "centre": self.centre,
            "by_criterion": {name: plain(swap) for name, swap in self.by_criterion.items()},
            "between": plain(self.between),
            "nearest": plain(self.nearest),
        }


def swaps(
    ids: Sequence[str],
    names: Sequence[str],
    worth: NDArray[np.float64],
    centre: NDArray[np.float64],
    central: Sequence[Mapping[str, float] | None],
    weights: Weights,
) -> Swaps:
    """Find where the first two of several options swap.

    ``worth`` has shape (options, criteria), on the scales; ``central`` are the central weights by option.
    """
    at_centre = (worth * centre).sum(axis=1)
    leader, following = np.argsort(-at_centre, kind="stable")[:2]
    ahead = worth[leader] - worth[following]
    one, other = central[leader], central[following]

    def swap(found: NDArray[np.float64] | None) -> Swap | None:
        if found is None:
            return None
        by_name = dict(zip(names, found.tolist(), strict=True))
        return Swap(by_name, float(np.sqrt(((found - centre) ** 2).sum())), weights.allows(by_name))

    return Swaps(
        leader=ids[leader],
        next_best=ids[following],
        centre=dict(zip(names, centre.tolist(), strict=True)),
        by_criterion={
            name: swap(on_the_line(ahead, centre, np.eye(len(names))[column]))
            for column, name in enumerate(names)
        },
        between=swap(
            None
            if one is None or other is None
            else on_the_line(ahead, *(np.array([each[name] for name in names]) for each in (one, other)))
        ),
        nearest=swap(nearest(ahead, centre)),
    )


def on_the_line(
    ahead: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Give the weights between two sets at which a lead of ``ahead`` by criterion comes to nothing, None where it never does.

    >>> on_the_line(np.array([1.0, -1.0]), np.array([0.75, 0.25]), np.array([0.0, 1.0])).tolist()
    [0.5, 0.5]
    """
    here, there = float((ahead * start).sum()), float((ahead * end).sum())
    if here == 0.0:
        return start
    if here * there > 0:
        return None
    along = here / (here - there)
    return np.asarray(start + along * (end - start))


def nearest(ahead: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Give the weights nearest to the centre at which a lead comes to nothing, None where no weights end it.

    The projection onto {weights >= 0, sum 1, ahead · weights = 0}: stepping from the centre against the lead and back onto the
    simplex ends the lead at one length of step, found by halving; the weights that are not zero there then solve two equations.
    """
    if float((ahead * centre).sum()) <= 0.0:
        return centre
    if ahead.min() > 0.0:
        return None
    scaled = ahead / np.abs(ahead).max()

    def after(step: float) -> NDArray[np.float64]:
        return _onto_the_simplex(centre - step * scaled)

    short, long = 0.0, 1.0
    while float((scaled * after(long)).sum()) > 0.0 and long < 1e12:
        short, long = long, 2 * long
    for _ in range(_HALVINGS):
        middle = 0.5 * (short + long)
        if float((scaled * after(middle)).sum()) > 0.0:
            short = middle
        else:
            long = middle
    held = after(long) > 0.0
    lead = scaled[held]
    both = np.stack([np.ones(lead.size), lead])
    lacking = np.array([1.0, 0.0]) - both @ centre[held]
    # The shortest move of the weights that are not zero that mends both the sum and the lead.
    move = np.linalg.lstsq(both, lacking, rcond=None)[0]
    found = np.zeros(len(centre))
    found[held] = np.maximum(centre[held] + move, 0.0)
    return found


def _onto_the_simplex(point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the nearest weights, not negative and summing to 1 (Held, Wolfe and Crowder 1974)."""
    down = np.sort(point)[::-1]
    over = (np.cumsum(down) - 1.0) / np.arange(1, len(point) + 1)
    kept = int(np.flatnonzero(down > over)[-1])
    return np.asarray(np.maximum(point - over[kept], 0.0))
