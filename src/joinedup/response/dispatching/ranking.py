"""Where units stand, and from each part of the area the order in which those places can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from joinedup.response.dispatching.mobilising import BEYOND, UNITS_A_POST
from joinedup.response.dispatching.packed import Crews, Places, Posts, Services

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.dispatching.resources import Jobs, Matrix, Sites, Units

_CELL = 2_000.0
_MOST_CELLS = 32
"""Cells along one side: larger areas have larger cells, so that what is ranked fits a small memory."""
_HAIR = 0.01
"""Metres by which a cell is made larger all round, so that rounding cannot put a job outside it."""


def posts_of(sites: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give each unit a post and a place in it, and each post its site; a post has one site and at most 64 units.

    ``sites`` is the site of each, in order of row; within a post, the places are in that order too.
    """
    order = np.argsort(sites, kind="stable")
    site = sites[order]
    starts = np.searchsorted(site, site)
    rank = np.arange(len(site)) - starts
    key = site * (len(site) + 1) + rank // UNITS_A_POST
    kept, post = np.unique(key, return_inverse=True)
    posts, places = np.empty(len(site), np.int64), np.empty(len(site), np.int64)
    posts[order], places[order] = post, rank % UNITS_A_POST
    return posts, places, kept // (len(site) + 1)


class Pairs(NamedTuple):
    """Who may stand where: a unit and a site for each pair, in order of unit, and the post and the place in it that it has."""

    unit: NDArray[np.int64]
    site: NDArray[np.int64]
    post: NDArray[np.int64]
    place: NDArray[np.int64]
    site_of: NDArray[np.int64]

    @classmethod
    def of(cls, unit: NDArray[np.int64], site: NDArray[np.int64]) -> Pairs:
        """Give each pair its post."""
        return cls(unit, site, *posts_of(site))

    @property
    def bit(self) -> NDArray[np.int64]:
        """Give the place of each pair as a bit of a word."""
        return (np.uint64(1) << self.place.astype(np.uint64)).view(np.int64)


def ranked(
    sites: Sites, units: Units, jobs: Jobs, matrix: Matrix | None, pairs: Pairs
) -> tuple[Posts, Places | None]:
    """Rank the posts of each need from each cell of the area, or each place of a matrix, by the least that they are away.

    Of a matrix that differs by hour, that is the least of all hours.
    """
    posts, site_of = pairs.post, pairs.site_of
    meets = units.meets[pairs.unit]
    x, y = sites.x[site_of], sites.y[site_of]
    unit = np.full(len(x) * UNITS_A_POST, -1, np.int32)
    unit[posts * UNITS_A_POST + pairs.place] = pairs.unit
    bits = max(1, len(x).bit_length())

    west, east = _ends(jobs.x)
    south, north = _ends(jobs.y)
    width = max(_CELL, (east - west) / _MOST_CELLS, (north - south) / _MOST_CELLS)
    columns, rows = int((east - west) / width) + 2, int((north - south) / width) + 2
    between = None
    if matrix is not None:
        between = Places(matrix.ms[0], matrix.site[site_of], matrix.job)
    from_x = _off(x, west + np.arange(columns) * width, width)
    from_y = _off(y, south + np.arange(rows) * width, width)

    def away(able: NDArray[np.int64]) -> NDArray[np.float32]:
        if matrix is not None:
            of_post = matrix.site[site_of][able]
            least: NDArray[np.int64] = np.min([each[of_post] for each in matrix.ms], axis=0)
            return (least.T * (1 - 1e-6)).astype(np.float32)
        squared = from_x[:, None, able] + from_y[None, :, able]
        return squared.reshape(columns * rows, len(able))

    needs = units.meets.shape[1]
    first, length = np.zeros(needs, np.int64), np.zeros(needs, np.int64)
    runs: dict[bytes, int] = {}
    parts: list[NDArray[np.uint32]] = []
    start = 0
    for need in range(needs):
        # Needs that the same posts can meet share one ranking.
        able = np.unique(posts[meets[:, need]])
        length[need] = len(able) + 1
        if able.tobytes() not in runs:
            runs[able.tobytes()] = start
            least = away(able)
            words = np.full((len(least), len(able) + 1), BEYOND, np.uint32)
            np.bitwise_and(least.view(np.uint32), np.uint32(2**32 - 2**bits), out=words[:, :-1])
            words[:, :-1] |= able.astype(np.uint32)
            words.sort(axis=1)
            parts.append(words.ravel())
            start += words.size
        first[need] = runs[able.tobytes()]
    together = np.concatenate(parts) if parts else np.zeros(0, np.uint32)
    return Posts(x, y, unit, together, first, length, bits, west, south, 1 / width, rows), between


def crews_of(units: Units, pairs: Pairs) -> tuple[Crews, Services]:
    """Pack the units, each of which has one site, by row and by service."""
    service, services = numbered(units)
    on = np.array(units.on.T, order="C")
    crews = Crews(
        post=pairs.post,
        bit=pairs.bit,
        service=service,
        meets=needs_of(units),
        on=on,
        changes=np.any(on != np.roll(on, 1, axis=0), axis=1),
        turnout=units.turnout,
    )
    return crews, services


def needs_of(units: Units) -> NDArray[np.int64]:
    """Give the needs that each unit can meet as one word."""
    return units.meets.astype(np.int64) @ (1 << np.arange(units.meets.shape[1], dtype=np.int64))


def numbered(units: Units) -> tuple[NDArray[np.int64], Services]:
    """Number the services that have units from 0, and list them by need."""
    _, number = np.unique(units.service, return_inverse=True)
    sizes = np.bincount(number)
    able = np.zeros((units.meets.shape[1], len(sizes)), np.bool_)
    for service in range(len(sizes)):
        able[:, service] = units.meets[number == service].any(axis=0)
    need, serving = np.nonzero(able)
    serving_first = np.searchsorted(need, np.arange(len(able) + 1))
    return number.astype(np.int64), Services(
        np.cumsum(sizes) - sizes, serving.astype(np.int64), serving_first.astype(np.int64)
    )


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _off(posts: NDArray[np.float64], starts: NDArray[np.floating[Any]], width: float) -> NDArray[np.float32]:
    """Give the squared metres along one axis between each stretch of cells and each post, 0 where it lies within.

    A hair less than it is, so that rounding cannot make it more.
    """
    before = starts[:, None] - _HAIR - posts[None, :]
    beyond = posts[None, :] - (starts[:, None] + width + _HAIR)
    return (np.maximum(np.maximum(before, beyond), 0.0) ** 2 * (1 - 1e-6)).astype(np.float32)
