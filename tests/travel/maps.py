"""Maps for tests: a few streets in metres, written as an OpenStreetMap extract, and a plain way of finding the quickest way."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from joinedup.area.places import Plane
from joinedup.travel import ROAD_ASSUMPTIONS, Places

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.assumptions import Assumption
    from joinedup.travel import Roads

PLANE = Plane.about(52.0, -1.0)
Spot = tuple[float, float]
Way = tuple[Sequence[str], Mapping[str, str]]


def extract(path: Path, spots: Mapping[str, Spot], ways: Sequence[Way], plane: Plane = PLANE) -> Path:
    """Write spots (metres on the plane) and the ways between them as OpenStreetMap XML."""
    to_degrees = Transformer.from_crs(plane.crs, "EPSG:4326", always_xy=True)
    number = {name: row for row, name in enumerate(spots, start=1)}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for name, (x, y) in spots.items():
        lon, lat = to_degrees.transform(x, y)
        lines.append(f'<node id="{number[name]}" lat="{lat:.9f}" lon="{lon:.9f}"/>')
    for row, (names, tags) in enumerate(ways, start=1):
        points = "".join(f'<nd ref="{number.get(name, 10**9)}"/>' for name in names)
        said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<way id="{row}">{points}{said}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return path


def assumed(**central: float) -> dict[str, Assumption]:
    """Give every assumption, so stated that a road is driven at its limit by day and night, but for those that are named.

    ``blue_light__fire=0.5`` states travel.roads.blue_light.fire.
    """
    found = {}
    for each in ROAD_ASSUMPTIONS:
        value = each.central if "reach" in each.name else float("share_of_limit" in each.name)
        value = central.get(each.name.removeprefix("travel.roads.").replace(".", "__"), value)
        found[each.name] = replace(each, low=value, central=value, high=value)
    return found


def places(**spots: Spot) -> Places:
    x, y = np.array(list(spots.values()), float).reshape(-1, 2).T
    return Places(list(spots), x.copy(), y.copy())


def plain_minutes(roads: Roads, start: int) -> dict[int, float]:
    """Find the quickest way from one point of the graph to every other with a heap: nothing of it is shared with ours."""
    onward: dict[int, list[tuple[int, float]]] = {}
    stretches = zip(roads.graph.tail.tolist(), roads.graph.head.tolist(), roads.minutes.tolist(), strict=True)
    for tail, head, minutes in stretches:
        onward.setdefault(tail, []).append((head, minutes))
    found: dict[int, float] = {}
    waiting = [(0.0, start)]
    while waiting:
        so_far, at = heapq.heappop(waiting)
        if at in found:
            continue
        found[at] = so_far
        for head, minutes in onward.get(at, ()):
            if head not in found:
                heapq.heappush(waiting, (so_far + minutes, head))
    return found
