"""Drafting a mapping for an unknown file, from its header and its values, for a person to correct."""

from joinedup.area.suggesting.drafting import suggested

__all__ = ["suggested"]
