"""Fictional areas of any size, with a truth beside them that every estimate can be held to.

Each part of an area draws from a stream of its own (`assumptions.stream`), named after the district and the part: what
comes later takes new names and changes no byte of what is there.
"""

from joinedup.imagining.fictional import Imagined, imagine, truth_of
from joinedup.imagining.noise import Noise
from joinedup.imagining.saying import Asked

__all__ = ["Asked", "Imagined", "Noise", "imagine", "truth_of"]
