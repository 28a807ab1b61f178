"""Mappings: how the columns of a published or vendor's format become ours; one TOML file each."""

from joinedup.area.mapping.source import LeftOut, Only, Source, TableMapping, Way
from joinedup.area.mapping.toml import read_source, source_from, source_names

__all__ = [
    "LeftOut",
    "Only",
    "Source",
    "TableMapping",
    "Way",
    "read_source",
    "source_from",
    "source_names",
]
