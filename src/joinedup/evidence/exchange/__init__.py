"""Exchange with other programs: codebooks and projects in REFI-QDA 1.0, and the plain form that a study keeps."""

from joinedup.evidence.exchange.codebook import read_codebook, write_codebook
from joinedup.evidence.exchange.ends import End
from joinedup.evidence.exchange.outside import BLANK, MAY_LEAVE, for_others
from joinedup.evidence.exchange.plain import write_plain, write_plain_codebook
from joinedup.evidence.exchange.project_in import ReadProject, read_project
from joinedup.evidence.exchange.project_out import write_project

__all__ = [
    "BLANK",
    "MAY_LEAVE",
    "End",
    "ReadProject",
    "for_others",
    "read_codebook",
    "read_project",
    "write_codebook",
    "write_plain",
    "write_plain_codebook",
    "write_project",
]
