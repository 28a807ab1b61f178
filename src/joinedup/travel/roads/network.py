"""Minutes over roads: the quickest way through the graph, for ordinary traffic at one time, and for each kind of service."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import polars as pl
import scipy

from joinedup.travel.hours import BANDS, hours_of_day
from joinedup.travel.keeping import Arrays, digest_of, kept
from joinedup.travel.roads.reading import Graph, read_graph
from joinedup.travel.roads.speeds import REACH, blue_light, ordinary_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.area.places import Plane
    from joinedup.assumptions import Assumption
    from joinedup.travel.places import Places

_AT_ONCE = 100
"""Points from which the ways to every other are worked out before what is wanted of them is kept."""
_WHOLE = 300
"""From so many points or fewer, the ways to every other are kept: another question may be about the same stations."""
_MOST_HELD = 300_000_000


@dataclass(frozen=True, eq=False)
class Roads:
    """The roads of an extract, laid on a study's plane.

    ``minutes`` are those of ordinary traffic over each stretch; a kind of service takes ``kinds`` of them. A place
    stands for the nearest point of the largest part of the network in which every point can be driven to from every
    other, so that no one is sent into a street with no way out. Turns and lights cost no minutes of their own.
    """

    graph: Graph
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    minutes: NDArray[np.float64]
    kinds: Mapping[str, float]
    reach: float
    name: str
    assumed: Mapping[str, Assumption] = field(default_factory=dict)
    _held: dict[object, NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        path: Path,
        plane: Plane,
        assumptions: Mapping[str, Assumption],
        hour: int | None = None,
    ) -> Roads:
        """Read an extract and drive it in an hour of the day (0 to 23), or in the mean of all hours.

        Raises:
            Refusal: when the extract cannot be used, or an assumption leaves no speed.
        """
        graph = read_graph(path)
        none = pl.Series([None] * len(graph), dtype=pl.Float64)
        laid = plane.laid(
            pl.DataFrame({"latitude": graph.latitude, "longitude": graph.longitude}).with_columns(
                easting=none, northing=none
            )
        )
        when = "mean of the day" if hour is None else f"at {hour:02d}:00"
        return cls(
            graph,
            laid["x"].to_numpy(),
            laid["y"].to_numpy(),
            ordinary_minutes(graph, assumptions, range(24) if hour is None else (hour,)),
            blue_light(assumptions),
            assumptions[REACH.name].central,
            f"roads of {path.name}, {when}",
            assumptions,
        )

    @cached_property
    def by_hour(self) -> tuple[Roads, ...]:
        """The same roads in each of ``hours.BANDS``; these alone where no hour is slower than another."""
        name = f"{self.name.rsplit(', ', 1)[0]}, by hour of the week"
        each_band = (
            ordinary_minutes(self.graph, self.assumed, hours_of_day(each)) for each in range(len(BANDS))
        )
        kinds = [replace(self, minutes=minutes, name=name, _held={}) for minutes in each_band]
        if all(np.array_equal(each.minutes, kinds[0].minutes) for each in kinds[1:]):
            return (self,)
        return tuple(kinds)

    def left_out(self, places: Places) -> dict[int, str]:
        """Give the rows of places that no road reaches, or only one that is cut off from the rest."""
        _, metres = self._nearest(places)
        beyond = np.flatnonzero(metres > self.reach)
        if not len(beyond):
            return {}
        every = scipy.spatial.cKDTree(np.column_stack([self.x, self.y]))
        away = np.asarray(every.query(np.column_stack([places.x[beyond], places.y[beyond]]))[0])
        none = f"no road within {self.reach:g} m"
        cut_off = f"no road within {self.reach:g} m that leads both to and from the rest of the network"
        return {
            int(row): none if metres > self.reach else cut_off
            for row, metres in zip(beyond, away, strict=True)
        }

    def between(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:
        """Give the minutes of a kind of service from each start to each end, NaN where a place is left out."""
        tails, one = self._points(starts)
        heads, other = self._points(ends)
        found = np.full((len(starts), len(ends)), np.nan)
        if len(tails) and len(heads):
            block = self._block(tails, heads)
            inside = np.ix_(one >= 0, other >= 0)
            found[inside] = block[np.ix_(one[one >= 0], other[other >= 0])]
        return found * self.kinds[kind]

    def along(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:
        """Give the minutes of a kind of service from each start to the end in its own row, NaN where one is left out."""
        tails, one = self._points(starts)
        heads, other = self._points(ends)
        found = np.full(len(starts), np.nan)
        inside = (one >= 0) & (other >= 0)
        if inside.any():
            found[inside] = self._block(tails, heads)[one[inside], other[inside]]
        return found * self.kinds[kind]

    def to_every_point(self, starts: Places, kind: str) -> NDArray[np.float32]:
        """Give the minutes from each start to every point of the graph, shape (starts, points); NaN where no way leads."""
        tails, row = self._points(starts)
        found = np.empty((len(starts), len(self.graph)), np.float32)
        found[row < 0] = np.nan
        rows, share = self._rows(tails, "from"), np.float32(self.kinds[kind])
        for start in np.flatnonzero(row >= 0):
            np.multiply(rows[row[start]], share, out=found[start])
        return found

    def _nearest(self, places: Places) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give the nearest point of the network to each place, and the metres to it."""
        main = np.flatnonzero(self.graph.main)
        metres, number = self._tree.query(np.column_stack([places.x, places.y]))
        return main[np.asarray(number, np.int64)], np.asarray(metres)

    @cached_property
    def _tree(self) -> scipy.spatial.cKDTree:
        main = self.graph.main
        return scipy.spatial.cKDTree(np.column_stack([self.x[main], self.y[main]]))

    def _points(self, places: Places) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the points that places stand for, each once and in order, and which of them each is (−1: left out)."""
        point, metres = self._nearest(places)
        inside = metres <= self.reach
        points, number = np.unique(point[inside], return_inverse=True)
        row = np.full(len(places), -1, np.int64)
        row[inside] = number
        return points, row

    def _block(self, tails: NDArray[np.int64], heads: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give ordinary minutes from some points to others, worked out from whichever are fewer."""
        if len(tails) > len(heads):
            return self._block_from(heads, tails, "to").T
        return self._block_from(tails, heads, "from")

    def _block_from(self, few: NDArray[np.int64], many: NDArray[np.int64], way: str) -> NDArray[np.float32]:
        if len(few) <= _WHOLE:
            return self._rows(few, way)[:, many]
        digest = digest_of("block", self._digest, way, few, many)
        if digest not in self._held:
            self._hold(digest, self._kept(digest, few, many, way))
        return self._held[digest]

    def _rows(self, points: NDArray[np.int64], way: str) -> NDArray[np.float32]:
        """Give ordinary minutes from (or to) some points to (or from) every other, shape (some, points)."""
        missing = np.array([each for each in points.tolist() if (way, each) not in self._held], np.int64)
        made: dict[int, NDArray[np.float32]] = {}
        if len(missing):
            whole = self._kept(digest_of("rows", self._digest, way, missing), missing, None, way)
            if len(missing) == len(points):
                self._hold_rows(points, whole, way)
                return whole
            made = dict(zip(missing.tolist(), whole, strict=True))
        rows = [self._held[way, each] if each not in made else made[each] for each in points.tolist()]
        found = np.array(rows, np.float32).reshape(len(points), len(self.graph))
        if made:
            self._hold_rows(missing, np.array(list(made.values())), way)
        return found

    def _hold_rows(self, points: NDArray[np.int64], rows: NDArray[np.float32], way: str) -> None:
        for point, row in zip(points.tolist(), rows, strict=True):
            self._hold((way, point), row)

    def _hold(self, key: object, minutes: NDArray[np.float32]) -> None:
        """Keep in memory what was last worked out, and let go of the oldest."""
        self._held[key] = minutes
        total = sum(each.nbytes for each in self._held.values())
        while total > _MOST_HELD and len(self._held) > 1:
            total -= self._held.pop(next(iter(self._held))).nbytes

    @cached_property
    def _digest(self) -> str:
        return digest_of(self.graph.digest, self.minutes)

    def _kept(
        self, digest: str, few: NDArray[np.int64], many: NDArray[np.int64] | None, way: str
    ) -> NDArray[np.float32]:
        def make() -> Arrays:
            return {"minutes": self._quickest(few, many, way)}

        return cast("NDArray[np.float32]", kept(digest, make)["minutes"])

    def _quickest(
        self, few: NDArray[np.int64], many: NDArray[np.int64] | None, way: str
    ) -> NDArray[np.float32]:
        links = self._links if way == "from" else self._links.T.tocsr()
        columns = slice(None) if many is None else many
        parts = [
            scipy.sparse.csgraph.dijkstra(links, indices=few[start : start + _AT_ONCE])[:, columns].astype(
                np.float32
            )
            for start in range(0, len(few), _AT_ONCE)
        ]
        found = np.concatenate(parts)
        found[np.isinf(found)] = np.nan
        return found

    @cached_property
    def _links(self) -> scipy.sparse.csr_array:
        """The graph as a sparse table of minutes; of two stretches between the same points, the quicker."""
        count = len(self.graph)
        order = np.lexsort((self.minutes, self.graph.head, self.graph.tail))
        tail, head = self.graph.tail[order], self.graph.head[order]
        quickest = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
        first = np.searchsorted(tail[quickest], np.arange(count + 1))
        return scipy.sparse.csr_array(
            (self.minutes[order][quickest], head[quickest], first.astype(np.int32)), shape=(count, count)
        )
