"""From an OpenStreetMap extract to a graph of roads: points less than 200 m apart, and the stretches between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from pyproj import Geod

from joinedup.refusal import Refusal
from joinedup.travel.keeping import Arrays, digest_of, kept
from joinedup.travel.roads.classes import RULES, road_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STEP = 100.0
"""Metres: a road has a point in each such stretch of it, so that a place beside it is near one."""
_MADE_AS = "1"
"""Changed with what is made, so that a graph that was kept is not taken for another."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Roads as directed stretches between points.

    By point, shape (points,): ``longitude``, ``latitude`` (degrees) and ``main``, whether it lies on the largest part of the
    network in which every point can be driven to from every other. By stretch, shape (stretches,): ``tail`` and ``head``
    (points), ``metres``, ``limit`` (km/h) and ``group`` of road. ``digest`` stands for the extract and how it was read.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    main: NDArray[np.bool_]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    metres: NDArray[np.float64]
    limit: NDArray[np.float64]
    group: NDArray[np.int8]
    digest: str

    def __len__(self) -> int:
        """Count the points."""
        return len(self.longitude)


def read_graph(path: Path) -> Graph:
    """Read the roads of an extract (.osm.pbf, .osm, .osm.bz2 or .osm.gz), or take them from the cache.

    Raises:
        Refusal: when there is no such file, it is no extract, or it holds no road.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refusal(
            f"{path}: cannot be read ({error.strerror}); put an OpenStreetMap extract there, such as one of "
            "a county in .osm.pbf"
        ) from None
    digest = digest_of("roads", _MADE_AS, RULES, content)
    del content
    return Graph(**kept(digest, lambda: _made(path)), digest=digest)  # type: ignore[arg-type]


def _made(path: Path) -> Arrays:
    ways = _ways(path)
    if not len(ways.along):
        raise Refusal(
            f"{path}: holds no road that can be driven; cut an extract that has the ways tagged highway"
        )
    lon, lat, number, points, run = _pointed(ways)
    along = np.zeros(len(lon))
    same = run[1:] == run[:-1]
    metres = np.asarray(Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])
    along[1:] = np.cumsum(np.where(same, metres, 0.0))
    # Junctions and ends stay; of the points between, the first in each stretch of the step's length.
    first = np.r_[True, ~same]
    last = np.r_[~same, True]
    begins = np.maximum.accumulate(np.where(first, np.arange(len(run)), 0))
    part = np.floor((along - along[begins]) / STEP)
    stays = first | last | (np.bincount(number, minlength=points)[number] > 1)
    stays[1:] |= part[1:] != part[:-1]
    at = np.flatnonzero(stays)
    joined = run[at[1:]] == run[at[:-1]]
    one, other = number[at[:-1]][joined], number[at[1:]][joined]
    length = np.maximum((along[at[1:]] - along[at[:-1]])[joined], 1e-3)
    way = ways.way_of_run[run[at[:-1]][joined]]
    apart = one != other
    forth, back = apart & (ways.along[way] > 0), apart & (ways.against[way] > 0)
    tail, head = np.r_[one[forth], other[back]], np.r_[other[forth], one[back]]
    used, compact = np.unique(np.r_[tail, head], return_inverse=True)
    tail, head = (each.astype(np.int32) for each in np.split(compact, 2))
    place = np.zeros(points, np.int64)
    place[number] = np.arange(len(number))
    where = place[used]
    links = scipy.sparse.coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(len(used), len(used)))
    _, parts = scipy.sparse.csgraph.connected_components(links.tocsr(), connection="strong")
    return {
        "longitude": lon[where],
        "latitude": lat[where],
        "main": parts == np.argmax(np.bincount(parts)),
        "tail": tail,
        "head": head,
        "metres": np.r_[length[forth], length[back]],
        "limit": np.r_[ways.along[way][forth], ways.against[way][back]],
        "group": np.r_[ways.group[way][forth], ways.group[way][back]],
    }


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways as they were read: points in order, in runs that no missing point breaks, and by way how it is driven (0: not)."""

    identity: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    run: NDArray[np.int64]
    way_of_run: NDArray[np.int64]
    along: NDArray[np.float64]
    against: NDArray[np.float64]
    group: NDArray[np.int8]


def _ways(path: Path) -> _Ways:
    # It takes a moment to load, and most studies have no roads.
    import osmium
    import osmium.filter

    identity: list[int] = []
    lon: list[float] = []
    lat: list[float] = []
    run: list[int] = []
    way_of_run: list[int] = []
    roads: list[tuple[float, float, int]] = []
    try:
        found = osmium.FileProcessor(path).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for each in found:
            if not isinstance(each, osmium.osm.Way):
                continue
            road = road_of(dict(each.tags))
            if road is None:
                continue
            broken = True
            for node in each.nodes:
                # A point that lies beyond the cut of the extract breaks the road there.
                if not node.location.valid():
                    broken = True
                    continue
                if broken:
                    way_of_run.append(len(roads))
                    broken = False
                identity.append(node.ref)
                lon.append(node.lon)
                lat.append(node.lat)
                run.append(len(way_of_run) - 1)
            roads.append((road.along or 0.0, road.against or 0.0, road.group))
    except RuntimeError as error:
        raise Refusal(
            f"{path}: cannot be read as an OpenStreetMap extract ({error}); fetch the file again"
        ) from None
    driven = np.array(roads, float).reshape(-1, 3)
    return _Ways(
        np.array(identity, np.int64),
        np.array(lon),
        np.array(lat),
        np.array(run, np.int64),
        np.array(way_of_run, np.int64),
        driven[:, 0].copy(),
        driven[:, 1].copy(),
        driven[:, 2].astype(np.int8),
    )


def _pointed(
    ways: _Ways,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], int, NDArray[np.int64]]:
    """Put points into long straight stretches: longitude, latitude, number of the point, how many points, run."""
    known, number = np.unique(ways.identity, return_inverse=True)
    same = ways.run[1:] == ways.run[:-1]
    metres = Geod(ellps="WGS84").inv(ways.lon[:-1], ways.lat[:-1], ways.lon[1:], ways.lat[1:])[2]
    pieces = np.ones(len(number), np.int64)
    pieces[:-1][same] = np.maximum(np.ceil(np.asarray(metres)[same] / STEP), 1).astype(np.int64)
    source = np.repeat(np.arange(len(number)), pieces)
    step = np.arange(len(source)) - (np.cumsum(pieces) - pieces)[source]
    share = step / pieces[source]
    following = np.minimum(source + 1, len(number) - 1)
    lon = ways.lon[source] + (ways.lon[following] - ways.lon[source]) * share
    lat = ways.lat[source] + (ways.lat[following] - ways.lat[source]) * share
    new = step > 0
    numbers = number[source]
    numbers[new] = len(known) + np.arange(int(new.sum()))
    return lon, lat, numbers, len(known) + int(new.sum()), ways.run[source]
