"""Patterns in what happened that no single row shows, each of them noted and nothing changed for it (§1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.area.patterns.agreement import note_agreement
from joinedup.area.patterns.clocks import note_clocks
from joinedup.area.patterns.entries import note_identifiers, note_late
from joinedup.area.patterns.moments import Moments
from joinedup.area.patterns.points import default_places, note_far, note_points
from joinedup.area.patterns.volumes import note_volumes
from joinedup.area.queries import Findings, Queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from joinedup.area.settings import Settings

__all__ = ["default_places", "patterns_in"]


def patterns_in(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series], settings: Settings
) -> Queries:
    """Look for patterns in the sites, incidents and attendances of a study.

    Args:
        tables: the tables as they were checked, laid on the study's plane.
        rows: the row of each row of a table, as a spreadsheet numbers it.
        settings: the study's, for its period.
    """
    notes = {name: Findings(name) for name in ("sites", "incidents", "attendances")}
    for name in ("sites", "incidents"):
        if name in tables:
            note_far(tables[name], rows[name], notes[name])
    incidents = tables.get("incidents")
    if incidents is not None and incidents.height:
        found = notes["incidents"]
        default = note_points(incidents, rows["incidents"], found)
        moments = Moments.of(incidents, rows["incidents"], settings.period)
        grids = note_clocks(moments, found)
        note_volumes(moments, found)
        note_agreement(moments, grids, default, found)
        note_identifiers(moments, incidents["incident_id"], found)
        if "attendances" in tables:
            note_late(tables["attendances"], rows["attendances"], incidents, notes["attendances"])
    return Queries.joined(Queries(found.frame(), {}) for found in notes.values())
