"""A study: one folder, read, measured, searched for options, appraised, put in order and drafted for publication."""

from typing import TYPE_CHECKING

from joinedup.study.assessing import Assessed, Assessment, assess, assumptions_of
from joinedup.study.study import Study

if TYPE_CHECKING:
    from joinedup.study.drafting.chapters import draft

__all__ = ["Assessed", "Assessment", "Study", "assess", "assumptions_of", "draft"]

if not TYPE_CHECKING:
    # Only whoever writes a report waits for everything that words it.
    def __getattr__(name: str) -> object:
        """Give the function that drafts a report, importing it when it is asked for."""
        if name != "draft":
            raise AttributeError(f"module 'joinedup.study' has no attribute '{name}'")
        from joinedup.study.drafting.chapters import draft

        return draft
