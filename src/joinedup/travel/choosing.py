"""Which way of travelling a study uses: the one that its study.toml names, else the straight line."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from joinedup.travel import own_matrix, roads
from joinedup.travel.straight_line import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.area.places import Plane
    from joinedup.assumptions import Assumption
    from joinedup.travel.places import Travel

OWN = {each.name: each for each in (*roads.ASSUMPTIONS, *own_matrix.ASSUMPTIONS)}


def travel_of(area: Area, assumptions: Mapping[str, Assumption]) -> Travel:
    """Give the roads or the table of drives that a study names under [travel], or the straight line where it names none.

    Raises:
        Refusal: when a file that is named cannot be used.
    """
    named = area.settings.travel
    known = OWN | dict(assumptions)
    if named.roads:
        at = named.roads
        stamp = at.stat().st_mtime_ns if at.is_file() else 0
        return _roads(at, stamp, area.plane, tuple(known[each.name] for each in roads.ASSUMPTIONS))
    if named.matrix:
        return own_matrix.own_matrix(named.matrix, named.places, area, known)
    return StraightLine.of(assumptions)


@lru_cache(maxsize=1)
def _roads(
    path: Path,
    stamp: int,  # noqa: ARG001 - part of what the answer is remembered by
    plane: Plane,
    assumptions: tuple[Assumption, ...],
) -> roads.Roads:
    """Read roads once for as long as the file (by its ``stamp``) stays the same: an area that is played again has the same."""
    return roads.Roads.of(path, plane, {each.name: each for each in assumptions})
