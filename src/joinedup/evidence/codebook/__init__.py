"""The codebook: what passages of interviews may be said to speak of, from a study's file or the one to start from (§6.1)."""

from joinedup.evidence.codebook.holding import LIFTERS, Fault, first_fault
from joinedup.evidence.codebook.reading import FILE, codebook_of, read_codebook, starting_codebook

__all__ = ["FILE", "LIFTERS", "Fault", "codebook_of", "first_fault", "read_codebook", "starting_codebook"]
