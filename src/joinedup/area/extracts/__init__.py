"""Reading real extracts into a study, through a mapping: no row is lost, and every change has a query."""

from joinedup.area.extracts.keeping import EVENT_TABLES
from joinedup.area.extracts.reading import Reading, read_extracts

__all__ = ["EVENT_TABLES", "Reading", "read_extracts"]
