"""The road net of an imagined area: streets joined to their neighbours, and districts to those beside them.

It is written as Parquet, and as an OpenStreetMap file that a reader of real extracts can read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.imagining.kinds import SERVICES
from joinedup.imagining.land import PEOPLE_A_STREET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.imagining.estate import Station
    from joinedup.imagining.land import Coordinates, District

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_KINDS = ("residential", "tertiary", "secondary", "primary")
_KMH = (32, 48, 64, 80)
"""Kinds of road as OpenStreetMap names them, and the speed limit of each (20, 30, 40 and 50 mph)."""
_LONGER_THAN = np.array([400.0, 1_200.0, 4_000.0])
"""Metres from which an edge is a road of the next kind: long edges lead from town to town."""
_LINKS = 4
_BENDS = 1.2
"""A road is longer than the straight line between its ends."""


@dataclass(eq=False)
class RoadNet:
    """Nodes and edges, added to district by district."""

    coordinates: Coordinates
    seed: int
    nodes: list[pl.DataFrame] = field(default_factory=list)
    edges: list[pl.DataFrame] = field(default_factory=list)
    _before: list[tuple[int, District]] = field(default_factory=list)
    _count: int = 0

    def add(self, district: District, stations: Sequence[Station]) -> None:
        """Add a district's streets with their grounds, and roads to the districts before it that touch it."""
        plot = district.plot
        first = self._count + 1
        latitude, longitude = self.coordinates.in_degrees(district.x, district.y)
        size = len(district.x)
        self.nodes.append(
            pl.DataFrame(
                {
                    "node_id": np.arange(first, first + size),
                    "district": pl.repeat(f"D{plot.number:03d}", size, eager=True),
                    "latitude": latitude,
                    "longitude": longitude,
                    "x": district.x.round(1),
                    "y": district.y.round(1),
                    **{f"{service}_ground": _grounds(district, stations, service) for service in SERVICES},
                }
            )
        )
        one, other = _neighbours(district.x, district.y)
        self._join(district, one, first, district, other, first)
        for before, earlier in self._before:
            if max(abs(earlier.plot.west - plot.west), abs(earlier.plot.south - plot.south)) < 1.1 * max(
                plot.side, earlier.plot.side
            ):
                near = scipy.spatial.cKDTree(np.column_stack([earlier.x, earlier.y]))
                metres, theirs = near.query(np.column_stack([district.x, district.y]))
                ours = np.argsort(metres, kind="stable")[:_LINKS]
                self._join(district, ours, first, earlier, np.asarray(theirs)[ours], before)
        self._before.append((first, district))
        self._count += size

    def write(self, folder: Path) -> None:
        """Write the districts, towns and grounds, and the net as Parquet and in OpenStreetMap's form."""
        folder.mkdir()
        nodes = pl.concat(self.nodes)
        edges = pl.concat(self.edges).with_row_index("edge_id", offset=1)
        nodes.write_parquet(folder / "road-nodes.parquet")
        edges.write_parquet(folder / "road-edges.parquet")
        with (folder / "roads.osm").open("w", encoding="utf-8", newline="\n") as out:
            out.write(
                '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="joinedup imagine">\n'
            )
            out.writelines(
                f'<node id="{node}" version="1" lat="{latitude:.6f}" lon="{longitude:.6f}"/>\n'
                for node, latitude, longitude in nodes.select("node_id", "latitude", "longitude").iter_rows()
            )
            out.writelines(
                f'<way id="{edge}" version="1"><nd ref="{one}"/><nd ref="{other}"/>'
                f'<tag k="highway" v="{kind}"/><tag k="maxspeed" v="{speed}"/></way>\n'
                for edge, one, other, kind, speed in edges.select(
                    "edge_id", "from_node", "to_node", "kind", "kmh"
                ).iter_rows()
            )
            out.write("</osm>\n")
        self._write_places(folder)

    def _write_places(self, folder: Path) -> None:
        districts, towns = [], []
        for _, district in self._before:
            plot = district.plot
            districts.append(
                {
                    "district": f"D{plot.number:03d}",
                    "name": district.town_name[0],
                    "people": plot.people,
                    "west": round(plot.west, 1),
                    "south": round(plot.south, 1),
                    "side_m": round(plot.side, 1),
                }
            )
            for name, x, y, people in zip(
                district.town_name, district.town_x, district.town_y, district.town_people, strict=True
            ):
                towns.append(
                    {
                        "district": f"D{plot.number:03d}",
                        "name": name,
                        "people": int(people),
                        "x": round(float(x), 1),
                        "y": round(float(y), 1),
                    }
                )
        grounds = [
            pl.concat(self.nodes)
            .group_by(pl.col(f"{service}_ground").alias("ground"))
            .agg((pl.len() * PEOPLE_A_STREET).alias("people"), streets=pl.len())
            .with_columns(service=pl.lit(service))
            for service in SERVICES
        ]
        pl.concat(grounds).sort("ground").select("ground", "service", "people", "streets").write_csv(
            folder / "grounds.csv"
        )
        pl.DataFrame(districts).write_csv(folder / "districts.csv")
        pl.DataFrame(towns).write_csv(folder / "towns.csv")

    def _join(
        self,
        here: District,
        one: Integers,
        first: int,
        there: District,
        other: Integers,
        their_first: int,
    ) -> None:
        metres = np.hypot(here.x[one] - there.x[other], here.y[one] - there.y[other]) * _BENDS
        kind = np.searchsorted(_LONGER_THAN, metres, side="right")
        self.edges.append(
            pl.DataFrame(
                {
                    "from_node": one + first,
                    "to_node": other + their_first,
                    "metres": metres.round(1),
                    "kind": pl.Series(_KINDS).gather(kind),
                    "kmh": np.array(_KMH)[kind],
                }
            )
        )


def _grounds(district: District, stations: Sequence[Station], service: str) -> pl.Series:
    """Give the nearest station of a service, from which each street is reached first."""
    own = [each for each in stations if each.service == service]
    nearest = scipy.spatial.cKDTree([(each.x, each.y) for each in own]).query(
        np.column_stack([district.x, district.y])
    )[1]
    return pl.Series([each.site_id for each in own]).gather(np.asarray(nearest, dtype=np.int64))


def _neighbours(x: Floats, y: Floats) -> tuple[Integers, Integers]:
    """Join each street to those that it sees: an edge stands unless a third street lies within its circle."""
    points = np.column_stack([x, y])
    try:
        corners = scipy.spatial.Delaunay(points).simplices
    except scipy.spatial.QhullError:
        chain = np.arange(len(x) - 1)
        return chain, chain + 1
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    edges = np.unique(edges, axis=0).astype(np.int64)
    middle = (points[edges[:, 0]] + points[edges[:, 1]]) / 2
    nearest = scipy.spatial.cKDTree(points).query(middle)[0]
    half = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T) / 2
    kept = edges[np.asarray(nearest) >= half * (1 - 1e-9)]
    return kept[:, 0], kept[:, 1]
